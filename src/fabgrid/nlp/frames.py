"""Sentence shapes: each frame is a function that finds matches of the lexicon's words in one sentence.

Words are data (the ontology), shapes are code. A frame yields every pair of mentions that its shape
relates; types, status and confidence are somebody else's business.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product

from spacy.tokens import Span, Token

from fabgrid.model import MentionKind
from fabgrid.nlp.lexicon import Lexicon, RoleNoun, VerbPattern
from fabgrid.nlp.reading import Candidate, Reading
from fabgrid.nlp.syntax import arguments, by_agents, governor, is_passive, objects, prepositional, subjects

__all__ = ["FRAMES", "Frame", "Match"]


@dataclass(frozen=True, slots=True)
class Match:
    """A relation type between two mentions; `anchor` is the token whose clause tells the status."""

    relation: str
    subject: Candidate
    object: Candidate
    anchor: Token
    frame: str


Frame = Callable[[Span, Reading, Lexicon], Iterator[Match]]

_AT = ("in", "near", "outside", "at")
_BODIES = frozenset({"Company", "GridOperator", "Organization"})
_ASSET_TYPES = frozenset({"Company", "GridOperator", "Facility"})
_ASSETS = frozenset(
    "stake share interest business unit subsidiary division company portfolio % majority half firm arm".split()
)
_EQUATING = frozenset("be include comprise remain become".split())
_EVENT_OBJECT = ("of", "in", "with", "into", "against", "between", "to")
_LIGHT_VERBS = frozenset(
    "abandon agree announce approve close complete consider explore finalise finalize finish form have hold "
    "launch make mull "
    "negotiate own open plan propose pursue scrap seek sign strike take weigh win acquire "
    "buy raise drop terminate end".split()
)


def _pairs(
    relation: str,
    left: list[Candidate],
    right: list[Candidate],
    anchor: Token,
    frame: str,
    *,
    inverse: bool = False,
) -> Iterator[Match]:
    for a, b in product(left, right):
        subject, object_ = (b, a) if inverse else (a, b)
        yield Match(relation, subject, object_, anchor, frame)


def _all(tokens: list[Token], reading: Reading) -> list[Candidate]:
    return [c for t in tokens for c in arguments(t, reading)]


# ---------------------------------------------------------------- verbs


def verbal(sent: Span, reading: Reading, lexicon: Lexicon) -> Iterator[Match]:
    """Active and passive clauses: "Mara acquired a plant", "chips made by TSMC"."""
    for verb in sent:
        if verb.pos_ not in ("VERB", "AUX") and verb.tag_ not in ("VBN", "VBG"):
            continue
        for pattern in lexicon.verbs.get(verb.lemma_.lower(), ()):
            passive = is_passive(verb)
            if pattern.relation == "supplies" and _sells_asset(verb, reading):
                continue
            left, right = _passive(verb, pattern) if passive else _active(verb, pattern)
            frame = "passive" if passive else "active"
            yield from _pairs(
                pattern.relation,
                _all(left, reading),
                _all(right, reading),
                verb,
                frame,
                inverse=pattern.inverse,
            )


def _sells_asset(verb: Token, reading: Reading) -> bool:
    """Tell whether what changes hands is a firm, a plant or a share of one: that is a change of owner."""
    if verb.lemma_ not in ("sell", "buy", "purchase"):
        return False
    things = [c for c in verb.children if c.dep_ in ("dobj", "nsubjpass")] or (
        [verb.head] if verb.dep_ in ("acl", "relcl") else []
    )
    return any(
        t.lemma_.lower() in _ASSETS or any(c.type in _ASSET_TYPES for c in arguments(t, reading)) for t in things
    )


def _active(verb: Token, pattern: VerbPattern) -> tuple[list[Token], list[Token]]:
    return subjects(verb), _complements(verb, pattern)


def _complements(verb: Token, pattern: VerbPattern) -> list[Token]:
    if pattern.noun:
        nouns = [o for o in objects(verb) if o.lemma_.lower() == pattern.noun]
        return [
            t for n in nouns for t in prepositional(n, pattern.preposition) or prepositional(verb, pattern.preposition)
        ]
    if not pattern.preposition:
        return objects(verb)
    if any(c.dep_ == "prt" and c.lower_ == pattern.preposition for c in verb.children):
        return objects(verb)
    return prepositional(verb, pattern.preposition)


def _passive(verb: Token, pattern: VerbPattern) -> tuple[list[Token], list[Token]]:
    patients = subjects(verb)
    if pattern.noun:
        return [], []
    if not pattern.preposition or any(c.dep_ == "prt" for c in verb.children):
        return by_agents(verb), patients
    if pattern.preposition == "with":  # "Dell is supplied with chips by Intel"
        return by_agents(verb), patients
    governed = prepositional(verb, pattern.preposition)
    agents = by_agents(verb)
    return (agents or patients), governed  # "is based in", "chips were sold to Dell by Intel"


# ---------------------------------------------------------------- nouns for events


def nominal(sent: Span, reading: Reading, lexicon: Lexicon) -> Iterator[Match]:
    """Nouns for events: "Mara's acquisition of a plant", "the merger of A and B"."""
    for noun in sent:
        if noun.pos_ not in ("NOUN", "PROPN"):
            continue
        names = lexicon.nouns.get(f"{_before(noun)} {_lemma(noun)}") or lexicon.nouns.get(_lemma(noun)) or []
        for relation in names:
            objects_ = _event_objects(noun, reading)
            actors = _event_actors(noun, reading)
            if objects_ and actors:
                yield from _pairs(relation, actors, objects_, noun, "nominal")
            elif len(objects_) > 1:
                between = bool(prepositional(noun, "between"))
                frame = "nominal-between" if between else "nominal-pair"
                yield from _pairs(relation, objects_[:1], objects_[1:], noun, frame)


def _before(token: Token) -> str:
    return token.nbor(-1).lower_ if token.i else ""


def _lemma(token: Token) -> str:
    return token.lemma_.lower() if token.pos_ != "PROPN" else token.lower_


def _event_objects(noun: Token, reading: Reading) -> list[Candidate]:
    found = [c for word in _EVENT_OBJECT for c in _all(prepositional(noun, word), reading)]
    return list(dict.fromkeys(found))


def _event_actors(noun: Token, reading: Reading) -> list[Candidate]:
    owners = [c for c in noun.children if c.dep_ == "poss"]
    agents = prepositional(noun, "by")
    if owners or agents:
        return _all([*owners, *agents], reading)
    compounds = [c for c in noun.lefts if c.dep_ in ("compound", "nmod") and c.i in reading.at]
    if compounds:
        return _all(compounds, reading)
    verb = governor(noun)
    if verb is not None and verb.lemma_ in _LIGHT_VERBS and noun.dep_ in ("dobj", "pobj"):
        return _all(subjects(verb), reading)
    return []


# ---------------------------------------------------------------- nouns for roles


def roles(sent: Span, reading: Reading, lexicon: Lexicon) -> Iterator[Match]:
    """Nouns for parts in a relation: "X, a supplier to Y", "Y's rival X", "Intel CEO Pat Gelsinger"."""
    for noun in sent:
        if noun.pos_ not in ("NOUN", "PROPN") or (noun.i in reading.at and reading.at[noun.i].kind is MentionKind.NAME):
            continue
        for role in _role_nouns(noun, lexicon):
            parties = _parties(noun, reading)
            holders = [c for c in _holders(noun, reading) if c not in parties]
            if holders and parties:
                yield from _pairs(role.relation, holders, parties, noun, "role", inverse=not role.names_subject)


def _role_nouns(noun: Token, lexicon: Lexicon) -> list[RoleNoun]:
    two = f"{_before(noun)} {_lemma(noun)}"
    if two in lexicon.roles:
        return lexicon.roles[two]
    follows = noun.i + 1 < len(noun.doc) and noun.nbor().lower_ in ("executive", "officer")
    return [] if follows else lexicon.roles.get(_lemma(noun), []) or lexicon.roles.get(noun.text, [])


def _holders(noun: Token, reading: Reading) -> list[Candidate]:
    """Return who is called by the noun."""
    if noun.dep_ in ("appos", "compound", "nmod", "amod") or (noun.dep_ == "dep" and noun.head.i in reading.at):
        named = reading.at.get(noun.head.i)
        if named is not None:
            return [named]
    if noun.dep_ == "conj":
        return _holders(noun.head, reading)
    if noun.dep_ == "attr":
        return _all(subjects(noun.head), reading)
    if noun.dep_ == "nsubj" and noun.head.lemma_ in _EQUATING:  # "its customers include A and B"
        return _all(objects(noun.head), reading)
    listed = [c for child in noun.rights if child.dep_ in ("appos", "prep") for c in _listed_under(child, reading)]
    if listed:
        return listed
    return _holders_by_verb(noun, reading) if noun.dep_ == "pobj" else []


def _holders_by_verb(noun: Token, reading: Reading) -> list[Candidate]:
    """Return who is called so through a verb: "chose X as its supplier", "counts X among its customers"."""
    verb = governor(noun)
    if verb is None or noun.head.lower_ not in ("as", "among"):
        return []
    named = [] if is_passive(verb) else objects(verb)
    return _all(named or subjects(verb), reading)


def _listed_under(child: Token, reading: Reading) -> list[Candidate]:
    if child.dep_ == "appos":
        return arguments(child, reading)
    if child.lower_ in ("including", "like") or (child.lower_ == "as" and any(t.lower_ == "such" for t in child.lefts)):
        return _all([t for t in child.children if t.dep_ in ("pobj", "pcomp")], reading)
    return []


def _parties(noun: Token, reading: Reading) -> list[Candidate]:
    """Return whose part the noun names."""
    named = noun.head if noun.dep_ in ("compound", "nmod", "amod") and noun.head.i in reading.at else noun
    owners = [_owner(c) for c in (*noun.children, *named.lefts) if c.dep_ == "poss"]  # "Intel's rival AMD"
    if owners:
        return _all(owners, reading)
    governed = [t for word in ("of", "to", "for", "at", "with") for t in prepositional(noun, word)]
    if not governed:
        shared = [c for c in noun.rights if c.dep_ == "conj"]
        governed = [t for c in shared for word in ("of", "to", "at") for t in prepositional(c, word)]
    if not governed and noun.dep_ == "conj":
        return _parties(noun.head, reading)
    if governed:
        return _all(governed, reading)
    return _compound_party(noun, reading)


def _owner(possessive: Token) -> Token:
    """Return the possessor; "whose" stands for the noun before its relative clause."""
    if possessive.lower_ != "whose":
        return possessive
    clause: Token = possessive
    while clause.dep_ not in ("relcl", "ROOT"):
        clause = clause.head
    return clause.head if clause.dep_ == "relcl" else possessive


def _compound_party(noun: Token, reading: Reading) -> list[Candidate]:
    """Return the name that stands just before the noun: "Intel chief executive", "an Nvidia supplier"."""
    i = noun.i - 1
    while i > 0 and not noun.doc[i].is_sent_start and noun.doc[i].dep_ in ("amod", "compound") and i not in reading.at:
        i -= 1
    named = reading.at.get(i)
    return [named] if named is not None and named.type != "Person" else []


# ---------------------------------------------------------------- hyphenated participles, possessives, places, titles


def modifiers(sent: Span, reading: Reading, lexicon: Lexicon) -> Iterator[Match]:
    """Hyphenated participles: "the Microsoft-backed OpenAI", "Munich-based Infineon"."""
    for token in sent:
        words = lexicon.modifiers.get(token.lower_)
        if not words or token.i < sent.start + 2 or token.nbor(-1).text not in ("-", "‑"):
            continue
        owner = reading.at.get(token.i - 2)
        if owner is None:
            continue
        for other in _modified(token, reading):
            for word in words:
                yield from _pairs(word.relation, [owner], [other], token, "modifier", inverse=not word.names_subject)


def _modified(token: Token, reading: Reading) -> list[Candidate]:
    head = token.head
    for _ in range(3):
        found = [c for c in arguments(head, reading) if c.start > token.i or head.dep_ == "appos"]
        if found:
            return found
        head = head.head
    after = [reading.at[i] for i in range(token.i + 1, min(token.i + 5, len(token.doc))) if i in reading.at]
    return after[:1]


def possessive(sent: Span, reading: Reading, lexicon: Lexicon) -> Iterator[Match]:
    """Possessives between names: "Nvidia's Blackwell", "Google's data centres", "China's Huawei"."""
    for owner in reading.within(sent.start, sent.end):
        head = sent.doc[owner.end - 1]
        if head.dep_ != "poss":
            continue
        for owned in arguments(head.head, reading) or _compounded(head.head, reading):
            if owned.start < owner.end or owned is owner:
                continue
            relation, inverse = _OWNED.get((_side(owner), owned.type), ("", False))
            if relation:
                yield from _pairs(relation, [owner], [owned], head.head, "possessive", inverse=inverse)


def _compounded(noun: Token, reading: Reading) -> list[Candidate]:
    """Return the name that the noun is of: Instinct in "AMD's Instinct line"."""
    return [reading.at[c.i] for c in noun.lefts if c.dep_ in ("compound", "nmod", "amod") and c.i in reading.at][-1:]


_OWNED: dict[tuple[str, str], tuple[str, bool]] = {
    ("Body", "Product"): ("produces", False),
    ("Body", "Technology"): ("produces", False),
    ("Body", "Facility"): ("operates", False),
    ("Body", "Person"): ("worksFor", True),
    ("Place", "Company"): ("locatedIn", True),
    ("Place", "GridOperator"): ("locatedIn", True),
    ("Place", "Organization"): ("locatedIn", True),
}


def _side(candidate: Candidate) -> str:
    return "Body" if candidate.type in _BODIES else candidate.type


def location(sent: Span, reading: Reading, lexicon: Lexicon) -> Iterator[Match]:
    """Places of sites and bodies: "a plant in Ohio", "the Taiwanese foundry TSMC", "Dresden, Germany"."""
    places = [c for c in reading.within(sent.start, sent.end) if c.type == "Place"]
    for place in places:
        for thing, frame in _placed(place, sent, reading):
            for where in (place, *_wider(place, places, sent)):
                yield Match("locatedIn", thing, where, sent.doc[place.end - 1], frame)


def _placed(place: Candidate, sent: Span, reading: Reading) -> list[tuple[Candidate, str]]:
    """Return what stands at the place, and by which turn of phrase."""
    head = sent.doc[place.end - 1]
    if head.dep_ in ("amod", "compound", "nmod") and head.pos_ in ("ADJ", "PROPN") and _is_adjective(head):
        return [(c, "location-adjective") for c in arguments(head.head, reading) if c.type in _BODIES]
    if head.dep_ == "pobj" and head.head.lower_ in _AT:
        over = head.head.head
        named = reading.at.get(over.i) if over.pos_ in ("NOUN", "PROPN") else None
        if named is not None and (named.type == "Facility" or named.type in _BODIES):
            return [(named, "location")]
    return _beside(place, sent, reading)


def _beside(place: Candidate, sent: Span, reading: Reading) -> list[tuple[Candidate, str]]:
    """Return the name just before the place: "a plant in Ohio", "Danfoss, of Nordborg", "GIC (Singapore)"."""
    if place.start < sent.start + 2:
        return []
    doc, link = sent.doc, sent.doc[place.start - 1].lower_
    comma = doc[place.start - 2].text == ","
    before = reading.at.get(place.start - (3 if comma else 2))
    if before is None or before.kind is not MentionKind.NAME:
        return []
    if before.type == "Facility" and link in _AT:
        return [(before, "location-beside")]
    if before.type in _BODIES and link in ("of", "from", "("):
        return [(before, "location-paren" if link == "(" else "location-of")]
    return []


def _is_adjective(token: Token) -> bool:
    return token.tag_ in ("JJ", "NNP") and token.i + 1 < len(token.doc) and token.nbor().text not in (",", "'s", "’s")


def _wider(place: Candidate, places: list[Candidate], sent: Span) -> list[Candidate]:
    """Return the places that follow after a comma: the state and country of a city."""
    found, end = [], place.end
    for other in places:
        if other.start == end + 1 and sent.doc[end].text == ",":
            found.append(other)
            end = other.end
    return found


def affiliation(sent: Span, reading: Reading, lexicon: Lexicon) -> Iterator[Match]:
    """Persons with a body: "Dylan Patel of SemiAnalysis"."""
    for person in reading.within(sent.start, sent.end):
        head = sent.doc[person.end - 1]
        if person.type != "Person" or head.i + 1 >= len(sent.doc):
            continue
        if head.nbor().lower_ in ("of", "at", "from"):
            bodies = _all([t for t in head.nbor().children if t.dep_ == "pobj"], reading)
            yield from _pairs("worksFor", [person], [b for b in bodies if b.type in _BODIES], head, "affiliation")


FRAMES: tuple[Frame, ...] = (verbal, nominal, roles, modifiers, possessive, location, affiliation)
