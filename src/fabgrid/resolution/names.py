"""Names: their normal form, their words, and whether one abbreviates another."""

from __future__ import annotations

import re
from functools import lru_cache

from fabgrid.model import fold
from fabgrid.resolution.words import LEGAL_FORMS, SMALL

__all__ = ["is_acronym", "is_proper", "normal", "tokens"]

_PLAIN = re.compile(r"(?:[A-Z][a-z]+|[a-z]{2,})(?: (?:[A-Z][a-z]+|[a-z]{2,}))*")  # what most names are
_PLURAL = re.compile(r"\b([A-Z0-9][A-Z0-9-]*[A-Z0-9])s\b")  # "H100s", "TPUs"
_POSSESSIVE = re.compile(r"(?<=[\w.])(?:['’]s|(?<=[sS])['’])(?=\W*\Z)")
_POSSESSIVE_BEFORE_FORM = re.compile(r"['’]s(?=[\s,]+(?:Inc|Corp|Corporation|Co|Ltd|PLC|plc)\b\W*\Z)")
_INITIALS = re.compile(r"(?<![^\W_])((?:[^\W\d_]\.){1,8}[^\W\d_]?)(?![^\W_])")
_APOSTROPHE = re.compile(r"['’‘`´\"“”]")
_WORD = re.compile(r"[^\W_]+(?:\.(?=\d)[^\W_]+)*")
_NUMBERED = re.compile(r"(?<=[^\W\d_]) (?=\d+(?:\.\d+)*[a-z]?\b)")
_SINGLES = re.compile(r"(?<!\w)[^\W\d_](?: [^\W\d_])+(?!\w)")


@lru_cache(maxsize=10_000)
def normal(name: str, *, legal: bool = False) -> str:
    """Return what two spellings of one name share.

    Case, diacritics, punctuation, a leading "the", a possessive and the plural of a designation
    ("H100s") go; "&" is "and", "GPT-4" is "gpt4". Doing it twice changes nothing. Never empty,
    unless the name has no letter or digit.

    >>> normal("The Taiwan Semiconductor Manufacturing Co., Ltd.'s", legal=True)
    'taiwan semiconductor manufacturing'

    Args:
        legal: legal forms at the end (Inc, Corp, Ltd, Holdings) go too, as in names of bodies.
    """
    words = name.lower().split() if _PLAIN.fullmatch(name) else _plain_words(name, legal=legal)
    while len(words) > 1 and words[0] == "the":
        words = words[1:]
    return _NUMBERED.sub("", " ".join(_without_legal_form(words) if legal else words))


def _plain_words(name: str, *, legal: bool) -> list[str]:
    text = _PLURAL.sub(r"\1", name)
    text = _INITIALS.sub(lambda m: m[1].replace(".", ""), _POSSESSIVE.sub("", text))
    if legal:
        text = _POSSESSIVE_BEFORE_FORM.sub("", text)
    text = fold(_APOSTROPHE.sub("", text)).replace("&", " and ").replace("+", " plus ")
    joined = _SINGLES.sub(lambda m: m[0].replace(" ", ""), " ".join(_WORD.findall(text)))
    return joined.split(" ")


def _without_legal_form(words: list[str]) -> list[str]:
    end = len(words)
    while end > 1 and (words[end - 1] in LEGAL_FORMS or (end < len(words) and words[end - 1] == "and")):
        end -= 1
    return words[:end]


def tokens(name: str, *, legal: bool = False) -> tuple[str, ...]:
    """Return the words of the normal form."""
    return tuple(normal(name, legal=legal).split())


def is_proper(name: str) -> bool:
    """Tell whether every word but the small ones is written as in a name: a capital or a digit.

    >>> is_proper("Bank of America"), is_proper("four-fab complex")
    (True, False)
    """
    words = [w for w in re.findall(r"[^\W_]+", name) if w.lower() not in SMALL]
    return bool(words) and all(any(c.isupper() or c.isdigit() or not c.islower() for c in w) for w in words)


@lru_cache(maxsize=10_000)
def is_acronym(short: str, long: str) -> bool:
    """Tell whether the short name is made of the beginnings of the long one's words, in order.

    Small words and a legal form at the end may be left out.

    >>> is_acronym("TSMC", "Taiwan Semiconductor Manufacturing Co.")
    True
    >>> is_acronym("SiC", "silicon carbide"), is_acronym("Crusoe", "Crusoe Energy")
    (True, False)
    """
    if not re.fullmatch(r"[^\W_][\w.&/-]{1,11}s?", short) or not re.search(r"[A-Z].*[A-Z&]", short):
        return False
    letters = re.sub(r"[^\w]", "", re.sub(r"(?<=[A-Z0-9])s\Z", "", short))
    words = _parts(long)
    if len([w for w in words if w.lower() not in SMALL]) < 2:
        return False
    pieces = re.findall(r"[A-Z0-9][a-z]*", letters)
    return _spells(fold(letters), tuple(words)) or _begins(pieces, words)


def _parts(long: str) -> list[str]:
    # "ChangXin" counts as two words, "SK" in "SK Hynix" as one that may be taken whole.
    text = _INITIALS.sub(lambda m: m[1].replace(".", ""), _APOSTROPHE.sub("", long))
    return re.findall(r"[A-Z0-9]{2,}(?![a-z])|[^\W\d_][^\W\d_A-Z]*|\d+", text)


@lru_cache(maxsize=10_000)
def _spells(letters: str, words: tuple[str, ...]) -> bool:
    if not words:
        return not letters
    word, rest = words[0], words[1:]
    folded = fold(word)
    if letters.startswith(folded[0]) and _spells(letters[1:], rest):
        return True
    if word.isupper() and len(word) > 1 and letters.startswith(folded):
        return _spells(letters[len(folded) :], rest)
    return (folded in SMALL or folded in LEGAL_FORMS) and _spells(letters, rest)


def _begins(pieces: list[str], words: list[str]) -> bool:
    """Tell whether each piece begins a word: "Ga", "N" of "gallium nitride"."""
    content = [w for w in words if w.lower() not in SMALL]
    if len(pieces) != len(content) or all(len(piece) == 1 for piece in pieces):
        return False
    return all(fold(w).startswith(fold(p)) for p, w in zip(pieces, content, strict=True))
