"""Where sentences begin."""

from __future__ import annotations

import pytest
from spacy.language import Language

pytestmark = pytest.mark.model


@pytest.mark.parametrize(
    "sentence",
    [
        "It holds the construction permits (Construction Permit Nos. CPPR-122 and CPPR-123, respectively).",
        "See Sec. 5 and Fig. 3 of the report.",
        "Samsung Electronics Co. will build it.",
    ],
)
def test_a_sentence_is_not_cut_before_the_number_that_it_names(nlp: Language, sentence: str) -> None:
    found = [s.text for s in nlp(f"{sentence} The plant is in Ohio.").sents]
    assert found == [sentence, "The plant is in Ohio."]


def test_a_word_that_ends_a_sentence_ends_it(nlp: Language) -> None:
    assert len(list(nlp("The regulator said no. Then 5 firms sued.").sents)) == 2


def test_a_heading_stands_alone(nlp: Language) -> None:
    found = [s.text.strip() for s in nlp("What changed\nSamsung Electronics expands in Texas.").sents]
    assert found == ["What changed", "Samsung Electronics expands in Texas."]
