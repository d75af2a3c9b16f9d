"""Clients that people use: SPARQLWrapper, rdflib, curl."""

from __future__ import annotations

import json
import shutil
import subprocess

import httpx
import pytest

from fabgrid.graph.terms import ENTITY, FG

SUPPLIERS = f"SELECT ?s WHERE {{ ?s <{FG}supplies> <{ENTITY}nvidia> }} ORDER BY ?s"
FOUND = [ENTITY + "samsung", ENTITY + "tsmc"]


@pytest.fixture
def address(client: httpx.Client) -> str:
    return str(client.base_url.join("/sparql"))


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("form", ["urlencoded", "postdirectly"])
def test_sparqlwrapper_reads_tables_truths_and_graphs(address: str, method: str, form: str) -> None:
    wrapper = pytest.importorskip("SPARQLWrapper", reason="SPARQLWrapper is not installed")
    sparql = wrapper.SPARQLWrapper(address)
    sparql.setMethod(method)
    sparql.setRequestMethod(form)
    sparql.setQuery(SUPPLIERS)
    for format_ in (wrapper.JSON, wrapper.XML, wrapper.CSV, wrapper.TSV):
        sparql.setReturnFormat(format_)
        found = sparql.query().convert()
        text = (
            found.toxml()
            if format_ == wrapper.XML
            else json.dumps(found)
            if format_ == wrapper.JSON
            else found.decode()
        )
        assert all(iri in text for iri in FOUND)
    sparql.setQuery("ASK {}")
    sparql.setReturnFormat(wrapper.JSON)
    assert sparql.query().convert()["boolean"] is True
    sparql.setQuery(f"CONSTRUCT WHERE {{ ?s <{FG}supplies> ?o }}")
    for format_ in (wrapper.TURTLE, wrapper.RDFXML, wrapper.JSONLD):
        sparql.setReturnFormat(format_)
        found = sparql.query().convert()
        assert len(found) >= 2


def test_rdflib_reads_through_its_sparqlstore(address: str) -> None:
    rdflib = pytest.importorskip("rdflib")
    from rdflib.plugins.stores.sparqlstore import SPARQLStore

    graph = rdflib.Graph(SPARQLStore(address))
    nvidia, supplies = rdflib.URIRef(ENTITY + "nvidia"), rdflib.URIRef(FG + "supplies")
    assert sorted(str(s) for s in graph.subjects(supplies, nvidia)) == FOUND
    assert [str(row.s) for row in graph.query(SUPPLIERS)] == FOUND
    assert (rdflib.URIRef(FOUND[0]), supplies, nvidia) in graph


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
@pytest.mark.parametrize(
    "options",
    [
        ["--get", "--data-urlencode", f"query={SUPPLIERS}"],
        ["--data-urlencode", f"query={SUPPLIERS}"],
        ["--header", "Content-Type: application/sparql-query", "--data-binary", SUPPLIERS],
    ],
)
def test_curl(address: str, options: list[str]) -> None:
    command = ["curl", "--silent", "--fail", "--noproxy", "*", "--header", "Accept: text/csv", *options, address]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["s", *FOUND]
