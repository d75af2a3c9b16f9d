"""Extractions against annotated articles: precision, recall, F1 and calibration.

Both sides are documents as `fabgrid.nlp.documents` makes them. Names match when their normal forms are
equal or one is an alias of the other; a described facility matches the annotated one with which it
shares most words. Sub-relations count as their parents, symmetric ones in either direction.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from fabgrid.ontology import Ontology

__all__ = ["Comparison", "Report", "Score", "compare", "normal_form", "report", "verdicts"]

Document = Mapping[str, Any]
Name = int | str  # the position of an annotated entity, or the normal form of a name that is none
Triple = tuple[Name, str, Name]

BINS = 10  # of the expected calibration error
_LEGAL = "incorporated inc corporation corp company co limited ltd llc plc ag sa nv gmbh holding holdings group"
_LEGAL_FORM = re.compile(rf"\b(?:{'|'.join(_LEGAL.split())})\b\.?")
_POSSESSIVE = re.compile(r"['’]s\b")
_PUNCTUATION = re.compile(r"[^\w%$+.& -]|(?<=\D)\.(?=\D|$)|-")
_LITTLE_WORDS = frozenset(["the", "a", "an", "of", "in", "at", "on", "for", "new", "its", "their", "to", "and"])


@dataclass(frozen=True, slots=True)
class Score:
    """How many were right of those found and of those wanted; they add up over articles."""

    right: int = 0
    found: int = 0
    wanted: int = 0

    def __add__(self, other: Score) -> Score:
        return Score(self.right + other.right, self.found + other.found, self.wanted + other.wanted)

    @property
    def precision(self) -> float:
        """The share of the found that is right."""
        return self.right / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        """The share of the wanted that is found."""
        return self.right / self.wanted if self.wanted else 0.0

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        return 2 * self.right / (self.found + self.wanted) if self.found + self.wanted else 0.0


@dataclass(frozen=True, slots=True)
class Comparison:
    """One article: scores by part, relation and status, judged confidences, and what went wrong."""

    parts: Mapping[str, Score]
    relations: Mapping[str, Score]
    statuses: Mapping[str, Score]
    judged: tuple[tuple[float, bool], ...] = ()  # confidence of a found statement, and whether it is right
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """All articles together."""

    documents: int
    parts: Mapping[str, Score]
    relations: Mapping[str, Score]
    statuses: Mapping[str, Score]
    calibration_error: float
    errors: tuple[str, ...] = field(default=(), repr=False)


def report(comparisons: Iterable[Comparison]) -> Report:
    """Add up the comparisons of single articles."""
    found = list(comparisons)
    return Report(
        documents=len(found),
        parts=_sum(c.parts for c in found),
        relations=_sum(c.relations for c in found),
        statuses=_sum(c.statuses for c in found),
        calibration_error=_calibration_error([pair for c in found for pair in c.judged]),
        errors=tuple(line for c in found for line in c.errors),
    )


def _sum(scores: Iterable[Mapping[str, Score]]) -> dict[str, Score]:
    total: dict[str, Score] = {}
    for mapping in scores:
        for name, score in mapping.items():
            total[name] = total.get(name, Score()) + score
    return total


def _calibration_error(judged: Sequence[tuple[float, bool]]) -> float:
    """Return by how much confidence and share of right ones differ, on average over ten equal bins."""
    error = 0.0
    for number in range(BINS):
        inside = [pair for pair in judged if min(int(pair[0] * BINS), BINS - 1) == number]
        if inside:
            gap = sum(confidence - right for confidence, right in inside) / len(inside)
            error += abs(gap) * len(inside) / len(judged)
    return error


def compare(wanted: Document, found: Document, ontology: Ontology, *, text: str = "") -> Comparison:
    """Compare what was found in an article with its annotation; `text` holds the evidence verbatim."""
    names = _Names(wanted, found)
    gold = _triples(wanted, names, ontology)
    got = _triples(found, names, ontology)
    right = gold.keys() & got.keys()
    parts = {
        **_entities(wanted, found, names),
        "statements": Score(len(right), len(got), len(gold)),
        "status": Score(sum(_status(got[t]) == _status(gold[t]) for t in right), len(right), len(right)),
        "claimant": _claimants(gold, got, names),
        "observations": _overlap(_numbers(wanted, names), _numbers(found, names)),
        "definitions": _overlap(_expansions(wanted), _expansions(found)),
        "verbatim evidence": Score(sum(_verbatim(x, text) for x in got.values()), len(got), len(got)),
    }
    return Comparison(
        parts=parts,
        relations=_by_kind([t[1] for t in right], [t[1] for t in got], [t[1] for t in gold]),
        statuses=_by_status(gold, got),
        judged=tuple((float(x.get("confidence", 1.0)), t in right) for t, x in got.items()),
        errors=tuple(_errors(gold, got, names, str(wanted.get("id", "")))),
    )


def verdicts(wanted: Document, found: Document, ontology: Ontology) -> list[bool]:
    """Tell of every found statement, in order, whether the annotation states it."""
    names = _Names(wanted, found)
    gold = _triples(wanted, names, ontology)
    return [_triple(statement, names, ontology) in gold for statement in found.get("statements", ())]


# ---------------------------------------------------------------- names


@lru_cache(maxsize=65536)
def normal_form(name: str) -> str:
    """Return a name without case, legal form, possessive, "the", punctuation and plural endings.

    >>> normal_form("The Mara Holdings, Inc.")
    'mara'
    """
    text = _LEGAL_FORM.sub(" ", _POSSESSIVE.sub("", name.lower()))
    words = _PUNCTUATION.sub(" ", text).split()
    return " ".join(_singular(word) for word in words if word != "the")


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _content(name: str) -> frozenset[str]:
    return frozenset(normal_form(name).split()) - _LITTLE_WORDS


def _surfaces(entity: Document) -> Iterator[str]:
    yield entity["name"]
    yield from entity.get("aliases", ())


def _positions(entities: Sequence[Document]) -> dict[str, int]:
    positions: dict[str, int] = {}
    for position, entity in enumerate(entities):
        for surface in _surfaces(entity):
            positions.setdefault(normal_form(surface), position)
    return positions


class _Names:
    """Which annotated entity a name means, directly or through the other names it has been given."""

    def __init__(self, wanted: Document, found: Document) -> None:
        self.wanted: Sequence[Document] = wanted["entities"]
        self._found: Sequence[Document] = found.get("entities", ())
        self._wanted_at, self._found_at = _positions(self.wanted), _positions(self._found)
        self._described = {i: _content(e["name"]) for i, e in enumerate(self.wanted) if e["type"] == "Facility"}

    def __call__(self, name: str) -> Name:
        """Return the position of the annotated entity, or else the name's normal form."""
        position = self._direct(name)
        other = self._found_at.get(normal_form(name))
        if position is None and other is not None:
            through = (self._direct(surface) for surface in _surfaces(self._found[other]))
            position = next((p for p in through if p is not None), None)
        return normal_form(name) if position is None else position

    def show(self, name: Name) -> str:
        """Return a name to print; a question mark stands before one that is no annotated entity's."""
        return str(self.wanted[name]["name"]) if isinstance(name, int) else f"?{name}"

    def _direct(self, name: str) -> int | None:
        position = self._wanted_at.get(normal_form(name))
        return self._facility(_content(name)) if position is None else position

    def _facility(self, words: frozenset[str]) -> int | None:
        """Return the described facility that shares most words: half of the shorter name, a third of all."""
        shares = [
            (len(own & words) / len(own | words), position)
            for position, own in self._described.items()
            if own and words and 2 * len(own & words) >= min(len(own), len(words))
        ]
        best = max(shares, default=(0.0, 0))
        return best[1] if best[0] >= 1 / 3 else None


