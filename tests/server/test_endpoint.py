"""The endpoint as a client sees it: formats, statuses, pages, access, and a store that is being written to."""

from __future__ import annotations

import base64
import json
import re
import socket
import time
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import httpx
import pyoxigraph as ox
import pytest

from fabgrid.errors import FabgridError, StoreError
from fabgrid.graph.statements import article_iri, article_quads
from fabgrid.graph.store import Store
from fabgrid.graph.terms import ENTITY, FG
from fabgrid.query import named_queries
from fabgrid.server.app import Server, listen
from samples import RUN, chips, demo, ingest, iris, power

Serve = Callable[..., httpx.Client]
SUPPLIERS = "SELECT ?s { ?s fg:supplies entity:nvidia } ORDER BY ?s"


def ask(client: httpx.Client, query: str, accept: str = "*/*") -> httpx.Response:
    return client.get("/sparql", params={"query": query}, headers={"Accept": accept})


def suppliers(client: httpx.Client) -> list[str]:
    rows = ask(client, SUPPLIERS).json()["results"]["bindings"]
    return [row["s"]["value"].removeprefix(ENTITY) for row in rows]


# ---------------------------------------------------------------- the protocol


@pytest.mark.parametrize("how", ["get", "form", "direct"])
def test_a_query_can_be_sent_in_three_ways(client: httpx.Client, how: str) -> None:
    if how == "get":
        response = client.get("/sparql", params={"query": SUPPLIERS})
    elif how == "form":
        response = client.post("/sparql", data={"query": SUPPLIERS})
    else:
        response = client.post("/sparql", content=SUPPLIERS, headers={"Content-Type": "application/sparql-query"})
    assert [r["s"]["value"] for r in response.json()["results"]["bindings"]] == [ENTITY + "samsung", ENTITY + "tsmc"]


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("*/*", "application/sparql-results+json"),
        ("", "application/sparql-results+json"),
        ("application/json", "application/json"),
        ("application/sparql-results+xml, text/csv;q=0.5", "application/sparql-results+xml"),
        ("text/csv, application/sparql-results+xml;q=0.5", "text/csv; charset=utf-8"),
        ("text/tab-separated-values", "text/tab-separated-values; charset=utf-8"),
        ("application/*", "application/sparql-results+json"),
        ("text/turtle, */*;q=0.1", "application/sparql-results+json"),
        ("application/sparql-results+json;q=0, */*", "application/sparql-results+xml"),
    ],
)
def test_a_table_comes_in_the_format_that_is_liked_best(client: httpx.Client, accept: str, media_type: str) -> None:
    response = ask(client, SUPPLIERS, accept)
    assert response.headers["content-type"] == media_type
    assert response.headers["vary"] == "Accept"
    assert "samsung" in response.text


@pytest.mark.parametrize(
    "accept", ["text/turtle", "application/n-triples", "application/ld+json", "application/rdf+xml"]
)
def test_a_graph_comes_in_every_format(client: httpx.Client, accept: str) -> None:
    response = ask(client, "CONSTRUCT WHERE { ?s fg:supplies ?o }", accept)
    assert response.headers["content-type"].partition(";")[0] == accept
    triples = list(ox.parse(response.content, format=ox.RdfFormat.from_media_type(accept)))
    assert {t.predicate.value for t in triples} == {FG + "supplies"}


def test_a_truth_comes_as_json_and_xml(client: httpx.Client) -> None:
    assert ask(client, "ASK { entity:tsmc fg:supplies entity:nvidia }").json()["boolean"] is True
    xml = ask(client, "ASK { entity:amd fg:supplies entity:nvidia }", "application/sparql-results+xml").text
    assert ElementTree.fromstring(xml).findtext("{*}boolean") == "false"


