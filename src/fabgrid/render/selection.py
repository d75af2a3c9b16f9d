"""The cut of a snapshot that a page shows: around an entity, the top ones, a time, a type."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from heapq import nsmallest
from itertools import chain
from typing import Any, TypedDict, TypeVar

from fabgrid.errors import FabgridError
from fabgrid.graph.snapshot import DEFINITIONS, OBSERVATIONS, newest, term_of
from fabgrid.model import Edge, Node, Outline, Snapshot, Source, Statement
from fabgrid.ontology import Ontology

__all__ = [
    "FLAGS",
    "MOST_ENTITIES",
    "OF_TOP",
    "SENTENCES",
    "TOP",
    "Cut",
    "RenderError",
    "Wanted",
    "cut",
    "edge_of",
    "fewer",
    "find",
    "rank",
    "slug",
    "timely",
]

MOST_ENTITIES = 20_000  # of a page
TOP, OF_TOP = 400, 3  # entities of the page of a larger graph, and sentences of its lines
SENTENCES = 10  # of one line
FLAGS = "--around ENTITY --hops 1, --top 400, --since, --until, --community, --min-confidence, --type or --relation"


class RenderError(FabgridError):
    """A page cannot be written; the message names the flags that help."""


@dataclass(frozen=True, slots=True)
class Cut:
    """What to keep of a snapshot; the defaults keep everything."""

    around: str | None = None  # IRI, slug, name or alias of an entity
    hops: int = 1
    top: int | None = None
    since: date | None = None
    until: date | None = None
    types: tuple[str, ...] = ()
    relations: tuple[str, ...] = ()
    min_confidence: float = 0.0
    community: int | None = None
    sentences: int = SENTENCES  # of each line, at most

    @property
    def narrows(self) -> bool:
        """Tell whether anything but the number of entities and sentences is cut."""
        return replace(self, top=None) != Cut(hops=self.hops, sentences=self.sentences)


class Wanted(TypedDict, total=False):
    """The fields of a Cut as keyword arguments."""

    around: str | None
    hops: int
    top: int | None
    since: date | None
    until: date | None
    types: tuple[str, ...]
    relations: tuple[str, ...]
    min_confidence: float
    community: int | None
    sentences: int


_Whole = TypeVar("_Whole", bound=Snapshot | Outline)


def cut(snapshot: _Whole, ontology: Ontology, wanted: Cut, communities: Mapping[str, int]) -> _Whole:
    """Return the part of the snapshot that is wanted.

    Raises RenderError where an entity, type or relation type that is asked for does not exist, and where
    more than 20,000 entities are left.
    """
    keep_type = _type_filter(ontology, wanted.types)
    nodes = {i: n for i, n in snapshot.nodes.items() if keep_type(n.type)}
    if wanted.community is not None:
        nodes = {i: n for i, n in nodes.items() if communities.get(i) == wanted.community}
    if wanted.around is not None:
        centre = find(snapshot, wanted.around)
        nodes.setdefault(centre.iri, centre)
    statements = _statements(snapshot, ontology, wanted, nodes)
    if wanted.around is not None:
        near = _ball(statements, centre.iri, wanted.hops)
        nodes = {i: n for i, n in nodes.items() if i in near}
    elif wanted.narrows:
        told = {i for s in statements for i in (s.subject, s.object)}
        nodes = {i: n for i, n in nodes.items() if i in told or not _by_statement(wanted)}
    if wanted.top is not None:
        best = set(rank(nodes, statements, top=max(1, wanted.top)))
        nodes = {i: n for i, n in nodes.items() if i in best}
    if len(nodes) > MOST_ENTITIES:
        raise RenderError(
            f"a page of {len(nodes):,} entities is more than a browser can show"
            f" (at most {MOST_ENTITIES:,}); narrow it with {FLAGS}"
        )
    return _within(_with(snapshot, nodes=nodes, statements=statements), wanted)


def fewer(part: _Whole, ontology: Ontology, sentences: int) -> _Whole:
    """Return the part with so many statements of each line, the first and the surest.

    A line is what is drawn: the statements of one edge with one status. Observations and definitions are
    those that `details` would read: the newest.
    """
    lines: dict[tuple[str, ...], list[Statement | Edge]] = defaultdict(list)
    for s in part.statements:
        lines[*edge_of(s, ontology), s.status].append(s)
    kept = {s.iri for line in lines.values() for s in _best(line, part.sources, sentences)}
    statements = tuple(s for s in part.statements if s.iri in kept)
    numbers = newest(((m.evidence.source, m.iri, m.subject) for m in part.measurements), part.sources, OBSERVATIONS)
    measurements = tuple(m for m in part.measurements if (m.evidence.source, m.iri) in numbers)
    read = {s.source for s in statements} | {m.evidence.source for m in measurements}
    unread = {s.source for s in part.statements} - read
    sources = {iri: source for iri, source in part.sources.items() if iri not in unread}
    defined = newest(((c.evidence.source, c.iri, term_of(c.iri)) for c in part.concepts), sources, DEFINITIONS)
    concepts = tuple(c for c in part.concepts if (c.evidence.source, c.iri) in defined)
    return _with(part, sources=sources, statements=statements, measurements=measurements, concepts=concepts)


def _with(whole: _Whole, **parts: Any) -> _Whole:
    return replace(whole, **parts)


def _best(line: list[Statement | Edge], sources: Mapping[str, Source], most: int) -> list[Statement | Edge]:
    """Return the surest, and the first, from which on the page shows the line in time."""
    if len(line) <= most:
        return line
    surest = sorted(line, key=lambda s: (-s.confidence, s.iri))
    first = min(surest, key=lambda s: _published(sources.get(s.source)) or date.max)
    return [first, *(s for s in surest if s is not first)][:most]


def _published(source: Source | None) -> date | None:
    return source.published if source else None


def edge_of(statement: Statement | Edge, ontology: Ontology) -> tuple[str, str, str]:
    """Return the edge of a statement: its ends in one order where the relation type is symmetric."""
    kind, ends = ontology.relations.get(statement.relation), (statement.subject, statement.object)
    if kind is not None and kind.symmetric:
        ends = (min(ends), max(ends))
    return ends[0], statement.relation, ends[1]


def rank(nodes: Collection[str], statements: Iterable[Statement | Edge], *, top: int | None = None) -> list[str]:
    """Return the nodes' IRIs, those with most neighbours and then most statements first; all of them, or the top."""
    pairs = [(s.subject, s.object) for s in statements if s.subject in nodes and s.object in nodes]
    told = Counter(chain.from_iterable(pairs))
    neighbours = Counter(chain.from_iterable({(a, b) if a < b else (b, a) for a, b in pairs if a != b}))
    return nsmallest(top or len(nodes), nodes, key=lambda i: (-neighbours[i], -told[i], i))


