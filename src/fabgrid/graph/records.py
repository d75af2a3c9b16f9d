"""Articles and what was extracted from them, in SQLite: the source of truth of a store.

The quads are a projection of these records. `projections` holds, for each article graph that is
safely on disk, the key under which it was written, so that after a crash only what is missing is
written again, and `outlived` the articles that are no more what an address holds, until their graphs
are gone; `edges` and `nodes` hold what `outline.py` tells of the quads. A node's state is "new"
(nothing is on disk), "doubtful" (something else may be), "written", or "gone" (to be taken out). `files`
holds what each file was found to hold, so that it is parsed once. `articles.outline` holds the inventory of an
article, its name being of format 2. `register.py` has the other tables.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from fabgrid.errors import StoreError
from fabgrid.graph import register, serialisation
from fabgrid.graph.faults import damaged_records, record_refusals
from fabgrid.graph.register import Register
from fabgrid.graph.statements import statement_names
from fabgrid.model import Article, Entity, Extraction

__all__ = ["FILE", "Inventory", "Record", "Records"]

FILE = "records.sqlite"
_SCHEMA = (
    """
CREATE TABLE IF NOT EXISTS articles (
    url TEXT PRIMARY KEY, id TEXT NOT NULL UNIQUE, fingerprint TEXT NOT NULL,
    outline TEXT NOT NULL, extraction TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS projections (id TEXT PRIMARY KEY, key TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS outlived (id TEXT PRIMARY KEY, url TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS edges (id TEXT PRIMARY KEY, content TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS nodes (
    iri TEXT PRIMARY KEY, content TEXT NOT NULL, state TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS nodes_by_state ON nodes (state, iri) WHERE state != 'written';
CREATE TABLE IF NOT EXISTS files (
    name TEXT PRIMARY KEY, content TEXT NOT NULL, url TEXT NOT NULL, id TEXT NOT NULL, text TEXT NOT NULL
) STRICT, WITHOUT ROWID;
"""
    + register.SCHEMA
)
_PUT = "INSERT OR REPLACE INTO articles (url, id, fingerprint, outline, extraction) VALUES (?, ?, ?, ?, ?)"


@dataclass(frozen=True, slots=True)
class Inventory:
    """What a build asks of every article, whether it writes it or not: neither text nor facts."""

    url: str
    id: str
    fingerprint: str
    content: str
    known: dict[str, Entity]  # those of the articles before

    @property
    def entities(self) -> tuple[Entity, ...]:
        """The article's entities."""
        return serialisation.load_entities(self.content, self.known)

    @property
    def statements(self) -> tuple[str, ...]:
        """The last parts of the IRIs of its statements."""
        return serialisation.load_statements(self.content)


@dataclass(frozen=True, slots=True)
class Record:
    """An article's extraction with the fingerprint of the extractor (ontology, model, version)."""

    extraction: Extraction
    fingerprint: str


class Records:
    """The open file; every `put` and `remove` is durable when it returns."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection, self.path = connection, path
        self.register = Register(connection, path)

    @classmethod
    def open(cls, folder: Path, *, read_only: bool = False) -> Self:
        """Open the records of a store's folder, made if absent and not `read_only`.

        Raises StoreError where the file is missing, damaged or not writable.
        """
        path = folder / FILE
        with record_refusals(path):
            connection = _connect_to_read(path) if read_only else _connect_to_write(path)
            return cls(connection, path)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __len__(self) -> int:
        return int(self._rows("SELECT count(*) FROM articles")[0][0])

    def get(self, url: str) -> Record | None:
        """Return the record of an address, None where there is none."""
        for text, fingerprint in self._rows("SELECT extraction, fingerprint FROM articles WHERE url = ?", url):
            return Record(self._load(text), fingerprint)
        return None

    def article(self, article_id: str) -> Article | None:
        """Return the article of an id, with its text, None where there is none."""
        for (text,) in self._rows("SELECT extraction FROM articles WHERE id = ?", article_id):
            return self._load(text).article
        return None

    def put(self, extraction: Extraction, fingerprint: str) -> None:
        """Record an article in place of what its address held."""
        article = extraction.article
        row = (article.url, article.id, fingerprint, _inventory(extraction), serialisation.dumps(extraction))
        with self.transaction():
            self._outlive(article.url)
            self._write(_PUT, [row])
            self._write("DELETE FROM outlived WHERE id = ?", [(article.id,)])
            self.register.note_stale([article.url])

    def remove(self, url: str) -> bool:
        """Forget an article; tell whether it was there."""
        with self.transaction():
            self._outlive(url)
            self.register.note_stale([url])
            return self._write("DELETE FROM articles WHERE url = ?", [(url,)]) > 0

    def entities(self, url: str) -> tuple[Entity, ...]:
        """Return the entities of an address, none where it holds no article."""
        found = self.inventory(url)
        return found.entities if found else ()

    def urls(self) -> tuple[str, ...]:
        """Return the addresses, sorted."""
        return tuple(url for (url,) in self._rows("SELECT url FROM articles ORDER BY url"))

    def states(self) -> dict[str, tuple[str, str]]:
        """Return article id and fingerprint by address: enough to see what an ingest must read again."""
        rows = self._rows("SELECT url, id, fingerprint FROM articles ORDER BY url")
        return {url: (article_id, fingerprint) for url, article_id, fingerprint in rows}

    def extractions(self) -> Iterator[Extraction]:
        """Yield every extraction, sorted by address, one in memory at a time."""
        for url in self.urls():
            record = self.get(url)
            if record is not None:
                yield record.extraction

    def inventories(self) -> Iterator[Inventory]:
        """Yield the inventory of every article, sorted by address, for a tenth of what `extractions` costs."""
        rows = "SELECT url, id, fingerprint, outline FROM articles ORDER BY url"
        known: dict[str, Entity] = {}
        with record_refusals(self.path):
            for url, article_id, fingerprint, content in self._connection.execute(rows):
                yield Inventory(url, article_id, fingerprint, content, known)

    def inventory(self, url: str) -> Inventory | None:
        """Return the inventory of an article, None where there is none."""
        for article_id, fingerprint, content in self._rows(
            "SELECT id, fingerprint, outline FROM articles WHERE url = ?", url
        ):
            return Inventory(url, article_id, fingerprint, content, {})
        return None

    def projected(self) -> dict[str, str]:
        """Return, by article id, the key under which its graph was written."""
        return dict(self._rows("SELECT id, key FROM projections"))

    def projection(self, article_id: str) -> str:
        """Return the key under which the graph of an article was written, empty where there is none."""
        return next((key for (key,) in self._rows("SELECT key FROM projections WHERE id = ?", article_id)), "")

    def outlived(self, *, replaced: bool = False) -> dict[str, str]:
        """Return, by id, the addresses of articles without a record that may have a graph.

        Args:
            replaced: only those whose address is not stale (see `Register`): what it holds now has a graph.
        """
        sql = "SELECT id, url FROM outlived WHERE NOT ? OR url NOT IN (SELECT url FROM stale) ORDER BY id"
        return dict(self._rows(sql, int(replaced)))

    def note_outlived(self, urls: Mapping[str, str]) -> None:
        """Note that these articles, by id with their addresses, may have a graph and have no record."""
        self._write("INSERT OR IGNORE INTO outlived VALUES (?, ?)", urls.items())

    def _outlive(self, url: str) -> None:
        self._write("INSERT OR IGNORE INTO outlived SELECT id, url FROM articles WHERE url = ?", [(url,)])

    def mark_projected(
        self, keys: Mapping[str, str], edges: Mapping[str, str], *, replaced: Iterable[str] = ()
    ) -> None:
        """Note that these article graphs, by article id, are safely on disk (after `Store.flush`), others no more."""
        with self.transaction():
            self._forget(replaced)
            self._write("INSERT OR REPLACE INTO projections VALUES (?, ?)", keys.items())
            self._write("INSERT OR REPLACE INTO edges VALUES (?, ?)", edges.items())

    def forget_projected(self, ids: Iterable[str]) -> None:
        """Note that these articles have no graph; they get one with the next build, where they are recorded."""
        with self.transaction():
            self._forget(ids)

    def _forget(self, ids: Iterable[str]) -> None:
        rows = [(article_id,) for article_id in ids]
        self._write("DELETE FROM projections WHERE id = ?", rows)
        self._write("DELETE FROM edges WHERE id = ?", rows)
        self._write("DELETE FROM outlived WHERE id = ?", rows)
        self._write("INSERT OR IGNORE INTO unwritten SELECT url FROM articles WHERE id = ?", rows)

    def edges(self) -> Iterator[tuple[str, str]]:
        """Yield the ids of the articles that have a graph, with the edges that were noted of it."""
        with record_refusals(self.path):
            yield from self._connection.execute("SELECT id, content FROM edges ORDER BY id")

    def nodes(self) -> Iterator[tuple[str, str]]:
        """Yield the IRIs of the entities with what was noted of them."""
        with record_refusals(self.path):
            yield from self._connection.execute("SELECT iri, content FROM nodes ORDER BY iri")

    def nodes_to(self, state: str, *, after: str, limit: int) -> list[tuple[str, str]]:
        """Return the next entities of a state, by IRI, with what was noted of them."""
        # Its index is used by who says, too, that written ones do not matter.
        sql = "SELECT iri, content FROM nodes WHERE state != 'written' AND state = ? AND iri > ? ORDER BY iri LIMIT ?"
        return self._rows(sql, state, after, limit)

    def types(self, iris: Iterable[str]) -> dict[str, str]:
        """Return the types of these entities."""
        sql = "SELECT iri, json_extract(content, '$[1]') FROM nodes WHERE iri IN (SELECT value FROM json_each(?))"
        return dict(self._rows(sql, json.dumps(list(iris))))

    def note_nodes(self, nodes: Mapping[str, str]) -> None:
        """Note what must be on disk of these entities, by IRI."""
        sql = (
            "INSERT INTO nodes VALUES (?, ?, 'new') ON CONFLICT (iri)"
            " DO UPDATE SET content = excluded.content, state = 'doubtful'"
            " WHERE content != excluded.content OR state = 'gone'"
        )
        self._write(sql, nodes.items())

    def release_nodes(self, iris: Iterable[str]) -> None:
        """Note that nothing must be on disk of these entities."""
        self._write("UPDATE nodes SET state = 'gone' WHERE iri = ?", [(iri,) for iri in iris])

    def doubt_nodes(self) -> None:
        """Note that something else may be on disk of all entities that must be there."""
        self._write("UPDATE nodes SET state = 'doubtful' WHERE state != 'gone'", [()])

    def mark_nodes(self) -> None:
        """Note that all entities that must be there are safely on disk (after `Store.flush`)."""
        self._write(
            "UPDATE nodes SET state = 'written' WHERE state IN ('new', 'doubtful') AND state != 'written'", [()]
        )

    def forget_nodes(self) -> None:
        """Note that all entities that must not be there are not."""
        self._write("DELETE FROM nodes WHERE state != 'written' AND state = 'gone'", [()])

    def files(self) -> dict[str, tuple[str, str, str, str]]:
        """Return, by name, what each file held: digest, address and id of its article, digest of its text."""
        return {name: tuple(found) for name, *found in self._rows("SELECT name, content, url, id, text FROM files")}

    def note_files(self, found: Mapping[str, tuple[str, str, str, str]]) -> None:
        """Note what these files hold."""
        self._write("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?)", [(n, *row) for n, row in found.items()])

    def check(self) -> None:
        """Raise StoreError where the file is damaged."""
        (verdict,), *_ = self._rows("PRAGMA integrity_check(1)")
        if verdict != "ok":
            raise damaged_records(self.path, verdict)

    def compact(self) -> None:
        """Give the space of what was removed back to the disk."""
        self._write("DELETE FROM files WHERE id NOT IN (SELECT id FROM articles)", [()])
        with record_refusals(self.path):
            self._connection.execute("VACUUM")
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def backup(self, folder: Path) -> None:
        """Write a copy of the file into another folder."""
        target = sqlite3.connect(folder / FILE)
        try:
            with record_refusals(folder / FILE):
                self._connection.backup(target)
        finally:
            target.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make what is written within durable at the end, wholly or not at all; within another one, with that."""
        if self._connection.in_transaction:
            yield
            return
        with record_refusals(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
        try:
            with self._connection:
                yield
        except sqlite3.Error:  # the commit's; an error of what is within is not the records'
            with record_refusals(self.path):
                raise

    def _load(self, text: str) -> Extraction:
        with record_refusals(self.path):
            return serialisation.loads(text)

    def _rows(self, sql: str, *values: str | int) -> list[Any]:
        with record_refusals(self.path):
            return self._connection.execute(sql, values).fetchall()

    def _write(self, sql: str, rows: Iterable[tuple[str, ...]]) -> int:
        with self.transaction(), record_refusals(self.path):
            return self._connection.executemany(sql, rows).rowcount


def _connect_to_write(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")  # NORMAL may lose the last commits with the power
    tables = dict(connection.execute("SELECT name, sql FROM sqlite_schema").fetchall())
    if "articles" in tables and "stale" not in tables:
        _bring_up_to_date(connection, has_inventories="outline" in tables["articles"])
    connection.executescript(_SCHEMA)
    return connection


def _bring_up_to_date(connection: sqlite3.Connection, *, has_inventories: bool) -> None:
    """Make records of formats 1 to 3 such of this format, in one transaction: a kill leaves the one or the other."""
    connection.create_function("inventory_of", 1, lambda text: _inventory(serialisation.loads(text)))
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        if not has_inventories:
            connection.execute("ALTER TABLE articles ADD COLUMN outline TEXT NOT NULL DEFAULT ''")
        connection.execute("UPDATE articles SET outline = inventory_of(extraction)")
        connection.execute("DROP TABLE IF EXISTS nodes")
        for statement in _SCHEMA.split(";"):
            connection.execute(statement)
        connection.execute("INSERT INTO stale SELECT url FROM articles")


def _inventory(extraction: Extraction) -> str:
    return serialisation.dump_inventory(extraction.entities, statement_names(extraction))


def _connect_to_read(path: Path) -> sqlite3.Connection:
    """Open without writing a byte, also where the folder itself cannot be written."""
    if not path.is_file():
        raise StoreError(str(path), "the file is missing", "run fabgrid ingest again")
    for mode in ("mode=ro", "immutable=1"):
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?{mode}", uri=True, check_same_thread=False)
        try:
            connection.execute("SELECT 1 FROM articles LIMIT 1").fetchall()
        except sqlite3.OperationalError:
            connection.close()
        else:
            return connection
    raise sqlite3.DatabaseError("it cannot be read")
