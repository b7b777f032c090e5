"""The look at what a package depends on: certain where it can be, closed where it can't."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from fakes.advisory_records import record, record_zip
from fakes.installations import FakeEnvironments, FakeInventory, installed

from waooaw.errors import InputError
from waooaw_cli.adapters.advisories import IndexStore, opened_source
from waooaw_cli.adapters.advisory_index import AdvisoryIndex
from waooaw_cli.factory.advisories import import_advisories
from waooaw_cli.gates import rule_docs
from waooaw_cli.gates.advisory_database import POINTER
from waooaw_cli.gates.dependency_check import DependencyCheck, Looked, NoAdvisories, settled
from waooaw_cli.gates.dependency_ports import Distribution
from waooaw_cli.gates.dependency_settings import DependencySettings, OnMissing
from waooaw_cli.gates.gate import Package
from waooaw_cli.gates.ports import ToolCrashed
from waooaw_cli.gates.report import Finding, Severity
from waooaw_cli.gates.security import SecurityGate

NOW = datetime(2026, 11, 10, tzinfo=UTC)
FAIL = DependencySettings(on_missing=OnMissing.FAIL)
WARN = DependencySettings()
RECORDS = (
    record(aliases=["CVE-2026-1"], database_specific={"severity": "HIGH"}),
    record("GHSA-1", aliases=["CVE-2026-1"]),
    record("PYSEC-2", "woobase", events=[{"introduced": "0"}], summary=""),
    record("PYSEC-3", "woorange", events=[{"introduced": "0"}, {"fixed": "2"}]),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An index of a few advisories, nine days old."""
    folder = tmp_path / "advisories"
    with opened_source(record_zip(tmp_path / "all.zip", *RECORDS)) as opened:
        import_advisories(opened, IndexStore(folder), now=NOW, progress=lambda _done, _all: None)
    return folder


def check(
    folder: Path,
    *distributions: Distribution,
    settings: DependencySettings = FAIL,
    environments: FakeEnvironments | None = None,
    now: datetime = NOW,
) -> DependencyCheck:
    return DependencyCheck(
        settings,
        AdvisoryIndex(folder),
        environments or FakeEnvironments(),
        FakeInventory(distributions),
        now=lambda: now,
    )


def look(dependencies: DependencyCheck, *requirements: str, more: str = "", **files: str) -> Looked:
    listed = ", ".join(f'"{one}"' for one in ("waooaw>=0.1,<0.2", *requirements))
    project = f'[project]\nname = "wow-desk"\ndependencies = [{listed}]\n{more}\n'
    texts = {PurePosixPath("pyproject.toml"): project}
    texts |= {PurePosixPath(name.replace("__", ".")): text for name, text in files.items()}
    return dependencies.look(Package(Path("wow-desk"), "wow-desk"), texts)


def short(findings: Sequence[Finding]) -> list[tuple[str, str]]:
    return [(one.rule, one.severity.value) for one in findings]


def test_an_agent_that_needs_waooaw_alone_needs_no_database(tmp_path: Path) -> None:
    """A newcomer without any advisories passes, in CI too: there is nothing to look up."""
    looked = look(check(tmp_path / "nothing"), more='[dependency-groups]\ndev = ["pytest>=9,<10"]')

    assert looked == Looked(measures={"vulnerabilities": "nothing to look up"})


def test_a_pinned_version_is_looked_up(folder: Path) -> None:
    """Told once for all who warn of it, with its names, its rating, its line and the way out."""
    looked = look(check(folder), "wooparse==1.4")

    (finding,) = (one for one in looked.findings if one.rule == "SEC-034")
    assert finding.message == (
        "wooparse 1.4 has a known vulnerability: PYSEC-2026-1 (GHSA-1, CVE-2026-1), high:"
        " wooparse trusts what it parses."
    )
    assert (finding.path, finding.line) == (PurePosixPath("pyproject.toml"), 3)
    assert finding.fix == "Ask for wooparse 1.5 or newer."
    assert finding.fingerprint == "wooparse CVE-2026-1"
    assert looked.measures == {
        "advisories": "2026-11-01",
        "dependencies": 1,
        "vulnerabilities": 1,
    }
    assert looked.faults == ()


