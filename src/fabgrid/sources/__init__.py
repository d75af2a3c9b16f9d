"""Files of many formats -> articles; one bad file is an error value, and the rest goes on."""

from __future__ import annotations

from fabgrid.sources.files import LIMIT, READERS, read

__all__ = ["LIMIT", "READERS", "read"]
