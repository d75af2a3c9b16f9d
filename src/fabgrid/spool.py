"""Articles that wait to be read, in a file that has no name, so that a million of them take no memory."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import Self

from fabgrid.graph.faults import disk_refusals
from fabgrid.model import Article

__all__ = ["Spool"]


class Spool:
    """A queue on the disk of a folder: first filled, then read once; it goes with the process."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._count = folder, 0
        with disk_refusals(folder):
            self._file = TemporaryFile(dir=folder)  # noqa: SIM115 - closed with the spool

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def __len__(self) -> int:
        return self._count

    def append(self, article: Article) -> None:
        """Add an article at the end."""
        with disk_refusals(self._folder):
            pickle.dump(article, self._file)
        self._count += 1

    def __iter__(self) -> Iterator[Article]:
        """Yield the articles in their order."""
        with disk_refusals(self._folder):
            self._file.seek(0)
        for _ in range(self._count):
            yield pickle.load(self._file)  # noqa: S301 - written by this process, into a file that no other can open
