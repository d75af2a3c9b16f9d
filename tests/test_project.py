"""What the project's own files must hold, so that it sets up on any machine."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS = [r for name, extra in PROJECT["project"]["optional-dependencies"].items() if name != "train" for r in extra]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")


def name_of(requirement: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[<>=!~\[; ]", requirement, maxsplit=1)[0]).lower()


def locked() -> dict[str, str]:
    return dict(re.findall(r"^([\w.-]+)==([^ ;\\]+)", LOCK, re.M))


def test_the_lock_pins_every_dependency() -> None:
    wanted = PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["dev"] + EXTRAS
    assert {name_of(r) for r in wanted} <= {name_of(n) for n in locked()}


def test_the_lock_holds_nothing_that_only_training_needs() -> None:
    extra = {name_of(r) for r in PROJECT["project"]["optional-dependencies"]["train"]}
    extra -= {name_of(r) for r in PROJECT["dependency-groups"]["dev"]}
    assert not (extra | {"transformers"}) & {name_of(n) for n in locked()}


def test_every_locked_package_has_a_hash() -> None:
    entries = re.split(r"^(?=[\w.-]+==)", LOCK, flags=re.M)[1:]
    assert len(entries) > 50
    assert [e.split()[0] for e in entries if "--hash=sha256:" not in e] == []


@pytest.mark.parametrize("text", ["http:", "https:", "file:", "--index-url", "--extra-index-url", "--find-links", "/"])
def test_the_lock_names_no_place(text: str) -> None:
    assert text not in LOCK


def test_the_version_is_stated_once_more_only() -> None:
    from fabgrid import __version__

    assert PROJECT["project"]["version"] == __version__


def test_every_third_party_import_is_a_dependency() -> None:
    import_names = {"docx": "python-docx", "yaml": "pyyaml", "charset_normalizer": "charset-normalizer"}
    declared = {name_of(r) for r in PROJECT["project"]["dependencies"] + EXTRAS}
    found = set()
    for file in (ROOT / "src").rglob("*.py"):
        found |= set(re.findall(r"^\s*(?:from|import) (\w+)", file.read_text(encoding="utf-8"), re.M))
    import sys

    third_party = found - set(sys.stdlib_module_names) - {"fabgrid", "__future__"}
    assert {name_of(import_names.get(n, n)) for n in third_party} <= declared
