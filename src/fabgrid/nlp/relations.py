"""Proposals to facts: what frames match and both models score, with types checked and details bound."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from spacy.tokens import Doc, Span, Token

from fabgrid.model import Fact, Quantity, Status
from fabgrid.model import Span as TextSpan
from fabgrid.nlp import quantities
from fabgrid.nlp.confidence import Confidence
from fabgrid.nlp.context import according_to, claimant_of, source_of
from fabgrid.nlp.frames import FRAMES, Match
from fabgrid.nlp.lexicon import Lexicon
from fabgrid.nlp.loglinear import RELATIONS, STATUSES, End, LogLinear, Parsed, Words, related, status_features
from fabgrid.nlp.parallel import Parallel, parallel
from fabgrid.nlp.reading import Candidate, Proposal, Reading, reading_of
from fabgrid.nlp.recogniser import Scored
from fabgrid.ontology import Ontology

__all__ = ["Claim", "RelationFinder", "text_span"]

_PRICED = frozenset(
    {
        "acquires",
        "investsIn",
        "funds",
        "supplies",
        "fabricatesFor",
        "builds",
        "partnersWith",
        "regulates",
        "sues",
    }
)
# Frames that describe ("Danish", "Intel's chief") are the author's own words: whoever is quoted claims the event.
_EVENTS = frozenset({"active", "passive", "nominal"})
_DESCRIPTIONS = frozenset({"locatedIn", "worksFor", "subsidiaryOf"})
Claims = dict[tuple[str, str, str], "Claim"]
LEAST = 0.1  # a less certain proposal is no fact, whatever the threshold
NEAR = 80  # characters between a sum of money and the word of a fact that it belongs to


@dataclass(slots=True)
class Claim:
    """All that speaks for one relation, of a top type, between two entities in one sentence."""

    root: str
    relation: str
    subject: Candidate
    object: Candidate
    crowd: int = 0  # mentions in the sentence
    match: Match | None = None
    scored: Scored | None = None
    parsed: Parsed | None = None

    @property
    def found(self) -> Match | Scored | Parsed:
        """Return what tells best where subject and object stand."""
        return next(found for found in (self.match, self.scored, self.parsed) if found is not None)

    @property
    def rule(self) -> str:
        """Return who speaks for the claim: a frame's name, "model", "parse"."""
        voices = (("model", self.scored), ("parse", self.parsed))
        return "+".join([*([self.match.frame] if self.match else []), *(name for name, voice in voices if voice)])


