"""Positions of entities: stress majorization of each connected part, labels pushed apart, parts packed.

Plain numpy, so that the same graph gives the same picture each time and nothing moves in the browser.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

import networkx as nx
import numpy as np
from numpy.typing import NDArray

__all__ = ["Box", "around_placed", "place"]

Points: TypeAlias = NDArray[np.float64]
Box: TypeAlias = tuple[float, float, float]  # half width, height above and below the centre, pixels

GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))
ASPECT = 1.0  # width to height of the canvas between the two side panels
ROOM = 1.9  # how much more area a part gets than its boxes cover
CROWDED_ROOM = 3.2  # the same where only shapes are kept apart
SHORTEST = 62.0  # mean length of a line, pixels
CELL = 16.0  # pixels of the grid on which parts are packed
READABLE = 300  # up to so many entities every label gets room of its own


def place(boxes: Mapping[str, Box], links: Iterable[tuple[str, str]]) -> dict[str, tuple[float, float]]:
    """Return a position in pixels for every key of the boxes, centred on (0, 0)."""
    graph = nx.Graph()
    graph.add_nodes_from(boxes)
    graph.add_edges_from((a, b) for a, b in links if a != b)
    parts = [sorted(part) for part in nx.connected_components(graph)]
    parts.sort(key=lambda part: (-len(part), part[0]))
    linked = sum(len(part) for part in parts if len(part) > 1)
    if linked > READABLE:  # names find a place where they can: only the shapes stay apart
        boxes = {key: (up + 6.0, up + 6.0, up + 6.0) for key, (_, up, _) in boxes.items()}
    room = CROWDED_ROOM if linked > READABLE else ROOM
    return _pack([(part, _part(graph, part, boxes, room)) for part in parts], boxes)


def around_placed(
    placed: Mapping[str, tuple[float, float]], keys: Sequence[str], links: Iterable[tuple[str, str]]
) -> dict[str, tuple[float, float]]:
    """Return positions for entities that are not shown at first: in a spiral beside a neighbour."""
    neighbours: dict[str, list[str]] = {}
    for a, b in links:
        neighbours.setdefault(a, []).append(b)
        neighbours.setdefault(b, []).append(a)
    found = dict(placed)
    used: dict[str, int] = {}
    waiting = list(keys)
    while waiting:
        later = [key for key in waiting if not _beside(found, used, key, neighbours.get(key, []))]
        if len(later) == len(waiting):  # a part of which nothing is shown: its first goes below
            found[later[0]] = (round(60.0 * len(used), 1), 2400.0)
            later = later[1:]
        waiting = later
    return {key: found[key] for key in keys}


def _beside(found: dict[str, tuple[float, float]], used: dict[str, int], key: str, near: list[str]) -> bool:
    hosts = [n for n in near if n in found]
    if not hosts:
        return False
    host = min(hosts, key=lambda n: (used.get(n, 0), n))
    turn = used[host] = used.get(host, 0) + 1
    radius, angle = 64 + 26 * math.sqrt(turn), turn * GOLDEN_ANGLE
    x, y = found[host]
    found[key] = (round(x + radius * math.cos(angle), 1), round(y + radius * math.sin(angle), 1))
    return True


# ---------------------------------------------------------------- one connected part


def _part(graph: nx.Graph, part: list[str], boxes: Mapping[str, Box], room: float) -> Points:
    if len(part) == 1:
        return np.zeros((1, 2))
    size = np.array([boxes[key] for key in part])
    distance = _distances(nx.to_numpy_array(graph, nodelist=part, weight=None))
    points = np.array([[0.0, -0.5], [0.0, 0.5]]) if len(part) == 2 else _stress(distance)
    points = _evened(_upright(points)) if len(part) > 8 else points
    points *= _scale(points, size, distance, room)
    return _push_apart(points, size, rounds=400 if len(part) <= READABLE else 60)


def _distances(adjacent: Points) -> Points:
    """Return the number of steps between each two entities: breadth first, all at once."""
    n = len(adjacent)
    step = (adjacent > 0).astype(np.float32)
    reached = np.eye(n, dtype=bool)
    distance = np.zeros((n, n))
    rim, steps = reached.astype(np.float32), 0
    while rim.any():
        steps += 1
        new = (rim @ step > 0) & ~reached
        distance[new] = steps
        reached |= new
        rim = new.astype(np.float32)
    return distance


def _stress(distance: Points, *, rounds: int = 80, tolerance: float = 4e-4) -> Points:
    """Return points whose distances come near those of the graph (SMACOF, weights 1/d²)."""
    n = len(distance)
    weight = 1.0 / (distance + np.eye(n)) ** 2
    np.fill_diagonal(weight, 0.0)
    inverse = np.linalg.inv(np.diag(weight.sum(axis=1)) - weight + 1.0 / n) - 1.0 / n
    points, last = _start(distance), math.inf
    pull = weight * distance
    constant = float((pull * distance).sum())
    for _ in range(rounds):
        apart = _apart(points)
        stress = constant + float(np.vdot(weight, apart * apart)) - 2 * float(np.vdot(pull, apart))
        if last - stress < tolerance * stress:
            break
        last = stress
        ratio = np.divide(pull, np.maximum(apart, 1e-6, out=apart), out=apart)
        points = inverse @ (ratio.sum(axis=1)[:, None] * points - ratio @ points)
    return points


def _start(distance: Points) -> Points:
    """Return the classical scaling of the distances, with a spiral that parts twins."""
    n = len(distance)
    squared = distance**2
    centred = squared.mean(axis=0) + squared.mean(axis=1)[:, None] - squared - squared.mean()
    k = np.arange(n)
    angle, radius = k * GOLDEN_ANGLE, np.sqrt((k + 1) / n)
    spiral = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    axes = spiral.copy()
    for _ in range(40):  # the two main axes, by repeated multiplication
        axes, _ = np.linalg.qr(centred @ axes)
    return np.asarray(axes * math.sqrt(n) + 0.3 * spiral)


def _apart(points: Points) -> Points:
    square = (points**2).sum(axis=1)
    found = square[:, None] + square - 2.0 * (points @ points.T)
    return np.asarray(np.sqrt(np.maximum(found, 0.0, out=found), out=found))


def _upright(points: Points) -> Points:
    """Return the points turned so that their longest axis lies flat, signs fixed."""
    centred = points - points.mean(axis=0)
    _, axes = np.linalg.eigh(centred.T @ centred)
    turned = centred @ axes[:, ::-1]
    for axis in range(2):
        peak = turned[np.argmax(np.abs(turned[:, axis])), axis]
        turned[:, axis] *= -1 if peak < 0 else 1
    return np.asarray(turned)


def _evened(points: Points, *, share: float = 0.45) -> Points:
    """Return the points drawn towards an even spread: a crowded middle opens, stragglers come in."""
    evened = points.copy()
    for axis in range(2):
        values = points[:, axis]
        order = np.empty(len(values))
        order[np.argsort(values, kind="stable")] = np.linspace(-1.0, 1.0, len(values))
        reach = float(np.abs(values).max()) or 1.0
        evened[:, axis] = (1 - share) * values / reach + share * order
    return evened


def _scale(points: Points, size: Points, distance: Points, room: float) -> Points:
    """Return the stretch in x and y that gives all boxes that many times their area."""
    extent = np.maximum(points.max(axis=0) - points.min(axis=0), 0.4)
    need = room * float((2 * size[:, 0] * (size[:, 1] + size[:, 2])).sum())
    both = math.sqrt(need / float(extent[0] * extent[1]))
    edge = float(_apart(points)[distance == 1].mean())
    both = max(both, SHORTEST / max(edge, 1e-6))
    lean = min(1.35, max(0.7, math.sqrt(ASPECT * float(extent[1] / extent[0]))))
    return np.array([both * lean, both / lean])


def _push_apart(points: Points, size: Points, *, rounds: int) -> Points:
    """Return the points moved so far that the boxes around them, labels included, are free."""
    points = points.copy()
    half, up, down = size[:, 0], size[:, 1], size[:, 2]
    for k in range(rounds):
        if k % 6 == 0:
            a, b = _near(points, size, slack=40.0)
        across, along = points[b, 0] - points[a, 0], points[b, 1] - points[a, 1]
        below = along >= 0
        over_x = half[a] + half[b] - np.abs(across)
        over_y = np.where(below, down[a] + up[b], up[a] + down[b]) - np.abs(along)
        hit = (over_x > 0) & (over_y > 0)
        if k % 6 == 0 and not hit.any():
            break
        sideways = hit & (over_x < over_y)
        x = np.where(sideways, 0.28 * np.where(across >= 0, over_x, -over_x), 0.0)
        y = np.where(hit & ~sideways, 0.28 * np.where(below, over_y, -over_y), 0.0)
        for axis, move in ((0, x), (1, y)):
            points[:, axis] += np.bincount(b, move, len(points)) - np.bincount(a, move, len(points))
    return points


def _near(points: Points, size: Points, *, slack: float) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the pairs whose boxes touch or nearly do."""
    x, y, tall = points[:, 0], points[:, 1], size[:, 1:].max(axis=1)
    close = np.abs(x[:, None] - x) < size[:, 0][:, None] + size[:, 0] + slack
    close &= np.abs(y[:, None] - y) < tall[:, None] + tall + slack
    first, second = np.nonzero(np.triu(close, 1))
    return first, second