def _entities(wanted: Document, found: Document, names: _Names) -> dict[str, Score]:
    types: dict[Name, str] = {}
    for entity in found.get("entities", ()):
        types.setdefault(names(entity["name"]), _local(entity["type"]))
    known = [name for name in types if isinstance(name, int)]
    typed = [name for name in known if types[name] == _local(wanted["entities"][name]["type"])]
    return {
        "entities": Score(len(typed), len(types), len(wanted["entities"])),
        "entity names": Score(len(known), len(types), len(wanted["entities"])),
    }


# ---------------------------------------------------------------- statements


def _triples(document: Document, names: _Names, ontology: Ontology) -> dict[Triple, Document]:
    """Return the statements by what counts of them; of equal ones the first."""
    triples: dict[Triple, Document] = {}
    for statement in document.get("statements", ()):
        triples.setdefault(_triple(statement, names, ontology), statement)
    return triples


def _triple(statement: Document, names: _Names, ontology: Ontology) -> Triple:
    subject, object_ = names(_field(statement, "subject")), names(_field(statement, "object"))
    relation = _local(_field(statement, "predicate"))
    inverse = next((r.name for r in ontology.relations.values() if r.inverse == relation), None)
    if inverse:
        relation, subject, object_ = inverse, object_, subject
    if relation in ontology.relations:
        relation = ontology.root(relation)
        if ontology.relations[relation].symmetric:
            subject, object_ = sorted((subject, object_), key=str)
    return subject, relation, object_


