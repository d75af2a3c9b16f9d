"""One probability for all that speaks for a claim."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from fabgrid.nlp.confidence import Confidence, evidence, log_odds


@dataclass
class Voice:
    probability: float = 0.0
    frame: str = "active"
    relation: str = "supplies"


@dataclass
class Claim:
    match: Voice | None = None
    scored: Voice | None = None
    parsed: Voice | None = None


def test_every_further_voice_makes_a_claim_surer() -> None:
    table = Confidence.load()
    voices = (
        Claim(parsed=Voice(0.8)),
        Claim(parsed=Voice(0.8), scored=Voice(0.8)),
        Claim(parsed=Voice(0.8), scored=Voice(0.8), match=Voice()),
    )
    sure = [table(claim) for claim in voices]
    assert sure == sorted(sure)
    assert sure[-1] > table.threshold > 0


def test_a_claim_that_both_models_doubt_stays_below_the_threshold() -> None:
    table = Confidence.load()
    assert table(Claim(parsed=Voice(0.05), scored=Voice(0.05))) < table.threshold


def test_a_probability_stays_one_however_sure_all_are() -> None:
    assert Confidence(0.5, {}, (0, 9, 9, 0, 9))(Claim(Voice(), Voice(1.0), Voice(1.0))) < 1


def test_silence_counts_as_doubt() -> None:
    model, parse, silent, matched = evidence(Claim(parsed=Voice(0.5)))
    assert model < -4
    assert parse == pytest.approx(log_odds(0.5))
    assert (silent, matched) == (1.0, 0.0)


def test_a_frame_is_known_by_relation_type_else_as_a_whole() -> None:
    table = Confidence(0.5, {"active": 0.8, "active:sues": 0.9}, (0, 0, 0, 0, 0))
    assert (table.of_frame("active", "sues"), table.of_frame("active", "uses")) == (0.9, 0.8)
