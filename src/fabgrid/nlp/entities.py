"""Typed mentions: registry, places, name patterns, described facilities and spaCy's recogniser together.

Each finder yields candidates that may overlap; `settle` keeps the best of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from spacy.tokens import Doc, Span, Token

from fabgrid.model import MentionKind
from fabgrid.nlp.gazetteer import Gazetteer, Places
from fabgrid.nlp.reading import Candidate
from fabgrid.ontology import Ontology

__all__ = ["EntityFinder", "settle"]

Finder = Callable[[Doc], Iterator[Candidate]]

# Where candidates overlap, the longer wins; at equal length the earlier of these sources.
SOURCES = ("anaphor", "registry", "place", "joint", "pattern", "facility", "ner")

_ORGANIZATION = re.compile(
    r"\b(University|Institute|Department|Ministry|Commission|Agency|Authority|Council|Committee|Bureau|"
    r"Administration|Association|Court|Congress|Parliament|Government|Laborator(?:y|ies)|Foundation|Consortium|"
    r"Alliance|Union|Senate|House|Office|Board|Cent(?:er|re)|Times|Journal|News|Post|Academy|College|Treasury|"
    r"Service|Federation|Forum|Society|School|Army|Navy|Force)\b"
)
_GRID = re.compile(
    r"\b(ISO|RTO|TSO|System Operator|Independent System|Interconnection|Grid Operator|Transmission System)\b"
)
_FACILITY_NAME = re.compile(
    r"\b(Plant|Power Station|Station|Fab(?: \d+\w?)?|Campus|Data Cent(?:er|re)|Wind Farm|Solar Farm|Reactor|Dam|"
    r"Generating Station|Energy Center|Park|Complex|Gigafactory|Factory|Mine|Substation|Unit \d)$"
)
_COMPANY_SUFFIX = re.compile(
    r"^(Inc|Inc\.|Corp|Corp\.|Corporation|Ltd|Ltd\.|Limited|LLC|L\.L\.C\.|PLC|plc|AG|SE|N\.V\.|NV|SA|S\.A\.|GmbH|Co|Co\.|"
    r"Company|Holdings|Group|Technologies|Technology|Semiconductor|Semiconductors|Semi|Electronics|Energy|Power|"
    r"Systems|Microsystems|Capital|Partners|Ventures|Labs|Networks|Materials|Industries|Motors|Motor|Cloud|Compute|"
    r"Robotics|Photonics|Devices|Instruments|Bank|Utilities|Electric|Renewables|Nuclear|Solar|Mining|Research|"
    r"Logistics|Pharmaceuticals|Therapeutics|Telecom|Communications|Airlines|Software|Computing|Analytics)$"
)
# Abbreviations of roles, units and trades that spaCy takes for organizations.
_NOT_NAMES = frozenset(
    "AI CEO CFO CTO COO IPO EU-wide GDP IT PC PCs R&D Q1 Q2 Q3 Q4 H1 H2 CPU CPUs PPA PPAs ETF EV EVs SEC. VP SVP "
    "Mr Mr. Ms Ms. Mrs Mrs. Dr Dr. FY ML LLM LLMs AGI API APIs TL;DR Bitcoin Ethereum Treasurys".split()
)
_NER_TYPES = {"PERSON": "Person", "ORG": "Company", "GPE": "Place", "LOC": "Place", "FAC": "Facility"}
_CHIP_NOUNS = frozenset(
    "chip chips gpu gpus processor processors accelerator accelerators cpu cpus model models "
    "server servers system systems".split()
)
_MODEL_NUMBER = re.compile(r"^(?=.*[A-Z])(?=.*\d)[A-Z][A-Za-z0-9.\-]{1,11}s?$")
_POWER = re.compile(r"^[\d.,]+-?(?:MW|GW|kW|MWh|GWh|megawatts?|gigawatts?)$", re.I)


class EntityFinder:
    """Find the typed mentions of a doc."""

    def __init__(self, ontology: Ontology, gazetteer: Gazetteer, places: Places) -> None:
        self._gazetteer, self._places = gazetteer, places
        self._facility_nouns = frozenset(n.lower().split()[-1] for n in ontology.classes["Facility"].nouns)

    def __call__(self, doc: Doc, recognised: Iterable[Candidate] | None = None) -> list[Candidate]:
        """Return the candidates of the doc, sorted, without overlap.

        `recognised` are the joint model's; without them spaCy's recogniser and patterns stand in.
        """
        found = [*self._gazetteer.find(doc), *self._places.find(doc)]
        if recognised is not None:
            return [self._known(c) for c in settle([*found, *recognised])]
        found += [*self._patterns(doc), *self._recognised(doc), *self._products(doc)]
        names = settle(found)
        return [self._known(c) for c in settle([*names, *self._facilities(doc, names)])]

    def _known(self, candidate: Candidate) -> Candidate:
        """Give a recognised name the registry's IRI and type, where it is a registry name in full."""
        if candidate.iri is None and candidate.kind is MentionKind.NAME and candidate.type != "Place":
            known = self._gazetteer.lookup(candidate.text)
            if known is not None:
                candidate.iri, candidate.type = known.iri, known.type
        return candidate

    def _recognised(self, doc: Doc) -> Iterator[Candidate]:
        for ent in doc.ents:
            if ent.label_ in _NER_TYPES:
                span = _trim(ent)
                if span is not None and _is_name(span):
                    yield Candidate(span.start, span.end, self._type(span, ent.label_), "ner", span.text)

    def _type(self, span: Span, label: str) -> str:
        kind = _NER_TYPES[label]
        if _FACILITY_NAME.search(span.text):
            return "Facility"
        if kind == "Person" and (len(span) == 1 or _ORGANIZATION.search(span.text)):
            return kind if len(span) == 1 and span.text.istitle() else _body_type(span.text)
        if kind == "Place" and not self._places.is_place(span.text) and _COMPANY_SUFFIX.match(span[-1].text):
            return _body_type(span.text)
        return _body_type(span.text) if kind == "Company" else kind

    def _patterns(self, doc: Doc) -> Iterator[Candidate]:
        """Yield runs of capitalised words that end in a company's, facility's or body's own word."""
        for start, end in _capital_runs(doc):
            text = doc[start:end].text
            if end - start < 2:
                continue
            if _FACILITY_NAME.search(text):
                yield Candidate(start, end, "Facility", "pattern", text)
            elif _ORGANIZATION.search(text) or _GRID.search(text):
                yield Candidate(start, end, _body_type(text), "pattern", text)
            elif _COMPANY_SUFFIX.match(doc[end - 1].text):
                yield Candidate(start, end, "Company", "pattern", text)

    def _products(self, doc: Doc) -> Iterator[Candidate]:
        """Yield model numbers that stand before a noun for chips or systems ("MI300X accelerators")."""
        for token in doc[:-1]:
            if _MODEL_NUMBER.match(token.text) and token.nbor().lower_ in _CHIP_NOUNS:
                yield Candidate(token.i, token.i + 1, "Product", "pattern", token.text)

    def _facilities(self, doc: Doc, names: list[Candidate]) -> Iterator[Candidate]:
        at = {i: c for c in names for i in range(c.start, c.end)}
        for token in doc:
            if token.i in at or token.pos_ not in ("NOUN", "PROPN") or not self._names_facility(token):
                continue
            candidate = self._described(token, at)
            if candidate is not None:
                yield candidate

    def _names_facility(self, token: Token) -> bool:
        return token.lower_ in self._facility_nouns or token.lower_.rstrip("s") in self._facility_nouns

    def _described(self, head: Token, at: dict[int, Candidate]) -> Candidate | None:
        """Return the facility that the noun and its modifiers describe, if they single one out."""
        start = head.i
        for i in range(head.i - 1, max(-1, head.i - 7), -1):
            token, named = head.doc[i], at.get(i)
            if not _is_modifier(token, named):
                break
            start = i
        while start < head.i and (head.doc[start].text in "-–—'\"“" or head.doc[start].lower_ in _WEAK):
            start += 1
        words = head.doc[start : head.i + 1]
        if not (_sized(words) or self._sited(head, at) or _built(head)):
            return None
        return Candidate(start, head.i + 1, "Facility", "facility", words.text, kind=MentionKind.NAME)

    def _sited(self, head: Token, at: dict[int, Candidate]) -> bool:
        links = (c for c in head.children if c.dep_ == "prep" and c.lower_ in ("in", "near", "outside", "at"))
        named = (at.get(t.i) for link in links for t in link.children)
        return any(c is not None and c.type == "Place" for c in named)


