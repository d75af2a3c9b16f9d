"""A SPARQL 1.1 server over HTTP: queries, updates and the Graph Store Protocol.

Every request may be sent again: none does more the second time than the first. Users are known by
FABGRID_STORE_USER and FABGRID_STORE_PASSWORD (Basic or Digest, as the server asks) or by
FABGRID_STORE_TOKEN (Bearer). FABGRID_UPDATE_URL and FABGRID_GRAPHS_URL name what `addresses` cannot know.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

import pyoxigraph as ox

from fabgrid.errors import QueryError, StoreError

if TYPE_CHECKING:
    import httpx

__all__ = ["Addresses", "Endpoint", "addresses", "is_address"]

BATCH = 1_000  # triples of an update: Virtuoso compiles each into a program of limited length
_TRIES = 5
_PAUSE = 0.5  # seconds before the second try, twice as long before each further one
_TIMEOUT = 120.0
_UNAUTHORISED, _FORBIDDEN, _MISSING = 401, 403, 404
_BUSY = {429, 502, 503, 504}
# Not XML, of which Virtuoso's answers lose the spaces at the ends of literals in pyoxigraph.
_TABLE, _TRIPLES = "application/sparql-results+json", "application/n-triples, text/turtle;q=0.9"
_OLD_TYPE = re.compile(rb'"type"\s*:\s*"typed-literal"')  # Virtuoso writes the JSON of a draft
_ASKED = "__ASK_RETVAL"  # Virtuoso answers ASK with a row that has it, or none
_CAP = "X-SPARQL-MaxRows"  # sent by Virtuoso and `fabgrid serve` with an answer that is not whole
_PARTIAL = "X-SQL-State"  # sent by Virtuoso where it has run out of time


def is_address(store: object) -> bool:
    """Tell whether a store is named by an address rather than a folder."""
    return str(store).startswith(("http://", "https://"))


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where a server takes queries, updates, and whole graphs."""

    query: str
    update: str
    graphs: str


def addresses(url: str, settings: Mapping[str, str] = os.environ) -> Addresses:
    """Return the three addresses of a server.

    `.../sparql` is Virtuoso's and has its writers apart; else they are `/query`, `/update` and `/store` below
    the address, as Oxigraph has them.
    """
    base = url.rstrip("/")
    if base.endswith("/sparql"):
        found = Addresses(base, f"{base}-auth", f"{base}-graph-crud-auth")
    else:
        base = base.removesuffix("/query")
        found = Addresses(f"{base}/query", f"{base}/update", f"{base}/store")
    update, graphs = settings.get("FABGRID_UPDATE_URL"), settings.get("FABGRID_GRAPHS_URL")
    return Addresses(found.query, update or found.update, graphs or found.graphs)


