"""Train the log-linear models over parses: src/fabgrid/nlp/model/relations.npz and statuses.npz.

    python training/loglinear.py ARTICLES_OR_DIRS... [--held ARTICLES_OR_DIRS...] [--ontology DIR]

Runs where fabgrid is installed with scikit-learn; about three minutes.  `--held` prints how they do on
articles that they do not learn from, with their own mentions.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import permutations
from pathlib import Path
from typing import Any

import convert
import numpy as np
from data import annotated
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from spacy.tokens import Doc

from fabgrid import ontology as vocabulary
from fabgrid.nlp import pipeline
from fabgrid.nlp.fingerprint import MODEL
from fabgrid.nlp.loglinear import RELATIONS, STATUSES, End, Words, features, status_features
from fabgrid.ontology import Ontology

SEED, STRENGTH, ROUNDS = 1, 0.5, 25  # of the regression: seed, inverse of the penalty, passes over the data
RARE = 4  # a feature seen less often is not learnt
FAINT = 0.04  # a feature all of whose weights are smaller is not shipped

Row = tuple[set[str], str]  # features and label: a relation, "" for none, or a status


def read(places: list[Path]) -> list[dict[str, Any]]:
    """Read annotated articles and folders of them, without those that have problems."""
    return [article for article, problems in map(convert.parse, annotated(places)) if not problems]


@dataclass
class Rows:
    """What is learnt from: pairs with their relations, statements with their statuses."""

    relations: list[Row] = field(default_factory=list)
    statuses: list[Row] = field(default_factory=list)


def rows(articles: list[dict[str, Any]], ontology: Ontology) -> Rows:
    """Return the pairs of mentions that stand in one sentence and whose types some relation has."""
    found = Rows()
    docs = pipeline.parser().pipe(a["text"] for a in articles)
    for article, doc in zip(articles, docs, strict=True):
        _add(found, article, doc, ontology)
    return found


def _add(found: Rows, article: dict[str, Any], doc: Doc, ontology: Ontology) -> None:
    words, mentions = Words(doc), defaultdict(list)
    stated: dict[int, dict[tuple[str, str], tuple[str, str]]] = defaultdict(dict)
    for m in article["mentions"]:
        span = doc.char_span(m["start"], m["end"], alignment_mode="expand")
        if span is not None:
            mentions[m["sentence"]].append((End(span.start, span.end, m["type"]), m["entity"]))
    for s in article["statements"]:
        root = ontology.root(s["predicate"])
        ends = s["subject"], s["object"]
        for pair in (ends, ends[::-1]) if ontology.relations[root].symmetric else (ends,):
            stated[s["sentence"]].setdefault(pair, (root, s["status"]))
    for sentence, here in mentions.items():
        _add_sentence(found, sorted(here, key=lambda x: x[0].start), stated[sentence], words, ontology)


def _add_sentence(
    found: Rows,
    here: list[tuple[End, str]],
    stated: dict[tuple[str, str], tuple[str, str]],
    words: Words,
    ontology: Ontology,
) -> None:
    """A statement is learnt from the nearest mentions of its two; other mentions of them say nothing."""
    nearest: dict[tuple[str, str], int] = {}
    for one, s in here:
        for two, o in here:
            if (s, o) in stated:
                nearest[s, o] = min(abs(one.start - two.start), nearest.get((s, o), len(words.norms)))
    for (i, (one, s)), (j, (two, o)) in permutations(enumerate(here), 2):
        known = nearest.get((s, o))
        if s == o or (known is not None and abs(one.start - two.start) != known):
            continue
        if any(ontology.admits(r, one.type, two.type) for r in ontology.relations):
            relation, status = stated.get((s, o), ("", ""))
            found.relations.append((features(words, one, two, abs(i - j) - 1), relation))
            if relation:
                found.statuses.append((status_features(words, one, two, relation), status))


def matrix(found: list[Row], columns: dict[str, int]) -> csr_matrix:
    ends, at = [0], list[int]()
    for names, _ in found:
        at += sorted(columns[name] for name in names if name in columns)
        ends.append(len(at))
    return csr_matrix((np.ones(len(at), np.float32), at, ends), shape=(len(found), len(columns)))


def fit(found: list[Row], strength: float = STRENGTH) -> tuple[list[str], LogisticRegression]:
    """Return the features and the fitted regression."""
    seen = Counter(name for names, _ in found for name in names)
    kept = sorted(name for name, n in seen.items() if n >= RARE and "\n" not in name)
    model = LogisticRegression(C=strength, solver="saga", max_iter=ROUNDS, tol=1e-3, random_state=SEED)
    return kept, model.fit(matrix(found, {name: n for n, name in enumerate(kept)}), [label for _, label in found])


def write(names: list[str], model: LogisticRegression, file: Path) -> None:
    """Keep the weights as bytes: features that weigh little are left out."""
    weights, bias = model.coef_.T, model.intercept_
    if len(model.classes_) == 2:  # then the library keeps those of the second class only
        weights, bias = np.hstack([-weights, weights]) / 2, np.concatenate([-bias, bias]) / 2
    telling = np.flatnonzero(abs(weights).max(axis=1) >= FAINT)
    scale = float(abs(weights).max() / 127)
    np.savez_compressed(
        file,
        names=np.frombuffer("\n".join(names[n] for n in telling).encode(), np.uint8),
        weights=np.rint(weights[telling] / scale).astype(np.int8),
        scale=np.float32(scale),
        bias=bias.astype(np.float32),
        labels=np.frombuffer("\n".join(model.classes_).encode(), np.uint8),
    )
    print(f"{file.name}: {len(telling)} of {len(names)} features, {file.stat().st_size / 1e6:.2f} MB")


def report(names: list[str], model: LogisticRegression, held: list[Row]) -> str:
    """Return the accuracy, and the best F1 over all thresholds where there is a label for none; pairs given."""
    chances = model.predict_proba(matrix(held, {name: n for n, name in enumerate(names)}))
    wanted, classes = np.array([label for _, label in held]), list(model.classes_)
    accuracy = f"accuracy {(model.classes_[chances.argmax(axis=1)] == wanted).mean():.3f}"
    if "" not in classes:
        return accuracy
    chances[:, classes.index("")] = 0
    best, order = chances.argmax(axis=1), np.argsort(-chances.max(axis=1))
    right = np.cumsum((model.classes_[best] == wanted)[order])
    f1 = 2 * right / (np.arange(1, len(right) + 1) + (wanted != "").sum())
    return f"{accuracy}, F1 {f1.max():.3f} at P {right[f1.argmax()] / (f1.argmax() + 1):.3f}"


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", nargs="+", type=Path)
    parser.add_argument("--held", nargs="*", type=Path, default=[])
    parser.add_argument("--out", type=Path, default=MODEL)
    parser.add_argument("--ontology", type=Path, help="a folder that declares more relation types than ours")
    a = parser.parse_args(arguments)
    ontology = vocabulary.load(a.ontology)
    convert.RELATIONS.update(ontology.relations)
    found = rows(read(a.articles), ontology)
    held = rows(read(a.held), ontology) if a.held else None
    related = sum(1 for _, label in found.relations if label)
    print(f"{len(found.relations)} pairs, {related} of them related")
    for file, part, strength in ((RELATIONS, "relations", STRENGTH), (STATUSES, "statuses", STRENGTH / 5)):
        names, model = fit(getattr(found, part), strength)
        write(names, model, a.out / file.name)
        if held is not None:
            print(f"{part} held out: {report(names, model, getattr(held, part))}")


if __name__ == "__main__":
    main()
