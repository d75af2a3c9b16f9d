"""How a text goes through the joint model: sentences in chunks, chunks in batches, mentions in pairs.

Index arithmetic only; the meaning is in `joint`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from fabgrid.nlp.pairs import Ints
from fabgrid.nlp.wordpiece import Encoded

__all__ = [
    "Encoding",
    "Floats",
    "Part",
    "Spot",
    "batches",
    "couples",
    "padded",
    "placed",
    "places",
    "windows",
]

Floats = NDArray[np.float32]
Spot = tuple[int, int, int]  # the part, and the first and last piece there

ROWS = 1  # chunks of sentences in one pass: more do not fit the cache, and take a quarter longer
NEAR = 20  # mentions between the two of a pair, at most


class Place(Protocol):
    """Anything with characters `start` to `end` of a numbered sentence."""

    @property
    def sentence(self) -> int: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Part:
    """A sentence in pieces, or a window of one that is too long; it begins at piece `at` of chunk `row`."""

    sentence: int
    encoded: Encoded
    row: int
    at: int


@dataclass(frozen=True, slots=True)
class Encoding:
    """A text after the encoder: its parts, the vectors of each chunk, the tag logits of each part."""

    sentences: tuple[str, ...]
    parts: tuple[Part, ...]
    hidden: tuple[Floats, ...]
    tags: tuple[Floats, ...]


def windows(encoded: Encoded, longest: int) -> Iterator[Encoded]:
    """Cut a sentence that is too long between words; a sentence without words gives nothing."""
    while len(encoded.ids) > longest:
        word = max(encoded.words[longest], 1)
        yield encoded.part(0, word)
        encoded = encoded.part(word, len(encoded.spans))
    if encoded.ids:
        yield encoded


def batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Group chunks of like length; the order of the groups does not matter to the caller."""
    order = sorted(range(len(lengths)), key=lambda n: (lengths[n], n))
    for start in range(0, len(order), ROWS):
        yield order[start : start + ROWS]


def padded(rows: Sequence[Sequence[int]]) -> Ints:
    """Return the rows as one array, with zeros behind the shorter ones."""
    out = np.zeros((len(rows), max(map(len, rows))), np.int64)
    for k, row in enumerate(rows):
        out[k, : len(row)] = row
    return out


def placed(encoding: Encoding, mentions: Sequence[Place]) -> dict[int, Spot]:
    """Return for every mention its part and its first and last piece there, in the order of the text."""
    of_sentence: dict[int, list[int]] = {}
    for p, part in enumerate(encoding.parts):
        of_sentence.setdefault(part.sentence, []).append(p)
    out: dict[int, Spot] = {}
    for n in sorted(range(len(mentions)), key=lambda n: (mentions[n].sentence, mentions[n].start)):
        m = mentions[n]
        for p in of_sentence.get(m.sentence, ()):
            hit = encoding.parts[p].encoded.pieces_of(m.start, m.end)
            if hit:
                out[n] = (p, *hit)
                break
    return out


def couples(table: Ints) -> Ints:
    """Return the ordered pairs of mentions of one part that are near; at least one row, (0, 0) if need be."""
    one, two = np.indices((len(table), len(table))).reshape(2, -1)
    keep = (table[one, 0] == table[two, 0]) & (one != two) & (abs(one - two) <= NEAR)
    pairs = np.stack([one[keep], two[keep]], axis=1).astype(np.int64)
    return pairs if len(pairs) else np.zeros((1, 2), np.int64)


def places(encoding: Encoding, parts: list[int], rows: list[int], width: int) -> dict[str, Any]:
    """Return where the pieces of each part stand in the flattened chunks, and which are there."""
    longest = max(len(encoding.hidden[r]) for r in rows)
    places, present = np.zeros((2, len(parts), width), np.int64)
    for k, number in enumerate(parts):
        part = encoding.parts[number]
        size = len(part.encoded.ids)
        places[k, :size] = rows.index(part.row) * longest + part.at + np.arange(size)
        present[k, :size] = 1
    return {"places": places, "present": present}
