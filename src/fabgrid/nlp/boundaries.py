"""Where a recognised name begins and ends: halves of one name, titles, legal forms, a maker before its product."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from dataclasses import replace

from spacy.tokens import Doc, Token

from fabgrid.model import MentionKind
from fabgrid.nlp.names import without_legal_form
from fabgrid.nlp.reading import Candidate

__all__ = ["bounded", "divided", "without_place"]

_TITLES = frozenset(
    "dr dr. prof prof. professor mr mr. mrs mrs. ms ms. sir dame senator representative secretary president".split()
)
_TRAILING = frozenset("and or of the a in for with".split())
_DETERMINERS = frozenset("the its their our his her".split())
_CAPITALISED = frozenset(("Company", "Organization"))
_JOINTS = frozenset(("-", "/", "‑", "–"))
_QUOTES = frozenset(('"', "“", "”"))
_GENERATIONS = frozenset("jr jr. sr sr. ii iii iv".split())
_DEGREES = frozenset("ph.d. ph.d phd m.d. m.d md esq. esq mba p.e.".split())


def bounded(doc: Doc, found: Iterable[Candidate], makers: Set[str]) -> Iterator[Candidate]:
    """Yield the model's candidates with better bounds; `makers` are the names of companies in the doc."""
    for candidate in _joined(doc, sorted(found, key=lambda c: c.start)):
        if candidate.kind is MentionKind.NAME:
            yield from divided(doc, _stripped(doc, candidate), makers)
        else:
            yield candidate


def _joined(doc: Doc, found: list[Candidate]) -> Iterator[Candidate]:
    """Join the halves of one name."""
    whole: Candidate | None = None
    for c in found:
        if whole is not None and whole.type == c.type and _is_one(doc, whole, c):
            whole = _part(doc, whole, whole.start, c.end)
            continue
        if whole is not None:
            yield whole
        whole = c
    if whole is not None:
        yield whole


def _is_one(doc: Doc, first: Candidate, second: Candidate) -> bool:
    """Tell whether two names are one.

    "Biden-" and "Harris Administration"; "third" and "chip factory"; "Selat Sdn" and "Bhd"; "Ruifeng" and
    "Hong Kong) Ltd."; "Frank Rossi" and "Jr"; "Ann" and "“Nan” Wu".
    """
    between = doc[first.end : second.start].text
    if first.kind is second.kind is MentionKind.NOMINAL:
        return first.end == second.start
    if first.end == second.start and (doc[second.start - 1].text in _JOINTS or first.text.islower()):
        return True
    if first.type == "Company":
        form = not without_legal_form(f"X {second.text}").removeprefix("X")
        return (between in ("", ",") and form) or (between == "(" and ")" in second.text)
    if first.type != "Person":
        return False
    if between in ("", ",") and doc[second.start].lower_ in _GENERATIONS:
        return True
    nickname = between in _QUOTES or (not between and doc[second.start].text in _QUOTES)
    return nickname and any(t.text in _QUOTES for t in doc[second.start + 1 : second.end])


def _stripped(doc: Doc, candidate: Candidate) -> Candidate:
    """Leave out what is no part of a name: an article, a person's titles and degrees, a common noun at the end."""
    start, end = candidate.start, candidate.end
    while start < end - 1 and _leads(doc[start].lower_, candidate.type):
        start += 1
    while start < end - 1 and _trails(doc[end - 1], candidate.type, doc[start]):
        end -= 1
    return candidate if (start, end) == (candidate.start, candidate.end) else _part(doc, candidate, start, end)


def _leads(word: str, kind: str) -> bool:
    return word in _DETERMINERS or (kind == "Person" and word in _TITLES)


def without_place(doc: Doc, nominal: Candidate, places: Iterable[Candidate]) -> Candidate:
    """Leave out the place that a description begins with: of "the Dutch toolmaker" the toolmaker is left."""
    inside = [p.end for p in places if nominal.start <= p.start and p.end < nominal.end]
    start = max(inside, default=nominal.start)
    while start < nominal.end - 1 and inside and (doc[start].text in _JOINTS or doc[start].lower_ == "based"):
        start += 1
    return _part(doc, nominal, start, nominal.end) if inside else nominal


def _trails(word: Token, kind: str, first: Token) -> bool:
    """Tell whether the last word of a name is no part of it: a common noun only where the name begins otherwise."""
    if word.lower_ in _TRAILING:
        return True
    if kind == "Person":
        return word.lower_ in _DEGREES or word.text == ","
    return kind in _CAPITALISED and word.is_alpha and word.is_lower and not first.is_lower


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
