"""Typed mentions: the registry's names, places and the joint model's mentions together, without overlap."""

from __future__ import annotations

from collections.abc import Iterable

from spacy.tokens import Doc

from fabgrid.model import MentionKind
from fabgrid.nlp import plurals
from fabgrid.nlp.boundaries import bounded, divided, without_place
from fabgrid.nlp.gazetteer import Gazetteer, Places
from fabgrid.nlp.reading import Candidate

__all__ = ["EntityFinder", "settle"]

# Where candidates overlap, the longer wins; at equal length the earlier of these sources.
SOURCES = ("registry", "place", plurals.SOURCE, "joint")


class EntityFinder:
    """Find the typed mentions of a doc."""

    def __init__(self, gazetteer: Gazetteer, places: Places) -> None:
        self._gazetteer, self._places = gazetteer, places

    def __call__(self, doc: Doc, recognised: Iterable[Candidate]) -> list[Candidate]:
        """Return the candidates of the doc, the joint model's among them, sorted, without overlap."""
        known, recognised = list(self._gazetteer.find(doc)), list(recognised)
        makers = {c.text for c in (*known, *recognised) if c.type == "Company"}
        apart = [part for c in known for part in divided(doc, c, makers)]
        named = list(self._places.find(doc))
        places = [*named, *(c for c in known if c.type == "Place")]
        whole = bounded(doc, recognised, makers)
        found = [c if c.kind is MentionKind.NAME else without_place(doc, c, places) for c in whole]
        return [self._known(c) for c in settle([*apart, *named, *plurals.find(doc), *found])]

    def _known(self, candidate: Candidate) -> Candidate:
        """Give a recognised name the registry's IRI and type, where it is a registry name in full."""
        if candidate.iri is None and candidate.kind is MentionKind.NAME and candidate.type != "Place":
            known = self._gazetteer.lookup(candidate.text)
            if known is not None:
                candidate.iri, candidate.type = known.iri, known.type
        return candidate


def settle(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Return the candidates without overlap: the longest first, then by source, then by position."""
    rank = {s: i for i, s in enumerate(SOURCES)}
    chosen: list[Candidate] = []
    taken: set[int] = set()
    for c in sorted(candidates, key=lambda c: (-(c.end - c.start), rank[c.source], c.start)):
        tokens = range(c.start, c.end)
        if taken.isdisjoint(tokens):
            taken.update(tokens)
            chosen.append(c)
    return sorted(chosen, key=lambda c: c.start)
