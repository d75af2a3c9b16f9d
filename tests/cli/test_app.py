from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command

from fabgrid import __version__
from fabgrid.cli import app

COMMANDS = sorted(get_command(app).commands)  # type: ignore[attr-defined]
HEAVY = ("spacy", "rdflib", "networkx", "onnxruntime", "numpy", "pyvis", "pyoxigraph", "pyshacl")


def fabgrid(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from fabgrid.cli import main; main()", *words]
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, **env}, check=False)


def test_importing_the_command_line_loads_nothing_heavy() -> None:
    code = f"import fabgrid.cli, sys; print([m for m in {HEAVY} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("words", [("stats",), ("show", "Nvidia"), ("query", "suppliers", "--bind", "company=TSMC")])
def test_questions_do_not_load_spacy(store: Path, words: tuple[str, ...]) -> None:
    code = (
        "import sys; from fabgrid.cli import app; app(standalone_mode=False);"
        "print([m for m in ('spacy', 'onnxruntime', 'rdflib') if m in sys.modules])"
    )
    command = [sys.executable, "-c", code, *words, "--store", str(store)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_version_is_printed(run) -> None:
    assert run("--version").stdout == f"fabgrid {__version__}\n"


def test_without_a_command_there_is_help(run) -> None:
    assert "Exit codes" in run(code=2).output


@pytest.mark.parametrize("command", ["ingest", "extract", "explain", "query", "show", "why", "path", "stats",
                                     "render", "export", "validate", "check", "ontology", "merge", "split",
                                     "retype", "reject", "remove", "evaluate"])  # fmt: skip
def test_every_promised_command_is_there(command: str) -> None:
    assert command in COMMANDS


@pytest.mark.parametrize("command", COMMANDS)
def test_help_says_what_a_command_does_and_shows_an_example(run, command: str) -> None:
    text = " ".join(run(command, "--help").stdout.split())
    assert f"Example: fabgrid {command}" in text
    (described,) = [c for name, c in get_command(app).commands.items() if name == command]  # type: ignore[attr-defined]
    assert described.help.splitlines()[0].rstrip(".") in text


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_has_help(command: str) -> None:
    params = get_command(app).commands[command].params  # type: ignore[attr-defined]
    assert [p.name for p in params if not getattr(p, "help", None)] == []


def test_an_error_is_one_line_on_standard_error(tmp_path: Path) -> None:
    done = fabgrid("stats", "--store", str(tmp_path / "none"))
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.splitlines() == [
        f"fabgrid: {tmp_path}/none: there is no store; make one: fabgrid ingest PATH --store {tmp_path}/none"
    ]


@pytest.mark.parametrize(
    "words", [("nonsense",), ("stats", "--nonsense"), ("show",), ("query", "x", "--format", "xml")]
)
def test_wrong_usage_is_exit_code_2(run, words: tuple[str, ...]) -> None:
    assert "Error" in run(*words, code=2).stderr


@pytest.mark.parametrize("place", ["before", "after"])
def test_quiet_leaves_results_only(run, store: Path, place: str) -> None:
    words = ["validate", "--store", store]
    assert "no findings" in run(*words).stderr
    result = run("-q", *words) if place == "before" else run(*words, "-q")
    assert result.output == ""


def test_common_options_end_at_two_dashes(run, store: Path) -> None:
    assert "'-q'" in run("show", "--store", store, "--", "-q", code=1).stderr


def test_piped_tables_are_not_folded_and_have_no_colours(run, store: Path) -> None:
    result = run("query", "suppliers", "--bind", "company=Nvidia", "--store", store)
    assert "TSMC makes chips for Nvidia, its chief executive said." in result.stdout
    assert "\x1b" not in result.output


@pytest.mark.parametrize("words", [("--no-color",), ()])
def test_colours_can_be_switched_off(store: Path, words: tuple[str, ...]) -> None:
    env = {"FORCE_COLOR": "1", **({} if words else {"NO_COLOR": "1"})}
    done = fabgrid("stats", "--store", str(store), *words, **env)
    assert done.returncode == 0
    assert "\x1b[3" not in done.stdout


def test_a_reader_that_has_seen_enough_is_no_error(store: Path) -> None:
    code = "from fabgrid.cli import main; main()"
    command = f'"{sys.executable}" -c "{code}" show Nvidia --store "{store}" | head -1; echo "${{PIPESTATUS[0]}}"'
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
    assert done.stdout.splitlines()[0].startswith("Nvidia (Company)")