@pytest.mark.parametrize(
    ("request_", "status", "says"),
    [
        ({"method": "POST"}, 415, "application/sparql-query"),
        ({"method": "POST", "content": "ASK {}", "headers": {"Content-Type": "text/plain"}}, 415, "the body must be"),
        (
            {"method": "POST", "content": "{}", "headers": {"Content-Type": "application/ld+json"}},
            415,  # nothing is parsed that could name a context to fetch
            "the body must be",
        ),
        ({"method": "POST", "data": {"update": "CLEAR ALL"}}, 403, "only reads"),
        ({"method": "GET", "params": {"update": "CLEAR ALL"}}, 403, "only reads"),
        (
            {"method": "POST", "content": "CLEAR ALL", "headers": {"Content-Type": "application/sparql-update"}},
            403,
            "only reads",
        ),
        ({"method": "POST", "data": {"x": "ASK {}"}}, 400, "there is no query"),
        ({"method": "GET", "params": {"query": ["ASK {}", "ASK {}"]}}, 400, "several queries"),
        ({"method": "GET", "params": {"query": "SELECT * {"}}, 400, "{ is not closed"),
        ({"method": "GET", "params": {"query": ""}}, 400, "the query is empty"),
        ({"method": "GET", "params": {"query": "ASK {}", "default-graph-uri": "no iri"}}, 400, "query: "),
        ({"method": "GET", "params": {"query": "SELECT * {}"}, "headers": {"Accept": "image/png"}}, 406, "text/csv"),
        ({"method": "GET", "headers": {"Accept": "image/png"}}, 406, "text/turtle"),
        ({"method": "PUT"}, 405, "Not Allowed"),
    ],
)
def test_a_wrong_request_is_told_what_is_wrong(
    client: httpx.Client, request_: dict[str, object], status: int, says: str
) -> None:
    response = client.request(url="/sparql", **request_)  # type: ignore[arg-type]
    assert (response.status_code, says in response.text) == (status, True), response.text
    assert response.headers["content-type"].startswith("text/plain")


COUNT = "SELECT (COUNT(*) AS ?n) %s { ?s ?p ?o }"


def test_the_graphs_of_a_request_overrule_those_of_the_query(client: httpx.Client) -> None:
    one, other = article_iri(chips().article), article_iri(power().article)

    def count(query: str, **graphs: str | list[str]) -> int:
        response = client.get("/sparql", params={"query": query, **graphs})
        return int(response.json()["results"]["bindings"][0]["n"]["value"])

    whole, first = count(COUNT % ""), count(COUNT % f"FROM <{one}>")
    assert 0 < first < whole
    assert count(COUNT % "", **{"default-graph-uri": one}) == first
    assert count(COUNT % f"FROM <{other}>", **{"default-graph-uri": one}) == first
    assert count(COUNT % "", **{"default-graph-uri": [one, other]}) > first
    assert count(COUNT % "", **{"named-graph-uri": one}) == 0
    in_graphs = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
    assert count(in_graphs, **{"named-graph-uri": one}) == first
    assert count(in_graphs, **{"default-graph-uri": one}) == 0
    assert count(COUNT % "" + " # FROM") == whole


def test_ready_queries_have_answers(client: httpx.Client) -> None:
    links = re.findall(r'href="(/sparql\?query=[^"]+)"', client.get("/").text)
    assert len(links) == len(named_queries())
    rows = []
    for link in links:
        response = client.get(unescape(link), headers={"Accept": "application/json"})
        assert response.status_code == 200, response.text
        rows.append(len(response.json()["results"]["bindings"]))
    assert sum(map(bool, rows)) > len(rows) / 2  # the others ask for what two articles do not say


# ---------------------------------------------------------------- pages


def test_the_home_page_counts_what_the_graph_holds(client: httpx.Client, demo_path: Path) -> None:
    text = client.get("/").text
    counts = {name: int(n.replace(",", "")) for name, n in re.findall(r"<dt>([\w ]+)</dt><dd>([\d,]+)</dd>", text)}
    with Store.open(demo_path, read_only=True) as store:
        assert counts["quads"] == len(store)
        assert counts["articles"] == len(store.articles()) == 2
    assert counts["statements"] == len(chips().facts) + len(power().facts)
    assert '<a href="/entity/nvidia"><bdi>Nvidia</bdi></a>' in text


def test_an_entity_has_a_page_with_its_facts_and_sentences(client: httpx.Client) -> None:
    text = client.get("/entity/nvidia").text
    assert "<bdi>Nvidia</bdi>" in text
    assert "NVDA" in text
    assert "<bdi>TSMC makes chips for Nvidia, its chief executive said.</bdi>" in text
    assert "$130.5 billion" in text
    assert 'href="https://example.org/chips"' in text
    assert '<a href="/entity/tsmc">' in text


