"""What extractions depend on besides their articles."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from fabgrid.errors import ModelMissing
from fabgrid.nlp.fingerprint import DEFAULT_MODEL, fingerprint


def test_the_fingerprint_tells_other_settings_and_other_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = fingerprint()
    assert fingerprint() == usual
    assert fingerprint(min_confidence=0.1) != usual
    (tmp_path / "rules.py").write_text("# another rule\n")
    monkeypatch.setattr("fabgrid.nlp.fingerprint._code", lambda: [tmp_path / "rules.py"])
    assert fingerprint() != usual


def test_the_setting_names_another_pipeline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "meta.json").write_text('{"lang": "en", "name": "other", "version": "1.0"}')
    monkeypatch.setenv("FABGRID_MODEL", str(tmp_path))
    assert "en_other" in fingerprint()
    assert "en_other" not in fingerprint(model=DEFAULT_MODEL)


@pytest.mark.parametrize("name", ["en_core_web_xl", "not a name", "json", "."])
def test_a_pipeline_that_is_not_installed_is_named_with_the_remedy(name: str) -> None:
    with pytest.raises(ModelMissing, match="is not installed; install it with: pip install"):
        fingerprint(model=name)


def test_it_takes_no_spacy() -> None:
    script = "import sys, fabgrid.nlp.fingerprint as f; f.fingerprint(); sys.exit('spacy' in sys.modules)"
    subprocess.run([sys.executable, "-c", script], check=True)


@pytest.mark.model
def test_an_extractor_goes_by_it() -> None:
    from fabgrid.nlp.extractor import Extractor

    assert Extractor(min_confidence=0.1).fingerprint == fingerprint(min_confidence=0.1)
