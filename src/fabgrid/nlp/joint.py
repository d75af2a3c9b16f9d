"""The trained joint model at run time: mentions, relations, statuses, claimants, links to antecedents.

    model = JointModel.load()
    encoding = model.encode(["Mara bought a gas plant in Ohio.", "The company said it paid $1.5B."])
    mentions = model.mentions(encoding)              # may be filtered, and others added
    reading = model.read(encoding, mentions)         # relations, links, claimants among just those

onnxruntime and numpy only.  The sentences of one call are one text, in order: they are read together,
several in a pass, and links lead from any of them back to an earlier one.  The same call gives the same
numbers on one machine; the int8 arithmetic makes them differ in the third digit between processors.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from fabgrid.errors import ModelMissing
from fabgrid.nlp.chunks import Encoding, Floats, Part, Spot, batches, couples, padded, placed, places, windows
from fabgrid.nlp.fingerprint import MODEL
from fabgrid.nlp.pairs import LINK_FEATURES, Ints, gaps, grid, link_features, regions
from fabgrid.nlp.wordpiece import WordPiece

__all__ = ["Encoding", "JointMention", "JointModel", "JointReading", "Link", "Phrase", "ScoredPair"]

FILES = ("settings.json", "vocab.txt", "encoder.onnx", "facts.onnx")
WINDOW = 8  # sentences back in which an antecedent is looked for
APART = 2.0  # log-odds that an antecedent in another paragraph loses; chosen on the development set
FLOOR = 0.05  # a relation less probable is not returned


@dataclass(frozen=True, slots=True)
class JointMention:
    """A mention, found or given: characters `start` to `end` of sentence number `sentence`."""

    sentence: int
    start: int
    end: int
    type: str  # "" where unknown
    kind: str = "name"  # or "nominal": "the company", "its"
    score: float = 1.0


@dataclass(frozen=True, slots=True)
class ScoredPair:
    """A relation between two mentions, given by their indexes, with its probability as the model sees it.

    `claimant` is the index of the mention to which the sentence attributes it; `phrase` tells that it is
    attributed to somebody who is no mention ("people familiar").
    """

    subject: int
    object: int
    relation: str
    probability: float
    statuses: dict[str, float]  # with their probabilities
    claimant: int | None
    phrase: bool
    claimant_probability: float


@dataclass(frozen=True, slots=True)
class Link:
    """A nominal mention and the earlier mention of the same thing, by their indexes."""

    mention: int
    antecedent: int
    score: float


@dataclass(frozen=True, slots=True)
class Phrase:
    """Characters that name the source of their sentence, mention or not."""

    sentence: int
    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class JointReading:
    """All that is said of the mentions; `sources` tells of each how likely its sentence's source it is."""

    mentions: tuple[JointMention, ...]
    pairs: tuple[ScoredPair, ...] = ()
    links: tuple[Link, ...] = ()
    sources: tuple[float, ...] = ()
    phrases: tuple[Phrase, ...] = ()


@dataclass(slots=True)
class _Scores:
    """What the fact heads said, by mention and by pair."""

    pairs: list[tuple[int, int]] = field(default_factory=list)
    relation: list[Floats] = field(default_factory=list)
    status: list[Floats] = field(default_factory=list)
    claim: list[Floats] = field(default_factory=list)
    mention: dict[int, tuple[Floats, Floats, Floats, float]] = field(default_factory=dict)  # claimant, back, antecedent
    phrases: list[Phrase] = field(default_factory=list)


