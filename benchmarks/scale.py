"""What 20,000 articles take: speed with several workers, memory, space, a small change, questions, the page.

    python benchmarks/scale.py [--articles 20000] [--sample 1000] [--workers 2] [--only-generate FOLDER]

The articles are those of training/articles, over and over, their entities renamed each time, but for those
that the registry knows: few entities are named everywhere and most in one place, as in real ones. `--sample`
articles are read with one worker and with several; all of them with several. Wall-clock times, so nothing
else should run.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from fabgrid.build import build
from fabgrid.engines import Engine, Processes
from fabgrid.graph.store import Store
from fabgrid.nlp.fingerprint import fingerprint
from fabgrid.ontology import load_registry
from fabgrid.query import run

ANNOTATED = Path(__file__).parents[1] / "training" / "articles"
QUESTIONS = (
    "suppliers",
    "customers",
    "competitors",
    "SELECT ?p ?o { ?company ?p ?o } LIMIT 500",
    "SELECT ?n { ?s fg:supplies ?company ; skos:prefLabel ?n } LIMIT 500",
)

# ---------------------------------------------------------------- articles

_MENTION = re.compile(r"\{([^{}|]+)\|([^{}]*)\}")
_WORD = re.compile(r"[A-Za-z]{4,}")
_SYLLABLES = "ba bel cor dan del fen gar hol jor kal lim mar nor pel quin ros sel tam vel wex yor zan".split()
_ENDINGS = "ton rix vane mere lon dale wick sor ant era".split()
_RENAMED = "CGOPD"  # companies, operators, organisations, persons, products; not places and technologies


@dataclass(frozen=True, slots=True)
class Template:
    """An annotated article: its head, its lines, and the words of its names that may be others."""

    head: dict[str, str]
    lines: tuple[str, ...]
    words: frozenset[str]


def templates() -> list[Template]:
    texts = [file.read_text(encoding="utf-8") for file in sorted(ANNOTATED.glob("*.ann"))]
    known = {word for entity in load_registry() for name in (entity.name, *entity.aliases) for word in name.split()}
    common = {word for text in texts for word in re.findall(r"\b[a-z]{4,}\b", text)}
    return [_template(text, known, common) for text in texts]


def _template(text: str, known: set[str], common: set[str]) -> Template:
    head = dict(re.findall(r"^# (\w+): (.*)$", text, re.M))
    lines = [line[3:] if line.startswith(("S: ", "H: ")) else line for line in text.split("\n")]
    kept = [line for line in lines if not re.match(r"#|[RODG]: ", line)]
    names = (m[1] for m in _MENTION.finditer(text) if m[2][:1] in _RENAMED)
    words = {word for name in names for word in _WORD.findall(name) if word[0].isupper()}
    return Template(head, tuple(kept), frozenset(w for w in words if w not in known and w.lower() not in common))


def generate(folder: Path, count: int) -> int:
    """Write so many articles, and return how many words they have."""
    folder.mkdir(parents=True, exist_ok=True)
    words = 0
    for number, text in enumerate(islice(_articles(), count)):
        (folder / f"{number:06}.md").write_text(text, encoding="utf-8")
        words += len(text.split())
    return words


def _articles() -> Iterator[str]:
    found = templates()
    edition = 0
    while True:
        for number, template in enumerate(found):
            names = {word: _name(f"{edition} {word}") for word in template.words}
            yield _article(template, names, f"{edition}-{number}")
        edition += 1


def _name(seed: str) -> str:
    dice = random.Random(seed)
    return (dice.choice(_SYLLABLES) + dice.choice(_SYLLABLES) + dice.choice(_ENDINGS)).capitalize()


def _article(template: Template, names: dict[str, str], number: str) -> str:
    def renamed(text: str) -> str:
        return _WORD.sub(lambda m: names.get(m[0], m[0]), text)

    body = "\n".join(_MENTION.sub(lambda m: m[1], line) for line in template.lines)
    date, title = template.head.get("date", "2026-01-01"), renamed(template.head.get("title", "News"))
    head = f'---\ntitle: "{title.replace(chr(34), chr(39))}"\ndate: {date}\nurl: https://scale.example/{number}\n---\n'
    return f"{head}\n{renamed(body).strip()}\n\nThis is number {number} of the series.\n"


# ---------------------------------------------------------------- measuring


@dataclass(slots=True)
class Watch:
    """What is seen ten times in a build: articles done, seconds, megabytes of each process and of the store."""

    store: Path
    start: float = field(default_factory=time.perf_counter)
    rows: list[tuple[int, float, list[float], float]] = field(default_factory=list)

    def __call__(self, done: int, total: int) -> None:
        if done * 10 // total > (done - 1) * 10 // total:
            memory = [resident(pid) for pid in (os.getpid(), *children())]
            self.rows.append((done, time.perf_counter() - self.start, memory, size(self.store)))

    def report(self) -> None:
        for done, seconds, memory, space in self.rows:
            shown = " ".join(f"{m:6,.0f}" for m in memory if m > 50)
            rate = f"{seconds:8,.0f} s {done / seconds:7.1f}/s"
            print(f"  {done:7,} articles {rate}  memory MB {shown}  store {space:8,.1f} MB")


def resident(pid: int) -> float:
    with suppress(OSError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    return 0.0


def children() -> list[int]:
    return [int(pid) for task in Path("/proc/self/task").iterdir() for pid in (task / "children").read_text().split()]


def size(folder: Path) -> float:
    total = 0
    for file in folder.rglob("*"):
        with suppress(OSError):  # RocksDB has just dropped it
            total += file.stat().st_size
    return total / 1e6


def extractor() -> Engine:
    from fabgrid.nlp.extractor import Extractor  # which the process that writes does without

    return Extractor()


def ingest(articles: Path, store: Path, workers: int) -> tuple[float, int, Watch]:
    """Bring a store up to date, and return seconds (loading the models counts), articles read, and what was seen."""
    engine, watch = Processes(fingerprint(), extractor, workers), Watch(store)
    with Store.open(store, create=True) as opened:
        summary = build([articles], opened, engine, progress=watch)
    assert not summary.errors, summary.errors[:3]
    return time.perf_counter() - watch.start, len(summary.added) + len(summary.changed), watch


def companies(*stores: Path, count: int = 20) -> list[str]:
    """Return IRIs of suppliers in all stores that the registry does not know: little is said of each anywhere."""
    found = None
    for path in stores:
        with Store.open(path, read_only=True) as store:
            here = {str(row["s"]) for row in run(store, "SELECT DISTINCT ?s { ?s fg:supplies ?o }")}
        found = here if found is None else found & here
    others = sorted((found or set()) - {entity.iri for entity in load_registry()})
    return random.Random(1).sample(others, min(count, len(others)))


def ask(store: Path, asked: list[str]) -> tuple[float, float]:
    """Return the median of milliseconds and of rows that a question of these companies takes and gives."""
    times, rows = [], []
    with Store.open(store, read_only=True) as opened:
        for question in QUESTIONS * 3:
            for company in asked:
                start = time.perf_counter()
                rows.append(len(run(opened, question, {"company": company}).rows))
                times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times), statistics.mean(rows)


def part_of(articles: Path, count: int, target: Path) -> Path:
    target.mkdir()
    for file in sorted(articles.iterdir())[:count]:
        (target / file.name).hardlink_to(file)
    return target


def ingest_apart(articles: Path, store: Path, workers: int) -> tuple[float, int, Watch]:
    """Do what `ingest` does in a process that ends with it: the models that it loads are no part of this one."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as apart:
        return apart.submit(ingest, articles, store, workers).result()


