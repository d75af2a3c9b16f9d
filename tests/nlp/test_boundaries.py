"""Where recognised names begin and end."""

from __future__ import annotations

import pytest
import spacy

from fabgrid.model import MentionKind
from fabgrid.nlp.boundaries import bounded, without_place
from fabgrid.nlp.reading import Candidate

TOKENIZER = spacy.blank("en")


def names(text: str, *found: tuple[str, str], makers: frozenset[str] = frozenset()) -> list[tuple[str, str]]:
    """Return the bounded names of a text in which the model found these."""
    doc = TOKENIZER(text)
    candidates = []
    for name, kind in found:
        span = doc.char_span(text.index(name), text.index(name) + len(name))
        assert span is not None
        candidates.append(Candidate(span.start, span.end, kind, "joint", name, kind=MentionKind.NAME))
    return [(c.text, c.type) for c in bounded(doc, candidates, makers)]


def test_halves_at_a_hyphen_are_one_name() -> None:
    found = names(
        "the Biden-Harris Administration said", ("Biden-", "Organization"), ("Harris Administration", "Organization")
    )
    assert found == [("Biden-Harris Administration", "Organization")]


def test_a_generation_and_a_nickname_belong_to_the_name() -> None:
    found = names("Frank Rossi, Jr, and others", ("Frank Rossi", "Person"), ("Jr", "Person"))
    assert found == [("Frank Rossi, Jr", "Person")]
    found = names('Ann E. "Nan" Wu, Ph.D., leads', ("Ann E.", "Person"), ('Nan" Wu, Ph.D.', "Person"))
    assert found == [('Ann E. "Nan" Wu', "Person")]


def test_the_words_of_a_description_are_one_name() -> None:
    found = names("a third chip factory in Ohio", ("third", "Facility"), ("chip factory", "Facility"))
    assert found == [("third chip factory", "Facility")]


@pytest.mark.parametrize(
    ("text", "found", "kept"),
    [
        ("Selat Sdn. Bhd. makes it", ("Selat Sdn.", "Bhd."), ["Selat Sdn. Bhd."]),
        ("Tallgrass Partners, LP owns it", ("Tallgrass Partners", "LP"), ["Tallgrass Partners, LP"]),
        ("Ruifeng (Hong Kong) Ltd. ships", ("Ruifeng", "Hong Kong) Ltd."), ["Ruifeng (Hong Kong) Ltd."]),
        ("AMD, Intel and", ("AMD", "Intel"), ["AMD", "Intel"]),
    ],
)
def test_a_legal_form_belongs_to_its_company(text: str, found: tuple[str, str], kept: list[str]) -> None:
    assert [name for name, _ in names(text, *((name, "Company") for name in found))] == kept


def test_a_common_noun_or_possessive_is_no_part_of_a_name() -> None:
    assert names("of PowerArtist business in", ("PowerArtist business", "Company")) == [("PowerArtist", "Company")]
    found = names("by its Grid Deployment Office", ("its Grid Deployment Office", "Organization"))
    assert found == [("Grid Deployment Office", "Organization")]
    assert names("three state agencies", ("state agencies", "Organization")) == [("state agencies", "Organization")]


def test_a_conjunction_at_the_end_goes_from_any_name() -> None:
    found = names("semiconductor assembly and testing", ("semiconductor assembly and", "Technology"))
    assert found == [("semiconductor assembly", "Technology")]


def test_two_people_stay_two() -> None:
    assert len(names('Ann Wu, "Bo Li" and', ("Ann Wu", "Person"), ("Bo Li", "Person"))) == 2


def test_neighbours_of_other_types_stay_apart() -> None:
    assert len(names("the Munich-Siemens pact", ("Munich-", "Place"), ("Siemens", "Company"))) == 2


@pytest.mark.parametrize(
    ("text", "found", "kept"),
    [
        ("Dr. Rhodri Vaughan leads it", "Dr. Rhodri Vaughan", "Rhodri Vaughan"),
        ("Senator Schumer said", "Senator Schumer", "Schumer"),
        ("Sir said", "Sir", "Sir"),
    ],
)
def test_titles_are_no_part_of_a_person(text: str, found: str, kept: str) -> None:
    assert names(text, (found, "Person")) == [(kept, "Person")]


def test_an_article_is_no_part_of_a_name() -> None:
    assert names("when the Commission ruled", ("the Commission", "Organization")) == [("Commission", "Organization")]


def test_a_maker_before_a_numbered_product_is_a_name_of_its_own() -> None:
    found = names("racks of Nvidia GB200 arrived", ("Nvidia GB200", "Product"), makers=frozenset({"Nvidia"}))
    assert found == [("Nvidia", "Company"), ("GB200", "Product")]


def test_a_product_called_after_its_maker_stays_whole() -> None:
    found = names("Meta Training and Inference Accelerator", ("Meta Training", "Product"), makers=frozenset({"Meta"}))
    assert found == [("Meta Training", "Product")]


def test_the_parts_of_a_description_are_one() -> None:
    doc = TOKENIZER("a customer of the Derby firm")
    parts = [Candidate(n, n + 1, "Company", "joint", doc[n].text, kind=MentionKind.NOMINAL) for n in (3, 4, 5)]
    assert [c.text for c in bounded(doc, parts, frozenset())] == ["the Derby firm"]


@pytest.mark.parametrize(("text", "left"), [("the Dutch toolmaker", "toolmaker"), ("the Ohio - based firm", "firm")])
def test_a_description_does_not_hold_the_place_it_begins_with(text: str, left: str) -> None:
    doc = TOKENIZER(text)
    nominal = Candidate(0, len(doc), "Company", "joint", text, kind=MentionKind.NOMINAL)
    place = Candidate(1, 2, "Place", "place", doc[1].text)
    assert without_place(doc, nominal, [place]).text == left
    assert without_place(doc, nominal, []).text == text
