"""What the articles say of names: who is called what, how often, and which names are one entity's."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from fabgrid.model import Entity, slug
from fabgrid.ontology import Ontology
from fabgrid.resolution.aliases import RegistryNames
from fabgrid.resolution.forms import Key, form, is_local, is_strong, kind_of
from fabgrid.resolution.judgements import Ruling, reference
from fabgrid.resolution.names import is_acronym, is_proper

__all__ = ["Claims", "Naming", "gather"]


@dataclass(frozen=True, slots=True, eq=False)
class Naming:
    """An entity as an article names it; the same naming is one object in all articles."""

    name: str
    key: Key
    type: str
    surfaces: tuple[str, ...]
    others: tuple[tuple[Key, str], ...]  # its names that mean somebody anywhere
    stated: tuple[Key, ...]  # those of them that are not its key
    is_local: bool  # means somebody in its article only


@dataclass(slots=True)
class Claims:
    """The testimony of all articles; counts are of articles, so their order does not matter."""

    namings: dict[str, tuple[Naming, ...]] = field(default_factory=dict)  # by article
    articles_of: Counter[Naming] = field(default_factory=Counter)
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


def gather(
    articles: Iterable[tuple[str, Iterable[Entity]]],
    *,
    names: RegistryNames,
    ontology: Ontology,
    ruling: Ruling,
) -> Claims:
    """Read the entities of all articles."""
    claims = Claims()
    apart = frozenset(frozenset(pair) for pair in ruling.splits)
    reader = _Reader(names, {name: kind_of(name, ontology) for name in ontology.classes}, apart)
    for article, entities in articles:
        found = claims.namings[article] = tuple([reader.read(entity, article) for entity in entities])
        claims.articles_of.update(found)
        _note_heads(found, claims)
    for naming in claims.articles_of:
        claims.named[naming.key].append(naming)
        for key, surface in naming.others:
            if key != naming.key or surface not in naming.surfaces:
                claims.others[key].add(surface)
    _note_those_apart({naming for naming in claims.articles_of if naming.key in claims.stated}, claims)
    return claims


def _note_heads(namings: Iterable[Naming], claims: Claims) -> None:
    heads: dict[Key, set[Key]] = defaultdict(set)
    for naming in [naming for naming in namings if naming.stated]:
        for key in naming.stated:
            heads[key].add(naming.key)
    for key, owners in heads.items():
        claims.stated[key].update(owners)
        if len(owners) > 1:
            claims.rivals.add(key)


def _note_those_apart(stated: set[Naming], claims: Claims) -> None:
    for namings in claims.namings.values():
        keys = {naming.key for naming in namings if naming in stated}
        if keys:
            present = {naming.key for naming in namings}
            for key in keys:
                claims.apart.update((key, head) for head in claims.stated[key] if head in present and head != key)


class _Reader:
    """Reads one entity of one article; the same names are read once."""

    def __init__(self, names: RegistryNames, kinds: dict[str, str], apart: frozenset[frozenset[str]]) -> None:
        self._names, self._kinds, self._apart = names, kinds, apart
        self._seen: dict[Entity, Naming] = {}

    def read(self, entity: Entity, article: str) -> Naming:
        found = self._seen.get(entity)
        if found is None:
            found = self._seen[entity] = self._read(entity)
        return replace(found, key=found.key._replace(article=article)) if found.is_local else found

    def _read(self, entity: Entity) -> Naming:
        kind = self._kinds.get(entity.type, entity.type)
        if not entity.aliases and not entity.iri:
            key = Key(kind, form(entity.name, kind))
            if not self._names.owner(key):
                return _of_one_name(entity, key)
        strong = [a for a in entity.aliases if is_strong(a, entity.name, kind)]
        iri = self._link(entity, kind, strong)
        if iri in self._names.known:
            kind = self._kinds.get(self._names.known[iri].type, kind)
        main = _main(entity, kind)
        local = not iri and is_local(main, kind)
        shared = () if local else (n for n in (main, *strong) if not is_local(n, kind))
        others = {(Key(kind, form(n, kind)), n) for n in shared}
        if iri:
            key = Key("iri", iri)
        else:
            # The fullest name tells most: "MPS" alone may be somebody else in another article.
            key = max((k for k, _ in others), key=_fullness, default=Key(kind, form(main, kind)))
        surfaces = {entity.name, *strong, *(a for a in entity.aliases if kind == "Place" and is_proper(a))}
        stated = tuple({k for k, _ in others} - {key})
        return Naming(entity.name, key, entity.type, tuple(surfaces), tuple(others), stated, local)

    def _link(self, entity: Entity, kind: str, strong: list[str]) -> str | None:
        iri = entity.iri or self._names.owner(Key(kind, form(entity.name, kind)))
        if iri is None:
            owners = {self._owner(alias, entity.name, kind) for alias in strong} - {None}
            iri = owners.pop() if len(owners) == 1 else None
        if iri is None or not self._apart:
            return iri
        labels = {reference(iri)}
        if iri in self._names.known:
            labels.add(slug(self._names.known[iri].name))
        parted = any(frozenset((slug(entity.name), label)) in self._apart for label in labels)
        return None if parted else iri

    def _owner(self, alias: str, name: str, kind: str) -> str | None:
        iri = self._names.owner(Key(kind, form(alias, kind)))
        if iri is None or " " in form(alias, kind) or form(alias, kind) == form(name, kind):
            return iri
        # "Samsung" of "Samsung Heavy Industries" is another one than the registry's, and so is "MPS"
        # of "Managed Print Services", where the registry has its own expansion.
        known = self._names.known[iri]
        expanded = any(is_acronym(alias, n) for n in (known.name, *known.aliases))
        return iri if is_acronym(alias, name) and not expanded else None


def _of_one_name(entity: Entity, key: Key) -> Naming:
    """Return the naming of an entity that has no other name and is not the registry's: most are such."""
    name, local = entity.name, is_local(entity.name, key.kind)
    return Naming(name, key, entity.type, (name,), () if local else ((key, name),), (), local)


def _main(entity: Entity, kind: str) -> str:
    """Return the name, or the full name that the article gives where the name is a bare one."""
    if not is_local(entity.name, kind):
        return entity.name
    bare = form(entity.name, kind)
    full = [a for a in entity.aliases if is_proper(a) and not is_local(a, kind) and " " in form(a, kind)]
    if kind == "Person":
        full = [a for a in full if bare in form(a, kind).split()]
    return max(full, key=lambda a: (len(a), a), default=entity.name)


def _fullness(key: Key) -> tuple[int, int, str]:
    return len(key.form.split()), len(key.form), key.form
