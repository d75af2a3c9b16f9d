"""`merge`, `split`, `retype` and `reject`: judgements, kept as data and replayed after every build."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer

from fabgrid.cli import console
from fabgrid.cli.app import ANY_STORE, AnyStoreOption, app
from fabgrid.errors import FabgridError, QueryError

if TYPE_CHECKING:
    from fabgrid.graph.store import Store
    from fabgrid.resolution.judgements import Judgement

NoteOption = Annotated[str, typer.Option("--note", help="Why, for whoever reads the judgements later.")]
JudgedArgument = Annotated[str, typer.Argument(help="An entity's name, slug or IRI.")]


@app.command(epilog='Example: fabgrid merge "Amazon Web Services" AWS')
def merge(
    kept: JudgedArgument, absorbed: JudgedArgument, store: AnyStoreOption = ANY_STORE, note: NoteOption = ""
) -> None:
    """Declare two entities one thing; the first keeps its IRI."""
    from fabgrid.graph.store import Store
    from fabgrid.resolution.judgements import Merge

    with Store.open(store) as opened:
        _judge(Merge(_named(opened, kept), _named(opened, absorbed), note), opened)
    console.note(f"merged {absorbed} into {kept}")


@app.command(epilog='Example: fabgrid split Synergy "Synergy Research Group"')
def split(
    first: JudgedArgument,
    second: Annotated[
        str, typer.Argument(help="The other entity; without it, every merge of the first is undone.")
    ] = "",
    store: AnyStoreOption = ANY_STORE,
    note: NoteOption = "",
) -> None:
    """Declare two entities different things, or undo the merges of one."""
    from fabgrid.graph.store import Store
    from fabgrid.resolution.judgements import Split

    with Store.open(store) as opened:
        _judge(Split(first, second, note), opened)  # as written: both may be names of one entity
    console.note(f"split {first}" + (f" from {second}" if second else ""))


@app.command(epilog="Example: fabgrid retype LineShine Product")
def retype(
    entity: JudgedArgument,
    type_: Annotated[str, typer.Argument(metavar="TYPE", help="Company, Product ...: see `fabgrid ontology`.")],
    store: AnyStoreOption = ANY_STORE,
    note: NoteOption = "",
) -> None:
    """Declare what type an entity has."""
    from fabgrid.graph.store import Store
    from fabgrid.ontology import ENTITY_TYPES
    from fabgrid.resolution.judgements import Retype

    if type_ not in ENTITY_TYPES:
        raise FabgridError(f"{type_!r} is no type of entity; there are: {', '.join(ENTITY_TYPES)}")
    with Store.open(store) as opened:
        _judge(Retype(_named(opened, entity), type_, note), opened)
    console.note(f"{entity} is a {type_}")


@app.command(epilog="Example: fabgrid reject statement:9f3a52c07d1e4b88")
def reject(
    statement: Annotated[str, typer.Argument(help="The statement's IRI or its last part, as `fabgrid why` prints it.")],
    store: AnyStoreOption = ANY_STORE,
    note: NoteOption = "",
) -> None:
    """Declare that a sentence does not say what a statement says."""
    from fabgrid.graph.store import Store
    from fabgrid.resolution.judgements import Reject

    name = statement.removeprefix("statement:").rsplit("/", 1)[-1]
    with Store.open(store) as opened:
        _require_statement(opened, name)
        _judge(Reject(name, note), opened)
    console.note(f"rejected {statement}")


def _named(store: Store, entity: str) -> str:
    """Return the IRI of the entity that has this name or alias, or the name where none has."""
    from fabgrid.query import find_entity

    with suppress(QueryError):
        return find_entity(store, entity)
    return entity


def _require_statement(store: Store, name: str) -> None:
    import pyoxigraph as ox

    from fabgrid.graph.terms import STATEMENT

    if next(store.match(ox.NamedNode(STATEMENT + name)), None) is None:
        raise FabgridError(f"there is no statement {name!r}; `fabgrid why` and `fabgrid show` print their names")


def _judge(judgement: Judgement, store: Store) -> None:
    from fabgrid.build import project
    from fabgrid.identities import unknown
    from fabgrid.resolution.judgements import append, dump, parse

    try:
        parse(dump(judgement))  # a line that cannot be read back would stop every later build
    except ValueError as error:
        raise FabgridError(str(error)) from None
    append(store.judgements, judgement)
    project(store)
    for slug in unknown(store):
        console.complain(f"no article and no registry entry knows {slug!r} yet; the judgement is kept")