def test_a_fixed_version_passes(folder: Path) -> None:
    """The clean twin."""
    looked = look(
        check(folder, installed("wooparse", "1.5")), "wooparse==1.5", more='license = "mit"'
    )

    assert (looked.findings, looked.faults) == ((), ())
    assert looked.measures == {
        "advisories": "2026-11-01",
        "dependencies": 1,
        "vulnerabilities": 0,
        "licence": "MIT",
    }


def test_what_is_installed_is_looked_up(folder: Path) -> None:
    """Also what a dependency needs in turn; blamed is the line that asks for it."""
    distributions = (installed("wootop", "1", "woobase"), installed("woobase", "3"))
    looked = look(check(folder, *distributions), "wootop>=1,<2")

    (finding,) = looked.findings
    assert finding.message == ("woobase 3, which wootop needs, has a known vulnerability: PYSEC-2")
    assert finding.fix == "No version of woobase is free of it: use something else."
    assert finding.line == 3


def test_a_lock_file_is_looked_up(folder: Path) -> None:
    """At its own line, once, whatever else names the version."""
    lock = '[[package]]\nname = "wooparse"\nversion = "1.4"\n'
    looked = look(check(folder, installed("wooparse", "1.4")), "wooparse==1.4", uv__lock=lock)

    (finding,) = looked.findings
    assert (str(finding.path), finding.line) == ("uv.lock", 2)


@pytest.mark.parametrize(
    ("requirement", "version", "findings"),
    [
        ("woorange>=1,<3", "2.5", [("SEC-035", "warning")]),
        ("woorange>=2,<3", "2.5", []),
        ("woorange<3", "2.5", []),
        ("woorange>=1,<3", "1.5", [("SEC-034", "error"), ("SEC-035", "warning")]),
        ("woorange>=1,<3", None, [("SEC-035", "warning"), ("SEC-036", "warning")]),
        ("woorange>=1,<2", None, [("SEC-034", "error"), ("SEC-036", "warning")]),
        ("woorange<2", None, [("SEC-034", "error"), ("SEC-036", "warning")]),
        ("woorange~=1.0", None, [("SEC-034", "error"), ("SEC-036", "warning")]),
        ("blameless>=1,<2", "1", []),
        ("blameless>=1,<2", None, [("SEC-036", "warning")]),
        ("blameless>=1,<2; python_version < '3'", None, []),
    ],
)
def test_a_range_is_judged(
    folder: Path, requirement: str, version: str | None, findings: list[tuple[str, str]]
) -> None:
    """By what is installed, by its lowest version, and whole where no version is free of it."""
    distributions = [installed(requirement[:8].rstrip(">=<~"), version)] if version else []
    if version and requirement.startswith("blameless"):
        distributions = [installed("blameless", version)]
    looked = look(check(folder, *distributions), requirement)

    assert short(looked.findings) == findings


def test_the_way_out_of_a_range(folder: Path) -> None:
    """The version to raise the bound to; none where none is free of it."""
    (fixed, _) = look(check(folder), "woorange>=1,<3").findings
    (none, _) = look(check(folder), "woobase>=1,<3").findings

    assert fixed.fix == "Ask for woorange 2 or newer."
    assert none.fix == "No version of woobase is free of it: use something else."
    assert "every version that woobase>=1,<3 allows" in none.message


def test_what_cannot_be_looked_up_is_named(folder: Path) -> None:
    """An optional need that is not installed, a need of a need, a list that leads elsewhere."""
    looked = look(
        check(folder, installed("wootop", "1", "wooabsent")),
        "wootop>=1,<2",
        more='optional-dependencies = { pay = ["woopay>=1,<2"] }',
        requirements__txt="-r ../other.txt\n",
    )

    assert short(looked.findings) == [("SEC-036", "warning")] * 3
    assert [(str(one.path), one.line) for one in looked.findings] == [
        ("requirements.txt", 1),
        ("pyproject.toml", 4),
        ("pyproject.toml", 3),
    ]


