"""Who may ask, and what a browser may do with the answer."""

from __future__ import annotations

import base64
import hmac
import ipaddress

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["POLICY", "Access", "is_loopback"]

POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        # The hash is of the empty-handed style element that YASGUI's table makes for its columns.
        "style-src 'self' 'sha256-zCK2EVMoPc04mRF/g5CotUvxbJPWS+8V0b+s9ptqQIk='",
        "img-src 'self' data:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_OPEN = {"/health"}  # what watches over a server need not know its token


class Access:
    """Lets in requests that have the token; without one, requests to an address of this machine only.

    The latter keeps pages of other sites out, whose names can be made to lead here.
    """

    def __init__(self, app: ASGIApp, token: str | None) -> None:
        self._app, self._token = app, token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer in place of the application where the request is refused."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
                headers.setdefault("Content-Security-Policy", POLICY)
            await send(message)

        refusal = None if scope["path"] in _OPEN else self._refusal(Headers(scope=scope))
        await (refusal or self._app)(scope, receive, guarded)

    def _refusal(self, headers: Headers) -> PlainTextResponse | None:
        if self._token is None:
            host = headers.get("host", "").rpartition(":")[0] or headers.get("host", "")
            if is_loopback(host.strip("[]")):
                return None
            return PlainTextResponse("this server answers to addresses of its own machine only\n", 421)
        if hmac.compare_digest(_given(headers.get("authorization", "")), self._token.encode()):
            return None
        ask = {"WWW-Authenticate": 'Basic realm="fabgrid", charset="UTF-8"'}
        return PlainTextResponse("the token is missing or wrong: send it as Bearer or as a password\n", 401, ask)


def _given(authorization: str) -> bytes:
    """Return the token of a header: that of Bearer, or the password of Basic, which browsers can ask for."""
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return value.strip().encode("latin-1")  # as it was sent
    if scheme.lower() != "basic":
        return b""
    try:
        return base64.b64decode(value).partition(b":")[2]
    except ValueError:
        return b""


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address is of this machine alone."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
