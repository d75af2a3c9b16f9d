import os
import random
import sqlite3
import subprocess
import sys
import textwrap
import time
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox
import pytest

from fabgrid.build import project
from fabgrid.errors import StoreError
from fabgrid.graph import store as store_module
from fabgrid.graph.export import to_text
from fabgrid.graph.outline import dump_node
from fabgrid.graph.snapshot import outline, read_outline
from fabgrid.graph.statements import article_iri, article_quads, entity_quads
from fabgrid.graph.store import FORMAT, Store, open_to_write, restore
from fabgrid.graph.terms import ENTITIES_GRAPH, ENTITY
from fabgrid.model import Node
from samples import RUN, chips, demo, ingest, iris, power, set_entities

SUPPLIERS = "SELECT ?s { ?s fg:supplies entity:nvidia } ORDER BY ?s"
HERE = Path(__file__).parents[1]


def suppliers(store):
    return [row["s"].value.rsplit("/", 1)[-1] for row in store.query(SUPPLIERS)]


def test_the_main_query_just_works(tmp_path):
    with Store.open(demo(tmp_path / "s"), read_only=True) as store:
        assert suppliers(store) == ["samsung", "tsmc"]


def test_replacing_an_article_changes_its_facts_and_nothing_else(tmp_path):
    with Store.open(demo(tmp_path / "s")) as store:
        x = chips()
        store.replace_article(article_iri(x.article), article_quads(replace(x, facts=()), iris(x), run=RUN))
        assert suppliers(store) == ["samsung"]
        store.replace_article(article_iri(x.article), article_quads(x, iris(x), run=RUN))
        assert suppliers(store) == ["samsung", "tsmc"]


def test_an_edited_article_takes_the_place_of_the_old_one(tmp_path):
    with Store.open(demo(tmp_path / "s")) as store:
        old = chips()
        new = replace(old, article=replace(old.article, title="Corrected"))
        store.replace_article(
            article_iri(new.article),
            article_quads(new, iris(new), run=RUN),
            replaces=[article_iri(old.article)],
        )
        assert article_iri(old.article) not in store.articles()
        assert article_iri(new.article) in store.articles()


def test_removing_an_article_removes_its_graph(tmp_path):
    with Store.open(demo(tmp_path / "s")) as store:
        store.remove_article(article_iri(power().article))
        assert store.articles() == (article_iri(chips().article),)


def test_the_content_does_not_depend_on_the_order_of_ingest(tmp_path):
    texts = []
    for name, order in {"a": [chips(), power()], "b": [power(), chips()]}.items():
        with Store.open(tmp_path / name, create=True) as store:
            for x in order:
                ingest(store, x)
            texts.append({suffix: to_text(store, suffix) for suffix in (".nq", ".trig", ".csv", ".graphml")})
    assert texts[0] == texts[1]


def test_a_reader_works_beside_a_writer_and_sees_the_store_as_it_was_opened(tmp_path):
    with Store.open(demo(tmp_path / "s")) as writer, Store.open(tmp_path / "s", read_only=True) as reader:
        writer.remove_article(article_iri(power().article))
        assert suppliers(reader) == ["samsung", "tsmc"]
        assert len(reader.records) == 2
        with pytest.raises(StoreError, match="reading only"):
            reader.remove_article(article_iri(power().article))


def test_a_second_writer_is_told_what_to_do(tmp_path):
    with (
        Store.open(demo(tmp_path / "s")),
        pytest.raises(StoreError, match=f"process {os.getpid()} on .* writes to this store"),
    ):
        Store.open(tmp_path / "s")


def test_memory_is_given_back_without_losing_quads_or_the_lock(tmp_path, monkeypatch):
    monkeypatch.setattr(store_module, "_MOST_HELD", 0)
    refused = []

    def try_to_take_over(path):
        with pytest.raises(StoreError, match=f"process {os.getpid()} on .* writes to this store"):
            Store.open(path)
        refused.append(path)
        return open_to_write(path)

    with Store.open(tmp_path / "s", create=True) as store:
        monkeypatch.setattr(store_module, "open_to_write", try_to_take_over)
        for extraction in (chips(), power()):
            store.replace_article(article_iri(extraction.article), article_quads(extraction, iris(extraction), run=RUN))
            quads = set(store)
            store.give_back()
            store.give_back()  # nothing was written since
            assert set(store) == quads
    assert len(refused) == 2
    with Store.open(tmp_path / "s"):
        assert not list((tmp_path / "s" / "quads").glob("LOG.old.*"))


