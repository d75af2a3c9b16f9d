"""Which entity each naming of each article means, kept in the store and brought up to date for what has changed.

A change reaches as far as its stems do: the namings of an article that has come, changed or gone, those
that they meet, and those that meet these. All others mean what they meant.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from fabgrid.graph.outline import dump_node
from fabgrid.graph.records import Records
from fabgrid.graph.register import Register
from fabgrid.graph.statements import SHAPE_VERSION
from fabgrid.graph.store import Store
from fabgrid.heap import give_back, paused
from fabgrid.model import digest
from fabgrid.ontology import default_path, load, load_registry
from fabgrid.resolution import Resolution, Resolver, namings, resolve
from fabgrid.resolution.judgements import Ruling, replay
from fabgrid.resolution.judgements import load as load_judgements
from fabgrid.resolution.namings import Naming

__all__ = ["forget", "resolve_all", "ruling_of", "unknown", "update"]

BATCH = 300  # articles that are looked at at once: memory does not grow with their number


def ruling_of(store: Store) -> Ruling:
    """Return what the store's judgements say."""
    return replay(load_judgements(store.judgements))


def update(store: Store, ruling: Ruling) -> Iterator[None]:
    """Bring the register up to date with records and judgements, and yield after each step.

    A step is a transaction: it notes which entities and whose graphs must be written with the identities
    of which that follows, so that stopping anywhere loses nothing. Articles that are recorded between two
    of them wait for the next time.
    """
    records, resolver = store.records, _resolver(ruling)
    with records.transaction():
        stems = _begin(records, resolver)
        _resolve(records, resolver, stems)
    urls = records.register.stale()
    for start in range(0, len(urls), BATCH):
        with paused(), records.transaction():
            _resolve(records, resolver, _take_in(records, resolver, urls[start : start + BATCH]))
        resolver.forget()
        give_back()
        yield


def forget(store: Store) -> None:
    """Let the next `update` find out everything anew."""
    with store.records.transaction():
        _forget(store.records)


def _forget(records: Records) -> None:
    records.register.clear()
    records.release_nodes([iri for iri, _ in records.nodes()])


def unknown(store: Store) -> tuple[str, ...]:
    """Return the slugs of entities that judgements name and neither an article nor the registry has."""
    resolver = _resolver(ruling_of(store))
    met = _meeting(store.records, resolver, _judged(resolver, resolver.ruling))
    return _resolved(store.records.register, resolver, met).unknown


def resolve_all(store: Store) -> tuple[Resolution, dict[str, dict[str, str]]]:
    """Return what all records give, whatever the register says: what `update` must come to."""
    articles = ((found.url, found.entities) for found in store.records.inventories())
    return resolve(articles, _resolver(ruling_of(store)))


def _resolver(ruling: Ruling) -> Resolver:
    return Resolver(ontology=load(), registry=load_registry(), ruling=ruling)


def _begin(records: Records, resolver: Resolver) -> set[str]:
    """Note under what the register is from now on, and return the stems of which that changes the meaning."""
    register = records.register
    if register.setting("code") != _code():
        _forget(records)
        register.note_setting("code", _code())
    ruling, text = resolver.ruling, register.setting("ruling")
    before = _load_ruling(text) if text else Ruling()
    if before == ruling:
        return set()
    register.note_setting("ruling", _dump_ruling(ruling))
    if before.rejected != ruling.rejected:
        register.note_unwritten(records.urls())
    judged = _judged(resolver, before) | _judged(resolver, ruling)
    if before.splits != ruling.splits:  # an article's entity is not linked to what it is split from
        register.note_stale(register.naming(_meeting(records, resolver, judged)))
    return judged


def _judged(resolver: Resolver, ruling: Ruling) -> set[str]:
    entities = [entity for pair in (*ruling.merges, *ruling.splits) for entity in pair]
    return {resolver.stem(entity) for entity in (*entities, *(entity for entity, _ in ruling.types))}


def _take_in(records: Records, resolver: Resolver, urls: Iterable[str]) -> set[str]:
    """Note what these articles say now, and return the stems of the namings that they have gained and lost."""
    named = {url: {namings.dump(resolver.read(e, url)) for e in records.entities(url)} for url in urls}
    gained, lost = records.register.replace(named)
    records.register.note_unwritten(named)
    stems = {text: resolver.stems(namings.load(text)) for text in gained | lost}
    records.register.note_stems({text: stems[text] for text in gained})
    return set().union(*stems.values())


def _resolve(records: Records, resolver: Resolver, stems: Iterable[str]) -> None:
    """Find out what the namings that meet these stems mean, and note what must be written where it has changed."""
    register, met = records.register, _meeting(records, resolver, stems)
    before, counts = register.meant(met), register.counts(met)
    resolution = _resolved(register, resolver, {text: naming for text, naming in met.items() if counts[text]})
    after = {text: resolution.iri(naming) for text, naming in met.items() if counts[text]}
    changed = {text: iri for text, iri in after.items() if before.get(text) != iri}
    register.assign(changed)
    register.note_unwritten(register.naming(changed))
    register.forget({text: resolver.stems(naming) for text, naming in met.items() if not counts[text]})
    records.note_nodes({iri: dump_node(node) for iri, node in resolution.nodes.items()})
    records.release_nodes(set(before.values()) - resolution.nodes.keys())


def _resolved(register: Register, resolver: Resolver, used: Mapping[str, Naming]) -> Resolution:
    """Return what namings mean of which each has an article, and that meet no others."""
    texts = {naming: text for text, naming in used.items()}

    def articles_of(asked: Collection[Naming]) -> dict[Naming, list[int]]:
        return {used[text]: found for text, found in register.articles([texts[naming] for naming in asked]).items()}

    counts = register.counts(used)
    return resolver.resolve({naming: counts[text] for text, naming in used.items()}, articles_of)


def _meeting(records: Records, resolver: Resolver, stems: Iterable[str]) -> dict[str, Naming]:
    """Return the namings that meet these stems, be it by way of others, by their texts."""
    found: dict[str, Naming] = {}
    seen, new = set[str](), resolver.with_judged(stems)
    while new:
        seen |= new
        met = {text: namings.load(text) for text in records.register.meeting(new) if text not in found}
        found |= met
        new = resolver.with_judged({stem for naming in met.values() for stem in resolver.stems(naming)}) - seen
    return found


def _dump_ruling(ruling: Ruling) -> str:
    return json.dumps((ruling.merges, ruling.splits, ruling.types, sorted(ruling.rejected)), ensure_ascii=False)


def _load_ruling(text: str) -> Ruling:
    merges, splits, types, rejected = json.loads(text)
    return Ruling(_pairs(merges), _pairs(splits), _pairs(types), frozenset(rejected))


def _pairs(found: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((one, other) for one, other in found)


@lru_cache(maxsize=1)
def _code() -> str:
    """Return a digest of all that resolution and the shape of graphs depend on, but for articles and judgements."""
    package = Path(__file__).parent
    files = [package / "model.py", *(package / "resolution").glob("*.py"), *default_path().rglob("*.ttl")]
    return digest(str(SHAPE_VERSION), *(file.read_text(encoding="utf-8") for file in sorted(files)))
