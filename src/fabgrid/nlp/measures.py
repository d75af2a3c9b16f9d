"""Rules for numbers that need no word of their metric: sizes, deals, staff, shares, moves, second numbers.

Each looks at one quantity and returns a binding or nothing; MEASURES holds them from the strictest to the
loosest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from spacy.tokens import Token

from fabgrid.nlp.bindings import BUSINESS, FACILITY, SUBJECTS, Binding, Number, Rule, bind
from fabgrid.nlp.units import words

__all__ = ["LAST_MEASURES", "MEASURES"]

# ------------------------------------------------------------------ a facility and its size

_SIZES = {"power": "capacity", "energy": "capacity", "money": "price"}


def inside_name(number: Number) -> Binding | None:
    """Bind a quantity that is part of the name: "{505MW gas plant}"."""
    hit = number.doc.at(number.head.i)
    span = number.found.span
    if hit is None or not (hit[0].start <= span.start and span.end <= hit[0].end):
        return None
    metric = _SIZES.get(number.kind)
    return bind(metric, hit, "inside") if metric else None


def modifier_of_name(number: Number) -> Binding | None:
    """Bind a quantity that modifies a name or its description: "Wakamow One, a 140 MW facility"."""
    metric, doc, noun = _SIZES.get(number.kind), number.doc, number.noun
    if metric is None or noun.i == number.head.i:
        return None
    types = SUBJECTS[metric] & {"Facility", "Product"}
    if hit := doc.at(noun.i, types):
        return bind(metric, hit, "modified")
    if metric == "capacity" and (hit := doc.possessor(noun, FACILITY)):
        return bind(metric, hit, "modified of")
    if noun.dep_ == "appos" and (hit := doc.of(noun.head, types)):
        return bind(metric, hit, "apposition")
    if noun.dep_ == "attr" and (hit := doc.subject(noun.head, types)[0]):
        return bind(metric, hit, "attribute")
    for child in noun.children:
        if child.dep_ == "appos" and (hit := doc.at(child.i, types)):
            return bind(metric, hit, "apposition")
    return None


_PER_TIME = re.compile(r"^(?:wafers|panels|tonnes|tons|units|chips|substrates)/")


def _is_capacity(number: Number) -> bool:
    sizes = number.kind == "power" or _PER_TIME.match(number.found.quantity.unit)
    return bool(sizes) and not any("demand" in c.metrics for c in number.cues)


_ADDING = words("add install bring deploy commission build open")


def size_of_subject(number: Number) -> Binding | None:
    """Bind power to the facility that is the subject, or the firm that adds it."""
    if not _is_capacity(number):
        return None
    if hit := number.doc.subject(number.verb, FACILITY)[0]:
        return bind("capacity", hit, f"facility subject {number.kind}")
    if number.verb.lemma_ in _ADDING and number.head.i > number.verb.i:
        hit = number.doc.subject(number.verb, BUSINESS | {"Place"})[0]
        return bind("capacity", hit, f"added {number.kind}")
    return None


def beside_facility(number: Number) -> Binding | None:
    """Bind power to the facility beside it: "Trafford Six (54 MW)", "32MW at Lookout Hall"."""
    if not _is_capacity(number):
        return None
    doc, first, last = number.doc, number.first, number.doc.token(number.found.span.end - 1)
    before = range(first - 1, max(number.sentence.start, first - 8) - 1, -1)
    after = range(last + 1, min(number.sentence.end, last + 7))
    for indices, how in ((before, "after facility"), (after, "before facility")):
        hit = next((h for i in indices if (h := doc.at(i))), None)
        if hit:
            return bind("capacity", hit, how) if hit[2] == "Facility" else None
    return None


# ------------------------------------------------------------------ deals and investments

_BOUGHT = frozenset({"Company", "Facility"})
_BUY = words("acquire buy purchase take snap sell pick")
_PURCHASE = words("acquisition takeover purchase buyout")
_OFFER = words("deal agreement offer bid")
_PART_ONLY = re.compile(r"\b(?:stake|shares|interest)\b")


def price_of_deal(number: Number) -> Binding | None:
    """Bind the price of what was bought: "bought X for $5bn", "its $5bn acquisition of X"."""
    if number.kind != "money" or _PART_ONLY.search(
        number.doc.text, number.sentence.start_char, number.sentence.end_char
    ):
        return None
    noun = number.noun
    if noun.i != number.head.i and noun.lemma_ in _PURCHASE | _OFFER:
        preposition = "of" if noun.lemma_ in _PURCHASE else "for"
        if hit := number.doc.complement(noun, preposition, _BOUGHT):
            return bind("price", hit, "deal noun")
        for word in noun.subtree:
            if word.lemma_ in _BUY and word.pos_ == "VERB" and (hit := number.doc.object(word, _BOUGHT)):
                return bind("price", hit, "deal to buy")
        return None
    head = number.head
    while head.dep_ in ("quantmod", "nummod", "compound") and head.head.i != head.i:
        head = head.head
    if head.dep_ == "pobj" and head.head.lower_ == "for" and number.verb.lemma_ in _BUY:
        return bind("price", number.doc.object(number.verb, _BOUGHT), "bought for")
    return None


_INVESTING = words("spend invest put pour commit plough award provide announce allocate")


def investment(number: Number) -> Binding | None:
    """Bind what a company invests: "will spend $6bn on factories", "a $40 billion investment"."""
    if number.kind != "money":
        return None
    verb, noun = number.verb, number.noun
    subject = number.doc.subject(verb, BUSINESS)[0]
    if noun.i != number.head.i and noun.lemma_ in ("investment", "expansion", "programme", "program"):
        return bind("capex", subject, "investment noun")
    if verb.lemma_ not in _INVESTING or number.head.i < verb.i:
        return None
    for word in _purposes(verb, noun, number.head):
        if hit := number.doc.of(word, FACILITY):
            return bind("price", hit, "spent on")
        if number.doc.at(word.i, frozenset({"Company"})):
            return None  # a stake in a firm is the amount of a fact, not a budget
    if subject and subject[2] == "Organization":
        return bind("spending", subject, "public money")
    return bind("capex", subject, verb.lemma_) if verb.lemma_ in ("spend", "invest") else None


def _purposes(*governors: Token) -> Iterator[Token]:
    for word in governors:
        for child in word.children:
            if child.dep_ == "prep" and child.lower_ in ("on", "in", "into"):
                yield from child.children


# ------------------------------------------------------------------ people and fleets

_STAFF = words("employees staff people workers jobs positions engineers")
_NOT_EMPLOYING = words("lay shed cut say hire kill attend send represent")


def staff(number: Number) -> Binding | None:
    """Bind how many work there: "with 620 employees", "employs 64 people", "X (London, 40 employees)"."""
    q = number.found.quantity
    if q.unit not in _STAFF or (q.value < 10 and q.unit not in ("employees", "staff")):
        return None
    if number.verb.lemma_ in _NOT_EMPLOYING:
        return None
    types, noun = SUBJECTS["headcount"], number.noun
    who = "jobs" if q.unit in ("jobs", "positions") else "staff"
    is_with = noun.dep_ == "pobj" and noun.head.lower_ in ("with", "of")
    if is_with and (hit := number.doc.of(noun.head.head, types)):
        return bind("headcount", hit, f"{who} with")
    if hit := number.doc.subject(number.verb, types)[0]:
        return bind("headcount", hit, f"{who} subject")
    return bind("headcount", number.before(types), f"{who} before")


_FLEET = words(
    "sites plants reactors stores facilities buildings substations fabs locations campuses customers users"
) | {"data centres", "data centers"}
_HAVING = words("run operate own have serve reach")


def fleet(number: Number) -> Binding | None:
    """Bind how many it has: "runs seven reactors"."""
    q = number.found.quantity
    if number.kind != "count" or q.unit not in _FLEET or q.value < 4 or number.verb.lemma_ not in _HAVING:
        return None
    return bind("count", number.doc.subject(number.verb, SUBJECTS["count"])[0], "fleet")


# ------------------------------------------------------------------ second numbers and lists

_PAIRED = re.compile(
    r"^(?:[,;:(]? (?:a|last|the|in|on|for|this|that)? ?[\w-]+(?: \w+){0,3}?)??,? ?\(?"
    r"(?:up |down |compared |rising |falling )?(?:from|to|against|versus|vs|than|with) (?:[a-z]+ ){0,2}?$"
)
_MOVED_TO = re.compile(r"^[^.;]{0,25}?,? (?:at|to) (?:about |around |roughly )?$")
_GAPPED = re.compile(r"(?:,? and|,? while|,|;) (?:those of |that of )?(\S.*?)$")


def second_number(number: Number) -> Binding | None:
    """Bind "29%" of "63%, up from 29%", "4%" of "X fell 19% and Y 4%", "$5" of "X rose 9% to $5"."""
    last, binding = number.memory.quantity, number.memory.binding
    if last is None or binding is None or number.memory.sentence != number.sentence.start:
        return None
    between = number.text_from(last.span.end)
    if binding.metric == "price_change" and number.kind in ("money", "rate") and _MOVED_TO.match(between):
        return bind("price", binding.sighting, "moved to")
    if last.kind is not number.found.kind or last.quantity.unit != number.found.quantity.unit:
        return None
    if len(between) < 45 and _PAIRED.match(between):
        return bind(binding.metric, binding.sighting, "paired")
    if len(between) < 60 and (gap := _GAPPED.search(between)):
        hit = number.doc.at(number.doc.token(last.span.end + gap.start(1)))
        if hit and len(number.text_from(hit[0].end)) < 12:
            return bind(binding.metric, hit, "gapped")
    return None


_BEFORE_SHARE = re.compile(
    r"^['’s]*\s*(?:,?\s*(?:at|with|on)|\(|had|has|held|holds|:|controls|commands|takes|took)?\s*"
    r"(?:about |some |roughly |only |just )?$"
)


def listed_share(number: Number) -> Binding | None:
    """Bind one of several shares of a market: "with Samsung at 30% and SK hynix at 49%"."""
    if number.kind != "percent":
        return None
    memory = number.memory
    here = any("market_share" in c.metrics for c in number.cues)
    there = memory.binding and memory.binding.metric == "market_share" and number.sentence.start - memory.sentence < 80
    if not here and not there:
        return None
    first = number.first
    for i in range(first - 1, max(number.sentence.start, first - 5) - 1, -1):
        if hit := number.doc.at(i):
            return bind("market_share", hit, "listed") if _BEFORE_SHARE.match(number.text_from(hit[0].end)) else None
    return None


_SHARING = words(
    "produce make account control hold handle serve manage supply ship generate command dominate cover "
    "represent "
    "take carry"
)
_WHOLE = re.compile(
    r" of (?:(?:the|all|its|total)\s+)?(?:[a-z]+ ){0,2}?(?:world|global|market|worldwide|national|nation"
    r"|country|supply|load|electricity|output|demand|[A-Z][\w.]+['’]s)\b"
)


def part_of_whole(number: Number) -> Binding | None:
    """Bind a share of the whole: "makes 90% of the world's", "handles roughly 80% of the load"."""
    if number.kind != "percent" or not _WHOLE.match(number.doc.text, number.found.span.end):
        return None
    if number.verb.lemma_ not in _SHARING or number.found.span.start < number.verb.idx:
        return None
    return bind("market_share", number.doc.subject(number.verb, SUBJECTS["market_share"])[0], "part of")


_MOVES = words(
    "rise fall gain lose add slip jump climb drop shed sink tumble ease close end finish surge plunge slide soar go"
)
_BY_HOW_MUCH = frozenset({"dobj", "npadvmod", "advmod", "nsubj", "pobj", "dep", "attr"})


def move(number: Number) -> Binding | None:
    """Bind how far a price or share moved: "Linde gained 1.2%", "Ilex up 6%"."""
    if number.kind != "percent":
        return None
    doc, types, first = number.doc, SUBJECTS["price_change"], number.first
    if first > 2 and doc.doc[first - 1].lower_ in ("up", "down"):
        name = first - 3 if doc.doc[first - 2].text == "," else first - 2
        if hit := doc.at(name, types):
            return bind("price_change", hit, "up or down")
    if number.verb.lemma_ in _MOVES and number.head.dep_ in _BY_HOW_MUCH:
        for child in number.verb.children:
            if child.dep_ == "nsubj" and (hit := doc.at(child.i, types)):
                return bind("price_change", hit, "moved")
    return None


MEASURES: tuple[Rule, ...] = (
    inside_name, modifier_of_name, price_of_deal, staff, fleet, second_number, investment, listed_share,
    part_of_whole, move,
)  # fmt: skip
LAST_MEASURES: tuple[Rule, ...] = (size_of_subject, beside_facility)  # where no word names the metric
