"""`waooaw explain` explains every rule, offline."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

import pytest

from waooaw_cli.gates import rule_docs
from waooaw_cli.gates.beside import beside
from waooaw_cli.gates.waivers import Waiver, read_waivers


def explained(*arguments: str, columns: int | None = None) -> subprocess.CompletedProcess[str]:
    environment = dict(os.environ)
    if columns is not None:
        environment["COLUMNS"] = str(columns)
    return subprocess.run(
        [sys.executable, "-m", "waooaw_cli", "explain", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env=environment,
        stdin=subprocess.DEVNULL,
    )


def test_a_rule_is_explained_in_full() -> None:
    """Meaning, reason, both examples, the way out, and that the core can't be waived."""
    done = explained("VIS-C005")

    assert (done.returncode, done.stderr) == (0, "")
    for part in ("VIS-C005: ", "can't be taken back", "Bad:", "Good:", "Fix: ", "can't be waived"):
        assert part in done.stdout


def test_a_rule_of_the_standard_layer_says_how_it_may_be_permitted() -> None:
    """Waiving needs a reason and an end."""
    done = explained("sec-031")

    assert done.returncode == 0
    assert done.stdout.startswith("SEC-031: ")
    assert "with a reason and an owner" in done.stdout
    assert 'rule = "SEC-031"' in done.stdout
    assert "# waooaw: waive SEC-031 until 20" in done.stdout


def test_all_rules_are_listed_in_every_width() -> None:
    """Without an argument every rule has a line that fits the terminal."""
    done = explained(columns=40)

    lines = done.stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(rule_docs())
    assert max(map(len, lines)) <= 40


def test_json_holds_the_same() -> None:
    """One document on stdout, for one rule and for all."""
    one = json.loads(explained("VIS-C001", "--json").stdout)
    every = json.loads(explained("--json").stdout)

    assert one["schema"] == "waooaw.rule/1"
    assert (one["id"], one["waivable"]) == ("VIS-C001", False)
    assert every["schema"] == "waooaw.rules/1"
    assert [rule["id"] for rule in every["rules"]] == list(rule_docs())


@pytest.mark.parametrize(
    ("name", "id_", "says"),
    [
        ("LINT-F401", "LINT-F401", "ruff rule F401"),
        ("f401", "LINT-F401", "ruff rule F401"),
        ("LINT-unused-import", "LINT-unused-import", "ruff rule unused-import"),
        ("TYPE-arg-type", "TYPE-arg-type", "code-arg-type"),
        ("TYPE", "TYPE", "mypy.readthedocs.io"),
    ],
)
def test_a_tools_rule_is_explained_by_the_tool(name: str, id_: str, says: str) -> None:
    """Ruff and mypy know their own rules best; the way there is named."""
    document = json.loads(explained(name, "--json").stdout)

    assert document["id"] == id_
    assert says in document["more"]


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("VIS-C0005", "VIS-C005"),
        ("SEC-31", "SEC-031"),
        ("ünknown\x1b[2J", "lists them all"),
        ("", ""),
    ],
)
def test_an_unknown_rule_names_the_nearest(name: str, near: str) -> None:
    """Exit 2, at most three lines, no traceback, nothing on stdout."""
    done = explained(name)

    assert (done.returncode, done.stdout) == (2, "")
    assert near in done.stderr
    assert len(done.stderr.splitlines()) <= 3
    assert "\x1b" not in done.stderr


def test_ruffs_own_words_are_shown_offline() -> None:
    """Under our header, with why it matters here and how it is waived."""
    done = explained("LINT-F401")

    assert done.returncode == 0
    for part in ("LINT-F401: ", "# unused-import (F401)", "## Why is this bad?", "[[waivers]]"):
        assert part in done.stdout


def test_the_commonest_codes_of_mypy_are_explained_offline() -> None:
    """With an example each; the family speaks for the others."""
    own = json.loads(explained("TYPE-union-attr", "--json").stdout)
    other = json.loads(explained("TYPE-exit-return", "--json").stdout)

    assert "name.upper()" in own["bad"]
    assert own["waiver"]["comment"].startswith("# waooaw: waive TYPE-union-attr until 20")
    assert other["title"].startswith("Types fit together.")


@pytest.mark.parametrize("name", ["LINT-ZZZ999", "LINT-no-such-rule"])
def test_a_rule_that_ruff_does_not_know_is_none(name: str) -> None:
    """Exit 2: what nobody can find is a mistake in its name."""
    done = explained(name)

    assert (done.returncode, done.stdout) == (2, "")
    assert f"there is no rule {name}: ruff has none" in done.stderr


def test_a_file_that_is_no_python_is_explained_and_never_waived() -> None:
    """Ruff has no page for it."""
    document = json.loads(explained("LINT-invalid-syntax", "--json").stdout)

    assert document["title"] == "Source files are Python."
    assert (document["waivable"], document["waiver"]) == (False, None)


@pytest.mark.parametrize("name", ["LINT-F401", "SEC-031", "LINT", "TYPE"])
def test_the_waiver_that_is_shown_is_one(name: str, tmp_path: Path) -> None:
    """Who copies it into waooaw.toml, or beside a line, has a waiver."""
    shown = json.loads(explained(name, "--json").stdout)["waiver"]
    today = datetime.now(UTC).date()
    (tmp_path / "a.py").write_text(f"import os  {shown['comment']}\n")

    [table] = read_waivers(
        tomllib.loads(shown["table"])["waivers"], source="waooaw.toml", today=today
    )
    [comment] = beside(tmp_path, (PurePosixPath("a.py"),), today=today)

    assert isinstance(comment, Waiver)
    assert table.rule == comment.rule
    assert table.expires == comment.expires


@pytest.mark.parametrize(
    ("name", "place"), [("PERF-001", "agent.yaml"), ("TEST-002", None), ("SEC-021", "bank.py")]
)
def test_what_is_about_no_line_is_waived_in_a_table_only(name: str, place: str | None) -> None:
    """A comment beside a line would speak for nothing."""
    document = json.loads(explained(name, "--json").stdout)

    assert document["waiver"]["comment"] is None
    assert "comment" not in document["waiving"]
    assert place is None or place in document["waiver"]["table"]
    assert ("path =" in document["waiver"]["table"]) is (place is not None)
    assert "# waooaw:" not in explained(name).stdout
