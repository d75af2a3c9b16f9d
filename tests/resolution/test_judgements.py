"""The judgements' file and its replay."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabgrid.errors import FabgridError
from fabgrid.ontology import ENTITY
from fabgrid.resolution.judgements import (
    Judgement,
    Merge,
    Reject,
    Retype,
    Split,
    append,
    dump,
    load,
    parse,
    reference,
    replay,
)

ALL: list[Judgement] = [
    Merge("Crusoe", "Crusoe Energy Systems", "renamed"),
    Split("Synergy", "Synergy Research"),
    Split("Synergy"),
    Retype("National Grid", "GridOperator"),
    Reject("9f3a"),
]


def test_file_comes_back_with_comments_and_without_a_last_newline(tmp_path: Path) -> None:
    path = tmp_path / "in" / "judgements.jsonl"
    assert load(path) == ()
    append(path, ALL[0])
    path.write_text("# why\n\n// why\n" + path.read_text().strip())  # edited by hand
    for judgement in ALL[1:]:
        append(path, judgement)
    assert list(load(path)) == ALL
    assert path.read_text().splitlines()[3] == ('{"merge": ["Crusoe", "Crusoe Energy Systems"], "note": "renamed"}')


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("merge A B", "not JSON: Expecting value in column 1"),
        ('["merge", "A", "B"]', "not a judgement"),
        ('{"join": ["A", "B"]}', "one of merge, split, retype, reject"),
        ('{"merge": ["A", "B"], "split": ["A"]}', "one of merge, split, retype, reject"),
        ('{"merge": ["A"]}', "merge takes two different entities"),
        ('{"merge": ["A", "a"]}', "merge takes two different entities"),
        ('{"merge": ["A", 3]}', "merge takes names between quotes"),
        ('{"merge": ["A", ""]}', "merge takes names between quotes"),
        ('{"split": []}', "split takes one entity or two"),
        ('{"retype": ["A"]}', "retype takes an entity and a type"),
        ('{"reject": ["A", "B"]}', "reject takes one statement"),
        ('{"reject": "A", "note": 3}', "between quotes"),
    ],
)
def test_wrong_line_is_named(tmp_path: Path, line: str, reason: str) -> None:
    path = tmp_path / "judgements.jsonl"
    path.write_text(f"# one\n{line}\n")
    with pytest.raises(FabgridError, match=r"judgements\.jsonl:2: .*correct or delete the line") as caught:
        load(path)
    assert reason in str(caught.value)


def test_file_that_is_not_text(tmp_path: Path) -> None:
    path = tmp_path / "judgements.jsonl"
    path.write_bytes(b"\xff\x00\xff")
    with pytest.raises(FabgridError, match="cannot be read"):
        load(path)


@given(st.text(min_size=1), st.text(min_size=1), st.text())
def test_line_comes_back(first: str, second: str, note: str) -> None:
    if first.strip() and second.strip():
        for judgement in (Retype(first, second, note), Reject(first, note), Split(first, "", note)):
            if not note or note.strip():
                assert "\n" not in dump(judgement)
                assert parse(dump(judgement)) == judgement


def test_iri_last_part_and_name_are_one_reference() -> None:
    assert reference(ENTITY + "tsmc") == reference("tsmc") == reference("TSMC")


def test_later_lines_win() -> None:
    assert replay([Merge("A", "B"), Split("B", "A")]).merges == ()
    assert replay([Split("A", "B"), Merge("A", "B")]).splits == ()
    assert replay([Merge("A", "B"), Merge("B", "A")]).merges == (("b", "a"),)
    assert replay([Retype("A", "Company"), Retype("a", "Place")]).types == (("a", "Place"),)
    assert replay([Merge("A", "B"), Merge("C", "A"), Split("A")]).merges == ()


def test_merges_are_transitive_and_a_split_cuts_the_latest_link_between_the_two() -> None:
    chain = [Merge("A", "B"), Merge("B", "C"), Merge("C", "D")]
    assert replay([*chain, Split("A", "C")]).merges == (("a", "b"), ("c", "d"))
    assert replay([Merge("A", "B"), Split("A", "C"), Merge("B", "C")]).splits == ()


def test_rejected_statements_are_known_by_their_last_part() -> None:
    iri = "https://w3id.org/fabgrid/statement/9f3a"
    assert replay([Reject(iri), Reject("statement:77"), Reject("9f3a")]).rejected == {"9f3a", "77"}