def test_no_store_names_the_command_that_makes_one(tmp_path):
    with pytest.raises(StoreError, match="fabgrid ingest PATH"):
        Store.open(tmp_path / "none")


def test_a_folder_with_other_things_is_not_taken(tmp_path):
    (tmp_path / "thesis.doc").touch()
    with pytest.raises(StoreError, match="not a store"):
        Store.open(tmp_path, create=True)
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.doc"]


@pytest.mark.parametrize(
    ("text", "says"), [("fabgrid store 99", "upgrade"), ("fabgrid store 0", "rebuild it"), ("x", "damaged")]
)
def test_another_format_is_refused_with_a_remedy(tmp_path, text, says):
    (demo(tmp_path / "s") / "format").write_text(text)
    with pytest.raises(StoreError, match=says):
        Store.open(tmp_path / "s")


def test_damaged_quads_are_refused_and_rebuilt_from_the_records(tmp_path):
    path = demo(tmp_path / "s")
    with Store.open(path) as store:
        before = to_text(store, ".nq")
    (path / "quads" / "CURRENT").write_text("x")
    with pytest.raises(StoreError, match="fabgrid doctor"):
        Store.open(path)
    for file in (path / "quads").iterdir():
        file.unlink()
    (path / "quads").rmdir()
    with Store.open(path) as store:
        assert store.records.projected() == {}
        ingest(store)
        assert to_text(store, ".nq") == before


def test_opening_repairs_what_a_killed_writer_left(tmp_path):
    path = demo(tmp_path / "s")
    with Store.open(path) as store:
        store.records.remove(power().article.url)  # recorded as gone, but its graph still there
    (path / "quads" / "bulk-7.sst").touch()
    with Store.open(path) as store:
        assert store.articles() == (article_iri(chips().article),)
        assert set(store.records.projected()) == {chips().article.id}
    assert not list((path / "quads").glob("bulk-*"))


def node(name, *aliases):
    return Node(ENTITY + name, name, "Company", aliases)


def said(store):
    return set(store.graph(ENTITIES_GRAPH.value))


def note(store, *nodes, gone=()):
    store.records.note_nodes({n.iri: dump_node(n) for n in nodes})
    store.records.release_nodes(ENTITY + name for name in gone)


def test_entities_are_written_as_a_difference(tmp_path):
    with Store.open(tmp_path / "s", create=True) as store:
        note(store, node("a", "1", "2"), node("b", "1"))
        store.write_entities()
        note(store, node("a", "2", "3"), gone=["b"])
        store.write_entities()
        assert said(store) == set(entity_quads([node("a", "2", "3"), node("b", "1")]))
        store.remove_entities()
        assert said(store) == set(entity_quads([node("a", "2", "3")]))


def test_an_entity_that_comes_back_before_it_is_removed_stays(tmp_path):
    with Store.open(tmp_path / "s", create=True) as store:
        set_entities(store, [node("a", "1")])
        note(store, gone=["a"])
        note(store, node("a", "1"))
        store.write_entities()
        store.remove_entities()
        assert said(store) == set(entity_quads([node("a", "1")]))


