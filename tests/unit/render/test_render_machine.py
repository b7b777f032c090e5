from __future__ import annotations

import json
from pathlib import Path

from waooaw_cli.factory.machine import Check, State
from waooaw_cli.render.defects import write_defect
from waooaw_cli.render.machine import machine_json, machine_text

CHECKS = (
    Check("Python", State.OK, "3.11", remedy="python.org"),
    Check("git", State.MISSING, "not found", remedy="git-scm.com"),
)


def test_a_defect_is_told_in_three_lines_and_kept_in_a_log(tmp_path: Path) -> None:
    """The log holds traceback and options, never the values that a person gave."""
    error = ValueError("first\nsecond")
    said = write_defect(
        error, ["gate", "--set=secret", "value"], {"WAOOAW_STATE_DIR": str(tmp_path)}
    )

    (log,) = (tmp_path / "logs").iterdir()
    kept = log.read_text(encoding="utf-8")
    assert said.splitlines()[0] == "error: a defect in waooaw: ValueError: first second"
    assert len(said.splitlines()) == 3
    assert str(log) in said
    assert "command: gate --set" in kept
    assert "secret" not in kept


def test_a_defects_own_words_are_kept_without_secrets(tmp_path: Path) -> None:
    """An error may quote what a customer sent: it stands neither on the screen nor in the log."""
    error = ValueError("cannot read jo@example.com, AKIAIOSFODNN7EXAMPLE")
    said = write_defect(error, ["triage"], {"WAOOAW_STATE_DIR": str(tmp_path)})
    (log,) = (tmp_path / "logs").iterdir()

    for text in (said, log.read_text(encoding="utf-8")):
        assert "jo@example" not in text
        assert "AKIA" not in text
        assert "ValueError: cannot read" in text


def test_a_defect_is_told_where_no_log_can_be_written(tmp_path: Path) -> None:
    """A full or read-only disk does not hide what went wrong."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    said = write_defect(ValueError("x"), [], {"WAOOAW_STATE_DIR": str(tmp_path / "file")})

    assert "ValueError: x" in said
    assert "--debug" in said


def test_doctor_says_what_is_missing_and_how_to_get_it() -> None:
    """The way out stands below what is missing, and nowhere else."""
    text = machine_text(CHECKS, {"jobs": 2}, {"jobs": "default"})

    assert "get it: git-scm.com" in text
    assert "python.org" not in text
    assert "  jobs = 2  (default)" in text.splitlines()


def test_doctor_says_the_same_to_a_program() -> None:
    """Settings with their origins, and a remedy only where one is needed."""
    document = json.loads(machine_json(CHECKS, {"jobs": 2}, {"jobs": "default"}))

    assert document["schema"] == "waooaw.doctor/1"
    assert [check["remedy"] for check in document["checks"]] == [None, "git-scm.com"]
    assert document["settings"] == {"jobs": {"value": 2, "origin": "default"}}
