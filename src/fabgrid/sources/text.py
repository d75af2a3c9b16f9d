"""Bytes -> characters, and characters -> the form in which fabgrid stores them."""

from __future__ import annotations

import codecs
import re
import unicodedata

from fabgrid.errors import SourceError
from fabgrid.sources.language import english_share

__all__ = ["decode", "normalise"]

# UTF-32 first: its little-endian mark begins with the one of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MAGIC = (
    (b"%PDF-", "a PDF file"),
    (b"PK\x03\x04", "a ZIP archive or an Office document"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"\x1f\x8b", "gzip-compressed"),
    (b"\x7fELF", "a program"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
)
_SAMPLE = 100_000  # bytes that tell the encoding

_BREAKS = re.compile(r"\r\n?|[\v\f\x85\u2028\u2029]")
# Soft hyphen, zero-width and direction marks, byte order mark; control characters but tab and newline.
_UNSEEN = re.compile(
    "[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]"
)
_SPACES = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_TRAILING = re.compile(r"[ \t]+(?=\n|\Z)")


def normalise(text: str) -> str:
    r"""Return the text as it is stored, to which every offset refers; doing it twice changes nothing.

    NFC, `\n` for every line break, a plain space for every other space, no soft hyphens, zero-width
    or control characters, no spaces at line ends, no blank lines around the whole.

    >>> normalise("10\u00a0GW  \r\nof wind\u00adpower\n")
    '10 GW\nof windpower'
    """
    text = _UNSEEN.sub("", _BREAKS.sub("\n", text))
    text = unicodedata.normalize("NFC", _SPACES.sub(" ", text))
    return _TRAILING.sub("", text).strip("\n")


def decode(content: bytes, path: str) -> str:
    """Return the characters of a text file: by its byte order mark, as UTF-8, else by detection.

    Raises SourceError where the file is binary or its encoding cannot be told.
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _decode_marked(content, encoding, path)
    _refuse_magic(content, path)
    if b"\x00" in content[:_SAMPLE]:
        return _decode_wide(content, path)
    _refuse_controls(content, path)
    return _decode_utf8(content) or _detect(content, path)


def _decode_marked(content: bytes, encoding: str, path: str) -> str:
    text = content.decode(encoding, "replace").removeprefix("\ufeff")
    if text.count("\ufffd") > len(text) / 100 + 1 or "\x00" in text:
        raise SourceError(path, f"is binary: it begins like {encoding.upper()} but is not")
    return text


def _refuse_magic(content: bytes, path: str) -> None:
    for magic, what in _MAGIC:
        if content.startswith(magic):
            raise SourceError(path, f"is binary: {what}, whatever its name says")


def _refuse_controls(content: bytes, path: str) -> None:
    sample = content[:_SAMPLE]
    controls = sum(sample.count(bytes([c])) for c in (*range(1, 8), *range(14, 32)) if c != 0x1B)
    if controls > max(2, len(sample) / 50):
        raise SourceError(path, "is binary: it is full of control characters")


def _decode_wide(content: bytes, path: str) -> str:
    # English in UTF-16 has a zero in every second byte; anything else with zeros is binary.
    sample = content[: _SAMPLE // 2 * 2]
    half = max(1, len(sample) // 2)
    for first, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        zeros, letters = sample[first::2].count(0), sample[1 - first :: 2].count(0)
        if zeros > 0.7 * half and letters == 0:
            return content.decode(encoding, "replace")
    raise SourceError(path, "is binary: it holds zero bytes")


def _decode_utf8(content: bytes) -> str | None:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        if error.start >= len(content) - 3:  # cut in the middle of the last character
            return content[: error.start].decode()
    text = content.decode(errors="replace")
    damaged = text.count("\ufffd")
    # Sequences of UTF-8 do not come about by chance: a few bad bytes among them are damage.
    sound = sum(c > "\x7f" for c in text) - damaged
    return text if sound > damaged else None


def _detect(content: bytes, path: str) -> str:
    from charset_normalizer import from_bytes

    western = content.decode("cp1252", "replace")
    # fabgrid reads English, and detection by statistics errs on its few accents and quotes.
    if "\ufffd" not in western and english_share(western[:_SAMPLE]) > 0.15:
        return western
    best = from_bytes(content[:_SAMPLE]).best()
    if best is None:
        raise SourceError(path, "is binary, or in an encoding that cannot be told; save it as UTF-8")
    return content.decode(best.encoding, "replace")
