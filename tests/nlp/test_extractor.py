"""What an extractor answers for besides its pipeline."""

from __future__ import annotations

from pathlib import Path

import pytest

from fabgrid.nlp.extractor import Extractor


def test_the_fingerprint_tells_other_settings_and_other_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = Extractor().fingerprint
    assert Extractor().fingerprint == usual
    assert Extractor(min_confidence=0.1).fingerprint != usual
    (tmp_path / "rules.py").write_text("# another rule\n")
    monkeypatch.setattr("fabgrid.nlp.extractor._code", lambda: [tmp_path / "rules.py"])
    assert Extractor().fingerprint != usual
