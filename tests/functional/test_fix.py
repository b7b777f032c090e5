"""`waooaw gate --fix` from outside: shown first, then written, and never more than asked for."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from subprocess import run

import pytest
from fakes.agent_package import agent_package, snapshot
from program import waooaw

EXTRA = "src/wow_heartbeat/extra.py"
GATES = ("--gate", "lint", "--gate", "format")


def _package(folder: Path) -> Path:
    return agent_package(folder / "generated" / "wow-heartbeat", {EXTRA: "import os\nx  = 1\n"})


def test_without_a_terminal_the_diff_is_told_and_the_mends_are_made(tmp_path: Path) -> None:
    """The diff and what was mended by which rule go to stderr, the report to stdout."""
    package = _package(tmp_path)

    done = waooaw("gate", *GATES, "--fix", "--json", cwd=tmp_path)

    assert (done.returncode, json.loads(done.stdout)["verdict"]) == (0, "pass")
    assert (package / EXTRA).read_text() == "x = 1\n"
    assert "\n-import os\n-x  = 1\n+x = 1\n" in done.stderr
    assert f"mended generated/wow-heartbeat/{EXTRA} (LINT-F401, LINT-I001, FMT-001)" in done.stderr


def test_a_diff_alone_writes_nothing(tmp_path: Path) -> None:
    """Exit 1 where something would change, and 0 where nothing would; no gate is run."""
    package = _package(tmp_path)
    before = snapshot(package)

    shown = waooaw("gate", "--fix", "--diff", cwd=tmp_path)
    document = json.loads(waooaw("gate", "--fix", "--dry-run", "--json", cwd=tmp_path).stdout)

    assert (shown.returncode, shown.stderr) == (1, "")
    assert document["schema"] == "waooaw.fixes/1"
    assert "".join(one["diff"] for one in document["changes"]) == shown.stdout
    assert snapshot(package) == before
    waooaw("gate", *GATES, "--fix", "--quiet", cwd=tmp_path)
    again = waooaw("gate", "--fix", "--diff", cwd=tmp_path)
    assert (again.returncode, again.stdout) == (0, "")


def test_the_diff_is_one_that_git_applies(tmp_path: Path) -> None:
    """Who applies it by hand gets what --fix writes."""
    package = _package(tmp_path)
    (package / EXTRA).write_text("import os\nx  = 'ä'", encoding="utf-8")
    shown = waooaw("gate", "--fix", "--diff", cwd=tmp_path)

    run(["git", "apply"], input=shown.stdout, text=True, encoding="utf-8", cwd=tmp_path, check=True)

    assert waooaw("gate", "--fix", "--diff", cwd=tmp_path).returncode == 0
    assert (package / EXTRA).read_text(encoding="utf-8") == 'x = "ä"\n'


def test_a_diff_without_fix_is_refused(tmp_path: Path) -> None:
    """It says nothing else that --diff could mean."""
    _package(tmp_path)

    done = waooaw("gate", "--diff", cwd=tmp_path)

    assert (done.returncode, done.stdout) == (2, "")
    assert "--fix --diff" in done.stderr


def test_settings_that_ruff_refuses_are_for_the_gates_to_tell(tmp_path: Path) -> None:
    """Nothing is mended there, and the report is the one that comes without --fix."""
    package = _package(tmp_path)
    with (package / "pyproject.toml").open("a") as file:
        file.write("\n[tool.ruff.format]\nquote-stile = 'double'\n")
    before = snapshot(package)

    done = waooaw("gate", *GATES, "--fix", "--json", cwd=tmp_path)
    shown = waooaw("gate", "--fix", "--diff", cwd=tmp_path)

    assert (done.returncode, json.loads(done.stdout)["verdict"]) == (1, "fail")
    assert "not mended generated/wow-heartbeat: ruff gave up" in done.stderr
    assert (shown.returncode, shown.stdout) == (3, "")
    assert snapshot(package) == before


def test_what_would_hang_a_tool_is_not_mended(tmp_path: Path) -> None:
    """The gates say what is in the way."""
    package = _package(tmp_path)
    (package / "src" / "json.py").write_text("")

    done = waooaw("gate", "--fix", "--diff", cwd=tmp_path)

    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.skipif(sys.platform == "win32", reason="pexpect needs a pseudo-terminal")
@pytest.mark.parametrize(
    ("answer", "mended", "code"), [("y\r", True, 0), ("\r", False, 1), ("\x03", False, 130)]
)
def test_on_a_terminal_the_user_is_asked(
    tmp_path: Path, answer: str, mended: bool, code: int
) -> None:
    """After the diff; anything but yes, and Ctrl-C, leave every file as it is."""
    import pexpect

    package = _package(tmp_path)
    before = snapshot(package)

    child = pexpect.spawn(
        sys.executable,
        ["-m", "waooaw_cli", "gate", *GATES, "--fix"],
        cwd=str(tmp_path),
        encoding="utf-8",
        timeout=60,
    )
    child.expect_exact("-import os")
    child.expect_exact("mend 2 files? [y/N] ")
    child.send(answer)
    child.expect(pexpect.EOF)
    child.close()

    assert child.exitstatus == code
    assert (snapshot(package) != before) is mended
