"""A second opinion on relations and their statuses: log-linear models over the parse of what joins two mentions.

Its features are the classic ones: the dependency path between the two with and without its words, the word
where the branches meet, the words between and beside, the types (Kambhatla, 2004; Zhou et al., 2005).
It reads the parse, the joint model reads word pieces; they err on other sentences, so that both together
are right more often than either.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise, permutations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc

from fabgrid.errors import ModelMissing
from fabgrid.nlp.reading import Candidate

__all__ = ["RELATIONS", "STATUSES", "End", "LogLinear", "Parsed", "Words", "features", "related", "status_features"]

RELATIONS, STATUSES = (Path(__file__).parent / "model" / f"{name}.npz" for name in ("relations", "statuses"))
LONGEST = 12  # arcs of a path that is looked at
FAR = 12  # words between two mentions that are looked at
LEAST = 0.05  # a relation less probable is not returned
_SKIPPED = frozenset({"conj", "compound", "appos"})  # arcs that a list or an apposition adds to a path
_SHAPING = frozenset({"neg", "prt", "prep", "dobj", "attr", "aux", "acomp"})
_TELLING_TIME = frozenset({"aux", "auxpass", "neg", "advmod", "amod", "mark", "prt", "det"})
ABOVE = 4  # words that govern the meeting point, at most
NEAR = 6  # words before and behind a pair that may tell its status


@dataclass(frozen=True, slots=True)
class End:
    """One end of a pair: a mention's tokens, `start` to `end` (excluded), and its type."""

    start: int
    end: int
    type: str


@dataclass(frozen=True, slots=True)
class Parsed:
    """A relation that the parse suggests between two candidates."""

    relation: str
    subject: Candidate
    object: Candidate
    probability: float


class Words:
    """The parse of a doc in plain lists, by token: lemma (names all alike), tag, arc, head, children."""

    def __init__(self, doc: Doc) -> None:
        self.norms = ["NAME" if t.pos_ == "PROPN" else t.lemma_.lower() for t in doc]
        self.tags, self.arcs = [t.tag_ for t in doc], [t.dep_ for t in doc]
        self.heads = [t.head.i for t in doc]
        self.children: list[list[int]] = [[] for _ in self.heads]
        for at, head in enumerate(self.heads):
            if head != at:
                self.children[head].append(at)

    def root(self, end: End) -> int:
        """Return the token of a mention that governs the others."""
        inside = range(end.start, end.end)
        return next((i for i in inside if self.heads[i] == i or self.heads[i] not in inside), end.end - 1)

    def path(self, one: int, two: int) -> tuple[list[int], list[int]] | None:
        """Return the tokens from each of the two up to where their branches meet, that one last."""
        up, down = self._branch(one), self._branch(two)
        above = set(up)
        meet = next((i for i in down if i in above), None)
        if meet is None:
            return None
        up, down = up[: up.index(meet) + 1], down[: down.index(meet) + 1]
        return (up, down) if len(up) + len(down) <= LONGEST else None

    def _branch(self, token: int) -> list[int]:
        branch = [token]
        while self.heads[branch[-1]] != branch[-1]:
            branch.append(self.heads[branch[-1]])
        return branch


def features(words: Words, subject: End, object_: End, others: int) -> set[str]:
    """Return the features of an ordered pair of mentions; `others` is how many mentions stand between them."""
    order = "<" if subject.start < object_.start else ">"
    types = f"{subject.type}|{object_.type}"
    first, second = (subject, object_) if order == "<" else (object_, subject)
    between = words.norms[first.end : second.start]
    found = {f"t {types}", f"t {types}{order}", f"gap {min(len(between), 15) // 2} {types}{order}"}
    found.add(f"others {min(others, 5)} {types}")
    found.update(_beside(words, "s", subject, order), _beside(words, "o", object_, order))
    if len(between) <= FAR:
        found.update(_between(between, types, order))
    if path := words.path(words.root(subject), words.root(object_)):
        found.update(_joining(words, *path, types))
    return found


def _beside(words: Words, role: str, end: End, order: str) -> Iterator[str]:
    if end.start:
        yield f"{role}-1 {words.norms[end.start - 1]}{order}"
    if end.end < len(words.norms):
        yield f"{role}+1 {words.norms[end.end]}{order}"


def _between(between: Sequence[str], types: str, order: str) -> Iterator[str]:
    for word in between:
        yield f"b {word}{order}"
        yield f"b {word} {types}{order}"
    for one, two in pairwise(between):
        yield f"b {one} {two}{order}"
    if len(between) <= 5:
        yield f"all {' '.join(between)}{order}"
        yield f"all {' '.join(between)} {types}{order}"


