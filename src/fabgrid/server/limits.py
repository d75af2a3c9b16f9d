"""What one question may cost."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Limits"]

_MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of a question and its answer; `rows` are solutions or triples."""

    seconds: float = 15.0  # of a query
    page_seconds: float = 60.0  # of a page, whose work is bounded by itself
    rows: int = 100_000
    answer_bytes: int = 32 * _MEGABYTE
    request_bytes: int = _MEGABYTE
    memory_bytes: int = 1024 * _MEGABYTE  # of one worker, over what it needs to start
