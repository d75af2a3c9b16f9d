"""One probability for what frames, joint model and log-linear model say of a claim."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from fabgrid.model import MentionKind

if TYPE_CHECKING:  # it brings spaCy along
    from fabgrid.nlp.reading import Candidate

__all__ = ["Confidence", "evidence", "log_odds"]

FILE = Path(__file__).parent / "model" / "confidence.json"
UNSEEN = 0.5  # a frame that was measured nowhere
SILENT = 0.01  # what a model says that returns nothing
CEILING = 0.99
LEAST = 0.05  # how sure an end is at least
RELATION = "relation:"  # begins the names of what is said of relation types


class Matched(Protocol):
    """A frame's match."""

    @property
    def frame(self) -> str: ...
    @property
    def relation(self) -> str: ...


class Judged(Protocol):
    """A model's judgement."""

    @property
    def probability(self) -> float: ...


class Ends(Protocol):
    """What stands on both sides of a relation."""

    @property
    def subject(self) -> Candidate: ...
    @property
    def object(self) -> Candidate: ...


class Claimed(Protocol):
    """What speaks for a relation between two entities in a sentence; `crowd` counts the sentence's mentions."""

    @property
    def root(self) -> str: ...
    @property
    def crowd(self) -> int: ...
    @property
    def found(self) -> Ends: ...
    @property
    def match(self) -> Matched | None: ...
    @property
    def scored(self) -> Judged | None: ...
    @property
    def parsed(self) -> Judged | None: ...


@dataclass(frozen=True)
class Confidence:
    """How sure a fact is.

    `frames` holds the precision of each frame and relation type ("active:supplies") and of each frame
    ("active") on the training articles; `weights` are those of a logistic regression on `evidence`,
    fitted on articles that no part was trained on.
    """

    threshold: float
    frames: dict[str, float]
    weights: dict[str, float]

    @classmethod
    @lru_cache(maxsize=1)
    def load(cls) -> Confidence:
        """Read the shipped table."""
        table = json.loads(FILE.read_text(encoding="utf-8"))
        return cls(table["threshold"], table["frames"], table["weights"])

    def of_frame(self, frame: str, relation: str) -> float:
        """Return the measured precision of a frame for a relation type."""
        return self.frames.get(f"{frame}:{relation}", self.frames.get(frame, UNSEEN))

    def __call__(self, claim: Claimed) -> float:
        """Return the probability that a claim holds."""
        score = sum(self.weights.get(name, 0.0) * x for name, x in evidence(claim).items())
        return min(CEILING, 1 / (1 + math.exp(-score)))


def evidence(claim: Claimed) -> dict[str, float]:
    """Return what speaks for and against a claim, by name.

    The log-odds of both models and their product, whether the joint model is silent and whether a frame matches;
    how sure the ends are, as names and as nominals of their entity; how far apart they stand, among how many others.
    """
    model = log_odds(claim.scored.probability if claim.scored else SILENT)
    parse = log_odds(claim.parsed.probability if claim.parsed else SILENT)
    ends = (claim.found.subject, claim.found.object)
    return {
        "always": 1.0,
        "model": model,
        "parse": parse,
        "agreement": model * parse / 10,
        "silence": float(claim.scored is None),
        "frame": float(claim.match is not None),
        "names": sum(math.log(max(e.score, LEAST)) for e in ends if e.kind is MentionKind.NAME),
        "links": sum(math.log(max(e.score, LEAST)) for e in ends if e.kind is not MentionKind.NAME),
        "distance": math.log1p(abs(ends[0].start - ends[1].start)),
        "crowd": math.log1p(claim.crowd),
        f"{RELATION}{claim.root}": 1.0,
    }


def log_odds(p: float) -> float:
    """Return the log-odds of a probability, which is kept away from 0 and 1."""
    p = min(max(p, 0.005), 0.995)
    return math.log(p / (1 - p))