@pytest.mark.parametrize("accept", ["text/turtle", "application/ld+json", "application/n-triples"])
def test_an_entity_is_there_as_data(client: httpx.Client, accept: str) -> None:
    response = client.get("/entity/mara", headers={"Accept": accept})
    assert response.headers["content-type"].partition(";")[0] == accept
    store = ox.Store()
    store.extend(ox.parse(response.content, format=ox.RdfFormat.from_media_type(accept)))
    prefixes = {"fg": FG, "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#", "oa": "http://www.w3.org/ns/oa#"}
    rows = store.query(
        f"SELECT ?text {{ ?s rdf:subject <{ENTITY}mara> ; rdf:predicate fg:acquires ; fg:status fg:Planned ;"
        " fg:evidence/oa:hasSelector/oa:exact ?text }",
        prefixes=prefixes,
    )
    assert [row["text"].value[:20] for row in rows] == ["Mara plans to acquir"]


def test_every_entity_has_a_page(client: httpx.Client) -> None:
    rows = ask(client, "SELECT DISTINCT ?e { GRAPH graph:entities { ?e a ?type } }").json()["results"]["bindings"]
    names = [row["e"]["value"].removeprefix(ENTITY) for row in rows]
    assert len(names) > 8
    assert {client.get(f"/entity/{name}").status_code for name in names} == {200}


@pytest.mark.parametrize("name", ["nobody", "", "a b", "%3Cscript%3E", "台積電"])
def test_an_unknown_entity_is_not_found(client: httpx.Client, name: str) -> None:
    for accept in ("text/html", "text/turtle"):
        response = client.get(f"/entity/{name}", headers={"Accept": accept})
        assert response.status_code == 404
        assert accept != "text/html" or "<script>" not in response.text


def test_an_article_cannot_write_into_a_page(serve: Serve, tmp_path: Path) -> None:
    evil = "<script>alert(1)</script>"
    x = chips()
    article = replace(x.article, title=evil, publisher=evil, url="javascript:alert(1)")
    with Store.open(tmp_path / "store", create=True) as store:
        ingest(store, replace(x, article=article))
    client = serve(tmp_path / "store")
    for path in ("/", "/entity/nvidia", "/sparql"):
        text = client.get(path, headers={"Accept": "text/html"}).text
        assert evil not in text
        assert 'href="javascript:' not in text


def test_the_picture_shows_the_graph_or_what_is_near(client: httpx.Client) -> None:
    whole, near = client.get("/graph"), client.get("/graph", params={"around": "amd"})
    assert "Constellation Energy" in whole.text
    assert "Constellation Energy" not in near.text
    assert "Nvidia" in near.text
    assert "'sha256-" in whole.headers["content-security-policy"]
    assert client.get("/graph", params={"around": "nobody"}).status_code == 404


def test_browsers_get_the_editor_where_programs_get_data(client: httpx.Client) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
    assert "yasgui" in client.get("/sparql", params={"query": "ASK {}"}, headers=browser).text
    assert "sd:Service" in client.get("/sparql").text


@pytest.mark.parametrize("path", ["/", "/sparql", "/entity/nvidia", "/graph", "/static/editor.js", "/health", "/none"])
def test_every_answer_is_closed_to_what_is_not_ours(client: httpx.Client, path: str) -> None:
    headers = client.get(path, headers={"Accept": "text/html"}).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("name", ["editor.js", "site.css", "yasgui.min.js", "yasgui.min.css", "vis-network.js"])
def test_what_the_pages_need_comes_from_here(client: httpx.Client, name: str) -> None:
    response = client.get(f"/static/{name}")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith(("text/javascript", "text/css"))


@pytest.mark.parametrize("name", ["none.js", "..%2Fapp.py", "%2E%2E"])
def test_nothing_else_can_be_fetched(client: httpx.Client, name: str) -> None:
    assert client.get(f"/static/{name}").status_code == 404


# ---------------------------------------------------------------- access


def test_a_token_is_asked_for_and_taken_as_bearer_or_password(demo_path: Path, serve: Serve) -> None:
    client = serve(demo_path, token="sesame-ø")
    refused = client.get("/sparql")
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"].startswith("Basic")
    basic = base64.b64encode("anyone:sesame-ø".encode()).decode()
    for right in (f"Basic {basic}", "Bearer sesame-ø".encode()):
        assert client.get("/sparql", headers={"Authorization": right}).status_code == 200
    for wrong in ("Bearer sesame", "Basic !", "Basic " + base64.b64encode(b"sesame").decode(), "Bearer", "x"):
        assert client.get("/metrics", headers={"Authorization": wrong}).status_code == 401
    assert client.get("/health").status_code == 200


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:99", 200),
        ("127.0.0.1", 200),
        ("[::1]:80", 200),
        ("evil.example", 421),
        ("127.0.0.1.evil.example", 421),
    ],
)
def test_without_a_token_only_names_of_this_machine_lead_here(client: httpx.Client, host: str, status: int) -> None:
    assert client.get("/", headers={"Host": host}).status_code == status


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org"])
def test_other_addresses_need_a_token(host: str) -> None:
    with pytest.raises(FabgridError, match="--token"):
        listen(host, 0, token=None)


