"""Score the models on the test split of CORE (company relations, pairs given), the public comparison.

    python training/core.py core.jsonl

Prints accuracy, micro-F1 of the eleven positive relations and macro-F1 of all twelve, the direction counted: for the
joint model's own head, which `make model` does not train on; for a regression from what all its heads say, fitted on
CORE's train split; for the log-linear model, trained on the same; and for the last two together.
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
from sklearn.linear_model import LogisticRegressionCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from fabgrid.nlp import pipeline
from fabgrid.nlp.fingerprint import MODEL
from fabgrid.nlp.joint import JointModel
from fabgrid.nlp.loglinear import End, Words, features
from fabgrid.nlp.pairs import gaps, grid, regions
from fabgrid.nlp.wordpiece import WordPiece

Chances = NDArray[np.float64]  # a row for each pair, the columns as in CORE_RELATIONS
Logits = NDArray[np.float64]  # a row for each pair: what HEADS say, one after the other, both ways round
HEADS = ("core", "relation", "status")


def joint(model: JointModel, rows: list[dict[str, Any]]) -> Logits:
    """Return what the heads say of every pair, CORE's relations of the first direction in front; else zeros."""
    pieces, labels = WordPiece.load(MODEL / "vocab.txt"), Labels.of_ontology()
    width = 2 * (len(CORE_RELATIONS) + len(model.relations) + len(model.statuses))
    found = (core_example(row, pieces, labels) for row in rows)
    return np.stack([np.zeros(width) if one is None else _logits(model, one) for one in found])


def _logits(model: JointModel, one: Example) -> Logits:
    """Return the logits for the two mentions of an example, both ways round, their types hidden."""
    start, stop, unknown = model.pieces.start, model.pieces.stop, 2 * len(model.types)
    ids, shapes = np.array([[start, *one.encoded.ids, stop]]), np.array([[0, *one.encoded.shapes, 0]])
    mask, marks = np.ones_like(ids), np.zeros_like(ids)
    for first, last in one.spans:
        marks[0, first + 1 : last + 2] = 2 + 2 * unknown
        marks[0, first + 1] = 1 + 2 * unknown
    hidden, _ = model.encoder.run(None, {"ids": ids, "shapes": shapes, "mask": mask})
    places, table = np.arange(1, ids.shape[1] - 1)[None], np.array([(0, *span) for span in one.spans])
    pairs = np.array([[0, 1], [1, 0]])
    s, o = table[pairs[:, 0], 1:], table[pairs[:, 1], 1:]
    inputs = {"hidden": hidden, "mask": mask, "marks": marks, "places": places, "present": np.ones_like(places)}
    inputs |= {"mentions": table, "pairs": pairs, "gaps": gaps(s, o), "regions": regions(s, o, places.shape[1])}
    inputs["grid"], inputs["cells"] = grid(np.zeros(2, np.int64))
    return np.concatenate([scores.ravel() for scores in model.facts.run(list(HEADS), inputs)])


def head(said: Logits) -> Chances:
    """Return the probabilities of the joint model's own head for CORE."""
    scores = said[:, : len(CORE_RELATIONS)]
    chances: Chances = np.exp(scores - scores.max(1, keepdims=True))
    return chances / chances.sum(1, keepdims=True)


def refitted(said: Logits, labels: list[str], asked: Logits) -> Chances:
    """Return the probabilities of a regression on what the heads say, its strength chosen on the train split."""
    regression = LogisticRegressionCV(Cs=[0.001, 0.003, 0.01, 0.03, 0.1], cv=3, max_iter=500, scoring="neg_log_loss")
    return _in_order(make_pipeline(StandardScaler(), regression).fit(said, labels), asked)


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
    return _in_order(model, matrix(list(parsed(test)), {name: n for n, name in enumerate(names)}))


def _in_order(model: Any, asked: Any) -> Chances:
    chances = np.full((asked.shape[0], len(CORE_RELATIONS)), 1e-6)
    chances[:, [CORE_RELATIONS.index(c) for c in model.classes_]] += model.predict_proba(asked)
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
    model = JointModel.load()
    said = joint(model, test)
    one, two = refitted(joint(model, train), [relation(row) for row in train], said), loglinear(train, test)
    report("joint model, its head for CORE", head(said), wanted)
    report("joint model, refitted", one, wanted)
    report("log-linear model", two, wanted)
    report("the last two (geometric mean)", one**0.5 * two**0.5, wanted)


if __name__ == "__main__":
    main()
