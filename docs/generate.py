"""Write docs/cli.md, the command reference, from the command line itself: `make docs`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum
from pathlib import Path
from typing import Any

from typer.main import get_command

from fabgrid.cli import app

TARGET = Path(__file__).with_name("cli.md")


def reference() -> str:
    """Return the command reference as Markdown."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    group: Any = get_command(app)
    yield "# The command line"
    yield ""
    yield "<!-- written by docs/generate.py (`make docs`) -->"
    yield ""
    yield f"{group.help}\n\nExit codes:{group.epilog.partition('Exit codes:')[2]}"
    yield "Results go to standard output, everything else to standard error."
    yield ""
    yield "These options may stand before or after any command:"
    yield ""
    yield from _table(group.params)
    for name, command in sorted(group.commands.items()):
        yield from ("", f"## {name}", "", command.help, "")
        yield from ("```", command.epilog.removeprefix("Example: "), "```", "")
        yield from _table(command.params)


def _table(params: Iterable[Any]) -> Iterator[str]:
    yield "| option | what | default |"
    yield "|---|---|---|"
    for p in params:
        if p.name != "help":
            yield f"| {_names(p)} | {p.help} | {_default(p)} |"


def _names(p: Any) -> str:
    if p.param_type_name == "argument":
        return f"`{_value(p)}{'...' if p.nargs == -1 else ''}`"
    names = ", ".join(f"`{name}`" for name in (*p.opts, *p.secondary_opts))
    return names if p.is_flag else f"{names} `{_value(p)}`"


def _value(p: Any) -> str:
    if isinstance(p.default, Enum):
        return "\\|".join(choice.value for choice in type(p.default))
    return p.metavar or p.name.strip("_").upper()


def _default(p: Any) -> str:
    if p.required:
        return "required"
    value = getattr(p.default, "value", p.default)
    return "" if value in (None, False, "", ()) else f"`{value}`"


if __name__ == "__main__":
    TARGET.write_text(reference(), encoding="utf-8")
    print(f"wrote {TARGET}")
