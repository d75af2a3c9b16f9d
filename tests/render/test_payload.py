"""The JSON of the page says what the snapshot says."""

from __future__ import annotations

import json
import math
from typing import Any

import page_samples as samples
import pytest

from fabgrid.model import Evidence, Quantity, Snapshot, Span
from fabgrid.ontology import Ontology
from fabgrid.render.payload import ALL_SHOWN, payload
from fabgrid.render.selection import TOP, edge_of


def written(snapshot: Snapshot, ontology: Ontology, **options: Any) -> dict[str, Any]:
    found: dict[str, Any] = payload(
        snapshot, ontology, title="t", communities=options.pop("communities", {}), **options
    )
    return found


@pytest.fixture(scope="module")
def data(industry: Snapshot, ontology: Ontology) -> dict[str, Any]:
    return written(industry, ontology)


def test_every_entity_is_there_once(data: dict[str, Any], industry: Snapshot) -> None:
    assert [n["iri"] for n in data["nodes"]] == sorted(industry.nodes)
    for n in data["nodes"]:
        node = industry.nodes[n["iri"]]
        assert (n["name"], n["type"], tuple(n.get("aliases", ()))) == (node.name, node.type, node.aliases)
        assert (tuple(n.get("links", ())), n.get("description", "")) == (node.links, node.description)


def test_every_statement_is_there_once(data: dict[str, Any], industry: Snapshot) -> None:
    iris = {n["id"]: n["iri"] for n in data["nodes"]}
    told = {s["iri"]: s for s in data["statements"]}
    assert sorted(told) == sorted(s.iri for s in industry.statements)
    for s in industry.statements:
        mine = told[s.iri]
        edge = data["edges"][mine["edge"]]
        assert edge["relation"] == s.relation
        assert {iris[edge["from"]], iris[edge["to"]]} == {s.subject, s.object}
        assert (mine["status"], mine["confidence"]) == (s.status.value, round(s.confidence, 3))
        assert data["sentences"][mine["sentence"]]["text"] == s.evidence.text
        source = data["sources"][data["sentences"][mine["sentence"]]["source"]]
        assert source["url"] == industry.sources[s.evidence.source].url


def test_an_edge_tells_how_many_of_its_statements_are_left_out(industry: Snapshot, ontology: Ontology) -> None:
    busy = edge_of(industry.statements[0], ontology)
    data = written(industry, ontology, told={busy: 12})
    [edge] = [edge for edge in data["edges"] if "left_out" in edge]
    assert len(edge["statements"]) + edge["left_out"] == 12


def test_each_statement_belongs_to_one_edge(data: dict[str, Any]) -> None:
    listed = sorted(k for edge in data["edges"] for k in edge["statements"])
    assert listed == list(range(len(data["statements"])))
    pairs = [(e["from"], e["relation"], e["to"]) for e in data["edges"]]
    assert len(pairs) == len(set(pairs))


def test_marks_cut_the_names_out_of_the_sentence(data: dict[str, Any], industry: Snapshot) -> None:
    names = {n["id"]: n["name"] for n in data["nodes"]}
    seen = 0
    for s in data["statements"]:
        units = data["sentences"][s["sentence"]]["text"].encode("utf-16-le")
        edge = data["edges"][s["edge"]]
        for mark, key in zip(s["marks"], (edge["from"], edge["to"]), strict=True):
            if mark is not None:
                cut = units[2 * mark[0] : 2 * mark[1]].decode("utf-16-le")
                seen += cut == names[key]
    assert seen > 250


def test_marks_count_as_javascript_does(data: dict[str, Any]) -> None:
    (found,) = [s for s in data["statements"] if data["sentences"][s["sentence"]]["text"].startswith("🔌")]
    assert found["marks"][0][0] == 3  # the plug is two UTF-16 units, then a blank


def test_a_subject_of_another_sentence_has_no_mark(data: dict[str, Any]) -> None:
    (found,) = [s for s in data["statements"] if "chip designer" in data["sentences"][s["sentence"]]["text"]]
    assert found["marks"][0] is None
    assert found["marks"][1] is not None


