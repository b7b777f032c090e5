"""Policies are found above a package, judge in the gate, and are part of what it rests on."""

from __future__ import annotations

import os
import sys
from datetime import date
from pathlib import Path

import pytest
from fakes.agent_package import agent_package
from fakes.policy_text import SPEC_RULE, policy_text

from waooaw.errors import InputError
from waooaw.vision.policy_folder import read_policy
from waooaw_cli.gates import rule_docs
from waooaw_cli.gates.gate import Package
from waooaw_cli.gates.policies import layers_for, policies_digest, policy_files
from waooaw_cli.gates.report import Severity
from waooaw_cli.gates.vision import VisionGate

TODAY = date(2026, 6, 1)
STRICT = SPEC_RULE.replace("<= 50.0", "<= 20.0").replace("monthly_usd: 50}", "monthly_usd: 5}")


@pytest.fixture
def package(tmp_path: Path) -> Package:
    (tmp_path / "repository" / ".git").mkdir(parents=True)
    root = agent_package(tmp_path / "repository" / "agents" / "wow-heartbeat")
    return Package(root, "wow-heartbeat")


def put(folder: Path, content: bytes = b"", name: str = "p.yaml") -> Path:
    (folder / "vision").mkdir(exist_ok=True)
    path = folder / "vision" / name
    path.write_bytes(content or policy_text(STRICT))
    return path


def found(package: Package) -> list[tuple[str, str, Severity]]:
    checked = VisionGate(today=lambda: TODAY).check(package)
    return [(one.rule, one.message, one.severity) for one in checked.findings]


def test_policies_stand_between_the_package_and_its_repository(
    package: Package, tmp_path: Path
) -> None:
    """Outermost first; what stands above the repository is not of it."""
    put(tmp_path)
    repository, agents = tmp_path / "repository", tmp_path / "repository" / "agents"
    places = [put(repository, name="b.yml"), put(repository, name="c.yaml"), put(agents)]
    put(repository, name="notes.txt")
    (repository / "vision" / "eu").mkdir()
    places.insert(2, put(repository, name="eu/a.yaml"))

    assert policy_files(package.root) == tuple(places)


def test_without_a_repository_settings_or_the_current_folder_are_the_top(tmp_path: Path) -> None:
    """Whichever is higher; without either only the package's own folder counts."""
    root = agent_package(tmp_path / "a" / "b" / "c" / "wow-heartbeat")
    put(tmp_path)
    upper, lower = put(tmp_path / "a"), put(tmp_path / "a" / "b")

    assert policy_files(root) == ()
    assert policy_files(root, tmp_path / "a" / "b") == (lower,)
    assert policy_files(root, tmp_path / "elsewhere") == ()
    (tmp_path / "a" / "d").mkdir()
    other = agent_package(tmp_path / "a" / "d" / "wow-heartbeat")
    (tmp_path / "a" / "waooaw.toml").touch()
    assert policy_files(other) == (upper,)
    assert policy_files(other, tmp_path / "a" / "d") == (upper,)


def test_a_policy_judges_and_is_cited_with_its_version(package: Package, tmp_path: Path) -> None:
    """Specification and code; the report names the policies and counts their rules."""
    put(tmp_path / "repository")
    checked = VisionGate(today=lambda: TODAY).check(package)

    (finding,) = checked.findings
    assert (finding.rule, finding.severity) == ("PAY-001", Severity.ERROR)
    assert finding.message.endswith("the month may cost 30.0 USD (policy payments 1.2.0)")
    assert str(finding.path) == "agent.yaml"
    assert checked.measures["policies"] == "payments 1.2.0"


def test_code_is_judged_by_policies(package: Package, tmp_path: Path) -> None:
    """Where it stands, as by the core."""
    put(tmp_path / "repository", policy_text())
    source = package.root / "src" / "wow_heartbeat" / "old.py"
    source.write_text("import telnetlib\n")

    said = {rule: message for rule, message, _ in found(package)}
    assert said["PAY-002"] == "telnetlib is imported (policy payments 1.2.0)"
    assert "VIS-C105" in said  # the core has its own word on it


