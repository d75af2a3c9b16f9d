"""A file that holds what it held before is not parsed again, and one that does not is."""

from __future__ import annotations

from pathlib import Path

import pytest

from fabgrid.errors import SourceError
from fabgrid.model import Article
from fabgrid.sources import Known, Memory, read_new

TEXT = "TSMC said on Monday that it will build a third fab in Arizona for its customers.\n"


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    monkeypatch.chdir(tmp_path)
    Path("a.md").write_text(TEXT)
    Path("b.md").write_text("---\nurl: https://chips.example/b\n---\n" + TEXT.replace("third", "fourth"))
    return [Path("a.md"), Path("b.md")]


def second(files: list[Path], *, current: bool = True) -> list[Article | Known | SourceError]:
    """Read twice, with what the first time has noted."""
    first = Memory({}, lambda url, article_id: False)
    list(read_new([Path("a.md"), Path("b.md")], first))
    for n, file in enumerate(files):
        file.write_text(file.read_text() + f"It is number {n} of its fabs there.\n")
    return list(read_new(["a.md", "b.md"], Memory(first.new, lambda url, article_id: current)))


def test_same_bytes_are_known_by_address(files: list[Path]) -> None:
    found = second([])
    assert [type(x) for x in found] == [Known, Known]
    assert [x.url for x in found] == ["a.md", "https://chips.example/b"]  # type: ignore[union-attr]


def test_other_bytes_are_parsed(files: list[Path]) -> None:
    one, other = second([files[1]])
    assert isinstance(one, Known)
    assert isinstance(other, Article)
    assert "number 0" in other.text


def test_what_no_record_stands_behind_is_parsed(files: list[Path]) -> None:
    assert all(isinstance(x, Article) for x in second([], current=False))


def test_a_copy_of_a_known_file_is_reported(files: list[Path]) -> None:
    memory = Memory({}, lambda url, article_id: True)
    list(read_new(["a.md"], memory))
    Path("c.md").write_text(TEXT)
    known, copy = read_new(["a.md", "c.md"], Memory(memory.new, lambda url, article_id: True))
    assert isinstance(known, Known)
    assert isinstance(copy, SourceError)
    assert "the same text as a.md" in str(copy)


def test_a_renamed_file_is_parsed_for_its_name_is_its_address(files: list[Path]) -> None:
    memory = Memory({}, lambda url, article_id: True)
    list(read_new(["a.md"], memory))
    Path("a.md").rename("c.md")
    (found,) = read_new(["c.md"], Memory(memory.new, lambda url, article_id: True))
    assert isinstance(found, Article)
    assert found.url == "c.md"
