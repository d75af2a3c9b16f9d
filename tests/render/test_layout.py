"""Positions: finite, the same each time, apart from each other."""

from __future__ import annotations

import math
from itertools import pairwise

import networkx as nx
import pytest

from fabgrid.render.layout import Box, around_placed, place

BOX: Box = (40.0, 14.0, 30.0)


def boxes(graph: nx.Graph) -> dict[str, Box]:
    return {f"n{k}": BOX for k in graph}


def links(graph: nx.Graph) -> list[tuple[str, str]]:
    return [(f"n{a}", f"n{b}") for a, b in graph.edges]


GRAPHS = {
    "empty": nx.empty_graph(0),
    "one": nx.empty_graph(1),
    "alone": nx.empty_graph(30),
    "pair": nx.path_graph(2),
    "path": nx.path_graph(12),
    "star": nx.star_graph(60),
    "full": nx.complete_graph(12),
    "twins": nx.complete_bipartite_graph(2, 40),
    "parts": nx.disjoint_union_all([nx.star_graph(k % 5 + 1) for k in range(25)]),
    "scale free": nx.barabasi_albert_graph(200, 2, seed=1),
    "large": nx.barabasi_albert_graph(420, 2, seed=1),
}


@pytest.mark.parametrize("name", GRAPHS)
def test_positions_are_finite_and_different(name: str) -> None:
    graph = GRAPHS[name]
    found = place(boxes(graph), links(graph))
    assert set(found) == set(boxes(graph))
    assert all(math.isfinite(v) for at in found.values() for v in at)
    assert len(set(found.values())) == len(found)


@pytest.mark.parametrize("name", ["star", "parts", "scale free", "large"])
def test_the_same_graph_has_the_same_positions(name: str) -> None:
    graph = GRAPHS[name]
    turned = [(b, a) for a, b in reversed(links(graph))]
    shuffled = dict(reversed(boxes(graph).items()))
    assert place(boxes(graph), links(graph)) == place(shuffled, turned)


@pytest.mark.parametrize("name", ["alone", "pair", "path", "star", "full", "parts", "twins"])
def test_labels_do_not_overlap(name: str) -> None:
    graph = GRAPHS[name]
    found = list(place(boxes(graph), links(graph)).values())
    half, up, down = BOX
    over = [
        (a, b)
        for k, a in enumerate(found)
        for b in found[k + 1 :]
        if abs(a[0] - b[0]) < 2 * half - 2 and abs(a[1] - b[1]) < up + down - 2
    ]
    assert not over


def test_neighbours_are_nearer_than_others() -> None:
    graph = nx.path_graph(20)
    found = place(boxes(graph), links(graph))
    near = [math.dist(found[f"n{a}"], found[f"n{b}"]) for a, b in pairwise(range(20))]
    assert max(near) < math.dist(found["n0"], found["n19"]) / 3


def test_links_to_itself_change_nothing() -> None:
    graph = nx.path_graph(5)
    assert place(boxes(graph), [*links(graph), ("n1", "n1")]) == place(boxes(graph), links(graph))


def test_hidden_entities_lie_beside_a_neighbour() -> None:
    at = {"a": (0.0, 0.0), "b": (1000.0, 0.0)}
    found = around_placed(at, ["c", "d", "e", "f"], [("a", "c"), ("c", "d"), ("e", "f")])
    assert set(found) == {"c", "d", "e", "f"}
    assert math.dist(found["c"], at["a"]) < 120
    assert math.dist(found["d"], found["c"]) < 120
    assert all(math.isfinite(v) for point in found.values() for v in point)
