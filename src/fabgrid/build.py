"""Articles -> store: the whole pipeline, incrementally. The page to read first.

The records (SQLite) hold what each article says; the graph is a projection of them, written article
by article. A build that was stopped anywhere is finished by the next one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from pyoxigraph import Quad

from fabgrid.engines import Engine
from fabgrid.errors import SourceError
from fabgrid.graph.records import Record
from fabgrid.graph.snapshot import edges_of
from fabgrid.graph.statements import article_iri, article_quads, projection_key
from fabgrid.graph.store import Store
from fabgrid.graph.terms import ARTICLE, STATEMENT
from fabgrid.graph.validation import Finding, check
from fabgrid.heap import paused
from fabgrid.identities import ruling_of, update
from fabgrid.model import Article
from fabgrid.ontology import load
from fabgrid.resolution.judgements import Ruling
from fabgrid.sources import Known, Memory, read_new
from fabgrid.spool import Spool

__all__ = ["Progress", "Summary", "build", "graph_of", "project"]

Progress = Callable[[int, int], None]  # articles done, articles to do

BATCH = 100  # articles that are written to the graph at once: what is made for them is the writer's memory
CHECKPOINT = 200  # articles before the graph is written the first time, so that readers see a long build grow
GROWTH = 4  # of the store between two such writings: what joins or parts entities has articles written again
STEP = 50  # articles that are read for each step of writing, so that no worker waits


@dataclass(slots=True)
class Summary:
    """What a build did: addresses by what became of them, errors, and what SHACL found."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    errors: list[SourceError] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    words: int = 0
    kept_by_errors: bool = False  # nothing was pruned, since an article that could not be read may still be there


def build(
    paths: Iterable[str | Path],
    store: Store,
    engine: Engine,
    *,
    prune: bool = False,
    progress: Progress = lambda done, total: None,
) -> Summary:
    """Bring a store up to date with the articles of files and folders.

    An unchanged article costs nothing; `prune` takes out the articles that the paths no longer hold;
    each article is one durable step, so that stopping anywhere loses nothing.
    """
    summary = Summary()
    with Spool(store.path) as pending:
        _sort(paths, store, engine.fingerprint, summary, pending)
        _record(pending, store, engine, summary, progress)
    if prune:
        _prune(store, summary)
    summary.findings += project(store)
    return summary


def _record(pending: Spool, store: Store, engine: Engine, summary: Summary, progress: Progress) -> None:
    """Read the articles, each a durable step, and write the graph now and then, a batch at a time."""
    checkpoint = max(CHECKPOINT, int(len(store.records) * (GROWTH - 1)))
    writing: Iterator[list[Finding]] = iter(())
    for done, result in enumerate(engine.extract(pending), start=1):
        if isinstance(result, SourceError):
            summary.errors.append(result)
        else:
            store.records.put(result, engine.fingerprint)
            summary.words += len(result.article.text.split())
        progress(done, len(pending))
        if done == checkpoint:
            summary.findings += chain(*writing)
            writing = _projected(store)
            checkpoint = int(checkpoint * GROWTH)
        if done % STEP == 0:
            summary.findings += next(writing, [])
    summary.findings += chain(*writing)


def _sort(paths: Iterable[str | Path], store: Store, fingerprint: str, summary: Summary, pending: Spool) -> None:
    """Put aside the articles that must be read, and note what becomes of all."""
    states = store.records.states()

    def is_current(url: str, article_id: str) -> bool:
        return states.get(url) == (article_id, fingerprint)

    memory = Memory({name: Known(*found) for name, found in store.records.files().items()}, is_current)
    for found in read_new(paths, memory):
        if isinstance(found, SourceError):
            summary.errors.append(found)
        elif isinstance(found, Known) or is_current(found.url, found.id):
            summary.unchanged.append(found.url)
        else:
            (summary.changed if found.url in states else summary.added).append(found.url)
            pending.append(found)
    store.records.note_files(memory.new)


def _prune(store: Store, summary: Summary) -> None:
    """Forget the articles that were not found, unless some could not be read: it may be those."""
    if summary.errors:
        summary.kept_by_errors = True
        return
    kept = {*summary.added, *summary.changed, *summary.unchanged}
    for url in store.records.urls():
        if url not in kept:
            store.records.remove(url)
            summary.removed.append(url)


