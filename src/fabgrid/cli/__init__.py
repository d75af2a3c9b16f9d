"""The command line: parse, call, print.

Exit codes: 0 done; 1 refused or failed (one line says why); 2 wrong usage; 3 done, but some
articles could not be read. Commands import what they need when they run, so that `--help` is quick.
"""

from __future__ import annotations

from fabgrid.cli import ask, edit, ingest, maintain, page, read, serve, vocabulary
from fabgrid.cli.app import app

__all__ = ["app", "main"]

COMMANDS = (ingest, read, ask, page, serve, edit, maintain, vocabulary)  # importing them registers their commands


def main() -> None:
    """Run the command line."""
    app()
