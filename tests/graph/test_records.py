import sqlite3
from dataclasses import replace

import pytest
from hypothesis import given, settings

from fabgrid.errors import StoreError
from fabgrid.graph import serialisation
from fabgrid.graph.records import Records
from samples import chips, power
from strategies import extractions


@settings(max_examples=60, deadline=None)
@given(extractions())
def test_serialisation_is_exact_and_stable(x):
    text = serialisation.dumps(x)
    assert serialisation.loads(text) == x
    assert serialisation.dumps(serialisation.loads(text)) == text


def test_records_are_read_back(tmp_path):
    with Records.open(tmp_path) as records:
        records.put(power(), "model 1")
        records.put(chips(), "model 1")
        records.put(chips(), "model 2")
    with Records.open(tmp_path, read_only=True) as records:
        assert records.urls() == (chips().article.url, power().article.url)
        assert records.get(chips().article.url).extraction == chips()
        assert records.get(chips().article.url).fingerprint == "model 2"
        assert records.states()[power().article.url] == (power().article.id, "model 1")
        assert list(records.extractions()) == [chips(), power()]
        assert records.article(power().article.id) == power().article
        assert records.get("no such") is None


def test_remove_tells_whether_there_was_one(tmp_path):
    with Records.open(tmp_path) as records:
        records.put(chips(), "m")
        assert records.remove(chips().article.url)
        assert not records.remove(chips().article.url)
        assert len(records) == 0


def test_what_an_address_held_before_is_known_until_its_graph_is_gone(tmp_path):
    old = chips()
    new = replace(old, article=replace(old.article, title="Corrected"))
    newest = replace(old, article=replace(old.article, title="Corrected again"))
    url = old.article.url
    with Records.open(tmp_path) as records:
        records.put(old, "m")
        records.mark_projected({old.article.id: "key"}, {})
        records.put(new, "m")
        records.put(newest, "m")
        assert records.outlived() == {new.article.id: url, old.article.id: url}
        records.put(new, "m")
        assert set(records.outlived()) == {newest.article.id, old.article.id}
        records.forget_projected([old.article.id, newest.article.id])
        assert records.outlived() == {}
        records.remove(url)
        assert records.outlived() == {new.article.id: url}


def test_projection_marks(tmp_path):
    with Records.open(tmp_path) as records:
        records.mark_projected({"a": "1", "b": "2", "c": "4"}, {"a": "edges", "b": "edges", "c": "edges"})
        records.mark_projected({"a": "3"}, {"a": "others"}, replaced=["c"])
        records.forget_projected(["b"])
        assert records.projected() == {"a": "3"}
        assert list(records.edges()) == [("a", "others")]


def test_a_damaged_file_is_refused_with_a_remedy(tmp_path):
    (tmp_path / "records.sqlite").write_bytes(b"this is no database" * 100)
    with pytest.raises(StoreError, match="damaged"):
        Records.open(tmp_path)


def test_a_record_of_another_version_is_refused(tmp_path):
    with Records.open(tmp_path) as records:
        records.put(chips(), "m")
    with sqlite3.connect(tmp_path / "records.sqlite") as connection:
        connection.execute("""UPDATE articles SET extraction = '{"version":99}'""")
    connection.close()
    with Records.open(tmp_path) as records, pytest.raises(StoreError, match="version 99"):
        records.get(chips().article.url)


def test_a_reader_never_makes_a_file(tmp_path):
    with pytest.raises(StoreError, match="missing"):
        Records.open(tmp_path, read_only=True)
    assert not list(tmp_path.iterdir())
