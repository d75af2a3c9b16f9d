"""What a reader takes away: image, drawing, table, data, citation, paper."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from fabgrid.model import Snapshot


def taken(reader: Any, kind: str) -> bytes:
    reader.page.click("#export summary")
    with reader.page.expect_download() as download:
        reader.page.click(f"[data-export={kind}]")
    return Path(download.value.path()).read_bytes()


def test_an_image(reader: Any) -> None:
    assert taken(reader, "png").startswith(b"\x89PNG")


def test_a_drawing_of_what_is_shown(reader: Any) -> None:
    root = ElementTree.fromstring(taken(reader, "svg"))
    texts = {"".join(t.itertext()) for t in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {"NVIDIA", "TSMC"} <= texts
    paths = list(root.iter("{http://www.w3.org/2000/svg}path"))
    assert len(paths) > len(reader.lines) + len(reader.entities) - 1
    assert any(p.get("stroke-dasharray") for p in paths)


def test_a_table_of_statements(reader: Any, industry: Snapshot) -> None:
    text = taken(reader, "csv")
    assert text.startswith(b"\xef\xbb\xbffrom,relation,to")
    rows = list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"))))
    assert sorted(r["sentence"] for r in rows) == sorted(s.evidence.text for s in industry.statements)
    assert {r["amount"] for r in rows} == {"", "$5 billion", "$4 billion", "$178 million"}


def test_only_what_is_shown_is_taken(reader: Any) -> None:
    reader.js("fabgrid.go.focus('mara-holdings', 1)")
    found = json.loads(taken(reader, "json"))
    assert {e["name"] for e in found["entities"]} == {
        "MARA Holdings",
        "Granbury data center",
        "Antminer S21",
        "Fred Thiel",
    }
    iris = {e["iri"] for e in found["entities"]}
    assert found["statements"]
    assert all({s["subject"], s["object"]} <= iris for s in found["statements"])


def test_formulas_in_cells_are_disarmed(new_reader: Callable[..., Any], hostile_page: Path) -> None:
    reader = new_reader().open(hostile_page)
    rows = list(csv.reader(io.StringIO(taken(reader, "csv").decode("utf-8-sig"))))
    cells = [cell for row in rows for cell in row]
    assert '\'=HYPERLINK("http://evil.example","x")' in cells
    assert not [c for c in cells if c.startswith(("=", "+", "@", "\t")) or (c.startswith("-") and not c[1:].isdigit())]


def test_a_citation_is_copied(new_reader: Callable[..., Any], industry_page: Path) -> None:
    reader = new_reader(permissions=["clipboard-read", "clipboard-write"]).open(
        industry_page, "#e=fred-thiel~leads~mara-holdings"
    )
    sentence = reader.page.locator(".evidence blockquote").first.text_content()
    reader.page.locator(".evidence .cite", has_text="citation").first.click()
    reader.expect("document.getElementById('status').textContent === 'Copied'")
    copied = reader.js("navigator.clipboard.readText()")
    assert copied.startswith(f"“{sentence}” — ")
    assert "https://example.org/articles/" in copied


def test_the_sheet_has_every_statement_and_sorts(reader: Any, industry: Snapshot) -> None:
    page = reader.page
    page.click("#table")
    assert page.locator("#sheet tbody tr").count() == len(industry.statements)
    page.locator("#sheet th button", has_text="Confidence").click()
    column = [int(t.rstrip("%")) for t in page.locator("#sheet tbody td:nth-child(5)").all_inner_texts()]
    assert column == sorted(column)
    page.locator("#sheet th button", has_text="Confidence").click()
    assert page.locator("#sheet th").nth(4).get_attribute("aria-sort") == "descending"
    column = [int(t.rstrip("%")) for t in page.locator("#sheet tbody td:nth-child(5)").all_inner_texts()]
    assert column == sorted(column, reverse=True)
    page.locator("#legend-statuses .row", has_text="Stated as fact").locator("input").uncheck()
    assert page.locator("#sheet tbody tr").count() == sum(s.status != "asserted" for s in industry.statements)


def test_a_large_sheet_comes_in_steps(new_reader: Callable[..., Any], big_page: Path) -> None:
    reader = new_reader().open(big_page)
    reader.page.click("#table")
    assert reader.page.locator("#sheet tbody tr").count() == 300
    reader.page.click("#sheet .more")
    assert reader.page.locator("#sheet tbody tr").count() == 600


def test_paper_shows_the_graph_and_the_sentences_but_no_buttons(reader: Any) -> None:
    reader.js("fabgrid.go.edge(0)")
    reader.page.emulate_media(media="print")
    for hidden in ("#query", "#legend input >> nth=0", ".tools", "#zoom"):
        assert reader.page.locator(hidden).is_hidden()
    reader.js("window.dispatchEvent(new Event('beforeprint'))")
    assert reader.page.locator("#paper").is_visible()
    assert reader.js("document.getElementById('paper').width") > 300
    assert "Article" in reader.page.inner_text("#details")
    assert reader.page.locator(".evidence").first.is_visible()
    assert len(reader.page.pdf()) > 10_000


def test_paper_is_light_and_the_page_dark_again_after(new_reader: Callable[..., Any], industry_page: Path) -> None:
    reader = new_reader(color_scheme="dark").open(industry_page)
    fill = "network.body.nodes.nvidia.options.color.background"
    dark = reader.js(fill)
    reader.js("window.dispatchEvent(new Event('beforeprint'))")
    assert reader.js(fill) != dark
    reader.js("window.dispatchEvent(new Event('afterprint'))")
    assert reader.js(fill) == dark
    assert reader.page.get_attribute("html", "data-theme") == "dark"
