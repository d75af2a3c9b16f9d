"""SHACL shapes of the ontology: those of shapes.ttl, and one derived from each relation type.

pySHACL reads them for `fabgrid validate`. For ingest, where it would cost as much as reading the
article, they are compiled here into plain functions: the part of SHACL Core that our shapes use, and
a shape that goes beyond it is an error, not silently ignored.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from fabgrid.errors import OntologyError
from fabgrid.graph.terms import PREFIXES, RDF
from fabgrid.ontology import Ontology, RelationType

__all__ = ["Index", "PropertyShape", "Shape", "compiled", "triples"]

FILE = "shapes.ttl"
SH = PREFIXES["sh"]
Term = Any  # pyoxigraph's terms; it has no common class of them


# ---------------------------------------------------------------- the shapes as RDF


def triples(ontology: Ontology) -> list[ox.Triple]:
    """Return the shapes of an ontology; raises OntologyError where shapes.ttl does not parse."""
    file = ontology.path / FILE
    try:
        written = file.read_text(encoding="utf-8")
        derived = _HEADER + "".join(_derived(ontology, kind) for kind in ontology.relations.values())
        quads = [*ox.parse(written, format=ox.RdfFormat.TURTLE)]
        # Parsed apart, so that blank nodes of the one are not those of the other.
        quads += ox.parse(derived, format=ox.RdfFormat.TURTLE, rename_blank_nodes=True)
    except OSError as error:
        raise OntologyError(str(file), "", f"the file cannot be read ({error.strerror})") from error
    except SyntaxError as error:
        raise OntologyError(str(file), "", str(error.msg), line=error.lineno) from error
    return [quad.triple for quad in quads]


_HEADER = "".join(f"@prefix {p}: <{PREFIXES[p]}> .\n" for p in ("fg", "rdf", "sh"))
_DERIVED = """
fg:{name}Shape a sh:NodeShape ; sh:targetNode fg:{name} ;
    sh:property [ sh:path [ sh:inversePath rdf:predicate ] ; sh:node fg:{name}Ends ;
        sh:message "fg:{name} goes from {domain} to {range}" ] .
fg:{name}Ends a sh:NodeShape ;
    sh:property
        [ sh:path ( rdf:subject rdf:type ) ; sh:minCount 1 ; sh:in ( {domains} ) ] ,
        [ sh:path ( rdf:object rdf:type ) ; sh:minCount 1 ; sh:in ( {ranges} ) ] .
"""


def _derived(ontology: Ontology, kind: RelationType) -> str:
    """Return the shape that a relation type's domain and range give.

    The classes are listed, for then the data need not hold the class hierarchy.
    """
    domains, ranges = (
        " ".join(f"fg:{name}" for name in ontology.classes if ontology.is_a(name, end))
        for end in (kind.domain, kind.range)
    )
    labels = {"domain": ontology.classes[kind.domain].label, "range": ontology.classes[kind.range].label}
    return _DERIVED.format(name=kind.name, domains=domains, ranges=ranges, **labels)


# ---------------------------------------------------------------- the data


class Index:
    """Terms by subject and predicate, and the other way round."""

    def __init__(self, data: Iterable[tuple[Term, Term, Term]]) -> None:
        self.forward: dict[Term, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
        self.types: dict[str, list[Term]] = defaultdict(list)
        self._data = list(dict.fromkeys(data))
        self._backward: dict[str, dict[Term, list[Term]]] = {}
        kind = RDF + "type"
        for subject, predicate, value in self._data:
            name = predicate.value
            self.forward[subject][name].append(value)
            if name == kind:
                self.types[value.value].append(subject)

    def values(self, subject: Term, predicate: str) -> list[Term]:
        """Return the objects of a subject and predicate."""
        known = self.forward.get(subject)
        return known.get(predicate, []) if known else []

    def subjects(self, predicate: str, value: Term) -> list[Term]:
        """Return the subjects of a predicate and object."""
        if predicate not in self._backward:
            found: dict[Term, list[Term]] = defaultdict(list)
            for subject, name, other in self._data:
                if name.value == predicate:
                    found[other].append(subject)
            self._backward[predicate] = found
        return self._backward[predicate].get(value, [])


# ---------------------------------------------------------------- the shapes as functions

Path_ = Callable[[Index, Term], list[Term]]
Test = Callable[[Index, list[Term]], list[Term | None]]


@dataclass(frozen=True, slots=True)
class PropertyShape:
    """A path, what its values must be, and the message where they are not.

    Each test returns the values that fail it, or [None] where it is their number that does.
    """

    path: Path_
    tests: tuple[Test, ...]
    message: str

    def failures(self, index: Index, focus: Term) -> Iterator[Term | None]:
        """Yield what is wrong at a focus node."""
        values = self.path(index, focus)
        for test in self.tests:
            yield from test(index, values)


@dataclass(frozen=True, slots=True)
class Shape:
    """The property shapes of some classes' instances, or of some nodes."""

    classes: tuple[str, ...]
    nodes: tuple[Term, ...]
    properties: tuple[PropertyShape, ...]

    def targets(self, index: Index) -> list[Term]:
        """Return the focus nodes."""
        found = [node for name in self.classes for node in index.types.get(name, ())]
        return [*dict.fromkeys(found), *self.nodes]


