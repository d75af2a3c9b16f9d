import csv
import io
import json
import random
import xml.etree.ElementTree as ET

import networkx as nx
import pyoxigraph as ox
import pytest
import rdflib

from fabgrid.errors import StoreError
from fabgrid.graph.export import FORMATS, to_text, write
from fabgrid.graph.statements import article_quads, entity_quads, read
from fabgrid.graph.store import Store
from samples import chips, demo, iris, nodes, power


@pytest.fixture(scope="module")
def quads():
    return [*entity_quads(nodes([chips(), power()])), *article_quads(chips(), iris(chips())),
            *article_quads(power(), iris(power()))]  # fmt: skip


@pytest.mark.parametrize("suffix", sorted(FORMATS))
def test_bytes_do_not_depend_on_the_order(quads, suffix):
    shuffled = random.Random(1).sample(quads, len(quads))
    assert to_text(shuffled, suffix) == to_text(quads, suffix)
    assert "\r" not in to_text(quads, suffix)


@pytest.mark.parametrize(
    ("suffix", "kind"),
    [(".nq", ox.RdfFormat.N_QUADS), (".trig", ox.RdfFormat.TRIG), (".jsonld", ox.RdfFormat.JSON_LD)],
)
def test_datasets_are_read_back_whole(quads, suffix, kind):
    store = ox.Store()
    store.load(to_text(quads, suffix).encode(), kind)
    assert set(store) == set(quads)


def test_turtle_holds_every_triple_and_rdflib_reads_it(quads):
    text = to_text(quads, ".ttl")
    assert {q.triple for q in ox.parse(text, ox.RdfFormat.TURTLE)} == {q.triple for q in quads}
    assert len(rdflib.Graph().parse(data=text, format="turtle")) == len({q.triple for q in quads})
    assert "    fg:fabricatesFor entity:nvidia ;" in text


def test_hard_terms_survive():
    s, p, g = (ox.NamedNode(f"http://x/{n}") for n in ("a(b)", "%20", "g"))
    hard = ['quote " and \\', "line\nbreak\r", "tab\t", "null\x00", "\u2028 \U0001f600", ""]
    quads = [ox.Quad(s, p, ox.Literal(text), g) for text in hard]
    quads += [ox.Quad(s, p, ox.Literal("hej", language="da"), g), ox.Quad(s, p, ox.Literal(True), g)]
    quads += [ox.Quad(ox.NamedNode("https://w3id.org/fabgrid/entity/a.b-"), p, ox.Literal(-3), ox.DefaultGraph())]
    for suffix, kind in ((".trig", ox.RdfFormat.TRIG), (".nq", ox.RdfFormat.N_QUADS)):
        assert {*ox.parse(to_text(quads, suffix), kind)} == set(quads)


def test_csv_has_a_row_a_statement(quads):
    rows = list(csv.DictReader(io.StringIO(to_text(quads, ".csv"))))
    assert len(rows) == len(read(quads).statements) == 10
    [planned] = [row for row in rows if row["status"] == "planned"]
    assert (planned["subject"], planned["amount"], planned["unit"]) == ("Mara", "1500000000", "USD")
    assert planned["date"] == "2025-03-01"


def test_graphml_is_read_by_networkx(quads, tmp_path):
    write(quads, tmp_path / "g.graphml")
    graph = nx.read_graphml(tmp_path / "g.graphml", force_multigraph=True)
    assert graph.number_of_edges() == 10
    assert graph.nodes["https://w3id.org/fabgrid/entity/tsmc"]["label"] == "TSMC"
    assert all(data["sentence"] for _, _, data in graph.edges(data=True))


def test_graphml_leaves_out_what_xml_cannot_hold(quads):
    x = chips()
    bad = [*article_quads(x, iris(x))]
    at = next(i for i, q in enumerate(bad) if q.predicate.value.endswith("#rule"))
    q = bad[at]
    bad[at] = ox.Quad(q.subject, q.predicate, ox.Literal("a\x0bb"), q.graph_name)
    assert ET.fromstring(to_text(bad, ".graphml")) is not None


def test_jsonld_is_compact(quads):
    content = json.loads(to_text(quads, ".jsonld"))
    assert content["@context"]["fg"] == "https://w3id.org/fabgrid/ontology#"
    assert all(graph["@id"].split(":")[0] in {"article", "graph"} for graph in content["@graph"])


def test_an_unknown_suffix_names_the_known_ones(quads, tmp_path):
    with pytest.raises(StoreError, match=r"\.csv \.graphml \.jsonld \.nq \.trig \.ttl"):
        write(quads, tmp_path / "x.docx")
    assert not list(tmp_path.iterdir())


def test_a_file_that_cannot_be_written_is_named(quads, tmp_path):
    (tmp_path / "taken").touch()
    with pytest.raises(StoreError, match="cannot be written"):
        write(quads, tmp_path / "taken" / "x.nq")


def test_the_store_dumps_itself(tmp_path):
    with Store.open(demo(tmp_path / "s"), read_only=True) as store:
        store.dump(tmp_path / "out" / "x.nq")
        assert (tmp_path / "out" / "x.nq").read_text(encoding="utf-8") == to_text(store, ".nq")
        assert [p.name for p in (tmp_path / "out").iterdir()] == ["x.nq"]
