"""Which units are money, and which have an IRI in QUDT."""

from __future__ import annotations

from fabgrid.graph.terms import UNIT

__all__ = ["is_currency", "qudt_unit"]

# ISO 4217, without funds, precious metals and test codes.
_CURRENCIES = frozenset(
    """AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD
    CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF
    GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK
    LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD
    OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN
    SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF
    YER ZAR ZMW ZWG""".split()
)

# Only units of QUDT 2.1; a unit that is not here keeps its text (fg:unit) and has no qudt:hasUnit.
_QUDT = {
    "%": "PERCENT",
    "percent": "PERCENT",
    "W": "W",
    "kW": "KiloW",
    "MW": "MegaW",
    "GW": "GigaW",
    "TW": "TeraW",
    "Wh": "W-HR",
    "kWh": "KiloW-HR",
    "MWh": "MegaW-HR",
    "GWh": "GigaW-HR",
    "TWh": "TeraW-HR",
    "V": "V",
    "kV": "KiloV",
    "A": "A",
    "Hz": "HZ",
    "MHz": "MegaHZ",
    "GHz": "GigaHZ",
    "nm": "NanoM",
    "mm": "MilliM",
    "cm": "CentiM",
    "m": "M",
    "km": "KiloM",
    "mi": "MI",
    "kg": "KiloGM",
    "MB": "MegaBYTE",
    "GB": "GigaBYTE",
    "TB": "TeraBYTE",
    "PB": "PetaBYTE",
}


def is_currency(unit: str) -> bool:
    """Tell whether the unit is an ISO 4217 code.

    >>> is_currency("USD"), is_currency("MWh")
    (True, False)
    """
    return unit in _CURRENCIES


def qudt_unit(unit: str) -> str | None:
    """Return QUDT's IRI of a unit as written, None where QUDT has none that we are sure of."""
    name = _QUDT.get(unit)
    return None if name is None else UNIT + name
