"""The log-linear model: what it is told of a pair, and what it makes of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from spacy.language import Language
from spacy.tokens import Doc

from fabgrid.errors import ModelMissing
from fabgrid.nlp.loglinear import RELATIONS, STATUSES, End, LogLinear, Words, features, status_features

WORDS = ["Quorvane", "bought", "chips", "from", "Brandaris"]
TAGS = ["PROPN", "VERB", "NOUN", "ADP", "PROPN"]
LEMMAS = ["Quorvane", "buy", "chip", "from", "Brandaris"]
BUYER, SELLER = End(0, 1, "Company"), End(4, 5, "Company")


@pytest.fixture
def words(nlp: Language) -> Words:
    arcs, heads = ["nsubj", "ROOT", "dobj", "prep", "pobj"], [1, 1, 1, 1, 3]
    return Words(Doc(nlp.vocab, WORDS, pos=TAGS, lemmas=LEMMAS, deps=arcs, heads=heads))


def test_a_pair_is_told_by_its_path_its_words_and_its_types(words: Words) -> None:
    found = features(words, SELLER, BUYER, 0)
    assert "l pobj^prep|nsubj from buy" in found
    assert "top buy Company|Company" in found
    assert "b from>" in found


def test_names_are_all_alike_to_it(nlp: Language, words: Words) -> None:
    others = Words(
        Doc(
            nlp.vocab,
            ["Tessaline", "bought", "chips", "from", "Norrsund"],
            pos=TAGS,
            lemmas=["Tessaline", "buy", "chip", "from", "Norrsund"],
            deps=["nsubj", "ROOT", "dobj", "prep", "pobj"],
            heads=[1, 1, 1, 1, 3],
        )
    )
    assert features(words, SELLER, BUYER, 0) == features(others, SELLER, BUYER, 0)


def test_the_order_of_the_two_counts(words: Words) -> None:
    assert features(words, SELLER, BUYER, 0) != features(words, BUYER, SELLER, 0)


def test_two_trees_have_no_path(nlp: Language) -> None:
    words = Words(Doc(nlp.vocab, ["Quorvane", "Brandaris"], deps=["ROOT", "ROOT"], heads=[0, 1]))
    assert words.path(0, 1) is None
    assert features(words, End(0, 1, "Company"), End(1, 2, "Company"), 0)


def test_weights_add_up_to_a_probability() -> None:
    weights = np.array([[0, 20], [0, 10]], np.int8)
    model = LogLinear(["a", "b"], weights, 0.1, np.zeros(2, np.float32), ["", "supplies"])
    assert model.chances({"a", "b", "unheard of"})["supplies"] == pytest.approx(1 / (1 + np.exp(-3)))
    assert model.chances(set()) == pytest.approx({"": 0.5, "supplies": 0.5})


def test_missing_weights_name_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="make model"):
        LogLinear.load(tmp_path / "relations.npz")


def test_the_shipped_weights_know_a_purchase(words: Words) -> None:
    model = LogLinear.load(RELATIONS)
    assert model.chances(features(words, SELLER, BUYER, 0)).get("supplies", 0) > 0.5
    assert model.chances(features(words, BUYER, SELLER, 0)).get("supplies", 0) < 0.2


def test_the_shipped_weights_know_a_plan(nlp: Language) -> None:
    doc = nlp("Quorvane plans to build a plant.")
    found = status_features(Words(doc), End(0, 1, "Company"), End(5, 6, "Facility"), "builds")
    chances = LogLinear.load(STATUSES).chances(found)
    assert max(chances, key=chances.__getitem__) == "planned"
