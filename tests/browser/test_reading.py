"""Search, filter, select and read: what an analyst does first."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from fabgrid.model import Snapshot

PAINTED = """() => { const c = document.querySelector("#canvas canvas");
const d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
let n = 0; for (let i = 3; i < d.length; i += 4) if (d[i]) n += 1; return n / (d.length / 4) }"""
EDGE = """([a, r, b]) =>
fabgrid.go.edge(fabgrid.data.edges.find(e => e.from === a && e.relation === r && e.to === b).id)"""


def test_the_page_is_whole_and_quiet(reader: Any) -> None:
    assert len(reader.requests) == 1
    assert reader.js("document.compatMode") == "CSS1Compat"
    assert reader.js("network.physics.physicsEnabled") is False
    assert reader.page.title() == "AI chips and power"


def test_everything_is_shown_and_painted(reader: Any, industry: Snapshot) -> None:
    assert len(reader.entities) == len(industry.nodes)
    lines = {(s.subject, s.relation, s.object, s.status) for s in industry.statements}
    assert len(reader.lines) == len(lines)
    assert reader.js(PAINTED) > 0.01


def test_a_busy_edge_says_how_many_sentences_it_has(new_reader: Callable[..., Any], busy_page: Path) -> None:
    reader = new_reader().open(busy_page)
    edge = reader.js("fabgrid.data.edges.find(edge => edge.left_out)")
    assert (len(edge["statements"]), edge["left_out"]) == (10, 2)
    all_ = reader.js("fabgrid.data.statements.length")
    assert f"{all_} of {all_ + 2} statements" in reader.page.locator("#details").inner_text()
    reader.js("id => fabgrid.go.edge(id)", edge["id"])
    assert "10 of 12 sentences" in reader.page.locator("#details").inner_text()
    reader.js("fabgrid.go.entity(fabgrid.data.measurements[0].node)")
    assert "the newest 30 figures" in reader.page.locator("#details").inner_text().lower()


def test_names_are_readable_and_never_over_each_other(reader: Any) -> None:
    boxes = [(label["px"], label["box"]) for label in reader.js("fabgrid.labels()")]
    assert len(boxes) > 50
    assert all(px >= 10.5 for px, _ in boxes)
    for (_, a), (_, b) in combinations(boxes, 2):
        assert a["right"] <= b["left"] or b["right"] <= a["left"] or a["bottom"] <= b["top"] or b["bottom"] <= a["top"]


def test_the_most_connected_are_named_in_a_large_graph(new_reader: Callable[..., Any], big_page: Path) -> None:
    reader = new_reader().open(big_page)
    named = {label["id"] for label in reader.js("fabgrid.labels()")}
    best = set(reader.js("fabgrid.data.nodes.filter(n => n.rank < 10).map(n => n.id)"))
    assert len(best - named) <= 1


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("marathon", "MARA Holdings"),
        ("nvda", "NVIDIA"),
        ("Taiwan Semi", "TSMC"),
        ("台積", "TSMC"),
        ("nvidai", "NVIDIA"),
        ("constelation", "Constellation Energy"),
        ("pjm", "PJM Interconnection"),
        ("energy federal", "Federal Energy Regulatory Commission"),
    ],
)
def test_search_finds_names_aliases_and_misspellings(reader: Any, typed: str, name: str) -> None:
    page = reader.page
    page.keyboard.press("/")
    page.keyboard.type(typed)
    page.wait_for_selector("#hits li[aria-selected=true]")
    page.keyboard.press("Enter")
    assert reader.heading() == name
    assert page.locator("#hits").is_hidden()


def test_search_with_arrows_and_without_result(reader: Any) -> None:
    page = reader.page
    page.fill("#query", "energy")
    second = page.locator("#hits li .name").nth(1).inner_text()
    page.press("#query", "ArrowDown")
    page.press("#query", "Enter")
    assert reader.heading() == second
    page.fill("#query", "zzzzqqq")
    assert "No entity" in page.inner_text("#hits")
    page.press("#query", "Escape")
    assert page.locator("#hits").is_hidden()


def test_a_click_on_the_canvas_selects_an_entity_and_one_beside_it_lets_go(reader: Any) -> None:
    reader.page.mouse.click(*reader.point("tsmc"))
    reader.expect("fabgrid.state().select?.id === 'tsmc'")
    assert reader.heading() == "TSMC"
    assert "n=tsmc" in reader.page.url
    area = reader.page.locator("#canvas").bounding_box()
    reader.page.mouse.click(area["x"] + 8, area["y"] + 8)
    reader.expect("fabgrid.state().select === null")


def test_a_click_on_a_line_opens_its_sentences(reader: Any) -> None:
    (ax, ay), (bx, by) = reader.point("fred-thiel"), reader.point("mara-holdings")
    reader.page.mouse.click((ax + bx) / 2, (ay + by) / 2)
    reader.expect("fabgrid.state().select?.kind === 'edge'")
    assert reader.heading() == "Fred Thiel leads → MARA Holdings"


def test_a_fact_leads_to_its_marked_sentence(reader: Any) -> None:
    page = reader.page
    reader.js("fabgrid.go.entity('fred-thiel')")
    page.locator("#details .facts button").first.click()
    box = page.locator(".evidence").first
    assert box.locator("mark.subject").inner_text() == "Fred Thiel"
    assert box.locator("mark.object").inner_text() == "MARA Holdings"
    link = box.locator("a").first
    assert link.get_attribute("href").startswith("https://example.org/articles/")
    assert "noopener" in link.get_attribute("rel")
    assert box.locator("time").get_attribute("datetime")


def test_every_sentence_of_an_edge_is_shown_exactly(reader: Any, industry: Snapshot) -> None:
    for edge in reader.js(
        "(({edges, statements, sentences}) => edges.map(e =>"
        " ({id: e.id, told: e.statements.map(k => sentences[statements[k].sentence].text)})))(fabgrid.data)"
    ):
        reader.js("id => fabgrid.go.edge(id)", edge["id"])
        shown = reader.page.locator(".evidence blockquote").all_text_contents()
        assert sorted(shown) == sorted(edge["told"])


def test_the_details_of_a_statement(reader: Any) -> None:
    reader.js(EDGE, ["nvidia", "investsIn", "intel"])
    text = reader.page.inner_text("#details")
    for part in ("$5 billion", "$4 billion", "September 2025", "according to Jensen Huang", "Copy as citation"):
        assert part in text
    box = reader.page.locator(".evidence", has_text="chip designer")
    assert box.locator("mark.subject").count() == 0  # "NVIDIA" stands in another sentence
    assert box.locator("mark.object").inner_text() == "Intel"
    assert box.locator("mark.figure").inner_text() == "$5 billion"


def test_marks_are_right_behind_an_emoji(reader: Any) -> None:
    reader.js(EDGE, ["mara-holdings", "acquires", "granbury-data-center"])
    assert reader.page.locator("mark.subject").inner_text() == "MARA Holdings"


def test_conflicts_stand_side_by_side(reader: Any) -> None:
    page = reader.page
    reader.js(EDGE, ["coreweave", "acquires", "core-scientific"])
    sides = page.locator(".conflict .sides > div")
    assert sides.count() == 2
    assert sides.nth(0).locator(".evidence.planned").count() == 1
    assert sides.nth(1).locator(".evidence.denied").count() == 1
    first, second = sides.nth(0).bounding_box(), sides.nth(1).bounding_box()
    assert first["y"] == second["y"]
    assert first["x"] + first["width"] <= second["x"]
    page.keyboard.press("Escape")
    page.check("#check-conflicts")
    assert reader.entities == {"coreweave", "core-scientific", "nvidia", "intel"}


def test_an_entity_shows_its_figures_with_a_line_from_three_on(reader: Any) -> None:
    page = reader.page
    reader.js("fabgrid.go.entity('nvidia')")
    rows = page.locator("#details .grid tbody tr").all_inner_texts()
    assert [r.split("\t")[1].strip() for r in rows] == ["Q1 2025", "Q2 2025", "Q3 2025", "Q3 2025", "Q4 2025"]
    assert page.locator("#details .spark circle").count() == 5
    assert page.locator("#details .grid .warn").count() == 2
    page.locator("#details .grid td button").first.click()
    assert "$44.1 billion" in page.locator(".evidence mark.figure").inner_text()
    reader.js("fabgrid.go.entity('pjm-interconnection')")
    assert page.locator("#details .spark").count() == 0
    assert page.locator("#details .grid tbody tr").count() == 2


def test_an_entity_shows_aliases_links_glossary_and_directions(reader: Any) -> None:
    reader.js("fabgrid.go.entity('tsmc')")
    text = reader.page.inner_text("#details")
    for part in (
        "Taiwan Semiconductor",
        "台積電",
        "TSM",
        "Company · TW",
        "Makes chips for others.",
        "fabricates for",
        "supplied by",
    ):
        assert part in text
    assert "Wikidata" in reader.page.inner_text("#details a >> nth=0")
    reader.js("fabgrid.go.entity('cowos')")
    assert "packaging that sets processor" in reader.page.locator("#details .term").text_content()


@pytest.mark.parametrize("key", ["types", "relations", "statuses"])
def test_each_row_of_the_legend_filters_and_comes_back(reader: Any, key: str) -> None:
    everything = reader.lines
    rows = reader.page.locator(f"#legend-{key} .row")
    for k in range(rows.count()):
        box = rows.nth(k).locator("input")
        box.uncheck()
        assert reader.lines < everything or rows.nth(k).locator(".count").inner_text() == "0"
        assert rows.nth(k).locator(".count").inner_text() == "0"
        box.check()
        assert reader.lines == everything


def test_only_this_row_and_reset_and_filter_again(reader: Any) -> None:
    page, everything = reader.page, reader.lines
    page.locator("#legend-statuses .row", has_text="Denied").hover()
    page.locator("#legend-statuses .row", has_text="Denied").locator(".only").click()
    assert {line.split(".")[1] for line in reader.lines} == {"denied"}
    page.click("#reset")
    assert reader.lines == everything
    page.locator("#legend-types .row", has_text="Company").locator("input").uncheck()
    assert "nvidia" not in reader.entities
    page.click("#reset")
    assert reader.lines == everything


def test_a_family_opens_into_its_relations(reader: Any) -> None:
    page = reader.page
    page.locator("#legend-relations .row", has_text="Ownership").locator(".fold").click()
    page.locator("#legend-relations .sub", has_text="acquires").locator("input").uncheck()
    relations = set(reader.js("fabgrid.visible().lines.map(l => fabgrid.data.edges[l.split('.')[0]].relation)"))
    assert "acquires" not in relations
    assert "investsIn" in relations
    assert (
        page.locator("#legend-relations .row", has_text="Ownership").locator("input").evaluate("e => e.indeterminate")
    )


def test_confidence_hides_what_is_less_sure(reader: Any) -> None:
    reader.page.fill("#confidence", "90")
    sure = reader.js(
        "(({edges, statements}) => edges.filter(e =>"
        " e.statements.some(k => statements[k].confidence >= .9)).length)(fabgrid.data)"
    )
    assert len({line.split(".")[0] for line in reader.lines}) == sure
    assert "c=0.9" in reader.page.url


def test_the_time_slider_and_its_bars(reader: Any) -> None:
    page, everything = reader.page, reader.lines
    assert page.locator("#histogram rect").count() == page.evaluate("fabgrid.data.time.labels.length")
    page.fill("#to", "5")
    early = reader.lines
    assert early < everything
    assert page.locator("#histogram rect.in").count() == 6
    dates = reader.js("fabgrid.visible().lines.length && fabgrid.data.time.labels[5]")
    assert dates in page.url or "t=0-5" in page.url
    page.keyboard.press("z")
    page.fill("#from", "3")
    assert reader.lines < everything


def test_play_lets_the_graph_grow_to_its_end_as_one_step(reader: Any) -> None:
    page, everything = reader.page, reader.lines
    page.fill("#to", "20")
    part = reader.lines
    page.click("#play")
    reader.expect("fabgrid.state().to > 20")
    reader.expect("document.getElementById('play').getAttribute('aria-pressed') === 'false'")
    assert reader.lines == everything
    page.click("#undo")
    assert reader.lines == part


def test_what_is_selected_stays_whatever_the_filters_say(reader: Any) -> None:
    reader.js("fabgrid.go.entity('nvidia')")
    reader.page.locator("#legend-types .row", has_text="Company").locator("input").uncheck()
    assert "nvidia" in reader.entities


def test_a_filter_that_leaves_nothing_says_so(reader: Any) -> None:
    for row in reader.page.locator("#legend-types .row").all():
        row.locator("input").uncheck()
    assert "Nothing passes the filters" in reader.page.inner_text("#empty")


def test_pointing_at_an_entity_tells_of_it(reader: Any) -> None:
    reader.page.mouse.move(*reader.point("asml"))
    reader.page.wait_for_selector("#tip:not([hidden])")
    assert reader.page.inner_text("#tip").startswith("ASML · company")
