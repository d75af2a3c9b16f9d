"""The register of a store: how each article names entities, and which entities those are, in SQLite.

It is kept so that a build looks at what changes, whatever else there is. `stale` holds the addresses of
articles that have been recorded or removed since, `unwritten` those whose graphs must be looked at.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from fabgrid.graph.faults import record_refusals

__all__ = ["SCHEMA", "Register"]

SCHEMA = """
CREATE TABLE IF NOT EXISTS addresses (number INTEGER PRIMARY KEY, url TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE IF NOT EXISTS namings (
    number INTEGER PRIMARY KEY, content TEXT NOT NULL UNIQUE, articles INTEGER NOT NULL DEFAULT 0, iri TEXT
) STRICT;
CREATE TABLE IF NOT EXISTS mentions (
    naming INTEGER NOT NULL, address INTEGER NOT NULL, PRIMARY KEY (naming, address)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS mentions_by_address ON mentions (address);
CREATE TABLE IF NOT EXISTS stems (
    stem TEXT NOT NULL, naming INTEGER NOT NULL, PRIMARY KEY (stem, naming)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS stale (url TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS unwritten (url TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
"""
_CLEAR = (
    "DELETE FROM mentions",
    "DELETE FROM stems",
    "DELETE FROM namings",
    "DELETE FROM addresses",
    "DELETE FROM settings",
    "INSERT OR IGNORE INTO stale SELECT url FROM articles",
)


class Register:
    """The register in the open file of a store's records; what is written to it is durable with their transaction."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection, self._path = connection, path

    # ------------------------------------------------------------ what must be done

    def stale(self) -> list[str]:
        """Return the addresses of the articles of which the register does not know what they say now."""
        return [url for (url,) in self._rows("SELECT url FROM stale ORDER BY url")]

    def unwritten(self) -> list[str]:
        """Return the addresses of the articles whose graphs may not be what they should be."""
        return [url for (url,) in self._rows("SELECT url FROM unwritten ORDER BY url")]

    def known(self, urls: Iterable[str]) -> list[str]:
        """Return those of the addresses that are not stale."""
        sql = "SELECT value FROM json_each(?) WHERE value NOT IN (SELECT url FROM stale)"
        return [url for (url,) in self._rows(sql, json.dumps(list(urls)))]

    def note_stale(self, urls: Iterable[str]) -> None:
        """Note that the register does not know what these articles say now."""
        self._many("INSERT OR IGNORE INTO stale VALUES (?)", ((url,) for url in urls))

    def note_unwritten(self, urls: Iterable[str]) -> None:
        """Note that the graphs of these articles may not be what they should be."""
        self._many("INSERT OR IGNORE INTO unwritten VALUES (?)", ((url,) for url in urls))

    def note_written(self, urls: Iterable[str]) -> None:
        """Note that the graphs of these articles are what they should be."""
        self._many("DELETE FROM unwritten WHERE url = ?", ((url,) for url in urls))

    def setting(self, name: str) -> str:
        """Return what the register was made under, empty where it was not noted."""
        return next((value for (value,) in self._rows("SELECT value FROM settings WHERE name = ?", name)), "")

    def note_setting(self, name: str, value: str) -> None:
        """Note what the register is made under."""
        self._many("INSERT OR REPLACE INTO settings VALUES (?, ?)", [(name, value)])

    def clear(self) -> None:
        """Forget everything; all recorded articles are stale then."""
        for sql in _CLEAR:
            self._many(sql, [()])

    # ------------------------------------------------------------ articles

    def replace(self, articles: Mapping[str, Iterable[str]]) -> tuple[set[str], set[str]]:
        """Make articles, by address, have these namings, and return all namings that one has gained and lost.

        What is lost may still be another article's. None of the articles is stale then.
        """
        self._many("INSERT OR IGNORE INTO addresses (url) VALUES (?)", ((url,) for url in articles))
        numbers = dict(
            self._rows(
                "SELECT url, number FROM addresses WHERE url IN (SELECT value FROM json_each(?))",
                json.dumps(list(articles)),
            )
        )
        sql = """
            SELECT address, content FROM mentions JOIN namings ON number = naming
            WHERE address IN (SELECT value FROM json_each(?))
        """
        before = set(self._rows(sql, json.dumps(list(numbers.values()))))
        after = {(numbers[url], content) for url, contents in articles.items() for content in contents}
        gained, lost = after - before, before - after
        self._many("INSERT OR IGNORE INTO namings (content) VALUES (?)", {(content,) for _, content in gained})
        self._many(
            "INSERT INTO mentions (address, naming) VALUES (?, (SELECT number FROM namings WHERE content = ?))", gained
        )
        self._many(
            "DELETE FROM mentions WHERE address = ? AND naming = (SELECT number FROM namings WHERE content = ?)", lost
        )
        steps = [(1, content) for _, content in gained] + [(-1, content) for _, content in lost]
        self._many("UPDATE namings SET articles = articles + ? WHERE content = ?", steps)
        gone = [(numbers[url], url) for url, contents in articles.items() if not contents]
        self._many("DELETE FROM addresses WHERE number = ?", ((number,) for number, _ in gone))
        self._many("DELETE FROM stale WHERE url = ?", ((url,) for url in articles))
        return {content for _, content in gained}, {content for _, content in lost}

    def iris(self, url: str) -> dict[str, str]:
        """Return the IRI of each entity of an article, by its main name there, with which a naming begins."""
        sql = """
            SELECT content, iri FROM addresses JOIN mentions ON address = addresses.number
            JOIN namings ON namings.number = naming WHERE url = ?
        """
        return {json.loads(content)[0]: iri for content, iri in self._rows(sql, url)}

    def naming(self, contents: Iterable[str]) -> list[str]:
        """Return the addresses of the articles that have one of these namings, sorted."""
        sql = """
            SELECT DISTINCT url FROM namings JOIN mentions ON naming = namings.number
            JOIN addresses ON addresses.number = address
            WHERE content IN (SELECT value FROM json_each(?)) ORDER BY url
        """
        return [url for (url,) in self._rows(sql, json.dumps(list(contents)))]

    # ------------------------------------------------------------ namings

    def note_stems(self, stems: Mapping[str, Iterable[str]]) -> None:
        """Note by which stems these namings meet others."""
        rows = ((stem, content) for content, found in stems.items() for stem in found)
        self._many("INSERT OR IGNORE INTO stems SELECT ?, number FROM namings WHERE content = ?", rows)

    def meeting(self, stems: Iterable[str]) -> list[str]:
        """Return the namings that have one of these stems."""
        sql = """
            SELECT DISTINCT content FROM stems JOIN namings ON number = naming
            WHERE stem IN (SELECT value FROM json_each(?))
        """
        return [content for (content,) in self._rows(sql, json.dumps(list(stems)))]

    def counts(self, contents: Iterable[str]) -> dict[str, int]:
        """Return how many articles have each of these namings."""
        sql = "SELECT content, articles FROM namings WHERE content IN (SELECT value FROM json_each(?))"
        return dict(self._rows(sql, json.dumps(list(contents))))

    def articles(self, contents: Iterable[str]) -> dict[str, list[int]]:
        """Return numbers that stand for the articles of each of these namings that has any."""
        sql = """
            SELECT content, address FROM namings JOIN mentions ON naming = number
            WHERE content IN (SELECT value FROM json_each(?))
        """
        found: dict[str, list[int]] = {}
        for content, address in self._rows(sql, json.dumps(list(contents))):
            found.setdefault(content, []).append(address)
        return found

    def meant(self, contents: Iterable[str]) -> dict[str, str]:
        """Return the IRI of each of these namings that has one."""
        sql = "SELECT content, iri FROM namings WHERE iri IS NOT NULL AND content IN (SELECT value FROM json_each(?))"
        return dict(self._rows(sql, json.dumps(list(contents))))

    def assign(self, iris: Mapping[str, str]) -> None:
        """Note which entity each of these namings means."""
        self._many("UPDATE namings SET iri = ? WHERE content = ?", ((iri, content) for content, iri in iris.items()))

    def forget(self, stems: Mapping[str, Iterable[str]]) -> None:
        """Forget these namings, which no article has, and the stems that were noted of them."""
        rows = ((stem, content) for content, found in stems.items() for stem in found)
        self._many("DELETE FROM stems WHERE stem = ? AND naming = (SELECT number FROM namings WHERE content = ?)", rows)
        self._many("DELETE FROM namings WHERE content = ?", ((content,) for content in stems))

    def _rows(self, sql: str, *values: object) -> list[Any]:
        with record_refusals(self._path):
            return self._connection.execute(sql, values).fetchall()

    def _many(self, sql: str, rows: Iterable[tuple[object, ...]]) -> None:
        with record_refusals(self._path):
            self._connection.executemany(sql, rows)
