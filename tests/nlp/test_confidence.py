"""One probability for all that speaks for a claim."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from fabgrid.model import MentionKind
from fabgrid.nlp.confidence import Confidence, evidence, log_odds
from fabgrid.nlp.reading import Candidate


@dataclass
class Voice:
    probability: float = 0.0
    frame: str = "active"
    relation: str = "supplies"


@dataclass
class Ends:
    subject: Candidate = field(default_factory=lambda: Candidate(0, 1, "Company", "registry", "Intel"))
    object: Candidate = field(default_factory=lambda: Candidate(4, 5, "Company", "registry", "Dell"))


@dataclass
class Claim:
    match: Voice | None = None
    scored: Voice | None = None
    parsed: Voice | None = None
    found: Ends = field(default_factory=Ends)
    root: str = "supplies"
    crowd: int = 2


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
    weights = {"model": 9.0, "parse": 9.0, "frame": 9.0}
    assert Confidence(0.5, {}, weights)(Claim(Voice(), Voice(1.0), Voice(1.0))) < 1


def test_silence_counts_as_doubt() -> None:
    said = evidence(Claim(parsed=Voice(0.5)))
    assert said["model"] < -4
    assert said["parse"] == pytest.approx(log_odds(0.5))
    assert (said["silence"], said["frame"]) == (1.0, 0.0)


def test_a_doubtful_name_or_antecedent_makes_a_claim_less_sure() -> None:
    table, claim = Confidence.load(), Claim(parsed=Voice(0.8), scored=Voice(0.8))
    for kind in MentionKind:
        other = Ends(Candidate(0, 1, "Company", "joint", "It", kind=kind, score=0.5))
        assert table(replace(claim, found=other)) < table(claim)


def test_a_relation_type_that_was_not_measured_weighs_nothing() -> None:
    table = Confidence(0.5, {}, {"relation:supplies": 9.0})
    assert table(Claim(root="insures")) == 0.5 < table(Claim())


def test_a_frame_is_known_by_relation_type_else_as_a_whole() -> None:
    table = Confidence(0.5, {"active": 0.8, "active:sues": 0.9}, {})
    assert (table.of_frame("active", "sues"), table.of_frame("active", "uses")) == (0.9, 0.8)
