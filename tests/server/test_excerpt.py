"""What is cut out of a large store for one picture."""

from __future__ import annotations

import pyoxigraph as ox

from fabgrid.graph.terms import ARTICLE, ENTITY, RDF, STATEMENT
from fabgrid.server.excerpt import between

GRAPH = ox.NamedNode(ARTICLE + "1")


def entity(name: str) -> ox.NamedNode:
    return ox.NamedNode(ENTITY + name)


def stated(store: ox.Store, number: int, subject: str, object_: str) -> None:
    statement = ox.NamedNode(f"{STATEMENT}{number:02}")
    for part, name in (("subject", subject), ("object", object_)):
        store.add(ox.Quad(statement, ox.NamedNode(RDF + part), entity(name), GRAPH))


def test_a_pair_that_every_article_names_leaves_room_for_others() -> None:
    store = ox.Store()
    for number in range(30):
        stated(store, number, "a", "b")
    stated(store, 30, "b", "c")
    stated(store, 31, "b", "elsewhere")
    quads = between(store, [entity("a"), entity("b"), entity("c")], 10)
    told = {quad.subject.value for quad in quads if quad.predicate.value == RDF + "subject"}
    assert STATEMENT + "30" in told
    assert STATEMENT + "31" not in told
    assert len(told) == 6
