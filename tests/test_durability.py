"""What a store holds after kill -9 at random moments, on a full disk and on a read-only one.

FABGRID_KILL_ROUNDS sets how often the writer is killed: a few times by default.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import textwrap
import time
from collections import Counter
from pathlib import Path

import pytest

from fabgrid.build import build
from fabgrid.graph.snapshot import outline, read_outline
from fabgrid.graph.store import Store
from fabgrid.graph.validation import check
from fabgrid.ontology import load
from fabgrid.resolution.judgements import Retype, dump, parse
from fabgrid.sources import read
from test_build import NAMELESS, PADDING, Reader
from test_build import dump as bytes_of

HERE = Path(__file__).parent
ROUNDS = int(os.environ.get("FABGRID_KILL_ROUNDS", "4"))
ARTICLES, FACTS = 6, 3
ADDRESSES = "SELECT ?url { ?article schema:url ?url }"


def write_articles(folder: Path, number: int) -> None:
    """Write the articles anew, some with other facts than before, whole files only."""
    folder.mkdir(exist_ok=True)
    for k in range(ARTICLES):
        edition = (number + k) // 3
        facts = "\n".join(f"Aldergate supplies Borsen{(edition + n) % 7}." for n in range(FACTS))
        draft = folder / f"{k}.part"
        draft.write_text(f"{facts}\n\n{PADDING} It is number {k}, edition {edition}.\n", encoding="utf-8")
        draft.replace(folder / f"{k}.txt")


def judgement(number: int) -> Retype:
    return Retype(f"Borsen{number % 7}", "Organization" if number % 2 else "Company", f"number {number}")


def say(*words: str) -> None:
    sys.stdout.write(" ".join(words) + "\n")
    sys.stdout.flush()


def work(root: Path, seed: int) -> None:
    """Do what changes a store, over and over, and say what is done."""
    from fabgrid.build import project
    from fabgrid.graph import store as store_module
    from fabgrid.graph.records import Records
    from fabgrid.resolution.judgements import append

    store_module._MOST_HELD = 0  # the quads are closed and opened again after each batch
    put = Records.put

    def acknowledged(records: Records, extraction, fingerprint: str) -> None:  # type: ignore[no-untyped-def]
        put(records, extraction, fingerprint)
        say("put", extraction.article.url, extraction.article.id)

    Records.put = acknowledged  # type: ignore[method-assign]
    dice = random.Random(seed)
    say("ready")
    while True:
        number = dice.randrange(1000)
        write_articles(root / "articles", number)
        with Store.open(root / "db", create=True) as store:
            build([root / "articles"], store, Reader())
            append(store.judgements, judgement(number))
            say("judged", dump(judgement(number)))
            project(store)
            store.compact()
            name = f"backup-{len(list(root.glob('backup-*[0-9]')))}"
            store.backup(root / name)
            say("saved", name)


def killed(root: Path, dice: random.Random) -> list[str]:
    """Let a writer come as far as it comes, kill it a moment later, and return what it has said."""
    code = f"import sys; sys.path.insert(0, {str(HERE)!r}); from pathlib import Path; import test_durability as t;"
    command = [sys.executable, "-c", f"{code} t.work(Path({str(root)!r}), {dice.randrange(10**6)})"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    lines = [process.stdout.readline().rstrip("\n") for _ in range(dice.randrange(1, 3 * ARTICLES))]
    time.sleep(dice.uniform(0.0, 0.4))  # the moment is the experiment, nothing is waited for
    process.kill()
    return lines + process.communicate()[0].splitlines()


def assert_whole(path: Path) -> None:
    """Check what a reader finds, before anything is repaired."""
    with Store.open(path, read_only=True) as store:
        assert list(store.query(NAMELESS)) == []
        addresses = Counter(row["url"].value for row in store.query(ADDRESSES))
        assert [url for url, often in addresses.items() if often > 1] == []
        report = check(store, load())
        assert report.findings == ()
        assert report.checked == FACTS * len(store.articles())


def assert_outlined(path: Path) -> None:
    """Check that the outline is that of the quads."""
    with Store.open(path, read_only=True) as store:
        assert outline(store) == read_outline(store)


@pytest.mark.slow
def test_kill_9_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    dice = random.Random(5)
    put: dict[str, str] = {}
    said: list[str] = []
    for _ in range(ROUNDS):
        lines = killed(tmp_path, dice)
        put |= dict(line.split()[1:] for line in lines if line.startswith("put "))
        said += lines
        if not (tmp_path / "db" / "format").exists():
            continue  # killed before it was made
        assert_whole(tmp_path / "db")
        assert_kept(tmp_path, put, said)
    finish(tmp_path)


def assert_kept(root: Path, put: dict[str, str], said: list[str]) -> None:
    """Check what a writer finds."""
    on_disk = {a.url: a.id for a in read([root / "articles"])}  # type: ignore[union-attr]
    with Store.open(root / "db") as store:
        states = {url: article_id for url, (article_id, _) in store.records.states().items()}
        # The last one may have been recorded, and the writer killed before it could say so.
        assert all(states[url] in (article_id, on_disk[url]) for url, article_id in put.items())
        lines = store.judgements.read_text(encoding="utf-8").splitlines() if store.judgements.exists() else []
        judged = Counter(line.removeprefix("judged ") for line in said if line.startswith("judged "))
        assert not judged - Counter(dump(parse(line)) for line in lines)
    for line in said:
        if line.startswith("saved "):
            assert_whole(root / line.removeprefix("saved "))
            assert_outlined(root / line.removeprefix("saved "))
    assert not list((root / "db" / "quads").glob("bulk-*"))
    assert not (root / "db" / "writer").read_text(encoding="utf-8")


def finish(root: Path) -> None:
    """Check that the next build gives what an undisturbed one gives, and the next backup sweeps up."""
    write_articles(root / "articles", 1)
    with Store.open(root / "db", create=True) as store, Store.open(root / "calm", create=True) as calm:
        if store.judgements.exists():
            calm.judgements.write_bytes(store.judgements.read_bytes())
        for opened in (store, calm):
            build([root / "articles"], opened, Reader())
        assert bytes_of(store, root / "a.nq") == bytes_of(calm, root / "b.nq")
        name = f"backup-{len(list(root.glob('backup-*[0-9]')))}"
        store.backup(root / name)
    assert_whole(root / name)
    assert_outlined(root / name)
    assert not list(root.glob("*.part"))


# ---------------------------------------------------------------- disks

ON_A_DISK = """
    import json, shutil, subprocess, sys
    from pathlib import Path
    sys.path.insert(0, {here!r})

    disk = Path({disk!r})
    mount = ["mount", "-t", "tmpfs", "-o", "size=12m", "none", str(disk)]
    subprocess.run(mount, check=True)
    store = shutil.copytree({store!r}, disk / "db")

    def fabgrid(*words):
        command = [sys.executable, "-m", "fabgrid", *words]
        return subprocess.run(command, capture_output=True, text=True)

    def dumped():
        fabgrid("export", "-o", {dump!r}, "--store", str(store))
        return Path({dump!r}).read_text()

    before = dumped()
    {spoil}
    said = [fabgrid(*words, "--store", str(store)) for words in {commands!r}]
    {mend}
    judged = store / "judgements.jsonl"
    print(json.dumps({{
        "said": [[done.returncode, done.stderr] for done in said],
        "same": dumped() == before,
        "judged": judged.read_text() if judged.exists() else "",
        "left": sorted(p.name for p in disk.iterdir()),
        "after": fabgrid("retype", "Mara", "Organization", "--store", str(store)).returncode,
    }}))
