"""Pages for people: the graph in numbers, the editor, an entity, the picture. Runs in a worker."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from html import unescape
from importlib import resources
from operator import attrgetter
from typing import Any
from urllib.parse import quote, urlencode

import pyoxigraph as ox
from jinja2 import Environment, PackageLoader, StrictUndefined

from fabgrid.graph import sparql
from fabgrid.graph.snapshot import read
from fabgrid.graph.terms import ENTITY, PREFIXES, XSD
from fabgrid.model import Snapshot, Statement
from fabgrid.ontology import load
from fabgrid.query import NamedQuery, named_queries
from fabgrid.server import answers, excerpt
from fabgrid.server.limits import Limits
from fabgrid.server.messages import Job, Reply
from fabgrid.server.negotiation import HTML

__all__ = ["page"]

_MOST_TOLD = 500  # statements and numbers of one entity on its page
_PICTURED = 300  # entities
_MOST_LINES = 2000
_LISTED = 12
_POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">')
_COUNTS = {
    "articles": "?x a fg:Article",
    "entities": "GRAPH graph:entities { ?x a ?type }",
    "statements": "?x a fg:Statement",
    "numbers": "?x a fg:Observation",
    "glossary terms": "?x a skos:Concept",
}


def page(store: ox.Store, job: Job, limits: Limits) -> Reply:
    """Return a page by its kind: home, editor, entity, graph, or the script that draws graphs."""
    if job.kind == "entity":
        return _entity(store, job, limits)
    if job.kind == "graph":
        return _picture(store, job.text)
    if job.kind == "drawing":
        return Reply(200, "text/javascript", _drawing())
    return _home(store) if job.kind == "home" else _editor()


def _render(template: str, *, status: int = 200, **values: Any) -> Reply:
    return Reply(status, HTML, _environment().get_template(template).render(**values).encode())


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("fabgrid.server"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"entity": _path, "query": _link, "web": _web}
    return environment


def _path(iri: str) -> str:
    """Return where the page of an entity is."""
    return "/entity/" + quote(iri.removeprefix(ENTITY), safe="")


def _link(text: str) -> str:
    """Return where the editor shows a query and its answer."""
    return "/sparql?" + urlencode({"query": text})


def _web(url: str) -> str:
    """Return an address that a link may lead to, else nothing."""
    return url if url.startswith(("https://", "http://")) else ""


# ---------------------------------------------------------------- home and editor


def _home(store: ox.Store) -> Reply:
    counts = {name: _count(store, f"SELECT (COUNT(DISTINCT ?x) AS ?n) {{ {of} }}") for name, of in _COUNTS.items()}
    best = [(entity.value, _name(store, entity)) for entity in excerpt.best_connected(store, _LISTED)]
    statuses = _rows(store, "SELECT ?k (COUNT(?s) AS ?n) { ?s a fg:Statement ; fg:status ?k } GROUP BY ?k")
    relations = _rows(store, "SELECT ?k (COUNT(?s) AS ?n) { ?s a fg:Statement ; rdf:predicate ?k } GROUP BY ?k")
    return _render(
        "home.html",
        counts={**counts, "quads": len(store)},
        best=best,
        tables={"status": statuses, "relation": relations[:_LISTED]},
        queries=_queries(),
    )


def _editor() -> Reply:
    return _render("editor.html", queries=_queries(), prefixes=PREFIXES)


def _queries() -> list[dict[str, str]]:
    return [{"name": q.name, "description": q.description, "text": _runnable(q)} for q in named_queries().values()]


def _runnable(query: NamedQuery) -> str:
    """Return a ready query as other tools understand it: prefixes declared, and asked of everything.

    What must be given, but for a date, may stay open: the answer is then about every entity.
    """
    first = ox.Literal("2000-01-01", datatype=ox.NamedNode(XSD + "date"))
    dates = {p.name: first for p in query.parameters if p.kind == "date" and not p.optional}
    text = sparql.bind(query.text, dates)
    used = [f"PREFIX {p}: <{iri}>" for p, iri in PREFIXES.items() if re.search(rf"(?<![\w-]){p}:", text)]
    return "\n".join([*used, text.strip()])


def _count(store: ox.Store, query: str) -> int:
    return int(_select(store, query)[0]["n"].value)


def _rows(store: ox.Store, query: str) -> list[tuple[str, int]]:
    """Return names (what follows the last # of an IRI) and numbers, the largest first."""
    rows = [(row["k"].value.rpartition("#")[2], int(row["n"].value)) for row in _select(store, query)]
    return sorted(rows, key=lambda row: (-row[1], row[0]))


def _select(store: ox.Store, query: str) -> list[Any]:
    rows = store.query(query, prefixes=PREFIXES, use_default_graph_as_union=True)
    assert isinstance(rows, ox.QuerySolutions)  # noqa: S101 - it is a SELECT
    return list(rows)


def _name(store: ox.Store, entity: ox.NamedNode) -> str:
    found = _select(store, f"SELECT ?name {{ {entity} skos:prefLabel ?name }} LIMIT 1")
    return str(found[0]["name"].value) if found else entity.value.removeprefix(ENTITY)


# ---------------------------------------------------------------- an entity


def _entity(store: ox.Store, job: Job, limits: Limits) -> Reply:
    """Return an entity in the format that the job accepts, which is one on offer."""
    entity = _node(job.text)
    if entity is None or not excerpt.is_known(store, entity):
        return _missing(job)
    quads, told = excerpt.about(store, entity, _MOST_TOLD)
    if job.accept != HTML:
        lines = "".join(dict.fromkeys(f"{quad.triple} .\n" for quad in quads))
        return answers.graph(lines.encode(), job.accept, truncated=_MOST_TOLD if told > _MOST_TOLD else None)
    snapshot, ontology = read(quads), load()
    return _render(
        "entity.html",
        node=snapshot.nodes[entity.value],
        relations={name: kind.label for name, kind in ontology.relations.items()},
        groups=list(_groups(snapshot, entity.value)),
        measurements=sorted(snapshot.measurements, key=attrgetter("metric", "iri")),
        snapshot=snapshot,
        told=told,
        left_out=max(0, told - _MOST_TOLD),
    )


def _node(name: str) -> ox.NamedNode | None:
    try:
        return ox.NamedNode(ENTITY + name)
    except ValueError:
        return None


def _missing(job: Job) -> Reply:
    if job.accept == HTML:
        return _render("missing.html", status=404, name=job.text)
    return Reply(404, "text/plain", f"the graph has no entity {ENTITY}{job.text}\n".encode())


def _groups(snapshot: Snapshot, entity: str) -> Iterator[tuple[str, list[Statement]]]:
    """Yield statements by relation type, the surest first; what the entity does before what is done to it."""
    order = sorted(
        (s for s in snapshot.statements if entity in (s.subject, s.object)),
        key=lambda s: (s.subject != entity, s.relation, -s.confidence, s.iri),
    )
    groups: dict[tuple[bool, str], list[Statement]] = {}
    for statement in order:
        groups.setdefault((statement.subject == entity, statement.relation), []).append(statement)
    for (_, relation), statements in groups.items():
        yield relation, statements


# ---------------------------------------------------------------- the picture


def _picture(store: ox.Store, around: str) -> Reply:
    from fabgrid.analysis import communities
    from fabgrid.render import page as picture

    title = "fabgrid"
    if around:
        entity = _node(around)
        if entity is None or not excerpt.is_known(store, entity):
            return _missing(Job("graph", around, HTML))
        snapshot = read(excerpt.about(store, entity, _MOST_TOLD)[0])
        title = snapshot.nodes[entity.value].name
    else:
        snapshot = read(excerpt.between(store, excerpt.best_connected(store, _PICTURED), _MOST_LINES))
    html = picture(snapshot, load(), title=title, communities=communities)
    found = _POLICY.search(html)
    policy = f"{unescape(found[1])}; frame-ancestors 'none'" if found else ""
    return Reply(200, HTML, html.encode(), policy=policy)


def _drawing() -> bytes:
    """Return vis-network, which comes with pyvis."""
    import pyvis

    from fabgrid.render.webpage import VIS

    return (resources.files(pyvis) / VIS).read_bytes()
