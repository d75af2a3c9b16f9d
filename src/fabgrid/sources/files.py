"""Paths -> articles: folders, globs, files and standard input, one error value a file that fails."""

from __future__ import annotations

import logging
import os
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from glob import glob, has_magic
from pathlib import Path
from typing import BinaryIO

from fabgrid.errors import SourceError
from fabgrid.model import Article, digest
from fabgrid.sources.draft import Draft
from fabgrid.sources.html import read_html
from fabgrid.sources.language import foreign
from fabgrid.sources.mail import read_eml
from fabgrid.sources.memory import Known, Memory
from fabgrid.sources.pdf import read_pdf
from fabgrid.sources.plain import read_markdown, read_text
from fabgrid.sources.text import normalise
from fabgrid.sources.word import read_docx

__all__ = ["LIMIT", "READERS", "read", "read_new"]

Reader = Callable[[bytes, str], Draft]

LIMIT = 20_000_000  # bytes of a file
READERS: Mapping[str, Reader] = {
    ".md": read_markdown,
    ".markdown": read_markdown,
    ".txt": read_text,
    ".html": read_html,
    ".htm": read_html,
    ".pdf": read_pdf,
    ".docx": read_docx,
    ".eml": read_eml,
}
_STDIN = "-"
_NOISY = ("pypdf", "trafilatura", "htmldate", "courlan", "justext", "charset_normalizer")


def read(
    paths: Iterable[str | Path], *, limit: int = LIMIT, stdin: BinaryIO | None = None
) -> Iterator[Article | SourceError]:
    """Read the articles of files, folders, globs and standard input ("-"), in that order.

    A folder is read recursively and sorted, without hidden files, READMEs and formats that no reader
    knows. What cannot be read, is not English, or repeats the address or the text of an article
    before it comes as a SourceError; the rest goes on.

    Args:
        paths: an article's address is the one that it names, else its path as given here.
        limit: bytes; a larger file is refused unread.
        stdin: read for "-" instead of standard input.
    """
    for found in read_new(paths, Memory({}, lambda url, article_id: False), limit=limit, stdin=stdin):
        if not isinstance(found, Known):
            yield found


def read_new(
    paths: Iterable[str | Path], memory: Memory, *, limit: int = LIMIT, stdin: BinaryIO | None = None
) -> Iterator[Article | Known | SourceError]:
    """Read as `read` does, but for the files that hold what the memory knows: those it yields as Known."""
    brought: dict[str, str] = {}  # address, digest of a text -> the path that brought it
    for path in _unique(_find(paths)):
        if isinstance(path, SourceError):
            yield path
            continue
        try:
            yield _once(_article(path, memory, limit, stdin), _name(path), brought)
        except SourceError as error:
            yield error


def _find(paths: Iterable[str | Path]) -> Iterator[str | Path | SourceError]:
    for given in paths:
        path = Path(given)
        if str(given) == _STDIN:
            yield _STDIN
        elif os.path.isdir(path):  # noqa: PTH112 - unlike Path.is_dir, it never raises
            yield from _folder(path)
        elif has_magic(str(given)) and not os.path.lexists(path):
            yield from _matches(str(given))
        else:
            yield path


def _folder(folder: Path) -> Iterator[Path | SourceError]:
    errors: list[SourceError] = []
    files = sorted(_walk(folder, errors), key=lambda file: file.as_posix())
    if not files and not errors:
        errors.append(SourceError(_name(folder), f"holds no articles ({', '.join(READERS)})"))
    yield from errors
    yield from files


def _walk(folder: Path, errors: list[SourceError]) -> Iterator[Path]:
    def refuse(error: OSError) -> None:
        errors.append(SourceError(_name(error.filename or folder), _reason(error)))

    for place, folders, files in os.walk(folder, onerror=refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(place, name) for name in files if _is_article(name))


def _is_article(name: str) -> bool:
    hidden = name.startswith(".") or name.lower().startswith("readme")
    return not hidden and os.path.splitext(name)[1].lower() in READERS  # noqa: PTH122 - a third of the time


def _matches(pattern: str) -> Iterator[Path | SourceError]:
    matches = [Path(match) for match in sorted(glob(pattern, recursive=True))]  # noqa: PTH207
    if not matches:
        yield SourceError(pattern, "matches no file")
    for match in matches:
        if match.is_dir() and "**" not in pattern:  # "**" has found the files of its folders itself
            yield from _folder(match)
        elif _is_article(match.name) and not match.is_dir():
            yield match


def _unique(paths: Iterable[str | Path | SourceError]) -> Iterator[str | Path | SourceError]:
    """Drop a file that was named twice, which is no duplicate."""
    seen: set[str] = set()
    here = Path.cwd()
    for path in paths:
        key = str(path) if isinstance(path, SourceError) else os.path.join(here, path)  # noqa: PTH118 - a third of the time
        if key not in seen:
            seen.add(key)
            yield path


