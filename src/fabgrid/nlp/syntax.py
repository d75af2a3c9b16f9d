"""Walks over spaCy's dependency parse that every sentence shape shares."""

from __future__ import annotations

from collections.abc import Iterator

from spacy.tokens import Token

from fabgrid.model import MentionKind
from fabgrid.nlp.reading import Candidate, Reading

__all__ = ["arguments", "by_agents", "governor", "objects", "prepositional", "subjects"]

# Nouns that say nothing of their own: "a group of firms", "the likes of Nvidia".
TRANSPARENT = frozenset(
    "all both each group handful host like likes list majority many member most number one pair part range "
    "series set some".split()
)
_SITES = frozenset("plant station campus fab factory site facility reactor mine farm".split())
_LISTING = frozenset({"including", "like", "as", "include", "namely"})
_RELATIVE = frozenset({"which", "that", "who", "whom"})
_OBJECT_CONTROL = frozenset(
    "allow ask enable force help let order persuade push require tell urge permit get select choose pick "
    "hire tap contract appoint name".split()
)
_SEE_THROUGH = frozenset({"Company", "GridOperator", "Organization", "Person", "Product", "Technology", "Facility"})


def arguments(token: Token, reading: Reading) -> list[Candidate]:
    """Return the mentions that a noun phrase names, its coordinated and listed ones included."""
    found: list[Candidate] = []
    for head in (token, *_conjuncts(token)):
        found += [c for c in _named(head, reading) if c not in found]
    return found


def _conjuncts(token: Token) -> Iterator[Token]:
    for child in token.rights:
        if child.dep_ == "conj" and child.pos_ in ("NOUN", "PROPN", "PRON", "NUM", "X", "ADJ"):
            yield child
            yield from _conjuncts(child)


def _named(head: Token, reading: Reading) -> list[Candidate]:
    named = reading.at.get(head.i)
    if named is not None:
        return [named]
    found = [c for child in head.rights if child.dep_ == "appos" for c in arguments(child, reading)]
    found += [c for child in head.children if child.dep_ == "prep" for c in _listed(head, child, reading)]
    if found:
        return found
    if head.dep_ == "appos":
        return [c for c in [reading.at.get(head.head.i)] if c is not None]
    return _qualifying(head, reading)


def _qualifying(head: Token, reading: Reading) -> list[Candidate]:
    """Return what a common noun is of: H100 in "H100 accelerators", Palisades in "the Palisades nuclear plant"."""
    at = head.i - 1
    types: tuple[str, ...] = ("Product", "Technology")
    if head.lemma_ in _SITES:
        types = ("Facility",)
        while at > 0 and at not in reading.at and head.doc[at].dep_ in ("compound", "amod", "nmod"):
            at -= 1
    before = reading.at.get(at) if head.pos_ == "NOUN" else None
    if before is None or before.kind is not MentionKind.NAME or before.type not in types:
        return []
    return [before]


def _listed(head: Token, preposition: Token, reading: Reading) -> list[Candidate]:
    word = preposition.lower_
    if word in _LISTING or (word == "of" and head.lemma_.lower() in TRANSPARENT):
        return [c for t in preposition.children if t.dep_ in ("pobj", "pcomp") for c in arguments(t, reading)]
    return []


def subjects(verb: Token, *, depth: int = 0) -> list[Token]:
    """Return the tokens that act in the verb: its own subject, else the one that its syntax lends it."""
    own = [c for c in verb.children if c.dep_ in ("nsubj", "nsubjpass", "csubj")]
    if own:
        return [_antecedent(verb, own[0])]
    if depth > 4:
        return []
    if verb.dep_ in ("acl", "relcl"):
        return _of_modified_noun(verb, depth)
    if verb.dep_ in ("conj", "xcomp", "advcl", "pcomp", "prep", "ccomp", "dep"):
        return _lent(verb, depth)
    return []


def _antecedent(verb: Token, subject: Token) -> Token:
    return verb.head if subject.lower_ in _RELATIVE and verb.dep_ == "relcl" else subject


