"""Annotated articles to numbered examples: read, vary the names, cut into pieces, label."""

from __future__ import annotations

import json
import random
import re
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import convert

from fabgrid import ontology
from fabgrid.model import Status
from fabgrid.nlp.wordpiece import Encoded, WordPiece

HERE = Path(__file__).resolve().parent
IGNORE = -100
NO_CLAIMANT, PHRASE, ELSEWHERE = "", "\x00phrase", "\x00elsewhere"


def read_settings(path: Path | None = None) -> dict[str, Any]:
    return tomllib.loads((path or HERE / "settings.toml").read_text(encoding="utf-8"))


class Labels:
    """Names to numbers.  A mention's label is 2 * type + nominal; the last label stands for "unknown"."""

    def __init__(self, names: dict[str, list[str]]) -> None:
        """`names`: types, statuses and relations in the order of a model's outputs."""
        known = ontology.load()
        self.names = names
        self.types, self.statuses = names["types"], names["statuses"]
        self.relations = ["none", *names["relations"]]
        self.symmetric = {r for r in names["relations"] if r in known.relations and known.relations[r].symmetric}
        self.unknown = 2 * len(self.types)
        self.tags = 1 + 2 * self.unknown
        self.marks = self.tags + 2
        self._ontology = known
        self._admitted = known.type_pairs(names["relations"])

    @classmethod
    def of_ontology(cls) -> Labels:
        """Return the labels of a new model: the ontology's top relation types, its entity types, the statuses."""
        known = ontology.load()
        roots = [name for name in known.relations if known.root(name) == name]
        return cls({"types": list(ontology.ENTITY_TYPES), "statuses": [str(s) for s in Status], "relations": roots})

    def admit(self, subject: int, object_: int) -> bool:
        """Tell whether mentions with these labels can stand in any relation; an unknown one can."""
        if self.unknown in (subject, object_):
            return True
        return (self.types[subject // 2], self.types[object_ // 2]) in self._admitted

    def relation(self, name: str) -> int:
        """Return the number of a relation type; a sub-relation is learnt as its parent."""
        return self.relations.index(self._ontology.root(name))


@dataclass(frozen=True)
class Mention:
    start: int
    end: int
    label: int
    entity: str

    @property
    def nominal(self) -> bool:
        return bool(self.label % 2)


@dataclass(frozen=True)
class Claim:
    """A statement of one sentence; `claimant` is an entity or one of the three constants above."""

    subject: str
    object: str
    relation: int
    status: int
    claimant: str


@dataclass(frozen=True)
class Sentence:
    text: str
    mentions: tuple[Mention, ...]
    claims: tuple[Claim, ...]
    sources: tuple[str, ...]  # claimants of statements and observations, entities or phrases
    judged: bool  # whether the annotator had anything to attribute here


@dataclass(frozen=True)
class Document:
    name: str
    sentences: tuple[Sentence, ...]


# --- reading ------------------------------------------------------------------------------------


def annotated(places: Iterable[Path]) -> list[Path]:
    """Return the annotated articles among files and folders."""
    return [file for place in places for file in (sorted(place.glob("*.ann")) if place.is_dir() else [place])]


def read_documents(paths: list[Path], labels: Labels) -> list[Document]:
    """Read the annotated articles; one that has problems is reported and left out."""
    out = []
    for path in sorted(paths):
        article, problems = convert.parse(path)
        if problems:
            print(f"left out: {problems[0]}", file=sys.stderr)
            continue
        out.append(_document(article, labels))
    return out


def _document(article: dict[str, Any], labels: Labels) -> Document:
    mentions, claims, measures = defaultdict(list), defaultdict(list), defaultdict(list)
    for m in article["mentions"]:
        mentions[m["sentence"]].append(m)
    for s in article["statements"]:
        claims[s["sentence"]].append(s)
    for o in article["observations"]:
        measures[o["sentence"]].append(o)
    entities = {m["entity"] for m in article["mentions"]} | {m["text"] for m in article["mentions"]}
    parts = [
        _sentence(article, n, mentions[n], claims[n], measures[n], entities, labels)
        for n in range(len(article["sentences"]))
    ]
    return Document(article["id"], tuple(parts))


def _sentence(
    article: dict[str, Any],
    number: int,
    found: list[Any],
    claims: list[Any],
    measures: list[Any],
    entities: set[str],
    labels: Labels,
) -> Sentence:
    place = article["sentences"][number]
    start, text = place["start"], article["text"][place["start"] : place["end"]]
    mentions = tuple(
        Mention(
            m["start"] - start,
            m["end"] - start,
            2 * labels.types.index(m["type"]) + (m["kind"] == "nominal"),
            m["entity"],
        )
        for m in sorted(found, key=lambda m: m["start"])
    )

    def claimant(name: str | None) -> str:
        if not name:
            return NO_CLAIMANT
        entity = next((m["entity"] for m in found if name in (m["entity"], m["text"])), None)
        if entity is not None:
            return str(entity)
        return PHRASE + name if name in text and name not in entities else ELSEWHERE

    kept = tuple(
        Claim(
            s["subject"],
            s["object"],
            labels.relation(s["predicate"]),
            labels.statuses.index(s["status"]),
            claimant(s["claimant"]),
        )
        for s in claims
    )
    sources = {claimant(x["claimant"]) for x in (*claims, *measures)} - {NO_CLAIMANT, ELSEWHERE}
    return Sentence(text, mentions, kept, tuple(sorted(sources)), bool(claims or measures))


# --- other names ----------------------------------------------------------------------------------


class Names:
    """Names to put in place of others: those of the articles, by type, and invented ones."""

    def __init__(self, documents: list[Document], labels: Labels) -> None:
        pools: dict[int, set[str]] = defaultdict(set)
        for document in documents:
            for mention, text in _names(document):
                if mention.entity == text:
                    pools[mention.label].add(text)
        self.pools = {label: sorted(pool) for label, pool in pools.items()}
        self.types = labels.types

    def draw(self, label: int, rng: random.Random) -> str:
        kind = self.types[label // 2]
        if kind in ("Company", "Person") and rng.random() < 0.4:
            return _invented(kind, rng)
        return rng.choice(self.pools[label])


def _names(document: Document) -> list[tuple[Mention, str]]:
    return [(m, s.text[m.start : m.end]) for s in document.sentences for m in s.mentions if not m.nominal]


_ONSETS = tuple("b br c ch d dr f g gr h j k kl l m n p pr qu r s sh st t tr v w x y z th".split())
_VOWELS = (*"aeiouaeiouy", "ai", "ea", "ia", "io", "ou")
_CODAS = ("", "", "n", "r", "l", "s", "x", "t", "nd", "m", "ck", "th")
_ENDS = (
    *(
        "",
        "",
        "",
        "",
        " AI",
        " Capital",
        " Cloud",
        " Electronics",
        " Energy",
        " Group",
        " Holdings",
        " Industries",
    ),
    *(" Labs", " Materials", " Microsystems", " Motors", " Networks", " Partners", " Power", " Research"),
    *(" Robotics", " Semiconductor", " Systems", " Technologies"),
)


def _invented(kind: str, rng: random.Random) -> str:
    def word(size: int) -> str:
        return "".join(rng.choice(_ONSETS) + rng.choice(_VOWELS) + rng.choice(_CODAS) for _ in range(size)).capitalize()

    if kind == "Person":
        return f"{word(rng.choice([1, 2]))} {word(rng.choice([1, 2, 2]))}"
    if rng.random() < 0.1:
        return "".join(rng.choice("ABCDEFGHIKLMNPRSTVX") for _ in range(rng.choice([3, 3, 4])))
    return word(rng.choice([1, 2, 2, 3])) + rng.choice(_ENDS)


def vary(document: Document, names: Names, noise: dict[str, Any], rng: random.Random) -> Document:
    """Return the article with some of its entities called otherwise, each the same way throughout."""
    forms: dict[str, set[str]] = defaultdict(set)
    label_of: dict[str, int] = {}
    for mention, text in _names(document):
        forms[mention.entity].add(text)
        label_of.setdefault(mention.entity, mention.label)
    new: dict[tuple[str, str], str] = {}
    for entity, label in sorted(label_of.items()):
        if rng.random() < noise["swap"].get(names.types[label // 2], 0):
            new.update(
                {(entity, old): name for old, name in _renamed(entity, forms[entity], label, names, rng).items()}
            )
    if not new:
        return document
    return replace(document, sentences=tuple(_rewritten(s, new) for s in document.sentences))


def _renamed(entity: str, forms: set[str], label: int, names: Names, rng: random.Random) -> dict[str, str]:
    """Map every form of an entity's name to one of its new name; {} where that cannot be done well."""
    name = names.draw(label, rng)
    old, words = entity.split(), name.split()
    out = {}
    for form in forms:
        if form == entity:
            out[form] = name
        elif form == old[0] and len(old) > 1:
            out[form] = words[0]
        elif form == old[-1] and len(old) > 1:
            out[form] = words[-1]
        elif form == "".join(w[0] for w in re.split(r"[\s-]+", entity) if w[:1].isupper()) and len(words) > 1:
            out[form] = "".join(w[0].upper() for w in words)
        else:
            return {}
    return out


def _rewritten(sentence: Sentence, new: dict[tuple[str, str], str]) -> Sentence:
    text, last, mentions = "", 0, []
    for m in sentence.mentions:
        form = sentence.text[m.start : m.end]
        text += sentence.text[last : m.start]
        start = len(text)
        text += new.get((m.entity, form), form) if not m.nominal else form
        mentions.append(replace(m, start=start, end=len(text)))
        last = m.end
    return replace(sentence, text=text + sentence.text[last:], mentions=tuple(mentions))


# --- examples -------------------------------------------------------------------------------------


@dataclass
class Example:
    """One sentence in numbers.  Pieces, then mentions, then ordered pairs of mentions."""

    encoded: Encoded
    tags: list[int]
    sources: list[int]
    spans: list[tuple[int, int]]
    labels: list[int]
    entities: list[str]
    relations: dict[tuple[int, int], tuple[dict[int, float], float]] = field(default_factory=dict)  # targets, weight
    statuses: dict[tuple[int, int], int] = field(default_factory=dict)
    claimants: dict[tuple[int, int], str] = field(default_factory=dict)
    core: int = IGNORE


def example(sentence: Sentence, pieces: WordPiece, labels: Labels, longest: int = 250) -> Example:
    encoded = pieces.encode(sentence.text)
    if len(encoded.ids) > longest:
        encoded = encoded.part(0, encoded.words[longest])
    placed = [(m, s) for m in sentence.mentions if (s := encoded.pieces_of(m.start, m.end))]
    out = Example(
        encoded,
        _tags(encoded, placed),
        _source_tags(sentence, encoded, placed),
        [s for _, s in placed],
        [m.label for m, _ in placed],
        [m.entity for m, _ in placed],
    )
    for claim in sentence.claims:
        _label_pairs(out, claim, labels)
    return out


def _tags(encoded: Encoded, placed: list[tuple[Mention, tuple[int, int]]]) -> list[int]:
    words = encoded.words
    opens = [k == 0 or words[k] != words[k - 1] for k in range(len(words))]
    tags = [0 if first else IGNORE for first in opens]
    for mention, (first, last) in placed:
        for k in range(first, last + 1):
            if opens[k]:
                tags[k] = 1 + 2 * mention.label + (k > first)
    return tags


def _source_tags(sentence: Sentence, encoded: Encoded, placed: list[tuple[Mention, tuple[int, int]]]) -> list[int]:
    """1 on the pieces of a claimant, 0 elsewhere; ignored where the annotation leaves it open."""
    if not sentence.judged:
        return [IGNORE] * len(encoded.ids)
    tags = [0] * len(encoded.ids)
    for source in sentence.sources:
        spans = [s for m, s in placed if m.entity == source]
        if source.startswith(PHRASE):
            at = sentence.text.find(source[len(PHRASE) :])
            hit = encoded.pieces_of(at, at + len(source) - len(PHRASE)) if at >= 0 else None
            spans = [hit] if hit else []
        for first, last in spans:
            tags[first : last + 1] = [1 if len(spans) == 1 else IGNORE] * (last + 1 - first)
    return tags


def _label_pairs(out: Example, claim: Claim, labels: Labels) -> None:
    """The closest mentions of subject and object carry the statement; the others get a weaker say."""
    pairs = [
        (i, j)
        for i, one in enumerate(out.entities)
        if one == claim.subject
        for j, two in enumerate(out.entities)
        if two == claim.object
    ]
    if not pairs:
        return
    closest = min(pairs, key=lambda p: abs(out.spans[p[0]][0] - out.spans[p[1]][0]))
    turned = labels.relations[claim.relation] in labels.symmetric
    for pair in pairs:
        for i, j in [pair, pair[::-1]] if turned else [pair]:
            target, _ = out.relations.setdefault((i, j), ({}, 0.0))
            target[claim.relation] = 1.0
            out.relations[i, j] = (target, 1.0 if pair == closest else 0.3)
            out.statuses.setdefault((i, j), claim.status)
            out.claimants.setdefault((i, j), claim.claimant)


# --- CORE -----------------------------------------------------------------------------------------

CORE_SYMMETRIC = {"collaboration", "competitor_of", "merged_with", "undefined"}
CORE_RELATIONS = [
    "undefined",
    "collaboration",
    "competitor_of",
    "merged_with",
    *(
        f"{relation}{way}"
        for relation in (
            "acquired_by",
            "brand_of",
            "client_of",
            "product_or_service_of",
            "regulated_by",
            "shareholder_of",
            "subsidiary_of",
            "traded_on",
        )
        for way in (">", "<")
    ),
]
CORE_TO_OURS = {  # relation of CORE: ours, whether the tail is our subject
    "acquired_by": ("acquires", True),
    "client_of": ("supplies", True),
    "product_or_service_of": ("produces", True),
    "subsidiary_of": ("subsidiaryOf", False),
    "shareholder_of": ("investsIn", False),
    "competitor_of": ("competesWith", False),
    "collaboration": ("partnersWith", False),
    "merged_with": ("mergesWith", False),
    "regulated_by": ("regulates", True),
}


def read_core(path: Path, split: str) -> list[dict[str, Any]]:
    """Read one split of CORE; sentences that stand in its test split too are dropped from train."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    test = {row["text"] for row in rows if row["split"] == "test"}
    return [row for row in rows if row["split"] == split and (split == "test" or row["text"] not in test)]


def core_example(row: dict[str, Any], pieces: WordPiece, labels: Labels, longest: int = 250) -> Example | None:
    """Number a pair of CORE: mention 0 comes first in the text; None where the window misses one."""
    encoded = pieces.encode(row["text"])
    ends = [row["head"], row["tail"]]
    turned = ends[1]["start"] < ends[0]["start"]
    spans = [encoded.pieces_of(e["start"], e["end"]) for e in (ends[::-1] if turned else ends)]
    if None in spans or max(s[1] for s in spans if s) >= longest:
        return None
    if len(encoded.ids) > longest:
        encoded = encoded.part(0, encoded.words[longest])
    name = row["relation"]
    way = "" if name in CORE_SYMMETRIC else "<" if turned else ">"
    out = Example(
        encoded,
        [IGNORE] * len(encoded.ids),
        [IGNORE] * len(encoded.ids),
        [s for s in spans if s],
        [labels.unknown] * 2,
        ["0", "1"],
        core=CORE_RELATIONS.index(name + way),
    )
    _label_core(out, name, turned, labels)
    return out


def _label_core(out: Example, name: str, turned: bool, labels: Labels) -> None:
    """Teach our relations with CORE where the two inventories agree; weight 0 leaves a pair out."""
    ours, backwards = CORE_TO_OURS.get(name, ("", False))
    pair = (0, 1) if turned == backwards else (1, 0)
    if ours not in labels.relations:
        out.relations = {(0, 1): ({}, 0.0), (1, 0): ({}, 0.0)}
        return
    target = {labels.relations.index(ours): 1.0}
    both = ours in labels.symmetric
    out.relations = {pair: (target, 1.0), pair[::-1]: (target if both else {0: 1.0}, 1.0)}
