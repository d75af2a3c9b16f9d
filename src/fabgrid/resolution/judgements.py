"""Judgements of people on the graph: a text file of JSON lines, replayed after every build.

    # a comment
    {"merge": ["https://w3id.org/fabgrid/entity/crusoe", "Crusoe Energy Systems"], "note": "renamed"}
    {"split": ["Synergy", "Synergy Research Group"]}
    {"retype": ["National Grid", "GridOperator"]}
    {"reject": "9f3a0c1d2e4b5a67"}

An entity is given by its IRI, by the IRI's last part, or by a name. Later lines win.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from fabgrid.errors import FabgridError
from fabgrid.model import slug
from fabgrid.ontology import ENTITY

__all__ = [
    "Judgement",
    "Merge",
    "Reject",
    "Retype",
    "Ruling",
    "Split",
    "append",
    "dump",
    "load",
    "parse",
    "reference",
    "replay",
]


@dataclass(frozen=True, slots=True)
class Merge:
    """Both are one thing, and it keeps the first one's IRI, unless only the other is in the registry."""

    kept: str
    absorbed: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Split:
    """The two are not one thing; without the second, every merge of the first is undone."""

    first: str
    second: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Retype:
    """The entity is of that class, whatever the articles and the registry say."""

    entity: str
    type: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Reject:
    """The statement, given by its IRI or the IRI's last part, is not what its sentence says."""

    statement: str
    note: str = ""


Judgement = Merge | Split | Retype | Reject


@dataclass(frozen=True, slots=True)
class Ruling:
    """What holds after all judgements, in their order; entities are slugs (see `reference`)."""

    merges: tuple[tuple[str, str], ...] = ()
    splits: tuple[tuple[str, str], ...] = ()
    types: tuple[tuple[str, str], ...] = ()
    rejected: frozenset[str] = frozenset()  # last parts of statements' IRIs


def reference(entity: str) -> str:
    """Return the slug that an IRI ends in or a name has."""
    return entity.removeprefix(ENTITY) if entity.startswith(ENTITY) else slug(entity)


def load(path: Path) -> tuple[Judgement, ...]:
    """Read the judgements of a file, none where it does not exist.

    Raises FabgridError with the line of the first that is not one.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError) as error:
        raise FabgridError(f"{path}: the judgements cannot be read: {error}") from None
    judgements = []
    for number, line in enumerate(lines, start=1):
        if line.strip() and not line.lstrip().startswith(("#", "//")):
            try:
                judgements.append(parse(line))
            except ValueError as error:
                raise FabgridError(f"{path}:{number}: {error}; correct or delete the line") from None
    return tuple(judgements)


def append(path: Path, judgement: Judgement) -> None:
    """Add a judgement at the end of the file, which is made where it does not exist, durably and wholly or not at all.

    Raises FabgridError where the disk is full or may not be written to.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a+b", buffering=0) as handle:
            size = handle.seek(0, os.SEEK_END)
            handle.seek(max(0, size - 1))
            cut = size > 0 and handle.read(1) != b"\n"  # an editor that ends no last line
            line = (b"\n" if cut else b"") + dump(judgement).encode() + b"\n"
            if handle.write(line) < len(line):
                handle.truncate(size)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(handle)
    except OSError as error:
        why = f"the judgement cannot be written ({error.strerror})"
        raise FabgridError(f"{path}: {why}; free space or make it writable, and run the command again") from None


def dump(judgement: Judgement) -> str:
    """Return the judgement as its line."""
    match judgement:
        case Merge(kept, absorbed):
            value: dict[str, object] = {"merge": [kept, absorbed]}
        case Split(first, second):
            value = {"split": [first, second] if second else [first]}
        case Retype(entity, type_name):
            value = {"retype": [entity, type_name]}
        case Reject(statement):
            value = {"reject": statement}
    return json.dumps(value | ({"note": judgement.note} if judgement.note else {}), ensure_ascii=False)


def parse(line: str) -> Judgement:
    """Return the judgement of a line; raises ValueError where it is none."""
    try:
        value = json.loads(line)
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error.msg} in column {error.colno}") from None
    if not isinstance(value, dict):
        raise ValueError('not a judgement: write {"merge": ["A", "B"]}')
    verbs = [key for key in value if key != "note"]
    if len(verbs) != 1 or verbs[0] not in ("merge", "split", "retype", "reject"):
        raise ValueError("a judgement is one of merge, split, retype, reject, and a note")
    note = value.get("note", "")
    words = value[verbs[0]] if isinstance(value[verbs[0]], list) else [value[verbs[0]]]
    if not all(isinstance(word, str) and word.strip() for word in (*words, note or "-")):
        raise ValueError(f"{verbs[0]} takes names between quotes, none empty")
    return _judgement(verbs[0], words, note)


def _judgement(verb: str, words: list[str], note: str) -> Judgement:
    match verb, words:
        case "merge", [kept, absorbed] if reference(kept) != reference(absorbed):
            return Merge(kept, absorbed, note)
        case "split", [first]:
            return Split(first, "", note)
        case "split", [first, second] if reference(first) != reference(second):
            return Split(first, second, note)
        case "retype", [entity, type_name]:
            return Retype(entity, type_name, note)
        case "reject", [statement]:
            return Reject(statement, note)
    wanted = {"merge": "two different entities", "split": "one entity or two different ones"}
    wanted |= {"retype": "an entity and a type", "reject": "one statement"}
    raise ValueError(f"{verb} takes {wanted[verb]}")


def replay(judgements: Iterable[Judgement]) -> Ruling:
    """Return what holds after all judgements: later ones win, merges are transitive."""
    merges: list[tuple[str, str]] = []
    splits: dict[tuple[str, str], None] = {}  # a dict keeps the order
    types: dict[str, str] = {}
    rejected: set[str] = set()
    for judgement in judgements:
        match judgement:
            case Merge(kept, absorbed):
                pair = reference(kept), reference(absorbed)
                merges = [m for m in merges if set(m) != set(pair)] + [pair]
                group = _connected(merges, pair[0])
                splits = {s: None for s in splits if not set(s) <= group}
            case Split(first, second):
                merges = _undone(merges, reference(first), reference(second) if second else "")
                if second:
                    splits[reference(first), reference(second)] = None
            case Retype(entity, type_name):
                types[reference(entity)] = type_name
            case Reject(statement):
                rejected.add(statement.rstrip("/").rsplit("/", 1)[-1].rsplit(":", 1)[-1])
    return Ruling(tuple(merges), tuple(splits), tuple(types.items()), frozenset(rejected))


def _connected(merges: list[tuple[str, str]], start: str) -> set[str]:
    group, grown = {start}, True
    while grown:
        found = {name for pair in merges if group & set(pair) for name in pair} - group
        group, grown = group | found, bool(found)
    return group


def _undone(merges: list[tuple[str, str]], first: str, second: str) -> list[tuple[str, str]]:
    if not second:
        return [pair for pair in merges if first not in pair]
    kept: list[tuple[str, str]] = []
    for pair in merges:  # a merge that would connect the two, be it through others, gives way
        if second not in _connected([*kept, pair], first):
            kept.append(pair)
    return kept
