"""Web pages: the article without navigation, advertisements and footers (trafilatura)."""

from __future__ import annotations

import re
from datetime import date
from urllib.parse import urlsplit

from fabgrid.errors import SourceError
from fabgrid.sources.draft import Draft, day
from fabgrid.sources.text import decode

__all__ = ["article_of", "read_html"]

_CHARSET = re.compile(rb"""<(?:meta[^>]{0,200}?charset|\?xml[^>]{0,100}?encoding)\s*=\s*["']?\s*([\w-]+)""", re.I)
_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")
_HEAD = 4096  # bytes in which a page must name its encoding


def read_html(content: bytes, path: str) -> Draft:
    """Read a web page; title, date, publisher and address come from its metadata."""
    return article_of(_characters(content, path), path)


def article_of(page: str, path: str) -> Draft:
    """Return the article of a page; raises SourceError where it has none."""
    from trafilatura import bare_extraction

    found = bare_extraction(
        _DECLARATION.sub("", page),  # lxml refuses characters that claim to be bytes
        with_metadata=True,
        include_comments=False,
        include_tables=False,
        date_extraction_params={"original_date": True, "extensive_search": False},
    )
    if found is None or isinstance(found, dict) or not found.text:
        raise SourceError(path, "holds no article text")
    paragraphs = [re.sub(r"^[-–•] ", "", line) for line in found.text.split("\n") if line.strip()]
    return Draft(
        text="\n\n".join(paragraphs),
        title=found.title or "",
        published=_published(found.date),
        publisher=found.sitename or "",
        url=_address(found.url),
    )


def _characters(content: bytes, path: str) -> str:
    named = _CHARSET.search(content[:_HEAD])
    try:
        # A page's own word counts only where its bytes agree.
        return content.decode(named[1].decode() if named else "utf-8")
    except (LookupError, UnicodeDecodeError):
        return decode(content, path)


def _published(text: str | None) -> date | None:
    try:
        return day(text) if text else None
    except ValueError:
        return None


def _address(url: str | None) -> str:
    parts = urlsplit(url or "")
    # Pages saved from one site often all name its front page as their canonical address.
    named = parts.scheme in ("http", "https") and (parts.path.strip("/") or parts.query)
    return url if url and named and not re.search(r"[\s<>\"{}|\\^`]", url) else ""
