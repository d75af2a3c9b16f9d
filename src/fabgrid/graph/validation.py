"""Quads -> Report: what is wrong with a graph, by SHACL and by what SHACL cannot say well."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from fabgrid.graph import shapes
from fabgrid.graph.statements import plain_edges
from fabgrid.graph.terms import FG, OA, PREFIXES, RDF, compact
from fabgrid.model import Status
from fabgrid.ontology import Ontology

if TYPE_CHECKING:
    import rdflib

__all__ = ["Finding", "Report", "check", "validate"]


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing that is wrong: at which node, what, and the value at fault."""

    node: str
    message: str
    value: str = ""

    def __str__(self) -> str:
        return f"{self.node}: {self.message}" + (f" (is: {self.value})" if self.value else "")


@dataclass(frozen=True, slots=True)
class Report:
    """What a validation found, sorted; `checked` counts the statements and observations looked at."""

    findings: tuple[Finding, ...]
    checked: int

    @property
    def conforms(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings

    def __str__(self) -> str:
        head = f"{self.checked} statements and observations checked: {len(self.findings) or 'no'} findings"
        return "\n".join([head, *(f"  {finding}" for finding in self.findings)])


def check(
    quads: Iterable[ox.Quad],
    ontology: Ontology,
    *,
    types: Mapping[str, str] | None = None,
    texts: Mapping[str, str] | None = None,
) -> Report:
    """Check quads against the shapes, in about two milliseconds an article.

    `types` gives the classes (local names) of entities that the quads do not describe, by IRI; `texts`
    the texts of articles, by IRI, against which quotes are compared.
    """
    data = _Data(quads, types or {})
    found = set(_direct(data, ontology, texts or {}))
    for shape in shapes.compiled(ontology):
        for focus in shape.targets(data.index):
            for part in shape.properties:
                for value in part.failures(data.index, focus):
                    found.add(_finding(focus, part.message, value))
    return data.report(found)


def validate(
    quads: Iterable[ox.Quad],
    ontology: Ontology,
    *,
    types: Mapping[str, str] | None = None,
    texts: Mapping[str, str] | None = None,
) -> Report:
    """Check quads as `check` does, with pySHACL, which takes twenty times as long."""
    import pyshacl  # with rdflib, which nothing else here needs

    data = _Data(quads, types or {})
    found = set(_direct(data, ontology, texts or {}))
    shape_graph = _rdflib((t.subject, t.predicate, t.object) for t in shapes.triples(ontology))
    _, results, _ = pyshacl.validate(_rdflib(data.triples), shacl_graph=shape_graph, inplace=True)
    if not hasattr(results, "subjects"):  # pySHACL returns its own failures as text or an exception
        raise RuntimeError(f"pySHACL could not validate: {results}")
    return data.report(found | set(_results(results)))


class _Data:
    """The quads in the forms that the checks need."""

    def __init__(self, quads: Iterable[ox.Quad], types: Mapping[str, str]) -> None:
        self.quads = list(quads)
        self.triples: list[tuple[Any, Any, Any]] = [(s, p, o) for s, p, o, _ in self.quads]
        kind = ox.NamedNode(RDF + "type")
        self.triples += [(ox.NamedNode(iri), kind, ox.NamedNode(FG + name)) for iri, name in types.items()]
        self.index = shapes.Index(self.triples)

    def report(self, findings: set[Finding]) -> Report:
        checked = len(self.index.types[FG + "Statement"]) + len(self.index.types[FG + "Observation"])
        return Report(tuple(sorted(findings)), checked)


def _finding(focus: Any, message: str, value: Any) -> Finding:
    shown = "" if value is None else _shown(value)
    return Finding(_shown(focus), message, shown)


def _shown(term: Any) -> str:
    return compact(term.value) if isinstance(term, ox.NamedNode) else str(term)


# ---------------------------------------------------------------- beside SHACL


def _direct(data: _Data, ontology: Ontology, texts: Mapping[str, str]) -> Iterator[Finding]:
    yield from _edges(data, ontology)
    yield from _quotes(data.index, texts)


def _edges(data: _Data, ontology: Ontology) -> Iterator[Finding]:
    """Yield plain edges without an asserted statement in the same graph, and the other way round.

    As SHACL this would be a SPARQL query for each relation type and graph.
    """
    relations = {kind.iri for kind in ontology.relations.values()}
    statements = set(data.index.types[FG + "Statement"])
    found: set[tuple[str, ...]] = set()
    due: set[tuple[str, ...]] = set()
    for subject, predicate, value, graph in data.quads:
        if predicate.value in relations:
            found.add((graph.value, subject.value, predicate.value, value.value))
        elif predicate.value == RDF + "predicate" and subject in statements:
            edges = _due(data.index, ontology, subject)
            due.update((graph.value, *edge) for edge in edges)
    for _, subject, predicate, value in found - due:
        yield Finding(
            compact(subject),
            f"has a plain edge {compact(predicate)} that no sentence asserts",
            compact(value),
        )
    for _, subject, predicate, value in due - found:
        yield Finding(
            compact(subject),
            f"lacks the plain edge {compact(predicate)} that a sentence asserts",
            compact(value),
        )


def _due(index: shapes.Index, ontology: Ontology, statement: Any) -> Iterator[tuple[str, str, str]]:
    """Yield the plain edges that a statement must have."""
    ends = [index.values(statement, RDF + name) for name in ("subject", "predicate", "object")]
    status = [s.value for s in index.values(statement, FG + "status")]
    if status != [FG + Status.ASSERTED.value.capitalize()] or any(len(end) != 1 for end in ends):
        return
    subject, predicate, value = (end[0].value for end in ends)
    name = predicate.removeprefix(FG)
    if name in ontology.relations:
        yield from plain_edges(subject, name, value, ontology)


def _quotes(index: shapes.Index, texts: Mapping[str, str]) -> Iterator[Finding]:
    for node in index.types[FG + "Evidence"]:
        selectors = index.values(node, OA + "hasSelector")
        start, end, quote = (
            [v.value for s in selectors for v in index.values(s, OA + name)] for name in ("start", "end", "exact")
        )
        if not (len(start) == len(end) == len(quote) == 1) or not (start[0] + end[0]).isdigit():
            continue  # which the shapes report
        text = next((texts[s.value] for s in index.values(node, OA + "hasSource") if s.value in texts), None)
        there = None if text is None else text[int(start[0]) : int(end[0])]
        if int(end[0]) - int(start[0]) != len(quote[0]) or there not in {None, quote[0]}:
            yield Finding(_shown(node), "is not what stands there in the article", quote[0])


# ---------------------------------------------------------------- pySHACL


def _rdflib(triples: Iterable[tuple[Any, Any, Any]]) -> rdflib.Graph:
    import rdflib

    def term(value: Any) -> rdflib.term.Node:
        if isinstance(value, ox.NamedNode):
            return rdflib.URIRef(value.value)
        if isinstance(value, ox.BlankNode):
            return rdflib.BNode(value.value)
        if value.language:
            return rdflib.Literal(value.value, lang=value.language)
        return rdflib.Literal(value.value, datatype=rdflib.URIRef(value.datatype.value), normalize=False)

    graph = rdflib.Graph(bind_namespaces="none")
    for subject, predicate, value in triples:
        graph.add((term(subject), term(predicate), term(value)))
    return graph


def _results(results: rdflib.Graph) -> Iterator[Finding]:
    """Yield the results of the outermost shapes."""
    import rdflib

    sh = rdflib.Namespace(PREFIXES["sh"])
    for report in results.subjects(rdflib.RDF.type, sh.ValidationReport):
        for result in results.objects(report, sh.result):
            focus, value = results.value(result, sh.focusNode), results.value(result, sh.value)
            message = "; ".join(sorted(str(m) for m in results.objects(result, sh.resultMessage)))
            yield Finding(_name(focus), message, _name(value) if value is not None else "")


def _name(term: Any) -> str:
    return compact(str(term)) if type(term).__name__ == "URIRef" else str(ox.Literal(str(term)))
