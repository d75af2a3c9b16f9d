"""Why a sentence gives a fact, or none: its mentions and everything that was proposed."""

from __future__ import annotations

from dataclasses import dataclass

from fabgrid.model import Fact
from fabgrid.nlp import pipeline
from fabgrid.nlp.fingerprint import threshold
from fabgrid.nlp.reading import Proposal, Reading, reading_of
from fabgrid.ontology import load

__all__ = ["Explanation", "explain"]


@dataclass(frozen=True, slots=True)
class Explanation:
    """What `explain` shows, as rows of text; `why_not` is empty where there are facts."""

    mentions: tuple[tuple[str, str, str, str], ...]  # text, type, entity, found by
    proposals: tuple[tuple[str, str, str, str, str, str], ...]  # rule, subject, relation, object, score, verdict
    facts: tuple[Fact, ...]
    why_not: str = ""


def explain(text: str, *, model: str | None = None) -> Explanation:
    """Read a sentence and tell what each frame and the models proposed, and what came of it."""
    doc = pipeline.load(model)(text)
    reading = reading_of(doc)
    least = threshold()
    mentions = tuple((c.text, c.type, c.entity, c.source) for c in reading.candidates)
    rising = sorted(reading.proposals, key=lambda p: p.confidence)
    surest = {(p.rule, p.subject, p.relation, p.object): p for p in rising}  # one for two mentions of the same
    proposals = tuple(
        (p.rule, p.subject, p.relation, p.object, f"{p.confidence:.2f}", _verdict(p, reading, least))
        for p in sorted(surest.values(), key=lambda p: -p.confidence)
    )
    facts = tuple(f for f in reading.facts if f.confidence >= least)
    return Explanation(mentions, proposals, facts, "" if facts else _why_not(reading, least))


def _verdict(proposal: Proposal, reading: Reading, least: float) -> str:
    """Tell what came of a proposal: frames and model may propose the same, and are weighed together."""
    if proposal.objection:
        return proposal.objection
    ontology, ends = load(), (proposal.subject, proposal.object)
    root = ontology.root(proposal.relation)
    turned = ends[::-1] if ontology.relations[root].symmetric else ends
    joint = [
        f.confidence
        for f in reading.facts
        if (f.subject, f.object) in (ends, turned) and ontology.root(f.relation) == root
    ]
    if not joint:
        return "too unlikely"
    return "fact" if max(joint) >= least else f"all in all {max(joint):.2f}, below {least:.2f}"


def _why_not(reading: Reading, least: float) -> str:
    if len(reading.candidates) < 2:
        return f"a fact needs two mentions; {len(reading.candidates)} found"
    if not reading.proposals:
        return "neither a frame nor a model relates these mentions"
    if all(p.objection for p in reading.proposals):
        return "every proposal was refused; see the verdicts"
    best = max((f.confidence for f in reading.facts), default=0.0)
    return f"the best proposal has confidence {best:.2f}, below the threshold {least:.2f}"
