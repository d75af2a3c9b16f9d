"""A small store, and commands run on it in this process."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from fabgrid.cli import app
from fabgrid.graph.store import Store
from samples import chips, demo, power

Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def plain_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("COLUMNS", "NO_COLOR", "FABGRID_MODEL", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERMINAL_WIDTH", "200")  # of help and usage errors


@pytest.fixture
def run() -> Run:
    """Run a command line and check its exit code."""

    def call(*words: str | Path, code: int = 0, stdin: str | None = None) -> Result:
        result = CliRunner().invoke(app, [str(w) for w in words], input=stdin)
        assert result.exit_code == code, f"exit code {result.exit_code}\n{result.output}"
        assert "Traceback" not in result.output
        return result

    return call


@pytest.fixture(scope="session")
def _demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return demo(tmp_path_factory.mktemp("cli") / "store")


@pytest.fixture
def store(_demo: Path, tmp_path: Path) -> Path:
    """The store of two articles, as it was when it was made."""
    return Path(shutil.copytree(_demo, tmp_path / "store"))


@pytest.fixture(scope="session")
def _built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from fabgrid.build import project

    path = tmp_path_factory.mktemp("built") / "store"
    with Store.open(path, create=True) as opened:
        for extraction in (chips(), power()):
            opened.records.put(extraction, "fabgrid 0, no model")
        project(opened)
    return path


@pytest.fixture
def built(_built: Path, tmp_path: Path) -> Path:
    """The same articles, their entities resolved as `ingest` does."""
    return Path(shutil.copytree(_built, tmp_path / "built"))
