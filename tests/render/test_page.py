"""The HTML: self-contained, the same bytes each time, nothing of the data as markup."""

from __future__ import annotations

import base64
import doctest
import hashlib
import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType
from typing import Any

import page_samples as samples
import pytest

from fabgrid import render
from fabgrid.errors import FabgridError
from fabgrid.model import Snapshot
from fabgrid.ontology import Ontology
from fabgrid.render import Frame, RenderError, layout, selection, style
from fabgrid.render import bundle as bundler
from fabgrid.render import payload as data
from fabgrid.render import webpage as writer
from fabgrid.render.bundle import bundle, script
from fabgrid.render.payload import payload


class Tags(HTMLParser):
    """The tags and the texts of scripts and styles, as a browser would see them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {"script": [], "style": []}
        self._open = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._open = tag
        if tag in self.texts:
            self.texts[tag].append("")

    def handle_data(self, data: str) -> None:
        if self._open in self.texts:
            self.texts[self._open][-1] += data

    def handle_endtag(self, tag: str) -> None:
        self._open = ""


@pytest.fixture(scope="module")
def page(industry: Snapshot, ontology: Ontology) -> str:
    return render.page(industry, ontology, title="AI chips and power")


def block(page: str, name: str) -> Any:
    found = re.search(rf'<script type="application/json" id="{name}">(.*?)</script>', page, re.DOTALL)
    assert found
    return json.loads(found[1])


def test_the_blocks_hold_the_payload(page: str, industry: Snapshot, ontology: Ontology) -> None:
    expected = payload(industry, ontology, title="AI chips and power", communities={})
    assert block(page, "data") == json.loads(json.dumps(expected))


def test_the_drawing_has_each_entity_and_a_line_per_status(page: str) -> None:
    data, drawing = block(page, "data"), block(page, "network")
    assert [n["id"] for n in drawing["nodes"]] == [n["id"] for n in data["nodes"]]
    expected = {f"{e['id']}.{data['statements'][k]['status']}" for e in data["edges"] for k in e["statements"]}
    assert {line["id"] for line in drawing["edges"]} == expected
    assert len(drawing["edges"]) == len(expected)
    assert drawing["options"]["physics"]["enabled"] is False


def test_planned_is_dashed_denied_dotted_and_parallel_lines_bend(page: str) -> None:
    drawing = block(page, "network")
    dashes = {line["id"].split(".")[1]: line.get("dashes") for line in drawing["edges"]}
    assert dashes["asserted"] is None
    assert dashes["planned"][0] > dashes["planned"][1] > dashes["denied"][0]
    pairs: dict[frozenset[str], list[Any]] = {}
    for line in drawing["edges"]:
        pairs.setdefault(frozenset((line["from"], line["to"])), []).append(line.get("smooth"))
    for bends in pairs.values():
        assert bends[0] is None
        assert all(bends[1:])


def test_nothing_is_loaded(page: str) -> None:
    seen = Tags(page)
    assert not [tag for tag, attrs in seen.tags if "src" in attrs]
    assert not [tag for tag, _ in seen.tags if tag in {"link", "img", "iframe", "object", "embed", "base"}]
    assert not [attrs for _, attrs in seen.tags if any(name.startswith("on") or name == "style" for name in attrs)]
    assert page.startswith("<!doctype html>")


def test_the_policy_names_the_exact_bytes(page: str) -> None:
    seen = Tags(page)
    (policy,) = [a["content"] or "" for t, a in seen.tags if t == "meta" and a.get("http-equiv")]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    texts = [t for t in seen.texts["script"] if not t.startswith("{")] + seen.texts["style"]
    assert len(texts) == 3
    for text in texts:
        assert base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() in policy


def test_vis_network_keeps_its_licence(page: str) -> None:
    assert "vis.js is dual licensed" in page


def test_another_vis_network_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "VIS_SHA256", "0" * 64)
    writer._vis.cache_clear()
    try:
        with pytest.raises(RenderError, match=r"pyvis==0\.3\.2"):
            writer._vis()
    finally:
        writer._vis.cache_clear()


def test_the_same_snapshot_gives_the_same_bytes(page: str, industry: Snapshot, ontology: Ontology) -> None:
    assert render.page(samples.industry(), ontology, title="AI chips and power") == page
    code = (
        "import sys, hashlib; sys.path.insert(0, sys.argv[1]); import page_samples as samples;"
        "from fabgrid import ontology, render;"
        "h = render.page(samples.industry(), ontology.load(), title='AI chips and power');"
        "print(hashlib.sha256(h.encode()).hexdigest())"
    )
    folder = str(Path(samples.__file__).parent)
    env = {**os.environ, "PYTHONHASHSEED": "7", "LC_ALL": "C"}
    other = subprocess.run([sys.executable, "-c", code, folder], env=env, check=True, capture_output=True, text=True)
    assert other.stdout.strip() == hashlib.sha256(page.encode()).hexdigest()


def test_hostile_texts_stay_texts(hostile: Snapshot, ontology: Ontology) -> None:
    page = render.page(hostile, ontology, title=samples.EVIL)
    page.encode("utf-8")
    seen = Tags(page)
    assert [tag for tag, _ in seen.tags].count("script") == 4
    assert not [tag for tag, _ in seen.tags if tag == "img"]
    links = [attrs["href"] or "" for tag, attrs in seen.tags if tag == "a" and "href" in attrs]
    assert all(link.startswith(("https://", "http://", "#")) for link in links)
    names = {n["name"] for n in block(page, "data")["nodes"]}
    assert samples.EVIL in names
    assert "{{7*7}}" in page


def test_a_title_is_escaped_everywhere(ontology: Ontology) -> None:
    page = render.page(samples.snapshot([], [], []), ontology, title="<b>&\"'")
    assert "<b>" not in page.split("<script>")[0]


def test_an_empty_graph_has_a_page(ontology: Ontology) -> None:
    assert block(render.page(samples.snapshot([], [], []), ontology), "data")["nodes"] == []


def test_the_text_for_readers_without_scripts(page: str, industry: Snapshot) -> None:
    plain = page[page.index("<noscript>") : page.index("</noscript>")]
    assert plain.count("<tr>") == 1 + len(block(page, "data")["edges"])
    assert "Jensen Huang" in plain


@pytest.mark.parametrize(("module", "limit"), [(selection, "MOST_ENTITIES"), (writer, "MOST_BYTES")])
def test_too_large_a_page_is_refused_with_the_flags(
    module: ModuleType, limit: str, monkeypatch: pytest.MonkeyPatch, industry: Snapshot, ontology: Ontology
) -> None:
    monkeypatch.setattr(module, limit, 10)
    with pytest.raises(FabgridError) as error:
        render.page(industry, ontology)
    for flag in ("--around", "--top", "--since", "--community", "--min-confidence", "--type", "--relation"):
        assert flag in str(error.value)


def test_options_cut_the_page(industry: Snapshot, ontology: Ontology) -> None:
    page = render.page(industry, ontology, around="PJM", hops=1)
    assert {n["name"] for n in block(page, "data")["nodes"]} == {
        "PJM Interconnection",
        "Pennsylvania",
        "Northern Virginia",
        "Ohio",
        "Federal Energy Regulatory Commission",
    }


def test_a_claimant_that_is_cut_off_keeps_its_name(industry: Snapshot, ontology: Ontology) -> None:
    page = render.page(industry, ontology, types=("Company",))
    claimed = [s for s in block(page, "data")["statements"] if s.get("claimant_text") == "Jensen Huang"]
    assert len(claimed) == 1


def test_a_notebook_shows_the_page_in_a_sandbox(page: str) -> None:
    shown = Frame(page)._repr_html_()
    (frame,) = [attrs for tag, attrs in Tags(shown).tags if tag == "iframe"]
    assert frame["srcdoc"] == page
    assert "allow-same-origin" not in (frame["sandbox"] or "")


def test_modules_are_bundled_in_the_order_of_their_imports() -> None:
    modules = {
        "main": 'import { two } from "./b.js";\ntwo();',
        "b": 'import { one } from "./a.js";\nexport function two() { return one; }',
        "a": "export const one = 1;",
        "unused": "export const no = 0;",
    }
    text = bundle(modules, entry="main")
    assert text.index("module_a") < text.index("module_b") < text.index("module_main")
    assert "unused" not in text


def test_modules_that_import_each_other_are_refused() -> None:
    modules = {
        "main": 'import { a } from "./a.js";',
        "a": 'import { m } from "./main.js";\nexport const a = 1;',
    }
    with pytest.raises(ValueError, match="import each other"):
        bundle(modules, entry="main")


def test_every_script_module_is_used_and_no_import_is_left() -> None:
    text = script()
    folder = Path(render.__file__).parent / "script"
    for file in folder.glob("*.js"):
        assert f"module_{file.stem} =" in text
    assert not re.search(r"^(import|export) ", text, re.MULTILINE)


def test_the_script_never_parses_markup() -> None:
    banned = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\(|new Function"
    banned += r"|fetch\(|XMLHttpRequest|WebSocket|sendBeacon"
    assert not re.search(banned, script())


@pytest.mark.parametrize("module", [bundler, layout, data, selection, style])
def test_the_examples_in_the_code_are_true(module: ModuleType) -> None:
    assert doctest.testmod(module).failed == 0
