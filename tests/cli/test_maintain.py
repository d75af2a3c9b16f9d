from __future__ import annotations

from pathlib import Path

import pytest

from fabgrid.graph.store import Store


def exported(run, store: Path, file: Path) -> bytes:
    run("export", "-o", file, "--store", store)
    return file.read_bytes()


def test_what_was_backed_up_is_restored(run, built: Path, tmp_path: Path) -> None:
    before = exported(run, built, tmp_path / "a.nq")
    run("backup", tmp_path / "copy", "--store", built)
    run("remove", "https://example.org/power", "--store", built)
    built.rename(tmp_path / "old")
    assert "2 articles" in run("restore", tmp_path / "copy", "--store", built).stderr
    assert exported(run, built, tmp_path / "b.nq") == before


def test_nothing_is_overwritten(run, built: Path, tmp_path: Path) -> None:
    run("backup", tmp_path / "copy", "--store", built)
    for words in (["backup", tmp_path / "copy"], ["restore", tmp_path / "copy"]):
        assert "it exists; name another folder, or move it away: mv" in run(*words, "--store", built, code=1).stderr


def test_a_folder_that_is_no_backup_is_not_restored(run, tmp_path: Path) -> None:
    assert "there is no store" in run("restore", tmp_path, "--store", tmp_path / "new", code=1).stderr
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("words", [["backup", "copy"], ["compact"], ["retype", "Mara", "Company"]])
def test_a_second_writer_is_told_who_writes(run, built: Path, words: list[str]) -> None:
    with Store.open(built):
        error = run(*words, "--store", built, code=1).stderr
    assert "process " in error
    assert "writes to this store; wait until it is done" in error
    assert error.count("\n") == 1


def test_compact_says_what_it_saved(run, built: Path) -> None:
    assert "MB, before" in run("compact", "--store", built).stderr


def test_the_doctor_reports_and_fails_where_something_stays_broken(
    run, built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Loaded:
        fingerprint = "fabgrid 0, no model"

    monkeypatch.setattr("fabgrid.nlp.extractor.Extractor", Loaded)
    assert "sound" in run("doctor", "--store", built).stdout
    (built / "judgements.jsonl").write_text("what?\n", encoding="utf-8")
    assert "broken    " in run("doctor", "--store", built, code=1).stdout


@pytest.mark.parametrize("words", [["--engine", "dask"], ["--scheduler", "tcp://127.0.0.1:8786"]])
def test_a_cluster_needs_engine_and_scheduler(run, tmp_path: Path, words: list[str]) -> None:
    assert "go together" in run("ingest", tmp_path, "--store", tmp_path / "s", *words, code=2).stderr
    assert not (tmp_path / "s").exists()
