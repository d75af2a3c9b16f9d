"""The service description: what the endpoint is and can do, as RDF."""

from __future__ import annotations

import pyoxigraph as ox

from fabgrid.graph.terms import RDF
from fabgrid.server.negotiation import GRAPHS, RESULTS

__all__ = ["description"]

_SD = "http://www.w3.org/ns/sparql-service-description#"
_PREFIXES = {"sd": _SD, "formats": "http://www.w3.org/ns/formats/"}
_FEATURES = {
    "supportedLanguage": ("SPARQL10Query", "SPARQL11Query"),
    "feature": ("UnionDefaultGraph", "EmptyGraphs"),
}


def description(endpoint: str, media_type: str) -> bytes:
    """Return the description of the service at an address, in a format for graphs."""
    service = ox.BlankNode("service")
    facts: list[tuple[str, ox.NamedNode | ox.BlankNode]] = [
        (RDF + "type", ox.NamedNode(_SD + "Service")),
        (_SD + "endpoint", ox.NamedNode(endpoint)),
    ]
    facts += [(_SD + kind, ox.NamedNode(_SD + name)) for kind, names in _FEATURES.items() for name in names]
    formats = sorted({f.iri for f in RESULTS.values()} | {f.iri for f in GRAPHS.values()})
    facts += [(_SD + "resultFormat", ox.NamedNode(iri)) for iri in formats]
    dataset, default = ox.BlankNode("dataset"), ox.BlankNode("graph")
    facts.append((_SD + "defaultDataset", dataset))
    triples = [ox.Triple(service, ox.NamedNode(p), o) for p, o in facts]
    triples += [
        ox.Triple(dataset, ox.NamedNode(RDF + "type"), ox.NamedNode(_SD + "Dataset")),
        ox.Triple(dataset, ox.NamedNode(_SD + "defaultGraph"), default),
        ox.Triple(default, ox.NamedNode(RDF + "type"), ox.NamedNode(_SD + "Graph")),
    ]
    text = ox.serialize(triples, format=GRAPHS[media_type], prefixes=_PREFIXES)
    assert text is not None  # noqa: S101 - pyoxigraph returns None only where it writes to a file
    return text
