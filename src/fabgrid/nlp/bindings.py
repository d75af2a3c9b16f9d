"""What a rule sees of a quantity, and what it returns: the metric, the entity and the rule's class."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from spacy.tokens import Span as DocSpan
from spacy.tokens import Token

from fabgrid.model import Span
from fabgrid.nlp.clauses import MentionedDoc, Sighting, Types, clause_of
from fabgrid.nlp.quantities import FoundQuantity
from fabgrid.ontology import Metric

__all__ = ["BUSINESS", "FACILITY", "SUBJECTS", "Binding", "Cue", "Memory", "Number", "Rule", "bind", "bind_again"]

# the types of entity that each metric is said of
BUSINESS = frozenset({"Company", "Organization", "GridOperator"})
FACILITY = frozenset({"Facility"})
SUBJECTS: dict[str, Types] = {
    "revenue": BUSINESS | {"Product", "Technology"},
    "profit": BUSINESS,
    "margin": BUSINESS | {"Product"},
    "capex": BUSINESS | {"Facility"},
    "market_share": BUSINESS | {"Place", "Product", "Technology"},
    "price": frozenset({"Company", "Product", "Technology", "Facility"}),
    "price_change": frozenset({"Company", "Product", "Technology"}),
    "capacity": BUSINESS | {"Facility", "Place", "Product"},
    "output": BUSINESS | {"Facility", "Place", "Product", "Technology"},
    "demand": BUSINESS | {"Facility", "Place", "Product", "Technology"},
    "performance": frozenset({"Product", "Technology", "Facility"}),
    "efficiency": frozenset({"Product", "Technology", "Facility", "Company"}),
    "headcount": BUSINESS | {"Facility"},
    "valuation": frozenset({"Company"}),
    "spending": BUSINESS | {"Place"},
    "count": BUSINESS | {"Product", "Technology", "Facility"},
}


@dataclass(frozen=True, slots=True)
class Binding:
    """A metric of an entity, and the class of rule that found it ("revenue:left possessor")."""

    sighting: Sighting
    metric: str
    rule: str


@dataclass(frozen=True, slots=True)
class Cue:
    """A word that names a metric; a word may name several."""

    span: Span
    metrics: tuple[str, ...]


@dataclass(slots=True)
class Memory:
    """What the last observation was about, for bare metrics and second numbers."""

    quantity: FoundQuantity | None = None
    binding: Binding | None = None
    sentence: int = -1
    metrics: dict[str, str] = field(default_factory=dict)  # by kind of unit
    fell: bool = False  # whether it was negative


@dataclass(frozen=True, slots=True)
class Number:
    """A quantity in its sentence.

    `head` is the head of its own words, `noun` the noun that it modifies ("a 140 MW facility"), else `head`.
    """

    found: FoundQuantity
    doc: MentionedDoc
    sentence: DocSpan
    head: Token
    noun: Token
    cues: tuple[Cue, ...]
    metrics: dict[str, Metric]
    memory: Memory = field(repr=False)

    @property
    def kind(self) -> str:
        """The kind of the quantity's unit."""
        return self.found.kind.value

    @property
    def verb(self) -> Token:
        """The verb of the clause."""
        return clause_of(self.head)

    @property
    def first(self) -> int:
        """The index of the quantity's first token."""
        return self.doc.token(self.found.span.start)

    def text_from(self, start: int) -> str:
        """Return what stands between a character and the quantity."""
        return self.doc.text[start : self.found.span.start]

    def before(self, types: Types) -> Sighting | None:
        """Return the last mention of the types before the quantity, in its sentence."""
        return self.doc.last_before(self.head.i + 1, self.sentence.start, types)


Rule = Callable[[Number], Binding | None]


def bind(metric: str, sighting: Sighting | None, how: str) -> Binding | None:
    """Return the binding, None where there is no entity or it is of a type that has no such metric."""
    return _bound(metric, sighting, f"{metric}:{how}")


def bind_again(metric: str, sighting: Sighting | None, how: str) -> Binding | None:
    """Return the binding of a number to the metric of the one before it; its class is the same for all metrics."""
    return _bound(metric, sighting, f"again:{how}")


def _bound(metric: str, sighting: Sighting | None, rule: str) -> Binding | None:
    if sighting is None or sighting[2] not in SUBJECTS[metric]:
        return None
    return Binding(sighting, metric, rule)