_WEAK = frozenset(
    "new first second third next large larger big huge massive same other own such latest existing "
    "several two three four".split()
)
_BUILD_LEMMAS = frozenset(
    "build construct open acquire buy operate own expand develop run close sell lease restart power".split()
)


def _is_modifier(token: Token, named: Candidate | None) -> bool:
    if named is not None:
        return False
    if token.lower_ in _WEAK or _POWER.match(token.text):
        return True
    return token.pos_ in ("NOUN", "ADJ", "NUM", "PROPN", "SYM") or token.text in ("-", "$")


def _sized(words: Span) -> bool:
    texts = [t.text for t in words]
    return any(_POWER.match(t) or t.lower() in ("mw", "gw", "megawatt", "gigawatt") for t in texts)


def _built(head: Token) -> bool:
    verb = head.head
    return head.dep_ in ("dobj", "nsubjpass") and verb.lemma_ in _BUILD_LEMMAS and len(list(head.lefts)) > 0


def _body_type(text: str) -> str:
    if _GRID.search(text):
        return "GridOperator"
    return "Organization" if _ORGANIZATION.search(text) else "Company"


def _trim(ent: Span) -> Span | None:
    """Return the span without article, possessive, quotes and trailing punctuation."""
    start, end = ent.start, ent.end
    doc = ent.doc
    while start < end and (
        doc[start].lower_ in ("the", "a", "an", "its", "their") or doc[start].is_punct or doc[start].is_space
    ):
        start += 1
    while start < end and (
        doc[end - 1].text in ("'s", "’s", "'", "’") or doc[end - 1].is_space or doc[end - 1].is_punct
    ):
        end -= 1
    return doc[start:end] if start < end else None


