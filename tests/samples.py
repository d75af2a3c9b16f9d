"""Extractions made by hand: articles with facts whose spans are found by their words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from fabgrid.graph.outline import dump_node
from fabgrid.graph.snapshot import edges_of
from fabgrid.graph.statements import article_iri, article_quads, projection_key
from fabgrid.graph.store import Store
from fabgrid.graph.terms import ENTITY
from fabgrid.model import (
    Article,
    Definition,
    Entity,
    Extraction,
    Fact,
    Mention,
    Node,
    Observation,
    Quantity,
    Span,
    Status,
    slug,
)

RUN = "fabgrid 0.1.0, test model"


def article(url: str, *sentences: str, **fields: Any) -> Article:
    fields.setdefault("title", url.rsplit("/", 1)[-1])
    return Article(url=url, text=" ".join(sentences), **fields)


def span(text: str, words: str, *, within: Span | None = None) -> Span:
    start = text.index(words, within.start if within else 0)
    return Span(start, start + len(words))


def fact(of: Article, sentence: str, subject: str, relation: str, object_: str, **fields: Any) -> Fact:
    """A fact whose names stand as such in the sentence, unless `said` gives the words."""
    said = fields.pop("said", (subject, object_))
    evidence = span(of.text, sentence)
    fields.setdefault("confidence", 0.9)
    return Fact(
        subject,
        relation,
        object_,
        evidence,
        span(of.text, said[0], within=evidence),
        span(of.text, said[1], within=evidence),
        fields.pop("rule", "active"),
        **fields,
    )


def observation(
    of: Article, sentence: str, subject: str, metric: str, quantity: Quantity, **fields: Any
) -> Observation:
    evidence = span(of.text, sentence)
    fields.setdefault("confidence", 0.8)
    words = span(of.text, quantity.surface, within=evidence)
    return Observation(subject, metric, quantity, evidence, words, **fields)


def entities(**types: str) -> tuple[Entity, ...]:
    """Entities by name, "_" standing for a space."""
    return tuple(Entity(name.replace("_", " "), kind) for name, kind in sorted(types.items()))


def iris(extraction: Extraction) -> dict[str, str]:
    return {e.name: e.iri or ENTITY + slug(e.name) for e in extraction.entities}


def nodes(extractions: Iterable[Extraction]) -> list[Node]:
    found = {}
    for extraction in extractions:
        for e in extraction.entities:
            iri = e.iri or ENTITY + slug(e.name)
            aliases = {*e.aliases, *(found[iri].aliases if iri in found else ())}
            found[iri] = Node(iri, e.name, e.type, tuple(sorted(aliases)))
    return [found[iri] for iri in sorted(found)]


def set_entities(store: Store, wanted: Iterable[Node]) -> None:
    """Let a store know these entities and no others."""
    store.records.release_nodes([iri for iri, _ in store.records.nodes()])
    store.records.note_nodes({node.iri: dump_node(node) for node in wanted})
    store.write_entities()
    store.remove_entities()


def ingest(store: Store, *extractions: Extraction, run: str = RUN) -> None:
    """What build.py does, without reading and resolving."""
    for extraction in extractions:
        store.records.put(extraction, run)
    everything = list(store.records.extractions())
    set_entities(store, nodes(everything))
    done = store.records.projected()
    keys = {x.article.id: projection_key(x.article.id, iris(x), run=run) for x in everything}
    for x in everything:
        if done.get(x.article.id) != keys[x.article.id]:
            store.replace_article(article_iri(x.article), article_quads(x, iris(x), run=run))
    for iri in set(store.articles()) - {article_iri(x.article) for x in everything}:
        store.remove_article(iri)
    store.flush()
    store.records.forget_projected(done.keys() - keys.keys())
    edges = {x.article.id: edges_of(store.graph(article_iri(x.article))) for x in everything}
    store.records.mark_projected(keys, edges)


def chips() -> Extraction:
    s = (
        "TSMC makes chips for Nvidia, its chief executive said.",
        "Mara plans to acquire a 505MW gas plant in Ohio for approximately $1.5B, people familiar said.",
        "Samsung does not supply Nvidia with HBM (High Bandwidth Memory).",
        "AMD competes with Nvidia, and Jensen Huang leads Nvidia.",
        "Revenue of Nvidia reached $130.5 billion in fiscal 2025 \u2013 a record.",
    )
    a = article(
        "https://example.org/chips",
        *s,
        title="Chips \u201cand\u201d power",
        published=date(2025, 3, 1),
        publisher="Example Weekly",
    )
    plant = "505MW gas plant in Ohio"
    price = Quantity(1.5e9, "USD", "approximately $1.5B", "about")
    revenue = Quantity(130.5e9, "USD", "$130.5 billion")
    return Extraction(
        article=a,
        entities=(
            Entity("505MW gas plant in Ohio", "Facility"),
            *entities(AMD="Company", HBM="Technology", Jensen_Huang="Person", Mara="Company"),
            Entity("Nvidia", "Company", ("NVDA", "Nvidia Corp.")),
            *entities(Ohio="Place", Samsung="Company", TSMC="Company"),
        ),
        mentions=(Mention(span(a.text, "TSMC"), "TSMC"),),
        facts=(
            fact(a, s[0], "TSMC", "fabricatesFor", "Nvidia", claimant="TSMC"),
            fact(
                a,
                s[1],
                "Mara",
                "acquires",
                plant,
                status=Status.PLANNED,
                amount=price,
                claimant="people familiar",
            ),
            fact(a, s[1], plant, "locatedIn", "Ohio", confidence=0.755),
            fact(a, s[2], "Samsung", "supplies", "Nvidia", status=Status.DENIED),
            fact(a, s[3], "AMD", "competesWith", "Nvidia"),
            fact(a, s[3], "Jensen Huang", "leads", "Nvidia"),
        ),
        observations=(observation(a, s[4], "Nvidia", "revenue", revenue, period="fiscal 2025"),),
        definitions=(Definition("HBM", span(a.text, s[2]), "High Bandwidth Memory"),),
    )


def power() -> Extraction:
    s = (
        "Samsung supplies Nvidia with memory as of 2026.",
        "Revenue of Nvidia reached $131 billion in fiscal 2025.",
        "Mara acquired a 505MW gas plant in Ohio.",
        "Constellation Energy operates a 640MW reactor in Texas, planned since 2019.",
    )
    a = article("https://example.org/power", *s, title="Power", published=date(2026, 1, 15), publisher="Wire")
    plant, reactor = "505MW gas plant in Ohio", "640MW reactor in Texas"
    return Extraction(
        article=a,
        entities=(
            Entity(plant, "Facility"),
            Entity(reactor, "Facility"),
            *entities(Constellation_Energy="Company", Mara="Company", Nvidia="Company", Samsung="Company"),
            *entities(Texas="Place"),
        ),
        facts=(
            fact(a, s[0], "Samsung", "supplies", "Nvidia", time="as of 2026"),
            fact(a, s[2], "Mara", "acquires", plant),
            fact(a, s[3], "Constellation Energy", "operates", reactor, amount=Quantity(640, "MW", "640MW")),
            fact(a, s[3], reactor, "locatedIn", "Texas"),
        ),
        observations=(
            observation(a, s[1], "Nvidia", "revenue", Quantity(131e9, "USD", "$131 billion"), period="fiscal 2025"),
            observation(a, s[3], reactor, "capacity", Quantity(640, "MW", "640MW")),
        ),
    )


def demo(path: Path) -> Path:
    """A small store of both articles."""
    with Store.open(path, create=True) as store:
        ingest(store, chips(), power())
    return path
