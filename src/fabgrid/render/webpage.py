"""One self-contained HTML page of a graph, written through pyvis with our own template."""

from __future__ import annotations

import base64
import hashlib
import math
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from importlib import resources

import pyvis
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from pyvis.network import Network

from fabgrid.render import style
from fabgrid.render.bundle import script
from fabgrid.render.layout import Box, around_placed, place
from fabgrid.render.payload import ALL_SHOWN, Json
from fabgrid.render.selection import FLAGS, RenderError

__all__ = ["MOST_BYTES", "html"]

MOST_BYTES = 25_000_000
MANY_EDGES = 1500  # above, edges are hidden while the picture is dragged
FAR_EDGES = 400
NOSCRIPT_ROWS = 500

VIS = "templates/lib/vis-9.1.2/vis-network.min.js"
VIS_SHA256 = "1f20f0736f32cb9bedf8f6383b25cfea2f839e1abe80d6e8040b4d5bea378c69"  # of pyvis 0.3.2


def html(data: Json) -> str:
    """Return the page of a payload: the same bytes for the same payload.

    Raises RenderError where it would hold more than 25 MB.
    """
    text = _written(_network(data), data)
    size = len(text.encode("utf-8", "replace"))
    if size > MOST_BYTES:
        raise RenderError(
            f"a page of {size / 1e6:.0f} MB is more than a browser opens well"
            f" (at most {MOST_BYTES / 1e6:.0f} MB); narrow it with {FLAGS}, or --sentences 3"
        )
    # A lone surrogate, which broken input can hold, has no UTF-8.
    return text.encode("utf-8", "replace").decode("utf-8")


def _network(data: Json) -> Network:
    """Return pyvis' network: positions and shapes of entities, one line per edge and status."""
    net = Network(cdn_resources="in_line", directed=True)  # undirected would drop parallel edges
    lines = list(_lines(data))
    sizes = {key: style.node_size(n) for key, n in _degrees(data).items()}
    at = _positions(data, sizes)
    shapes = {t["id"]: t["shape"] for t in data["types"]}
    for node in data["nodes"]:
        key, (x, y) = node["id"], at[node["id"]]
        shape = shapes[node["type"]]
        net.add_node(
            key,
            label=" ",  # the script writes labels, so that none hides another; "" would show the id
            shape="custom" if shape == "pentagon" else shape,
            size=sizes[key],
            group=node["type"],
            x=x,
            y=y,
        )
    net.edges.extend(lines)  # add_edge compares each new edge with all before
    net.options = _options(len(data["nodes"]), len(lines))  # set_options() would strip every space
    return net


def _degrees(data: Json) -> dict[str, int]:
    near: dict[str, set[str]] = {node["id"]: set() for node in data["nodes"]}
    for edge in data["edges"]:
        near[edge["from"]].add(edge["to"])
        near[edge["to"]].add(edge["from"])
    return {key: len(found - {key}) for key, found in near.items()}


def _positions(data: Json, sizes: dict[str, float]) -> dict[str, tuple[float, float]]:
    links = [(e["from"], e["to"]) for e in data["edges"]]
    linked = {key for link in links for key in link}
    # Entities without relations are hidden at first: they must not push the others apart.
    shown = [n for n in data["nodes"] if n["shown"]]
    shown.sort(key=lambda n: (n["id"] not in linked, n["id"]))
    boxes = {n["id"]: _box(n, sizes[n["id"]]) for n in shown}
    at = place(boxes, [(a, b) for a, b in links if a in boxes and b in boxes])
    hidden = [n["id"] for n in sorted(data["nodes"], key=lambda n: n["rank"]) if not n["shown"]]
    return at | around_placed(at, hidden, links)


def _box(node: Json, size: float) -> Box:
    wide = max(map(len, node["label"])) * 3.5 + 5
    return max(size + 5, wide), size + 6, size + 8 + 14.5 * len(node["label"])


def _lines(data: Json) -> Iterable[Json]:
    """Yield the edges to draw: once per status, parallel ones bent apart."""
    families = {name: r["family"] for name, r in data["relations"].items()}
    # A large picture is seen from afar, where thin lines vanish.
    broad = 1.0 if len(data["edges"]) < FAR_EDGES else 1.5
    parallel: dict[tuple[str, str], int] = defaultdict(int)
    for edge in data["edges"]:
        told: dict[str, int] = defaultdict(int)
        for k in edge["statements"]:
            told[data["statements"][k]["status"]] += 1
        for name, _, dashes, _ in style.STATUSES:
            if name not in told:
                continue
            pair = (min(edge["from"], edge["to"]), max(edge["from"], edge["to"]))
            number, parallel[pair] = parallel[pair], parallel[pair] + 1
            line = {
                "id": f"{edge['id']}.{name}",
                "from": edge["from"],
                "to": edge["to"],
                "width": round(broad * min(1.1 + 0.6 * math.log2(told[name]), 4.0), 2),
                "family": families[edge["relation"]],
            }
            if dashes:
                line["dashes"] = list(dashes)
            if data["relations"][edge["relation"]]["symmetric"]:
                line["arrows"] = ""
            if number and edge["from"] != edge["to"]:
                line["smooth"] = _bend(number, forward=edge["from"] == pair[0])
            yield line


