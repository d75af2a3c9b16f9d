"""Where a recognised name begins and ends: halves at a hyphen, titles, articles, a maker before its product."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from dataclasses import replace

from spacy.tokens import Doc

from fabgrid.model import MentionKind
from fabgrid.nlp.reading import Candidate

__all__ = ["bounded", "divided"]

_TITLES = frozenset(
    "dr dr. prof prof. professor mr mr. mrs mrs. ms ms. sir dame senator representative secretary president".split()
)
_TRAILING = frozenset("and or of the a in for with".split())
_JOINTS = frozenset(("-", "/", "‑", "–"))


def bounded(doc: Doc, found: Iterable[Candidate], makers: Set[str]) -> Iterator[Candidate]:
    """Yield the model's candidates with better bounds; `makers` are the names of companies in the doc."""
    for candidate in _joined(doc, sorted(found, key=lambda c: c.start)):
        if candidate.kind is MentionKind.NAME:
            yield from divided(doc, _stripped(doc, candidate), makers)
        else:
            yield candidate


def _joined(doc: Doc, found: list[Candidate]) -> Iterator[Candidate]:
    """Join what stands on both sides of a hyphen or stroke: "Biden-" and "Harris Administration"."""
    whole: Candidate | None = None
    for c in found:
        if whole is not None and whole.end == c.start and whole.type == c.type and doc[c.start - 1].text in _JOINTS:
            whole = _part(doc, whole, whole.start, c.end)
            continue
        if whole is not None:
            yield whole
        whole = c
    if whole is not None:
        yield whole


def _stripped(doc: Doc, candidate: Candidate) -> Candidate:
    """Leave out the article before a name, a person's titles, and a conjunction at the end."""
    start, end = candidate.start, candidate.end
    while start < end - 1 and _leads(doc[start].lower_, candidate.type):
        start += 1
    while start < end - 1 and doc[end - 1].lower_ in _TRAILING:
        end -= 1
    return candidate if (start, end) == (candidate.start, candidate.end) else _part(doc, candidate, start, end)


def _leads(word: str, kind: str) -> bool:
    return word == "the" or (kind == "Person" and word in _TITLES)


def divided(doc: Doc, candidate: Candidate, makers: Set[str]) -> Iterator[Candidate]:
    """Take the maker off a product's name with a number in it: "Nvidia GB200" is two names."""
    if candidate.type == "Product":
        for at in range(candidate.start + 1, candidate.end):
            maker = doc[candidate.start : at].text
            if maker in makers and any(c.isdigit() for c in doc[at].text):
                yield replace(_part(doc, candidate, candidate.start, at), type="Company")
                yield _part(doc, candidate, at, candidate.end)
                return
    yield candidate


def _part(doc: Doc, candidate: Candidate, start: int, end: int) -> Candidate:
    return replace(candidate, start=start, end=end, text=doc[start:end].text)
