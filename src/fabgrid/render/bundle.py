"""The page's ES modules, joined into one classic script without a build step.

The files of `script/` are plain ES modules, so that editors, `node --check` and a test can read them.
A page from disk cannot import files, so each module becomes a function that returns its exports, in
the order of their imports. Allowed, one per line and at its start: `import { a, b } from "./file.js";`
and `export function`, `export const`, `export class`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources

__all__ = ["bundle", "script"]

IMPORT = re.compile(r'^import \{([^}]*)\} from "\./([a-z_]+)\.js";$', re.MULTILINE)
EXPORT = re.compile(r"^export ((?:async )?function|const|class) ([\w$]+)", re.MULTILINE)


@lru_cache(maxsize=1)
def script() -> str:
    """Return the packaged script."""
    folder = resources.files("fabgrid.render") / "script"
    modules = {
        file.name.removesuffix(".js"): file.read_text("utf-8")
        for file in sorted(folder.iterdir(), key=lambda f: f.name)
        if file.name.endswith(".js")
    }
    return bundle(modules, entry="main")


def bundle(modules: Mapping[str, str], *, entry: str) -> str:
    """Return one script of the entry module and all that it imports.

    >>> print(bundle({"a": "export const one = 1;", "main": 'import { one } from "./a.js";'}, entry="main"))
    "use strict";
    (() => {
    const module_a = (() => {
    const one = 1;
    return { one };
    })();
    const module_main = (() => {
    const { one } = module_a;
    return {};
    })();
    })();
    """
    parts = [_function(name, modules[name]) for name in _order(modules, entry)]
    return '"use strict";\n(() => {\n' + "\n".join(parts) + "\n})();"


def _order(modules: Mapping[str, str], entry: str) -> list[str]:
    done: list[str] = []

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            raise ValueError(f"script modules import each other: {' -> '.join((*path, name))}")
        for found in IMPORT.finditer(modules[name]):
            visit(found[2], (*path, name))
        if name not in done:
            done.append(name)

    visit(entry, ())
    return done


def _function(name: str, source: str) -> str:
    exports = [found[2] for found in EXPORT.finditer(source)]
    body = IMPORT.sub(lambda m: f"const {{{_names(m[1])}}} = module_{m[2]};", source)
    body = EXPORT.sub(r"\1 \2", body).strip()
    result = f"return {{ {', '.join(exports)} }};" if exports else "return {};"
    return f"const module_{name} = (() => {{\n{body}\n{result}\n}})();"


def _names(listed: str) -> str:
    return f" {', '.join(n.strip() for n in listed.split(',') if n.strip())} "
