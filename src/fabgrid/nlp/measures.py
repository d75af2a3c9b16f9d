"""Rules for numbers that need no word of their metric: sizes, deals, staff, shares, moves, second numbers.

Each looks at one quantity and returns a binding or nothing; MEASURES holds them from the strictest to the
loosest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from spacy.tokens import Token

from fabgrid.nlp.bindings import BUSINESS, FACILITY, SUBJECTS, Binding, Number, Rule, bind, bind_again
from fabgrid.nlp.clauses import MentionedDoc, Sighting
from fabgrid.nlp.units import words

__all__ = ["LAST_MEASURES", "MEASURES"]

# ------------------------------------------------------------------ a facility and its size

_SIZES = {"power": "capacity", "energy": "capacity", "money": "price"}
_STORED = words("KB MB GB TB PB GiB TiB Gb Tb")
_SEATING = words("seats passengers beds racks")


def _size(number: Number) -> str | None:
    """Return the metric of which the quantity is a measure by its unit alone."""
    unit = number.found.quantity.unit
    if number.kind == "performance" and unit != "nm":
        return "capacity" if unit in _STORED else "performance"
    return "capacity" if unit in _SEATING else _SIZES.get(number.kind)


_APPOSED = re.compile(r"^(?:,| \()? (?:an?|the|its|their)(?: [\w-]+){0,2} $")


def inside_name(number: Number) -> Binding | None:
    """Bind a quantity that is part of the name: "{505MW gas plant}"."""
    hit = number.doc.at(number.head.i)
    span = number.found.span
    if hit is None or not (hit[0].start <= span.start and span.end <= hit[0].end):
        return None
    metric = _size(number)
    if metric is None:
        return None
    named = number.doc.last_before(number.doc.token(hit[0].start), number.sentence.start, FACILITY)
    if named and named[1] != hit[1] and _APPOSED.match(number.doc.text[named[0].end : hit[0].start]):
        return bind(metric, named, "inside apposition")  # "Hyperion, the {2GW campus}"
    return bind(metric, hit, "inside")


def modifier_of_name(number: Number) -> Binding | None:
    """Bind a quantity that modifies a name or its description: "Wakamow One, a 140 MW facility"."""
    metric, doc, noun = _size(number), number.doc, number.noun
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


# between a name and its size: ", a", " (", ", the biggest", " of"
_SIZED = re.compile(
    r"^(?:,? (?:an?|the|its|of|with)(?: [\w-]+){0,2}|,|:| at| \(|-?)\s?(?:about |some |roughly |up to |nearly )?$"
)


def beside_name(number: Number) -> Binding | None:
    """Bind a size that stands right behind the name, whatever the parse: "X, a 612 MW station", "X (54 MW)"."""
    metric, doc, first = _size(number), number.doc, number.first
    if metric is None or first == 0:
        return None
    types = SUBJECTS[metric] & {"Facility", "Product", "Technology"}
    hit = doc.last_before(first, max(number.sentence.start, first - 6), SUBJECTS[metric] | {"Place"})
    if hit is None or hit[2] not in types:
        return None
    between = _SIZED.match(number.text_from(hit[0].end))
    return bind(metric, hit, f"beside {hit[2]}") if between else None


_PRODUCTS = frozenset({"Product", "Technology"})


def specification(number: Number) -> Binding | None:
    """Bind memory, speed or draw to the product that is the subject: "carries 216GB", "draws 750 watts"."""
    unit = number.found.quantity.unit
    if number.kind == "power" and unit in ("W", "kW"):
        metric = "demand"
    elif number.kind == "performance" or unit in _SEATING:
        metric = _size(number) or ""
    else:
        return None
    if not metric:
        return None
    hit, subject = number.doc.subject(number.verb, _PRODUCTS | FACILITY)
    if hit is None and subject is not None and number.doc.at(subject.i):
        return None  # a firm
    return bind(metric, hit or number.before(_PRODUCTS), "specified" if hit else "specified before")


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
    after = _next_mention(doc, last + 1, min(number.sentence.end, last + 7))
    if after and after[2] == "Facility" and (link := _AT_OR_OF.match(doc.text[number.found.span.end : after[0].start])):
        return bind("capacity", after, f"{link[1]} facility")
    before = doc.last_before(first, max(number.sentence.start, first - 8), _ANY)
    for hit, how in ((before, "after facility"), (after, "before facility")):
        if hit:
            return bind("capacity", hit, how) if hit[2] == "Facility" else None
    return None


_ANY = frozenset(t for types in SUBJECTS.values() for t in types) - {"Place"}
_AT_OR_OF = re.compile(r"^ (?:[a-z]+ ){0,2}?(at|of|in|from|for|by) (?:the |its |their |a )?(?:[a-z]+ )?$")


def _next_mention(doc: MentionedDoc, start: int, end: int) -> Sighting | None:
    return next((h for i in range(start, end) if (h := doc.at(i))), None)


_MAKING = words("make produce build ship sell deliver export turn roll import")


def produced(number: Number) -> Binding | None:
    """Bind what a facility makes: "the plant turned out 38,000 tonnes"."""
    if number.kind not in ("count", "energy", "rate") or number.verb.lemma_ not in _MAKING:
        return None
    return bind("output", number.doc.subject(number.verb, FACILITY)[0], "made")


# ------------------------------------------------------------------ deals and investments

_BOUGHT = frozenset({"Company", "Facility"})
_BUY = words("acquire buy purchase take snap sell pick hand swallow offload divest relieve outbid win part")
_PURCHASE = words("acquisition takeover purchase buyout")
_OFFER = words("deal agreement offer bid")
_PART_ONLY = re.compile(r"\b(?:stake|shares|interest|stock|freehold)\b")


def price_of_deal(number: Number) -> Binding | None:
    """Bind the price of what was bought: "bought X for $5bn", "its $5bn acquisition of X"."""
    if number.kind != "money":
        return None
    noun = number.noun
    if noun.i != number.head.i and noun.lemma_ in _PURCHASE | _OFFER:
        if _PART_ONLY.search(number.doc.text, number.sentence.start_char, number.sentence.end_char):
            return None
        preposition = "of" if noun.lemma_ in _PURCHASE else "for"
        if hit := number.doc.complement(noun, preposition, _BOUGHT):
            return bind("price", hit, "deal noun")
        for word in noun.subtree:
            if word.lemma_ in _BUY and word.pos_ == "VERB" and (hit := number.doc.object(word, _BOUGHT)):
                return bind("price", hit, "deal to buy")
        return None
    return _paid_for(number) or _bought_for(number)


_FOR = re.compile(  # "… in cash for the combined X", "… for Powerchip's P5 fab"
    r"(?: in [a-z]+(?: and [a-z]+)?)? for (?:the (?:combined |whole of )?|all of |rival |its )?"
    r"(?:[A-Z][\w.-]*(?: [A-Z][\w.-]*)*['’]s )?"
)
_PAY = words("pay give offer bid spend")
_BID = re.compile(r"\b(?:bid|offer|deal|price)s? (?:of|worth) (?:up to |about |some )?$")


def _paid_for(number: Number) -> Binding | None:
    """Bind X of "pays $2bn for X"."""
    after = _FOR.match(number.doc.text, number.found.span.end)
    last = number.memory.binding
    goes_on = last and last.metric == "price" and number.memory.sentence == number.sentence.start
    bids = _BID.search(number.doc.text, number.sentence.start_char, number.found.span.start)
    if after is None or not (goes_on or bids or number.verb.lemma_ in _PAY):
        return None
    return bind("price", number.doc.at(number.doc.token(after.end()), _BOUGHT), "paid for")


def _bought_for(number: Number) -> Binding | None:
    """Bind X of "bought X for $2bn"."""
    head = number.head
    while head.dep_ in ("quantmod", "nummod", "compound") and head.head.i != head.i:
        head = head.head
    if head.dep_ != "pobj" or head.head.lower_ != "for":
        return None
    last = number.memory
    if last.binding and last.quantity and last.binding.metric == "price" and last.sentence == number.sentence.start:
        return _next_bought(number, last.quantity.span.end)
    near = (number.verb, *reversed(number.doc.doc[number.sentence.start : head.i]))
    verb = next((t for t in near if t.pos_ == "VERB" and t.lemma_ in _BUY and t.i < head.i), None)
    if verb is None or _PART_ONLY.search(number.text_from(verb.idx)):
        return None
    how = "bought for" if verb.i == number.verb.i else "bought earlier for"
    return bind("price", number.doc.object(verb, _BOUGHT), how)


_AND = re.compile(r"^(?: \([^)]*\))?(?:, and| and|,|;) (?:the |rival |its )?")


def _next_bought(number: Number, start: int) -> Binding | None:
    """Bind Y of "bought X for $2bn and Y for $1bn"."""
    opens = _AND.match(number.doc.text, start)
    return bind("price", number.doc.at(number.doc.token(opens.end()), _BOUGHT), "next bought for") if opens else None


_INVESTING = words("spend invest put pour commit plough award provide announce allocate pledge promise earmark sink")


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
    if subject is None or subject[2] == "Organization" or verb.lemma_ not in ("spend", "invest"):
        return None
    return bind("capex", subject, verb.lemma_)


def _purposes(*governors: Token) -> Iterator[Token]:
    for word in governors:
        for child in word.children:
            if child.dep_ == "prep" and child.lower_ in ("on", "in", "into", "for"):
                yield from child.children


# ------------------------------------------------------------------ people and fleets

_STAFF = words("employees staff people workers jobs positions engineers")
_NOT_EMPLOYING = words("lay shed cut say kill attend send represent")


def staff(number: Number) -> Binding | None:
    """Bind how many work there: "with 620 employees", "employs 64 people", "X (London, 40 employees)"."""
    q = number.found.quantity
    if q.unit not in _STAFF or q.value > 2e6 or (q.value < 10 and q.unit not in ("employees", "staff")):
        return None
    if number.verb.lemma_ in _NOT_EMPLOYING:
        return None
    types, noun = SUBJECTS["headcount"], number.noun
    who = "jobs" if q.unit in ("jobs", "positions") else "hired" if number.verb.lemma_ == "hire" else "staff"
    if noun.i != number.head.i and noun.dep_ == "appos" and (hit := number.doc.of(noun.head, types)):
        return bind("headcount", hit, f"{who} apposition")
    is_with = noun.dep_ == "pobj" and noun.head.lower_ in ("with", "of")
    if is_with and (hit := number.doc.of(noun.head.head, types)):
        return bind("headcount", hit, f"{who} with")
    if is_with and noun.head.head.dep_ == "appos" and (hit := number.doc.of(noun.head.head.head, types)):
        return bind("headcount", hit, f"{who} with")  # "Nubis, a firm of 50 people"
    if number.verb.lemma_ == "work" and (hit := number.doc.complement(number.verb, "at", types)):
        return bind("headcount", hit, "working at")
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


_CONTAINING = words("have hold carry contain house use")


def had(number: Number) -> Binding | None:
    """Bind how many parts a product has: "holds 152 processors"."""
    if number.kind != "count" or number.found.quantity.value < 3 or number.verb.lemma_ not in _CONTAINING:
        return None
    return bind("count", number.doc.subject(number.verb, frozenset({"Product"}))[0], "had")


# ------------------------------------------------------------------ second numbers and lists

_PAIRED = re.compile(
    r"^(?:[,;:(]? (?:a|last|the|in|on|for|this|that)? ?[\w-]+(?: \w+){0,3}?)??,? ?\(?"
    r"(?:up |down |compared |rising |falling )?(?:from|to|against|versus|vs|than|with) (?:[a-z]+ ){0,2}?$"
    r"|^ ?\((?:[A-Z\d]{2,6}|a year (?:ago|earlier)): ?$"
)
_TWIN = re.compile(r"^(?: ?/ ?| and | \()$")  # "300 MW / 600 MWh"
_MOVED_TO = re.compile(r"^[^.;]{0,25}?,? (?:at|to) (?:about |around |roughly )?$")
_GAP = re.compile(r"(?:,? and|,? while|,|;|,? but) (?:those of |that of |the )?$")
_GAPPED = re.compile(r"^(?:,| at| by| for| to| \()? ?(?:about |some |just |only |another |a |nearly )?$")


def second_number(number: Number) -> Binding | None:
    """Bind "29%" of "63%, up from 29%", "4%" of "X fell 19% and Y 4%", "$5" of "X rose 9% to $5"."""
    last, binding = number.memory.quantity, number.memory.binding
    if last is None or binding is None or number.memory.sentence != number.sentence.start:
        return None
    between = number.text_from(last.span.end)
    if binding.metric == "price_change" and number.kind in ("money", "rate") and _MOVED_TO.match(between):
        return bind("price", binding.sighting, "moved to")
    if (last.kind.value, number.kind) == ("power", "energy") and _TWIN.match(between):
        return bind_again(binding.metric, binding.sighting, "twin")
    if last.kind is not number.found.kind or last.quantity.unit != number.found.quantity.unit:
        return None
    if len(between) < 45 and _PAIRED.match(between):
        return bind_again(binding.metric, binding.sighting, "paired")
    if len(between) < 110 and (hit := _gapped(number, last.span.end)):
        return bind_again(binding.metric, hit, "gapped")
    return None


def _gapped(number: Number, start: int) -> Sighting | None:
    """Return Y of "X fell 19% and Y 4%": a name that a comma or "and" opens, right before the number."""
    types = SUBJECTS[number.memory.binding.metric] if number.memory.binding else BUSINESS
    hit = number.doc.last_before(number.first, number.doc.token(start), types)
    if hit is None or hit[0].start < start or not _GAPPED.match(number.text_from(hit[0].end)):
        return None
    return hit if _GAP.search(number.doc.text[start : hit[0].start]) else None


_ROW = re.compile(r"^:(?: [^,;.]{0,25},){0,2} ?$")


def row(number: Number) -> Binding | None:
    """Bind a number of a list to the metric of the row above: "2. Samsung: $3.16 billion, 7.3%"."""
    metric = number.memory.metrics.get(number.kind)
    if metric is None or number.memory.sentence < 0 or number.sentence.start - number.memory.sentence > 60:
        return None
    start = number.sentence.start
    hit = next((h for i in range(start, min(start + 5, number.first)) if (h := number.doc.at(i))), None)
    return bind_again(metric, hit, "listed") if hit and _ROW.match(_plain(number.text_from(hit[0].end))) else None


def _plain(text: str) -> str:
    """Return the text with its decimal points left out, which end nothing."""
    return re.sub(r"(?<=\d)[.,](?=\d)", "", text)


_BEFORE_SHARE = re.compile(
    r"^['’s]*\s*(?:,?\s*(?:at|with|on)|\(|had|has|held|holds|:|controls|commands|takes|took)?\s*"
    r"(?:about |some |roughly |only |just )?$"
)


def listed_share(number: Number) -> Binding | None:
    """Bind one of several shares of a market: "with Samsung at 30% and SK hynix at 49%"."""
    if number.kind != "percent" or is_own_share(number):
        return None
    memory = number.memory
    here = any("market_share" in c.metrics for c in number.cues)
    there = memory.binding and memory.binding.metric == "market_share" and number.sentence.start - memory.sentence < 80
    if not here and not there:
        return None
    first = number.first
    for i in range(first - 1, max(number.sentence.start, first - 5) - 1, -1):
        if hit := number.doc.at(i):
            return (
                bind_again("market_share", hit, "listed") if _BEFORE_SHARE.match(number.text_from(hit[0].end)) else None
            )
    return None


_SHARING = words(
    "produce make account control hold handle serve manage supply ship generate command dominate cover "
    "represent take carry lead win"
)
# "31% of our revenue" is no share of a market
_OF_OWN = re.compile(
    r"(?:, [\d.]+%)*(?: and [\d.]+%)?,?(?: respectively,)? of (?:our|my|his|the (?:company|group|firm)['’]s)\b"
    r"| of (?:its |their )?(?:net |total |group )?(?:sales|revenues?|turnover|profits?|staff|shares)\b"
)


def is_own_share(number: Number) -> bool:
    """Tell whether the per cent is of one's own: "31% of our revenue"."""
    return bool(_OF_OWN.match(number.doc.text, number.found.span.end))


