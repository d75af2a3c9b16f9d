"""`extract`, `explain` and `evaluate`: what a text says, without a store."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fabgrid.cli import console
from fabgrid.cli.app import SOME_UNREADABLE, app
from fabgrid.errors import FabgridError, SourceError

if TYPE_CHECKING:
    from fabgrid.model import Article, Extraction, Fact
    from fabgrid.nlp.evaluation import Comparison, Score
    from fabgrid.nlp.extractor import Extractor

ModelOption = Annotated[str | None, typer.Option(help="An installed spaCy pipeline.", envvar="FABGRID_MODEL")]
ConfidenceOption = Annotated[
    float | None, typer.Option(min=0, max=1, help="Keep less certain facts too (recall), or fewer.")
]

FACT_COLUMNS = ("subject", "relation", "object", "status", "claimant", "amount", "time", "conf.")
SCORE_COLUMNS = ("P", "R", "F1", "right / found / wanted")


# ---------------------------------------------------------------- extract


class ExtractFormat(StrEnum):
    """How facts are printed."""

    JSON = "json"
    JSONL = "jsonl"
    TABLE = "table"


@app.command(epilog="Example: fabgrid extract article.md --format json")
def extract(
    files: Annotated[list[str], typer.Argument(help="Files, folders, globs, or - for standard input.")],
    format_: Annotated[
        ExtractFormat, typer.Option("--format", help="json: one object for one file, an array for several.")
    ] = ExtractFormat.TABLE,
    model: ModelOption = None,
    min_confidence: ConfidenceOption = None,
) -> None:
    """Print what articles say: entities, statements, observations, definitions."""
    from fabgrid.nlp.extractor import Extractor

    errors: list[SourceError] = []
    found = _extractions(files, Extractor(model=model, min_confidence=min_confidence), errors)
    read = _print_extractions(found, format_)
    for error in errors:
        console.complain(f"not read: {error}")
    if errors:
        raise typer.Exit(SOME_UNREADABLE if read else 1)


def _extractions(files: list[str], extractor: Extractor, errors: list[SourceError]) -> Iterator[Extraction]:
    for result in extractor.extract(_articles(files, errors)):
        if isinstance(result, SourceError):
            errors.append(result)
        else:
            yield result


def _articles(files: list[str], errors: list[SourceError]) -> Iterator[Article]:
    from fabgrid.sources import read

    for article in read(files):
        if isinstance(article, SourceError):
            errors.append(article)
        else:
            yield article


def _print_extractions(found: Iterator[Extraction], format_: ExtractFormat) -> int:
    """Print the extractions, as they come where the format allows, and return how many there were."""
    from fabgrid.nlp.documents import document

    if format_ is ExtractFormat.JSON:
        documents = [document(extraction) for extraction in found]
        if documents:
            value = documents[0] if len(documents) == 1 else documents
            console.printed(json.dumps(value, ensure_ascii=False, indent=1))
        return len(documents)
    count = 0
    for count, extraction in enumerate(found, start=1):  # noqa: B007 - the last count is the answer
        if format_ is ExtractFormat.JSONL:
            console.printed(json.dumps(document(extraction), ensure_ascii=False))
        else:
            _print_tables(extraction)
    return count


def _print_tables(extraction: Extraction) -> None:
    facts = [_fact_row(fact) for fact in extraction.facts]
    console.table(FACT_COLUMNS, facts, title=extraction.article.title)
    numbers = [
        (o.subject, o.metric, o.quantity.surface, o.period or "", str(o.status), o.claimant or "")
        for o in extraction.observations
    ]
    if numbers:
        console.table(("subject", "metric", "value", "period", "status", "claimant"), numbers)


def _fact_row(f: Fact) -> tuple[str, ...]:
    amount = f.amount.surface if f.amount else ""
    confidence = f"{f.confidence:.2f}"
    return f.subject, f.relation, f.object, str(f.status), f.claimant or "", amount, f.time or "", confidence


# ---------------------------------------------------------------- explain


@app.command(epilog='Example: fabgrid explain "TSMC makes chips for Nvidia."')
def explain(
    sentence: Annotated[str, typer.Argument(help="A sentence, or a few.")],
    model: ModelOption = None,
) -> None:
    """Show how a sentence is read: mentions, what each rule and the model propose, facts, or why not."""
    from fabgrid.nlp.explanation import explain as explained

    explanation = explained(sentence, model=model)
    console.table(("mention", "type", "entity", "found by"), explanation.mentions, title="Mentions")
    if explanation.proposals:
        heads = ("rule", "subject", "relation", "object", "score", "verdict")
        console.table(heads, explanation.proposals, title="Proposals")
    if explanation.facts:
        console.table(FACT_COLUMNS, [_fact_row(fact) for fact in explanation.facts], title="Facts")
    else:
        console.printed(f"No fact: {explanation.why_not}")


# ---------------------------------------------------------------- evaluate


@app.command(epilog="Example: fabgrid evaluate tests/quality/gold --errors 20")
def evaluate(
    gold: Annotated[
        Path, typer.Argument(help="A folder of NAME.gold.json beside NAME.md.", exists=True, file_okay=False)
    ],
    errors: Annotated[int, typer.Option(min=0, help="Print so many wrong and missed facts with their sentences.")] = 0,
    model: ModelOption = None,
    min_confidence: ConfidenceOption = None,
) -> None:
    """Measure precision, recall, F1 and calibration on annotated articles."""
    from fabgrid.nlp.evaluation import report
    from fabgrid.nlp.extractor import Extractor

    found = report(_comparisons(gold, Extractor(model=model, min_confidence=min_confidence)))
    console.table(("part", *SCORE_COLUMNS), _score_rows(found.parts), title=f"{found.documents} articles")
    by_number = dict(sorted(found.relations.items(), key=lambda item: (-item[1].wanted, item[0])))
    console.table(("relation", *SCORE_COLUMNS), _score_rows(by_number))
    console.table(("status", *SCORE_COLUMNS), _score_rows(found.statuses))
    console.printed(f"expected calibration error {found.calibration_error:.3f}")
    for line in found.errors[:errors]:
        console.printed(line)


def _comparisons(folder: Path, extractor: Extractor) -> Iterator[Comparison]:
    from fabgrid.nlp.documents import document
    from fabgrid.nlp.evaluation import compare
    from fabgrid.ontology import load

    annotations = sorted(folder.glob("*.gold.json"))
    if not annotations:
        raise FabgridError(f"{folder}: there is no NAME.gold.json in it; see CONTRIBUTING.md for the format")
    texts = [path.with_name(path.name.replace(".gold.json", ".md")) for path in annotations]
    problems: list[SourceError] = []
    extractions = _extractions([str(text) for text in texts], extractor, problems)
    for annotation, text, extraction in zip(annotations, texts, extractions, strict=False):
        wanted = json.loads(annotation.read_text(encoding="utf-8"))
        yield compare(wanted, document(extraction), load(), text=text.read_text(encoding="utf-8"))
    if problems:  # the articles after it would be compared with the wrong annotations
        raise problems[0]


def _score_rows(scores: Mapping[str, Score]) -> Sequence[tuple[str, ...]]:
    return [
        (name, f"{s.precision:.3f}", f"{s.recall:.3f}", f"{s.f1:.3f}", f"{s.right} / {s.found} / {s.wanted}")
        for name, s in scores.items()
    ]