class JointModel:
    """The shipped model, or another one in the same form (see training/README.md)."""

    def __init__(self, settings: dict[str, Any], pieces: WordPiece, encoder: Any, facts: Any) -> None:
        self.settings, self.pieces, self.encoder, self.facts = settings, pieces, encoder, facts
        self.types: list[str] = settings["types"]
        self.relations: list[str] = settings["relations"]
        self.statuses: list[str] = settings["statuses"]
        self._unknown = 2 * len(self.types)
        self._kinds = np.array(settings["links"]["kinds"])
        self._places = [np.array(settings["links"][name]) for name in LINK_FEATURES]

    @classmethod
    def load(cls, path: Path | None = None, *, threads: int = 1) -> JointModel:
        """Load the model of a folder; raise ModelMissing where a file of it or onnxruntime is absent.

        One thread costs least CPU time; articles are what to work on in parallel.
        """
        folder = path or MODEL
        missing = [name for name in FILES if not (folder / name).is_file()]
        if missing:
            raise ModelMissing(str(folder / missing[0]), "make model")
        try:
            import onnxruntime
        except ImportError as error:
            raise ModelMissing("onnxruntime", "pip install onnxruntime") from error
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        sessions = [
            onnxruntime.InferenceSession(str(folder / name), options, providers=["CPUExecutionProvider"])
            for name in FILES[2:]
        ]
        settings = json.loads((folder / FILES[0]).read_text(encoding="utf-8"))
        return cls(settings, WordPiece.load(folder / FILES[1]), *sessions)

    def predict(self, sentences: Sequence[str]) -> JointReading:
        """Read a text with the mentions that the model finds itself."""
        encoding = self.encode(sentences)
        return self.read(encoding, self.mentions(encoding))

    # --- the encoder ------------------------------------------------------------------------------

    def encode(self, sentences: Sequence[str]) -> Encoding:
        """Run the encoder over a text: several sentences a pass, each once."""
        parts, rows = self._cut(sentences)
        hidden: list[Floats] = [np.zeros((0, 0), np.float32)] * len(rows)
        tags = list(hidden)
        for batch in batches([len(r) for r in rows]):
            arrays = [padded([[p[k] for p in rows[n]] for n in batch]) for k in (0, 1)]
            mask = padded([[1] * len(rows[n]) for n in batch])
            out = self.encoder.run(None, {"ids": arrays[0], "shapes": arrays[1], "mask": mask})
            for k, n in enumerate(batch):
                hidden[n], tags[n] = out[0][k, : len(rows[n])], out[1][k, : len(rows[n])]
        own = tuple(tags[p.row][p.at : p.at + len(p.encoded.ids)] for p in parts)
        return Encoding(tuple(sentences), tuple(parts), tuple(hidden), own)

    def _cut(self, sentences: Sequence[str]) -> tuple[list[Part], list[list[tuple[int, int]]]]:
        """Return the parts, and every chunk as (piece, shape) with the marks between sentences."""
        longest = self.settings["pieces"]
        parts: list[Part] = []
        rows: list[list[tuple[int, int]]] = []
        for number, text in enumerate(sentences):
            for encoded in windows(self.pieces.encode(text), longest - 2):
                if not rows or len(rows[-1]) + len(encoded.ids) + 1 > longest:
                    rows.append([(self.pieces.start, 0)])
                parts.append(Part(number, encoded, len(rows) - 1, len(rows[-1])))
                rows[-1] += [*zip(encoded.ids, encoded.shapes, strict=True), (self.pieces.stop, 0)]
        return parts, rows

    # --- mentions ---------------------------------------------------------------------------------

    def mentions(self, encoding: Encoding) -> tuple[JointMention, ...]:
        """Return the mentions that the tags spell, in the order of the text, never overlapping."""
        found: list[JointMention] = []
        for part, logits in zip(encoding.parts, encoding.tags, strict=True):
            words = part.encoded.words
            opens = [k for k in range(len(words)) if k == 0 or words[k] != words[k - 1]]
            chances = _softmax(logits[opens])
            for first, last in _segments(chances):
                found.append(self._candidate(part, chances[first : last + 1], first, last))
        return tuple(found)

    def _candidate(self, part: Part, chances: Floats, first: int, last: int) -> JointMention:
        """Name the label that the words of a segment agree on best."""
        labels = chances[:, 1::2] + chances[:, 2::2]
        mean = np.exp(np.log(labels + 1e-9).mean(axis=0))
        best = int(mean.argmax())
        start, end = part.encoded.spans[first][0], part.encoded.spans[last][1]
        kind = "nominal" if best % 2 else "name"
        return JointMention(part.sentence, start, end, self.types[best // 2], kind, float(mean[best]))

    # --- facts ------------------------------------------------------------------------------------

    def read(
        self,
        encoding: Encoding,
        mentions: Sequence[JointMention],
        *,
        allowed: Collection[tuple[str, str]] | None = None,
        paragraphs: Sequence[int] = (),
    ) -> JointReading:
        """Score the relations, links and claimants among the mentions, which must not overlap.

        They come in any order; a mention that touches no word of its sentence gets no score. `allowed`
        holds the types of subject and object that a relation can have; other pairs are not looked at.
        `paragraphs` holds the number of each sentence's paragraph; without it all are in one.
        """
        spots = placed(encoding, mentions)
        scores = _Scores()
        rows = sorted({encoding.parts[p].row for p, *_ in spots.values()})
        for batch in batches([len(encoding.hidden[r]) for r in rows]):
            self._judge(encoding, mentions, spots, [rows[n] for n in batch], scores, allowed)
        sources = tuple(scores.mention[n][3] if n in scores.mention else 0.0 for n in range(len(mentions)))
        pairs = self._relations(scores, mentions)
        links = self._links(scores, encoding.sentences, mentions, paragraphs or [0] * len(encoding.sentences))
        return JointReading(tuple(mentions), pairs, links, sources, tuple(scores.phrases))

    def _judge(
        self,
        encoding: Encoding,
        mentions: Sequence[JointMention],
        spots: dict[int, Spot],
        rows: list[int],
        scores: _Scores,
        allowed: Collection[tuple[str, str]] | None,
    ) -> None:
        """Run the fact heads over some chunks."""
        here = {n: at for n, at in spots.items() if encoding.parts[at[0]].row in rows}
        parts = sorted({part for part, *_ in here.values()})
        order = list(here)
        table = np.array([(parts.index(here[n][0]), *here[n][1:]) for n in order], dtype=np.int64)
        two = couples(table)
        if allowed is not None:
            types = [mentions[n].type for n in order]
            two = two[[(types[i], types[j]) in allowed for i, j in two.tolist()] or [False]]
            two = two if len(two) else np.zeros((1, 2), np.int64)
        width = max(len(encoding.parts[p].encoded.ids) for p in parts)
        inputs = self._rows(encoding, mentions, here, rows) | places(encoding, parts, rows, width)
        s, o = table[two[:, 0], 1:], table[two[:, 1], 1:]
        inputs |= {"mentions": table, "pairs": two, "regions": regions(s, o, width), "gaps": gaps(s, o)}
        inputs["grid"], inputs["cells"] = grid(table[two[:, 0], 0])
        relation, status, claim, _, claimant, back, antecedent, source = self.facts.run(None, inputs)
        for (i, j), *heads in zip(two.tolist(), relation, status, claim, strict=True):
            if i != j:
                scores.pairs.append((order[i], order[j]))
                for kept, value in zip((scores.relation, scores.status, scores.claim), heads, strict=True):
                    kept.append(value)
        chances = 1 / (1 + np.exp(-source))
        for k, n in enumerate(order):
            row, first, last = table[k].tolist()
            scores.mention[n] = (
                claimant[k],
                back[k],
                antecedent[k],
                float(chances[row, first : last + 1].mean()),
            )
        for row, number in enumerate(parts):
            scores.phrases += _phrases(encoding.parts[number], chances[row])

    def _rows(
        self, encoding: Encoding, mentions: Sequence[JointMention], here: dict[int, Spot], rows: list[int]
    ) -> dict[str, Any]:
        """Return the chunks' vectors with the mentions marked."""
        width = max(len(encoding.hidden[r]) for r in rows)
        hidden = np.zeros((len(rows), width, encoding.hidden[rows[0]].shape[1]), np.float32)
        mask, marks = np.zeros((2, len(rows), width), np.int64)
        for k, r in enumerate(rows):
            hidden[k, : len(encoding.hidden[r])], mask[k, : len(encoding.hidden[r])] = encoding.hidden[r], 1
        for n, (p, first, last) in here.items():
            part, label = encoding.parts[p], self._label(mentions[n])
            row, at = rows.index(part.row), part.at
            marks[row, at + first : at + last + 1] = 2 + 2 * label
            marks[row, at + first] = 1 + 2 * label
        return {"hidden": hidden, "mask": mask, "marks": marks}

    def _label(self, mention: JointMention) -> int:
        if mention.type not in self.types:
            return self._unknown
        return 2 * self.types.index(mention.type) + (mention.kind == "nominal")

    def _relations(self, scores: _Scores, mentions: Sequence[JointMention]) -> tuple[ScoredPair, ...]:
        if not scores.pairs:
            return ()
        chances = _softmax(np.stack(scores.relation))
        statuses = _softmax(np.stack(scores.status))
        out = []
        for n, label in np.argwhere(chances[:, 1:] >= FLOOR):
            i, j = scores.pairs[n]
            claimant, phrase, sure = self._claimant(scores, mentions, n)
            out.append(
                ScoredPair(
                    i,
                    j,
                    self.relations[label + 1],
                    float(chances[n, label + 1]),
                    dict(zip(self.statuses, statuses[n].tolist(), strict=True)),
                    claimant,
                    phrase,
                    sure,
                )
            )
        return tuple(sorted(out, key=lambda p: (p.subject, p.object, -p.probability)))

    def _claimant(self, scores: _Scores, mentions: Sequence[JointMention], pair: int) -> tuple[int | None, bool, float]:
        """Return who claims a pair: a mention's index, or that it is a phrase; and how likely that is."""
        asked, sentence = scores.claim[pair], mentions[scores.pairs[pair][0]].sentence
        who = [n for n in scores.mention if mentions[n].sentence == sentence]
        keys = np.stack([scores.mention[n][0] for n in who])
        chances = _softmax(np.concatenate([asked[-2:], keys @ asked[:-2] * keys.shape[1] ** -0.5])[None])[0]
        best = int(chances.argmax())
        return (who[best - 2] if best > 1 else None), best == 1, float(chances[best])

    def _links(
        self,
        scores: _Scores,
        sentences: Sequence[str],
        mentions: Sequence[JointMention],
        paragraphs: Sequence[int],
    ) -> tuple[Link, ...]:
        """Link every nominal to the likeliest earlier mention, or to none where that is likelier."""
        order = sorted(scores.mention, key=lambda n: (mentions[n].sentence, mentions[n].start))
        at = np.array([mentions[n].sentence for n in order], dtype=np.int64)
        first = np.array([k == 0 or at[k] != at[k - 1] for k in range(len(at))], dtype=np.int64)
        counts, named, key = np.zeros(len(order), dtype=np.int64), Counter[str](), list[str]()
        out: list[Link] = []
        for k, n in enumerate(order):
            m = mentions[n]
            key.append(f"\n{n}" if m.kind == "nominal" else sentences[m.sentence][m.start : m.end].casefold())
            two = np.flatnonzero(at[:k] >= at[k] - WINDOW)
            if m.kind == "nominal" and len(two):
                where = link_features(at, first, counts, np.full(len(two), k), two)
                elsewhere = np.array([paragraphs[at[t]] != paragraphs[m.sentence] for t in two])
                # A paragraph that has named somebody is about them.
                apart = (elsewhere * (0.0 if elsewhere.all() else APART)).astype(np.float32)
                chances = self._link_chances(scores, mentions, order, k, two, where, apart)
                # The likeliest entity, whichever of its mentions is pointed at.
                sums: dict[str, float] = defaultdict(float)
                for t, chance in zip(two, chances[1:], strict=True):
                    sums[key[t]] += float(chance)
                best = max(sums, key=sums.__getitem__)
                if sums[best] > chances[0]:
                    nearest = max(t for t in two if key[t] == best)
                    out.append(Link(n, order[nearest], sums[best]))
                    key[k] = best
            named[key[k]] += 1
            counts[k] = named[key[k]]
        return tuple(out)

    def _link_chances(
        self,
        scores: _Scores,
        mentions: Sequence[JointMention],
        order: list[int],
        k: int,
        two: Ints,
        places: Ints,
        apart: Floats,
    ) -> Floats:
        back = scores.mention[order[k]][1]
        keys = np.stack([scores.mention[order[t]][2] for t in two])
        label, size = self._label(mentions[order[k]]), back.shape[0] - 1
        kinds = [label * (self._unknown + 1) + self._label(mentions[order[t]]) for t in two]
        score = keys[:, :-1] @ back[:-1] * size**-0.5 + back[-1] + keys[:, -1] + self._kinds[kinds]
        score = score + sum(table[places[:, n]] for n, table in enumerate(self._places)) - apart
        chances: Floats = _softmax(np.concatenate([[0.0], score])[None])[0]
        return chances


def _softmax(x: Any) -> Any:
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def _segments(chances: Floats) -> list[tuple[int, int]]:
    """Return the first and last word of each mention: the likeliest sequence of outside, begin, inside."""
    steps = np.log(np.stack([chances[:, 0], chances[:, 1::2].sum(1), chances[:, 2::2].sum(1)], 1) + 1e-9)
    best = steps[0] + np.array([0.0, 0.0, -1e9])
    came: list[Any] = []
    for step in steps[1:]:
        before = np.repeat(best[:, None], 3, axis=1)
        before[0, 2] = -1e9  # inside cannot follow outside
        came.append(before.argmax(axis=0))
        best = before.max(axis=0) + step
    path = [int(best.argmax())]
    for back in reversed(came):
        path.append(int(back[path[-1]]))
    out: list[tuple[int, int]] = []
    for word, state in enumerate(reversed(path)):
        if state == 1:
            out.append((word, word))
        elif state == 2:
            out[-1] = (out[-1][0], word)
    return out


def _phrases(part: Part, chances: Floats) -> list[Phrase]:
    """Return the runs of words that are likelier a source than not."""
    out: list[Phrase] = []
    for k, word in enumerate(part.encoded.words):
        if chances[k] < 0.5 or (k and word == part.encoded.words[k - 1]):
            continue
        start, end = part.encoded.spans[word]
        if out and out[-1].end >= start - 1:
            start, score = out[-1].start, max(out.pop().score, float(chances[k]))
        else:
            score = float(chances[k])
        out.append(Phrase(part.sentence, start, end, score))
    return out
