"""The store: a folder that holds the records, the quads projected from them, and the judgements."""

from __future__ import annotations

import shutil
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cached_property
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Self

import pyoxigraph as ox

from fabgrid.errors import StoreError
from fabgrid.graph.endpoint import is_address
from fabgrid.graph.export import write
from fabgrid.graph.faults import disk_faults
from fabgrid.graph.folder import (
    FORMAT,
    JUDGEMENTS,
    QUADS,
    busy,
    format_of,
    made_whole,
    sign,
    write_format,
)
from fabgrid.graph.folder import (
    create as create_folder,
)
from fabgrid.graph.outline import load_node
from fabgrid.graph.records import FILE as RECORDS
from fabgrid.graph.records import Records
from fabgrid.graph.snapshot import write_outline
from fabgrid.graph.statements import entity_quads
from fabgrid.graph.terms import ARTICLE, ENTITIES_GRAPH, PREFIXES, RDF, SCHEMA
from fabgrid.heap import give_back, share_arenas

__all__ = ["FORMAT", "QuadsDamaged", "Results", "Store", "open_to_write", "restore"]

_TRIES = 40  # to open to read, two seconds in all, while a writer drops files
_BULK = 2_000
_ENTITIES = 500  # that are written at once: memory does not grow with their number
_MOST_UNFLUSHED = 100_000
_MOST_HELD = 500_000  # quads of some 1,000 articles: opening them again takes 0.03 s

Results = ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples


class QuadsDamaged(StoreError):
    """The quads cannot be read; the records, from which they come, may well be whole."""


