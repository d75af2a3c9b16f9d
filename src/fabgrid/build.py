"""Articles -> store: the whole pipeline, incrementally. The page to read first.

The records (SQLite) hold what each article says; the graph is a projection of them, written article
by article. A build that was stopped anywhere is finished by the next one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from pyoxigraph import Quad

from fabgrid.collector import paused, spared
from fabgrid.engines import Engine
from fabgrid.errors import SourceError
from fabgrid.graph.records import Record
from fabgrid.graph.snapshot import edges_of
from fabgrid.graph.statements import article_iri, article_quads, projection_key
from fabgrid.graph.store import Store
from fabgrid.graph.terms import ARTICLE, STATEMENT
from fabgrid.graph.validation import Finding, check
from fabgrid.model import Article
from fabgrid.ontology import load, load_registry
from fabgrid.resolution import Resolution, resolve
from fabgrid.resolution.judgements import load as load_judgements
from fabgrid.sources import Known, Memory, read_new
from fabgrid.spool import Spool

__all__ = ["Progress", "Summary", "build", "graph_of", "project", "resolve_all"]

Progress = Callable[[int, int], None]  # articles done, articles to do

BATCH = 100  # articles that are written to the graph at once
CHECKPOINT = 200  # articles before the graph is written the first time, so that readers see a long build grow
GROWTH = 1.5  # of the store between two such writings: each looks at all articles, together they cost a constant part


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
    """Read the articles, each a durable step, and write the graph now and then."""
    checkpoint = max(CHECKPOINT, int(len(store.records) * (GROWTH - 1)))
    for done, result in enumerate(engine.extract(pending), start=1):
        if isinstance(result, SourceError):
            summary.errors.append(result)
        else:
            store.records.put(result, engine.fingerprint)
            summary.words += len(result.article.text.split())
        progress(done, len(pending))
        if done == checkpoint:
            summary.findings += project(store)
            checkpoint = int(checkpoint * GROWTH)


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
    resolution = resolve_all(store)
    with spared():
        return _write(store, resolution)


def _write(store: Store, resolution: Resolution) -> list[Finding]:
    gone = store.add_entities(resolution.nodes.values())
    written = store.records.projected()
    earlier = {url: iri for iri, url in store.superseded().items()}
    findings: list[Finding] = []
    graphs, writing = _graphs(store, resolution, written), None
    with ThreadPoolExecutor(1) as writer:  # the quads of a batch are written while the next one is made
        while batch := list(islice(graphs, BATCH)):
            findings += [f for g in batch for f in g.findings]
            if writing:
                _mark(store, writing.result())
            writing = writer.submit(_replace, store, batch, earlier)
        if writing:
            _mark(store, writing.result())
    _forget(store, written.keys() - {article_id for article_id, _ in store.records.states().values()})
    store.remove_entities(gone)
    store.flush()
    return findings


def _replace(store: Store, batch: list[_Graph], earlier: Mapping[str, str]) -> _Written:
    """Write the graphs, by which those of earlier texts are replaced; those are given by address."""
    replaces = {article_iri(g.article): earlier[g.article.url] for g in batch if g.article.url in earlier}
    store.replace_articles({article_iri(g.article): g.quads for g in batch}, replaces=replaces)
    store.flush()
    return batch, [iri.removeprefix(ARTICLE) for iri in replaces.values()]


def _mark(store: Store, written: _Written) -> None:
    batch, replaced = written
    keys, edges = {g.article.id: g.key for g in batch}, {g.article.id: g.edges for g in batch}
    store.records.mark_projected(keys, edges, replaced=replaced)


@dataclass(frozen=True, slots=True)
class _Graph:
    article: Article
    key: str
    quads: list[Quad]
    edges: str
    findings: tuple[Finding, ...]


_Written = tuple[list[_Graph], list[str]]  # graphs, and the articles of which they have taken the place


def _graphs(store: Store, resolution: Resolution, written: Mapping[str, str]) -> Iterator[_Graph]:
    """Yield the graphs that must be written anew; an article that is up to date is not even read."""
    for outline in store.records.outlines():
        iris = resolution.iris(outline.url)
        statements = outline.statements if resolution.rejected else ()
        key = projection_key(
            outline.id, iris, statements=statements, run=outline.fingerprint, rejected=resolution.rejected
        )
        record = store.records.get(outline.url) if written.get(outline.id) != key else None
        if record is not None:
            quads = list(graph_of(record, resolution))
            types = {iri: resolution.nodes[iri].type for iri in iris.values()}
            findings = check(quads, load(), types=types).findings
            yield _Graph(record.extraction.article, key, quads, edges_of(quads), findings)


def graph_of(record: Record, resolution: Resolution) -> Iterator[Quad]:
    """Yield the graph that an article has under this resolution."""
    rejected = frozenset(STATEMENT + name for name in resolution.rejected)
    iris = resolution.iris(record.extraction.article.url)
    return article_quads(record.extraction, iris, ontology=load(), run=record.fingerprint, rejected=rejected)


def _forget(store: Store, ids: Iterable[str]) -> None:
    gone = sorted(ids)
    for article_id in gone:
        store.remove_article(ARTICLE + article_id)
    store.records.forget_projected(gone)


def resolve_all(store: Store) -> Resolution:
    """Return the entities of all recorded articles, under the store's judgements."""
    with paused():
        return resolve(
            ((outline.url, outline.entities) for outline in store.records.outlines()),
            ontology=load(),
            registry=load_registry(),
            judgements=load_judgements(store.judgements),
        )
