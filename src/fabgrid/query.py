"""Named and ad-hoc SPARQL over a store -> Table, and the graph as Python users see it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import pyoxigraph as ox

from fabgrid.errors import QueryError
from fabgrid.graph import sparql
from fabgrid.graph.network import network
from fabgrid.graph.snapshot import about, details, outline, read
from fabgrid.graph.store import Results, Store
from fabgrid.graph.table import Table, Term
from fabgrid.graph.terms import ENTITIES_GRAPH, ENTITY, FG, PREFIXES, SKOS, XSD, compact
from fabgrid.model import Outline, Snapshot, Source, Statement
from fabgrid.ontology import Ontology, load, vocabulary

if TYPE_CHECKING:
    import networkx as nx
    import rdflib

__all__ = ["Graph", "NamedQuery", "Parameter", "Table", "find_entity", "named_queries", "run"]

_BIND = re.compile(r"^#\s*bind:\s*(\w+)(?:\s+(entity|relation|text|date|number))?(\s+optional)?\s*$", re.M)
_QUERY_NAME = re.compile(r"[A-Za-z][\w-]*")


# ---------------------------------------------------------------- named queries


@dataclass(frozen=True, slots=True)
class Parameter:
    """A variable that a query wants bound: to an entity or relation type by name, or to a literal."""

    name: str
    kind: str = "entity"
    optional: bool = False


@dataclass(frozen=True, slots=True)
class NamedQuery:
    """A query with its description (its first line) and parameters (its `# bind:` lines)."""

    name: str
    description: str
    parameters: tuple[Parameter, ...]
    text: str


def named_queries(folder: Path | None = None) -> dict[str, NamedQuery]:
    """Return the queries of a folder by name: those packaged in the wheel, else the checkout's."""
    files = sorted((folder or _default_folder()).glob("*.rq"))
    return {file.stem: _parse(file.stem, file.read_text(encoding="utf-8")) for file in files}


def _default_folder() -> Path:
    packaged = Path(__file__).parent / "_queries"
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "graphs" / "queries"


def _parse(name: str, text: str) -> NamedQuery:
    first = text.lstrip().split("\n", 1)[0]
    description = first.lstrip("# ").strip() if first.startswith("#") and not _BIND.match(first) else ""
    found = (Parameter(m[1], m[2] or "entity", bool(m[3])) for m in _BIND.finditer(text))
    return NamedQuery(name, description, tuple(found), text)


def _find(query: str) -> NamedQuery:
    """Return the query that a text names: SPARQL itself, a .rq file, or the name of a query."""
    if query.endswith(".rq"):
        file = Path(query)
        if not file.is_file():
            raise QueryError(f"there is no file {query}", hint="fabgrid query without arguments lists the names")
        return _parse(file.stem, file.read_text(encoding="utf-8"))
    if not _QUERY_NAME.fullmatch(query.strip()):
        return _parse("", query)
    known = named_queries()
    if query.strip() in known:
        return known[query.strip()]
    near = ", ".join(get_close_matches(query.strip(), known, n=3)) or ", ".join(known)
    raise QueryError(f"there is no query named {query.strip()}", hint=f"there are: {near}")


def run(store: Store, query: str, bindings: Mapping[str, object] | None = None) -> Table:
    """Run SPARQL, a .rq file or a named query, and return its whole answer.

    `bindings` fix variables: an entity by its name or alias, its `entity:` name or IRI; a literal where
    the query declares the parameter as text, date or number. Raises QueryError where the query is
    wrong or refused, and where a name is unknown or ambiguous.
    """
    found = _find(query)
    sparql.check(found.text, vocabulary=vocabulary())
    values = dict(_values(store, found, bindings or {}))
    inverses = {r.inverse: r.name for r in load().relations.values() if r.inverse}
    try:
        return _table(store.query(sparql.bind(sparql.forward(found.text, inverses), values)))
    except (SyntaxError, OSError, RuntimeError, ValueError) as error:
        raise QueryError(str(error)) from error


