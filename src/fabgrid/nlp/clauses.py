"""From a word of a sentence to the entity that it is about: possessors, subjects, objects, antecedents."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable

from spacy.tokens import Doc, Token
from spacy.tokens import Span as DocSpan

from fabgrid.model import Span
from fabgrid.nlp.reading import reading_of

__all__ = [
    "MentionedDoc",
    "Sighting",
    "Types",
    "clause_of",
    "evidence_at",
    "modified_noun",
    "offsets",
    "phrase_of",
]

Sighting = tuple[Span, str, str]  # where, the entity's main name, its type

Types = frozenset[str]

_SUBJECTS = frozenset({"nsubj", "nsubjpass", "csubj"})
_NOUN_MODIFIERS = frozenset({"nummod", "quantmod", "compound", "amod", "nmod", "npadvmod", "advmod", "punct"})
_LINKS = frozenset({"of", "at", "for", "in", "by", "from"})  # "revenue at X", "shares in X"
_PARTS = frozenset({"percent", "cent", "half", "rest", "remainder", "all", "whole", "majority"})
_NEAR = 9  # tokens between a relative clause and what it may be about


class MentionedDoc:
    """A doc whose tokens know which entity they mention."""

    def __init__(self, doc: Doc, sightings: Iterable[Sighting]) -> None:
        self.doc = doc
        self.text = reading_of(doc).text
        self._starts, self._sentences = offsets(doc)
        self._at: dict[int, Sighting] = {}
        self._sightings = tuple(sightings)
        for sighting in self._sightings:
            first, last = self.token(sighting[0].start), self.token(sighting[0].end - 1)
            for i in range(first, last + 1):
                self._at[i] = sighting

    def topic(self, types: Types) -> Sighting | None:
        """Return a mention of what the article is about: the only entity of the types, or the one mentioned most."""
        counts = Counter(s[1] for s in self._sightings if s[2] in types)
        name, often = max(counts.items(), key=lambda item: item[1], default=("", 0))
        return next(s for s in self._sightings if s[1] == name) if often > 2 or len(counts) == 1 else None

    def token(self, character: int) -> int:
        """Return the index of the token that the character belongs to."""
        return bisect_right(self._starts, character) - 1

    def sentence(self, index: int) -> DocSpan:
        """Return the sentence of the token at an index."""
        n = bisect_right(self._sentences, index)
        end = self._sentences[n] if n < len(self._sentences) else len(self.doc)
        return self.doc[self._sentences[n - 1] : end]

    def head(self, span: Span) -> Token:
        """Return the token of the span on which its others depend."""
        i, j = self.token(span.start), self.token(span.end - 1)
        for token in self.doc[i : j + 1]:
            if not i <= token.head.i <= j or token.head.i == token.i:
                return token
        return self.doc[j]

    def at(self, index: int, types: Types | None = None) -> Sighting | None:
        """Return what the token mentions, None where that is of none of the types."""
        hit = self._at.get(index)
        return hit if hit is not None and (types is None or hit[2] in types) else None

    def of(self, token: Token, types: Types) -> Sighting | None:
        """Return what the token mentions, else what possesses or specifies it."""
        if token.i in self._at:
            return self.at(token.i, types)
        if token.lower_ in ("which", "that", "who") and token.head.dep_ == "relcl":
            return self.antecedent(token.head, types)
        return self.possessor(token, types)

    def possessor(self, noun: Token, types: Types) -> Sighting | None:
        """Return X of "X's revenue", "the X shares", "revenue at X", "whose revenue" or "X, a foundry"."""
        children = list(noun.children)
        for child in children:
            if child.dep_ in ("poss", "compound", "nmod", "amod"):
                if hit := self.at(child.i, types):
                    return hit
                if child.lower_ == "whose":
                    return self._of_relative_clause(noun, types)
        for child in children:
            if child.dep_ == "prep" and child.lower_ in _LINKS:
                for noun_of_phrase in child.children:
                    if noun_of_phrase.dep_ == "pobj" and (hit := self.at(noun_of_phrase.i, types)):
                        return hit
            if child.dep_ == "appos" and (hit := self.at(child.i, types)):
                return hit
        return None

    def complement(self, noun: Token, preposition: str, types: Types) -> Sighting | None:
        """Return X of "acquisition of X"."""
        for child in noun.children:
            if child.dep_ == "prep" and child.lower_ == preposition:
                for noun_of_phrase in child.children:
                    if hit := self.of(noun_of_phrase, types):
                        return hit
        return None

    def antecedent(self, clause: Token, types: Types) -> Sighting | None:
        """Return what a relative clause is about: its head, else the last mention shortly before it."""
        if clause.head.i != clause.i and (hit := self.of(clause.head, types)):
            return hit
        end = clause.left_edge.i
        return self.last_before(end, max(self.sentence(clause.i).start, end - _NEAR), types)

    def last_before(self, end: int, start: int, types: Types) -> Sighting | None:
        """Return the last mention of the types among the tokens `start` to `end` (excluded)."""
        for i in range(end - 1, start - 1, -1):
            if hit := self.at(i, types):
                return hit
        return None

    def subject(self, verb: Token, types: Types) -> tuple[Sighting | None, Token | None]:
        """Return the subject of the verb, or of the one that it depends on: the entity and its word."""
        for _ in range(5):
            for child in verb.children:
                if child.dep_ in _SUBJECTS:
                    return self.of(child, types), child
            if verb.dep_ in ("relcl", "acl") and verb.head.i != verb.i:
                return self.antecedent(verb, types), verb.head
            if verb.head.i == verb.i:
                break
            verb = clause_of(verb.head)
        return None, None

    def object(self, verb: Token, types: Types) -> Sighting | None:
        """Return what the verb is done to, itself named: X of "bought X", "X was bought", "X, bought"."""
        children = list(verb.children)
        done_to = (
            {"dobj", "nsubjpass"} if any(c.dep_ == "dobj" for c in children) or verb.dep_ != "ccomp" else _SUBJECTS
        )
        for child in children:
            if child.dep_ in done_to:
                if child.i in self._at:
                    return self.at(child.i, types)
                if child.text == "%" or child.lemma_ in _PARTS:
                    return self.complement(child, "of", types)
                if child.pos_ != "PRON":
                    return self._apposition(child, types)
        if verb.dep_ == "acl" and verb.tag_ == "VBN":
            return self.of(verb.head, types)
        if verb.dep_ == "relcl" and not any(c.dep_ == "dobj" for c in children):
            return self.antecedent(verb, types)
        if any(c.dep_ == "auxpass" for c in children) or (verb.dep_ == "advcl" and verb.tag_ == "VBN"):
            return self.subject(verb, types)[0]
        return None

    def _apposition(self, noun: Token, types: Types) -> Sighting | None:
        return next((h for c in noun.children if c.dep_ == "appos" and (h := self.at(c.i, types))), None)

    def _of_relative_clause(self, token: Token, types: Types) -> Sighting | None:
        clause = next((t for t in (token, *token.ancestors) if t.dep_ == "relcl"), None)
        return self.antecedent(clause, types) if clause is not None else None


def offsets(doc: Doc) -> tuple[list[int], list[int]]:
    """Return where each token starts (characters), and each sentence (tokens).

    An array is ten times faster than a walk over tokens, and so than `token.sent`, which walks the doc.
    """
    table = doc.to_array(["IDX", "SENT_START"])
    return table[:, 0].tolist(), [0, *(i for i in (table[:, 1] == 1).nonzero()[0].tolist() if i)]


def clause_of(token: Token) -> Token:
    """Return the verb of the token's clause, the root where the parse has no verb."""
    while token.pos_ not in ("VERB", "AUX") and token.head.i != token.i:
        token = token.head
    return token


def phrase_of(token: Token) -> set[int]:
    """Return the indices of the tokens from this one up to the verb of its clause."""
    indices = {token.i}
    while token.pos_ not in ("VERB", "AUX") and token.head.i != token.i:
        token = token.head
        indices.add(token.i)
    return indices


def modified_noun(token: Token) -> Token:
    """Return the noun that a number modifies ("a 140 MW facility"), the number itself where there is none."""
    while token.dep_ in _NOUN_MODIFIERS and token.head.i != token.i and token.head.pos_ not in ("VERB", "AUX"):
        token = token.head
    return token


def evidence_at(sentence: DocSpan, at: int) -> Span:
    """Return the sentence, cut at the blank lines about a character.

    The parser joins a heading to the sentence below it.
    """
    text, start, end = reading_of(sentence.doc).text, sentence.start_char, sentence.end_char
    before, after = text.rfind("\n\n", start, at), text.find("\n\n", at, end)
    return Span(before + 2 if before >= 0 else start, after if after >= 0 else end)
