"""The ontology's examples, read: each must give its fact, each counter-example must not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fabgrid import ontology as vocabulary
from fabgrid.nlp import pipeline
from fabgrid.nlp.reading import reading_of
from fabgrid.ontology import Ontology

__all__ = ["Example", "examples", "failures", "found"]

_MARKED = re.compile(r"\[(?P<subject>[^\]]+)\]|\{(?P<object>[^}]+)\}")


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence of a stanza, without marks; `holds` is False for a counter-example."""

    relation: str
    text: str
    subject: tuple[int, int]
    object: tuple[int, int]
    holds: bool


def examples(ontology: Ontology) -> Iterator[Example]:
    """Yield the examples and counter-examples of all relation types."""
    for relation in ontology.relations.values():
        for texts, holds in ((relation.examples, True), (relation.counter_examples, False)):
            for text in texts:
                yield _example(relation.name, text, holds=holds)


def _example(relation: str, marked: str, *, holds: bool) -> Example:
    plain, spans, at = "", {}, 0
    for match in _MARKED.finditer(marked):
        plain += marked[at : match.start()]
        kind = match.lastgroup or ""
        spans[kind] = (len(plain), len(plain) + len(match[kind]))
        plain += match[kind]
        at = match.end()
    return Example(relation, plain + marked[at:], spans["subject"], spans["object"], holds)


def found(example: Example, ontology: Ontology, path: Path | None = None) -> set[str]:
    """Return the top relation types that the words of stanzas give between the example's two marked names.

    What the trained models alone propose does not count: an example tests its stanza.
    """
    doc = pipeline.load(None, path)(example.text)
    reading = reading_of(doc)
    ends = []
    for start, end in (example.subject, example.object):
        ends.append({c.entity for c in reading.candidates if doc[c.start].idx < end and start < doc[c.end - 1].idx + 1})
    return {
        ontology.root(f.relation)
        for f in reading.facts
        if not set(f.rule.split("+")) <= {"model", "parse"}
        and (
            (f.subject in ends[0] and f.object in ends[1])
            or (ontology.relations[f.relation].symmetric and f.subject in ends[1] and f.object in ends[0])
        )
    }


def failures(path: Path | None = None) -> list[str]:
    """Return a line for every example that does not read as its stanza says."""
    ontology = vocabulary.load(path)
    lines = []
    for example in examples(ontology):
        relations, wanted = found(example, ontology, path), ontology.root(example.relation)
        if example.holds and relations != {wanted}:
            got = ", ".join(sorted(relations)) or "nothing"
            lines.append(f"fg:{example.relation}: the example {example.text!r} gives {got}")
        if not example.holds and wanted in relations:
            lines.append(f"fg:{example.relation}: the counter-example {example.text!r} gives the fact")
    return lines