"""
FULL = """
    with (disk / "filler").open("wb", buffering=0) as filler:
        try:
            while filler.write(b"x" * 4096):
                pass
        except OSError:
            pass
"""
COMMANDS = [["retype", "Mara", "Organization"], ["remove", "https://example.org/power"], ["compact"]]


def on_a_disk(tmp_path: Path, store: Path, *, spoil: str, mend: str) -> dict[str, object]:
    """Run commands on a store on a file system of its own, and return what they said and left."""
    probe = subprocess.run(["unshare", "-rm", "mount", "-t", "tmpfs", "none", "/mnt"], check=False, capture_output=True)
    if probe.returncode:
        pytest.skip("this system lets no test mount a file system of its own")
    disk = tmp_path / "disk"
    disk.mkdir()
    commands = [*COMMANDS, ["backup", str(disk / "copy")]]
    code = textwrap.dedent(ON_A_DISK).format(
        here=str(HERE),
        disk=str(disk),
        store=str(store),
        dump=str(tmp_path / "dump.nq"),
        commands=commands,
        spoil=textwrap.dedent(spoil),
        mend=mend,
    )
    done = subprocess.run(["unshare", "-rm", sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


@pytest.fixture
def built(tmp_path: Path) -> Path:
    from fabgrid.build import project
    from samples import chips, power

    with Store.open(tmp_path / "built", create=True) as store:
        for extraction in (chips(), power()):
            store.records.put(extraction, "fabgrid 0, no model")
        project(store)
    return tmp_path / "built"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("spoil", "mend", "says"),
    [
        (FULL, '(disk / "filler").unlink()', "the disk is full; free space"),
        (
            'subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)',
            'subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)',
            "the disk is read-only; make it writable",
        ),
    ],
    ids=["full", "read-only"],
)
def test_a_bad_disk_is_one_clear_line_and_changes_nothing(
    tmp_path: Path, built: Path, spoil: str, mend: str, says: str
) -> None:
    found = on_a_disk(tmp_path, built, spoil=spoil, mend=mend)
    for code, text in found["said"]:  # type: ignore[attr-defined]
        assert (code, text.count("\n"), says in text) == (1, 1, True), text
    assert found["same"]
    assert found["judged"] == ""
    assert found["left"] == ["db"]
    assert found["after"] == 0
