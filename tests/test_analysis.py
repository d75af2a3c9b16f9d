from datetime import date

import networkx as nx
import pytest

from fabgrid import analysis
from fabgrid.graph.statements import article_quads, entity_quads, read
from fabgrid.graph.terms import ENTITY
from fabgrid.model import Extraction, Snapshot, Status
from samples import article, chips, entities, fact, iris, nodes, power


def snapshot(*extractions):
    quads = [*entity_quads(nodes(extractions))]
    for x in extractions:
        quads += article_quads(x, iris(x))
    return read(quads)


def chain(*pairs, url="https://example.org/chain", published=date(2025, 1, 1), status=Status.ASSERTED):
    """An article in which each pair is a supplier and its customer."""
    sentences = [f"{a} supplies {b} well." for a, b in pairs]
    a = article(url, *sentences, published=published)
    names = {name: "Company" for pair in pairs for name in pair}
    facts = tuple(
        fact(a, sentence, s, "supplies", o, status=status) for sentence, (s, o) in zip(sentences, pairs, strict=True)
    )
    return Extraction(a, entities(**names), facts=facts)


def short(found):
    return [iri.removeprefix(ENTITY) for iri in found]


@pytest.fixture(scope="module")
def both():
    return snapshot(chips(), power())


EMPTY = Snapshot({}, {}, ())


def test_the_best_connected_come_first(both):
    ranks = analysis.rank(both, top=3)
    assert (ranks[0].name, ranks[0].neighbours) == ("Nvidia", 4)
    assert len(ranks) == 3
    assert analysis.rank(EMPTY) == []


def test_pagerank_is_that_of_networkx(both):
    graph = analysis.network(both)
    try:
        theirs = nx.pagerank(graph, weight=None)
    except ModuleNotFoundError:
        pytest.skip("networkx's own needs SciPy")
    assert analysis._pagerank(graph, graph.edges()) == pytest.approx(theirs, abs=1e-4)


def test_pagerank_sums_to_one(both):
    assert sum(r.pagerank for r in analysis.rank(both)) <= 1
    assert sum(analysis._pagerank(both.nodes, analysis.network(both).edges()).values()) == pytest.approx(1)


def test_paths_carry_their_evidence(both):
    [path] = analysis.paths(both, ENTITY + "tsmc", ENTITY + "samsung")
    assert short(path.nodes) == ["tsmc", "nvidia", "samsung"]
    assert [step[0].relation for step in path.steps] == ["fabricatesFor", "supplies"]
    assert analysis.paths(both, ENTITY + "tsmc", ENTITY + "ohio") == []
    assert analysis.paths(both, ENTITY + "tsmc", ENTITY + "nobody") == []


def test_the_shortest_path_comes_first_and_long_ones_are_left_out():
    graph = snapshot(chain(("A", "B"), ("B", "C"), ("A", "D"), ("D", "E"), ("E", "C")))
    assert [len(p.steps) for p in analysis.paths(graph, ENTITY + "a", ENTITY + "c")] == [2, 3]
    assert [len(p.steps) for p in analysis.paths(graph, ENTITY + "a", ENTITY + "c", longest=2)] == [2]
    assert len(analysis.paths(graph, ENTITY + "a", ENTITY + "c", limit=1)) == 1


def test_planned_steps_count_only_when_asked_for():
    graph = snapshot(chain(("A", "B"), status=Status.PLANNED))
    assert analysis.paths(graph, ENTITY + "a", ENTITY + "b") == []
    assert len(analysis.paths(graph, ENTITY + "a", ENTITY + "b", statuses=tuple(Status))) == 1


def test_communities_are_the_same_each_time():
    graph = snapshot(chain(("A", "B"), ("B", "C"), ("C", "A"), ("X", "Y"), ("C", "X")))
    found = analysis.communities(graph)
    assert found == analysis.communities(graph)
    assert found[ENTITY + "a"] == found[ENTITY + "b"] == 0
    assert found[ENTITY + "x"] == found[ENTITY + "y"] == 1
    assert analysis.communities(EMPTY) == {}


def test_choke_points_know_who_has_no_other_supplier():
    graph = snapshot(chain(("ASML", "TSMC"), ("ASML", "Intel"), ("TSMC", "Apple"), ("Intel", "Apple"), ("TSMC", "AMD")))
    first, second, *_ = analysis.choke_points(graph)
    assert (first.name, short(first.captive), first.separates) == ("ASML", ["intel", "tsmc"], False)
    assert (second.name, short(second.dependents), short(second.captive)) == (
        "TSMC",
        ["amd", "apple"],
        ["amd"],
    )
    assert second.separates
    assert analysis.choke_points(EMPTY) == []


def test_change_tells_new_settled_and_withdrawn(both):
    found = analysis.change(both, date(2025, 6, 1))
    assert {s.relation for s in found.appeared} == {"supplies", "acquires", "operates", "locatedIn"}
    assert [(a.status, b.status, b.relation) for a, b in found.settled] == [
        (Status.PLANNED, Status.ASSERTED, "acquires")
    ]
    assert found.withdrawn == ()


def test_a_denial_withdraws_what_was_asserted():
    graph = snapshot(
        chain(("A", "B")),
        chain(("A", "B"), url="https://example.org/no", published=date(2025, 2, 1), status=Status.DENIED),
    )
    [(then, now)] = analysis.change(graph, date(2025, 2, 1)).withdrawn
    assert (then.status, now.status) == (Status.ASSERTED, Status.DENIED)
    assert analysis.change(graph, date(2025, 2, 2)).appeared == ()
    assert len(analysis.change(graph, date(2025, 1, 1), date(2025, 1, 31)).appeared) == 1
