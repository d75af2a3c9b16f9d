"""A graph as a notebook shows it: what `query.Graph` answers, and the page of it in a frame."""

from __future__ import annotations

from typing import Unpack

from fabgrid import query
from fabgrid.ontology import load
from fabgrid.render import Frame, Wanted, default_view, page

__all__ = ["Graph"]


class Graph(query.Graph):
    """A store opened for reading, which shows itself: `fabgrid.open(path)` returns it.

    >>> graph = fabgrid.open("graphs/fabgrid.db")  # doctest: +SKIP
    >>> graph.show(around="TSMC", hops=2)  # doctest: +SKIP
    """

    def show(self, *, title: str = "fabgrid", height: int = 720, **wanted: Unpack[Wanted]) -> Frame:
        """Return the page of the graph, or of the part that the options ask for, for Jupyter to display.

        The options are those of `fabgrid render`: around, hops, top, since, until, types, relations,
        min_confidence, community, sentences. `height` is in pixels. Raises RenderError as `render.page` does.
        """
        from fabgrid.analysis import communities  # networkx takes half a second, which queries must not pay

        whole = self.outline()
        part = default_view(len(whole.nodes), wanted)
        return Frame(page(whole, load(), title=title, communities=communities, details=self.details, **part), height)
