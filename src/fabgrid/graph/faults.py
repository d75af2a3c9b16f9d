"""What the system, RocksDB and SQLite say when a store cannot be read or written -> StoreError with a remedy."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from fabgrid.errors import StoreError

__all__ = ["damaged_records", "disk_faults", "disk_refusals", "record_refusals"]

# They come as texts only: RocksDB's and SQLite's errors have no number.
_FULL = ("No space left", "disk is full", "quota exceeded", "File too large")
_READ_ONLY = ("Read-only file system", "readonly database")
_FORBIDDEN = ("Permission denied", "Operation not permitted")


def disk_faults(path: Path, error: Exception) -> StoreError | None:
    """Return what is wrong with the disk under a path, None where it is something else."""
    text = str(error)
    if any(sign in text for sign in _FULL):
        remedy = "free space and run the command again: what was written before is kept"
        return StoreError(str(path), "the disk is full", remedy)
    if any(sign in text for sign in _READ_ONLY):
        remedy = "make it writable or name another --store folder; reading works as it is"
        return StoreError(str(path), "the disk is read-only", remedy)
    if isinstance(error, PermissionError) or any(sign in text for sign in _FORBIDDEN):
        remedy = "become its owner or name another --store folder"
        return StoreError(str(path), "you may not write there", remedy)
    return None


@contextmanager
def disk_refusals(path: Path, otherwise: Callable[[OSError], StoreError] | None = None) -> Iterator[None]:
    """Turn errors of the file system into StoreError; those that `disk_faults` does not know by `otherwise`."""
    try:
        yield
    except OSError as error:
        fault = disk_faults(path, error)
        if fault is None:
            fault = otherwise(error) if otherwise else StoreError(str(path), str(error), "name another folder")
        raise fault from error


@contextmanager
def record_refusals(path: Path) -> Iterator[None]:
    """Turn errors of SQLite, and of what it holds, into StoreError."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if fault := disk_faults(path, error):
            raise fault from error
        remedy = "wait for the other process and run the command again"
        raise StoreError(str(path), f"the records cannot be written or read ({error})", remedy) from error
    except (sqlite3.DatabaseError, ValueError, KeyError, TypeError) as error:
        raise damaged_records(path, error) from error


def damaged_records(path: Path, why: object) -> StoreError:
    """Return the error of records that cannot be read."""
    remedy = "restore a backup (fabgrid restore), or move the store's folder away and run fabgrid ingest again"
    return StoreError(str(path), f"the records are damaged ({why})", remedy)
