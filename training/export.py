"""Turn a trained model into what ships: two int8 ONNX graphs and a settings file.

python training/export.py run/model.pt [--out src/fabgrid/nlp/model]
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import warnings
from pathlib import Path
from typing import Any

import onnx
import torch
from data import CORE_RELATIONS, HERE, Labels
from network import Joint
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn

from fabgrid.nlp.pairs import LINK_FEATURES

MODEL = HERE.parent / "src/fabgrid/nlp/model"
LONGEST = 320  # positions kept
FACT_INPUTS = ["hidden", "mask", "marks", "places", "present", "mentions", "pairs", "regions", "gaps", "grid", "cells"]
FACT_OUTPUTS = ["relation", "status", "claim", "core", "claimant", "back", "antecedent", "source"]


def load(path: Path) -> tuple[Joint, Labels, dict[str, Any]]:
    saved = torch.load(path, weights_only=True)
    labels = Labels(saved["labels"])
    model = Joint(labels.tags, labels.marks, len(labels.relations), len(labels.statuses), len(CORE_RELATIONS))
    model.load_state_dict(saved["model"])
    return model.eval(), labels, saved["settings"]


def export(model: Joint, folder: Path) -> None:
    """Write both graphs, quantised by channel."""
    kept = model.encoder.position.weight.data[:LONGEST]
    model.encoder.position = nn.Embedding.from_pretrained(kept)
    ids = torch.randint(200, 2000, (2, 24))
    chunk = {0: "chunks", 1: "pieces"}
    _write(
        model.encoder,
        (ids, ids % 9, torch.ones_like(ids)),
        folder / "encoder.onnx",
        ["ids", "shapes", "mask"],
        ["hidden", "tags"],
        dict.fromkeys(("ids", "shapes", "mask", "hidden", "tags"), chunk),
    )
    places = torch.arange(20).reshape(4, 5)
    example = (
        torch.randn(2, 24, 384),
        torch.ones(2, 24, dtype=torch.long),
        torch.ones(2, 24, dtype=torch.long),
        places,
        torch.ones_like(places),
        torch.tensor([[0, 0, 1], [0, 3, 4], [1, 2, 3]]),
        torch.tensor([[0, 1], [1, 0]]),
        torch.ones(2, 5, dtype=torch.long),
        torch.tensor([1, 2]),
        torch.tensor([[0, 1]]),
        torch.tensor([0, 1]),
    )
    sentence, pair, mention = {0: "sentences", 1: "width"}, {0: "pairs"}, {0: "mentions"}
    axes = {
        "hidden": chunk,
        "mask": chunk,
        "marks": chunk,
        "places": sentence,
        "present": sentence,
        "mentions": mention,
        "pairs": pair,
        "regions": {0: "pairs", 1: "width"},
        "gaps": pair,
        "grid": {0: "rows", 1: "company"},
        "cells": pair,
        "source": sentence,
    }
    axes |= dict.fromkeys(("relation", "status", "claim", "core"), pair)
    axes |= dict.fromkeys(("claimant", "back", "antecedent"), mention)
    _write(model.facts, example, folder / "facts.onnx", FACT_INPUTS, FACT_OUTPUTS, axes)


def _write(
    module: nn.Module,
    example: tuple[Tensor, ...],
    path: Path,
    inputs: list[str],
    outputs: list[str],
    axes: dict[str, Any],
) -> None:
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        full = Path(folder) / "full.onnx"
        torch.onnx.export(
            module,
            example,
            str(full),
            input_names=inputs,
            output_names=outputs,
            dynamic_axes=axes,
            opset_version=17,
            dynamo=False,
        )
        quantize_dynamic(full, path, per_channel=True, weight_type=QuantType.QInt8)
    graph = onnx.load(path)
    graph.doc_string = graph.producer_version = ""
    onnx.save(graph, path)


def runtime_settings(model: Joint, labels: Labels, settings: dict[str, Any]) -> dict[str, Any]:
    links = {name: table.weight[:, 0].tolist() for name, table in zip(LINK_FEATURES, model.links.places, strict=True)}
    links["kinds"] = model.links.kinds.weight[:, 0].tolist()
    return {
        "types": labels.types,
        "relations": labels.relations,
        "statuses": labels.statuses,
        "core": CORE_RELATIONS,
        "pieces": settings["runtime"]["pieces"],
        "links": {name: [round(x, 4) for x in weights] for name, weights in links.items()},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("--out", type=Path, default=MODEL)
    a = parser.parse_args()
    model, labels, settings = load(a.model)
    a.out.mkdir(parents=True, exist_ok=True)
    found = runtime_settings(model, labels, settings)
    export(model, a.out)
    (a.out / "settings.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    if not (a.out / "vocab.txt").exists():
        shutil.copy(MODEL / "vocab.txt", a.out)
    for file in sorted(a.out.iterdir()):
        print(f"{file.name:16} {file.stat().st_size / 1e6:6.2f} MB")


if __name__ == "__main__":
    main()
