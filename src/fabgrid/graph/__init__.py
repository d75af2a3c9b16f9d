"""Extractions and resolved entities <-> RDF: the only part that knows how the graph is written."""
