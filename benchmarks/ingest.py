"""What an ingest costs, beside bare `nlp.pipe` of the same small English pipeline, in one run.

python benchmarks/ingest.py [--paragraphs 2000] [--memory]

CPU seconds of this process. The paragraphs are those of the sample corpus, over and over, eight to an
article, each article with a number of its own so that none is skipped as a duplicate. `--memory` prints
the resident memory while 1,000 articles go in.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

import spacy

from fabgrid.build import build
from fabgrid.graph.store import Store
from fabgrid.model import Article
from fabgrid.nlp.extractor import Extractor
from fabgrid.nlp.fingerprint import DEFAULT_MODEL
from fabgrid.sources import read

CORPUS = Path(__file__).parents[1] / "corpus"
PER_ARTICLE = 8


def paragraphs() -> list[str]:
    texts = [a.text for a in read([CORPUS]) if isinstance(a, Article)]
    return [p for text in texts for p in text.split("\n\n") if len(p.split()) > 20]


def texts(count: int) -> Iterator[str]:
    endless = cycle(paragraphs())
    for number in range(count // PER_ARTICLE):
        yield "\n\n".join([*islice(endless, PER_ARTICLE), f"This is article number {number} of the series."])


def bare(articles: list[str]) -> float:
    nlp = spacy.load(DEFAULT_MODEL)
    list(nlp.pipe(articles[:4]))
    start = time.process_time()
    for _ in nlp.pipe(articles):
        pass
    return time.process_time() - start


def ingest(articles: list[str], *, memory: bool) -> float:
    extractor = Extractor()
    with tempfile.TemporaryDirectory() as folder:
        files = Path(folder) / "articles"
        files.mkdir()
        for number, text in enumerate(articles):
            (files / f"{number:05}.txt").write_text(text, encoding="utf-8")

        def watch(done: int, total: int) -> None:
            if memory and done % 100 == 0:
                print(f"  {done:5} of {total} articles: {resident():,.0f} MB", flush=True)

        with Store.open(Path(folder) / "store", create=True) as store:
            start = time.process_time()
            summary = build([files], store, extractor, progress=watch)
            cost = time.process_time() - start
        assert len(summary.added) == len(articles), summary.errors[:3]
    return cost


def resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--paragraphs", type=int, default=2000)
    parser.add_argument("--memory", action="store_true")
    options = parser.parse_args()
    if options.memory:
        ingest(list(texts(1000 * PER_ARTICLE)), memory=True)
        return
    articles = list(texts(options.paragraphs))
    words = sum(len(t.split()) for t in articles)
    floor, cost = bare(articles), ingest(articles, memory=False)
    print(f"{len(articles)} articles, {options.paragraphs} paragraphs, {words:,} words")
    print(f"bare nlp.pipe   {floor:7.1f} CPU s   {words / floor:8,.0f} words/s")
    print(f"fabgrid ingest  {cost:7.1f} CPU s   {words / cost:8,.0f} words/s   ratio {cost / floor:.2f}")


if __name__ == "__main__":
    sys.exit(main())
