"""The register: which article has which namings, and what follows for what must be done."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from fabgrid.graph.records import Records
from fabgrid.graph.register import Register


def naming(name: str) -> str:
    return json.dumps([name])


A, B, C = naming("A"), naming("B"), naming("C")


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    with Records.open(tmp_path) as opened:
        yield opened


@pytest.fixture
def register(records: Records) -> Register:
    return records.register


def test_an_article_gains_and_loses_namings(register: Register) -> None:
    register.note_stale(["one", "two"])
    assert register.replace({"one": [A, B], "two": [B]}) == ({A, B}, set())
    assert register.stale() == []
    assert register.replace({"one": [B, C]}) == ({C}, {A})
    assert register.naming([B]) == ["one", "two"]
    assert {content: len(found) for content, found in register.articles([A, B, C]).items()} == {B: 2, C: 1}
    assert register.counts([A, B, C]) == {A: 0, B: 2, C: 1}
    assert register.replace({"two": []}) == (set(), {B})
    assert register.naming([B]) == ["one"]


def test_namings_meet_by_their_stems(register: Register) -> None:
    register.replace({"one": [A, B, C]})
    register.note_stems({A: ["x", "y"], B: ["y"], C: ["z"]})
    assert sorted(register.meeting(["y"])) == [A, B]
    register.replace({"one": [B, C]})
    register.forget({A: ["x", "y"]})
    assert register.meeting(["x", "y"]) == [B]


def test_a_naming_means_what_was_last_assigned(register: Register) -> None:
    register.replace({"one": [A, B], "two": [A]})
    register.assign({A: "iri:a", B: "iri:b"})
    register.assign({A: "iri:c"})
    assert register.meant([A, B, C]) == {A: "iri:c", B: "iri:b"}
    assert register.iris("one") == {"A": "iri:c", "B": "iri:b"}
    assert register.iris("two") == {"A": "iri:c"}
    assert register.iris("three") == {}


def test_what_is_noted_in_a_transaction_that_fails_is_not(records: Records) -> None:
    def fail() -> None:
        with records.transaction():
            records.register.note_unwritten(["one"])
            records.note_nodes({"iri:a": "[]"})
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert records.register.unwritten() == []
    assert list(records.nodes()) == []


def test_cleared_it_knows_nothing(register: Register) -> None:
    register.replace({"one": [A]})
    register.note_stems({A: ["x"]})
    register.note_setting("code", "1")
    register.clear()
    assert (register.iris("one"), register.meeting(["x"]), register.setting("code")) == ({}, [], "")
