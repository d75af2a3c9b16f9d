"""The joint model's runtime: pieces, offsets, determinism, long and empty input, given mentions."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from fabgrid.errors import ModelMissing
from fabgrid.nlp.fingerprint import MODEL
from fabgrid.nlp.joint import JointMention, JointModel
from fabgrid.nlp.pairs import gaps, regions
from fabgrid.nlp.wordpiece import WordPiece, shape

TEXT = [
    "Mara acquired a 505MW gas plant in Ohio for approximately $1.5 billion.",
    "The company plans to build a data center there, chief executive Fred Thiel said.",
    "Prices rose again in the quarter.",
]


@pytest.fixture(scope="module")
def model() -> JointModel:
    return JointModel.load(threads=1)


@pytest.fixture(scope="module")
def pieces() -> WordPiece:
    return WordPiece.load(MODEL / "vocab.txt")


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("TSMC's fab", [24529, 12458, 1005, 1055, 6904, 2497]),  # as the Hugging Face tokeniser cuts it
        ("Zürich", [10204]),
        ("", []),
        (" \n\t", []),
    ],
)
def test_pieces(pieces: WordPiece, text: str, ids: list[int]) -> None:
    assert pieces.encode(text).ids == ids


def test_word_spans_lead_back_to_the_text(pieces: WordPiece) -> None:
    text = "Nvidia-backed CoreWeave, a “neocloud”, paid $2.3bn."
    words = [text[a:b] for a, b in pieces.encode(text).spans]
    assert words == [
        "Nvidia",
        "-",
        "backed",
        "CoreWeave",
        ",",
        "a",
        "“",
        "neocloud",
        "”",
        ",",
        "paid",
        "$",
        "2",
        ".",
        "3bn",
        ".",
    ]


def test_an_endless_word_is_one_unknown_piece(pieces: WordPiece) -> None:
    assert pieces.encode("x" * 5000).ids == [pieces.unknown]


@pytest.mark.parametrize(
    ("word", "expected"),
    [("7", 1), ("%", 2), ("arm", 3), ("ARM", 4), ("A", 5), ("Arm", 6), ("OpenAI", 7), ("iPhone", 8)],
)
def test_shape(word: str, expected: int) -> None:
    assert shape(word) == expected


def test_regions_and_gaps_know_the_order() -> None:
    one, two = np.array([[1, 2], [5, 5]]), np.array([[5, 5], [1, 2]])
    assert regions(one, two, 7).tolist() == [[0, 1, 1, 2, 2, 3, 4], [5, 6, 6, 7, 7, 8, 9]]
    assert (gaps(one, two) // 8).tolist() == [0, 1]


def test_a_part_keeps_the_offsets(pieces: WordPiece) -> None:
    whole = pieces.encode("Solvena sold Brandaris a plant")
    part = whole.part(2, 5)
    assert part.spans == whole.spans[2:]
    assert part.words[0] == 0


def test_mentions_stand_where_they_say(model: JointModel) -> None:
    found = {TEXT[m.sentence][m.start : m.end]: m for m in model.mentions(model.encode(TEXT))}
    assert found["Ohio"].type == "Place"
    assert found["Fred Thiel"].type == "Person"
    assert found["The company"].kind == "nominal"
    assert all(0 < m.score <= 1 for m in found.values())


def test_mentions_are_in_order_and_never_overlap(model: JointModel) -> None:
    found = model.mentions(model.encode(TEXT * 4))
    for one, two in pairwise((m.sentence, m.start, m.end) for m in found):
        assert one[0] < two[0] or one[2] <= two[1]


def test_predict_is_deterministic(model: JointModel) -> None:
    assert model.predict(TEXT) == model.predict(TEXT) == JointModel.load(threads=1).predict(TEXT)


@pytest.mark.parametrize("sentences", [[], [""], ["", "   "], ["…"], ["\n"]])
def test_nothing_comes_of_nothing(model: JointModel, sentences: list[str]) -> None:
    reading = model.predict(sentences)
    assert (reading.mentions, reading.pairs, reading.links) == ((), (), ())


def test_a_sentence_beyond_the_window_is_read_in_parts(model: JointModel) -> None:
    long = "Mara operates a plant in Ohio, and " * 60 + "Fred Thiel runs Mara."
    found = model.mentions(model.encode([long]))
    assert max(m.end for m in found) > len(long) - 20
    assert {long[m.start : m.end] for m in found} >= {"Mara", "Ohio"}


def test_given_mentions_are_scored_like_found_ones(model: JointModel) -> None:
    sentence = "Quorvane bought Brindlemoor Energy for $40 million."
    given = [JointMention(0, 16, 34, "Company"), JointMention(0, 0, 8, "Company")]
    reading = model.read(model.encode([sentence]), given)
    assert reading.mentions == tuple(given)
    best = max(reading.pairs, key=lambda p: p.probability)
    assert (best.subject, best.relation, best.object) == (1, "acquires", 0)
    assert max(best.statuses, key=best.statuses.__getitem__) == "asserted"


def test_a_mention_of_unknown_type_or_without_words_is_no_error(model: JointModel) -> None:
    given = [
        JointMention(0, 0, 8, ""),
        JointMention(0, 8, 9, "Company"),
        JointMention(0, 16, 34, "Spaceship"),
        JointMention(9, 0, 2, "Company"),
    ]
    reading = model.read(model.encode(["Quorvane bought Brindlemoor Energy."]), given)
    assert len(reading.sources) == len(given)
    assert {p.subject for p in reading.pairs} <= {0, 2}


def test_a_nominal_links_back(model: JointModel) -> None:
    reading = model.predict(["Tessaline Cloud was founded in 2019.", "The company is based in Rotterdam."])
    found = reading.mentions
    links = [(found[x.mention].kind, found[x.antecedent].sentence) for x in reading.links]
    assert ("nominal", 0) in links


@pytest.mark.parametrize(("paragraphs", "of"), [((0, 1, 1), 1), ((1, 0, 1), 0)])
def test_a_paragraph_that_names_somebody_is_about_them(
    model: JointModel, monkeypatch: pytest.MonkeyPatch, paragraphs: tuple[int, ...], of: int
) -> None:
    sentences = [
        "Groq sells chips to Samsung.",
        "Cerebras raised $1 billion.",
        "Its chief executive is Andrew Feldman.",
    ]
    given = [
        JointMention(0, 0, 4, "Company"),
        JointMention(1, 0, 8, "Company"),
        JointMention(2, 0, 3, "Company", "nominal"),
    ]
    monkeypatch.setattr("fabgrid.nlp.joint.APART", 100.0)
    links = model.read(model.encode(sentences), given, paragraphs=paragraphs).links
    assert [x.antecedent for x in links] == [of]


def test_an_antecedent_elsewhere_is_no_worse_where_the_paragraph_names_nobody(
    model: JointModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    sentences = ["Tessaline Cloud was founded in 2019.", "The company is based in Rotterdam."]
    given = [JointMention(0, 0, 15, "Company"), JointMention(1, 0, 11, "Company", "nominal")]
    monkeypatch.setattr("fabgrid.nlp.joint.APART", 100.0)
    links = model.read(model.encode(sentences), given, paragraphs=(0, 1)).links
    assert [x.antecedent for x in links] == [0]


def test_probabilities_are_probabilities(model: JointModel) -> None:
    reading = model.predict(TEXT)
    assert all(
        0 <= x <= 1 for p in reading.pairs for x in (p.probability, *p.statuses.values(), p.claimant_probability)
    )


def test_a_missing_file_names_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="make model"):
        JointModel.load(tmp_path)


def test_the_shipped_model_is_small() -> None:
    assert sum(f.stat().st_size for f in MODEL.iterdir()) < 30e6