# ---------------------------------------------------------------- the parts beside each other


def _pack(drawn: list[tuple[list[str], Points]], boxes: Mapping[str, Box]) -> dict[str, tuple[float, float]]:
    """Return all positions: the largest part in the middle, each next one in the nearest free space."""
    taken = _Grid()
    placed: dict[str, tuple[float, float]] = {}
    for part, points in drawn:
        points = points - (points.max(axis=0) + points.min(axis=0)) / 2
        size = np.array([boxes[key] for key in part])
        move = taken.put(_cells(points, size), solid=len(part) <= 12)
        for key, (x, y) in zip(part, points + move, strict=True):
            placed[key] = (round(float(x), 1), round(float(y), 1))
    if not placed:
        return {}
    xs, ys = zip(*placed.values(), strict=True)
    middle = (max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2
    return {k: (round(x - middle[0], 1), round(y - middle[1], 1)) for k, (x, y) in placed.items()}


def _cells(points: Points, size: Points) -> list[tuple[int, int, int, int]]:
    """Return the rectangles of grid cells (left, top, right, bottom) that the boxes cover."""
    margin = 9.0
    sides = np.stack(
        [
            points[:, 0] - size[:, 0] - margin,
            points[:, 1] - size[:, 1] - margin,
            points[:, 0] + size[:, 0] + margin,
            points[:, 1] + size[:, 2] + margin,
        ],
        axis=1,
    )
    return [tuple(row) for row in np.floor(sides / CELL).astype(int).tolist()]


class _Grid:
    """The cells that are taken, and the offsets tried for the next part, nearest first."""

    def __init__(self, reach: int = 200) -> None:
        self._reach = reach
        self._taken = np.zeros((2 * reach, 2 * reach), dtype=bool)
        steps = np.arange(-reach, reach, 2)
        across, down = np.meshgrid(steps, steps)
        order = np.argsort(np.hypot(across / ASPECT, down), axis=None, kind="stable")
        self._offsets = np.stack([across.ravel()[order], down.ravel()[order]], axis=1)
        self._first: dict[tuple[int, int], int] = {}

    def put(self, cells: list[tuple[int, int, int, int]], *, solid: bool) -> Points:
        """Take the nearest free place for the rectangles; return the way there in pixels."""
        left, top = min(c[0] for c in cells), min(c[1] for c in cells)
        right, bottom = max(c[2] for c in cells), max(c[3] for c in cells)
        shape = np.full((bottom - top + 1, right - left + 1), solid)
        for a, b, c, d in cells:
            shape[b - top : d - top + 1, a - left : c - left + 1] = True
        while max(shape.shape) >= self._reach:
            self._grow()
        at = self._find(shape, left, top)
        if at is None:
            self._grow()
            return self.put(cells, solid=solid)
        x, y = at
        row, column = y + top + self._reach, x + left + self._reach
        self._taken[row : row + shape.shape[0], column : column + shape.shape[1]] |= shape
        return np.array([x * CELL, y * CELL])

    def _find(self, shape: NDArray[np.bool_], left: int, top: int) -> tuple[int, int] | None:
        height, width = shape.shape
        start = self._first.get((height, width), 0)  # the places before were taken for this size
        for k in range(start, len(self._offsets)):
            x, y = int(self._offsets[k, 0]), int(self._offsets[k, 1])
            row, column = y + top + self._reach, x + left + self._reach
            if row < 0 or column < 0 or row + height > 2 * self._reach or column + width > 2 * self._reach:
                continue
            window = self._taken[row : row + height, column : column + width]
            if not (window & shape).any():
                if shape.all():
                    self._first[height, width] = k
                return x, y
        return None

    def _grow(self) -> None:
        bigger = _Grid(self._reach * 2)
        here = slice(self._reach, 3 * self._reach)
        bigger._taken[here, here] = self._taken
        self.__dict__.update(bigger.__dict__)
