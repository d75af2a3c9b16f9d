from __future__ import annotations

from pathlib import Path

import pytest


def test_render_writes_a_page(run, store: Path, tmp_path: Path) -> None:
    file = tmp_path / "new" / "page.html"
    assert str(file) in run("render", "-o", file, "--store", store, "--title", "Chips").stderr
    assert "<title>Chips" in file.read_text(encoding="utf-8")


@pytest.mark.parametrize("found", [True, False])
def test_open_shows_the_page_in_the_browser(
    run, store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, found: bool
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", lambda url: opened.append(url) or found)
    file = tmp_path / "a page.html"
    told = run("render", "-o", file, "--store", store, "--open").stderr
    assert opened == [file.as_uri()]
    assert ("no browser was found" in told) is not found


def test_of_too_many_entities_the_best_connected_are_shown(
    run, store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fabgrid.render.MOST_ENTITIES", 3)
    monkeypatch.setattr("fabgrid.render.TOP", 2)
    file = tmp_path / "page.html"
    told = run("render", "-o", file, "--store", store).stderr
    assert "the page has the 2 best connected, with 3 sentences a line; --around ENTITY" in told
    top = tmp_path / "top.html"
    assert "best connected" not in run("render", "-o", top, "--store", store, "--top", "2", "--sentences", "3").stderr
    assert file.read_bytes() == top.read_bytes()
    assert "with 7 sentences a line" in run("render", "-o", top, "--store", store, "--sentences", "7").stderr


def test_a_part_that_is_too_large_is_refused_with_what_narrows_it(
    run, store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fabgrid.render.selection.MOST_ENTITIES", 1)
    told = run("render", "-o", tmp_path / "page.html", "--store", store, "--relation", "supplies", code=1).stderr
    assert "more than a browser can show (at most 1)" in told
    assert "--top 400" in told


def test_the_same_graph_gives_the_same_page(run, store: Path, tmp_path: Path) -> None:
    pages = [tmp_path / "a.html", tmp_path / "b.html"]
    for page in pages:
        run("render", "-o", page, "--store", store)
    assert pages[0].read_bytes() == pages[1].read_bytes()


@pytest.mark.parametrize(
    ("words", "kept", "left_out"),
    [
        (["--around", "AMD"], "Nvidia", "Constellation Energy"),
        (["--relation", "operates"], "Constellation Energy", "TSMC"),
        (["--until", "2025-12-31"], "TSMC", "Constellation Energy"),
        (["--since", "2026-01-01"], "Constellation Energy", "TSMC"),
    ],
)
def test_render_cuts(run, store: Path, tmp_path: Path, words: list[str], kept: str, left_out: str) -> None:
    file = tmp_path / "cut.html"
    run("render", "-o", file, "--store", store, *words)
    text = file.read_text(encoding="utf-8")
    assert kept in text
    assert left_out not in text


@pytest.mark.parametrize("words", [["--around", "Nobody"], ["--type", "Planet"], ["--relation", "eats"]])
def test_render_refuses_what_is_not_there(run, store: Path, tmp_path: Path, words: list[str]) -> None:
    file = tmp_path / "no.html"
    assert run("render", "-o", file, "--store", store, *words, code=1).stderr.startswith("fabgrid: ")
    assert not file.exists()


def test_render_says_where_it_cannot_write(run, store: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "cannot be written" in run("render", "-o", tmp_path / "file" / "x.html", "--store", store, code=1).stderr


def test_a_day_must_be_one(run, store: Path) -> None:
    run("render", "--since", "yesterday", "--store", store, code=2)


@pytest.mark.parametrize("suffix", ["trig", "nq", "ttl", "jsonld", "graphml", "csv"])
def test_export_writes_every_format_the_same_each_time(run, store: Path, tmp_path: Path, suffix: str) -> None:
    files = [tmp_path / f"{n}.{suffix}" for n in "ab"]
    for file in files:
        run("export", "-o", file, "--store", store)
    assert files[0].read_bytes() == files[1].read_bytes()
    assert b"vidia" in files[0].read_bytes()


def test_export_knows_its_suffixes(run, store: Path, tmp_path: Path) -> None:
    error = run("export", "-o", tmp_path / "graph.doc", "--store", store, code=1).stderr
    assert ".trig" in error
    assert error.count("\n") == 1


def test_export_needs_a_file(run, store: Path) -> None:
    run("export", "--store", store, code=2)
