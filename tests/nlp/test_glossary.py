"""Abbreviations by their letters, terms by their explanation; docs are by hand, no model is needed."""

from __future__ import annotations

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokens import Doc

from fabgrid.nlp.glossary import abbreviations, definitions

PAIRS = [
    ("Every GPU ships with HBM (High Bandwidth Memory).", "HBM", "High Bandwidth Memory"),
    ("Every GPU ships with High Bandwidth Memory (HBM).", "HBM", "High Bandwidth Memory"),
    ("It stacks high-bandwidth memory (HBM) on chips.", "HBM", "high-bandwidth memory"),
    ("ASICs (Application-Specific Integrated Circuits — custom chips for one task) gain.", "ASICs",
     "Application-Specific Integrated Circuits"),
    ("It wants HBF, or High Bandwidth Flash, which stacks NAND.", "HBF", "High Bandwidth Flash"),
    ("Electronic design automation, or EDA, is software.", "EDA", "Electronic design automation"),
    ("AWS (Amazon Web Services, Amazon's cloud computing division) grew.", "AWS", "Amazon Web Services"),
    ("It raised its capex (capital expenditure — investment in plants).", "capex", "capital expenditure"),
    ("The Bureau of Industry and Security (BIS) amends the rules.", "BIS", "Bureau of Industry and Security"),
    ("The U.S. Nuclear Regulatory Commission (NRC) has approved it.", "NRC",
     "U.S. Nuclear Regulatory Commission"),
    ("It uses CoWoS (Chip-on-Wafer-on-Substrate).", "CoWoS", "Chip-on-Wafer-on-Substrate"),
    ("The Treatment, Storage, and Disposal Facility (TSDF) shut.", "TSDF",
     "Treatment, Storage, and Disposal Facility"),
    ("The satellite communications (SatCom) market grew.", "SatCom", "satellite communications"),
    ("The National Interest Electric Transmission Corridors (“NIETCs,” pronounced so) are new.", "NIETCs",
     "National Interest Electric Transmission Corridors"),
    ("HBM is short for high bandwidth memory, by the way.", "HBM", "high bandwidth memory"),
    ("NESO, the National Energy System Operator, is clearing its queue.", "NESO",
     "National Energy System Operator"),
    ("Its answer is WSE-3 (Wafer-Scale Engine 3), a slab.", "WSE-3", "Wafer-Scale Engine 3"),
    ("The Federal Agency's (FA's) rules hold.", "FA", "Federal Agency"),
    ("CXL (Compute Express Link) switches are new.", "CXL", "Compute Express Link"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "short", "long"), PAIRS, ids=[p[1] for p in PAIRS])
def test_abbreviations_pairs_short_and_long(text: str, short: str, long: str) -> None:
    found = abbreviations(text)[short]

    assert found.long == long
    assert found.short_span.of(text) == short
    assert found.long_span.of(text) == long


@pytest.mark.parametrize(
    "text",
    [
        "Greenhithe Racks (London, 40 employees) raised money.",
        "It rose 4% in London (see chart).",
        "Micron (ticker MU, home Boise) is sold out.",
        "Mara (a Bitcoin miner) bought a plant.",
        "Nvidia (US) and TSMC (Taiwan) agreed.",
        "Samsung and Micron, or rather their owners, agreed.",
    ],
)
def test_abbreviations_leaves_other_parentheses_alone(text: str) -> None:
    assert abbreviations(text) == {}


def test_the_first_explanation_counts() -> None:
    text = "Tensor Processing Unit (TPU). TPU (Tiny Purple Umbrella)."

    assert abbreviations(text)["TPU"].long == "Tensor Processing Unit"


def test_definitions_gives_expansion_gloss_and_evidence() -> None:
    text = "Heading\n\nASICs (Application-Specific Integrated Circuits — custom chips for one task) gain."
    doc = spacy.blank("en")(text)

    (entry,) = definitions(doc)

    assert (entry.term, entry.expansion) == ("ASICs", "Application-Specific Integrated Circuits")
    assert entry.gloss == "custom chips for one task"
    assert entry.evidence.of(text) == text.removeprefix("Heading\n\n")


def test_definitions_glosses_a_noun_but_no_name() -> None:
    text = "Neoclouds ( firms that rent out GPUs ) rent from Mara ( the miner that pivoted ) ."
    words = text.split()
    spaces = [w != "(" and after not in ") ." for w, after in zip(words, [*words[1:], "."], strict=True)]
    pos = ["NOUN" if w == "Neoclouds" else "PROPN" if w == "Mara" else "X" for w in words]
    starts = [i == 0 for i in range(len(words))]
    doc = Doc(spacy.blank("en").vocab, words=words, spaces=spaces, pos=pos, sent_starts=starts)

    assert [(d.term, d.gloss) for d in definitions(doc)] == [("Neoclouds", "firms that rent out GPUs")]


_WORD = st.text("abcdefghijklmnoprstuvwz", min_size=3, max_size=8).map(str.capitalize)


@given(st.lists(_WORD, min_size=3, max_size=5, unique=True))
def test_initials_are_paired_in_both_orders(words: list[str]) -> None:
    long, short = " ".join(words), "".join(w[0] for w in words)
    for text in (f"It runs {short} ({long}) now.", f"It runs the {long} ({short}) now."):
        if short in ("CEO", "USA", "THE", "AND", "FOR", "NOT", "SEE", "VIA", "ETC", "TBD"):
            continue
        assert abbreviations(text)[short].long.endswith(long.split(" ", 1)[1])


@given(st.text("ABCabc (),.—\"'1&\n", max_size=60))
def test_any_text_is_read(text: str) -> None:
    for one in abbreviations(text).values():
        assert one.short_span.of(text) == one.short
        assert one.long_span.of(text) == one.long
