"""What the joint model is told about a pair of mentions besides their words: where they stand.

Plain numbers, computed alike in training and in prediction.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["GAPS", "LINK_FEATURES", "REGIONS", "Ints", "gaps", "grid", "link_features", "regions"]

Ints = NDArray[np.int64]

REGIONS = 10  # before, in the first, between, in the second, after; twice, by which one is first
GAPS = 16  # eight sizes of the gap, by which one is first
COMPANY = 192  # pairs of a sentence that see each other, at most
LINK_FEATURES = {"sentences": 8, "mentions": 10, "first": 2, "same": 6}


def regions(subjects: Ints, objects: Ints, width: int) -> Ints:
    """Return for every pair and piece of its sentence the region that the piece is in.

    `subjects` and `objects` hold the first and last piece of each pair's mentions, one row a pair.
    """
    turned = objects[:, 0] < subjects[:, 0]
    one = np.where(turned[:, None], objects, subjects)
    two = np.where(turned[:, None], subjects, objects)
    at = np.arange(width)[None, :]
    region = (at >= one[:, :1]).astype(np.int64) + (at > one[:, 1:])
    region += (at >= two[:, :1]).astype(np.int64) + (at > two[:, 1:])
    return region + 5 * turned[:, None].astype(np.int64)


def gaps(subjects: Ints, objects: Ints) -> Ints:
    """Return the size class of the gap between the mentions of every pair, and their order."""
    turned = objects[:, 0] < subjects[:, 0]
    size = np.where(turned, subjects[:, 0] - objects[:, 1], objects[:, 0] - subjects[:, 1])
    bucket = np.searchsorted([2, 3, 5, 8, 13, 21, 34], size, side="right")
    return bucket.astype(np.int64) + 8 * turned.astype(np.int64)


def grid(sentences: Ints) -> tuple[Ints, Ints]:
    """Return the pairs of each sentence as rows of their numbers, -1 behind the last, and each pair's cell.

    `sentences` holds the sentence of every pair, in order; a sentence with very many pairs fills several rows.
    """
    starts = np.flatnonzero(np.diff(sentences, prepend=-1))
    sizes = np.diff(starts, append=len(sentences))
    rows = [
        (first, min(first + COMPANY, start + size))
        for start, size in zip(starts.tolist(), sizes.tolist(), strict=True)
        for first in range(start, start + size, COMPANY)
    ]
    width = max((last - first for first, last in rows), default=1)
    cells = np.full((len(rows), width), -1, np.int64)
    for row, (first, last) in enumerate(rows):
        cells[row, : last - first] = np.arange(first, last)
    return cells, np.flatnonzero(cells.reshape(-1) >= 0).astype(np.int64)


def link_features(sentences: Ints, firsts: Ints, counts: Ints, one: Ints, two: Ints) -> Ints:
    """Return the features of every link from a mention `one` back to a mention `two`.

    All by mention, in the order of the text: `sentences` its sentence, `firsts` 1 where it opens its
    sentence's mentions, `counts` how often its entity was named up to it.  The columns follow LINK_FEATURES.
    """
    between = np.minimum(sentences[one] - sentences[two], 7)
    steps = np.searchsorted([2, 3, 4, 5, 6, 8, 11, 15, 21], one - two, side="right")
    named = np.searchsorted([1, 2, 3, 5, 8], counts[two], side="right")
    return np.stack([between, steps, firsts[two], named], axis=1).astype(np.int64)
