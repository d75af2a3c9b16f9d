"""Examples to tensors: chunks for the encoder, sentences for the fact heads, targets for every loss."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from data import ELSEWHERE, IGNORE, NO_CLAIMANT, PHRASE, Example, Labels
from torch import Tensor

from fabgrid.nlp.pairs import gaps, grid, link_features, regions

CLS, SEP, MASK = 101, 102, 103
WINDOW = 8  # sentences back in which an antecedent is looked for


@dataclass
class Seen:
    """The mentions of a sentence as the fact heads get them: annotated ones, perturbed."""

    spans: list[tuple[int, int]]
    labels: list[int]
    gold: list[int]  # index of the annotated mention, -1 for one that is none


@dataclass
class Batch:
    ids: Tensor
    shapes: Tensor
    mask: Tensor
    places: Tensor  # sentence x piece -> index into the flattened chunk pieces
    present: Tensor
    tags: Tensor
    sources: Tensor
    marks: Tensor
    mentions: Tensor
    pairs: Tensor
    regions: Tensor
    gaps: Tensor
    grid: Tensor
    cells: Tensor
    relation: Tensor
    weight: Tensor
    status: Tensor
    core: Tensor
    claims: dict[str, Tensor] = field(default_factory=dict)
    links: dict[str, Tensor] = field(default_factory=dict)


def perturb(one: Example, labels: Labels, noise: dict[str, Any] | None, rng: random.Random) -> Seen:
    """Return the mentions of a sentence, some of them left out, mistyped or made up."""
    seen = Seen([], [], [])
    for n, (span, label) in enumerate(zip(one.spans, one.labels, strict=True)):
        if noise:
            if rng.random() < noise["missing"]:
                continue
            if rng.random() < noise["unknown"]:
                label = labels.unknown
            elif rng.random() < noise["wrong"]:
                label = rng.randrange(labels.unknown)
        seen.spans.append(span), seen.labels.append(label), seen.gold.append(n)
    if noise and one.encoded.ids and rng.random() < noise["spurious"]:
        _invent(one, seen, labels, rng)
    return seen


def _invent(one: Example, seen: Seen, labels: Labels, rng: random.Random) -> None:
    first = rng.randrange(len(one.encoded.ids))
    last = min(first + rng.choice([0, 0, 1, 2]), len(one.encoded.ids) - 1)
    if any(first <= b and a <= last for a, b in one.spans):
        return
    at = sum(a < first for a, _ in seen.spans)
    seen.spans.insert(at, (first, last)), seen.gold.insert(at, -1)
    seen.labels.insert(at, rng.choice(seen.labels) if seen.labels else rng.randrange(labels.unknown))


def chunks(lengths: list[int], longest: int) -> list[list[int]]:
    """Group consecutive sentences into chunks of at most `longest` pieces, marks counted."""
    out: list[list[int]] = []
    size = longest + 1
    for number, length in enumerate(lengths):
        if size + length + 1 > longest:
            out.append([])
            size = 1
        out[-1].append(number)
        size += length + 1
    return out


def even(lengths: list[int], longest: int) -> list[list[int]]:
    """Group as `chunks` does, into as few, but alike in length, for padding costs time."""
    few = len(chunks(lengths, longest))
    return next(found for n in range(1, longest + 1) if len(found := chunks(lengths, n)) <= few)


def build(
    documents: list[list[Example]],
    labels: Labels,
    longest: int,
    noise: dict[str, Any] | None,
    rng: random.Random,
) -> Batch:
    sentences = [s for d in documents for s in d]
    groups, base = [], 0
    for d in documents:
        groups += [[base + n for n in g] for g in even([len(s.encoded.ids) for s in d], longest)]
        base += len(d)
    seen = [perturb(s, labels, noise, rng) for s in sentences]
    batch = _tensors(sentences, groups, seen, labels)
    if noise:
        _hide(batch, noise["masked"], rng)
    batch.claims = _claims(sentences, seen, batch)
    batch.links = _links(documents, seen, labels)
    return batch


def _hide(batch: Batch, share: float, rng: random.Random) -> None:
    """Mask some pieces, so that nothing is learnt by heart."""
    generator = torch.Generator().manual_seed(rng.randrange(2**31))
    hidden = (torch.rand(batch.ids.shape, generator=generator) < share) & (batch.ids > MASK)
    batch.ids[hidden] = MASK


def _padded(rows: list[list[int]], fill: int) -> Tensor:
    width = max(map(len, rows))
    return torch.tensor([row + [fill] * (width - len(row)) for row in rows])


def _tensors(sentences: list[Example], groups: list[list[int]], seen: list[Seen], labels: Labels) -> Batch:
    ids, shapes, marks = [], [], []
    places: list[list[tuple[int, int]]] = [[] for _ in sentences]
    for row, group in enumerate(groups):
        ids.append([CLS]), shapes.append([0]), marks.append([0])
        for n in group:
            e = sentences[n].encoded
            places[n] = [(row, len(ids[-1]) + k) for k in range(len(e.ids))]
            ids[-1] += [*e.ids, SEP]
            shapes[-1] += [*e.shapes, 0]
            marks[-1] += [*_marks(len(e.ids), seen[n]), 0]
    width = max(map(len, ids))
    flat = [[r * width + k for r, k in place] for place in places]
    return Batch(
        _padded(ids, 0),
        _padded(shapes, 0),
        _padded([[1] * len(r) for r in ids], 0),
        _padded(flat, 0),
        _padded([[1] * len(r) for r in flat], 0),
        _padded([s.tags for s in sentences], IGNORE),
        _padded([s.sources for s in sentences], IGNORE),
        _padded(marks, 0),
        *_pairs(sentences, seen, max(map(len, flat)), labels),
    )


def _marks(length: int, seen: Seen) -> list[int]:
    marks = [0] * length
    for (first, last), label in zip(seen.spans, seen.labels, strict=True):
        marks[first : last + 1] = [1 + 2 * label] + [2 + 2 * label] * (last - first)
    return marks


def _pairs(sentences: list[Example], seen: list[Seen], width: int, labels: Labels) -> tuple[Tensor, ...]:
    mentions, pairs, targets, weights, statuses, core = [], [], [], [], [], []
    for number, (one, x) in enumerate(zip(sentences, seen, strict=True)):
        base = len(mentions)
        mentions += [(number, *span) for span in x.spans]
        for i, a in enumerate(x.gold):
            for j, b in enumerate(x.gold):
                known = a >= 0 and b >= 0
                if i == j or (known and one.entities[a] == one.entities[b]):
                    continue
                if not labels.admit(x.labels[i], x.labels[j]):
                    continue
                target, weight = one.relations.get((a, b), ({0: 1.0}, 1.0)) if known else ({0: 1.0}, 1.0)
                pairs.append((base + i, base + j)), targets.append(target), weights.append(weight)
                statuses.append(one.statuses.get((a, b), IGNORE) if known else IGNORE)
                core.append(one.core if (i, j) == (0, 1) and len(x.gold) == 2 else IGNORE)
    m = np.array(mentions, dtype=np.int64).reshape(-1, 3)
    p = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    wanted = torch.zeros(len(pairs), len(labels.relations))
    for row, target in enumerate(targets):
        for relation, share in target.items():
            wanted[row, relation] = share / len(target)
    s, o = m[p[:, 0], 1:], m[p[:, 1], 1:]
    return (
        torch.from_numpy(m),
        torch.from_numpy(p),
        torch.from_numpy(regions(s, o, width)),
        torch.from_numpy(gaps(s, o)),
        *map(torch.from_numpy, grid(m[p[:, 0], 0])),
        wanted,
        torch.tensor(weights),
        torch.tensor(statuses, dtype=torch.long),
        torch.tensor(core, dtype=torch.long),
    )


def _claims(sentences: list[Example], seen: list[Seen], batch: Batch) -> dict[str, Tensor]:
    """For every stated pair: the candidates (mentions of its sentence) and which of them claims it."""
    rows, candidates, wanted = [], [], []
    of_sentence: dict[int, list[int]] = {}
    for n, (sentence, _, _) in enumerate(batch.mentions.tolist()):
        of_sentence.setdefault(sentence, []).append(n)
    for row, (i, j) in enumerate(batch.pairs.tolist()):
        number = int(batch.mentions[i, 0])
        here, x, one = of_sentence[number], seen[number], sentences[number]
        claimant = one.claimants.get((x.gold[i - here[0]], x.gold[j - here[0]]), ELSEWHERE)
        if claimant == ELSEWHERE:
            continue
        want = [float(claimant == NO_CLAIMANT), float(claimant.startswith(PHRASE))]
        want += [float(g >= 0 and one.entities[g] == claimant) for g in x.gold]
        if sum(want):
            rows.append(row), candidates.append(here), wanted.append(want)
    if not rows:
        return {}
    width = max(map(len, candidates))
    return {
        "rows": torch.tensor(rows),
        "candidates": _padded(candidates, -1),
        "wanted": torch.tensor([w + [0.0] * (width + 2 - len(w)) for w in wanted]),
    }


def _links(documents: list[list[Example]], seen: list[Seen], labels: Labels) -> dict[str, Tensor]:
    """For every nominal: the mentions before it, and which of them refer to the same thing."""
    out: dict[str, list[Any]] = {"mention": [], "candidates": [], "kinds": [], "places": [], "wanted": []}
    base = number = 0
    for document in documents:
        rows = [
            (n, label, one.entities[g] if g >= 0 else f"\x00{n}", k == 0)
            for n, one in enumerate(document)
            for k, (label, g) in enumerate(zip(seen[number + n].labels, seen[number + n].gold, strict=True))
        ]
        _link_rows(rows, base, labels, out)
        base += len(rows)
        number += len(document)
    if not out["mention"]:
        return {}
    width = max(map(len, out["candidates"]))
    return {
        "mention": torch.tensor(out["mention"]),
        "candidates": _padded(out["candidates"], -1),
        "kinds": _padded(out["kinds"], 0),
        "places": torch.tensor([p + [[0, 0, 0, 0]] * (width - len(p)) for p in out["places"]]),
        "wanted": torch.tensor([w + [0.0] * (width + 1 - len(w)) for w in out["wanted"]]),
    }


def _link_rows(rows: list[tuple[int, int, str, bool]], base: int, labels: Labels, out: dict[str, list[Any]]) -> None:
    named: dict[str, int] = {}
    counts = []
    for _, _, entity, _ in rows:
        named[entity] = named.get(entity, 0) + 1
        counts.append(named[entity])
    sentence, first = np.array([r[0] for r in rows]), np.array([int(r[3]) for r in rows])
    for n, (at, label, entity, _) in enumerate(rows):
        if label % 2 == 0:
            continue
        back = [k for k in range(n) if at - rows[k][0] <= WINDOW]
        if not back:
            continue
        two = np.array(back)
        out["mention"].append(base + n), out["candidates"].append([base + k for k in back])
        out["kinds"].append([label * (labels.unknown + 1) + rows[k][1] for k in back])
        out["places"].append(link_features(sentence, first, np.array(counts), np.full(len(two), n), two).tolist())
        same = [float(rows[k][2] == entity) for k in back]
        out["wanted"].append([float(not any(same)), *same])
