"""The folder of a store: made whole or not at all, of a known version, written to by one process.

quads/            pyoxigraph, one graph per article and one of entities
records.sqlite    articles and extractions, the source of truth, and the outline of the quads
judgements.jsonl  what people decided
format            the version of this layout
writer            who writes to it just now; locked meanwhile, empty otherwise
"""

from __future__ import annotations

import os
import platform
import shlex
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from fabgrid.errors import StoreError
from fabgrid.graph.faults import disk_refusals

if sys.platform != "win32":
    import fcntl

__all__ = ["FORMAT", "JUDGEMENTS", "QUADS", "busy", "create", "format_of", "made_whole", "sign", "write_format"]

FORMAT = 4
# 1 lacks the inventories of the records, which only builds read, 2 the outline of the graph; 3 keeps it otherwise, and
# lacks the register, which only builds read.
_READABLE = (1, 2, 3, 4)
QUADS, JUDGEMENTS = "quads", "judgements.jsonl"
_FORMAT_FILE, _WRITER = "format", "writer"
_LONGEST_COMMAND = 200


def create(folder: Path) -> None:
    """Make an empty store, unless there is one.

    Raises StoreError where the folder holds other things.
    """
    if (folder / _FORMAT_FILE).exists():
        return
    with disk_refusals(folder, lambda error: _no_folder(folder, error)):
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())) and not _half_made(folder):
            raise StoreError(str(folder), "this is not a store", "name another --store folder")
        folder.mkdir(parents=True, exist_ok=True)
        write_format(folder)


def _no_folder(folder: Path, error: OSError) -> StoreError:
    return StoreError(str(folder), str(error), "choose a folder that you may write to")


def _half_made(folder: Path) -> bool:
    """Tell whether the folder holds nothing but a store whose making was interrupted."""
    return folder.is_dir() and {p.name for p in folder.iterdir()} <= {f"{_FORMAT_FILE}.new"}


def write_format(folder: Path) -> None:
    """Note that the folder has the layout of this version."""
    draft = folder / f"{_FORMAT_FILE}.new"
    draft.write_text(f"fabgrid store {FORMAT}\n", encoding="utf-8")
    draft.replace(folder / _FORMAT_FILE)


def format_of(folder: Path) -> int:
    """Return the version of a store's layout, of those that this fabgrid can read.

    Raises StoreError where there is no store, and where its version is too old or too new.
    """
    file = folder / _FORMAT_FILE
    if not file.is_file():
        raise StoreError(str(folder), "there is no store", f"make one: fabgrid ingest PATH --store {folder}")
    text = file.read_text(encoding="utf-8", errors="replace").strip()
    number = text.removeprefix("fabgrid store ")
    if not number.isdigit():
        raise StoreError(str(file), "the file is damaged", f'write "fabgrid store {FORMAT}" into it')
    if int(number) > FORMAT:
        why = f"a newer fabgrid made it (format {number}, this one knows {FORMAT})"
        raise StoreError(str(folder), why, "upgrade: pip install --upgrade fabgrid")
    if int(number) not in _READABLE:
        remedy = f"rebuild it: mv {folder} {folder}.old && fabgrid ingest PATH --store {folder}"
        raise StoreError(str(folder), f"an older fabgrid made it (format {number})", remedy)
    return int(number)


# ---------------------------------------------------------------- the writer


@contextmanager
def sign(folder: Path) -> Iterator[None]:
    """Be the one who writes, and say who that is.

    RocksDB has a lock of its own, which is free for a moment when a writer opens its quads again; it is the
    only one where the system has no `flock`. Raises StoreError where another writes.
    """
    command = shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]])[:_LONGEST_COMMAND]
    with disk_refusals(folder):
        handle = os.open(folder / _WRITER, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        if not _flock(handle):
            raise busy(folder)
        with disk_refusals(folder):
            os.ftruncate(handle, 0)
            os.write(handle, f"process {os.getpid()} on {platform.node()}: {command}\n".encode())
        try:
            yield
        finally:
            with suppress(OSError):
                os.ftruncate(handle, 0)  # not removed: a file that is made anew would be another lock
    finally:
        os.close(handle)


def _flock(handle: int) -> bool:
    if sys.platform != "win32":
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:  # a file system without locks
            return True
    return True


def busy(folder: Path) -> StoreError:
    """Return the error of a store that another process writes to, which it names as far as it is known."""
    holder = ""
    with suppress(OSError):
        holder = (folder / _WRITER).read_text(encoding="utf-8").strip()
    remedy = "wait until it is done, or stop it (reading works meanwhile)"
    return StoreError(str(folder), f"{holder or 'another fabgrid'} writes to this store", remedy)


# ---------------------------------------------------------------- copies


@contextmanager
def made_whole(target: Path) -> Iterator[Path]:
    """Give a draft folder beside the target, which becomes it at the end: a copy is there whole or not at all.

    A draft that an interrupted run left is removed first. Raises StoreError where the target exists.
    """
    draft = target.with_name(f"{target.name}.part")
    if target.exists():
        raise StoreError(str(target), "it exists", f"name another folder, or move it away: mv {target} {target}.old")
    with disk_refusals(target):
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        try:
            yield draft
            _sync(draft)
            draft.rename(target)
            _sync_folder(target.parent)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise


def _sync(folder: Path) -> None:
    """Wait until all files of a folder are on the disk."""
    for place, _, names in os.walk(folder):
        for name in names:
            handle = os.open(Path(place, name), os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
        _sync_folder(Path(place))


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":  # only there can a folder be opened
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
