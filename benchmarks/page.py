"""How fast a page is written, opens, selects and filters, beside plain pyvis in the same run.

    python benchmarks/page.py [--plain-limit SECONDS] [--only 1000]

Times are wall-clock seconds of headless Chromium with software drawing; the best of three where an action is
repeated. Plain pyvis is what its documentation shows: `net.from_nx(graph)` and `write_html`.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import networkx as nx
from playwright.sync_api import Page, sync_playwright
from pyvis.network import Network

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "render"))

import page_samples as samples

from fabgrid import ontology, render
from fabgrid.model import Snapshot

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
]

# Resolves when the next frame is on the screen.
FRAME = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))"


def fabgrid_page(snapshot: Snapshot, file: Path) -> float:
    start = time.perf_counter()
    file.write_text(render.page(snapshot, ontology.load(), title="benchmark"), encoding="utf-8", newline="\n")
    return time.perf_counter() - start


def plain_page(snapshot: Snapshot, file: Path) -> float:
    start = time.perf_counter()
    graph = nx.MultiDiGraph()
    for node in snapshot.nodes.values():
        graph.add_node(node.iri, label=node.name, title=node.type)
    for s in snapshot.statements:
        graph.add_edge(s.subject, s.object, title=s.relation)
    net = Network(cdn_resources="in_line", directed=True)
    net.from_nx(graph)
    file.write_text(net.generate_html(str(file)), encoding="utf-8")
    return time.perf_counter() - start


def open_fabgrid(page: Page, file: Path) -> dict[str, float]:
    start = time.perf_counter()
    page.goto(file.as_uri())
    page.wait_for_selector("html[data-ready='1']", timeout=60_000)
    found = {"ready": time.perf_counter() - start}
    best = page.evaluate("[...fabgrid.data.nodes].sort((a, b) => a.rank - b.rank).slice(0, 3).map(n => n.id)")
    actions = {
        "select": [f"fabgrid.go.entity({key!r})" for key in best],
        "filter": [f"fabgrid.change({{confidence: {c}}})" for c in (0.5, 0.7, 0.6)],
        "type off": [
            "fabgrid.change({types: ['Company']})",
            "fabgrid.change({types: ['Place']})",
            "fabgrid.change({types: []})",
        ],
        "search": ["fabgrid.search('danol')", "fabgrid.search('elcorrn')", "fabgrid.search('zen')"],
        "path": [f"fabgrid.go.pathBetween({best[0]!r}, {best[k]!r})" for k in (1, 2, 1)],
    }
    for name, steps in actions.items():
        found[name] = min(timed(page, step) for step in steps)
        page.evaluate("fabgrid.go.nothing()")
    return found


def timed(page: Page, step: str) -> float:
    # without new Function, which the page's policy forbids
    code = f"async () => {{ const start = performance.now(); {step}; await {FRAME}; return performance.now() - start }}"
    return float(page.evaluate(code)) / 1000


def open_plain(page: Page, file: Path, limit: float) -> dict[str, float]:
    """Time until the first picture: pyvis hides the graph until its physics has settled."""
    start = time.perf_counter()
    try:
        page.goto(file.as_uri(), timeout=limit * 1000)
        page.wait_for_function(
            "window.network && (network.physics.stabilized || network.physics.ready)"
            " && network.canvas.frame.canvas.width > 0",
            timeout=limit * 1000,
        )
    except Exception:
        return {"ready": limit}
    return {"ready": time.perf_counter() - start}


def measure(size: int, browser: Any, folder: Path, limit: float) -> None:
    snapshot = samples.scale_free(size)
    ours, plain = folder / f"ours{size}.html", folder / f"plain{size}.html"
    written = fabgrid_page(snapshot, ours)
    written_plain = plain_page(snapshot, plain)
    context = browser.new_context(offline=True, viewport={"width": 1400, "height": 900}, reduced_motion="reduce")
    times = open_fabgrid(context.new_page(), ours)
    theirs = open_plain(context.new_page(), plain, limit)
    context.close()
    print(f"\n{size:,} entities, {len(snapshot.statements):,} statements")
    print(f"  file      fabgrid {ours.stat().st_size / 1e6:6.2f} MB   pyvis {plain.stat().st_size / 1e6:6.2f} MB")
    print(f"  written   fabgrid {written:6.2f} s    pyvis {written_plain:6.2f} s")
    above = theirs["ready"] >= limit
    print(
        f"  ready     fabgrid {times['ready']:6.2f} s   "
        f" pyvis {'>' if above else ' '}{theirs['ready']:6.2f} s"
        f"   ratio {'>' if above else ''}{theirs['ready'] / times['ready']:.0f}"
    )
    for name in ("select", "filter", "type off", "path", "search"):
        print(f"  {name:9} fabgrid {times[name] * 1000:6.0f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plain-limit", type=float, default=60, help="seconds after which pyvis is given up")
    parser.add_argument("--only", type=int, help="measure one size")
    asked = parser.parse_args()
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    with sync_playwright() as p, tempfile.TemporaryDirectory() as folder:
        browser = p.chromium.launch(executable_path=chromium, args=FLAGS)
        for size in [asked.only] if asked.only else [1000, 3000]:
            measure(size, browser, Path(folder), asked.plain_limit)
        browser.close()


if __name__ == "__main__":
    main()
