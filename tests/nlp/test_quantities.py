"""Notations of money, power, shares, counts, rates and times; no model is needed."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabgrid.nlp.quantities import Kind, find, find_times

GOLDEN = [
    # money: signs
    ("$1.5B", 1.5e9, "USD", "money"),
    ("$1.5 billion", 1.5e9, "USD", "money"),
    ("1.5 billion dollars", 1.5e9, "USD", "money"),
    ("six billion dollars", 6e9, "USD", "money"),
    ("a billion dollars", 1e9, "USD", "money"),
    ("half a trillion dollars", 0.5e12, "USD", "money"),
    ("$10.95M", 10.95e6, "USD", "money"),
    ("$5.2", 5.2, "USD", "money"),
    ("$8.03 billion", 8.03e9, "USD", "money"),
    ("$2,950", 2950, "USD", "money"),
    ("$1,234,567.89", 1234567.89, "USD", "money"),
    ("$640M", 640e6, "USD", "money"),
    ("$2bn", 2e9, "USD", "money"),
    ("$3tn", 3e12, "USD", "money"),
    ("$1 trillion", 1e12, "USD", "money"),
    ("$750k", 750e3, "USD", "money"),
    ("$5 million USD", 5e6, "USD", "money"),
    ("US$400 million", 400e6, "USD", "money"),
    ("USD$1 billion", 1e9, "USD", "money"),
    ("€400m", 400e6, "EUR", "money"),
    ("400 million euros", 400e6, "EUR", "money"),
    ("€1.3bn", 1.3e9, "EUR", "money"),
    ("€418", 418, "EUR", "money"),
    ("£210m", 210e6, "GBP", "money"),
    ("£38bn", 38e9, "GBP", "money"),
    ("£4.5 million", 4.5e6, "GBP", "money"),
    ("20 million pounds", 20e6, "GBP", "money"),
    ("NT$30 billion", 30e9, "TWD", "money"),
    ("NT$418", 418, "TWD", "money"),
    ("A$61m", 61e6, "AUD", "money"),
    ("C$1.9 billion", 1.9e9, "CAD", "money"),
    ("HK$4bn", 4e9, "HKD", "money"),
    ("S$318m", 318e6, "SGD", "money"),
    ("NZ$20m", 20e6, "NZD", "money"),
    ("R$5 billion", 5e9, "BRL", "money"),
    ("¥1 trillion", 1e12, "JPY", "money"),
    ("¥46 billion", 46e9, "JPY", "money"),
    ("18.6 billion yen", 18.6e9, "JPY", "money"),
    ("₩20 trillion", 20e12, "KRW", "money"),
    ("214 billion won", 214e9, "KRW", "money"),
    ("₹4,800 crore", 48e9, "INR", "money"),
    ("₹91,000-crore", 910e9, "INR", "money"),
    ("Rs 500 crore", 5e9, "INR", "money"),
    ("Rs500 crore", 5e9, "INR", "money"),
    ("5 lakh rupees", 5e5, "INR", "money"),
    ("1,00,000 crore rupees", 1e12, "INR", "money"),
    ("2.88 billion yuan", 2.88e9, "CNY", "money"),
    ("RMB 3bn", 3e9, "CNY", "money"),
    ("RMB3bn", 3e9, "CNY", "money"),
    ("CN¥5 billion", 5e9, "CNY", "money"),
    ("2.9 billion kroner", 2.9e9, "NOK", "money"),
    ("NOK 2.7bn", 2.7e9, "NOK", "money"),
    ("DKr210m", 210e6, "DKK", "money"),
    ("SKr1.6bn", 1.6e9, "SEK", "money"),
    ("SEK 33.7bn", 33.7e9, "SEK", "money"),
    ("900 million Swedish kronor", 900e6, "SEK", "money"),
    ("CHF 480m", 480e6, "CHF", "money"),
    ("CHF480m", 480e6, "CHF", "money"),
    ("10 million Swiss francs", 10e6, "CHF", "money"),
    ("9 billion pesos", 9e9, "PHP", "money"),
    ("5.6 billion lira", 5.6e9, "TRY", "money"),
    ("AED 7.9 billion", 7.9e9, "AED", "money"),
    ("RM1.1 billion", 1.1e9, "MYR", "money"),
    ("23.8 billion baht", 23.8e9, "THB", "money"),
    ("Rp 17.2 trillion", 17.2e12, "IDR", "money"),
    ("8 trillion dong", 8e12, "VND", "money"),
    ("zł418m", 418e6, "PLN", "money"),
    ("USD 5bn", 5e9, "USD", "money"),
    ("USD5bn", 5e9, "USD", "money"),
    ("5bn EUR", 5e9, "EUR", "money"),
    ("EUR 2.5 billion", 2.5e9, "EUR", "money"),
    ("50 cents", 0.5, "USD", "money"),
    # rates
    ("$2.30 an hour", 2.3, "USD/hour", "rate"),
    ("$2.30/hr", 2.3, "USD/hour", "rate"),
    ("$2.15 per chip-hour", 2.15, "USD/hour", "rate"),
    ("$270 per MW-day", 270, "USD/MW-day", "rate"),
    ("$329.17 a megawatt-day", 329.17, "USD/MW-day", "rate"),
    ("$89 per megawatt-hour", 89, "USD/MWh", "rate"),
    ("$43 per MWh", 43, "USD/MWh", "rate"),
    ("$0.05/kWh", 0.05, "USD/kWh", "rate"),
    ("5 cents a kilowatt-hour", 0.05, "USD/kWh", "rate"),
    ("$2.80 per million tokens", 2.8, "USD/million tokens", "rate"),
    ("$1,050 per kilowatt", 1050, "USD/kW", "rate"),
    ("$1,050 a kilogram", 1050, "USD/kg", "rate"),
    ("€190 per vehicle", 190, "EUR/vehicle", "rate"),
    ("$1,450 per 200mm wafer", 1450, "USD/wafer", "rate"),
    ("20,000 wafers a month", 20000, "wafers/month", "rate"),
    ("400 wafers per month", 400, "wafers/month", "rate"),
    ("a million wafers a year", 1e6, "wafers/year", "rate"),
    ("1,200 tonnes of tungsten hexafluoride a year", 1200, "tonnes/year", "rate"),
    ("1.4 million units a day", 1.4e6, "units/day", "rate"),
    # power and energy
    ("505MW", 505, "MW", "power"),
    ("38 MW", 38, "MW", "power"),
    ("250 megawatts", 250, "MW", "power"),
    ("1.2-gigawatt", 1.2, "GW", "power"),
    ("220GW", 220, "GW", "power"),
    ("1,200GW", 1200, "GW", "power"),
    ("half a gigawatt", 0.5, "GW", "power"),
    ("a quarter of a gigawatt", 0.25, "GW", "power"),
    ("100kW", 100, "kW", "power"),
    ("95 watts", 95, "W", "power"),
    ("700W", 700, "W", "power"),
    ("400mW", 400, "mW", "power"),
    ("200 MVA", 200, "MVA", "power"),
    ("77 MWe", 77, "MW", "power"),
    ("600MWh", 600, "MWh", "energy"),
    ("9GWh", 9, "GWh", "energy"),
    ("89TWh", 89, "TWh", "energy"),
    ("40 megawatt-hours", 40, "MWh", "energy"),
    # shares
    ("40%", 40, "%", "percent"),
    ("44.5%", 44.5, "%", "percent"),
    ("40 percent", 40, "%", "percent"),
    ("40 per cent", 40, "%", "percent"),
    ("a third of the", 33, "%", "percent"),
    ("two-thirds of its", 67, "%", "percent"),
    ("3 percentage points", 3, "percentage points", "other"),
    ("610 basis points", 610, "bps", "other"),
    # multiples
    ("30x", 30, "x", "multiple"),
    ("2.4x", 2.4, "x", "multiple"),
    ("sixfold", 6, "x", "multiple"),
    ("six-fold", 6, "x", "multiple"),
    ("three times", 3, "x", "multiple"),
    ("doubled", 2, "x", "multiple"),
    ("tripled", 3, "x", "multiple"),
    ("quadrupled", 4, "x", "multiple"),
    ("two and a half times", 2.5, "x", "multiple"),
    # counts
    ("1,200 employees", 1200, "employees", "count"),
    ("620 staff", 620, "staff", "count"),
    ("10,000 people", 10000, "people", "count"),
    ("a 90-person firm", 90, "people", "count"),
    ("a 70-strong firm", 70, "people", "count"),
    ("120 of its pumps", 120, "pumps", "count"),
    ("a staff of 640", 640, "people", "count"),
    ("100,000 GPUs", 100000, "GPUs", "count"),
    ("1,528 H100s", 1528, "H100s", "count"),
    ("4,096 Google TPU v5p chips", 4096, "chips", "count"),
    ("two plants", 2, "plants", "count"),
    ("four data centres", 4, "data centres", "count"),
    ("a 96-core part", 96, "cores", "count"),
    ("5m wafers", 5e6, "wafers", "count"),
    ("one million TPUs", 1e6, "TPUs", "count"),
    ("a dozen reactors", 12, "reactors", "count"),
    # performance
    ("2 exaflops", 2, "exaflops", "performance"),
    ("40-petaflop", 40, "petaflops", "performance"),
    ("300 TFLOPS", 300, "teraflops", "performance"),
    ("8TB/s", 8, "TB/s", "performance"),
    ("2.8 terabytes per second", 2.8, "TB/s", "performance"),
    ("288GB", 288, "GB", "performance"),
    ("5.2GHz", 5.2, "GHz", "performance"),
    ("102.4-terabit", 102.4, "Tb", "performance"),
    ("12-nanometre", 12, "nm", "performance"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "value", "unit", "kind"), GOLDEN, ids=[row[0] for row in GOLDEN])
def test_find_reads_the_notation(text: str, value: float, unit: str, kind: str) -> None:
    sentence = f"It said {text} was enough."
    found = [q for q in find(sentence) if q.kind == kind]

    assert [(q.quantity.value, q.quantity.unit) for q in found] == [(value, unit)]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("from $9B to over $44B", [9e9, 44e9]),
        ("between $2bn and $3bn", [2e9, 3e9]),
        ("$3-4 billion", [3e9, 4e9]),
        ("$300-310 million", [300e6, 310e6]),
        ("between 23.0 billion and 23.8 billion baht", [23e9, 23.8e9]),
        ("10-20 kilowatts", [10, 20]),
        ("17 and 19 times earnings", [17, 19]),
        ("between 27,500 and 29,000 tonnes", [27500, 29000]),
        ("from 38% to over 70%", [38, 70]),
    ],
)
def test_find_reads_both_ends_of_a_range(text: str, values: list[float]) -> None:
    assert [q.quantity.value for q in find(f"It was {text}.")] == values


@pytest.mark.parametrize(
    ("text", "second"),
    [
        ("It rises to 450,000 wafers a month from 310,000.", (310e3, "wafers/month")),
        ("Sales were 870 million yuan, up from 212 million, it said.", (212e6, "CNY")),
        ("An A100 cost $1.21 an hour and an H100 $2.09.", (2.09, "USD/hour")),
        ("It cost $1.21 an hour. It raised $5.", (5, "USD")),
    ],
)
def test_a_second_number_takes_the_unit_of_the_first(text: str, second: tuple[float, str]) -> None:
    found = find(text)[1].quantity

    assert (found.value, found.unit) == second


@pytest.mark.parametrize(
    "text",
    [
        "The H100, the GPT-4 and the MI300X came out in 2023.",
        "On March 17, 2017 it moved.",
        "Version v2.5 runs on Instinct MI325X.",
        "It has ordered Ascend 910B cards.",
        "One of them left for good.",
        "It was mid-2026.",
        "No numbers at all.",
        "",
    ],
)
def test_find_leaves_names_and_years_alone(text: str) -> None:
    assert [q.quantity.surface for q in find(text) if q.kind is not Kind.OTHER] == []


def test_the_yuan_and_the_yen_share_a_sign() -> None:
    (yuan,), (yen,) = find("In China it costs ¥4 trillion."), find("In Japan it costs ¥4 trillion.")

    assert (yuan.quantity.unit, yen.quantity.unit) == ("CNY", "JPY")


@pytest.mark.parametrize(
    ("text", "approximator"),
    [
        ("about $5bn", "about"), ("roughly 1,200GW", "about"), ("nearly 5x", "about"),
        ("over $44B", "over"),
        ("more than 500MW", "over"), ("less than 3%", "under"), ("up to $19bn", "up to"),
        ("at least 40 reactors", "at least"), ("20%+", "over"), ("$5bn", ""),
    ],
)  # fmt: skip
def test_find_keeps_the_approximator(text: str, approximator: str) -> None:
    (found,) = find(f"It is {text}, they say.")

    assert found.quantity.approximator == approximator


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("in Q1 2026", ["Q1 2026"]),
        ("in the first quarter of 2026", ["first quarter of 2026"]),
        ("third-quarter 2026", ["third-quarter 2026"]),
        ("1Q26 and 3Q25", ["1Q26", "3Q25"]),
        ("in fiscal 2025", ["fiscal 2025"]),
        ("FY25", ["FY25"]),
        ("2023 to 2025", ["2023 to 2025"]),
        ("by 2028", ["by 2028"]),
        ("by the end of 2028", ["by the end of 2028"]),
        ("in May 2026", ["May 2026"]),
        ("It may rise", []),
        ("on March 17, 2017", ["March 17, 2017"]),
        ("17 March 2017", ["17 March 2017"]),
        ("last year", ["last year"]),
        ("year to June", ["year to June"]),
        ("nine months to September", ["nine months to September"]),
        ("the first half of 2025", ["first half of 2025"]),
        ("since January", ["since January"]),
        ("in annualized revenue", ["annualized"]),
        ("over the past year", ["over the past year"]),
        ("a year ago", ["a year ago"]),
        ("the 2030s", ["2030s"]),
        ("for $2026 or 2,025 or H2030X", []),
    ],
)
def test_find_times_keeps_the_words(text: str, times: list[str]) -> None:
    assert [t.surface for t in find_times(text)] == times


_SCALES = {
    "": 1.0,
    "k": 1e3,
    "m": 1e6,
    "bn": 1e9,
    " million": 1e6,
    " billion": 1e9,
    " trillion": 1e12,
    "B": 1e9,
}
_CURRENCIES = {
    "$": "USD",
    "€": "EUR",
    "£": "GBP",
    "₩": "KRW",
    "NT$": "TWD",
    "A$": "AUD",
    "CHF ": "CHF",
    "USD ": "USD",
}


@given(
    number=st.decimals(min_value=1, max_value=999, places=2),
    scale=st.sampled_from(sorted(_SCALES)),
    sign=st.sampled_from(sorted(_CURRENCIES)),
)
def test_money_round_trips(number: object, scale: str, sign: str) -> None:
    (found,) = find(f"It paid {sign}{number}{scale} for it.")

    assert found.quantity.value == pytest.approx(float(str(number)) * _SCALES[scale], rel=1e-11)
    assert found.quantity.unit == _CURRENCIES[sign]
    assert found.quantity.surface == f"{sign}{number}{scale}"


@given(
    number=st.integers(min_value=0, max_value=10**7),
    gap=st.sampled_from(["", " ", "-"]),
    unit=st.sampled_from(["kW", "MW", "GW", "MWh", "TWh", "GB", "GHz"]),
)
def test_units_round_trip(number: int, gap: str, unit: str) -> None:
    (found,) = find(f"A {number:,}{gap}{unit} thing.")

    assert (found.quantity.value, found.quantity.unit) == (number, unit)


_PIECES = st.sampled_from(
    ["$", "1", "5.2", "1,200", "bn", " billion", " MW", "%", "x", " to ", "-", " and ", " a year",
     "€", " dollars", " wafers", "\n\n", ".", " six", "fold", " Q1 2026", "’s ", "NT$", " half of the ",
     "İ", "¥", " per hour", " may "]
)  # fmt: skip


@given(st.lists(_PIECES, max_size=14).map("".join))
def test_spans_index_their_text_in_order(text: str) -> None:
    quantities, times = find(text), find_times(text)

    assert all(q.span.of(text) == q.quantity.surface for q in quantities)
    assert all(t.span.of(text) == t.surface for t in times)
    assert all(a.span.end <= b.span.start for a, b in pairwise(quantities))


@given(st.text(max_size=80))
def test_any_text_is_read(text: str) -> None:
    assert all(re.search(r"\w", q.quantity.surface) for q in find(text))
    find_times(text)
