"""Markdown -> plain text: the marks go, every word stays where it was."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

__all__ = ["first_heading", "strip_marks"]

_HEADING = re.compile(r" {0,3}#{1,6}(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*\Z")
_UNDERLINE = re.compile(r" {0,3}(?:=+|-{2,})[ \t]*\Z")
_RULE = re.compile(r" {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})\Z")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_QUOTE = re.compile(r" {0,3}(?:>[ \t]?)+")
_BULLET = re.compile(r"[ \t]*[-*+][ \t]+(?:\[[ xX]\][ \t]+)?(?=\S)")
_NUMBER = re.compile(r"[ \t]*(\d{1,3})[.)][ \t]+(?=\S)")
_TABLE = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*\Z")
_LINK_TARGET = re.compile(r" {0,3}\[[^\]^][^\]]*\]:[ \t]+\S+")
_NOTE = re.compile(r" {0,3}\[\^[^\]\s]+\]:[ \t]*")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)

_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_KEPT = re.compile("[\ue021-\ue07e]")  # escaped marks, in the private use area while the others go
_TAG = re.compile(
    r"</?(?:a|abbr|b|blockquote|br|center|code|del|details|div|em|figure|figcaption|font|h[1-6]|hr|i|img|ins"
    r"|kbd|li|mark|ol|p|pre|s|small|span|strong|sub|summary|sup|table|tbody|td|th|thead|tr|u|ul)\b[^<>]*>",
    re.IGNORECASE,
)
_INLINE = (
    (re.compile(r"!\[[^\]]{0,1000}\](?:\([^()\s]*(?:\([^()]*\))?[^()]*\)|\[[^\]]*\])"), ""),
    (re.compile(r"\[\^[^\]\s]+\]"), ""),
    (re.compile(r"\[([^\[\]]{1,1000})\]\([^()\s]*(?:\([^()]*\))?[^()]*\)"), r"\1"),
    (re.compile(r"\[([^\[\]]{1,1000})\]\[[^\[\]]*\]"), r"\1"),
    (re.compile(r"<((?:https?://|mailto:)[^<>\s]+)>"), r"\1"),
    (_TAG, ""),
    (re.compile(r"(`+)(?!`)([^`]{1,1000})(?<!`)\1(?!`)"), r"\2"),
    (re.compile(r"\*\*(?=\S)((?:(?!\*\*|\n\n).){1,2000}?)(?<=\S)\*\*", re.DOTALL), r"\1"),
    (re.compile(r"(?<!\w)__(?=\S)((?:(?!__|\n\n).){1,2000}?)(?<=\S)__(?!\w)", re.DOTALL), r"\1"),
    (re.compile(r"(?<![\w*])\*(?=[^\s*])((?:(?!\n\n)[^*]){1,2000}?)(?<=\S)\*(?![\w*])"), r"\1"),
    (re.compile(r"(?<!\w)_(?=[^\s_])((?:(?!\n\n)[^_]|(?<=\w)_(?=\w)){1,2000}?)(?<=\S)_(?!\w)"), r"\1"),
    (re.compile(r"~~(?=\S)([^~\n]{1,1000})(?<=\S)~~"), r"\1"),
    (re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});"), None),
    (re.compile(r"\\$", re.MULTILINE), ""),
)


def strip_marks(text: str) -> str:
    """Return the words of a Markdown text, every heading and list item on a line of its own.

    Text without marks comes back unchanged. Fenced code, tables, pictures and comments are left out:
    they are no sentences.

    >>> strip_marks("# Power\\n**Mara** bought [a plant](https://x.org).")
    'Power\\n\\nMara bought a plant.'
    """
    lines = _blocks(_COMMENT.sub("", text.replace("\r\n", "\n")).split("\n"))
    return _inline("\n".join(lines))


def first_heading(text: str) -> str:
    """Return the words of the first heading, "" where the text has none."""
    lines = list(_without_fences(text.replace("\r\n", "\n").split("\n")))
    for line, after in zip(lines, [*lines[1:], ""], strict=True):
        heading = _HEADING.match(line)
        if heading and heading[1]:
            return _inline(heading[1]).strip()
        if line.strip() and re.match(r" {0,3}={2,}[ \t]*\Z", after):
            return _inline(line).strip()
    return ""


def _without_fences(lines: list[str]) -> Iterator[str]:
    number, unclosed = 0, set[str]()
    while number < len(lines):
        fence = _FENCE.match(lines[number])
        end = _fence_end(lines, number, fence[1]) if fence and fence[1] not in unclosed else None
        if end is None:
            yield lines[number]  # a fence that nothing closes is a cut file: its words are kept
            unclosed |= {fence[1]} if fence else set()
        number = number + 1 if end is None else end + 1


def _fence_end(lines: list[str], start: int, fence: str) -> int | None:
    closing = re.compile(rf" {{0,3}}{re.escape(fence[0])}{{{len(fence)},}}[ \t]*\Z")
    return next((n for n in range(start + 1, len(lines)) if closing.match(lines[n])), None)


def _without_tables(lines: list[str]) -> Iterator[str]:
    number = 0
    while number < len(lines):
        after = lines[number + 1] if number + 1 < len(lines) else ""
        if "|" in lines[number] and "|" in after and _TABLE.match(after):
            while number < len(lines) and "|" in lines[number]:
                number += 1
            yield ""
        else:
            yield lines[number]
            number += 1


def _blocks(lines: list[str]) -> Iterator[str]:
    previous, listed, headed = "", False, False
    for raw in _without_tables(list(_without_fences(lines))):
        line = _QUOTE.sub("", raw) if raw.lstrip().startswith(">") else raw
        if _LINK_TARGET.match(line):
            continue
        words, apart = "", False
        if not (_RULE.match(line) or (previous.strip() and _UNDERLINE.match(line))):
            words, apart = _block(line, listed=listed or headed or not previous.strip())
        if (apart or headed) and words.strip() and previous.strip():
            yield ""
        yield words
        headed = _HEADING.match(line) is not None
        listed = not headed and (apart or (listed and bool(line.strip())))
        previous = words


def _block(line: str, *, listed: bool) -> tuple[str, bool]:
    """Return the line's words, and whether they begin a paragraph of their own."""
    heading = _HEADING.match(line)
    if heading:
        return heading[1] or "", True
    if _NOTE.match(line):
        return _NOTE.sub("", line), True
    bullet, number = _BULLET.match(line), _NUMBER.match(line)
    if bullet:
        return line[bullet.end() :], True
    if number and (listed or number[1] == "1"):  # else "2024. Then" at the start of a wrapped line
        return line[number.end() :], True
    return line, False


def _inline(text: str) -> str:
    text = _ESCAPED.sub(lambda m: chr(0xE000 + ord(m[1])), text)
    for pattern, words in _INLINE:
        text = pattern.sub(words if words is not None else (lambda m: html.unescape(m[0])), text)
    return _KEPT.sub(lambda m: chr(ord(m[0]) - 0xE000), text)
