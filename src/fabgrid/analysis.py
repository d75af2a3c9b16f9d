"""Snapshot or outline -> what the graph as a whole tells: rank, paths, communities, choke points, change."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain, islice, pairwise

import networkx as nx
import numpy as np

from fabgrid.graph.network import network
from fabgrid.model import Edge, Outline, Snapshot, Statement, Status

__all__ = [
    "Change",
    "ChokePoint",
    "Path",
    "Rank",
    "change",
    "choke_points",
    "communities",
    "network",
    "paths",
    "rank",
]

SUPPLY = ("supplies", "fabricatesFor")
PLACES = ("locatedIn", "headquarteredIn")
PLACE_STEPS = 3
_SEED = 7  # Louvain visits nodes at random; the same graph must give the same communities


@dataclass(frozen=True, slots=True)
class Rank:
    """How central an entity is: distinct neighbours, and PageRank along the direction of the edges."""

    iri: str
    name: str
    neighbours: int
    pagerank: float


@dataclass(frozen=True, slots=True)
class Path:
    """Entities from one to another, and for each step the statements that make it, the surest first."""

    nodes: tuple[str, ...]
    steps: tuple[tuple[Statement | Edge, ...], ...]


@dataclass(frozen=True, slots=True)
class ChokePoint:
    """An entity on which others depend.

    `captive` are those whom nobody else is known to supply; `separates` tells that without it the
    supply chain would fall apart (an articulation point).
    """

    iri: str
    name: str
    dependents: tuple[str, ...]
    captive: tuple[str, ...]
    separates: bool


@dataclass(frozen=True, slots=True)
class Change:
    """What articles of a period say (`appeared`), and what they say otherwise than before.

    `settled` pairs an earlier planned or reported statement with one that asserts it in the period,
    `withdrawn` an earlier asserted or planned one with one that denies it or calls it past.
    """

    appeared: tuple[Statement, ...]
    settled: tuple[tuple[Statement, Statement], ...]
    withdrawn: tuple[tuple[Statement, Statement], ...]


def rank(snapshot: Snapshot | Outline, *, top: int | None = None) -> list[Rank]:
    """Return the entities with an asserted edge, by distinct neighbours, then PageRank, then IRI."""
    edges = [(s.subject, s.object) for s in snapshot.statements if s.status is Status.ASSERTED]
    weights = _pagerank(snapshot.nodes, edges)
    neighbours = Counter(end for pair in set(map(frozenset, edges)) for end in pair)
    order = sorted(neighbours, key=lambda iri: (-neighbours[iri], -weights[iri], iri))
    return [Rank(iri, _name(snapshot, iri), neighbours[iri], weights[iri]) for iri in order[:top]]


def paths(
    snapshot: Snapshot | Outline,
    source: str,
    target: str,
    *,
    limit: int = 3,
    longest: int = 6,
    statuses: Collection[Status] = (Status.ASSERTED,),
) -> list[Path]:
    """Return the shortest paths between two entities, whatever the direction of their edges.

    At most `limit` paths of at most `longest` steps; of equally short ones the surest come first.
    """
    graph = nx.Graph()
    between: dict[frozenset[str], list[Statement | Edge]] = defaultdict(list)
    for statement in snapshot.statements:
        if statement.status in statuses:
            between[frozenset((statement.subject, statement.object))].append(statement)
    for ends, statements in sorted(between.items(), key=lambda item: sorted(item[0])):
        statements.sort(key=lambda s: (-s.confidence, s.iri))
        # One step costs one, and a little less the surer it is: never worth a step more. To be in one
        # place connects little: such a step is taken where three others would not do.
        steps = min(PLACE_STEPS if s.relation in PLACES else 1 for s in statements)
        graph.add_edge(*sorted(ends), cost=steps - statements[0].confidence / 1000)
    if source not in graph or target not in graph or not nx.has_path(graph, source, target):
        return []
    found = islice(nx.shortest_simple_paths(graph, source, target, weight="cost"), limit)
    return [_path(nodes, between) for nodes in found if len(nodes) <= longest + 1]


def communities(snapshot: Snapshot | Outline) -> dict[str, int]:
    """Return the community of each entity with an asserted edge, the largest being number 0 (Louvain)."""
    graph = nx.Graph()
    for statement in snapshot.statements:
        if statement.status is Status.ASSERTED:
            a, b = sorted((statement.subject, statement.object))
            weight = graph[a][b]["weight"] if graph.has_edge(a, b) else 0.0
            graph.add_edge(a, b, weight=weight + statement.confidence)
    if not graph:
        return {}
    groups = nx.community.louvain_communities(graph, weight="weight", seed=_SEED)
    ordered = sorted(groups, key=lambda group: (-len(group), min(group)))
    return {iri: number for number, group in enumerate(ordered) for iri in sorted(group)}


def choke_points(snapshot: Snapshot | Outline, *, relations: Collection[str] = SUPPLY) -> list[ChokePoint]:
    """Return the suppliers by how many depend on them alone, then by how many they supply."""
    suppliers: dict[str, set[str]] = defaultdict(set)
    customers: dict[str, set[str]] = defaultdict(set)
    chain = nx.Graph()
    for statement in snapshot.statements:
        if statement.status is Status.ASSERTED and statement.relation in relations:
            suppliers[statement.object].add(statement.subject)
            customers[statement.subject].add(statement.object)
            chain.add_edge(statement.subject, statement.object)
    cuts = set(nx.articulation_points(chain))
    found = [
        ChokePoint(
            iri,
            _name(snapshot, iri),
            dependents=tuple(sorted(served)),
            captive=tuple(sorted(c for c in served if suppliers[c] == {iri})),
            separates=iri in cuts,
        )
        for iri, served in customers.items()
    ]
    return sorted(found, key=lambda c: (-len(c.captive), -len(c.dependents), c.iri))


def change(snapshot: Snapshot, since: date, until: date | None = None) -> Change:
    """Return what articles dated from `since` to `until` (included) say that earlier ones do not.

    Articles without a date are taken as earlier.
    """
    before: dict[tuple[str, str, str], list[Statement]] = defaultdict(list)
    period: list[Statement] = []
    for statement in snapshot.statements:
        day = snapshot.sources[statement.source].published
        if day is None or day < since:
            before[_said(statement)].append(statement)
        elif until is None or day <= until:
            period.append(statement)
    known = {(key, s.status) for key, earlier in before.items() for s in earlier}
    return Change(
        appeared=tuple(s for s in period if (_said(s), s.status) not in known),
        settled=tuple(_pairs(before, period, {Status.PLANNED, Status.REPORTED}, {Status.ASSERTED})),
        withdrawn=tuple(_pairs(before, period, {Status.ASSERTED, Status.PLANNED}, {Status.DENIED, Status.PAST})),
    )


def _pairs(
    before: dict[tuple[str, str, str], list[Statement]],
    period: list[Statement],
    was: set[Status],
    becomes: set[Status],
) -> Iterator[tuple[Statement, Statement]]:
    for now in period:
        if now.status in becomes:
            yield from ((then, now) for then in before.get(_said(now), ()) if then.status in was)


def _said(statement: Statement) -> tuple[str, str, str]:
    return statement.subject, statement.relation, statement.object


def _path(nodes: list[str], between: dict[frozenset[str], list[Statement | Edge]]) -> Path:
    steps = (tuple(between[frozenset(pair)]) for pair in pairwise(nodes))
    return Path(tuple(nodes), tuple(steps))


def _name(snapshot: Snapshot | Outline, iri: str) -> str:
    node = snapshot.nodes.get(iri)
    return node.name if node else iri


def _pagerank(
    nodes: Iterable[str], edges: Collection[tuple[str, str]], *, damping: float = 0.85, rounds: int = 60
) -> dict[str, float]:
    """Return PageRank by power iteration, each edge counting as often as it is given; networkx's would need SciPy."""
    numbers = {iri: k for k, iri in enumerate(dict.fromkeys([*nodes, *chain(*edges)]))}
    source, target = (np.array([numbers[pair[end]] for pair in edges], dtype=np.intp) for end in (0, 1))
    count = len(numbers)
    leaving = np.bincount(source, minlength=count)
    score = np.full(count, 1 / max(count, 1))
    for _ in range(rounds):
        share = score / np.maximum(leaving, 1)
        lost = score[leaving == 0].sum()
        score = (1 - damping + damping * lost) / max(count, 1) + damping * np.bincount(target, share[source], count)
    return dict(zip(numbers, score.tolist(), strict=True))
