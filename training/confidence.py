"""Measure how sure frames and models are, and write src/fabgrid/nlp/model/confidence.json.

python training/confidence.py frames ARTICLES...   how often each frame is right, with the articles' own mentions
python training/confidence.py weights GOLD_DIR     one probability for all, and the threshold, on unseen articles

`frames` runs on what the models were trained on, for it uses none; `weights` on what they were not.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from convert import parse
from numpy.typing import NDArray
from spacy.tokens import Doc

from fabgrid import ontology as vocabulary
from fabgrid.errors import SourceError
from fabgrid.model import MentionKind
from fabgrid.nlp import pipeline
from fabgrid.nlp.confidence import FILE, evidence
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
PULL = 1.0  # strength with which the weights are drawn to nothing


def write(**values: Any) -> None:
    """Put values into the shipped table."""
    table = json.loads(FILE.read_text(encoding="utf-8"))
    FILE.write_text(json.dumps(table | values, indent=1) + "\n", encoding="utf-8")


# ---------------------------------------------------------------- frames


def frames(files: list[Path]) -> None:
    """Count how often each frame is right."""
    articles = [parse(f)[0] for f in files]
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    texts = (a["text"] for a in articles)
    docs = pipeline.load().pipe(texts, disable=list(pipeline.COMPONENTS))
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
    rows = [row for gold in sorted(folder.glob("*.gold.json")) for row in _claims(gold)]
    fitted = _fit(np.array([(1.0, *said) for said, _ in rows]), np.array([right for _, right in rows], dtype=float))
    chances = 1 / (1 + np.exp(-np.array([(1.0, *said) for said, _ in rows]) @ fitted))
    best, right = 0.5, 0
    for n, at in enumerate(np.argsort(-chances), start=1):
        right += rows[at][1]
        if n > 50 and right / n >= WANTED:
            best = float(chances[at])
    write(threshold=round(min(max(best, 0.3), 0.7), 2), weights=[round(float(x), 3) for x in fitted])
    print(f"{len(rows)} claims, {sum(r for _, r in rows)} right: weights {fitted.round(3)}, threshold {best:.2f}")


def _claims(gold: Path) -> Iterator[tuple[tuple[float, ...], bool]]:
    """Yield what speaks for every claim of an article, and whether it is right."""
    (article,) = read([gold.with_name(gold.name.replace(".gold.json", ".md"))])
    if isinstance(article, SourceError):
        raise article
    doc, ontology = pipeline.load()(article.text), vocabulary.load()
    reading, finder, words = reading_of(doc), RelationFinder(ontology), Words(doc)
    claims = [c for s in reading.sentences for c in finder.claims(s, reading, words).values()]
    statements = [{"s": c.subject.entity, "p": c.relation, "o": c.object.entity} for c in claims]
    entities = [{"name": e.name, "type": e.type, "aliases": list(e.aliases)} for e in reading.entities.values()]
    right = verdicts(json.loads(gold.read_text("utf-8")), {"entities": entities, "statements": statements}, ontology)
    yield from zip(map(evidence, claims), right, strict=True)


def _fit(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the weights of a logistic regression, drawn a little to nothing (Newton's method)."""
    w = np.zeros(x.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ w))
        gradient = x.T @ (p - y) + PULL * w
        hessian = (x * (p * (1 - p))[:, None]).T @ x + PULL * np.eye(len(w))
        w -= np.linalg.solve(hessian, gradient)
    return w


if __name__ == "__main__":
    what, *arguments = sys.argv[1:] or [""]
    if what == "frames" and arguments:
        frames([Path(a) for a in arguments])
    elif what == "weights" and len(arguments) == 1:
        weights(Path(arguments[0]))
    else:
        sys.exit(__doc__)
