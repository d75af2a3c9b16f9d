"""A snapshot as the JSON that the page reads: entities, edges, sentences, figures and their styles."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, TypeAlias

from fabgrid.graph.snapshot import OBSERVATIONS
from fabgrid.model import Concept, Evidence, Measurement, Node, Quantity, Snapshot, Span, Statement
from fabgrid.ontology import Ontology
from fabgrid.render import style
from fabgrid.render.selection import TOP, edge_of, rank, slug

__all__ = ["ALL_SHOWN", "Json", "payload"]

Json: TypeAlias = dict[str, Any]

ALL_SHOWN = 1500  # up to so many entities the page opens with all of them, else with the top ones
SAME_VALUE = 0.01  # two values closer than that share are one figure, rounded


def payload(
    snapshot: Snapshot,
    ontology: Ontology,
    *,
    title: str,
    communities: Mapping[str, int],
    names: Mapping[str, str] | None = None,
    told: Mapping[tuple[str, str, str], int] | None = None,
) -> Json:
    """Return all that the page needs, with short ids in place of IRIs.

    `names` names claimants that the snapshot has no entity for; `told` tells how many statements there are
    of an edge, where the snapshot has fewer.
    """
    keys = _keys(snapshot.nodes)
    writer = _Writer(snapshot, ontology, keys, names or {})
    statements, edges = writer.statements_and_edges(told or {})
    figures = [writer.measurement(m) for m in snapshot.measurements]
    _mark_differing(figures)
    glossary = [writer.concept(c) for c in snapshot.concepts]
    return {
        "title": title,
        "nodes": _nodes(snapshot, keys, communities),
        "edges": edges,
        "statements": statements,
        "measurements": figures,
        "concepts": glossary,
        "sentences": writer.sentences,
        "sources": writer.sources,
        "time": writer.time,
        "most_figures": OBSERVATIONS,
        **_vocabulary(snapshot, ontology),
    }


def _keys(nodes: Iterable[str]) -> dict[str, str]:
    """Return a short id for each IRI: its last part where that is unique, else all of it."""
    by_slug: dict[str, list[str]] = defaultdict(list)
    for iri in nodes:
        by_slug[slug(iri)].append(iri)
    return {i: part if len(same) == 1 and part else i for part, same in by_slug.items() for i in same}


def _filled(**fields: Any) -> Json:
    return {name: value for name, value in fields.items() if value not in (None, "", (), [], False)}


def _nodes(snapshot: Snapshot, keys: Mapping[str, str], communities: Mapping[str, int]) -> list[Json]:
    order = {iri: k for k, iri in enumerate(rank(snapshot.nodes, snapshot.statements))}
    shown = len(order) if len(order) <= ALL_SHOWN else TOP
    found = []
    for iri, node in sorted(snapshot.nodes.items()):
        optional = _filled(
            aliases=node.aliases,
            description=node.description,
            country=node.country,
            tickers=node.tickers,
            links=node.links,
        )
        if iri in communities:
            optional["community"] = communities[iri]
        found.append(
            {
                "id": keys[iri],
                "iri": iri,
                "name": node.name,
                "type": node.type,
                "label": style.label_lines(node.name),
                "rank": order[iri],
                "shown": order[iri] < shown,
                **optional,
            }
        )
    return found


def _vocabulary(snapshot: Snapshot, ontology: Ontology) -> Json:
    relations = _relations({s.relation for s in snapshot.statements}, ontology)
    return {
        "types": _types(snapshot.nodes.values(), ontology),
        "families": _families({r["family"] for r in relations.values()}, ontology),
        "relations": relations,
        "statuses": [
            {"id": name, "label": label, "dashes": dashes, "strength": strength}
            for name, label, dashes, strength in style.STATUSES
        ],
        "metrics": {m.name: m.label for m in ontology.metrics.values()},
        "community_colours": style.COMMUNITY_COLOURS,
    }


def _relations(used: set[str], ontology: Ontology) -> dict[str, Json]:
    relations: dict[str, Json] = {
        name: {
            "label": kind.label,
            "inverse": _inverse_label(ontology, name),
            "family": kind.family,
            "symmetric": kind.symmetric,
            "comment": kind.comment,
        }
        for name, kind in ontology.relations.items()
        if name in used
    }
    for name in sorted(used - set(relations)):  # written with another ontology
        relations[name] = {"label": name, "inverse": "", "family": "", "symmetric": False, "comment": ""}
    return relations


def _families(used: set[str], ontology: Ontology) -> list[Json]:
    colours = dict(zip(ontology.families, style.FAMILY_COLOURS, strict=False))
    families = [(name, label) for name, label in ontology.families.items() if name in used]
    if "" in used:
        families.append(("", "Other"))
    return [{"id": name, "label": label, "colours": colours.get(name, style.OTHER_FAMILY)} for name, label in families]


def _inverse_label(ontology: Ontology, relation: str) -> str:
    """Return how the relation reads from its object, in words ("suppliedBy" is "supplied by")."""
    inverse = ontology.relations[relation].inverse
    if inverse is None:
        return ""
    return "".join(f" {c.lower()}" if c.isupper() else c for c in inverse)


def _types(nodes: Iterable[Node], ontology: Ontology) -> list[Json]:
    present = {n.type for n in nodes}
    ordered = [t for t in style.TYPES if t in present] + sorted(present - set(style.TYPES))
    found = []
    for name in ordered:
        shape, light, dark = style.TYPES.get(name, style.OTHER_TYPE)
        label = ontology.classes[name].label if name in ontology.classes else name
        found.append({"id": name, "label": label.capitalize(), "shape": shape, "colours": (light, dark)})
    return found


class _Writer:
    """The tables that grow while statements are written: sentences, sources, their time."""

    def __init__(
        self, snapshot: Snapshot, ontology: Ontology, keys: Mapping[str, str], names: Mapping[str, str]
    ) -> None:
        self._snapshot, self._ontology, self._keys, self._names = snapshot, ontology, keys, names
        self.sentences: list[Json] = []
        self._sentence: dict[Evidence, int] = {}
        self._named = _by_name(snapshot.nodes.values())
        self._source = {iri: k for k, iri in enumerate(sorted(snapshot.sources))}
        self.time, place = _time(s.published for s in snapshot.sources.values() if s.published)
        self.sources = [
            _filled(
                url=source.url,
                title=source.title,
                publisher=source.publisher,
                date=source.published.isoformat() if source.published else None,
            )
            | ({"bucket": place(source.published)} if source.published else {})
            for _, source in sorted(snapshot.sources.items())
        ]

    def statements_and_edges(self, told: Mapping[tuple[str, str, str], int]) -> tuple[list[Json], list[Json]]:
        """Return the statements and the edges: one for all statements of a pair and a relation."""
        edges: dict[tuple[str, str, str], Json] = {}
        statements: list[Json] = []
        for s in self._snapshot.statements:
            key = edge_of(s, self._ontology)
            edge = edges.setdefault(
                key,
                {
                    "id": len(edges),
                    "from": self._keys[key[0]],
                    "to": self._keys[key[2]],
                    "relation": s.relation,
                    "statements": [],
                },
            )
            edge["statements"].append(len(statements))
            statements.append(self._statement(s, edge["id"], turned=s.subject != key[0]))
        for key, edge in edges.items():
            left_out = told.get(key, 0) - len(edge["statements"])
            if left_out > 0:
                edge["left_out"] = left_out
        for edge in edges.values():
            conflict = _conflict([statements[k] for k in edge["statements"]])
            if conflict:
                edge["conflict"] = conflict
        return statements, list(edges.values())

    def _statement(self, s: Statement, edge: int, *, turned: bool) -> Json:
        spans = (_within(s.evidence, s.subject_span), _within(s.evidence, s.object_span))
        return {
            "edge": edge,
            "status": s.status.value,
            "confidence": round(s.confidence, 3),
            "sentence": self._sentence_of(s.evidence),
            "marks": spans[::-1] if turned else spans,  # of the edge's first end, of its second
            **_filled(
                iri=s.iri,
                rule=s.rule,
                time=s.time,
                amount=_quantity(s.amount),
                **self._claimant(s.claimant, s.claimant_text),
            ),
        }

    def measurement(self, m: Measurement) -> Json:
        """Return an observation of an entity."""
        return {
            "node": self._keys[m.subject],
            "metric": m.metric,
            "status": m.status.value,
            "confidence": round(m.confidence, 3),
            "sentence": self._sentence_of(m.evidence),
            "quantity": _quantity(m.quantity),
            **_filled(period=m.period, **self._claimant(m.claimant, m.claimant_text)),
        }

    def concept(self, c: Concept) -> Json:
        """Return a term of the glossary, with the entities that go by it."""
        named = sorted({iri for term in (c.term, *c.labels) for iri in self._named.get(term.casefold(), ())})
        return {
            "term": c.term,
            "sentence": self._sentence_of(c.evidence),
            **_filled(
                labels=[t for t in c.labels if t != c.term], gloss=c.gloss, nodes=[self._keys[iri] for iri in named]
            ),
        }

    def _sentence_of(self, evidence: Evidence) -> int:
        if evidence not in self._sentence:
            self._sentence[evidence] = len(self.sentences)
            source = self._source.get(evidence.source)
            self.sentences.append({"text": evidence.text} | ({} if source is None else {"source": source}))
        return self._sentence[evidence]

    def _claimant(self, iri: str | None, text: str | None) -> Json:
        known = self._keys.get(iri) if iri else None
        name = self._names.get(iri, text or slug(iri)) if iri else text
        return {"claimant": known, "claimant_text": name if known is None else None}


def _by_name(nodes: Iterable[Node]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for node in nodes:
        for name in (node.name, *node.aliases):
            found[name.casefold()].add(node.iri)
    return found


def _quantity(quantity: Quantity | None) -> Json | None:
    if quantity is None:
        return None
    return {
        "value": quantity.value,
        "unit": quantity.unit,
        "surface": quantity.surface,
        **_filled(approximator=quantity.approximator),
    }


def _within(evidence: Evidence, span: Span) -> tuple[int, int] | None:
    """Return where the span stands in its sentence, in UTF-16 units; None where it stands elsewhere."""
    start, end = span.start - evidence.span.start, span.end - evidence.span.start
    if not 0 <= start < end <= len(evidence.text):
        return None
    return _utf16(evidence.text, start), _utf16(evidence.text, end)


def _utf16(text: str, offset: int) -> int:
    """Return the offset as JavaScript counts it.

    >>> _utf16("🔌 PJM", 2)
    3
    """
    return offset if text.isascii() else offset + sum(ord(c) > 0xFFFF for c in text[:offset])


def _conflict(statements: Sequence[Json]) -> str:
    statuses = {s["status"] for s in statements}
    if "denied" in statuses and len(statuses) > 1:
        return "denied"
    amounts: dict[tuple[str, str], list[float]] = defaultdict(list)
    for s in statements:
        if "amount" in s:
            amounts[s["amount"]["unit"], s.get("time", "")].append(s["amount"]["value"])
    return "amount" if any(map(_differ, amounts.values())) else ""


def _differ(values: Sequence[float]) -> bool:
    return max(values) - min(values) > SAME_VALUE * max(map(abs, values))


def _mark_differing(figures: Sequence[Json]) -> None:
    """Mark the observations that give one metric of one entity and period different values."""
    groups: dict[tuple[str, str, str, str], list[Json]] = defaultdict(list)
    for f in figures:
        if "period" in f:
            groups[f["node"], f["metric"], f["quantity"]["unit"], f["period"]].append(f)
    for group in groups.values():
        if _differ([f["quantity"]["value"] for f in group]):
            for f in group:
                f["differs"] = True


# ---------------------------------------------------------------- time


def _time(dates: Iterable[date]) -> tuple[Json, Any]:
    """Return the steps of the time slider, and which step a date falls into."""
    known = sorted(set(dates))
    if not known:
        return {"unit": "month", "labels": []}, lambda _: None
    days = (known[-1] - known[0]).days
    unit = "day" if days <= 62 else "month" if days <= 3660 else "year"
    first = _ordinal(known[0], unit)
    labels = [_label(k, unit) for k in range(first, _ordinal(known[-1], unit) + 1)]
    return {"unit": unit, "labels": labels}, lambda when: _ordinal(when, unit) - first


def _ordinal(when: date, unit: str) -> int:
    if unit == "day":
        return when.toordinal()
    return when.year if unit == "year" else when.year * 12 + when.month - 1


def _label(ordinal: int, unit: str) -> str:
    if unit == "day":
        return date.fromordinal(ordinal).isoformat()
    return str(ordinal) if unit == "year" else f"{ordinal // 12:04}-{ordinal % 12 + 1:02}"