def _of_modified_noun(verb: Token, depth: int) -> list[Token]:
    noun = verb.head
    if verb.tag_ in ("VBG", "VBN"):
        return [noun]
    owner = [c for c in noun.children if c.dep_ == "poss"]  # "Mara's plan to build"
    return owner or _governing_subjects(noun, depth)


def _governing_subjects(noun: Token, depth: int) -> list[Token]:
    head = noun.head
    while head.dep_ in ("prep", "pobj") and head.head.i != head.i:
        head = head.head
    return subjects(head, depth=depth + 1) if head.pos_ in ("VERB", "AUX") else []


def _lent(verb: Token, depth: int) -> list[Token]:
    head = verb.head
    if head.i == verb.i:
        return []
    if verb.dep_ == "xcomp" and head.lemma_ in _OBJECT_CONTROL:
        controlled = [c for c in head.children if c.dep_ in ("dobj", "nsubjpass")]
        if controlled:
            return controlled
    if verb.dep_ == "ccomp" and any(c.dep_ == "mark" for c in verb.children):
        return []
    return subjects(head, depth=depth + 1) if head.pos_ in ("VERB", "AUX", "ADP", "SCONJ") else []


def is_passive(verb: Token) -> bool:
    """Tell whether the verb is passive, in full ("was bought") or reduced ("chips made by TSMC")."""
    if any(c.dep_ in ("nsubjpass", "auxpass", "agent") for c in verb.children):
        return True
    if verb.tag_ == "VBN" and verb.dep_ == "conj" and not any(c.dep_ in ("aux", "nsubj") for c in verb.children):
        return is_passive(verb.head)
    return verb.tag_ == "VBN" and verb.dep_ in ("acl", "amod") and not any(c.dep_ == "dobj" for c in verb.children)


def objects(verb: Token) -> list[Token]:
    """Return the verb's direct objects, or the noun that its relative clause leaves out."""
    own = [c for c in verb.children if c.dep_ in ("dobj", "oprd", "attr") and c.lower_ not in _RELATIVE]
    if own:
        return own
    acts = any(c.dep_ == "nsubj" and c.lower_ not in _RELATIVE for c in verb.children)
    if verb.dep_ == "relcl" and acts:
        return [verb.head]
    # "designs and sells chips": the last of coordinated verbs has the object
    return [
        o for c in verb.rights if c.dep_ == "conj" and c.pos_ == "VERB" and not _has_subject(c) for o in objects(c)
    ][:1]


def _has_subject(verb: Token) -> bool:
    return any(c.dep_ in ("nsubj", "nsubjpass") for c in verb.children)


def prepositional(token: Token, word: str) -> list[Token]:
    """Return what the preposition governs under the token, under its object or under its particle."""
    found = _governed(token, word)
    if not found and token.pos_ in ("VERB", "AUX"):
        for child in token.children:
            if child.dep_ in ("dobj", "prt", "attr", "nsubjpass", "acomp"):
                found += _governed(child, word)
    if not found and word == "to":
        found = [c for c in token.children if c.dep_ == "dative" and c.pos_ != "ADP"]
    return found


def _governed(token: Token, word: str) -> list[Token]:
    return [
        o
        for p in token.children
        if p.dep_ in ("prep", "dative", "prt", "agent") and p.lower_ == word
        for o in p.children
        if o.dep_ in ("pobj", "pcomp")
    ]


def by_agents(verb: Token) -> list[Token]:
    """Return who acts in a passive: what "by" governs, also where the parse hangs it lower."""
    lower = [o for c in verb.children if c.dep_ == "prep" for o in c.children if o.dep_ == "pobj"]
    return _governed(verb, "by") or [agent for o in lower for agent in _governed(o, "by")]


def governor(token: Token) -> Token | None:
    """Return the nearest verb above the token, in its sentence."""
    while token.head.i != token.i:
        token = token.head
        if token.pos_ in ("VERB", "AUX"):
            return token
    return None
