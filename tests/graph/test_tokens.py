"""Queries that would send requests are known by their words, however these are written."""

from __future__ import annotations

import pytest

from fabgrid.errors import QueryError
from fabgrid.graph import sparql


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }",
        "SELECT * { SERVICE SILENT <http://127.0.0.1/> { ?s ?p ?o } }",
        "SELECT * {SERVICESILENT<http://127.0.0.1/>{?s ?p ?o}}",
        "PREFIX : <http://127.0.0.1/> SELECT * { SERVICE:x { ?s ?p ?o } }",
        "SELECT * { ?s ?p 1e0SERVICE <http://127.0.0.1/> { ?s ?p ?o } }",
        "SELECT * { ?s ?p trueSERVICE <http://127.0.0.1/> { ?s ?p ?o } }",
        "LOAD <http://127.0.0.1/>",
    ],
)
def test_a_request_is_refused_however_it_is_written(query: str) -> None:
    with pytest.raises(QueryError, match="sends no requests"):
        sparql.check(query)


@pytest.mark.parametrize(
    "query",
    [
        'SELECT * { ?s ?p "SERVICE <http://127.0.0.1/> {}" }',
        "SELECT * { ?s <http://example.org/SERVICE> ?o } # LOAD",
        "PREFIX service: <http://example.org/> SELECT * { ?s service:load ?o }",
        "SELECT ?service { ?service ?load ?o }",
    ],
)
def test_the_words_may_stand_where_they_ask_for_nothing(query: str) -> None:
    sparql.check(query)