def _is_name(span: Span) -> bool:
    text = span.text
    if text in _NOT_NAMES or "\n" in text or len(text) < 2 or not any(c.isupper() for c in text):
        return False
    if span[0].ent_type_ in ("ORG", "FAC") and all(t.pos_ not in ("PROPN", "X") for t in span) and len(span) == 1:
        return text.isupper() or not span[0].is_sent_start
    return not text[0].isdigit()


def _capital_runs(doc: Doc) -> Iterator[tuple[int, int]]:
    """Yield runs of capitalised tokens, with "of", "and", "&" and "for" between them where they join."""
    start: int | None = None
    i = 0
    while i < len(doc):
        token = doc[i]
        capital = token.text[:1].isupper() and not token.is_space
        joins = token.lower_ in ("of", "&", "for") and i + 1 < len(doc) and doc[i + 1].text[:1].isupper()
        first = token.is_sent_start and token.pos_ not in ("PROPN", "NOUN", "ADJ")
        if capital and not first:
            start = i if start is None else start
        elif start is not None and not joins:
            yield start, i
            start = None
        i += 1
    if start is not None:
        yield start, len(doc)


def settle(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Return the candidates without overlap: the longest first, then by source, then by position."""
    rank = {s: i for i, s in enumerate(SOURCES)}
    chosen: list[Candidate] = []
    taken: set[int] = set()
    for c in sorted(candidates, key=lambda c: (-(c.end - c.start), rank[c.source], c.start)):
        tokens = range(c.start, c.end)
        if taken.isdisjoint(tokens):
            taken.update(tokens)
            chosen.append(c)
    return sorted(chosen, key=lambda c: c.start)
