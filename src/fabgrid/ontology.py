"""The ontology's Turtle, read into classes, relation types, metrics and known entities.

This is the only reader of `ontology/`: a relation type is one Turtle stanza, and its words, type
filter, legend and tests come from there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import pyoxigraph as ox

from fabgrid.errors import OntologyError

__all__ = [
    "ENTITY",
    "ENTITY_TYPES",
    "FG",
    "EntityClass",
    "KnownEntity",
    "Metric",
    "Ontology",
    "RelationType",
    "default_path",
    "lint",
    "load",
    "load_registry",
    "vocabulary",
]

FG = "https://w3id.org/fabgrid/ontology#"
ENTITY = "https://w3id.org/fabgrid/entity/"

_OWL = "http://www.w3.org/2002/07/owl#"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_RDFS = "http://www.w3.org/2000/01/rdf-schema#"
_SKOS = "http://www.w3.org/2004/02/skos/core#"

# The types that a mention can have; the other classes only group them.
ENTITY_TYPES = ("Company", "GridOperator", "Organization", "Person", "Product", "Technology", "Facility", "Place")
VOCABULARY_FILES = ("classes.ttl", "relations.ttl", "metrics.ttl")


@dataclass(frozen=True, slots=True)
class EntityClass:
    """A class of entities; `ancestors` holds the local names of all its superclasses and its own."""

    name: str
    label: str
    comment: str
    ancestors: frozenset[str]


@dataclass(frozen=True, slots=True)
class RelationType:
    """One stanza of relations.ttl: words as in the Turtle, sorted."""

    name: str
    label: str
    comment: str
    domain: str
    range: str
    family: str
    parent: str | None = None
    inverse: str | None = None
    symmetric: bool = False
    verbs: tuple[str, ...] = ()
    inverse_verbs: tuple[str, ...] = ()
    nouns: tuple[str, ...] = ()
    subject_roles: tuple[str, ...] = ()
    object_roles: tuple[str, ...] = ()
    subject_modifiers: tuple[str, ...] = ()
    object_modifiers: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    counter_examples: tuple[str, ...] = ()

    @property
    def iri(self) -> str:
        """The property's IRI."""
        return FG + self.name


@dataclass(frozen=True, slots=True)
class Metric:
    """What an observation measures, and the words and kinds of unit that tell it."""

    name: str
    label: str
    comment: str
    nouns: tuple[str, ...]
    unit_kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KnownEntity:
    """An entity of the registry.

    `ambiguous` are those of its names that match only where one of the words `context` stands in the
    article. `links` are IRIs of the same thing elsewhere (Wikidata); `demonyms` are the adjectives of a
    place ("Taiwanese").
    """

    iri: str
    name: str
    type: str
    aliases: tuple[str, ...] = ()
    comment: str = ""
    country: str = ""
    tickers: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    maker: str | None = None
    ambiguous: frozenset[str] = frozenset()
    context: tuple[str, ...] = ()
    demonyms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ontology:
    """The vocabulary: mappings are keyed by local name, in the order of the Turtle's names."""

    path: Path
    classes: dict[str, EntityClass]
    relations: dict[str, RelationType]
    metrics: dict[str, Metric]
    families: dict[str, str]  # local name -> label
    _roots: dict[str, str] = field(default_factory=dict, repr=False, compare=False)

    def is_a(self, name: str, ancestor: str) -> bool:
        """Tell whether the class is the ancestor or a subclass of it; unknown classes are nothing."""
        known = self.classes.get(name)
        return known is not None and ancestor in known.ancestors

    def admits(self, relation: str, subject_type: str, object_type: str) -> bool:
        """Tell whether the relation type's domain and range allow these two classes."""
        kind = self.relations[relation]
        return self.is_a(subject_type, kind.domain) and self.is_a(object_type, kind.range)

    def type_pairs(self, relations: Iterable[str]) -> frozenset[tuple[str, str]]:
        """Return the types of subject and object that some of the relation types admit; unknown ones admit none."""
        known = [name for name in relations if name in self.relations]
        return frozenset((a, b) for a in ENTITY_TYPES for b in ENTITY_TYPES if any(self.admits(r, a, b) for r in known))

    def lineage(self, relation: str) -> Iterator[str]:
        """Yield the relation type, its parent and so on; an unknown one is alone."""
        name: str | None = relation
        while name is not None:
            yield name
            name = self.relations[name].parent if name in self.relations else None

    def root(self, relation: str) -> str:
        """Return the top relation type of which this is a sub-relation (or itself)."""
        if relation not in self._roots:
            parent = self.relations[relation].parent
            self._roots[relation] = relation if parent is None else self.root(parent)
        return self._roots[relation]


def default_path() -> Path:
    """Return the ontology's folder: the one packaged in the wheel, else the checkout's."""
    packaged = Path(__file__).parent / "_ontology"
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "ontology"


