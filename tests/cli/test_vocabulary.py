from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from fabgrid.ontology import default_path, load


def test_ontology_prints_every_relation_type_type_and_metric(run) -> None:
    words = set(run("ontology").stdout.split())
    ontology = load()
    assert set(ontology.relations) | set(ontology.metrics) | {"Company", "GridOperator"} <= words


def test_the_ontology_passes_its_lint(run) -> None:
    assert run("check", "--no-examples").stderr == "no problems in the ontology\n"


def test_check_names_what_is_wrong(run, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(default_path(), tmp_path / "own"))
    file = folder / "relations.ttl"
    file.write_text(file.read_text(encoding="utf-8").replace("fg:counterExample", "fg:forgotten"), encoding="utf-8")
    result = run("check", "--no-examples", "--ontology", folder, code=1)
    assert "fg:acquires: no counter-example" in result.stdout


def test_turtle_that_does_not_parse_is_one_line_with_its_place(run, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(default_path(), tmp_path / "own"))
    (folder / "metrics.ttl").write_text("@prefix fg: <https://w3id.org/fabgrid/ontology#> .\nfg:price a .\n")
    error = run("ontology", "--ontology", folder, code=1).stderr
    assert "metrics.ttl:2" in error
    assert error.count("\n") == 1


def test_another_ontology_must_be_a_folder(run, tmp_path: Path) -> None:
    run("ontology", "--ontology", tmp_path / "none", code=2)


@pytest.mark.model
@pytest.mark.slow
def test_every_example_reads_as_its_stanza_says(run) -> None:
    run("check")
