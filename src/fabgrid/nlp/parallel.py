"""Two lists of a sentence whose members belong together one by one: "respectively"."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from spacy.tokens import Span

from fabgrid.nlp.reading import Candidate, Reading

__all__ = ["Parallel", "parallel"]

_WORD = "respectively"
_JOINTS = frozenset((",", "and", "&", "in", "at", "the"))
_LONGEST = 3  # "Appling County, Georgia, USA" is one member of a list of places

Parallel = dict[tuple[str, str], bool]  # two entities, one of each list -> whether they belong together


def parallel(sent: Span, reading: Reading) -> Parallel:
    """Return which entities of two lists belong together, both ways round; empty where nothing says so.

    The second list is what stands before "respectively", joined by commas; the first one is what is of one type
    before that: "A, Units 1 and 2, and B, in X, Texas, and Y, Utah, respectively". Asides are in neither.
    """
    end = next((t.i for t in sent if t.lower_ == _WORD), None)
    if end is None:
        return {}
    named = [c for c in reading.within(sent.start, end) if c.entity and not _is_aside(c, sent)]
    right = _last(named, lambda one, other: one.type == other.type and _is_joined(one, other, sent))
    left = _entities(_last(named[: len(named) - len(right)], lambda one, other: one.type == other.type))
    size = len(right) // len(left) if left else 0
    if len(left) < 2 or len(right) % len(left) or size > _LONGEST:
        return {}
    found: Parallel = {}
    for i, one in enumerate(left):
        for j, other in enumerate(right):
            found[one, other.entity] = found[other.entity, one] = (
                found.get((one, other.entity), False) or i == j // size
            )
    return found


def _is_aside(candidate: Candidate, sent: Span) -> bool:
    before = sent.doc[sent.start : candidate.start].text
    return before.count("(") > before.count(")")


def _is_joined(one: Candidate, other: Candidate, sent: Span) -> bool:
    return all(t.lower_ in _JOINTS for t in sent.doc[one.end : other.start])


def _last(named: list[Candidate], goes_on: Callable[[Candidate, Candidate], bool]) -> list[Candidate]:
    """Return the longest run at the end in which each goes on from the one before."""
    start = max(0, len(named) - 1)
    while start and goes_on(named[start - 1], named[start]):
        start -= 1
    return named[start:]


def _entities(candidates: Iterable[Candidate]) -> list[str]:
    return list(dict.fromkeys(c.entity for c in candidates))
