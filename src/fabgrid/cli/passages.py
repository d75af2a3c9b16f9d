"""Entities, statements and numbers of a snapshot as text: what is said, the sentence, the source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fabgrid.cli import console

if TYPE_CHECKING:
    from fabgrid.model import Evidence, Measurement, Node, Outline, Snapshot, Statement
    from fabgrid.ontology import Ontology

__all__ = ["print_measurement", "print_node", "print_statement"]


def print_node(node: Node) -> None:
    """Print an entity: name, type, other names, and where else it is known."""
    console.printed(f"{node.name} ({node.type}) {node.iri}")
    also = f"also {', '.join(node.aliases)}" if node.aliases else ""
    for line in (also, node.description, ", ".join(node.tickers), *node.links):
        if line:
            console.printed(f"  {line}")


def print_statement(statement: Statement, snapshot: Snapshot | Outline, ontology: Ontology) -> None:
    """Print what a statement says, how settled it is, and the sentence that says it."""
    subject, object_ = (_name(iri, snapshot) for iri in (statement.subject, statement.object))
    known = ontology.relations.get(statement.relation)
    label = known.label if known else statement.relation
    console.printed(f"\n{subject} {label} {object_}  [{_notes(statement, snapshot)}]")
    _print_evidence(statement.evidence, snapshot, f"statement:{statement.iri.rsplit('/', 1)[-1]}")


def print_measurement(measurement: Measurement, snapshot: Snapshot) -> None:
    """Print an observation, how settled it is, and the sentence that says it."""
    subject, period = (
        _name(measurement.subject, snapshot),
        f" ({measurement.period})" if measurement.period else "",
    )
    number = f"{measurement.metric}: {measurement.quantity.surface}{period}"
    console.printed(f"\n{subject} {number}  [{_notes(measurement, snapshot)}]")
    _print_evidence(measurement.evidence, snapshot, "")


def _name(iri: str, snapshot: Snapshot | Outline) -> str:
    node = snapshot.nodes.get(iri)
    return node.name if node else iri.rsplit("/", 1)[-1]


def _notes(said: Statement | Measurement, snapshot: Snapshot | Outline) -> str:
    claimant = _name(said.claimant, snapshot) if said.claimant else said.claimant_text
    amount, when = getattr(said, "amount", None), getattr(said, "time", None)
    notes = (
        str(said.status),
        f"says {claimant}" if claimant else "",
        amount.surface if amount else "",
        when or "",
        f"confidence {said.confidence:.2f}",
    )
    return ", ".join(note for note in notes if note)


def _print_evidence(evidence: Evidence, snapshot: Snapshot | Outline, name: str) -> None:
    source = snapshot.sources[evidence.source]
    day = source.published.isoformat() if source.published else "undated"
    origin = ", ".join((source.publisher or source.title, day, source.url))
    console.printed(f"  “{' '.join(evidence.text.split())}”")
    console.printed(f"  {origin}  {name}".rstrip())
