"""A snapshot of the graph -> one self-contained interactive HTML page, opened from disk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Unpack

from fabgrid.heap import paused
from fabgrid.model import Outline, Snapshot, Source
from fabgrid.ontology import Ontology
from fabgrid.render.notebook import Frame
from fabgrid.render.selection import MOST_ENTITIES, OF_TOP, TOP, Cut, RenderError, Wanted, cut, edge_of, fewer, timely

__all__ = ["Frame", "RenderError", "Wanted", "default_view", "page"]

Communities = Callable[[Snapshot | Outline], Mapping[str, int]]
Details = Callable[[Outline, Mapping[str, Source]], Snapshot]


def default_view(entities: int, wanted: Wanted) -> Wanted:
    """Return what is wanted of a graph of so many entities: the best connected ones of one too large for a page.

    It is left as it is where a part is asked for.
    """
    if entities <= MOST_ENTITIES or wanted.get("top") or Cut(**wanted).narrows:
        return wanted
    return {"sentences": OF_TOP, **wanted, "top": TOP}


@paused()
def page(
    snapshot: Snapshot | Outline,
    ontology: Ontology,
    *,
    title: str = "fabgrid",
    communities: Communities | None = None,
    details: Details | None = None,
    **wanted: Unpack[Wanted],
) -> str:
    """Return the page of a snapshot, or of the part that the options ask for; write it as UTF-8.

    `around` is an entity's IRI, slug, name or alias, `hops` how near to it (1), `top` keeps so many of the
    best connected, `since` and `until` are dates of articles, `types` are classes, `relations` relation types
    or families, `sentences` how many each line has at most. `communities` gives the community of each entity
    of a snapshot by its number: `community` keeps one of the whole, the page colours those of its part.
    `details` returns a part of an outline with its words, and the observations of these sources.

    Raises RenderError where an entity or type does not exist, or the page would hold more than
    20,000 entities or 25 MB; the message names the options that help.
    """
    # pyvis and networkx take half a second to import: only a page needs them.
    from fabgrid.render import webpage as writer
    from fabgrid.render.payload import payload

    options = Cut(**wanted)
    groups = communities(snapshot) if communities and options.community is not None else {}
    part = cut(snapshot, ontology, options, groups)
    told = Counter(edge_of(s, ontology) for s in part.statements)
    shades = communities(part) if communities else {}
    part = fewer(part, ontology, options.sentences)
    if isinstance(part, Outline):  # the words bring observations and terms, which are cut alike
        if details is None:
            raise TypeError("an outline has no words: say how its `details` are read")
        sources = {iri: source for iri, source in snapshot.sources.items() if timely(source, options)}
        full = replace(details(part, sources), nodes=part.nodes, sources=snapshot.sources)
        part = fewer(cut(full, ontology, options, groups), ontology, options.sentences)
    names = {iri: node.name for iri, node in snapshot.nodes.items()}
    return writer.html(payload(part, ontology, title=title, communities=shades, names=names, told=told))
