"""Facts of a sentence: who speaks for them, and how their details agree."""

from __future__ import annotations

import pytest
from spacy.language import Language

from fabgrid.model import Fact, Span, Status
from fabgrid.nlp.reading import reading_of
from fabgrid.nlp.relations import _located

pytestmark = pytest.mark.model


def facts(nlp: Language, text: str) -> dict[tuple[str, str, str], Fact]:
    reading = reading_of(nlp(text))
    return {(f.subject, f.relation, f.object): f for f in reading.facts if f.confidence > 0.5}


def test_a_planned_site_is_planned_where_it_stands(nlp: Language) -> None:
    found = facts(nlp, "Quorvane Energy plans to build a 200MW data center in Ohio.")
    status = {relation: str(fact.status) for (_, relation, _), fact in found.items()}
    assert status == {"builds": "planned", "locatedIn": "planned"}


def test_a_place_takes_the_status_of_the_building(nlp: Language) -> None:
    def fact(subject: str, relation: str, object_: str, status: Status) -> Fact:
        at = Span(0, 1)
        return Fact(subject, relation, object_, at, at, at, "active", 0.9, status=status)

    building = fact("Quorvane", "builds", "plant", Status.DENIED)
    found = list(_located([building, fact("plant", "locatedIn", "Ohio", Status.ASSERTED)]))
    assert [f.status for f in found] == [Status.DENIED, Status.DENIED]
    apart = list(_located([building, fact("mill", "locatedIn", "Ohio", Status.ASSERTED)]))
    assert apart[1].status is Status.ASSERTED


def test_a_fact_tells_who_speaks_for_it(nlp: Language) -> None:
    (fact,) = facts(nlp, "Quorvane acquired Brandaris Energy.").values()
    assert fact.rule.split("+") == ["active", "model", "parse"]


def test_every_member_of_a_list_is_supplied(nlp: Language) -> None:
    found = facts(nlp, "SK hynix supplies memory to Nvidia, AMD and Intel.")
    assert {object_ for _, relation, object_ in found if relation == "supplies"} == {"Nvidia", "AMD", "Intel"}


@pytest.mark.parametrize("both", ["Both firms supply Nvidia with chips.", "Both are based in Austin."])
def test_both_stands_for_the_two_bodies_of_the_sentence_before(nlp: Language, both: str) -> None:
    found = facts(nlp, f"TSMC and Samsung Electronics reported results. {both}")
    assert {subject for subject, *_ in found} == {"TSMC", "Samsung Electronics"}


@pytest.mark.parametrize(
    "text", ["Intel, AMD and Arm fell. Both sell chips to Dell.", "Intel and AMD fell. Both boards met."]
)
def test_both_stands_for_nobody_where_it_is_not_clear_for_whom(nlp: Language, text: str) -> None:
    assert facts(nlp, text) == {}