def _bend(number: int, *, forward: bool) -> Json:
    """Return the curve of the pair's second, third... line: right, left, further right..."""
    right = (number % 2 == 1) == forward
    return {
        "enabled": True,
        "type": "curvedCW" if right else "curvedCCW",
        "roundness": round(0.13 * ((number + 1) // 2), 2),
    }


def _options(nodes: int, edges: int) -> Json:
    return {
        "autoResize": True,
        "physics": {"enabled": False},
        "layout": {"improvedLayout": False, "randomSeed": 1},
        "interaction": {
            "hover": nodes <= ALL_SHOWN,
            "hideEdgesOnDrag": edges > MANY_EDGES,
            "hideEdgesOnZoom": edges > MANY_EDGES,
            "multiselect": False,
            "selectConnectedEdges": False,
            "hoverConnectedEdges": False,
            "navigationButtons": False,
            "keyboard": False,
            "zoomSpeed": 0.7,
        },
        "nodes": {"borderWidth": 1.5, "borderWidthSelected": 2.5, "labelHighlightBold": False},
        "edges": {
            "smooth": False,
            "arrows": {"to": {"enabled": True, "scaleFactor": 0.42}},
            "selectionWidth": 1.2,
            "hoverWidth": 0.6,
            "selfReference": {"size": 18, "angle": math.pi / 4},
        },
    }


def _written(net: Network, data: Json) -> str:
    vis, ours, css = _vis(), script(), _style()
    net.templateEnv = _environment()  # pyvis' own has no autoescape
    net.path = "template.html"
    net.templateEnv.globals["page"] = {
        "data": data,
        "options": net.options,
        "vis": Markup(vis),  # noqa: S704 - the packaged file, its hash is checked
        "script": Markup(ours),  # noqa: S704 - our own file
        "style": Markup(css),  # noqa: S704 - our own file
        "policy": _policy(scripts=(vis, ours), styles=(css,)),
        "rows": list(_rows(data)),
        "rows_left": max(0, len(data["edges"]) - NOSCRIPT_ROWS),
    }
    return str(net.generate_html())


def _environment() -> Environment:
    found = Environment(
        loader=PackageLoader("fabgrid.render", ""),
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.policies["json.dumps_kwargs"] = {
        "allow_nan": False,
        "ensure_ascii": False,
        "separators": (",", ":"),
    }
    return found


def _policy(*, scripts: Iterable[str], styles: Iterable[str]) -> str:
    return "; ".join(
        [
            "default-src 'none'",
            "script-src " + " ".join(map(_hash, scripts)),
            "style-src " + " ".join(map(_hash, styles)),
            "img-src data: blob:",
            "connect-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@lru_cache(maxsize=1)
def _vis() -> str:
    file = resources.files(pyvis) / VIS
    content = file.read_bytes() if file.is_file() else b""
    if hashlib.sha256(content).hexdigest() != VIS_SHA256:
        raise RenderError(
            f"pyvis has another vis-network than expected ({VIS}); install it with: pip install pyvis==0.3.2"
        )
    return _script_text(content.decode("utf-8"))


def _script_text(text: str) -> str:
    # A browser hashes the text with line feeds only, and ends the script at the first closing tag.
    if "</script" in text.lower():
        raise RenderError("a script of the page holds a closing tag")
    return text.replace("\r\n", "\n")


@lru_cache(maxsize=1)
def _style() -> str:
    return (resources.files("fabgrid.render") / "page.css").read_text("utf-8")


def _rows(data: Json) -> Iterable[Json]:
    """Yield the edges as text, for readers without scripts: the newest sentence of each."""
    names = {n["id"]: n["name"] for n in data["nodes"]}
    for edge in data["edges"][:NOSCRIPT_ROWS]:
        told = [data["statements"][k] for k in edge["statements"]]
        sentences = [data["sentences"][s["sentence"]] for s in told]
        sources = [data["sources"][s["source"]] if "source" in s else {} for s in sentences]
        newest = max(range(len(told)), key=lambda k: (sources[k].get("date", date.min.isoformat()), -k))
        url = sources[newest].get("url", "")
        yield {
            "subject": names[edge["from"]],
            "relation": data["relations"][edge["relation"]]["label"],
            "object": names[edge["to"]],
            "status": ", ".join(dict.fromkeys(s["status"] for s in told)),
            "date": sources[newest].get("date", ""),
            "sentence": sentences[newest]["text"],
            "source": sources[newest].get("publisher") or sources[newest].get("title", ""),
            "url": url if url.startswith(("https://", "http://")) else "",
        }
