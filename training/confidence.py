"""Measure how sure frames and models are, and write src/fabgrid/nlp/model/confidence.json.

python training/confidence.py frames ARTICLES...   how often each frame is right, with the articles' own mentions
python training/confidence.py weights GOLD_DIR     one probability for all, and the threshold, on unseen articles

`frames` runs on what the models were trained on, for it uses none; `weights` on what they were not.
"""

from __future__ import annotations

import json
import math
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from convert import parse
from data import annotated
from spacy.tokens import Doc

from fabgrid import ontology as vocabulary
from fabgrid.errors import SourceError
from fabgrid.model import MentionKind
from fabgrid.nlp import pipeline
from fabgrid.nlp.confidence import FILE, RELATION, evidence
from fabgrid.nlp.evaluation import verdicts
from fabgrid.nlp.frames import FRAMES
from fabgrid.nlp.lexicon import Lexicon
from fabgrid.nlp.loglinear import Words
from fabgrid.nlp.reading import Candidate, reading_of
from fabgrid.nlp.relations import RelationFinder
from fabgrid.sources import read

PRIOR, WEIGHT = 0.6, 4  # a frame counts as if it had been right PRIOR of WEIGHT times before
LEAST = 5  # cases under which a frame is not told apart by relation type
WANTED = 0.75  # precision that the threshold must reach on the articles of `weights`
PULL = (1.0, 5.0)  # strength with which the weights are drawn to nothing, and those of relation types


def write(**values: Any) -> None:
    """Put values into the shipped table."""
    table = json.loads(FILE.read_text(encoding="utf-8"))
    FILE.write_text(json.dumps(table | values, indent=1) + "\n", encoding="utf-8")


# ---------------------------------------------------------------- frames


def frames(files: list[Path]) -> None:
    """Count how often each frame is right."""
    articles = [article for article, problems in map(parse, files) if not problems]
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    texts = (a["text"] for a in articles)
    docs = pipeline.parser().pipe(texts)
    for article, doc in zip(articles, docs, strict=True):
        for frame, relation, right in _matches(article, doc):
            for key in (frame, f"{frame}:{relation}"):
                counts[key][0] += right
                counts[key][1] += 1
    shown = {k: c for k, c in sorted(counts.items()) if c[1] >= LEAST or ":" not in k}
    write(frames={k: round((right + PRIOR * WEIGHT) / (n + WEIGHT), 3) for k, (right, n) in shown.items()})
    for key, (right, n) in shown.items():
        print(f"{key:40} {right:5} of {n:5}  {right / n:.2f}")


def _matches(article: dict[str, Any], doc: Doc) -> Iterator[tuple[str, str, bool]]:
    """Yield every admissible match of a frame, and whether the article states it."""
    ontology = vocabulary.load()
    lexicon = Lexicon(ontology)
    stated = {(s["subject"], ontology.root(s["predicate"]), s["object"]) for s in article["statements"]}
    reading = reading_of(doc)
    reading.place([c for m in article["mentions"] if (c := _candidate(doc, m)) is not None])
    for sent in reading.sentences:
        seen = set()
        for m in (m for frame in FRAMES for m in frame(sent, reading, lexicon)):
            ends, root = (m.subject.entity, m.object.entity), ontology.root(m.relation)
            key = (m.frame, m.relation, ends)
            if ends[0] == ends[1] or key in seen or not ontology.admits(m.relation, m.subject.type, m.object.type):
                continue
            seen.add(key)
            turned = ontology.relations[root].symmetric and (ends[1], root, ends[0]) in stated
            yield m.frame, m.relation, turned or (ends[0], root, ends[1]) in stated


def _candidate(doc: Doc, mention: dict[str, Any]) -> Candidate | None:
    span = doc.char_span(mention["start"], mention["end"], alignment_mode="expand")
    if span is None:
        return None
    kind = MentionKind.NAME if mention["kind"] == "name" else MentionKind.NOMINAL
    return Candidate(span.start, span.end, mention["type"], "gold", span.text, kind=kind, entity=mention["entity"])


