"""Status and claimant, read off the clause around a verb."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from spacy.tokens import Doc, Token

from fabgrid.model import Status
from fabgrid.nlp.context import claimant_of, status_of
from fabgrid.nlp.reading import reading_of

pytestmark = pytest.mark.model

STATUSES = [
    ("{Intel|Company} acquired {Altera|Company}.", "acquired", Status.ASSERTED),
    ("{Intel|Company} will acquire {Altera|Company}.", "acquire", Status.PLANNED),
    ("{Intel|Company} plans to acquire {Altera|Company}.", "acquire", Status.PLANNED),
    ("{Intel|Company} agreed to acquire {Altera|Company}.", "acquire", Status.PLANNED),
    ("{Intel|Company} may acquire {Altera|Company}.", "acquire", Status.REPORTED),
    ("{Intel|Company} is considering acquiring {Altera|Company}.", "acquiring", Status.REPORTED),
    ("{Intel|Company} did not acquire {Altera|Company}.", "acquire", Status.DENIED),
    ("{Intel|Company} has abandoned its plan to acquire {Altera|Company}.", "acquire", Status.DENIED),
    ("{Intel|Company} no longer supplies {Apple|Company}.", "supplies", Status.PAST),
]

CLAIMS = [
    ("{Intel|Company} supplies {Dell|Company}, according to {Omdia|Company}.", "supplies", "Omdia"),
    ("{Omdia|Company} said that {Intel|Company} supplies {Dell|Company}.", "supplies", "Omdia"),
    ("{Intel|Company} supplies {Dell|Company}, {Pat Gelsinger|Person} said.", "supplies", "Pat Gelsinger"),
    (
        "People familiar with the matter said that {Intel|Company} supplies {Dell|Company}.",
        "supplies",
        "People familiar with the matter",
    ),
    (
        "{Intel|Company} supplies {Dell|Company}, according to a person involved (Reuters).",
        "supplies",
        "a person involved",
    ),
    ("{Intel|Company} supplies {Dell|Company}.", "supplies", None),
]


def word(doc: Doc, text: str) -> Token:
    return next(t for t in doc if t.text == text)


@pytest.mark.parametrize(("text", "verb", "status"), STATUSES)
def test_status(marked: Callable[[str], Doc], text: str, verb: str, status: Status) -> None:
    assert status_of(word(marked(text), verb), "acquires") is status


@pytest.mark.parametrize(("text", "verb", "claimant"), CLAIMS)
def test_claimant(marked: Callable[[str], Doc], text: str, verb: str, claimant: str | None) -> None:
    doc = marked(text)
    assert claimant_of(word(doc, verb), reading_of(doc)) == claimant


def test_building_goes_on_is_a_plan(marked: Callable[[str], Doc]) -> None:
    doc = marked("{Intel|Company} is building a {fab|Facility}.")
    assert status_of(word(doc, "building"), "builds") is Status.PLANNED
