"""A store whose quads lie on a SPARQL 1.1 server; its records and judgements stay in a folder here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from fabgrid.errors import StoreError
from fabgrid.graph import sparql
from fabgrid.graph.endpoint import Endpoint
from fabgrid.graph.folder import create, format_of, sign
from fabgrid.graph.store import Results, Store, open_to_write
from fabgrid.graph.terms import ARTICLE, ENTITIES_GRAPH, FG, PREFIXES, XSD
from fabgrid.model import slug

__all__ = ["RemoteStore", "folder_of"]

_PAGE = 5_000  # rows of one answer: half of what Virtuoso gives at most
_PROLOGUE = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items())


def folder_of(url: str) -> Path:
    """Return where the records and judgements of a remote store lie."""
    return Path("graphs") / f"{slug(url.partition('://')[2].rpartition('@')[2])}.remote"


class RemoteStore(Store):
    """A store on a server, written to from one folder of records.

    Each article is one request, so a reader finds it whole; unlike in a local store, a changed article is
    missing for a moment, and what is said of entities changes by so many triples at a time.
    """

    has_cheap_lookups = False

    def __init__(self, url: str, *, read_only: bool) -> None:
        self._endpoint = Endpoint(url)
        folder = folder_of(self._endpoint.url)
        if not read_only:
            create(folder)
            found = format_of(folder)
        quads = ox.Store() if read_only else open_to_write(folder)  # empty; its lock is what counts
        super().__init__(folder, quads, read_only=read_only, keeps_outline=False)
        self._open.callback(self._endpoint.close)
        if read_only:
            return
        try:
            self._open.enter_context(sign(folder))
            self._repair()
            self._bring_up_to_date(found)
        except BaseException:
            self.close()
            raise

    @property
    def quads(self) -> ox.Store:
        """Raise StoreError: they are not here."""
        remedy = "ask the server itself, or export it and load the file"
        raise StoreError(self._endpoint.url, "the quads of a remote store are not in this process", remedy)

    def _repair(self) -> None:
        """Take out what these records have written and hold no more; refuse a server that others write to."""
        recorded = {article_id for article_id, _ in self.records.states().values()}
        written = self.records.projected().keys()
        present = {iri.removeprefix(ARTICLE) for iri in self.articles()}
        if foreign := present - recorded - written:
            why = f"it holds {len(foreign):,} articles that were not written from {self.path}"
            remedy = "write to it from where that was done, or take that folder here"
            raise StoreError(self._endpoint.url, why, remedy)
        super()._repair()

    # ------------------------------------------------------------ read

    def __len__(self) -> int:
        text = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
        return next(int(row["n"].value) for row in self._rows(text))

    def articles(self) -> tuple[str, ...]:
        """Return the IRIs of the articles that have a graph, sorted."""
        kind = ox.NamedNode(PREFIXES["rdf"] + "type")
        found = (quad.subject for quad in self.match(None, kind, ox.NamedNode(FG + "Article")))
        return tuple(sorted(node.value for node in found if isinstance(node, ox.NamedNode)))

    def match(
        self,
        subject: ox.NamedNode | ox.BlankNode | ox.Triple | None = None,
        predicate: ox.NamedNode | None = None,
        value: ox.NamedNode | ox.Literal | None = None,
        graph: ox.NamedNode | None = None,
    ) -> Iterator[ox.Quad]:
        """Yield the quads that have these parts, None standing for any."""
        parts = {"s": subject, "p": predicate, "o": value}
        if any(parts.values()) or graph:
            yield from self._matching({**parts, "g": graph})
            return
        for name in [*self.articles(), ENTITIES_GRAPH.value]:
            yield from self._matching({**parts, "g": ox.NamedNode(name)})

    def about(self, subjects: Iterable[str], *, graph: str) -> Iterator[ox.Quad]:
        """Yield what a graph says of these subjects, all by IRI; the whole graph is read for any of them."""
        if nodes := {ox.NamedNode(iri) for iri in subjects}:
            yield from (quad for quad in self.match(graph=ox.NamedNode(graph)) if quad.subject in nodes)

    def _matching(self, parts: Mapping[str, Any]) -> Iterator[ox.Quad]:
        """Yield the quads page by page, in the order of their subjects: a server may cut a longer answer."""
        s, p, o, g = (f"?{name}" if part is None else str(part) for name, part in parts.items())
        after = ""
        while True:
            begin = f"FILTER(STR({s}) > {ox.Literal(after)})" if after else ""
            where = f"{{ GRAPH {g} {{ {s} {p} {o} }} {begin} }}"
            rows = self._rows(f"SELECT * {where} ORDER BY STR({s}) LIMIT {_PAGE}")
            quads = [_quad(parts, row) for row in rows]
            last = quads[-1].subject if len(quads) == _PAGE else None  # the page may hold some of its quads only
            whole = [quad for quad in quads if quad.subject != last]
            yield from whole
            if last is None:
                return
            if not whole:
                raise StoreError(
                    self._endpoint.url, f"{last} has more than {_PAGE:,} values", "remove or correct it on the server"
                )
            after = str(whole[-1].subject).strip("<>")

    def _rows(self, text: str) -> list[ox.QuerySolution]:
        answer = self._endpoint.select(text)
        return list(answer) if isinstance(answer, ox.QuerySolutions) else []

    def superseded(self) -> dict[str, str]:
        """Return the article graphs that these records have written and hold no more, with their addresses."""
        recorded = {article_id for article_id, _ in self.records.states().values()}
        gone = sorted(self.records.projected().keys() - recorded)
        return {ARTICLE + i: address for i in gone if (address := self._address(ARTICLE + i))}

    def query(self, text: str) -> Results:
        """Run a query over the union of all graphs, the common prefixes known; raises QueryError."""
        if sparql.form(text) in {"SELECT", "ASK"}:
            return self._endpoint.select(_PROLOGUE + text)
        answer = ox.Store()
        answer.extend(ox.Quad(*triple) for triple in self._endpoint.construct(_PROLOGUE + text))
        return answer.query("CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }")

    # ------------------------------------------------------------ write

    def replace_article(self, iri: str, quads: Iterable[ox.Quad], *, replaces: Collection[str] = ()) -> None:
        """Make the graph of an article hold exactly these quads; those of its earlier texts are removed before."""
        for graph in replaces:
            if graph != iri:
                self._endpoint.delete(graph)
        self._endpoint.put(iri, quads)

    def replace_articles(
        self, graphs: Mapping[str, Iterable[ox.Quad]], *, replaces: Mapping[str, Collection[str]]
    ) -> None:
        """Make the graph of each article hold exactly these quads, one request each."""
        for iri, quads in graphs.items():
            self.replace_article(iri, quads, replaces=replaces.get(iri, ()))

    def remove_article(self, iri: str) -> None:
        """Remove the graph of an article, if it is there."""
        self._endpoint.delete(iri)

    def _apply(self, removed: set[ox.Quad], added: set[ox.Quad], *, drop: Iterable[str] = ()) -> None:
        self._endpoint.update("DELETE", removed)
        self._endpoint.update("INSERT", added)

    def flush(self) -> None:
        """Do nothing: what a server has answered for is its own to keep."""

    def backup(self, folder: str | Path) -> None:
        """Raise StoreError: a server is backed up where it runs."""
        raise self._elsewhere("back up")

    def compact(self) -> None:
        """Raise StoreError: a server keeps house itself."""
        raise self._elsewhere("compact")

    def _elsewhere(self, what: str) -> StoreError:
        remedy = f"use the server's own means; `fabgrid {what.replace(' ', '')} --store {self.path}` is for the records"
        return StoreError(self._endpoint.url, f"fabgrid does not {what} a remote store", remedy)


def _quad(parts: Mapping[str, Any], row: ox.QuerySolution) -> ox.Quad:
    terms: list[Any] = [_canonical(row[name]) if part is None else part for name, part in parts.items()]
    return ox.Quad(*terms)


def _canonical(term: Any) -> Any:
    """Return a number as Oxigraph writes it, so that equal quads are equal: Virtuoso says 1.5e+09."""
    if isinstance(term, ox.Literal) and term.datatype.value == XSD + "double":
        return ox.Literal(float(term.value))
    return term
