"""The gate security looks up dependencies: open for a newcomer, closed where it can't tell."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fakes.advisory_records import record, record_zip
from fakes.agent_package import agent_package
from program import waooaw


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return {
        "WAOOAW_STATE_DIR": str(tmp_path / "state"),
        "WAOOAW_CACHE_DIR": str(tmp_path / "cache"),
        "CI": "true",
    }


def security(package: Path, env: dict[str, str]) -> tuple[int, dict[str, Any]]:
    """Run the gate; return the exit code and what the report says of it."""
    done = waooaw("gate", "--gate", "security", "--json", ".", cwd=package, env=env)
    [target] = json.loads(done.stdout)["targets"]
    [gate] = [one for one in target["gates"] if one["id"] == "security"]
    return done.returncode, gate


def rules(gate: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["rule"], one["severity"]) for one in gate["findings"]]


def learn(folder: Path, env: dict[str, str], *records: dict[str, Any]) -> None:
    done = waooaw(
        "advisories", "import", str(record_zip(folder / "all.zip", *records)), cwd=folder, env=env
    )
    assert done.returncode == 0, done.stderr


def test_a_newcomer_passes_in_ci(tmp_path: Path, env: dict[str, str]) -> None:
    """An agent that needs waooaw alone has nothing to look up, so no database is asked for."""
    code, gate = security(agent_package(tmp_path / "wow-heartbeat"), env)

    assert (code, gate["findings"]) == (0, [])
    assert gate["measures"]["vulnerabilities"] == "nothing to look up"


def test_from_nothing_known_to_mended(tmp_path: Path, env: dict[str, str]) -> None:
    """Undecided, failed, passed; what is kept of a run goes by the database that it saw."""
    package = agent_package(
        tmp_path / "wow-heartbeat", {"requirements.txt": "wooparse==1.4  # the parser\n"}
    )
    today = datetime.now(UTC).isoformat()

    nothing = security(package, env)
    at_a_desk = security(package, {**env, "CI": ""})
    learn(tmp_path, env, record(modified=today))
    vulnerable = security(package, env)
    again = security(package, env)
    learn(tmp_path, env, record(modified=today, events=[{"introduced": "0"}, {"fixed": "1.2"}]))
    cleared = security(package, env)

    assert (nothing[0], nothing[1]["verdict"]) == (3, "error")
    assert rules(nothing[1]) == [("SEC-037", "error")]
    assert (at_a_desk[0], rules(at_a_desk[1])) == (0, [("SEC-037", "warning")])
    assert (vulnerable[0], vulnerable[1]["cached"]) == (1, False)
    [finding] = vulnerable[1]["findings"]
    assert (finding["rule"], finding["path"], finding["line"]) == ("SEC-034", "requirements.txt", 1)
    assert (again[0], again[1]["cached"], again[1]["findings"]) == (1, True, [finding])
    assert (cleared[0], cleared[1]["cached"], cleared[1]["findings"]) == (0, False, [])


def test_an_old_database_does_not_pass_in_ci(tmp_path: Path, env: dict[str, str]) -> None:
    """What was known a month ago says nothing of today; the settings may say otherwise."""
    package = agent_package(tmp_path / "wow-heartbeat", {"requirements.txt": "woosafe==1\n"})
    learn(tmp_path, env, record(modified="2026-01-01T00:00:00Z"))

    closed = security(package, env)
    (package / "waooaw.toml").write_text('[dependencies]\non_missing = "warn"\n')
    told = security(package, env)
    (package / "waooaw.toml").write_text("[dependencies]\nmax_age_days = 9999\n")
    fine = security(package, env)

    assert (closed[0], rules(closed[1])) == (3, [("SEC-037", "error")])
    assert (told[0], rules(told[1])) == (0, [("SEC-037", "warning")])
    assert (fine[0], rules(fine[1])) == (0, [])