class Endpoint:
    """A connection to a server; `url` may hold a user and a password, which are never printed."""

    def __init__(self, url: str, *, settings: Mapping[str, str] = os.environ) -> None:
        self.url, user, password = _without_user(url)
        self._at = addresses(self.url, settings)
        user = user or settings.get("FABGRID_STORE_USER", "")
        password = password or settings.get("FABGRID_STORE_PASSWORD", "")
        self._client = _client(self.url, user, password, settings.get("FABGRID_STORE_TOKEN", ""))

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def select(self, sparql: str) -> ox.QuerySolutions | ox.QueryBoolean:
        """Return the answer to SELECT or ASK; raises QueryError where it is wrong or the answer was cut."""
        response = self._ask(sparql, _TABLE)
        try:
            content = _OLD_TYPE.sub(b'"type":"literal"', response.content)
            answer = ox.parse_query_results(content, format=ox.QueryResultsFormat.JSON)
        except (SyntaxError, ValueError) as error:
            raise StoreError(self.url, f"the answer is no SPARQL result ({error})", "is it a SPARQL server?") from None
        if isinstance(answer, ox.QuerySolutions) and [v.value for v in answer.variables] == [_ASKED]:
            return _truth(any(True for _ in answer))
        return answer

    def construct(self, sparql: str) -> Iterator[ox.Triple]:
        """Return the answer to CONSTRUCT or DESCRIBE; raises QueryError as `select` does."""
        response = self._ask(sparql, _TRIPLES)
        return _triples(response.content)

    def update(self, verb: str, quads: Iterable[ox.Quad]) -> None:
        """INSERT or DELETE quads, some at a time."""
        rest = list(quads)
        for start in range(0, len(rest), BATCH):
            by_graph: dict[str, list[str]] = {}
            for quad in rest[start : start + BATCH]:
                by_graph.setdefault(str(quad.graph_name), []).append(f"{quad.triple} .")
            data = "\n".join(f"GRAPH {name} {{ {' '.join(lines)} }}" for name, lines in by_graph.items())
            self._send("POST", self._at.update, data={"update": f"{verb} DATA {{ {data} }}"})

    def put(self, iri: str, quads: Iterable[ox.Quad]) -> None:
        """Make a graph hold exactly these quads, in one request."""
        body = "".join(f"{quad.triple} .\n" for quad in quads).encode()
        headers = {"Content-Type": "text/turtle"}  # of which these N-Triples are a part, and Virtuoso knows it
        self._send("PUT", self._at.graphs, params={"graph": iri}, content=body, headers=headers)

    def delete(self, iri: str) -> None:
        """Remove a graph, if it is there."""
        self._send("DELETE", self._at.graphs, params={"graph": iri}, allowed={_MISSING})

    def _ask(self, sparql: str, accept: str) -> httpx.Response:
        # Oxigraph's switch for the union of all graphs, which others ignore: theirs is set on the server.
        form = {"query": sparql, "union-default-graph": "true"}
        response = self._send("POST", self._at.query, data=form, headers={"Accept": accept})
        if _CAP in response.headers or _PARTIAL in response.headers:
            cap = response.headers.get(_CAP)
            why = f"{self.url} cut the answer" + (f" ({_CAP}: {cap})" if cap else " when its time was over")
            raise QueryError(why, hint="ask for less at a time, or raise the server's limit")
        return response

    def _send(self, method: str, url: str, *, allowed: Iterable[int] = (), **content: Any) -> httpx.Response:
        """Send a request until it is answered; raises StoreError or QueryError where it is refused."""
        import httpx

        for attempt in range(1, _TRIES + 1):
            try:
                response = self._client.request(method, url, **content)
            except httpx.TransportError as error:
                if attempt == _TRIES:
                    why = f"the server does not answer ({str(error) or type(error).__name__})"
                    raise StoreError(self.url, why, "what was written is kept, run the command again") from None
            else:
                if response.status_code not in _BUSY or attempt == _TRIES:
                    return self._checked(response, allowed, is_query="query" in content.get("data", ()))
            time.sleep(_PAUSE * 2 ** (attempt - 1))
        raise AssertionError("the last try returns or raises")

    def _checked(self, response: httpx.Response, allowed: Iterable[int], *, is_query: bool) -> httpx.Response:
        status = response.status_code
        if response.is_success or status in allowed:
            return response
        said = " ".join(response.text.split())[:300]
        if status in (_UNAUTHORISED, _FORBIDDEN):
            remedy = "set FABGRID_STORE_USER and FABGRID_STORE_PASSWORD, or FABGRID_STORE_TOKEN"
            raise StoreError(self.url, f"the server refuses this user ({status})", remedy)
        if is_query:
            raise QueryError(f"{self.url} answers {status}: {said}")
        remedy = "see `docs/remote.md` for the addresses of servers"
        raise StoreError(
            str(response.request.url.copy_with(query=None)), f"the server answers {status}: {said}", remedy
        )


def _truth(value: bool) -> ox.QueryBoolean:
    answer = ox.Store().query("ASK {}" if value else "ASK { FILTER(false) }")
    assert isinstance(answer, ox.QueryBoolean)  # noqa: S101 - of ASK
    return answer


def _triples(content: bytes) -> Iterator[ox.Triple]:
    """Parse Turtle, of which N-Triples are a part; servers do not always say which they send."""
    for quad in ox.parse(content, format=ox.RdfFormat.TURTLE):
        yield quad.triple


def _without_user(url: str) -> tuple[str, str, str]:
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=place)), parts.username or "", parts.password or ""


def _client(url: str, user: str, password: str, token: str) -> httpx.Client:
    try:
        import httpx
    except ModuleNotFoundError:
        remedy = "install it with: pip install 'fabgrid[remote]'"
        raise StoreError(url, "a remote store needs httpx, which is not installed", remedy) from None
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return httpx.Client(auth=_as_asked(user, password) if user else None, headers=headers, timeout=_TIMEOUT)


def _as_asked(user: str, password: str) -> httpx.Auth:
    """Return what proves the user by Basic or Digest, whichever the server asks for."""
    import httpx

    class AsAsked(httpx.Auth):
        _basic: httpx.Auth | None = None
        _digest = httpx.DigestAuth(user, password)

        def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
            if self._basic is None:
                flow = self._digest.auth_flow(request)  # goes on where it is asked for Digest, else it ends
                sent = next(flow)
                while True:
                    response = yield sent
                    asked = response.headers.get("www-authenticate", "").lower()
                    if response.status_code == _UNAUTHORISED and asked.startswith("basic"):
                        self._basic = httpx.BasicAuth(user, password)
                        break
                    try:
                        sent = flow.send(response)
                    except StopIteration:
                        return
            yield from self._basic.auth_flow(request)

    return AsAsked()
