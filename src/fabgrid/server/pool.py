"""The workers: started, asked one job at a time, killed at the deadline, and replaced."""

from __future__ import annotations

import asyncio
import json
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Any, Self

from fabgrid.errors import FabgridError
from fabgrid.server.limits import Limits
from fabgrid.server.messages import Job
from fabgrid.server.worker import READY, command

__all__ = ["Answer", "Failure", "Pool"]

_CHUNK = 1 << 18
_BUFFER = 1 << 20  # of what a worker writes
_IN_MEMORY = 1 << 17  # of an answer; the rest waits on disk for a slow reader
_STARTUP = 30.0  # seconds
_ATTEMPTS = 3  # at one job, where workers are killed from outside


class Failure(Exception):
    """A job has no answer; the message tells the client why."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


@dataclass(frozen=True, slots=True)
class Answer:
    """A worker's reply, its body in a file."""

    status: int
    media_type: str
    length: int
    truncated: int | None
    policy: str
    body: SpooledTemporaryFile[bytes]


class _DiedError(Exception):
    """A worker ended in the middle of a job, with this return code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class _Worker:
    """One process and the pipes to it."""

    def __init__(self, process: Process, snapshot: Path) -> None:
        self.process, self.snapshot = process, snapshot
        self.killed = False
        assert process.stdin is not None  # noqa: S101 - they are pipes
        assert process.stdout is not None  # noqa: S101
        self._to, self._from = process.stdin, process.stdout

    @classmethod
    async def start(cls, snapshot: Path, limits: Limits) -> Self:
        """Return a worker that has opened the snapshot; raises FabgridError where it does not start."""
        process = await asyncio.create_subprocess_exec(
            # A session of its own, so that Ctrl-C in a terminal reaches the server only.
            *command(snapshot, limits),
            limit=_BUFFER,
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            start_new_session=True,
        )
        worker = cls(process, snapshot)
        try:
            async with asyncio.timeout(_STARTUP):
                line = await worker._from.readline()
        except BaseException:
            worker.kill()
            raise
        if line != READY:
            worker.kill()
            raise FabgridError(f"a worker does not start; see: {' '.join(command(snapshot, limits))}")
        return worker

    async def ask(self, job: Job) -> Answer:
        try:
            self._to.write(job.line())
            await self._to.drain()
            head = json.loads(await self._from.readuntil(b"\n"))
            body: SpooledTemporaryFile[bytes] = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - the response reads it
            left = head["length"]
            while left:
                chunk = await self._from.read(min(left, _CHUNK))
                if not chunk:
                    raise EOFError
                body.write(chunk)
                left -= len(chunk)
        except (EOFError, ConnectionError):  # IncompleteReadError is an EOFError
            raise _DiedError(await self.process.wait()) from None
        body.seek(0)
        return Answer(body=body, **head)

    @property
    def is_alive(self) -> bool:
        return not self.killed and self.process.returncode is None

    def kill(self) -> None:
        self.killed = True
        with suppress(ProcessLookupError):
            self.process.kill()


class Pool:
    """So many workers on the newest snapshot.

    `forget` is called with a snapshot when the last worker that reads it has ended.
    """

    def __init__(self, size: int, limits: Limits, forget: Callable[[Path], None]) -> None:
        self.size, self.limits = size, limits
        self.snapshot = Path()
        self._forget = forget
        self._idle: asyncio.Queue[_Worker] = asyncio.Queue()
        self._readers: dict[Path, int] = {}
        self._workers: set[_Worker] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.busy = 0

    async def renew(self, snapshot: Path) -> None:
        """Start workers on a snapshot and let the others finish what they do.

        Raises FabgridError, OSError or TimeoutError where one does not start; then all is as it was.
        """
        started = await asyncio.gather(*(self._start(snapshot) for _ in range(self.size)), return_exceptions=True)
        workers = [worker for worker in started if isinstance(worker, _Worker)]
        for trouble in started:
            if isinstance(trouble, BaseException):
                for worker in workers:
                    self._discard(worker)
                raise trouble
        self.snapshot = snapshot
        while not self._idle.empty():
            self._discard(self._idle.get_nowait())
        for worker in workers:
            self._idle.put_nowait(worker)

    async def ask(self, job: Job) -> Answer:
        """Return the answer to a job; raises Failure where there is none."""
        seconds = self.limits.seconds if job.kind == "query" else self.limits.page_seconds
        for _ in range(_ATTEMPTS):
            worker = await self._take()
            try:
                async with asyncio.timeout(seconds):
                    return await worker.ask(job)
            except TimeoutError:
                worker.kill()
                raise Failure(504, f"the answer took longer than {seconds:g} seconds and was stopped") from None
            except _DiedError as death:
                _explain(death.code)
            except BaseException:  # whatever else: nobody knows what the worker would say next
                worker.kill()
                raise
            finally:
                self._give_back(worker)
        raise Failure(503, "the workers are being killed from outside; try again")

    async def close(self) -> None:
        """Kill all workers."""
        for task in self._tasks:
            task.cancel()
        workers = list(self._workers)
        for worker in workers:
            worker.kill()
        await asyncio.gather(*(worker.process.wait() for worker in workers))

    @property
    def alive(self) -> int:
        """The number of workers, those that are about to end included."""
        return len(self._workers)

    async def _take(self) -> _Worker:
        try:
            async with asyncio.timeout(self.limits.seconds):
                worker = await self._idle.get()
                while not (worker.is_alive and worker.snapshot == self.snapshot):
                    self._retire(worker)
                    worker = await self._idle.get()
        except TimeoutError:
            raise Failure(503, "all workers are busy; try again later") from None
        self.busy += 1
        return worker

    def _give_back(self, worker: _Worker) -> None:
        self.busy -= 1
        if worker.is_alive and worker.snapshot == self.snapshot:
            self._idle.put_nowait(worker)
        else:
            self._retire(worker)

    def _retire(self, worker: _Worker) -> None:
        """End a worker, and replace it if it was one of the newest snapshot."""
        self._discard(worker)
        if worker.snapshot == self.snapshot:
            self._spawn(self._replace(worker.snapshot))

    async def _replace(self, snapshot: Path) -> None:
        while snapshot == self.snapshot:
            try:
                self._idle.put_nowait(await self._start(snapshot))
            except (FabgridError, OSError, TimeoutError):
                await asyncio.sleep(1)
            else:
                return

    async def _start(self, snapshot: Path) -> _Worker:
        self._readers[snapshot] = self._readers.get(snapshot, 0) + 1
        try:
            worker = await _Worker.start(snapshot, self.limits)
        except BaseException:
            self._release(snapshot)
            raise
        self._workers.add(worker)
        return worker

    def _discard(self, worker: _Worker) -> None:
        worker.kill()
        self._spawn(self._bury(worker))

    async def _bury(self, worker: _Worker) -> None:
        await worker.process.wait()
        self._workers.discard(worker)
        self._release(worker.snapshot)

    def _release(self, snapshot: Path) -> None:
        self._readers[snapshot] -= 1
        if not self._readers[snapshot] and snapshot != self.snapshot:
            del self._readers[snapshot]
            self._forget(snapshot)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _explain(code: int) -> None:
    """Raise what the end of a worker means; return where it was killed from outside, and may be asked again."""
    if code == -signal.SIGSEGV:
        raise Failure(400, "the query is nested too deeply")
    if code == -signal.SIGABRT:
        raise Failure(503, "the query needs more memory than one question may have")
