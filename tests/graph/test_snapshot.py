"""The two steps of reading a large store give what reading it whole gives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from fabgrid.errors import StoreError
from fabgrid.graph.snapshot import about, details, outline, read, read_outline
from fabgrid.graph.store import Store
from fabgrid.graph.terms import ENTITY
from fabgrid.model import Outline, Snapshot
from samples import demo


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store.open(demo(Path(tmp_path_factory.mktemp("snapshot")) / "s"), read_only=True) as opened:
        yield opened


def test_an_outline_with_its_details_is_the_whole(store: Store) -> None:
    assert details(store, outline(store), outline(store).sources) == read(store)


def test_an_outline_tells_who_is_joined_to_whom(store: Store) -> None:
    whole, found = read(store), outline(store)
    assert (found.nodes, found.sources) == (whole.nodes, whole.sources)

    def edges(snapshot: Snapshot | Outline) -> list[tuple[object, ...]]:
        return [(s.iri, s.subject, s.relation, s.object, s.status, s.confidence, s.source) for s in snapshot.statements]

    assert edges(found) == edges(whole)


def test_the_outline_that_is_kept_is_that_of_the_quads(store: Store) -> None:
    assert store.keeps_outline
    assert outline(store) == read_outline(store)


def test_a_damaged_outline_is_refused_with_a_remedy(tmp_path: Path) -> None:
    with Store.open(demo(tmp_path / "s")) as damaged:
        damaged.records.note_nodes({ENTITY + "tsmc": '["TSMC"'})
        with pytest.raises(StoreError, match="fabgrid doctor"):
            outline(damaged)


def test_the_details_of_a_part_are_no_more(store: Store) -> None:
    whole = read(store)
    subject = whole.measurements[0].subject
    kept = tuple(s for s in outline(store).statements if subject in (s.subject, s.object))
    articles = {s.source for s in kept} | {m.evidence.source for m in whole.measurements if m.subject == subject}
    part = replace(outline(store), nodes={subject: whole.nodes[subject]}, sources={}, statements=kept)
    found = details(store, part, whole.sources)
    assert found.statements == tuple(s for s in whole.statements if subject in (s.subject, s.object))
    assert found.measurements == tuple(m for m in whole.measurements if m.subject == subject)
    assert found.concepts == tuple(c for c in whole.concepts if c.evidence.source in articles)


def test_what_is_said_of_an_entity(store: Store) -> None:
    whole = read(store)
    for iri in whole.nodes:
        found = about(store, iri)
        assert found.statements == tuple(s for s in whole.statements if iri in (s.subject, s.object))
        assert found.measurements == tuple(m for m in whole.measurements if m.subject == iri)
        said = {*found.statements, *found.measurements}
        named = {iri} | {s.claimant for s in said if s.claimant}
        named |= {end for s in found.statements for end in (s.subject, s.object)}
        assert found.nodes == {i: n for i, n in whole.nodes.items() if i in named}
        assert found.sources == {i: s for i, s in whole.sources.items() if i in {x.evidence.source for x in said}}
