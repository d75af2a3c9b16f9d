"""Namings: kept as text, and the stems by which they meet."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabgrid import ontology
from fabgrid.model import Entity
from fabgrid.ontology import ENTITY
from fabgrid.resolution import namings
from fabgrid.resolution.aliases import RegistryNames
from fabgrid.resolution.judgements import Ruling
from fabgrid.resolution.namings import Naming, Reader
from fabgrid.resolution.slugs import Stems

ONTOLOGY = ontology.load()
TSMC = ontology.KnownEntity(ENTITY + "tsmc", "TSMC", "Company", aliases=("Taiwan Semiconductor",))


def reader() -> Reader:
    return Reader(RegistryNames([TSMC], ontology=ONTOLOGY), ontology=ONTOLOGY, ruling=Ruling())


@given(st.text(min_size=1), st.sampled_from(["Company", "Person", "Place"]), st.lists(st.text(min_size=1), max_size=3))
def test_a_naming_is_read_back_as_it_was(name: str, type_name: str, aliases: list[str]) -> None:
    naming = reader().read(Entity(name, type_name, tuple(aliases)), "one")
    again = namings.load(namings.dump(naming))
    assert parts(again) == parts(naming)
    assert namings.dump(again) == namings.dump(naming)


def parts(naming: Naming) -> tuple[object, ...]:
    return naming.name, naming.key, naming.type, set(naming.surfaces), set(naming.others), set(naming.stated)


@pytest.mark.parametrize(
    "chain",
    [
        [Entity("Acme", "Company"), Entity("ACME Inc.", "Organization")],
        [Entity("Acme", "Company"), Entity("Acme Company", "Company")],  # whose IRIs could be the same
        [Entity("Acme", "Company"), Entity("Acme", "Facility")],  # as could these, though they are two
        [Entity("U.S.", "Place"), Entity("America", "Place")],
        [
            Entity("TSMC", "Company"),
            Entity("Taiwan Semiconductor", "Company"),
            Entity("the foundry", "Company", (), TSMC.iri),
        ],
        [
            Entity("FES", "Company"),
            Entity("Foo Energy Systems", "Company", ("FES",)),
            Entity("Foo Energy Systems", "Company"),
        ],
    ],
    ids=lambda chain: " ~ ".join(entity.name for entity in chain),
)
def test_what_may_be_one_or_share_an_iri_meets(chain: list[Entity]) -> None:
    stems = [reader().stems(reader().read(entity, str(n))) for n, entity in enumerate(chain)]
    assert all(one & other for one, other in pairwise(stems))


def test_what_one_article_knows_meets_nobody_else() -> None:
    patel = Entity("Patel", "Person")
    here, there = (reader().stems(reader().read(patel, article)) for article in ("one", "two"))
    assert not here & there


@pytest.mark.parametrize(
    ("slug", "stem"),
    [("acme", "acme"), ("acme-company", "acme"), ("acme-grid-operator", "acme"), ("company", "company")],
)
def test_a_stem_has_no_words_of_types_at_its_end(slug: str, stem: str) -> None:
    assert Stems(ONTOLOGY).of(slug) == stem
