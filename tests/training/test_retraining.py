"""Retraining with a relation type of one's own, as training/README.md tells it."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest
from spacy.language import Language

from fabgrid import ontology as vocabulary
from fabgrid.nlp import pipeline
from fabgrid.nlp.loglinear import End, LogLinear, Words, features

pytest.importorskip("sklearn", reason="scikit-learn is needed to retrain")
TRAINING = str(Path(__file__).parents[2] / "training")

STANZA = """
fg:insures a owl:ObjectProperty ;
    rdfs:label "insures"@en ;
    rdfs:comment "The subject insures the object or a risk of it."@en ;
    rdfs:domain fg:Company ;  rdfs:range fg:Facility ;
    fg:family fg:Supply ;
    fg:verb "insure"@en ;
    fg:example "[Aldwin Mutual] insures {the Norrvik plant}."@en .
"""
SENTENCES = (
    ("{%s|C} insures {%s|F} against fire.", "asserted"),
    ("{%s|C} has underwritten {%s|F} since 2019.", "asserted"),
    ("Cover for the risk came when {%s|C} agreed to insure {%s|F}.", "planned"),
)
FIRMS = ("Aldwin Mutual", "Brevik Re", "Casterly Surety", "Dornach Lloyd", "Ellerby Mutual", "Fennick Re")
SITES = ("Norrvik plant", "Tolmin works", "Sarn mill", "Orrin fab", "Keld depot", "Vasse yard")


@pytest.fixture(scope="module")
def nlp() -> Language:
    return pipeline.load()


@pytest.fixture
def ontology(tmp_path: Path) -> Path:
    folder = tmp_path / "ontology"
    shutil.copytree(vocabulary.default_path(), folder)
    with (folder / "relations.ttl").open("a", encoding="utf-8") as file:
        file.write(STANZA)
    return folder


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    """Write annotated articles with the new relation, and sentences without it as negatives."""
    folder = tmp_path / "articles"
    folder.mkdir()
    for n, (firm, site) in enumerate(zip(FIRMS, SITES, strict=True)):
        lines = [f"# title: {site}", "# date: 2026-01-02", "# style: toy", ""]
        for sentence, status in SENTENCES:
            lines += [f"S: {sentence % (firm, site)}", f"R: {firm} | insures | {site} | {status} | - | -"]
        lines += [f"S: {{{firm}|C}} toured {{{site}|F}}.", f"S: Visitors of {{{firm}|C}} saw {{{site}|F}} burn."]
        (folder / f"toy-{n:02}.ann").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def chances(nlp: Language, model: LogLinear, text: str, firm: str, site: str) -> dict[str, float]:
    doc = nlp(text)
    one, two = (doc.char_span(text.index(name), text.index(name) + len(name)) for name in (firm, site))
    ends = End(one.start, one.end, "Company"), End(two.start, two.end, "Facility")
    return model.chances(features(Words(doc), *ends, 0))


@pytest.mark.model
def test_a_relation_of_ones_own_is_learnt(
    nlp: Language, articles: Path, ontology: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(TRAINING)
    sys.modules.pop("loglinear", None)
    import loglinear

    loglinear.main([str(articles), "--ontology", str(ontology), "--out", str(tmp_path)])
    model = LogLinear.load(tmp_path / "relations.npz")
    assert "insures" in model.labels
    unseen = "In March Gorsefield Surety insured Halden quarry."
    assert chances(nlp, model, unseen, "Gorsefield Surety", "Halden quarry")["insures"] > 0.5
    other = "In March Gorsefield Surety toured Halden quarry."
    assert chances(nlp, model, other, "Gorsefield Surety", "Halden quarry").get("insures", 0) < 0.5
