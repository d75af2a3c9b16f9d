"""Names and descriptions -> mentions -> the entities of one article."""

from __future__ import annotations

from itertools import pairwise

import pytest
from spacy.language import Language

from fabgrid.model import Entity
from fabgrid.nlp.entities import settle
from fabgrid.nlp.names import name_key
from fabgrid.nlp.reading import Candidate, reading_of


def candidate(start: int, end: int, source: str) -> Candidate:
    return Candidate(start, end, "Company", source, f"{start}-{end}")


def test_the_longest_candidate_wins_then_the_better_source() -> None:
    found = [
        candidate(0, 2, "registry"),
        candidate(1, 4, "joint"),
        candidate(5, 6, "joint"),
        candidate(5, 6, "registry"),
    ]
    assert [(c.start, c.end, c.source) for c in settle(found)] == [(1, 4, "joint"), (5, 6, "registry")]


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("Intel", "Intel Corp."),
        ("The Intel Corporation", "Intel"),
        ("Nvidia's", "Nvidia"),
        ("GPUs", "GPU"),
        ("Samsung-Electronics", "Samsung Electronics"),
    ],
)
def test_spellings_of_one_name_have_one_key(one: str, two: str) -> None:
    assert name_key(one) == name_key(two)


@pytest.mark.parametrize(("one", "two"), [("Intel", "Inteva"), ("SK hynix", "SK Telecom"), ("Meta", "Metal")])
def test_other_names_have_other_keys(one: str, two: str) -> None:
    assert name_key(one) != name_key(two)


def entities(nlp: Language, text: str) -> dict[str, Entity]:
    return reading_of(nlp(text)).entities


@pytest.mark.model
def test_registry_names_get_their_iri(nlp: Language) -> None:
    found = entities(nlp, "TSMC will build more plants, the Taiwanese foundry said.")
    assert found["TSMC"].type == "Company"
    assert found["TSMC"].iri == "https://w3id.org/fabgrid/entity/tsmc"


@pytest.mark.model
def test_an_ambiguous_name_needs_its_context(nlp: Language) -> None:
    assert "https://w3id.org/fabgrid/entity/mara-holdings" not in {
        e.iri for e in entities(nlp, "Mara went home early because the weather was bad.").values()
    }
    with_context = entities(nlp, "Mara, the bitcoin mining company, bought a gas plant.")
    assert with_context["Mara"].iri == "https://w3id.org/fabgrid/entity/mara-holdings"


@pytest.mark.model
def test_an_abbreviation_and_its_expansion_are_one_entity(nlp: Language) -> None:
    found = entities(nlp, "The Bureau of Industry and Security (BIS) met exporters. BIS issued new rules on chips.")
    bureau = next(e for e in found.values() if "BIS" in (e.name, *e.aliases))
    assert "Bureau of Industry and Security" in (bureau.name, *bureau.aliases)


@pytest.mark.model
def test_an_adjective_names_its_country(nlp: Language) -> None:
    assert "Taiwan" in entities(nlp, "The Taiwanese foundry TSMC reported sales.")


@pytest.mark.model
def test_mentions_index_their_text_and_do_not_overlap(nlp: Language) -> None:
    doc = nlp("Nvidia's Blackwell GPUs use HBM from SK hynix, and Nvidia pays for it.\n\nIntel makes chips in Ohio.")
    candidates = reading_of(doc).candidates
    assert all(doc[c.start : c.end].text == c.text for c in candidates)
    assert all(a.end <= b.start for a, b in pairwise(candidates))


@pytest.mark.model
def test_a_branch_in_a_country_is_not_its_parent(nlp: Language) -> None:
    found = entities(nlp, "Tessaline Canada Inc. grew. Tessaline, a division of Norvane, acquired Sabrel Holdings Inc.")
    assert {"Tessaline Canada Inc.", "Tessaline"} <= set(found)


@pytest.mark.model
def test_a_name_with_its_legal_form_is_not_short_for_a_longer_one(nlp: Language) -> None:
    found = entities(nlp, "Keldane Logistics is part of Keldane Inc., the Ohio group. Keldane Inc. reported a profit.")
    assert {"Keldane Logistics", "Keldane Inc."} <= set(found)


@pytest.mark.model
def test_an_abbreviation_of_common_words_is_nobody(nlp: Language) -> None:
    found = entities(
        nlp,
        "The NRC is making a finding of no significant impact (FONSI) for Southern Nuclear Operating Company. "
        "The FONSI covers Southern Nuclear Operating Company.",
    )
    assert "FONSI" not in found


@pytest.mark.model
def test_a_known_product_after_its_maker_is_two_names(nlp: Language) -> None:
    assert {"Nvidia", "GB200"} <= set(entities(nlp, "Oracle took delivery of Nvidia GB200 racks in June."))


@pytest.mark.model
def test_a_dateline_names_its_city_as_usual(nlp: Language) -> None:
    found = entities(nlp, "BALTIMORE, Sept. 23 - Constellation said it would build in Baltimore.")
    assert "Baltimore" in found
    assert "BALTIMORE" not in found


@pytest.mark.model
def test_a_short_name_in_parentheses_is_the_long_one(nlp: Language) -> None:
    found = entities(
        nlp, "The NRC licensed the Orrin Tolmin Nuclear Power Plant (Tolmin) and the Sarn Nuclear Plant (Sarn)."
    )
    assert {"Tolmin", "Sarn"} <= {alias for entity in found.values() for alias in entity.aliases}


@pytest.mark.model
def test_a_site_in_small_letters_after_a_comma_is_the_one_before_it(nlp: Language) -> None:
    reading = reading_of(nlp("Meta is developing Hyperion, a 2.2GW campus in Richland Parish, Louisiana."))
    assert [e.name for e in reading.entities.values() if e.type == "Facility"] == ["Hyperion"]
    assert {f.subject for f in reading.facts if f.relation == "locatedIn" and f.confidence > 0.5} == {"Hyperion"}