@lru_cache(maxsize=4)
def load(path: Path | None = None) -> Ontology:
    """Read the vocabulary of an ontology folder.

    Raises OntologyError with file and line where the Turtle does not parse, and with the term where
    a relation type lacks a label, a domain, a range or a family.
    """
    folder = path or default_path()
    triples = _Triples(t for name in VOCABULARY_FILES for t in _parse(folder / name))
    classes = {c.name: c for c in _classes(triples)}
    families = {_local(s): triples.text(s, "label") for s in triples.instances(FG + "Family")}
    return Ontology(
        path=folder,
        classes=classes,
        relations={r.name: r for r in _relations(triples, classes)},
        metrics={m.name: m for m in _metrics(triples)},
        families=families,
    )


@lru_cache(maxsize=4)
def vocabulary(path: Path | None = None) -> frozenset[str]:
    """Return the local name of every fg: term that the vocabulary files define."""
    files = [(path or default_path()) / name for name in VOCABULARY_FILES]
    subjects = (str(t.subject.value) for file in files for t in _parse(file) if isinstance(t.subject, ox.NamedNode))
    return frozenset(_local(iri) for iri in subjects if iri.startswith(FG))


@lru_cache(maxsize=4)
def load_registry(path: Path | None = None) -> tuple[KnownEntity, ...]:
    """Read the known entities of an ontology folder's `registry/*.ttl`, sorted by IRI."""
    folder = (path or default_path()) / "registry"
    triples = _Triples(t for file in sorted(folder.glob("*.ttl")) for t in _parse(file))
    return tuple(_known(triples, s) for s in sorted(triples.subjects()) if s.startswith(ENTITY))


def _parse(file: Path) -> Iterator[ox.Triple]:
    try:
        with file.open("rb") as handle:
            for quad in ox.parse(handle, format=ox.RdfFormat.TURTLE):
                yield quad.triple
    except FileNotFoundError:
        raise OntologyError(str(file), "", "the file is missing") from None
    except SyntaxError as error:
        raise OntologyError(str(file), "", str(error.msg), line=error.lineno) from None


def _local(iri: str) -> str:
    return iri.rsplit("#", 1)[-1].rsplit("/", 1)[-1]


class _Triples:
    """Triples by subject and predicate, objects in file order."""

    def __init__(self, triples: Iterable[ox.Triple]) -> None:
        self._index: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for t in triples:
            if isinstance(t.subject, ox.NamedNode):
                value = t.object.value if not isinstance(t.object, ox.Triple) else ""
                self._index[t.subject.value][t.predicate.value].append(value)

    def subjects(self) -> Iterable[str]:
        return self._index.keys()

    def instances(self, iri: str) -> list[str]:
        return [s for s, p in self._index.items() if iri in p.get(_RDF + "type", ())]

    def all(self, subject: str, predicate: str) -> list[str]:
        return self._index[subject].get(predicate, [])

    def one(self, subject: str, predicate: str) -> str | None:
        values = self.all(subject, predicate)
        return values[0] if values else None

    def text(self, subject: str, name: str) -> str:
        return self.one(subject, _RDFS + name) or ""

    def words(self, subject: str, name: str) -> tuple[str, ...]:
        return tuple(sorted(self.all(subject, FG + name)))


def _classes(triples: _Triples) -> Iterator[EntityClass]:
    for iri in triples.instances(_OWL + "Class"):
        if iri.startswith(FG):
            yield EntityClass(
                name=_local(iri),
                label=triples.text(iri, "label"),
                comment=triples.text(iri, "comment"),
                ancestors=frozenset(_ancestors(triples, iri)),
            )


def _ancestors(triples: _Triples, iri: str) -> Iterator[str]:
    yield _local(iri)
    for parent in triples.all(iri, _RDFS + "subClassOf"):
        if parent.startswith(FG):
            yield from _ancestors(triples, parent)


def _relations(triples: _Triples, classes: dict[str, EntityClass]) -> Iterator[RelationType]:
    for iri in triples.instances(_OWL + "ObjectProperty"):
        if triples.one(iri, FG + "family"):
            yield _relation(triples, iri, classes)


def _relation(triples: _Triples, iri: str, classes: dict[str, EntityClass]) -> RelationType:
    parents = [p for p in triples.all(iri, _RDFS + "subPropertyOf") if p.startswith(FG)]
    inverse = triples.one(iri, _OWL + "inverseOf")
    return RelationType(
        name=_local(iri),
        label=_required(triples, iri, _RDFS + "label"),
        comment=_required(triples, iri, _RDFS + "comment"),
        domain=_class_of(triples, iri, "domain", classes),
        range=_class_of(triples, iri, "range", classes),
        family=_local(_required(triples, iri, FG + "family")),
        parent=_local(parents[0]) if parents else None,
        inverse=_local(inverse) if inverse else None,
        symmetric=_OWL + "SymmetricProperty" in triples.all(iri, _RDF + "type"),
        verbs=triples.words(iri, "verb"),
        inverse_verbs=triples.words(iri, "inverseVerb"),
        nouns=triples.words(iri, "noun"),
        subject_roles=triples.words(iri, "subjectRole"),
        object_roles=triples.words(iri, "objectRole"),
        subject_modifiers=triples.words(iri, "subjectModifier"),
        object_modifiers=triples.words(iri, "objectModifier"),
        examples=triples.words(iri, "example"),
        counter_examples=triples.words(iri, "counterExample"),
    )


