"""Several processes read as one does, also where some are killed."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

import pytest

from fabgrid.engines import Cluster, Processes, Result
from fabgrid.errors import FabgridError, SourceError
from fabgrid.model import Article
from test_build import Reader

HERE = Path(__file__).parent


class Mortal(Reader):
    """A reader that dies at articles named "deadly", the first time or each time.

    It notes every article that it has read to the end.
    """

    def __init__(self, folder: Path, *, often: bool = False) -> None:
        super().__init__()
        self._folder, self._often = folder, often

    def extract(self, articles: Iterable[Article]) -> Iterator[Result]:
        for article in articles:
            mark = self._folder / "killed"
            if article.title == "deadly" and (self._often or not mark.exists()):
                mark.touch()
                os.kill(os.getpid(), signal.SIGKILL)
            yield from super().extract([article])


def articles(count: int, *, deadly: int | None = None) -> list[Article]:
    return [
        Article(f"https://example.org/{n}", "deadly" if n == deadly else "", f"Aldergate supplies Borsen{n}.")
        for n in range(count)
    ]


def addresses(results: Iterable[Result]) -> list[str]:
    return [r.path if isinstance(r, SourceError) else r.article.url for r in results]


def test_an_error_of_a_worker_comes_back_whole() -> None:
    error = pickle.loads(pickle.dumps(SourceError("a.txt", "is empty")))
    assert (str(error), error.path, error.why) == ("a.txt: is empty", "a.txt", "is empty")


def test_processes_give_what_one_gives_in_the_same_order() -> None:
    found = list(Processes(Reader.fingerprint, Reader, 2).extract(articles(50)))
    assert found == list(Reader().extract(articles(50)))


def test_a_few_articles_start_no_process() -> None:
    reader = Reader()
    assert len(list(Processes(reader.fingerprint, lambda: reader, 2).extract(articles(3)))) == 3
    assert len(reader.read) == 3


def test_one_worker_starts_no_process() -> None:
    reader = Reader()
    assert len(list(Processes(reader.fingerprint, lambda: reader).extract(articles(50)))) == 50
    assert len(reader.read) == 50


@pytest.mark.parametrize("workers", [1, 2])
def test_where_nothing_is_to_be_read_nothing_is_made_to_read_it(workers: int) -> None:
    def make() -> Reader:
        raise AssertionError

    assert list(Processes(Reader.fingerprint, make, workers).extract([])) == []


@pytest.mark.parametrize("deadly", [0, 11, 49])
def test_the_articles_of_a_killed_worker_are_read_again_and_none_twice(tmp_path: Path, deadly: int) -> None:
    engine = Processes(Reader.fingerprint, partial(Mortal, tmp_path), 2)
    found = list(engine.extract(articles(50, deadly=deadly)))
    assert (tmp_path / "killed").exists()
    assert found == list(Reader().extract(articles(50, deadly=deadly)))


def test_an_article_that_kills_whoever_reads_it_is_one_error(tmp_path: Path) -> None:
    engine = Processes(Reader.fingerprint, partial(Mortal, tmp_path, often=True), 2)
    found = list(engine.extract(articles(40, deadly=17)))
    assert addresses(found) == addresses(Reader().extract(articles(40)))
    assert [r.path for r in found if isinstance(r, SourceError)] == ["https://example.org/17"]


def check_that_no_more_is_taken_than_the_workers_can_hold(engine: Processes | Cluster) -> None:
    taken = 0

    def endless() -> Iterator[Article]:
        nonlocal taken
        while True:
            taken += 1
            yield Article(f"https://example.org/{taken}", "", "Aldergate supplies Borsen.")

    results = engine.extract(endless())
    for number in range(1, 400):
        next(results)
        assert taken - number <= 8 * (engine.window + 1)
    results.close()


def test_processes_take_no_more_articles_than_they_can_hold() -> None:
    check_that_no_more_is_taken_than_the_workers_can_hold(Processes(Reader.fingerprint, Reader, 2))


PARENT = """
    import sys
    sys.path.insert(0, {here!r})
    from fabgrid.engines import Processes
    from test_build import Reader
    from test_engines import articles

    if __name__ == "__main__":
        results = Processes(Reader.fingerprint, Reader, 2).extract(articles(400))
        next(results)
        print("ready", flush=True)
        sys.stdin.read()
"""


def test_workers_end_with_the_process_that_started_them(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text("\n".join(line.removeprefix("    ") for line in PARENT.format(here=str(HERE)).split("\n")))
    command = [sys.executable, str(script)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.kill()
        assert process.stdout.read() == ""  # the end: no worker holds its copy of standard output open any more


# ---------------------------------------------------------------- a cluster


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    distributed = pytest.importorskip("distributed", reason="Dask is not installed: pip install 'fabgrid[cluster]'")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
    ) as cluster:
        yield cluster.scheduler_address


def test_a_cluster_gives_what_one_process_gives(scheduler: str) -> None:
    found = list(Cluster(Reader.fingerprint, Reader, scheduler).extract(articles(50)))
    assert found == list(Reader().extract(articles(50)))


def test_the_articles_of_a_killed_worker_of_a_cluster_are_read_again(scheduler: str, tmp_path: Path) -> None:
    cluster = Cluster(Reader.fingerprint, partial(Mortal, tmp_path), scheduler)
    found = list(cluster.extract(articles(50, deadly=20)))
    assert (tmp_path / "killed").exists()
    assert found == list(Reader().extract(articles(50, deadly=20)))


def test_a_cluster_takes_no_more_articles_than_it_can_hold(scheduler: str) -> None:
    check_that_no_more_is_taken_than_the_workers_can_hold(Cluster(Reader.fingerprint, Reader, scheduler))


def test_workers_with_another_model_are_refused(scheduler: str) -> None:
    with pytest.raises(FabgridError, match="a worker reads with reader-1, not with reader-2"):
        list(Cluster("reader-2", Reader, scheduler).extract(articles(9)))


def test_no_scheduler_is_one_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr("fabgrid.engines._PATIENCE", "1s")
    with pytest.raises(FabgridError, match="no Dask scheduler answers"):
        Cluster("reader-1", Reader, "tcp://127.0.0.1:1")


def test_without_dask_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(FabgridError, match=r"pip install 'fabgrid\[cluster\]'"):
        Cluster("reader-1", Reader, "tcp://127.0.0.1:1")
