"""HTTP request -> question, by the SPARQL 1.1 Protocol."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request

from fabgrid.server.limits import Limits
from fabgrid.server.messages import Job
from fabgrid.server.pool import Failure

__all__ = ["address", "question"]

_FORM, _QUERY, _UPDATE = (
    "application/x-www-form-urlencoded",
    "application/sparql-query",
    "application/sparql-update",
)
_READ_ONLY = "updates are refused: this endpoint only reads"
_MOST_PARAMETERS = 1000


async def question(request: Request, limits: Limits) -> Job | None:
    """Return the query of a request and the graphs that it is about, None where it has no query.

    Raises Failure where the request is none that the protocol knows, or too long.
    """
    if request.method == "POST":
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type == _UPDATE:
            raise Failure(403, _READ_ONLY)
        if media_type not in (_FORM, _QUERY):
            raise Failure(415, f"the body must be {_FORM} or {_QUERY}")
        body = _text(await _body(request, limits))
        parameters = _parameters(request.url.query)
        if media_type == _FORM:
            parameters += _parameters(body)
        else:
            parameters = [*((k, v) for k, v in parameters if k != "query"), ("query", body)]
    else:
        parameters = _parameters(request.url.query)
    return _job(parameters, request)


def _job(parameters: list[tuple[str, str]], request: Request) -> Job | None:
    if any(name == "update" for name, _ in parameters):
        raise Failure(403, _READ_ONLY)
    queries = list(_values(parameters, "query"))
    if len(queries) > 1:
        raise Failure(400, "there are several queries; send one at a time")
    if not queries:
        if request.method == "POST":
            raise Failure(400, "there is no query; send it as the parameter query")
        return None
    default, named = (tuple(_values(parameters, f"{kind}-graph-uri")) for kind in ("default", "named"))
    accept = ", ".join(request.headers.getlist("accept"))
    graphs = (default, named) if default or named else (None, None)
    return Job("query", queries[0], accept, address(request), *graphs)


def address(request: Request) -> str:
    """Return where the client found the endpoint."""
    return str(request.url.replace(query="", fragment=""))


def _values(parameters: Iterable[tuple[str, str]], name: str) -> Iterator[str]:
    return (value for key, value in parameters if key == name)


def _parameters(text: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_MOST_PARAMETERS)
    except ValueError as error:  # UnicodeDecodeError is one
        raise Failure(400, f"the parameters cannot be read: {error}") from None


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Failure(400, f"the body is not UTF-8: {error}") from None


async def _body(request: Request, limits: Limits) -> bytes:
    body = bytearray()
    try:
        async with asyncio.timeout(limits.seconds):
            async for chunk in request.stream():
                body += chunk
                if len(body) > limits.request_bytes:
                    raise Failure(413, f"the request is longer than {limits.request_bytes:,} bytes")
    except TimeoutError:
        raise Failure(408, "the request was sent too slowly") from None
    except ClientDisconnect:
        raise Failure(400, "the request was not sent to its end") from None
    return bytes(body)
