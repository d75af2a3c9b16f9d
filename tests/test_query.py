import json
import subprocess
import sys
import time
from datetime import date

import pytest

from fabgrid.errors import QueryError
from fabgrid.graph import sparql
from fabgrid.graph.snapshot import read
from fabgrid.graph.store import Store
from fabgrid.graph.terms import ENTITY
from fabgrid.ontology import load, vocabulary
from fabgrid.query import Graph, find_entity, named_queries, run
from fabgrid.render import page
from samples import chips, demo, set_entities

BINDINGS = {
    "suppliers": {"company": "Nvidia"},
    "customers": {"company": "samsung"},
    "competitors": {"company": "NVDA"},
    "observations": {"company": "Nvidia"},
    "timeline": {"entity": "Mara"},
    "changes": {"since": "2025-06-01"},
    "evidence": {"subject": "Samsung", "object": "Nvidia", "relation": "supplies"},
    "partners": {"company": "TSMC"},
    "products": {"company": "Nvidia"},
}


@pytest.fixture(scope="module")
def graph(tmp_path_factory):
    with Graph.open(demo(tmp_path_factory.mktemp("query") / "s")) as opened:
        yield opened


def values(table, column):
    return [row[column] for row in table]


# ---------------------------------------------------------------- named queries


@pytest.mark.parametrize("name", sorted(named_queries()))
def test_every_named_query_runs_and_is_described(graph, name):
    query = named_queries()[name]
    assert query.description.endswith(".")
    table = graph.query(name, **BINDINGS.get(name, {}))
    assert len(table) > 0 or name in {"investments", "partners", "products", "regulators"}


@pytest.mark.parametrize("name", sorted(named_queries()))
def test_every_named_query_orders_its_rows(name):
    assert "ORDER BY" in named_queries()[name].text


@pytest.mark.parametrize("name", sorted(named_queries()))
def test_a_named_query_that_lists_a_relation_type_lists_its_sub_relations(name):
    relations = load().relations
    text = named_queries()[name].text
    for listed in (part.split("}")[0] for part in text.split("VALUES ?")[1:]):
        terms = {word.removeprefix("fg:") for word in listed.split() if word.startswith("fg:")}
        missing = {r.name for r in relations.values() if r.parent in terms} - terms
        assert not missing, f"{name} lacks {missing}"


def test_suppliers_come_with_status_and_sentence(graph):
    rows = list(graph.query("suppliers", company="Nvidia"))
    assert [(r["supplier"], r["status"]) for r in rows] == [
        ("Samsung", "denied"),
        ("Samsung", "asserted"),
        ("TSMC", "asserted"),
    ]
    assert rows[0]["sentence"] == "Samsung does not supply Nvidia with HBM (High Bandwidth Memory)."
    assert rows[1]["date"] == date(2026, 1, 15)


def test_competitors_are_found_from_both_sides(graph):
    assert values(graph.query("competitors", company="Nvidia"), "competitor") == ["AMD"]
    assert values(graph.query("competitors", company="AMD"), "competitor") == ["Nvidia"]


def test_acquisitions_have_prices_and_an_optional_company(graph):
    table = graph.query("acquisitions")
    assert [(r["buyer"], r["value"], r["currency"], r["status"]) for r in table] == [
        ("Mara", 1.5e9, "USD", "planned"),
        ("Mara", None, None, "asserted"),
    ]
    assert len(graph.query("acquisitions", company="Nvidia")) == 0
    assert len(graph.query("acquisitions", company="Mara")) == 2


def test_conflicts_are_numbers_and_denials(graph):
    found = {(r["kind"], r["subject"], r["what"]) for r in graph.query("conflicts")}
    assert found == {
        ("asserted and denied", "Samsung", "supplies Nvidia"),
        ("number", "Nvidia", "revenue fiscal 2025"),
    }


def test_planned_capacity_is_in_megawatts(graph):
    found = {(r["who"], r["facility"], r["megawatts"]) for r in graph.query("planned-capacity")}
    assert ("Constellation Energy", "640MW reactor in Texas", 640.0) in found


def test_changes_are_what_is_new_since_a_date(graph):
    found = {(r["subject"], r["relation"], r["status"]) for r in graph.query("changes", since="2025-06-01")}
    assert ("Samsung", "supplies", "asserted") in found
    assert ("Samsung", "supplies", "denied") not in found


def test_open_plans_know_their_confirmation(graph):
    [row] = graph.query("open-plans")
    assert (row["object"], row["confirmed_by"]) == ("505MW gas plant in Ohio", "https://example.org/power")


def test_claims_name_anonymous_sources(graph):
    assert set(values(graph.query("claims"), "who")) == {"TSMC", "people familiar"}
    assert set(values(graph.query("claims", claimant="TSMC"), "subject")) == {"TSMC"}


def test_choke_points_count_those_who_have_no_other_supplier(graph):
    assert [(r["supplier"], r["customers"], r["without_another"]) for r in graph.query("choke-points")] == [
        ("Samsung", 1, 0),
        ("TSMC", 1, 0),
    ]