class RelationFinder:
    """Find the facts of a doc from the frames, the joint model's judgement and the log-linear model's."""

    def __init__(self, ontology: Ontology) -> None:
        self._ontology = ontology
        self._lexicon = Lexicon(ontology)
        self._confidence = Confidence.load()
        self._loglinear, self._statuses = LogLinear.load(RELATIONS), LogLinear.load(STATUSES)
        self._admitted = ontology.type_pairs(self._loglinear.labels)

    def __call__(self, doc: Doc) -> None:
        """Put the facts of the doc on its reading, one for each subject, relation, object and sentence."""
        reading, words = reading_of(doc), Words(doc)
        for sent in reading.sentences:
            if len(reading.within(sent.start, sent.end)) > 1:
                sure = [(c, self._sureness(c, reading)) for c in self.claims(sent, reading, words).values()]
                sure = _one_by_one(sure, parallel(sent, reading))
                found = [self._fact(claim, p, sent, reading, words) for claim, p in sure if p >= LEAST]
                reading.facts += _located(found)

    def claims(self, sent: Span, reading: Reading, words: Words) -> dict[tuple[str, str, str], Claim]:
        """Return what is said in a sentence, by subject, top relation type and object."""
        claims: dict[tuple[str, str, str], Claim] = {}
        self._match(claims, sent, reading)
        self._score(claims, sent, reading)
        self._parse(claims, sent, reading, words)
        for claim in list(claims.values()):
            for copy in _of_the_other(claim):
                claims.setdefault(self._key(copy.found), copy)
        for claim in claims.values():
            claim.crowd = len(reading.within(sent.start, sent.end))
        return claims

    def _match(self, claims: Claims, sent: Span, reading: Reading) -> None:
        for frame in FRAMES:
            for match in frame(sent, reading, self._lexicon):
                confidence = self._confidence.of_frame(match.frame, match.relation)
                if self._accepts(reading, match.frame, match, confidence):
                    claim = self._claim(claims, match)
                    claim.match = self._better(claim.match, match)

    def _score(self, claims: Claims, sent: Span, reading: Reading) -> None:
        scored = reading.judgement.relations.get(sent.start, []) if reading.judgement else []
        for pair in scored:
            if pair.subject.entity and pair.object.entity and self._accepts(reading, "model", pair, pair.probability):
                claim = self._claim(claims, pair)
                if claim.scored is None or pair.probability > claim.scored.probability:
                    claim.scored = pair

    def _parse(self, claims: Claims, sent: Span, reading: Reading, words: Words) -> None:
        named = [c for c in reading.within(sent.start, sent.end) if c.entity]
        for pair in related(self._loglinear, words, named, self._admitted):
            if self._accepts(reading, "parse", pair, pair.probability):
                claim = self._claim(claims, pair)
                if claim.parsed is None or pair.probability > claim.parsed.probability:
                    claim.parsed = pair

    def _claim(self, claims: Claims, found: Match | Scored | Parsed) -> Claim:
        key = self._key(found)
        return claims.setdefault(key, Claim(key[0], found.relation, found.subject, found.object))

    def _key(self, found: Match | Scored | Parsed) -> tuple[str, str, str]:
        root = self._ontology.root(found.relation)
        ends = (found.subject.entity, found.object.entity)
        if self._ontology.relations[root].symmetric:
            ends = (min(ends), max(ends))
        return root, *ends

    def _better(self, other: Match | None, match: Match) -> Match:
        if other is None:
            return match
        mine, theirs = (self._confidence.of_frame(m.frame, m.relation) for m in (match, other))
        return match if mine > theirs else other

    def _accepts(self, reading: Reading, rule: str, found: Match | Scored | Parsed, confidence: float) -> bool:
        """Check the types, and keep the proposal with the verdict for `explain`."""
        objection = self._objection(found)
        proposal = Proposal(rule, found.subject.entity, found.relation, found.object.entity, confidence, objection)
        reading.proposals.append(proposal)
        return not objection

    def _objection(self, found: Match | Scored | Parsed) -> str:
        subject, object_ = found.subject, found.object
        kind = self._ontology.relations.get(found.relation)
        if kind is None:
            return f"the ontology has no relation type {found.relation}"
        if subject.entity == object_.entity:
            return "subject and object are one entity"
        if not self._ontology.is_a(subject.type, kind.domain):
            return f"the subject is a {subject.type}; {kind.name} needs {kind.domain}"
        if not self._ontology.is_a(object_.type, kind.range):
            return f"the object is a {object_.type}; {kind.name} needs {kind.range}"
        return ""

    def _sureness(self, claim: Claim, reading: Reading) -> float:
        """Return how sure a claim is; that the joint model is silent on what it was never taught says nothing."""
        if reading.judgement is None or self._ontology.root(claim.relation) in reading.judgement.known:
            return self._confidence(claim)
        match, parsed = claim.match, claim.parsed
        frame = self._confidence.of_frame(match.frame, match.relation) if match else 0.0
        return max(frame, parsed.probability if parsed else 0.0)

    def _fact(self, claim: Claim, confidence: float, sent: Span, reading: Reading, words: Words) -> Fact:
        match, found = claim.match, claim.found
        relation = match.relation if match is not None else claim.relation
        anchor = match.anchor if match is not None else _anchor(sent, claim)
        return Fact(
            subject=found.subject.entity,
            relation=relation,
            object=found.object.entity,
            evidence=text_span(sent),
            subject_span=_span(sent.doc, found.subject),
            object_span=_span(sent.doc, found.object),
            rule=claim.rule,
            confidence=confidence,
            status=self._status(claim, words),
            claimant=_claimant(claim, anchor, reading),
            amount=_amount(sent, anchor, relation, found.object),
            time=_time(sent, anchor),
        )

    def _status(self, claim: Claim, words: Words) -> Status:
        """Return the status that both models together find likeliest."""
        one, two = (End(c.start, c.end, c.type) for c in (claim.found.subject, claim.found.object))
        chances = self._statuses.chances(status_features(words, one, two, self._ontology.root(claim.relation)))
        if claim.scored is not None:
            chances = {status: p * claim.scored.statuses[status] for status, p in chances.items()}
        return Status(max(chances, key=chances.__getitem__))


