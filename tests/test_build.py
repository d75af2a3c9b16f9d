"""Builds: incremental, the same whatever the order, and whole after being killed anywhere."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from importlib.util import find_spec
from itertools import chain, permutations
from pathlib import Path

import pytest

from fabgrid import identities
from fabgrid.build import _projected, build, project
from fabgrid.errors import SourceError
from fabgrid.graph.statements import article_iri
from fabgrid.graph.store import Store
from fabgrid.model import Article, Entity, Extraction, Fact, Span
from samples import chips, power

NAMELESS = "SELECT ?s { ?s rdf:subject|rdf:object ?e FILTER NOT EXISTS { ?e skos:prefLabel ?name } }"
CORPUS = Path(__file__).parents[1] / "corpus"


class Reader:
    """An extractor that knows one sentence: "X supplies Y." """

    fingerprint = "reader-1"

    def __init__(self) -> None:
        self.read: list[str] = []

    def extract(self, articles: Iterable[Article]) -> Iterator[Extraction | SourceError]:
        for article in articles:
            self.read.append(article.url)
            yield Extraction(article, *self._content(article.text))

    def _content(self, text: str) -> tuple[tuple[Entity, ...], tuple[()], tuple[Fact, ...]]:
        facts, names = [], {}
        at = 0
        for sentence in text.strip().split("\n"):
            words = sentence.rstrip(".").split(" supplies ")
            if len(words) == 2:
                start = text.index(sentence, at)
                at = start + len(sentence)
                one, two = words
                names |= {n: Entity(n, "Company") for n in words}
                spans = Span(start, start + len(one)), Span(at - 1 - len(two), at - 1)
                facts.append(Fact(one, "supplies", two, Span(start, at), *spans, rule="test", confidence=0.9))
        return tuple(names.values()), (), tuple(facts)


PADDING = "The firm said that it was in the market and that the demand for the parts of it was good in the year."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    texts = {
        "one": "Aldergate supplies Borsen.",
        "two": "Borsen supplies Cavanagh.",
        "three": "Aldergate supplies Dunmore.",
    }
    articles = tmp_path / "articles"
    articles.mkdir()
    for name, text in texts.items():
        (articles / f"{name}.txt").write_text(f"{text}\n\n{PADDING}\n", encoding="utf-8")
    return articles


def dump(store: Store, path: Path) -> bytes:
    store.dump(path)
    return path.read_bytes()


def edges(store: Store) -> set[tuple[str, str]]:
    rows = store.query("SELECT ?a ?b { ?s fg:supplies ?o . ?s skos:prefLabel ?a . ?o skos:prefLabel ?b }")
    return {(row["a"].value, row["b"].value) for row in rows}


def test_a_second_build_reads_nothing(folder: Path, tmp_path: Path) -> None:
    reader = Reader()
    with Store.open(tmp_path / "db", create=True) as store:
        first = build([folder], store, reader)
        before = dump(store, tmp_path / "a.nq")
        second = build([folder], store, reader)
        assert dump(store, tmp_path / "b.nq") == before
    assert (len(first.added), len(second.unchanged), len(reader.read)) == (3, 3, 3)


def test_a_changed_article_replaces_its_facts(folder: Path, tmp_path: Path) -> None:
    with Store.open(tmp_path / "db", create=True) as store:
        build([folder], store, Reader())
        assert ("Borsen", "Cavanagh") in edges(store)
        (folder / "two.txt").write_text(f"Borsen supplies Eastwick.\n\n{PADDING}\n", encoding="utf-8")
        summary = build([folder], store, Reader())
        assert [Path(u).name for u in summary.changed] == ["two.txt"]
        assert edges(store) == {("Aldergate", "Borsen"), ("Borsen", "Eastwick"), ("Aldergate", "Dunmore")}


def test_prune_takes_out_what_is_gone_and_nothing_else(folder: Path, tmp_path: Path) -> None:
    with Store.open(tmp_path / "db", create=True) as store:
        build([folder], store, Reader())
        (folder / "one.txt").unlink()
        summary = build([folder], store, Reader(), prune=True)
        assert [Path(u).name for u in summary.removed] == ["one.txt"]
        assert edges(store) == {("Borsen", "Cavanagh"), ("Aldergate", "Dunmore")}


def test_nothing_is_pruned_while_an_article_cannot_be_read(folder: Path, tmp_path: Path) -> None:
    with Store.open(tmp_path / "db", create=True) as store:
        build([folder], store, Reader())
        (folder / "one.txt").write_bytes(b"\x00\x01\x02binary")
        summary = build([folder], store, Reader(), prune=True)
        assert summary.kept_by_errors
        assert ("Aldergate", "Borsen") in edges(store)


def test_the_order_of_ingest_does_not_matter(folder: Path, tmp_path: Path) -> None:
    files = sorted(folder.iterdir())
    dumps = set()
    for number, order in enumerate([files, files[::-1]]):
        with Store.open(tmp_path / f"db{number}", create=True) as store:
            for file in order:
                build([file], store, Reader())
            dumps.add(dump(store, tmp_path / f"{number}.nq"))
    assert len(dumps) == 1


def test_while_articles_are_read_each_is_there_once_with_its_entities(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"CHECKPOINT": 2, "GROWTH": 1.6, "STEP": 1, "BATCH": 1}.items():
        monkeypatch.setattr(f"fabgrid.build.{name}", value)
    monkeypatch.setattr("fabgrid.identities.BATCH", 2)
    folder = tmp_path / "articles"
    folder.mkdir()

    def write(edition: int) -> None:
        for k in range(24):
            facts = f"Aldergate supplies Borsen{(k + edition) % 5}.\nCorvane{k % 3} supplies Dunmore."
            text = f"{facts}\n\n{PADDING} It is number {k}{f', edition {edition}' if k % 2 else ''}.\n"
            (folder / f"{k:02}.txt").write_text(text, encoding="utf-8")

    with Store.open(tmp_path / "db", create=True) as store:
        seen = []

        def look(done: int, total: int) -> None:
            assert list(store.query(NAMELESS)) == []
            addresses = [row["url"].value for row in store.query("SELECT ?url { ?article schema:url ?url }")]
            assert len(addresses) == len(set(addresses))
            seen.append(len(addresses))

        for edition in (1, 2):
            write(edition)
            build([folder], store, Reader(), progress=look)
        assert seen[23] > 12  # the first build was seen to grow
        assert min(seen[24:]) == 24  # and no article went missing in the second
        with Store.open(tmp_path / "calm", create=True) as calm:
            build([folder], calm, Reader())
            assert dump(store, tmp_path / "a.nq") == dump(calm, tmp_path / "b.nq")


@pytest.mark.parametrize("steps", [1, 2])  # after identities are found out, and after a graph is written
def test_an_article_that_changes_while_graphs_are_written_waits_for_the_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    monkeypatch.setattr("fabgrid.build.BATCH", 1)
    old = power()
    new = replace(
        old, article=replace(old.article, title="Corrected"), entities=(*old.entities, Entity("Zed", "Company"))
    )
    with Store.open(tmp_path / "db", create=True) as store:
        for extraction in (chips(), old):
            store.records.put(extraction, "model")
        writing = _projected(store)
        for _ in range(steps):
            next(writing)
        store.records.put(new, "model")
        assert list(chain(*writing)) == []
        assert store.articles() == (article_iri(chips().article),)
        project(store)
        assert set(store.articles()) == {article_iri(chips().article), article_iri(new.article)}
        assert store.records.register.unwritten() == []


@pytest.mark.parametrize("titles", [*permutations(("One", "Two", "Three"))])
def test_all_earlier_texts_of_an_article_go_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, titles: tuple[str, ...]
) -> None:
    first, *later = (replace(chips(), article=replace(chips().article, title=title)) for title in titles)
    with Store.open(tmp_path / "db", create=True) as store:
        store.records.put(first, "model")
        project(store)
        store.records.forget_projected([first.article.id])  # what a kill leaves: a graph of which nothing is noted
        for extraction in later:
            store.records.put(extraction, "model")
        monkeypatch.setattr("fabgrid.build._forget", lambda store: None)  # comes after, in a step of its own
        project(store)
        assert store.articles() == (article_iri(later[-1].article),)


def test_graphs_of_another_shape_are_written_anew(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Store.open(tmp_path / "db", create=True) as store:
        build([folder], store, Reader())
        before = store.records.projected()
        for module in ("graph.statements", "identities"):
            monkeypatch.setattr(f"fabgrid.{module}.SHAPE_VERSION", "another")
        identities._code.cache_clear()
        try:
            project(store)
        finally:
            identities._code.cache_clear()
        after = store.records.projected()
        assert after.keys() == before.keys()
        assert not set(after.values()) & set(before.values())


def test_one_bad_article_is_reported_and_the_rest_goes_on(folder: Path, tmp_path: Path) -> None:
    (folder / "bad.txt").write_bytes(b"")
    with Store.open(tmp_path / "db", create=True) as store:
        summary = build([folder], store, Reader())
    assert len(summary.added) == 3
    assert [Path(e.path).name for e in summary.errors] == ["bad.txt"]


def test_another_extractor_reads_everything_again(folder: Path, tmp_path: Path) -> None:
    newer = Reader()
    newer.fingerprint = "reader-2"  # type: ignore[misc]
    with Store.open(tmp_path / "db", create=True) as store:
        build([folder], store, Reader())
        assert len(build([folder], store, newer).changed) == 3


def test_a_plain_edge_only_for_asserted_facts(tmp_path: Path) -> None:
    class Planner(Reader):
        def extract(self, articles: Iterable[Article]) -> Iterator[Extraction | SourceError]:
            for found in super().extract(articles):
                assert isinstance(found, Extraction)
                from fabgrid.model import Status

                yield replace(found, facts=tuple(replace(f, status=Status.PLANNED) for f in found.facts))

    file = tmp_path / "plan.txt"
    file.write_text(f"Aldergate supplies Borsen.\n\n{PADDING}\n", encoding="utf-8")
    with Store.open(tmp_path / "db", create=True) as store:
        summary = build([file], store, Planner())
        assert edges(store) == set()
        assert summary.findings == []
        assert bool(store.query("ASK { ?x a fg:Statement ; fg:status fg:Planned }"))


# ---------------------------------------------------------------- the real thing


def ingest(store: Path, *options: str) -> list[str]:
    return [sys.executable, "-m", "fabgrid", "-q", "ingest", str(CORPUS), "--store", str(store), *options]


@pytest.mark.model
@pytest.mark.slow
def test_killed_at_ten_random_moments_the_next_ingest_gives_the_same_bytes(tmp_path: Path) -> None:
    subprocess.run(ingest(tmp_path / "calm"), check=True)
    with Store.open(tmp_path / "calm", read_only=True) as store:
        calm = dump(store, tmp_path / "calm.nq")
    dice = random.Random(20)
    for _ in range(10):
        process = subprocess.Popen(ingest(tmp_path / "killed"), stderr=subprocess.DEVNULL)
        time.sleep(dice.uniform(1.0, 12.0))  # the moment is the experiment, nothing is waited for
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    subprocess.run(ingest(tmp_path / "killed"), check=True)
    with Store.open(tmp_path / "killed", read_only=True) as store:
        assert dump(store, tmp_path / "killed.nq") == calm


@pytest.mark.model
@pytest.mark.slow
def test_every_engine_gives_the_same_bytes(tmp_path: Path) -> None:
    engines: dict[str, tuple[str, ...]] = {"one": (), "two": ("--workers", "2")}
    with ExitStack() as running:
        if find_spec("distributed"):
            from distributed import LocalCluster

            cluster = LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1")
            address = running.enter_context(cluster).scheduler_address
            engines["dask"] = ("--engine", "dask", "--scheduler", address)
        for name, options in engines.items():
            subprocess.run(ingest(tmp_path / name, *options), check=True)
    dumps = set()
    for name in engines:
        with Store.open(tmp_path / name, read_only=True) as store:
            dumps.add(dump(store, tmp_path / f"{name}.nq"))
    assert len(dumps) == 1
