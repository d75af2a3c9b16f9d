"""Plurals that stand for two bodies: "both", "both firms"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from spacy.tokens import Doc

from fabgrid.model import MentionKind
from fabgrid.nlp.reading import Candidate, Reading

__all__ = ["SOURCE", "find", "resolve"]

SOURCE = "both"
_NOUNS = frozenset("companies firms groups businesses makers chipmakers manufacturers utilities suppliers labs".split())
_BODIES = frozenset({"Company", "GridOperator", "Organization"})
_SURENESS = 0.7  # a guess: nothing annotated tells how often it is those two


def find(doc: Doc) -> Iterator[Candidate]:
    """Yield "both" and "both firms" where they stand alone; not "both A and B", "both boards"."""
    for token in doc:
        if token.lower_ != "both" or token.dep_ in ("preconj", "cc"):
            continue
        noun = token.head if token.dep_ in ("det", "predet") and token.head.i == token.i + 1 else token
        if noun.lower_ in _NOUNS or (noun is token and token.dep_ in ("nsubj", "nsubjpass", "dobj", "pobj")):
            text = doc[token.i : noun.i + 1].text
            yield Candidate(token.i, noun.i + 1, "Company", SOURCE, text, kind=MentionKind.NOMINAL)


def resolve(plurals: Iterable[Candidate], reading: Reading) -> Iterator[Candidate]:
    """Yield those that just two bodies of one sentence can be meant by: of their own, or of the one before."""
    for plural in plurals:
        number = reading.number(plural.start)
        for sent in reversed(reading.sentences[max(0, number - 1) : number + 1]):
            bodies = [c for c in reading.within(sent.start, min(sent.end, plural.start)) if c.type in _BODIES]
            meant = list(dict.fromkeys(c.entity for c in bodies if c.entity))
            if len(meant) == 2:
                plural.entity, plural.other = meant
                plural.type, plural.score = bodies[-1].type, _SURENESS
                yield plural
            if meant:
                break
