"""The bench of name pairs: name_pairs.csv is the source of truth, edit it by hand.

Two articles name `first` and `second`; where `stated` is yes, a third one names `first` with `second`
as its other name. `same` says whether fabgrid should take them for one. For pairs that are no names of
one thing anywhere ("the company"), `same` is no although an article states them.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from fabgrid import ontology
from fabgrid.model import Entity
from fabgrid.resolution import Resolver, resolve

RECALL = 0.94  # raise it freely; lower it only with a reason
ONTOLOGY = ontology.load()


def pairs() -> list[dict[str, str]]:
    with Path(__file__).with_name("name_pairs.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def are_one(pair: dict[str, str]) -> bool:
    first = Entity(pair["first"], pair["first_type"])
    second = Entity(pair["second"], pair["second_type"])
    articles = [("1", [first]), ("2", [second])]
    if pair["stated"] == "yes":
        articles.append(("3", [Entity(first.name, first.type, (second.name,))]))
    _, iris = resolve(articles, Resolver(ontology=ONTOLOGY))
    return iris["1"][first.name] == iris["2"][second.name]


def label(pair: dict[str, str]) -> str:
    return f"{pair['first']} ~ {pair['second']}: {pair['reason']}"


def test_bench_is_well_formed() -> None:
    rows = pairs()
    assert len(rows) >= 120
    assert all(row["same"] in ("yes", "no") and row["stated"] in ("yes", "no") and row["reason"] for row in rows)
    assert all(row[key] in ONTOLOGY.classes for row in rows for key in ("first_type", "second_type"))


@pytest.mark.parametrize("pair", [p for p in pairs() if p["same"] == "no"], ids=label)
def test_precision_is_one(pair: dict[str, str]) -> None:
    assert not are_one(pair)


def test_recall_has_a_floor() -> None:
    same = [pair for pair in pairs() if pair["same"] == "yes"]
    missed = [label(pair) for pair in same if not are_one(pair)]
    assert 1 - len(missed) / len(same) >= RECALL, missed