def test_a_lock_that_cannot_be_read_fails(folder: Path) -> None:
    """What it settles may be anything."""
    assert short(look(check(folder), uv__lock="x = [").findings) == [("SEC-033", "error")]


@pytest.mark.parametrize("state", ["none", "old", "damaged", "pointer"])
def test_without_a_database_to_rely_on_nothing_passes(folder: Path, state: str) -> None:
    """In CI the gate could not decide; elsewhere a warning says so. The age is told by its date."""
    now = NOW + timedelta(days=6) if state == "old" else NOW
    if state == "none":
        (folder / POINTER).unlink()
    elif state == "damaged":
        next(folder.glob("*.sqlite")).write_bytes(b"")
    elif state == "pointer":
        (folder / POINTER).write_text("{")

    failing = look(check(folder, now=now), "wooother==1")
    warning = look(check(folder, now=now, settings=WARN), "wooother==1")

    (fault,) = failing.faults
    assert isinstance(fault, NoAdvisories)
    assert fault.message.startswith("known vulnerabilities ")
    with pytest.raises(NoAdvisories):
        settled((), failing)
    assert short(warning.findings)[0] == ("SEC-037", "warning")
    assert warning.faults == ()
    assert warning.measures["vulnerabilities"] == (0 if state == "old" else "not looked up")


def test_an_old_database_still_finds(folder: Path) -> None:
    """What it knows is certain; only a pass would not be."""
    looked = look(check(folder, now=NOW + timedelta(days=60)), "wooparse==1.4")

    findings = settled((), looked)

    assert ("SEC-034", "error") in short(findings)
    assert short(findings)[-1] == ("SEC-037", "error")
    assert "known until 2026-11-01" in findings[-1].message


def test_a_waiver_does_not_open_a_closed_gate(tmp_path: Path) -> None:
    """Beside a finding that may be waived stands the fault, which may not."""
    other = Finding("SEC-020", Severity.ERROR, "a secret")

    findings = settled((other,), look(check(tmp_path / "nothing"), "wooother>=1,<2"))

    assert findings[0] is other
    assert short(findings)[-1] == ("SEC-037", "error")
    assert not rule_docs()["SEC-037"].waivable


def test_an_environment_that_cannot_be_built(folder: Path) -> None:
    """What is pinned is looked up all the same; a pass would not be one."""
    fault = ToolCrashed("pip", "could not build the environment (exit 1)")
    dependencies = check(folder, environments=FakeEnvironments(fault))

    found = settled((), look(dependencies, "wooparse==1.4"))

    assert short(found) == [("SEC-034", "error"), ("GATE-E001", "error")]
    with pytest.raises(ToolCrashed):
        settled((), look(dependencies, "wooother==1"))


def test_a_project_that_cannot_be_read_has_no_environment(folder: Path) -> None:
    """The rules on bounds object to it; what its lists say is looked up."""
    environments = FakeEnvironments(InputError("pyproject.toml can't be read"))
    looked = look(check(folder, environments=environments), requirements__txt="wooparse==1.4\n")

    assert short(looked.findings) == [("SEC-034", "error")]


@pytest.mark.parametrize(
    ("distribution", "findings"),
    [
        (installed("woo"), []),
        (installed("woo", licence="GPL-3.0-only"), [("SEC-038", "error")]),
        (installed("woo", licence="LGPL-3.0-only"), []),
        (replace(installed("woox", licence=""), licence="see it"), [("SEC-039", "warning")]),
        (installed("woox", licence=""), [("SEC-039", "warning")]),
        (installed("wooread", licence=""), []),
        (installed("wooread", licence="GPL-3.0-only"), [("SEC-038", "error")]),
    ],
)
def test_licences_are_judged(
    folder: Path, distribution: Distribution, findings: list[tuple[str, str]]
) -> None:
    """Allowed, denied, unknown; an exception holds for the licence that it names alone."""
    exceptions = {"woo": "LGPL-3.0-only", "wooread": "MIT"}
    settings = replace(FAIL, exceptions=exceptions)

    looked = look(check(folder, distribution, settings=settings), f"{distribution.name}>=1,<2")

    assert short(looked.findings) == findings