def _field(statement: Document, name: str) -> str:
    return statement.get(name[0]) or statement.get(name) or ""


def _local(name: str | None) -> str:
    return re.split(r"[:#/]", name or "")[-1]


def _status(statement: Document) -> str:
    return str(statement.get("status", "asserted"))


def _evidence(statement: Document) -> str:
    evidence = statement.get("evidence") or ""
    return str(evidence if isinstance(evidence, str) else evidence.get("text", ""))


def _verbatim(statement: Document, text: str) -> bool:
    evidence = _evidence(statement)
    return bool(evidence) and evidence in text


def _claimants(gold: Mapping[Triple, Document], got: Mapping[Triple, Document], names: _Names) -> Score:
    claimed = [t for t in gold if gold[t].get("claimant")]
    attributed = [t for t in gold.keys() & got.keys() if got[t].get("claimant")]
    right = [t for t in claimed if t in attributed and names(got[t]["claimant"]) == names(gold[t]["claimant"])]
    return Score(len(right), len(attributed), len(claimed))


def _by_status(gold: Mapping[Triple, Document], got: Mapping[Triple, Document]) -> dict[str, Score]:
    right = [_status(got[t]) for t in gold.keys() & got.keys() if _status(got[t]) == _status(gold[t])]
    return _by_kind(right, map(_status, got.values()), map(_status, gold.values()))


def _by_kind(right: Iterable[str], found: Iterable[str], wanted: Iterable[str]) -> dict[str, Score]:
    counts = Counter(right), Counter(found), Counter(wanted)
    return {kind: Score(*(c[kind] for c in counts)) for kind in sorted(set().union(*counts))}


def _errors(gold: Mapping[Triple, Document], got: Mapping[Triple, Document], names: _Names, id_: str) -> Iterator[str]:
    for label, these, those in (("wrong", got, gold), ("missed", gold, got)):
        for triple in sorted(these.keys() - those.keys(), key=str):
            said = f"{names.show(triple[0])} {triple[1]} {names.show(triple[2])}"
            yield f"{label} in {id_}: {said}\n  “{' '.join(_evidence(these[triple]).split())}”"


# ---------------------------------------------------------------- observations and definitions


def _numbers(document: Document, names: _Names) -> set[tuple[Name, float, str]]:
    return {
        (names(x.get("s") or x.get("subject") or ""), round(float(x["value"]), 6), _unit(x.get("unit")))
        for x in document.get("observations", ())
    }


def _unit(unit: str | None) -> str:
    letters = re.sub(r"[^a-z%$]", "", (unit or "").lower())
    return letters.replace("percent", "%").replace("$", "usd")


def _expansions(document: Document) -> set[tuple[str, str]]:
    found = document.get("definitions", ())
    return {(normal_form(d["term"]), normal_form(d["expansion"])) for d in found if d.get("expansion")}


def _overlap(wanted: set[Any], found: set[Any]) -> Score:
    return Score(len(wanted & found), len(found), len(wanted))
