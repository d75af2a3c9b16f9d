"""Which files hold what they held before: those need not be parsed again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import blake2b
from typing import NamedTuple

from fabgrid.model import Article, digest

__all__ = ["Known", "Memory"]


class Known(NamedTuple):
    """What a file was found to hold."""

    content: str  # a digest of its bytes
    url: str
    id: str
    text: str  # a digest of the article's text


class Memory:
    """The files of earlier builds by name, and those of this one.

    Args:
        known: what was found earlier.
        is_current: tells of an address and an article's id whether a build has read it already.
    """

    def __init__(self, known: Mapping[str, Known], is_current: Callable[[str, str], bool]) -> None:
        self._known, self._is_current = known, is_current
        self.new: dict[str, Known] = {}

    def recall(self, name: str, content: bytes) -> Known | None:
        """Return what the file is known to hold, None where it must be parsed."""
        found = self._known.get(name)
        same = found is not None and found.content == _signature(content) and self._is_current(found.url, found.id)
        return found if same else None

    def note(self, name: str, content: bytes, article: Article) -> None:
        """Note what a file was found to hold."""
        self.new[name] = Known(_signature(content), article.url, article.id, digest(article.text))


def _signature(content: bytes) -> str:
    return blake2b(content, digest_size=16).hexdigest()
