"""Quads -> files: TriG, N-Quads, Turtle, JSON-LD, GraphML and CSV, the same bytes for the same content."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import pyoxigraph as ox

from fabgrid.errors import StoreError
from fabgrid.graph.snapshot import read
from fabgrid.graph.terms import PREFIXES, RDF, XSD, compact
from fabgrid.model import Quantity, Snapshot

__all__ = ["FORMATS", "to_text", "turtle", "write"]

_TYPE = RDF + "type"
_STRING = XSD + "string"


def write(quads: Iterable[ox.Quad], path: Path) -> None:
    """Write the quads to a file in the format that its suffix names, all or nothing.

    Raises StoreError for an unknown suffix, or where the file cannot be written.
    """
    text = to_text(quads, path.suffix)
    draft = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with draft.open("w", encoding="utf-8", newline="") as file:
            file.write(text)
        draft.replace(path)
    except OSError as error:
        with suppress(OSError):
            draft.unlink()
        why = f"the file cannot be written ({error.strerror})"
        raise StoreError(str(path), why, "name another file") from error


def to_text(quads: Iterable[ox.Quad], suffix: str) -> str:
    """Return the quads in the format that a suffix (".trig") names."""
    serialise = FORMATS.get(suffix.lower())
    if serialise is None:
        known = " ".join(sorted(FORMATS))
        raise StoreError(f"*{suffix}", "no export has this suffix", f"use one of {known}")
    return serialise(quads)


# ---------------------------------------------------------------- RDF


def _nquads(quads: Iterable[ox.Quad]) -> str:
    return "".join(sorted(f"{quad} .\n" for quad in quads))


def _trig(quads: Iterable[ox.Quad]) -> str:
    """Return one block a graph, the subjects of a graph and their properties sorted."""
    by_graph: dict[str, set[ox.Triple]] = {}
    for quad in quads:
        name = "" if isinstance(quad.graph_name, ox.DefaultGraph) else quad.graph_name.value
        by_graph.setdefault(name, set()).add(quad.triple)
    parts = [_header()]
    for name in sorted(by_graph):
        block = "\n".join(_subjects(by_graph[name]))
        parts.append(f"{_iri(name)} {{\n{block}}}\n" if name else block)
    return "\n".join(parts)


def _turtle(quads: Iterable[ox.Quad]) -> str:
    """Return all graphs in one."""
    return turtle(quad.triple for quad in quads)


def turtle(triples: Iterable[ox.Triple]) -> str:
    """Return triples as Turtle, sorted, with the common prefixes."""
    return "\n".join([_header(), *_subjects(set(triples))])


def _header() -> str:
    return "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items())


def _subjects(triples: set[ox.Triple]) -> Iterator[str]:
    ordered = sorted(triples, key=_order)
    for name, of_subject in groupby(ordered, key=lambda t: _term(t.subject)):
        lines = []
        for predicate, group in groupby(of_subject, key=lambda t: str(t.predicate)):
            values = ", ".join(_term(triple.object) for triple in group)
            lines.append(f"{'a' if predicate == f'<{_TYPE}>' else _iri(predicate[1:-1])} {values}")
        yield f"{name} " + " ;\n    ".join(lines) + " .\n"


def _order(triple: ox.Triple) -> tuple[str, bool, str, str]:
    predicate = triple.predicate.value
    return (str(triple.subject).strip("<>"), predicate != _TYPE, predicate, str(triple.object))


def _term(term: Any) -> str:
    if isinstance(term, ox.NamedNode):
        return _iri(term.value)
    if isinstance(term, ox.Literal) and not term.language and term.datatype.value != _STRING:
        if term.datatype.value == XSD + "integer":
            return str(term.value)
        return f"{ox.Literal(term.value)}^^{_iri(term.datatype.value)}"
    return str(term)


def _iri(iri: str) -> str:
    short = compact(iri)
    return str(ox.NamedNode(iri)) if short.startswith("<") else short


def _jsonld(quads: Iterable[ox.Quad]) -> str:
    by_graph: dict[str, dict[str, dict[str, Any]]] = {}
    for quad in sorted(set(quads), key=str):
        name = "" if isinstance(quad.graph_name, ox.DefaultGraph) else quad.graph_name.value
        node = by_graph.setdefault(name, {}).setdefault(_bare(quad.subject), {"@id": _bare(quad.subject)})
        if quad.predicate.value == _TYPE:
            node.setdefault("@type", []).append(_bare(quad.object))
        else:
            node.setdefault(_bare(quad.predicate), []).append(_json_value(quad.object))
    graphs: list[Any] = []
    for name, nodes in by_graph.items():
        graphs.extend([{"@id": _bare(ox.NamedNode(name)), "@graph": [*nodes.values()]}] if name else nodes.values())
    content = {"@context": PREFIXES, "@graph": graphs}
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _bare(term: Any) -> str:
    return compact(term.value).strip("<>") if isinstance(term, ox.NamedNode) else str(term)


def _json_value(term: Any) -> Any:
    if not isinstance(term, ox.Literal):
        return {"@id": _bare(term)}
    if term.language:
        return {"@value": term.value, "@language": term.language}
    if term.datatype.value == _STRING:
        return term.value
    return {"@value": term.value, "@type": _bare(term.datatype)}


# ---------------------------------------------------------------- tables and networks

_COLUMNS = (
    "statement", "subject", "relation", "object", "status", "confidence", "claimant", "amount", "unit",
    "amount_text", "time", "sentence", "title", "publisher", "date", "url", "start", "end",
    "subject_iri", "object_iri",
)  # fmt: skip


def _csv(quads: Iterable[ox.Quad]) -> str:
    """Return one row a statement."""
    text = io.StringIO()
    table = csv.DictWriter(text, _COLUMNS, lineterminator="\n")
    table.writeheader()
    table.writerows(_rows(read(quads)))
    return text.getvalue()


def _rows(snapshot: Snapshot) -> Iterator[dict[str, str]]:
    for statement in snapshot.statements:
        source = snapshot.sources[statement.source]
        amount = statement.amount or Quantity(0.0, "", "")
        yield {
            "statement": statement.iri,
            "subject": _name(snapshot, statement.subject),
            "relation": statement.relation,
            "object": _name(snapshot, statement.object),
            "status": statement.status.value,
            "confidence": f"{statement.confidence:.2f}",
            "claimant": statement.claimant_text or "",
            "amount": f"{amount.value:.15g}" if statement.amount else "",
            "unit": amount.unit,
            "amount_text": amount.surface,
            "time": statement.time or "",
            "sentence": statement.evidence.text,
            "title": source.title,
            "publisher": source.publisher,
            "date": _day(source.published),
            "url": source.url,
            "start": str(statement.evidence.span.start),
            "end": str(statement.evidence.span.end),
            "subject_iri": statement.subject,
            "object_iri": statement.object,
        }


def _name(snapshot: Snapshot, iri: str) -> str:
    node = snapshot.nodes.get(iri)
    return node.name if node else compact(iri)


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


_XML_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
"""
_NODE_KEYS = ("label", "type", "aliases", "country")
_EDGE_KEYS = tuple(c for c in _COLUMNS if c not in {"statement", "subject", "object", "subject_iri", "object_iri"})
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _graphml(quads: Iterable[ox.Quad]) -> str:
    """Return one node an entity and one directed edge a statement, whatever its status."""
    snapshot = read(quads)
    parts = [_XML_HEAD]
    parts += [f'  <key id="n_{k}" for="node" attr.name="{k}" attr.type="string"/>\n' for k in _NODE_KEYS]
    parts += [f'  <key id="e_{k}" for="edge" attr.name="{k}" attr.type="string"/>\n' for k in _EDGE_KEYS]
    parts.append('  <graph edgedefault="directed">\n')
    rows = list(_rows(snapshot))
    ends = {row[end] for row in rows for end in ("subject_iri", "object_iri")}
    for iri in sorted(ends | snapshot.nodes.keys()):
        parts.append(f"    <node id={_attribute(iri)}>{_data(_node(snapshot, iri), 'n_')}</node>\n")
    for row in rows:
        ends_of = f"source={_attribute(row['subject_iri'])} target={_attribute(row['object_iri'])}"
        values = {key: row[key] for key in _EDGE_KEYS}
        parts.append(f"    <edge id={_attribute(row['statement'])} {ends_of}>{_data(values, 'e_')}</edge>\n")
    return "".join([*parts, "  </graph>\n</graphml>\n"])


def _node(snapshot: Snapshot, iri: str) -> dict[str, str]:
    node = snapshot.nodes.get(iri)
    if node is None:
        return {"label": compact(iri)}
    aliases = " | ".join(node.aliases)
    return {"label": node.name, "type": node.type, "aliases": aliases, "country": node.country}


def _attribute(text: str) -> str:
    return quoteattr(_NOT_XML.sub("", text))


def _data(values: dict[str, str], prefix: str) -> str:
    shown = ((key, escape(_NOT_XML.sub("", value))) for key, value in values.items() if value)
    return "".join(f'<data key="{prefix}{key}">{value}</data>' for key, value in shown)


FORMATS: dict[str, Callable[[Iterable[ox.Quad]], str]] = {
    ".csv": _csv,
    ".graphml": _graphml,
    ".jsonld": _jsonld,
    ".nq": _nquads,
    ".trig": _trig,
    ".ttl": _turtle,
}
