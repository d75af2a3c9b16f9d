"""The scorer against hand-made documents, and against the annotators' own script where it is at hand."""

from __future__ import annotations

import importlib.util
import json
import random
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from fabgrid.nlp.evaluation import Comparison, Report, Score, compare, normal_form, report
from fabgrid.ontology import load

GOLD = Path(__file__).parents[3] / "shared" / "gold"
SCRIPT = GOLD / "score.py"


def entity(name: str, type_: str = "Company", *aliases: str) -> dict[str, Any]:
    return {"name": name, "type": type_, "aliases": list(aliases)}


def said(subject: str, relation: str, object_: str, **more: Any) -> dict[str, Any]:
    return {"s": subject, "p": relation, "o": object_, "status": "asserted", "evidence": "E", **more}


def document(*statements: dict[str, Any], entities: list[dict[str, Any]] | None = None, **more: Any) -> dict[str, Any]:
    known = entities or [entity("TSMC"), entity("Nvidia", "Company", "NVDA"), entity("AMD")]
    return {"id": "doc", "entities": known, "statements": list(statements), **more}


def compared(wanted: dict[str, Any], found: dict[str, Any], text: str = "E") -> Comparison:
    return compare(wanted, found, load(), text=text)


@pytest.mark.parametrize(
    ("name", "same"),
    [
        ("Mara Holdings, Inc.", "Mara"),
        ("the Samsung Group", "Samsung"),
        ("Nvidia's", "NVIDIA"),
        ("H100s", "H100"),
        ("data-centre", "data centres"),
    ],
)
def test_names_have_a_normal_form(name: str, same: str) -> None:
    assert normal_form(name) == normal_form(same)


@pytest.mark.parametrize("name", ["Texas", "gas plant", "business"])
def test_normal_forms_are_stable(name: str) -> None:
    assert normal_form(normal_form(name)) == normal_form(name)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (said("TSMC", "supplies", "Nvidia"), said("TSMC", "fabricatesFor", "NVDA")),
        (said("TSMC", "supplies", "Nvidia"), said("Nvidia Corp.", "suppliedBy", "TSMC")),
        (said("AMD", "competesWith", "Nvidia"), said("Nvidia", "competesWith", "AMD")),
        (said("Nvidia", "produces", "HBM"), said("Nvidia", "fg:develops", "the HBM")),
    ],
)
def test_what_says_the_same_matches(wanted: dict[str, Any], found: dict[str, Any]) -> None:
    assert compared(document(wanted), document(found)).parts["statements"] == Score(1, 1, 1)


@pytest.mark.parametrize(
    "found",
    [
        said("Nvidia", "supplies", "TSMC"),
        said("TSMC", "acquires", "Nvidia"),
        said("AMD", "supplies", "Nvidia"),
    ],
)
def test_what_says_something_else_does_not(found: dict[str, Any]) -> None:
    assert compared(document(said("TSMC", "supplies", "Nvidia")), document(found)).parts["statements"] == Score(0, 1, 1)


def test_a_described_facility_matches_by_its_words() -> None:
    plant = entity("505MW gas plant in Ohio", "Facility"), entity("200MW data center", "Facility")
    wanted = document(said("Mara", "acquires", plant[0]["name"]), entities=[entity("Mara"), *plant])
    found = document(said("Mara", "acquires", "a 505MW gas plant"), entities=[entity("Mara")])
    assert compared(wanted, found).parts["statements"].right == 1


def test_a_name_is_found_through_the_prediction_s_own_aliases() -> None:
    found = document(
        said("the foundry", "supplies", "Nvidia"),
        entities=[entity("the foundry", "Company", "TSMC"), entity("Nvidia")],
    )
    assert compared(document(said("TSMC", "supplies", "Nvidia")), found).parts["statements"].right == 1


def test_status_claimant_and_evidence_count_apart() -> None:
    wanted = document(said("TSMC", "supplies", "Nvidia", status="planned", claimant="NVDA"))
    parts = compared(wanted, document(said("TSMC", "supplies", "Nvidia", claimant="Nvidia")), "none").parts
    assert parts["status"] == Score(0, 1, 1)
    assert parts["claimant"] == Score(1, 1, 1)
    assert parts["verbatim evidence"] == Score(0, 1, 1)


def test_observations_compare_value_and_unit_and_definitions_their_expansion() -> None:
    numbers = [{"s": "Nvidia", "metric": "revenue", "value": 1.5e9, "unit": "USD"}]
    terms = [{"term": "HBM", "expansion": "High Bandwidth Memory"}, {"term": "EUV", "gloss": "light"}]
    wanted = document(observations=numbers, definitions=terms)
    found = document(
        observations=[{"subject": "NVDA", "metric": "price", "value": 1500000000, "unit": "$"}],
        definitions=[{"term": "HBM", "expansion": "high-bandwidth memory"}],
    )
    parts = compared(wanted, found).parts
    assert parts["observations"] == Score(1, 1, 1)
    assert parts["definitions"] == Score(1, 1, 1)


