"""A snapshot of the graph -> one self-contained interactive HTML page, opened from disk."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Unpack

from fabgrid.model import Snapshot
from fabgrid.ontology import Ontology
from fabgrid.render.notebook import Frame
from fabgrid.render.selection import Cut, RenderError, Wanted

__all__ = ["Frame", "RenderError", "Wanted", "page"]


def page(
    snapshot: Snapshot,
    ontology: Ontology,
    *,
    title: str = "fabgrid",
    communities: Mapping[str, int] | None = None,
    details: Callable[[Snapshot], Snapshot] | None = None,
    **wanted: Unpack[Wanted],
) -> str:
    """Return the page of a snapshot, or of the part that the options ask for; write it as UTF-8.

    `around` is an entity's IRI, slug, name or alias, `hops` how near to it (1), `top` keeps so many of the
    best connected, `since` and `until` are dates of articles, `types` are classes, `relations` relation types
    or families. `communities` gives an entity's IRI the number of its community, `community` keeps one.
    `details` returns a part of the snapshot with its words, where the snapshot is an outline.

    Raises RenderError where an entity or type does not exist, or the page would hold more than
    20,000 entities or 25 MB; the message names the options that help.
    """
    # pyvis and networkx take half a second to import: only a page needs them.
    from fabgrid.render import webpage as writer
    from fabgrid.render.payload import payload
    from fabgrid.render.selection import cut

    groups = communities or {}
    part = cut(snapshot, ontology, Cut(**wanted), groups)
    if details is not None:  # the words bring observations and terms, which are cut alike
        full = replace(details(part), nodes=part.nodes, sources=snapshot.sources)
        part = cut(full, ontology, Cut(**wanted), groups)
    names = {iri: node.name for iri, node in snapshot.nodes.items()}
    return writer.html(payload(part, ontology, title=title, communities=groups, names=names))