def compiled(ontology: Ontology) -> tuple[Shape, ...]:
    """Return the shapes of an ontology as functions, compiled once for each folder."""
    known = _COMPILED.get(ontology.path)
    if known is None or known[0] is not ontology:
        index = Index((t.subject, t.predicate, t.object) for t in triples(ontology))
        compiler = _Compiler(index, str(ontology.path / FILE))
        found = [compiler.shape(node) for node in index.types[SH + "NodeShape"]]
        known = _COMPILED[ontology.path] = (ontology, tuple(s for s in found if s.classes or s.nodes))
    return known[1]


_COMPILED: dict[Path, tuple[Ontology, tuple[Shape, ...]]] = {}


class _Compiler:
    """Reads the triples of shapes into functions."""

    def __init__(self, shapes: Index, file: str) -> None:
        self._shapes, self._file = shapes, file

    def shape(self, node: Term) -> Shape:
        self._refuse(node, {"targetClass", "targetNode", "property"})
        return Shape(
            classes=tuple(c.value for c in self._shapes.values(node, SH + "targetClass")),
            nodes=tuple(self._shapes.values(node, SH + "targetNode")),
            properties=tuple(self._property(p) for p in self._shapes.values(node, SH + "property")),
        )

    def _refuse(self, node: Term, known: set[str]) -> None:
        for name in self._shapes.forward[node]:
            if name.startswith(SH) and name.removeprefix(SH) not in known:
                why = f"sh:{name.removeprefix(SH)} is not among what ingest can check"
                raise OntologyError(self._file, str(node), why)

    def _property(self, node: Term) -> PropertyShape:
        self._refuse(node, {"path", "message", *_TESTS, "node"})
        [path] = self._shapes.values(node, SH + "path")
        message = "; ".join(m.value for m in self._shapes.values(node, SH + "message"))
        tests = [
            make(self._argument(value))
            for name, make in _TESTS.items()
            for value in self._shapes.values(node, SH + name)
        ]
        tests += [_conforming(self.shape(other)) for other in self._shapes.values(node, SH + "node")]
        return PropertyShape(self._path(path), tuple(tests), message)

    def _argument(self, value: Term) -> Any:
        return frozenset(self._list(value)) if self._is_list(value) else value.value

    def _is_list(self, node: Term) -> bool:
        return bool(self._shapes.values(node, RDF + "first"))

    def _list(self, node: Term) -> Iterator[Term]:
        while self._is_list(node):
            yield self._shapes.values(node, RDF + "first")[0]
            node = self._shapes.values(node, RDF + "rest")[0]

    def _path(self, node: Term) -> Path_:
        if isinstance(node, ox.NamedNode):
            name = node.value
            return lambda index, focus: index.values(focus, name)
        if self._is_list(node):
            first, second = (self._path(step) for step in self._list(node))
            return lambda index, focus: [v for mid in first(index, focus) for v in second(index, mid)]
        [inverse] = self._shapes.values(node, SH + "inversePath")
        name = inverse.value
        return lambda index, focus: index.subjects(name, focus)


def _each(passes: Callable[[Term], bool]) -> Test:
    return lambda _, values: [value for value in values if not passes(value)]


def _conforming(shape: Shape) -> Test:
    def fails(index: Index, node: Term) -> bool:
        return any(True for p in shape.properties for _ in p.failures(index, node))

    return lambda index, values: [value for value in values if fails(index, value)]


def _number(term: Term) -> float:
    try:
        return float(term.value)
    except ValueError:
        return float("nan")  # which is in no range


def _has_datatype(iri: str) -> Callable[[Term], bool]:
    return lambda term: isinstance(term, ox.Literal) and term.datatype.value == iri


def _has_kind(iri: str) -> Callable[[Term], bool]:
    if iri != SH + "IRI":
        raise OntologyError(FILE, iri, "sh:nodeKind can only be sh:IRI here")
    return lambda term: isinstance(term, ox.NamedNode)


_TESTS: dict[str, Callable[[Any], Test]] = {
    "minCount": lambda n: lambda _, values: [None] if len(values) < int(n) else [],
    "maxCount": lambda n: lambda _, values: [None] if len(values) > int(n) else [],
    "nodeKind": lambda iri: _each(_has_kind(iri)),
    "datatype": lambda iri: _each(_has_datatype(iri)),
    "in": lambda allowed: _each(allowed.__contains__),
    "minInclusive": lambda low: _each(lambda term: _number(term) >= float(low)),
    "maxInclusive": lambda high: _each(lambda term: _number(term) <= float(high)),
    "minLength": lambda n: _each(lambda term: len(term.value) >= int(n)),
    "maxLength": lambda n: _each(lambda term: len(term.value) <= int(n)),
}
