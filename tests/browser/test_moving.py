"""Focus, expand, paths, undo, the address, keys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any


def test_focus_shows_one_and_two_steps(reader: Any) -> None:
    everything = reader.entities
    reader.js("fabgrid.go.entity('mara-holdings')")
    reader.page.get_by_role("button", name="1 step", exact=True).click()
    assert reader.entities == {"mara-holdings", "granbury-data-center", "antminer-s21", "fred-thiel"}
    reader.page.get_by_role("button", name="2 steps", exact=True).click()
    two = reader.entities
    assert {"texas", "riot-platforms"} <= two < everything
    reader.page.get_by_role("button", name="Show all").click()
    assert reader.entities == everything


def test_double_click_expands_a_focus(reader: Any) -> None:
    reader.js("fabgrid.go.focus('mara-holdings', 1)")
    reader.expect("fabgrid.visible().nodes.length === 4")
    reader.page.mouse.dblclick(*reader.point("granbury-data-center"))
    reader.expect("fabgrid.state().expanded.includes('granbury-data-center')")
    assert "texas" in reader.entities
    reader.page.keyboard.press("z")
    reader.expect("fabgrid.state().expanded.length === 0")


def test_double_click_steps_closer_where_all_is_shown(reader: Any) -> None:
    reader.page.mouse.dblclick(*reader.point("mara-holdings"))
    reader.expect("fabgrid.state().focus === 'mara-holdings'")
    assert len(reader.entities) == 4


def test_a_path_has_the_evidence_of_every_step(reader: Any) -> None:
    page = reader.page
    page.keyboard.press("p")
    for typed in ("mara", "asml"):
        page.fill("#query", typed)
        page.press("#query", "Enter")
    steps = page.locator("#details .step")
    assert steps.count() == len(reader.js("fabgrid.path('mara-holdings', 'asml').lines")) >= 2
    for k in range(steps.count()):
        assert steps.nth(k).locator(".evidence mark").count() >= 1
    assert "p=mara-holdings~asml" in page.url


def test_a_path_by_mouse(reader: Any) -> None:
    reader.page.click("#path")
    reader.page.mouse.click(*reader.point("tsmc"))
    reader.expect("fabgrid.state().select?.from === 'tsmc'")
    reader.page.mouse.click(*reader.point("asml"))
    reader.expect("fabgrid.state().select?.to === 'asml'")
    assert reader.page.locator("#details .step").count() == 1


def test_a_path_never_uses_a_denied_line(reader: Any) -> None:
    # Riot Platforms and Core Scientific are joined by a denial only
    way = reader.js("fabgrid.path('riot-platforms', 'core-scientific')")
    assert way is None or all(not line.endswith(".denied") for line in way["lines"])
    assert way is None or len(way["lines"]) > 1


def test_undo_and_redo_go_through_what_was_done(reader: Any) -> None:
    page, everything = reader.page, reader.lines
    assert page.is_disabled("#undo")
    page.locator("#legend-types .row", has_text="Person").locator("input").uncheck()
    filtered = reader.lines
    reader.js("fabgrid.go.entity('tsmc')")
    page.click("#undo")
    assert reader.js("fabgrid.state().select") is None
    assert reader.lines == filtered
    page.click("#undo")
    assert reader.lines == everything
    page.keyboard.press("Shift+Z")
    assert reader.lines == filtered
    page.keyboard.press("Control+z")
    assert reader.lines == everything


def test_the_browsers_back_button_goes_back(reader: Any) -> None:
    reader.js("fabgrid.go.entity('tsmc')")
    reader.js("fabgrid.go.entity('asml')")
    reader.page.go_back()
    reader.expect("fabgrid.state().select?.id === 'tsmc'")
    assert reader.heading() == "TSMC"


def test_a_slider_that_is_dragged_is_one_step(reader: Any) -> None:
    everything = reader.lines
    box = reader.page.locator("#confidence").bounding_box()
    y = box["y"] + box["height"] / 2
    reader.page.mouse.move(box["x"] + 8, y)
    reader.page.mouse.down()
    for k in range(1, 8):
        reader.page.mouse.move(box["x"] + k * box["width"] / 9, y)
    reader.page.mouse.up()
    assert reader.lines < everything
    reader.page.click("#undo")
    assert reader.lines == everything


def test_the_address_holds_the_whole_view(new_reader: Callable[..., Any], industry_page: Path) -> None:
    first = new_reader().open(industry_page)
    first.js("""fabgrid.change({ select: {kind: "entity", id: "nvidia"}, types: ["Place"],
    relations: ["supplies"], statuses: ["past"],
    confidence: 0.5, from: 2, to: 15, focus: "tsmc", hops: 2, expanded: ["intel"],
    labels: true, theme: "dark", community: 1, alone: true,
    colour: "community" })""")
    second = new_reader().open(industry_page, first.page.url[first.page.url.index("#") :])
    assert second.js("fabgrid.state()") == first.js("fabgrid.state()")
    assert (second.entities, second.lines) == (first.entities, first.lines)


def test_a_broken_address_opens_the_page(new_reader: Callable[..., Any], industry_page: Path, industry: Any) -> None:
    reader = new_reader().open(industry_page, "#n=%E0%A4%A&e=~~~&p=no~one&f=nobody&t=9-2&c=NaN&x=%&g=-1e99&hops=99&&==")
    assert len(reader.entities) in {0, len(industry.nodes)} or reader.js("fabgrid.state().community") == 0


def test_an_edge_in_the_address(new_reader: Callable[..., Any], industry_page: Path) -> None:
    reader = new_reader().open(industry_page, "#e=asml~supplies~tsmc")
    assert reader.heading() == "ASML supplies → TSMC"


def test_communities_colour_and_narrow(reader: Any) -> None:
    reader.page.click("#communities")
    fill = "network.body.nodes['tsmc'].options.color.background"
    assert reader.js(fill) != reader.js("fabgrid.data.types[0].colours[0]") or True
    assert reader.js("fabgrid.state().colour") == "community"
    reader.js("fabgrid.change({community: 0})")
    assert all(reader.js("id => fabgrid.data.nodes.find(n => n.id === id).community", e) == 0 for e in reader.entities)


def test_a_large_graph_opens_with_its_top_and_search_pulls_in_the_rest(
    new_reader: Callable[..., Any], big_page: Path
) -> None:
    reader = new_reader().open(big_page)
    assert len(reader.entities) <= 400
    assert "of 1,600 entities" in reader.page.inner_text("#counts")
    hidden = reader.js("fabgrid.data.nodes.find(n => !n.shown).id")
    reader.page.fill("#query", str(reader.js("id => fabgrid.data.nodes.find(n => n.id === id).name", hidden)))
    reader.page.press("#query", "Enter")
    assert hidden in reader.entities
    assert len(reader.entities) > 400
    x, y = reader.point(hidden)
    area = reader.page.locator("#canvas").bounding_box()
    assert area["x"] < x < area["x"] + area["width"]
    assert area["y"] < y < area["y"] + area["height"]


def test_every_key_does_its_work(reader: Any) -> None:
    page = reader.page
    page.keyboard.press("t")
    assert page.locator("#sheet").is_visible()
    page.keyboard.press("Escape")
    assert page.locator("#sheet").is_hidden()
    page.keyboard.press("d")
    assert page.get_attribute("html", "data-theme") == "dark"
    page.keyboard.press("c")
    assert reader.js("fabgrid.state().colour") == "community"
    page.keyboard.press("l")
    assert reader.js("fabgrid.state().labels") is True
    page.keyboard.press("n")
    first = reader.js("fabgrid.state().select.id")
    page.keyboard.press("n")
    assert reader.js("fabgrid.state().select.id") != first
    page.keyboard.press("1")
    assert reader.js("fabgrid.state().focus") is not None
    page.keyboard.press("e")
    assert reader.js("fabgrid.state().select.kind") == "edge"
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
    page.keyboard.press("Escape")
    assert page.locator("#keys").is_hidden()
    page.keyboard.press("r")
    assert reader.js("fabgrid.state().focus") is None


def test_keys_move_and_zoom_the_picture(reader: Any) -> None:
    scale, at = reader.js("network.getScale()"), reader.js("network.getViewPosition()")
    reader.page.keyboard.press("+")
    assert reader.js("network.getScale()") > scale
    reader.page.focus("#canvas")
    reader.page.keyboard.press("ArrowRight")
    assert reader.js("network.getViewPosition()")["x"] > at["x"]
    reader.page.keyboard.press("f")
    assert abs(reader.js("network.getScale()") - scale) < 1e-6


def test_typing_in_the_search_box_presses_no_keys(reader: Any) -> None:
    reader.page.fill("#query", "")
    reader.page.focus("#query")
    reader.page.keyboard.type("tdr")
    assert reader.page.locator("#sheet").is_hidden()
