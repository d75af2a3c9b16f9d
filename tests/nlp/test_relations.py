"""Facts of a sentence: who speaks for them, and how their details agree."""

from __future__ import annotations

import pytest
from spacy.language import Language

from fabgrid.model import Fact
from fabgrid.nlp.reading import reading_of

pytestmark = pytest.mark.model


def facts(nlp: Language, text: str) -> dict[tuple[str, str, str], Fact]:
    reading = reading_of(nlp(text))
    return {(f.subject, f.relation, f.object): f for f in reading.facts if f.confidence > 0.5}


def test_a_planned_site_is_planned_where_it_stands(nlp: Language) -> None:
    found = facts(nlp, "Quorvane Energy plans to build a 200MW data center in Ohio.")
    status = {relation: str(fact.status) for (_, relation, _), fact in found.items()}
    assert status == {"builds": "planned", "locatedIn": "planned"}


def test_a_fact_tells_who_speaks_for_it(nlp: Language) -> None:
    (fact,) = facts(nlp, "Quorvane acquired Brandaris Energy.").values()
    assert fact.rule.split("+") == ["active", "model", "parse"]


def test_every_member_of_a_list_is_supplied(nlp: Language) -> None:
    found = facts(nlp, "SK hynix supplies memory to Nvidia, AMD and Intel.")
    assert {object_ for _, relation, object_ in found if relation == "supplies"} == {"Nvidia", "AMD", "Intel"}
