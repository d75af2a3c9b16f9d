#!/usr/bin/env python3
"""Check annotated articles (.ann, see FORMAT.md) and convert them.

convert.py check FILE...              print every problem; exit 1 if there is one
convert.py jsonl FILE... > out.jsonl  one article a line: text, sentences, mentions, statements (offsets)
convert.py gold OUT_DIR FILE...       NAME.md + NAME.gold.json
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fabgrid import ontology
from fabgrid.model import Status

TYPES = {
    "C": "Company",
    "G": "GridOperator",
    "O": "Organization",
    "P": "Person",
    "D": "Product",
    "T": "Technology",
    "F": "Facility",
    "L": "Place",
}
RELATIONS = set(ontology.load().relations)
STATUSES = {str(status) for status in Status}
METRICS = set(ontology.load().metrics)
ADJECTIVES = {
    "Argentina": ["Argentine", "Argentinian"],
    "Australia": ["Australian"],
    "Austria": ["Austrian"],
    "Bavaria": ["Bavarian"],
    "Belgium": ["Belgian"],
    "Brazil": ["Brazilian"],
    "Bulgaria": ["Bulgarian"],
    "California": ["Californian"],
    "Canada": ["Canadian"],
    "Chile": ["Chilean"],
    "China": ["Chinese"],
    "Croatia": ["Croatian"],
    "Czech Republic": ["Czech"],
    "Denmark": ["Danish"],
    "Egypt": ["Egyptian"],
    "England": ["English"],
    "Estonia": ["Estonian"],
    "Europe": ["European"],
    "Finland": ["Finnish"],
    "France": ["French"],
    "Germany": ["German"],
    "Greece": ["Greek"],
    "Hungary": ["Hungarian"],
    "Iceland": ["Icelandic"],
    "India": ["Indian"],
    "Indonesia": ["Indonesian"],
    "Ireland": ["Irish"],
    "Israel": ["Israeli"],
    "Italy": ["Italian"],
    "Japan": ["Japanese"],
    "Kazakhstan": ["Kazakh"],
    "Kenya": ["Kenyan"],
    "Kuwait": ["Kuwaiti"],
    "Latvia": ["Latvian"],
    "Lithuania": ["Lithuanian"],
    "Luxembourg": ["Luxembourgish"],
    "Malaysia": ["Malaysian"],
    "Mexico": ["Mexican"],
    "Morocco": ["Moroccan"],
    "Netherlands": ["Dutch", "the Netherlands"],
    "Nigeria": ["Nigerian"],
    "Norway": ["Norwegian"],
    "Oman": ["Omani"],
    "Philippines": ["Filipino", "Philippine"],
    "Poland": ["Polish"],
    "Portugal": ["Portuguese"],
    "Qatar": ["Qatari"],
    "Romania": ["Romanian"],
    "Russia": ["Russian"],
    "Saudi Arabia": ["Saudi"],
    "Scotland": ["Scottish"],
    "Singapore": ["Singaporean"],
    "Slovakia": ["Slovak"],
    "Slovenia": ["Slovenian"],
    "South Africa": ["South African"],
    "South Korea": ["Korean", "South Korean"],
    "Spain": ["Spanish"],
    "Sweden": ["Swedish"],
    "Switzerland": ["Swiss"],
    "Taiwan": ["Taiwanese"],
    "Texas": ["Texan"],
    "Thailand": ["Thai"],
    "Turkey": ["Turkish"],
    "Ukraine": ["Ukrainian"],
    "United Arab Emirates": ["Emirati", "UAE"],
    "United Kingdom": ["British", "U.K.", "UK"],
    "United States": ["American", "U.S.", "US"],
    "Vietnam": ["Vietnamese"],
    "Wales": ["Welsh"],
}
DEMONYM = {adjective: place for place, adjectives in ADJECTIVES.items() for adjective in adjectives}

HEADERS = ("title", "date", "style", "source")
MENTION = re.compile(r"\{(?P<text>[^{}|]+)\|(?P<code>[CGOPDTFL]?)(?:=(?P<reference>[^{}|]+))?\}")
SHORTEST_NAME = 4  # shorter names are not looked for where they stand unmarked
COMMANDS = ("check", "jsonl", "gold")


class Problem(ValueError):
    """What a line of the article does wrong."""


# --- lines ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mark:
    """A marked piece of a sentence, and where it stands in the sentence without its markup."""

    start: int
    text: str
    code: str  # letter of the type, or "" for a pronoun or description
    reference: str | None  # name after the "="


def _without_markup(body: str) -> tuple[str, list[Mark]]:
    """Return the plain sentence and what was marked in it."""
    plain, last, marks = "", 0, []
    for match in MENTION.finditer(body):
        plain += body[last : match.start()]
        marks.append(Mark(len(plain), match["text"], match["code"], match["reference"]))
        plain += match["text"]
        last = match.end()
    plain += body[last:]
    if any(sign in plain for sign in "{}|"):
        raise Problem("markup that does not parse: " + plain[:80])
    return plain, marks


def _fields(body: str) -> list[str]:
    """Split what follows a tag at its bars."""
    return [part.strip() for part in body.split("|")]


def _completed(fields: list[str], defaults: list[str], size: int) -> list[str]:
    """Put the defaults in place of the last fields where those were left out."""
    missing = size - len(fields)
    return fields + defaults[-missing:] if 0 < missing <= len(defaults) else fields


def _value(field: str) -> str | None:
    """Return the field, or None where it says that there is nothing."""
    return None if field in ("-", "") else field


def _require(kind: str, value: str, known: set[str]) -> None:
    """Refuse a value that the format does not know."""
    if value not in known:
        raise Problem(f"unknown {kind} {value!r}")


# --- articles -------------------------------------------------------------------------------------


class Reader:
    """An article as far as it was read, and what the names in it stand for."""

    def __init__(self, name: str) -> None:
        self.article: dict[str, Any] = {
            "id": name,
            "title": None,
            "date": None,
            "style": None,
            "text": "",
            "sentences": [],
            "mentions": [],
            "statements": [],
            "observations": [],
            "definitions": [],
        }
        self.entities: dict[str, str] = {}  # name as it stands in the text: main name of the entity
        self.codes: dict[str, str] = {}  # main name: letter of the type
        self.new_paragraph = True

    def read(self, line: str) -> None:
        """Read the next line; raise Problem where it breaks the format."""
        if not line.strip():
            self.new_paragraph = True
        elif line.startswith("# "):
            self._read_header(line[2:])
        else:
            tag, _, body = line.partition(":")
            if tag.strip() in ("S", "H"):
                self._read_sentence(body.strip(), heading=tag.strip() == "H")
            else:
                self._read_annotation(tag.strip(), body.strip(), line)

    def _read_header(self, line: str) -> None:
        """Read a line such as "title: Text"; other comments are passed over."""
        key, _, value = line.partition(":")
        if key.strip() in HEADERS:
            self.article[key.strip()] = value.strip()

    def _read_sentence(self, body: str, *, heading: bool) -> None:
        """Add a sentence or heading to the text, and its mentions."""
        article = self.article
        self.new_paragraph = self.new_paragraph or heading
        if article["text"]:
            article["text"] += "\n\n" if self.new_paragraph else " "
        start = len(article["text"])
        plain, marks = _without_markup(body)
        for mark in marks:
            self._add_mention(mark, start)
        article["text"] += plain
        article["sentences"].append({"start": start, "end": len(article["text"]), "heading": heading})
        self.new_paragraph = heading

    def _add_mention(self, mark: Mark, sentence_start: int) -> None:
        """Add a mention; its type is set at the end, for a reference may stand before the name."""
        entity = self._referred(mark) if mark.reference else self._named(mark)
        start = sentence_start + mark.start
        self.article["mentions"].append(
            {
                "start": start,
                "end": start + len(mark.text),
                "text": mark.text,
                "sentence": len(self.article["sentences"]),
                "type": None,
                "entity": entity,
                "kind": "name" if mark.code else "nominal",
            }
        )

    def _referred(self, mark: Mark) -> str:
        """Return the entity that a mark with "=" refers to."""
        name = mark.reference or ""
        if mark.code in ("", "L") and name not in self.entities:
            name = DEMONYM.get(name, name)
        entity = self.entities.get(name, name)
        if mark.code:
            self.codes.setdefault(entity, mark.code)
            self.entities.setdefault(mark.text, entity)
        return entity

    def _named(self, mark: Mark) -> str:
        """Return the entity that a mark without "=" names; "Taiwanese" names the Place Taiwan."""
        if not mark.code:
            raise Problem(f"{mark.text!r} has neither type nor reference")
        name = mark.text
        if mark.code == "L" and name in DEMONYM:
            place = DEMONYM[name]
            name = self.entities.setdefault(place, place)
        entity = self.entities.setdefault(mark.text, name)
        if self.codes.setdefault(entity, mark.code) != mark.code:
            raise Problem(f"{mark.text!r} was {self.codes[entity]} before, now {mark.code}")
        return entity

    def _read_annotation(self, tag: str, body: str, line: str) -> None:
        """Read what a line says about the sentence above it."""
        if not self.article["sentences"]:
            raise Problem("before the first sentence")
        fields, sentence = _fields(body), len(self.article["sentences"]) - 1
        if tag == "R":
            self._read_statement(fields, sentence)
        elif tag == "O":
            self._read_observation(fields, sentence)
        elif tag in ("D", "G"):
            self._read_definition(tag, fields, sentence)
        else:
            raise Problem(f"unknown line {line[:30]!r}")

    def _read_statement(self, fields: list[str], sentence: int) -> None:
        """Read subject, relation, object, status, claimant and amount."""
        fields = _completed(fields, ["asserted", "-", "-"], 6)
        if len(fields) != 6:
            raise Problem(f"R: takes 6 fields, has {len(fields)}")
        subject, relation, object_, status, claimant, amount = fields
        _require("relation", relation, RELATIONS)
        _require("status", status, STATUSES)
        statement = {
            "subject": self._mentioned(subject, sentence),
            "predicate": relation,
            "object": self._mentioned(object_, sentence),
            "status": status,
            "claimant": _value(claimant),
            "amount": _value(amount),
            "sentence": sentence,
        }
        if statement["subject"] == statement["object"]:
            raise Problem("subject and object are the same entity")
        self.article["statements"].append(statement)

    def _mentioned(self, name: str, sentence: int) -> str:
        """Return the entity of a sentence that goes by a name."""
        meant = (self.entities.get(name), DEMONYM.get(name))
        for mention in self.article["mentions"]:
            here = mention["sentence"] == sentence
            if here and (name in (mention["text"], mention["entity"]) or mention["entity"] in meant):
                return str(mention["entity"])
        raise Problem(f"{name!r} is not mentioned in this sentence")

    def _read_observation(self, fields: list[str], sentence: int) -> None:
        """Read subject, metric, value, unit, period, status and claimant."""
        fields = _completed(fields, ["-", "asserted", "-"], 7)
        if len(fields) != 7:
            raise Problem(f"O: takes 7 fields, has {len(fields)}")
        subject, metric, value, unit, period, status, claimant = fields
        _require("metric", metric, METRICS)
        _require("status", status, STATUSES)
        self.article["observations"].append(
            {
                "subject": self.entities.get(subject, subject),
                "metric": metric,
                "value": float(value),
                "unit": unit,
                "period": _value(period),
                "status": status,
                "claimant": _value(claimant),
                "sentence": sentence,
            }
        )

    def _read_definition(self, tag: str, fields: list[str], sentence: int) -> None:
        """Read an abbreviation and its expansion (D), or a term and its explanation (G)."""
        if len(fields) != 2:
            raise Problem(f"{tag}: takes 2 fields")
        term, meaning = fields
        key = "expansion" if tag == "D" else "gloss"
        self.article["definitions"].append({"term": term, key: meaning, "sentence": sentence})

    def set_types(self) -> None:
        """Give every mention the type of its entity, which counts as a company where none is known."""
        for mention in self.article["mentions"]:
            mention["type"] = TYPES[self.codes.get(mention["entity"], "C")]

    def dangling(self) -> Iterator[str]:
        """Yield a problem for every reference to an entity that no mark gives a type."""
        for mention in self.article["mentions"]:
            if mention["entity"] not in self.codes:
                yield f"{mention['text']!r} refers to {mention['entity']!r}, which is never marked with a type"
        for observation in self.article["observations"]:
            if observation["subject"] not in self.codes:
                yield f"observation of unknown entity {observation['subject']!r}"


def _unmarked(article: dict[str, Any]) -> Iterator[str]:
    """Yield a problem for every place where a marked name stands unmarked."""
    text, mentions = article["text"], article["mentions"]
    names = {m["text"] for m in mentions if m["kind"] == "name" and len(m["text"]) >= SHORTEST_NAME}
    for name in sorted(names):
        for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text):
            if not any(m["start"] < match.end() and match.start() < m["end"] for m in mentions):
                around = text[max(0, match.start() - 25) : match.end() + 15]
                yield f"{name!r} stands unmarked: …{around!r}"


def parse(path: str | Path) -> tuple[dict[str, Any], list[str]]:
    """Read an annotated article; return it with the problems it has."""
    reader, problems = Reader(Path(path).stem), []
    for number, line in enumerate(Path(path).read_text(encoding="utf-8").splitlines(), start=1):
        try:
            reader.read(line)
        except ValueError as error:  # a Problem, or a value that is no number
            problems.append(f"{path}:{number}: {error}")
    reader.set_types()
    problems += [f"{path}: {problem}" for problem in (*reader.dangling(), *_unmarked(reader.article))]
    return reader.article, problems


# --- gold -----------------------------------------------------------------------------------------


def gold(article: dict[str, Any]) -> dict[str, Any]:
    """Return what a reader of the plain text should find, without offsets."""
    return {
        "id": article["id"],
        "date": article["date"],
        "entities": _gold_entities(article),
        "statements": [_gold_statement(s, article) for s in article["statements"]],
        "observations": [_gold_observation(o, article) for o in article["observations"]],
        "definitions": [{k: v for k, v in d.items() if k != "sentence"} for d in article["definitions"]],
    }


def _gold_entities(article: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the entities in the order of their first mentions, with all their names."""
    entities: dict[str, dict[str, Any]] = {}
    for mention in article["mentions"]:
        name, text = mention["entity"], mention["text"]
        entity = entities.setdefault(name, {"name": name, "type": mention["type"], "aliases": []})
        if mention["kind"] == "name" and text not in (name, *entity["aliases"]):
            entity["aliases"].append(text)
    return list(entities.values())


