"""What an article explains: abbreviations with their expansions, and terms with a gloss.

Short and long forms are paired by the letters of the short one, after Schwartz and Hearst, "A simple
algorithm for identifying abbreviation definitions in biomedical text", Pacific Symposium on
Biocomputing 8 (2003), pages 451-462.  Added to it: the initials of words are tried before letters inside
words, the plural s, hyphens and the company's legal form are seen through, and a long form may also
stand behind the short one ("HBM (High Bandwidth Memory - ...)", "HBF, or High Bandwidth Flash").
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from spacy.tokens import Doc, Token

from fabgrid.model import Definition, Span
from fabgrid.nlp.clauses import MentionedDoc, evidence_at, offsets
from fabgrid.nlp.reading import reading_of
from fabgrid.nlp.units import words

__all__ = ["Abbreviation", "abbreviations", "definitions"]


@dataclass(frozen=True, slots=True)
class Abbreviation:
    """A short form, its long form and where both stand; `rest` is what the parentheses say besides."""

    short: str
    long: str
    short_span: Span
    long_span: Span
    rest: Span | None = None


_ONE = r"(?:[A-Za-z]{0,8}[A-Z\d][\w.&/-]{0,11}|[Cc]apex|[Oo]pex)"
_SHORT = rf"{_ONE}(?:(?<=[A-Z\d])(?:[ ][A-Z\d][\w-]*){{1,3}}|[ -][A-Z][\w-]*)?"
_QUOTES = "\"'“”‘’"
# "Long Form (LF)", "Long Form (\"LF\", the rest)", "Agency's (AG's)", "Long Form, or LF"
_SHORT_INSIDE = re.compile(
    rf"""(?<=[\w.’')”",-])
    (?: ,?[ ]?\((?:the[ ]|or[ ]|hereafter[ ]|hereinafter[ ]|called[ ]|known[ ]as[ ]|aka[ ])?
        [{_QUOTES}]?(?P<short>{_SHORT}?)(?:['’]s)?,?[{_QUOTES}]?
        (?:(?:[,;]|[ ]or|[ ]to|[ ][–—]|[ ]pronounced)[ ][^()]*)?\)
    | ,[ ](?:or|known[ ]as|(?:commonly[ ]|often[ ])?abbreviated(?:[ ]as)?|called)[ ](?:the[ ])?
        [{_QUOTES}]?(?P<named>{_ONE}?)[{_QUOTES}]?(?![\w-])
    | [ ][–—][ ](?P<dashed>{_ONE}?)[ ]for[ ]short )""",
    re.VERBOSE,
)
# "LF (Long Form - the rest)", "LF, or Long Form,", "LF - the Long Form -", "LF - that's long form -"
_LONG_BEHIND = re.compile(
    rf"""(?<![\w-])[{_QUOTES}]?(?P<short>{_ONE}?)(?:['’]s)?[{_QUOTES}]?
    (?: (?:[ ][a-z]+)?[ ]?\(
    | ,[ ](?:or|the|short[ ]for|which[ ]stands[ ]for|that[ ]is,)[ ]?
    | [ ](?:stands[ ]for|is[ ]short[ ]for|stood[ ]for)[ ]
    | [ ][–—][ ](?:(?:or|short[ ]for|that['’]s|that[ ]is,|the|which[ ]stands[ ]for)[ ])? )
    (?:the[ ]|for[ ]|an?[ ]|or[ ]|short[ ]for[ ]|that[ ]is,?[ ])?
    ["“]?(?P<long>[A-Za-z][^()\n]{{2,400}}?)(?=[).;\n]|$|[–—])""",
    re.VERBOSE,
)
_CUT = re.compile(r"\s*[–—]|\s-\s|[;:]|[,\"”]|\s+(?:is|are|was|has|which)\b")
_WORDS = re.compile(r"[A-Za-z0-9][\w.’'&]*")
_LEGAL_ONLY = words("inc corp ltd llc co company corporation limited plc group holdings")
_NO_ABBREVIATION = words("the and for not see usa ceo i a an in on at via etc tbd")
_EMPTY = _LEGAL_ONLY | words("s of the and for in on to a an de & at by with")
_SMALL = words("of the and for in on to a an de & at by with")


def abbreviations(text: str) -> dict[str, Abbreviation]:
    """Return the abbreviations that the text explains, by short form; the first explanation counts.

    >>> abbreviations("High Bandwidth Memory (HBM) is scarce.")["HBM"].long
    'High Bandwidth Memory'
    """
    found: dict[str, Abbreviation] = {}
    for one in sorted((*_long_before(text), *_long_behind(text)), key=lambda a: a.short_span):
        found.setdefault(one.short, one)
    return found


def _long_before(text: str) -> Iterator[Abbreviation]:
    for match in _SHORT_INSIDE.finditer(text):
        group = match.lastgroup or "short"
        short, end = match[group], match.start()
        if not _is_short_form(short) or (group == "named" and not _is_acronym(short)):
            continue
        start = _long_start(short, text, end)
        if start is not None:
            long = re.split(r", an? ", text[start:end])[0]
            long = re.sub(rf"[{_QUOTES}]$|['’]s$|(?<=s)['’]$", "", long.rstrip(" ,"))
            if _differs(short, long):
                yield Abbreviation(short, long, Span(*match.span(group)), Span(start, start + len(long)))


def _long_behind(text: str) -> Iterator[Abbreviation]:
    for match in _LONG_BEHIND.finditer(text):
        short = match["short"]
        if not _is_short_form(short):
            continue
        start, whole = match.start("long"), match["long"]
        for cut in [*(m.start() for m in _CUT.finditer(whole)), len(whole)]:
            long = whole[:cut].rstrip()
            if _differs(short, long) and _expands(short, long):
                rest = _rest(text, start + cut, match.end())
                span = Span(start, start + len(long))
                yield Abbreviation(short, long, Span(*match.span("short")), span, rest)
                break


def _rest(text: str, start: int, end: int) -> Span | None:
    """Return what follows the long form inside its parentheses, where that explains it."""
    close = text.find(")", start)
    if close < 0 or close - start < 8 or "\n" in text[start:close]:
        return None
    lead = re.compile(r"[\s–—,;:-]+").match(text, start)
    begin = lead.end() if lead else start
    return Span(begin, close) if begin < close else None


def _is_short_form(short: str) -> bool:
    """Tell whether it may be an abbreviation: it has two capitals or a digit, or is one short word."""
    if short.lower() in _NO_ABBREVIATION or not 2 <= len(short) <= 16:
        return False
    capitals = sum(c.isupper() for c in short)
    if " " in short:
        return capitals >= 2 and any(_is_acronym(w) for w in short.split())
    digits = any(c.isdigit() for c in short)
    return capitals >= 2 or (capitals == 1 and digits) or short.lower() in ("capex", "opex")


def _is_acronym(word: str) -> bool:
    return sum(c.isupper() for c in word) >= 2 or any(c.isdigit() for c in word)


def _differs(short: str, long: str) -> bool:
    parts = long.split()
    if len(long) <= len(short) or (len(parts) < 2 and "-" not in long and len(long) <= len(short) + 4):
        return False
    # "TSMC Arizona (TSMC)" names a part, it expands nothing
    return short not in parts and not all(w.lower().strip(".,") in _LEGAL_ONLY for w in parts[1:] or ["x"])


def _letters(short: str) -> str:
    plain = re.sub(r"(?<=[A-Z])s$|[^\w]", "", short)
    return plain.lower()


def _long_start(short: str, text: str, end: int) -> int | None:
    """Return where the long form before `end` starts, None where no words spell the short form."""
    letters = _letters(short)
    floor = max(text.rfind(c, 0, end) for c in "();:\n—–•")
    candidates = list(_WORDS.finditer(text, max(floor + 1, end - 140), end))[-(len(letters) * 2 + 4) :]
    for spells in (_by_initials, _by_letters):
        for word in reversed(candidates):
            if word[0][0].lower() == letters[0] and spells(letters, text[word.start() : end]):
                start = word.start()
                return start - 5 if text[max(0, start - 5) : start] == "U.S. " else start
    return None


def _expands(short: str, long: str) -> bool:
    letters = _letters(short)
    if not letters or not long or len(long.split()) > len(letters) * 2 + 3 or long[0].lower() != letters[0]:
        return False
    return _by_initials(letters, long) or _by_letters(letters, long)


def _by_initials(letters: str, long: str) -> bool:
    """Tell whether the words' first letters spell the short form, small words left out or not."""
    parts = re.findall(r"[A-Za-z0-9]+", long)
    initials = "".join(p[0] for p in parts).lower()
    of_long_words = "".join(p[0] for p in parts if p.lower() not in _SMALL).lower()
    return letters in (initials, of_long_words)


def _by_letters(letters: str, long: str) -> bool:
    """Tell whether each word in turn gives some letters, its first among them, but for a few words."""
    return _spell(letters, re.findall(r"[A-Za-z0-9]+", long), 0)


def _spell(letters: str, parts: list[str], skipped: int) -> bool:
    if not letters:
        return len(parts) <= 1 or all(p[0].isupper() or p[0].isdigit() or p.lower() in _EMPTY for p in parts[:5])
    if not parts:
        return False
    word, rest = parts[0].lower(), parts[1:]
    word = word[1:] if word.startswith("ex") and letters[0] == "x" else word
    for taken in range(min(len(letters), len(word)), 0, -1):
        if word[0] == letters[0] and _is_subsequence(letters[:taken], word) and _spell(letters[taken:], rest, skipped):
            return True
    return (word in _EMPTY or skipped < 1) and _spell(letters, rest, skipped + (word not in _EMPTY))


def _is_subsequence(letters: str, word: str) -> bool:
    at = -1
    for letter in letters:
        at = word.find(letter, at + 1)
        if at < 0:
            return False
    return True


# ------------------------------------------------------------------ terms with an explanation

# 'a "token" being roughly one word', '"tape-out" means ...'
_QUOTED_TERM = re.compile(
    r"[\"“](?P<term>[a-z][\w-]*(?: [\w-]+){0,3})[\"”],? (?:being|means|meaning|is) "
    r"(?P<gloss>[^()\n]{6,160}?)(?=[).;,]|$| —)"
)
# "neoclouds (GPU rental companies that ...)", "gross margin — what is left of revenue ... —"
_EXPLANATION = re.compile(r" (?:\((?P<inside>[^()\n]{12,240})\)|[–—] (?P<between>[^()\n–—]{12,200}) [–—])")
_GLOSS_OPENS = re.compile(
    r"(?:an?|the|what|how|that is|i\.e\.,?|meaning|or|any|one|money|companies|firms|those|when|where"
    r"|(?:\w+ ){1,3}(?:that|which|who))\b",
    re.IGNORECASE,
)
_A_SENTENCE = re.compile(r"(?:an?|the) [\w-]+ (?:is|are)\b")
# the describing words of a company, which is no term
_OF_A_COMPANY = re.compile(
    r"\b(?:company|maker|lab|foundry|operator|firm|group|utility|designer|landlord|developer|supplier|agency"
    r"|regulator|owner|behind|brand|subsidiary|unit|start-?up|consultancy|\w+maker|arm|giant|house|based)\b"
)
_TERM_WORDS = frozenset({"NOUN", "PROPN", "ADJ", "PUNCT"})
_TERM_PARTS = frozenset({"compound", "amod", "nmod", "punct"})


def definitions(doc: Doc) -> tuple[Definition, ...]:
    """Return what the article explains, in the order of the text: abbreviations and terms.

    Names are left to the mentions: "Broadcom (the Palo Alto group that ...)" describes a company and is
    no entry of a glossary.
    """
    found: dict[str, tuple[int, str | None, str | None]] = {}
    text = reading_of(doc).text
    for one in abbreviations(text).values():
        gloss = one.rest.of(text).strip() if one.rest else None
        found[one.short] = one.short_span.start, one.long, gloss
    for at, term, gloss in _glosses(doc):
        found.setdefault(term, (at, None, gloss))
    if not found:
        return ()
    mentioned = MentionedDoc(doc, ())
    return tuple(
        Definition(term, evidence_at(mentioned.sentence(mentioned.token(at)), at), expansion, gloss)
        for term, (at, expansion, gloss) in sorted(found.items(), key=lambda item: item[1][0])
    )


def _glosses(doc: Doc) -> Iterator[tuple[int, str, str]]:
    text = reading_of(doc).text
    for match in _QUOTED_TERM.finditer(text):
        yield match.start("term"), match["term"], match["gloss"].strip()
    starts: list[int] = []
    for match in _EXPLANATION.finditer(text):
        gloss = (match["inside"] or match["between"]).strip()
        if not _GLOSS_OPENS.match(gloss) or _A_SENTENCE.match(gloss) or gloss.count(" ") < 2:
            continue
        starts = starts or offsets(doc)[0]
        last = doc[bisect_right(starts, match.start() - 1) - 1]
        start = _term_start(last, gloss)
        if start is not None:
            yield start, text[start : match.start()], gloss


def _term_start(last: Token, gloss: str) -> int | None:
    """Return where the term that ends in this token starts, None where it is a name or no noun."""
    if _is_acronym(last.text) and last.text.isupper():
        return None if _OF_A_COMPANY.search(gloss) else last.idx
    if last.pos_ != "NOUN" or last.ent_type_ or last.text.isdigit():
        return None
    first = last
    while first.i > 0 and not first.is_sent_start:
        before = first.nbor(-1)
        if before.head.i != last.i or before.dep_ not in _TERM_PARTS:
            break
        if before.pos_ == "PROPN" and not before.is_sent_start and not before.text.isupper():
            return None  # "Blackwell GPUs" is a product
        if before.pos_ not in _TERM_WORDS:
            break
        first = before
    return None if first.pos_ == "PUNCT" else first.idx
