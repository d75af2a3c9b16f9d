import shutil
from dataclasses import replace

import pyoxigraph as ox
import pytest

from fabgrid.errors import OntologyError
from fabgrid.graph import shapes
from fabgrid.graph.statements import article_iri, article_quads, entity_quads
from fabgrid.graph.store import Store
from fabgrid.graph.terms import ENTITY, FG, OA, PREFIXES, PROV, QUDT, RDF, SCHEMA, SKOS
from fabgrid.graph.validation import Report, check, validate
from fabgrid.model import Node
from fabgrid.ontology import load
from samples import chips, demo, iris, power

ONTOLOGY = load()
TYPES = {iris(x)[e.name]: e.type for x in (chips(), power()) for e in x.entities}
TEXTS = {article_iri(x.article): x.article.text for x in (chips(), power())}
GRAPH = ox.NamedNode(article_iri(chips().article))


def good():
    return list(article_quads(chips(), iris(chips())))


def literal(value, kind="string"):
    return ox.Literal(str(value), datatype=ox.NamedNode(PREFIXES["xsd"] + kind))


def found(quads, *, engine=check, types=TYPES):
    return engine(quads, ONTOLOGY, types=types, texts=TEXTS)


def without(predicate, *, of=""):
    """The good quads without the first that has the predicate, and that one."""
    quads = good()
    at = next(i for i, q in enumerate(quads) if q.predicate.value == predicate and of in q.subject.value)
    return quads[:at] + quads[at + 1 :], quads[at]


def changed(predicate, value, *, of=""):
    quads, gone = without(predicate, of=of)
    return [*quads, ox.Quad(gone.subject, gone.predicate, value, gone.graph_name)]


def added(predicate, value, *, of=""):
    _, first = without(predicate, of=of)
    return [*good(), ox.Quad(first.subject, first.predicate, value, first.graph_name)]


def edge(subject, relation, object_):
    return ox.Quad(ox.NamedNode(ENTITY + subject), ox.NamedNode(FG + relation), ox.NamedNode(ENTITY + object_), GRAPH)


NODE = ox.NamedNode(ENTITY + "mara")
DEFECTS = {
    "no subject": (without(RDF + "subject")[0], "exactly one subject"),
    "two subjects": (added(RDF + "subject", NODE), "exactly one subject"),
    "subject is text": (changed(RDF + "subject", literal("TSMC")), "exactly one subject"),
    "no predicate": (without(RDF + "predicate")[0], "exactly one predicate"),
    "two objects": (added(RDF + "object", NODE), "exactly one object"),
    "no status": (without(FG + "status")[0], "exactly one status"),
    "unknown status": (changed(FG + "status", ox.NamedNode(FG + "Perhaps")), "exactly one status"),
    "no confidence": (without(FG + "confidence")[0], "exactly one confidence"),
    "confidence over 1": (changed(FG + "confidence", literal(1.5, "double")), "exactly one confidence"),
    "confidence under 0": (changed(FG + "confidence", literal(-0.5, "double")), "exactly one confidence"),
    "confidence is text": (changed(FG + "confidence", literal("high")), "exactly one confidence"),
    "no evidence": (without(FG + "evidence", of="/statement/")[0], "exactly one evidence"),
    "two evidences": (added(FG + "evidence", NODE, of="/statement/"), "exactly one evidence"),
    "no article": (without(PROV + "wasDerivedFrom", of="/statement/")[0], "exactly one article of origin"),
    "no run": (without(PROV + "wasGeneratedBy", of="/observation/")[0], "exactly one run"),
    "no words": (without(FG + "subjectStart")[0], "words for its subject begin"),
    "negative words": (changed(FG + "objectEnd", literal(-1, "integer")), "words for its object end"),
    "no quote": (without(OA + "exact")[0], "exactly one quote"),
    "empty quote": (changed(OA + "exact", literal("")), "exactly one quote"),
    "no offset": (without(OA + "start")[0], "where its sentence begins"),
    "offset is text": (changed(OA + "end", literal("x")), "where its sentence ends"),
    "no source": (without(OA + "hasSource")[0], "exactly one article"),
    "another quote": (changed(OA + "exact", literal("TSMC said nothing.")), "not what stands there"),
    "shifted offsets": (changed(OA + "start", literal(3, "integer")), "not what stands there"),
    "amount without text": (without(FG + "surface")[0], "an amount has its text"),
    "money without value": (without(SCHEMA + "value")[0], "exactly one value"),
    "currency is a word": (changed(SCHEMA + "currency", literal("dollars")), "ISO 4217"),
    "observation without amount": (without(FG + "amount", of="/observation/")[0], "has an amount"),
    "observation without metric": (without(FG + "metric")[0], "exactly one metric"),
    "article without title": (without(SCHEMA + "headline")[0], "exactly one headline"),
    "date is text": (changed(SCHEMA + "datePublished", literal("soon")), "at most one date"),
    "term without name": (without(SKOS + "prefLabel")[0], "exactly one name"),
    "edge of a denied fact": ([*good(), edge("samsung", "supplies", "nvidia")], "no sentence asserts"),
    "edge from nowhere": ([*good(), edge("ohio", "supplies", "mara")], "no sentence asserts"),
    "no edge": (without(FG + "fabricatesFor")[0], "lacks the plain edge"),
    "no parent's edge": (without(FG + "supplies")[0], "lacks the plain edge"),
    "wrong relation": (changed(RDF + "predicate", ox.NamedNode(FG + "worksFor")), "goes from person to"),
}


