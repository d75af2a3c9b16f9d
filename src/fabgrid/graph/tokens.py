"""Words of a query that must be known before it runs: SERVICE, LOAD and FROM.

The parser of Oxigraph needs no space between words, and where a prefix is unknown or a triple does not go
on, it reads `SERVICE:x {` as a keyword and an IRI. What is refused here is whatever it could take for one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from fabgrid.errors import QueryError

__all__ = ["names_dataset", "refuse"]

_TOKEN = re.compile(
    r"""
    <[^<>"{}|^`\x00-\x20]*>
  | \"{3}(?:\"{0,2}(?:[^"\\]|\\.))*\"{3} | '{3}(?:'{0,2}(?:[^'\\]|\\.))*'{3}
  | "(?:[^"\\\n\r]|\\.)*" | '(?:[^'\\\n\r]|\\.)*'
  | \#[^\n\r]*
  | [?$]\w+ | @[A-Za-z]+(?:-[A-Za-z0-9]+)*
  | (?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?
  | (?P<name> (?P<prefix>(?:[^\W\d](?:[\w.-]*[\w-])?)?):(?:(?:[\w:%-]|\\.)(?:[\w.:%-]|\\.)*)? )
  | (?P<word> [^\W\d]\w* )
  | (?P<brace> \{ )
  | \s+ | .
    """,
    re.VERBOSE | re.DOTALL,
)
_REQUEST = re.compile(r"(?:TRUE|FALSE)*(SERVICE|LOAD)(?:SILENT)?", re.IGNORECASE)
_DATASET = re.compile(r"FROM(?:NAMED)?", re.IGNORECASE)
_BEFORE_GRAPH_NAME = {"GRAPH", "FROM", "NAMED"}


def refuse(query: str) -> None:
    """Raise QueryError where the query holds SERVICE or LOAD, which would send requests.

    The words may stand in a literal, a comment, an IRI or a name.
    """
    if not re.search("service|load", query, re.IGNORECASE):
        return
    before = ""
    found: re.Match[str] | None = None  # a prefixed name that is a keyword if a brace follows
    for token in _meaningful(query):
        if token["brace"] and found:
            raise _refusal(query, found)
        found = None
        if token["word"] and _REQUEST.fullmatch(token["word"]):
            raise _refusal(query, token)
        if token["name"] and before not in _BEFORE_GRAPH_NAME and _REQUEST.fullmatch(token["prefix"]):
            found = token
        before = (token["word"] or "").upper()


def names_dataset(query: str) -> bool:
    """Tell whether the query says itself which graphs it asks (FROM, FROM NAMED)."""
    if not re.search("from", query, re.IGNORECASE):
        return False
    return any(_DATASET.fullmatch(t["word"] or t["prefix"] or "") for t in _meaningful(query))


def _meaningful(query: str) -> Iterator[re.Match[str]]:
    for token in _TOKEN.finditer(query):
        if not token[0].isspace() and not token[0].startswith("#"):
            yield token


def _refusal(query: str, token: re.Match[str]) -> QueryError:
    word = _REQUEST.match(token[0])
    assert word is not None  # noqa: S101 - it is how the token was found
    before = query[: token.start()]
    line, column = before.count("\n") + 1, token.start() - before.rfind("\n")
    why = f"{word[1].upper()} is refused: a query here sends no requests"
    return QueryError(why, line=line, column=column, hint="export the graph and join it elsewhere")
