"""Entities, and who is joined to whom by which article, as the text that a store keeps beside its quads.

Both could be read from the quads, in twenty times the time.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from sys import intern

from fabgrid.graph.terms import ARTICLE, ENTITY, STATEMENT
from fabgrid.model import Edge, Node, Source, Status

__all__ = ["dump_edges", "dump_node", "load_edges", "load_node"]

_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode
_decode = json.JSONDecoder().decode
_STATUSES = {status.value: status for status in Status}


def dump_node(node: Node) -> str:
    """Return all of a node but its IRI."""
    parts = (node.name, node.type, node.aliases, node.description, node.country, node.tickers, node.links)
    return _encode(parts)


def load_node(iri: str, text: str) -> Node:
    """Return the node that `dump_node` wrote."""
    name, type_, aliases, description, country, tickers, links = _decode(text)
    return Node(iri, name, type_, tuple(aliases), description, country, tuple(tickers), tuple(links))


def dump_edges(source: Source, statements: Iterable[Edge]) -> str:
    """Return an article, all but its IRI, and its statements: ends, relation type, status, confidence."""
    day = source.published.isoformat() if source.published else ""
    edges = [
        (
            s.iri.removeprefix(STATEMENT),
            s.subject.removeprefix(ENTITY),
            s.relation,
            s.object.removeprefix(ENTITY),
            s.status.value,
            s.confidence,
        )
        for s in statements
    ]
    return _encode((source.url, source.title, source.publisher, day, edges))


def load_edges(article_id: str, text: str) -> tuple[Source, list[Edge]]:
    """Return what `dump_edges` wrote: the article, and its statements."""
    url, title, publisher, day, edges = _decode(text)
    source = Source(ARTICLE + article_id, url, title, publisher, date.fromisoformat(day) if day else None)
    return source, [
        Edge(
            STATEMENT + name,
            intern(ENTITY + subject),  # there are many statements of an entity: one string serves them all
            relation,
            intern(ENTITY + object_),
            _STATUSES[status],
            confidence,
            source.iri,
        )
        for name, subject, relation, object_, status, confidence in edges
    ]
