"""What a reader finds in a file: the words, and what the file says about itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from email.utils import parsedate_to_datetime

__all__ = ["Draft", "day"]

_FORMS = ("%B %d, %Y", "%b %d, %Y", "%d %B %Y", "%d %b %Y", "%Y/%m/%d", "%d.%m.%Y", "%B %d %Y")


@dataclass(frozen=True, slots=True)
class Draft:
    """An article before its text is normalised; what the file does not say is empty."""

    text: str
    title: str = ""
    published: date | None = None
    publisher: str = ""
    url: str = ""


def day(text: str) -> date:
    """Return the date that the words stand for: ISO 8601, RFC 2822, or "April 8, 2024".

    Raises ValueError where they stand for none, or only for a month or a year.
    """
    words = re.sub(r"\s+", " ", text).strip()
    words = re.sub(r"^(Sept)\b\.?", "Sep", words).replace(".,", ",")
    try:
        return datetime.fromisoformat(words).date()
    except ValueError:
        pass
    for form in _FORMS:
        try:
            return datetime.strptime(words, form).date()  # a day has no time zone
        except ValueError:
            continue
    try:
        return parsedate_to_datetime(words).date()
    except (TypeError, ValueError, IndexError):
        raise ValueError(f"{text!r} is not a date (write 2026-05-01)") from None