@pytest.mark.parametrize("fails", ["flush", "_apply"])
def test_a_crash_while_entities_are_written_leaves_nothing_wrong(tmp_path, monkeypatch, fails):
    with Store.open(tmp_path / "s", create=True) as store:
        set_entities(store, [node("a", "1"), node("b", "1")])
        note(store, node("a", "2"), node("c"), gone=["b"])
        with monkeypatch.context() as crash:
            crash.setattr(Store, fails, lambda *_, **__: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                store.write_entities()
            with pytest.raises(ZeroDivisionError):
                store.remove_entities()
        note(store, node("a", "3"), node("b", "1"), gone=["c"])
        store.write_entities()
        store.remove_entities()
        assert said(store) == set(entity_quads([node("a", "3"), node("b", "1")]))


def test_a_reader_finds_one_version_of_a_changed_article(tmp_path):
    x = chips()
    new = replace(x, article=replace(x.article, title="Corrected"))
    with Store.open(demo(tmp_path / "s")) as store:
        store.records.put(new, RUN)
        assert store.superseded() == {article_iri(x.article): x.article.url}
        graphs = {article_iri(new.article): list(article_quads(new, iris(new), run=RUN))}
        store.replace_articles(graphs, replaces={article_iri(new.article): [article_iri(x.article)]})
        assert set(store.articles()) == {article_iri(new.article), article_iri(power().article)}


def test_a_changed_article_keeps_its_old_graph_until_the_new_one_is_written(tmp_path):
    x = chips()
    with Store.open(demo(tmp_path / "s")) as store:
        store.records.put(replace(x, article=replace(x.article, title="Corrected")), RUN)
    with Store.open(tmp_path / "s") as store:  # as after a kill
        assert article_iri(x.article) in store.articles()


def test_entities_that_are_gone_stay_until_they_are_removed(tmp_path):
    with Store.open(demo(tmp_path / "s")) as store:
        before = outline(store).nodes
        note(store, node("tsmc"), gone=[iri.removeprefix(ENTITY) for iri in before.keys() - {ENTITY + "tsmc"}])
        store.write_entities()
        assert outline(store).nodes == read_outline(store).nodes == before | {ENTITY + "tsmc": node("tsmc")}
        store.remove_entities()
        assert outline(store).nodes == read_outline(store).nodes == {ENTITY + "tsmc": node("tsmc")}


def test_compacting_changes_nothing_that_is_read(tmp_path):
    with Store.open(demo(tmp_path / "s")) as store:
        before = to_text(store, ".nq")
        store.compact()
        assert to_text(store, ".nq") == before
        assert len(store.records) == 2


def test_a_backup_is_restored_into_a_new_folder(tmp_path):
    with Store.open(demo(tmp_path / "s")) as store:
        store.judgements.write_text('{"retype": ["Mara", "Organization"]}\n')
        store.backup(tmp_path / "copy")
        text = to_text(store, ".nq")
    (tmp_path / "new.part").mkdir()  # of a restore that was killed
    restore(tmp_path / "copy", tmp_path / "new")
    with Store.open(tmp_path / "new") as new:
        assert to_text(new, ".nq") == text
        assert new.judgements.read_bytes() == (tmp_path / "s" / "judgements.jsonl").read_bytes()
    with pytest.raises(StoreError, match="it exists"):
        restore(tmp_path / "copy", tmp_path / "new")
    assert not (tmp_path / "new.part").exists()


REGISTER = ("outlived", "addresses", "namings", "mentions", "stems", "stale", "unwritten", "settings")


def make_old(path, number):
    """Give a store the layout of format 3, which had no register, 2, which kept no outline of the graph, or 1.

    This one had no outlines of articles either.
    """
    with sqlite3.connect(path / "records.sqlite") as connection:
        connection.executescript("".join(f"DROP TABLE {name};" for name in REGISTER))
        if number == 3:
            connection.executescript("DROP INDEX nodes_by_state; ALTER TABLE nodes RENAME COLUMN state TO is_written")
        else:
            connection.executescript("DROP TABLE nodes; DROP TABLE edges")
        if number == 1:
            connection.executescript("ALTER TABLE articles DROP COLUMN outline")
    connection.close()
    (path / "format").write_text(f"fabgrid store {number}\n")


@pytest.mark.parametrize("number", [1, 2, 3])
def test_an_older_store_is_read_as_it_is_and_brought_up_to_date_by_a_writer(tmp_path, number):
    path = demo(tmp_path / "s")
    with Store.open(path) as store:
        project(store)  # what the samples write by themselves is not resolved
        text, inventories, graph = to_text(store, ".nq"), list(store.records.inventories()), outline(store)
    make_old(path, number)
    with Store.open(path, read_only=True) as store:
        assert suppliers(store) == ["samsung-electronics", "tsmc"]
        assert len(list(store.records.extractions())) == 2
        assert outline(store) == graph
    with Store.open(path) as store:
        assert list(store.records.inventories()) == inventories
        assert outline(store) == graph
        project(store)
        assert to_text(store, ".nq") == text
        assert outline(store) == graph
    assert (path / "format").read_text() == f"fabgrid store {FORMAT}\n"


def test_a_backup_is_a_store(tmp_path):
    with Store.open(demo(tmp_path / "s")) as store:
        store.backup(tmp_path / "copy")
        with pytest.raises(StoreError, match="it exists"):
            store.backup(tmp_path / "copy")
        text = to_text(store, ".nq")
    with Store.open(tmp_path / "copy") as copy:
        assert to_text(copy, ".nq") == text
        assert len(copy.records) == 2


def many(count):
    """As many copies of one article, under other addresses."""
    x = chips()
    copies = (replace(x, article=replace(x.article, url=f"https://example.org/{i}")) for i in range(count))
    return {article_iri(c.article): list(article_quads(c, iris(c), run=RUN)) for c in copies}


@pytest.mark.parametrize("count", [1, 30])
def test_many_articles_at_once_give_the_same_as_one_by_one(tmp_path, count):
    graphs = many(count)
    with Store.open(tmp_path / "a", create=True) as store, Store.open(tmp_path / "b", create=True) as other:
        store.replace_articles(graphs, replaces={})
        store.replace_articles({iri: quads[:-3] for iri, quads in graphs.items()}, replaces={})
        for iri, quads in graphs.items():
            other.replace_article(iri, quads[:-3])
        assert set(store) == set(other)


BULK_WRITER = """
    import sys
    sys.path[:0] = [sys.argv[2], sys.argv[2] + "/graph"]
    from fabgrid.graph.store import Store
    from test_store import many

    graphs = many(40)
    store = Store.open(sys.argv[1])
    print("ready", flush=True)
    store.replace_articles(graphs, replaces={})
    print("done", flush=True)
"""


def test_kill_9_in_a_bulk_load_leaves_all_or_nothing(tmp_path):
    path = demo(tmp_path / "s")
    with Store.open(path) as store:
        before = len(store)
    added = sum(map(len, many(40).values()))
    dice = random.Random(3)
    for _ in range(4):
        command = [sys.executable, "-c", textwrap.dedent(BULK_WRITER), str(path), str(HERE)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert process.stdout.readline() == b"ready\n"
        time.sleep(dice.uniform(0.0, 0.12))
        process.kill()
        process.communicate()
        assert len(ox.Store.read_only(str(path / "quads"))) in {before, before + added}
        with Store.open(path) as store:  # graphs without a record are taken out
            assert len(store) == before
        assert not list((path / "quads").glob("bulk-*"))


WRITER = """
    import sys
    sys.path.insert(0, sys.argv[2])
    from dataclasses import replace
    from samples import RUN, chips, ingest, iris, power
    from fabgrid.graph.statements import article_iri, article_quads
    from fabgrid.graph.store import Store

    often = len(sys.argv) > 3
    with Store.open(sys.argv[1]) as store:
        x = chips()
        few = replace(x, facts=x.facts[:2], observations=(), definitions=())
        print("ready", flush=True)
        while True:
            for version in (few, x):
                store.replace_article(article_iri(x.article), article_quads(version, iris(x), run=RUN))
                if often:
                    store.flush()
"""


def test_kill_9_never_leaves_half_an_article(tmp_path):
    path = demo(tmp_path / "s")
    x = chips()
    few = replace(x, facts=x.facts[:2], observations=(), definitions=())
    whole = [set(article_quads(v, iris(x), run=RUN)) for v in (few, x)]
    dice = random.Random(7)
    for _ in range(5):
        command = [sys.executable, "-c", textwrap.dedent(WRITER), str(path), str(HERE)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": ""})
        assert process.stdout.readline() == b"ready\n"
        time.sleep(dice.uniform(0.01, 0.15))
        process.kill()
        process.communicate()
        with Store.open(path) as store:
            assert set(store.graph(article_iri(x.article))) in whole


INGESTER = """
    import sys
    sys.path[:0] = [sys.argv[2], sys.argv[2] + "/graph"]
    from samples import ingest
    from test_store import corpus
    from fabgrid.graph.store import Store

    print("ready", flush=True)
    with Store.open(sys.argv[1], create=True) as store:
        for x in corpus():
            ingest(store, x)
"""


def corpus():
    x, y = chips(), power()
    for number in range(12):
        yield replace(x, article=replace(x.article, url=f"https://example.org/{number % 8}", title=str(number)))
    yield y


def test_kill_9_anywhere_in_an_ingest_then_again_gives_the_same_bytes(tmp_path):
    with Store.open(tmp_path / "calm", create=True) as store:
        for x in corpus():
            ingest(store, x)
        expected = to_text(store, ".nq")
    dice = random.Random(11)
    path = tmp_path / "killed"
    for _ in range(5):
        command = [sys.executable, "-c", textwrap.dedent(INGESTER), str(path), str(HERE)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert process.stdout.readline() == b"ready\n"
        time.sleep(dice.uniform(0.0, 0.4))
        process.kill()
        process.communicate()
    with Store.open(path, create=True) as store:
        for x in corpus():
            ingest(store, x)
        assert to_text(store, ".nq") == expected


def test_readers_open_while_another_process_writes(tmp_path):
    path = demo(tmp_path / "s")
    command = [sys.executable, "-c", textwrap.dedent(WRITER), str(path), str(HERE), "flush"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    try:
        assert process.stdout.readline() == b"ready\n"
        for _ in range(10):
            with Store.open(path, read_only=True) as store:
                assert suppliers(store) == ["samsung", "tsmc"]
    finally:
        process.kill()
        process.communicate()
