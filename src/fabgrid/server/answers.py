"""Query -> the bytes of its answer, cut where it grows beyond the limits. Runs in a worker."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import IO, Any, cast

import pyoxigraph as ox

from fabgrid.errors import QueryError
from fabgrid.graph import sparql, tokens
from fabgrid.graph.store import Results
from fabgrid.graph.terms import PREFIXES
from fabgrid.server.limits import Limits
from fabgrid.server.messages import Job, Reply
from fabgrid.server.negotiation import GRAPHS, RESULTS, choose

__all__ = ["answer", "graph"]

# What tells a row in the text of each format, and how many there are without a row. A literal may look
# like one, which only means that rows are then counted exactly.
_ROW_MARKS = {
    ox.QueryResultsFormat.JSON: (b"},{", -1),
    ox.QueryResultsFormat.XML: (b"<result>", 0),
    ox.QueryResultsFormat.CSV: (b"\n", 1),
    ox.QueryResultsFormat.TSV: (b"\n", 1),
}


def answer(store: ox.Store, job: Job, limits: Limits) -> Reply:
    """Return the answer to a query in the format that the client likes best.

    Raises QueryError where the query is wrong or refused.
    """
    tokens.refuse(job.text)
    try:
        results = _evaluate(store, job)
        if isinstance(results, ox.QueryTriples):
            return _graph(results, job.accept, limits)
        media_type = choose(job.accept, RESULTS)
        if media_type is None:
            return _not_acceptable(RESULTS)
        if isinstance(results, ox.QueryBoolean):
            return Reply(200, media_type, _bytes(results.serialize(format=RESULTS[media_type])))
        return _table(store, job, results, media_type, limits)
    except SyntaxError as error:
        sparql.check(job.text)  # says the same more readably
        raise QueryError(str(error)) from error
    except (OSError, RuntimeError, ValueError) as error:
        raise QueryError(str(error)) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # pyo3 exports no class for it
            raise
        raise QueryError("the engine cannot evaluate it") from error


def _evaluate(store: ox.Store, job: Job) -> Results:
    ask = partial(store.query, job.text, base_iri=job.base, prefixes=PREFIXES)
    if job.default_graphs is not None or job.named_graphs is not None:
        default: Any = [ox.NamedNode(iri) for iri in job.default_graphs or ()]  # pyoxigraph's lists are invariant
        named: Any = [ox.NamedNode(iri) for iri in job.named_graphs or ()]
        return ask(default_graph=default, named_graphs=named)
    # To ask for the union would overrule the query's own FROM.
    return ask(use_default_graph_as_union=not tokens.names_dataset(job.text))


def _table(store: ox.Store, job: Job, results: ox.QuerySolutions, media_type: str, limits: Limits) -> Reply:
    """Return solutions, written straight into the format if they are few enough."""
    format_ = RESULTS[media_type]
    sink = _Sink(limits, *_ROW_MARKS[format_])
    try:
        results.serialize(cast("IO[bytes]", sink), format_)
        return Reply(200, media_type, bytes(sink.content))
    except _FullError:
        pass
    # In TSV a line is a row: cut there, and write what is left in the format that was asked for.
    again = _evaluate(store, job)
    assert isinstance(again, ox.QuerySolutions)  # noqa: S101 - it is the same query
    sink = _Sink(limits, b"\n", 1)
    cut = sink.fill(again, ox.QueryResultsFormat.TSV)
    kept = ox.parse_query_results(bytes(sink.content), format=ox.QueryResultsFormat.TSV)
    assert not isinstance(kept, ox.QueryBoolean)  # noqa: S101 - they have columns
    return Reply(200, media_type, _bytes(kept.serialize(format=format_)), sink.rows if cut else None)


def _graph(triples: ox.QueryTriples, accept: str, limits: Limits) -> Reply:
    media_type = choose(accept, GRAPHS)
    if media_type is None:
        return _not_acceptable(GRAPHS)
    sink = _Sink(limits, b"\n", 0)
    cut = sink.fill(triples, ox.RdfFormat.N_TRIPLES)
    return graph(bytes(sink.content), media_type, truncated=sink.rows if cut else None)


def graph(ntriples: bytes, media_type: str, *, truncated: int | None = None) -> Reply:
    """Return triples in a format for graphs, the known prefixes declared."""
    format_ = GRAPHS[media_type]
    if format_ == ox.RdfFormat.N_TRIPLES:
        return Reply(200, media_type, ntriples, truncated)
    parsed = (quad.triple for quad in ox.parse(ntriples, format=ox.RdfFormat.N_TRIPLES))
    prefixes = {p: iri for p, iri in PREFIXES.items() if iri.encode() in ntriples}
    return Reply(200, media_type, _bytes(ox.serialize(parsed, format=format_, prefixes=prefixes)), truncated)


def _bytes(text: bytes | None) -> bytes:
    assert text is not None  # noqa: S101 - pyoxigraph returns None only where it writes to a file
    return text


def _not_acceptable(offers: Mapping[str, Any]) -> Reply:
    text = f"none of the accepted media types can be given; there are: {', '.join(offers)}\n"
    return Reply(406, "text/plain", text.encode())


class _FullError(Exception):
    """The answer has grown beyond the limits."""


class _Sink:
    """A file for pyoxigraph to write to, which takes only so many rows and bytes.

    `mark` tells a row, `header` is the number of marks where there is no row.
    """

    def __init__(self, limits: Limits, mark: bytes, header: int) -> None:
        self.limits, self.mark, self.header = limits, mark, header
        self.content = bytearray()
        self.marks = 0

    def write(self, chunk: Any) -> int:
        """Take a part of the answer; raises _FullError where that is too much."""
        # A mark may lie across two chunks.
        seen = max(0, len(self.content) - len(self.mark) + 1)
        self.content += chunk
        self.marks += self.content.count(self.mark, seen)
        if self.rows > self.limits.rows or len(self.content) > self.limits.answer_bytes:
            raise _FullError
        return len(chunk)

    def flush(self) -> None:
        """Do nothing: there is nothing behind the buffer."""

    @property
    def rows(self) -> int:
        """The number of rows so far."""
        return self.marks - self.header

    def fill(self, results: ox.QuerySolutions | ox.QueryTriples, format_: Any) -> bool:
        """Take what fits of results whose rows are lines; tell whether something was left out."""
        try:
            results.serialize(cast("IO[bytes]", self), format_)
        except _FullError:
            self._cut()
            return True
        return False

    def _cut(self) -> None:
        """Leave whole lines only, and no more than may be."""
        over = self.rows - self.limits.rows
        end = len(self.content)
        for _ in range(max(over, 0) + 1):
            end = self.content.rfind(self.mark, 0, end)
        del self.content[end + 1 :]
        self.marks = self.content.count(self.mark)
