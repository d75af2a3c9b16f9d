"""Words and signs of numbers, currencies and units, with what each stands for.

Currency codes are ISO 4217. A sign that several currencies share stands for the one that industry
news means by it where nothing else is said ("$" USD, "¥" JPY, "kroner" NOK, "pesos" PHP).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum

__all__ = [
    "CURRENCY_SIGNS",
    "CURRENCY_WORDS",
    "FRACTIONS",
    "ISO_CODES",
    "LETTER_SCALES",
    "NUMBER_WORDS",
    "PER",
    "UNIT_SIGNS",
    "UNIT_WORDS",
    "VERBAL_MULTIPLES",
    "WORD_SCALES",
    "Kind",
    "alternatives",
    "words",
]


class Kind(StrEnum):
    """What a quantity measures; the ontology's `fg:unitKind` uses the same words."""

    MONEY = "money"
    POWER = "power"
    ENERGY = "energy"
    PERCENT = "percent"
    MULTIPLE = "multiple"
    COUNT = "count"
    RATE = "rate"
    PERFORMANCE = "performance"
    OTHER = "other"


def words(text: str) -> frozenset[str]:
    """Return the words of a text: word lists are easier to read and to change as one string."""
    return frozenset(text.split())


def alternatives(words: Iterable[str]) -> str:
    """Return a regular expression for any of the words, longest first.

    >>> alternatives(["M", "MW"])
    'MW|M'
    """
    return "|".join(re.escape(w) for w in sorted(words, key=lambda w: (-len(w), w)))


