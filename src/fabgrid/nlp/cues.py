"""The rule for numbers beside a word of their metric: "revenue of $4bn", "a 40% share of the market"."""

from __future__ import annotations

import re

from spacy.tokens import Span as DocSpan
from spacy.tokens import Token

from fabgrid.nlp.bindings import SUBJECTS, Binding, Cue, Number, bind
from fabgrid.nlp.clauses import MentionedDoc, Sighting, Types, clause_of, phrase_of
from fabgrid.nlp.units import words

__all__ = ["by_cue"]

_OUT_OF_CUES = frozenset({"headcount", "count"})  # those have rules of their own
_CARRIED_ON = frozenset({"revenue", "profit", "margin", "capex", "market_share"})
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
    metric = next(m for m in nearest.metrics if number.kind in number.metrics[m].unit_kinds)
    if metric == "valuation" and (hit := _valued(number, nearest, SUBJECTS[metric])):
        return bind(metric, hit, "value at")
    word = number.doc.head(nearest.span)
    if metric in _OUT_OF_CUES or not phrase_of(word) & phrase_of(number.head):
        return None
    if (metric == "output" and number.kind == "count") or (metric == "revenue" and number.kind != "money"):
        return None
    if metric == "valuation" and any(t.lemma_ in _CONTRACTS for t in (word.head, *word.children)):
        return None
    side = "left" if nearest.span.start < number.found.span.start else "right"
    return _relate(number, metric, word, nearest, side)


def _relate(number: Number, metric: str, word: Token, nearest: Cue, side: str) -> Binding | None:
    doc, types = number.doc, SUBJECTS[metric]
    if metric == "price":
        types -= {"Company"}
    verb = clause_of(word)
    if word.pos_ not in ("VERB", "AUX") and (hit := doc.possessor(word, types)):
        return bind(metric, hit, f"{side} possessor")
    if metric in ("valuation", "price") and (hit := doc.object(verb, types)):
        return bind(metric, hit, f"{side} object")
    hit, subject = doc.subject(verb, types)
    if subject is not None and subject.lemma_ in _CONTRACTS:
        return None
    if hit:
        return bind(metric, hit, f"{side} subject")
    if subject is not None and subject.i == word.i:
        return _carried_on(number, metric, verb, side) if metric in _CARRIED_ON else None
    return bind(metric, number.before(types), f"{side} before")


def _valued(number: Number, cue: Cue, types: Types) -> Sighting | None:
    """Return X of "the round values X at $2bn"."""
    hit = number.before(types)
    if hit is None or hit[0].start < cue.span.end or not _AT.match(number.text_from(hit[0].end)):
        return None
    return hit


def _carried_on(number: Number, metric: str, verb: Token, side: str) -> Binding | None:
    """Bind a bare metric ("Revenue rose to $4bn") to what the text was about."""
    memory, types, start = number.memory, SUBJECTS[metric], number.sentence.start
    known = memory.binding.sighting if memory.binding and memory.binding.sighting[2] in types else None
    if known and memory.sentence == start:
        return bind(metric, known, f"{side} same sentence")
    is_below = verb.dep_ in ("ccomp", "advcl", "conj")
    if is_below and (hit := number.doc.subject(clause_of(verb.head), types)[0]):
        return bind(metric, hit, f"{side} matrix")
    if known and start - memory.sentence < 60:
        return bind(metric, known, f"{side} previous")
    if start == 0:
        return None
    sentence = number.doc.sentence(start - 1)
    hit = number.doc.subject(sentence.root, types)[0]
    return bind(metric, hit or _first(number.doc, sentence, types), f"{side} previous")


def _first(doc: MentionedDoc, sentence: DocSpan, types: Types) -> Sighting | None:
    return next((h for i in range(sentence.start, sentence.end) if (h := doc.at(i, types))), None)


def _nearest(number: Number) -> Cue | None:
    best, lowest = None, 13
    first, last = number.first, number.doc.token(number.found.span.end - 1)
    for candidate in number.cues:
        if not any(number.kind in number.metrics[m].unit_kinds for m in candidate.metrics):
            continue
        a, b = number.doc.token(candidate.span.start), number.doc.token(candidate.span.end - 1)
        # a metric stands before its number more often than after it
        cost = first - b if b < first else a - last + 2 if a > last else 0
        between = number.doc.doc[b:first] if b < first else number.doc.doc[last + 1 : a]
        cost += sum(4 for t in between if t.lower_ in _CLAUSE_ENDS)
        if cost < lowest:
            best, lowest = candidate, cost
    return best