def test_what_developers_use_is_not_carried_along(folder: Path) -> None:
    """A developer's tool may be under any licence, unless the agent needs it too."""
    gpl = installed("woolint", licence="GPL-3.0-only")
    needs_it = installed("wootop", "1", "woolint")
    group = '[dependency-groups]\ndev = ["woolint>=1,<2"]'

    tool = look(check(folder, gpl), more=group)
    need = look(check(folder, gpl, needs_it), "wootop>=1,<2", more=group)

    assert short(tool.findings) == []
    assert short(need.findings) == [("SEC-038", "error")]
    assert "woolint 1 is under GPL-3.0-only" in need.findings[0].message


def test_what_waooaw_brings_is_judged_on_demand(folder: Path) -> None:
    """It is the same for every agent, so it is judged where the settings say so."""
    distributions = (installed("waooaw", "0.1", "wooparse"), installed("wooparse", "1.4"))
    runtime = replace(FAIL, runtime=True)

    asked = look(check(folder, *distributions, settings=runtime))
    beside = look(check(folder, *distributions, installed("wootop")), "wootop>=1,<2")

    assert short(asked.findings) == [("SEC-034", "error")]
    assert short(beside.findings) == []


def _files_of(example: str) -> dict[str, str]:
    return {"pyproject.toml": example}


@pytest.mark.parametrize("rule", ["SEC-034", "SEC-035", "SEC-036", "SEC-038", "SEC-039"])
def test_the_examples_of_the_rules_hold(folder: Path, rule: str) -> None:
    """What `waooaw explain` shows as bad is found, and what it shows as good is not."""
    doc = rule_docs()[rule]

    def rules(example: str) -> set[str]:
        licence, named = "MIT", "wooparse>=1.5,<2"
        if ": " in example.splitlines()[0]:  # metadata of a dependency
            field, value = example.partition("    #")[0].split(": ")
            licence = value if field == "License-Expression" else ""
            texts = {PurePosixPath("pyproject.toml"): f'[project]\ndependencies = ["{named}"]'}
        else:
            texts = {PurePosixPath("pyproject.toml"): example}
        distribution = installed("wooparse", "1.5", licence=licence)
        looked = check(folder, distribution).look(Package(Path("x"), "x"), texts)
        return {finding.rule for finding in looked.findings}

    assert rule in rules(doc.bad)
    assert rule not in rules(doc.good)


def test_the_gate_holds_both(folder: Path, tmp_path: Path) -> None:
    """The gate's own findings and those on dependencies stand in one result."""
    root = tmp_path / "wow-desk"
    root.mkdir()
    (root / "pyproject.toml").write_text(
        '[project]\nname = "wow-desk"\ndependencies = ["wooparse==1.4", "woo"]\n'
    )
    distributions = (installed("wooparse", "1.4"), installed("woo"))

    checked = SecurityGate(check(folder, *distributions)).check(Package(root, "wow-desk"))

    assert {one.rule for one in checked.findings} == {"SEC-030", "SEC-031", "SEC-034"}
    assert checked.measures["vulnerabilities"] == 1


def test_a_name_that_warns_of_everything(tmp_path: Path) -> None:
    """A malicious distribution has no safe version; every pin and every range is told."""
    folder = tmp_path / "advisories"
    records: tuple[dict[str, Any], ...] = (record("MAL-1", "woevil", events=[{"introduced": "0"}]),)
    with opened_source(record_zip(tmp_path / "all.zip", *records)) as opened:
        import_advisories(opened, IndexStore(folder), now=NOW, progress=lambda _done, _all: None)

    looked = look(check(folder), "woevil>=1,<2", requirements__txt="woevil==7\n")

    messages = json.dumps([one.message for one in looked.findings if one.rule == "SEC-034"])
    assert "woevil 7 has a known vulnerability: MAL-1" in messages