def _values(
    store: Store, query: NamedQuery, bindings: Mapping[str, object]
) -> Iterator[tuple[str, ox.NamedNode | ox.Literal]]:
    declared = {p.name: p for p in query.parameters}
    known = declared.keys() | (set() if query.name else sparql.variables(query.text))
    for name, value in bindings.items():
        if name not in known:
            hint = f"it has: {', '.join(sorted(known))}" if known else "it takes none"
            raise QueryError(f"the query has no parameter {name}", hint=hint)
        yield name, _value(store, declared.get(name, Parameter(name)), value)
    missing = [p.name for p in query.parameters if not p.optional and p.name not in bindings]
    if missing:
        hint = " ".join(f'--bind {name}="…"' for name in missing)
        raise QueryError(f"the query {query.name} needs {', '.join(missing)}", hint=hint)


def _value(store: Store, parameter: Parameter, value: object) -> ox.NamedNode | ox.Literal:
    text = str(value)
    if parameter.kind == "text":
        return ox.Literal(text)
    if parameter.kind == "number":
        return _number(parameter.name, text)
    if parameter.kind == "date":
        return _date(parameter.name, text)
    if parameter.kind == "relation":
        return ox.NamedNode(FG + _relation(text, load()))
    return ox.NamedNode(find_entity(store, text))


def _number(name: str, text: str) -> ox.Literal:
    try:
        return ox.Literal(float(text))
    except ValueError:
        raise QueryError(f"{name} is no number: {text!r}", hint=f"for example --bind {name}=100") from None


def _date(name: str, text: str) -> ox.Literal:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        hint = f"for example --bind {name}=2025-01-31"
        raise QueryError(f"{name} is no date: {text!r}", hint=hint) from None
    return ox.Literal(day.isoformat(), datatype=ox.NamedNode(XSD + "date"))


def _relation(text: str, ontology: Ontology) -> str:
    """Return the local name of a relation type given by local name, prefixed name, IRI or label."""
    name = text.removeprefix(FG).removeprefix("fg:")
    by_label = {kind.label.lower(): kind.name for kind in ontology.relations.values()}
    if name in ontology.relations:
        return name
    if text.lower() in by_label:
        return by_label[text.lower()]
    near = get_close_matches(name, ontology.relations, n=3)
    hint = f"did you mean {', '.join(near)}?" if near else "fabgrid ontology lists the relation types"
    raise QueryError(f"there is no relation type {text!r}", hint=hint)


def _table(results: Results) -> Table:
    if isinstance(results, ox.QueryBoolean):
        return Table(("answer",), ((ox.Literal(bool(results)),),), is_ask=True)
    if isinstance(results, ox.QueryTriples):
        rows = sorted({(t.subject, t.predicate, t.object) for t in results}, key=str)
        return Table(("subject", "predicate", "object"), tuple(rows), is_graph=True)
    columns = tuple(variable.value for variable in results.variables)
    return Table(columns, tuple(tuple(row) for row in results))


# ---------------------------------------------------------------- entities by name


def find_entity(store: Store, name: str) -> str:
    """Return the IRI of the entity that a name means: its own name first, then an alias.

    Letter case counts only between names that differ in nothing else. Raises QueryError where no entity or
    several have that name.
    """
    text = name.strip()
    iri = ENTITY + text.removeprefix("entity:") if text.startswith("entity:") else text.strip("<>")
    if iri.startswith(ENTITY) and _is_known(store, iri):
        return iri
    if len(spelt := _spelt(store, text)) == 1:  # by index: the other way reads every name
        return spelt[0]
    labels = _labels(store, "prefLabel")
    aliases = _labels(store, "altLabel")
    for names in (labels, aliases):
        found = sorted(names.get(text.casefold(), ()))
        if len(found) == 1:
            return found[0]
        if found:
            options = " or ".join(compact(iri) for iri in found)
            raise QueryError(f"{len(found)} entities are named {text!r}", hint=f"say which: {options}")
    raise _unknown_entity(store, text, {*labels, *aliases})


def _spelt(store: Store, name: str) -> list[str]:
    """Return the entities whose own name is spelt exactly so."""
    label = ox.Literal(name)
    return [_text(q.subject) for q in store.match(None, ox.NamedNode(SKOS + "prefLabel"), label, ENTITIES_GRAPH)]


def _is_known(store: Store, iri: str) -> bool:
    node = ox.NamedNode(iri)
    return next(store.match(node, None, None, ENTITIES_GRAPH), None) is not None


