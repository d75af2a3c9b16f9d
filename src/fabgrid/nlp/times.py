"""Text to dates and periods, as they are written."""

from __future__ import annotations

import re
from dataclasses import dataclass

from fabgrid.model import Span

__all__ = ["FoundTime", "find_times"]


@dataclass(frozen=True, slots=True, order=True)
class FoundTime:
    """A date or period as written ("Q1 2026", "by 2028", "last year")."""

    span: Span
    surface: str


_MONTH = r"""(?:January|February|March|April|June|July|August|September|October|November|December
    |(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b\.?
    |(?:(?<=[Ii]n[ ])|(?<=[Bb]y[ ])|(?<=of[ ])|(?<=to[ ])|(?<=since[ ])|(?<=last[ ])|(?<=next[ ]))May
    |May(?=,?[ ](?:19|20)?\d\d?\b))"""
_YEAR = r"(?:(?<![\w$€£¥,.-])|(?<=[–-]))(?:19|20)\d\d(?![\w%]|[.,]\d)"
_OF_YEAR = rf"""(?:,?\s+(?:of\s+)?(?:the\s+)?(?:fiscal\s+(?:year\s+)?|FY)?
    (?:{_YEAR}|last[ ]year|this[ ]year|next[ ]year|that[ ]year))?"""
_ORDER = r"(?:[Ff]irst|[Ss]econd|[Tt]hird|[Ff]ourth)"
_RELATIVE = r"(?:[Ll]ast|[Tt]his|[Nn]ext|[Pp]revious|[Pp]rior|[Cc]urrent|[Ff]ull|[Pp]ast|[Ll]atest|same)"
_COUNT = r"(?:\d+|two|three|four|five|six|seven|eight|nine|ten|twelve)"
_TIME = re.compile(
    rf"""(?<!\w)
    (?:(?:[Bb]y|[Ss]ince|[Uu]ntil|[Tt]hrough)\s+)?
    (?:(?:the\s+)?(?:end\s+of\s+|early\s+|late\s+|mid-)(?:the\s+)?)?
    (?:
      \bQ[1-4]\b{_OF_YEAR} | \b[1-4]Q\s?(?:20)?\d\d\b | \b[12]H\s?(?:20)?\d\d\b | \bH[12]\b{_OF_YEAR}
    | \b(?:{_ORDER}|{_RELATIVE}|{_MONTH})(?:[ -]fiscal)?[ -]quarter\b{_OF_YEAR}
    | \b{_ORDER}[ -]half\b{_OF_YEAR}
    | \b(?:[Ff]iscal(?:\s+year)?\s+|FY\s?)(?:20)?\d\d\b
    | \b(?:fiscal\s+year|year|{_COUNT}\s+months)\s+(?:to|through|ended|ending(?:\s+in)?)\s+
      (?:(?:the\s+)?end\s+of\s+)?{_MONTH}(?:\s+\d{{1,2}}\b)?{_OF_YEAR}
    | (?:\b\d{{1,2}}(?:st|nd|rd|th)?\s+)?
      (?<!\w){_MONTH}(?:\s+\d{{1,2}}(?:st|nd|rd|th)?\b(?!%))?{_OF_YEAR}(?!\w)
    | {_YEAR}(?:\s?[-–]\s?(?:20)?\d\d\b|\s+to\s+{_YEAR})? | \b20\d0s\b
    | \b(?:{_RELATIVE}|a)\s+(?:fiscal\s+|calendar\s+|full\s+)?
      (?:year|quarter|month|week|decade|summer|winter|spring|autumn)(?:\s+(?:ago|earlier|later))?\b
    | \b(?:over|in|within|for)\s+the\s+(?:past|last|next|coming)\s+(?:{_COUNT}\s+)?
      (?:years?|months|quarters|decade)\b
    | \b(?:in|within|over)\s+{_COUNT}\s+(?:years|months)\b | \b{_COUNT}\s+years\s+(?:ago|later|earlier)\b
    | \b[Aa]nnuali[sz]ed\b | \bannual(?=\s+(?:rate|recurring|run)) | \byear[ -]o(?:n|ver)[ -]year\b
    | \byear-end\b
    )""",
    re.VERBOSE,
)


def find_times(text: str) -> tuple[FoundTime, ...]:
    """Return the dates and periods of a text as written.

    >>> [t.surface for t in find_times("It earned $2bn in the first quarter of 2026; more by 2028.")]
    ['first quarter of 2026', 'by 2028']
    """
    return tuple(FoundTime(Span(*m.span()), m.group()) for m in _TIME.finditer(text))
