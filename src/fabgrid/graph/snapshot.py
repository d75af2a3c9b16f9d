"""Quads -> Snapshot: reads back what `statements.py` writes.

Of a large store in two steps: its outline, which tells who is joined to whom, then the details of a part.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING

import pyoxigraph as ox

from fabgrid.graph import terms
from fabgrid.graph.terms import FG, OA, QUDT, RDF, RDFS, SCHEMA, SKOS
from fabgrid.model import (
    Concept,
    Evidence,
    Measurement,
    Node,
    Quantity,
    Snapshot,
    Source,
    Span,
    Statement,
)

if TYPE_CHECKING:
    from fabgrid.graph.store import Store

__all__ = ["about", "details", "outline", "read"]

_NOWHERE = Span(0, 0)
_ARTICLE = tuple(SCHEMA + name for name in ("url", "headline", "publisher", "datePublished"))
_PARTS = frozenset((FG + "evidence", FG + "amount", OA + "hasSelector"))  # lead to what belongs to one thing


def read(quads: Iterable[ox.Quad]) -> Snapshot:
    """Return everything that the quads say, as values; a store is an iterable of its quads."""
    return _snapshot(_Index(quads))


def _snapshot(index: _Index) -> Snapshot:
    return Snapshot(
        nodes=_nodes(index),
        sources={s: _source(index, s) for s in index.instances(FG + "Article")},
        statements=tuple(_statement(index, s) for s in index.instances(FG + "Statement")),
        measurements=tuple(_measurement(index, s) for s in index.instances(FG + "Observation")),
        concepts=tuple(_concept(index, s) for s in index.instances(SKOS + "Concept")),
    )


def about(store: Store, entity: str) -> Snapshot:
    """Return what is said of one entity, by its IRI: with whom it is joined, by which articles."""
    node = ox.NamedNode(entity)
    ends = (RDF + "subject", RDF + "object", FG + "subject")
    said = {iri.value for end in ends for iri, *_ in store.match(predicate=ox.NamedNode(end), value=node)}
    index = _Index(_with_parts(store, said))
    named = {entity} | {iri for end in (*ends, FG + "claimant") for iri in index.values(end)}
    for iri in named:
        index.add(store.match(ox.NamedNode(iri), graph=terms.ENTITIES_GRAPH))
    for iri in index.values(OA + "hasSource"):
        for name in (RDF + "type", *_ARTICLE):
            index.add(store.match(ox.NamedNode(iri), ox.NamedNode(name)))
    return _snapshot(index)


def outline(store: Store) -> Snapshot:
    """Return entities, articles and statements, these with ends, status, confidence and article only.

    It takes a quarter of the time of `read`, or less, since most of what a store holds are words.
    """
    index = _Index(store.match(graph=terms.ENTITIES_GRAPH))
    for name in _ARTICLE:
        index.add(store.match(predicate=ox.NamedNode(name)))
    articles = (article.value for article, *_ in store.match(predicate=ox.NamedNode(SCHEMA + "url")))
    return Snapshot(_nodes(index), {s: _source(index, s) for s in sorted(articles)}, tuple(_edges(store)))


def _edges(store: Store) -> Iterator[Statement]:
    def column(predicate: str) -> dict[str, str]:
        return {iri.value: value.value for iri, _, value, _ in store.match(predicate=ox.NamedNode(predicate))}

    relations, objects = column(RDF + "predicate"), column(RDF + "object")
    statuses, confidences = column(FG + "status"), column(FG + "confidence")
    quads = store.match(predicate=ox.NamedNode(RDF + "subject"))
    subjects = {iri.value: (value.value, graph.value) for iri, _, value, graph in quads}
    wordless: dict[str, Evidence] = {}
    # A server may change between two requests: what has not all its parts is left out.
    for iri in sorted(subjects.keys() & relations.keys() & objects.keys() & statuses.keys() & confidences.keys()):
        subject, source = subjects[iri]
        yield Statement(
            iri=iri,
            subject=subject,
            relation=relations[iri].removeprefix(FG),
            object=objects[iri],
            status=terms.status_of(statuses[iri]),
            confidence=float(confidences[iri]),
            evidence=wordless.setdefault(source, Evidence(source, "", _NOWHERE)),
            subject_span=_NOWHERE,
            object_span=_NOWHERE,
            rule="",
        )


def details(store: Store, part: Snapshot) -> Snapshot:
    """Return a part of an outline with all that is said of it: words, observations, terms of its articles."""
    said = {s.iri for s in part.statements}
    sources = {s.evidence.source for s in part.statements} | part.sources.keys()
    for iri in part.nodes:
        for found, _, _, graph in store.match(predicate=ox.NamedNode(FG + "subject"), value=ox.NamedNode(iri)):
            said.add(found.value)
            sources.add(graph.value)
    glossary = store.match(predicate=ox.NamedNode(RDF + "type"), value=ox.NamedNode(SKOS + "Concept"))
    said |= {term.value for term, _, _, graph in glossary if graph.value in sources}
    full = read(_with_parts(store, said))
    return Snapshot(part.nodes, part.sources, full.statements, full.measurements, full.concepts)


def _with_parts(store: Store, subjects: set[str]) -> Iterator[ox.Quad]:
    """Yield what is said of the subjects, and of their evidence and amounts."""
    seen: set[str] = set()
    while subjects:
        seen |= subjects
        parts = set()
        for iri in subjects:
            for quad in store.match(ox.NamedNode(iri)):
                yield quad
                _, predicate, value, _ = quad
                if predicate.value in _PARTS:
                    parts.add(value.value)
        subjects = parts - seen


class _Index:
    """Values by subject and predicate."""

    def __init__(self, quads: Iterable[ox.Quad]) -> None:
        self._values: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        self.add(quads)

    def add(self, quads: Iterable[ox.Quad]) -> None:
        for subject, predicate, value, _ in quads:
            self._values[subject.value][predicate.value].append(value.value)

    def subjects(self) -> Iterable[str]:
        return self._values.keys()

    def values(self, predicate: str) -> set[str]:
        return {value for of in self._values.values() for value in of.get(predicate, ())}

    def instances(self, class_iri: str) -> list[str]:
        kind = RDF + "type"
        return sorted(s for s, of in self._values.items() if class_iri in of.get(kind, ()))

    def has(self, subject: str, predicate: str) -> bool:
        return predicate in self._values[subject]

    def all(self, subject: str, predicate: str) -> tuple[str, ...]:
        """Return the values, sorted and without repetition."""
        return tuple(sorted(set(self._values[subject].get(predicate, ()))))

    def get(self, subject: str, predicate: str) -> str | None:
        values = self._values[subject].get(predicate)
        return values[0] if values else None

    def one(self, subject: str, predicate: str) -> str:
        return self._values[subject][predicate][0]

    def text(self, subject: str, predicate: str) -> str:
        return self.get(subject, predicate) or ""


def _nodes(index: _Index) -> dict[str, Node]:
    entities = sorted(s for s in index.subjects() if s.startswith(terms.ENTITY))
    return {s: _node(index, s) for s in entities if index.has(s, RDF + "type")}


def _node(index: _Index, iri: str) -> Node:
    return Node(
        iri=iri,
        name=index.text(iri, SKOS + "prefLabel") or terms.local_name(iri),
        type=terms.local_name(index.one(iri, RDF + "type")),
        aliases=index.all(iri, SKOS + "altLabel"),
        description=index.text(iri, RDFS + "comment"),
        country=index.text(iri, FG + "country"),
        tickers=index.all(iri, FG + "ticker"),
        links=index.all(iri, SKOS + "exactMatch"),
    )


def _source(index: _Index, iri: str) -> Source:
    published = index.get(iri, SCHEMA + "datePublished")
    return Source(
        iri=iri,
        url=index.one(iri, SCHEMA + "url"),
        title=index.text(iri, SCHEMA + "headline"),
        publisher=index.text(iri, SCHEMA + "publisher"),
        published=date.fromisoformat(published) if published else None,
    )


def _statement(index: _Index, iri: str) -> Statement:
    return Statement(
        iri=iri,
        subject=index.one(iri, RDF + "subject"),
        relation=index.one(iri, RDF + "predicate").removeprefix(FG),
        object=index.one(iri, RDF + "object"),
        status=terms.status_of(index.one(iri, FG + "status")),
        confidence=float(index.one(iri, FG + "confidence")),
        evidence=_evidence(index, index.one(iri, FG + "evidence")),
        subject_span=_words(index, iri, "subject"),
        object_span=_words(index, iri, "object"),
        rule=index.text(iri, FG + "rule"),
        claimant=index.get(iri, FG + "claimant"),
        claimant_text=index.get(iri, FG + "claimantText"),
        amount=_amount(index, iri),
        time=index.get(iri, FG + "time"),
    )


def _words(index: _Index, iri: str, end: str) -> Span:
    return Span(int(index.one(iri, f"{FG}{end}Start")), int(index.one(iri, f"{FG}{end}End")))


def _measurement(index: _Index, iri: str) -> Measurement:
    quantity = _amount(index, iri)
    assert quantity is not None  # noqa: S101 - every observation is written with its amount
    return Measurement(
        iri=iri,
        subject=index.one(iri, FG + "subject"),
        metric=index.one(iri, FG + "metric").removeprefix(FG),
        quantity=quantity,
        status=terms.status_of(index.one(iri, FG + "status")),
        confidence=float(index.one(iri, FG + "confidence")),
        evidence=_evidence(index, index.one(iri, FG + "evidence")),
        period=index.get(iri, FG + "period"),
        claimant=index.get(iri, FG + "claimant"),
        claimant_text=index.get(iri, FG + "claimantText"),
    )


def _concept(index: _Index, iri: str) -> Concept:
    term = index.one(iri, SKOS + "prefLabel")
    return Concept(
        iri=iri,
        term=term,
        labels=(term, *index.all(iri, SKOS + "altLabel")),
        gloss=index.get(iri, SKOS + "definition"),
        evidence=_evidence(index, index.one(iri, FG + "evidence")),
    )


def _amount(index: _Index, owner: str) -> Quantity | None:
    iri = index.get(owner, FG + "amount")
    if iri is None:
        return None
    value = index.get(iri, SCHEMA + "value") or index.one(iri, QUDT + "numericValue")
    return Quantity(
        value=float(value),
        unit=index.text(iri, FG + "unit"),
        surface=index.text(iri, FG + "surface"),
        approximator=index.text(iri, FG + "approximator"),
    )


def _evidence(index: _Index, iri: str) -> Evidence:
    position, quote = index.all(iri, OA + "hasSelector")  # sorted, and named so that they sort thus
    return Evidence(
        source=index.one(iri, OA + "hasSource"),
        text=index.one(quote, OA + "exact"),
        span=Span(int(index.one(position, OA + "start")), int(index.one(position, OA + "end"))),
    )
