"""The quality gate: extraction from annotated articles that nothing was trained or tuned on.

`floors.json` holds the figures below which a change must not fall, each about a point under what was
measured. Raise a floor freely; lower one only with a reason in the commit.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fabgrid import ontology as vocabulary
from fabgrid.nlp.documents import document
from fabgrid.nlp.evaluation import Report, compare, report
from fabgrid.nlp.extractor import Extractor
from fabgrid.sources import read

pytestmark = pytest.mark.model

HERE = Path(__file__).parent
FLOORS = json.loads((HERE / "floors.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def measured() -> Report:
    ontology = vocabulary.load()
    files = sorted((HERE / "gold").glob("*.md"))
    articles = list(read(files))
    comparisons = []
    for file, extraction in zip(files, Extractor().extract(articles), strict=True):
        gold = json.loads(file.with_suffix(".gold.json").read_text(encoding="utf-8"))
        comparisons.append(compare(gold, document(extraction), ontology, text=extraction.article.text))
    return report(comparisons)


@pytest.mark.parametrize(("part", "figure"), [tuple(key.split(".")) for key in FLOORS])
def test_quality_does_not_fall(measured: Report, part: str, figure: str) -> None:
    assert getattr(measured.parts[part], figure) >= FLOORS[f"{part}.{figure}"]


def test_every_sentence_is_verbatim(measured: Report) -> None:
    assert measured.parts["verbatim evidence"].precision == 1.0
