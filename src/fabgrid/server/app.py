"""The web application: routes, and what each asks of the workers."""

from __future__ import annotations

import asyncio
import logging
import mimetypes
import signal
import socket
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from tempfile import SpooledTemporaryFile

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from fabgrid.errors import FabgridError
from fabgrid.graph.store import Store
from fabgrid.server.access import Access, is_loopback
from fabgrid.server.description import description
from fabgrid.server.limits import Limits
from fabgrid.server.messages import Job
from fabgrid.server.metrics import Metrics
from fabgrid.server.negotiation import GRAPHS, HTML, choose, with_charset
from fabgrid.server.pool import Answer, Failure, Pool
from fabgrid.server.protocol import address, question
from fabgrid.server.snapshots import Snapshots

__all__ = ["Server", "listen"]

_Handler = Callable[[Request], Awaitable[Response]]

_LOG = logging.getLogger(__name__)
_CHUNK = 1 << 16
_BACKLOG = 1024
_POLL = 1.0  # seconds between looks at the store
_PATIENCE = 20  # looks after which a store that keeps changing is copied all the same


def listen(host: str, port: int, *, token: str | None) -> socket.socket:
    """Return a socket that takes connections, on a free port if it is 0.

    Raises FabgridError where others could reach it without a token, and where it cannot be had.
    """
    if token is None and not is_loopback(host):
        raise FabgridError(
            f"{host} can be reached from other machines: choose a token that they must send, --token TOKEN"
        )
    # asyncio sends small packets at once only where a socket says that it is TCP.
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    connections = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        connections.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        connections.bind((host, port))
        connections.listen(_BACKLOG)
        return connections
    except OSError as error:
        connections.close()
        why = error.strerror or str(error)
        raise FabgridError(f"{host} port {port} cannot be had ({why}); name another with --port or --host") from None


class Server:
    """Answers requests on a socket about one store, until it is stopped.

    Raises StoreError where there is no store.
    """

    def __init__(
        self,
        store: Path,
        connections: socket.socket,
        *,
        token: str | None = None,
        workers: int = 4,
        limits: Limits | None = None,
    ) -> None:
        Store.open(store, read_only=True).close()
        self._store, self._connections, self._token = store, connections, token
        self._workers, self._limits = workers, limits or Limits()
        self._http: uvicorn.Server | None = None

    def run(self) -> None:
        """Serve until `stop`, SIGINT or SIGTERM."""
        snapshots = Snapshots(self._store)
        try:
            asyncio.run(self._run(snapshots))
        finally:
            snapshots.close()

    def stop(self) -> None:
        """Take no more requests, answer those that were taken, and return from `run`."""
        if self._http is not None:
            self._http.should_exit = True

    async def _run(self, snapshots: Snapshots) -> None:
        pool = Pool(self._workers, self._limits, snapshots.drop)
        try:
            await pool.renew(await asyncio.to_thread(snapshots.take))
            watch = asyncio.create_task(_follow(snapshots, pool))
            if threading.current_thread() is threading.main_thread():
                for number in (signal.SIGINT, signal.SIGTERM):
                    asyncio.get_running_loop().add_signal_handler(number, self.stop)
            self._http = _Http(
                uvicorn.Config(
                    _Service(pool, self._limits).application(self._token),
                    lifespan="off",
                    log_level="critical",
                    access_log=False,
                    server_header=False,
                    timeout_keep_alive=15,
                    timeout_graceful_shutdown=3,
                )
            )
            await self._http.serve(sockets=[self._connections])
            watch.cancel()
        finally:
            await pool.close()


