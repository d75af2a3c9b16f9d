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


def test_double_click_steps_closer_where_all_is_shown_and_one_undo_steps_back(reader: Any) -> None:
    everything = reader.entities
    reader.page.mouse.dblclick(*reader.point("mara-holdings"))
    reader.expect("fabgrid.state().focus === 'mara-holdings'")
    assert len(reader.entities) == 4
    assert reader.heading() == "MARA Holdings"
    reader.page.click("#undo")
    assert reader.entities == everything
    assert reader.js("fabgrid.state().select") is None
    assert reader.page.is_disabled("#undo")


def test_double_click_on_what_was_selected_before_leaves_that_selection_as_a_step(reader: Any) -> None:
    reader.js("fabgrid.go.entity('mara-holdings')")
    reader.page.mouse.dblclick(*reader.point("mara-holdings"))
    reader.expect("fabgrid.state().focus === 'mara-holdings'")
    reader.page.click("#undo")
    assert reader.heading() == "MARA Holdings"
    assert reader.page.is_enabled("#undo")


def names_apart(reader: Any) -> bool:
    return bool(
        reader.js("""(boxes => boxes.every((a, k) => boxes.slice(k + 1).every(b =>
      a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top)))
      (fabgrid.labels().map(l => l.box))""")
    )


PLACES = "Object.fromEntries(Object.entries(network.body.nodes).map(([id, { x, y }]) => [id, [x, y]]))"


def test_a_focus_is_laid_out_anew_and_back_restores_the_old_places(reader: Any) -> None:
    before = reader.js(PLACES)
    reader.js("fabgrid.go.focus('tsmc', 1)")
    inside = reader.entities
    focused = reader.js(PLACES)
    assert all(focused[e] == before[e] for e in focused.keys() - inside)
    assert sum(focused[e] != before[e] for e in inside) > len(inside) / 2
    assert inside <= {label["id"] for label in reader.js("fabgrid.labels()")}
    assert names_apart(reader)
    reader.js("fabgrid.go.focus('tsmc', 2)")
    reader.page.click("#undo")
    assert reader.js(PLACES) == focused
    reader.page.click("#undo")
    assert reader.js(PLACES) == before


def test_a_focus_moves_there_unless_motion_is_not_wanted(new_reader: Callable[..., Any], industry_page: Path) -> None:
    moving = new_reader(reduced_motion="no-preference").open(industry_page)
    still = new_reader().open(industry_page)
    focus = f"""() => {{ window.where = () => JSON.stringify({PLACES});
      window.before = window.where(); fabgrid.go.focus("tsmc", 1); return window.where() !== window.before }}"""
    assert still.js(focus)
    assert not moving.js(focus)  # it has yet to set out
    moving.expect("end => window.where() === end", still.js("window.where()"))
    moving.js("fabgrid.undo()")
    moving.expect("window.where() === window.before")


def test_an_edge_out_of_the_focus_is_shown_when_it_is_chosen(reader: Any) -> None:
    reader.js("fabgrid.go.focus('mara-holdings', 1)")
    reader.js("fabgrid.go.edge(fabgrid.data.edges.find(e => e.from === 'asml' && e.to === 'tsmc').id)")
    assert {"asml", "tsmc"} <= reader.entities
    assert reader.page.locator(".evidence").count() >= 1
    assert any(line.endswith("asserted") for line in reader.lines)


def test_what_is_dragged_stays_there(reader: Any) -> None:
    x, y = reader.point("mara-holdings")
    reader.page.mouse.move(x, y)
    reader.page.mouse.down()
    reader.page.mouse.move(x + 60, y + 30, steps=4)
    reader.page.mouse.up()
    dragged = reader.js("network.getPositions(['mara-holdings'])")
    reader.js("fabgrid.go.focus('mara-holdings', 1)")
    reader.js("fabgrid.undo()")
    assert reader.js("network.getPositions(['mara-holdings'])") == dragged


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


def test_a_path_goes_through_a_shared_place_only_where_little_else_leads(reader: Any) -> None:
    # both stand in Texas, which would be two steps
    way = reader.js("fabgrid.path('stargate-abilene', 'nvidia')")
    assert "texas" not in way["nodes"]
    assert reader.js("fabgrid.path('taylor-fab', 'granbury-data-center')")["nodes"][1] == "texas"


def test_a_path_leads_through_what_the_top_leaves_out(new_reader: Callable[..., Any], big_page: Path) -> None:
    reader = new_reader().open(big_page)
    first, far = reader.js("[0, 1599].map(k => fabgrid.data.nodes.find(n => n.rank === k).id)")
    reader.js("([a, b]) => fabgrid.go.pathBetween(a, b)", [first, far])
    way = reader.js("([a, b]) => fabgrid.path(a, b).nodes", [first, far])
    assert set(way) <= reader.entities
    assert reader.page.locator("#details .step").count() == len(way) - 1


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
    fills = "['amd', 'tsmc', 'fred-thiel'].map(id => network.body.nodes[id].options.color.background)"
    by_type = reader.js(fills)
    assert by_type[0] == by_type[1] != by_type[2]
    reader.page.click("#communities")
    group = reader.js("id => fabgrid.data.nodes.find(n => n.id === id).community", "tsmc")
    colours = reader.js("fabgrid.data.community_colours")
    assert reader.js(fills)[1] == colours[group][0]
    assert len(set(reader.js(fills))) == 3
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
