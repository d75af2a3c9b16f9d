"""How fast the endpoint answers, beside pyoxigraph in this process on the same quads, and other servers.

    python benchmarks/serve.py [--quads 1000000] [--rounds 30] [--clients 50]

Made-up articles, written as fabgrid writes them. Times are wall-clock milliseconds, medians; the ways take
turns. Also measured where they are installed: the server `oxigraph` of PyPI on the same files, and
rdflib-endpoint with rdflib in memory.
"""

from __future__ import annotations

import argparse
import http.client
import importlib.util
import math
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlencode

import pyoxigraph as ox

from fabgrid.graph.statements import article_quads, entity_quads
from fabgrid.graph.store import Store
from fabgrid.graph.terms import ENTITY, PREFIXES
from fabgrid.model import Article, Entity, Extraction, Fact, Node, Quantity, Span, slug

RELATIONS = ("supplies", "competesWith", "partnersWith", "acquires", "investsIn")
PER_ARTICLE = 5
QUADS_PER_ARTICLE = 175
JSON = "application/sparql-results+json"
HUB = f"<{ENTITY}company-0>"
QUERIES = {
    "neighbours of a hub": f"SELECT ?p ?name {{ {HUB} ?p ?o . ?o skos:prefLabel ?name }}",
    "acquisitions, top 20": """SELECT ?who ?what ?amount ?text {
        ?s rdf:predicate fg:acquires ; rdf:subject ?a ; rdf:object ?b ; fg:amount/schema:value ?amount ;
           fg:evidence/oa:hasSelector/oa:exact ?text .
        ?a skos:prefLabel ?who . ?b skos:prefLabel ?what } ORDER BY DESC(?amount) LIMIT 20""",
    "suppliers of suppliers": f"SELECT DISTINCT ?a ?b {{ ?a fg:supplies ?b . ?b fg:supplies {HUB} }}",
    "supply path": f"SELECT ?c {{ {HUB} fg:supplies+ ?c }} LIMIT 100",
    "competitors by number": """SELECT ?c (COUNT(DISTINCT ?d) AS ?n) { ?c fg:competesWith ?d }
        GROUP BY ?c ORDER BY DESC(?n) ?c LIMIT 10""",
}
Ask = Callable[[str], bytes]


# ---------------------------------------------------------------- the graph


