"""Pages in a real Chromium with the network cut; each test fails on any request, warning or error."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "render"))

import page_samples as samples

from fabgrid import ontology as vocabulary
from fabgrid import render
from fabgrid.model import Snapshot

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def industry() -> Snapshot:
    return samples.industry()


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pages")


def _write(folder: Path, name: str, snapshot: Snapshot, **options: object) -> Path:
    file = folder / f"{name}.html"
    text = render.page(snapshot, vocabulary.load(), **options)  # type: ignore[arg-type]
    file.write_text(text, encoding="utf-8", newline="\n")
    return file


@pytest.fixture(scope="session")
def industry_page(folder: Path, industry: Snapshot) -> Path:
    groups = {iri: k % 3 for k, iri in enumerate(sorted(industry.nodes))}
    return _write(folder, "industry", industry, title="AI chips and power", communities=lambda _: groups)


@pytest.fixture(scope="session")
def busy_page(folder: Path, industry: Snapshot) -> Path:
    """One edge is stated by twelve sentences, and one figure by sixty, of which a page holds fewer."""
    edge, figure = industry.statements[0], industry.measurements[0]
    busy = replace(
        industry,
        statements=(*(replace(edge, iri=f"urn:s{k}") for k in range(12)), *industry.statements[1:]),
        measurements=tuple(replace(figure, iri=f"urn:m{k}") for k in range(60)),
    )
    return _write(folder, "busy", busy, title="Busy")


@pytest.fixture(scope="session")
def hostile_page(folder: Path) -> Path:
    return _write(folder, "hostile", samples.hostile(), title=samples.EVIL)


@pytest.fixture(scope="session")
def big_page(folder: Path) -> Path:
    return _write(folder, "big", samples.scale_free(1600), title="Sixteen hundred")


class Reader:
    """A page that is open, and what it did."""

    def __init__(self, page: playwright.Page) -> None:
        self.page = page
        self.requests: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda r: self.requests.append(r.url))
        page.on("console", lambda m: m.type in {"error", "warning"} and self.complaints.append(m.text))
        page.on("pageerror", lambda e: self.complaints.append(str(e)))

    def open(self, file: Path, view: str = "") -> Reader:
        self.page.goto(file.as_uri() + view)
        self.page.wait_for_selector("html[data-ready='1']", timeout=30_000)
        return self

    def js(self, code: str, value: object = None) -> object:
        return self.page.evaluate(code, value)

    @property
    def entities(self) -> set[str]:
        return set(self.js("fabgrid.visible().nodes"))  # type: ignore[call-overload]

    @property
    def lines(self) -> set[str]:
        return set(self.js("fabgrid.visible().lines"))  # type: ignore[call-overload]

    def heading(self) -> str:
        return self.page.locator("#details [role=heading]").first.inner_text()

    def point(self, entity: str) -> tuple[float, float]:
        """Where an entity is in the window."""
        x, y = self.js(
            """id => { const p = network.canvasToDOM(network.getPositions([id])[id]);
            const r = document.getElementById("canvas").getBoundingClientRect();
            return [r.left + p.x, r.top + p.y] }""",
            entity,
        )  # type: ignore[misc]
        return x, y

    def expect(self, code: str, value: object = None) -> None:
        """Wait until the expression is true (wait_for_function would need eval, which the page forbids)."""
        end = time.monotonic() + 15
        while not self.page.evaluate(code, value):
            assert time.monotonic() < end, f"never true: {code}"
            self.page.evaluate("() => new Promise(requestAnimationFrame)")


@pytest.fixture
def new_reader(chromium: playwright.Browser) -> Iterator[Callable[..., Reader]]:
    contexts: list[playwright.BrowserContext] = []
    readers: list[Reader] = []

    def make(**options: object) -> Reader:
        settings = {
            "viewport": {"width": 1400, "height": 900},
            "reduced_motion": "reduce",
            "accept_downloads": True,
        }
        context = chromium.new_context(offline=True, **(settings | options))
        contexts.append(context)
        readers.append(Reader(context.new_page()))
        return readers[-1]

    yield make
    for context in contexts:
        context.close()
    for reader in readers:
        assert [u for u in reader.requests if not u.startswith(("file:", "data:", "blob:"))] == []
        assert reader.complaints == []


@pytest.fixture
def reader(new_reader: Callable[..., Reader], industry_page: Path) -> Reader:
    return new_reader().open(industry_page)
