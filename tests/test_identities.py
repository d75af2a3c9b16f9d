"""The register is what all articles give together, whatever came, changed, went and was judged before."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fabgrid import identities
from fabgrid.graph.outline import dump_node
from fabgrid.graph.records import Records
from fabgrid.graph.store import Store
from fabgrid.identities import forget, resolve_all, ruling_of, unknown
from fabgrid.model import Article, Entity, Extraction
from fabgrid.ontology import ENTITY, KnownEntity
from fabgrid.resolution.judgements import Judgement, Merge, Reject, Retype, Split, append

SAMSUNG = ENTITY + "samsung-electronics"
REGISTRY = (
    KnownEntity(ENTITY + "tsmc", "TSMC", "Company", aliases=("Taiwan Semiconductor Manufacturing Company",)),
    KnownEntity(SAMSUNG, "Samsung Electronics", "Company", aliases=("Samsung",)),
)
NAMES = ["Foo", "Foo Company", "Foo Energy Systems", "FES", "Bar", "Patel", "TSMC", "Samsung"]
ENTITIES = st.builds(
    Entity,
    st.sampled_from(NAMES),
    st.sampled_from(["Company", "Person", "Product", "Facility"]),
    st.lists(st.sampled_from(NAMES), max_size=2, unique=True).map(lambda names: tuple(sorted(names))),
    st.sampled_from([None, None, None, ENTITY + "tsmc"]),
)
PUTS = st.tuples(st.sampled_from("abc"), st.lists(ENTITIES, max_size=3, unique_by=lambda e: e.name))
JUDGED = st.sampled_from([*NAMES, "nobody"])
JUDGEMENTS = (
    st.builds(Merge, JUDGED, JUDGED).filter(lambda m: m.kept != m.absorbed)
    | st.builds(Split, JUDGED, JUDGED).filter(lambda s: s.first != s.second)
    | st.builds(Retype, JUDGED, st.sampled_from(["Company", "Facility"]))
)
STEPS = st.lists(st.tuples(PUTS | st.sampled_from("abc") | JUDGEMENTS, st.booleans()), max_size=10)


PRODUCT = Entity("Foo", "Product")


def update(store: Store) -> None:
    for _ in identities.update(store, ruling_of(store)):
        pass


def company(name: str, *aliases: str, iri: str | None = None) -> Entity:
    return Entity(name, "Company", aliases, iri)


@contextmanager
def a_store() -> Iterator[Any]:
    """Records and judgements without quads."""
    few = patch.object(identities, "load_registry", lambda: REGISTRY)
    with few, TemporaryDirectory() as folder, Records.open(Path(folder)) as records:
        records._connection.execute("PRAGMA synchronous = OFF")  # it need not outlive the test
        yield SimpleNamespace(records=records, judgements=Path(folder) / "judgements.jsonl")


def put(store: Any, url: str, *entities: Entity, text: str = "") -> None:
    store.records.put(Extraction(Article(url, url, text or "Words."), entities), "a model")


def wanted(store: Any) -> dict[str, str]:
    """Return what must be on disk of entities."""
    rows = store.records._rows("SELECT iri, content FROM nodes WHERE state != 'gone'")
    return dict(rows)


def assert_whole(store: Any) -> None:
    resolution, iris = resolve_all(store)
    assert {url: store.records.register.iris(url) for url in iris} == iris
    assert wanted(store) == {iri: dump_node(node) for iri, node in resolution.nodes.items()}


@pytest.mark.parametrize("batch", [1, 2, 1_000])
@settings(deadline=None, max_examples=100)
@given(steps=STEPS)
@example([(("a", [company("Foo")]), True), (("b", [company("Bar")]), True), (Merge("Foo", "Bar"), True)])
@example([(("a", [company("Foo")]), True), (("b", [company("Foo Company")]), True), (("c", [PRODUCT]), True)])
@example(
    [
        (("a", [Entity("Foo", "Facility")]), True),
        (("b", [Entity("Foo Facility", "Person")]), True),
        (("c", [company("Foo")]), True),
    ]
)
@example([(("a", [company("Samsung")]), True), (("b", [company("Galaxy maker", iri=SAMSUNG)]), True)])
@example([(("a", [company("Foo", iri=ENTITY + "x")]), True), (("b", [company("Bar", iri=ENTITY + "x")]), True)])
@example([(("a", [company("Samsung")]), True), (Split("Samsung", "Samsung Electronics"), True)])
@example([(Merge("Foo", "Bar"), True), (("a", [company("Foo")]), True), (("b", [company("Bar")]), True)])
@example([(("a", [company("Foo", "FES")]), True), (("b", [company("FES")]), True), ("a", True)])
def test_step_by_step_it_is_what_all_give_at_once(batch: int, steps: list[tuple[Any, bool]]) -> None:
    with a_store() as store, patch.object(identities, "BATCH", batch):
        for number, (step, then_updates) in enumerate(steps):
            match step:
                case str():
                    store.records.remove(step)
                case (url, entities):
                    put(store, url, *entities, text=f"Number {number}.")
                case _:
                    append(store.judgements, step)
            if then_updates:
                update(store)
                assert_whole(store)
        update(store)
        assert_whole(store)
        assert unknown(store) == resolve_all(store)[0].unknown
        rows = store.records._rows
        assert not rows("SELECT 1 FROM namings WHERE number NOT IN (SELECT naming FROM mentions)")
        assert not rows("SELECT 1 FROM namings WHERE articles != (SELECT count(*) FROM mentions WHERE naming = number)")
        assert not rows("SELECT 1 FROM stems WHERE naming NOT IN (SELECT number FROM namings)")


@pytest.mark.parametrize(
    ("judgement", "rewritten"),
    [
        (None, ["d"]),
        (Merge("Foo", "Bar"), ["b", "d"]),
        (Retype("Foo", "Organization"), ["d"]),
        (Reject("9f3a"), ["a", "b", "c", "d"]),  # whose it is, is seen when they are looked at
    ],
)
def test_only_graphs_are_looked_at_whose_article_or_entities_have_changed(
    judgement: Judgement | None, rewritten: list[str]
) -> None:
    with a_store() as store:
        for url, name in (("a", "Foo"), ("b", "Bar"), ("c", "Quux")):
            put(store, url, company(name))
        update(store)
        store.records.register.note_written(store.records.register.unwritten())
        put(store, "d", company("Foo"), company("Zed"))
        if judgement:
            append(store.judgements, judgement)
        update(store)
        assert store.records.register.unwritten() == rewritten


def test_a_new_name_that_joins_two_entities_rewrites_the_articles_of_one() -> None:
    with a_store() as store:
        put(store, "a", company("Advanced Micro Devices"))
        put(store, "b", company("AMD Labs"))
        put(store, "c", company("Foo"))
        update(store)
        store.records.register.note_written(store.records.register.unwritten())
        put(store, "d", company("Advanced Micro Devices", "AMD Labs"))
        update(store)
        assert len({store.records.register.iris(url).popitem()[1] for url in "abd"}) == 1
        assert "c" not in store.records.register.unwritten()
        assert {"d"} < set(store.records.register.unwritten())


def test_a_step_that_fails_is_done_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with a_store() as store:
        put(store, "a", company("Foo"))
        with monkeypatch.context() as crash:
            crash.setattr(Records, "release_nodes", lambda *_: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                update(store)
        assert store.records.register.stale() == ["a"]
        assert wanted(store) == {}
        update(store)
        assert_whole(store)


def test_what_is_recorded_between_two_steps_waits_for_the_next_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identities, "BATCH", 1)
    with a_store() as store:
        put(store, "a", company("Foo"))
        put(store, "b", company("Bar"))
        for number, _ in enumerate(identities.update(store, ruling_of(store))):
            put(store, f"new-{number}", company("Foo", "Zed"))
        assert store.records.register.stale() == ["new-0", "new-1"]
        update(store)
        assert_whole(store)


def test_other_code_of_resolution_finds_everything_out_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    with a_store() as store:
        put(store, "a", company("Foo"))
        update(store)
        store.records.register.assign(dict.fromkeys(store.records.register.meeting(["foo"]), "wrong"))
        update(store)
        assert store.records.register.iris("a") == {"Foo": "wrong"}
        monkeypatch.setattr(identities, "_code", lambda: "another")
        update(store)
        assert_whole(store)


def test_what_is_forgotten_is_found_out_anew() -> None:
    with a_store() as store:
        put(store, "a", company("Foo"), company("Bar"))
        put(store, "b", company("Foo"))
        update(store)
        store.records.register.assign(dict.fromkeys(store.records.register.meeting(["foo"]), "wrong"))
        forget(store)
        update(store)
        assert_whole(store)
