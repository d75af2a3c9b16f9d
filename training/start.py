"""What a model has learnt, kept to train on from: in half precision, without the word vectors, which are MiniLM's.

python training/start.py run/model.pt [--out training/start.pt]
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from data import HERE, Labels
from network import Joint
from torch import Tensor

FILE = HERE / "start.pt"
GIVEN = "encoder.word.weight"  # frozen, and half of the model
BY_RELATION = ("facts.relation.weight", "facts.relation.bias")  # a row for each relation type


def write(source: Path, target: Path) -> None:
    """Write what is to be kept of a run's model.pt."""
    saved = torch.load(source, weights_only=True)
    kept = {name: value.half() for name, value in saved["model"].items() if name != GIVEN}
    torch.save({"model": kept, "labels": saved["labels"]}, target)


def adopt(model: Joint, labels: Labels, source: Path) -> None:
    """Put what was learnt into a new model, whose relation types may be others: one that is new starts untaught.

    Exits where the entity types or statuses are not those of `source`: then only training from nothing is left.
    """
    saved = torch.load(source, weights_only=True)
    known = Labels(saved["labels"])
    if (known.types, known.statuses) != (labels.types, labels.statuses):
        raise SystemExit(f"{source}: made for other entity types or statuses; train from nothing: make model START=")
    state = {name: value.float() for name, value in saved["model"].items() if name != GIVEN}
    own = model.state_dict()
    for name in BY_RELATION:
        state[name] = _rows(own[name], state[name], labels.relations, known.relations)
    model.load_state_dict(own | state)


def _rows(own: Tensor, learnt: Tensor, names: list[str], known: list[str]) -> Tensor:
    """Return the learnt rows of the relation types that are known, and the model's own of the others."""
    return torch.stack([learnt[known.index(n)] if n in known else own[row] for row, n in enumerate(names)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("--out", type=Path, default=FILE)
    a = parser.parse_args()
    write(a.model, a.out)
    print(f"{a.out}: {a.out.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