_ONES = (
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen "
    "nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"


def _named(text: str, first: int, step: float) -> dict[str, float]:
    return {word: step * i for i, word in enumerate(text.split(), first)}


NUMBER_WORDS: dict[str, float] = {
    "one": 1.0, **_named(_ONES, 2, 1.0), **_named(_TENS, 2, 10.0), "half": 0.5, "a": 1.0, "an": 1.0,
}  # fmt: skip

WORD_SCALES: dict[str, float] = {
    "dozen": 12.0, "hundred": 1e2, "thousand": 1e3, "lakh": 1e5, "lakhs": 1e5, "million": 1e6,
    "millions": 1e6,
    "crore": 1e7, "crores": 1e7, "billion": 1e9, "billions": 1e9, "trillion": 1e12, "lakh crore": 1e12,
}  # fmt: skip
LETTER_SCALES: dict[str, float] = {
    "k": 1e3, "K": 1e3, "m": 1e6, "M": 1e6, "mn": 1e6, "mln": 1e6, "mm": 1e6, "MM": 1e6, "mio": 1e6,
    "b": 1e9, "B": 1e9, "bn": 1e9, "Bn": 1e9, "BN": 1e9, "bln": 1e9, "t": 1e12, "T": 1e12, "tn": 1e12,
    "tr": 1e12, "trn": 1e12, "cr": 1e7, "Cr": 1e7,
}  # fmt: skip

FRACTIONS: dict[str, float] = {  # of a whole, in per cent as people say it
    "half": 50, "third": 33, "quarter": 25, "fifth": 20, "sixth": 17, "seventh": 14, "eighth": 12.5,
    "tenth": 10,
    "two-thirds": 67, "two thirds": 67, "three-quarters": 75, "three quarters": 75, "two-fifths": 40,
    "three-fifths": 60, "four-fifths": 80, "two fifths": 40, "three fifths": 60, "four fifths": 80,
    "nine-tenths": 90,
}  # fmt: skip

VERBAL_MULTIPLES: dict[str, float] = {
    "doubl": 2, "tripl": 3, "trebl": 3, "quadrupl": 4, "quintupl": 5, "sextupl": 6, "halv": 0.5,
}  # fmt: skip

ISO_CODES = words(
    "AED ARS AUD BRL CAD CHF CLP CNY COP CZK DKK EGP EUR GBP HKD HUF IDR ILS INR JPY KES KRW KWD KZT MXN MYR NGN "
    "NOK NZD PEN PHP PKR PLN QAR RMB RON RUB SAR SEK SGD THB TRY TWD UAH USD VND XOF ZAR"
)
CURRENCY_SIGNS: dict[str, str] = {
    **{code: code for code in ISO_CODES}, "RMB": "CNY", "NTD": "TWD",
    "$": "USD", "US$": "USD", "USD$": "USD", "U.S.$": "USD", "NT$": "TWD", "A$": "AUD", "AU$": "AUD",
    "C$": "CAD", "CA$": "CAD", "CAD$": "CAD", "HK$": "HKD", "S$": "SGD", "SG$": "SGD", "NZ$": "NZD",
    "R$": "BRL", "MX$": "MXN", "€": "EUR", "£": "GBP", "¥": "JPY", "￥": "JPY", "JP¥": "JPY", "CN¥": "CNY",
    "RMB¥": "CNY", "₩": "KRW", "₹": "INR", "Rs": "INR", "Rs.": "INR", "₺": "TRY", "₫": "VND", "₱": "PHP",
    "₪": "ILS", "฿": "THB", "₴": "UAH", "RM": "MYR", "Rp": "IDR", "NKr": "NOK", "SKr": "SEK", "DKr": "DKK",
    "Nkr": "NOK", "Skr": "SEK", "Dkr": "DKK", "zł": "PLN", "Fr": "CHF", "SFr": "CHF",
}  # fmt: skip

_CURRENCY_NAMES = """
USD dollar, dollars, U.S. dollar, U.S. dollars, US dollar, US dollars, American dollars
EUR euro, euros
GBP pounds, pounds sterling
JPY yen
KRW won, Korean won, South Korean won
CNY yuan, renminbi, Chinese yuan
INR rupee, rupees, Indian rupees
TWD New Taiwan dollars, Taiwan dollars, Taiwanese dollars
AUD Australian dollars
CAD Canadian dollars
HKD Hong Kong dollars
SGD Singapore dollars
NZD New Zealand dollars
CHF francs, Swiss francs
NOK kroner, Norwegian kroner, Norwegian crowns
SEK kronor, Swedish kronor, Swedish crowns
DKK Danish kroner, Danish crowns
PLN zloty, zlotys
THB baht
MYR ringgit
PHP pesos, Philippine pesos
MXN Mexican pesos
TRY lira, Turkish lira
AED dirhams
SAR riyals, Saudi riyals
QAR Qatari riyals
ILS shekels
IDR rupiah
VND dong
BRL reais
ZAR rand
HUF forints
CZK koruna, Czech crowns
RUB roubles, rubles
XOF CFA francs
PEN soles
KZT tenge
NGN naira
KES shillings
UAH hryvnia
RON lei
"""
CURRENCY_WORDS: dict[str, str] = {
    word: line[:3] for line in _CURRENCY_NAMES.strip().splitlines() for word in line[4:].split(", ")
}


def _all(text: str, kind: Kind) -> dict[str, tuple[str, Kind]]:
    return {unit: (unit, kind) for unit in text.split()}


def _with_plural(text: str, kind: Kind) -> dict[str, tuple[str, Kind]]:
    return {word + s: (word + "s", kind) for word in text.split() for s in ("", "s")}


def _each(names: str, unit: str, kind: Kind) -> dict[str, tuple[str, Kind]]:
    return dict.fromkeys(names.split(", "), (unit, kind))


_FLOPS = {"giga": "G", "tera": "T", "peta": "P", "exa": "E", "zetta": "Z"}
_SPEEDS = (
    "KB MB GB TB PB Gb Tb GiB TiB MB/s GB/s TB/s PB/s Gb/s Tb/s Gbps Tbps Mbps GT/s MHz GHz THz Hz nm TOPS "
    "TOPS/W pJ/bit "
    "Mbit/s Gbit/s Tbit/s"
)
UNIT_SIGNS: dict[str, tuple[str, Kind]] = {
    **_all("mW W kW MW GW TW MWt MWth MVA GVA kVA MWp GWp MWac MWdc kWp", Kind.POWER),
    **_all("Wh kWh MWh GWh TWh", Kind.ENERGY),
    **_all(_SPEEDS, Kind.PERFORMANCE),
    **_all("kV V km m mm cm kg g ns ms µm ha dB °C", Kind.OTHER),
    **_each("KW", "kW", Kind.POWER), **_each("Mw, MWe", "MW", Kind.POWER), **_each("Gw, GWe", "GW",
    Kind.POWER),
    **_each("KWh", "kWh", Kind.ENERGY), **_each("%, pc, pct", "%", Kind.PERCENT),
    **_each("x, X, ×", "x", Kind.MULTIPLE), **_each("bp, bps", "bps", Kind.OTHER),
    **{sign + s: (f"{name}flops", Kind.PERFORMANCE) for name, sign in _FLOPS.items()
       for s in ("FLOPS", "FLOP", "FLOPs", "FLOP/s", "Flops", "flops")},
}  # fmt: skip
_SI = {"watt": "W", "kilowatt": "kW", "megawatt": "MW", "gigawatt": "GW", "terawatt": "TW", "milliwatt": "mW"}
_LENGTHS_AND_TIMES = (
    "second minute hour day week month year decade quarter century millisecond mile kilometre kilometer "
    "metre meter "
    "millimetre inch acre hectare gallon litre liter degree volt kilovolt micron centimetre centimeter"
)
UNIT_WORDS: dict[str, tuple[str, Kind]] = {
    **{word + s: (unit, Kind.POWER) for word, unit in _SI.items() for s in ("", "s")},
    **{f"{word}{gap}hour{s}": (f"{unit}h", Kind.ENERGY) for word,
    unit in _SI.items() for gap in "- " for s in ("", "s")},
    **{f"{name}flop{s}": (f"{name}flops", Kind.PERFORMANCE) for name in _FLOPS for s in ("", "s")},
    **_with_plural(_LENGTHS_AND_TIMES, Kind.OTHER),
    **_each("megavolt-amperes", "MVA", Kind.POWER),
    **_each("percent, per cent, per-cent", "%", Kind.PERCENT),
    **_each("percentage point, percentage points, percentage-point", "percentage points", Kind.OTHER),
    **_each("basis point, basis points, basis-point", "bps", Kind.OTHER),
    **_each("times, -fold, fold", "x", Kind.MULTIPLE),
    **_each("gigabyte, gigabytes", "GB", Kind.PERFORMANCE), **_each("terabyte, terabytes", "TB",
    Kind.PERFORMANCE),
    **_each("petabyte, petabytes", "PB", Kind.PERFORMANCE), **_each("gigahertz", "GHz", Kind.PERFORMANCE),
    **_each("gigabytes per second", "GB/s", Kind.PERFORMANCE), **_each("terabytes per second", "TB/s",
    Kind.PERFORMANCE),
    **_each("gigabits per second", "Gbps", Kind.PERFORMANCE), **_each("terabits per second", "Tbps",
    Kind.PERFORMANCE),
    **_each("gigabit, gigabits", "Gb", Kind.PERFORMANCE), **_each("terabit, terabits", "Tb",
    Kind.PERFORMANCE),
    **_each("nanometre, nanometres, nanometer, nanometers", "nm", Kind.PERFORMANCE),
    **_each("tokens per second", "tokens/second", Kind.PERFORMANCE),
    **_each("nanosecond, nanoseconds", "ns", Kind.OTHER), **_each("kilogram, kilograms", "kg", Kind.COUNT),
    **{f"square {word}": (f"square {word}", Kind.OTHER)
       for word in ("feet", "metres", "meters", "miles", "kilometres", "kilometers")},
    **{word: (word, Kind.OTHER) for word in ("feet", "foot", "inches", "centuries", "cubic metres",
    "cubic meters")},
}  # fmt: skip

# what stands after "per": "$2.30 an hour", "wafers a month", "$270 per MW-day"
_PER_ITSELF = (
    "second minute hour day week month quarter year wafer share tonne ton barrel kg chip token query user "
    "seat ounce pound "
    "litre gallon MWh kWh MW kW GW GB MW-day kW-month mile bit"
)
PER: dict[str, str] = {
    **{word: word for word in _PER_ITSELF.split()},
    "kilowatt-hour": "kWh", "kilowatt hour": "kWh", "megawatt-hour": "MWh", "megawatt hour": "MWh",
    "megawatt": "MW", "kilowatt": "kW", "gigawatt": "GW", "megawatt-day": "MW-day", "megawatt day": "MW-day",
    "kilogram": "kg", "GPU-hour": "hour", "GPU hour": "hour", "chip-hour": "hour", "card-hour": "hour",
    "accelerator-hour": "hour", "gigabyte": "GB", "metric ton": "tonne", "million tokens": "million tokens",
    "million": "million tokens",
    "thousand tokens": "thousand tokens", "annum": "year", "hr": "hour", "mo": "month", "yr": "year",
    "sec": "second", "s": "second", "h": "hour",
}  # fmt: skip
