"""What the server and its workers say to each other: a line of JSON, then the bytes it announces."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

__all__ = ["Job", "Reply"]


@dataclass(frozen=True, slots=True)
class Job:
    """A question: `kind` is "query" or the name of a page, `text` the query or what the page is about.

    Relative IRIs of a query are resolved against `base`. `default_graphs` and `named_graphs` are None
    where the request does not say which graphs to ask.
    """

    kind: str
    text: str = ""
    accept: str = ""
    base: str | None = None
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None

    def line(self) -> bytes:
        """Return the job as it is sent."""
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def parse(cls, line: bytes) -> Job:
        """Return the job that a line holds."""
        fields = json.loads(line)
        for name in ("default_graphs", "named_graphs"):
            fields[name] = None if fields[name] is None else tuple(fields[name])
        return cls(**fields)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer with its HTTP status; `truncated` tells after how many rows it was cut, None if it was not."""

    status: int
    media_type: str
    body: bytes
    truncated: int | None = None
    policy: str = ""  # the page's own Content-Security-Policy, where it needs one

    def head(self) -> bytes:
        """Return the line that precedes the body."""
        fields = {"status": self.status, "media_type": self.media_type, "length": len(self.body)}
        fields |= {"truncated": self.truncated, "policy": self.policy}
        return json.dumps(fields).encode() + b"\n"
