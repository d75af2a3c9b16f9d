"""E-mail messages (.eml): the newsletter's words, from the plain part or the page in it."""

from __future__ import annotations

import re
from datetime import date
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from fabgrid.errors import SourceError
from fabgrid.sources.draft import Draft, day
from fabgrid.sources.html import article_of
from fabgrid.sources.text import decode

__all__ = ["read_eml"]

_SIGNATURE = re.compile(r"^-- \r?\n.*\Z", re.MULTILINE | re.DOTALL)
_QUOTED = re.compile(r"^(?:> ?)+", re.MULTILINE)
_SUBJECT = re.compile(r"\A(?:(?:re|fwd?|aw|wg):\s*)+", re.I)
_ENOUGH = 200  # characters: a shorter plain part says "read this in your browser"


def read_eml(content: bytes, path: str) -> Draft:
    """Read a message: the subject is the title, the sender's name the publisher."""
    message = message_from_bytes(content, policy=default)
    if not isinstance(message, EmailMessage) or not message.keys():
        raise SourceError(path, "is not an e-mail message: it has no headers")
    return Draft(
        text=_body(message, path),
        title=_SUBJECT.sub("", _header(message, "Subject")),
        published=_published(message),
        publisher=_sender(message),
    )


def _body(message: EmailMessage, path: str) -> str:
    plain, page = message.get_body(("plain",)), message.get_body(("html",))
    text = _plain(plain, path) if isinstance(plain, EmailMessage) else ""
    if isinstance(page, EmailMessage) and len(text) < _ENOUGH:
        return article_of(_characters(page, path), path).text
    return text


def _plain(part: EmailMessage, path: str) -> str:
    text = _SIGNATURE.sub("", _characters(part, path))
    if part.get_param("format") == "flowed":  # RFC 3676: a space at the end means that the line goes on
        text = re.sub(r" \r?\n", " ", text)
    return _QUOTED.sub("", text)


def _characters(part: EmailMessage, path: str) -> str:
    content = part.get_payload(decode=True)
    content = content if isinstance(content, bytes) else b""
    try:
        return content.decode(part.get_content_charset("utf-8"))
    except (LookupError, UnicodeDecodeError):  # the part names an encoding that it is not in
        return decode(content, path)


def _header(message: EmailMessage, name: str) -> str:
    return re.sub(r"\s+", " ", str(message.get(name, ""))).strip()


def _published(message: EmailMessage) -> date | None:
    try:
        return day(_header(message, "Date"))
    except ValueError:
        return None


def _sender(message: EmailMessage) -> str:
    addresses = getattr(message.get("From"), "addresses", ())
    return str(addresses[0].display_name) if addresses else ""
