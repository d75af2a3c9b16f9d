"""Files of many formats -> articles; one bad file is an error value, and the rest goes on."""

from __future__ import annotations

from fabgrid.sources.files import LIMIT, READERS, read, read_new
from fabgrid.sources.memory import Known, Memory

__all__ = ["LIMIT", "READERS", "Known", "Memory", "read", "read_new"]
