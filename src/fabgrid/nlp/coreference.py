"""From mentions to the entities of one article: name forms, abbreviations, descriptions and pronouns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import pairwise

from spacy.tokens import Doc

from fabgrid.model import Entity, MentionKind
from fabgrid.nlp import plurals
from fabgrid.nlp.gazetteer import Places
from fabgrid.nlp.names import name_key, without_legal_form
from fabgrid.nlp.reading import Candidate, Reading, reading_of

__all__ = ["Coreference"]

_ADOPTING = frozenset({"Company", "GridOperator", "Organization"})
_PROPER = _ADOPTING | {"Person", "Place"}
_ARTICLES = (["a"], ["an"], ["the"])
_OPENING = frozenset(("(", '("', "(“", "(the “", '(the "'))


class Coreference:
    """Give every candidate its entity, also the pronouns and descriptions that stand for one."""

    def __init__(self, places: Places) -> None:
        self._places = places

    def __call__(self, doc: Doc, abbreviations: Mapping[str, str]) -> None:
        """Group the names of the doc's reading into entities, and join the nominals that stand for one."""
        reading = reading_of(doc)
        _link_descriptions(reading, doc)
        both = [c for c in reading.candidates if c.source == plurals.SOURCE]
        names = [c for c in reading.candidates if c.kind is MentionKind.NAME and not _is_common(c, abbreviations)]
        groups = _Groups({**_in_parentheses(names, doc), **abbreviations}, self._places)
        for candidate in names:
            groups.add(candidate)
        groups.join_short_names()
        reading.entities = groups.entities()
        reading.place([*names, *_linked(reading)])
        reading.place([*reading.candidates, *plurals.resolve(both, reading)])


def _is_common(candidate: Candidate, abbreviations: Mapping[str, str]) -> bool:
    """Tell whether a name of a body or person is short for common words: "finding of no impact (FONSI)"."""
    return candidate.type in _PROPER and abbreviations.get(candidate.text, "").islower()


def _link_descriptions(reading: Reading, doc: Doc) -> None:
    """Link a site in small letters to the one that it describes: "Hyperion, a 2GW campus in Louisiana"."""
    if reading.judgement is None:
        return
    for site, other in pairwise(c for c in reading.candidates if c.type == "Facility" and c.kind is MentionKind.NAME):
        between = [t.lower_ for t in doc[site.end : other.start]]
        described = between[:1] == [","] and between[1:] in _ARTICLES and doc[other.end - 1].is_lower
        if described and doc[site.start].text[:1].isupper() and not doc[site.end - 1].is_lower:
            other.kind = MentionKind.NOMINAL
            reading.judgement.antecedents[id(other)] = site


def _in_parentheses(names: list[Candidate], doc: Doc) -> dict[str, str]:
    """Return the short names that follow their long ones so: "Edwin I. Hatch Nuclear Power Plant (Hatch)"."""
    found = {}
    for long, short in pairwise(names):
        opens = doc[long.end : short.start].text in _OPENING
        if opens and long.type == short.type and set(short.text.split()) < set(long.text.split()):
            found[short.text] = long.text
    return found


def _linked(reading: Reading) -> Iterator[Candidate]:
    """Yield the nominal candidates that the joint model links to a name, with its entity."""
    judgement = reading.judgement
    for nominal in reading.candidates:
        if nominal.kind is MentionKind.NAME or nominal.source == plurals.SOURCE or judgement is None:
            continue
        antecedent = judgement.antecedents.get(id(nominal))
        while antecedent is not None and antecedent.kind is not MentionKind.NAME:
            antecedent = judgement.antecedents.get(id(antecedent))
        if antecedent is not None:
            nominal.entity, nominal.type = antecedent.entity, antecedent.type
            yield nominal


class _Groups:
    """Candidates by entity while the names of one article are being compared."""

    def __init__(self, abbreviations: Mapping[str, str], places: Places) -> None:
        self._long = {name_key(short): name_key(long) for short, long in abbreviations.items()}
        self._places = places
        self._members: dict[str, list[Candidate]] = {}

    def add(self, candidate: Candidate) -> None:
        key = self._key(candidate)
        self._members.setdefault(key, []).append(candidate)

    def _key(self, candidate: Candidate) -> str:
        if candidate.type == "Place":
            return "place:" + name_key(self._places.canonical(candidate.text))
        if candidate.iri is not None:
            return candidate.iri
        key = name_key(candidate.text)
        return self._long.get(key, key)

    def join_short_names(self) -> None:
        """Join a short name to the one longer name that begins (a person's: ends) with it."""
        for key in sorted(self._members, key=len):
            if self._members[key][0].iri is not None or key.startswith("place:"):
                continue
            targets = [k for k in self._members if k != key and self._is_long_form(k, key)]
            if targets:
                target = min(targets, key=lambda k: (self._members[k][0].start, len(k)))
                self._members[target] += self._members.pop(key)

    def _is_long_form(self, long: str, short: str) -> bool:
        a, b = self._members[long], self._members[short]
        if a[0].type == "Place" or not _joinable(_major(a), _major(b)) or all(map(_is_full, b)):
            return False
        for text in {name_key(c.text) for c in a}:
            if _major(a) == "Person":
                if text != short and text.split()[-1] == short:
                    return True
            elif text.startswith(short + " ") and _major(a) != "Facility":
                return not self._is_branch(a[0].text, short)
        return False

    def _is_branch(self, long: str, short: str) -> bool:
        """Tell whether the longer name is that of a unit in some country: "Sandoz Canada" is not Sandoz."""
        words = without_legal_form(long).split()[len(short.split()) :]
        return self._places.is_place(" ".join(words))

    def entities(self) -> dict[str, Entity]:
        """Return the entities by main name and write it into their candidates."""
        entities: dict[str, Entity] = {}
        for members in self._members.values():
            members.sort(key=lambda c: c.start)
            kind = _major(members)
            name = self._main_name(members, entities)
            for candidate in members:
                candidate.entity, candidate.type = name, kind
            aliases = sorted({c.text for c in members if c.kind is MentionKind.NAME} - {name})
            iri = next((c.iri for c in members if c.iri), None)
            entities[name] = Entity(name, kind, tuple(aliases), iri)
        return entities

    def _main_name(self, members: list[Candidate], taken: Mapping[str, Entity]) -> str:
        names = [c.text for c in members if c.kind is MentionKind.NAME]
        if members[0].type == "Place":
            names = [self._places.canonical(names[0]), *names]
            best = names[0]
        else:
            best = max(names, key=lambda n: (len(n), -names.index(n)))
        while best in taken:  # two entities of one name: a product and its maker
            best += f" ({_major(members).lower()})"
        return best


def _is_full(candidate: Candidate) -> bool:
    """Tell whether a name has its legal form: then it is no short form of a longer name."""
    return without_legal_form(candidate.text) != candidate.text


def _major(members: list[Candidate]) -> str:
    """Return the type of the group: the registry's, else the most frequent."""
    known = [c.type for c in members if c.iri is not None]
    counts = Counter(known or [c.type for c in members])
    return max(counts, key=lambda t: (counts[t], t))


def _joinable(a: str, b: str) -> bool:
    return a == b or {a, b} <= _ADOPTING or (a == "Person" and b == "Company") or {a, b} <= {"Product", "Technology"}
