"""Extraction <-> JSON: exact, stable and versioned."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import MISSING, fields
from datetime import date
from typing import Any

from fabgrid.model import (
    Article,
    Definition,
    Entity,
    Extraction,
    Fact,
    Mention,
    MentionKind,
    Observation,
    Quantity,
    Span,
    Status,
)

__all__ = ["VERSION", "dump_inventory", "dumps", "load_entities", "load_statements", "loads"]

VERSION = 1  # raised with every change of the nouns that old records could not be read with

_PARTS = {
    "entities": Entity,
    "mentions": Mention,
    "facts": Fact,
    "observations": Observation,
    "definitions": Definition,
}
_READERS: dict[str, Any] = {
    "aliases": tuple,
    "amount": lambda v: Quantity(**v),
    "quantity": lambda v: Quantity(**v),
    "published": date.fromisoformat,
    "status": Status,
    "kind": MentionKind,
    "span": lambda v: Span(*v),
    "evidence": lambda v: Span(*v),
    "subject_span": lambda v: Span(*v),
    "object_span": lambda v: Span(*v),
    "quantity_span": lambda v: Span(*v),
}
_LAYOUTS: dict[type, list[tuple[str, Any]]] = {
    kind: [(f.name, f.default) for f in fields(kind)] for kind in (Article, Quantity, *_PARTS.values())
}
_CONVERTED = {kind: frozenset(name for name, _ in layout if name in _READERS) for kind, layout in _LAYOUTS.items()}


def dumps(extraction: Extraction) -> str:
    """Return the extraction as JSON; fields that have their default value are left out."""
    content: dict[str, Any] = {"version": VERSION, "article": _encode(extraction.article)}
    for name in _PARTS:
        content[name] = [_encode(value) for value in getattr(extraction, name)]
    return json.dumps(content, separators=(",", ":"), sort_keys=True)


def loads(text: str) -> Extraction:
    """Return the extraction that `dumps` wrote; raises ValueError for another version."""
    content = json.loads(text)
    if content["version"] != VERSION:
        raise ValueError(f"a record of version {content['version']}, not {VERSION}")
    parts = {name: tuple(_decode(kind, v) for v in content[name]) for name, kind in _PARTS.items()}
    return Extraction(article=_decode(Article, content["article"]), **parts)


def dump_inventory(entities: Iterable[Entity], statements: Iterable[str]) -> str:
    """Return entities and names of statements as JSON, each entity as a text of its own."""
    texts = [json.dumps((e.name, e.type, e.iri, *e.aliases), separators=(",", ":")) for e in entities]
    return json.dumps({"entities": texts, "statements": list(statements)}, separators=(",", ":"))


def load_entities(inventory: str, known: dict[str, Entity]) -> tuple[Entity, ...]:
    """Return the entities that `dump_inventory` wrote; `known` keeps them by their texts, for most are met again."""
    texts = json.loads(inventory)["entities"]
    for text in texts:
        if text not in known:
            name, type_, iri, *aliases = json.loads(text)
            known[text] = Entity(name, type_, tuple(aliases), iri)
    return tuple([known[text] for text in texts])


def load_statements(inventory: str) -> tuple[str, ...]:
    """Return the names of statements that `dump_inventory` wrote."""
    return tuple(json.loads(inventory)["statements"])


def _encode(value: Any) -> dict[str, Any]:
    pairs = ((name, getattr(value, name), default) for name, default in _LAYOUTS[type(value)])
    return {name: _plain(v) for name, v, default in pairs if default is MISSING or v != default}


def _plain(value: Any) -> Any:
    if isinstance(value, Span):
        return [value.start, value.end]
    if isinstance(value, Quantity):
        return _encode(value)
    return value.isoformat() if isinstance(value, date) else value


def _decode(kind: type, content: dict[str, Any]) -> Any:
    for name in _CONVERTED[kind].intersection(content):
        content[name] = _READERS[name](content[name])
    return kind(**content)