def _labels(store: Store, kind: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for quad in store.match(None, ox.NamedNode(SKOS + kind), None, ENTITIES_GRAPH):
        found[_text(quad.object).casefold()].add(_text(quad.subject))
    return found


def _unknown_entity(store: Store, text: str, known: set[str]) -> QueryError:
    folded = text.casefold()
    near = get_close_matches(folded, sorted(known), n=3, cutoff=0.7)
    near += sorted(name for name in known if folded in name and name not in near)[: 3 - len(near)]
    spelled = {name.casefold(): name for name in _spellings(store)}
    names = ", ".join(spelled[name] for name in near)
    hint = f"did you mean {names}?" if near else "fabgrid stats lists the entities"
    return QueryError(f"no entity is named {text!r}", hint=hint)


def _spellings(store: Store) -> Iterator[str]:
    for kind in ("altLabel", "prefLabel"):
        predicate = ox.NamedNode(SKOS + kind)
        for quad in store.match(None, predicate, None, ENTITIES_GRAPH):
            yield _text(quad.object)


def _text(term: Term) -> str:
    return str(term) if isinstance(term, ox.Triple) else term.value


# ---------------------------------------------------------------- for Python users


class Graph:
    """A store opened for reading; `fabgrid.open(path)` returns one that also shows itself.

    >>> with fabgrid.open("graphs/fabgrid.db") as graph:  # doctest: +SKIP
    ...     for row in graph.query("suppliers", company="Nvidia"):
    ...         print(row["supplier"])
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self._snapshot: Snapshot | None = None
        self._outline: Outline | None = None

    @classmethod
    def open(cls, path: str | Path) -> Self:
        """Open a store for reading; a writer may go on meanwhile."""
        return cls(Store.open(path, read_only=True))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the store."""
        self.store.close()

    def query(self, query: str, **bindings: object) -> Table:
        """Run SPARQL, a .rq file or a named query; see `run`."""
        return run(self.store, query, bindings)

    def evidence(self, subject: str, relation: str, object: str) -> tuple[Statement, ...]:  # noqa: A002
        """Return the statements of a relation (or its sub-relations) between two entities, by name.

        Both directions count for a symmetric relation type. The surest come first.
        """
        ontology = load()
        kind = ontology.relations[_relation(relation, ontology)]
        one, other = find_entity(self.store, subject), find_entity(self.store, object)
        ends = {(one, other), (other, one)} if kind.symmetric else {(one, other)}
        wanted = {name for name in ontology.relations if kind.name in ontology.lineage(name)}
        found = (s for s in self.about(one).statements if (s.subject, s.object) in ends and s.relation in wanted)
        return tuple(sorted(found, key=lambda s: (-s.confidence, s.iri)))

    def snapshot(self) -> Snapshot:
        """Return everything in the store as values, read once."""
        if self._snapshot is None:
            self._snapshot = read(self.store)
        return self._snapshot

    def about(self, entity: str) -> Snapshot:
        """Return at least what is said of one entity, by its IRI, and whom and what that names."""
        if self._snapshot or not self.store.has_cheap_lookups:
            return self.snapshot()
        return about(self.store, entity)

    def outline(self) -> Outline:
        """Return who is joined to whom, without the words, read once; much sooner than `snapshot` of a large store."""
        if self._outline is None:
            self._outline = outline(self.store)
        return self._outline

    def details(self, part: Outline, sources: Mapping[str, Source]) -> Snapshot:
        """Return at least a part of the outline, with words, terms, and the newest observations of the sources."""
        most = 2 * len(part.statements) > len(self.outline().statements)
        if self._snapshot or most or not self.store.has_cheap_lookups:
            return self.snapshot()
        return details(self.store, part, sources)

    def networkx(self) -> nx.MultiDiGraph:
        """Return the asserted statements as a networkx graph."""
        return network(self.snapshot())

    def rdflib(self) -> rdflib.Dataset:
        """Return the store as an rdflib dataset, evaluated by Oxigraph, the default graph the union."""
        from oxrdflib import OxigraphStore  # rdflib costs half a second, which queries must not pay
        from rdflib import Dataset

        dataset = Dataset(store=OxigraphStore(store=self.store.quads), default_union=True)
        for prefix, iri in PREFIXES.items():
            dataset.bind(prefix, iri)
        return dataset
