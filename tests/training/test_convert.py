"""The checker and converter of annotated articles, training/convert.py."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "training" / "convert.py"

Parse = Callable[..., tuple[dict[str, Any], list[str]]]

ARTICLE = """\
# title: Mara buys a "plant"
# date: 2026-05-04
# style: newsletter

S: {Mara Holdings|C} acquired a {505MW gas plant|F} in {Ohio|L} for $1.5B.
R: Mara Holdings | acquires | 505MW gas plant | asserted | - | $1.5B
O: Mara Holdings | price | 1.5e9 | USD | - | asserted | -
S: {The company|=Mara Holdings} runs on {HBM|T} (High Bandwidth Memory), {Fred Thiel|P} said.
R: Mara Holdings | uses | HBM | reported | Fred Thiel | -
D: HBM | High Bandwidth Memory

H: What {Mara|C=Mara Holdings} plans
S: A second plant follows.
G: plant | what makes power
"""


@pytest.fixture(scope="module")
def convert() -> ModuleType:
    spec = importlib.util.spec_from_file_location("training_convert", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclass looks for it there
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def parse(convert: ModuleType, tmp_path: Path) -> Parse:
    """Parse lines as the article `a`; problems are given without the path before them."""

    def parsed(*lines: str) -> tuple[dict[str, Any], list[str]]:
        path = tmp_path / "a.ann"
        path.write_text("\n".join(lines), encoding="utf-8")
        article, problems = convert.parse(path)
        assert all(p.startswith(f"{path}:") for p in problems)
        return article, [p.removeprefix(f"{path}:") for p in problems]

    return parsed


@pytest.fixture
def article_file(tmp_path: Path) -> Path:
    path = tmp_path / "mara.ann"
    path.write_text(ARTICLE, encoding="utf-8")
    return path


def named(article: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    return [(m["text"], m["entity"], m["type"], m["kind"]) for m in article["mentions"]]


# --- text and mentions ----------------------------------------------------------------------------


def test_sentences_make_a_text_of_paragraphs(parse: Parse) -> None:
    article, problems = parse("S: One.", "S: Two.", "", "S: Three.", "H: Head", "S: Four.")
    assert article["text"] == "One. Two.\n\nThree.\n\nHead\n\nFour."
    assert problems == []


def test_sentences_know_where_they_stand(parse: Parse) -> None:
    article, _ = parse("S: One.", "H: {Ohio|L} next", "S: Two.")
    spans = [(article["text"][s["start"] : s["end"]], s["heading"]) for s in article["sentences"]]
    assert spans == [("One.", False), ("Ohio next", True), ("Two.", False)]


def test_headers_are_kept_and_other_comments_are_not(parse: Parse) -> None:
    article, problems = parse("# title: A: b", "# source: invented", "# todo: more", "S: One.")
    assert (article["id"], article["title"], article["source"], article["date"]) == ("a", "A: b", "invented", None)
    assert "todo" not in article
    assert problems == []


def test_mentions_have_the_offsets_of_the_plain_text(parse: Parse) -> None:
    article, _ = parse("S: One.", "S: {TSMC|C} supplies {Nvidia|C}’s {GPUs|D}.")
    text = article["text"]
    assert text == "One. TSMC supplies Nvidia’s GPUs."
    assert [text[m["start"] : m["end"]] for m in article["mentions"]] == ["TSMC", "Nvidia", "GPUs"]
    assert [m["sentence"] for m in article["mentions"]] == [1, 1, 1]
    assert list(article["mentions"][0]) == ["start", "end", "text", "sentence", "type", "entity", "kind"]


@pytest.mark.parametrize(
    ("code", "type_"),
    [
        *(("C", "Company"), ("G", "GridOperator"), ("O", "Organization"), ("P", "Person")),
        *(("D", "Product"), ("T", "Technology"), ("F", "Facility"), ("L", "Place")),
    ],
)
def test_letters_stand_for_types(parse: Parse, code: str, type_: str) -> None:
    assert named(parse(f"S: {{Thing|{code}}}.")[0]) == [("Thing", "Thing", type_, "name")]


def test_an_alias_names_its_entity_from_then_on(parse: Parse) -> None:
    article, problems = parse(
        "S: {Samsung Electronics|C} grew.", "S: {Samsung|C=Samsung Electronics}.", "S: {Samsung|C}."
    )
    assert [m["entity"] for m in article["mentions"]] == ["Samsung Electronics"] * 3
    assert {m["kind"] for m in article["mentions"]} == {"name"}
    assert problems == []


def test_a_description_stands_for_the_entity_it_refers_to(parse: Parse) -> None:
    article, problems = parse("S: {The maker|=AMD} of chips.", "S: {AMD|C}.", "S: {It|=AMD}.")
    assert named(article) == [
        ("The maker", "AMD", "Company", "nominal"),
        ("AMD", "AMD", "Company", "name"),
        ("It", "AMD", "Company", "nominal"),
    ]
    assert problems == []


def test_a_reference_by_an_alias_finds_the_main_name(parse: Parse) -> None:
    article, _ = parse("S: {Samsung Electronics|C}, {Samsung|C=Samsung Electronics}.", "S: {It|=Samsung}.")
    assert article["mentions"][-1]["entity"] == "Samsung Electronics"


@pytest.mark.parametrize(
    "mark", ["{Taiwanese|L}", "{Taiwanese|L=Taiwan}", "{Formosa|L=Taiwanese}", "{Taiwan|L} and {its|=Taiwanese}"]
)
def test_an_adjective_names_the_place(parse: Parse, mark: str) -> None:
    article, problems = parse(f"S: The {mark} industry.")
    assert {(m["entity"], m["type"]) for m in article["mentions"]} == {("Taiwan", "Place")}
    assert problems == []


def test_every_adjective_belongs_to_one_place(convert: ModuleType) -> None:
    adjectives = [a for of_place in convert.ADJECTIVES.values() for a in of_place]
    assert len(adjectives) == len(set(adjectives)) == len(convert.DEMONYM)
    assert (convert.DEMONYM["Dutch"], convert.DEMONYM["South Korean"]) == ("Netherlands", "South Korea")


# --- annotations ----------------------------------------------------------------------------------


def test_statements_hold_main_names(parse: Parse) -> None:
    article, problems = parse(
        "S: {Samsung Electronics|C} ({SEC|C=Samsung Electronics}) supplies {American|L} {labs|O}.",
        "R: SEC | supplies | labs | planned | Reuters | 5",
        "R: SEC | operates | American",
    )
    first, second = article["statements"]
    assert first == {
        "subject": "Samsung Electronics",
        "predicate": "supplies",
        "object": "labs",
        "status": "planned",
        "claimant": "Reuters",
        "amount": "5",
        "sentence": 0,
    }
    assert (second["object"], second["status"]) == ("United States", "asserted")
    assert (second["claimant"], second["amount"]) == (None, None)
    assert problems == []


def test_observations_may_be_about_any_entity_of_the_article(parse: Parse) -> None:
    article, problems = parse(
        "S: {Samsung Electronics|C}, {SEC|C=Samsung Electronics}.",
        "S: Sales rose.",
        "O: SEC | revenue | 1.5e9 | USD | 2026 | reported | Reuters",
        "O: SEC | count | 3 | plants | 2027",
    )
    first, second = article["observations"]
    assert first == {
        "subject": "Samsung Electronics",
        "metric": "revenue",
        "value": 1.5e9,
        "unit": "USD",
        "period": "2026",
        "status": "reported",
        "claimant": "Reuters",
        "sentence": 1,
    }
    assert (second["period"], second["status"], second["claimant"]) == ("2027", "asserted", None)
    assert problems == []


def test_an_observation_needs_no_more_than_a_unit(parse: Parse) -> None:
    article, problems = parse("S: {AMD|C}.", "O: AMD | count | 3 | plants")
    (only,) = article["observations"]
    assert (only["period"], only["status"], only["claimant"]) == (None, "asserted", None)
    assert problems == []


def test_definitions_are_expansions_or_glosses(parse: Parse) -> None:
    article, problems = parse("S: HBM is a memory.", "D: HBM | High Bandwidth Memory", "G: HBM | a memory")
    assert article["definitions"] == [
        {"term": "HBM", "expansion": "High Bandwidth Memory", "sentence": 0},
        {"term": "HBM", "gloss": "a memory", "sentence": 0},
    ]
    assert problems == []


# --- problems -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("S: An {open mark", "markup that does not parse: An {open mark"),
        ("S: {AMD|X}.", "markup that does not parse: {AMD|X}."),
        ("S: {AMD|}.", "'AMD' has neither type nor reference"),
        ("S: {TSMC|P}.", "'TSMC' was C before, now P"),
        ("R: TSMC | supplies", "R: takes 6 fields, has 2"),
        ("R: TSMC | likes | Nvidia", "unknown relation 'likes'"),
        ("R: TSMC | supplies | Nvidia | hoped", "unknown status 'hoped'"),
        ("R: TSMC | supplies | AMD", "'AMD' is not mentioned in this sentence"),
        ("R: TSMC | supplies | TSMC", "subject and object are the same entity"),
        ("O: TSMC | price | 5", "O: takes 7 fields, has 3"),
        ("O: TSMC | mood | 5 | USD", "unknown metric 'mood'"),
        ("O: TSMC | price | 5 | USD | - | hoped", "unknown status 'hoped'"),
        ("O: TSMC | price | five | USD", "could not convert string to float: 'five'"),
        ("D: HBM", "D: takes 2 fields"),
        ("G: HBM | a | b", "G: takes 2 fields"),
        ("X: what is this", "unknown line 'X: what is this'"),
    ],
)
def test_a_bad_line_is_a_problem_and_adds_nothing(parse: Parse, line: str, problem: str) -> None:
    article, problems = parse("S: {TSMC|C} supplies {Nvidia|C}.", line)
    assert problems == [f"2: {problem}"]
    assert len(article["sentences"]) == 1
    assert [article[k] for k in ("statements", "observations", "definitions")] == [[], [], []]


def test_an_annotation_needs_a_sentence_above_it(parse: Parse) -> None:
    assert parse("D: HBM | High Bandwidth Memory")[1] == ["1: before the first sentence"]


def test_a_sentence_does_not_see_the_mentions_of_another(parse: Parse) -> None:
    _, problems = parse("S: {TSMC|C}.", "S: {Nvidia|C}.", "R: TSMC | supplies | Nvidia")
    assert problems == ["3: 'TSMC' is not mentioned in this sentence"]


def test_a_reference_needs_a_mark_with_a_type(parse: Parse) -> None:
    article, problems = parse("S: {It|=AMD} grew.")
    assert problems == [" 'It' refers to 'AMD', which is never marked with a type"]
    assert named(article) == [("It", "AMD", "Company", "nominal")]


def test_an_observation_needs_an_entity(parse: Parse) -> None:
    assert parse("S: Prices rose.", "O: AMD | price | 5 | USD")[1] == [" observation of unknown entity 'AMD'"]


def test_a_name_that_stands_unmarked_is_a_problem(parse: Parse) -> None:
    _, problems = parse("S: {Nvidia|C} and {Ohio Power|C}, {Ohio|L}.", "S: Ohio, Nvidias and Nvidia grew.")
    assert problems == [
        " 'Nvidia' stands unmarked: …' Ohio. Ohio, Nvidias and Nvidia grew.'",
        " 'Ohio' stands unmarked: …'ia and Ohio Power, Ohio. Ohio, Nvidias and N'",
    ]


def test_short_names_and_descriptions_may_stand_unmarked(parse: Parse) -> None:
    assert parse("S: {AMD|C} is {the maker|=AMD}.", "S: AMD is the maker.")[1] == []


# --- commands -------------------------------------------------------------------------------------


def test_check_counts_and_succeeds(convert: ModuleType, article_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert convert.main(["check", str(article_file)]) == 0
    out, err = capsys.readouterr()
    assert (out, err) == ("", "1 articles, 7 mentions, 2 statements, 1 observations, 0 problems\n")


def test_check_prints_problems_and_fails(
    convert: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bad.ann"
    path.write_text("S: One.\nX: two\n", encoding="utf-8")
    assert convert.main(["check", str(path)]) == 1
    first, last = capsys.readouterr().err.splitlines()
    assert first == f"{path}:2: unknown line 'X: two'"
    assert last.endswith("1 problems")


def test_jsonl_prints_what_parse_returns(
    convert: ModuleType, article_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert convert.main(["jsonl", str(article_file), str(article_file)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line) for line in lines] == [convert.parse(article_file)[0]] * 2


def test_gold_writes_the_text_and_what_is_to_be_found(convert: ModuleType, article_file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "gold"
    assert convert.main(["gold", str(folder), str(article_file)]) == 0
    first = "Mara Holdings acquired a 505MW gas plant in Ohio for $1.5B."
    second = "The company runs on HBM (High Bandwidth Memory), Fred Thiel said."
    assert (folder / "mara.md").read_text(encoding="utf-8") == (
        '---\ntitle: "Mara buys a \\"plant\\""\ndate: "2026-05-04"\n---\n\n'
        f"{first} {second}\n\nWhat Mara plans\n\nA second plant follows.\n"
    )
    gold = json.loads((folder / "mara.gold.json").read_text(encoding="utf-8"))
    assert (gold["id"], gold["date"]) == ("mara", "2026-05-04")
    assert gold["entities"][0] == {"name": "Mara Holdings", "type": "Company", "aliases": ["Mara"]}
    assert [e["name"] for e in gold["entities"][1:]] == ["505MW gas plant", "Ohio", "HBM", "Fred Thiel"]
    assert gold["statements"][1] == {
        "s": "Mara Holdings",
        "p": "uses",
        "o": "HBM",
        "status": "reported",
        "claimant": "Fred Thiel",
        "amount": None,
        "time": None,
        "evidence": second,
    }
    assert (gold["observations"][0]["s"], gold["observations"][0]["evidence"]) == ("Mara Holdings", first)
    assert gold["definitions"] == [
        {"term": "HBM", "expansion": "High Bandwidth Memory"},
        {"term": "plant", "gloss": "what makes power"},
    ]


@pytest.mark.parametrize("arguments", [[], ["check"], ["other", "a.ann"]])
def test_wrong_arguments_print_the_usage(convert: ModuleType, arguments: list[str]) -> None:
    with pytest.raises(SystemExit, match=r"convert\.py check FILE"):
        convert.main(arguments)


def test_the_annotated_articles_have_no_problems(convert: ModuleType) -> None:
    files = sorted((ROOT / "training" / "articles").glob("*.ann"))
    assert files
    assert [p for file in files[::20] for p in convert.parse(file)[1]] == []
