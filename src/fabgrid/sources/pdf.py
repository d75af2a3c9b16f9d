"""PDF files: the text of all pages as paragraphs, without running heads and page numbers (pypdf)."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from io import BytesIO
from statistics import quantiles
from typing import TYPE_CHECKING

from fabgrid.errors import SourceError
from fabgrid.sources.draft import Draft

if TYPE_CHECKING:
    from pypdf import PdfReader

__all__ = ["read_pdf"]

_TAIL = 4096  # bytes at the end in which the end-of-file mark must stand
_WRITER = re.compile(r"\A(?:Microsoft (?:Word|PowerPoint) - )|\.(?:docx?|pdf|indd|pptx?|rtf|txt)\Z", re.I)
_NO_TITLE = frozenset({"", "untitled", "untitled document", "document", "document1", "word document"})
_ENDS = re.compile(r"[.!?:;][\"'”’)\]]*\Z")
_BULLET = re.compile(r"\A\s*[•▪◦‣∙●*–-]\s+")
_BROKEN_WORD = re.compile(r"[a-z]-\Z")


def read_pdf(content: bytes, path: str) -> Draft:
    """Read a PDF file; title and date come from its metadata.

    Raises SourceError where it is cut off, protected by a password, or holds pictures only.
    """
    reader = _open(content, path)
    pages = _without_running_heads([_lines(page.extract_text()) for page in reader.pages])
    text = "\n\n".join(_paragraphs([line for page in pages for line in page]))
    if not text.strip():
        raise SourceError(path, "holds no text, only pictures; run text recognition (OCR) on it first")
    return Draft(text=text, title=_title(reader), published=_published(reader))


def _open(content: bytes, path: str) -> PdfReader:
    from pypdf import PdfReader
    from pypdf.errors import DependencyError, PdfReadError

    if not content.lstrip()[:1024].startswith(b"%PDF-"):
        raise SourceError(path, "is not a PDF file, whatever its name says")
    if b"%%EOF" not in content[-_TAIL:]:
        raise SourceError(path, "is cut off: the end of the PDF is missing; fetch it again")
    try:
        reader = PdfReader(BytesIO(content))
        locked = reader.is_encrypted and not reader.decrypt("")
    except DependencyError:
        raise SourceError(path, "is encrypted (AES); save it without encryption") from None
    except PdfReadError as error:
        raise SourceError(path, f"is a damaged PDF: {error}") from None
    if locked:
        raise SourceError(path, "is protected by a password; save it without one")
    return reader


def _lines(text: str) -> list[str]:
    return [re.sub(r"[ \t\xa0]+", " ", line).strip() for line in text.split("\n")]


def _without_running_heads(pages: list[list[str]]) -> list[list[str]]:
    """Drop what stands first or last on most pages, page numbers included."""
    edges = Counter(_edge(line) for page in pages for line in {*_filled(page)[:2], *_filled(page)[-2:]})
    often = max(3, len(pages) * 0.5)
    repeated = {edge for edge, n in edges.items() if n >= often}
    return [[line for line in page if _edge(line) not in repeated] for page in pages]


def _filled(lines: list[str]) -> list[str]:
    return [line for line in lines if line]


def _edge(line: str) -> str:
    return re.sub(r"\d+", "0", line)


def _paragraphs(lines: list[str]) -> list[str]:
    """Join the lines that a page's width has broken."""
    lengths = [len(line) for line in lines if len(line) > 20]
    width = quantiles(lengths, n=4)[2] if len(lengths) > 1 else 80
    paragraphs: list[str] = []
    ended = True
    for line in lines:
        if not line:
            ended = True
        elif ended or _BULLET.match(line):
            paragraphs.append(_BULLET.sub("", line))
            ended = _is_last(line, width)
        else:
            paragraphs[-1] = _joined(paragraphs[-1], line)
            ended = _is_last(line, width)
    return paragraphs


def _is_last(line: str, width: float) -> bool:
    """Tell whether a line ends its paragraph: a sentence's end before the margin, or a heading."""
    if _ENDS.search(line):
        return len(line) < 0.85 * width
    return len(line) < 0.6 * width


def _joined(text: str, line: str) -> str:
    if _BROKEN_WORD.search(text) and line[:1].islower():
        return text[:-1] + line
    return f"{text} {line}"


def _title(reader: PdfReader) -> str:
    title = str((reader.metadata.title if reader.metadata else None) or "").strip()
    title = _WRITER.sub("", title)
    return "" if title.lower() in _NO_TITLE else title


def _published(reader: PdfReader) -> date | None:
    try:
        created = reader.metadata.creation_date if reader.metadata else None
    except (ValueError, AttributeError):  # a date that is none
        return None
    return created.date() if created else None
