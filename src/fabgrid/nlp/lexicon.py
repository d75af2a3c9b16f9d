"""The ontology's words, keyed for the sentence shapes of `frames`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from fabgrid.ontology import Ontology, RelationType

__all__ = ["Lexicon", "RoleNoun", "VerbPattern"]

PREPOSITIONS = frozenset("across against among at between by for from in into of on onto over to under with".split())


@dataclass(frozen=True, slots=True)
class VerbPattern:
    """One verb of a relation type: "take stake in" is lemma take, noun stake, preposition in.

    `preposition` may also be a particle ("take over"); `inverse` verbs have the relation's object as
    their grammatical subject.
    """

    relation: str
    lemma: str
    noun: str = ""
    preposition: str = ""
    inverse: bool = False


@dataclass(frozen=True, slots=True)
class RoleNoun:
    """A noun that calls the relation's subject (or else its object) by its part in the relation."""

    relation: str
    names_subject: bool


class Lexicon:
    """All words of the relation types, by lemma."""

    def __init__(self, ontology: Ontology) -> None:
        self.verbs: dict[str, list[VerbPattern]] = defaultdict(list)
        self.nouns: dict[str, list[str]] = defaultdict(list)
        self.roles: dict[str, list[RoleNoun]] = defaultdict(list)
        self.modifiers: dict[str, list[RoleNoun]] = defaultdict(list)
        for relation in ontology.relations.values():
            self._add(relation)

    def _add(self, relation: RelationType) -> None:
        self._add_verbs(relation.name, relation.verbs, inverse=False)
        self._add_verbs(relation.name, relation.inverse_verbs, inverse=True)
        for noun in relation.nouns:
            self.nouns[noun.lower()].append(relation.name)
        for words, names_subject in ((relation.subject_roles, True), (relation.object_roles, False)):
            for word in words:
                self.roles[word.lower()].append(RoleNoun(relation.name, names_subject))
        for words, names_subject in ((relation.subject_modifiers, True), (relation.object_modifiers, False)):
            for word in words:
                self.modifiers[word.lower()].append(RoleNoun(relation.name, names_subject))

    def _add_verbs(self, relation: str, words: Iterable[str], *, inverse: bool) -> None:
        for word in words:
            lemma, *rest = word.split()
            preposition = rest.pop() if rest and (rest[-1] in PREPOSITIONS or len(rest) == 1) else ""
            pattern = VerbPattern(relation, lemma, " ".join(rest), preposition, inverse)
            self.verbs[lemma].append(pattern)