def test_errors_come_with_their_sentences() -> None:
    wanted = document(said("TSMC", "supplies", "Nvidia", evidence="TSMC supplies\nNvidia."))
    found = document(said("TSMC", "acquires", "Intel", evidence={"text": "TSMC bought Intel."}))
    assert compared(wanted, found).errors == (
        "wrong in doc: TSMC acquires ?intel\n  “TSMC bought Intel.”",
        "missed in doc: TSMC supplies Nvidia\n  “TSMC supplies Nvidia.”",
    )


def test_scores_by_relation_and_status() -> None:
    wanted = document(said("TSMC", "supplies", "Nvidia"), said("AMD", "acquires", "TSMC", status="denied"))
    found = document(said("TSMC", "supplies", "Nvidia"), said("AMD", "acquires", "TSMC"))
    both = compared(wanted, found)
    assert both.relations == {"acquires": Score(1, 1, 1), "supplies": Score(1, 1, 1)}
    assert both.statuses == {"asserted": Score(1, 2, 1), "denied": Score(0, 0, 1)}


def judged(*pairs: tuple[float, bool]) -> Report:
    return report([Comparison({}, {}, {}, judged=pairs)])


def test_calibration_error_is_the_mean_gap_of_ten_bins() -> None:
    assert judged().calibration_error == 0
    assert judged((1.0, True), (0.0, False)).calibration_error == 0
    assert judged((0.75, True), (0.75, False)).calibration_error == pytest.approx(0.25)
    # A bin of two that is sure by 0.1 too much, and one of two that is unsure by 0.4 too much.
    assert judged((0.6, True), (0.6, False), (0.55, True), (0.65, True)).calibration_error == pytest.approx(
        0.25 * abs(0.55 - 1) + 0.75 * abs((0.6 + 0.6 + 0.65) / 3 - 2 / 3)
    )


def test_reports_add_up() -> None:
    one = compared(document(said("TSMC", "supplies", "Nvidia")), document())
    two = compared(document(said("TSMC", "supplies", "Nvidia")), document(said("TSMC", "supplies", "Nvidia")))
    total = report([one, two])
    assert total.documents == 2
    assert total.parts["statements"] == Score(1, 1, 2)
    assert total.parts["statements"].f1 == pytest.approx(2 / 3)
    assert len(total.errors) == 1


# ---------------------------------------------------------------- the annotators' own script


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("gold_score", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def disturbed(gold: dict[str, Any], seed: int) -> dict[str, Any]:
    """A prediction: the annotation with names, types, relations and statuses changed here and there."""
    rng = random.Random(seed)
    found = json.loads(json.dumps(gold))
    for one in found["entities"]:
        if rng.random() < 0.3:
            one["type"] = rng.choice(["Company", "Product", "Facility"])
        if rng.random() < 0.3 and one["aliases"]:
            one["name"], one["aliases"] = one["aliases"][0], [one["name"]]
    names = [e["name"] for e in found["entities"]]
    kept = [x for x in found["statements"] if rng.random() < 0.8]
    for x in kept:
        x["s"] = x["s"] + rng.choice(["", "", " Inc.", "'s", " plant"])
        x["o"] = rng.choice(names) if rng.random() < 0.2 else x["o"]
        x["p"] = rng.choice(["leads", "owns", "suppliedBy", "competesWith"]) if rng.random() < 0.2 else x["p"]
        x["status"] = "asserted"
        x["evidence"] = {"text": str(x["evidence"])[: rng.choice([10, 500])]}
    return {**found, "statements": kept, "observations": found.get("observations", [])[::2]}


@pytest.mark.skipif(not SCRIPT.is_file(), reason="the annotated articles are not beside this checkout")
@pytest.mark.parametrize("seed", range(3))
def test_results_equal_those_of_the_annotators_script(seed: int) -> None:
    theirs, ontology, mine, scored = script(), load(), [], []
    for file in sorted(GOLD.glob("*.gold.json")):
        gold = json.loads(file.read_text(encoding="utf-8"))
        found = disturbed(gold, seed)
        text = file.with_name(file.name.replace(".gold.json", ".md")).read_text(encoding="utf-8")
        mine.append(compare(gold, found, ontology, text=text))
        scored.append(theirs.score_one(gold, {**found, "_text": text})[0])
    own, wanted = report(mine), theirs.total(scored)
    same = {"entity names": "entity_names", "verbatim evidence": "evidence_verbatim"}
    for name, score in own.parts.items():
        other = wanted[same.get(name, name)]
        assert (score.right, score.found, score.wanted) == (other["tp"], other["pred"], other["gold"]), name
        assert score.f1 == pytest.approx(other["f1"], abs=1e-4)
    relations = {name: (r["tp"], r["pred"], r["gold"]) for name, r in wanted["by_relation"].items()}
    assert {name: (s.right, s.found, s.wanted) for name, s in own.relations.items()} == relations
