"""A read-only SPARQL endpoint with pages, for people and programs that nobody vouches for.

The process that speaks HTTP evaluates nothing. Workers do: each is a process of its own that opens an
immutable snapshot of the store, cannot reach files or network, and is killed when a question takes too
long. `app.py` is the page to read first.
"""

from __future__ import annotations