def test_a_symmetric_relation_is_one_edge(ontology: Ontology) -> None:
    nodes = samples.nodes_of("Company|A||||\nCompany|B||||")
    article = samples.source(1, None)
    both = [
        samples.statement(nodes["A"], "partnersWith", nodes["B"], "A partners with B.", article),
        samples.statement(
            nodes["B"], "partnersWith", nodes["A"], "B, A and others are partners.", article, names=("B", "A")
        ),
    ]
    found = written(samples.snapshot(nodes.values(), [article], both), ontology)
    assert len(found["edges"]) == 1
    texts = [found["sentences"][s["sentence"]]["text"] for s in found["statements"]]
    cut = {t[slice(*s["marks"][0])] for s, t in zip(found["statements"], texts, strict=True)}
    assert cut == {"A"}  # the first mark is of the edge's first end, whichever end the sentence names first


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ({"status": "asserted"}, {"status": "denied"}, "denied"),
        ({"status": "asserted"}, {"status": "planned"}, None),
        ({"amount": Quantity(5e9, "USD", "$5B")}, {"amount": Quantity(4e9, "USD", "$4B")}, "amount"),
        ({"amount": Quantity(5e9, "USD", "$5B")}, {"amount": Quantity(5.01e9, "USD", "$5.01B")}, None),
        ({"amount": Quantity(5e9, "USD", "$5B")}, {"amount": Quantity(4e9, "GW", "4 GW")}, None),
        (
            {"amount": Quantity(5e9, "USD", "$5B"), "time": "2024"},
            {"amount": Quantity(4e9, "USD", "$4B"), "time": "2025"},
            None,
        ),
    ],
)
def test_conflicts(first: dict[str, Any], second: dict[str, Any], expected: str | None, ontology: Ontology) -> None:
    nodes = samples.nodes_of("Company|A||||\nCompany|B||||")
    article = samples.source(1, None)
    pair = [
        samples.statement(nodes["A"], "investsIn", nodes["B"], "A invests in B.", article, at=k, **more)
        for k, more in enumerate((first, second))
    ]
    (edge,) = written(samples.snapshot(nodes.values(), [article], pair), ontology)["edges"]
    assert edge.get("conflict") == expected


def test_figures_that_differ_are_marked(data: dict[str, Any]) -> None:
    differing = [f["quantity"]["surface"] for f in data["measurements"] if f.get("differs")]
    assert sorted(differing) == ["$55 billion", "$57 billion"]


def test_the_glossary_knows_its_entities(data: dict[str, Any]) -> None:
    assert {c["term"]: c.get("nodes", []) for c in data["concepts"]} == {
        "CoWoS": ["cowos"],
        "curtailment": [],
    }


def test_families_come_in_the_ontology_s_order_and_only_those_used(data: dict[str, Any], ontology: Ontology) -> None:
    used = {data["relations"][e["relation"]]["family"] for e in data["edges"]}
    assert [f["id"] for f in data["families"]] == [f for f in ontology.families if f in used]


def test_a_big_graph_opens_with_its_top(ontology: Ontology) -> None:
    data = written(samples.scale_free(ALL_SHOWN + 1), ontology)
    assert sum(n["shown"] for n in data["nodes"]) == TOP
    assert max(n["rank"] for n in data["nodes"] if n["shown"]) == TOP - 1


def test_ids_are_short_where_they_are_unique(ontology: Ontology) -> None:
    nodes = [samples.Node(f"https://{host}.example/x", host, "Company") for host in ("a", "b")]
    nodes.append(samples.Node("https://a.example/y", "y", "Company"))
    data = written(samples.snapshot(nodes, [], []), ontology)
    assert [n["id"] for n in data["nodes"]] == ["https://a.example/x", "y", "https://b.example/x"]


def test_time_steps_fit_the_span(ontology: Ontology) -> None:
    from datetime import date

    def unit(*days: date) -> tuple[str, int]:
        snapshot = samples.snapshot([], [samples.source(k, d) for k, d in enumerate(days)], [])
        time = written(snapshot, ontology)["time"]
        return time["unit"], len(time["labels"])

    assert unit(date(2025, 1, 30), date(2025, 2, 2)) == ("day", 4)
    assert unit(date(2024, 11, 30), date(2025, 2, 2)) == ("month", 4)
    assert unit(date(1990, 1, 1), date(2025, 1, 1)) == ("year", 36)
    assert unit() == ("month", 0)


def test_community_zero_is_a_community(industry: Snapshot, ontology: Ontology) -> None:
    first = min(industry.nodes)
    data = written(industry, ontology, communities={first: 0})
    assert [n.get("community") for n in data["nodes"]].count(0) == 1


def test_everything_is_finite_json(data: dict[str, Any]) -> None:
    assert json.loads(json.dumps(data, allow_nan=False))
    assert all(math.isfinite(s["confidence"]) for s in data["statements"])


def test_evidence_outside_known_articles_still_reads(ontology: Ontology) -> None:
    node = samples.Node("https://x.example/a", "A", "Company")
    text = Evidence("https://nowhere.example/", "A.", Span(0, 2))
    concept = samples.Concept("c", "A", ("A",), None, text)
    data = written(samples.snapshot([node], [], [], [], [concept]), ontology)
    assert data["sentences"] == [{"text": "A."}]
