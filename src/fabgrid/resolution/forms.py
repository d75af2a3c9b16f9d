"""What makes two names of one kind the same, and which other name of an entity stands for it anywhere."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from fabgrid.ontology import Ontology
from fabgrid.resolution.names import is_acronym, is_proper, normal, tokens
from fabgrid.resolution.places import country
from fabgrid.resolution.words import GENERIC, TAILS, TITLES

__all__ = ["Key", "form", "is_local", "is_strong", "kind_of"]

BODY, ARTIFACT, PERSON, FACILITY, PLACE = "Body", "Artifact", "Person", "Facility", "Place"

_MEASURE = re.compile(r"\d[\d.,]*[- ]?(?:[kKMGT]?Wh?|[mn]m|acres?|bn|MVA|kV)\b|[$€£]\s?\d\S*")
_UNIT_SPACE = re.compile(r"(?<=\d)[ -](?=(?:[kKMGT]?W|MVA|kV|[mn]m)\b)")  # "505 MW", "300-mm"


class Key(NamedTuple):
    """A name as all articles share it; `article` is set where only that article knows who is meant.

    A known entity is the key of kind "iri" whose form is its IRI.
    """

    kind: str
    form: str
    article: str = ""


def kind_of(type_name: str, ontology: Ontology) -> str:
    """Return what two articles may type differently and still mean one thing."""
    for kind in (BODY, ARTIFACT):
        if ontology.is_a(type_name, kind):
            return kind
    return type_name


@lru_cache(maxsize=10_000)
def form(name: str, kind: str) -> str:
    """Return the part of the name that tells the entity from others of its kind.

    >>> form("Apple Inc.", "Body"), form("Blackwell GPUs", "Artifact"), form("Mr. Ma", "Person")
    ('apple', 'blackwell', 'ma')
    """
    if kind == BODY:
        return normal(name, legal=True)
    if kind == PLACE:
        return normal(country(name) or name)
    if kind == PERSON:
        words = tokens(name)
        start = next((n for n, word in enumerate(words) if word not in TITLES), 0)
        return " ".join(words[start:])
    if kind == FACILITY:
        return normal(_UNIT_SPACE.sub("", name))
    return normal(_without_tail(name)) if kind == ARTIFACT else normal(name)


def _without_tail(name: str) -> str:
    # "Claude models" is Claude, but "AI chips" is nobody's name.
    words = re.split(r"\s+|-(?=generation\b)", name.strip())
    end = len(words)
    while end > 1 and words[end - 1].lower() in TAILS and (words[end - 1][0].islower() or end < len(words)):
        end -= 1
    while end > 1 and words[end - 1] in ("GPU", "GPUs", "CPU", "CPUs"):
        end -= 1
    rest = " ".join(words[:end])
    return rest if is_proper(rest) and len(rest) > 2 else name


def is_local(name: str, kind: str) -> bool:
    """Tell whether the name means somebody only within its article: "Patel", "200MW data center"."""
    if kind == PERSON:
        return " " not in form(name, kind)
    if kind != FACILITY:
        return False
    words = re.findall(r"[^\W_]+", _MEASURE.sub(" ", name))
    # A first word in capitals may be that of a sentence; one with small letters after it is a name.
    return not any(w[0].isupper() and normal(w) not in ("ai", "gpu", "the") for w in words)


@lru_cache(maxsize=10_000)
def is_strong(alias: str, name: str, kind: str) -> bool:
    """Tell whether an alias that one article states may stand for the entity in all articles."""
    if kind == PLACE or not form(alias, kind):
        return False
    if form(alias, kind) == form(name, kind):
        return True
    if kind == PERSON:
        return _is_variant(form(alias, kind), form(name, kind))
    if is_acronym(alias, name) or is_acronym(name, alias):
        return True
    words = form(alias, kind).split()
    if not is_proper(alias) or all(word in GENERIC for word in words) or is_local(alias, kind):
        return False
    return len(words) > 1 or (kind == BODY and len(words[0]) > 1)


def _is_variant(alias: str, name: str) -> bool:
    """Tell whether both are full names with the same surname and the same initial."""
    one, other = alias.split(), name.split()
    return len(one) > 1 and len(other) > 1 and one[-1] == other[-1] and one[0][0] == other[0][0]
