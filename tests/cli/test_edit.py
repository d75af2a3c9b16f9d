"""Judgements and removals; the import of spaCy is all that these cost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fabgrid.query import Graph


def judgements(store: Path) -> list[dict[str, object]]:
    file = store / "judgements.jsonl"
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []


def names(store: Path) -> dict[str, str]:
    with Graph.open(store) as graph:
        return {node.name: node.type for node in graph.snapshot().nodes.values()}


def test_merge_makes_one_of_two_and_split_undoes_it(run, built: Path) -> None:
    assert (
        "merged Mara into Constellation Energy"
        in run("merge", "Constellation Energy", "Mara", "--store", built, "--note", "a test").stderr
    )
    assert judgements(built)[0]["note"] == "a test"
    assert "Mara" not in names(built)
    assert "505MW gas plant in Ohio" in run("show", "Constellation Energy", "--store", built).stdout
    run("split", "Constellation Energy", "--store", built)
    assert "Mara" in names(built)


def test_retype_changes_the_type(run, built: Path) -> None:
    run("retype", "Mara", "Organization", "--store", built)
    assert names(built)["Mara"] == "Organization"


def test_reject_takes_the_statement_and_its_edge_out(run, built: Path) -> None:
    text = run("why", "AMD", "competesWith", "Nvidia", "--store", built).stdout
    (name,) = [word for word in text.split() if word.startswith("statement:")]
    run("reject", name, "--store", built)
    assert "no article says" in run("why", "AMD", "competesWith", "Nvidia", "--store", built, code=1).stderr
    run("validate", "--store", built)


def test_a_judgement_on_nobody_is_kept_and_reported(run, built: Path) -> None:
    result = run("retype", "Nobody At All", "Person", "--store", built)
    assert "knows 'nobody-at-all' yet; the judgement is kept" in result.stderr
    assert judgements(built) == [{"retype": ["Nobody At All", "Person"]}]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["merge", "TSMC", "tsmc"], "two different entities"),
        (["retype", "TSMC", "Planet"], "is no type of entity; there are: Company"),
        (["reject", "statement:0000000000000000"], "there is no statement '0000000000000000'"),
        (["remove", "https://example.org/nothing"], "`fabgrid query articles` lists the addresses"),
    ],
)
def test_a_refused_judgement_leaves_no_trace(run, built: Path, words: list[str], says: str) -> None:
    error = run(*words, "--store", built, code=1).stderr
    assert says in error
    assert error.count("\n") == 1
    assert judgements(built) == []


def test_remove_takes_out_an_article_and_what_only_it_says(run, built: Path) -> None:
    run("remove", "https://example.org/power", "--store", built)
    assert "Constellation Energy" not in names(built)
    assert "TSMC" in names(built)
    run("validate", "--store", built)


@pytest.mark.parametrize("words", [["merge", "A", "B"], ["remove", "https://example.org/a"], ["validate"]])
def test_a_store_is_not_made_in_passing(run, tmp_path: Path, words: list[str]) -> None:
    assert "there is no store" in run(*words, "--store", tmp_path / "none", code=1).stderr
    assert not (tmp_path / "none").exists()


def test_validate_prints_findings_and_fails(run, built: Path) -> None:
    import pyoxigraph as ox

    from fabgrid.graph.store import Store
    from fabgrid.graph.terms import ENTITY, FG

    with Store.open(built) as opened:
        (article, *_) = opened.articles()
        ends = ox.NamedNode(ENTITY + "amd"), ox.NamedNode(FG + "acquires"), ox.NamedNode(ENTITY + "nvidia")
        opened.quads.add(ox.Quad(*ends, ox.NamedNode(article)))
    error = run("validate", "--store", built, code=1).stderr
    assert "fabgrid: validation: entity:amd: has a plain edge fg:acquires that no sentence asserts" in error
