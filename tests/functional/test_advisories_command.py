"""`waooaw advisories` imports known vulnerabilities, and says how old they are."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fakes.advisory_records import record, record_folder, record_zip
from program import waooaw


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return {"WAOOAW_STATE_DIR": str(tmp_path / "state")}


def day(days_ago: int) -> str:
    return (datetime.now(UTC) - timedelta(days=days_ago)).isoformat()


def test_import_and_status(tmp_path: Path, env: dict[str, str]) -> None:
    """From nothing (3) to young (0) to old (1); the age is that of the knowledge."""
    nothing = waooaw("advisories", cwd=tmp_path, env=env)
    record_zip(tmp_path / "young.zip", record(modified=day(2)))
    record_zip(tmp_path / "old.zip", record(modified=day(20)), {"id": "x"})
    young = waooaw("advisories", "import", "young.zip", cwd=tmp_path, env=env)
    fresh = waooaw("advisories", "status", cwd=tmp_path, env=env)
    old = waooaw("advisories", "import", "old.zip", cwd=tmp_path, env=env)
    stale = waooaw("advisories", "status", cwd=tmp_path, env=env)

    assert nothing.returncode == 3
    assert nothing.stdout.startswith("none: ")
    assert "waooaw advisories import" in nothing.stdout
    assert (young.returncode, young.stderr) == (0, "reading 1 records\n")
    assert "in force: 1 advisory on 1 package, " in young.stdout
    assert fresh.returncode == 0
    assert re.match(r"fresh: known until .*, 2 days ago; at most 14 days", fresh.stdout)
    assert "left out: 1 other ecosystem" in old.stdout
    assert stale.returncode == 1
    assert stale.stdout.startswith("old: ")


def test_json_in_every_state(tmp_path: Path, env: dict[str, str]) -> None:
    """One document on stdout; the exit code is the same."""
    (tmp_path / "waooaw.toml").write_text("[dependencies]\nmax_age_days = 30\n")
    record_folder(tmp_path / "db", record(modified=day(20)))
    done = waooaw("advisories", "import", "db", "--json", "--quiet", cwd=tmp_path, env=env)
    status = waooaw("advisories", "status", "--json", cwd=tmp_path, env=env)
    [index] = (tmp_path / "state" / "advisories").glob("*.sqlite")
    index.write_bytes(b"")
    damaged = waooaw("advisories", "status", "--json", cwd=tmp_path, env=env)

    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["database"]["records"] == 1
    document = json.loads(status.stdout)
    assert (status.returncode, document["state"], document["age_days"]) == (0, "fresh", 20)
    assert (document["max_age_days"], document["database"]["source"]) == (30, "db")
    document = json.loads(damaged.stdout)
    assert (damaged.returncode, document["state"], document["database"]) == (3, "damaged", None)
    assert "is not what was imported" in document["why"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("import",), "import what?"),
        (("import", "missing.zip"), "no such file"),
        (("import", "empty.zip"), "no advisory for PyPI"),
        (("import", "text.zip"), "no zip file"),
        (("status", "all.zip"), "waooaw advisories import all.zip"),
        (("delete",), "neither status nor import"),
    ],
)
def test_wrong_words(
    tmp_path: Path, env: dict[str, str], arguments: tuple[str, ...], says: str
) -> None:
    """Exit 2, at most three lines, nothing on stdout."""
    record_zip(tmp_path / "empty.zip")
    (tmp_path / "text.zip").write_text("no zip")

    done = waooaw("advisories", *arguments, cwd=tmp_path, env=env)

    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
    assert len(done.stderr.splitlines()) <= 3


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ("dependencies = 1", "is no table"),
        ("[dependencies]\nmax_age_day = 1", "max_age_day"),
        ("[dependencies]\nmax_age_days = 0", "from 1"),
    ],
)
def test_wrong_settings(tmp_path: Path, env: dict[str, str], table: str, says: str) -> None:
    """Exit 2 with the file and the key."""
    (tmp_path / "waooaw.toml").write_text(table)

    done = waooaw("advisories", cwd=tmp_path, env=env)

    assert done.returncode == 2
    assert "waooaw.toml" in done.stderr
    assert says in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_import_changes_nothing(
    tmp_path: Path, env: dict[str, str], number: signal.Signals
) -> None:
    """Exit 130, the old index in force, nothing left of the new one."""
    waooaw(
        "advisories", "import", str(record_zip(tmp_path / "a.zip", record())), cwd=tmp_path, env=env
    )
    folder = tmp_path / "state" / "advisories"
    before = {path.name for path in folder.iterdir()}
    many = [record(f"P-{n}", versions=[f"1.{v}" for v in range(200)]) for n in range(4_000)]
    record_zip(tmp_path / "many.zip", *many)

    with subprocess.Popen(
        [sys.executable, "-m", "waooaw_cli", "advisories", "import", "many.zip"],
        cwd=tmp_path,
        env={**os.environ, **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        deadline = time.monotonic() + 60
        while not list(folder.glob(".*.new")) and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(number)
        _, said = process.communicate(timeout=60)

    assert (process.returncode, said.splitlines()[-1]) == (130, "interrupted")
    assert {path.name for path in folder.iterdir()} == before


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_a_full_disk_changes_nothing(tmp_path: Path, env: dict[str, str]) -> None:
    """Exit 3 with a way out, and nothing of the new index is left."""
    records = [record(f"P-{n}", versions=[f"1.{v}" for v in range(200)]) for n in range(200)]
    record_zip(tmp_path / "many.zip", *records)
    program = f"ulimit -f 100; exec '{sys.executable}' -m waooaw_cli advisories import many.zip"

    done = subprocess.run(
        ["sh", "-c", program],
        cwd=tmp_path,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (3, "")
    assert "can't be kept in" in done.stderr
    assert "WAOOAW_ADVISORIES" in done.stderr
    assert {path.name for path in (tmp_path / "state" / "advisories").iterdir()} == {".lock"}


@pytest.mark.skipif(sys.platform == "win32", reason="pexpect needs a pseudo-terminal")
def test_a_terminal_shows_how_far_it_is(tmp_path: Path, env: dict[str, str]) -> None:
    """A line that moves, and is gone in the end."""
    import pexpect

    record_zip(tmp_path / "many.zip", *[record(f"P-{number}") for number in range(600)])

    child = pexpect.spawn(
        sys.executable,
        ["-m", "waooaw_cli", "advisories", "import", "many.zip"],
        cwd=str(tmp_path),
        env={**os.environ, **env},
        encoding="utf-8",
        timeout=60,
    )
    child.expect_exact("\rreading 600 records: 500")
    child.expect_exact("\x1b[K")
    child.expect_exact("in force: 600 advisories on 1 package")
    child.expect(pexpect.EOF)
    child.close()

    assert child.exitstatus == 0


def test_doctor_knows_them(tmp_path: Path, env: dict[str, str]) -> None:
    """None, damaged, or how many and until when; waooaw works without them."""

    def told() -> tuple[str, str]:
        done = waooaw("doctor", "--json", cwd=tmp_path, env=env)
        assert done.returncode == 0
        [check] = [one for one in json.loads(done.stdout)["checks"] if one["name"] == "advisories"]
        return check["state"], check["found"]

    nothing = told()
    record_zip(tmp_path / "all.zip", record())
    waooaw("advisories", "import", "all.zip", cwd=tmp_path, env=env)
    imported = told()
    (tmp_path / "state" / "advisories" / "current.json").write_text("{")

    assert nothing == ("optional", "none were imported")
    assert imported == ("ok", "1, known until 2026-11-01")
    assert told() == ("optional", "damaged: current.json is damaged")
