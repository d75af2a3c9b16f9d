"""Score a model, as it ships, on annotated articles, on CORE, and for speed.

    python training/evaluate.py GOLD_DIR [--model DIR] [--calibrate FILE]   end to end, by GOLD_DIR/score.py
    python training/evaluate.py --core core.jsonl                           CORE's test split, pairs given

The articles are put together here by the plainest rules (equal names, short forms, initials, links
of the model): what the model is worth by itself.  The product's own linking is better;
`fabgrid evaluate` scores that.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import re
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import convert
import numpy as np
from data import CORE_RELATIONS, HERE, Example, Labels, core_example, read_core, read_settings

from fabgrid.nlp.joint import JointMention, JointModel, JointReading
from fabgrid.nlp.pairs import gaps, grid, regions
from fabgrid.nlp.wordpiece import WordPiece

THRESHOLDS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


# --- from readings to articles --------------------------------------------------------------------


@dataclass
class Entities:
    """The entities of an article: one for the names that mean the same, with the type most of them have."""

    key: dict[str, str]
    names: dict[str, Counter[str]]
    types: dict[str, Counter[str]]

    def listed(self) -> list[dict[str, Any]]:
        out = []
        for key, names in self.names.items():
            main = convert.DEMONYM.get(key, max(names, key=lambda n: (len(n), n)))
            out.append(
                {
                    "name": main,
                    "type": self.types[key].most_common(1)[0][0],
                    "aliases": sorted(set(names) - {main}),
                }
            )
        return out

    def name(self, key: str) -> str:
        return convert.DEMONYM.get(key, max(self.names[key], key=lambda n: (len(n), n)))


def plain(name: str) -> str:
    name = re.sub(r"['’]s$", "", name.strip()).casefold()
    return (
        re.sub(r"\b(inc|corp|corporation|co|ltd|llc|plc|company|holdings?|group)\b\.?", "", name).strip(" .,") or name
    )


def initials(name: str) -> str:
    return "".join(w[0] for w in re.split(r"[\s-]+", name) if w[:1].isupper()).casefold()


def entities(texts: list[str], mentions: list[JointMention]) -> Entities:
    found = Entities({}, defaultdict(Counter), defaultdict(Counter))
    for text, m in sorted(zip(texts, mentions, strict=True), key=lambda x: -len(x[0])):
        if m.kind != "name":
            continue
        if text not in found.key:
            known = convert.DEMONYM.get(text) if m.type == "Place" else None
            found.key[text] = next((k for k in found.names if same(k, known or text, m.type, found)), known or text)
        key = found.key[text]
        found.names[key][text] += 1
        found.types[key][m.type] += m.score  # type: ignore[assignment]
    return found


def same(long: str, short: str, kind: str, found: Entities) -> bool:
    a, b = plain(long), plain(short)
    if a == b:
        return True
    if kind not in found.types[long]:
        return False
    if kind == "Person":
        return a.endswith(" " + b) or a.startswith(b + " ")
    if kind in ("Company", "Organization", "GridOperator"):
        return a.startswith(b + " ") or (len(b) > 1 and initials(long) == b.replace(".", ""))
    return False


def resolved(reading: JointReading, texts: list[str], found: Entities) -> list[str | None]:
    """Return for each mention its entity; a nominal's is that of its antecedent."""
    back = {link.mention: link.antecedent for link in reading.links}
    out: list[str | None] = []
    for n in range(len(reading.mentions)):
        at: int | None = n
        while at is not None and reading.mentions[at].kind == "nominal":
            at = back.get(at)
        out.append(None if at is None else found.key.get(texts[at]))
    return out


def assemble(sentences: list[str], reading: JointReading, symmetric: set[str]) -> dict[str, Any]:
    """Return an article in the shape of the gold files, every statement with its probability."""
    texts = [sentences[m.sentence][m.start : m.end] for m in reading.mentions]
    found = entities(texts, list(reading.mentions))
    key = resolved(reading, texts, found)
    best: dict[tuple[str, str, str], dict[str, Any]] = {}
    for p in reading.pairs:
        s, o = key[p.subject], key[p.object]
        if s is None or o is None or s == o:
            continue
        if p.relation in symmetric and s > o:
            s, o = o, s
        old = best.get((s, p.relation, o))
        if old and old["confidence"] >= p.probability:
            continue
        number = reading.mentions[p.subject].sentence
        best[s, p.relation, o] = {
            "s": found.name(s),
            "p": p.relation,
            "o": found.name(o),
            "status": p.status,
            "confidence": p.probability,
            "evidence": sentences[number],
            "claimant": claimant(p, reading, key, found, sentences, number),
        }
    return {"entities": found.listed(), "statements": list(best.values())}


