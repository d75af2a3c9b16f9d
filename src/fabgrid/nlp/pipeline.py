"""The spaCy pipeline with fabgrid's components, each registered under its factory name."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import spacy
from spacy.language import Language
from spacy.tokens import Doc, Token

from fabgrid import ontology as vocabulary
from fabgrid.errors import ModelMissing
from fabgrid.model import Span, Status
from fabgrid.nlp import glossary, joint, quantities
from fabgrid.nlp.context import claimant_of, status_of
from fabgrid.nlp.coreference import Coreference
from fabgrid.nlp.entities import EntityFinder
from fabgrid.nlp.fingerprint import model_name
from fabgrid.nlp.gazetteer import Gazetteer, Places
from fabgrid.nlp.observations import observations
from fabgrid.nlp.reading import Reading, reading_of
from fabgrid.nlp.recogniser import Recogniser
from fabgrid.nlp.relations import RelationFinder
from fabgrid.nlp.tags import parts_of_speech

__all__ = ["COMPONENTS", "load", "parser"]

COMPONENTS = ("fabgrid_mentions", "fabgrid_coreference", "fabgrid_relations", "fabgrid_observations")
_CODE_STOP = r"(?<=[a-z0-9][A-Z])\."  # the stop after "HBM4E" or "900kW" ends the sentence, as after any word

Component = Callable[[Doc], Doc]


@lru_cache(maxsize=4)
def load(model: str | None = None, ontology: Path | None = None) -> Language:
    """Return the pipeline: a spaCy pipeline (an installed `en_core_web_*`) and fabgrid's components.

    The model is the argument, else the setting FABGRID_MODEL, else the small English one from PyPI.
    Raises ModelMissing.
    """
    nlp = parser(model)
    for component in COMPONENTS:
        nlp.add_pipe(component, last=True, config={"ontology": str(ontology) if ontology else None})
    return nlp


def parser(model: str | None = None) -> Language:
    """Return the spaCy pipeline alone: words, sentences, tags, parse, lemmas.

    Its own entity recogniser is left out, the joint model does its work.
    """
    name = model_name(model)
    try:
        nlp = spacy.load(name, exclude=["ner", "attribute_ruler"])
    except OSError:
        raise ModelMissing(name) from None
    suffixes = [*(nlp.Defaults.suffixes or ()), _CODE_STOP]
    nlp.tokenizer.suffix_search = spacy.util.compile_suffix_regex(suffixes).search  # type: ignore[union-attr]
    nlp.add_pipe("fabgrid_paragraphs", before="parser")
    nlp.add_pipe("fabgrid_tags", before="lemmatizer")
    return nlp


_COUNTED = frozenset("no nos art arts ch fig figs para paras pt sec secs vol vols approx".split())

Language.component("fabgrid_tags", func=parts_of_speech)


@Language.component("fabgrid_paragraphs")
def paragraphs(doc: Doc) -> Doc:
    """Tell the parser where sentences can begin: after a line, at a bullet, never between two words.

    Headings and list items stand alone then, and no name is cut in two ("Samsung | Electronics"), nor a number
    ("Permit Nos. | CPPR-122").
    """
    for before, token in pairwise(doc):
        if (before.is_space and "\n" in before.text) or token.text == "•":
            token.is_sent_start = True
        elif before.is_alpha or before.is_digit or (before.text.endswith(".") and _is_numbered(before, token)):
            token.is_sent_start = False
    return doc


def _is_numbered(stop: Token, token: Token) -> bool:
    """Tell whether a full stop belongs to what the number after it counts: "Nos. 5 and 6", "Fig. 3"."""
    word = stop.text if len(stop) > 1 or not stop.i else stop.nbor(-1).text
    return word.rstrip(".").lower() in _COUNTED and any(c.isdigit() for c in token.text)


@Language.factory("fabgrid_mentions", default_config={"ontology": None})
def make_mentions(nlp: Language, name: str, ontology: str | None) -> Component:
    """Make the component that finds typed mentions and has the joint model judge them."""
    path = Path(ontology) if ontology else None
    registry = vocabulary.load_registry(path)
    loaded = vocabulary.load(path)
    finder = EntityFinder(Gazetteer(nlp, registry), Places(nlp, registry))
    recogniser = Recogniser(joint.JointModel.load(), loaded)

    def mentions(doc: Doc) -> Doc:
        reading = reading_of(doc)
        encoding = recogniser.encode(doc)
        reading.place(finder(doc, recogniser.candidates(doc, encoding)))
        reading.judgement = recogniser.judge(doc, encoding, reading.candidates)
        return doc

    return mentions


@Language.factory("fabgrid_coreference", default_config={"ontology": None})
def make_coreference(nlp: Language, name: str, ontology: str | None) -> Component:
    """Make the component that turns mentions into entities, and finds the definitions that help."""
    path = Path(ontology) if ontology else None
    coreference = Coreference(Places(nlp, vocabulary.load_registry(path)))

    def resolve(doc: Doc) -> Doc:
        reading = reading_of(doc)
        reading.definitions = list(glossary.definitions(doc))
        coreference(doc, _abbreviations(reading))
        return doc

    return resolve


def _abbreviations(reading: Reading) -> Mapping[str, str]:
    return {d.term: d.expansion for d in reading.definitions if d.expansion}


@Language.factory("fabgrid_relations", default_config={"ontology": None})
def make_relations(nlp: Language, name: str, ontology: str | None) -> Component:
    """Make the component that finds facts."""
    finder = RelationFinder(vocabulary.load(Path(ontology) if ontology else None))

    def relations(doc: Doc) -> Doc:
        finder(doc)
        return doc

    return relations


@Language.factory("fabgrid_observations", default_config={"ontology": None})
def make_observations(nlp: Language, name: str, ontology: str | None) -> Component:
    """Make the component that binds numbers to entities."""
    loaded = vocabulary.load(Path(ontology) if ontology else None)

    def observe(doc: Doc) -> Doc:
        reading = reading_of(doc)
        sightings = [
            (Span(doc[c.start].idx, doc[c.end - 1].idx + len(doc[c.end - 1])), c.entity, c.type)
            for c in reading.candidates
        ]

        starts = [t.idx for t in doc]

        def context(span: Span) -> tuple[Status, str | None]:
            token = doc[bisect_right(starts, span.start) - 1]
            return status_of(token, ""), claimant_of(token, reading)

        found = observations(doc, quantities.find(reading.text), sightings, loaded, context=context)
        reading.observations = list(found)
        return doc

    return observe
