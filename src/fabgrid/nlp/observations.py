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

# Of each class of rule, how many observations are right: (hits + 1) / (found + 2) on 890 annotated training
# articles, read end to end (mentions and coreference as the pipeline finds them), with subject, value and unit
# judged as `evaluation` does.  All classes are admitted first; those below 0.385 are struck out and the rest
# measured again until none falls below, for what one rule gives up falls to the next.  A class that is not here
# binds nothing.
PRECISION: dict[str, float] = {
    "again:gapped": 0.79,
    "again:listed": 0.77,
    "again:paired": 0.8,
    "again:twin": 0.5,
    "capacity:added power": 0.45,
    "capacity:after facility": 0.53,
    "capacity:apposition": 0.91,
    "capacity:before facility": 0.5,
    "capacity:beside Facility": 0.84,
    "capacity:beside Product": 0.4,
    "capacity:facility subject power": 0.7,
    "capacity:facility subject rate": 0.5,
    "capacity:for facility": 0.5,
    "capacity:inside": 0.81,
    "capacity:inside apposition": 0.8,
    "capacity:left facility": 0.57,
    "capacity:left subject": 0.52,
    "capacity:modified": 0.8,
    "capacity:modified of": 0.83,
    "capacity:of facility": 0.67,
    "capacity:right before": 0.5,
    "capacity:right subject": 0.5,
    "capacity:specified": 0.62,
    "capacity:specified before": 0.75,
    "capex:investment noun": 0.45,
    "capex:left alone topic": 0.6,
    "capex:left before": 0.75,
    "capex:left possessor": 0.5,
    "capex:left subject": 0.71,
    "capex:left topic": 0.43,
    "capex:right before": 0.5,
    "capex:spend": 0.58,
    "count:fleet": 0.61,
    "count:had": 0.55,
    "demand:left before": 0.75,
    "demand:left possessor": 0.71,
    "demand:left subject": 0.41,
    "demand:right before": 0.43,
    "demand:right possessor": 0.5,
    "demand:right subject": 0.53,
    "demand:specified": 0.57,
    "demand:specified before": 0.67,
    "efficiency:left before": 0.5,
    "efficiency:right before": 0.67,
    "headcount:hired apposition": 0.67,
    "headcount:hired before": 0.67,
    "headcount:jobs before": 0.6,
    "headcount:jobs subject": 0.5,
    "headcount:staff apposition": 0.75,
    "headcount:staff before": 0.39,
    "headcount:staff subject": 0.67,
    "headcount:staff with": 0.87,
    "headcount:working at": 0.67,
    "margin:left alone same sentence": 0.5,
    "margin:left alone topic": 0.5,
    "margin:left before": 0.4,
    "margin:left matrix": 0.75,
    "margin:left possessor": 0.86,
    "margin:left same sentence": 0.86,
    "margin:left subject": 0.88,
    "margin:left topic": 0.67,
    "market_share:left possessor": 0.58,
    "market_share:part of": 0.62,
    "market_share:right before": 0.62,
    "market_share:right possessor": 0.5,
    "market_share:right subject": 0.4,
    "output:left subject": 0.4,
    "output:made": 0.5,
    "output:right possessor": 0.4,
    "performance:apposition": 0.75,
    "performance:left before": 0.43,
    "performance:right before": 0.4,
    "performance:right subject": 0.6,
    "performance:specified": 0.44,
    "performance:specified before": 0.67,
    "price:apposition": 0.67,
    "price:beside Facility": 0.5,
    "price:bought earlier for": 0.57,
    "price:bought for": 0.71,
    "price:deal noun": 0.56,
    "price:inside": 0.62,
    "price:left object": 0.42,
    "price:left possessor": 0.55,
    "price:left subject": 0.7,
    "price:modified": 0.45,
    "price:moved to": 0.71,
    "price:paid for": 0.45,
    "price:spent on": 0.44,
    "price_change:change in": 0.5,
    "price_change:left before": 0.75,
    "price_change:left possessor": 0.75,
    "price_change:left subject": 0.55,
    "price_change:moved": 0.79,
    "price_change:right before": 0.75,
    "price_change:up or down": 0.78,
    "profit:left alone same sentence": 0.75,
    "profit:left before": 0.67,
    "profit:left possessor": 0.83,
    "profit:left same sentence": 0.8,
    "profit:left subject": 0.85,
    "profit:left topic": 0.6,
    "profit:right alone same sentence": 0.67,
    "revenue:left alone same sentence": 0.67,
    "revenue:left alone topic": 0.5,
    "revenue:left before": 0.59,
    "revenue:left matrix": 0.8,
    "revenue:left possessor": 0.89,
    "revenue:left subject": 0.91,
    "revenue:left topic": 0.9,
    "revenue:right alone topic": 0.4,
    "revenue:right before": 0.57,
    "revenue:right subject": 0.78,
    "spending:left possessor": 0.67,
    "spending:right before": 0.67,
    "spending:right subject": 0.5,
    "valuation:left object": 0.67,
    "valuation:left possessor": 0.5,
    "valuation:left subject": 0.62,
    "valuation:right object": 0.67,
    "valuation:value at": 0.82,
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
        memory.metrics[number.kind] = binding.metric
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
        if _is_of_a_name(q, doc):
            continue
        head = doc.head(q.span)
        if sentence is None or head.i >= sentence.end:
            sentence = doc.sentence(head.i)
            cues = tuple(_cues(sentence, metrics))
        yield Number(q, doc, sentence, head, modified_noun(head), cues, metrics, memory)


def _is_of_a_name(quantity: FoundQuantity, doc: MentionedDoc) -> bool:
    """Tell whether the number ends a name: "Kestrel 4 trails"."""
    name = doc.at(doc.token(quantity.span.start))
    return name is not None and name[0].start < quantity.span.start < name[0].end < quantity.span.end


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
        quantity=_signed(number, binding, evidence),
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
_FELL = re.compile(r"\s+(?:lower|down|decline|drop|fall|slide|slump|cut|loss|off)\b")
_RISE = re.compile(r"\b(?:rose|risen|gain\w*|climb\w*|add\w*|up|higher|jump\w*|surg\w+)\b")
_CLAUSES = re.compile(r"[,;]\s|\b(?:while|and|but|or)\b|[\d.,]+\s?(?:%|per)")
_SIGNED = frozenset({"price_change", "profit"})


def _signed(number: Number, binding: Binding, evidence: Span) -> Quantity:
    """Return the quantity, negative where a price fell or money was lost."""
    quantity, memory = number.found.quantity, number.memory
    if binding.metric not in _SIGNED:
        return quantity
    start, end = number.found.span.start, number.found.span.end
    before = number.doc.text[max(evidence.start, start - 45) : start]
    goes_on = binding.rule == "again:gapped" and not _RISE.search(before)  # "X fell 4%, Y 3%"
    memory.fell = bool(
        _FALL.search(_CLAUSES.split(before)[-1]) or _FELL.match(number.doc.text, end) or (goes_on and memory.fell)
    )
    return replace(quantity, value=-quantity.value) if memory.fell else quantity


def _period(number: Number, evidence: Span) -> str | None:
    """Return the time that stands nearest to the number, in its sentence."""
    at = number.found.span.start - evidence.start
    times = find_times(evidence.of(number.doc.text))
    return min(times, key=lambda t: abs(t.span.start - at)).surface if times else None
