"""Quads -> Snapshot: reads back what `statements.py` writes.

Of a large store in two steps: its outline, which tells who is joined to whom, then the details of a part.
A store keeps its outline beside its quads, if it is a folder and of the present format.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING

import pyoxigraph as ox

from fabgrid.errors import StoreError
from fabgrid.graph import terms
from fabgrid.graph.outline import dump_edges, dump_node, load_edges, load_node
from fabgrid.graph.terms import FG, OA, QUDT, RDF, RDFS, SCHEMA, SKOS
from fabgrid.heap import paused
from fabgrid.model import (
    Concept,
    Edge,
    Evidence,
    Measurement,
    Node,
    Outline,
    Quantity,
    Snapshot,
    Source,
    Span,
    Statement,
)

if TYPE_CHECKING:
    from fabgrid.graph.store import Store

__all__ = [
    "DEFINITIONS",
    "OBSERVATIONS",
    "about",
    "details",
    "edges_of",
    "newest",
    "outline",
    "read",
    "read_outline",
    "term_of",
    "write_outline",
]

OBSERVATIONS = 30  # of one entity, in a part
DEFINITIONS = 3  # of one term

_ARTICLE = tuple(SCHEMA + name for name in ("url", "headline", "publisher", "datePublished"))
_EDGE = (RDF + "subject", RDF + "predicate", RDF + "object", FG + "status", FG + "confidence")
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
    told = (quad for end in ends for quad in store.match(predicate=ox.NamedNode(end), value=node))
    said = {(graph.value, iri.value) for iri, _, _, graph in told}
    index = _Index(_with_parts(store, said))
    named = {entity} | {iri for end in (*ends, FG + "claimant") for iri in index.values(end)}
    index.add(store.about(named, graph=terms.ENTITIES_GRAPH.value))
    for iri in index.values(OA + "hasSource"):
        for name in (RDF + "type", *_ARTICLE):
            index.add(store.match(ox.NamedNode(iri), ox.NamedNode(name)))
    return _snapshot(index)


def outline(store: Store) -> Outline:
    """Return entities, articles, and who is joined to whom."""
    with paused():
        return _kept_outline(store) if store.keeps_outline else read_outline(store)


def _kept_outline(store: Store) -> Outline:
    sources: dict[str, Source] = {}
    statements: list[Edge] = []
    try:
        nodes = {iri: load_node(iri, content) for iri, content in store.records.nodes()}
        for article_id, content in store.records.edges():
            source, edges = load_edges(article_id, content)
            sources[source.iri] = source
            statements.extend(edges)
    except (ValueError, TypeError, KeyError) as error:
        remedy = f"write it anew from the quads: fabgrid doctor --store {store.path}"
        raise StoreError(str(store.path), f"the outline is damaged ({error})", remedy) from error
    return Outline(nodes, sources, tuple(sorted(statements, key=attrgetter("iri"))))


def read_outline(store: Store) -> Outline:
    """Return what `outline` does from the quads alone, in a quarter of the time of `read`."""
    nodes = _nodes(_Index(store.match(graph=terms.ENTITIES_GRAPH)))
    sources, statements = _outlined(chain(*(store.match(predicate=ox.NamedNode(name)) for name in (*_ARTICLE, *_EDGE))))
    return Outline(nodes, sources, tuple(sorted(statements, key=attrgetter("iri"))))


def write_outline(store: Store) -> None:
    """Keep the outline that the quads of a store give."""
    found = read_outline(store)
    statements: dict[str, list[Edge]] = {iri: [] for iri in found.sources}
    for statement in found.statements:
        statements[statement.source].append(statement)
    ids = {iri: iri.removeprefix(terms.ARTICLE) for iri in found.sources}
    edges = {ids[iri]: dump_edges(found.sources[iri], told) for iri, told in statements.items()}
    records = store.records
    with records.transaction():
        records.mark_projected(records.projected(), edges, replaced=[i for i, _ in records.edges() if i not in edges])
        records.release_nodes([iri for iri, _ in records.nodes()])
        records.forget_nodes()
        records.note_nodes({iri: dump_node(node) for iri, node in found.nodes.items()})
        records.mark_nodes()


def edges_of(article: Iterable[ox.Quad]) -> str:
    """Return what a store keeps of the graph of one article."""
    sources, statements = _outlined(article)
    (source,) = sources.values()
    return dump_edges(source, statements)


def _outlined(quads: Iterable[ox.Quad]) -> tuple[dict[str, Source], list[Edge]]:
    """Return articles and statements, each sorted by IRI; other quads are passed over."""
    index, article_of = _Index(()), {}
    for quad in quads:
        subject, predicate, _, graph = quad
        if predicate.value in _EDGE:
            article_of[subject.value] = graph.value
        elif predicate.value not in _ARTICLE:
            continue
        index.add((quad,))
    articles = sorted(s for s in index.subjects() if index.has(s, SCHEMA + "url"))
    sources = {s: _source(index, s) for s in articles}
    # A server may change between two requests: what has not all its parts is left out.
    edges = (_edge(index, iri, article) for iri, article in sorted(article_of.items()) if article in sources)
    return sources, [edge for edge in edges if edge]


def _edge(index: _Index, iri: str, article: str) -> Edge | None:
    if not all(index.has(iri, part) for part in _EDGE):
        return None
    subject, relation, object_, status, confidence = (index.one(iri, part) for part in _EDGE)
    name = relation.removeprefix(FG)
    return Edge(iri, subject, name, object_, terms.status_of(status), float(confidence), article)


def details(store: Store, part: Outline, sources: Mapping[str, Source]) -> Snapshot:
    """Return a part of an outline with all that is said of it: words, observations, terms.

    Of each entity it has the newest observations of the `sources`, and of each term of the articles that
    say something of the part the newest definitions.
    """
    said = {(s.source, s.iri) for s in part.statements}
    observed = {
        (graph.value, found.value, iri)
        for iri in part.nodes
        for found, _, _, graph in store.match(predicate=ox.NamedNode(FG + "subject"), value=ox.NamedNode(iri))
    }
    numbers = newest(observed, sources, OBSERVATIONS)
    read_from = {s.source for s in part.statements} | part.sources.keys()
    read_from |= {source for source, _ in numbers}
    glossary = store.match(predicate=ox.NamedNode(RDF + "type"), value=ox.NamedNode(SKOS + "Concept"))
    defined = ((graph.value, found.value) for found, _, _, graph in glossary)
    said |= newest(((s, iri, term_of(iri)) for s, iri in defined if s in read_from), sources, DEFINITIONS)
    full = read(_with_parts(store, said | numbers))
    return Snapshot(part.nodes, part.sources, full.statements, full.measurements, full.concepts)


def newest(found: Iterable[tuple[str, str, str]], sources: Mapping[str, Source], most: int) -> set[tuple[str, str]]:
    """Return so many of what each group has, given by article, IRI and group, those of the newest articles.

    What other articles than the `sources` say is left out.
    """
    groups: dict[str, list[tuple[date, str, str]]] = defaultdict(list)
    for source, iri, group in found:
        if source in sources:
            groups[group].append((sources[source].published or date.min, iri, source))
    return {(source, iri) for group in groups.values() for _, iri, source in sorted(group)[-most:]}


def term_of(concept: str) -> str:
    """Return what the IRIs of all definitions of a term begin with."""
    return concept.rpartition("-")[0]


def _with_parts(store: Store, said: Iterable[tuple[str, str]]) -> Iterator[ox.Quad]:
    """Yield what is said of subjects, given by graph and IRI, and of their evidence and amounts, graph by graph."""
    by_graph: dict[str, set[str]] = defaultdict(set)
    for graph, iri in said:
        by_graph[graph].add(iri)
    for graph, subjects in sorted(by_graph.items()):
        seen: set[str] = set()
        while subjects:
            seen |= subjects
            parts = set()
            for quad in store.about(subjects, graph=graph):
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
