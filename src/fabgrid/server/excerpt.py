"""What is said of a few entities, cut out of a store of any size. Runs in a worker."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice

import pyoxigraph as ox

from fabgrid.graph.terms import ENTITIES_GRAPH, ENTITY, FG, OA, PREFIXES, PROV, RDF, SCHEMA

__all__ = ["about", "best_connected", "between", "is_known"]

_SUBJECT, _OBJECT, _OF = (ox.NamedNode(iri) for iri in (RDF + "subject", RDF + "object", FG + "subject"))
# From a statement to its sentence, article, amount and entities.
_FOLLOWED = {
    *(FG + name for name in ("evidence", "amount", "claimant", "subject")),
    *(OA + name for name in ("hasSelector", "hasSource")),
    *(RDF + name for name in ("subject", "object")),
    PROV + "wasDerivedFrom",
}
_OF_A_PAIR = 5  # statements: one pair that every article names must not be all of a picture
_LEFT_OUT = {SCHEMA + "mentions"}  # of an article: most are about others
_BEST = """SELECT ?entity { ?statement rdf:subject|rdf:object ?entity }
    GROUP BY ?entity ORDER BY DESC(COUNT(?statement)) ?entity LIMIT %d"""


def is_known(store: ox.Store, entity: ox.NamedNode) -> bool:
    """Tell whether the graph has an entity of that IRI."""
    return next(store.quads_for_pattern(entity, None, None, ENTITIES_GRAPH), None) is not None


def about(store: ox.Store, entity: ox.NamedNode, most: int) -> tuple[list[ox.Quad], int]:
    """Return the quads of what is said of an entity, and how many statements and numbers that is.

    At most `most` of them; each comes with its sentence, article and entities.
    """
    told = [
        quad.subject
        for predicate in (_SUBJECT, _OBJECT, _OF)
        for quad in store.quads_for_pattern(None, predicate, entity)
    ]
    found = list(dict.fromkeys(told))
    edges = store.quads_for_pattern(entity, None, None)
    return [*edges, *_described(store, islice(found, most))], len(found)


def best_connected(store: ox.Store, most: int) -> list[ox.NamedNode]:
    """Return the entities that most statements are about."""
    rows = store.query(_BEST % most, prefixes=PREFIXES, use_default_graph_as_union=True)
    assert isinstance(rows, ox.QuerySolutions)  # noqa: S101 - it is a SELECT
    return [row["entity"] for row in rows if isinstance(row["entity"], ox.NamedNode)]


def between(store: ox.Store, entities: Iterable[ox.NamedNode], most: int) -> Iterator[ox.Quad]:
    """Yield the quads of statements between these entities, at most so many statements and a few of each pair."""
    yield from _described(store, islice(_between(store, set(entities)), most))


def _between(store: ox.Store, entities: set[ox.NamedNode]) -> Iterator[object]:
    drawn: Counter[tuple[object, object]] = Counter()
    for entity in sorted(entities, key=str):
        for statement, *_ in store.quads_for_pattern(None, _SUBJECT, entity):
            for _, _, other, _ in store.quads_for_pattern(statement, _OBJECT, None):
                if other in entities and drawn[entity, other] < _OF_A_PAIR:
                    drawn[entity, other] += 1
                    yield statement


def _described(store: ox.Store, nodes: Iterable[object]) -> Iterator[ox.Quad]:
    """Yield what is said of the nodes and of what they lead to; of an entity, only what it is."""
    seen: set[object] = set()
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        if node in seen or not isinstance(node, ox.NamedNode):
            continue
        seen.add(node)
        graph = ENTITIES_GRAPH if node.value.startswith(ENTITY) else None
        for quad in store.quads_for_pattern(node, None, None, graph):
            if quad.predicate.value in _LEFT_OUT:
                continue
            yield quad
            if quad.predicate.value in _FOLLOWED:
                waiting.append(quad.object)
