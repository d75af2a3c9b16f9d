"""Lists whose members belong together one by one."""

from __future__ import annotations

import pytest
import spacy
from spacy.language import Language

from fabgrid.nlp.parallel import parallel
from fabgrid.nlp.reading import Candidate, reading_of

TOKENIZER = spacy.blank("en")


def belonging(text: str, **found: str) -> list[tuple[str, str]]:
    """Return the pairs that belong together; `found` gives, by type, the names in the text, separated by a bar."""
    doc = TOKENIZER(text)
    reading = reading_of(doc)
    candidates = []
    for kind, names in found.items():
        for name in names.split("|"):
            start = next(
                t.i for t in doc if text[t.idx :].startswith(name) and t.i not in {c.start for c in candidates}
            )
            candidates.append(Candidate(start, start + len(name.split()), kind, "joint", name, entity=name))
    reading.place(candidates)
    pairs = parallel(doc[:], reading)
    left = found[next(iter(found))].split("|")
    return [(one, other) for (one, other), belongs in pairs.items() if belongs and one in left]


def test_two_lists_are_joined_one_by_one() -> None:
    found = belonging(
        "Tolmin and Sarn stand in Ohio and Texas, respectively.", Facility="Tolmin|Sarn", Place="Ohio|Texas"
    )
    assert found == [("Tolmin", "Ohio"), ("Sarn", "Texas")]


def test_a_place_may_be_named_with_its_state() -> None:
    text = "Tolmin (T1), Units 1 and 2, and Sarn, located in York, Ohio, and Rome, Texas, respectively."
    found = belonging(text, Facility="Tolmin|Sarn", Place="York|Ohio|Rome|Texas")
    assert found == [("Tolmin", "York"), ("Tolmin", "Ohio"), ("Sarn", "Rome"), ("Sarn", "Texas")]


def test_lists_of_one_type_are_parted_by_the_words_between() -> None:
    found = belonging("Quorvane and Brand supply Keld and Orrin, respectively.", Company="Quorvane|Brand|Keld|Orrin")
    assert found == [("Quorvane", "Keld"), ("Keld", "Quorvane"), ("Brand", "Orrin"), ("Orrin", "Brand")]


@pytest.mark.parametrize(
    "text",
    ["Tolmin and Sarn stand in Ohio and Texas.", "Tolmin, Sarn and Keld stand in Ohio and Texas, respectively."],
)
def test_nothing_is_joined_without_the_word_or_where_the_lists_do_not_match(text: str) -> None:
    sites = "Tolmin|Sarn|Keld" if "Keld" in text else "Tolmin|Sarn"
    assert belonging(text, Facility=sites, Place="Ohio|Texas") == []


@pytest.mark.model
def test_facts_keep_to_their_pairs(nlp: Language) -> None:
    reading = reading_of(nlp("TSMC and Samsung Electronics supply Nvidia and Tesla, respectively."))
    found = {(f.subject, f.object) for f in reading.facts if f.relation == "supplies" and f.confidence > 0.3}
    assert found == {("TSMC", "Nvidia"), ("Samsung Electronics", "Tesla")}
