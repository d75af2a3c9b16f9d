"""Parts of speech from the tagger's tags: a table in place of the pipeline's attribute ruler.

The ruler matches patterns over every token, which costs a sixth of the small pipeline's time, to say
what this table says of all but a few words.
"""

from __future__ import annotations

from spacy.tokens import Doc

__all__ = ["parts_of_speech"]

_TAGS = {
    "ADJ": "AFX JJ JJR JJS",
    "ADP": "IN RP",
    "ADV": "RB RBR RBS",
    "AUX": "MD",
    "CCONJ": "CC",
    "DET": "DT PDT WP$",
    "INTJ": "UH",
    "NOUN": "NN NNS",
    "NUM": "CD",
    "PART": "POS TO",
    "PRON": "EX PRP PRP$ WDT WP",
    "PROPN": "NNP NNPS",
    "PUNCT": ". , : `` '' -LRB- -RRB- HYPH NFP",
    "SCONJ": "WRB",
    "SPACE": "_SP",
    "SYM": "$ SYM",
    "VERB": "VB VBD VBG VBN VBP VBZ",
}
_OF_TAG = {tag: pos for pos, tags in _TAGS.items() for tag in tags.split()}
# What tells the lemmatizer that a form is the lemma already.
_BASE = {"NN": "Number=Sing", "NNP": "Number=Sing", "VB": "VerbForm=Inf", "JJ": "Degree=Pos"}
_AUXILIARIES = {
    "be": "be is are was were been being am 's 're 'm",
    "have": "have has had having 've",
    "do": "do does did",
    "will": "will 'll",
    "not": "n't",
}
_LEMMAS = {form: lemma for lemma, forms in _AUXILIARIES.items() for form in forms.split()}
_BE = frozenset(_AUXILIARIES["be"].split())


def parts_of_speech(doc: Doc) -> Doc:
    """Set the part of speech of every token; needs tags and the parse (an auxiliary is known by its role)."""
    for token in doc:
        tag = token.tag_
        pos = _OF_TAG.get(tag, "X")
        if pos == "VERB" and (token.dep_ in ("aux", "auxpass") or token.lower_ in _BE):
            pos = "AUX"
        elif pos == "ADP" and token.dep_ == "mark":
            pos = "SCONJ"
        token.pos_ = pos
        if tag in _BASE:
            token.set_morph(_BASE[tag])  # type: ignore[attr-defined]  # missing in the stubs
        elif pos in ("AUX", "VERB", "ADV", "PART") and token.lower_ in _LEMMAS and tag != "POS":
            token.lemma_ = _LEMMAS[token.lower_]
    return doc
