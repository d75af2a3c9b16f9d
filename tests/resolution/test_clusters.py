"""Which entities of different articles are one."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabgrid import ontology
from fabgrid.model import Entity
from fabgrid.ontology import ENTITY, KnownEntity
from fabgrid.resolution import Resolver
from fabgrid.resolution import resolve as resolve_articles
from fabgrid.resolution.judgements import Judgement, Merge, Retype, Split, replay

ONTOLOGY = ontology.load()
TSMC = KnownEntity(
    ENTITY + "tsmc",
    "TSMC",
    "Company",
    aliases=("Taiwan Semiconductor Manufacturing Company",),
    comment="A foundry.",
    country="TW",
    tickers=("TSM",),
    links=("http://www.wikidata.org/entity/Q713418",),
)
SAMSUNG = KnownEntity(ENTITY + "samsung-electronics", "Samsung Electronics", "Company", aliases=("Samsung",))
MARA = KnownEntity(
    ENTITY + "mara-holdings", "MARA Holdings", "Company", aliases=("Mara",), ambiguous=frozenset({"Mara"})
)
CLAUDE = KnownEntity(ENTITY + "claude", "Claude", "Product")
REGISTRY = (TSMC, SAMSUNG, MARA, CLAUDE)


def company(name: str, *aliases: str, iri: str | None = None) -> Entity:
    return Entity(name, "Company", tuple(sorted(aliases)), iri)


class Resolved:
    """What articles give, by the keys "0", "1" and so on, or by their own."""

    def __init__(self, keyed: list[tuple[str, list[Entity]]], judgements: Iterable[Judgement] = ()) -> None:
        resolver = Resolver(ontology=ONTOLOGY, registry=REGISTRY, ruling=replay(judgements))
        resolution, self._iris = resolve_articles(keyed, resolver)
        self.nodes, self.unknown = resolution.nodes, resolution.unknown

    def iris(self, article: str) -> dict[str, str]:
        return self._iris[article]


def resolve(*articles: list[Entity], judgements: Iterable[Judgement] = ()) -> Resolved:
    return Resolved([(str(number), entities) for number, entities in enumerate(articles)], judgements)


def iris(resolution: Resolved) -> list[str]:
    """Return the last parts of all IRIs."""
    return [iri.removeprefix(ENTITY) for iri in resolution.nodes]


def test_link_to_the_registry_wins_and_brings_what_the_registry_knows() -> None:
    linked = Entity("the foundry TSMC", "Organization", ("TSMC Ltd",), TSMC.iri)
    node = resolve([linked]).nodes[TSMC.iri]
    assert (node.name, node.type, node.country, node.tickers) == ("TSMC", "Company", "TW", ("TSM",))
    assert (node.description, node.links) == ("A foundry.", TSMC.links)
    assert node.aliases == ("TSMC Ltd", "Taiwan Semiconductor Manufacturing Company", "the foundry TSMC")


def test_name_of_the_registry_links_where_it_is_one_entity_only() -> None:
    found = resolve([company("Taiwan Semiconductor Manufacturing Co., Ltd.")], [company("Mara")])
    assert found.iris("0") == {"Taiwan Semiconductor Manufacturing Co., Ltd.": TSMC.iri}
    assert found.iris("1") == {"Mara": ENTITY + "mara"}


def test_ambiguous_name_of_the_registry_links_only_itself() -> None:
    found = resolve([company("Mara", iri=MARA.iri)], [company("Mara")])
    assert iris(found) == ["mara", "mara-holdings"]


def test_short_name_of_the_registry_pulls_nobody_else_in() -> None:
    assert iris(resolve([company("Samsung Heavy Industries", "Samsung")], [company("Samsung")])) == [
        "samsung-electronics",
        "samsung-heavy-industries",
    ]


def test_equal_normal_forms_merge_under_the_most_frequent_name() -> None:
    found = resolve([company("Danfoss")], [company("Danfoss A/S")], [company("Danfoss")], [company("DANFOSS Ltd")])
    (node,) = found.nodes.values()
    assert (node.iri, node.name) == (ENTITY + "danfoss", "Danfoss")
    assert "DANFOSS Ltd" in node.aliases


def test_frequency_then_length_then_alphabet_make_the_name() -> None:
    assert iris(resolve([company("Danfoss")], [company("Danfoss Inc.")])) == ["danfoss-inc"]
    assert iris(resolve([company("Foo Inc")], [company("Foo Plc")])) == ["foo-inc"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (Entity("Claudia", "Person"), Entity("Claudia", "Company")),
        (Entity("Anthropic", "Company"), Entity("Anthropic", "Product")),
        (Entity("Phoenix", "Place"), Entity("Phoenix", "Company")),
        (Entity("Prometheus", "Facility"), Entity("Prometheus", "Product")),
        (Entity("Claude Shannon", "Person"), Entity("Claude Shannon", "Product")),
    ],
)
def test_incompatible_types_never_merge_and_share_no_iri(first: Entity, second: Entity) -> None:
    found = resolve([first], [second])
    assert len(found.nodes) == 2
    assert len({n.type for n in found.nodes.values()}) == 2


def test_place_gets_the_suffix_and_the_company_the_plain_iri() -> None:
    assert iris(resolve([Entity("Phoenix", "Place")], [company("Phoenix")])) == ["phoenix", "phoenix-place"]


def test_registry_keeps_its_iri_even_where_no_article_names_it() -> None:
    assert iris(resolve([company("Claude")])) == ["claude-company"]


@pytest.mark.parametrize(
    ("types", "majority"),
    [
        (["Company", "Organization", "Organization"], "Organization"),
        (["Product", "Technology", "Technology"], "Technology"),
        (["GridOperator", "Company", "GridOperator"], "GridOperator"),
        (["Organization", "Company"], "Company"),
    ],
)
def test_one_thing_typed_differently_has_the_majority_type(types: list[str], majority: str) -> None:
    (node,) = resolve(*([Entity("Elia", t)] for t in types)).nodes.values()
    assert node.type == majority


def test_registry_type_beats_the_majority() -> None:
    (node,) = resolve([Entity("TSMC", "Organization")], [Entity("TSMC", "Organization")]).nodes.values()
    assert node.type == "Company"


def test_short_and_long_name_merge_only_through_an_article_that_states_both() -> None:
    short, long = [company("Crusoe")], [company("Crusoe Energy Systems")]
    assert len(resolve(short, long).nodes) == 2
    (node,) = resolve(short, long, [company("Crusoe Energy Systems", "Crusoe")]).nodes.values()
    assert (node.name, node.aliases) == ("Crusoe Energy Systems", ("Crusoe",))


def test_abbreviation_merges_through_its_expansion() -> None:
    found = resolve(
        [Entity("FERC", "Organization", ("Federal Energy Regulatory Commission",))],
        [Entity("FERC", "Organization")],
        [Entity("Federal Energy Regulatory Commission", "Organization", ("Commission", "the regulator"))],
        [Entity("Federal Trade Commission", "Organization", ("Commission",))],
    )
    assert iris(found) == ["federal-trade-commission", "ferc"]


def test_alias_of_two_entities_joins_neither() -> None:
    found = resolve(
        [company("Synergy Research Group", "Synergy")],
        [company("Synergy Software", "Synergy")],
        [company("Synergy")],
    )
    assert iris(found) == ["synergy", "synergy-research-group", "synergy-software"]


def test_abbreviation_of_two_entities_joins_neither() -> None:
    found = resolve(
        [company("MPS", "Monolithic Power Systems")],
        [company("MPS", "Managed Print Services")],
        [company("MPS")],
    )
    assert len({found.iris(n)["MPS"] for n in "012"}) == 3


def test_alias_that_one_article_gives_to_two_entities_joins_neither() -> None:
    found = resolve([company("Foo Power", "Foo"), company("Foo Power Capital", "Foo")], [company("Foo")])
    assert len(found.nodes) == 3


def test_names_that_articles_keep_apart_stay_apart() -> None:
    both = [company("Crusoe"), company("Crusoe Energy Systems")]
    assert len(resolve(both, both, [company("Crusoe Energy Systems", "Crusoe")]).nodes) == 2


def test_longer_and_longer_names_are_one() -> None:
    found = resolve([company("Crusoe Energy", "Crusoe")], [company("Crusoe Energy Systems", "Crusoe")])
    assert len(found.nodes) == 1


def test_bare_surname_stays_in_its_article() -> None:
    found = resolve(
        [Entity("Dylan Patel", "Person", ("Patel",))],
        [Entity("Patel", "Person")],
        [Entity("Patel", "Person")],
        [Entity("Patel", "Person", ("Dylan Patel",))],
        [Entity("Dylan Patel", "Person")],
        [Entity("Priya Patel", "Person", ("Patel",))],
    )
    people = [found.iris(str(n)).popitem()[1].removeprefix(ENTITY) for n in range(6)]
    assert people[0] == people[3] == people[4] == "dylan-patel"
    assert people[5] == "priya-patel"
    assert len({people[1], people[2]} - {"dylan-patel"}) == 2
    assert people[1].startswith("patel-")


def test_described_facility_is_its_article_s_unless_the_description_names_something() -> None:
    plant, centre = Entity("505MW gas plant in Ohio", "Facility"), Entity("200MW data center", "Facility")
    found = resolve([plant, centre], [plant, centre])
    assert found.iris("0")[plant.name] == found.iris("1")[plant.name] == ENTITY + "505mw-gas-plant-in-ohio"
    assert found.iris("0")[centre.name] != found.iris("1")[centre.name]


def test_countries_have_one_name() -> None:
    found = resolve(*([Entity(name, "Place")] for name in ("U.S.", "America", "United States", "U.S.")))
    (node,) = found.nodes.values()
    assert (node.iri, node.name) == (ENTITY + "united-states", "United States")


def test_demonym_is_a_name_but_joins_nothing() -> None:
    found = resolve([Entity("South Korea", "Place", ("Korean",))], [Entity("North Korea", "Place", ("Korean",))])
    assert iris(found) == ["north-korea", "south-korea"]


# ---------------------------------------------------------------- judgements


def test_merge_keeps_the_first_one_s_iri() -> None:
    found = resolve(
        [company("Old Name")],
        [company("Newname")],
        [company("Newname")],
        judgements=(Merge("Old Name", "newname"),),
    )
    (node,) = found.nodes.values()
    assert (node.iri, node.name, node.aliases) == (ENTITY + "old-name", "Old Name", ("Newname",))


def test_merges_are_transitive_cross_types_and_prefer_the_registry() -> None:
    found = resolve(
        [company("A Corp")],
        [Entity("B", "Product")],
        [company("TSMC")],
        judgements=(Merge(ENTITY + "a-corp", "B"), Merge("B", ENTITY + "tsmc")),
    )
    assert iris(found) == ["tsmc"]


def test_merge_of_two_known_entities_keeps_the_first() -> None:
    found = resolve([company("TSMC"), company("Samsung")], judgements=(Merge(SAMSUNG.iri, TSMC.iri),))
    assert iris(found) == ["samsung-electronics"]


def test_split_keeps_apart_what_an_article_or_the_registry_joins() -> None:
    joined = [company("Crusoe Energy Systems", "Crusoe")], [company("Crusoe")]
    assert len(resolve(*joined).nodes) == 1
    assert len(resolve(*joined, judgements=(Split("Crusoe", "Crusoe Energy Systems"),)).nodes) == 2
    linked = [company("Samsung", iri=SAMSUNG.iri)]
    found = resolve(linked, judgements=(Split("Samsung", SAMSUNG.iri),))
    assert found.iris("0") == {"Samsung": ENTITY + "samsung"}


def test_later_split_undoes_a_merge() -> None:
    articles = [company("Foo")], [company("Bar")]
    assert len(resolve(*articles, judgements=(Merge("Foo", "Bar"),)).nodes) == 1
    assert len(resolve(*articles, judgements=(Merge("Foo", "Bar"), Split("Bar", "Foo"))).nodes) == 2


def test_retype_and_reject() -> None:
    found = resolve(
        [company("National Grid")],
        [company("Phoenix"), Entity("Phoenix", "Place")],
        judgements=(
            Retype("National Grid", "GridOperator"),
            Retype(ENTITY + "phoenix-place", "Facility"),
        ),
    )
    assert found.nodes[ENTITY + "national-grid"].type == "GridOperator"
    assert found.nodes[ENTITY + "phoenix-place"].type == "Facility"
    assert found.nodes[ENTITY + "phoenix"].type == "Company"


def test_person_of_one_article_can_be_merged_by_iri() -> None:
    articles = [Entity("Patel", "Person")], [Entity("Dylan Patel", "Person")]
    (bare,) = resolve(*articles).iris("0").values()
    assert iris(resolve(*articles, judgements=(Merge("Dylan Patel", bare),))) == ["dylan-patel"]


def test_entities_that_nobody_has_are_reported() -> None:
    assert resolve([company("Foo")], judgements=(Merge("Foo", "Nobody"),)).unknown == ("nobody",)


# ---------------------------------------------------------------- properties

WORDS = [
    "Foo",
    "Bar",
    "Foo Energy",
    "Foo Energy Systems",
    "FES",
    "Bar Inc",
    "Patel",
    "Dylan Patel",
    "U.S.",
    "TSMC",
]
ENTITIES = st.builds(
    Entity,
    st.sampled_from(WORDS),
    st.sampled_from(["Company", "Organization", "Person", "Product", "Place", "Facility"]),
    st.lists(st.sampled_from([*WORDS, "Samsung", "the firm"]), max_size=2, unique=True).map(lambda a: tuple(sorted(a))),
    st.sampled_from([None, None, None, TSMC.iri]),
)
ARTICLES = st.lists(st.lists(ENTITIES, max_size=4, unique_by=lambda e: e.name), max_size=6)
RULINGS = st.lists(
    st.builds(Merge, st.sampled_from(WORDS[:3]), st.sampled_from(WORDS[3:6]))
    | st.builds(Split, st.sampled_from(WORDS[:3]), st.sampled_from(WORDS[3:6])),
    max_size=3,
)


@settings(deadline=None, max_examples=300)
@given(ARTICLES, RULINGS, st.randoms(use_true_random=False))
def test_order_of_articles_and_entities_does_not_matter(
    articles: list[list[Entity]], rulings: list[Judgement], shuffler: random.Random
) -> None:
    keyed = [(str(number), entities) for number, entities in enumerate(articles)]
    shuffled = [(key, shuffler.sample(entities, len(entities))) for key, entities in keyed]
    shuffler.shuffle(shuffled)
    one, other = (Resolved(a, rulings) for a in (keyed, shuffled))
    assert one.nodes == other.nodes
    assert all(one.iris(key) == other.iris(key) for key, _ in keyed)
    assert list(one.nodes) == sorted(one.nodes)
    for key, entities in keyed:
        assert one.iris(key).keys() == {e.name for e in entities}
        assert set(one.iris(key).values()) <= one.nodes.keys()
    assert {iri for key, _ in keyed for iri in one.iris(key).values()} == one.nodes.keys()


@pytest.mark.slow
def test_twenty_thousand_articles_take_seconds() -> None:
    chance = random.Random(1)
    names = [f"{a} {b}" for a in ("Volt", "Grid", "Nova", "Sil") for b in range(5_000)]
    articles = [
        (str(n), [company(name, f"{name} Systems") for name in set(chance.choices(names, k=15))]) for n in range(20_000)
    ]
    started = time.perf_counter()
    assert len(Resolved(articles).nodes) == len(names)
    assert time.perf_counter() - started < 30  # seconds; 4 on an idle core
