"""One probability for what frames, joint model and log-linear model say of a claim."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol

__all__ = ["Confidence", "evidence", "log_odds"]

FILE = Path(__file__).parent / "model" / "confidence.json"
UNSEEN = 0.5  # a frame that was measured nowhere
SILENT = 0.01  # what a model says that returns nothing
CEILING = 0.99


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


class Claimed(Protocol):
    """What speaks for a relation between two entities in a sentence."""

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
    the intercept first, fitted on articles that no part was trained on.
    """

    threshold: float
    frames: dict[str, float]
    weights: tuple[float, ...]

    @classmethod
    @lru_cache(maxsize=1)
    def load(cls) -> Confidence:
        """Read the shipped table."""
        table = json.loads(FILE.read_text(encoding="utf-8"))
        return cls(table["threshold"], table["frames"], tuple(table["weights"]))

    def of_frame(self, frame: str, relation: str) -> float:
        """Return the measured precision of a frame for a relation type."""
        return self.frames.get(f"{frame}:{relation}", self.frames.get(frame, UNSEEN))

    def __call__(self, claim: Claimed) -> float:
        """Return the probability that a claim holds."""
        intercept, *slopes = self.weights
        score = intercept + sum(w * x for w, x in zip(slopes, evidence(claim), strict=True))
        return min(CEILING, 1 / (1 + math.exp(-score)))


def evidence(claim: Claimed) -> tuple[float, float, float, float]:
    """Return the log-odds of both models, whether the joint model is silent, and whether a frame matches."""
    model = claim.scored.probability if claim.scored else SILENT
    parse = claim.parsed.probability if claim.parsed else SILENT
    return log_odds(model), log_odds(parse), float(claim.scored is None), float(claim.match is not None)


def log_odds(p: float) -> float:
    """Return the log-odds of a probability, which is kept away from 0 and 1."""
    p = min(max(p, 0.005), 0.995)
    return math.log(p / (1 - p))
