"""Clusters -> nodes: their names, types and IRIs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from fabgrid.model import Node, digest, slug
from fabgrid.ontology import ENTITY, Ontology
from fabgrid.resolution.aliases import RegistryNames
from fabgrid.resolution.claims import Claims
from fabgrid.resolution.forms import Key, form
from fabgrid.resolution.namings import Naming
from fabgrid.resolution.places import country
from fabgrid.resolution.references import RANK, References
from fabgrid.resolution.slugs import local_slug, type_slug

__all__ = ["Resolution", "build"]


@dataclass(frozen=True, slots=True)
class Resolution:
    """One node for each real thing; `nodes` is sorted by IRI.

    `unknown` holds the slugs of entities that judgements name and neither an article nor the registry has.
    """

    nodes: dict[str, Node]
    unknown: tuple[str, ...] = ()
    _iris: dict[Key, str] = field(default_factory=dict, repr=False)

    def iri(self, naming: Naming) -> str:
        """Return the IRI of the entity that is named so."""
        return self._iris[naming.key]


class _Sets(Protocol):
    def find(self, key: Key) -> Key: ...

    def known(self, key: Key) -> Key | None: ...


@dataclass(slots=True)
class _Cluster:
    keys: list[Key]
    known: str | None
    name: str = ""
    type: str = ""

    @property
    def article(self) -> str:
        return self.keys[0].article if len(self.keys) == 1 else ""

    @property
    def rank(self) -> str:
        """Who comes first has the slug; a text, for it sorts in a fifth of the time of a tuple."""
        first = min([RANK.get(key.kind, 9) for key in self.keys])
        return "\0".join((str(first), self.type, *self.keys[0]))


def build(
    clusters: _Sets, *, claims: Claims, names: RegistryNames, references: References, ontology: Ontology
) -> Resolution:
    """Name, type and address every cluster that an article mentions."""
    found = _clusters(clusters, claims)
    for cluster in found.values():
        known = names.known.get(cluster.known or "")
        told = () if known else claims.namings_of(cluster.keys)
        cluster.name = known.name if known else _name(cluster, told, claims, references.kept)
        cluster.type = known.type if known else _type(told, claims)
    iris = _iris(found, names)
    types = {clusters.find(key): type_name for key, type_name in references.types}
    nodes = {iris[root]: _node(iris[root], cluster, claims, names) for root, cluster in found.items()}
    for root, type_name in types.items():
        if root in iris and type_name in ontology.classes:
            nodes[iris[root]] = replace(nodes[iris[root]], type=type_name)
    by_key = {key: iris[clusters.find(key)] for key in claims.named}
    return Resolution(dict(sorted(nodes.items())), references.unknown, by_key)


def _clusters(clusters: _Sets, claims: Claims) -> dict[Key, _Cluster]:
    members: dict[Key, list[Key]] = defaultdict(list)
    for key in claims.keys:
        members[clusters.find(key)].append(key)
    found = {}
    for root in {clusters.find(key) for key in claims.named}:
        known = clusters.known(root)
        members[root].sort()
        found[root] = _Cluster(members[root], known.form if known else None)
    return found


def _name(cluster: _Cluster, told: Sequence[Naming], claims: Claims, kept: frozenset[Key]) -> str:
    """Return the most frequent name, then the longest, then the first; a country's own name."""
    kinds = {key.kind for key in cluster.keys}
    if kept and kept & set(cluster.keys):  # a judgement has merged others into this one
        told = [n for n in told if any(Key(k, form(n.name, k)) in kept for k in kinds)] or told
    best = told[0].name
    if len(told) > 1:
        counts = _counted(((naming.name, naming) for naming in told), claims)
        best = min(counts, key=lambda name: (-counts[name], -len(name), name))
    return (country(best) if kinds == {"Place"} else None) or best


def _type(told: Sequence[Naming], claims: Claims) -> str:
    if len(told) == 1:
        return told[0].type
    counts = _counted(((naming.type, naming) for naming in told), claims)
    return min(counts, key=lambda name: (-counts[name], name))


def _counted(told: Iterable[tuple[str, Naming]], claims: Claims) -> dict[str, int]:
    """Return how many articles say so."""
    counts: dict[str, int] = {}
    for said, naming in told:
        counts[said] = counts.get(said, 0) + claims.counts[naming]
    return counts


def _iris(found: dict[Key, _Cluster], names: RegistryNames) -> dict[Key, str]:
    taken = set(names.known)  # also those of no article: an IRI must not change when one names it
    iris: dict[Key, str] = {}
    for root, cluster in sorted(found.items(), key=lambda item: item[1].rank):
        if cluster.known:
            iris[root] = cluster.known
            continue
        for iri in _candidates(cluster):
            if iri not in taken:
                break
        iris[root] = iri
        taken.add(iri)
    return iris


def _candidates(cluster: _Cluster) -> Iterable[str]:
    if cluster.article:
        yield ENTITY + local_slug(cluster.name, cluster.article)
    else:
        yield ENTITY + slug(cluster.name)
    typed = f"{ENTITY}{slug(cluster.name)}-{type_slug(cluster.type)}"
    if not cluster.article:
        yield typed
    yield f"{typed}-{digest(*cluster.keys[0])[:8]}"


def _node(iri: str, cluster: _Cluster, claims: Claims, names: RegistryNames) -> Node:
    surfaces = set().union(*map(claims.surfaces, cluster.keys))
    known = names.known.get(iri)
    if known is None:
        return Node(iri, cluster.name, cluster.type, tuple(sorted(surfaces - {cluster.name})))
    aliases = (surfaces | set(known.aliases)) - {known.name}
    return Node(
        iri=iri,
        name=known.name,
        type=known.type,
        aliases=tuple(sorted(aliases)),
        description=known.comment,
        country=known.country,
        tickers=known.tickers,
        links=known.links,
    )