def _joining(words: Words, up: list[int], down: list[int], types: str) -> Iterator[str]:
    """Yield what the path says: its arcs, its words, and the word at its top with what hangs on it."""
    left, right = [words.arcs[i] for i in up[:-1]], [words.arcs[i] for i in down[:-1]]
    inner = [words.norms[i] for i in (*up[1:], *reversed(down[1:-1]))]
    arcs = f"{'^'.join(left)}|{'v'.join(right)}"
    yield f"p {arcs}"
    yield f"p {arcs} {types}"
    yield f"l {arcs} {' '.join(inner)}"
    bare = f"{'^'.join(a for a in left if a not in _SKIPPED)}|{'v'.join(a for a in right if a not in _SKIPPED)}"
    telling = [word for word in inner if word != "NAME"]
    yield f"lb {bare} {' '.join(telling)}"
    for word in inner:
        yield f"i {word}"
        yield f"i {word} {types}"
    for word in telling:
        yield f"ib {word} {bare}"
    top = up[-1]
    yield f"top {words.norms[top]} {left[-1] if left else ''} {right[-1] if right else ''}"
    yield f"top {words.norms[top]} {types}"
    for child in words.children[top]:
        if words.arcs[child] in _SHAPING:
            yield f"top {words.norms[top]} {words.arcs[child]} {words.norms[child]}"


def status_features(words: Words, subject: End, object_: End, relation: str) -> set[str]:
    """Return the features of a relation between two mentions that tell whether it holds, is planned, is over."""
    found = features(words, subject, object_, 0)
    one, two = words.root(subject), words.root(object_)
    up, down = words.path(one, two) or ([one], [two])
    top = up[-1] if up[-1] == down[-1] else two
    found.update(_governing(words, top, {*up, *down}))
    start, end = min(subject.start, object_.start) - NEAR, max(subject.end, object_.end) + NEAR
    found.update(f"near {word}" for word in words.norms[max(start, 0) : end])
    found |= {f"{name} {relation}" for name in found if name.startswith(("c ", "top ", "above1 "))}
    return found | {f"rel {relation}", f"tag {words.tags[top]}", f"tag {words.tags[top]} {relation}"}


def _governing(words: Words, top: int, on_path: set[int]) -> Iterator[str]:
    """Yield what governs the meeting point, and what modifies it and the words of the path."""
    at = top
    for step in range(1, ABOVE + 1):
        if words.heads[at] == at:
            break
        at = words.heads[at]
        on_path.add(at)
        yield f"above {words.norms[at]} {words.arcs[top]}"
        yield f"above{step} {words.norms[at]}"
    for token in on_path:
        for child in words.children[token]:
            if words.arcs[child] in _TELLING_TIME:
                yield f"c {words.arcs[child]} {words.norms[child]}"
                yield f"c {words.norms[token]} {words.arcs[child]} {words.norms[child]}"


class LogLinear:
    """Shipped weights: one row for each feature, one column for each label; the label "" stands for none."""

    def __init__(
        self,
        names: Sequence[str],
        weights: NDArray[np.int8],
        scale: float,
        bias: NDArray[np.float32],
        labels: Sequence[str],
    ) -> None:
        self._rows = {name: row for row, name in enumerate(names)}
        self._weights, self._scale, self._bias = weights, scale, bias
        self.labels = tuple(labels)

    @classmethod
    @lru_cache(maxsize=4)
    def load(cls, file: Path) -> LogLinear:
        """Read the weights that `training/loglinear.py` wrote; raise ModelMissing where there are none."""
        if not file.is_file():
            raise ModelMissing(str(file), "make model")
        with np.load(file, allow_pickle=False) as kept:
            names, labels = (bytes(kept[part]).decode().split("\n") for part in ("names", "labels"))
            return cls(names, kept["weights"], float(kept["scale"]), kept["bias"], labels)

    def chances(self, found: set[str]) -> dict[str, float]:
        """Return the probability of each label."""
        rows = [row for name in found if (row := self._rows.get(name)) is not None]
        scores = self._bias + self._scale * self._weights[rows].sum(axis=0, dtype=np.int32)
        chances = np.exp(scores - scores.max())
        return dict(zip(self.labels, (chances / chances.sum()).tolist(), strict=True))


def related(
    model: LogLinear, words: Words, candidates: Sequence[Candidate], admitted: frozenset[tuple[str, str]]
) -> Iterator[Parsed]:
    """Yield the likelier relations of the ordered pairs of a sentence's candidates whose types are admitted."""
    for (i, one), (j, two) in permutations(enumerate(candidates), 2):
        if one.entity != two.entity and (one.type, two.type) in admitted:
            ends = End(one.start, one.end, one.type), End(two.start, two.end, two.type)
            for relation, chance in model.chances(features(words, *ends, abs(i - j) - 1)).items():
                if relation and chance >= LEAST:
                    yield Parsed(relation, one, two, chance)
