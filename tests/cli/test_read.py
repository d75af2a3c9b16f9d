"""Commands that read articles with the model; the pipeline is loaded once for the whole process."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from fabgrid.graph.store import Store

pytestmark = pytest.mark.model

ALL = ("--min-confidence", "0.05")  # how sure the model is of a sentence is not what these tests are about
CORPUS = Path(__file__).parents[2] / "corpus" / "articles"
ARTICLES = sorted(CORPUS.glob("2024-0[34]*.md"))
MADE = "TSMC makes chips for Nvidia."


@pytest.fixture
def article(tmp_path: Path) -> Path:
    file = tmp_path / "chips.md"
    file.write_text(f"---\ntitle: Chips\ndate: 2025-01-31\n---\n\n{MADE} AMD acquired ZT Systems in 2025.\n")
    return file


# ---------------------------------------------------------------- extract


def test_extract_prints_one_object_for_one_file(run, article: Path) -> None:
    document = json.loads(run("extract", article, "--format", "json", *ALL).stdout)
    assert (document["title"], document["date"]) == ("Chips", "2025-01-31")
    for statement in document["statements"]:
        evidence = statement["evidence"]
        assert document["text"][evidence["start"] : evidence["end"]] == evidence["text"]
        assert 0 <= statement["confidence"] <= 1
    assert ("AMD", "acquires", "ZT Systems") in {
        (s["subject"], s["predicate"], s["object"]) for s in document["statements"]
    }


def test_extract_prints_an_array_or_lines_for_several(run) -> None:
    assert len(ARTICLES) > 1
    array = json.loads(run("extract", *ARTICLES, "--format", "json").stdout)
    lines = run("extract", *ARTICLES, "--format", "jsonl").stdout.splitlines()
    assert [json.loads(line) for line in lines] == array
    assert [len(d["statements"]) > 0 for d in array] == [True] * len(ARTICLES)


def test_extract_prints_tables(run, article: Path) -> None:
    text = run("extract", article, *ALL).stdout
    assert text.startswith("Chips")
    assert "ZT Systems" in text


def test_extract_reads_standard_input(run) -> None:
    result = run("extract", "-", "--format", "json", *ALL, stdin="AMD acquired ZT Systems in 2025.")
    assert json.loads(result.stdout)["statements"]


def test_min_confidence_leaves_out_what_is_less_certain(run, article: Path) -> None:
    found = json.loads(run("extract", article, "--format", "json", "--min-confidence", "1").stdout)["statements"]
    assert all(s["confidence"] >= 0.99 for s in found)


def test_a_missing_file_fails_and_the_rest_is_printed(run, article: Path, tmp_path: Path) -> None:
    missing = tmp_path / "none.md"
    assert "not read" in run("extract", missing, "--format", "json", code=1).stderr
    result = run("extract", missing, article, "--format", "json", code=3)
    assert json.loads(result.stdout)["title"] == "Chips"
    assert len(result.stderr.splitlines()) == 1


def test_a_missing_pipeline_names_the_command_that_installs_it(run, article: Path) -> None:
    error = run("extract", article, "--model", "en_core_none", code=1).stderr
    assert "the model 'en_core_none' is not installed; install it with: pip install" in error
    assert error.count("\n") == 1


# ---------------------------------------------------------------- explain


def test_explain_shows_mentions_proposals_and_facts(run) -> None:
    text = run("explain", "AMD acquired ZT Systems in 2025.").stdout
    assert "Mentions" in text
    assert "Proposals" in text
    assert "acquires" in text.split("Facts")[1]


def test_explain_says_why_there_is_no_fact(run) -> None:
    assert "No fact: a fact needs two mentions; 0 found" in run("explain", "It rained all day.").stdout
    doubtful = run("explain", "Nvidia and Samsung sit in the same street as Micron.").stdout
    assert re.search(r"No fact: the best proposal has confidence 0\.\d\d, below the threshold 0\.\d\d", doubtful)


# ---------------------------------------------------------------- ingest


def test_ingest_is_incremental(run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, folder = tmp_path / "store", tmp_path / "articles"
    folder.mkdir()
    for file in ARTICLES:
        (folder / file.name).write_bytes(file.read_bytes())
    several = len(ARTICLES)
    assert f"{several} articles ({several} added)" in run("ingest", folder, "--store", store).stderr
    with monkeypatch.context() as loading:
        loading.setattr("fabgrid.nlp.extractor.Extractor", None)  # it takes seconds, and there is nothing to read
        assert f"({several} unchanged)" in run("ingest", folder, "--store", store).stderr
    changed, gone = ARTICLES[0].name, ARTICLES[1].name
    (folder / changed).write_text((folder / changed).read_text(encoding="utf-8") + "\n\nIntel competes with AMD.\n")
    (folder / gone).unlink()
    text = run("ingest", folder, "--store", store, "--prune", "-v").stderr
    assert "1 changed" in text
    assert "1 removed" in text
    assert "\n  changed https://" in text
    assert f"{several - 1} articles" in text


def test_ingest_reports_what_it_cannot_read_and_keeps_the_rest(run, article: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty.md"
    empty.write_text("")
    result = run("ingest", article, empty, "--store", tmp_path / "store", code=3)
    assert f"not read: {empty}" in result.stderr
    run("ingest", empty, "--store", tmp_path / "store", code=1)
    with Store.open(tmp_path / "store", read_only=True) as store:
        assert len(store.records) == 1


def test_nothing_is_pruned_while_something_is_unreadable(run, article: Path, tmp_path: Path) -> None:
    store, empty = tmp_path / "store", tmp_path / "empty.md"
    empty.write_text("")
    run("ingest", article, "--store", store)
    assert "nothing was pruned" in run("ingest", empty, "--store", store, "--prune", code=1).stderr
    with Store.open(store, read_only=True) as opened:
        assert len(opened.records) == 1


# ---------------------------------------------------------------- evaluate


def test_evaluate_scores_annotated_articles(run, article: Path) -> None:
    gold = {
        "id": "chips",
        "entities": [{"name": n, "type": "Company", "aliases": []} for n in ("AMD", "ZT Systems", "TSMC", "Nvidia")],
        "statements": [{"s": "AMD", "p": "acquires", "o": "ZT Systems", "status": "asserted", "evidence": ""}],
    }
    article.with_name("chips.gold.json").write_text(json.dumps(gold))
    result = run("evaluate", article.parent, "--errors", "5", *ALL)
    rows = {r[0]: r[1:] for line in result.stdout.splitlines() if (r := line.split())}
    assert rows["acquires"][1] == "1.000"
    assert "expected calibration error" in result.stdout


def test_evaluate_needs_annotations(run, tmp_path: Path) -> None:
    assert "there is no NAME.gold.json in it" in run("evaluate", tmp_path, code=1).stderr