def claimant(
    p: Any, reading: JointReading, key: list[str | None], found: Entities, sentences: list[str], number: int
) -> str | None:
    if p.claimant is not None:
        who = key[p.claimant]
        return found.name(who) if who else None
    if p.phrase:
        return next((sentences[x.sentence][x.start : x.end] for x in reading.phrases if x.sentence == number), None)
    return None


# --- scoring --------------------------------------------------------------------------------------


def scorer(gold: Path) -> Any:
    spec = importlib.util.spec_from_file_location("score", gold / "score.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def predictions(model: JointModel, gold: Path, symmetric: set[str]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    out = []
    for path in sorted(gold.glob("*.ann")):
        article, _ = convert.parse(path)
        sentences = [article["text"][s["start"] : s["end"]] for s in article["sentences"]]
        truth = json.loads(path.with_name(f"{path.stem}.gold.json").read_text(encoding="utf-8"))
        out.append((truth, assemble(sentences, model.predict(sentences), symmetric)))
    return out


def confident(article: dict[str, Any], threshold: float) -> dict[str, Any]:
    return article | {"statements": [s for s in article["statements"] if s["confidence"] >= threshold]}


def outcomes(score: Any, pairs: list[tuple[dict[str, Any], dict[str, Any]]]) -> tuple[np.ndarray, np.ndarray]:
    """Return the confidence of every predicted statement, and whether the gold has it."""
    chance, right = [], []
    for gold, pred in pairs:
        resolve = score.resolver(gold, pred)
        truth = {score.triple(x, resolve) for x in gold["statements"]}
        best: dict[Any, float] = {}
        for x in pred["statements"]:
            k = score.triple(x, resolve)
            best[k] = max(best.get(k, 0.0), x["confidence"])
        chance += best.values()
        right += [k in truth for k in best]
    return np.array(chance), np.array(right, dtype=float)


def calibration_error(chance: np.ndarray, right: np.ndarray, bins: int = 10) -> float:
    which = np.minimum((chance * bins).astype(int), bins - 1)
    return float(
        sum(abs(chance[which == b].mean() - right[which == b].mean()) * (which == b).mean() for b in set(which))
    )


def report(score: Any, pairs: list[tuple[dict[str, Any], dict[str, Any]]]) -> None:
    for threshold in THRESHOLDS:
        r = score.total([score.score_one(g, confident(p, threshold))[0] for g, p in pairs])
        s, e = r["statements"], r["entities"]
        print(
            f"  >= {threshold:.1f}  statements P {s['p']:.3f} R {s['r']:.3f} F1 {s['f1']:.3f}   "
            f"entities {e['f1']:.3f} (names {r['entity_names']['f1']:.3f})   "
            f"status {r['status']['p']:.3f}   claimant {r['claimant']['f1']:.3f}"
        )
    chance, right = outcomes(score, pairs)
    kept = chance >= 0.2
    print(
        f"  expected calibration error {calibration_error(chance, right):.3f}; of those >= 0.2 "
        f"{calibration_error(chance[kept], right[kept]):.3f}"
    )


def fit(chance: np.ndarray, right: np.ndarray, knots: int = 7) -> list[list[float]]:
    """Return a rising line of few knots from a raw probability to the share of statements that are right."""
    order = np.argsort(chance, kind="stable")
    groups = np.array_split(order, knots)
    x, y, w = ([float(f(g)) for g in groups] for f in (lambda g: chance[g].mean(), lambda g: right[g].mean(), len))
    while any(a > b for a, b in pairwise(y)):  # pool neighbours that fall
        n = next(k for k in range(len(y) - 1) if y[k] > y[k + 1])
        weight = w[n] + w[n + 1]
        x[n], y[n] = ((v[n] * w[n] + v[n + 1] * w[n + 1]) / weight for v in (x, y))
        w[n] = weight
        del x[n + 1], y[n + 1], w[n + 1]
    return [
        [0.0, *(round(v, 4) for v in x), 1.0],
        [0.0, *(round(v, 4) for v in y), round(max(y[-1], 0.97), 4)],
    ]


def best_threshold(score: Any, pairs: list[Any], precision: float = 0.75) -> float:
    """Return the threshold with the best F1 among those whose precision is high enough."""
    found = []
    for threshold in np.arange(0.2, 0.95, 0.02):
        s = score.total([score.score_one(g, confident(p, threshold))[0] for g, p in pairs])["statements"]
        found.append((s["p"] >= precision, s["f1"], float(threshold)))
    return round(max(found)[2], 2)


def calibrate(model: JointModel, score: Any, gold: Path, symmetric: set[str], path: Path) -> None:
    model.settings |= {"temperature": 1.0, "calibration": [[0.0, 1.0], [0.0, 1.0]]}
    chance, right = outcomes(score, predictions(model, gold, symmetric))
    model.settings["calibration"] = fit(chance, right)
    pairs = predictions(model, gold, symmetric)
    found = {k: model.settings[k] for k in ("temperature", "calibration")} | {"threshold": best_threshold(score, pairs)}
    path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(f"wrote {path}: {found}")


# --- CORE -----------------------------------------------------------------------------------------


def core_logits(model: JointModel, one: Example) -> np.ndarray:
    """Return the logits of CORE's relations for the two mentions of an example, whose types are hidden."""
    start, stop, unknown = model.pieces.start, model.pieces.stop, 2 * len(model.types)
    ids, shapes = np.array([[start, *one.encoded.ids, stop]]), np.array([[0, *one.encoded.shapes, 0]])
    mask, marks = np.ones_like(ids), np.zeros_like(ids)
    for first, last in one.spans:
        marks[0, first + 1 : last + 2] = 2 + 2 * unknown
        marks[0, first + 1] = 1 + 2 * unknown
    hidden, _ = model.encoder.run(None, {"ids": ids, "shapes": shapes, "mask": mask})
    places, table = np.arange(1, ids.shape[1] - 1)[None], np.array([(0, *span) for span in one.spans])
    s, o = table[:1, 1:], table[1:, 1:]
    inputs = {
        "hidden": hidden,
        "mask": mask,
        "marks": marks,
        "places": places,
        "present": np.ones_like(places),
    }
    inputs |= {"mentions": table, "pairs": np.array([[0, 1]]), "gaps": gaps(s, o)}
    inputs["grid"], inputs["cells"] = grid(np.zeros(1, np.int64))
    return model.facts.run(["core"], inputs | {"regions": regions(s, o, places.shape[1])})[0][0]


def core_report(model: JointModel, path: Path, labels: Labels, pieces: WordPiece) -> None:
    """Micro-F1 over the eleven positive relations, the direction counted, with given pairs."""
    gold, said = [], []
    for row in read_core(path, "test"):
        one = core_example(row, pieces, labels)
        name = row["relation"]
        if one is None:
            turned = row["tail"]["start"] < row["head"]["start"]
            way = "" if name in CORE_RELATIONS else "<" if turned else ">"
            gold.append(CORE_RELATIONS.index(name + way)), said.append(0)
            continue
        gold.append(one.core), said.append(int(core_logits(model, one).argmax()))
    g, p = np.array(gold), np.array(said)
    hit, claimed, there = int(((g == p) & (g > 0)).sum()), int((p > 0).sum()), int((g > 0).sum())
    precision, recall = hit / claimed, hit / there
    f1 = {}
    for relation in dict.fromkeys(re.sub("[<>]$", "", r) for r in CORE_RELATIONS):
        mine = [n for n, r in enumerate(CORE_RELATIONS) if re.sub("[<>]$", "", r) == relation]
        tp = int(((g == p) & np.isin(g, mine)).sum())
        f1[relation] = 2 * tp / max(1, int(np.isin(g, mine).sum()) + int(np.isin(p, mine).sum()))
    print(
        f"CORE test, {len(g)} pairs: accuracy {float((g == p).mean()):.3f}, micro-F1 of 11 relations "
        f"{2 * precision * recall / (precision + recall):.3f} (P {precision:.3f} R {recall:.3f}), "
        f"macro-F1 of 12 {np.mean(list(f1.values())):.3f}"
    )
    print("  " + ", ".join(f"{k} {v:.2f}" for k, v in f1.items()))


def speed(model: JointModel, gold: Path) -> None:
    texts = [
        [a["text"][s["start"] : s["end"]] for s in a["sentences"]]
        for a, _ in (convert.parse(p) for p in sorted(gold.glob("*.ann")))
    ]
    model.predict(texts[0])
    wall, cpu = time.perf_counter(), time.process_time()
    for sentences in texts:
        model.predict(sentences)
    count = sum(map(len, texts))
    words = sum(len(s.split()) for t in texts for s in t)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    print(
        f"speed: {1000 * cpu / count:.1f} ms CPU a sentence ({1000 * wall / count:.1f} ms wall), "
        f"{words / cpu:.0f} words per CPU second"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path, nargs="?")
    parser.add_argument("--model", type=Path)
    parser.add_argument("--settings", type=Path, default=HERE / "settings.toml")
    parser.add_argument("--core", type=Path)
    parser.add_argument("--calibrate", type=Path, metavar="FILE")
    a = parser.parse_args()
    labels = Labels(read_settings(a.settings))
    model = JointModel.load(a.model)
    if a.core:
        vocabulary = HERE.parent / "src/fabgrid/nlp/model/vocab.txt"
        core_report(model, a.core, labels, WordPiece.load(vocabulary))
    if a.gold:
        score = scorer(a.gold)
        if a.calibrate:
            calibrate(model, score, a.gold, labels.symmetric, a.calibrate)
        report(score, predictions(model, a.gold, labels.symmetric))
        speed(model, a.gold)


if __name__ == "__main__":
    main()
