"""Articles -> store: the whole pipeline, incrementally. The page to read first.

The records (SQLite) hold what each article says; the graph is a projection of them, written article
by article. A build that was stopped anywhere is finished by the next one.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from pyoxigraph import Quad

from fabgrid.errors import SourceError
from fabgrid.graph.statements import article_iri, article_quads, entity_quads, projection_key
from fabgrid.graph.store import Store
from fabgrid.graph.terms import ARTICLE, STATEMENT
from fabgrid.graph.validation import Finding, check
from fabgrid.model import Article, Extraction
from fabgrid.ontology import load, load_registry
from fabgrid.resolution import Resolution, resolve
from fabgrid.resolution.judgements import load as load_judgements
from fabgrid.sources import read

if TYPE_CHECKING:
    from fabgrid.nlp.extractor import Extractor

__all__ = ["Progress", "Summary", "build", "project", "resolve_all"]

Result = Extraction | SourceError
Progress = Callable[[int, int], None]  # articles done, articles to do

BATCH = 100  # articles that are written to the graph at once
CHECKPOINT = 200  # articles between two projections, so that readers see a long build grow


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
    extractor: Extractor,
    *,
    workers: int = 1,
    prune: bool = False,
    progress: Progress = lambda done, total: None,
) -> Summary:
    """Bring a store up to date with the articles of files and folders.

    An unchanged article costs nothing; `prune` takes out the articles that the paths no longer hold;
    each article is one durable step, so that stopping anywhere loses nothing.
    """
    summary = Summary()
    pending = _pending(read(paths), store, extractor.fingerprint, summary)
    for done, result in enumerate(_extract(pending, extractor, workers), start=1):
        if isinstance(result, SourceError):
            summary.errors.append(result)
        else:
            store.records.put(result, extractor.fingerprint)
            summary.words += len(result.article.text.split())
        progress(done, len(pending))
        if done % CHECKPOINT == 0:
            summary.findings += project(store)
    if prune:
        _prune(store, summary)
    summary.findings += project(store)
    return summary


def _pending(found: Iterable[Article | SourceError], store: Store, fingerprint: str, summary: Summary) -> list[Article]:
    states = store.records.states()
    pending = []
    for article in found:
        if isinstance(article, SourceError):
            summary.errors.append(article)
        elif states.get(article.url) == (article.id, fingerprint):
            summary.unchanged.append(article.url)
        else:
            (summary.changed if article.url in states else summary.added).append(article.url)
            pending.append(article)
    return pending


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

    The result depends on the set of records and judgements only, not on their order. Returns what
    the shapes find wrong in the graphs that were written.
    """
    resolution = resolve_all(store)
    store.replace_entities(entity_quads(resolution.nodes.values()))
    written = store.records.projected()
    present: set[str] = set()
    findings: list[Finding] = []
    graphs = _graphs(store, resolution, written, present)
    while batch := list(islice(graphs, BATCH)):
        store.replace_articles({article_iri(graph.article): graph.quads for graph in batch})
        store.flush()
        store.records.mark_projected({graph.article.id: graph.key for graph in batch})
        findings += [f for graph in batch for f in graph.findings]
    _forget(store, written.keys() - present)
    return findings


@dataclass(frozen=True, slots=True)
class _Graph:
    article: Article
    key: str
    quads: list[Quad]
    findings: tuple[Finding, ...]


def _graphs(store: Store, resolution: Resolution, written: Mapping[str, str], present: set[str]) -> Iterator[_Graph]:
    """Yield the graphs that must be written anew; put the id of every recorded article in `present`."""
    ontology = load()
    rejected = frozenset(STATEMENT + name for name in resolution.rejected)
    runs = {url: fingerprint for url, (_, fingerprint) in store.records.states().items()}
    for extraction in store.records.extractions():
        article, iris = extraction.article, resolution.iris(extraction.article.url)
        present.add(article.id)
        key = projection_key(extraction, iris, run=runs[article.url], rejected=rejected)
        if written.get(article.id) != key:
            quads = list(article_quads(extraction, iris, ontology=ontology, run=runs[article.url], rejected=rejected))
            types = {iri: resolution.nodes[iri].type for iri in iris.values()}
            yield _Graph(article, key, quads, check(quads, ontology, types=types).findings)


def _forget(store: Store, ids: Iterable[str]) -> None:
    gone = sorted(ids)
    for article_id in gone:
        store.remove_article(ARTICLE + article_id)
    store.records.forget_projected(gone)


def resolve_all(store: Store) -> Resolution:
    """Return the entities of all recorded articles, under the store's judgements."""
    return resolve(
        ((e.article.url, e.entities) for e in store.records.extractions()),
        ontology=load(),
        registry=load_registry(),
        judgements=load_judgements(store.judgements),
    )


# ---------------------------------------------------------------- workers

_extractor: Extractor | None = None  # of a worker process


def _extract(articles: list[Article], extractor: Extractor, workers: int) -> Iterator[Result]:
    """Yield the results in the order of the articles, from one process or several."""
    if workers <= 1 or len(articles) < 2 * workers:
        yield from extractor.extract(articles)
        return
    context = multiprocessing.get_context("spawn")
    with closing(context.Pool(workers, _start, (extractor.settings,))) as pool:
        for results in pool.imap(_work, [articles[i : i + 8] for i in range(0, len(articles), 8)]):
            yield from results


def _start(settings: dict[str, object]) -> None:
    from fabgrid.nlp.extractor import Extractor  # spaCy: only a process that reads articles needs it

    global _extractor  # one pipeline a process: loading it takes seconds
    _extractor = Extractor(**settings)  # type: ignore[arg-type]


def _work(articles: list[Article]) -> list[Result]:
    assert _extractor is not None, "the worker was started with its extractor"  # noqa: S101
    return list(_extractor.extract(articles))
