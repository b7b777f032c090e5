"""The table `dependencies` of the settings is held to its form."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from waooaw.errors import InputError
from waooaw_cli.gates.dependency_settings import (
    ALLOWED_LICENCES,
    DependencySettings,
    OnMissing,
    dependency_settings,
    dependency_state,
)

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def read(table: Any = None, **env: str) -> DependencySettings:
    return dependency_settings(table, env, source="waooaw.toml")


@pytest.mark.parametrize(
    ("env", "on_missing"),
    [
        ({}, OnMissing.WARN),
        ({"CI": ""}, OnMissing.WARN),
        ({"CI": "0"}, OnMissing.WARN),
        ({"CI": "False"}, OnMissing.WARN),
        ({"CI": "true"}, OnMissing.FAIL),
        ({"CI": "1"}, OnMissing.FAIL),
        ({"CI": "woodpecker"}, OnMissing.FAIL),
    ],
)
def test_a_missing_database_fails_in_ci(env: dict[str, str], on_missing: OnMissing) -> None:
    """Where nobody says anything, CI is closed and a desk is warned."""
    assert read(None, **env) == DependencySettings(on_missing=on_missing)
    assert read({"on_missing": "warn"}, **env).on_missing is OnMissing.WARN
    assert read({"on_missing": "fail"}, **env).on_missing is OnMissing.FAIL


def test_everything_can_be_said() -> None:
    """Licences come out as SPDX writes them, names as PEP 503 does."""
    settings = read(
        {
            "on_missing": "fail",
            "max_age_days": 3,
            "licences": ["mit", "LicenseRef-House"],
            "exceptions": {"Psy.Copg": "lgpl-3.0-only"},
            "runtime": True,
        }
    )

    assert settings == DependencySettings(
        OnMissing.FAIL,
        timedelta(days=3),
        ("MIT", "LicenseRef-House"),
        {"psy-copg": "LGPL-3.0-only"},
        runtime=True,
    )


@pytest.mark.parametrize(
    ("table", "says"),
    [
        (7, "no table"),
        ({"max_age": 7}, "'max_age'"),
        ({"on_missing": "pass"}, "'pass'"),
        ({"on_missing": ["fail"]}, "on_missing"),
        ({"max_age_days": True}, "True"),
        ({"max_age_days": 0}, "0"),
        ({"max_age_days": "7"}, "'7'"),
        ({"licences": "MIT"}, "no list"),
        ({"licences": [7]}, "no list"),
        ({"licences": ["no licence"]}, "'no licence'"),
        ({"exceptions": ["x"]}, "no table"),
        ({"exceptions": {"x": 7}}, "x = 7"),
        ({"exceptions": {"x": "??"}}, "'??'"),
        ({"runtime": "yes"}, "'yes'"),
    ],
)
def test_what_is_wrong_is_named(table: Any, says: str) -> None:
    """File, key and value; the way out stands in the hint."""
    with pytest.raises(InputError, match=r"^waooaw.toml: dependencies") as caught:
        read(table)

    assert says in caught.value.message
    assert caught.value.hint


def test_the_list_of_licences_is_canonical() -> None:
    """As SPDX writes them, so that what is compared is equal."""
    assert read({"licences": list(ALLOWED_LICENCES)}).licences == ALLOWED_LICENCES


def test_a_cached_verdict_rests_on_ci_and_the_database(tmp_path: Path) -> None:
    """And a table that can't be read does not keep the cache from answering."""

    def state(table: Any, **env: str) -> str:
        return dependency_state(table, tmp_path, env, now=NOW)

    assert state(None) == "warn none"
    assert state(None, CI="1") == "fail none"
    assert state({"on_missing": "warn"}, CI="1") == "warn none"
    assert state(7) == "warn none"


def test_the_page_tells_the_truth(root: Path) -> None:
    """Its example is read, and the licences that it lists are those in force by default."""
    page = (root / "docs" / "dependencies.md").read_text(encoding="utf-8")
    example = page.partition("```toml\n")[2].partition("```")[0]

    settings = read(tomllib.loads(example)["dependencies"])

    assert settings.exceptions == {"psycopg": "LGPL-3.0-only"}
    assert settings.max_age == DependencySettings().max_age
    listed = page.partition("By default these are: ")[2].partition(". Of `A OR B`")[0]
    assert tuple(" ".join(listed.split()).split(", ")) == ALLOWED_LICENCES