class Store:
    """An open store; one writer at a time, readers at any time.

    A reader sees the store as it was when it was opened.
    """

    has_cheap_lookups = True  # thousands of `match` take no longer than reading all

    def __init__(self, path: Path, quads: ox.Store, *, read_only: bool, keeps_outline: bool = True) -> None:
        self.path, self.read_only = path, read_only
        self.keeps_outline = keeps_outline  # beside the quads, see `fabgrid.graph.snapshot`
        self._quads = quads
        self._unflushed = self._held = 0
        self._open = ExitStack()  # what ends with the store

    # ------------------------------------------------------------ open and close

    @classmethod
    def open(cls, path: str | Path, *, create: bool = False, read_only: bool = False) -> Store:
        """Open the store in a folder or at an http(s) address, and repair what a killed writer left behind.

        Raises StoreError where there is no store (and not `create`), where another process writes to
        it (and not `read_only`), where it is damaged, and where another version of fabgrid made it.
        """
        if is_address(path):
            from fabgrid.graph.remote import RemoteStore  # which is a Store

            return RemoteStore(str(path), read_only=read_only)
        folder = Path(path)
        if create and not read_only:
            create_folder(folder)
        found = format_of(folder)
        if read_only:
            return cls(folder, _open_to_read(folder), read_only=True, keeps_outline=found == FORMAT)
        with ExitStack() as signed:
            signed.enter_context(sign(folder))
            store = cls(folder, open_to_write(folder), read_only=False)
            store._open = signed.pop_all()
        try:
            store._repair()
            store._bring_up_to_date(found)
        except BaseException:
            store.close()
            raise
        return store

    @cached_property
    def records(self) -> Records:
        """The articles and extractions behind the quads, opened when first asked for."""
        return Records.open(self.path, read_only=self.read_only)

    @property
    def judgements(self) -> Path:
        """The file of judgements, which may not exist."""
        return self.path / JUDGEMENTS

    def close(self) -> None:
        """Close the store; what was written since the last `flush` survives a crash, not a power cut."""
        if "records" in self.__dict__:
            self.records.close()
            del self.__dict__["records"]
        self.__dict__.pop("_quads", None)  # which closes them
        self._open.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _repair(self) -> None:
        """Take out graphs of articles without a record, and forget graphs that are not there."""
        states = self.records.states()
        superseded = self.superseded()
        for iri, url in superseded.items():
            if url not in states:  # else `fabgrid.build` puts the new text in its place, in one step
                self.remove_article(iri)
        self.records.note_outlived({iri.removeprefix(ARTICLE): url for iri, url in superseded.items()})
        recorded = {article_id for article_id, _ in states.values()}
        present = {iri.removeprefix(ARTICLE) for iri in self.articles()}
        lost = [i for i in self.records.projected() if i not in present or i not in recorded]
        if lost:
            self.records.forget_projected(lost)
        if next(self.match(None, ox.NamedNode(RDF + "type"), None, ENTITIES_GRAPH), None) is None:
            self.records.doubt_nodes()

    def _bring_up_to_date(self, found: int) -> None:
        """Make a store of an older format one of this format; what the records lack, opening them has added."""
        if found < FORMAT:
            write_outline(self)
            write_format(self.path)

    # ------------------------------------------------------------ read

    def __iter__(self) -> Iterator[ox.Quad]:
        return self.match()

    def __len__(self) -> int:
        return len(self._quads)

    def articles(self) -> tuple[str, ...]:
        """Return the IRIs of the articles that have a graph, sorted."""
        return tuple(sorted(g.value for g in self._quads.named_graphs() if g.value.startswith(ARTICLE)))

    def superseded(self) -> dict[str, str]:
        """Return the article graphs that no record stands behind, with the addresses of their articles."""
        recorded = {article_id for article_id, _ in self.records.states().values()}
        old = [iri for iri in self.articles() if iri.removeprefix(ARTICLE) not in recorded]
        return {iri: self._address(iri) for iri in old}

    def _address(self, article: str) -> str:
        node = ox.NamedNode(article)
        found = (quad.object for quad in self.match(node, ox.NamedNode(SCHEMA + "url"), None, node))
        return next((value.value for value in found if isinstance(value, ox.Literal)), "")

    def texts(self) -> dict[str, str]:
        """Return the texts of the recorded articles by IRI, against which quotes can be checked."""
        return {ARTICLE + x.article.id: x.article.text for x in self.records.extractions()}

    def graph(self, iri: str) -> Iterator[ox.Quad]:
        """Yield the quads of one graph."""
        return self.match(graph=ox.NamedNode(iri))

    def match(
        self,
        subject: ox.NamedNode | ox.BlankNode | ox.Triple | None = None,
        predicate: ox.NamedNode | None = None,
        value: ox.NamedNode | ox.Literal | None = None,
        graph: ox.NamedNode | None = None,
    ) -> Iterator[ox.Quad]:
        """Yield the quads that have these parts, None standing for any."""
        with _refusals(self.path):
            yield from self._quads.quads_for_pattern(subject, predicate, value, graph)

    def about(self, subjects: Iterable[str], *, graph: str) -> Iterator[ox.Quad]:
        """Yield what a graph says of these subjects, all by IRI: many of them in half the time of as many `match`."""
        where = ox.NamedNode(graph)
        with _refusals(self.path):
            for iri in subjects:
                yield from self._quads.quads_for_pattern(ox.NamedNode(iri), None, None, where)

    def query(self, sparql: str) -> Results:
        """Run a query over the union of all graphs, the common prefixes known.

        Raises SyntaxError as pyoxigraph does. `fabgrid.graph.sparql` makes it readable, and refuses
        what an untrusted query must not do.
        """
        return self._quads.query(sparql, prefixes=PREFIXES, use_default_graph_as_union=True)

    @property
    def quads(self) -> ox.Store:
        """The quad store itself, for what this class does not offer."""
        return self._quads

    # ------------------------------------------------------------ write

    def replace_article(self, iri: str, quads: Iterable[ox.Quad], *, replaces: Collection[str] = ()) -> None:
        """Make the graph of an article hold exactly these quads, in one transaction.

        `replaces` are the graphs of earlier texts of the article, removed in the same transaction if they are there.
        """
        old, new = set(self.graph(iri)), set(quads)
        self._held += len(old)
        self._apply(old - new, new - old, drop=[graph for graph in replaces if graph != iri])

    def replace_articles(
        self, graphs: Mapping[str, Iterable[ox.Quad]], *, replaces: Mapping[str, Collection[str]]
    ) -> None:
        """Make the graph of each article hold exactly these quads, cheaply for many new articles.

        `replaces` leads from the graph of a changed article to those of its earlier texts. A graph that is
        there, or replaces others, is written in a transaction of its own; all new ones are added together,
        wholly or not at all, for a third of the cost of one by one.
        """
        added: list[ox.Quad] = []
        for iri, quads in graphs.items():
            if iri in replaces or self._quads.contains_named_graph(ox.NamedNode(iri)):
                self.replace_article(iri, quads, replaces=replaces.get(iri, ()))
            else:
                added.extend(quads)
        with _refusals(self.path):
            self._extend(added)

    def remove_article(self, iri: str) -> None:
        """Remove the graph of an article, if it is there, in one transaction."""
        with _refusals(self.path):
            self._quads.remove_graph(ox.NamedNode(iri))

    def write_entities(self) -> None:
        """Write what was noted of entities (`Records.note_nodes`) and is not written yet.

        What must not be said any more stays until `remove_entities`, so that articles written before and
        after find their entities.
        """
        for state in ("new", "doubtful"):
            for part in self._noted(state):
                new = set(entity_quads(load_node(iri, content) for iri, content in part))
                old = self._said_of({iri for iri, _ in part}) if state == "doubtful" else set()
                self._apply(old - new, new - old)
        self.flush()
        self.records.mark_nodes()

    def remove_entities(self) -> None:
        """Remove what is said of entities that were released (`Records.release_nodes`)."""
        for part in self._noted("gone"):
            self._apply(self._said_of({iri for iri, _ in part}), set())
        self.flush()
        self.records.forget_nodes()

    def doubt_entities(self) -> None:
        """Let the next `write_entities` compare all that is said of entities, whoever has changed it."""
        known = {iri for iri, _ in self.records.nodes()}
        foreign = {_iri(quad.subject) for quad in self.graph(ENTITIES_GRAPH.value)} - known
        for part in _parts(foreign):
            self._apply(self._said_of(set(part)), set())
        self.records.doubt_nodes()

    def _noted(self, state: str) -> Iterator[list[tuple[str, str]]]:
        """Yield the entities of a state with what was noted of them, a part of them at once."""
        after = ""
        while part := self.records.nodes_to(state, after=after, limit=_ENTITIES):
            yield part
            after = part[-1][0]

    def _said_of(self, entities: Collection[str]) -> set[ox.Quad]:
        return set(self.about(entities, graph=ENTITIES_GRAPH.value))

    def _apply(self, removed: set[ox.Quad], added: set[ox.Quad], *, drop: Iterable[str] = ()) -> None:
        operations = [f"DROP SILENT GRAPH <{graph}>" for graph in drop]
        operations += [f"DELETE DATA {{ {_data(removed)} }}"] if removed else []
        with _refusals(self.path):
            if not operations:
                self._extend(added)  # atomic too, and a third of an update's cost
                return
            # One update is one transaction, however many operations it has.
            operations += [f"INSERT DATA {{ {_data(added)} }}"] if added else []
            self._quads.update(" ;\n".join(operations))
        self._count(len(added) + len(removed))

    def _extend(self, added: Collection[ox.Quad]) -> None:
        # A bulk load writes files of its own, which does not pay for a few quads.
        if len(added) >= _BULK:
            self._quads.bulk_extend(added)
            self._held += len(added)
            return
        self._quads.extend(added)
        self._count(len(added))

    def _count(self, quads: int) -> None:
        """Flush now and then: what is not flushed stays in memory, and is read again by every reader."""
        self._unflushed += quads
        self._held += quads
        if self._unflushed > _MOST_UNFLUSHED:
            self.flush()

    def flush(self) -> None:
        """Make all that was written durable; once per batch, for it waits for the disk."""
        with _refusals(self.path):
            self._quads.flush()
        self._unflushed = 0

    def give_back(self) -> None:
        """Give back the memory that writing took; nobody may be reading.

        RocksDB's caches and indexes grow with the store, and can be neither limited nor emptied through
        pyoxigraph, but they end when it is closed: so it is after much was written, and opened again.
        """
        if self._held > _MOST_HELD:
            self.flush()
            del self._quads
            self._quads = open_to_write(self.path)
            self._held = 0
        give_back()

    # ------------------------------------------------------------ copies

    def dump(self, path: str | Path) -> None:
        """Write the whole store to a file, the format by its suffix (see `fabgrid.graph.export`)."""
        write(self, Path(path))

    def backup(self, folder: str | Path) -> None:
        """Write a copy, itself a store, into a folder that does not exist, wholly or not at all.

        On the same disk the quads are hard links. Raises StoreError where the folder exists.
        """
        self.flush()
        with made_whole(Path(folder)) as draft:
            self._quads.backup(str(draft / QUADS))
            self.records.backup(draft)
            if self.judgements.is_file():
                shutil.copyfile(self.judgements, draft / JUDGEMENTS)
            write_format(draft)

    def compact(self) -> None:
        """Rewrite the files so that they take the least space; needs as much again meanwhile."""
        with _refusals(self.path):
            self._quads.optimize()
        self.flush()
        self.records.compact()


