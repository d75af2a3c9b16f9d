"""SPARQL servers of others, started on loopback for the tests of remote stores."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sysconfig
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

INI = """
[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
[TempDatabase]
DatabaseFile = {folder}/virtuoso-temp.db
TransactionFile = {folder}/virtuoso-temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
DirsAllowed = {folder}
NumberOfBuffers = 10000
MaxDirtyBuffers = 6000
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerRoot = {folder}
[SPARQL]
ResultSetMaxRows = 10000
"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@contextmanager
def running(command: list[str], folder: Path, url: str) -> Iterator[str]:
    """Start a server, wait until it answers, and end it."""
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, cwd=folder)
    try:
        end = time.monotonic() + 120
        while True:
            try:
                httpx.get(url, timeout=10)
                break
            except httpx.TransportError:
                assert process.poll() is None, (folder / "output").read_text(errors="replace")
                assert time.monotonic() < end, f"{command[0]} does not answer"
                time.sleep(0.1)
        yield url
    finally:
        process.kill()
        process.wait()


@contextmanager
def oxigraph(folder: Path) -> Iterator[str]:
    binary = Path(sysconfig.get_path("scripts")) / "oxigraph"
    if not binary.exists():
        pytest.skip("the server is not installed: pip install oxigraph")
    port = free_port()
    command = [str(binary), "serve", "--location", str(folder / "quads"), "--bind", f"127.0.0.1:{port}"]
    with running(command, folder, f"http://127.0.0.1:{port}") as url:
        yield url


@contextmanager
def virtuoso(folder: Path) -> Iterator[str]:
    binary = shutil.which("virtuoso-t") or _installed()
    port = free_port()
    ini = folder / "virtuoso.ini"
    ini.write_text(INI.format(folder=folder, sql=free_port(), http=port))
    with running([binary, "+foreground", "+configfile", str(ini)], folder, f"http://127.0.0.1:{port}/sparql") as url:
        yield url


def _installed() -> str:
    if shutil.which("apt-get") is None or os.geteuid():
        pytest.skip("Virtuoso is not here, and only root can install it: apt-get install virtuoso-opensource-7")
    install = ["apt-get", "install", "-qq", "--no-install-recommends", "virtuoso-opensource-7"]
    for command in (["apt-get", "update", "-qq"], install):
        done = subprocess.run(
            command, check=False, capture_output=True, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        )
        if done.returncode:
            pytest.skip(f"Virtuoso cannot be installed here: {done.stderr.decode(errors='replace').splitlines()[-1:]}")
    return shutil.which("virtuoso-t") or pytest.skip("the package brought no virtuoso-t")
