"""The core can't be relaxed: not by a changed file, a link, a setting, a variable or a waiver."""

from __future__ import annotations

import json
import shutil
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fakes.agent_package import agent_package
from places import ROOT
from program import waooaw

from waooaw.vision import core_digest
from waooaw.vision.pinned import CORE_DIGEST, STANDARD_DIGEST
from waooaw.vision.shipped import STANDARD_FILES, digest_of


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of waooaw, which `python -m` prefers to the one that is installed."""
    for name in ("waooaw", "waooaw_cli"):
        leave = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, tmp_path / name, ignore=leave)
    agent = agent_package(tmp_path / "wow-heartbeat")
    file = agent / "agent.yaml"
    file.write_text(file.read_text().replace("owner: ops@example.com", "owner: TODO"))
    return tmp_path


def relaxed(core: Path) -> str:
    text = core.read_text(encoding="utf-8")
    begin = text.index("  - id: VIS-C001\n")
    return text[:begin] + text[begin:].replace("severity: error", "severity: warning", 1)


def gate(folder: Path, **env: str) -> tuple[int, str, str]:
    call = ("gate", "wow-heartbeat", "--gate", "vision", "--json")
    env = {"WAOOAW_CACHE_DIR": str(folder / "cache"), **env}
    done = waooaw(*call, cwd=folder, env=env)
    gates = json.loads(done.stdout)["targets"][0]["gates"]
    (found,) = [one for one in gates if one["id"] == "vision"]
    return done.returncode, found["verdict"], " ".join(one["message"] for one in found["findings"])


def test_the_core_is_the_one_that_is_pinned() -> None:
    """After a change of a file of the core its new digest belongs into vision/pinned.py."""
    assert core_digest() == CORE_DIGEST


def test_what_stands_beside_the_core_is_pinned_too() -> None:
    """After a change of standard.yaml or standard_code.yaml as well."""
    assert digest_of(STANDARD_FILES) == STANDARD_DIGEST


@pytest.mark.parametrize(
    "link",
    [
        False,
        pytest.param(
            True, marks=pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege")
        ),
    ],
    ids=["edited", "link"],
)
def test_another_core_judges_nothing(copy: Path, *, link: bool) -> None:
    """Neither edited nor replaced by a link; also where an earlier run passed judgement."""
    assert gate(copy)[:2] == (1, "fail")
    core = copy / "waooaw" / "vision" / "core.yaml"
    text = relaxed(core)
    if link:
        core.unlink()
        core.symlink_to(copy / "elsewhere.yaml")
    core.write_text(text, encoding="utf-8")

    code, verdict, message = gate(copy)
    checked = waooaw("vision", "check", cwd=copy)

    assert (code, verdict) == (3, "error")
    assert "the core of the vision was changed" in message
    assert checked.returncode == 3
    assert "the core of the vision was changed" in checked.stderr
    assert "install waooaw anew" in checked.stderr


@pytest.mark.parametrize(
    ("name", "part"),
    [("standard.yaml", "standard"), ("standard_code.yaml", "standard"), ("change.yaml", "core")],
)
def test_another_rule_in_any_file_of_the_vision_judges_nothing(
    copy: Path, name: str, part: str
) -> None:
    """Nobody takes a rule out of the wheel, whichever layer it is in."""
    file = copy / "waooaw" / "vision" / name
    file.write_text(file.read_text(encoding="utf-8").replace("error", "warning"), encoding="utf-8")

    code, verdict, message = gate(copy)

    assert (code, verdict) == (3, "error")
    assert f"the {part} of the vision was changed" in message


def test_an_agent_does_not_run_by_another_core(copy: Path) -> None:
    """Rules on actions that were edited decide about no event: exit 3, nothing on stdout."""
    file = copy / "waooaw" / "vision" / "action.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("error", "warning"), encoding="utf-8")
    event = copy / "event.json"
    event.write_text('{"type": "beat", "data": {}}', encoding="utf-8")

    done = waooaw("run", "wow-heartbeat", "--event", "event.json", cwd=copy)

    assert (done.returncode, done.stdout) == (3, "")
    assert "the core of the vision was changed" in done.stderr


def test_line_ends_are_no_change(copy: Path) -> None:
    """A checkout on Windows has the same core."""
    core = copy / "waooaw" / "vision" / "core.yaml"
    core.write_bytes(core.read_bytes().replace(b"\n", b"\r\n"))

    assert waooaw("vision", "check", cwd=copy).returncode == 0


def test_no_variable_and_no_setting_relaxes_it(tmp_path: Path) -> None:
    """There is none: a variable does nothing, a setting and a waiver are refused."""
    agent = agent_package(tmp_path / "wow-heartbeat")
    file = agent / "agent.yaml"
    file.write_text(file.read_text().replace("owner: ops@example.com", "owner: TODO"))
    variables = {"WAOOAW_VISION": "off", "WAOOAW_CORE": "none.yaml", "WAOOAW_SKIP": "vision"}

    assert gate(tmp_path, **variables)[:2] == (1, "fail")
    waiver = (
        '[[waivers]]\nrule = "VIS-C001"\nreason = "We know."\nowner = "a@example.com"\n'
        "expires = 2999-01-01\n"
    )
    for settings in ("vision = false\n", waiver):
        (tmp_path / "waooaw.toml").write_text(settings)
        done = waooaw("gate", "wow-heartbeat", "--gate", "vision", "--json", cwd=tmp_path)
        assert done.returncode in {1, 2}
        assert '"waived": true' not in done.stdout


def test_a_standard_rule_may_be_waived_for_a_time(tmp_path: Path) -> None:
    """With rule, reason, owner and an end; the finding stays in the report and is marked."""
    agent = agent_package(tmp_path / "wow-heartbeat")
    (agent / "src" / "wow_heartbeat" / "exact.py").write_text(
        "def check(event):\n    return set(event.data) == {'beat'}\n", encoding="utf-8"
    )
    assert gate(tmp_path)[:2] == (1, "fail")
    (tmp_path / "waooaw.toml").write_text(
        '[[waivers]]\nrule = "VIS-S103"\nreason = "The sender is ours."\n'
        f'owner = "a@example.com"\nexpires = {datetime.now(UTC).date() + timedelta(days=30)}\n',
        encoding="utf-8",
    )

    done = waooaw("gate", "wow-heartbeat", "--gate", "vision", "--json", cwd=tmp_path)

    assert done.returncode == 0
    assert '"waived": true' in done.stdout
