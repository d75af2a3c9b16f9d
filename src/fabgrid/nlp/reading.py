"""What the components of the pipeline know of one text while they read it, kept on `doc._.reading`."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from spacy.tokens import Doc, Span

from fabgrid.model import Definition, Entity, Fact, MentionKind, Observation

if TYPE_CHECKING:
    from fabgrid.nlp.recogniser import Judgement

__all__ = ["Candidate", "Proposal", "Reading", "reading_of"]


@dataclass(slots=True, eq=False)
class Candidate:
    """A stretch of tokens, `start` to `end` (excluded), that may name an entity.

    `source` tells who found it (registry, place, joint); `entity` is the main name of its entity,
    empty until coreference has run, `other` that of a second one ("both firms"); `score` tells how sure the name
    is, or that a nominal means its entity.
    """

    start: int
    end: int
    type: str
    source: str
    text: str
    kind: MentionKind = MentionKind.NAME
    iri: str | None = None
    entity: str = ""
    score: float = 1.0
    other: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a frame or the model proposed; `objection` says why it is no fact, "" if it is one."""

    rule: str
    subject: str
    relation: str
    object: str
    confidence: float
    objection: str = ""


@dataclass(slots=True)
class Reading:
    """The mentions, entities and facts found so far; candidates are sorted and do not overlap."""

    candidates: list[Candidate] = field(default_factory=list)
    entities: dict[str, Entity] = field(default_factory=dict)
    facts: list[Fact] = field(default_factory=list)
    proposals: list[Proposal] = field(default_factory=list)
    observations: list[Observation] = field(default_factory=list)
    definitions: list[Definition] = field(default_factory=list)
    judgement: Judgement | None = None  # of the joint model
    at: dict[int, Candidate] = field(default_factory=dict)  # token index -> the candidate over it
    text: str = ""  # `doc.text` is put together anew at every call
    sentences: tuple[Span, ...] = ()
    starts: list[int] = field(default_factory=list)  # of the sentences

    def place(self, candidates: list[Candidate]) -> None:
        """Take these as the candidates and index them by token."""
        self.candidates = sorted(candidates, key=lambda c: c.start)
        self.at = {i: c for c in self.candidates for i in range(c.start, c.end)}

    def number(self, token: int) -> int:
        """Return the number of the sentence that holds a token."""
        return bisect_right(self.starts, token) - 1

    def sentence(self, token: int) -> Span:
        """Return the sentence that holds a token; `token.sent` walks the whole doc to find it."""
        return self.sentences[self.number(token)]

    def within(self, start: int, end: int) -> list[Candidate]:
        """Return the candidates that begin in the tokens `start` to `end` (excluded)."""
        first = bisect_left(self.candidates, start, key=_start)
        return self.candidates[first : bisect_left(self.candidates, end, lo=first, key=_start)]


def _start(candidate: Candidate) -> int:
    return candidate.start


if not Doc.has_extension("reading"):
    Doc.set_extension("reading", default=None)


def reading_of(doc: Doc) -> Reading:
    """Return the doc's reading, a new one the first time."""
    if doc._.reading is None:
        sentences = tuple(doc.sents) if doc.has_annotation("SENT_START") else (doc[:],)
        doc._.reading = Reading(text=doc.text, sentences=sentences, starts=[s.start for s in sentences])
    reading: Reading = doc._.reading
    return reading
