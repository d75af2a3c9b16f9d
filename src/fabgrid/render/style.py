"""What an entity type, a relation family and a status look like: colour and shape, never colour alone."""

from __future__ import annotations

import math
import textwrap
import unicodedata

__all__ = [
    "COMMUNITY_COLOURS",
    "FAMILY_COLOURS",
    "STATUSES",
    "TYPES",
    "label_lines",
    "node_size",
    "printable",
]

# Paul Tol's colours (colour-blind safe), a second and brighter tone for dark pages.
TYPES: dict[str, tuple[str, str, str]] = {
    "Company": ("dot", "#3f74b5", "#6ea6e8"),
    "GridOperator": ("triangle", "#b8960c", "#e3c64a"),
    "Organization": ("triangleDown", "#6b7280", "#a3acba"),
    "Person": ("star", "#a2357a", "#e07bbb"),
    "Product": ("square", "#d9534f", "#f28b82"),
    "Technology": ("diamond", "#1b9aaa", "#5fd0de"),
    "Facility": ("hexagon", "#2a8540", "#68c47d"),
    "Place": ("pentagon", "#97784f", "#cdb083"),
}
OTHER_TYPE = ("ellipse", "#555555", "#bbbbbb")

FAMILY_COLOURS: tuple[tuple[str, str], ...] = (
    ("#0072b2", "#56a8e0"),  # supply
    ("#a2357a", "#df7fbd"),  # ownership
    ("#5a67c8", "#9aa5f5"),  # market
    ("#00876c", "#3fc7a6"),  # technology
    ("#2a8540", "#7cc88c"),  # facilities
    ("#b07d00", "#e6b93f"),  # grid
    ("#80858c", "#9aa1aa"),  # location
    ("#6b4fa0", "#b79ae8"),  # people
    ("#c8401a", "#f2875f"),  # regulation
)

OTHER_FAMILY = ("#777777", "#aaaaaa")

# name, label, dashes of its line (pixels on and off), strength of its line from 0 to 1
STATUSES: tuple[tuple[str, str, tuple[int, ...], float], ...] = (
    ("asserted", "Stated as fact", (), 0.78),
    ("planned", "Planned", (9, 6), 0.78),
    ("reported", "Reported", (14, 4, 2, 4), 0.78),
    ("denied", "Denied", (2, 5), 0.78),
    ("past", "Past", (), 0.3),
)

COMMUNITY_COLOURS: tuple[tuple[str, str], ...] = (
    ("#3f74b5", "#6ea6e8"),
    ("#d9534f", "#f28b82"),
    ("#2a8540", "#68c47d"),
    ("#b8960c", "#e3c64a"),
    ("#1b9aaa", "#5fd0de"),
    ("#a2357a", "#e07bbb"),
    ("#b8682c", "#eba06a"),
    ("#6b4fa0", "#b79ae8"),
    ("#5f7a1f", "#a9c75d"),
    ("#7a5c58", "#c4a29d"),
)

LABEL_WIDTH = 22  # characters of one line
LABEL_LENGTH = 44  # characters of a label: the details show the whole name


def node_size(degree: int) -> float:
    """Return the radius in pixels of an entity with that many neighbours.

    >>> node_size(1), node_size(16)
    (8.0, 21.7)
    """
    return round(min(5.0 + 3.0 * math.pow(degree, 0.62), 40.0), 1)


def printable(text: str) -> str:
    """Return the text without controls and marks of direction, which could reorder a label.

    >>> printable("Ny\\u202eaidi\\x00 A")
    'Nyaidi A'
    """
    return "".join(c for c in text if unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Zl", "Zp"})


def label_lines(name: str) -> list[str]:
    """Return the one or two lines that stand beside an entity in the picture.

    >>> label_lines("Federal Energy Regulatory Commission")
    ['Federal Energy', 'Regulatory Commission']
    """
    text = textwrap.shorten(printable(name)[: LABEL_LENGTH * 4], LABEL_LENGTH, placeholder="…")
    if text == "…" or not text:  # one long word
        text = printable(name)[: LABEL_LENGTH // 2] + "…" if printable(name).strip() else "?"
    if len(text) <= LABEL_WIDTH:
        return [text]
    lines = textwrap.wrap(text, max(LABEL_WIDTH, math.ceil(len(text) / 2) + 2), break_on_hyphens=False)
    half = _balanced(text)
    return half if half and max(map(len, half)) <= max(map(len, lines)) else lines[:2]


def _balanced(text: str) -> list[str]:
    spaces = [k for k, c in enumerate(text) if c == " "]
    if not spaces:
        return []
    middle = min(spaces, key=lambda k: (abs(2 * k - len(text)), k))
    return [text[:middle], text[middle + 1 :]]
