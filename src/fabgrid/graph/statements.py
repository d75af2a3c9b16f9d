"""The one place that decides how facts, numbers and terms, with their evidence, are written as quads.

What stands here is read back by `snapshot.py`, line for line.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

import pyoxigraph as ox

from fabgrid.graph import terms
from fabgrid.graph.snapshot import read
from fabgrid.graph.terms import FG, OA, PROV, QUDT, RDF, RDFS, SCHEMA, SKOS, XSD
from fabgrid.graph.units import is_currency, qudt_unit
from fabgrid.model import (
    Article,
    Definition,
    Extraction,
    Fact,
    Node,
    Observation,
    Quantity,
    Span,
    Status,
    digest,
    slug,
)
from fabgrid.ontology import Ontology, load

__all__ = [
    "SHAPE_VERSION",
    "article_iri",
    "article_quads",
    "entity_quads",
    "plain_edges",
    "projection_key",
    "read",
    "statement_names",
]

# Raised whenever the same extraction would give other quads, so that old graphs are written again.
SHAPE_VERSION = 1
CONTEXT = 30  # characters before and after a quote, enough to find it again in an edited page

_TYPE = ox.NamedNode(RDF + "type")
_NAMES: dict[str, ox.NamedNode] = {}


def article_iri(article: Article) -> str:
    """Return the IRI of an article, which is the name of its graph too."""
    return terms.ARTICLE + article.id


def article_quads(
    extraction: Extraction,
    iris: Mapping[str, str],
    *,
    ontology: Ontology | None = None,
    run: str = "fabgrid",
    rejected: Collection[str] = frozenset(),
) -> Iterator[ox.Quad]:
    """Yield the graph of one article.

    `iris` gives the IRI of each of the article's entities by its main name; what is said of an entity
    that it lacks is left out, and so is a fact between two names of one thing. `run` tells what
    extracted it (version and model), `rejected` holds the IRIs of statements judged wrong.
    """
    writer = _Writer(extraction.article, iris, ontology or load(), run)
    writer.article(extraction)
    for iri, fact in writer.distinct(extraction.facts):
        if iri not in rejected:
            writer.fact(iri, fact)
    for observation in sorted(extraction.observations, key=_surest_first):
        writer.observation(observation)
    for definition in sorted(extraction.definitions, key=lambda d: d.evidence):
        writer.definition(definition)
    graph = ox.NamedNode(article_iri(extraction.article))
    # A dict drops what two facts share (an evidence node, a plain edge) and keeps the order.
    for s, p, o in dict.fromkeys(writer.triples):
        yield ox.Quad(s, p, o, graph)


def entity_quads(nodes: Iterable[Node]) -> Iterator[ox.Quad]:
    """Yield what is known of entities, all in the graph of entities."""
    for node in nodes:
        subject = ox.NamedNode(node.iri)
        for predicate, value in _entity_properties(node):
            yield ox.Quad(subject, _name(predicate), value, terms.ENTITIES_GRAPH)


def statement_names(extraction: Extraction) -> tuple[str, ...]:
    """Return the last parts of the IRIs of the facts' statements, sorted."""
    found = {_statement_iri(extraction.article, fact) for fact in extraction.facts}
    return tuple(sorted(iri.removeprefix(terms.STATEMENT) for iri in found))


def projection_key(
    article_id: str,
    iris: Mapping[str, str],
    *,
    statements: Iterable[str] = (),
    run: str = "fabgrid",
    rejected: Collection[str] = frozenset(),
) -> str:
    """Return a digest of all that `article_quads` depends on, but for the ontology.

    A graph written under the same key need not be written again. `statements` are those of the article,
    `rejected` the statements judged wrong, both by the last parts of their IRIs.
    """
    gone = [terms.STATEMENT + name for name in sorted(set(statements).intersection(rejected))]
    names = [part for name in sorted(iris) for part in (name, iris[name])]
    return digest(str(SHAPE_VERSION), article_id, run, *gone, "", *names)


def plain_edges(subject: str, relation: str, object_: str, ontology: Ontology) -> Iterator[tuple[str, str, str]]:
    """Yield the triples that an asserted fact has: those of its relation type and of the type's parents.

    A symmetric relation type has both directions.
    """
    name: str | None = relation
    while name is not None:
        kind = ontology.relations[name]
        yield subject, kind.iri, object_
        if kind.symmetric:
            yield object_, kind.iri, subject
        name = kind.parent


def _statement_iri(article: Article, fact: Fact) -> str:
    text = fact.evidence.of(article.text)
    return terms.statement_iri(article.url, text, fact.subject, fact.relation, fact.object)


