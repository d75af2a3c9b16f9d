"""Docs with mentions given by hand, parsed by the real pipeline: the frames' own tests need no recogniser."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from spacy.language import Language
from spacy.tokens import Doc

from fabgrid.nlp import pipeline
from fabgrid.nlp.reading import Candidate, reading_of

_MARK = re.compile(r"\{(?P<text>[^{}|]+)\|(?P<type>\w+)\}")


@pytest.fixture(scope="session")
def nlp() -> Language:
    return pipeline.load()


@pytest.fixture(scope="session")
def marked(nlp: Language) -> Callable[[str], Doc]:
    """Return a function: a text with mentions marked {Intel|Company} -> its doc, entities named as marked."""

    def make(text: str) -> Doc:
        plain, spans, at = "", [], 0
        for m in _MARK.finditer(text):
            plain += text[at : m.start()]
            spans.append((len(plain), len(plain) + len(m["text"]), m["type"]))
            plain += m["text"]
            at = m.end()
        plain += text[at:]
        doc = nlp(plain, disable=list(pipeline.COMPONENTS))
        candidates = []
        for start, end, kind in spans:
            span = doc.char_span(start, end, alignment_mode="expand")
            assert span is not None
            candidates.append(Candidate(span.start, span.end, kind, "test", span.text, entity=span.text))
        reading_of(doc).place(candidates)
        return doc

    return make
