"""The built wheel, installed away from the checkout, does the whole main job."""

from __future__ import annotations

import os
import shutil
import site
import subprocess
import sys
import venv
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PARTS = ("src", "ontology", "graphs/queries", "pyproject.toml", "README.md", "LICENSE")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy: a build leaves nothing behind in the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    for part in PARTS:
        source, target = ROOT / part, folder / "source" / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    command = [
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "--outdir",
        folder,
        folder / "source",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def fabgrid(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., str]]:
    """The installed command, run in an empty folder."""
    folder = tmp_path_factory.mktemp("clean")
    venv.create(folder / "venv", with_pip=False, symlinks=True)
    (packages,) = (folder / "venv").glob("lib/python*/site-packages")
    _show_dependencies(packages, folder)
    install = [sys.executable, "-m", "pip", "--python", folder / "venv" / "bin" / "python", "install"]
    options = ["--quiet", "--no-deps", "--no-index", "--ignore-installed", "--disable-pip-version-check"]
    subprocess.run([*install, *options, wheel], check=True)
    (folder / "work").mkdir()
    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}

    def run(*words: str | Path) -> str:
        command = [folder / "venv" / "bin" / "fabgrid", *words]
        done = subprocess.run(
            command, cwd=folder / "work", env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    yield run
    shutil.rmtree(folder)


def _show_dependencies(packages: Path, folder: Path) -> None:
    """Let the clean environment see what is installed here, but not the checkout."""
    seen = folder / "seen"
    seen.mkdir()
    for place in site.getsitepackages():
        for thing in Path(place).iterdir():
            if "fabgrid" not in thing.name and thing.suffix != ".pth":
                (seen / thing.name).symlink_to(thing)
    (packages / "dependencies.pth").write_text(f"{seen}\n")


def test_the_wheel_carries_all_that_is_not_code(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for part in (
        "fabgrid/_ontology/relations.ttl",
        "fabgrid/_ontology/registry/",
        "fabgrid/_queries/suppliers.rq",
        "fabgrid/render/template.html",
        "fabgrid/server/static/yasgui.min.js",
        "fabgrid/server/templates/",
        "fabgrid/render/page.css",
        "fabgrid/render/script/main.js",
        "fabgrid/nlp/model/vocab.txt",
        "fabgrid/nlp/model/encoder.onnx",
        "fabgrid/nlp/model/relations.npz",
        "fabgrid/py.typed",
        "entry_points.txt",
        "LICENSE",
    ):
        assert [name for name in names if part in name], part
    assert not [name for name in names if name.startswith(("tests/", "corpus/", "training/"))]


def test_the_wheel_installs_the_command(fabgrid: Callable[..., str]) -> None:
    assert fabgrid("--version").startswith("fabgrid ")
    assert "acquires" in fabgrid("ontology")
    assert "suppliers" in fabgrid("query")


@pytest.mark.model
def test_the_installed_command_does_the_main_job(fabgrid: Callable[..., str], tmp_path: Path) -> None:
    article = tmp_path / "article.md"
    article.write_text("---\ntitle: Chips\n---\n\nTSMC makes chips for Nvidia. AMD acquired ZT Systems in 2025.\n")
    store = tmp_path / "store"
    fabgrid("ingest", article, "--store", store)
    assert "TSMC makes chips for Nvidia." in fabgrid("query", "suppliers", "--bind", "company=Nvidia", "--store", store)
    fabgrid("validate", "--store", store)
    fabgrid("render", "-o", tmp_path / "page.html", "--store", store)
    assert "TSMC" in (tmp_path / "page.html").read_text(encoding="utf-8")
