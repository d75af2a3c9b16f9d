"""How fast a store takes in quads, beside bare pyoxigraph: one bulk load of the same quads.

    python benchmarks/load.py [--quads 1000000] [--rounds 3]

The articles are those of serve.py. The store writes them as a build does, a hundred at a time, each hundred
wholly or not at all and then safe on the disk; neither resolution nor SHACL is in the figures. The
peers take all at once: from N-Quads, and from Python objects as the store does. Wall-clock seconds.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
from serve import articles, quads_of

from fabgrid.build import BATCH
from fabgrid.graph.outline import dump_node
from fabgrid.graph.store import Store
from fabgrid.graph.terms import ENTITIES_GRAPH, SKOS
from fabgrid.model import Node


def of_article(quads: list[ox.Quad]) -> dict[str, list[ox.Quad]]:
    graphs: dict[str, list[ox.Quad]] = {}
    for quad in quads:
        if quad.graph_name != ENTITIES_GRAPH:
            graphs.setdefault(str(quad.graph_name).strip("<>"), []).append(quad)
    return graphs


def into_store(path: Path, quads: list[ox.Quad]) -> Callable[[], None]:
    graphs = of_article(quads)
    names = list(graphs)
    labels = [q for q in quads if q.graph_name == ENTITIES_GRAPH and q.predicate.value == SKOS + "prefLabel"]
    entities = [Node(q.subject.value, q.object.value, "Company") for q in labels]

    def load() -> None:
        with Store.open(path, create=True) as store:
            store.records.note_nodes({node.iri: dump_node(node) for node in entities})
            store.write_entities()
            for first in range(0, len(names), BATCH):
                store.replace_articles({name: graphs[name] for name in names[first : first + BATCH]}, replaces={})
                store.flush()
            assert len(store) == len(quads)

    return load


def bare(path: Path, quads: list[ox.Quad]) -> Callable[[], None]:
    def load() -> None:
        store = ox.Store(str(path))
        store.bulk_extend(quads)
        store.flush()

    return load


def from_text(path: Path, file: Path) -> Callable[[], None]:
    def load() -> None:
        store = ox.Store(str(path))
        store.bulk_load(path=str(file), format=ox.RdfFormat.N_QUADS)
        store.flush()

    return load


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quads", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    quads = list(quads_of(articles(options.quads)))
    times: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "all.nq").write_bytes(ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b"")
        for number in range(options.rounds):
            ways = {
                "bulk_load of N-Quads": from_text(folder / f"text{number}", folder / "all.nq"),
                "bulk_extend of objects": bare(folder / f"bare{number}", quads),
                "Store": into_store(folder / f"store{number}", quads),
            }
            for way, load in ways.items():
                start = time.perf_counter()
                load()
                times.setdefault(way, []).append(time.perf_counter() - start)
    floor = statistics.median(times["bulk_load of N-Quads"])
    print(f"{len(quads):,} quads")
    for way, seconds in times.items():
        middle = statistics.median(seconds)
        print(f"{way:24} {middle:6.2f} s  {len(quads) / middle:10,.0f} quads/s  {middle / floor:.2f} times bulk_load")


if __name__ == "__main__":
    main()
