"""Secrets that the settings permit, and those that commits have added."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waooaw.errors import InputError
from waooaw_cli.gates.gate import Package
from waooaw_cli.gates.ports import Added
from waooaw_cli.gates.secrets import SecretSettings, Since, history_base, secret_settings
from waooaw_cli.gates.security import SecurityGate

KEY = "AKIA" + "IOSFODNN7EXAMPLE"
OTHER = "ghp_" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hJ6"
DIGEST = hashlib.sha256(KEY.encode()).hexdigest()


def settings(table: object) -> SecretSettings:
    return secret_settings(table, source="waooaw.toml")


class Told:
    """A history that holds what a test says."""

    def __init__(self, *added: Added) -> None:
        self._added = added

    def added(self, root: Path, base: str, *, limit: timedelta) -> tuple[Added, ...]:
        assert root.is_dir()
        assert base == "main"
        assert limit
        return self._added


@pytest.fixture
def package(tmp_path: Path) -> Package:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\n')
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "data.json").write_text(f'["{KEY}"]\n')
    return Package(tmp_path, "x")


def judged(package: Package, table: object, since: Since | None = None) -> list[tuple[str, str]]:
    gate = SecurityGate(secrets=settings(table), since=since)
    return [(one.rule, one.message) for one in gate.check(package).findings]


@pytest.mark.parametrize(
    ("entry", "is_permitted"),
    [
        ({"sha256": DIGEST}, True),
        ({"sha256": DIGEST.upper()}, True),
        ({"sha256": DIGEST, "path": "tests/*.json"}, True),
        ({"sha256": DIGEST, "path": "**/data.json"}, True),
        ({"sha256": DIGEST, "path": "**"}, True),
        ({"sha256": DIGEST, "path": "src/**"}, False),
        ({"sha256": DIGEST, "path": "*.json"}, False),
        ({"sha256": "0" * 64}, False),
        ({"pattern": "AKIA[A-Z0-9]+EXAMPLE"}, True),
        ({"pattern": "AKIA.*", "path": "tests/**"}, True),
        ({"pattern": "AKIA"}, False),
    ],
)
def test_what_is_permitted(
    package: Package,
    entry: Mapping[str, str],
    is_permitted: bool,
) -> None:
    """A secret is permitted by its digest, or as a whole by its form, where it may stand."""
    found = judged(package, {"allow": [{**entry, "reason": "AWS's own example"}]})

    assert found == ([] if is_permitted else [("SEC-020", found[0][1])])


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ([], "secrets is no table"),
        ({"alow": []}, "there is no key 'alow'"),
        ({"base": 1}, "base = 1 names no commit"),
        ({"base": " "}, "names no commit"),
        ({"allow": {}}, "allow is no list"),
        ({"allow": ["x"]}, "allow[0] is no table"),
        ({"allow": [{"sha256": DIGEST}]}, "allow[0] has no reason"),
        ({"allow": [{"sha256": DIGEST, "reason": "  "}]}, "has no reason"),
        ({"allow": [{"reason": "nothing"}]}, "has to have sha256 or pattern, not both"),
        ({"allow": [{"reason": "both", "sha256": DIGEST, "pattern": "x"}]}, "not both"),
        ({"allow": [{"reason": "why", "sha256": "abc"}]}, "is no SHA-256"),
        ({"allow": [{"reason": "why", "sha256": 1}]}, "sha256 = 1 is no text"),
        ({"allow": [{"reason": "why", "pattern": "("}]}, "is no regular expression"),
        ({"allow": [{"reason": "why", "pattern": "(a+)+"}]}, "is not simple enough"),
        ({"allow": [{"reason": "why", "pattern": "(a|b){9}"}]}, "is not simple enough"),
        ({"allow": [{"reason": "why", "pattern": "(?=a)a"}]}, "is not simple enough"),
        ({"allow": [{"reason": "why", "pattern": "(a)\\1"}]}, "is not simple enough"),
        ({"allow": [{"reason": "why", "pattern": "a*a*a*a*b"}]}, "is not simple enough"),
        ({"allow": [{"reason": "why", "pattern": "a?" * 20}]}, "is not simple enough"),
        ({"allow": [{"reason": "why", "pattern": "a" * 201}]}, "is not simple enough"),
        ({"allow": [{"reason": "why", "pattern": "a", "until": "x"}]}, "no key 'until'"),
    ],
)
def test_a_wrong_table_is_refused(table: object, says: str) -> None:
    """The message names file, key and value, and there is a way out."""
    with pytest.raises(InputError) as refused:
        settings(table)

    assert refused.value.message.startswith("waooaw.toml: secrets")
    assert says in refused.value.message
    assert refused.value.hint


@given(st.text(alphabet="ab*+?{}()[]|\\.^$12,", max_size=25))
def test_no_pattern_takes_long(pattern: str) -> None:
    """What is accepted answers at once, even on what almost fits."""
    try:
        permitted = settings({"allow": [{"reason": "any", "pattern": pattern}]})
    except InputError:
        return
    assert permitted.permits("a" * 300 + "b!", PurePosixPath("x")) in {True, False}


def test_nothing_is_permitted_by_default() -> None:
    """Without a table there is no base, and nothing is permitted."""
    assert settings(None) == SecretSettings()


@pytest.mark.parametrize(
    ("asked", "tables", "base"),
    [
        (None, {}, None),
        ("v1", {}, "v1"),
        (None, {"secrets": {"base": "origin/main"}}, "origin/main"),
        ("v1", {"secrets": {"base": "origin/main"}}, "v1"),
        (None, {"secrets": {}}, None),
    ],
)
def test_the_base_is_asked_for_or_set(
    asked: str | None, tables: Mapping[str, object], base: str | None
) -> None:
    """What the user asks for comes before the settings."""
    assert history_base(asked, tables, source="waooaw.toml") == base


def test_what_commits_added_is_found_once(package: Package) -> None:
    """Each secret once a file, at its first commit; not what still stands in a file."""
    old = PurePosixPath("deploy/old.env")
    history = Told(
        Added("c1", old, f"TOKEN={OTHER}\n\nKEY={KEY}"),
        Added("c2", old, f"# {OTHER}"),
        Added("c3", PurePosixPath("other.env"), f"# {OTHER}"),
    )

    found = judged(package, None, Since(history, "main"))

    assert [rule for rule, _ in found] == ["SEC-020", "SEC-023", "SEC-023"]
    assert found[1][1] == (
        "GitHub token (ghp_…, 40 characters) was added in commit c1, and stays in the history"
    )
    assert OTHER not in found[1][1]


def test_what_is_permitted_may_stand_in_the_history(package: Package) -> None:
    """An entry of the settings counts for files and commits alike."""
    allow = [{"pattern": "ghp_.*", "reason": "a token of the tests"}]
    history = Told(Added("c1", PurePosixPath("x"), OTHER))

    found = judged(package, {"allow": allow}, Since(history, "main"))

    assert [rule for rule, _ in found] == ["SEC-020"]


def test_the_report_says_since_when(package: Package) -> None:
    """Whether the history was looked at can be read in the report."""
    gate = SecurityGate(since=Since(Told(), "main"))

    assert gate.check(package).measures["since"] == "main"
    assert "since" not in SecurityGate().check(package).measures