def find(snapshot: Snapshot | Outline, wanted: str) -> Node:
    """Return the entity of that IRI, slug, name or alias.

    Raises RenderError with names that look alike where there is none.
    """
    if wanted in snapshot.nodes:
        return snapshot.nodes[wanted]
    folded = wanted.casefold()
    tests: tuple[Callable[[Node], bool], ...] = (
        lambda n: slug(n.iri) == wanted,
        lambda n: n.name.casefold() == folded,
        lambda n: any(a.casefold() == folded for a in n.aliases),
    )
    for test in tests:
        for iri in sorted(snapshot.nodes):
            if test(snapshot.nodes[iri]):
                return snapshot.nodes[iri]
    near = get_close_matches(wanted, sorted(n.name for n in snapshot.nodes.values()), n=3)
    hint = f"; did you mean {' or '.join(map(repr, near))}?" if near else ""
    raise RenderError(f"--around: the graph has no entity {wanted!r}{hint}")


def slug(iri: str) -> str:
    """Return the last part of an IRI.

    >>> slug("https://w3id.org/fabgrid/entity/tsmc")
    'tsmc'
    """
    return iri.rstrip("/#").rsplit("/", 1)[-1].rsplit("#", 1)[-1]


def _type_filter(ontology: Ontology, types: tuple[str, ...]) -> Callable[[str], bool]:
    for name in types:
        if name not in ontology.classes:
            raise RenderError(f"--type: no class {name!r}; one of {', '.join(sorted(ontology.classes))}")
    return lambda kind: not types or any(kind == t or ontology.is_a(kind, t) for t in types)


def _statements(
    snapshot: Snapshot | Outline, ontology: Ontology, wanted: Cut, nodes: Mapping[str, Node]
) -> tuple[Statement | Edge, ...]:
    known = {*ontology.relations, *ontology.families}
    for name in wanted.relations:
        if name not in known:
            raise RenderError(f"--relation: no {name!r}; one of {', '.join(sorted(known))}")
    names = set(wanted.relations)
    relations = {r for r in ontology.relations if names & _names_of(ontology, r)}
    told: Iterable[Statement | Edge] = snapshot.statements
    found = [s for s in told if s.subject in nodes and s.object in nodes]
    if names:
        found = [s for s in found if s.relation in relations]
    if _by_statement(replace(wanted, relations=())):
        found = [s for s in found if _is_wanted(s.confidence, s.source, snapshot.sources, wanted)]
    return tuple(found)


def _names_of(ontology: Ontology, relation: str) -> set[str]:
    names, at = {relation}, ontology.relations.get(relation)
    while at is not None:
        names |= {at.name, at.family}
        at = ontology.relations.get(at.parent) if at.parent else None
    return names


def _is_wanted(confidence: float, source: str, sources: Mapping[str, Source], wanted: Cut) -> bool:
    return confidence >= wanted.min_confidence and timely(sources.get(source), wanted)


def timely(source: Source | None, wanted: Cut) -> bool:
    """Tell whether an article is of the time that is wanted."""
    if wanted.since is None and wanted.until is None:
        return True
    day = _published(source)
    return day is not None and (wanted.since or date.min) <= day <= (wanted.until or date.max)


def _by_statement(wanted: Cut) -> bool:
    return bool(wanted.since or wanted.until or wanted.relations or wanted.min_confidence)


def _ball(statements: Iterable[Statement | Edge], centre: str, hops: int) -> set[str]:
    neighbours: dict[str, set[str]] = defaultdict(set)
    for s in statements:
        neighbours[s.subject].add(s.object)
        neighbours[s.object].add(s.subject)
    ball, rim = {centre}, {centre}
    for _ in range(hops):
        rim = {n for i in rim for n in neighbours[i]} - ball
        ball |= rim
    return ball


def _within(whole: _Whole, wanted: Cut) -> _Whole:
    """Return what is said of the nodes that are left, and by whom."""
    nodes, concepts, sources = whole.nodes, whole.concepts, whole.sources
    kept = tuple(s for s in whole.statements if s.subject in nodes and s.object in nodes)
    about = (m for m in whole.measurements if m.subject in nodes)
    measured = tuple(m for m in about if _is_wanted(m.confidence, m.evidence.source, sources, wanted))
    if wanted.narrows or wanted.top is not None:
        read = {s.source for s in kept} | {m.evidence.source for m in measured}
        concepts = tuple(c for c in concepts if c.evidence.source in read)
        sources = {i: s for i, s in sources.items() if i in read}
    return _with(whole, sources=sources, statements=kept, measurements=measured, concepts=concepts)
