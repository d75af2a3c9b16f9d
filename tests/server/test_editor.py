"""The editor (YASGUI) in a real Chromium; each test fails on a request elsewhere, a warning or an error."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlencode

import httpx
import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

pytestmark = pytest.mark.browser


@pytest.fixture
def page(chromium: playwright.Browser, client: httpx.Client) -> Iterator[playwright.Page]:
    base = str(client.base_url)
    context = chromium.new_context(base_url=base, viewport={"width": 1300, "height": 900})
    opened = context.new_page()
    requests: list[str] = []
    complaints: list[str] = []
    opened.on("request", lambda r: requests.append(r.url))
    opened.on("console", lambda m: m.type in {"error", "warning"} and complaints.append(m.text))
    opened.on("pageerror", lambda e: complaints.append(str(e)))
    yield opened
    context.close()
    assert [url for url in requests if not url.startswith((base, "data:", "blob:"))] == []
    assert complaints == []


def test_a_ready_query_is_one_click_from_home_to_its_answer(page: playwright.Page) -> None:
    page.goto("/")
    page.click(".queries a:text-is('suppliers')")
    page.wait_for_selector(".yasr table tbody tr")
    assert "TSMC makes chips for Nvidia" in page.inner_text(".yasr table")
    assert page.locator(".CodeMirror .parseErrorIcon").count() == 0


def test_a_query_that_is_typed_is_answered(page: playwright.Page) -> None:
    page.goto("/sparql")
    page.click(".CodeMirror")
    page.keyboard.press("Control+A")
    page.keyboard.insert_text("SELECT ?s WHERE { ?s fg:supplies entity:nvidia }")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".yasr table tbody tr")
    assert "tsmc" in page.inner_text(".yasr table")
    page.reload()  # the address bar holds the link to the query
    page.wait_for_selector(".yasr table tbody tr")
    assert "tsmc" in page.inner_text(".yasr table")


def test_an_answer_is_drawn_as_a_graph(page: playwright.Page) -> None:
    page.goto("/sparql?" + urlencode({"query": "CONSTRUCT WHERE { ?s fg:supplies ?o }"}))
    page.click(".yasr_btnGroup >> text=Graph")
    page.wait_for_selector("#picture canvas")
    assert int(page.get_attribute("#picture", "data-lines") or 0) >= 2


def test_an_entity_of_an_answer_opens_its_page(page: playwright.Page) -> None:
    page.goto("/sparql?" + urlencode({"query": "SELECT ?s { ?s fg:fabricatesFor entity:nvidia }"}))
    page.click(".yasr table a")
    page.wait_for_url(re.compile("/entity/tsmc$"))
    assert "TSMC" in page.inner_text("h1")


def test_the_picture_of_the_graph_opens(page: playwright.Page) -> None:
    page.goto("/graph?around=nvidia")
    page.wait_for_selector("html[data-ready='1']")
    assert "Nvidia" in page.inner_text("header")
