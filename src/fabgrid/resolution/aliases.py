"""The registry's names: which known entity a name means, where it means one only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from fabgrid.ontology import KnownEntity, Ontology
from fabgrid.resolution.forms import Key, form, kind_of

__all__ = ["RegistryNames"]


class RegistryNames:
    """An index from names to the registry's entities, within one kind."""

    def __init__(self, registry: Iterable[KnownEntity], *, ontology: Ontology) -> None:
        self.known = {entity.iri: entity for entity in registry}
        self._owners: dict[Key, set[str]] = defaultdict(set)
        self._unsure: set[Key] = set()
        for entity in self.known.values():
            kind = kind_of(entity.type, ontology)
            for name in (entity.name, *entity.aliases):
                self._owners[Key(kind, form(name, kind))].add(entity.iri)
            # Such a name means the entity only where its article's words say so: the link is nlp's.
            self._unsure.update(Key(kind, form(name, kind)) for name in entity.ambiguous)

    def owner(self, key: Key) -> str | None:
        """Return the IRI of the one entity that the name means, None where none or several."""
        owners = self._owners.get(key, ())
        return next(iter(owners)) if len(owners) == 1 and key not in self._unsure else None

    def is_ambiguous(self, key: Key) -> bool:
        """Tell whether the registry knows the name but cannot say whose it is."""
        return key in self._unsure or len(self._owners.get(key, ())) > 1
