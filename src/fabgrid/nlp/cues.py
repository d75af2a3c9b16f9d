"""The rule for numbers beside a word of their metric: "revenue of $4bn", "a 40% share of the market"."""

from __future__ import annotations

import re

from spacy.tokens import Token

from fabgrid.nlp.bindings import FACILITY, SUBJECTS, Binding, Cue, Number, bind
from fabgrid.nlp.clauses import MentionedDoc, Sighting, Types, clause_of, phrase_of
from fabgrid.nlp.measures import is_own_share
from fabgrid.nlp.units import ISO_CODES, words

__all__ = ["by_cue"]

_OUT_OF_CUES = frozenset({"headcount", "count"})  # those have rules of their own
_CARRIED_ON = frozenset({"revenue", "profit", "margin", "capex", "market_share", "price_change"})
_SHARES = words("shares stock share")
_NO_COUNTS = frozenset({"output", "demand"})
_CONTRACTS = words(
    "contract deal transaction agreement order merger award investment market purchase package round loan"
)
_AT = re.compile(r"^ at (?:about |around |some |roughly |nearly |almost |more than |over |up to |near )?$")
_CLAUSE_ENDS = frozenset({";", "while", "but", "whereas"})


def by_cue(number: Number) -> Binding | None:
    """Bind by the nearest word that names a metric, and that word's possessor, object or subject."""
    nearest = _nearest(number)
    if nearest is None:
        return None
    metric = _metric(number, nearest)
    if metric is None:
        return None
    if metric == "valuation" and (hit := _valued(number, nearest, SUBJECTS[metric])):
        return bind(metric, hit, "value at")
    word = number.doc.head(nearest.span)
    if metric in _OUT_OF_CUES or not phrase_of(word) & phrase_of(number.head):
        return None
    if (metric in _NO_COUNTS and number.kind == "count") or (metric == "revenue" and number.kind != "money"):
        return None
    if metric == "market_share" and is_own_share(number):
        return None
    if metric == "valuation" and not _is_of_a_company(word, number.doc):
        return None
    side = "left" if nearest.span.start < number.found.span.start else "right"
    return _relate(number, metric, word, nearest, side)


def _is_of_a_company(word: Token, doc: MentionedDoc) -> bool:
    """Tell whether what is "worth" or "valued at" so much may be a company, not a contract or goods."""
    if any(t.lemma_ in _CONTRACTS for t in (word.head, *word.children)):
        return False
    return word.lower_ != "worth" or word.head.pos_ in ("VERB", "AUX") or doc.at(word.head.i) is not None


def _relate(number: Number, metric: str, word: Token, nearest: Cue, side: str) -> Binding | None:
    doc, types = number.doc, SUBJECTS[metric]
    if metric == "price":
        types -= {"Company"}
    verb = clause_of(word)
    if word.pos_ not in ("VERB", "AUX") and (hit := doc.possessor(word, types)):
        return bind(metric, hit, f"{side} possessor")
    if metric in ("valuation", "price") and (hit := doc.object(verb, types)):
        return bind(metric, hit, f"{side} object")
    if metric == "capacity" and (hit := number.before(FACILITY)) and hit[0].start > verb.idx:
        return bind(metric, hit, f"{side} facility")  # "is building X, with a capacity of"
    hit, subject = doc.subject(verb, types)
    if subject is not None and subject.lemma_ in _CONTRACTS:
        return None
    if hit:
        return bind(metric, hit, f"{side} subject")
    if subject is not None and subject.i == word.i:
        return _carried_on(number, metric, verb, side) if metric in _CARRIED_ON else None
    if metric != "price" and (hit := number.before(types)):
        return bind(metric, hit, f"{side} before")
    return _carried_on(number, metric, verb, f"{side} alone") if metric in _CARRIED_ON else None


def _valued(number: Number, cue: Cue, types: Types) -> Sighting | None:
    """Return X of "the round values X at $2bn"."""
    hit = number.before(types)
    if hit is None or hit[0].start < cue.span.end or not _AT.match(number.text_from(hit[0].end)):
        return None
    return hit


def _carried_on(number: Number, metric: str, verb: Token, side: str) -> Binding | None:
    """Bind a bare metric ("Revenue rose to $4bn") to what the text was about."""
    memory, types, start = number.memory, SUBJECTS[metric], number.sentence.start
    if metric == "price_change" and not any(number.doc.head(c.span).lower_ in _SHARES for c in number.cues):
        return None  # a market's prices
    known = memory.binding.sighting if memory.binding and memory.binding.sighting[2] in types else None
    if known and memory.sentence == start:
        return bind(metric, known, f"{side} same sentence")
    is_below = verb.dep_ in ("ccomp", "advcl", "conj")
    if is_below and (hit := number.doc.subject(clause_of(verb.head), types)[0]):
        return bind(metric, hit, f"{side} matrix")
    return bind(metric, number.doc.topic(types), f"{side} topic")


def _metric(number: Number, cue: Cue) -> str | None:
    """Return the metric that the word names for such a quantity; a rate of money is a price, and no other is."""
    kinds = ((m, number.metrics[m].unit_kinds) for m in cue.metrics)
    is_money = number.found.quantity.unit[:3] in ISO_CODES
    fitting = (m for m, taken in kinds if number.kind in taken)
    return next((m for m in fitting if number.kind != "rate" or (m == "price") == is_money), None)


def _nearest(number: Number) -> Cue | None:
    best, lowest = None, 13
    first, last = number.first, number.doc.token(number.found.span.end - 1)
    for candidate in number.cues:
        if _metric(number, candidate) is None:
            continue
        a, b = number.doc.token(candidate.span.start), number.doc.token(candidate.span.end - 1)
        # a metric stands before its number more often than after it
        cost = first - b if b < first else a - last + 2 if a > last else 0
        between = number.doc.doc[b:first] if b < first else number.doc.doc[last + 1 : a]
        cost += sum(4 for t in between if t.lower_ in _CLAUSE_ENDS)
        if cost < lowest:
            best, lowest = candidate, cost
    return best
