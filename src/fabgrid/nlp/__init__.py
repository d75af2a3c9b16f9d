"""Articles -> extractions, with spaCy; the only package that imports it.

`fabgrid.nlp.extractor` is the way in. Nothing is imported here, so that the joint model's own
modules, which training shares, do without spaCy.
"""
