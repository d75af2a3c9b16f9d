"""`serve`: the graph for browsers and SPARQL clients."""

from __future__ import annotations

from typing import Annotated

import typer

from fabgrid.cli import console
from fabgrid.cli.app import DEFAULT_STORE, StoreOption, app
from fabgrid.errors import FabgridError


@app.command(epilog="Example: fabgrid serve --port 8080")
def serve(
    store: StoreOption = DEFAULT_STORE,
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 takes a free one.")] = 8320,
    host: Annotated[str, typer.Option(help="The address to listen on; any but this machine's own needs --token.")] = (
        "127.0.0.1"
    ),
    token: Annotated[
        str | None, typer.Option(envvar="FABGRID_TOKEN", help="What clients must send, as Bearer or as a password.")
    ] = None,
    timeout: Annotated[float, typer.Option(min=0.1, help="Seconds after which a query is stopped.")] = 15.0,
    workers: Annotated[int, typer.Option(min=1, help="How many queries are answered at once.")] = 4,
) -> None:
    """Serve the graph: SPARQL at /sparql, pages at /; it reads only, and follows what `ingest` writes."""
    try:
        from fabgrid.server.app import Server, listen
    except ModuleNotFoundError as error:
        why = f"{error.name} is not installed; install it with: pip install 'fabgrid[serve]'"
        raise FabgridError(why) from None
    from fabgrid.server.limits import Limits

    with listen(host, port, token=token) as connections:
        server = Server(store, connections, token=token, workers=workers, limits=Limits(seconds=timeout))
        name = f"[{host}]" if ":" in host else host
        address = f"http://{name}:{connections.getsockname()[1]}/"
        console.note(f"{store} at {address} (SPARQL at {address}sparql); Ctrl-C stops it")
        server.run()
