"""Markdown: marks go, words stay."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabgrid.sources.markdown import strip_marks


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("**Mara** acquired a _505MW_ gas *plant*.", "Mara acquired a 505MW gas plant."),
        ("***Both*** and __bold__ and ~~gone~~.", "Both and bold and gone."),
        ("snake_case_name, 5 * 3 * 2, a*b", "snake_case_name, 5 * 3 * 2, a*b"),
        ("word* and other*", "word* and other*"),
        ("_a snake_case name_ here", "a snake_case name here"),
        ("[TSMC](https://x.org/a_(b) \"t\") and [AMD][1], [Intel][].", "TSMC and AMD, Intel."),
        ("See ![logo](x.png)this[^1].", "See this."),
        ("Run `nvidia-smi` now, <https://x.org>.", "Run nvidia-smi now, https://x.org."),
        ("AT&amp;T paid \\$5 for 2\\*3 <b>big</b> chips, x < y.", "AT&T paid $5 for 2*3 big chips, x < y."),
        ("# One\nText", "One\n\nText"),
        ("Text\n### Two ###\nMore", "Text\n\nTwo\n\nMore"),
        ("Title\n=====\nMore", "Title\n\nMore"),
        ("- one\n- **two**\n  goes on\n* [x] three", "one\n\ntwo\n  goes on\n\nthree"),
        ("1. one\n2. two", "one\n\ntwo"),
        ("It grew until\n2024. Then it fell", "It grew until\n2024. Then it fell"),
        ("It grew by\n40. Then", "It grew by\n40. Then"),
        ("> A quote\n> goes on", "A quote\ngoes on"),
        ("a\n\n```python\nx = 1\n```\n\nb", "a\n\n\nb"),
        ("a\n```\ncut off", "a\n```\ncut off"),
        ("a\n\n| x | y |\n|---|:-:|\n| 1 | 2 |\n\nb", "a\n\n\n\nb"),
        ("either | or", "either | or"),
        ("a\n\n[1]: https://x.org\nb <!-- not\nthis --> c", "a\n\nb  c"),
        ("a\n\n* * *\n\nb", "a\n\n\n\nb"),
        ("#hashtag is no heading, #5 neither", "#hashtag is no heading, #5 neither"),
    ],
)  # fmt: skip
def test_strip_marks(source: str, text: str) -> None:
    assert strip_marks(source) == text


@given(st.text(st.sampled_from("abz AZ,.;:()'\"?!%$€–’0159\n")))
def test_text_without_marks_is_unchanged(text: str) -> None:
    if not any(line.strip()[:1].isdigit() for line in text.split("\n")):
        assert strip_marks(text) == text


@pytest.mark.parametrize("bad", ["```a\n", "**a ", "[a", "_a ", "<a ", "![", "`a", "|a|\n|-|\n", "> " * 9, "*"])
def test_hostile_text_takes_no_time(bad: str) -> None:
    started = time.perf_counter()
    strip_marks(bad * (100_000 // len(bad)))
    assert time.perf_counter() - started < 10
