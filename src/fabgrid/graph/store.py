"""The store: a folder that holds the records, the quads projected from them, and the judgements.

quads/            pyoxigraph, one graph per article and one of entities
records.sqlite    articles and extractions, the source of truth
judgements.jsonl  what people decided (written by others)
format            the version of this layout
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self

import pyoxigraph as ox

from fabgrid.errors import StoreError
from fabgrid.graph.export import write
from fabgrid.graph.records import Records
from fabgrid.graph.terms import ARTICLE, ENTITIES_GRAPH, PREFIXES

__all__ = ["FORMAT", "Results", "Store"]

FORMAT = 1
JUDGEMENTS = "judgements.jsonl"
_TRIES = 40  # to open to read, two seconds in all, while a writer drops files
_QUADS, _FORMAT_FILE = "quads", "format"
_BULK = 2_000
_MOST_UNFLUSHED = 100_000

Results = ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples


class Store:
    """An open store; one writer at a time, readers at any time.

    A reader sees the store as it was when it was opened.
    """

    def __init__(self, path: Path, quads: ox.Store, *, read_only: bool) -> None:
        self.path, self.read_only = path, read_only
        self._quads = quads
        self._unflushed = 0

    # ------------------------------------------------------------ open and close

    @classmethod
    def open(cls, path: str | Path, *, create: bool = False, read_only: bool = False) -> Self:
        """Open the store in a folder, and repair what a killed writer left behind.

        Raises StoreError where there is no store (and not `create`), where another process writes to
        it (and not `read_only`), where it is damaged, and where another version of fabgrid made it.
        """
        folder = Path(path)
        if create and not read_only:
            _create(folder)
        _check_format(folder)
        quads = _open_to_read(folder) if read_only else _open_to_write(folder)
        store = cls(folder, quads, read_only=read_only)
        if not read_only:
            store._repair()
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
        del self._quads

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _repair(self) -> None:
        """Take out graphs without a record, and forget graphs that are not there."""
        recorded = {article_id for article_id, _ in self.records.states().values()}
        present = {iri.removeprefix(ARTICLE) for iri in self.articles()}
        for orphan in sorted(present - recorded):
            self.remove_article(ARTICLE + orphan)
        lost = [i for i in self.records.projected() if i not in present or i not in recorded]
        if lost:
            self.records.forget_projected(lost)

    # ------------------------------------------------------------ read

    def __iter__(self) -> Iterator[ox.Quad]:
        return iter(self._quads)

    def __len__(self) -> int:
        return len(self._quads)

    def articles(self) -> tuple[str, ...]:
        """Return the IRIs of the articles that have a graph, sorted."""
        return tuple(sorted(g.value for g in self._quads.named_graphs() if g.value.startswith(ARTICLE)))

    def texts(self) -> dict[str, str]:
        """Return the texts of the recorded articles by IRI, against which quotes can be checked."""
        return {ARTICLE + x.article.id: x.article.text for x in self.records.extractions()}

    def graph(self, iri: str) -> Iterator[ox.Quad]:
        """Yield the quads of one graph."""
        return self._quads.quads_for_pattern(None, None, None, ox.NamedNode(iri))

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

    def replace_article(self, iri: str, quads: Iterable[ox.Quad], *, replaces: str | None = None) -> None:
        """Make the graph of an article hold exactly these quads, in one transaction.

        `replaces` is the graph of an earlier text of the article, removed in the same transaction.
        """
        old, new = set(self.graph(iri)), set(quads)
        self._apply(old - new, new - old, drop=replaces if replaces != iri else None)

    def replace_articles(self, graphs: Mapping[str, Iterable[ox.Quad]]) -> None:
        """Make the graph of each article hold exactly these quads, cheaply for many new articles.

        A graph that is there is replaced in a transaction of its own; all new ones are added together,
        wholly or not at all, for a third of the cost of one by one.
        """
        added: list[ox.Quad] = []
        for iri, quads in graphs.items():
            if self._quads.contains_named_graph(ox.NamedNode(iri)):
                self.replace_article(iri, quads)
            else:
                added.extend(quads)
        with _refusals(self.path):
            # A bulk load writes files of its own, which does not pay for a few quads.
            if len(added) >= _BULK:
                self._quads.bulk_extend(added)
                return
            self._quads.extend(added)
        self._count(len(added))

    def remove_article(self, iri: str) -> None:
        """Remove the graph of an article, if it is there, in one transaction."""
        with _refusals(self.path):
            self._quads.remove_graph(ox.NamedNode(iri))

    def replace_entities(self, quads: Iterable[ox.Quad]) -> None:
        """Make the graph of entities hold exactly these quads; only the difference is written."""
        old, new = set(self.graph(ENTITIES_GRAPH.value)), set(quads)
        self._apply(old - new, new - old)

    def _apply(self, removed: set[ox.Quad], added: set[ox.Quad], *, drop: str | None = None) -> None:
        operations = [f"DROP SILENT GRAPH <{drop}>"] if drop else []
        operations += [f"DELETE DATA {{ {_data(removed)} }}"] if removed else []
        with _refusals(self.path):
            if not operations:
                self._quads.extend(added)  # atomic too, and a third of an update's cost
            else:
                # One update is one transaction, however many operations it has.
                operations += [f"INSERT DATA {{ {_data(added)} }}"] if added else []
                self._quads.update(" ;\n".join(operations))
        self._count(len(added) + len(removed))

    def _count(self, quads: int) -> None:
        """Flush now and then: what is not flushed stays in memory, and is read again by every reader."""
        self._unflushed += quads
        if self._unflushed > _MOST_UNFLUSHED:
            self.flush()

    def flush(self) -> None:
        """Make all that was written durable; once per batch, for it waits for the disk."""
        with _refusals(self.path):
            self._quads.flush()
        self._unflushed = 0

    # ------------------------------------------------------------ copies

    def dump(self, path: str | Path) -> None:
        """Write the whole store to a file, the format by its suffix (see `fabgrid.graph.export`)."""
        write(self, Path(path))

    def backup(self, folder: str | Path) -> None:
        """Write a copy, itself a store, into a folder that does not exist; quads are hard links."""
        target = Path(folder)
        if target.exists():
            raise StoreError(str(target), "the folder exists", "give the backup a new folder")
        with _refusals(target):
            target.mkdir(parents=True)
            self._quads.backup(str(target / _QUADS))
            self.records.backup(target)
            if self.judgements.is_file():
                (target / JUDGEMENTS).write_bytes(self.judgements.read_bytes())
            _write_format(target)


def _data(quads: Iterable[ox.Quad]) -> str:
    by_graph: dict[str, list[str]] = {}
    for quad in quads:
        by_graph.setdefault(str(quad.graph_name), []).append(f"{quad.triple} .")
    return "\n".join(f"GRAPH {name} {{ {' '.join(lines)} }}" for name, lines in by_graph.items())


def _create(folder: Path) -> None:
    if (folder / _FORMAT_FILE).exists():
        return
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())) and not _half_made(folder):
        raise StoreError(str(folder), "this is not a store", "name another --store folder")
    with _refusals(folder):
        folder.mkdir(parents=True, exist_ok=True)
        _write_format(folder)


def _half_made(folder: Path) -> bool:
    """Tell whether the folder holds nothing but a store whose making was interrupted."""
    return folder.is_dir() and {p.name for p in folder.iterdir()} <= {f"{_FORMAT_FILE}.new"}


def _write_format(folder: Path) -> None:
    draft = folder / f"{_FORMAT_FILE}.new"
    draft.write_text(f"fabgrid store {FORMAT}\n", encoding="utf-8")
    draft.replace(folder / _FORMAT_FILE)


def _check_format(folder: Path) -> None:
    file = folder / _FORMAT_FILE
    if not file.is_file():
        raise StoreError(str(folder), "there is no store", f"make one: fabgrid ingest PATH --store {folder}")
    text = file.read_text(encoding="utf-8", errors="replace").strip()
    number = text.removeprefix("fabgrid store ")
    if not number.isdigit():
        raise StoreError(str(file), "the file is damaged", f'write "fabgrid store {FORMAT}" into it')
    if int(number) > FORMAT:
        why = f"a newer fabgrid made it (format {number}, this one knows {FORMAT})"
        raise StoreError(str(folder), why, "upgrade: pip install --upgrade fabgrid")
    if int(number) < FORMAT:
        remedy = f"rebuild it: rm -r {folder} && fabgrid ingest PATH --store {folder}"
        raise StoreError(str(folder), f"an older fabgrid made it (format {number})", remedy)


def _open_to_write(folder: Path) -> ox.Store:
    with _refusals(folder):
        quads = ox.Store(str(folder / _QUADS))
    # The lock is ours now: a bulk load that was killed may have left its files.
    for orphan in (folder / _QUADS).glob("bulk-*.sst"):
        orphan.unlink(missing_ok=True)
    return quads


def _open_to_read(folder: Path) -> ox.Store:
    """Open what is on disk; a writer may drop a file just then, so try again."""
    if not (folder / _QUADS / "CURRENT").is_file():
        return ox.Store()  # made, but nothing was ever written
    with _refusals(folder):
        for _ in range(_TRIES):
            try:
                return ox.Store.read_only(str(folder / _QUADS))
            except (OSError, RuntimeError) as error:
                if "No such file" not in str(error):
                    raise
                time.sleep(0.05)
        return ox.Store.read_only(str(folder / _QUADS))


@contextmanager
def _refusals(path: Path) -> Iterator[None]:
    """Turn pyoxigraph's and the system's errors into ours."""
    try:
        yield
    except (OSError, RuntimeError) as error:
        text = str(error)
        if "lock" in text.lower():
            remedy = "wait until it is done, or stop it (reading works meanwhile)"
            raise StoreError(str(path), "another fabgrid writes to this store", remedy) from error
        if "No space left" in text:
            raise StoreError(str(path), "the disk is full", "free space and run it again") from error
        if isinstance(error, (PermissionError, FileExistsError, NotADirectoryError)):
            raise StoreError(str(path), text, "choose a folder that you may write to") from error
        if "read-write instances" in text:
            raise StoreError(str(path), "the store is open for reading only", "open it to write") from error
        remedy = f"remove {path / _QUADS} and run fabgrid ingest again: the records are kept"
        raise StoreError(str(path), f"the quads are damaged ({text})", remedy) from error
