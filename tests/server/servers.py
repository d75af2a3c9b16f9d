"""A server on a free port, run in this process."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from fabgrid.server.app import Server, listen
from fabgrid.server.limits import Limits


@contextmanager
def serving(
    store: Path, *, token: str | None = None, workers: int = 2, limits: Limits | None = None
) -> Iterator[httpx.Client]:
    connections = listen("127.0.0.1", 0, token=token)
    server = Server(store, connections, token=token, workers=workers, limits=limits)
    thread = threading.Thread(target=server.run)
    thread.start()
    url = f"http://127.0.0.1:{connections.getsockname()[1]}"
    try:
        with httpx.Client(base_url=url, timeout=60) as client:
            assert client.get("/health").text == "ok\n"
            yield client
    finally:
        server.stop()
        thread.join()
        connections.close()
