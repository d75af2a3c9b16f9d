"""Snapshot -> networkx, for analysis and for users who know networkx."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from fabgrid.model import Snapshot, Status

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["network"]


def network(
    snapshot: Snapshot,
    *,
    statuses: Collection[Status] = (Status.ASSERTED,),
    relations: Collection[str] = (),
) -> nx.MultiDiGraph:
    """Return the entities as nodes and the statements as directed edges, keyed by statement IRI.

    Nodes carry `name`, `type` and `country`; edges `relation`, `status`, `confidence`, `sentence`,
    `article`, `date` and the `statement` itself. Without `relations`, all of them.
    """
    import networkx as nx  # half a second, which fabgrid query must not pay

    graph = nx.MultiDiGraph()
    for iri, node in snapshot.nodes.items():
        graph.add_node(iri, name=node.name, type=node.type, country=node.country)
    for statement in snapshot.statements:
        if statement.status not in statuses or (relations and statement.relation not in relations):
            continue
        source = snapshot.sources[statement.source]
        graph.add_edge(
            statement.subject,
            statement.object,
            key=statement.iri,
            relation=statement.relation,
            status=statement.status.value,
            confidence=statement.confidence,
            sentence=statement.evidence.text,
            article=source.url,
            date=source.published,
            statement=statement,
        )
    return graph
