"""Text to word pieces, in pure Python: BERT's uncased WordPiece with the shape of each word kept.

The vocabulary is uncased, so "Arm" and "arm" share their pieces; `shapes` gives the model the case
back.  Training and prediction both cut text here, so they cannot disagree.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["SHAPES", "Encoded", "WordPiece", "shape"]

SHAPES = 9  # how many values `shape` takes, 0 being padding
_WORD = re.compile(r"[^\W_]+|[^\w\s]|_")
_LONGEST = 100  # characters; a longer "word" is one unknown piece


@dataclass(frozen=True, slots=True)
class Encoded:
    """One sentence as pieces: three parallel lists, and the characters of every word.

    `words[k]` is the word that piece `k` belongs to, `spans[w]` the characters of word `w`.
    """

    ids: list[int]
    shapes: list[int]
    words: list[int]
    spans: list[tuple[int, int]]

    def part(self, first: int, last: int) -> Encoded:
        """Return words `first` to `last` (excluded); character offsets stay as they are."""
        keep = [k for k, word in enumerate(self.words) if first <= word < last]
        return Encoded(
            [self.ids[k] for k in keep],
            [self.shapes[k] for k in keep],
            [self.words[k] - first for k in keep],
            self.spans[first:last],
        )

    def pieces_of(self, start: int, end: int) -> tuple[int, int] | None:
        """Return the first and last piece that touch characters `start` to `end`, None if none."""
        hit = [k for k, w in enumerate(self.words) if self.spans[w][0] < end and start < self.spans[w][1]]
        return (hit[0], hit[-1]) if hit else None


class WordPiece:
    """The tokeniser; `vocabulary` lists the pieces in the order of their ids."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self._ids = {piece: number for number, piece in enumerate(vocabulary)}
        self._known: dict[str, tuple[int, ...]] = {}
        self.unknown, self.start, self.stop = (self._ids[x] for x in ("[UNK]", "[CLS]", "[SEP]"))

    @classmethod
    def load(cls, path: Path) -> WordPiece:
        """Read a vocabulary with one piece a line."""
        return cls(path.read_text(encoding="utf-8").rstrip("\n").split("\n"))

    def encode(self, text: str) -> Encoded:
        """Cut a text, without adding the marks for its start and end."""
        spans = [match.span() for match in _WORD.finditer(text)]
        out = Encoded([], [], [], spans)
        for number, (start, end) in enumerate(spans):
            word = text[start:end]
            pieces = self.pieces(word)
            out.ids.extend(pieces)
            out.shapes.extend([shape(word)] * len(pieces))
            out.words.extend([number] * len(pieces))
        return out

    def pieces(self, word: str) -> tuple[int, ...]:
        """Return the ids of a word's pieces, the longest known prefix first."""
        found = self._known.get(word)
        if found is None:
            found = self._cut(_plain(word))
            if len(self._known) < 100_000:
                self._known[word] = found
        return found

    def _cut(self, word: str) -> tuple[int, ...]:
        if not word or len(word) > _LONGEST:
            return (self.unknown,)
        out: list[int] = []
        start = 0
        while start < len(word):
            prefix = "##" if start else ""
            for end in range(len(word), start, -1):
                number = self._ids.get(prefix + word[start:end])
                if number is not None:
                    break
            else:
                return (self.unknown,)
            out.append(number)
            start = end
        return tuple(out)


def shape(word: str) -> int:
    """Return the shape of a word: digits, mark, lower, UPPER, one capital, Title, TiTle, mixed."""
    if not any(map(str.isalpha, word)):
        return 1 if any(map(str.isdigit, word)) else 2
    if word.islower():
        return 3
    if word.isupper():
        return 4 if len(word) > 1 else 5
    if word[0].isupper():
        return 6 if word[1:].islower() else 7
    return 8


def _plain(word: str) -> str:
    """Lower the case and drop the accents, as the vocabulary was built."""
    word = word.lower()
    if word.isascii():
        return word
    return "".join(c for c in unicodedata.normalize("NFD", word) if unicodedata.category(c) != "Mn")
