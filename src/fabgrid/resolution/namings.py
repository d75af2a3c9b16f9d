"""An entity as an article names it: its key, its other names, and by which slugs it meets others."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace

from fabgrid.model import Entity, slug
from fabgrid.ontology import Ontology
from fabgrid.resolution.aliases import RegistryNames
from fabgrid.resolution.forms import Key, form, is_local, is_strong, kind_of
from fabgrid.resolution.judgements import Ruling, reference
from fabgrid.resolution.names import is_acronym, is_proper
from fabgrid.resolution.places import country
from fabgrid.resolution.slugs import Stems, local_slug

__all__ = ["Naming", "Reader", "dump", "load"]

_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode
_decode = json.JSONDecoder().decode


@dataclass(frozen=True, slots=True, eq=False)
class Naming:
    """What an article says of who an entity is; the same naming is one object in all articles."""

    name: str
    key: Key
    type: str
    surfaces: tuple[str, ...]
    others: tuple[tuple[Key, str], ...]  # its names that mean somebody anywhere
    stated: tuple[Key, ...]  # those of them that are not its key

    @property
    def is_local(self) -> bool:
        """Tell whether it means somebody in its article only."""
        return bool(self.key.article)


def dump(naming: Naming) -> str:
    """Return a naming as JSON: equal ones as equal texts."""
    others = sorted((*key[:2], surface) for key, surface in naming.others)
    parts = (naming.name, naming.type, naming.key, sorted(naming.surfaces), others)
    return _encode(parts)


def load(text: str) -> Naming:
    """Return the naming that `dump` wrote."""
    name, type_, key, surfaces, others = _decode(text)
    return _naming(name, Key(*key), type_, surfaces, ((Key(kind, form_), n) for kind, form_, n in others))


def _naming(name: str, key: Key, type_name: str, surfaces: Iterable[str], others: Iterable[tuple[Key, str]]) -> Naming:
    told = tuple(others)
    return Naming(name, key, type_name, tuple(surfaces), told, tuple({k for k, _ in told} - {key}))


class Reader:
    """Reads the entities of articles under one registry, ontology and ruling; the same names are read once."""

    def __init__(self, names: RegistryNames, *, ontology: Ontology, ruling: Ruling) -> None:
        self._names = names
        self._kinds = {name: kind_of(name, ontology) for name in ontology.classes}
        self._apart = frozenset(frozenset(pair) for pair in ruling.splits)
        self._stems = Stems(ontology)
        self._seen: dict[Entity, tuple[Naming, bool]] = {}

    def read(self, entity: Entity, article: str) -> Naming:
        """Return how an article names an entity."""
        if entity not in self._seen:
            self._seen[entity] = self._read(entity)
        found, local = self._seen[entity]
        return replace(found, key=found.key._replace(article=article)) if local else found

    def forget(self) -> None:
        """Forget what was read: of many articles it is much, and most is met once."""
        self._seen.clear()

    def stems(self, naming: Naming) -> set[str]:
        """Return the stems by which a naming meets others: two without a common one have nothing to do."""
        surfaces = {naming.name, *naming.surfaces, *(surface for _, surface in naming.others)}
        if naming.is_local:
            return {self._stems.of(local_slug(surface, naming.key.article)) for surface in surfaces}
        keys = {naming.key, *(key for key, _ in naming.others)}
        found = {slug(key.form) for key in keys if key.kind != "iri"}
        for iri in {key.form if key.kind == "iri" else self._names.owner(key) for key in keys}:
            if iri:
                found.add(reference(iri))
            if iri in self._names.known:
                found.add(slug(self._names.known[iri].name))
        found.update(slug(surface) for surface in surfaces)
        if naming.key.kind == "Place":
            found.update(slug(country(surface) or surface) for surface in surfaces)
        return {self._stems.of(name) for name in found}

    def _read(self, entity: Entity) -> tuple[Naming, bool]:
        """Return the naming, and whether it means somebody in its article only."""
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
        return _naming(entity.name, key, entity.type, surfaces, others), local

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


def _of_one_name(entity: Entity, key: Key) -> tuple[Naming, bool]:
    """Return the naming of an entity that has no other name and is not the registry's: most are such."""
    name, local = entity.name, is_local(entity.name, key.kind)
    return Naming(name, key, entity.type, (name,), () if local else ((key, name),), ()), local


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
