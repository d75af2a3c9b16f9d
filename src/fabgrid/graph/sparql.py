"""SPARQL text: what is refused, where it is wrong, and how a variable is given a value."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

import pyoxigraph as ox

from fabgrid.errors import QueryError
from fabgrid.graph.terms import PREFIXES
from fabgrid.graph.tokens import refuse

__all__ = ["bind", "check", "form", "forward", "variables"]

# IRIs, strings and prefixed names may hold anything that looks like a comment or a keyword, so they are
# matched first, and as generously as the parser does (backslashes included).
_TOKEN = re.compile(
    r"""
    (?P<iri>      <[^<>"{}|^`\x00-\x20]*> )
  | (?P<string>   \"{3}(?:(?:\"{0,2})(?:[^"\\]|\\.))*\"{3} | '{3}(?:(?:'{0,2})(?:[^'\\]|\\.))*'{3}
                | "(?:[^"\\\n\r]|\\.)*" | '(?:[^'\\\n\r]|\\.)*' )
  | (?P<comment>  \#[^\n\r]* )
  | (?P<variable> [?$]\w+ )
  | (?P<name>     (?:[^\W\d_][\w.-]*)?:(?:[\w.:%-]|\\.)* )
  | (?P<word>     [^\W\d]\w* )
  | (?P<space>    \s+ )
  | (?P<other>    . )
    """,
    re.VERBOSE | re.DOTALL,
)
_UPDATES = {"INSERT", "DELETE", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD"}
_KEYWORDS = {
    *("SELECT", "ASK", "CONSTRUCT", "DESCRIBE", "DISTINCT", "WHERE", "FILTER", "OPTIONAL", "UNION", "MINUS"),
    *("VALUES", "BIND", "GRAPH", "PREFIX", "EXISTS", "ORDER", "GROUP", "HAVING", "LIMIT", "OFFSET"),
}
_POSITION = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int

    @property
    def keyword(self) -> str:
        return self.text.upper() if self.kind == "word" else ""


def _tokens(sparql: str) -> Iterator[_Token]:
    """Yield the tokens that mean something."""
    for match in _TOKEN.finditer(sparql):
        kind = match.lastgroup or "other"
        if kind not in {"space", "comment"}:
            yield _Token(kind, match.group(), match.start())


def check(sparql: str, *, vocabulary: Collection[str] = ()) -> None:
    """Raise QueryError where the text is no read-only query that can run here.

    Refused are updates, and SERVICE and LOAD, which would send requests. `vocabulary` holds the local
    names that `fg:` has; where it is given, another name is an error rather than an empty answer.
    """
    tokens = list(_tokens(sparql))
    if not tokens:
        raise QueryError("the query is empty", hint="for example: SELECT ?s { ?s fg:supplies entity:nvidia }")
    refuse(sparql)
    for token in tokens:
        _refuse_update(sparql, token)
    try:
        ox.Store().query(sparql, prefixes=PREFIXES)
    except SyntaxError as error:
        raise _readable(sparql, str(error), tokens) from None
    for token in tokens:
        _check_term(sparql, token, vocabulary)


def form(sparql: str) -> str:
    """Return SELECT, ASK, CONSTRUCT or DESCRIBE, whichever the query is, in capitals."""
    forms = {"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"}
    return next((token.keyword for token in _tokens(sparql) if token.keyword in forms), "")


def forward(sparql: str, inverses: Mapping[str, str]) -> str:
    """Return the query with inverse properties as paths along the edges that are written.

    `inverses` leads from the local name of an inverse to that of its property: `?a fg:suppliedBy ?b`
    becomes `?a (^fg:supplies) ?b`. What CONSTRUCT makes may name an inverse; it stays.
    """
    tokens = list(_tokens(sparql))
    template = any(t.keyword == "CONSTRUCT" for t in tokens)
    where = next((t.start for t in tokens if t.keyword == "WHERE"), 0) if template else 0
    parts, at = [], 0
    for token in (t for t in tokens if t.start >= where):
        name = inverses.get(token.text.removeprefix("fg:")) if token.text.startswith("fg:") else None
        if name is not None:
            parts += [sparql[at : token.start], f"(^fg:{name})"]
            at = token.start + len(token.text)
    return "".join([*parts, sparql[at:]])


def _refuse_update(sparql: str, token: _Token) -> None:
    word = token.keyword
    line, column = _place(sparql, token.start)
    if word in _UPDATES:
        why = f"{word} is refused: queries only read"
        hint = "facts change by fabgrid ingest, remove, merge, split, retype and reject"
        raise QueryError(why, line=line, column=column, hint=hint)


def _check_term(sparql: str, token: _Token, vocabulary: Collection[str]) -> None:
    name = token.text.removeprefix("fg:") if token.kind == "name" else token.text
    if not vocabulary or name == token.text or name in vocabulary:
        return
    line, column = _place(sparql, token.start)
    near = ", ".join(f"fg:{match}" for match in _near(name, vocabulary))
    hint = f"did you mean {near}?" if near else "fabgrid ontology lists the terms"
    raise QueryError(f"the ontology has no {token.text}", line=line, column=column, hint=hint)


def _near(name: str, known: Collection[str]) -> list[str]:
    folded = {k.lower(): k for k in sorted(known)}
    return [folded[m] for m in get_close_matches(name.lower(), sorted(folded), n=3, cutoff=0.6)]


def _place(sparql: str, offset: int) -> tuple[int, int]:
    before = sparql[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1


def _readable(sparql: str, message: str, tokens: list[_Token]) -> QueryError:
    """Say what is wrong where: brackets and quotes first, for the parser notices them late."""
    match = _POSITION.match(message)
    unpaired = _unpaired(sparql, tokens)
    if match is None or unpaired is not None:
        return unpaired or QueryError(message)
    expected = match[3]
    if "variable that is unbound" in expected:
        why = "a variable of SELECT is neither grouped by nor aggregated"
        return QueryError(why, line=int(match[1]), column=int(match[2]), hint="add it to GROUP BY")
    at = _token_at(tokens, _offset(sparql, int(match[1]), int(match[2]), expected))
    if at is None:
        return QueryError("the query ends too early", line=int(match[1]), column=int(match[2]))
    if "Prefix not found" in expected:
        return _unknown_prefix(sparql, at)
    line, column = _place(sparql, at.start)
    return QueryError(f"unexpected {at.text!r}", line=line, column=column, hint=_hint(at))


def _unpaired(sparql: str, tokens: list[_Token]) -> QueryError | None:
    closers = {"}": "{", ")": "("}
    open_: list[_Token] = []
    for token in (t for t in tokens if t.kind == "other"):
        line, column = _place(sparql, token.start)
        if token.text in {'"', "'"}:
            return QueryError("a quotation mark is not closed", line=line, column=column)
        if token.text in closers.values():
            open_.append(token)
        elif token.text in closers and (not open_ or open_.pop().text != closers[token.text]):
            hint = f"{closers[token.text]} is missing before it, or another bracket is not closed"
            return QueryError(f"{token.text} closes nothing", line=line, column=column, hint=hint)
    if not open_:
        return None
    line, column = _place(sparql, open_[-1].start)
    hint = f"add the closing {'}' if open_[-1].text == '{' else ')'}"
    return QueryError(f"{open_[-1].text} is not closed", line=line, column=column, hint=hint)


def _offset(sparql: str, line: int, column: int, expected: str) -> int:
    lines = sparql.split("\n")
    offset = sum(len(text) + 1 for text in lines[: line - 1]) + column - 1
    names = expected.removeprefix("expected ").removeprefix("one of ").split(", ")
    if all(re.fullmatch("[A-Z]+", name) for name in names):
        # Where only keywords would do, the parser counts from the end of the one that it looked for.
        offset -= min(map(len, names))
    return offset


def _token_at(tokens: list[_Token], offset: int) -> _Token | None:
    """Return the token at the offset; a word or name that ends there; else the next one."""
    for token in tokens:
        end = token.start + len(token.text)
        if offset < end or (offset == end and token.kind in {"word", "name"}):
            return token
    return None


def _unknown_prefix(sparql: str, token: _Token) -> QueryError:
    prefix = token.text.partition(":")[0]
    line, column = _place(sparql, token.start)
    near = " or ".join(f"{match}:" for match in _near(prefix, PREFIXES))
    hint = f"did you mean {near}?" if near else f"declare it: PREFIX {prefix}: <https://…>"
    return QueryError(f"the prefix {prefix}: is not declared", line=line, column=column, hint=hint)


def _hint(at: _Token) -> str:
    if at.kind != "word":
        return ""
    near = get_close_matches(at.keyword, sorted(_KEYWORDS - {at.keyword}), n=1, cutoff=0.7)
    return f"did you mean {near[0]}?" if near else "names need a prefix (fg:supplies), variables a ?"


# ---------------------------------------------------------------- variables


def variables(sparql: str) -> frozenset[str]:
    """Return the names of the variables, without their mark."""
    return frozenset(t.text[1:] for t in _tokens(sparql) if t.kind == "variable")


def bind(sparql: str, values: Mapping[str, ox.NamedNode | ox.Literal]) -> str:
    """Return the query with the variables fixed to these values, in its outermost group.

    pyoxigraph's own substitution works only for variables that are selected.
    """
    if not values:
        return sparql
    at = _outermost_group(sparql)
    clauses = "".join(f" VALUES ?{name} {{ {value} }}" for name, value in sorted(values.items()))
    return f"{sparql[:at]}{clauses} {sparql[at:]}"


def _outermost_group(sparql: str) -> int:
    """Return the offset after the brace that opens the outermost pattern."""
    depth, rounded, previous = 0, 0, ""
    for token in _tokens(sparql):
        rounded += (token.text == "(") - (token.text == ")")
        if token.text == "{":
            # The brace right after CONSTRUCT opens the template, not the pattern.
            if depth == rounded == 0 and previous != "CONSTRUCT":
                return token.start + 1
            depth += 1
        elif token.text == "}":
            depth -= 1
        previous = token.keyword
    raise QueryError("the query has no pattern whose variables could be bound", hint="add WHERE { … }")
