"""The nouns of fabgrid: what an article says, before it becomes RDF.

Everything here is a frozen value without I/O. Inside one article an entity is named by its main
name, which is unique there; facts, observations and mentions refer to it by that name.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from hashlib import blake2b
from typing import Generic, NamedTuple, TypeVar

__all__ = [
    "Article",
    "Concept",
    "Definition",
    "Edge",
    "Entity",
    "Evidence",
    "Extraction",
    "Fact",
    "Measurement",
    "Mention",
    "MentionKind",
    "Node",
    "Observation",
    "Outline",
    "Quantity",
    "Snapshot",
    "Source",
    "Span",
    "Statement",
    "Status",
    "digest",
    "fold",
    "slug",
]

_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})
_SLUG_LENGTH = 80


def digest(*parts: str) -> str:
    """Return 16 hexadecimal digits that stand for the parts, in their order.

    The parts are joined by U+001F, which no part may hold, so ("a.b", "c") and ("a", "b.c") differ.
    """
    return blake2b("\x1f".join(parts).encode(), digest_size=8).hexdigest()


def fold(text: str) -> str:
    """Return the text in lower case and without diacritics: "Fréchette" is "frechette"."""
    if text.isascii():
        return text.lower()
    parts = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    return unicodedata.normalize("NFC", "".join(c for c in parts if not unicodedata.combining(c)))


def slug(name: str) -> str:
    """Return the name as the last part of an IRI: "AT&T Inc." is "at-and-t-inc".

    Letters of other scripts stay; a name without a letter or digit, or one longer than 80
    characters, ends in a digest, so that different names keep different slugs.
    """
    words = fold(name)
    if not words.replace(" ", "").isalnum():  # most names are letters and spaces
        words = re.sub(r"['’`]", "", words).replace("&", " and ").replace("+", " plus ")
        words = re.sub(r"[\W_]+", " ", words)
    kept = "-".join(words.split())
    if not kept:
        return digest(name)
    return kept if len(kept) <= _SLUG_LENGTH else f"{kept[:60].rstrip('-')}-{digest(name)}"


class Status(StrEnum):
    """How far a fact is settled, by the words of its sentence."""

    ASSERTED = "asserted"
    PLANNED = "planned"
    REPORTED = "reported"
    DENIED = "denied"
    PAST = "past"


class MentionKind(StrEnum):
    """How a mention names its entity."""

    NAME = "name"
    NOMINAL = "nominal"  # "the company", "its", "the Taiwanese foundry"


@dataclass(frozen=True, slots=True)
class Article:
    """One text as it is stored: every offset of fabgrid counts characters of `text`."""

    url: str  # its address: the front matter's URL, else the file's path as given
    title: str
    text: str
    published: date | None = None
    publisher: str = ""
    language: str = "en"

    @property
    def id(self) -> str:
        """A hash of address and content: the same article has the same id for ever."""
        published = self.published.isoformat() if self.published else ""
        return digest(self.url, self.title, published, self.publisher, self.text)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Characters `start` to `end` (excluded) of an article's text."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """Return the characters of the span."""
        return text[self.start : self.end]

    def overlaps(self, other: Span) -> bool:
        """Tell whether the two spans share a character."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Entity:
    """Something that an article names.

    `type` is the local name of a class of the ontology ("Company"), `iri` the registry's IRI where
    the registry knows the entity, `aliases` the other surface forms in the article, sorted.
    """

    name: str
    type: str
    aliases: tuple[str, ...] = ()
    iri: str | None = None


