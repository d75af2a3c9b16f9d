"""Extractions as plain JSON documents, in the schema of the gold annotations."""

from __future__ import annotations

from fabgrid.model import Definition, Extraction, Fact, Observation, Quantity, Span

__all__ = ["document"]


def document(extraction: Extraction) -> dict[str, object]:
    """Return the extraction as a JSON object; offsets count characters of `text`."""
    article = extraction.article
    return {
        "id": article.id,
        "url": article.url,
        "title": article.title,
        "date": article.published.isoformat() if article.published else None,
        "entities": [
            {"name": e.name, "type": e.type, "aliases": list(e.aliases), "iri": e.iri} for e in extraction.entities
        ],
        "statements": [_statement(f, article.text) for f in extraction.facts],
        "observations": [_observation(o, article.text) for o in extraction.observations],
        "definitions": [_definition(d, article.text) for d in extraction.definitions],
        "text": article.text,
    }


def _evidence(span: Span, text: str) -> dict[str, object]:
    return {"text": span.of(text), "start": span.start, "end": span.end}


def _amount(quantity: Quantity | None) -> str | None:
    return None if quantity is None else f"{quantity.value:g} {quantity.unit}".strip()


def _statement(fact: Fact, text: str) -> dict[str, object]:
    return {
        "subject": fact.subject,
        "predicate": fact.relation,
        "object": fact.object,
        "status": str(fact.status),
        "claimant": fact.claimant,
        "amount": _amount(fact.amount),
        "time": fact.time,
        "confidence": fact.confidence,
        "evidence": _evidence(fact.evidence, text),
        "rule": fact.rule,
    }


def _observation(observation: Observation, text: str) -> dict[str, object]:
    return {
        "subject": observation.subject,
        "metric": observation.metric,
        "value": observation.quantity.value,
        "unit": observation.quantity.unit,
        "surface": observation.quantity.surface,
        "period": observation.period,
        "status": str(observation.status),
        "claimant": observation.claimant,
        "confidence": observation.confidence,
        "evidence": _evidence(observation.evidence, text),
    }


def _definition(definition: Definition, text: str) -> dict[str, object]:
    return {
        "term": definition.term,
        "expansion": definition.expansion,
        "gloss": definition.gloss,
        "evidence": _evidence(definition.evidence, text),
    }
