"""fabgrid reads industry articles into a knowledge graph whose every edge opens its sentence.

    import fabgrid
    graph = fabgrid.open("graphs/fabgrid.db")
    graph.query("suppliers", company="Nvidia")

Importing this imports neither spaCy nor rdflib.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fabgrid.notebook import Graph

__version__ = "0.1.0"

__all__ = ["__version__", "open"]


def open(path: str | Path = "graphs/fabgrid.db") -> Graph:  # noqa: A001 - fabgrid.open reads like gzip.open
    """Open a store to ask it: queries, evidence, networkx and rdflib views, the page; close it or use `with`.

    Raises StoreError where there is no store.
    """
    from fabgrid.notebook import Graph

    return Graph.open(path)
