from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from urllib.request import ProxyHandler, Request, build_opener

import pytest

pytest.importorskip("uvicorn", reason="uvicorn is not installed: pip install 'fabgrid[serve]'")

DIRECT = build_opener(ProxyHandler({}))


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_serve_answers_until_it_is_stopped(store: Path, stop: signal.Signals) -> None:
    command = [sys.executable, "-m", "fabgrid", "serve", "--store", str(store), "--port", "0", "--workers", "1"]
    before = set(store.iterdir())
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        line = process.stderr.readline()
        try:
            found = re.search(r"SPARQL at (http://127\.0\.0\.1:\d+/sparql)\); Ctrl-C stops it", line)
            assert found, line
            request = Request(found[1], b"ASK {}", {"Content-Type": "application/sparql-query"})
            assert b'"boolean":true' in DIRECT.open(request, timeout=60).read()
        finally:
            process.send_signal(stop)
        assert process.stderr.read() == ""
        assert process.wait(30) == 0
    assert set(store.iterdir()) == before


def test_the_token_may_come_from_the_environment(store: Path) -> None:
    command = [sys.executable, "-m", "fabgrid", "serve", "--store", str(store), "--host", "0.0.0.0", "--port", "0"]
    environment = {**os.environ, "FABGRID_TOKEN": "sesame"}
    with subprocess.Popen([*command, "--workers", "1"], stderr=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stderr
        found = re.search(r"at http://0\.0\.0\.0:(\d+)/ ", process.stderr.readline())
        try:
            assert found
            request = Request(f"http://127.0.0.1:{found[1]}/", headers={"Authorization": "Bearer sesame"})
            assert b"fabgrid" in DIRECT.open(request, timeout=60).read()
        finally:
            process.terminate()


def test_other_machines_need_a_token(run, store: Path) -> None:
    error = run("serve", "--host", "0.0.0.0", "--port", "0", "--store", store, code=1).stderr
    assert "0.0.0.0 can be reached from other machines" in error
    assert "--token TOKEN" in error
    assert error.count("\n") == 1


def test_without_a_store_there_is_nothing_to_serve(run, tmp_path: Path) -> None:
    error = run("serve", "--port", "0", "--store", tmp_path / "none", code=1).stderr
    assert "there is no store" in error
    assert error.count("\n") == 1


def test_without_its_packages_it_names_the_extra(run, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [m for m in sys.modules if m.startswith(("fabgrid.server", "starlette", "uvicorn"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    error = run("serve", "--store", store, code=1).stderr
    assert error == "fabgrid: uvicorn is not installed; install it with: pip install 'fabgrid[serve]'\n"
