"""A graph that is opened with `fabgrid.open` shows itself in Jupyter."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

import fabgrid
from fabgrid.notebook import Graph
from fabgrid.render import RenderError
from samples import demo


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return demo(tmp_path_factory.mktemp("notebook") / "s")


@pytest.fixture
def graph(path: Path) -> Iterator[Graph]:
    with fabgrid.open(path) as opened:
        yield opened


def test_jupyter_displays_the_page_in_a_frame(graph: Graph) -> None:
    shown = graph.show(title="Chips", height=500)._repr_html_()
    assert re.fullmatch(r"<iframe [^<>]*></iframe>", shown)  # the page is quoted as a whole
    assert 'height="500"' in shown
    (page,) = re.findall(r'srcdoc="([^"]*)"', shown)
    assert unescape(page).startswith("<!doctype html>")
    assert "<title>Chips" in unescape(page)
    assert "Nvidia" in unescape(page)


def test_a_frame_cannot_reach_the_notebook(graph: Graph) -> None:
    (rights,) = re.findall(r'sandbox="([^"]*)"', graph.show()._repr_html_())
    assert "allow-same-origin" not in rights.split()


def test_the_options_are_those_of_render(graph: Graph) -> None:
    part = graph.show(around="AMD").page
    assert "Nvidia" in part
    assert "Constellation Energy" not in part
    with pytest.raises(RenderError, match="no entity 'Nobody'"):
        graph.show(around="Nobody")


def test_opening_a_graph_imports_nothing_slow(path: Path) -> None:
    code = (
        f"import sys, fabgrid; fabgrid.open({str(path)!r}).close()\n"
        "assert not {'rdflib', 'networkx', 'pyvis', 'spacy'} & sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
