"""Finding files, and what happens to each that cannot be read."""

from __future__ import annotations

import io
import os
import time
from datetime import date
from pathlib import Path

import pytest

from fabgrid.errors import SourceError
from fabgrid.model import Article
from fabgrid.sources import READERS, read
from fabgrid.sources.text import normalise

ENGLISH = "TSMC said on Monday that it will build a third fab in Arizona for its customers. "
GERMAN = (
    "Der Konzern hat am Montag mitgeteilt, dass er in Dresden eine neue Fabrik bauen wird. "
    "Die Anlage soll im nächsten Jahr mit der Produktion beginnen und ist für Kunden aus Europa gedacht."
)


@pytest.fixture(autouse=True)
def _in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(name: str, content: str | bytes) -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def one(path: str | Path, **options: object) -> Article | SourceError:
    (item,) = read([path], **options)  # type: ignore[arg-type]
    return item


def why(path: str | Path, **options: object) -> str:
    item = one(path, **options)
    assert isinstance(item, SourceError)
    assert item.path == Path(path).as_posix()
    assert "\n" not in str(item)
    return item.why


def test_front_matter_names_title_date_publisher_and_url() -> None:
    head = '---\ntitle: "A fab: more"\ndate: 2026-05-01\npublisher: Wire\nurl: https://x.org/a?b=1\n---\n\n'
    article = one(write("a.md", head + ENGLISH))
    assert article == Article("https://x.org/a?b=1", "A fab: more", ENGLISH.strip(), date(2026, 5, 1), "Wire")


def test_without_front_matter_the_path_as_given_is_the_address() -> None:
    write("in/b.txt", ENGLISH)
    items = list(read(["in"]))
    assert [(a.url, a.title) for a in items if isinstance(a, Article)] == [("in/b.txt", "b")]


def test_title_is_the_first_heading_else_the_file_name() -> None:
    headed, setext = (
        one(write("a.md", f"## Power **now** ##\n\n{ENGLISH}")),
        one(write("b.md", f"Big\n===\n{ENGLISH}")),
    )
    assert isinstance(headed, Article)
    assert isinstance(setext, Article)
    assert (headed.title, setext.title) == ("Power now", "Big")
    assert headed.text == f"Power now\n\n{ENGLISH.strip()}"


def test_folder_is_read_recursively_sorted_without_hidden_files_and_readmes() -> None:
    for name in ("d/z.txt", "d/a/y.md", "d/.hidden.txt", "d/.git/x.txt", "d/README.md", "d/note.ann"):
        write(name, ENGLISH + name)
    assert [item.url for item in read(["d"]) if isinstance(item, Article)] == ["d/a/y.md", "d/z.txt"]


def test_globs_match_and_a_file_named_twice_is_read_once() -> None:
    for name in ("g/1.txt", "g/2.txt", "g/sub/3.txt"):
        write(name, ENGLISH + name)
    urls = [getattr(item, "url", item) for item in read(["g/*.txt", "g", Path("g/1.txt"), "g/**/*.txt"])]
    assert urls == ["g/1.txt", "g/2.txt", "g/sub/3.txt"]


def test_existing_file_with_glob_characters_is_a_file() -> None:
    assert isinstance(one(write("a[1].txt", ENGLISH)), Article)


@pytest.mark.parametrize(
    ("content", "url"),
    [
        (ENGLISH.encode(), None),
        (f"---\ntitle: T\nurl: https://x.org/p\n---\n{ENGLISH}".encode(), "https://x.org/p"),
        (b"\xef\xbb\xbf" + ENGLISH.encode(), None),
        (f"<html><body><article><p>{ENGLISH * 5}</p></article></body></html>".encode(), None),
        (f"From: A <a@x.org>\nSubject: T\nMIME-Version: 1.0\n\n{ENGLISH}".encode(), None),
    ],
    ids=["text", "front matter", "marked", "page", "mail"],
)
def test_standard_input_tells_its_format(content: bytes, url: str | None) -> None:
    article = one("-", stdin=io.BytesIO(content))
    assert isinstance(article, Article)
    assert article.text.startswith("TSMC said")
    assert article.url == url or (url is None and article.url.startswith("stdin:"))


