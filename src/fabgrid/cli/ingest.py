"""`ingest`, `remove` and `validate`: what goes into a store."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fabgrid.cli import console
from fabgrid.cli.app import ANY_STORE, SOME_UNREADABLE, AnyStoreOption, app
from fabgrid.errors import SourceError

if TYPE_CHECKING:
    from fabgrid.build import Summary
    from fabgrid.engines import Engine
    from fabgrid.graph.validation import Finding


class EngineName(StrEnum):
    """Where articles are read."""

    PROCESSES = "processes"
    DASK = "dask"


@app.command(epilog="Example: fabgrid ingest corpus/ --prune")
def ingest(
    paths: Annotated[list[str], typer.Argument(help="Files, folders, globs, or - for standard input.")],
    store: AnyStoreOption = ANY_STORE,
    workers: Annotated[int, typer.Option(min=1, help="Processes that read articles.")] = 1,
    prune: Annotated[bool, typer.Option("--prune", help="Remove articles that the paths no longer hold.")] = False,
    engine: Annotated[
        EngineName, typer.Option(help="Read with processes of this machine, or with a Dask cluster.")
    ] = EngineName.PROCESSES,
    scheduler: Annotated[str | None, typer.Option(help="The Dask scheduler's address, tcp://HOST:8786.")] = None,
    model: Annotated[str | None, typer.Option(help="An installed spaCy pipeline.", envvar="FABGRID_MODEL")] = None,
    min_confidence: Annotated[
        float | None, typer.Option(min=0, max=1, help="Keep less certain facts too (recall), or fewer.")
    ] = None,
) -> None:
    """Read articles into the store; those that have not changed cost nothing."""
    from fabgrid.build import build
    from fabgrid.graph.store import Store

    if (engine is EngineName.DASK) != (scheduler is not None):
        raise typer.BadParameter("--engine dask and --scheduler go together", param_hint="--engine")
    with Store.open(store, create=True) as opened, console.progress("reading") as advance:
        reader = _engine(scheduler, workers, model=model, min_confidence=min_confidence)
        summary = build(paths, opened, reader, prune=prune, progress=advance)
        articles = len(opened.records)
    _report(summary, articles, store)
    if summary.errors:
        read = summary.added or summary.changed or summary.unchanged
        raise typer.Exit(SOME_UNREADABLE if read else 1)


def _engine(scheduler: str | None, workers: int, **settings: Any) -> Engine:
    from fabgrid.engines import Cluster, Processes
    from fabgrid.nlp.fingerprint import fingerprint

    name, make = fingerprint(**settings), partial(_extractor, **settings)
    return Processes(name, make, workers) if scheduler is None else Cluster(name, make, scheduler)


def _extractor(**settings: Any) -> Engine:
    from fabgrid.nlp.extractor import Extractor  # spaCy and the models take seconds, which a store up to date saves

    return Extractor(**settings)


def _report(summary: Summary, articles: int, store: str) -> None:
    parts = ("added", "changed", "unchanged", "removed")
    counts = [f"{len(getattr(summary, p)):,} {p}" for p in parts if getattr(summary, p)]
    console.note(f"{store}: {articles:,} articles ({', '.join(counts) or 'nothing new'})")
    for part in ("added", "changed", "removed"):
        for url in getattr(summary, part):
            console.detail(f"  {part} {url}")
    for error in summary.errors:
        console.complain(f"not read: {error}")
    if summary.kept_by_errors:
        console.complain("nothing was pruned, since some articles could not be read; repair or remove them first")
    _complain_of(summary.findings)


def _complain_of(findings: Iterable[Finding]) -> None:
    for finding in findings:
        console.complain(f"validation: {finding}")


@app.command(epilog="Example: fabgrid remove https://news.example/tsmc-arizona")
def remove(
    article: Annotated[str, typer.Argument(help="The article's address, as `fabgrid query articles` lists it.")],
    store: AnyStoreOption = ANY_STORE,
) -> None:
    """Take an article, and what only it says, out of the store."""
    from fabgrid.build import project
    from fabgrid.graph.store import Store

    with Store.open(store) as opened:
        if not opened.records.remove(article):
            raise SourceError(article, "is not in the store; `fabgrid query articles` lists the addresses")
        project(opened)
    console.note(f"removed {article}")


@app.command(epilog="Example: fabgrid validate")
def validate(store: AnyStoreOption = ANY_STORE) -> None:
    """Check the whole graph against the SHACL shapes; exit code 1 if there are findings."""
    from fabgrid.graph.store import Store
    from fabgrid.graph.validation import validate as check
    from fabgrid.ontology import load

    with Store.open(store, read_only=True) as opened:
        report = check(opened, load(), texts=opened.texts())
    _complain_of(report.findings)
    checked = f"{report.checked:,} statements and observations checked"
    console.note(f"{store}: {checked}, {len(report.findings) or 'no'} findings")
    if not report.conforms:
        raise typer.Exit(1)
