"""Articles -> extractions by several processes: of this machine, or of a Dask cluster.

An engine reads as one extractor would: the same results in the order of the articles. It holds a bounded
number of articles at once. Where a process is killed, its articles are read again, one at a time; one
that kills its reader again and again is an error of its own, and the rest goes on.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Protocol

from fabgrid.errors import FabgridError, SourceError
from fabgrid.heap import give_back_blocks
from fabgrid.model import Article, Extraction

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["Cluster", "Engine", "Processes", "Result"]

Result = Extraction | SourceError

_BATCH = 8  # articles that go to a worker at once
_AHEAD = 16  # batches a worker: enough for it to go on while the graph is written
_ATTEMPTS = 2  # at an article whose reader was killed
_PATIENCE = "10s"  # for a scheduler to answer


class Engine(Protocol):
    """What a build reads with: an extractor, or several."""

    @property
    def fingerprint(self) -> str:
        """What an extraction depends on besides its article."""
        ...

    def extract(self, articles: Iterable[Article]) -> Iterator[Result]:
        """Yield a result for every article, in order."""
        ...


class _DiedError(Exception):
    """A worker was killed at this work."""


class _Several(ABC):
    """Hands out batches, never more than `window` at once, and yields the results in order."""

    window: int
    _is_broken = False

    def extract(self, articles: Iterable[Article]) -> Iterator[Result]:
        """Yield a result for every article, in order."""
        give_back_blocks()
        batches = _batches(articles)
        waiting: deque[tuple[list[Article], Any]] = deque()
        while True:
            if not waiting:
                self._is_broken = False
            # After a kill nothing new is handed out, so that each article of then is tried alone.
            for batch in () if self._is_broken else islice(batches, self.window - len(waiting)):
                waiting.append((batch, self._submit(batch)))
            if not waiting:
                return
            yield from self._results(*waiting.popleft())

    def _results(self, batch: list[Article], work: Any) -> Iterator[Result]:
        try:
            yield from self._await(work)
        except _DiedError:
            self._is_broken = True
            for article in batch:
                yield self._alone(article)

    def _alone(self, article: Article) -> Result:
        for _ in range(_ATTEMPTS):
            try:
                (result,) = self._await(self._submit([article]))
            except _DiedError:
                continue
            return result
        return SourceError(article.url, "whoever reads it is killed; is the memory too small? split it")

    @abstractmethod
    def _submit(self, articles: list[Article]) -> Any: ...

    @abstractmethod
    def _await(self, work: Any) -> list[Result]:
        """Return the results; raises _DiedError where a worker was killed at it."""


def _batches(articles: Iterable[Article]) -> Iterator[list[Article]]:
    rest = iter(articles)
    while batch := list(islice(rest, _BATCH)):
        yield batch


# ---------------------------------------------------------------- this machine


class Processes(_Several):
    """So many processes of this machine.

    Args:
        fingerprint: that of the engines.
        make: makes an engine in the process that it is called in, once there is something to read.
        workers: the number of processes; one alone, and what is too little to start several for, is read in this one.
    """

    def __init__(self, fingerprint: str, make: Callable[[], Engine], workers: int = 1) -> None:
        self.fingerprint, self._make, self._workers = fingerprint, make, workers
        self.window = _AHEAD * workers
        self._pool: ProcessPoolExecutor | None = None

    def extract(self, articles: Iterable[Article]) -> Iterator[Result]:
        """Yield a result for every article, in order."""
        rest = iter(articles)
        first = list(islice(rest, 2 * self._workers))
        if self._workers > 1 and len(first) == 2 * self._workers:
            try:
                yield from super().extract(chain(first, rest))
            finally:
                self._stop()
        elif first:
            yield from self._make().extract(chain(first, rest))

    def _submit(self, articles: list[Article]) -> Future[list[Result]]:
        try:
            return self._started().submit(_work, articles)
        except BrokenProcessPool:
            self._stop()
            return self._started().submit(_work, articles)

    def _await(self, work: Future[list[Result]]) -> list[Result]:
        try:
            return work.result()
        except BrokenProcessPool:
            raise _DiedError from None

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            # Not a fork: threads of onnxruntime do not survive one.
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self._workers, context, _start, (self._make,))
        return self._pool

    def _stop(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None


_engine: Engine | None = None  # of a worker process


def _start(make: Callable[[], Engine]) -> None:
    global _engine  # one pipeline a process: loading it takes seconds
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that the workers end with
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _engine = make()


def _end_with_parent() -> None:
    """End this process when the one that started it is killed, which closes no pipe to it."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _work(articles: list[Article]) -> list[Result]:
    assert _engine is not None, "the worker was started with its engine"  # noqa: S101
    return list(_engine.extract(articles))


# ---------------------------------------------------------------- a cluster


class Cluster(_Several):
    """The workers of a Dask cluster, on which the same version of fabgrid is installed.

    Args:
        fingerprint: that of the engines here, which those of the workers must have.
        make: makes an engine on a worker.
        scheduler: the scheduler's address, `tcp://host:8786`.
    """

    def __init__(self, fingerprint: str, make: Callable[[], Engine], scheduler: str) -> None:
        self.fingerprint, self._make, self._scheduler = fingerprint, make, scheduler
        self._client = _connected(scheduler)
        workers = len(self._client.scheduler_info(n_workers=-1)["workers"])
        if not workers:
            self._client.close()
            raise FabgridError(f"{scheduler} has no workers; start some: dask worker {scheduler} --nthreads 1")
        self.window = _AHEAD * workers

    def extract(self, articles: Iterable[Article]) -> Iterator[Result]:
        """Yield a result for every article, in order; raises FabgridError where the cluster is not fit for it."""
        try:
            yield from super().extract(articles)
        finally:
            self._client.close()

    def _submit(self, articles: list[Article]) -> Any:
        return self._client.submit(_work_for_a_cluster, self._make, articles, pure=False)

    def _await(self, work: Any) -> list[Result]:
        from distributed import KilledWorker

        try:
            fingerprint, results = work.result()
        except KilledWorker:
            raise _DiedError from None
        except FabgridError:
            raise
        except Exception as error:  # of the worker, or of the connection: whatever they are, the build cannot go on
            why = f"{type(error).__name__}: {error}"
            remedy = "is fabgrid installed on its workers? What was read is kept, run the command again"
            raise FabgridError(f"{self._scheduler}: {why}; {remedy}") from error
        if fingerprint != self.fingerprint:
            remedy = "install the same version, models and ontology on both"
            raise FabgridError(
                f"{self._scheduler}: a worker reads with {fingerprint}, not with {self.fingerprint}; {remedy}"
            )
        return list(results)


def _connected(scheduler: str) -> Client:
    try:
        from distributed import Client
    except ModuleNotFoundError as error:
        why = f"{error.name} is not installed; install it with: pip install 'fabgrid[cluster]'"
        raise FabgridError(why) from None
    try:
        return Client(scheduler, timeout=_PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise FabgridError(f"{scheduler}: no Dask scheduler answers ({error}); start one: dask scheduler") from None


_lock = threading.Lock()  # spaCy's pipelines are not made for threads
_made: dict[bytes, Engine] = {}


def _work_for_a_cluster(make: Callable[[], Engine], articles: list[Article]) -> tuple[str, list[Result]]:
    import pickle

    with _lock:
        key = pickle.dumps(make)
        if key not in _made:
            _made[key] = make()
        return _made[key].fingerprint, list(_made[key].extract(articles))
