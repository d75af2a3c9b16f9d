"""A parsed article's quantities, bound to a metric, an entity and a period: observations.

The rules are in `measures` and `cues`; here is what they have in common, and how far each is to be trusted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from spacy.tokens import Doc
from spacy.tokens import Span as DocSpan

from fabgrid.model import Observation, Quantity, Span, Status
from fabgrid.nlp.bindings import Binding, Cue, Memory, Number
from fabgrid.nlp.clauses import MentionedDoc, Sighting, evidence_at, modified_noun
from fabgrid.nlp.cues import by_cue
from fabgrid.nlp.measures import LAST_MEASURES, MEASURES
from fabgrid.nlp.quantities import FoundQuantity, Kind, find_times
from fabgrid.nlp.reading import reading_of
from fabgrid.nlp.units import alternatives
from fabgrid.ontology import Metric, Ontology

__all__ = ["PRECISION", "Context", "Sighting", "observations"]

Context = Callable[[Span], tuple[Status, str | None]]

# Of each class of rule, how many observations are right: (hits + 1) / (found + 2) on the 412 annotated
# articles of the training set, given their mentions, with all classes admitted.  A class found only once, or
# too often wrong (below 0.38), is not here and binds nothing.
PRECISION: dict[str, float] = {
    "capacity:added power": 0.5,
    "capacity:after facility": 0.71,
    "capacity:apposition": 0.96,
    "capacity:before facility": 0.5,
    "capacity:facility subject power": 0.9,
    "capacity:facility subject rate": 0.57,
    "capacity:inside": 0.93,
    "capacity:left possessor": 0.4,
    "capacity:left subject": 0.6,
    "capacity:modified": 0.86,
    "capacity:modified of": 0.75,
    "capacity:paired": 0.5,
    "capacity:right before": 0.4,
    "capacity:right subject": 0.58,
    "capex:invest": 0.5,
    "capex:investment noun": 0.5,
    "capex:left subject": 0.83,
    "capex:spend": 0.62,
    "count:fleet": 0.8,
    "demand:left before": 0.5,
    "demand:left possessor": 0.6,
    "demand:paired": 0.75,
    "demand:right before": 0.4,
    "demand:right subject": 0.5,
    "headcount:jobs before": 0.75,
    "headcount:jobs subject": 0.71,
    "headcount:staff before": 0.54,
    "headcount:staff subject": 0.78,
    "headcount:staff with": 0.75,
    "margin:left before": 0.5,
    "margin:left matrix": 0.75,
    "margin:left possessor": 0.86,
    "margin:left previous": 0.67,
    "margin:left same sentence": 0.83,
    "margin:left subject": 0.83,
    "margin:paired": 0.71,
    "market_share:gapped": 0.8,
    "market_share:left before": 0.5,
    "market_share:left possessor": 0.67,
    "market_share:left subject": 0.6,
    "market_share:listed": 0.7,
    "market_share:part of": 0.65,
    "market_share:right before": 0.71,
    "market_share:right possessor": 0.5,
    "market_share:right subject": 0.62,
    "output:left subject": 0.45,
    "performance:left before": 0.5,
    "performance:right subject": 0.75,
    "price:bought for": 0.62,
    "price:deal noun": 0.67,
    "price:inside": 0.73,
    "price:left before": 0.44,
    "price:left object": 0.55,
    "price:left possessor": 0.62,
    "price:left subject": 0.8,
    "price:modified": 0.56,
    "price:moved to": 0.71,
    "price_change:gapped": 0.89,
    "price_change:left before": 0.75,
    "price_change:left possessor": 0.85,
    "price_change:left subject": 0.6,
    "price_change:moved": 0.76,
    "price_change:right subject": 0.5,
    "price_change:up or down": 0.8,
    "profit:left before": 0.43,
    "profit:left possessor": 0.8,
    "profit:left previous": 0.75,
    "profit:left same sentence": 0.75,
    "profit:left subject": 0.87,
    "revenue:left before": 0.62,
    "revenue:left matrix": 0.6,
    "revenue:left possessor": 0.94,
    "revenue:left previous": 0.6,
    "revenue:left same sentence": 0.6,
    "revenue:left subject": 0.95,
    "revenue:paired": 0.8,
    "revenue:right before": 0.5,
    "revenue:right subject": 0.78,
    "spending:left before": 0.5,
    "spending:public money": 0.5,
    "valuation:left object": 0.75,
    "valuation:left possessor": 0.4,
    "valuation:left subject": 0.55,
    "valuation:paired": 0.8,
    "valuation:right object": 0.5,
    "valuation:value at": 0.93,
}


def observations(
    doc: Doc,
    quantities: Sequence[FoundQuantity],
    sightings: Sequence[Sighting],
    ontology: Ontology,
    *,
    context: Context | None = None,
) -> tuple[Observation, ...]:
    """Return what the quantities say about the entities, in the order of the text.

    `sightings` are the article's mentions (place, entity's main name, type), pronouns and descriptions
    among them.  `context` tells status and claimant of what stands at a place; without it all is asserted.
    """
    wanted = [q for q in quantities if q.kind is not Kind.OTHER]
    if not wanted or not sightings:
        return ()
    mentioned = MentionedDoc(doc, sightings)
    return tuple(_observe(mentioned, wanted, ontology, context))


def _observe(
    doc: MentionedDoc, quantities: Iterable[FoundQuantity], ontology: Ontology, context: Context | None
) -> Iterator[Observation]:
    seen: set[tuple[str, str, float, str]] = set()
    for number in _numbers(doc, quantities, ontology.metrics):
        binding = _bind(number)
        if binding is None:
            continue
        memory = number.memory
        memory.quantity, memory.binding, memory.sentence = number.found, binding, number.sentence.start
        observation = _observation(number, binding, context)
        q = observation.quantity
        key = (observation.subject, observation.metric, q.value, q.unit)
        if key not in seen:
            seen.add(key)
            yield observation


def _bind(number: Number) -> Binding | None:
    for rule in (*MEASURES, by_cue, *LAST_MEASURES):
        binding = rule(number)
        if binding is not None and binding.rule in PRECISION:
            return binding
    return None


def _numbers(doc: MentionedDoc, quantities: Iterable[FoundQuantity], metrics: dict[str, Metric]) -> Iterator[Number]:
    sentence: DocSpan | None = None
    cues: tuple[Cue, ...] = ()
    memory = Memory()
    for q in quantities:
        head = doc.head(q.span)
        if sentence is None or head.i >= sentence.end:
            sentence = doc.sentence(head.i)
            cues = tuple(_cues(sentence, metrics))
        yield Number(q, doc, sentence, head, modified_noun(head), cues, metrics, memory)


def _cues(sentence: DocSpan, metrics: dict[str, Metric]) -> Iterator[Cue]:
    pattern, words = _vocabulary(tuple((word, m.name) for m in metrics.values() for word in m.nouns))
    start = sentence.start_char
    text = reading_of(sentence.doc).text[start : sentence.end_char]
    for match in pattern.finditer(text.lower().replace("’", "'")):
        yield Cue(Span(start + match.start(), start + match.end()), words[match.group()])


@lru_cache(maxsize=4)
def _vocabulary(nouns: tuple[tuple[str, str], ...]) -> tuple[re.Pattern[str], dict[str, tuple[str, ...]]]:
    words: dict[str, tuple[str, ...]] = {}
    for word, metric in nouns:
        words[word.lower()] = (*words.get(word.lower(), ()), metric)
    # grouped by first letter, so that a word of the text is compared with few of them
    letters = sorted({w[0] for w in words})
    groups = (f"{x}(?:{alternatives(w[1:] for w in words if w[0] == x)})" for x in letters)
    return re.compile(rf"\b(?:{'|'.join(groups)})\b"), words


def _observation(number: Number, binding: Binding, context: Context | None) -> Observation:
    span = number.found.span
    status, claimant = context(span) if context else (Status.ASSERTED, None)
    evidence = evidence_at(number.sentence, span.start)
    return Observation(
        subject=binding.sighting[1],
        metric=binding.metric,
        quantity=_signed(number, binding.metric, evidence),
        evidence=evidence,
        quantity_span=span,
        confidence=PRECISION[binding.rule],
        period=_period(number, evidence),
        status=status,
        claimant=claimant,
    )


_FALL = re.compile(
    r"\b(?:f[ae]ll|fallen|falls|falling|down|slip\w*|drop\w*|lost|los[es]s?|losing|losses|declin\w+|slides?|slid|shed"
    r"|eased|cut|lower\w*|dip\w*|tumbl\w+|plung\w+|s[au]nk|slump\w*|retreat\w*|discount|burned|weaken\w*)\b[^;]{0,40}$"
)
_CLAUSES = re.compile(r"[,;]\s|\b(?:while|and|but|or)\b|[\d.,]+\s?(?:%|per)")
_SIGNED = frozenset({"price_change", "profit"})


def _signed(number: Number, metric: str, evidence: Span) -> Quantity:
    """Return the quantity, negative where a price fell or money was lost."""
    quantity, start = number.found.quantity, number.found.span.start
    if metric not in _SIGNED:
        return quantity
    before = number.doc.text[max(evidence.start, start - 45) : start]
    if _FALL.search(_CLAUSES.split(before)[-1]):
        return replace(quantity, value=-quantity.value)
    return quantity


def _period(number: Number, evidence: Span) -> str | None:
    """Return the time that stands nearest to the number, in its sentence."""
    at = number.found.span.start - evidence.start
    times = find_times(evidence.of(number.doc.text))
    return min(times, key=lambda t: abs(t.span.start - at)).surface if times else None
