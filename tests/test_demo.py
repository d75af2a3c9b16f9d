"""The graph of the sample corpus: what `make demo` promises."""

from __future__ import annotations

from pathlib import Path

import pytest

import fabgrid
from fabgrid.graph.store import Store
from fabgrid.graph.validation import validate
from fabgrid.model import Status
from fabgrid.ontology import load
from fabgrid.query import Graph

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def graph(demo_store: Path) -> Graph:
    return fabgrid.open(demo_store)


def test_tsmc_supplies_nvidia_and_a_sentence_says_so(graph: Graph) -> None:
    suppliers = {row["s"] for row in graph.query("SELECT ?s { ?s fg:supplies entity:nvidia }")}
    assert {"https://w3id.org/fabgrid/entity/tsmc", "https://w3id.org/fabgrid/entity/sk-hynix"} <= suppliers
    assert any("Nvidia" in s.evidence.text for s in graph.evidence("TSMC", "supplies", "Nvidia"))


def test_every_plain_edge_has_an_asserted_statement(graph: Graph) -> None:
    relations = load().relations
    stated = set()
    for statement in graph.snapshot().statements:
        if statement.status is Status.ASSERTED:
            name: str | None = statement.relation
            while name is not None:
                stated.add((statement.subject, relations[name].iri, statement.object))
                if relations[name].symmetric:
                    stated.add((statement.object, relations[name].iri, statement.subject))
                name = relations[name].parent
    names = " ".join(f"<{r.iri}>" for r in relations.values())
    edges = {tuple(row.values()) for row in graph.query(f"SELECT ?s ?p ?o {{ VALUES ?p {{ {names} }} ?s ?p ?o }}")}
    assert edges
    assert edges == stated


def test_every_sentence_is_verbatim_in_its_article(demo_store: Path) -> None:
    with Store.open(demo_store, read_only=True) as store:
        snapshot = Graph(store).snapshot()
        texts = {url: store.records.get(url) for url in store.records.urls()}
    for statement in snapshot.statements:
        record = texts[snapshot.sources[statement.evidence.source].url]
        assert record is not None
        assert statement.evidence.span.of(record.extraction.article.text) == statement.evidence.text


def test_all_statuses_claimants_and_amounts_occur(graph: Graph) -> None:
    statements = graph.snapshot().statements
    assert {s.status for s in statements} == set(Status)
    assert any(s.claimant for s in statements)
    assert any(s.amount and s.amount.unit == "USD" for s in statements)


def test_shacl_finds_nothing(demo_store: Path) -> None:
    with Store.open(demo_store, read_only=True) as store:
        assert validate(store, load()).findings == ()
