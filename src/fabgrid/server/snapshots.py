"""Copies of a store's quads that never change, taken while another process may write to it.

pyoxigraph can open a store that is being written to, but leaves out of a backup of it what the writer has
not flushed, and a file may vanish under such a reader. So the files are linked (the sorted ones, which
RocksDB never edits) or copied (the few that grow) at a moment when none came or went.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from contextlib import suppress
from itertools import count
from pathlib import Path

from fabgrid.errors import StoreError

__all__ = ["Snapshots"]

_QUADS, _SORTED, _PREFIX = "quads", ".sst", "serving-"
_IGNORED = ("LOCK", "LOG")  # of RocksDB: not data
_TRIES = 200  # ten seconds in all

State = tuple[tuple[str, int], ...]


class Snapshots:
    """The snapshots of one store, in a folder of their own that goes when they are closed.

    It lies in the store's folder, so that files can be linked, else among the temporary files.
    """

    def __init__(self, store: Path) -> None:
        self._quads = store / _QUADS
        _sweep(store)
        self._folder = _workspace(store)
        self._lock = _lock(self._folder)
        self._numbers = count(1)
        self.taken: State = ()

    def take(self) -> Path:
        """Return the folder of a new snapshot: the store as it is now, whole articles only."""
        target = self._folder / str(next(self._numbers))
        for _ in range(_TRIES):
            before = self.state()
            shutil.rmtree(target, ignore_errors=True)
            target.mkdir()
            with suppress(FileNotFoundError):
                self._copy(before, target)
                if self.state() == before:
                    self.taken = before
                    return target
            time.sleep(0.05)
        remedy = "wait until the writer is done and try again"
        raise StoreError(str(self._quads.parent), "it changes too fast to be copied", remedy)

    def state(self) -> State:
        """Return the names and sizes of the store's files: a write changes them, `taken` is the last snapshot's."""
        found = []
        with suppress(FileNotFoundError), os.scandir(self._quads) as entries:
            for entry in entries:
                if not entry.name.startswith(_IGNORED):
                    found.append((entry.name, entry.stat().st_size))
        return tuple(sorted(found))

    def drop(self, snapshot: Path) -> None:
        """Remove a snapshot that nobody reads any more."""
        shutil.rmtree(snapshot, ignore_errors=True)

    def close(self) -> None:
        """Remove all snapshots."""
        shutil.rmtree(self._folder, ignore_errors=True)
        os.close(self._lock)

    def _copy(self, state: State, target: Path) -> None:
        for name, _ in state:
            source = self._quads / name
            if not name.endswith(_SORTED):
                shutil.copyfile(source, target / name)
                continue
            try:
                os.link(source, target / name)
            except FileNotFoundError:
                raise
            except OSError:  # another file system, or one without links
                shutil.copyfile(source, target / name)


def _workspace(store: Path) -> Path:
    for parent in (store, Path(tempfile.gettempdir())):
        with suppress(OSError):
            return Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
    remedy = "make the store's folder or the one for temporary files writable"
    raise StoreError(str(store), "there is no place for a snapshot", remedy)


def _lock(folder: Path) -> int:
    """Return an open and locked file: the lock ends with the process, however it ends."""
    handle = os.open(folder / "lock", os.O_CREAT | os.O_RDWR)
    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return handle


def _sweep(store: Path) -> None:
    """Remove what servers that were killed left behind."""
    for folder in store.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            os.close(_lock(folder))
            shutil.rmtree(folder)