# ---------------------------------------------------------------- parameters


@pytest.mark.parametrize("name", ["nvidia", "NVDA", "nvidia corp.", "entity:nvidia", ENTITY + "nvidia"])
def test_an_entity_is_found_by_name_alias_and_iri(graph, name):
    assert find_entity(graph.store, name) == ENTITY + "nvidia"


def test_an_unknown_entity_has_near_matches(graph):
    with pytest.raises(QueryError, match="did you mean Nvidia"):
        graph.query("suppliers", company="Nvidea")


def test_an_ambiguous_entity_lists_them(tmp_path):
    from fabgrid.model import Node

    with Store.open(tmp_path / "s", create=True) as store:
        set_entities(store, [Node(ENTITY + "meta", "Meta", "Company"), Node(ENTITY + "meta-1", "META", "Product")])
        with pytest.raises(QueryError, match="entity:meta or entity:meta-1"):
            find_entity(store, "meta")
        assert find_entity(store, "META") == ENTITY + "meta-1"  # spelt so, it is no longer ambiguous


@pytest.mark.parametrize(
    ("query", "bindings", "says"),
    [
        ("suppliers", {}, '--bind company="…"'),
        ("suppliers", {"compny": "TSMC"}, "it has: company"),
        ("supplier", {}, "there are: suppliers"),
        ("changes", {"since": "yesterday"}, "2025-01-31"),
        (
            "evidence",
            {"subject": "Samsung", "object": "Nvidia", "relation": "suplies"},
            "did you mean supplies",
        ),
        ("nowhere.rq", {}, "there is no file"),
    ],
)
def test_wrong_parameters_are_explained(graph, query, bindings, says):
    with pytest.raises(QueryError) as error:
        graph.query(query, **bindings)
    assert says in str(error.value)


def test_any_variable_of_ad_hoc_text_can_be_bound(graph):
    table = graph.query("SELECT ?s { ?s fg:supplies ?who } ORDER BY ?s", who="Nvidia")
    assert values(table, "s") == [ENTITY + "samsung", ENTITY + "tsmc"]


def test_text_parameters_are_literals(graph, tmp_path):
    file = tmp_path / "find.rq"
    file.write_text("# Entities of a name.\n# bind: label text\nSELECT ?e { ?e skos:prefLabel ?label }")
    assert values(graph.query(str(file), label="TSMC"), "e") == [ENTITY + "tsmc"]


@pytest.mark.parametrize(
    "text",
    ["SELECT ?s WHERE { ?s ?p ?x }", "ASK { ?s ?p ?x }", "CONSTRUCT { ?s ?p ?x } WHERE { ?s ?p ?x }",
     "SELECT ?s { { SELECT ?s ?x { ?s ?p ?x } } }"],
)  # fmt: skip
def test_values_go_into_the_outermost_group(graph, text):
    assert len(run(graph.store, text, {"x": "Nvidia"})) > 0


# ---------------------------------------------------------------- refusals and errors


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "SELECT * { SERVICE SILENT <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "SELECT * {service#\n<http://127.0.0.1:9/>{?s ?p ?o}}",
        r"SELECT * { ?s ?p <http://x\u0041#y> SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        r"SELECT * { ?s fg:a\#b ?o SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "SELECT * { FILTER(1<2)SERVICE<http://127.0.0.1:9/>{?s ?p ?o}}",
        'SELECT * { ?s ?p "\\"" SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }',
        "LOAD <http://127.0.0.1:9/>",
        "LOAD SILENT <file:///etc/passwd> INTO GRAPH <g:g>",
        "INSERT DATA { fg:a fg:b fg:c }",
        "DELETE WHERE { ?s ?p ?o }",
        "DROP ALL",
        "PREFIX x: <http://x/> CLEAR DEFAULT",
    ],
)
def test_whatever_writes_or_sends_is_refused(text):
    with pytest.raises(QueryError, match="refused"):
        sparql.check(text)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?service ?load ?o . # SERVICE <http://x>\n FILTER(?o = 'SERVICE <x> {}') }",
        'SELECT * { ?s ?p """a "SERVICE" b""" . ?s <http://x/#SERVICE> ?drop }',
        "PREFIX load: <http://load/> SELECT * { ?s load:insert ?o }",
    ],
)
def test_words_in_names_strings_and_comments_are_not(text):
    sparql.check(text)