@dataclass(frozen=True, slots=True)
class Mention:
    """A place in the text that refers to an entity, given by the entity's main name."""

    span: Span
    entity: str
    kind: MentionKind = MentionKind.NAME


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit.

    `value` has k/M/B/T expanded and the unit kept as written ("$1.5B" is 1.5e9 "USD", "220GW" is
    220 "GW", "40%" is 40 "%"); `approximator` is one of "", "about", "over", "under", "up to",
    "at least"; `surface` is the text.
    """

    value: float
    unit: str
    surface: str
    approximator: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """What one sentence says of two entities; never edited, never merged.

    `relation` is the local name of a relation type ("supplies"), `time` is as written ("Q1 2026"),
    `claimant` an entity's main name or the phrase of an anonymous source ("people familiar"),
    `rule` the frame or model that found it, `evidence` the sentence.
    """

    subject: str
    relation: str
    object: str
    evidence: Span
    subject_span: Span
    object_span: Span
    rule: str
    confidence: float
    status: Status = Status.ASSERTED
    claimant: str | None = None
    amount: Quantity | None = None
    time: str | None = None


@dataclass(frozen=True, slots=True)
class Observation:
    """A number about an entity: `metric` is the local name of a metric ("revenue")."""

    subject: str
    metric: str
    quantity: Quantity
    evidence: Span
    quantity_span: Span
    confidence: float
    period: str | None = None
    status: Status = Status.ASSERTED
    claimant: str | None = None


@dataclass(frozen=True, slots=True)
class Definition:
    """A term that the article explains: an abbreviation's expansion, a gloss, or both."""

    term: str
    evidence: Span
    expansion: str | None = None
    gloss: str | None = None


@dataclass(frozen=True, slots=True)
class Extraction:
    """All that was read out of one article, sorted by position in the text."""

    article: Article
    entities: tuple[Entity, ...] = ()
    mentions: tuple[Mention, ...] = ()
    facts: tuple[Fact, ...] = ()
    observations: tuple[Observation, ...] = ()
    definitions: tuple[Definition, ...] = ()
    _by_name: dict[str, Entity] = field(init=False, repr=False, compare=False, hash=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_name", {e.name: e for e in self.entities})

    def entity(self, name: str) -> Entity | None:
        """Return the entity of that main name, None where the article has none."""
        return self._by_name.get(name)


# ---------------------------------------------------------------- read back from the graph


@dataclass(frozen=True, slots=True)
class Node:
    """An entity of the graph, one across all articles; `links` are web addresses of the same thing."""

    iri: str
    name: str
    type: str
    aliases: tuple[str, ...] = ()
    description: str = ""
    country: str = ""
    tickers: tuple[str, ...] = ()
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """An article as the graph knows it, without its text."""

    iri: str
    url: str
    title: str
    publisher: str = ""
    published: date | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence of an article; `span` counts characters of the article's text."""

    source: str  # IRI of the article
    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Statement:
    """A fact of the graph: subject, object and claimant are IRIs of nodes."""

    iri: str
    subject: str
    relation: str
    object: str
    status: Status
    confidence: float
    evidence: Evidence
    subject_span: Span
    object_span: Span
    rule: str
    claimant: str | None = None
    claimant_text: str | None = None
    amount: Quantity | None = None
    time: str | None = None

    @property
    def source(self) -> str:
        """The IRI of the article that says it."""
        return self.evidence.source


class Edge(NamedTuple):
    """A statement without its words; a tuple, for an outline has hundreds of thousands."""

    iri: str
    subject: str
    relation: str
    object: str
    status: Status
    confidence: float
    source: str


@dataclass(frozen=True, slots=True)
class Measurement:
    """An observation of the graph: subject and claimant are IRIs of nodes."""

    iri: str
    subject: str
    metric: str
    quantity: Quantity
    status: Status
    confidence: float
    evidence: Evidence
    period: str | None = None
    claimant: str | None = None
    claimant_text: str | None = None


@dataclass(frozen=True, slots=True)
class Concept:
    """A term of the glossary; `labels` are its abbreviation and expansions."""

    iri: str
    term: str
    labels: tuple[str, ...]
    gloss: str | None
    evidence: Evidence


_Said = TypeVar("_Said", Statement, Edge)


@dataclass(frozen=True, slots=True)
class _Content(Generic[_Said]):
    nodes: dict[str, Node]
    sources: dict[str, Source]
    statements: tuple[_Said, ...]
    measurements: tuple[Measurement, ...] = ()
    concepts: tuple[Concept, ...] = ()


class Snapshot(_Content[Statement]):
    """The whole content of a store as values, each mapping keyed and each tuple sorted by IRI."""

    __slots__ = ()


class Outline(_Content[Edge]):
    """A snapshot without words, observations and terms: who is joined to whom."""

    __slots__ = ()
