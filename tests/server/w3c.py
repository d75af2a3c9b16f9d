"""The W3C's SPARQL test suite: its cases, and whether an answer is the one that a case expects."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

BASE = "https://w3c.github.io/rdf-tests/sparql/"
EMPTY = BASE + "no-data"
_MANIFEST = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
_PREFIXES = {
    "ent": "http://www.w3.org/ns/entailment/",
    "mf": _MANIFEST,
    "qt": "http://www.w3.org/2001/sw/DataAccess/tests/test-query#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "sd": "http://www.w3.org/ns/sparql-service-description#",
}
_FORMATS = {
    "srx": ox.QueryResultsFormat.XML,
    "srj": ox.QueryResultsFormat.JSON,
    "tsv": ox.QueryResultsFormat.TSV,
}
FOLDERS = (
    "aggregates bind bindings cast construct csv-tsv-res exists functions grouping json-res negation"
    " project-expression property-path subquery syntax-query"
).split()


@dataclass(frozen=True)
class Case:
    iri: str
    kind: str  # local name of its class, "QueryEvaluationTest"
    query: str
    result: Path | None
    data: tuple[str, ...]  # names of the default graph's sources
    named: tuple[str, ...]

    @property
    def name(self) -> str:
        folder, _, test = self.iri.rpartition("/manifest#")
        return f"{folder.rsplit('/', 1)[-1]}/{test}"


class Suite:
    """The cases for queries of SPARQL 1.1, and their data as quads, a graph for each file."""

    def __init__(self, root: Path) -> None:
        self.root = root / "sparql"
        self._manifests = ox.Store()
        for folder in FOLDERS:
            file = self.root / "sparql11" / folder / "manifest.ttl"
            self._manifests.load(path=file, base_iri=self.iri(file), format=ox.RdfFormat.TURTLE)

    def iri(self, file: Path) -> str:
        return BASE + file.relative_to(self.root).as_posix()

    def file(self, iri: str) -> Path:
        return self.root / iri.removeprefix(BASE)

    def _rows(self, query: str) -> list[tuple[str | None, ...]]:
        rows = self._manifests.query(query, prefixes=_PREFIXES)
        return [tuple(None if term is None else term.value for term in row) for row in rows]

    def cases(self) -> Iterator[Case]:
        rows = self._rows("""
            SELECT DISTINCT ?test ?type ?query ?result {
                ?test a ?type ; mf:action ?action
                OPTIONAL { ?action qt:query ?found }
                BIND(COALESCE(?found, ?action) AS ?query)
                OPTIONAL { ?test mf:result ?result }
                FILTER(STRSTARTS(STR(?type), STR(mf:)) && !CONTAINS(STR(?type), "Update"))
            } ORDER BY ?test""")
        for test, kind, query, result in rows:
            data, named = (
                tuple(
                    name
                    for (name,) in self._rows(f"SELECT ?d {{ <{test}> mf:action/qt:{property_} ?d }} ORDER BY ?d")
                    if name
                )
                for property_ in ("data", "graphData")
            )
            yield Case(
                test,
                kind.removeprefix(_MANIFEST),
                query,
                self.file(result) if result else None,
                data,
                named,
            )

    def quads(self) -> Iterator[ox.Quad]:
        """Every file of data that a case or a query's FROM names."""
        for folder in FOLDERS:
            for file in sorted((self.root / "sparql11" / folder).iterdir()):
                if file.suffix in {".ttl", ".rdf", ".nt"} and file.name != "manifest.ttl":
                    format_ = ox.RdfFormat.from_extension(file.suffix[1:])
                    graph = ox.NamedNode(self.iri(file))
                    text = file.read_bytes()
                    try:
                        for quad in ox.parse(text, format=format_, base_iri=self.iri(file), rename_blank_nodes=True):
                            yield ox.Quad(quad.subject, quad.predicate, quad.object, graph)
                    except SyntaxError:  # some results are broken on purpose
                        continue

    def text(self, case: Case) -> str:
        """The query, which may hold IRIs relative to its file."""
        return f"BASE <{case.query}>\n{self.file(case.query).read_text(encoding='utf-8')}"

    def expects(self, case: Case, body: bytes, media_type: str) -> bool:
        """Tell whether an answer says the same as the case's result, up to names of blank nodes."""
        assert case.result is not None
        wanted, suffix = case.result.read_bytes(), case.result.suffix[1:]
        if media_type in {"text/turtle", "application/n-triples"}:
            graph = ox.parse(wanted, format=ox.RdfFormat.from_extension(suffix), base_iri=self.iri(case.result))
            return _canonical(graph) == _canonical(ox.parse(body, format=ox.RdfFormat.from_media_type(media_type)))
        if suffix == "csv":
            return _rows_of_csv(body) == _rows_of_csv(wanted)
        if suffix in _FORMATS:
            expected = ox.parse_query_results(wanted, format=_FORMATS[suffix])
        else:
            expected = _from_graph(ox.parse(wanted, format=ox.RdfFormat.from_extension(suffix), base_iri=BASE))
        found = ox.parse_query_results(body, format=ox.QueryResultsFormat.from_media_type(media_type))
        if isinstance(found, ox.QueryBoolean) or isinstance(expected, ox.QueryBoolean):
            return bool(found) == bool(expected)
        return _canonical(_as_graph(expected)) == _canonical(_as_graph(found))


def _rows_of_csv(text: bytes) -> list[list[tuple[str, str]]]:
    """The rows and columns in some order, numbers and blank nodes by what they mean, not how they are written."""
    rows = csv.DictReader(text.decode("utf-8").splitlines())
    return sorted(sorted((name, _value(cell)) for name, cell in row.items()) for row in rows)


def _value(cell: str) -> str:
    if cell.startswith("_:"):
        return "_:"
    try:
        return repr(float(cell))
    except ValueError:
        return cell


def _as_graph(results: ox.QuerySolutions) -> Iterator[ox.Quad]:
    columns = [ox.NamedNode(f"urn:column:{v.value}") for v in results.variables]
    for row in results:
        node = ox.BlankNode()
        yield ox.Quad(node, ox.NamedNode("urn:is"), ox.NamedNode("urn:row"))
        for column, term in zip(columns, row, strict=True):
            if term is not None:
                yield ox.Quad(node, column, term)


def _canonical(quads: Iterator[ox.Quad]) -> ox.Dataset:
    store = ox.Store()  # writes numbers as every store of the engine does: 1.0 is 1
    store.extend(ox.Quad(q.subject, q.predicate, q.object) for q in quads)
    dataset = ox.Dataset(store)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return dataset


def _from_graph(quads: Iterator[ox.Quad]) -> ox.QuerySolutions | ox.QueryBoolean:
    """Read solutions that are written as a graph (the vocabulary rs:)."""
    store = ox.Store()
    store.extend(quads)
    rs = {"rs": "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"}
    columns = [r["v"].value for r in store.query("SELECT ?v { ?s rs:resultVariable ?v }", prefixes=rs)]
    cells = " ".join(f'OPTIONAL {{ ?row rs:binding [ rs:variable "{c}" ; rs:value ?{c} ] }}' for c in sorted(columns))
    found = store.query(f"SELECT {' '.join('?' + c for c in columns)} {{ ?s rs:solution ?row {cells} }}", prefixes=rs)
    assert isinstance(found, ox.QuerySolutions)
    return found