@pytest.mark.parametrize("engine", [check, validate])
def test_a_good_graph_conforms(engine):
    report = found(good(), engine=engine)
    assert report.conforms, str(report)
    assert report.checked == 7


@pytest.mark.parametrize("name", DEFECTS)
def test_each_planted_defect_is_found(name):
    quads, message = DEFECTS[name]
    report = found(quads)
    assert any(message in finding.message for finding in report.findings), str(report)


@pytest.mark.parametrize("name", DEFECTS)
def test_pyshacl_and_the_compiled_shapes_agree(name):
    quads, _ = DEFECTS[name]
    fast, slow = ({(f.node, f.message) for f in found(quads, engine=e).findings} for e in (check, validate))
    assert fast == slow


def test_a_quantity_needs_a_value():
    quads = [q for q in article_quads(power(), iris(power())) if q.predicate.value != QUDT + "numericValue"]
    assert "a quantity has exactly one value" in {f.message for f in found(quads).findings}


@pytest.mark.parametrize("engine", [check, validate])
def test_types_must_fit_domain_and_range(engine):
    report = found(good(), types={**TYPES, ENTITY + "tsmc": "Place", ENTITY + "jensen-huang": "Company"}, engine=engine)
    labels = {
        name: ONTOLOGY.classes[kind].label
        for name, kind in (
            ("domain", ONTOLOGY.relations["leads"].domain),
            ("range", ONTOLOGY.relations["leads"].range),
        )
    }
    messages = {f.message for f in report.findings}
    assert f"fg:leads goes from {labels['domain']} to {labels['range']}" in messages
    assert {m.split()[0] for m in messages} == {"fg:fabricatesFor", "fg:leads"}


def test_an_entity_without_type_is_a_finding():
    types = {iri: name for iri, name in TYPES.items() if iri != ENTITY + "ohio"}
    assert "fg:locatedIn goes from entity to place" in {f.message for f in found(good(), types=types).findings}


def test_a_whole_store_conforms(tmp_path):
    with Store.open(demo(tmp_path / "s"), read_only=True) as store:
        assert store.texts() == TEXTS
        assert validate(store, ONTOLOGY, texts=store.texts()).conforms
        assert check(store, ONTOLOGY, texts=TEXTS).checked == 13


def test_an_edge_asserted_by_another_article_only_is_a_finding(tmp_path):
    stray = edge("constellation-energy", "operates", "640mw-reactor-in-texas")
    with Store.open(demo(tmp_path / "s")) as store:
        report = check([*store, stray], ONTOLOGY)
        assert [f.value for f in report.findings] == ["entity:640mw-reactor-in-texas"]


def test_the_report_reads_well():
    report = found(changed(FG + "confidence", literal(1.5, "double")))
    assert str(report).splitlines()[0] == "7 statements and observations checked: 1 findings"
    assert (
        str(report)
        .splitlines()[1]
        .endswith(': exactly one confidence, from 0 to 1 (is: "1.5"^^<http://www.w3.org/2001/XMLSchema#double>)')
    )
    assert str(Report((), 3)) == "3 statements and observations checked: no findings"


def test_every_relation_type_has_a_shape():
    targets = {node.value for shape in shapes.compiled(ONTOLOGY) for node in shape.nodes}
    assert targets == {kind.iri for kind in ONTOLOGY.relations.values()}


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("fg:X a sh:NodeShape ; sh:targetClass fg:Y ; sh:closed true .", "sh:closed is not among"),
        ("fg:X a", "shapes.ttl:"),
    ],
)
def test_a_shape_beyond_the_compiled_part_is_an_error(tmp_path, line, says):
    folder = shutil.copytree(ONTOLOGY.path, tmp_path / "ontology")
    with (folder / "shapes.ttl").open("a") as file:
        file.write(line)
    with pytest.raises(OntologyError, match=says):
        shapes.compiled(replace(ONTOLOGY, path=folder))


def test_entities_in_the_quads_need_no_types():
    nodes = [Node(iri, "n", name) for iri, name in TYPES.items()]
    assert check([*good(), *entity_quads(nodes)], ONTOLOGY).conforms
