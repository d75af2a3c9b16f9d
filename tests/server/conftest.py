"""Servers on a free port, run in this process, and a client for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

pytest.importorskip("starlette", reason="starlette is not installed: pip install 'fabgrid[serve]'")
pytest.importorskip("uvicorn", reason="uvicorn is not installed: pip install 'fabgrid[serve]'")

from servers import serving

from samples import demo


@pytest.fixture
def serve() -> Iterator[Callable[..., httpx.Client]]:
    """Start a server for one test."""
    with ExitStack() as running:

        def start(store: Path, **options: Any) -> httpx.Client:
            return running.enter_context(serving(store, **options))

        yield start


@pytest.fixture(scope="session")
def demo_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return demo(tmp_path_factory.mktemp("server") / "store")


@pytest.fixture(scope="session")
def client(demo_path: Path) -> Iterator[httpx.Client]:
    """A server of the small store with the usual limits, shared by tests that leave it as it is."""
    with serving(demo_path) as running:
        yield running