_WHOLE = re.compile(
    r" of (?:(?:the|all|its|total)\s+)?(?:[a-z]+ ){0,2}?(?:world|global|market|worldwide|national|nation"
    r"|country|supply|load|electricity|output|demand|niche|segment|shipments|capacity|production|assembly|[A-Z][\w.]+['’]s)\b"
)


def part_of_whole(number: Number) -> Binding | None:
    """Bind a share of the whole: "makes 90% of the world's", "handles roughly 80% of the load"."""
    if number.kind != "percent" or is_own_share(number) or not _WHOLE.match(number.doc.text, number.found.span.end):
        return None
    if number.verb.lemma_ not in _SHARING or number.found.span.start < number.verb.idx:
        return None
    return bind("market_share", number.doc.subject(number.verb, SUBJECTS["market_share"])[0], "part of")


_CHANGES = words("gain rise fall drop decline jump increase slide slump cut")


def change(number: Number) -> Binding | None:
    """Bind X of "a 0.6% gain for X"."""
    noun = number.noun
    if number.kind != "percent" or noun.i == number.head.i or noun.lemma_ not in _CHANGES:
        return None
    for preposition in ("for", "in", "of"):
        if hit := number.doc.complement(noun, preposition, SUBJECTS["price_change"]):
            return bind("price_change", hit, f"change {preposition}")
    return None


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
    inside_name, modifier_of_name, beside_name, price_of_deal, staff, fleet, second_number, row,
    investment, listed_share, part_of_whole, change, move,
)  # fmt: skip
# where no word names the metric
LAST_MEASURES: tuple[Rule, ...] = (size_of_subject, beside_facility, specification, had, produced)
