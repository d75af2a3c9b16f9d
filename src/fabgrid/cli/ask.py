"""`query`, `show`, `why`, `path` and `stats`: questions to a store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from difflib import get_close_matches
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from fabgrid.cli import console
from fabgrid.cli.app import ANY_STORE, AnyStoreOption, EntityArgument, app
from fabgrid.cli.passages import print_measurement, print_node, print_statement
from fabgrid.errors import FabgridError, QueryError
from fabgrid.heap import paused

if TYPE_CHECKING:
    from fabgrid.model import Statement
    from fabgrid.ontology import Ontology
    from fabgrid.query import Graph, NamedQuery, Table

LimitOption = Annotated[int, typer.Option(min=1, help="Print at most so many.")]


# ---------------------------------------------------------------- query


class TableFormat(StrEnum):
    """How answers are printed."""

    TABLE = "table"
    CSV = "csv"
    TSV = "tsv"
    JSON = "json"
    TTL = "ttl"


@app.command(epilog="Example: fabgrid query suppliers --bind company=Nvidia")
def query(
    text: Annotated[
        str,
        typer.Argument(metavar="QUERY", help="SPARQL, a .rq file, or a query's name; without it, names are listed."),
    ] = "",
    bind: Annotated[
        list[str] | None, typer.Option("--bind", metavar="NAME=VALUE", help="Fix a variable of the query.")
    ] = None,
    format_: Annotated[
        TableFormat, typer.Option("--format", help="ttl is for CONSTRUCT and DESCRIBE.")
    ] = TableFormat.TABLE,
    store: AnyStoreOption = ANY_STORE,
) -> None:
    """Ask the graph in SPARQL, or by the name of a ready query."""
    from fabgrid.graph.store import Store
    from fabgrid.query import named_queries, run

    if not text:
        _print_queries(named_queries().values())
        return
    bindings = _bindings(bind or [])
    with Store.open(store, read_only=True) as opened:
        _print_answer(run(opened, text, bindings), format_)


def _print_queries(queries: Iterable[NamedQuery]) -> None:
    rows = [
        (q.name, " ".join(p.name + ("?" if p.optional else "") for p in q.parameters), q.description) for q in queries
    ]
    console.table(("query", "--bind", "what"), rows)


def _bindings(pairs: list[str]) -> dict[str, str]:
    bindings = {}
    for pair in pairs:
        name, equals, value = (part.strip() for part in pair.partition("="))
        if not (equals and name and value):
            raise typer.BadParameter(f"{pair!r} is not NAME=VALUE, as in --bind company=TSMC", param_hint="--bind")
        bindings[name.lstrip("?$")] = value
    return bindings


def _print_answer(table: Table, format_: TableFormat) -> None:
    if format_ is TableFormat.TTL and not table.is_graph:
        hint = "ask for csv, tsv or json, or write CONSTRUCT"
        raise QueryError("only CONSTRUCT and DESCRIBE give Turtle", hint=hint)
    if format_ is TableFormat.TABLE:
        console.table(table.columns, table.cells())
        console.note(f"{len(table)} row{'' if len(table) == 1 else 's'}")
        return
    texts = {
        TableFormat.CSV: table.to_csv,
        TableFormat.TSV: table.to_tsv,
        TableFormat.JSON: table.to_json,
        TableFormat.TTL: table.to_turtle,
    }
    console.printed(texts[format_]())


# ---------------------------------------------------------------- show, why, path


@app.command(epilog="Example: fabgrid show TSMC")
def show(entity: EntityArgument, store: AnyStoreOption = ANY_STORE) -> None:
    """Show what is known of an entity, with the sentences."""
    from fabgrid.graph.store import Store
    from fabgrid.ontology import load
    from fabgrid.query import Graph, find_entity

    with Store.open(store, read_only=True) as opened:
        iri = find_entity(opened, entity)
        snapshot = Graph(opened).about(iri)
    print_node(snapshot.nodes[iri])
    for statement in sorted((s for s in snapshot.statements if iri in (s.subject, s.object)), key=_reading_order):
        print_statement(statement, snapshot, load())
    for measurement in snapshot.measurements:
        if measurement.subject == iri:
            print_measurement(measurement, snapshot)


def _reading_order(statement: Statement) -> tuple[str, str, str, str]:
    return statement.relation, statement.subject, statement.object, statement.iri


@app.command(epilog="Example: fabgrid why Nvidia suppliedBy TSMC")
def why(
    subject: EntityArgument,
    relation: Annotated[str, typer.Argument(help="A relation type or its inverse; `fabgrid ontology` lists them.")],
    object_: Annotated[
        str, typer.Argument(metavar="OBJECT", help="The other entity; without it, whichever there are.")
    ] = "",
    limit: LimitOption = 20,
    store: AnyStoreOption = ANY_STORE,
) -> None:
    """Show the sentences behind an edge, the surest first."""
    from fabgrid.ontology import load
    from fabgrid.query import Graph, find_entity

    with Graph.open(store) as graph:
        statements = _behind(graph, subject, relation, object_, load())
        snapshot = graph.about(find_entity(graph.store, subject))
    if not statements:
        said = " ".join(filter(None, (subject, relation, object_)))
        raise FabgridError(f"no article says: {said}; `fabgrid show {subject!r}` prints what is said")
    for statement in statements[:limit]:
        print_statement(statement, snapshot, load())
    if len(statements) > limit:
        console.note(f"\n{len(statements) - limit} more: --limit {len(statements)}")


def _behind(graph: Graph, subject: str, relation: str, object_: str, ontology: Ontology) -> list[Statement]:
    kind, inverted = _direction(relation, ontology)
    if object_:
        return list(graph.evidence(*((object_, kind, subject) if inverted else (subject, kind, object_))))
    return _all_of(graph, subject, kind, inverted=inverted, ontology=ontology)


def _direction(relation: str, ontology: Ontology) -> tuple[str, bool]:
    """Return the relation type that a name or label means, and whether it is that of its inverse."""
    names: dict[str, tuple[str, bool]] = {}
    for kind in ontology.relations.values():
        names.setdefault((kind.inverse or "").casefold(), (kind.name, True))
        names[kind.name.casefold()] = names[kind.label.casefold()] = (kind.name, False)
    wanted = relation.removeprefix("fg:").casefold()
    if not wanted or wanted not in names:
        near = dict.fromkeys(names[n][0] for n in get_close_matches(wanted, names, n=3))
        hint = f"did you mean {', '.join(near)}?" if near else "`fabgrid ontology` lists them"
        raise FabgridError(f"there is no relation type {relation!r}; {hint}")
    return names[wanted]


def _all_of(graph: Graph, entity: str, kind: str, *, inverted: bool, ontology: Ontology) -> list[Statement]:
    from fabgrid.query import find_entity

    iri, both = find_entity(graph.store, entity), ontology.relations[kind].symmetric
    found = [
        s
        for s in graph.about(iri).statements
        if kind in ontology.lineage(s.relation)
        and iri in ((s.subject, s.object) if both else ((s.object,) if inverted else (s.subject,)))
    ]
    return sorted(found, key=lambda s: (-s.confidence, s.iri))


@app.command(epilog="Example: fabgrid path OpenAI TSMC")
@paused()
def path(
    start: EntityArgument,
    end: EntityArgument,
    limit: Annotated[int, typer.Option(min=1, max=100, help="Print at most so many paths.")] = 1,
    store: AnyStoreOption = ANY_STORE,
) -> None:
    """Show the shortest path of asserted facts between two entities, each step with its sentence."""
    from fabgrid.analysis import paths
    from fabgrid.graph.store import Store
    from fabgrid.model import Outline
    from fabgrid.ontology import load
    from fabgrid.query import Graph, find_entity

    with Store.open(store, read_only=True) as opened:
        ends = find_entity(opened, start), find_entity(opened, end)
        graph = Graph(opened)
        whole = graph.outline()
        found = paths(whole, *ends, limit=limit)
        surest = {step[0].iri for way in found for step in way.steps}
        part = Outline({}, {}, tuple(s for s in whole.statements if s.iri in surest))
        said = {s.iri: s for s in graph.details(part, {}).statements}
    if not found:
        raise FabgridError(f"no path of asserted facts leads from {start} to {end}; `fabgrid show` prints the facts")
    for way in found:
        console.printed(" - ".join(whole.nodes[iri].name for iri in way.nodes))
        for step in way.steps:
            if step[0].iri in said:  # else a writer has just replaced its article
                print_statement(said[step[0].iri], whole, load())


# ---------------------------------------------------------------- stats


@app.command(epilog="Example: fabgrid stats --top 20")
@paused()
def stats(
    top: Annotated[int, typer.Option(min=0, help="How many of the best connected entities.")] = 10,
    store: AnyStoreOption = ANY_STORE,
) -> None:
    """Count what the store holds, and list the best connected entities."""
    from fabgrid.analysis import rank
    from fabgrid.query import Graph

    with Graph.open(store) as graph:
        snapshot = graph.outline()
        console.table(("in the store", "how many"), _counts(graph))
    for name in ("status", "relation"):
        counted = Counter(str(getattr(s, name)) for s in snapshot.statements).most_common()
        console.table((name, "statements"), [(value, f"{n:,}") for value, n in counted])
    best = [(r.name, snapshot.nodes[r.iri].type, str(r.neighbours)) for r in rank(snapshot, top=top)]
    console.table(("best connected", "type", "neighbours"), best)


def _counts(graph: Graph) -> list[tuple[str, str]]:
    counts = {
        "articles": len(graph.outline().sources),
        "entities": len(graph.outline().nodes),
        "statements": len(graph.outline().statements),
        "observations": _how_many(graph, "fg:Observation"),
        "glossary terms": _how_many(graph, "skos:Concept"),
    }
    return [(name, f"{count:,}") for name, count in counts.items()]


def _how_many(graph: Graph, kind: str) -> int:
    [row] = graph.query(f"SELECT (COUNT(DISTINCT ?x) AS ?n) {{ ?x a {kind} }}")
    return int(row["n"])