def restore(backup: str | Path, folder: str | Path) -> None:
    """Make a store of a backup in a folder that does not exist, wholly or not at all; the backup stays as it is.

    Raises StoreError where the backup is no store or the folder exists.
    """
    source = Path(backup)
    format_of(source)
    with made_whole(Path(folder)) as draft:
        for name in (RECORDS, JUDGEMENTS):
            if (source / name).is_file():
                shutil.copyfile(source / name, draft / name)
        shutil.copytree(source / QUADS, draft / QUADS, ignore=shutil.ignore_patterns("LOCK", "LOG*"))
        shutil.copyfile(source / "format", draft / "format")


def _parts(iris: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(iris)
    while part := list(islice(rest, _ENTITIES)):
        yield part


def _iri(node: object) -> str:
    return node.value if isinstance(node, ox.NamedNode) else ""


def _data(quads: Iterable[ox.Quad]) -> str:
    by_graph: dict[str, list[str]] = {}
    for quad in quads:
        by_graph.setdefault(str(quad.graph_name), []).append(f"{quad.triple} .")
    return "\n".join(f"GRAPH {name} {{ {' '.join(lines)} }}" for name, lines in by_graph.items())


def open_to_write(folder: Path) -> ox.Store:
    """Open the quads of a folder to write, which one process can do at a time."""
    share_arenas()
    with _refusals(folder):
        quads = ox.Store(str(folder / QUADS))
    # The lock is ours now: a bulk load that was killed may have left its files, and RocksDB never drops its logs.
    for pattern in ("bulk-*.sst", "LOG.old.*"):
        for left in (folder / QUADS).glob(pattern):
            left.unlink(missing_ok=True)
    return quads


def _open_to_read(folder: Path) -> ox.Store:
    """Open what is on disk; a writer may drop a file just then, so try again."""
    if not (folder / QUADS / "CURRENT").is_file():
        return ox.Store()  # made, but nothing was ever written
    with _refusals(folder):
        for _ in range(_TRIES):
            try:
                return ox.Store.read_only(str(folder / QUADS))
            except (OSError, RuntimeError) as error:
                if "No such file" not in str(error):
                    raise
                time.sleep(0.05)
        return ox.Store.read_only(str(folder / QUADS))


@contextmanager
def _refusals(path: Path) -> Iterator[None]:
    """Turn pyoxigraph's and the system's errors into ours."""
    try:
        yield
    except (OSError, RuntimeError) as error:
        text = str(error)
        if "lock" in text.lower():
            raise busy(path) from error
        if fault := disk_faults(path, error):
            raise fault from error
        if isinstance(error, (FileExistsError, NotADirectoryError)):
            raise StoreError(str(path), text, "choose a folder that you may write to") from error
        if "read-write instances" in text:
            raise StoreError(str(path), "the store is open for reading only", "open it to write") from error
        remedy = f"rebuild them from the records: fabgrid doctor --store {path}"
        raise QuadsDamaged(str(path), f"the quads are damaged ({text})", remedy) from error
