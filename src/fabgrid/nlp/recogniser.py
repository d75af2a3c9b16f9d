"""The joint model over a spaCy doc: its mentions as candidates, its judgement of all candidates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import accumulate, pairwise

from spacy.tokens import Doc, Span

from fabgrid.model import MentionKind
from fabgrid.nlp import joint
from fabgrid.nlp.reading import Candidate, reading_of
from fabgrid.ontology import Ontology

__all__ = ["Judgement", "Recogniser", "Scored"]

_KINDS = {"name": MentionKind.NAME, "nominal": MentionKind.NOMINAL}
_OUTSIDE = "\"'“”‘’()[],;:. \n"


@dataclass(frozen=True, slots=True)
class Scored:
    """A relation that the model sees between two candidates; `phrase` is in the words of an unnamed source."""

    subject: Candidate
    object: Candidate
    relation: str
    probability: float
    statuses: Mapping[str, float]  # with their probabilities
    claimant: Candidate | None = None
    phrase: Span | None = None


@dataclass(slots=True)
class Judgement:
    """What the model says of a doc's candidates: relations by sentence start, and antecedents.

    `known` holds the relation types that it was taught.
    """

    known: frozenset[str] = frozenset()
    relations: dict[int, list[Scored]] = field(default_factory=dict)
    antecedents: dict[int, Candidate] = field(default_factory=dict)  # id() of a nominal -> its antecedent


class Recogniser:
    """Run the joint model on docs."""

    def __init__(self, model: joint.JointModel, ontology: Ontology) -> None:
        self._model = model
        self._allowed = ontology.type_pairs(model.relations)

    def encode(self, doc: Doc) -> joint.Encoding:
        """Run the encoder over the doc's sentences."""
        return self._model.encode([s.text for s in reading_of(doc).sentences])

    def candidates(self, doc: Doc, encoding: joint.Encoding) -> Iterator[Candidate]:
        """Yield the mentions that the model finds, aligned with tokens."""
        sents = reading_of(doc).sentences
        for mention in self._model.mentions(encoding):
            span = _aligned(sents[mention.sentence], mention.start, mention.end)
            if span is not None and any(c.isalpha() for c in span.text):
                yield Candidate(
                    span.start,
                    span.end,
                    mention.type,
                    "joint",
                    span.text,
                    kind=_KINDS[mention.kind],
                    score=mention.score,
                )

    def judge(self, doc: Doc, encoding: joint.Encoding, candidates: list[Candidate]) -> Judgement:
        """Score the relations and antecedents among exactly these candidates."""
        whole = reading_of(doc)
        sents = whole.sentences
        numbers = [whole.number(c.start) for c in candidates]
        mentions = [_mention(doc, sents[n], n, c) for n, c in zip(numbers, candidates, strict=True)]
        starts = (0, *(sent.start_char for sent in sents))
        paragraphs = list(accumulate(whole.text.count("\n\n", a, b) for a, b in pairwise(starts)))
        reading = self._model.read(encoding, mentions, allowed=self._allowed, paragraphs=paragraphs)
        judgement = Judgement(frozenset(self._model.relations[1:]))
        for link in reading.links:
            judgement.antecedents[id(candidates[link.mention])] = candidates[link.antecedent]
            candidates[link.mention].score = link.score
        phrases = {n: _phrase(sents[n], reading, n) for n in {p.sentence for p in reading.phrases}}
        for pair in reading.pairs:
            sent = sents[mentions[pair.subject].sentence]
            claimant = None if pair.claimant is None else candidates[pair.claimant]
            phrase = phrases.get(mentions[pair.subject].sentence) if pair.phrase else None
            judgement.relations.setdefault(sent.start, []).append(
                Scored(
                    candidates[pair.subject],
                    candidates[pair.object],
                    pair.relation,
                    pair.probability,
                    pair.statuses,
                    claimant,
                    phrase,
                )
            )
        return judgement


def _aligned(sent: Span, start: int, end: int) -> Span | None:
    """Return the tokens over characters of a sentence, without possessive and quotes around them."""
    first = sent.start_char
    span = sent.doc.char_span(first + start, first + end, alignment_mode="expand")
    if span is None:
        return None
    a, b = span.start, span.end
    while b > a and (sent.doc[b - 1].text in ("'s", "’s", "'", "’") or sent.doc[b - 1].text in _OUTSIDE):
        b -= 1
    while a < b and (sent.doc[a].text in _OUTSIDE or sent.doc[a].is_space):
        a += 1
    return sent.doc[a:b] if a < b else None


def _mention(doc: Doc, sent: Span, number: int, candidate: Candidate) -> joint.JointMention:
    span = doc[candidate.start : candidate.end]
    kind = "name" if candidate.kind is MentionKind.NAME else "nominal"
    first = sent.start_char
    return joint.JointMention(
        number, span.start_char - first, span.end_char - first, candidate.type, kind, candidate.score
    )


def _phrase(sent: Span, reading: joint.JointReading, number: int) -> Span | None:
    best = max((p for p in reading.phrases if p.sentence == number), key=lambda p: p.score, default=None)
    if best is None:
        return None
    first = sent.start_char
    return sent.doc.char_span(first + best.start, first + best.end, alignment_mode="expand")
