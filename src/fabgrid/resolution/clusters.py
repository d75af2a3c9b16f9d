"""Names -> clusters: one for each real thing, a pure function of the set of articles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from fabgrid.model import Entity
from fabgrid.ontology import KnownEntity, Ontology
from fabgrid.resolution.aliases import RegistryNames
from fabgrid.resolution.claims import ArticlesOf, Claims, gather
from fabgrid.resolution.forms import Key
from fabgrid.resolution.judgements import Ruling
from fabgrid.resolution.namings import Naming, Reader
from fabgrid.resolution.nodes import Resolution, build
from fabgrid.resolution.references import References
from fabgrid.resolution.slugs import Stems

__all__ = ["Clusters", "Resolver", "resolve"]


_NO_RULING = Ruling()


class Resolver:
    """What namings mean under one registry, ontology and ruling.

    In this order: judgements; the registry's links; equal names of one kind; other names that an
    article states, where no article or registry gives them to somebody else. What only one article
    can tell ("Patel", "200MW data center") stays that article's. The order of the articles does not
    matter, and namings that do not meet (see `stems`) do not matter to each other.
    """

    def __init__(
        self, *, ontology: Ontology, registry: Iterable[KnownEntity] = (), ruling: Ruling = _NO_RULING
    ) -> None:
        self.ruling = ruling
        self._ontology = ontology
        self._names = RegistryNames(registry, ontology=ontology)
        self._reader = Reader(self._names, ontology=ontology, ruling=ruling)
        self._stems = Stems(ontology)
        self._judged = [{self._stems.of(entity) for entity in pair} for pair in (*ruling.merges, *ruling.splits)]

    def read(self, entity: Entity, article: str) -> Naming:
        """Return how an article, by its address, names an entity."""
        return self._reader.read(entity, article)

    def forget(self) -> None:
        """Forget what was read."""
        self._reader.forget()

    def stems(self, naming: Naming) -> set[str]:
        """Return the stems by which a naming meets others."""
        return self._reader.stems(naming)

    def with_judged(self, stems: Iterable[str]) -> set[str]:
        """Return stems and those of all entities that judgements name together with theirs."""
        found = set(stems)
        while more := {stem for judged in self._judged if judged & found for stem in judged} - found:
            found |= more
        return found

    def stem(self, entity: str) -> str:
        """Return the stem of an entity's slug."""
        return self._stems.of(entity)

    def resolve(self, counts: Mapping[Naming, int], articles_of: ArticlesOf) -> Resolution:
        """Return one node for each real thing that is named.

        Args:
            counts: the number of articles of each naming; with a naming, all that meet it are there.
            articles_of: gives the articles of some of them.
        """
        names, claims = self._names, gather(counts, articles_of)
        references = References(self.ruling, claims=claims, names=names, ontology=self._ontology)
        clusters = Clusters(references.splits)
        for kept, absorbed in references.merges:
            clusters.join(kept, absorbed, by_force=True)
        _join_known(clusters, claims, names)
        for key in sorted(claims.stated, key=lambda key: (-len(key.form.split()), key)):
            _join_stated(key, clusters, claims, names)
        return build(clusters, claims=claims, names=names, references=references, ontology=self._ontology)


def resolve(
    articles: Iterable[tuple[str, Iterable[Entity]]], resolver: Resolver
) -> tuple[Resolution, dict[str, dict[str, str]]]:
    """Return what all articles, by address with their entities, give.

    With it comes the IRI of each entity of each article, by its main name there.
    """
    namings = {url: [resolver.read(entity, url) for entity in entities] for url, entities in articles}
    mentions: dict[Naming, list[int]] = {}
    for number, named in enumerate(namings.values()):
        for naming in named:
            mentions.setdefault(naming, []).append(number)
    resolution = resolver.resolve({naming: len(found) for naming, found in mentions.items()}, lambda _: mentions)
    return resolution, {url: {n.name: resolution.iri(n) for n in named} for url, named in namings.items()}


class Clusters:
    """Disjoint sets of keys; no set holds two known entities, or both sides of a split."""

    def __init__(self, splits: Sequence[tuple[frozenset[Key], frozenset[Key]]] = ()) -> None:
        self._parent: dict[Key, Key] = {}
        self._known: dict[Key, Key] = {}  # root -> the known entity in its set
        self._sides: dict[Key, set[tuple[int, int]]] = {}  # root -> split, side
        for number, sides in enumerate(splits):
            for side, keys in enumerate(sides):
                for key in keys:
                    self._sides.setdefault(key, set()).add((number, side))

    def find(self, key: Key) -> Key:
        """Return the key that stands for the set."""
        if key not in self._parent:
            return key
        root = key
        while (above := self._parent.get(root, root)) != root:
            root = above
        while self._parent.get(key, key) != root:
            self._parent[key], key = root, self._parent.get(key, key)
        return root

    def known(self, key: Key) -> Key | None:
        """Return the known entity in the key's set, None where there is none."""
        root = self.find(key)
        return root if root.kind == "iri" else self._known.get(root)

    def join(self, first: Key, second: Key, *, by_force: bool = False) -> bool:
        """Make one set of two, and tell whether they are one now."""
        one, two = self.find(first), self.find(second)
        if one == two:
            return True
        known = self.known(one), self.known(two)
        sides, others = self._sides.get(one, set()), self._sides.get(two, set())
        if not by_force and (all(known) or any((n, 1 - side) in others for n, side in sides)):
            return False
        self._parent[two] = one
        if known[0] or known[1]:
            self._known[one] = known[0] or known[1] or one
        if sides or others:
            self._sides[one] = sides | others
        return True


def _join_known(clusters: Clusters, claims: Claims, names: RegistryNames) -> None:
    owners = {key: names.owner(key) for key in claims.keys}
    for key, owner in sorted((key, owner) for key, owner in owners.items() if owner):
        clusters.join(Key("iri", owner), key)


def _join_stated(key: Key, clusters: Clusters, claims: Claims, names: RegistryNames) -> None:
    """Join another name to the entity that the articles give it to, unless they give it to several."""
    if key in claims.rivals or names.is_ambiguous(key):
        return
    heads = sorted(claims.stated[key])
    known = clusters.known(key)
    if known:  # a name of the registry's pulls nobody else in: "Samsung" of "Samsung Heavy Industries"
        heads = [head for head in heads if clusters.known(head) == known]
    elif not _are_one(heads, clusters):
        return
    for head in heads:
        clusters.join(head, key)


def _are_one(heads: list[Key], clusters: Clusters) -> bool:
    """Tell whether the names are one entity's: joined already, or each within the next longer one."""
    roots = {clusters.find(head) for head in heads}
    if len(roots) <= 1:
        return True
    if any(clusters.known(root) for root in roots):
        return False
    words = sorted((set(head.form.split()) for head in heads), key=len)
    return all(short <= long for short, long in pairwise(words))
