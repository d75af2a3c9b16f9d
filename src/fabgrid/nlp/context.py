"""How a sentence settles a claim: its status and who makes it, read off the clause around a word."""

from __future__ import annotations

import re
from collections.abc import Iterator

from spacy.tokens import Span, Token

from fabgrid.model import Status
from fabgrid.nlp.reading import Reading
from fabgrid.nlp.syntax import arguments

__all__ = ["according_to", "claimant_of", "source_of", "status_of"]

_PLAN = frozenset(
    "plan agree intend expect aim prepare commit set propose seek promise pledge schedule slate want hope target vow "
    "forecast project envisage due offer bid approve".split()
)
_DENY = frozenset(
    "deny refuse reject abandon scrap cancel drop decline dismiss fail shelve withdraw terminate "
    "rule halt suspend block walk".split()
)
_RUMOUR = frozenset(
    "consider explore weigh mull discuss negotiate rumour rumor study evaluate "
    "contemplate talk report speculate".split()
)
_HEDGES = frozenset("could may might reportedly possibly potentially allegedly perhaps".split())
_FUTURE = frozenset("will shall 'll would".split())
_PAST_WORDS = frozenset("former formerly ex-chief previously ex then-chief erstwhile onetime".split())
_PLAN_NOUNS = frozenset("plan agreement deal proposal bid intention goal contract order commitment".split())
_DENY_NOUNS = frozenset("refusal denial cancellation".split())
_RUMOUR_NOUNS = frozenset("talk discussion negotiation rumour rumor speculation".split())
_PLANNED_MODIFIERS = frozenset("planned proposed future forthcoming upcoming pending intended prospective".split())
_PAST_CLAUSE = re.compile(r"\b(no longer|used to|until (?:19|20)\d\d|until (?:last|this) (?:year|month))\b", re.I)
_ITEM_ENDS = frozenset({".", ";", "•", "\n", "\n\n", " "})
_SAYING = frozenset(
    "say tell announce report estimate claim confirm add note warn state disclose reveal argue predict forecast "
    "expect believe think calculate reckon write insist suggest acknowledge declare explain deny".split()
)


def status_of(anchor: Token, relation: str) -> Status:
    """Return the status that the words around the anchor give to a claim.

    Denial outweighs rumour, rumour outweighs a plan, a plan outweighs the past.
    """
    chain = list(_chain(anchor))
    if any(_is_denied(t) for t in chain):
        return Status.DENIED
    if any(_is_rumoured(t, anchor) for t in chain):
        return Status.REPORTED
    if any(_is_planned(t, anchor) for t in chain) or _under_construction(anchor, relation):
        return Status.PLANNED
    if any(_is_past(t) for t in chain[:1]) or _PAST_CLAUSE.search(_own_clause(anchor)):
        return Status.PAST
    return Status.ASSERTED


def _chain(anchor: Token) -> Iterator[Token]:
    """Yield the anchor and the words that govern it, up to the verb of its main clause or a reporting verb."""
    token = anchor
    for _ in range(5):
        yield token
        if token.dep_ in ("ROOT", "relcl", "advcl", "ccomp", "parataxis") and token.i != anchor.i:
            return
        if token.dep_ in ("ROOT", "ccomp", "relcl", "advcl"):
            return
        if token.dep_ == "conj" and token.pos_ == "VERB" and any(c.dep_ in ("nsubj", "aux") for c in token.children):
            return
        token = token.head


def _is_denied(token: Token) -> bool:
    if any(c.dep_ == "neg" for c in token.children) or token.lemma_ in _DENY:
        return True
    if token.lemma_ in _DENY_NOUNS:
        return True
    return any(c.dep_ == "det" and c.lower_ == "no" for c in token.children) and token.lemma_ in _PLAN_NOUNS


def _is_rumoured(token: Token, anchor: Token) -> bool:
    if any(c.lower_ in _HEDGES for c in token.children):
        return True
    if token.i == anchor.i:
        return False
    return (token.pos_ == "VERB" and token.lemma_ in _RUMOUR) or token.lemma_ in _RUMOUR_NOUNS


