"""Training on from what was learnt, with the same relation types or others."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="torch is needed to train, and stays out of .venv (see make model)")
TRAINING = str(Path(__file__).parents[2] / "training")


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch) -> tuple[Any, Any, Any]:
    monkeypatch.syspath_prepend(TRAINING)
    for name in ("data", "network", "start"):
        sys.modules.pop(name, None)
    import data
    import network
    import start

    return data, network, start


def model_of(data: Any, network: Any, labels: Any) -> Any:
    sizes = (labels.tags, labels.marks, len(labels.relations), len(labels.statuses), len(data.CORE_RELATIONS))
    return network.Joint(*sizes)


def test_a_new_relation_type_joins_those_that_were_learnt(parts: tuple[Any, Any, Any], tmp_path: Path) -> None:
    data, network, start = parts
    known = data.Labels.of_ontology()
    learnt = model_of(data, network, known)
    torch.save({"model": learnt.state_dict(), "labels": known.names}, tmp_path / "model.pt")
    start.write(tmp_path / "model.pt", tmp_path / "start.pt")

    labels = data.Labels({**known.names, "relations": ["insures", *known.names["relations"]]})
    fresh = model_of(data, network, labels)
    untaught = fresh.facts.relation.bias[1].item()
    start.adopt(fresh, labels, tmp_path / "start.pt")
    rows = fresh.facts.relation.weight
    assert torch.allclose(rows[2:], learnt.facts.relation.weight[1:], atol=1e-3)
    assert torch.allclose(rows[0], learnt.facts.relation.weight[0], atol=1e-3)
    assert fresh.facts.relation.bias[1].item() == untaught
    assert torch.allclose(fresh.encoder.tag.weight, learnt.encoder.tag.weight, atol=1e-3)


def test_other_entity_types_are_refused_with_the_remedy(parts: tuple[Any, Any, Any], tmp_path: Path) -> None:
    data, network, start = parts
    known = data.Labels.of_ontology()
    torch.save({"model": {}, "labels": {**known.names, "types": ["Ship"]}}, tmp_path / "model.pt")
    with pytest.raises(SystemExit, match="make model START="):
        start.adopt(model_of(data, network, known), known, tmp_path / "model.pt")
