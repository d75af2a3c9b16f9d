from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest


def test_without_a_query_the_names_are_listed(run) -> None:
    text = run("query").stdout
    assert "suppliers" in text
    assert "Who supplies a company" in text


def test_a_named_query_answers_as_a_table(run, store: Path) -> None:
    result = run("query", "suppliers", "--bind", "company=NVDA", "--store", store)
    assert [line.split()[0] for line in result.stdout.splitlines() if "Nvidia" in line] == [
        "Samsung",
        "Samsung",
        "TSMC",
    ]
    assert result.stderr == "3 rows\n"


def test_sparql_needs_no_prefixes(run, store: Path) -> None:
    sparql = "SELECT ?s { ?s fg:supplies entity:nvidia } ORDER BY ?s"
    result = run("query", sparql, "--store", store, "--format", "csv")
    names = [row["s"].rsplit("/", 1)[-1] for row in csv.DictReader(io.StringIO(result.stdout))]
    assert names == ["samsung", "tsmc"]


def test_a_query_may_come_from_a_file(run, store: Path, tmp_path: Path) -> None:
    file = tmp_path / "own.rq"
    file.write_text("# Mine.\n# bind: who\nSELECT ?who ?what { ?who fg:acquires ?what }")
    result = run("query", file, "--bind", "who=Mara", "--store", store, "--format", "json")
    bindings = json.loads(result.stdout)["results"]["bindings"]
    assert [b["what"]["value"].rsplit("/", 1)[-1] for b in bindings] == ["505mw-gas-plant-in-ohio"]


def test_variables_of_a_query_can_be_bound(run, store: Path) -> None:
    sparql = "SELECT ?o { ?s fg:acquires ?o }"
    result = run("query", sparql, "--bind", "?s=Mara", "--store", store, "--format", "tsv")
    assert len(result.stdout.splitlines()) == 2


def test_construct_answers_in_turtle(run, store: Path) -> None:
    sparql = "CONSTRUCT { ?s fg:supplies ?o } WHERE { ?s fg:supplies ?o }"
    assert "fg:supplies" in run("query", sparql, "--store", store, "--format", "ttl").stdout


def test_select_cannot_answer_in_turtle(run, store: Path) -> None:
    result = run("query", "SELECT * { ?s ?p ?o } LIMIT 1", "--store", store, "--format", "ttl", code=1)
    assert "only CONSTRUCT and DESCRIBE give Turtle" in result.stderr


def test_ask_answers(run, store: Path) -> None:
    result = run("query", "ASK { entity:tsmc fg:supplies entity:nvidia }", "--store", store, "--format", "json")
    assert json.loads(result.stdout)["boolean"] is True


@pytest.mark.parametrize("pair", ["company", "=TSMC", "company=", ""])
def test_a_binding_must_be_a_pair(run, store: Path, pair: str) -> None:
    error = run("query", "suppliers", "--bind", pair, "--store", store, code=2).stderr
    assert "is not NAME=VALUE" in error
    assert "--bind company=TSMC" in error


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["suppliers"], 'hint: --bind company="…"'),
        (["suppliers", "--bind", "customer=Nvidia"], "has no parameter customer"),
        (["suppliers", "--bind", "company=Nvidja"], "did you mean Nvidia"),
        (["supplier"], "hint: there are: suppliers"),
        (["missing.rq"], "there is no file missing.rq"),
        (["SELECT ?s { ?s fg:supplies }"], "line 1, column"),
        (["SELECT ?s { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }"], "SERVICE"),
        (["DROP ALL"], "query:"),
    ],
)
def test_a_wrong_query_is_refused_with_a_hint(run, store: Path, words: list[str], says: str) -> None:
    assert says in run("query", *words, "--store", store, code=1).stderr


def test_show_prints_names_facts_numbers_and_their_sentences(run, store: Path) -> None:
    text = run("show", "nvda", "--store", store).stdout
    assert text.startswith("Nvidia (Company) https://w3id.org/fabgrid/entity/nvidia\n  also NVDA, Nvidia Corp.\n")
    assert "Samsung supplies Nvidia  [denied" in text
    assert "“Samsung does not supply Nvidia with HBM (High Bandwidth Memory).”" in text
    assert "Example Weekly, 2025-03-01, https://example.org/chips" in text
    assert "Nvidia revenue: $130.5 billion (fiscal 2025)" in text


@pytest.mark.parametrize(
    "command", [["show", "Nobody"], ["path", "TSMC", "Nobody"], ["why", "Nobody", "supplies", "TSMC"]]
)
def test_an_unknown_entity_is_an_error(run, store: Path, command: list[str]) -> None:
    assert "no entity is named 'Nobody'" in run(*command, "--store", store, code=1).stderr


@pytest.mark.parametrize(
    "words",
    [
        ["TSMC", "supplies", "Nvidia"],
        ["nvidia", "suppliedBy", "TSMC"],
        ["nvidia", "fg:suppliedBy", "TSMC"],
        ["TSMC", "fabricates for", "NVDA"],
        ["entity:tsmc", "supplies"],
    ],
)
def test_why_finds_the_sentence_in_either_direction(run, store: Path, words: list[str]) -> None:
    text = run("why", *words, "--store", store).stdout
    assert "TSMC fabricates for Nvidia  [asserted, says TSMC, confidence 0.90]" in text
    assert "“TSMC makes chips for Nvidia, its chief executive said.”" in text


def test_why_of_a_symmetric_relation_needs_no_order(run, store: Path) -> None:
    for words in (
        ["AMD", "competesWith", "Nvidia"],
        ["Nvidia", "competesWith", "AMD"],
        ["Nvidia", "competesWith"],
    ):
        assert "AMD competes with Nvidia" in run("why", *words, "--store", store).stdout


def test_why_tells_how_many_more_there_are(run, store: Path) -> None:
    result = run("why", "Mara", "acquires", "--limit", "1", "--store", store)
    assert result.stdout.count("“") == 1
    assert "1 more: --limit 2" in result.stderr


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["TSMC", "acquires", "Nvidia"], "no article says: TSMC acquires Nvidia; `fabgrid show 'TSMC'`"),
        (["TSMC", "suplies", "Nvidia"], "there is no relation type 'suplies'; did you mean supplies"),
        (["TSMC", "zzz", "Nvidia"], "`fabgrid ontology` lists them"),
    ],
)
def test_why_says_why_not(run, store: Path, words: list[str], says: str) -> None:
    error = run("why", *words, "--store", store, code=1).stderr
    assert says in error
    assert error.count("\n") == 1


def test_a_path_has_a_sentence_for_every_step(run, store: Path) -> None:
    text = run("path", "TSMC", "Jensen Huang", "--store", store).stdout
    assert text.startswith("TSMC - Nvidia - Jensen Huang\n")
    assert text.count("“") == 2


def test_no_path_is_an_error(run, store: Path) -> None:
    assert (
        "no path of asserted facts leads from TSMC to Texas"
        in run("path", "TSMC", "Texas", "--store", store, code=1).stderr
    )


def test_stats_count_and_rank(run, store: Path) -> None:
    rows = [line.split() for line in run("stats", "--top", "2", "--store", store).stdout.splitlines() if line.strip()]
    assert ["articles", "2"] in rows
    assert ["statements", "10"] in rows
    assert ["planned", "1"] in rows
    assert ["Nvidia", "Company", "4"] in rows
    assert len([r for r in rows if r[-2:-1] in (["Company"], ["Facility"], ["Place"])]) == 2
