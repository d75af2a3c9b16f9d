"""Keyboard, screen readers, dark pages, phones, no script, notebooks."""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from fabgrid.render import Frame

CONTRAST = """([front, back]) => {
  const rgb = (name) => { const e = document.createElement("i");
    e.style.color = `var(${name})`; document.body.append(e);
    const found = getComputedStyle(e).color.match(/[0-9.]+/g).map(Number); e.remove(); return found; };
  const light = (c) => c.slice(0, 3).map((v) => v / 255)
    .map((v) => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, k) => sum + v * [0.2126, 0.7152, 0.0722][k], 0);
  const [a, b] = [light(rgb(front)), light(rgb(back))].sort((x, y) => y - x);
  return (a + 0.05) / (b + 0.05);
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("front", "back"),
    [
        ("--ink", "--paper"),
        ("--ink", "--panel"),
        ("--soft", "--panel"),
        ("--accent", "--panel"),
        ("--ink", "--subject"),
        ("--ink", "--object"),
        ("--ink", "--figure"),
        ("--warn", "--warn-paper"),
        ("--on-accent", "--accent"),
    ],
)
def test_text_stands_out(
    new_reader: Callable[..., Any], industry_page: Path, scheme: str, front: str, back: str
) -> None:
    reader = new_reader(color_scheme=scheme).open(industry_page)
    assert reader.js(CONTRAST, [front, back]) >= 4.5


def test_the_system_s_dark_is_followed_and_can_be_overruled(
    new_reader: Callable[..., Any], industry_page: Path
) -> None:
    reader = new_reader(color_scheme="dark").open(industry_page)
    assert reader.page.get_attribute("html", "data-theme") == "dark"
    reader.page.click("#theme")
    assert reader.page.get_attribute("html", "data-theme") == "light"
    reader.page.emulate_media(color_scheme="dark")
    assert reader.page.get_attribute("html", "data-theme") == "light"


def test_a_system_that_turns_dark_turns_the_page(reader: Any) -> None:
    fill = "network.body.nodes.nvidia.options.color.background"
    light = reader.js(fill)
    reader.page.emulate_media(color_scheme="dark")
    reader.expect("document.documentElement.dataset.theme === 'dark'")
    assert reader.js(fill) != light


def test_every_control_has_a_name(reader: Any) -> None:
    reader.js("fabgrid.go.entity('nvidia')")
    nameless = reader.js("""[...document.querySelectorAll("button, input, a[href], [role=application]")]
      .filter(e => !e.ariaLabel && !e.textContent.trim() && !e.labels?.length)
      .map(e => e.outerHTML.slice(0, 90))""")
    assert nameless == []


def test_ids_are_unique(reader: Any) -> None:
    assert (
        reader.js("(ids => ids.length - new Set(ids).size)([...document.querySelectorAll('[id]')].map(e => e.id))") == 0
    )


def test_focus_is_seen(reader: Any) -> None:
    for _ in range(6):
        reader.page.keyboard.press("Tab")
        style = reader.js(
            "(s => [s.outlineStyle, parseFloat(s.outlineWidth)])(getComputedStyle(document.activeElement))"
        )
        assert style[0] != "none"
        assert style[1] >= 1


def test_a_selection_is_announced(reader: Any) -> None:
    reader.js("fabgrid.go.entity('tsmc')")
    assert reader.page.inner_text("#status") == "TSMC: 17 neighbours"
    assert reader.page.get_attribute("#status", "aria-live") == "polite"


def test_types_and_statuses_differ_by_more_than_colour(reader: Any) -> None:
    shapes = reader.js("[...document.querySelectorAll('#legend-types svg path')].map(p => p.getAttribute('d'))")
    assert len(set(shapes)) == len(shapes) == 8
    dashes = reader.js("""[...document.querySelectorAll("#legend-statuses svg line")]
      .map(l => `${l.getAttribute("stroke-dasharray")} ${l.getAttribute("stroke-opacity")}`)""")
    assert len(set(dashes)) == 5


SERIOUS = """axe.run().then(r => {
  if (r.passes.length < 10) throw new Error(`axe checked only ${r.passes.length} rules`);
  return r.violations.filter(v => ["serious", "critical"].includes(v.impact))
    .map(v => [v.id, v.nodes.map(n => n.html.slice(0, 120))]);
})"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(new_reader: Callable[..., Any], industry_page: Path, scheme: str) -> None:
    reader = new_reader(color_scheme=scheme).open(industry_page)
    reader.js((resources.files("axe_playwright_python") / "axe.min.js").read_text("utf-8"))
    for view in (
        "null",
        "fabgrid.go.entity('nvidia')",
        "fabgrid.go.edge(fabgrid.data.edges.find(e => e.conflict).id)",
        "fabgrid.go.pathBetween('mara-holdings', 'asml')",
        "fabgrid.go.focus('tsmc', 1)",
        "fabgrid.change({table: true})",
        "document.getElementById('export').open = true",
        "document.getElementById('help').click()",
    ):
        reader.js(view)
        assert reader.js(SERIOUS) == [], view


def test_a_phone_stacks_the_page(new_reader: Callable[..., Any], industry_page: Path) -> None:
    reader = new_reader(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True).open(industry_page)
    page = reader.page
    assert reader.js("document.documentElement.scrollWidth") <= 391
    assert page.locator("#filters").is_hidden()
    page.click("#menu")
    page.fill("#query", "marathon")
    page.press("#query", "Enter")
    assert page.locator("#filters").is_hidden()
    assert reader.heading() == "MARA Holdings"
    page.touchscreen.tap(*reader.point("fred-thiel"))
    reader.expect("fabgrid.state().select?.id === 'fred-thiel'")


def test_without_scripts_there_is_a_table(chromium: Any, industry_page: Path) -> None:
    context = chromium.new_context(offline=True, java_script_enabled=False)
    page = context.new_page()
    page.goto(industry_page.as_uri())
    assert page.locator(".plain tbody tr").count() > 100
    assert page.locator(".plain table").is_visible()
    context.close()


def test_a_notebook_frame_runs(new_reader: Callable[..., Any], industry_page: Path, folder: Path) -> None:
    notebook = folder / "notebook.html"
    notebook.write_text(
        f"<!doctype html><title>x</title>{Frame(industry_page.read_text('utf-8'))._repr_html_()}",
        encoding="utf-8",
    )
    reader = new_reader()
    reader.page.goto(notebook.as_uri())
    frame = reader.page.frame_locator("iframe")
    frame.locator("html[data-ready='1']").wait_for(timeout=20_000)
    frame.locator("#query").fill("nvda")
    frame.locator("#query").press("Enter")
    assert frame.locator("#details .title").inner_text() == "NVIDIA"
    frame.locator("#undo").click()
    assert frame.locator("#details .title").inner_text() == "AI chips and power"
