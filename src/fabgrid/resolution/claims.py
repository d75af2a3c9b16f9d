"""What the articles say of names: who is called what, how often, and which names are one entity's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

from fabgrid.resolution.forms import Key
from fabgrid.resolution.namings import Naming

__all__ = ["ArticlesOf", "Claims", "gather"]

ArticlesOf = Callable[[Collection[Naming]], Mapping[Naming, Collection[int]]]  # the articles by number

_Stated = Mapping[Key, Mapping[Key, Collection[Naming]]]  # another name -> whose it is -> who says so


@dataclass(slots=True)
class Claims:
    """The testimony of articles; counts are of articles, so their order does not matter."""

    counts: Mapping[Naming, int]  # articles of each naming
    named: dict[Key, list[Naming]] = field(default_factory=lambda: defaultdict(list))
    others: dict[Key, set[str]] = field(default_factory=lambda: defaultdict(set))  # names beside those of `named`
    # Another name -> whose it is, by the fullest name in the article or the IRI in the registry, where more
    # articles say so than name both as two entities.
    stated: dict[Key, tuple[Key, ...]] = field(default_factory=dict)
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


def gather(counts: Mapping[Naming, int], articles_of: ArticlesOf) -> Claims:
    """Read what the articles with these namings say; they are looked up only where one may name two as one."""
    claims = Claims(counts)
    for naming in counts:
        claims.named[naming.key].append(naming)
        for key, surface in naming.others:
            if key != naming.key or surface not in naming.surfaces:
                claims.others[key].add(surface)
    stated: dict[Key, dict[Key, list[Naming]]] = defaultdict(lambda: defaultdict(list))
    for naming in counts:
        for key in naming.stated:
            stated[key][naming.key].append(naming)
    _weigh(stated, claims, articles_of)
    return claims


def _weigh(stated: _Stated, claims: Claims, articles_of: ArticlesOf) -> None:
    """Note whose other names are, and which one article gives to two."""
    named = {key for key in stated if key in claims.named}  # somebody may be called only so
    told = {key: {n for namings in heads.values() for n in namings} for key, heads in stated.items()}
    asked = {naming for key, heads in stated.items() if key in named or len(heads) > 1 for naming in told[key]}
    asked.update(claims.namings_of(named), claims.namings_of(head for key in named for head in stated[key]))
    articles = {naming: set(found) for naming, found in articles_of(asked).items()}

    def all_of(namings: Iterable[Naming]) -> set[int]:
        return set().union(*(articles[naming] for naming in namings))

    for key, heads in stated.items():
        if len(heads) > 1 and sum(len(all_of(namings)) for namings in heads.values()) > len(all_of(told[key])):
            claims.rivals.add(key)
        own = all_of(claims.named[key]) if key in named else set()
        claims.stated[key] = tuple(
            head
            for head, namings in heads.items()
            if not own or len(all_of(namings)) > len(own & all_of(claims.named[head]))
        )