@pytest.mark.parametrize(
    ("text", "line", "column", "says"),
    [
        ("SELECT ?s {\n ?s fgg:supplies ?o }", 2, 5, "did you mean fg:"),
        ("SELECT ?s {\n ?s zz:supplies ?o }", 2, 5, "declare it: PREFIX zz:"),
        ("SELECT ?s {\n ?s fg:supplies ?o", 1, 11, "add the closing }"),
        ("SELECT ?s ?s fg:supplies ?o }", 1, 29, "{ is missing before it"),
        ("SELCT ?s { ?s ?p ?o }", 1, 1, "did you mean SELECT?"),
        ("SELECT ?s { ?s ?p ?o } LIMT 3", 1, 24, "did you mean LIMIT?"),
        ("SELECT ?s\nWHER { ?s ?p ?o }", 2, 1, "did you mean WHERE?"),
        ("SELECT ?s { ?s fg:suplies ?o }", 1, 16, "did you mean fg:supplies"),
        ("SELECT ?s { ?s supplies ?o }", 1, 16, "names need a prefix"),
        ("SELECT ?s { ?s ?p 'abc }", 1, 19, ""),
        ("SELECT ?s { ?s ?p ?o FILTER((?o > 1) }", 1, 38, "another bracket"),
        ("SELECT ?s { ?s fg:supplies }", 1, 28, ""),
        ("SELECT ?s (COUNT(*) AS ?n) { ?s ?p ?o }", 1, None, "GROUP BY"),
        ("  # nothing\n", None, None, "SELECT ?s"),
    ],
)
def test_errors_tell_place_and_remedy(graph, text, line, column, says):
    with pytest.raises(QueryError) as error:
        run(graph.store, text)
    assert error.value.line == line
    assert column is None or error.value.column == column
    assert says in error.value.hint


def test_every_vocabulary_term_is_known():
    assert {"supplies", "Statement", "status", "Asserted", "revenue", "surface"} <= vocabulary()


# ---------------------------------------------------------------- formats


def test_formats(graph):
    table = graph.query("SELECT ?s ?n ?x { VALUES (?s ?n) { (entity:tsmc 1) (entity:amd 2.5e0) } } ORDER BY ?n")
    assert table.to_csv() == f"s,n,x\n{ENTITY}tsmc,1,\n{ENTITY}amd,2.5,\n"
    assert table.to_tsv().splitlines()[0] == "?s\t?n\t?x"
    assert f"<{ENTITY}tsmc>" in table.to_tsv()
    assert json.loads(table.to_json())["results"]["bindings"][1]["n"] == {
        "type": "literal",
        "value": "2.5",
        "datatype": "http://www.w3.org/2001/XMLSchema#double",
    }
    assert table.to_text().splitlines() == [
        "s            n    x",
        "-----------  ---  -",
        "entity:tsmc  1",
        "entity:amd   2.5",
    ]
    assert list(table)[1] == {"s": ENTITY + "amd", "n": 2.5, "x": None}


def test_construct_gives_sorted_turtle(graph):
    table = graph.query("CONSTRUCT { ?o fg:suppliedBy ?s } WHERE { ?s fg:supplies ?o }")
    assert table.to_turtle().endswith("entity:nvidia fg:suppliedBy entity:samsung, entity:tsmc .\n")
    with pytest.raises(ValueError, match="CONSTRUCT"):
        graph.query("articles").to_turtle()


def test_ask(graph):
    assert graph.query("ASK { entity:tsmc fg:supplies entity:nvidia }")
    no = graph.query("ASK { entity:nvidia fg:supplies entity:tsmc }")
    assert not no
    assert json.loads(no.to_json()) == {"head": {}, "boolean": False}


# ---------------------------------------------------------------- Python API


def test_evidence_includes_sub_relations_and_both_directions(graph):
    [found] = graph.evidence("TSMC", "supplies", "Nvidia")
    assert found.relation == "fabricatesFor"
    assert found.evidence.text in chips().article.text
    assert len(graph.evidence("nvidia", "competes with", "AMD")) == 1


def test_networkx_and_rdflib_views(graph):
    assert graph.networkx().number_of_edges() == 8
    rows = graph.rdflib().query("SELECT ?s { ?s fg:supplies entity:nvidia }")
    assert {str(row[0]) for row in rows} == {ENTITY + "samsung", ENTITY + "tsmc"}


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"around": "Nvidia"},
        {"top": 3},
        {"since": date(2025, 6, 1)},
        {"relations": ("supplies",)},
        {"types": ("Company",)},
    ],
)
def test_the_page_of_an_outline_is_that_of_the_whole(graph, monkeypatch, wanted):
    whole = page(read(graph.store), load(), **wanted)
    with Graph.open(graph.store.path) as other:
        monkeypatch.setattr(other, "snapshot", lambda: pytest.fail("all was read")) if wanted else None
        assert page(other.outline(), load(), details=other.details, **wanted) == whole


def test_a_query_starts_without_slow_imports(tmp_path):
    path = demo(tmp_path / "s")
    code = (
        "import sys; from fabgrid.query import Graph\n"
        f"print(len(Graph.open({str(path)!r}).query('suppliers', company='Nvidia')))\n"
        "assert not {'rdflib', 'networkx', 'pyshacl', 'spacy'} & sys.modules.keys()"
    )
    started = time.monotonic()
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout == b"3\n"
    assert time.monotonic() - started < 2


def test_an_inverse_property_finds_the_edges_that_are_written(graph):
    along = graph.query("SELECT ?a ?b { ?a fg:supplies ?b } ORDER BY ?a ?b")
    back = graph.query("SELECT ?a ?b { ?b fg:suppliedBy ?a } ORDER BY ?a ?b")
    assert along.rows
    assert back.rows == along.rows