class _Http(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to us: uvicorn would let SIGTERM end the process before snapshots are removed."""
        yield


async def _follow(snapshots: Snapshots, pool: Pool) -> None:
    """Copy the store anew when it has changed and come to rest, or does not come to rest."""
    before, looks = snapshots.taken, 0
    while True:
        await asyncio.sleep(_POLL)
        now = snapshots.state()
        looks = looks + 1 if now != snapshots.taken else 0
        if looks and (now == before or looks > _PATIENCE):
            try:
                await pool.renew(await asyncio.to_thread(snapshots.take))
            except (FabgridError, OSError, TimeoutError):
                snapshots.taken = ()  # so that the next look tries again
        before = now


class _Service:
    """What the routes share."""

    def __init__(self, pool: Pool, limits: Limits) -> None:
        self._pool, self._limits = pool, limits
        self._metrics = Metrics()
        self._kept: dict[Job, Response] = {}  # pages that many ask for, of one snapshot
        self._kept_of: Path | None = None

    def application(self, token: str | None) -> Starlette:
        routes = [
            Route("/sparql", self._counted("sparql", self._sparql), methods=["GET", "POST"]),
            Route("/", self._counted("home", self._home)),
            Route("/entity/{name:path}", self._counted("entity", self._entity)),
            Route("/graph", self._counted("graph", self._graph)),
            Route("/static/vis-network.js", self._counted("static", self._drawing)),
            Route("/static/{name}", self._counted("static", _static)),
            Route("/health", self._health),
            Route("/metrics", self._report),
        ]
        return Starlette(routes=routes, middleware=[Middleware(Access, token)])

    def _counted(self, route: str, handler: _Handler) -> _Handler:
        async def counted(request: Request) -> Response:
            try:
                response = await handler(request)
            except Failure as failure:
                retry = {"Retry-After": "5"} if failure.status == 503 else None
                response = PlainTextResponse(f"{failure}\n", failure.status, retry)
            except Exception:
                _LOG.exception("a request to %s failed", request.url.path)
                response = PlainTextResponse("a mistake in the server; its log tells more\n", 500)
            self._metrics.request(route, response.status_code)
            return response

        return counted

    # ------------------------------------------------------------ SPARQL

    async def _sparql(self, request: Request) -> Response:
        job = await question(request, self._limits)
        accept = ", ".join(request.headers.getlist("accept"))
        if request.method == "GET" and choose(accept, [*GRAPHS, HTML]) == HTML:
            return await self._page(Job("editor", accept=HTML))
        if job is None:
            return _described(request, accept)
        start = time.monotonic()
        truncated = False
        try:
            answer = await self._pool.ask(job)
            truncated = answer.truncated is not None
            return _response(answer)
        finally:
            self._metrics.query(time.monotonic() - start, truncated=truncated)

    # ------------------------------------------------------------ pages

    async def _home(self, _: Request) -> Response:
        return await self._page(Job("home", accept=HTML))

    async def _graph(self, request: Request) -> Response:
        return await self._page(Job("graph", request.query_params.get("around", ""), HTML))

    async def _drawing(self, _: Request) -> Response:
        return await self._page(Job("drawing"))

    async def _entity(self, request: Request) -> Response:
        accept = choose(", ".join(request.headers.getlist("accept")), [HTML, *GRAPHS])
        if accept is None:
            raise Failure(406, f"an entity is there as {', '.join([HTML, *GRAPHS])}")
        return await self._page(Job("entity", request.path_params["name"], accept))

    async def _page(self, job: Job) -> Response:
        if self._kept_of != self._pool.snapshot:
            self._kept, self._kept_of = {}, self._pool.snapshot
        kept = self._kept  # of this snapshot, also when the answer comes after the next one
        if job in kept:
            return kept[job]
        answer = await self._pool.ask(job)
        if job.text or answer.status != 200:
            return _response(answer)
        with answer.body as file:
            kept[job] = Response(file.read(), answer.status, _headers(answer))
        return kept[job]

    # ------------------------------------------------------------ for those who run it

    async def _health(self, _: Request) -> Response:
        ready = self._pool.alive > 0
        return PlainTextResponse("ok\n" if ready else "no worker is running\n", 200 if ready else 503)

    async def _report(self, _: Request) -> Response:
        gauges = {
            "workers": ("Worker processes.", self._pool.alive),
            "workers_busy": ("Workers that evaluate a query.", self._pool.busy),
        }
        return PlainTextResponse(self._metrics.text(gauges), media_type="text/plain; version=0.0.4")


def _described(request: Request, accept: str) -> Response:
    media_type = choose(accept, GRAPHS)
    if media_type is None:
        raise Failure(406, f"the service is described as {', '.join(GRAPHS)}")
    return Response(description(address(request), media_type), headers={"Content-Type": with_charset(media_type)})


def _response(answer: Answer) -> Response:
    if answer.length > _CHUNK:
        return StreamingResponse(_chunks(answer.body), answer.status, _headers(answer))
    with answer.body as file:
        return Response(file.read(), answer.status, _headers(answer))


def _headers(answer: Answer) -> dict[str, str]:
    headers = {
        "Content-Type": with_charset(answer.media_type),
        "Content-Length": str(answer.length),
        "Vary": "Accept",
    }
    if answer.truncated is not None:
        headers["X-SPARQL-MaxRows"] = str(answer.truncated)
    if answer.policy:
        headers["Content-Security-Policy"] = answer.policy
    return headers


async def _chunks(file: SpooledTemporaryFile[bytes]) -> AsyncIterator[bytes]:
    with file:
        while chunk := file.read(_CHUNK):
            yield chunk


async def _static(request: Request) -> Response:
    name = request.path_params["name"]
    file = resources.files("fabgrid.server") / "static" / name
    if name.startswith(".") or not file.is_file():
        raise Failure(404, f"there is no file {name}")
    media_type = mimetypes.guess_type(name)[0] or "text/plain"
    return Response(file.read_bytes(), media_type=media_type, headers={"Cache-Control": "max-age=3600"})
