"""Memory: the collector of cycles, and what the C library (glibc) keeps of what was freed."""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache

__all__ = ["give_back", "give_back_blocks", "paused", "share_arenas"]

_MMAP_THRESHOLD, _ARENA_MAX = -3, -8  # of mallopt(3)
_ARENAS = 2
_BLOCK = 256 * 1024  # bytes


@contextmanager
def paused() -> Iterator[None]:
    """Pause the collector, which would take as long to walk through millions of values as it took to make them."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def give_back() -> None:
    """Give to the system what was freed and is not among what is still used."""
    if trim := _function("malloc_trim"):
        trim(0)


def share_arenas() -> None:
    """Let the threads that are started from now on share what they free.

    RocksDB has many; each would have an arena of its own, and hold what it once needed.
    """
    if mallopt := _function("mallopt"):
        mallopt(_ARENA_MAX, _ARENAS)


def give_back_blocks() -> None:
    """From now on give every large block back as soon as it is freed.

    It makes reading 5 % slower, whose arrays come and go: for a process that has others read.
    """
    if mallopt := _function("mallopt"):
        mallopt(_MMAP_THRESHOLD, _BLOCK)


@lru_cache
def _function(name: str) -> Callable[..., int] | None:
    try:
        found: Callable[..., int] = getattr(ctypes.CDLL(None), name)
    except (AttributeError, OSError, TypeError):  # macOS, musl, Windows
        return None
    return found
