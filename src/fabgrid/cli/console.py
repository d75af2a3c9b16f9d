"""What goes to the terminal: results to standard output, everything else to standard error."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from fabgrid.build import Progress

__all__ = ["complain", "configure", "detail", "note", "printed", "progress", "table"]

_UNBOUNDED = 1_000_000  # columns: a file or a pipe has no right edge to fold cells at


@dataclass(slots=True)
class _Settings:
    quiet: bool = False
    verbose: bool = False
    color: bool = True


_settings = _Settings()


def configure(*, quiet: bool, verbose: bool, color: bool) -> None:
    """Set how much is printed, and whether in colour."""
    _settings.quiet, _settings.verbose = quiet, verbose
    _settings.color = color and "NO_COLOR" not in os.environ


def printed(text: str) -> None:
    """Print a result as it is."""
    sys.stdout.write(text if text.endswith("\n") else text + "\n")


def note(text: str) -> None:
    """Print a line about what was done, unless quiet."""
    if not _settings.quiet:
        print(text, file=sys.stderr)


def detail(text: str) -> None:
    """Print a line that only a verbose run shows."""
    if _settings.verbose and not _settings.quiet:
        print(text, file=sys.stderr)


def complain(text: str) -> None:
    """Print an error."""
    print(f"fabgrid: {text}", file=sys.stderr)


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], *, title: str = "") -> None:
    """Print rows under column heads, as wide as the terminal."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    shown = Table(title=Text(title) if title else None, box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False)
    for column in columns:
        shown.add_column(column, overflow="fold")
    for row in rows:
        shown.add_row(*(Text(cell) for cell in row))
    _output().print(shown)


def _output() -> Console:
    from rich.console import Console

    bounded = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Console(no_color=not _settings.color, highlight=False, emoji=False, width=None if bounded else _UNBOUNDED)


@contextmanager
def progress(label: str) -> Iterator[Progress]:
    """Show a bar with rate and time left on a terminal; nothing elsewhere or when quiet."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn(label),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    terminal = Console(stderr=True, no_color=not _settings.color)
    with Progress(*columns, console=terminal, disable=_settings.quiet or not sys.stderr.isatty()) as bar:
        task = bar.add_task(label, total=None, rate="")

        def advance(done: int, total: int) -> None:
            speed = bar.tasks[0].speed
            bar.update(task, completed=done, total=total, rate=f"{speed:.1f} articles/s" if speed else "")

        yield advance
