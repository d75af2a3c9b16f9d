"""The process that evaluates: a job in, a reply out, one after another, until it is told no more or killed."""

from __future__ import annotations

import fcntl
import json
import os
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO

import pyoxigraph as ox

from fabgrid.errors import FabgridError
from fabgrid.server.answers import answer
from fabgrid.server.limits import Limits
from fabgrid.server.messages import Job, Reply
from fabgrid.server.sandbox import confine

__all__ = ["READY", "command"]

READY = b"ready\n"
_PIPE = 1 << 20  # bytes that are written before the server must read: most answers at once
_STACK = 1 << 30  # for queries nested a hundred thousand deep; only what is used takes memory


def command(snapshot: Path, limits: Limits) -> list[str]:
    """Return the command line that starts a worker on a snapshot."""
    return [sys.executable, "-P", "-m", "fabgrid.server.worker", str(snapshot), json.dumps(asdict(limits))]


def main() -> None:
    """Serve standard input until it ends."""
    jobs, replies = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing else may write among the replies
    fcntl.fcntl(replies, fcntl.F_SETPIPE_SZ, _PIPE)
    snapshot, limits = Path(sys.argv[1]), Limits(**json.loads(sys.argv[2]))
    store = ox.Store.read_only(str(snapshot)) if (snapshot / "CURRENT").is_file() else ox.Store()
    threading.stack_size(_STACK)
    thread = threading.Thread(target=_serve, args=(store, limits, jobs, replies))
    thread.start()
    thread.join()


def _serve(store: ox.Store, limits: Limits, jobs: BinaryIO, replies: BinaryIO) -> None:
    confine(limits.memory_bytes)
    replies.write(READY)
    replies.flush()
    for line in jobs:
        reply = _reply(store, Job.parse(line), limits)
        replies.write(reply.head())
        replies.write(reply.body)
        replies.flush()


def _reply(store: ox.Store, job: Job, limits: Limits) -> Reply:
    try:
        if job.kind == "query":
            return answer(store, job, limits)
        from fabgrid.server.pages import page  # templates take a while to load, which queries must not wait for

        return page(store, job, limits)
    except FabgridError as error:
        return Reply(400, "text/plain", f"{error}\n".encode())
    except MemoryError:
        return Reply(503, "text/plain", b"the answer needs more memory than one question may have\n")
    except Exception as error:
        return Reply(500, "text/plain", f"a mistake in the server: {error!r}\n".encode())


if __name__ == "__main__":
    main()
