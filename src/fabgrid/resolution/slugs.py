"""Slugs: what the IRIs of entities end in, and by which of their words entities meet."""

from __future__ import annotations

import re

from fabgrid.model import digest, slug
from fabgrid.ontology import Ontology

__all__ = ["Stems", "local_slug", "type_slug"]


def type_slug(type_name: str) -> str:
    """Return the suffix that a class gives to an IRI: "grid-operator"."""
    return slug(re.sub(r"(?<=[a-z])(?=[A-Z])", "-", type_name))


def local_slug(name: str, article: str) -> str:
    """Return the slug of what only one article can tell apart."""
    return f"{slug(name)}-{digest(article)[:8]}"


class Stems:
    """Slugs without the words of types at their ends.

    Entities can be one, or compete for an IRI, only where a name of theirs has the same stem, be it by
    way of others: the IRI of "Acme" may be `acme`, `acme-company` or `acme-grid-operator`.
    """

    def __init__(self, ontology: Ontology) -> None:
        self._ends = {word for name in ontology.classes for word in type_slug(name).split("-")}

    def of(self, found: str) -> str:
        """Return the stem of a slug, which has one word at least."""
        words = found.split("-")
        while len(words) > 1 and words[-1] in self._ends:
            words.pop()
        return "-".join(words)
