"""Score the models on the test split of CORE (company relations, pairs given), the public comparison.

    python training/core.py core.jsonl

Prints accuracy, micro-F1 of the eleven positive relations and macro-F1 of all twelve, the direction counted:
for the joint model's head, for the log-linear model trained on CORE's train split, and for both together.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from data import CORE_RELATIONS, CORE_SYMMETRIC, Example, Labels, core_example, read_core
from loglinear import Row, fit, matrix
from numpy.typing import NDArray

from fabgrid.nlp import pipeline
from fabgrid.nlp.joint import MODEL, JointModel
from fabgrid.nlp.loglinear import End, Words, features
from fabgrid.nlp.pairs import gaps, grid, regions
from fabgrid.nlp.wordpiece import WordPiece

Chances = NDArray[np.float64]


def joint(model: JointModel, rows: list[dict[str, Any]]) -> Chances:
    """Return the joint model's probability of every relation; "undefined" where its window misses a mention."""
    pieces, labels = WordPiece.load(MODEL / "vocab.txt"), Labels.of_ontology()
    chances = np.zeros((len(rows), len(CORE_RELATIONS)))
    for n, row in enumerate(rows):
        one = core_example(row, pieces, labels)
        if one is None:
            chances[n, 0] = 1.0
            continue
        scores = _logits(model, one)
        chances[n] = np.exp(scores - scores.max()) / np.exp(scores - scores.max()).sum()
    return chances


def _logits(model: JointModel, one: Example) -> NDArray[np.float32]:
    """Return the logits of CORE's relations for the two mentions of an example, whose types are hidden."""
    start, stop, unknown = model.pieces.start, model.pieces.stop, 2 * len(model.types)
    ids, shapes = np.array([[start, *one.encoded.ids, stop]]), np.array([[0, *one.encoded.shapes, 0]])
    mask, marks = np.ones_like(ids), np.zeros_like(ids)
    for first, last in one.spans:
        marks[0, first + 1 : last + 2] = 2 + 2 * unknown
        marks[0, first + 1] = 1 + 2 * unknown
    hidden, _ = model.encoder.run(None, {"ids": ids, "shapes": shapes, "mask": mask})
    places, table = np.arange(1, ids.shape[1] - 1)[None], np.array([(0, *span) for span in one.spans])
    s, o = table[:1, 1:], table[1:, 1:]
    inputs = {"hidden": hidden, "mask": mask, "marks": marks, "places": places, "present": np.ones_like(places)}
    inputs |= {"mentions": table, "pairs": np.array([[0, 1]]), "gaps": gaps(s, o)}
    inputs |= {"regions": regions(s, o, places.shape[1])}
    inputs["grid"], inputs["cells"] = grid(np.zeros(1, np.int64))
    scores: NDArray[np.float32] = model.facts.run(["core"], inputs)[0][0]
    return scores


def relation(row: dict[str, Any]) -> str:
    """Return the relation with its direction: ">" where the head stands first in the text."""
    turned = row["tail"]["start"] < row["head"]["start"]
    return str(row["relation"]) + ("" if row["relation"] in CORE_SYMMETRIC else "<" if turned else ">")


def parsed(rows: list[dict[str, Any]]) -> Iterator[Row]:
    """Yield the features of the two mentions, the first one as the subject, and their relation."""
    docs = pipeline.parser().pipe(row["text"] for row in rows)
    for row, doc in zip(rows, docs, strict=True):
        spans = sorted((row[end]["start"], row[end]["end"]) for end in ("head", "tail"))
        one, two = (doc.char_span(*span, alignment_mode="expand") for span in spans)
        ends = [End(x.start, x.end, "") if x else End(0, 1, "") for x in (one, two)]
        yield features(Words(doc), *ends, 0), relation(row)


def loglinear(train: list[dict[str, Any]], test: list[dict[str, Any]]) -> Chances:
    """Return the probabilities of a log-linear model trained on CORE's train split."""
    names, model = fit(list(parsed(train)))
    found = model.predict_proba(matrix(list(parsed(test)), {name: n for n, name in enumerate(names)}))
    chances = np.full((len(test), len(CORE_RELATIONS)), 1e-6)
    chances[:, [CORE_RELATIONS.index(c) for c in model.classes_]] += found
    return chances


def report(who: str, chances: Chances, wanted: NDArray[np.int64]) -> None:
    said = chances.argmax(axis=1)
    hit = int(((wanted == said) & (wanted > 0)).sum())
    precision, recall = hit / int((said > 0).sum()), hit / int((wanted > 0).sum())
    f1 = {}
    for name in dict.fromkeys(re.sub("[<>]$", "", r) for r in CORE_RELATIONS):
        mine = [n for n, r in enumerate(CORE_RELATIONS) if re.sub("[<>]$", "", r) == name]
        right = int(((wanted == said) & np.isin(wanted, mine)).sum())
        f1[name] = 2 * right / max(1, int(np.isin(wanted, mine).sum()) + int(np.isin(said, mine).sum()))
    print(
        f"{who}: accuracy {(wanted == said).mean():.3f}, micro-F1 {2 * precision * recall / (precision + recall):.3f} "
        f"(P {precision:.3f} R {recall:.3f}), macro-F1 {np.mean(list(f1.values())):.3f}"
    )
    print("  " + ", ".join(f"{name} {value:.2f}" for name, value in f1.items()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("core", type=Path)
    a = parser.parse_args()
    train, test = read_core(a.core, "train"), read_core(a.core, "test")
    wanted = np.array([CORE_RELATIONS.index(relation(row)) for row in test])
    one, two = joint(JointModel.load(), test), loglinear(train, test)
    report("joint model", one, wanted)
    report("log-linear model", two, wanted)
    report("both (geometric mean)", one**0.5 * two**0.5, wanted)


if __name__ == "__main__":
    main()
