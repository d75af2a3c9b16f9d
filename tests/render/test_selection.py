"""The cut of a snapshot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import page_samples as samples
import pytest

from fabgrid.model import Snapshot, Source
from fabgrid.ontology import Ontology
from fabgrid.render.selection import Cut, RenderError, cut, edge_of, fewer, find, rank, slug


@pytest.fixture
def part(industry: Snapshot, ontology: Ontology) -> Callable[..., Snapshot]:
    def cut_by(communities: dict[str, int] | None = None, **wanted: Any) -> Snapshot:
        return cut(industry, ontology, Cut(**wanted), communities or {})

    return cut_by


def names(snapshot: Snapshot) -> set[str]:
    return {n.name for n in snapshot.nodes.values()}


def test_without_wishes_everything_stays(part: Callable[..., Snapshot], industry: Snapshot) -> None:
    assert part() == industry


def test_around_keeps_the_ball(part: Callable[..., Snapshot]) -> None:
    assert names(part(around="MARA Holdings")) == {
        "MARA Holdings",
        "Granbury data center",
        "Antminer S21",
        "Fred Thiel",
    }
    wider = names(part(around="mara-holdings", hops=2))
    assert {"Texas", "Riot Platforms"} <= wider
    assert "NVIDIA" not in wider


@pytest.mark.parametrize(
    "wanted",
    ["Marathon Digital", "MARATHON digital", "mara holdings", "mara-holdings", samples.iri("MARA Holdings")],
)
def test_an_entity_goes_by_many_names(industry: Snapshot, wanted: str) -> None:
    assert find(industry, wanted).name == "MARA Holdings"


def test_an_unknown_entity_is_answered_with_its_like(industry: Snapshot) -> None:
    with pytest.raises(RenderError, match=r"--around: .*'MARA Holding'.*did you mean 'MARA Holdings'"):
        find(industry, "MARA Holding")


def test_top_keeps_the_most_connected(part: Callable[..., Snapshot], industry: Snapshot) -> None:
    best = rank(industry.nodes, industry.statements)
    assert set(part(top=5).nodes) == set(best[:5])
    assert {"NVIDIA", "TSMC"} <= names(part(top=5))


def test_dates_keep_the_statements_of_dated_articles(part: Callable[..., Snapshot]) -> None:
    found = part(since=date(2025, 1, 1), until=date(2025, 6, 30))
    days = {found.sources[s.evidence.source].published for s in found.statements}
    assert found.statements
    assert all(d and date(2025, 1, 1) <= d <= date(2025, 6, 30) for d in days)
    told = {i for s in found.statements for i in (s.subject, s.object)}
    assert set(found.nodes) == told


def test_types_know_their_classes(part: Callable[..., Snapshot]) -> None:
    assert {n.type for n in part(types=("Person", "Company")).nodes.values()} == {"Person", "Company"}
    assert {n.type for n in part(types=("Business",)).nodes.values()} == {"Company", "GridOperator"}


def test_relations_know_their_families(part: Callable[..., Snapshot]) -> None:
    assert {s.relation for s in part(relations=("acquires",)).statements} == {"acquires"}
    assert {s.relation for s in part(relations=("Ownership",)).statements} == {"acquires", "investsIn"}


@pytest.mark.parametrize(
    ("flag", "wanted"), [("--type", {"types": ("Compny",)}), ("--relation", {"relations": ("buys",)})]
)
def test_unknown_words_are_refused_with_the_known(
    part: Callable[..., Snapshot], flag: str, wanted: dict[str, Any]
) -> None:
    with pytest.raises(RenderError, match=f"{flag}: .*one of"):
        part(**wanted)


def test_confidence_and_community(part: Callable[..., Snapshot]) -> None:
    assert all(s.confidence >= 0.9 for s in part(min_confidence=0.9).statements)
    pair = {samples.iri("NVIDIA"): 3, samples.iri("TSMC"): 3, samples.iri("AMD"): 1}
    assert names(part(communities=pair, community=3)) == {"NVIDIA", "TSMC"}


def test_what_is_cut_off_takes_its_figures_along(part: Callable[..., Snapshot]) -> None:
    found = part(around="TSMC")
    assert {m.subject for m in found.measurements} <= set(found.nodes)
    assert all(s.evidence.source in found.sources for s in found.statements)


def test_a_busy_line_keeps_its_first_and_its_surest_sentences(industry: Snapshot, ontology: Ontology) -> None:
    line = next(s for s in industry.statements if industry.sources[s.evidence.source].published)
    early = Source("urn:early", "https://x.example/early", "Early", published=date(1999, 1, 1))
    said = [replace(line, iri=f"urn:{k}", confidence=0.5 + k / 100) for k in range(9)]
    said[0] = replace(said[0], evidence=replace(line.evidence, source=early.iri))
    busy = replace(
        industry,
        sources={**industry.sources, early.iri: early},
        statements=tuple(s for s in industry.statements if edge_of(s, ontology) != edge_of(line, ontology))
        + tuple(said),
    )
    found = fewer(busy, ontology, 3)
    assert [s.iri for s in found.statements if s.iri.startswith("urn:")] == ["urn:0", "urn:7", "urn:8"]
    assert fewer(found, ontology, 3) == found


def test_a_term_goes_with_the_article_that_is_left_out(industry: Snapshot, ontology: Ontology) -> None:
    line, term = industry.statements[0], industry.concepts[0]
    sources = {f"urn:{k}": Source(f"urn:{k}", "https://x.example/", "") for k in range(3)}
    said = tuple(replace(line, iri=f"{s}-s", evidence=replace(line.evidence, source=s)) for s in sources)
    terms = tuple(replace(term, iri=f"{s}-{s}", evidence=replace(term.evidence, source=s)) for s in sources)
    busy = replace(industry, sources=sources, statements=said, measurements=(), concepts=terms)
    found = fewer(busy, ontology, 1)
    assert len(found.statements) == len(found.sources) == 1
    assert [c.evidence.source for c in found.concepts] == [s.evidence.source for s in found.statements]


def test_an_entity_keeps_its_newest_figures(industry: Snapshot, ontology: Ontology) -> None:
    one = next(m for m in industry.measurements)
    days = [date(2000, 1, 1) + timedelta(days=k) for k in range(60)]
    sources = {f"urn:{k}": Source(f"urn:{k}", "https://x.example/", "", published=day) for k, day in enumerate(days)}
    figures = tuple(replace(one, iri=f"{s}-m", evidence=replace(one.evidence, source=s)) for s in sources)
    found = fewer(replace(industry, sources=sources, statements=(), measurements=figures), ontology, 3)
    assert found.measurements == figures[-30:]


def test_slug_is_the_last_part() -> None:
    assert [slug(i) for i in ("https://x/y", "https://x/y/", "https://x#y", "y")] == ["y", "y", "y", "y"]