def _required(triples: _Triples, iri: str, predicate: str) -> str:
    value = triples.one(iri, predicate)
    if value is None:
        raise OntologyError("relations.ttl", f"fg:{_local(iri)}", f"needs a {_local(predicate)}")
    return value


def _class_of(triples: _Triples, iri: str, name: str, classes: dict[str, EntityClass]) -> str:
    value = _local(_required(triples, iri, _RDFS + name))
    if value not in classes:
        why = f"its {name} fg:{value} is not a class of classes.ttl"
        raise OntologyError("relations.ttl", f"fg:{_local(iri)}", why)
    return value


def _metrics(triples: _Triples) -> Iterator[Metric]:
    for iri in triples.instances(FG + "Metric"):
        yield Metric(
            name=_local(iri),
            label=triples.text(iri, "label"),
            comment=triples.text(iri, "comment"),
            nouns=triples.words(iri, "noun"),
            unit_kinds=triples.words(iri, "unitKind"),
        )


def _known(triples: _Triples, iri: str) -> KnownEntity:
    kinds = [_local(t) for t in triples.all(iri, _RDF + "type") if t.startswith(FG)]
    name = triples.one(iri, _SKOS + "prefLabel")
    if not kinds or name is None:
        raise OntologyError("registry", f"entity:{_local(iri)}", "needs a type and a prefLabel")
    return KnownEntity(
        iri=iri,
        name=name,
        type=kinds[0],
        aliases=tuple(sorted(triples.all(iri, _SKOS + "altLabel"))),
        comment=triples.text(iri, "comment"),
        country=triples.one(iri, FG + "country") or "",
        tickers=triples.words(iri, "ticker"),
        links=tuple(sorted(triples.all(iri, _SKOS + "exactMatch") + triples.all(iri, _OWL + "sameAs"))),
        maker=triples.one(iri, FG + "maker"),
        ambiguous=frozenset(triples.all(iri, FG + "ambiguous")),
        context=triples.words(iri, "context"),
        demonyms=triples.words(iri, "demonym"),
    )


# ---------------------------------------------------------------- lint


def lint(path: Path | None = None) -> list[str]:
    """Return the problems of an ontology folder, a line each; raises OntologyError where it does not load.

    A word may serve two relation types only where no pair of entity types fits both.
    """
    ontology = load(path)
    known = vocabulary(path)
    problems = [f"fg:{r.name}: no example" for r in ontology.relations.values() if not r.examples]
    problems += [f"fg:{r.name}: no counter-example" for r in ontology.relations.values() if not r.counter_examples]
    for things in (ontology.classes, ontology.relations, ontology.metrics):
        problems += [
            f"fg:{t.name}: no {part}" for t in things.values() for part in ("label", "comment") if not getattr(t, part)
        ]
    for r in ontology.relations.values():
        if r.family not in ontology.families:
            problems.append(f"fg:{r.name}: unknown family fg:{r.family}")
        if r.inverse and r.inverse not in known:
            problems.append(f"fg:{r.name}: unknown inverse fg:{r.inverse}")
    return [*problems, *_shared_words(ontology), *_registry_problems(ontology, path)]


def _shared_words(ontology: Ontology) -> Iterator[str]:
    relations = list(ontology.relations.values())
    for i, a in enumerate(relations):
        for b in relations[i + 1 :]:
            if ontology.root(a.name) == ontology.root(b.name) or not _fit_both(ontology, a, b):
                continue
            for part in ("verbs", "inverse_verbs", "nouns", "subject_roles", "object_roles", "subject_modifiers"):
                for word in sorted(set(getattr(a, part)) & set(getattr(b, part))):
                    yield f"{word!r} is among the {part.replace('_', ' ')} of both fg:{a.name} and fg:{b.name}"


def _fit_both(ontology: Ontology, a: RelationType, b: RelationType) -> bool:
    domains = any(ontology.is_a(t, a.domain) and ontology.is_a(t, b.domain) for t in ENTITY_TYPES)
    ranges = any(ontology.is_a(t, a.range) and ontology.is_a(t, b.range) for t in ENTITY_TYPES)
    return domains and ranges


def _registry_problems(ontology: Ontology, path: Path | None) -> Iterator[str]:
    owners: dict[str, KnownEntity] = {}
    for known in load_registry(path):
        if known.type not in ENTITY_TYPES:
            yield f"entity:{_local(known.iri)}: fg:{known.type} is no type of entity"
        for name in (known.name, *known.aliases):
            other = owners.setdefault(name, known)
            if other.iri != known.iri and not (name in known.ambiguous and name in other.ambiguous):
                yield f"{name!r} names both entity:{_local(other.iri)} and entity:{_local(known.iri)}"
        if known.ambiguous and not known.context:
            yield f"entity:{_local(known.iri)}: an ambiguous name needs a context"