def articles(quads: int) -> Iterator[Extraction]:
    """Yield articles for about that many quads: few companies are named often, most seldom."""
    chance = random.Random(1)
    count = quads // QUADS_PER_ARTICLE
    companies = max(20, count // 3)
    for number in range(count):
        names, facts, text = set(), [], ""
        while len(facts) < PER_ARTICLE:
            ends = [f"Company {int(companies * chance.random() ** 4)}" for _ in range(2)]
            if ends[0] == ends[1]:
                continue
            amount = Quantity(float(chance.randrange(10**9)), "USD", "some dollars")
            start = len(text)
            text += f"{ends[0]} deals with {ends[1]} for some dollars, says line {len(facts)} of article {number}. "
            sentence, words = Span(start, len(text) - 1), Span(start, start + len(ends[0]))
            relation, confidence = chance.choice(RELATIONS), round(chance.random(), 2)
            facts.append(Fact(ends[0], relation, ends[1], sentence, words, words, "made up", confidence, amount=amount))
            names.update(ends)
        article = Article(f"https://example.org/{number}", f"Article {number}", text)
        yield Extraction(article, tuple(Entity(name, "Company") for name in sorted(names)), facts=tuple(facts))


def quads_of(extractions: Iterator[Extraction]) -> Iterator[ox.Quad]:
    named: dict[str, Node] = {}
    for extraction in extractions:
        iris = {entity.name: ENTITY + slug(entity.name) for entity in extraction.entities}
        named |= {iri: Node(iri, name, "Company") for name, iri in iris.items()}
        yield from article_quads(extraction, iris)
    yield from entity_quads(named.values())


def build(path: Path, quads: int) -> int:
    """Write the graph, and return how many quads it has."""
    with Store.open(path, create=True) as store:
        store.quads.bulk_extend(quads_of(articles(quads)))
        store.quads.optimize()
        store.flush()
        assert len(store.records) == 0
        return len(store)


# ---------------------------------------------------------------- ways to ask


@contextmanager
def in_process(path: Path) -> Iterator[Ask]:
    store = ox.Store.read_only(str(path / "quads"))

    def ask(query: str) -> bytes:
        found = store.query(query, prefixes=PREFIXES, use_default_graph_as_union=True)
        return found.serialize(format=ox.QueryResultsFormat.JSON) or b""

    yield ask


@contextmanager
def served(command: list[str], port: int, route: str, patience: float = 60) -> Iterator[int]:
    """Run a server until the end of the block."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + patience
        while True:
            try:
                over_http(port, route)("ASK {}")
                break
            except OSError as error:
                if process.poll() is not None or time.monotonic() > end:
                    raise SystemExit(f"the server does not start: {command}") from error
                time.sleep(0.2)
        yield port
    finally:
        process.terminate()
        process.wait()


def over_http(port: int, route: str) -> Ask:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    declared = "".join(f"PREFIX {p}: <{iri}> " for p, iri in PREFIXES.items())

    def ask(query: str) -> bytes:
        connection.request("GET", f"{route}?{urlencode({'query': declared + query})}", headers={"Accept": JSON})
        response = connection.getresponse()
        body = response.read()
        if response.status != 200:
            raise RuntimeError(f"{response.status} {body[:200]!r}")
        return body

    return ask


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


RDFLIB_SERVER = """
import sys, uvicorn
from rdflib import Dataset
from rdflib_endpoint import SparqlEndpoint
data = Dataset(default_union=True)
data.parse(sys.argv[1], format="nquads")
uvicorn.run(SparqlEndpoint(graph=data, path="/sparql"), port=int(sys.argv[2]), log_level="error")
"""


# ---------------------------------------------------------------- measuring


def milliseconds(ask: Ask, query: str) -> float:
    start = time.perf_counter()
    ask(query)
    return (time.perf_counter() - start) * 1000


def rows_of(ask: Ask, query: str) -> int | None:
    """Return how many rows an answer has, None where there is no answer."""
    try:
        return ask(query).count(b"},{") + 1
    except (OSError, RuntimeError, http.client.HTTPException):
        return None


def alone(ways: dict[str, Ask], rounds: int) -> None:
    """Print the median of each way for each query, asked one at a time."""
    print(f"{'':24}{'rows':>8}" + "".join(f"{name:>18}" for name in ways) + "   budget   ratio")
    for name, query in QUERIES.items():
        rows = {way: rows_of(ask, query) for way, ask in ways.items()}
        assert rows["pyoxigraph"] == rows["fabgrid serve"], rows
        times: dict[str, list[float]] = {way: [] for way in ways if rows[way] is not None}
        for _ in range(rounds):
            for way in times:
                times[way].append(milliseconds(ways[way], query))
        medians = {way: statistics.median(times.get(way, [math.nan])) for way in ways}
        budget = 1.3 * medians["pyoxigraph"] + 5
        shown = "".join(f"{value:>18.1f}" for value in medians.values())
        kept = "kept" if medians["fabgrid serve"] <= budget else "MISSED"
        ratio = medians["fabgrid serve"] / medians["pyoxigraph"]
        print(f"{name:24}{rows['pyoxigraph']:>8,}{shown}{budget:>9.1f} {ratio:>6.2f} {kept}")


def together(name: str, port: int, route: str, clients: int, each: int) -> None:
    """Print what many clients see that ask the five queries over and over."""
    times: list[float] = []
    errors: list[str] = []

    def client(number: int) -> None:
        ask, queries = over_http(port, route), list(QUERIES.values())
        for k in range(each):
            try:
                times.append(milliseconds(ask, queries[(number + k) % len(queries)]))
            except (OSError, RuntimeError, http.client.HTTPException) as error:
                errors.append(str(error))

    threads = [threading.Thread(target=client, args=(n,)) for n in range(clients)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - start
    if len(times) < 2:
        print(f"{name}: {len(errors)} errors, the first: {errors[0]}")
        return
    p50, p99 = statistics.median(times), statistics.quantiles(times, n=100)[98]
    print(
        f"{name:18} {clients} clients: {len(times)} answers, {len(errors)} errors, p50 {p50:.0f} ms, p99 {p99:.0f} ms"
        f" ({p99 / p50:.1f} x p50), {len(times) / seconds:.0f} answers/s"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quads", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--each", type=int, default=20, help="queries of each of the clients")
    options = parser.parse_args()
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    with ExitStack() as running:
        folder = Path(running.enter_context(tempfile.TemporaryDirectory()))
        store = folder / "store"
        start = time.perf_counter()
        quads = build(store, options.quads)
        ways = {"pyoxigraph": running.enter_context(in_process(store))}
        port = free_port()
        command = [sys.executable, "-m", "fabgrid", "serve", "--store", str(store), "--port", str(port)]
        servers = {"fabgrid serve": (running.enter_context(served(command, port, "/sparql")), "/sparql")}
        print(f"{quads:,} quads, built in {time.perf_counter() - start:.0f} s")
        servers |= rivals(store, folder, running)
        ways |= {name: over_http(*where) for name, where in servers.items()}
        alone(ways, options.rounds)
        for name, (port, route) in servers.items():
            few = options.each if name != "rdflib-endpoint" else 1
            together(name, port, route, options.clients, few)


def rivals(store: Path, folder: Path, running: ExitStack) -> dict[str, tuple[int, str]]:
    """Start the other servers that are installed."""
    found = {}
    beside = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    if binary := shutil.which("oxigraph", path=beside):
        port = free_port()
        command = [binary, "serve-read-only", "--location", str(store / "quads"), "--bind", f"127.0.0.1:{port}"]
        running.enter_context(served([*command, "--union-default-graph"], port, "/query"))
        found["oxigraph"] = (port, "/query")
    if importlib.util.find_spec("rdflib_endpoint"):
        port, dump = free_port(), folder / "dump.nq"
        ox.Store.read_only(str(store / "quads")).dump(dump, format=ox.RdfFormat.N_QUADS)
        command = [sys.executable, "-c", RDFLIB_SERVER, str(dump), str(port)]
        running.enter_context(served(command, port, "/sparql", patience=600))
        found["rdflib-endpoint"] = (port, "/sparql")
    return found


if __name__ == "__main__":
    main()
