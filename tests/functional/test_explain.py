"""`waooaw explain` explains every rule, offline."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from waooaw_cli.gates import rule_docs


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
    assert "a reason and an end" in done.stdout


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
        ("LINT-invalid-syntax", "LINT-invalid-syntax", "ruff rule invalid-syntax"),
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