def _article(path: str | Path, memory: Memory, limit: int, stdin: BinaryIO | None) -> Article | Known:
    name = _name(path)
    if path == _STDIN:
        content = _limited(stdin or sys.stdin.buffer, name, limit)
        article = _parsed(content, _sniffed(content), name)
        address = f"stdin:{digest(article.text)}"
        return replace(article, url=article.url or address, title=article.title or "standard input")
    content = _content(Path(path), name, limit)
    known = memory.recall(name, content)
    if known is not None:
        return known
    article = _parsed(content, _reader(Path(path), name), name)
    article = replace(article, url=article.url or name, title=article.title or Path(path).stem)
    memory.note(name, content, article)
    return article


def _parsed(content: bytes, reader: Reader, name: str) -> Article:
    """Return the article of a file; its address and title may be empty."""
    if not content.strip():
        raise SourceError(name, "is empty")
    draft = _draft(reader, content, name)
    text = normalise(draft.text)
    _check(text, name)
    title, publisher = normalise(draft.title).strip(), normalise(draft.publisher).strip()
    return Article(draft.url or "", title, text, draft.published, publisher)


def _reader(path: Path, name: str) -> Reader:
    if path.suffix.lower() not in READERS:
        known = ", ".join(READERS)
        raise SourceError(name, f"is in no known format ({path.suffix or 'no suffix'}; known are {known})")
    return READERS[path.suffix.lower()]


def _sniffed(content: bytes) -> Reader:
    start = content[:4096].lstrip().lower()
    if start.startswith(b"%pdf-"):
        return read_pdf
    if start.startswith((b"pk\x03\x04", b"\xd0\xcf\x11\xe0")):
        return read_docx
    if start.startswith((b"<!doctype html", b"<html")) or (start.startswith(b"<?xml") and b"<html" in start):
        return read_html
    headers = start.split(b"\n\n")[0].split(b"\r\n\r\n")[0]
    if b"\nsubject:" in b"\n" + headers and (b"\nmime-version:" in headers or b"\nmessage-id:" in headers):
        return read_eml
    return read_markdown


def _content(path: Path, name: str, limit: int) -> bytes:
    try:
        if path.exists() and not path.is_file():
            raise SourceError(name, "is neither a file nor a folder")
        if path.stat().st_size > limit:
            raise _too_large(name, limit)
        with path.open("rb") as handle:
            return _limited(handle, name, limit)
    except (OSError, ValueError) as error:  # ValueError: a zero byte in the path
        raise SourceError(name, _reason(error)) from None


def _limited(handle: BinaryIO, name: str, limit: int) -> bytes:
    content = handle.read(limit + 1)
    if len(content) > limit:
        raise _too_large(name, limit)
    return content


def _too_large(name: str, limit: int) -> SourceError:
    return SourceError(name, f"is larger than {limit / 1_000_000:g} MB; no article is")


def _reason(error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError):
        return "does not exist"
    if isinstance(error, PermissionError):
        return "may not be read (permission denied)"
    return f"cannot be read: {getattr(error, 'strerror', None) or error}"


def _draft(reader: Reader, content: bytes, name: str) -> Draft:
    try:
        with _silence():
            return reader(content, name)
    except SourceError:
        raise
    except Exception as error:  # whatever a parser makes of a damaged file, it is one bad article
        what = str(error).split("\n")[0] or type(error).__name__
        raise SourceError(name, f"is damaged: {what}") from None


@contextmanager
def _silence() -> Iterator[None]:
    """Keep the parsers' own warnings off the screen: what matters becomes a SourceError."""
    loggers = [logging.getLogger(name) for name in _NOISY]
    levels = [logger.level for logger in loggers]
    try:
        for logger in loggers:
            logger.setLevel(logging.CRITICAL + 1)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def _check(text: str, name: str) -> None:
    if not text.strip():
        raise SourceError(name, "is empty: it holds no text")
    language = foreign(text)
    if language:
        raise SourceError(name, f"is not in English; it seems to be {language}")


def _once(article: Article | Known, name: str, brought: dict[str, str]) -> Article | Known:
    content = article.text if isinstance(article, Known) else digest(article.text)
    for key, what in ((article.url, "address"), (content, "text")):
        if key in brought:
            raise SourceError(name, f"has the same {what} as {brought[key]}, which is kept")
    brought[article.url] = brought[content] = name
    return article


def _name(path: str | Path) -> str:
    # A file name need not be UTF-8, an address must.
    return os.fsencode(path.as_posix() if isinstance(path, Path) else path).decode("utf-8", "replace")
