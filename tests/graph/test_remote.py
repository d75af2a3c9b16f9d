"""Remote stores, on servers of others and on one that misbehaves."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pyoxigraph as ox
import pytest
import sparql_servers as servers
from typer.testing import CliRunner, Result

from fabgrid.build import project
from fabgrid.cli import app
from fabgrid.errors import QueryError, StoreError
from fabgrid.graph import endpoint, remote
from fabgrid.graph.endpoint import Endpoint, addresses
from fabgrid.graph.export import to_text
from fabgrid.graph.statements import article_iri
from fabgrid.graph.store import Store
from fabgrid.query import find_entity, run
from samples import chips, power, set_entities

RUN = "fabgrid 0, no model"


@pytest.fixture(scope="module", params=[servers.oxigraph, servers.virtuoso], ids=["oxigraph", "virtuoso"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with request.param(tmp_path_factory.mktemp("server")) as url:
        yield url


@pytest.fixture
def url(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The server without articles, and an empty folder for their records."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FABGRID_STORE_USER", "dba")  # Oxigraph asks for none, Virtuoso by Digest
    monkeypatch.setenv("FABGRID_STORE_PASSWORD", "dba")
    yield server
    with Store.open(server) as store:
        for iri in store.articles():
            store.remove_article(iri)
        set_entities(store, ())


def ask(url: str, text: str = "ASK {}", **settings: str) -> Any:
    with closing(Endpoint(url, settings=settings)) as far:
        return far.select(text)


def fill(where: str | Path) -> None:
    with Store.open(where, create=True) as store:
        for extraction in (chips(), power()):
            store.records.put(extraction, RUN)
        assert project(store) == []


def test_a_remote_store_holds_what_a_local_one_holds(url: str, tmp_path: Path) -> None:
    fill(url)
    fill(tmp_path / "local")
    with Store.open(url, read_only=True) as far, Store.open(tmp_path / "local", read_only=True) as near:
        assert to_text(far, ".nq") == to_text(near, ".nq")
        text = "SELECT ?s ?c { ?s fg:supplies entity:nvidia . ?n rdf:subject ?s ; fg:confidence ?c } ORDER BY ?s ?c"
        assert run(far, text).cells() == run(near, text).cells()
        assert len(run(far, text)) > 1
        assert bool(run(far, "ASK { entity:tsmc fg:supplies entity:nvidia }"))
        graph = "CONSTRUCT { ?a skos:related ?b } WHERE { ?a fg:competesWith ?b }"
        assert run(far, graph).rows == run(near, graph).rows
        assert find_entity(far, "nvda") == find_entity(near, "NVDA")


def test_a_changed_and_a_removed_article_change_the_server(url: str) -> None:
    fill(url)
    old, new = chips(), replace(chips(), article=replace(chips().article, title="Corrected"))
    with Store.open(url) as store:
        store.records.put(new, RUN)
        store.records.remove(power().article.url)
        project(store)
        assert store.articles() == (article_iri(new.article),)
        assert article_iri(old.article) not in store.articles()
        with pytest.raises(QueryError, match="no entity is named"):
            find_entity(store, "Constellation Energy")


def test_commands_take_an_address_for_a_folder(url: str) -> None:
    fill(url)

    def fabgrid(*words: str) -> Result:
        return CliRunner().invoke(app, [*words, "--store", url])

    assert "Samsung" in fabgrid("query", "suppliers", "--bind", "company=Nvidia").stdout
    assert fabgrid("retype", "Mara", "Organization").exit_code == 0
    assert fabgrid("show", "Mara").stdout.startswith("Mara (Organization)")
    assert fabgrid("remove", power().article.url).exit_code == 0
    assert "Constellation Energy" not in fabgrid("stats").stdout
    assert fabgrid("validate").exit_code == 0


def test_long_answers_are_read_by_pages(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(url)
    with Store.open(url, read_only=True) as store:
        whole = list(store)
        monkeypatch.setattr(remote, "_PAGE", 30)
        assert set(store) == set(whole)
        assert len(list(store)) == len(whole)


def test_a_large_update_goes_in_batches_and_a_cut_answer_is_an_error(server: str, url: str) -> None:
    graph = ox.NamedNode("http://example.org/large")
    quads = [
        ox.Quad(ox.NamedNode(f"http://example.org/{n}"), graph, ox.Literal(f'"{n}"\n'), graph) for n in range(10_500)
    ]
    far = Endpoint(url)
    far.update("INSERT", quads)
    counted = far.select(f"SELECT (COUNT(*) AS ?n) {{ GRAPH {graph} {{ ?s ?p ?o }} }}")
    assert [int(row["n"].value) for row in counted] == [len(quads)]
    if server.endswith("/sparql"):
        with pytest.raises(QueryError, match="cut the answer"):
            far.select(f"SELECT * {{ GRAPH {graph} {{ ?s ?p ?o }} }}")
    far.update("DELETE", quads)
    assert not far.select(f"ASK {{ GRAPH {graph} {{ ?s ?p ?o }} }}")
    far.close()


def test_a_server_that_others_write_to_is_left_alone(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(url)
    with monkeypatch.context() as elsewhere:
        (tmp_path / "other").mkdir()
        elsewhere.chdir(tmp_path / "other")
        with pytest.raises(StoreError, match="2 articles that were not written from"):
            Store.open(url)
    with Store.open(url) as store:
        assert len(store.articles()) == 2


def test_a_second_writer_is_told_who_writes(url: str) -> None:
    with Store.open(url), pytest.raises(StoreError, match=r"process .* writes to this store"):
        Store.open(url)


def test_a_wrong_query_is_named(url: str) -> None:
    with pytest.raises(QueryError, match="400"):
        ask(url, "SELECT nonsense")


# ---------------------------------------------------------------- a server that misbehaves


class Moody(BaseHTTPRequestHandler):
    """Answers with the next of `moods`: a status, headers and a body each."""

    moods: ClassVar[list[tuple[int, dict[str, str], bytes]]] = []
    seen: ClassVar[list[tuple[str, str | None, bytes]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.seen.append((self.path, self.headers.get("Authorization"), body))
        status, headers, answer = self.moods.pop(0)
        self.send_response(status)
        for name, value in {"Content-Length": str(len(answer)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *words: Any) -> None:
        """Say nothing."""


YES = (200, {}, b'{"head":{},"boolean":true}')


@pytest.fixture
def moody(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(endpoint, "_PAUSE", 0.0)
    Moody.moods, Moody.seen = [], []
    with ThreadingHTTPServer(("127.0.0.1", 0), Moody) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_a_busy_server_is_asked_again(moody: str) -> None:
    Moody.moods = [(503, {}, b""), (429, {}, b""), YES]
    assert ask(moody)
    assert len(Moody.seen) == 3


def test_a_server_that_stays_busy_is_an_error(moody: str) -> None:
    Moody.moods = [(503, {}, b"over\nloaded")] * 5
    with pytest.raises(QueryError, match="answers 503: over loaded"):
        ask(moody)


def test_no_server_is_one_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint, "_PAUSE", 0.0)
    with pytest.raises(StoreError, match="the server does not answer"):
        ask(f"http://127.0.0.1:{servers.free_port()}")


@pytest.mark.parametrize(
    ("asks", "settings", "sends"),
    [
        ('Basic realm="x"', {"FABGRID_STORE_USER": "ada", "FABGRID_STORE_PASSWORD": "pw"}, "Basic YWRhOnB3"),
        (
            'Digest realm="x", nonce="abc", qop="auth", algorithm=MD5',
            {"FABGRID_STORE_USER": "ada", "FABGRID_STORE_PASSWORD": "pw"},
            'Digest username="ada"',
        ),
    ],
)
def test_users_are_proved_as_the_server_asks(moody: str, asks: str, settings: dict[str, str], sends: str) -> None:
    Moody.moods = [(401, {"WWW-Authenticate": asks}, b""), YES]
    assert ask(moody, **settings)
    (_, first, _), (_, second, _) = Moody.seen
    assert first is None
    assert second is not None
    assert second.startswith(sends)


def test_a_token_is_sent_as_bearer(moody: str) -> None:
    Moody.moods = [YES]
    assert ask(moody, FABGRID_STORE_TOKEN="secret")
    assert Moody.seen[0][1] == "Bearer secret"


def test_a_password_in_the_address_is_used_and_never_shown(moody: str) -> None:
    Moody.moods = [(401, {"WWW-Authenticate": "Basic"}, b"")] * 2
    with pytest.raises(StoreError, match="FABGRID_STORE_TOKEN") as refused:
        ask(moody.replace("//", "//ada:pw@"))
    assert "pw" not in str(refused.value)
    assert Moody.seen[1][1] == "Basic YWRhOnB3"


def test_the_addresses_of_a_server_are_known_or_named() -> None:
    oxigraph, virtuoso = addresses("http://a:7878/"), addresses("http://a/sparql", {})
    assert (oxigraph.query, oxigraph.update, oxigraph.graphs) == tuple(
        f"http://a:7878/{part}" for part in ("query", "update", "store")
    )
    assert (virtuoso.update, virtuoso.graphs) == ("http://a/sparql-auth", "http://a/sparql-graph-crud-auth")
    named = {"FABGRID_UPDATE_URL": "http://a/ds/update", "FABGRID_GRAPHS_URL": "http://a/ds/data"}
    assert addresses("http://a/ds/query", named) == endpoint.Addresses("http://a/ds/query", *named.values())
