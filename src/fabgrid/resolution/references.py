"""The entities that judgements name -> keys of the clusters."""

from __future__ import annotations

from collections import defaultdict

from fabgrid.model import slug
from fabgrid.ontology import Ontology
from fabgrid.resolution.aliases import RegistryNames
from fabgrid.resolution.claims import Claims
from fabgrid.resolution.forms import Key, kind_of
from fabgrid.resolution.judgements import Ruling, reference
from fabgrid.resolution.slugs import local_slug, type_slug

__all__ = ["RANK", "References"]

# Which of several entities of one slug has it without a suffix; the others follow by name.
RANK = {"iri": 0, "Body": 1, "Person": 2, "Artifact": 3, "Facility": 4, "Place": 5}


class References:
    """The ruling with each entity as the keys of its names; `unknown` are those that nobody has."""

    def __init__(self, ruling: Ruling, *, claims: Claims, names: RegistryNames, ontology: Ontology) -> None:
        self._kinds = {type_slug(name): kind_of(name, ontology) for name in ontology.classes}
        asked = bool(ruling.merges or ruling.splits or ruling.types)
        self._index = _index(claims, names, ontology) if asked else {}
        unknown = {s for pairs in (ruling.merges, ruling.splits) for pair in pairs for s in pair}
        unknown |= {entity for entity, _ in ruling.types}
        self.unknown = tuple(sorted(s for s in unknown if not self.keys(s)))
        self.merges = [
            (self.keys(kept)[0], key)
            for kept, absorbed in ruling.merges
            for key in self.keys(absorbed)
            if self.keys(kept)
        ]
        absorbed = {name for _, name in ruling.merges}
        self.kept = frozenset(k for a, _ in ruling.merges if a not in absorbed for k in self.keys(a))
        self.splits = [(frozenset(self.keys(a)), frozenset(self.keys(b))) for a, b in ruling.splits]
        self.types = [(key, name) for entity, name in ruling.types for key in self.keys(entity)[:1]]

    def keys(self, entity: str) -> list[Key]:
        """Return the keys of an entity's slug, the one that its IRI stands for first."""
        found = self._index.get(entity, set())
        if not found:
            found = self._suffixed(entity)
        ordered = sorted(found, key=lambda key: (RANK.get(key.kind, 9), key))
        kind = next((key.kind for key in ordered if key.kind != "iri"), "")
        return [key for key in ordered if key.kind in ("iri", kind)]

    def _suffixed(self, entity: str) -> set[Key]:
        for suffix, kind in self._kinds.items():
            found = self._index.get(entity.removesuffix(f"-{suffix}"), set())
            found = {key for key in found if key.kind == kind}
            if found and entity.endswith(f"-{suffix}"):
                return found
        return set()


def _index(claims: Claims, names: RegistryNames, ontology: Ontology) -> dict[str, set[Key]]:
    index: dict[str, set[Key]] = defaultdict(set)
    for known in names.known.values():
        key = Key("iri", known.iri)
        index[reference(known.iri)].add(key)
        index[slug(known.name)].add(key)
    for key in claims.keys:
        surfaces = claims.surfaces(key)
        if key.article:
            for surface in surfaces:
                index[local_slug(surface, key.article)].add(key)
        elif key.kind == "iri":
            index[reference(key.form)].add(key)
        else:
            for name in (key.form, *surfaces):
                index[slug(name)].add(key)
    return index