def _entity_properties(node: Node) -> Iterator[tuple[str, ox.NamedNode | ox.Literal]]:
    yield RDF + "type", ox.NamedNode(FG + node.type)
    yield SKOS + "prefLabel", ox.Literal(node.name)
    for alias in node.aliases:
        yield SKOS + "altLabel", ox.Literal(alias)
    if node.description:
        yield RDFS + "comment", ox.Literal(node.description)
    if node.country:
        yield FG + "country", ox.Literal(node.country)
    for ticker in node.tickers:
        yield FG + "ticker", ox.Literal(ticker)
    for link in node.links:
        yield SKOS + "exactMatch", ox.NamedNode(link)


def _name(iri: str) -> ox.NamedNode:
    """Return the node of a vocabulary term; there are few, so each is made once."""
    node = _NAMES.get(iri)
    if node is None:
        node = _NAMES[iri] = ox.NamedNode(iri)
    return node


@dataclass(frozen=True, slots=True)
class _Claim:
    """What facts and observations share."""

    status: Status
    confidence: float
    claimant: str | None
    quantity: Quantity | None
    evidence: Span


class _Writer:
    """Gathers the triples of one article."""

    def __init__(self, article: Article, iris: Mapping[str, str], ontology: Ontology, run: str) -> None:
        self.triples: list[tuple[ox.NamedNode, ox.NamedNode, ox.NamedNode | ox.Literal]] = []
        self._written: set[ox.NamedNode] = set()
        self._article, self._iris, self._ontology = article, iris, ontology
        self._node = ox.NamedNode(article_iri(article))
        self._run_label = run
        self._run = ox.NamedNode(terms.RUN + slug(run))

    def _add(self, subject: ox.NamedNode, predicate: str, value: ox.NamedNode | ox.Literal) -> None:
        self.triples.append((subject, _name(predicate), value))

    def _is_a(self, subject: ox.NamedNode, *classes: str) -> None:
        for name in classes:
            self.triples.append((subject, _TYPE, _name(name)))

    def article(self, extraction: Extraction) -> None:
        node, article = self._node, self._article
        self._is_a(node, FG + "Article", SCHEMA + "NewsArticle")
        self._add(node, SCHEMA + "headline", ox.Literal(article.title))
        self._add(node, SCHEMA + "url", ox.Literal(article.url, datatype=_name(XSD + "anyURI")))
        self._add(node, SCHEMA + "inLanguage", ox.Literal(article.language))
        if article.publisher:
            self._add(node, SCHEMA + "publisher", ox.Literal(article.publisher))
        if article.published:
            day = ox.Literal(article.published.isoformat(), datatype=_name(XSD + "date"))
            self._add(node, SCHEMA + "datePublished", day)
        for entity in extraction.entities:
            if entity.name in self._iris:
                self._add(node, SCHEMA + "mentions", ox.NamedNode(self._iris[entity.name]))
        self._is_a(self._run, PROV + "Activity")
        self._add(self._run, RDFS + "label", ox.Literal(self._run_label))

    def distinct(self, facts: Iterable[Fact]) -> Iterator[tuple[str, Fact]]:
        """Yield each fact with its IRI, of those that say the same in the same words the surest."""
        best: dict[tuple[object, ...], Fact] = {}
        for fact in sorted(facts, key=_surest_first):
            ends = [self._iris[name] for name in (fact.subject, fact.object) if name in self._iris]
            if len(set(ends)) < 2:
                continue
            if self._ontology.relations[fact.relation].symmetric:
                ends.sort()
            best.setdefault((fact.evidence.of(self._article.text), fact.relation, *ends), fact)
        for fact in best.values():
            yield _statement_iri(self._article, fact), fact

    def fact(self, iri: str, fact: Fact) -> None:
        node = ox.NamedNode(iri)
        subject, object_ = (ox.NamedNode(self._iris[name]) for name in (fact.subject, fact.object))
        self._is_a(node, FG + "Statement", RDF + "Statement")
        self._add(node, RDF + "subject", subject)
        self._add(node, RDF + "predicate", _name(FG + fact.relation))
        self._add(node, RDF + "object", object_)
        claim = _Claim(fact.status, fact.confidence, fact.claimant, fact.amount, fact.evidence)
        self._claim(node, claim)
        self._words(node, fact)
        if fact.time is not None:
            self._add(node, FG + "time", ox.Literal(fact.time))
        if fact.status is Status.ASSERTED:
            for s, p, o in plain_edges(subject.value, fact.relation, object_.value, self._ontology):
                self._add(ox.NamedNode(s), p, ox.NamedNode(o))

    def _words(self, node: ox.NamedNode, fact: Fact) -> None:
        self._add(node, FG + "subjectStart", ox.Literal(fact.subject_span.start))
        self._add(node, FG + "subjectEnd", ox.Literal(fact.subject_span.end))
        self._add(node, FG + "objectStart", ox.Literal(fact.object_span.start))
        self._add(node, FG + "objectEnd", ox.Literal(fact.object_span.end))
        self._add(node, FG + "rule", ox.Literal(fact.rule))

    def _claim(self, node: ox.NamedNode, claim: _Claim) -> None:
        self._add(node, FG + "status", _name(terms.status_iri(claim.status)))
        self._add(node, FG + "confidence", ox.Literal(round(float(claim.confidence), 2)))
        if claim.claimant is not None:
            self._add(node, FG + "claimantText", ox.Literal(claim.claimant))
            if claim.claimant in self._iris:
                self._add(node, FG + "claimant", ox.NamedNode(self._iris[claim.claimant]))
        if claim.quantity is not None:
            amount = ox.NamedNode(terms.AMOUNT + terms.local_name(node.value))
            self._add(node, FG + "amount", amount)
            self._amount(amount, claim.quantity)
        self._add(node, FG + "evidence", self._evidence(claim.evidence))
        self._add(node, PROV + "wasDerivedFrom", self._node)
        self._add(node, PROV + "wasGeneratedBy", self._run)

    def _amount(self, node: ox.NamedNode, quantity: Quantity) -> None:
        value = ox.Literal(float(quantity.value))
        if is_currency(quantity.unit):
            self._is_a(node, FG + "Amount", SCHEMA + "MonetaryAmount")
            self._add(node, SCHEMA + "value", value)
            self._add(node, SCHEMA + "currency", ox.Literal(quantity.unit))
        else:
            self._is_a(node, FG + "Amount", QUDT + "Quantity")
            self._add(node, QUDT + "numericValue", value)
            unit = qudt_unit(quantity.unit)
            if unit is not None:
                self._add(node, QUDT + "hasUnit", _name(unit))
        self._add(node, FG + "unit", ox.Literal(quantity.unit))
        self._add(node, FG + "surface", ox.Literal(quantity.surface))
        if quantity.approximator:
            self._add(node, FG + "approximator", ox.Literal(quantity.approximator))

    def _evidence(self, span: Span) -> ox.NamedNode:
        """Write a sentence as a Web Annotation selection; facts of one sentence share it."""
        text = self._article.text
        iri = terms.EVIDENCE + digest(self._article.url, str(span.start), str(span.end))
        node, position, quote = (ox.NamedNode(iri + end) for end in ("", "-position", "-quote"))
        self._is_a(node, FG + "Evidence", OA + "SpecificResource")
        self._add(node, OA + "hasSource", self._node)
        self._add(node, OA + "hasSelector", position)
        self._add(node, OA + "hasSelector", quote)
        self._is_a(position, OA + "TextPositionSelector")
        # xsd:integer, not xsd:nonNegativeInteger: Oxigraph would store the one as the other.
        self._add(position, OA + "start", ox.Literal(span.start))
        self._add(position, OA + "end", ox.Literal(span.end))
        self._is_a(quote, OA + "TextQuoteSelector")
        self._add(quote, OA + "exact", ox.Literal(span.of(text)))
        self._add(quote, OA + "prefix", ox.Literal(text[max(0, span.start - CONTEXT) : span.start]))
        self._add(quote, OA + "suffix", ox.Literal(text[span.end : span.end + CONTEXT]))
        return node

    def observation(self, observation: Observation) -> None:
        subject = self._iris.get(observation.subject)
        if subject is None:
            return
        text = observation.evidence.of(self._article.text)
        quantity = observation.quantity
        parts = (
            observation.subject,
            observation.metric,
            quantity.surface,
            quantity.unit,
            repr(quantity.value),
        )
        node = ox.NamedNode(terms.OBSERVATION + digest(self._article.url, text, *parts))
        if node in self._written:
            return
        self._written.add(node)
        self._is_a(node, FG + "Observation")
        self._add(node, FG + "subject", ox.NamedNode(subject))
        self._add(node, FG + "metric", _name(FG + observation.metric))
        claim = _Claim(observation.status, observation.confidence, observation.claimant, quantity, observation.evidence)
        self._claim(node, claim)
        if observation.period is not None:
            self._add(node, FG + "period", ox.Literal(observation.period))

    def definition(self, definition: Definition) -> None:
        text = definition.evidence.of(self._article.text)
        key = digest(self._article.url, text, definition.term, definition.expansion or "", definition.gloss or "")
        node = ox.NamedNode(f"{terms.CONCEPT}{slug(definition.term)}-{key}")
        if node in self._written:
            return
        self._written.add(node)
        self._is_a(node, SKOS + "Concept")
        self._add(node, SKOS + "prefLabel", ox.Literal(definition.term))
        if definition.expansion is not None:
            self._add(node, SKOS + "altLabel", ox.Literal(definition.expansion))
        if definition.gloss is not None:
            self._add(node, SKOS + "definition", ox.Literal(definition.gloss))
        self._add(node, FG + "evidence", self._evidence(definition.evidence))
        self._add(node, PROV + "wasDerivedFrom", self._node)
        self._add(node, PROV + "wasGeneratedBy", self._run)


def _surest_first(claim: Fact | Observation) -> tuple[float, Span, str]:
    """Order claims so that which of several duplicates is kept does not depend on their order."""
    return (-claim.confidence, claim.evidence, repr(claim))
