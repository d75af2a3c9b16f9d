"""Queries and clients that mean harm: each gets an answer in time, and the next one is served as before."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path

import httpx
import psutil
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from servers import serving

from fabgrid.server.limits import Limits

Serve = Callable[..., httpx.Client]

pytestmark = pytest.mark.slow

SECONDS = 1.5
SPARQL = {"Content-Type": "application/sparql-query"}


@pytest.fixture(scope="module")
def strict(demo_path: Path) -> Iterator[httpx.Client]:
    """A server with little patience."""
    with serving(demo_path, workers=2, limits=Limits(seconds=SECONDS, memory_bytes=256 << 20)) as client:
        yield client


@pytest.fixture(autouse=True)
def _still_answers(request: pytest.FixtureRequest) -> Iterator[None]:
    """After each test the server answers as before."""
    yield
    if "strict" in request.fixturenames:
        client: httpx.Client = request.getfixturevalue("strict")
        end = time.monotonic() + 60
        while (response := ask(client, "SELECT ?s { ?s fg:supplies entity:nvidia }")).status_code == 503:
            assert time.monotonic() < end  # a worker that was killed takes a moment to be replaced
        assert response.json()["results"]["bindings"]


def ask(client: httpx.Client, query: str) -> httpx.Response:
    return client.post("/sparql", content=query.encode(), headers=SPARQL)


# ---------------------------------------------------------------- no request leaves, no file is read


@pytest.fixture
def listener() -> Iterator[tuple[str, list[bytes]]]:
    """An address of this machine, and what was sent to it."""
    received: list[bytes] = []
    with closing(socket.create_server(("127.0.0.1", 0))) as server:

        def accept() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    with connection:
                        received.append(connection.recv(1000))

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/", received
        with suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)
    thread.join()


REQUESTS = {
    "service": "SELECT * {{ SERVICE <{url}> {{ ?s ?p ?o }} }}",
    "service silent": "SELECT * {{ SERVICE SILENT <{url}> {{ ?s ?p ?o }} }}",
    "service in lower case": "SELECT * {{ service <{url}> {{ ?s ?p ?o }} }}",
    "service after a comment": "SELECT * {{ SERVICE # a comment\n <{url}> {{ ?s ?p ?o }} }}",
    "service of a variable": "SELECT * {{ VALUES ?u {{ <{url}> }} SERVICE ?u {{ ?s ?p ?o }} }}",
    "service without a space": "SELECT * {{ SERVICESILENT<{url}> {{ ?s ?p ?o }} }}",
    "service as a prefix": "PREFIX : <{url}> SELECT * {{ SERVICE:x {{ ?s ?p ?o }} }}",
    "service as a known prefix": "PREFIX SERVICE: <a:b> PREFIX : <{url}> SELECT * {{ SERVICE:x {{ ?s ?p ?o }} }}",
    "service after a number": "SELECT * {{ OPTIONAL {{ ?a ?b 1e0SERVICE <{url}> {{ ?s ?p ?o }} }} }}",
    "service after a truth": "SELECT * {{ OPTIONAL {{ ?a ?b trueSERVICE <{url}> {{ ?s ?p ?o }} }} }}",
    "service after a name": "PREFIX : <{url}> SELECT * {{ OPTIONAL {{ ?a ?b :.SERVICE <{url}> {{ ?s ?p ?o }} }} }}",
    "service in a subquery": "SELECT * {{ {{ SELECT * {{ SERVICE <{url}> {{ ?s ?p ?o }} }} }} }}",
    "service in exists": "ASK {{ FILTER EXISTS {{ SERVICE <{url}> {{ ?s ?p ?o }} }} }}",
    "service escaped": "SELECT * {{ \\u0053ERVICE <{url}> {{ ?s ?p ?o }} }}",
    "load": "LOAD <{url}>",
    "load silent": "LOAD SILENT <{url}> INTO GRAPH <{url}>",
    "load of a file": "LOAD <file:///etc/hostname>",
    "insert": "INSERT DATA {{ <a:s> <a:p> <a:o> }}",
    "delete": "DELETE WHERE {{ ?s ?p ?o }}",
    "clear": "CLEAR ALL",
    "an update after a query": "ASK {{}} ; DROP ALL",
}


@pytest.mark.parametrize("query", REQUESTS.values(), ids=REQUESTS)
def test_what_would_send_or_write_is_refused(
    strict: httpx.Client, listener: tuple[str, list[bytes]], query: str
) -> None:
    url, received = listener
    response = ask(strict, query.format(url=url))
    assert response.status_code == 400, response.text
    assert response.text.startswith("query: ")
    assert received == []


@pytest.mark.parametrize("clause", ["FROM <{}>", "FROM NAMED <{}>", "FROM <{}> FROM NAMED <{}>"])
@pytest.mark.parametrize("place", ["http", "file"])
def test_a_graph_that_is_named_is_not_fetched(
    strict: httpx.Client, listener: tuple[str, list[bytes]], clause: str, place: str
) -> None:
    url, received = listener
    graph = url if place == "http" else Path(__file__).as_uri()
    query = f"SELECT * {clause.format(graph, graph)} {{ {{ ?s ?p ?o }} UNION {{ GRAPH ?g {{ ?s ?p ?o }} }} }}"
    for parameters in ({}, {"default-graph-uri": graph, "named-graph-uri": graph}):
        response = strict.get("/sparql", params={"query": query, **parameters})
        assert response.json()["results"]["bindings"] == []
    assert received == []


def test_the_kernel_refuses_what_the_words_let_through(
    demo_path: Path, serve: Serve, listener: tuple[str, list[bytes]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text("import fabgrid.graph.tokens as t\nt.refuse = lambda query: None\n")
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{os.environ.get('PYTHONPATH', '')}")
    url, received = listener
    response = ask(serve(demo_path), REQUESTS["service"].format(url=url))
    assert response.status_code == 400
    assert "Permission denied" in response.text
    assert received == []


@pytest.mark.parametrize(
    "query",
    [
        'ASK { BIND("SERVICE <http://a/> { LOAD }" AS ?x) }',
        "ASK { BIND('''a ' SERVICE ''' AS ?x) }",
        "ASK { VALUES ?x { <http://example.org/SERVICE/LOAD> } }",
        "PREFIX service: <http://example.org/> ASK { VALUES ?x { service:LOAD service:x } }",
        "PREFIX service: <http://example.org/> ASK { GRAPH service:x { ?s ?p ?o } } # SERVICE",
        "PREFIX x: <http://example.org/> SELECT * { ?s x:service ?service . { ?s ?p ?load } } LIMIT 1",
        "ASK { ?service ?load 'LOAD'@en } # LOAD",
    ],
)
def test_a_word_may_stand_in_a_literal_an_iri_or_a_name(client: httpx.Client, query: str) -> None:
    assert ask(client, query).status_code == 200


# ---------------------------------------------------------------- what costs too much is stopped

CROSS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
STREAM = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . FILTER(CONCAT(STR(?c), STR(?l)) = 'never') }"
DOUBLINGS = " ".join(f"BIND(CONCAT(?x{i}, ?x{i}, ?x{i}, ?x{i}) AS ?x{i + 1})" for i in range(20))
DOUBLING = f"SELECT (STRLEN(?x20) AS ?n) {{ BIND('aaaaaaaa' AS ?x0) {DOUBLINGS} }}"


@pytest.mark.parametrize("query", [CROSS, STREAM], ids=["cross product", "streamed cross product"])
def test_a_query_past_its_deadline_is_stopped_within_a_second(strict: httpx.Client, query: str) -> None:
    start = time.monotonic()
    response = ask(strict, query)
    assert response.status_code == 504
    assert "took longer than 1.5 seconds" in response.text
    assert time.monotonic() - start < SECONDS + 1


@pytest.mark.parametrize("pattern", ["^(a+)+$", "(a|aa)+$", "(.*a){20}", "a{1000}{1000}"])
def test_a_pattern_cannot_bomb(strict: httpx.Client, pattern: str) -> None:
    start = time.monotonic()
    response = ask(strict, f'ASK {{ FILTER(REGEX("{"a" * 60}!", "{pattern}")) }}')
    assert response.status_code in {200, 400}
    assert time.monotonic() - start < SECONDS + 1


def test_a_query_cannot_eat_the_memory(strict: httpx.Client) -> None:
    response = ask(strict, DOUBLING)
    assert response.status_code in {503, 504}
    assert "memory" in response.text or "took longer" in response.text


NESTED = {
    "not": lambda n: f"ASK {{ FILTER({'!' * n}true) }}",
    "brackets": lambda n: f"ASK {{ FILTER({'(' * n}1{')' * n}) }}",
    "groups": lambda n: f"ASK {'{' * n}{'}' * n}",
    "sums": lambda n: f"ASK {{ FILTER({'1+' * n}1) }}",
    "unions": lambda n: f"ASK {{ {{}} {'UNION {}' * n} }}",
    "paths": lambda n: f"ASK {{ ?a {'<a:b>/' * (n // 10)}<a:b> ?c }}",
    "lists": lambda n: f"ASK {{ ?a <a:b> {'(' * n}{')' * n} }}",
    "subqueries": lambda n: f"ASK {'{SELECT * ' * (n // 10)}{{}}{'}' * (n // 10)}",
}


@pytest.mark.parametrize("kind", NESTED)
@pytest.mark.parametrize("depth", [1_000, 100_000])
def test_deep_nesting_is_answered_or_refused(strict: httpx.Client, kind: str, depth: int) -> None:
    start = time.monotonic()
    assert ask(strict, NESTED[kind](depth)).status_code in {200, 400, 413, 504}
    assert time.monotonic() - start < SECONDS + 1


def test_a_query_of_ten_megabytes_is_not_even_read(strict: httpx.Client) -> None:
    response = ask(strict, "ASK { FILTER(" + "!" * 10_000_000 + "true) }")
    assert response.status_code == 413
    assert "1,048,576 bytes" in response.text


# ---------------------------------------------------------------- an answer that is too long says so


@pytest.mark.parametrize(
    ("accept", "rows"),
    [
        ("application/sparql-results+json", lambda r: len(r.json()["results"]["bindings"])),
        ("application/sparql-results+xml", lambda r: r.text.count("<result>")),
        ("text/csv", lambda r: r.text.count("\n") - 1),
        ("text/tab-separated-values", lambda r: r.text.count("\n") - 1),
    ],
)
def test_a_long_table_is_cut_and_says_so(demo_path: Path, serve: Serve, accept: str, rows) -> None:  # type: ignore[no-untyped-def]
    client = serve(demo_path, limits=Limits(rows=40))
    query = "SELECT * { ?s ?p ?o . OPTIONAL { ?s skos:altLabel ?none } }"
    cut = client.get("/sparql", params={"query": query}, headers={"Accept": accept})
    assert (rows(cut), cut.headers["X-SPARQL-MaxRows"]) == (40, "40")
    whole = client.get("/sparql", params={"query": query + " LIMIT 40"}, headers={"Accept": accept})
    assert rows(whole) == 40
    assert "X-SPARQL-MaxRows" not in whole.headers


@pytest.mark.parametrize("accept", ["text/turtle", "application/n-triples", "application/ld+json"])
def test_a_large_graph_is_cut_and_says_so(demo_path: Path, serve: Serve, accept: str) -> None:
    import pyoxigraph as ox

    client = serve(demo_path, limits=Limits(rows=40))
    cut = client.get("/sparql", params={"query": "CONSTRUCT WHERE { ?s ?p ?o }"}, headers={"Accept": accept})
    assert cut.headers["X-SPARQL-MaxRows"] == "40"
    assert len(list(ox.parse(cut.content, format=ox.RdfFormat.from_media_type(accept)))) == 40


def test_large_values_are_cut_by_their_bytes(demo_path: Path, serve: Serve) -> None:
    client = serve(demo_path, limits=Limits(answer_bytes=100_000))
    big = "'" + "x" * 9_000 + "'"
    response = client.get("/sparql", params={"query": f"SELECT ?s ({big} AS ?text) {{ ?s ?p ?o }}"})
    kept = len(response.json()["results"]["bindings"])
    assert 5 < kept < 20
    assert response.headers["X-SPARQL-MaxRows"] == str(kept)


# ---------------------------------------------------------------- clients


def test_slow_clients_keep_nobody_waiting(strict: httpx.Client) -> None:
    address = (strict.base_url.host, strict.base_url.port)
    beginnings = [
        b"GET /sparql?query=ASK HTTP/1.1\r\nHost: 127.0.0.1\r\nX-",  # headers that never end
        b"POST /sparql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/sparql-query\r\n"
        b"Content-Length: 1000\r\n\r\nASK",  # a body that never ends
        b"GET /sparql?query=SELECT%20*%20%7B%3Fs%20%3Fp%20%3Fo.%3Fa%20%3Fb%20%3Fc%7D HTTP/1.1\r\n"
        b"Host: 127.0.0.1\r\nConnection: close\r\n\r\n",  # an answer that nobody reads
    ]
    slow = [socket.create_connection(address) for _ in range(200)]
    try:
        for number, connection in enumerate(slow):
            connection.sendall(beginnings[number % 2])
        times = []
        for _ in range(20):
            start = time.monotonic()
            assert ask(strict, "ASK {}").json()["boolean"]
            times.append(time.monotonic() - start)
        assert sorted(times)[10] < 0.5
        slow[1].settimeout(SECONDS + 5)
        assert b"408" in slow[1].recv(100)
    finally:
        for connection in slow:
            connection.close()


def test_answers_that_nobody_reads_take_no_memory(demo_path: Path, serve: Serve) -> None:
    client = serve(demo_path, workers=2, limits=Limits(seconds=60))
    big = "SELECT * { ?s ?p ?o . ?a ?b ?c } LIMIT 30000"
    ask(client, big)
    before = psutil.Process().memory_info().rss
    slow = []
    for _ in range(20):
        connection = socket.create_connection((client.base_url.host, client.base_url.port))
        connection.sendall(
            f"POST /sparql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/sparql-query\r\n"
            f"Content-Length: {len(big)}\r\n\r\n{big}".encode()
        )
        slow.append(connection)
    for connection in slow:  # the beginning of each answer has come: it waits for its reader
        connection.settimeout(60)
        assert connection.recv(12) == b"HTTP/1.1 200"
    assert ask(client, "ASK {}").json()["boolean"]
    assert psutil.Process().memory_info().rss - before < 40 << 20  # 20 answers are 150 MB
    for connection in slow:
        connection.close()


def test_two_hundred_clients_at_once_are_all_answered(client: httpx.Client) -> None:
    def one(_: int) -> int:
        return httpx.get(client.base_url.join("/sparql"), params={"query": "ASK {}"}, timeout=60).status_code

    with ThreadPoolExecutor(50) as threads:
        assert set(threads.map(one, range(200))) == {200}


def workers(client: httpx.Client) -> list[psutil.Process]:
    """The worker processes of a server that runs in this process."""
    return [p for p in psutil.Process().children() if "fabgrid.server.worker" in p.cmdline()]


def test_a_worker_that_is_killed_costs_no_answer(demo_path: Path, serve: Serve) -> None:
    before = {p.pid for p in psutil.Process().children()}
    client = serve(demo_path, workers=2, limits=Limits(seconds=20))
    long = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . FILTER(STRLEN(STR(?c)) > STRLEN(STR(?f))) }"
    with ThreadPoolExecutor(1) as threads:
        answer = threads.submit(ask, client, long)
        for worker in workers(client):
            if worker.pid not in before:
                os.kill(worker.pid, signal.SIGKILL)
        assert answer.result().status_code == 200
    assert ask(client, "ASK {}").json()["boolean"]


# ---------------------------------------------------------------- anything at all

CASES = int(os.environ.get("FABGRID_FUZZ", "300"))  # 10000 for the whole of it
WORDS = (
    "SELECT ASK CONSTRUCT DESCRIBE WHERE FROM NAMED FILTER OPTIONAL UNION MINUS BIND VALUES GRAPH SERVICE LOAD"
    " GROUP BY ORDER HAVING LIMIT OFFSET DISTINCT REDUCED PREFIX BASE EXISTS NOT IN AS UNDEF COUNT REGEX"
    " ?s ?p ?o * { } ( )"
    " . ; , a true 1 -2.5 1e9 'x' \"y\"@en <http://a/b> fg:supplies entity:nvidia _:b [] ^ / |"
    " + ! = < > && || # \\ \x00 é 𝒳"
).split(" ")
queries = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join),
    st.lists(st.sampled_from(WORDS), max_size=12).map(lambda w: f"SELECT * {{ ?s ?p ?o {' '.join(w)} }} LIMIT 3"),
)
header_values = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40).map(str.strip)
requests = st.fixed_dictionaries(
    {
        "method": st.sampled_from(["GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"]),
        "url": st.one_of(
            st.sampled_from(["/sparql", "/", "/graph", "/entity/nvidia", "/health", "/metrics", "/static/x", "/none"]),
            st.text(st.characters(exclude_characters="#?%", exclude_categories=["Cs", "Cc"]), max_size=12).map(
                lambda t: f"/entity/{t}"
            ),
        ),
        "params": st.lists(
            st.tuples(
                st.sampled_from(["query", "update", "default-graph-uri", "named-graph-uri", "around", "x"]), queries
            ),
            max_size=3,
        ),
        "headers": st.dictionaries(
            st.sampled_from(["Accept", "Content-Type", "Authorization", "Range", "If-None-Match"]),
            st.one_of(
                header_values,
                st.sampled_from([*SPARQL.values(), "application/x-www-form-urlencoded", "text/html", "*/*;q=x"]),
            ),
            max_size=3,
        ),
        "content": st.one_of(st.binary(max_size=60), queries.map(lambda q: q.encode("utf-8", "replace"))),
    }
)


@settings(
    max_examples=CASES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@example({"method": "POST", "url": "/sparql", "params": [], "headers": SPARQL, "content": b"\xff"})
@given(request=requests)
def test_no_request_makes_the_server_fail(strict: httpx.Client, request: dict[str, object]) -> None:
    response = strict.request(**request)  # type: ignore[arg-type]
    assert response.status_code < 500 or response.status_code == 504, response.text
    assert "Traceback" not in response.text


def test_memory_stays_flat(strict: httpx.Client) -> None:
    def round_of_requests() -> int:
        for number in range(100):
            ask(strict, f"SELECT * {{ ?s ?p ?o }} LIMIT {number}")
            strict.get("/sparql", params={"query": f"nonsense {number}"})
        return sum(p.memory_info().rss for p in (psutil.Process(), *workers(strict)))

    round_of_requests()
    before = round_of_requests()
    assert round_of_requests() - before < 20 << 20
