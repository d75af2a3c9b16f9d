"""Normal forms, abbreviations, and what makes names the same within a kind."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabgrid.resolution.forms import form, is_local, is_strong
from fabgrid.resolution.names import is_acronym, is_proper, normal, tokens
from fabgrid.resolution.places import country

PIECES = "The the Co Inc. Ltd 's s' & U.S. J. P AT&T é GPT-4 3.1 8 Holdings , and S.p.A. H100s ' +"
NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.lists(st.sampled_from(PIECES.split())).map(
    " ".join
)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("The New York Times", "new york times"),
        ("U.S. Department of Energy", "us department of energy"),
        ("J. P. Morgan", "jp morgan"),
        ("J.P. Morgan", "jp morgan"),
        ("GPT-4", "gpt4"),
        ("Llama 3.1", "llama3.1"),
        ("H100s", "h100"),
        ("Nvidia’s", "nvidia"),
        ("Disney+", "disney plus"),
        ("Société Générale", "societe generale"),
        ("The", "the"),
        ("???", ""),
        ("台积电", "台积电"),
    ],
)
def test_normal(name: str, expected: str) -> None:
    assert normal(name) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Apple Inc.", "apple"),
        ("JPMorgan Chase & Co.", "jpmorgan chase"),
        ("Moody's Corp.", "moody"),
        ("Eni S.p.A.", "eni"),
        ("ASML Holding N.V.", "asml"),
        ("Hon Hai Precision Industry Co., Ltd.", "hon hai precision industry"),
        ("Company", "company"),
        ("AT&T", "at and t"),
        ("SE", "se"),
    ],
)
def test_normal_without_legal_form(name: str, expected: str) -> None:
    assert normal(name, legal=True) == expected


@given(NAMES, st.booleans())
def test_normal_twice_is_normal_once(name: str, legal: bool) -> None:
    once = normal(name, legal=legal)
    assert normal(once, legal=legal) == once
    assert bool(once) == any(c.isalnum() for c in once)


@given(st.from_regex(r"[A-Za-z]{1,4}( [A-Za-z]{1,4}){0,4}", fullmatch=True), st.booleans())
def test_the_short_way_for_plain_names_gives_what_the_long_one_gives(name: str, legal: bool) -> None:
    assert normal(name, legal=legal) == normal(f"{name} ", legal=legal)


def test_tokens() -> None:
    assert tokens("Crusoe Energy Systems LLC", legal=True) == ("crusoe", "energy", "systems")


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("TSMC", "Taiwan Semiconductor Manufacturing Co."),
        ("TSMC", "Taiwan Semiconductor Manufacturing Company Limited"),
        ("FERC", "Federal Energy Regulatory Commission"),
        ("NYSERDA", "New York State Energy Research and Development Authority"),
        ("ERCOT", "Electric Reliability Council of Texas"),
        ("METI", "Ministry of Economy, Trade and Industry"),
        ("DRAM", "Dynamic Random-Access Memory"),
        ("PG&E", "Pacific Gas and Electric Company"),
        ("CXMT", "ChangXin Memory Technologies"),
        ("ASICs", "Application-Specific Integrated Circuits"),
        ("GaN", "gallium nitride"),
        ("SiC", "silicon carbide"),
        ("U.S.", "United States"),
        ("TPUs", "Tensor Processing Units"),
        ("ISO-NE", "ISO New England"),
    ],
)
def test_is_acronym(short: str, long: str) -> None:
    assert is_acronym(short, long)


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("Crusoe", "Crusoe Energy Systems"),
        ("AMD", "Applied Materials"),
        ("MPS", "Micron Power"),
        ("AI", "Anthropic"),
        ("the", "The Home Entity"),
        ("TSMC", "TSMC"),
        ("SK", "Sony"),
    ],
)
def test_is_no_acronym(short: str, long: str) -> None:
    assert not is_acronym(short, long)


def test_is_proper() -> None:
    assert is_proper("Bank of America")
    assert is_proper("18A")
    assert is_proper("台积电")
    assert not is_proper("the Taiwanese foundry")
    assert not is_proper("")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("U.S.", "United States"),
        ("the United States of America", "United States"),
        ("Britain", "United Kingdom"),
        ("Korea, Republic of", "South Korea"),
        ("Viet Nam", "Vietnam"),
        ("Türkiye", "Turkey"),
        ("The Netherlands", "Netherlands"),
        ("Taiwan, Province of China", "Taiwan"),
        ("Korea", None),
        ("Ohio", None),
        ("CA", None),
    ],
)
def test_country(name: str, expected: str | None) -> None:
    assert country(name) == expected


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        ("Blackwell GPUs", "Artifact", "blackwell"),
        ("Claude models", "Artifact", "claude"),
        ("Hopper-generation chips", "Artifact", "hopper"),
        ("H100 GPU", "Artifact", "h100"),
        ("iPhone SE", "Artifact", "iphone se"),
        ("Blackwell Ultra", "Artifact", "blackwell ultra"),
        ("liquid cooling systems", "Artifact", "liquid cooling systems"),
        ("Mr. Jensen Huang", "Person", "jensen huang"),
        ("President Biden", "Person", "biden"),
        ("America", "Place", "united states"),
    ],
)
def test_form(name: str, kind: str, expected: str) -> None:
    assert form(name, kind) == expected


@pytest.mark.parametrize(
    ("name", "kind", "local"),
    [
        ("Patel", "Person", True),
        ("Mr Patel", "Person", True),
        ("Dylan Patel", "Person", False),
        ("200MW data center", "Facility", True),
        ("$1.5B gas plant", "Facility", True),
        ("300mm fab", "Facility", True),
        ("industrial AI cloud", "Facility", True),
        ("505MW gas plant in Ohio", "Facility", False),
        ("Fab 8", "Facility", False),
        ("Nvidia", "Body", False),
    ],
)
def test_is_local(name: str, kind: str, local: bool) -> None:
    assert is_local(name, kind) is local


@pytest.mark.parametrize(
    ("alias", "name", "kind", "strong"),
    [
        ("Crusoe", "Crusoe Energy Systems", "Body", True),
        ("FERC", "Federal Energy Regulatory Commission", "Body", True),
        ("Iris Energy", "IREN", "Body", True),
        ("the company", "Mara", "Body", False),
        ("the Commission", "European Commission", "Body", False),
        ("Energy", "Department of Energy", "Body", False),
        ("Taiwanese foundry", "TSMC", "Body", False),
        ("Dutch", "Netherlands", "Place", False),
        ("Huang", "Jensen Huang", "Person", False),
        ("Sam Waksal", "Samuel D. Waksal", "Person", True),
        ("Secretary Raimondo", "Gina Raimondo", "Person", False),
        ("Mike Waksal", "Samuel D. Waksal", "Person", False),
        ("high-bandwidth memory", "HBM", "Artifact", True),
        ("Opus", "Claude Opus", "Artifact", False),
        ("Hatch", "Edwin I. Hatch Nuclear Plant", "Facility", False),
        ("WVDP", "West Valley Demonstration Project", "Facility", True),
    ],
)
def test_is_strong(alias: str, name: str, kind: str, strong: bool) -> None:
    assert is_strong(alias, name, kind) is strong
