"""Countries: the one name of each, whatever an article calls it (pycountry)."""

from __future__ import annotations

from functools import lru_cache

from fabgrid.resolution.names import normal

__all__ = ["country"]

# What English calls a country where the ISO's name is another one, or beside it.
_NAMES = {
    "RU": "Russia",
    "TR": "Turkey",
    "CD": "Democratic Republic of the Congo",
    "CG": "Republic of the Congo",
    "CI": "Ivory Coast",
    "BN": "Brunei",
    "FM": "Micronesia",
    "VA": "Vatican City",
    "PS": "Palestine",
    "FK": "Falkland Islands",
}
_OTHERS = {
    "us": "US",
    "usa": "US",
    "america": "US",
    "united states of america": "US",
    "uk": "GB",
    "britain": "GB",
    "great britain": "GB",
    "uae": "AE",
    "emirates": "AE",
    "holland": "NL",
    "prc": "CN",
    "mainland china": "CN",
    "peoples republic of china": "CN",
    "rok": "KR",
    "republic of korea": "KR",
    "dprk": "KP",
    "czech republic": "CZ",
    "burma": "MM",
    "cape verde": "CV",
    "swaziland": "SZ",
    "east timor": "TL",
    "dr congo": "CD",
    "drc": "CD",
    "ksa": "SA",
}


def country(name: str) -> str | None:
    """Return the common English name of a country, None where the name is no country's for certain.

    >>> country("U.S."), country("Republic of Korea"), country("Korea")
    ('United States', 'South Korea', None)
    """
    return _index().get(normal(name))


@lru_cache(maxsize=1)
def _index() -> dict[str, str]:
    import pycountry

    index: dict[str, str] = {}
    common: dict[str, str] = {}
    for entry in pycountry.countries:
        label = _NAMES.get(entry.alpha_2) or getattr(entry, "common_name", None) or entry.name
        common[entry.alpha_2] = label
        for name in (label, entry.name, getattr(entry, "official_name", None)):
            if name:
                index[normal(name)] = label
    return index | {name: common[code] for name, code in _OTHERS.items()}