def test_a_port_that_is_taken_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(FabgridError, match="name another with --port"):
        listen("127.0.0.1", taken.getsockname()[1], token=None)


def test_a_store_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with listen("127.0.0.1", 0, token=None) as connections, pytest.raises(StoreError, match="there is no store"):
        Server(tmp_path / "none", connections)


# ---------------------------------------------------------------- for those who run it


def test_metrics_count_what_happens(demo_path: Path, serve: Serve) -> None:
    client = serve(demo_path, workers=2)
    ask(client, "ASK {}")
    ask(client, "nonsense")
    text = client.get("/metrics").text
    assert 'fabgrid_requests_total{route="sparql",status="200"} 1' in text
    assert 'fabgrid_requests_total{route="sparql",status="400"} 1' in text
    assert 'fabgrid_query_seconds_bucket{le="+Inf"} 2' in text
    assert "fabgrid_workers 2" in text
    for line in text.splitlines():
        assert re.fullmatch(r"# (HELP|TYPE) fabgrid_\w+ .+|fabgrid_\w+(\{[^}]*\})? [\d.e+-]+", line), line


# ---------------------------------------------------------------- a store that is written to


def until(client: httpx.Client, wanted: Callable[[], bool]) -> None:
    """Ask until the server has followed the store."""
    end = time.monotonic() + 60
    while not wanted():
        assert time.monotonic() < end


def test_the_server_follows_the_store(serve: Serve, tmp_path: Path) -> None:
    path = demo(tmp_path / "store")
    client = serve(path)
    assert suppliers(client) == ["samsung", "tsmc"]
    assert "<dt>articles</dt><dd>2</dd>" in client.get("/").text
    with Store.open(path) as store:  # the server reads while this writes
        store.remove_article(article_iri(power().article))
        until(client, lambda: suppliers(client) == ["tsmc"])
        until(client, lambda: "<dt>articles</dt><dd>1</dd>" in client.get("/").text)
        x = power()
        store.replace_article(article_iri(x.article), article_quads(x, iris(x), run=RUN))
        until(client, lambda: suppliers(client) == ["samsung", "tsmc"])


@pytest.mark.slow
def test_readers_see_whole_articles_only(serve: Serve, tmp_path: Path) -> None:
    path = tmp_path / "store"
    size = len(list(article_quads(chips(), iris(chips()), run=RUN)))
    with Store.open(path, create=True) as store:
        ingest(store, chips())
        client = serve(path)
        query = "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } FILTER(?g != graph:entities) } GROUP BY ?g"
        seen: set[int] = set()
        number = 1
        while len(seen) < 3 and number < 5000:
            x = replace(chips(), article=replace(chips().article, url=f"https://example.org/{number}"))
            store.replace_article(article_iri(x.article), article_quads(x, iris(x), run=RUN))
            number += 1
            if number % 20 == 0:
                rows = ask(client, query).json()["results"]["bindings"]
                assert {int(row["n"]["value"]) for row in rows} == {size}
                seen.add(len(rows))
    assert len(seen) == 3, "the server never followed"


def test_an_empty_store_is_served(serve: Serve, tmp_path: Path) -> None:
    with Store.open(tmp_path / "store", create=True):
        pass
    client = serve(tmp_path / "store")
    assert suppliers(client) == []
    for path in ("/", "/graph"):
        assert client.get(path).status_code == 200


def test_nothing_is_left_in_the_store(tmp_path: Path) -> None:
    from servers import serving

    path = demo(tmp_path / "store")
    before = {p.name for p in path.iterdir()}
    with serving(path):
        (workspace,) = {p for p in path.iterdir() if p.name not in before}
        (workspace / "lock").stat()
    assert {p.name for p in path.iterdir()} == before
    left = path / "serving-of-a-killed-server"
    (left / "1").mkdir(parents=True)
    with serving(path):
        assert not left.exists()


def test_json_has_no_byte_more_than_oxigraph_writes(client: httpx.Client, demo_path: Path) -> None:
    with Store.open(demo_path, read_only=True) as store:
        expected = store.query(SUPPLIERS).serialize(format=ox.QueryResultsFormat.JSON)
    assert json.loads(ask(client, SUPPLIERS).content) == json.loads(expected or b"")
