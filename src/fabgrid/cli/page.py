"""`render` and `export`: the graph as a page and as files."""

from __future__ import annotations

import webbrowser
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from fabgrid.cli import console
from fabgrid.cli.app import ANY_STORE, AnyStoreOption, app
from fabgrid.errors import FabgridError
from fabgrid.heap import paused

DAY = ["%Y-%m-%d"]


@app.command(epilog="Example: fabgrid render -o tsmc.html --around TSMC --hops 2 --open")
@paused()
def render(
    output: Annotated[Path, typer.Option("-o", "--output", help="The file to write.")] = Path("graphs/fabgrid.html"),
    store: AnyStoreOption = ANY_STORE,
    title: Annotated[str, typer.Option(help="The page's title.")] = "fabgrid",
    around: Annotated[str | None, typer.Option(help="Only what is near this entity.")] = None,
    hops: Annotated[int, typer.Option(min=1, help="How near.")] = 1,
    top: Annotated[int | None, typer.Option(min=1, help="Only so many of the best connected.")] = None,
    since: Annotated[datetime | None, typer.Option(formats=DAY, help="Only articles from this day on.")] = None,
    until: Annotated[datetime | None, typer.Option(formats=DAY, help="Only articles up to this day.")] = None,
    type_: Annotated[list[str] | None, typer.Option("--type", help="Only entities of this type; repeatable.")] = None,
    relation: Annotated[list[str] | None, typer.Option(help="Only this relation type or family; repeatable.")] = None,
    min_confidence: Annotated[float, typer.Option(min=0, max=1, help="Only facts at least so certain.")] = 0.0,
    community: Annotated[int | None, typer.Option(min=0, help="Only this community, 0 being the largest.")] = None,
    sentences: Annotated[int | None, typer.Option(min=1, help="At most so many sentences of each line (10).")] = None,
    open_: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
) -> None:
    """Write the graph as one interactive HTML page that needs no network.

    Of a graph of more than 20,000 entities the 400 best connected, unless another part is asked for.
    """
    from fabgrid.analysis import communities
    from fabgrid.ontology import load
    from fabgrid.query import Graph
    from fabgrid.render import Wanted, default_view, page

    asked = Wanted(
        around=around,
        hops=hops,
        top=top,
        since=since.date() if since else None,
        until=until.date() if until else None,
        types=tuple(type_ or ()),
        relations=tuple(relation or ()),
        min_confidence=min_confidence,
        community=community,
    )
    if sentences is not None:
        asked["sentences"] = sentences
    with Graph.open(store) as graph:
        whole = graph.outline()
        wanted = default_view(len(whole.nodes), asked)
        html = page(whole, load(), title=title, communities=communities, details=graph.details, **wanted)
    if wanted != asked:
        part = f"the {wanted['top']} best connected, with {wanted['sentences']} sentences a line"
        console.note(f"of {len(whole.nodes):,} entities the page has {part}; --around ENTITY or --top N show more")
    _write(output, html)
    console.note(f"wrote {output} ({len(html.encode()) / 1e6:.1f} MB); open it in a browser, no network needed")
    # typer.launch would say nothing where xdg-open is missing.
    if open_ and not webbrowser.open(output.resolve().as_uri()):
        console.note("no browser was found")


def _write(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise FabgridError(f"{file}: the file cannot be written ({error.strerror}); name another with -o") from None


@app.command(epilog="Example: fabgrid export -o graph.trig")
def export(
    output: Annotated[Path, typer.Option("-o", "--output", help="FILE.trig, .nq, .ttl, .jsonld, .graphml or .csv")],
    store: AnyStoreOption = ANY_STORE,
) -> None:
    """Write the whole graph to a file, the format by its suffix; the same graph gives the same bytes."""
    from fabgrid.graph.store import Store

    with Store.open(store, read_only=True) as opened:
        opened.dump(output)
    console.note(f"wrote {output}")
