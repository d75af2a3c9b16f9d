"""The ontology: it loads everywhere, reasons without contradiction, and its examples read as it says."""

from __future__ import annotations

from pathlib import Path

import pytest
import rdflib
from rdflib import OWL, RDF, RDFS

from fabgrid.errors import OntologyError
from fabgrid.ontology import ENTITY_TYPES, FG, default_path, lint, load, load_registry

FOLDER = default_path()


def graph(*names: str) -> rdflib.Graph:
    loaded = rdflib.Graph()
    for name in names:
        loaded.parse(FOLDER / name, format="turtle")
    return loaded


VOCABULARY = ("classes.ttl", "relations.ttl", "metrics.ttl")


def test_the_lint_finds_nothing() -> None:
    assert lint() == []


def test_every_type_relation_and_metric_of_the_guidelines_is_there() -> None:
    ontology = load()
    assert set(ENTITY_TYPES) <= ontology.classes.keys()
    relations = (
        "supplies acquires mergesWith investsIn subsidiaryOf competesWith partnersWith produces uses succeeds builds "
    )
    relations += "operates serves locatedIn worksFor regulates sues fabricatesFor funds develops manufactures owns "
    relations += "headquarteredIn leads founded restricts approves"
    assert set(relations.split()) == ontology.relations.keys()
    metrics = (
        "revenue profit margin capex market_share price price_change capacity output demand performance efficiency "
    )
    assert set((metrics + "headcount valuation spending count").split()) == ontology.metrics.keys()


def test_sub_relations_are_as_wide_as_their_parents_or_narrower() -> None:
    ontology = load()
    for relation in ontology.relations.values():
        if relation.parent:
            parent = ontology.relations[relation.parent]
            for kind in ENTITY_TYPES:
                assert not ontology.is_a(kind, relation.domain) or ontology.is_a(kind, parent.domain), relation.name
                assert not ontology.is_a(kind, relation.range) or ontology.is_a(kind, parent.range), relation.name


def test_rdflib_reads_what_we_read() -> None:
    loaded = graph(*VOCABULARY)
    properties = {str(s) for s in loaded.subjects(RDF.type, OWL.ObjectProperty) if (s, RDFS.domain, None) in loaded}
    assert {r.iri for r in load().relations.values()} <= properties


def contradictions(loaded: rdflib.Graph) -> list[str]:
    import owlrl

    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(loaded)
    return sorted(str(o) for o in loaded.objects(None, rdflib.URIRef(f"{owlrl.Namespaces.ERRNS}error")))


def test_an_owl_rl_reasoner_finds_no_contradiction() -> None:
    loaded = graph(*VOCABULARY, "registry/grid.ttl")
    nvidia, tsmc = (rdflib.URIRef(f"https://w3id.org/fabgrid/entity/{name}") for name in ("nvidia", "tsmc"))
    loaded.add((tsmc, rdflib.URIRef(FG + "fabricatesFor"), nvidia))
    assert contradictions(loaded) == []
    assert (tsmc, rdflib.URIRef(FG + "supplies"), nvidia) in loaded, "a sub-relation implies its parent"
    assert (nvidia, rdflib.URIRef(FG + "suppliedBy"), tsmc) in loaded, "an inverse follows"


def test_the_reasoner_would_find_a_person_that_is_a_product() -> None:
    loaded = graph(*VOCABULARY)
    someone = rdflib.URIRef("https://w3id.org/fabgrid/entity/someone")
    for kind in ("Person", "Product"):
        loaded.add((someone, RDF.type, rdflib.URIRef(FG + kind)))
    assert contradictions(loaded)


def test_the_registry_is_large_and_its_names_are_unique() -> None:
    known = load_registry()
    assert len([k for k in known if k.type != "Place"]) >= 600
    assert len({k.iri for k in known}) == len(known)
    grid = {k.name for k in known if k.type == "GridOperator"}
    assert {"PJM", "ERCOT", "MISO", "CAISO", "NYISO", "IESO", "AESO"} <= grid


def test_turtle_that_does_not_parse_is_named_with_its_line(tmp_path: Path) -> None:
    for name in VOCABULARY:
        (tmp_path / name).write_text((FOLDER / name).read_text(encoding="utf-8"), encoding="utf-8")
    with (tmp_path / "metrics.ttl").open("a", encoding="utf-8") as file:
        file.write("fg:broken fg:Metric .\n")
    with pytest.raises(OntologyError, match=r"metrics\.ttl:\d+"):
        load(tmp_path)


def test_a_relation_type_without_a_range_is_named(tmp_path: Path) -> None:
    for name in VOCABULARY:
        (tmp_path / name).write_text((FOLDER / name).read_text(encoding="utf-8"), encoding="utf-8")
    with (tmp_path / "relations.ttl").open("a", encoding="utf-8") as file:
        file.write(
            'fg:x a owl:ObjectProperty ; rdfs:label "x" ; rdfs:comment "x" ; rdfs:domain fg:Body ; fg:family fg:Law .\n'
        )
    with pytest.raises(OntologyError, match="fg:x: needs a range"):
        load(tmp_path)


def test_a_word_of_two_relation_types_is_found(tmp_path: Path) -> None:
    for name in VOCABULARY:
        text = (FOLDER / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(
            text.replace('fg:verb "sue"@en', 'fg:verb "sue"@en, "acquire"@en'), encoding="utf-8"
        )
    (tmp_path / "registry").mkdir()
    assert "'acquire' is among the verbs of both fg:acquires and fg:sues" in lint(tmp_path)


def test_the_types_that_relations_admit_are_pairs_and_unknown_relations_admit_none() -> None:
    ontology = load()
    assert ontology.type_pairs(["locatedIn", "none"]) == ontology.type_pairs(["locatedIn"])
    assert ("Facility", "Place") in ontology.type_pairs(["locatedIn"])
    assert ("Place", "Facility") not in ontology.type_pairs(["locatedIn"])
    assert ontology.type_pairs(["none"]) == frozenset()
