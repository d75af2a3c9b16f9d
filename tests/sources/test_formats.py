"""HTML, PDF, Word and e-mail, written by the tests themselves."""

from __future__ import annotations

from datetime import UTC, date, datetime
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from fabgrid.errors import SourceError
from fabgrid.model import Article
from fabgrid.sources import read

LONG = (
    "TSMC said on Monday that it will build a third fab in Arizona. The plant will cost about $65 billion "
    "and will make chips for Apple and Nvidia. Mara acquired a 505MW gas plant in Ohio for $1.5 billion."
)
LINES = [
    "TSMC said on Monday that it will build a third semi-",
    "conductor fab in Arizona. The plant will cost $65",
    "billion and will make chips for Apple and for AMD.",
    "It opens in 2028.",
    "Mara acquired a 505MW gas plant in Ohio for about a",
    "billion and a half, the company said on Tuesday.",
]


def one(path: Path) -> Article:
    (item,) = read([path])
    assert isinstance(item, Article), item
    return item


def why(path: Path) -> str:
    (item,) = read([path])
    assert isinstance(item, SourceError)
    return item.why


def pdf(pages: list[list[str]], *, password: str = "", **metadata: str) -> bytes:
    writer = PdfWriter()
    font = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica"}
    for lines in pages:
        page = writer.add_blank_page(612, 792)
        shown = " ".join(f"({line}) Tj T*" for line in lines)
        stream = DecodedStreamObject()
        stream.set_data(f"BT /F1 12 Tf 14 TL 72 720 Td {shown} ET".encode("latin-1"))
        fonts = DictionaryObject({NameObject("/F1"): DictionaryObject()})
        for key, value in font.items():
            fonts["/F1"][NameObject(key)] = NameObject(value)
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
        page[NameObject("/Contents")] = writer._add_object(stream)
    writer.add_metadata({f"/{key}": value for key, value in metadata.items()})
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    buffer = BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def test_html_loses_its_boilerplate_and_keeps_its_metadata(tmp_path: Path) -> None:
    page = f"""<!doctype html><html><head><meta charset="utf-8"><title>Fab news | Wire</title>
    <meta property="og:title" content="Third fab"><meta property="og:site_name" content="Chip Wire">
    <meta property="article:published_time" content="2026-05-01T08:00:00Z">
    <link rel="canonical" href="https://wire.example/third-fab"></head><body>
    <nav><a href="/">Home</a><a href="/x">Subscribe now</a></nav>
    <article><h1>Third fab</h1><p>{LONG}</p><p>{LONG[::1].replace("third", "fourth")}</p></article>
    <footer>Copyright, cookies, privacy</footer></body></html>"""
    path = tmp_path / "a.html"
    path.write_text(page, encoding="utf-8")
    article = one(path)
    assert (article.title, article.publisher, article.published) == (
        "Third fab",
        "Chip Wire",
        date(2026, 5, 1),
    )
    assert article.url == "https://wire.example/third-fab"
    assert LONG in article.text
    assert "Subscribe" not in article.text
    assert "cookies" not in article.text


def test_html_says_its_encoding(tmp_path: Path) -> None:
    path = tmp_path / "a.htm"
    page = f'<html><head><meta charset="windows-1252"></head><body><article><p>Nestlé’s plant. {LONG}</p>'
    path.write_bytes(page.encode("cp1252"))
    article = one(path)
    assert article.text.startswith("Nestlé’s plant.")
    assert article.url == path.as_posix()


@pytest.mark.parametrize("page", ["<html><body></body></html>", "<nav>Home</nav>", "<"])
def test_html_without_article(tmp_path: Path, page: str) -> None:
    path = tmp_path / "a.html"
    path.write_text(page)
    assert "no article text" in why(path) or "empty" in why(path)


def test_pdf_paragraphs_are_joined_and_running_heads_dropped(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    pages = [["Chip Wire weekly", *LINES, f"Page {n} of 3"] for n in (1, 2, 3)]
    for page in pages[1:]:
        page[1:-1] = [f"The plant in state number {page[-1][5]} will open in the next year."]
    path.write_bytes(pdf(pages, Title="Microsoft Word - Third fab.docx", CreationDate="D:20260501080000Z"))
    article = one(path)
    assert article.text.startswith("TSMC said on Monday that it will build a third semiconductor fab in Arizona.")
    assert "It opens in 2028.\n\nMara acquired a 505MW gas plant in Ohio for about a billion" in article.text
    assert "weekly" not in article.text
    assert "Page" not in article.text
    assert (article.title, article.published) == ("Third fab", date(2026, 5, 1))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (pdf([LINES])[:-400], "is cut off"),
        (pdf([LINES], password="secret"), "protected by a password"),
        (pdf([[]]), "holds no text, only pictures"),
        (b"just words", "is not a PDF file"),
        (b"%PDF-1.4\ngarbage\n%%EOF", "damaged"),
    ],
    ids=["cut", "password", "pictures", "words", "garbage"],
)
def test_pdf_that_cannot_be_read(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(content)
    assert reason in why(path)


def test_docx_keeps_paragraphs_and_properties(tmp_path: Path) -> None:
    document = Document()
    document.core_properties.created = datetime(2026, 5, 1, tzinfo=UTC)
    document.add_heading("Third fab", level=1)
    document.add_paragraph(LONG)
    document.add_table(rows=1, cols=1).cell(0, 0).text = "in a table"
    document.add_paragraph("Second.")
    path = tmp_path / "a.docx"
    document.save(str(path))
    article = one(path)
    assert article.text == f"Third fab\n\n{LONG}\n\nSecond."
    assert (article.title, article.published) == ("Third fab", date(2026, 5, 1))


def test_docx_that_cannot_be_read(tmp_path: Path) -> None:
    path, buffer = tmp_path / "a.docx", BytesIO()
    Document().save(buffer)
    for content, reason in (
        (buffer.getvalue()[:3000], "cut off or damaged"),
        (b"words", "not a Word file"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "password"),
        (b"\xd0\xcf\x11\xe0WordDocument", "old Word file"),
        (buffer.getvalue(), "empty"),
    ):
        path.write_bytes(content)
        assert reason in why(path)


def message(*, plain: str = "", page: str = "") -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "Chip Wire <news@wire.example>", "Fwd: Third fab – news"
    mail["Date"] = "Fri, 01 May 2026 10:00:00 +0200"
    mail.set_content(plain)
    if page:
        mail.add_alternative(page, subtype="html")
    return mail


def test_mail_gives_its_plain_part(tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    path.write_bytes(message(plain=f"{LONG}\n\n> Quoted.\n-- \nJane\n", page="<p>short</p>").as_bytes())
    assert one(path) == Article(
        path.as_posix(), "Third fab – news", f"{LONG}\n\nQuoted.", date(2026, 5, 1), "Chip Wire"
    )


def test_mail_with_a_page_gives_the_article_in_it(tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    page = f"<html><body><p>{LONG}</p><p>It was the second deal of the year for the firm.</p></body></html>"
    path.write_bytes(message(plain="Read this in your browser", page=page).as_bytes())
    assert LONG in one(path).text


def test_newsletter_set_in_tables_keeps_its_words(tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    inner = f"<table><tr><td><p>{LONG}</p></td></tr></table>"
    page = f"<html><body><table><tr><td>{inner}</td></tr></table></body></html>"
    path.write_bytes(message(page=page).as_bytes())
    assert LONG in one(path).text


def test_mail_without_headers(tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    path.write_text("\njust words, no headers\n")
    assert "not an e-mail message" in why(path)
