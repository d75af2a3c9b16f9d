"""What the process holds of memory."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from pathlib import Path

import pytest

from fabgrid import heap

glibc_only = pytest.mark.skipif(heap._function("mallopt") is None, reason="the C library is not glibc")


def test_the_collector_goes_on_after_a_pause() -> None:
    with heap.paused():
        assert not gc.isenabled()
    assert gc.isenabled()


@glibc_only
def test_what_was_freed_is_given_back() -> None:
    blocks = [bytes(40_000) for _ in range(4_000)]  # below the size that is mapped on its own
    held = resident()
    del blocks[:-1]  # the last one keeps what is below it from being given back by itself
    heap.give_back()
    assert resident() < held - 100_000_000


@glibc_only
def test_large_blocks_are_given_back_as_they_are_freed() -> None:
    assert int(printed(FREED, before="pass")) > 100_000_000
    assert int(printed(FREED, before="heap.give_back_blocks()")) < 20_000_000


@glibc_only
def test_threads_share_their_arenas() -> None:
    assert int(printed(THREADS, before="pass")) > 8
    assert int(printed(THREADS, before="heap.share_arenas()")) == 2


@glibc_only
def test_who_opens_a_store_to_write_shares_arenas(tmp_path: Path) -> None:
    opened = f"from fabgrid.graph.store import Store; store = Store.open({str(tmp_path / 'db')!r}, create=True)"
    assert int(printed(THREADS, before=opened)) == 2


@glibc_only
@pytest.mark.parametrize(("workers", "least", "most"), [(1, 100_000_000, 250_000_000), (2, -1_000_000, 20_000_000)])
def test_who_has_others_read_gives_large_blocks_back(workers: int, least: int, most: int) -> None:
    held = int(printed(FREED, before=READING.format(workers=workers)))
    assert least < held < most


def test_where_nothing_can_be_given_back_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heap, "_function", lambda name: None)
    heap.give_back()
    heap.give_back_blocks()
    heap.share_arenas()


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


# Prints how much more is held after blocks were freed; once one was, glibc keeps others of its size.
FREED = """
def resident():
    return int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

bytes(4_000_000)
start = resident()
blocks = [os.urandom(1_000_000) for _ in range(200)]
del blocks[:-1]  # the last one keeps what is below it from being given back by itself
print(resident() - start)
"""

# Lets so many workers read; who they are does not matter here.
READING = """
from types import SimpleNamespace
from fabgrid import engines

class Pool(engines.Processes):
    def _submit(self, articles): return articles
    def _await(self, work): return work

list(Pool("model", lambda: SimpleNamespace(extract=list), {workers}).extract(range(9)))
"""

# Prints how many arenas ten threads have made.
THREADS = """
barrier = threading.Barrier(10)
with ThreadPoolExecutor(10) as pool:
    list(pool.map(lambda _: (bytes(10_000), barrier.wait()), range(10)))
libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
file = ctypes.c_void_p(libc.fopen(b"/dev/stderr", b"w"))
libc.malloc_info(0, file)
libc.fclose(file)
"""


def printed(work: str, *, before: str) -> str:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MALLOC_")}  # which Dask sets
    code = "import ctypes, os, threading\nfrom concurrent.futures import ThreadPoolExecutor\nfrom fabgrid import heap\n"
    command = [sys.executable, "-c", code + before + "\n" + work]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=clean)
    return done.stdout or str(done.stderr.count("<heap nr="))
