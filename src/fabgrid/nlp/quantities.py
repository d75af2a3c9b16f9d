"""Text to quantities: money, power, energy, shares, multiples, counts, rates and speeds, with their units.

A regular grammar over characters, anchored at numbers: `[currency] NUMBER [scale] [unit] [per ...]`.
It needs no parse and costs microseconds a sentence.  Dates and periods are found by `find_times`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from fabgrid.model import Quantity, Span
from fabgrid.nlp.times import FoundTime, find_times
from fabgrid.nlp.units import (
    CURRENCY_SIGNS,
    CURRENCY_WORDS,
    FRACTIONS,
    LETTER_SCALES,
    NUMBER_WORDS,
    PER,
    UNIT_SIGNS,
    UNIT_WORDS,
    VERBAL_MULTIPLES,
    WORD_SCALES,
    Kind,
    alternatives,
    words,
)

__all__ = ["FoundQuantity", "FoundTime", "Kind", "find", "find_times"]


@dataclass(frozen=True, slots=True, order=True)
class FoundQuantity:
    """A quantity and where it stands; the span holds number, currency and unit, not the approximator."""

    span: Span
    quantity: Quantity
    kind: Kind


_DIGITS = r"\d{1,3}(?:,\d{2,3})*,\d{3}(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?"
_SMALL = alternatives(w for w in NUMBER_WORDS if w not in ("a", "an", "half"))
_BIG = r"(?:hundred|thousand|million|billion|trillion|dozen|lakh|crore|gigawatt|megawatt|terabit)\b"
_PART = alternatives(w for w in FRACTIONS if "-" not in w and " " not in w and w != "half")
_PARTS = alternatives(w for w in FRACTIONS if "-" in w or " " in w)
_CODE = "|".join(sorted(c for c in CURRENCY_SIGNS if len(c) == 3 and c.isalpha()))
# one pass finds where a quantity can stand; what surrounds the number is matched from there
_NUMBER = re.compile(
    rf"(?=\d)(?:(?<![\w.,])|(?<={_CODE})|(?<=\bRs|\bRM|\bRp|\bzł))(?<![A-Za-z]-)"
    rf"(?P<digits>{_DIGITS})(?![.,]?\d)"
    r"|\b(?<![A-Za-z]-)(?=[a-htoqsnA-HTOQSN])(?i:"
    rf"(?P<fraction>(?:(?:an?|one)\s+(?:{_PART})|half|{_PARTS})"
    rf"(?=\s+(?:of|its|their|the)\b)(?!\s+of\s+a\s+{_BIG}))"
    rf"|(?P<word>(?:(?:half|a\s+quarter\s+of)\s+an?|an?)(?=\s+{_BIG})"
    rf"|(?:{_SMALL})(?:-(?:{_SMALL}))?(?=-?fold\b|\b)(?:\s+and\s+a\s+half)?)"
    rf"|(?P<verb>(?:{'|'.join(VERBAL_MULTIPLES)})(?:e|es|ed|ing)\b))"
)
_SIGN = re.compile(rf"(?<![A-Za-z])({alternatives(CURRENCY_SIGNS)})[ \u00a0]?$")
_WORD_SCALE = re.compile(rf"[\s\u00a0-]?({alternatives(WORD_SCALES)})\b", re.IGNORECASE)
_LETTER_SCALE = re.compile(rf"[ \u00a0]?({alternatives(LETTER_SCALES)})(?![\w/])")
_AFTER = alternatives(c for c in CURRENCY_SIGNS if c.isupper() or c in "€£¥₩₹")
_CODE_AFTER = re.compile(rf"[\s\u00a0-]?(?:({_AFTER})(?!\w)|((?i:{alternatives(CURRENCY_WORDS)}))\b|(cents)\b)")
_UNIT = re.compile(rf"[ \u00a0]?-?(?:({alternatives(UNIT_SIGNS)})(?!\w)|((?i:{alternatives(UNIT_WORDS)}))\b)")
_PER = re.compile(rf"(?:\s*/\s*|[\s-]+(?:per|an?|each|every)[\s-]+)((?i:{alternatives(PER)}))(?!\w)")
_PER_ANYTHING = re.compile(r"(?:\s+a)?\s+per\s+(?:\d+-?mm\s+)?([a-z]{3,})(?![\w-])(?<!cent)(?<!capita)(?<!share of)")
_RANGE = re.compile(r"(?:\s?[-–—]\s?|\s+(?:to|and|or)\s+)(?:(?:over|about|more than|nearly|almost|around|some)\s+)?")
_APPROXIMATE = {
    "about": "about|around|roughly|approximately|nearly|almost|some|circa|close to|an estimated|estimated|~",
    "over": "over|more than|above|exceeding|in excess of|upwards of|>",
    "under": "under|less than|below|fewer than|<",
    "up to": "up to|as much as|as many as|at most|a maximum of",
    "at least": "at least|a minimum of|no less than|≥",
}
_APPROXIMATOR = {w: name for name, words in _APPROXIMATE.items() for w in words.split("|")}
_APPROXIMATELY = re.compile(rf"(?<!\w)({alternatives(_APPROXIMATOR)})\s*(?:an?\s+)?$", re.IGNORECASE)
_OPEN_END = re.compile(r"\+|-plus\b|\s+or more\b")

_WORD = re.compile(r"[ \u00a0-]([A-Za-z][\w'’&/-]*|\d+[a-z]+\b)")
_NOT_IN_A_COUNT = words(
    "of in on at to for and or the a an by with from as than that which who is are was were be been has "
    "have had will "
    "would could may might this its his her their our but per years times during until after before when "
    "others "
    "while because if so not no via under over into more most less least each every once since gas us"
)
_ENDINGS_OF_SINGULARS = ("ss", "us", "is", "'s", "’s", "ous")
_PLURALS_WITHOUT_S = words("people staff personnel men women children headcount tonnes")
_MODIFIER_OF_A_COUNT = words("data law trust edge design square circuit wet metric")
_CALENDAR = words("day week month quarter year")


def find(text: str) -> tuple[FoundQuantity, ...]:
    """Return the quantities of a text in their order, none overlapping another.

    >>> [(q.quantity.value, q.quantity.unit, q.kind.value) for q in find("$1.5B for a 505MW plant")]
    [(1500000000.0, 'USD', 'money'), (505.0, 'MW', 'power')]
    """
    return tuple(_scan(text))


def _scan(text: str) -> Iterator[FoundQuantity]:
    at, last = 0, None
    while match := _NUMBER.search(text, at):
        at = match.end()
        found = _read(text, match, last)
        if found is not None:
            at, last = max(at, found.span.end), found
            yield found


def _read(text: str, match: re.Match[str], last: FoundQuantity | None) -> FoundQuantity | None:
    start, end = match.span()
    if word := match["verb"]:
        stem = next(s for s in VERBAL_MULTIPLES if word.lower().startswith(s))
        return _found(text, start, end, VERBAL_MULTIPLES[stem], "x", Kind.MULTIPLE)
    if word := match["fraction"]:
        part = re.sub(r"^(?:an?|one)\s+", "", word.lower())
        return _found(text, start, end, float(FRACTIONS[part]), "%", Kind.PERCENT)
    sign = _SIGN.search(text, max(0, start - 6, last.span.end if last else 0), start)
    if sign:
        return _same_rate(text, _money(text, match, sign.start(), _currency_of_sign(sign[1], text)), last)
    if last and last.kind is Kind.MONEY and _joins(text, last.span.end, start):
        is_scaled = _magnitude(text, end, letters=True)[1] > end
        if is_scaled:  # "$300-310 million": the sign counts for both
            return _money(text, match, start, last.quantity.unit)
    return (
        _money_named_after(text, match) or _measured(text, match) or _counted(text, match) or _again(text, match, last)
    )


_IN_ONE_SENTENCE = re.compile(r"(?:[^.;\n]|\.(?=\d)){0,70}")


def _same_rate(text: str, found: FoundQuantity, last: FoundQuantity | None) -> FoundQuantity:
    """Return the money as a rate where it stands beside one that is alike: "$1.21 an hour, and an H100 $2.09"."""
    if last is None or last.kind is not Kind.RATE or found.kind is not Kind.MONEY:
        return found
    one, other = last.quantity, found.quantity
    is_alike = one.unit.startswith(f"{other.unit}/") and one.value < 10 * other.value < 100 * one.value
    if not is_alike or not _IN_ONE_SENTENCE.fullmatch(text, last.span.end, found.span.start):
        return found
    return replace(found, quantity=replace(other, unit=one.unit), kind=Kind.RATE)


# "wafers a month from 310,000", "870 million yuan last year, up from 212 million"
_FROM = re.compile(
    r"[^.;()\d]{0,28}\b(?:from|against|versus|than|compared with)\s+(?:(?:about|around|some|just|only)\s+)?"
)
_NUMBER_ENDS = re.compile(r"$|[,;.)](?!\d)|\s+(?:an?|in|at|last|this|by|and|the|when|on|earlier|now|today)\b")


def _again(text: str, match: re.Match[str], last: FoundQuantity | None) -> FoundQuantity | None:
    """Return the number that stands bare because the one before it, to which it is compared, names the unit."""
    if last is None or last.kind in (Kind.PERCENT, Kind.MULTIPLE, Kind.OTHER) or _is_year(match):
        return None
    factor, end = _magnitude(text, match.end(), letters=True)
    between = _FROM.match(text, last.span.end)
    if between is None or between.end() != match.start() or not _NUMBER_ENDS.match(text, end):
        return None
    return _found(text, match.start(), end, _scaled(_value(match), factor), last.quantity.unit, last.kind)


_CHINESE = re.compile(r"\b(?:yuan|renminbi|RMB|China|Chinese|Beijing|Shanghai|Shenzhen)\b")
_JAPANESE = re.compile(r"\b(?:yen|Japan|Japanese|Tokyo|Osaka)\b")


def _currency_of_sign(sign: str, text: str) -> str:
    """Return the currency; "¥" is the yuan where the text speaks of China and not of Japan."""
    if sign == "¥" and _CHINESE.search(text) and not _JAPANESE.search(text):
        return "CNY"
    return CURRENCY_SIGNS[sign]


def _found(text: str, start: int, end: int, value: float, unit: str, kind: Kind) -> FoundQuantity:
    before = _APPROXIMATELY.search(text, max(0, start - 18), start)
    approximator = _APPROXIMATOR[before[1].lower()] if before else ""
    if not approximator and _OPEN_END.match(text, end):
        approximator = "over"
    quantity = Quantity(value, unit, text[start:end], approximator)
    return FoundQuantity(Span(start, end), quantity, kind)


def _value(match: re.Match[str]) -> float:
    if digits := match["digits"]:
        return float(digits.replace(",", ""))
    word = match["word"].lower()
    if word.startswith("a quarter"):
        return 0.25
    extra = 0.5 if word.endswith("half") and " and " in word else 0.0
    first = word.split(" and ")[0].split()[0]
    return sum(NUMBER_WORDS[w] for w in first.split("-")) + extra


def _magnitude(text: str, end: int, *, letters: bool) -> tuple[float, int]:
    if scale := _WORD_SCALE.match(text, end):
        return WORD_SCALES[scale[1].lower()], scale.end()
    if letters and (scale := _LETTER_SCALE.match(text, end)):
        return LETTER_SCALES[scale[1]], scale.end()
    return 1.0, end


def _joins(text: str, end: int, start: int) -> bool:
    between = _RANGE.match(text, end)
    return between is not None and between.end() == start


def _next_of_range(text: str, end: int) -> re.Match[str] | None:
    """Return the number that shares its scale and unit with the one before it ("10-20 kilowatts")."""
    between = _RANGE.match(text, end)
    if between is None:
        return None
    at = between.end()
    return _NUMBER.match(text, at) or _NUMBER.match(text, at + 1) or _NUMBER.match(text, at + 3)


def _scaled(value: float, factor: float) -> float:
    return float(f"{value * factor:.12g}")  # in binary 8.03 * 1e9 is 8029999999.999999


def _money(text: str, match: re.Match[str], start: int, currency: str) -> FoundQuantity:
    value, end = _value(match), match.end()
    factor, end = _magnitude(text, end, letters=True)
    if factor == 1.0 and value < 1000 and (following := _next_of_range(text, end)):
        factor, _ = _magnitude(text, following.end(), letters=True)
    elif again := _CODE_AFTER.match(text, end):
        end = again.end()  # "$5 million USD", "A$3bn Australian dollars"
    return _priced(text, start, end, _scaled(value, factor), currency)


def _money_named_after(text: str, match: re.Match[str]) -> FoundQuantity | None:
    factor, end = _magnitude(text, match.end(), letters=True)
    name = _CODE_AFTER.match(text, end)
    value = _value(match)
    if name is None and (following := _next_of_range(text, end)):
        scale, end_of_next = _magnitude(text, following.end(), letters=True)
        factor = scale if factor == 1.0 else factor
        name = _CODE_AFTER.match(text, end_of_next)
        end_of_name = end
    elif name is not None:
        end_of_name = name.end()
    if name is None:
        return None
    if name[3]:
        return _priced(text, match.start(), end_of_name, value / 100, "USD")
    code = CURRENCY_SIGNS[name[1]] if name[1] else _currency_of(name[2])
    return _priced(text, match.start(), end_of_name, _scaled(value, factor), code)


_CURRENCY_BY_LOWER_CASE = {word.lower(): code for word, code in CURRENCY_WORDS.items()}


def _currency_of(word: str) -> str:
    return _CURRENCY_BY_LOWER_CASE[word.lower()]


def _priced(text: str, start: int, end: int, value: float, currency: str) -> FoundQuantity:
    per = _PER.match(text, end) or _PER_ANYTHING.match(text, end)
    if per is None or _per(per[1]) in _CALENDAR:  # "$70m a year" is money of a period
        return _found(text, start, end, value, currency, Kind.MONEY)
    return _found(text, start, per.end(), value, f"{currency}/{_per(per[1])}", Kind.RATE)


_PER_BY_LOWER_CASE = {word.lower(): unit for word, unit in PER.items()}


def _per(word: str) -> str:
    return PER.get(word) or _PER_BY_LOWER_CASE.get(word.lower(), word)


_UNIT_BY_LOWER_CASE = {word.lower(): unit for word, unit in UNIT_WORDS.items()}


def _measured(text: str, match: re.Match[str]) -> FoundQuantity | None:
    factor, end = _magnitude(text, match.end(), letters=False)
    unit, end_of_unit = _UNIT.match(text, end), end
    if unit is not None:
        end_of_unit = unit.end()
    elif factor == 1.0 and not _is_year(match) and (following := _next_of_range(text, end)):
        factor, end_of_next = _magnitude(text, following.end(), letters=False)
        unit = _UNIT.match(text, end_of_next)
    if unit is None or _is_metres_of_millions(text, match, unit):
        return None
    name, kind = UNIT_SIGNS[unit[1]] if unit[1] else _UNIT_BY_LOWER_CASE[unit[2].lower()]
    value = _scaled(_value(match), factor)
    if kind is Kind.ENERGY and (per := _PER.match(text, end_of_unit)) and _per(per[1]) in _CALENDAR:
        return _found(text, match.start(), per.end(), value, f"{name}/{_per(per[1])}", kind)
    return _found(text, match.start(), end_of_unit, value, name, kind)


def _is_metres_of_millions(text: str, match: re.Match[str], unit: re.Match[str]) -> bool:
    """Tell whether "m" means million and not metres ("5m wafers")."""
    return unit[1] == "m" and unit.start() == match.end() and _noun(text, unit.end()) is not None


def _is_year(match: re.Match[str]) -> bool:
    digits = match["digits"]
    return digits is not None and len(digits) == 4 and digits[:2] in ("19", "20")


_STAFF_BEFORE = re.compile(  # "a staff of 640", "headcount has gone from 1,150 to 610"
    r"\b(?:staff|team|workforce|headcount|outfit|payroll)\b[^.;,]{0,12}?\s(?:of|is|was|to|from|at|reached)\s+"
    r"(?:about |some |nearly |over |around |[\d,]+ to )?$",
    re.IGNORECASE,
)


def _counted(text: str, match: re.Match[str]) -> FoundQuantity | None:
    value = _value(match)
    factor, end = _magnitude(text, match.end(), letters=True)
    if factor >= 1e9 and text[end - 1] in "bBtTr":
        return None  # "910B cards" and "1.6T modules" are names
    if factor == 1.0 and (_is_year(match) or value <= 1):
        return None
    of = _OF_THOSE.match(text, end)
    noun = _noun(text, of.end() if of else end)
    value = _scaled(value, factor)
    if noun is None and _STAFF_BEFORE.search(text, max(0, match.start() - 40), match.start()):
        return _found(text, match.start(), end, value, "people", Kind.COUNT)
    if noun is None and factor == 1.0 and text.startswith("between ", match.start() - 8):
        following = _next_of_range(text, end)
        shared = _noun(text, following.end()) if following else None
        noun = (shared[0], end) if shared else None
    if noun is None:
        return None
    unit, end = noun
    if per := _rate(text, end):
        return _found(text, match.start(), per[1], value, f"{unit}/{per[0]}", Kind.RATE)
    return _found(text, match.start(), end, value, unit, Kind.COUNT)


_OF_THOSE = re.compile(r"(?<=\d) of (?:its|the|these|those|their)(?=[ ])")  # "54 of its turbines"


def _noun(text: str, at: int) -> tuple[str, int] | None:
    """Return the counted noun that follows, and its end: the first plural of the noun phrase."""
    modifier = ""
    for _ in range(6):
        word = _WORD.match(text, at)
        if word is None or word[1].lower() in _NOT_IN_A_COUNT:
            return None
        name = word[1]
        if _is_plural(name):
            unit = f"{modifier} {name}" if modifier in _MODIFIER_OF_A_COUNT else name
            return _SYNONYMS.get(unit, unit), word.end()
        if text[at] == "-" and name.isalpha() and not name.istitle():  # "a 96-core chip", "2,300-GPU cluster"
            return _SYNONYMS.get(f"{name}s", f"{name}s"), word.end()
        if text[at] == "-" and name == "square-foot":
            return "square feet", word.end()
        modifier, at = name, word.end()
    return None


_SYNONYMS = {"persons": "people", "mans": "people", "strongs": "people"}


def _is_plural(word: str) -> bool:
    if word[-1] == "s" and word[:-1].isupper() and word[0].isalpha() and len(word) > 2:
        return True  # "GPUs", "H100s"
    if not word[0].islower():
        return False
    if word in _PLURALS_WITHOUT_S:
        return True
    return len(word) > 3 and word.endswith("s") and not word.endswith(_ENDINGS_OF_SINGULARS)


_OF_WHAT = re.compile(r"(?:\s+of(?:\s+[\w-]+){1,3}?)?(?=\s+(?:an?|per|each|every|annually|monthly|daily)\b|/)")
_ADVERBS = {"annually": "year", "monthly": "month", "daily": "day"}
_ADVERB = re.compile(r"\s+(annually|monthly|daily)\b")


def _rate(text: str, end: int) -> tuple[str, int] | None:
    of = _OF_WHAT.match(text, end)
    if of is None:
        return None
    if per := _PER.match(text, of.end()):
        return _per(per[1]), per.end()
    if adverb := _ADVERB.match(text, of.end()):
        return _ADVERBS[adverb[1]], adverb.end()
    return None
