"""What the articles say of names: who is called what, how often, and which names are one entity's."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from fabgrid.resolution.forms import Key
from fabgrid.resolution.namings import Naming

__all__ = ["Claims", "Mentions", "gather"]

Mentions = Mapping[Naming, Collection[int]]  # the articles of each naming, by number


@dataclass(slots=True)
class Claims:
    """The testimony of articles; counts are of articles, so their order does not matter."""

    mentions: Mentions
    named: dict[Key, list[Naming]] = field(default_factory=lambda: defaultdict(list))
    others: dict[Key, set[str]] = field(default_factory=lambda: defaultdict(set))  # names beside those of `named`
    # Another name of an entity -> its fullest name in the article, or its IRI in the registry.
    stated: dict[Key, Counter[Key]] = field(default_factory=lambda: defaultdict(Counter))
    # The same pair, where an article names both as two entities.
    apart: Counter[tuple[Key, Key]] = field(default_factory=Counter)
    rivals: set[Key] = field(default_factory=set)  # one article gives the name to two entities

    @property
    def keys(self) -> set[Key]:
        """All keys, of entities and of their other names."""
        return self.named.keys() | self.others.keys()

    def namings_of(self, keys: Iterable[Key]) -> list[Naming]:
        """Return the namings of the entities of these keys."""
        return [naming for key in keys for naming in self.named.get(key, ())]

    def surfaces(self, key: Key) -> set[str]:
        """Return all names under a key."""
        told = {surface for naming in self.named.get(key, ()) for surface in naming.surfaces}
        return told | self.others[key] if key in self.others else told


def gather(mentions: Mentions) -> Claims:
    """Read what the articles that mention these namings say of them."""
    claims = Claims(mentions)
    for naming in mentions:
        claims.named[naming.key].append(naming)
        for key, surface in naming.others:
            if key != naming.key or surface not in naming.surfaces:
                claims.others[key].add(surface)
    heads: dict[Key, dict[Key, set[int]]] = defaultdict(lambda: defaultdict(set))
    for naming, articles in mentions.items():
        for key in naming.stated:
            heads[key][naming.key].update(articles)
    for key, owners in heads.items():
        _note_heads(key, owners, claims)
    return claims


def _note_heads(key: Key, owners: Mapping[Key, set[int]], claims: Claims) -> None:
    """Note who has a name, by how many articles, and how many name it and them as two."""
    claims.stated[key].update({head: len(articles) for head, articles in owners.items()})
    if sum(map(len, owners.values())) > len(set().union(*owners.values())):
        claims.rivals.add(key)
    own = _articles(key, claims)
    if own:
        claims.apart.update({(key, head): len(own & _articles(head, claims)) for head in owners})


def _articles(key: Key, claims: Claims) -> set[int]:
    return {article for naming in claims.named.get(key, ()) for article in claims.mentions[naming]}