def test_a_policy_that_relaxes_the_core_is_refused_and_reported(
    package: Package, tmp_path: Path
) -> None:
    """The gate fails, and the core judges as before."""
    relaxed = SPEC_RULE.replace("PAY-001", "VIS-C002").replace("error", "warning")
    put(tmp_path / "repository", policy_text(relaxed))

    ((rule, message, severity),) = found(package)

    assert (rule, severity) == ("VIS-002", Severity.ERROR)
    assert "vision/p.yaml:9" in message


def test_an_expired_policy_warns(package: Package, tmp_path: Path) -> None:
    """It judges nothing, which somebody should know."""
    put(tmp_path / "repository", policy_text(STRICT, expires="2026-05-31"))

    ((rule, _, severity),) = found(package)

    assert (rule, severity) == ("VIS-003", Severity.WARNING)


def test_what_cannot_be_read_fails(package: Package, tmp_path: Path) -> None:
    """A policy that judges nothing is not a policy that is met."""
    put(tmp_path / "repository", b"schema: waooaw.policy/1\n")

    ((rule, message, severity),) = found(package)

    assert (rule, severity) == ("VIS-001", Severity.ERROR)
    assert "p.yaml" in message


def test_what_the_gate_says_of_policies_is_explained() -> None:
    """And can't be waived."""
    docs = rule_docs()

    assert not any(docs[name].waivable for name in ("VIS-001", "VIS-002", "VIS-003"))


def test_every_byte_and_the_day_are_part_of_the_digest(package: Package, tmp_path: Path) -> None:
    """No earlier result speaks for another policy or another day."""

    def digest(today: date = TODAY) -> str:
        return policies_digest(package.root, None, today)

    assert digest() == ""
    path = put(tmp_path / "repository")
    first = digest()
    assert first == digest() != ""
    assert digest(date(2026, 6, 2)) != first
    path.write_bytes(path.read_bytes() + b"\n")
    assert digest() != first
    second = digest()
    put(tmp_path / "repository", name="q.yaml")
    assert digest() not in {first, second}


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_a_link_is_no_policy(package: Package, tmp_path: Path) -> None:
    """What it leads to may be changed by others; neither is it believed nor passed over."""
    elsewhere = tmp_path / "else.yaml"
    elsewhere.write_bytes(policy_text())
    put(tmp_path / "repository").unlink()
    (tmp_path / "repository" / "vision" / "p.yaml").symlink_to(elsewhere)

    with pytest.raises(InputError, match="is a link"):
        policy_files(package.root)
    assert policies_digest(package.root, None, TODAY) != policies_digest(package.root, None, TODAY)
    (tmp_path / "repository" / "vision" / "p.yaml").unlink()
    (tmp_path / "repository" / "vision" / "more").symlink_to(tmp_path)
    with pytest.raises(InputError, match="is a link"):
        policy_files(package.root)
    (tmp_path / "repository" / "vision" / "p.yaml").symlink_to(elsewhere)
    with pytest.raises(InputError, match="is a link"):
        read_policy(tmp_path / "repository" / "vision" / "p.yaml")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes in folders")
def test_a_pipe_is_not_waited_for(package: Package, tmp_path: Path) -> None:
    """It is no file."""
    put(tmp_path / "repository").unlink()
    os.mkfifo(tmp_path / "repository" / "vision" / "p.yaml")

    with pytest.raises(InputError, match="is no file"):
        layers_for(package.root, None, TODAY)


def test_what_is_gone_meanwhile_or_too_much_is_told(package: Package, tmp_path: Path) -> None:
    """A hundred files are enough."""
    with pytest.raises(InputError, match="could not be read"):
        read_policy(tmp_path / "none.yaml")
    for number in range(101):
        put(tmp_path / "repository", name=f"{number}.yaml")
    with pytest.raises(InputError, match="more than 100 policies"):
        policy_files(package.root)


def test_a_folder_that_is_a_file_holds_no_policies(package: Package, tmp_path: Path) -> None:
    """Something else may be called vision."""
    (tmp_path / "repository" / "vision").touch()

    assert policy_files(package.root) == ()
