"""Encodings and normalisation."""

from __future__ import annotations

import codecs
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fabgrid.errors import SourceError
from fabgrid.model import Article
from fabgrid.sources import read
from fabgrid.sources.draft import day
from fabgrid.sources.language import foreign
from fabgrid.sources.text import decode, normalise

WORDS = "Nestlé said that the “Zürich” plant cost €5 million – and it will be the first of its kind. "


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("a\r\nb\rc", "a\nb\nc"),
        ("10\u00a0GW,\u202f5\u2009%", "10 GW, 5 %"),
        ("semi\u00adconductor\u200b \ufeffmaker", "semiconductor maker"),
        ("Cafe\u0301", "Café"),
        ("line  \t\n\n  next ", "line\n\n  next"),
        ("\n\na\x00b\x07\n", "ab"),
        ("10¹⁸ floating-point", "10¹⁸ floating-point"),
        ("e\u200d\u0301", "é"),
    ],
)
def test_normalise(given: str, stored: str) -> None:
    assert normalise(given) == stored


@given(st.text())
def test_normalise_twice_is_normalise_once(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_text_file_comes_back_equal_after_normalisation(text: str) -> None:
    # A sentence in front keeps it English; zero bytes and the like make a file binary.
    text = "The plant is on the grid, and it will be run by the owner of the site. " * 3 + text
    if any(ord(c) < 32 and c not in "\t\n\r" for c in text):
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.txt")
        path.write_bytes(text.encode())
        (item,) = read([path])
    if isinstance(item, SourceError):
        assert "not in English" in item.why
    else:
        assert item.text == normalise(text)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
def test_encodings_are_detected(encoding: str) -> None:
    words = WORDS if encoding in ("cp1252", "utf-8") else WORDS * 3
    assert normalise(decode(words.encode(encoding), "a.txt")) == normalise(words)


def test_big_endian_mark() -> None:
    assert decode(codecs.BOM_UTF16_BE + WORDS.encode("utf-16-be"), "a.txt") == WORDS


def test_mac_accents_are_not_mistaken_without_words_of_english() -> None:
    text = "Компания сообщила, что построит новый завод по производству микросхем. " * 4
    assert foreign(decode(text.encode("cp1251"), "a.txt")) == "Russian or another language in Cyrillic script"


def test_utf8_that_is_damaged_keeps_its_other_characters() -> None:
    content = (WORDS * 3).encode()
    assert decode(content[:-1] + "€".encode()[:2], "a.txt").startswith(WORDS)
    assert decode(content[:40] + b"\xff" + content[40:], "a.txt").count("\ufffd") == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-05-01", "2026-05-01"),
        ("2026-05-01T10:00:00Z", "2026-05-01"),
        ("May 1, 2026", "2026-05-01"),
        ("1 May 2026", "2026-05-01"),
        ("Sept. 3, 2025", "2025-09-03"),
        ("Fri, 01 May 2026 10:00:00 +0200", "2026-05-01"),
        ("2026/05/01", "2026-05-01"),
    ],
)
def test_day_reads_what_people_write(text: str, expected: str) -> None:
    assert day(text).isoformat() == expected


@pytest.mark.parametrize("text", ["", "2026", "May 2026", "2026-13-01", "yesterday", "31 June 2026"])
def test_day_refuses_what_is_no_day(text: str) -> None:
    with pytest.raises(ValueError, match="is not a date"):
        day(text)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (
            "La société a annoncé que son usine de Grenoble est la plus grande du pays "
            "et sera mise en service dans un an.",
            "French",
        ),
        (
            "La empresa anunció que la planta de Madrid es una de las más grandes del país "
            "y que será puesta en marcha.",
            "Spanish",
        ),
        (
            "Het bedrijf heeft aangekondigd dat de fabriek in Eindhoven een van de grootste "
            "van het land is en wordt uitgebreid.",
            "Dutch",
        ),
        (
            "TSMC, Nvidia, AMD, Intel, Samsung, Micron, ASML, Lam, KLA, TEL, Arm, GF, UMC, IBM, HP, Dell " * 2,
            None,
        ),
        ("Nvidia up 3%", None),
    ],
)
def test_foreign_tells_other_languages(text: str, language: str | None) -> None:
    assert foreign(text) == language


def test_gold_articles_are_english_and_unchanged() -> None:
    folder = Path(__file__).parents[3] / "shared" / "gold"
    if not folder.is_dir():
        pytest.skip("the gold articles are not here")
    for item in read([folder]):
        assert isinstance(item, Article) or "GUIDELINES" in item.path
