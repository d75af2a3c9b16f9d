from __future__ import annotations

import importlib.util
import re
import shutil
from pathlib import Path
from types import ModuleType

import pytest

from fabgrid.ontology import default_path, lint

ROOT = Path(__file__).parents[1]


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_command_reference_is_up_to_date() -> None:
    written = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    assert written == generator().reference(), "run `make docs`"


@pytest.fixture
def with_stanza(tmp_path: Path) -> Path:
    """The ontology with the relation type that CONTRIBUTING.md adds."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    (stanza,) = re.findall(r"```turtle\n(.*?)```", text, re.S)
    folder = Path(shutil.copytree(default_path(), tmp_path / "ontology"))
    with (folder / "relations.ttl").open("a", encoding="utf-8") as file:
        file.write(stanza)
    return folder


def test_the_relation_type_of_contributing_passes_the_lint(with_stanza: Path) -> None:
    assert [line for line in lint(with_stanza) if "audits" in line] == []


@pytest.mark.model
def test_the_relation_type_of_contributing_reads_its_examples(with_stanza: Path) -> None:
    from fabgrid.nlp.examples import examples, found
    from fabgrid.ontology import load

    ontology = load(with_stanza)
    own = [e for e in examples(ontology) if e.relation == "audits"]
    assert len(own) == 3
    assert [("audits" in found(e, ontology, with_stanza)) for e in own] == [e.holds for e in own]
