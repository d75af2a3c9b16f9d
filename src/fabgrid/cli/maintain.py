"""`backup`, `restore`, `compact` and `doctor`: the care of a store."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fabgrid.cli import console
from fabgrid.cli.app import DEFAULT_STORE, StoreOption, app

BackupArgument = Annotated[Path, typer.Argument(metavar="FOLDER", help="The backup's folder.")]


@app.command(epilog="Example: fabgrid backup backups/monday.db")
def backup(folder: BackupArgument, store: StoreOption = DEFAULT_STORE) -> None:
    """Copy the store into a new folder, wholly or not at all; on the same disk it takes little space and time."""
    from fabgrid.graph.store import Store

    with Store.open(store) as opened:
        opened.backup(folder)
    console.note(f"copied {store} to {folder}; it is a store too")


@app.command(epilog="Example: fabgrid restore backups/monday.db --store graphs/fabgrid.db")
def restore(folder: BackupArgument, store: StoreOption = DEFAULT_STORE) -> None:
    """Make a store of a backup, where no store is: move a damaged one away before."""
    from fabgrid.graph.store import Store
    from fabgrid.graph.store import restore as copy_back

    copy_back(folder, store)
    with Store.open(store) as opened:
        articles = len(opened.records)
    console.note(f"{store}: {articles:,} articles, as in {folder}")


@app.command(epilog="Example: fabgrid compact")
def compact(store: StoreOption = DEFAULT_STORE) -> None:
    """Rewrite the store's files so that they take the least space, after many changes."""
    from fabgrid.graph.store import Store

    before = _size(store)
    with Store.open(store) as opened:
        opened.compact()
    console.note(f"{store}: {_size(store) / 1e6:,.1f} MB, before {before / 1e6:,.1f} MB")


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


@app.command(epilog="Example: fabgrid doctor")
def doctor(store: StoreOption = DEFAULT_STORE) -> None:
    """Look at versions, ontology, model and store, and repair what can be; exit code 1 if something stays broken."""
    from fabgrid.doctor import State, examine

    broken = False
    for finding in examine(store):
        broken = broken or finding.state is State.BROKEN
        console.printed(f"{finding.what:<10}{finding.state:<10}{finding.text}")
    if broken:
        raise typer.Exit(1)
