"""The answer to a query, as a table that knows its formats."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyoxigraph as ox

from fabgrid.graph.export import turtle
from fabgrid.graph.terms import XSD, compact

__all__ = ["Table", "Term"]

Term = ox.NamedNode | ox.Literal | ox.BlankNode | ox.Triple
_WHOLE = {XSD + "integer"}
_NUMBERS = {XSD + "double", XSD + "decimal", XSD + "float"}


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of RDF terms, None where a variable has no value.

    The answer to ASK is one cell named "answer"; that to CONSTRUCT and DESCRIBE has the columns
    subject, predicate and object, and `is_graph`.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Term | None, ...], ...]
    is_graph: bool = False
    is_ask: bool = False

    def __len__(self) -> int:
        return len(self.rows)

    def __bool__(self) -> bool:
        """The answer to ASK; otherwise whether there is a row."""
        return self.rows[0][0] == ox.Literal(True) if self.is_ask else bool(self.rows)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Yield each row as Python values by column: IRIs as str, numbers, dates and truth as such."""
        for row in self.rows:
            yield dict(zip(self.columns, map(_python, row), strict=True))

    def cells(self) -> list[list[str]]:
        """Return the rows as short texts: prefixed names, plain numbers."""
        return [[_short(term) for term in row] for row in self.rows]

    def to_text(self) -> str:
        """Return an aligned plain table."""
        rows = [list(self.columns), *self.cells()]
        widths = [max(len(row[i]) for row in rows) for i in range(len(self.columns))]
        rows.insert(1, ["-" * width for width in widths])
        lines = ("  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in rows)
        return "".join(line + "\n" for line in lines)

    def to_csv(self) -> str:
        """Return CSV with a header: IRIs in full, literals as plain text."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self.columns)
        writer.writerows([["" if t is None else _value(t) for t in row] for row in self.rows])
        return text.getvalue()

    def to_tsv(self) -> str:
        """Return SPARQL's tab-separated format: terms as in Turtle."""
        rows = [[f"?{name}" for name in self.columns]]
        rows += [["" if t is None else str(t).replace("\t", "\\t") for t in row] for row in self.rows]
        return "".join("\t".join(row) + "\n" for row in rows)

    def to_json(self) -> str:
        """Return SPARQL's JSON results format."""
        if self.is_ask:
            return json.dumps({"head": {}, "boolean": bool(self)}) + "\n"
        found = [
            {name: _json(term) for name, term in zip(self.columns, row, strict=True) if term is not None}
            for row in self.rows
        ]
        content = {"head": {"vars": list(self.columns)}, "results": {"bindings": found}}
        return json.dumps(content, ensure_ascii=False, indent=1) + "\n"

    def to_turtle(self) -> str:
        """Return Turtle; raises ValueError unless the query was CONSTRUCT or DESCRIBE."""
        if not self.is_graph:
            raise ValueError("only CONSTRUCT and DESCRIBE give Turtle")
        return turtle(ox.Triple(*row) for row in self.rows)  # type: ignore[arg-type]


def _value(term: Term) -> str:
    return str(term) if isinstance(term, ox.Triple) else term.value


def _short(term: Term | None) -> str:
    if term is None:
        return ""
    return compact(term.value).strip("<>") if isinstance(term, ox.NamedNode) else _value(term)


def _python(term: Term | None) -> Any:
    if term is None:
        return None
    value = _value(term)
    if not isinstance(term, ox.Literal):
        return value
    kind = term.datatype.value
    if kind in _WHOLE:
        return int(value)
    if kind in _NUMBERS:
        return float(value)
    if kind == XSD + "boolean":
        return value == "true"
    return date.fromisoformat(value) if kind == XSD + "date" else value


def _json(term: Term) -> dict[str, Any]:
    if isinstance(term, ox.NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, ox.BlankNode):
        return {"type": "bnode", "value": term.value}
    if isinstance(term, ox.Triple):
        parts = {"subject": term.subject, "predicate": term.predicate, "object": term.object}
        return {"type": "triple", "value": {name: _json(part) for name, part in parts.items()}}
    found = {"type": "literal", "value": term.value}
    if term.language:
        found["xml:lang"] = term.language
    elif term.datatype.value != XSD + "string":
        found["datatype"] = term.datatype.value
    return found
