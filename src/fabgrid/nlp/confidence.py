"""One probability for what frames and model say: measured precision of frames, joined with the model's score."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from fabgrid.nlp.frames import Match

__all__ = ["Confidence", "log_odds"]

FILE = Path(__file__).parent / "model" / "confidence.json"
UNSEEN = 0.5  # a frame that was measured nowhere
CEILING = 0.99


@dataclass(frozen=True)
class Confidence:
    """How sure a fact is.

    `frames` holds the precision of each frame and relation type ("active:supplies") and of each frame
    ("active") on the training articles; the curves are logistic: an intercept, then the slopes of the
    model's log-odds and of the frame's, fitted on the development articles.
    """

    threshold: float
    frames: dict[str, float]
    model_only: tuple[float, float]
    frame_only: tuple[float, float]
    both: tuple[float, float, float]

    @classmethod
    @lru_cache(maxsize=1)
    def load(cls) -> Confidence:
        """Read the shipped table."""
        table = json.loads(FILE.read_text(encoding="utf-8"))
        return cls(
            table["threshold"],
            table["frames"],
            tuple(table["model_only"]),
            tuple(table["frame_only"]),
            tuple(table["both"]),
        )

    def of_frame(self, frame: str, relation: str) -> float:
        """Return the measured precision of a frame for a relation type."""
        return self.frames.get(f"{frame}:{relation}", self.frames.get(frame, UNSEEN))

    def __call__(self, match: Match | None, probability: float | None) -> float:
        """Return the probability that a fact holds; at least one of match and model's probability is given."""
        model = None if probability is None else log_odds(probability)
        frame = None if match is None else log_odds(self.of_frame(match.frame, match.relation))
        return self.joined(model, frame)

    def joined(self, model: float | None, frame: float | None) -> float:
        """Return the probability for the log-odds of model and frame, one of which may be missing."""
        if model is not None and frame is not None:
            a, b, c = self.both
            return _squash(a + b * model + c * frame)
        a, b = self.frame_only if model is None else self.model_only
        return _squash(a + b * (frame if model is None else model or 0.0))  # type: ignore[operator]


def log_odds(p: float) -> float:
    """Return the log-odds of a probability, which is kept away from 0 and 1."""
    p = min(max(p, 0.005), 0.995)
    return math.log(p / (1 - p))


def _squash(x: float) -> float:
    return min(CEILING, 1 / (1 + math.exp(-x)))