def project(store: Store) -> list[Finding]:
    """Write the graphs of all articles whose facts or entities have changed, and the entities.

    The result depends on the set of records and judgements only, not on their order. A reader finds each
    article in one version, and all entities that it names. Returns what the shapes find wrong in the
    graphs that were written.
    """
    return list(chain(*_projected(store)))


def _projected(store: Store) -> Iterator[list[Finding]]:
    """Do what `project` does, and yield after each step; articles may be recorded meanwhile."""
    ruling = ruling_of(store)
    for _ in update(store, ruling):
        yield []
    store.write_entities()
    yield from _written(store, ruling)
    _forget(store)
    store.remove_entities()


def _written(store: Store, ruling: Ruling) -> Iterator[list[Finding]]:
    """Write the graphs that must be; the quads of a batch are written while the next one is made."""
    urls = store.records.register.unwritten()
    earlier: dict[str, list[str]] = defaultdict(list)
    for article_id, url in store.records.outlived().items():
        earlier[url].append(ARTICLE + article_id)
    writing: _Batch | None = None
    with ThreadPoolExecutor(1) as writer:
        for start in range(0, len(urls), BATCH):
            looked_at = store.records.register.known(urls[start : start + BATCH])
            with paused():  # the collector takes a fifteenth of the time
                graphs = [graph for url in looked_at if (graph := _graph(store, url, ruling))]
            if writing:
                _mark(store, writing)
            writing = _Batch(looked_at, graphs, writer.submit(_replace, store, graphs, earlier))
            yield [finding for graph in graphs for finding in graph.findings]
        if writing:
            _mark(store, writing)


@dataclass(frozen=True, slots=True)
class _Graph:
    article: Article
    key: str
    quads: list[Quad]
    edges: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Batch:
    """Articles that were looked at, the graphs that must be written, and, when they are, the ids that they replace."""

    urls: list[str]
    graphs: list[_Graph]
    replaced: Future[list[str]]


def _graph(store: Store, url: str, ruling: Ruling) -> _Graph | None:
    """Return the graph of an article, None where there is none or it is on disk already."""
    found = store.records.inventory(url)
    if found is None:
        return None
    iris = store.records.register.iris(url)
    statements = found.statements if ruling.rejected else ()
    key = projection_key(found.id, iris, statements=statements, run=found.fingerprint, rejected=ruling.rejected)
    record = store.records.get(url) if store.records.projection(found.id) != key else None
    if record is None:
        return None
    quads = list(graph_of(record, iris, ruling))
    findings = check(quads, load(), types=store.records.types(iris.values())).findings
    return _Graph(record.extraction.article, key, quads, edges_of(quads), findings)


def graph_of(record: Record, iris: Mapping[str, str], ruling: Ruling) -> Iterator[Quad]:
    """Yield the graph that an article has whose entities, by name, have these IRIs."""
    rejected = frozenset(STATEMENT + name for name in ruling.rejected)
    return article_quads(record.extraction, iris, ontology=load(), run=record.fingerprint, rejected=rejected)


def _replace(store: Store, graphs: list[_Graph], earlier: Mapping[str, list[str]]) -> list[str]:
    """Write the graphs, and return the ids of the articles whose graphs they replace; those are given by address."""
    if not graphs:
        return []
    replaces = {article_iri(g.article): earlier[g.article.url] for g in graphs if g.article.url in earlier}
    store.replace_articles({article_iri(g.article): g.quads for g in graphs}, replaces=replaces)
    store.flush()
    return [iri.removeprefix(ARTICLE) for iri in chain(*replaces.values())]


def _mark(store: Store, written: _Batch) -> None:
    """Note that the graphs of a batch are on disk, when they are."""
    replaced = written.replaced.result()
    keys, edges = {g.article.id: g.key for g in written.graphs}, {g.article.id: g.edges for g in written.graphs}
    with store.records.transaction():
        store.records.mark_projected(keys, edges, replaced=replaced)
        store.records.register.note_written(written.urls)
    store.give_back()


def _forget(store: Store) -> None:
    """Remove the graphs of the articles that are recorded no more."""
    gone = store.records.outlived(replaced=True)
    for article_id in gone:
        store.remove_article(ARTICLE + article_id)
    store.records.forget_projected(gone)