def change(articles: Path, every: int) -> int:
    """Add a sentence to one article in so many, and return to how many."""
    files = sorted(articles.iterdir())[::every]
    for file in files:
        text = file.read_text(encoding="utf-8")
        file.unlink()  # the samples are links to the same file
        file.write_text(text + "\nNvidia buys memory from Samsung.\n", encoding="utf-8")
    return len(files)


def measure(folder: Path, options: argparse.Namespace) -> None:
    articles = folder / "articles"
    words = generate(articles, options.articles)
    print(f"{options.articles:,} articles, {words:,} words; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")

    sample = part_of(articles, options.sample, folder / "sample")
    alone, count, _ = ingest_apart(sample, folder / "alone", 1)
    together, _, _ = ingest(sample, folder / "together", options.workers)
    gain = f"{options.workers} workers {together:.1f} s, {alone / together:.2f} times"
    print(f"{count:,} articles: 1 worker {alone:.1f} s, {gain}")

    full, _, watch = ingest(articles, folder / "store", options.workers)
    watch.report()
    space = size(folder / "store") / options.articles * 1000
    gain = (
        f"{options.articles / full:.1f} articles/s, {options.articles / full / (count / alone):.2f} times one worker's"
    )
    print(f"all: {full:,.0f} s, {words / full:,.0f} words/s, {gain}, {space:.1f} kB an article")
    others = companies(folder / "together", folder / "store")
    for few in (others, ["Nvidia"]):
        (early, some), (late, many) = ask(folder / "together", few), ask(folder / "store", few)
        grown = f"{late:.1f} ms ({many:.0f} rows) after all, {late / early:.2f} times"
        what = f"{len(few)} companies" if len(few) > 1 else few[0]
        print(f"questions of {what}, p50: {early:.1f} ms ({some:.0f} rows) after {options.sample:,} articles, {grown}")

    changed = change(articles, 100)
    again, read, _ = ingest(articles, folder / "store", options.workers)
    assert read == changed
    print(f"{read} articles changed: {again:.1f} s, {again / full:.1%} of the whole")

    unchanged, read, _ = ingest(articles, folder / "store", options.workers)
    assert not read
    print(f"no article changed: {unchanged:.1f} s")

    for view in ([], ["--around", "Nvidia"], ["--around", others[0], "--hops", "2"]):
        page = folder / "page.html"
        page.unlink(missing_ok=True)
        start = time.perf_counter()
        command = [sys.executable, "-m", "fabgrid", "render", "--store", str(folder / "store"), "-o", str(page), *view]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        seconds = time.perf_counter() - start
        result = f"{page.stat().st_size / 1e6:.1f} MB" if page.exists() else done.stderr.strip()
        print(f"render {' '.join(view)}: {seconds:.1f} s, {result}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--sample", type=int, default=1_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only-generate", type=Path, metavar="FOLDER")
    options = parser.parse_args()
    if options.only_generate:
        print(f"{generate(options.only_generate, options.articles):,} words")
        return
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), options)


if __name__ == "__main__":
    main()
