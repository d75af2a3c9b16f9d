"""Articles -> extractions: the pipeline's readings as fabgrid's own values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from spacy.tokens import Doc

from fabgrid.errors import SourceError
from fabgrid.model import Article, Extraction, Mention, Span
from fabgrid.nlp import pipeline
from fabgrid.nlp.fingerprint import fingerprint, threshold
from fabgrid.nlp.reading import Reading, reading_of

__all__ = ["Extractor"]

BATCH = 16  # articles in one pass of the tagger


class Extractor:
    """Read articles with one loaded pipeline; the same article always gives the same extraction.

    Args:
        ontology: the ontology's folder, the packaged one by default.
        model: an installed spaCy pipeline (`en_core_web_*`).
        min_confidence: facts and observations below it are left out; None takes the shipped threshold.
    """

    def __init__(
        self, ontology: Path | None = None, *, model: str | None = None, min_confidence: float | None = None
    ) -> None:
        self._nlp = pipeline.load(model, ontology)
        self._threshold = threshold(min_confidence)
        self.fingerprint = fingerprint(ontology, model=model, min_confidence=min_confidence)

    def extract(self, articles: Iterable[Article]) -> Iterator[Extraction | SourceError]:
        """Yield an extraction for every article, in order; an error where its text is too long."""
        limit = self._nlp.max_length
        short: list[Article] = []
        for article in articles:
            if len(article.text) <= limit:
                short.append(article)
            if len(short) == BATCH or len(article.text) > limit:
                yield from self._batch(short)
                short = []
            if len(article.text) > limit:
                yield SourceError(
                    article.url,
                    f"too long: {len(article.text):,} characters, the limit is {limit:,}; split it",
                )
        yield from self._batch(short)

    def _batch(self, articles: list[Article]) -> list[Extraction]:
        with self._nlp.memory_zone():  # what spaCy keeps of words that are new to it goes at the end
            docs = self._nlp.pipe([a.text for a in articles], batch_size=BATCH)
            return [self._extraction(article, doc) for article, doc in zip(articles, docs, strict=True)]

    def _extraction(self, article: Article, doc: Doc) -> Extraction:
        reading = reading_of(doc)
        facts = [f for f in reading.facts if f.confidence >= self._threshold]
        observations = [o for o in reading.observations if o.confidence >= self._threshold]
        return Extraction(
            article=article,
            entities=tuple(reading.entities.values()),
            mentions=tuple(_mentions(doc, reading)),
            facts=tuple(sorted((replace(f, confidence=round(f.confidence, 2)) for f in facts), key=_fact_order)),
            observations=tuple(replace(o, confidence=round(o.confidence, 2)) for o in observations),
            definitions=tuple(reading.definitions),
        )


def _fact_order(fact: object) -> tuple[object, ...]:
    return tuple(getattr(fact, name) for name in ("evidence", "subject_span", "object_span", "relation"))


def _mentions(doc: Doc, reading: Reading) -> Iterator[Mention]:
    for c in reading.candidates:
        span = doc[c.start : c.end]
        yield Mention(Span(span.start_char, span.end_char), c.entity, c.kind)