def _is_planned(token: Token, anchor: Token) -> bool:
    if any(c.dep_ == "aux" and c.lower_ in _FUTURE for c in token.children):
        return True
    if any(c.dep_ == "amod" and c.lower_ in _PLANNED_MODIFIERS for c in token.children):
        return True
    if token.i == anchor.i:
        return False
    if token.pos_ in ("VERB", "ADJ") and token.lemma_ in _PLAN:
        return True
    return token.lemma_ in _PLAN_NOUNS and anchor.dep_ in ("acl", "relcl", "pcomp", "xcomp")


def _under_construction(anchor: Token, relation: str) -> bool:
    if relation != "builds":
        return False
    continuous = anchor.tag_ == "VBG" and any(c.lemma_ == "be" for c in anchor.children)
    return continuous or anchor.lemma_ in ("plan", "break")


def _is_past(token: Token) -> bool:
    around = [*token.children, *(c for c in token.head.children if c.dep_ in ("amod", "advmod"))]
    return any(c.lower_ in _PAST_WORDS for c in around)


def _own_clause(anchor: Token) -> str:
    left, right = anchor.left_edge.i, anchor.right_edge.i + 1
    return str(anchor.doc[left:right].text)


def claimant_of(anchor: Token, reading: Reading) -> str | None:
    """Return who is said to make a claim: an entity's main name, the phrase of an unnamed source, or None."""
    sent = reading.sentence(anchor.i)
    return according_to(anchor, sent, reading) or _reported_by(anchor, reading) or _credited(sent, reading)


def according_to(anchor: Token, sent: Span, reading: Reading) -> str | None:
    """Return the source that the sentence names by "according to"."""
    for token in sent:
        if token.lower_ == "according" and token.i + 1 < sent.end and not token.is_ancestor(anchor):
            named = [c for c in token.nbor().children if c.dep_ == "pobj"]
            return source_of(named[0], reading) if named else None
    return None


def _reported_by(anchor: Token, reading: Reading) -> str | None:
    for verb in anchor.ancestors:
        if verb.pos_ == "VERB" and verb.lemma_ in _SAYING:
            source = _speaker(verb, anchor, reading)
            if source is not None:
                return source
    for child in anchor.children:  # "…, Thiel said"
        if child.dep_ in ("parataxis", "ccomp") and child.lemma_ in _SAYING:
            subject = next((c for c in child.children if c.dep_ == "nsubj"), None)
            return None if subject is None else source_of(subject, reading)
    return None


def _credited(sent: Span, reading: Reading) -> str | None:
    """Return the source in parentheses at the end of an item: "… for an undisclosed sum (The Verge)"."""
    end = sent.end
    while end > sent.start + 3 and sent.doc[end - 1].text in _ITEM_ENDS:
        end -= 1
    source = reading.at.get(end - 2) if sent.doc[end - 1].text == ")" else None
    if source is None or source.type not in ("Company", "Organization", "Person"):
        return None
    if any(c.entity == source.entity for c in reading.within(sent.start, source.start)):
        return None  # "the Bureau of Industry and Security (BIS)"
    opens = source.start - 1 - (sent.doc[source.start - 1].lower_ == "the")
    return source.entity if sent.doc[opens].text == "(" else None


def _speaker(verb: Token, anchor: Token, reading: Reading) -> str | None:
    branch = next((c for c in verb.children if c.i == anchor.i or c.is_ancestor(anchor)), None)
    if branch is None or branch.dep_ not in ("ccomp", "xcomp", "parataxis", "advcl"):
        return None
    for child in verb.children:
        if child.dep_ == "nsubj":
            return source_of(child, reading)
    return None


def source_of(token: Token, reading: Reading) -> str | None:
    """Return the main name of the entity that a noun is, else its phrase; None for a pronoun."""
    named = arguments(token, reading)
    if named:
        return named[0].entity
    if token.pos_ == "PRON":
        return None
    phrase = token.doc[token.left_edge.i : token.right_edge.i + 1].text
    words = re.split(r",| \(| who | that | which ", phrase)[0].strip()
    return words if 0 < len(words) <= 60 else None
