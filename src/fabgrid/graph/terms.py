"""Namespaces and IRIs: stable, readable, no blank nodes."""

from __future__ import annotations

import re

import pyoxigraph as ox

from fabgrid.model import Status, digest, slug
from fabgrid.ontology import ENTITY, FG

__all__ = [
    "ARTICLE",
    "ENTITIES_GRAPH",
    "ENTITY",
    "FG",
    "PREFIXES",
    "compact",
    "entity_iri",
    "local_name",
    "statement_iri",
    "status_iri",
    "status_of",
]

BASE = "https://w3id.org/fabgrid/"
ARTICLE = BASE + "article/"
STATEMENT = BASE + "statement/"
EVIDENCE = BASE + "evidence/"
AMOUNT = BASE + "amount/"
OBSERVATION = BASE + "observation/"
CONCEPT = BASE + "concept/"
RUN = BASE + "run/"
ENTITIES_GRAPH = ox.NamedNode(BASE + "graph/entities")

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OWL = "http://www.w3.org/2002/07/owl#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
SCHEMA = "https://schema.org/"
PROV = "http://www.w3.org/ns/prov#"
OA = "http://www.w3.org/ns/oa#"
QUDT = "http://qudt.org/schema/qudt/"
UNIT = "http://qudt.org/vocab/unit/"
XSD = "http://www.w3.org/2001/XMLSchema#"

# What a SPARQL query may use undeclared, and what exports abbreviate.
PREFIXES = {
    "amount": AMOUNT,
    "article": ARTICLE,
    "concept": CONCEPT,
    "entity": ENTITY,
    "evidence": EVIDENCE,
    "fg": FG,
    "graph": BASE + "graph/",
    "oa": OA,
    "observation": OBSERVATION,
    "owl": OWL,
    "prov": PROV,
    "qudt": QUDT,
    "rdf": RDF,
    "rdfs": RDFS,
    "run": RUN,
    "schema": SCHEMA,
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": SKOS,
    "statement": STATEMENT,
    "unit": UNIT,
    "wd": "http://www.wikidata.org/entity/",
    "xsd": XSD,
}

_PLAIN_LOCAL_NAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?")


def entity_iri(name: str) -> str:
    """Return the IRI that an entity of that name has, unless another one has taken it."""
    return ENTITY + slug(name)


def statement_iri(url: str, evidence: str, subject: str, relation: str, object_: str) -> str:
    """Return the IRI of a fact from its article's address, its sentence and its own names.

    Offsets are left out, so a statement keeps its IRI, and with it a rejection, when the article is
    edited elsewhere.
    """
    return STATEMENT + digest(url, evidence, subject, relation, object_)


def status_iri(status: Status) -> str:
    """Return the individual of the ontology for a status."""
    return FG + status.value.capitalize()


def status_of(iri: str) -> Status:
    """Return the status that an individual of the ontology stands for."""
    return Status(iri.removeprefix(FG).lower())


def local_name(iri: str) -> str:
    """Return what follows the last "#" or "/"."""
    return iri.rsplit("#", 1)[-1].rsplit("/", 1)[-1]


def compact(iri: str) -> str:
    """Return the IRI as a prefixed name where a known prefix fits, else in angle brackets.

    >>> compact("https://w3id.org/fabgrid/entity/tsmc")
    'entity:tsmc'
    """
    cut = max(iri.rfind("#"), iri.rfind("/")) + 1
    prefix = _BY_NAMESPACE.get(iri[:cut])
    if prefix is None or not _PLAIN_LOCAL_NAME.fullmatch(iri, cut):
        return f"<{iri}>"
    return f"{prefix}:{iri[cut:]}"


_BY_NAMESPACE = {namespace: prefix for prefix, namespace in PREFIXES.items()}
