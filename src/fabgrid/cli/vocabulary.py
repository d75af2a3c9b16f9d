"""`ontology` and `check`: the words that fabgrid reads by."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fabgrid.cli import console
from fabgrid.cli.app import app

if TYPE_CHECKING:
    from fabgrid.ontology import RelationType

PathOption = Annotated[
    Path | None, typer.Option("--ontology", help="Another ontology's folder.", exists=True, file_okay=False)
]


@app.command(epilog="Example: fabgrid ontology")
def ontology(path: PathOption = None) -> None:
    """Print relation types, entity types and metrics as tables."""
    from fabgrid.ontology import ENTITY_TYPES, load, load_registry

    loaded, known = load(path), load_registry(path)
    relations = [
        (
            _name(r),
            r.domain,
            r.range,
            loaded.families.get(r.family, r.family),
            ", ".join(_words(r)),
            r.comment,
        )
        for r in loaded.relations.values()
    ]
    console.table(("relation", "from", "to", "family", "words", "meaning"), relations)
    types = [(t, loaded.classes[t].comment, f"{sum(k.type == t for k in known):,}") for t in ENTITY_TYPES]
    console.table(("type", "meaning", "in the registry"), types)
    metrics = [(m.name, ", ".join(m.unit_kinds), m.comment) for m in loaded.metrics.values()]
    console.table(("metric", "units", "meaning"), metrics)


def _name(relation: RelationType) -> str:
    inverse = f" / {relation.inverse}" if relation.inverse else ""
    return relation.name + inverse + (f" (a {relation.parent})" if relation.parent else "")


def _words(r: RelationType) -> tuple[str, ...]:
    return (*r.verbs, *r.inverse_verbs, *r.nouns, *r.subject_roles, *r.object_roles)


@app.command(epilog="Example: fabgrid check --no-examples")
def check(
    path: PathOption = None,
    examples: Annotated[
        bool, typer.Option(help="Also read every example and counter-example, which takes seconds.")
    ] = True,
) -> None:
    """Lint the ontology: duplicate words, missing labels, unknown terms, failing examples."""
    from fabgrid.ontology import lint

    problems = lint(path)
    if examples:
        from fabgrid.nlp.examples import failures

        problems += failures(path)
    for problem in problems:
        console.printed(problem)
    console.note(f"{len(problems) or 'no'} problem{'' if len(problems) == 1 else 's'} in the ontology")
    if problems:
        raise typer.Exit(1)