# ---------------------------------------------------------------- weights


def weights(folder: Path) -> None:
    """Fit the logistic regression and choose the threshold."""
    articles = [_claims(gold) for gold in sorted(folder.glob("*.gold.json"))]
    rows = [row for article in articles for row in article]
    fitted = _fit([said for _, said, _ in rows], [right for *_, right in rows])
    threshold = _threshold([_best(article, fitted) for article in articles])
    write(threshold=round(threshold, 2), weights={name: round(weight, 3) for name, weight in fitted.items()})
    print(f"{len(rows)} claims, {sum(r for *_, r in rows)} right; threshold {threshold:.2f}")
    for name, weight in fitted.items():
        print(f"{name:24} {weight:6.3f}")


Row = tuple[tuple[str, str, str], dict[str, float], bool]  # the statement, what speaks for it, whether it is right


def _claims(gold: Path) -> list[Row]:
    """Return the claims of an article."""
    (article,) = read([gold.with_name(gold.name.replace(".gold.json", ".md"))])
    if isinstance(article, SourceError):
        raise article
    doc, ontology = pipeline.load()(article.text), vocabulary.load()
    reading, finder, words = reading_of(doc), RelationFinder(ontology), Words(doc)
    found = [pair for s in reading.sentences for pair in finder.claims(s, reading, words).items()]
    statements = [{"s": c.subject.entity, "p": c.relation, "o": c.object.entity} for _, c in found]
    entities = [{"name": e.name, "type": e.type, "aliases": list(e.aliases)} for e in reading.entities.values()]
    right = verdicts(json.loads(gold.read_text("utf-8")), {"entities": entities, "statements": statements}, ontology)
    return [(key, evidence(claim), ok) for (key, claim), ok in zip(found, right, strict=True)]


def _best(article: list[Row], fitted: dict[str, float]) -> dict[tuple[str, str, str], tuple[float, bool]]:
    """Return the surest claim of each statement: its probability, and whether it is right."""
    best: dict[tuple[str, str, str], tuple[float, bool]] = {}
    for key, said, right in article:
        sure = 1 / (1 + math.exp(-sum(fitted.get(name, 0.0) * x for name, x in said.items())))
        best[key] = max(best.get(key, (0.0, right)), (sure, right))
    return best


def _threshold(articles: list[dict[tuple[str, str, str], tuple[float, bool]]]) -> float:
    """Return the lowest probability down to which the statements of all articles are right often enough."""
    best, right = 0.5, 0
    for n, (sure, ok) in enumerate(sorted((x for a in articles for x in a.values()), reverse=True), start=1):
        right += ok
        if n > 50 and right / n >= WANTED:
            best = sure
    return min(max(best, 0.3), 0.7)


def _fit(rows: list[dict[str, float]], right: list[bool]) -> dict[str, float]:
    """Return the weights of a logistic regression, drawn a little to nothing (Newton's method)."""
    names = sorted({name for row in rows for name in row}, key=lambda name: (name.startswith(RELATION), name))
    x = np.array([[row.get(name, 0.0) for name in names] for row in rows])
    y, pull = np.array(right, dtype=np.float64), np.diag([PULL[name.startswith(RELATION)] for name in names])
    w = np.zeros(len(names))
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ w))
        gradient, hessian = x.T @ (p - y) + pull @ w, (x * (p * (1 - p))[:, None]).T @ x + pull
        w -= np.linalg.solve(hessian, gradient)
    return dict(zip(names, map(float, w), strict=True))


if __name__ == "__main__":
    what, *arguments = sys.argv[1:] or [""]
    if what == "frames" and arguments:
        frames(annotated(map(Path, arguments)))
    elif what == "weights" and len(arguments) == 1:
        weights(Path(arguments[0]))
    else:
        sys.exit(__doc__)