def _gold_statement(statement: dict[str, Any], article: dict[str, Any]) -> dict[str, Any]:
    """Return a statement with the sentence that makes it."""
    return {
        "s": statement["subject"],
        "p": statement["predicate"],
        "o": statement["object"],
        "status": statement["status"],
        "claimant": statement["claimant"],
        "amount": statement["amount"],
        "time": None,
        "evidence": _evidence(statement, article),
    }


def _gold_observation(observation: dict[str, Any], article: dict[str, Any]) -> dict[str, Any]:
    """Return an observation with the sentence that makes it."""
    return {
        "s": observation["subject"],
        "metric": observation["metric"],
        "value": observation["value"],
        "unit": observation["unit"],
        "period": observation["period"],
        "status": observation["status"],
        "claimant": observation["claimant"],
        "evidence": _evidence(observation, article),
    }


def _evidence(item: dict[str, Any], article: dict[str, Any]) -> str:
    """Return the sentence that a statement or observation was read from."""
    sentence = article["sentences"][item["sentence"]]
    return str(article["text"][sentence["start"] : sentence["end"]])


def _write_gold(article: dict[str, Any], folder: Path) -> None:
    """Write NAME.md and NAME.gold.json."""
    header = "".join(f"{key}: {_json(article[key])}\n" for key in ("title", "date") if article[key])
    text = f"---\n{header}---\n\n{article['text']}\n"
    (folder / f"{article['id']}.md").write_text(text, encoding="utf-8")
    (folder / f"{article['id']}.gold.json").write_text(_json(gold(article), indent=1), encoding="utf-8")


def _json(value: Any, indent: int | None = None) -> str:
    """Return a value as JSON with its letters as they are."""
    return json.dumps(value, indent=indent, ensure_ascii=False)


# --- command line ---------------------------------------------------------------------------------


def main(arguments: list[str]) -> int:
    """Run one of the commands; return the exit status."""
    if len(arguments) < 2 or arguments[0] not in COMMANDS:
        sys.exit(__doc__)
    command, *files = arguments
    folder = Path(files.pop(0)) if command == "gold" else None
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
    total: Counter[str] = Counter()
    for file in files:
        article, problems = parse(file)
        for problem in problems:
            print(problem, file=sys.stderr)
        if command == "jsonl":
            print(_json(article))
        if folder:
            _write_gold(article, folder)
        total.update({key: len(article[key]) for key in ("mentions", "statements", "observations")})
        total["problems"] += len(problems)
    counts = ", ".join(f"{total[key]} {key}" for key in ("mentions", "statements", "observations", "problems"))
    print(f"{len(files)} articles, {counts}", file=sys.stderr)
    return int(command == "check" and total["problems"] > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
