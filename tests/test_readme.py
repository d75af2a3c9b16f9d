"""Every block of the README runs."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pyoxigraph as ox
import pytest

import fabgrid
from fabgrid.ontology import load, vocabulary

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", TEXT, re.S)


COMMANDS = [
    line.removeprefix("$ ") for block in blocks("console") for line in block.splitlines() if line.startswith("$ ")
]


@pytest.fixture(scope="module")
def folder(demo_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as after `make demo`."""
    here = tmp_path_factory.mktemp("readme")
    shutil.copytree(demo_store, here / "graphs" / "fabgrid.db")
    shutil.copytree(ROOT / "corpus", here / "corpus")
    return here


@pytest.mark.model
@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_session_runs(folder: Path, command: str) -> None:
    name, *arguments = shlex.split(command)
    assert name == "fabgrid"
    done = subprocess.run([sys.executable, "-m", "fabgrid", *arguments], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout + done.stderr


@pytest.mark.model
@pytest.mark.parametrize("query", blocks("sparql"))
def test_a_query_has_an_answer(demo_store: Path, query: str) -> None:
    with fabgrid.open(demo_store) as graph:
        assert len(graph.query(query)) > 0


@pytest.mark.model
@pytest.mark.parametrize("snippet", blocks("python"))
def test_the_python_snippet_runs(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], snippet: str
) -> None:
    monkeypatch.chdir(folder)
    exec(compile(snippet, "README.md", "exec"), {})
    assert "asserted" in capsys.readouterr().out


def test_the_stanza_is_turtle_that_the_ontology_knows() -> None:
    (stanza,) = blocks("turtle")
    prefixes = "@prefix fg: <https://w3id.org/fabgrid/ontology#> . @prefix owl: <http://www.w3.org/2002/07/owl#> .\n"
    prefixes += "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
    terms = {t.predicate.value for t in ox.parse(prefixes + stanza, format=ox.RdfFormat.TURTLE)}
    assert {t.rsplit("#", 1)[1] for t in terms if "fabgrid" in t} <= vocabulary()
    assert "sues" in load().relations


def test_every_link_leads_to_a_file() -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", TEXT):
        assert (ROOT / target).exists(), target