def test_one_bad_article_is_an_error_and_the_rest_goes_on() -> None:
    write("m/1.txt", ENGLISH + "one")
    write("m/2.txt", b"")
    write("m/3.txt", ENGLISH + "three")
    items = list(read(["m", "nowhere.txt", "m/*.pdf"]))
    assert [type(item) for item in items] == [Article, SourceError, Article, SourceError, SourceError]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.txt", b"", "is empty"),
        ("a.md", b" \n\t\n", "is empty"),
        ("a.md", b"---\ntitle: T\n---\n\n", "is empty: it holds no text"),
        ("a.txt", b"\x89PNG\r\n\x1a\n\x00\x00", "PNG picture"),
        ("a.txt", b"abc\x00\x01\x02\x00def" * 9, "zero bytes"),
        ("a.md", bytes(range(1, 32)) * 20, "control characters"),
        ("a.txt", b"%PDF-1.7 ...", "a PDF file"),
        ("a.xyz", ENGLISH.encode(), "no known format (.xyz"),
        ("a", ENGLISH.encode(), "no suffix"),
        ("a.txt", GERMAN.encode(), "not in English; it seems to be German"),
        ("a.txt", GERMAN.encode("latin-1"), "it seems to be German"),
        ("a.txt", ("台积电宣布将在美国建设第三座晶圆厂。" * 5).encode(), "it seems to be Chinese"),
        (
            "a.txt",
            ("台积电宣布将在美国建设第三座晶圆厂，并表示客户需求强劲。" * 9).encode("gb18030"),
            "Chinese",
        ),
        ("a.txt", ("ソニーは熊本に新しい工場を建設すると発表した。" * 5).encode(), "it seems to be Japanese"),
        ("a.md", b"---\ntitle: [open\n---\n" + ENGLISH.encode(), "its front matter is not YAML"),
        (
            "a.md",
            b"---\ntitle: a: b\n---\n" + ENGLISH.encode(),
            "not YAML: mapping values are not allowed here in line 2",
        ),
        ("a.md", b"---\ntitle: T\n\n" + ENGLISH.encode(), "no closing line ---"),
        ("a.md", b"---\ntitle: [a, b]\n---\n" + ENGLISH.encode(), "title is not one line"),
        ("a.md", b"---\ndate: 2026-02-31\n---\n" + ENGLISH.encode(), "date '2026-02-31' is not a date"),
        ("a.md", b"---\ndate: soon\n---\n" + ENGLISH.encode(), "date 'soon' is not a date"),
        ("a.md", b"---\nurl: www.x.org\n---\n" + ENGLISH.encode(), "is not a web address"),
    ],
)
def test_unusable_file_gives_one_clear_error(name: str, content: bytes, reason: str) -> None:
    assert reason in why(write(name, content))


def test_missing_file_folder_without_articles_and_glob_without_match() -> None:
    Path("empty").mkdir()
    assert why("gone.txt") == "does not exist"
    assert why("empty").startswith("holds no articles (.md")
    assert why("x/*.md") == "matches no file"
    assert "does not exist" in why("a\n/gone.txt".replace("\n", ""))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_named_pipe_is_refused_without_waiting() -> None:
    os.mkfifo("p.txt")
    assert why("p.txt") == "is neither a file nor a folder"


def test_fifty_megabytes_are_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    with Path("big.txt").open("wb") as handle:
        handle.truncate(50_000_000)
    monkeypatch.setattr(Path, "open", None)  # opening it would fail
    started = time.perf_counter()
    assert why("big.txt") == "is larger than 20 MB; no article is"
    assert time.perf_counter() - started < 0.5


def test_standard_input_larger_than_the_limit_is_refused() -> None:
    assert "larger than" in why("-", stdin=io.BytesIO(b"word " * 100), limit=100)


def test_file_that_may_not_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = write("secret.txt", ENGLISH)
    monkeypatch.setattr(Path, "open", refuse)  # root may read whatever its mode says
    assert why(path) == "may not be read (permission denied)"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_folder_that_may_not_be_read() -> None:
    write("locked/a.txt", ENGLISH)
    Path("locked").chmod(0)
    try:
        assert why("locked") == "may not be read (permission denied)"
    finally:
        Path("locked").chmod(0o755)


def test_same_text_and_same_url_are_reported() -> None:
    head = "---\nurl: https://x.org/a\n---\n"
    write("a.txt", ENGLISH)
    write("b.txt", ENGLISH + "\r\n")
    write("c.md", head + ENGLISH + "Third.")
    write("d.md", head + ENGLISH + "Fourth.")
    whys = [str(item) for item in read(["a.txt", "b.txt", "c.md", "d.md"]) if isinstance(item, SourceError)]
    assert whys == [
        "b.txt: has the same text as a.txt, which is kept",
        "d.md: has the same address as c.md, which is kept",
    ]


def test_reader_that_fails_in_its_own_way_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(content: bytes, path: str) -> None:
        raise KeyError("/Root")

    monkeypatch.setitem(READERS, ".txt", fail)  # type: ignore[arg-type]
    assert why(write("a.txt", ENGLISH)) == "is damaged: '/Root'"


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    write("a.pdf", b"%PDF-1.4\ngarbage\n%%EOF")
    write("a.html", b"<html><body></body></html>")
    list(read(["."]))
    assert capfd.readouterr() == ("", "")


def test_no_text_file_raises_whatever_its_bytes() -> None:
    for content in (
        b"\xff\xfe",
        b"\xff",
        b"---",
        b"---\n",
        b"---\n---\n",
        b"\x00",
        b"\xfe\xff\xd8",
        b"\\",
        b"```",
    ):
        item = one(write("odd.md", content))
        assert isinstance(item, SourceError) or normalise(item.text) == item.text
