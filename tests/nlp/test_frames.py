# ruff: noqa: E501 - one shape a line reads best
"""Each sentence shape, with words of the ontology and mentions given by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from spacy.tokens import Doc

from fabgrid import ontology as vocabulary
from fabgrid.nlp.frames import FRAMES
from fabgrid.nlp.lexicon import Lexicon
from fabgrid.nlp.reading import reading_of

pytestmark = pytest.mark.model

SHAPES = [
    ("active", "{Qualcomm|Company} acquired {Nuvia|Company}.", ("Qualcomm", "acquires", "Nuvia")),
    ("object of infinitive", "{Orsted|Company} agreed to buy {Lincoln Clean Energy|Company}.", ("Orsted", "acquires", "Lincoln Clean Energy")),
    ("passive", "{Nuvia|Company} was acquired by {Qualcomm|Company} in 2021.", ("Qualcomm", "acquires", "Nuvia")),
    ("reduced passive", "{Nuvia|Company}, founded by {Gerard Williams|Person}, designs servers.", ("Gerard Williams", "founded", "Nuvia")),
    ("relative clause", "{Qualcomm|Company}, which acquired {Nuvia|Company}, fell.", ("Qualcomm", "acquires", "Nuvia")),
    ("coordinated verbs", "{Qualcomm|Company} cut its forecast and acquired {Nuvia|Company}.", ("Qualcomm", "acquires", "Nuvia")),
    ("participle", "{Qualcomm|Company} grew fast, acquiring {Nuvia|Company} on the way.", ("Qualcomm", "acquires", "Nuvia")),
    ("preposition", "{Danfoss|Company} sells compressors to {Vertiv|Company}.", ("Danfoss", "supplies", "Vertiv")),
    ("inverse verb", "{Vertiv|Company} buys compressors from {Danfoss|Company}.", ("Danfoss", "supplies", "Vertiv")),
    ("likes of", "{Amkor|Company} packages chips for firms such as {Marvell|Company}.", ("Amkor", "fabricatesFor", "Marvell")),
    ("nominal", "{Qualcomm|Company} completed its acquisition of {Nuvia|Company}.", None),
    ("possessive nominal", "{Qualcomm|Company}'s acquisition of {Nuvia|Company} closed.", ("Qualcomm", "acquires", "Nuvia")),
    ("apposition role", "{Ibiden|Company}, a supplier to {Intel|Company}, expanded.", ("Ibiden", "supplies", "Intel")),
    ("copula role", "{Ibiden|Company} is a supplier to {Intel|Company}.", ("Ibiden", "supplies", "Intel")),
    ("whose", "{Synaptics|Company}, whose chief executive is {Rahul Patel|Person}, rose.", ("Rahul Patel", "leads", "Synaptics")),
    ("compound role", "{Synaptics|Company} CEO {Rahul Patel|Person} resigned.", ("Rahul Patel", "leads", "Synaptics")),
    ("backed", "The {Temasek|Company}-backed {Rivos|Company} hired engineers.", ("Temasek", "investsIn", "Rivos")),
    ("based", "{Eindhoven|Place}-based {NXP|Company} cut jobs.", ("NXP", "headquarteredIn", "Eindhoven")),
    ("possessive product", "{AMD|Company}'s {Instinct|Product} line grew.", ("AMD", "produces", "Instinct")),
    ("possessive place", "{Japan|Place}'s {Kioxia|Company} listed.", ("Kioxia", "locatedIn", "Japan")),
    ("demonym", "The {Dutch|Place} toolmaker {ASM International|Company} grew.", ("ASM International", "locatedIn", "Dutch")),
    ("city and state", "{Wolfspeed|Company} of {Durham|Place}, {North Carolina|Place}, fell.", ("Wolfspeed", "locatedIn", "North Carolina")),
    ("site", "{Wolfspeed|Company} runs a {silicon carbide fab|Facility} in {Marcy|Place}.", ("silicon carbide fab", "locatedIn", "Marcy")),
    ("parenthesis", "{GlobalWafers|Company} ({Taiwan|Place}) will expand.", ("GlobalWafers", "locatedIn", "Taiwan")),
    ("affiliation", "{Dan Hutcheson|Person} of {TechInsights|Company} disagreed.", ("Dan Hutcheson", "worksFor", "TechInsights")),
]  # fmt: skip

SILENT = [
    "{Qualcomm|Company} and {Nuvia|Company} declined to comment.",
    "{Qualcomm|Company} grew faster than {Nuvia|Company} last year.",
    "{Danfoss|Company} sold its stake in the venture to {Vertiv|Company}.",
    "{Qualcomm|Company} met analysts in {London|Place}.",
]


def matches(doc: Doc) -> set[tuple[str, str, str]]:
    ontology = vocabulary.load()
    reading, lexicon = reading_of(doc), Lexicon(ontology)
    return {
        (m.subject.entity, m.relation, m.object.entity)
        for sent in reading.sentences
        for frame in FRAMES
        for m in frame(sent, reading, lexicon)
        if m.subject is not m.object and ontology.admits(m.relation, m.subject.type, m.object.type)
    }


@pytest.mark.parametrize(("text", "fact"), [(t, f) for _, t, f in SHAPES if f], ids=[s for s, _, f in SHAPES if f])
def test_a_shape_gives_its_fact(marked: Callable[[str], Doc], text: str, fact: tuple[str, str, str]) -> None:
    assert fact in matches(marked(text))


@pytest.mark.parametrize("text", SILENT)
def test_a_sentence_without_a_relation_gives_none(marked: Callable[[str], Doc], text: str) -> None:
    assert matches(marked(text)) == set()


def test_every_item_of_a_list_gets_its_fact(marked: Callable[[str], Doc]) -> None:
    doc = marked("{TSMC|Company} fabricates chips for {Apple|Company}, {AMD|Company} and {Nvidia|Company}.")
    customers = {o for s, r, o in matches(doc) if (s, r) == ("TSMC", "fabricatesFor")}
    assert customers == {"Apple", "AMD", "Nvidia"}


def test_the_passive_does_not_turn_the_direction(marked: Callable[[str], Doc]) -> None:
    found = matches(marked("{Dell|Company} is supplied with memory by {Micron|Company}."))
    assert ("Micron", "supplies", "Dell") in found
    assert ("Dell", "supplies", "Micron") not in found
