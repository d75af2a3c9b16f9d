"""When two spellings are one name, inside one article."""

from __future__ import annotations

import re

__all__ = ["name_key", "without_legal_form"]

_LEGAL = re.compile(
    r"[,\s]+(incorporated|inc|corporation|corp|co|company|limited|ltd|llc|llp|lp|l\.p|plc|ag|asa|bhd|bv|b\.v|gmbh|kg|kgaa|kk"
    r"|k\.k|nv|n\.v|oyj|pte|pty|sa|s\.a|sarl|sdn|se|srl|holdings?|group)\b\.?",
    re.I,
)
_PLURALS = re.compile(r"(?<=[A-Z0-9])s$")


def name_key(name: str) -> str:
    """Return the form by which two spellings of a name are the same ("The Intel Corp.'s" -> "intel")."""
    name = re.sub(r"['’]s?$", "", name.strip())
    name = re.sub(r"^(the|The)\s+", "", name)
    name = _PLURALS.sub("", without_legal_form(name))
    return re.sub(r"[\s\-‑–.]+", " ", name.lower()).strip(" ,")


def without_legal_form(name: str) -> str:
    """Return a name without "Inc.", "GmbH" and the like; a name that is nothing else stays."""
    return _LEGAL.sub("", name) or name
