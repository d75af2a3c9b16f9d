"""What the process holds of memory."""

from __future__ import annotations

import gc
import os
from pathlib import Path

import pytest

from fabgrid import collector
from fabgrid.collector import give_back, paused


def test_the_collector_goes_on_after_a_pause() -> None:
    with paused():
        assert not gc.isenabled()
    assert gc.isenabled()


@pytest.mark.skipif(collector._trim() is None, reason="the C library of this system gives back by itself")
def test_what_was_freed_is_given_back() -> None:
    blocks = [bytes(40_000) for _ in range(4_000)]  # below the size that is mapped on its own
    last = bytes(40_000)  # keeps what is below it from being given back by itself
    held = resident()
    blocks.clear()
    give_back()
    assert resident() < held - 100_000_000
    assert len(last) == 40_000


def test_where_nothing_can_be_given_back_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collector, "_trim", lambda: None)
    give_back()


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
