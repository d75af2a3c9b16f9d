"""Measure how often each frame is right, on annotated articles with their own mentions.

python training/confidence.py ARTICLES...      writes the `frames` of src/fabgrid/nlp/model/confidence.json
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from convert import parse
from spacy.tokens import Doc

from fabgrid import ontology as vocabulary
from fabgrid.model import MentionKind
from fabgrid.nlp import pipeline
from fabgrid.nlp.confidence import FILE
from fabgrid.nlp.frames import FRAMES
from fabgrid.nlp.lexicon import Lexicon
from fabgrid.nlp.reading import Candidate, reading_of

PRIOR, WEIGHT = 0.6, 4  # a frame counts as if it had been right PRIOR of WEIGHT times before
LEAST = 5  # cases under which a frame is not told apart by relation type


def main(files: list[Path]) -> None:
    """Count and write."""
    articles = [parse(f)[0] for f in files]
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    nlp = pipeline.load()
    texts = (a["text"] for a in articles)
    for article, doc in zip(articles, nlp.pipe(texts, disable=list(pipeline.COMPONENTS)), strict=True):
        for frame, relation, right in _matches(article, doc):
            for key in (frame, f"{frame}:{relation}"):
                counts[key][0] += right
                counts[key][1] += 1
    table = json.loads(FILE.read_text(encoding="utf-8"))
    table["frames"] = {
        key: round((right + PRIOR * WEIGHT) / (n + WEIGHT), 3)
        for key, (right, n) in sorted(counts.items())
        if n >= LEAST or ":" not in key
    }
    FILE.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")
    for key, (right, n) in sorted(counts.items()):
        print(f"{key:40} {right:5} of {n:5}  {right / n:.2f}")


def _matches(article: dict[str, Any], doc: Doc) -> Iterator[tuple[str, str, bool]]:
    """Yield every admissible match of a frame, and whether the article states it."""
    ontology = vocabulary.load()
    lexicon = Lexicon(ontology)
    stated = {(s["subject"], ontology.root(s["predicate"]), s["object"]) for s in article["statements"]}
    reading = reading_of(doc)
    reading.place([c for m in article["mentions"] if (c := _candidate(doc, m)) is not None])
    for sent in doc.sents:
        seen = set()
        for frame in FRAMES:
            for m in frame(sent, reading, lexicon):
                ends = m.subject.entity, m.object.entity
                key = (m.frame, m.relation, ends)
                if ends[0] == ends[1] or key in seen or not ontology.admits(m.relation, m.subject.type, m.object.type):
                    continue
                seen.add(key)
                root = ontology.root(m.relation)
                both = ontology.relations[root].symmetric and (ends[1], root, ends[0]) in stated
                yield m.frame, m.relation, (ends[0], root, ends[1]) in stated or both


def _candidate(doc: Doc, mention: dict[str, Any]) -> Candidate | None:
    span = doc.char_span(mention["start"], mention["end"], alignment_mode="expand")
    if span is None:
        return None
    kind = MentionKind.NAME if mention["kind"] == "name" else MentionKind.NOMINAL
    return Candidate(
        span.start, span.end, mention["type"], "gold", span.text, kind=kind, entity=mention["entity"]
    )


if __name__ == "__main__":
    main([Path(a) for a in sys.argv[1:]])
