"""Word files (.docx): paragraphs in their order, without tables, headers and footers (python-docx)."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any
from zipfile import BadZipFile, ZipFile

from fabgrid.errors import SourceError
from fabgrid.sources.draft import Draft

__all__ = ["read_docx"]

_OLD = b"\xd0\xcf\x11\xe0"
_LOCKED = "EncryptedPackage".encode("utf-16-le")
_UNPACKED = 200_000_000  # bytes: a file that unpacks to more is a bomb or no article
_TEMPLATE = date(2013, 12, 23)  # python-docx stamps this day on whatever it writes


def read_docx(content: bytes, path: str) -> Draft:
    """Read a Word file; title and date come from its properties.

    Raises SourceError where it is protected by a password, damaged, or in the old .doc format.
    """
    _check(content, path)
    from docx import Document

    document = Document(BytesIO(content))
    paragraphs = [p for p in document.paragraphs if p.text.strip()]
    created = document.core_properties.created
    return Draft(
        text="\n\n".join(p.text for p in paragraphs),
        title=(document.core_properties.title or "").strip() or _heading(paragraphs),
        published=created.date() if created and created.date() != _TEMPLATE else None,
    )


def _check(content: bytes, path: str) -> None:
    if content.startswith(_OLD):
        locked = _LOCKED in content
        old = "is an old Word file (.doc); save it as .docx"
        raise SourceError(path, "is protected by a password; save it without one" if locked else old)
    try:
        with ZipFile(BytesIO(content)) as archive:
            unpacked = sum(item.file_size for item in archive.infolist())
            names = set(archive.namelist())
    except BadZipFile:
        begins = content.startswith(b"PK")
        raise SourceError(path, "is cut off or damaged" if begins else "is not a Word file") from None
    if "[Content_Types].xml" not in names:
        raise SourceError(path, "is not a Word file, whatever its name says")
    if unpacked > _UNPACKED:
        raise SourceError(path, f"unpacks to more than {_UNPACKED // 1_000_000} MB")


def _heading(paragraphs: list[Any]) -> str:
    headings = [p for p in paragraphs if p.style and p.style.name.startswith(("Heading", "Title"))]
    return headings[0].text.strip() if headings else ""