def _of_the_other(claim: Claim) -> Iterator[Claim]:
    """Yield the claim with the second entity of an end that stands for two ("both firms")."""
    for both in (claim.subject, claim.object):
        if both.other and both.other not in (claim.subject.entity, claim.object.entity):
            second = replace(both, entity=both.other, other="")
            voices = {name: getattr(claim, name) for name in ("match", "scored", "parsed")}
            turned = {name: _turned(voice, both, second) for name, voice in voices.items() if voice is not None}
            yield replace(_turned(claim, both, second), **turned)


def _turned(found: Any, end: Candidate, second: Candidate) -> Any:
    """Return the claim, or what speaks for it, with another mention at one end; a symmetric one may be turned round."""
    return replace(found, **{"subject" if found.subject is end else "object": second})


def _one_by_one(sure: list[tuple[Claim, float]], lists: Parallel) -> list[tuple[Claim, float]]:
    """Keep, of what joins two parallel lists, the pairs that belong together, as sure as the surest of all pairs."""
    joined = [(claim, p, lists.get((claim.found.subject.entity, claim.found.object.entity))) for claim, p in sure]
    best: dict[str, float] = {}
    for claim, p, belongs in joined:
        if belongs is not None:
            best[claim.relation] = max(p, best.get(claim.relation, 0.0))
    return [
        (claim, p if belongs is None else best[claim.relation]) for claim, p, belongs in joined if belongs is not False
    ]


def _located(facts: list[Fact]) -> Iterator[Fact]:
    """Yield the facts of a sentence; a site that is only planned stands nowhere yet."""
    building = {f.object: f.status for f in sorted(facts, key=lambda f: f.confidence) if f.relation == "builds"}
    for fact in facts:
        at_site = fact.relation == "locatedIn" and fact.subject in building
        yield replace(fact, status=building[fact.subject]) if at_site else fact


def _anchor(sent: Span, claim: Claim) -> Token:
    """Return the word that joins the two mentions in the parse: their lowest common ancestor."""
    doc = sent.doc
    one, two = doc[claim.subject.end - 1], doc[claim.object.end - 1]
    above = {one.i, *(t.i for t in one.ancestors)}
    return next((t for t in (two, *two.ancestors) if t.i in above), sent.root)


def _claimant(claim: Claim, anchor: Token, reading: Reading) -> str | None:
    """Return who makes the claim: whom the model points at, else what the syntax says of the claim's word."""
    scored, match = claim.scored, claim.match
    if scored is not None and (scored.claimant is not None or scored.phrase is not None):
        return according_to(anchor, reading.sentence(anchor.i), reading) or _pointed_at(scored, reading)
    described = match.frame not in _EVENTS if match is not None else claim.relation in _DESCRIPTIONS
    return None if described else claimant_of(anchor, reading)


def _pointed_at(scored: Scored, reading: Reading) -> str | None:
    if scored.claimant is not None and scored.claimant.entity:
        return scored.claimant.entity
    return source_of(scored.phrase.root, reading) or scored.phrase.text if scored.phrase is not None else None


def text_span(sent: Span) -> TextSpan:
    """Return the characters of the sentence without white space around it."""
    text = sent.text
    start = sent.start_char + len(text) - len(text.lstrip())
    return TextSpan(start, start + len(text.strip()))


def _span(doc: Doc, candidate: Candidate) -> TextSpan:
    span = doc[candidate.start : candidate.end]
    return TextSpan(span.start_char, span.end_char)


def _amount(sent: Span, anchor: Token, relation: str, object_: Candidate) -> Quantity | None:
    """Return the sum of money near the fact's word, else the size of the facility that it is about."""
    found = quantities.find(sent.text)
    at = anchor.idx - sent.start_char
    money = [q for q in found if q.kind == quantities.Kind.MONEY]
    near = money if len(money) == 1 else [q for q in money if abs(q.span.start - at) < NEAR]
    if near and relation in _PRICED:
        return min(near, key=lambda q: abs(q.span.start - at)).quantity
    inside = _span(sent.doc, object_)
    for q in found:
        absolute = TextSpan(q.span.start + sent.start_char, q.span.end + sent.start_char)
        if q.kind == quantities.Kind.POWER and absolute.overlaps(inside):
            return q.quantity
    return None


def _time(sent: Span, anchor: Token) -> str | None:
    times = quantities.find_times(sent.text)
    if not times:
        return None
    at = anchor.idx - sent.start_char
    return min(times, key=lambda t: abs(t.span.start - at)).surface
