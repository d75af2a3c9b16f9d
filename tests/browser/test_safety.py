"""Everything that comes from articles is hostile."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def evil(new_reader: Callable[..., Any], hostile_page: Path) -> Any:
    return new_reader().open(hostile_page)


def harmless(reader: Any) -> None:
    assert reader.js("window.__xss") is None
    assert reader.js("document.images.length") == 0
    assert reader.js(
        "[...document.querySelectorAll('a[href]')].every(a => ['https:', 'http:', 'file:'].includes(a.protocol))"
    )
    assert reader.page.locator("a[href^='javascript'], a[href^='data']").count() == 0
    assert reader.js("document.querySelectorAll('script').length") == 4


def test_every_entity_and_edge_is_shown_as_text(evil: Any) -> None:
    for entity in evil.js("fabgrid.data.nodes.map(n => n.id)"):
        evil.js("id => fabgrid.go.entity(id)", entity)
        name = evil.js("id => fabgrid.data.nodes.find(n => n.id === id).name", entity)
        shown = evil.page.locator("#details .title").text_content()
        assert shown == (name if len(name) <= 400 else name[:400] + "…")
        harmless(evil)
    for edge in evil.js("fabgrid.data.edges.map(e => e.id)"):
        evil.js("id => fabgrid.go.edge(id)", edge)
        assert evil.page.locator(".evidence").count() == 1
        harmless(evil)


def test_search_table_path_tip_and_exports_are_text(evil: Any) -> None:
    page = evil.page
    page.fill("#query", "script")
    assert "<script>" in page.inner_text("#hits")
    page.press("#query", "Escape")
    page.click("#table")
    assert "<script>" in page.inner_text("#sheet")
    page.keyboard.press("Escape")
    first, third = evil.js("[fabgrid.data.nodes[0].id, fabgrid.data.nodes[2].id]")
    evil.js("([a, b]) => fabgrid.go.pathBetween(a, b)", [first, third])
    page.mouse.move(*evil.point(first))
    page.wait_for_selector("#tip:not([hidden])")
    harmless(evil)


def test_directions_cannot_leak_out_of_a_name(evil: Any) -> None:
    assert evil.js(
        "[...document.querySelectorAll('#details .facts .name')]"
        ".every(e => e.tagName === 'BDI' || e.querySelector('bdi'))"
    )


def test_long_names_do_not_widen_the_page(evil: Any) -> None:
    long = evil.js("fabgrid.data.nodes.find(n => n.name.length > 9000).id")
    evil.js("id => fabgrid.go.entity(id)", long)
    assert evil.js("document.documentElement.scrollWidth <= innerWidth")
    assert evil.js("(e => e.scrollWidth <= e.clientWidth)(document.getElementById('details'))")


def test_a_hostile_address_does_nothing(new_reader: Callable[..., Any], hostile_page: Path) -> None:
    reader = new_reader().open(hostile_page, "#n=__proto__&e=constructor~constructor~constructor&xt=<script>&g=<img>")
    harmless(reader)


def test_injected_code_is_blocked(chromium: Any, industry_page: Path) -> None:
    context = chromium.new_context(offline=True)
    page = context.new_page()
    page.goto(industry_page.as_uri())
    page.wait_for_selector("html[data-ready='1']")
    page.evaluate("""async () => {
      window.seen = [];
      document.addEventListener("securitypolicyviolation", (e) => window.seen.push(e.effectiveDirective));
      const script = document.createElement("script"); script.textContent = "window.ran = 1";
      document.body.append(script);
      const box = document.createElement("div"); document.body.append(box);
      box.innerHTML = '<img src="https://example.org/x.png" onerror="window.ran = 2">';
      const style = document.createElement("style"); style.textContent = "body { display: none }";
      document.head.append(style);
      await fetch("https://example.org/").catch(() => 0);
    }""")
    page.wait_for_function("window.seen.length >= 4")
    assert page.evaluate("window.ran") is None
    blocked = set(page.evaluate("window.seen"))
    assert {"script-src-elem", "style-src-elem", "connect-src", "img-src"} <= blocked
    context.close()
