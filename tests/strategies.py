"""Hypothesis strategies for extractions."""

from __future__ import annotations

from hypothesis import strategies as st

from fabgrid.model import Article, Definition, Entity, Extraction, Fact, Observation, Quantity, Span, Status
from fabgrid.ontology import load

characters = st.characters(exclude_categories=["Cs"], exclude_characters="\x1f")
words = st.text(characters, min_size=1, max_size=12)
numbers = st.floats(allow_nan=False, allow_infinity=False)
approximators = st.sampled_from(["", "about"])
quantities = st.builds(Quantity, numbers, st.sampled_from(["USD", "MW", "%", "", "x"]), words, approximators)
confidences = st.floats(0, 1)
statuses = st.sampled_from(Status)
NAMES = ["TSMC", "Nvidia", "ASML", "台積電"]
names = st.sampled_from(NAMES)
claimants = st.none() | names | words
relations = st.sampled_from(sorted(load().relations))


def spans(text: str) -> st.SearchStrategy[Span]:
    ends = st.lists(st.integers(0, len(text)), min_size=2, max_size=2, unique=True).map(sorted)
    return ends.map(lambda pair: Span(*pair))


def facts(text: str) -> st.SearchStrategy[Fact]:
    at = spans(text)
    amounts, times = st.none() | quantities, st.none() | words
    return st.builds(Fact, names, relations, names, at, at, at, words, confidences, statuses, claimants, amounts, times)


def observations(text: str) -> st.SearchStrategy[Observation]:
    at, periods = spans(text), st.none() | words
    return st.builds(
        Observation, names, st.just("revenue"), quantities, at, at, confidences, periods, statuses, claimants
    )


@st.composite
def extractions(draw: st.DrawFn) -> Extraction:
    text = draw(st.text(characters, min_size=1, max_size=200))
    definitions = st.builds(Definition, words, spans(text), st.none() | words, st.none() | words)
    return Extraction(
        Article(draw(words), draw(words), text, draw(st.none() | st.dates()), draw(st.just("") | words)),
        tuple(Entity(name, "Company") for name in NAMES),
        facts=tuple(draw(st.lists(facts(text), max_size=4))),
        observations=tuple(draw(st.lists(observations(text), max_size=2))),
        definitions=tuple(draw(st.lists(definitions, max_size=2))),
    )
