"""What the doctor finds, repairs, and cannot repair."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pyoxigraph as ox
import pytest

from fabgrid.build import project
from fabgrid.doctor import State, examine
from fabgrid.errors import ModelMissing
from fabgrid.graph.snapshot import outline
from fabgrid.graph.statements import article_iri
from fabgrid.graph.store import Store
from fabgrid.graph.terms import ENTITY
from samples import chips, power

RUN = "fabgrid 0, no model"


class Loaded:
    """An extractor that costs nothing to load."""

    fingerprint = RUN


@pytest.fixture(autouse=True)
def model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fabgrid.nlp.extractor.Extractor", Loaded)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    with Store.open(tmp_path / "s", create=True) as opened:
        for extraction in (chips(), power()):
            opened.records.put(extraction, RUN)
        project(opened)
    return tmp_path / "s"


def states(path: Path) -> dict[str, State]:
    return {finding.what: finding.state for finding in examine(path)}


def quads(path: Path) -> set[ox.Quad]:
    with Store.open(path, read_only=True) as opened:
        return set(opened)


def test_a_sound_store_is_left_as_it_is(store: Path) -> None:
    before = quads(store)
    assert set(states(store).values()) == {State.SOUND}
    assert quads(store) == before


def test_graphs_that_do_not_follow_from_the_records_are_written_anew(store: Path) -> None:
    before = quads(store)
    with Store.open(store) as opened:
        graph = ox.NamedNode(article_iri(chips().article))
        opened.quads.remove(next(opened.graph(graph.value)))
        opened.quads.add(ox.Quad(ox.NamedNode("urn:a"), ox.NamedNode("urn:b"), ox.Literal("c"), graph))
    assert states(store)["graph"] is State.REPAIRED
    assert quads(store) == before
    assert states(store)["graph"] is State.SOUND


@pytest.mark.parametrize("content", ['["Another","Company",[],"","",[],[]]', '["TSMC"', "[]"])
def test_an_outline_that_is_not_that_of_the_quads_is_written_anew(store: Path, content: str) -> None:
    with Store.open(store) as opened:
        before = outline(opened)
        opened.records.note_nodes({ENTITY + "tsmc": content})
        opened.records.mark_nodes()
    assert states(store)["graph"] is State.REPAIRED
    with Store.open(store) as opened:
        assert outline(opened) == before


def test_identities_that_do_not_follow_from_the_records_are_found_out_anew(store: Path) -> None:
    before = quads(store)
    with Store.open(store) as opened:
        register = opened.records.register
        url = chips().article.url
        found = register.iris(url)
        register.assign(dict.fromkeys(register.meeting(["tsmc"]), ENTITY + "nobody"))
        opened.records._connection.commit()
        assert register.iris(url) != found
    assert states(store)["graph"] is State.REPAIRED
    with Store.open(store) as opened:
        assert opened.records.register.iris(url) == found
    assert quads(store) == before
    assert states(store)["graph"] is State.SOUND


@pytest.mark.parametrize("name", ["CURRENT", "*.sst"])
def test_damaged_quads_are_written_anew(store: Path, name: str) -> None:
    before = quads(store)
    for file in (store / "quads").glob(name):
        file.write_bytes(file.read_bytes()[:-40] + b"x" * 40 if name != "CURRENT" else b"x")
    assert states(store)["quads"] is State.REPAIRED
    assert quads(store) == before


def test_an_unreadable_record_is_taken_out_and_named(store: Path) -> None:
    with sqlite3.connect(store / "records.sqlite") as connection:
        connection.execute("UPDATE articles SET extraction = '{}' WHERE url LIKE '%power'")
    connection.close()
    (finding,) = [f for f in examine(store) if f.what == "records"]
    assert finding.state is State.REPAIRED
    assert "fabgrid ingest PATH to read them again: https://example.org/power" in finding.text
    assert set(states(store).values()) == {State.SOUND}


def test_damaged_records_need_a_backup(store: Path) -> None:
    file = store / "records.sqlite"
    file.write_bytes(b"no database" * 1000)
    (finding,) = [f for f in examine(store) if f.state is State.BROKEN]
    assert "fabgrid restore" in finding.text


def test_a_line_that_is_no_judgement_is_named(store: Path) -> None:
    (store / "judgements.jsonl").write_text('{"merge": ["A", "B"]}\n{"merge": ["A"\n', encoding="utf-8")
    (finding,) = [f for f in examine(store) if f.state is State.BROKEN]
    assert "judgements.jsonl:2: not JSON" in finding.text
    assert "correct or delete the line" in finding.text


def test_a_store_that_another_version_read_is_told_how_to_be_brought_up_to_date(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Loaded, "fingerprint", "fabgrid 1, a model")
    (finding,) = [f for f in examine(store) if f.state is not State.SOUND]
    assert (finding.state, finding.text[:10]) == (State.TO_DO, "2 articles")


def test_a_missing_model_is_said_with_the_command_that_installs_it(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> Loaded:
        raise ModelMissing("en_core_web_sm", "pip install it")

    monkeypatch.setattr("fabgrid.nlp.extractor.Extractor", missing)
    found = {f.what: f for f in examine(store)}
    assert found["model"].state is State.BROKEN
    assert "install it with: pip install it" in found["model"].text
    assert found["graph"].state is State.SOUND


def test_no_store_is_no_illness(tmp_path: Path) -> None:
    assert states(tmp_path / "none")["store"] is State.TO_DO
    assert not (tmp_path / "none").exists()
