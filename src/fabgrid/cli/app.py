"""The typer application and the options that all commands share."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from fabgrid import __version__
from fabgrid.cli import console
from fabgrid.errors import FabgridError

__all__ = ["ANY_STORE", "DEFAULT_STORE", "SOME_UNREADABLE", "AnyStoreOption", "EntityArgument", "StoreOption", "app"]

DEFAULT_STORE = Path("graphs/fabgrid.db")
ANY_STORE = str(DEFAULT_STORE)  # where an address would do too
SOME_UNREADABLE = 3  # the exit code where the rest was done
STOPPED = 130  # what a shell expects of a command that Ctrl-C stopped

_EVERYWHERE = ("-q", "--quiet", "-v", "--verbose", "--no-color")

# Of the commands in the help: read, ask, hand on, correct, improve.
_ORDER = (
    "ingest extract explain query show why path stats render serve export validate"
    " merge split retype reject remove backup restore compact doctor ontology check evaluate"
).split()


class _Group(TyperGroup):
    """All commands: one line for each error, and common options anywhere (`fabgrid ingest corpus -q`)."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except FabgridError as error:
            console.complain(str(error))
            raise typer.Exit(1) from None
        except KeyboardInterrupt:
            console.complain("stopped; what was read is kept, run the command again to go on")
            raise typer.Exit(STOPPED) from None
        except BrokenPipeError:  # the reader of a pipe has seen enough
            # The interpreter would flush standard output once more at its end, and complain.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(0) from None

    def list_commands(self, ctx: Any) -> list[str]:
        known = super().list_commands(ctx)
        return sorted(known, key=lambda name: _ORDER.index(name) if name in _ORDER else len(_ORDER))

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        end = args.index("--") if "--" in args else len(args)
        common = [a for a in args[:end] if a in _EVERYWHERE]
        rest = [a for a in args[:end] if a not in _EVERYWHERE]
        return super().parse_args(ctx, [*common, *rest, *args[end:]])


app = typer.Typer(
    name="fabgrid",
    cls=_Group,
    help="Read industry articles into a knowledge graph whose every edge opens the sentence that states it.",
    epilog="Example: fabgrid ingest corpus/ && fabgrid show TSMC."
    " Exit codes: 0 done; 1 refused or failed; 2 wrong usage; 3 done, but some articles could not be read.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)

StoreOption = Annotated[Path, typer.Option("--store", help="The store's folder.")]
AnyStoreOption = Annotated[
    str, typer.Option("--store", help="The store's folder, or the http(s) address of a SPARQL server.")
]
EntityArgument = Annotated[str, typer.Argument(help="An entity's name, alias or IRI.")]


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"fabgrid {__version__}")
        raise typer.Exit


@app.callback()
def settings(
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Print results and errors only.")] = False,
    verbose: Annotated[
        bool, typer.Option("-v", "--verbose", help="Also print what is done, article by article.")
    ] = False,
    no_color: Annotated[bool, typer.Option("--no-color", help="Print without colours.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Take the options of all commands, which may stand before or after the command."""
    console.configure(quiet=quiet, verbose=verbose, color=not no_color)
