"""Plain text and Markdown, with or without YAML front matter."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import date

from fabgrid.errors import SourceError
from fabgrid.sources.draft import Draft, day
from fabgrid.sources.markdown import first_heading, strip_marks
from fabgrid.sources.text import decode

__all__ = ["read_markdown", "read_text"]

# As in Pandoc, a blank line after the first "---" makes it a rule and not front matter.
_OPENING = re.compile(r"\A---[ \t]*\r?\n(?=[ \t]*\S)")
_CLOSING = re.compile(r"^(?:---|\.\.\.)[ \t]*\r?$\n?", re.MULTILINE)
_PAIR = re.compile(r"\A(?:\s*(?:#.*)?\n)*[\"']?[A-Za-z_][\w -]*[\"']?\s*:(?:\s|\Z)")
_ADDRESS = re.compile(r"https?://[^\s<>\"{}|\\^`]+\Z")
_LONGEST = 65_536  # characters of front matter


def read_text(content: bytes, path: str) -> Draft:
    """Read a plain text file; its words stay as they are."""
    values, text = _split(decode(content, path), path)
    return _draft(values, text, path)


def read_markdown(content: bytes, path: str) -> Draft:
    """Read a Markdown file; its words stay, its marks go."""
    values, text = _split(decode(content, path), path)
    return _draft(values, strip_marks(text), path, title=first_heading(text))


def _split(text: str, path: str) -> tuple[Mapping[str, object], str]:
    opening = _OPENING.match(text)
    if not opening:
        return {}, text
    closing = _CLOSING.search(text, opening.end())
    if not closing:
        if _PAIR.match(text[opening.end() :]):
            raise SourceError(path, "its front matter has no closing line ---")
        return {}, text
    values = _values(text[opening.end() : closing.start()], path)
    return ({}, text) if values is None else (values, text[closing.end() :])


def _values(block: str, path: str) -> Mapping[str, object] | None:
    """Return the pairs of the front matter, None where the block is text between two rules."""
    import yaml

    if len(block) > _LONGEST:
        raise SourceError(path, f"its front matter is longer than {_LONGEST} characters")
    try:
        values = _load(block)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f" in line {mark.line + 2}" if mark else ""
        raise SourceError(path, f"its front matter is not YAML: {error.problem}{place}") from None
    except (yaml.YAMLError, RecursionError):
        raise SourceError(path, "its front matter is not YAML") from None
    return values if isinstance(values, dict) else None


def _load(block: str) -> object:
    """Load YAML; a base loader builds nothing but strings, lists and mappings: "2026-02-31" stays text."""
    import yaml

    with suppress(AttributeError, yaml.YAMLError):  # no libyaml; or an error, told by the other in the same words
        return yaml.load(block, Loader=yaml.CBaseLoader)  # noqa: S506
    return yaml.load(block, Loader=yaml.BaseLoader)  # noqa: S506


def _draft(values: Mapping[str, object], text: str, path: str, *, title: str = "") -> Draft:
    known = {str(key).strip().lower(): value for key, value in values.items()}
    return Draft(
        text=text,
        title=_word(known, "title", path) or title,
        published=_published(known, path),
        publisher=_word(known, "publisher", path),
        url=_url(known, path),
    )


def _word(values: Mapping[str, object], key: str, path: str) -> str:
    value = values.get(key) or ""
    if not isinstance(value, str):
        raise SourceError(path, f"its front matter's {key} is not one line of text")
    return re.sub(r"\s+", " ", value).strip()


def _published(values: Mapping[str, object], path: str) -> date | None:
    word = _word(values, "date", path)
    try:
        return day(word) if word else None
    except ValueError as error:
        raise SourceError(path, f"its front matter's date {error}") from None


def _url(values: Mapping[str, object], path: str) -> str:
    url = _word(values, "url", path)
    if url and not _ADDRESS.match(url):
        raise SourceError(path, f"its front matter's url {url!r} is not a web address (https://...)")
    return url
