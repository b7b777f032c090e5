"""docs/adopt.md, executed on a package that waooaw did not make."""

from __future__ import annotations

import os
import re
import subprocess
import sysconfig
from dataclasses import dataclass
from pathlib import Path

import pytest
from fakes.foreign_package import FOREIGN_SPEC, foreign_package
from places import ROOT

_BLOCK = re.compile(
    r"(?:<!-- (?P<key>file|exit): (?P<value>\S+) -->\n)?```(?P<kind>\w+)\n(?P<text>.*?)```\n",
    re.DOTALL,
)


@dataclass(frozen=True)
class Step:
    """One block of the page: a command with its exit code, or a file."""

    text: str
    exit_code: int | None = None
    file: str | None = None


def _steps() -> list[Step]:
    """Return the blocks that a reader carries out, without the installation and CI's own."""
    page = (ROOT / "docs" / "adopt.md").read_text(encoding="utf-8")
    found = []
    for block in _BLOCK.finditer(page):
        if block["key"] == "file":
            found.append(Step(block["text"], file=block["value"]))
        elif block["kind"] == "sh" and "pipx install" not in block["text"]:
            found.append(Step(block["text"], exit_code=int(block["value"] or 0)))
    return found


@pytest.mark.skipif(os.name == "nt", reason="the page is written for a POSIX shell")
@pytest.mark.parametrize("ci", ["", "true"], ids=["here", "in-ci"])
def test_the_page_works_as_written(tmp_path: Path, ci: str) -> None:
    """Every command ends as the page says, on a package with the usual debt."""
    package = foreign_package(tmp_path / "invoice-sorter", {"agent.yaml": None})
    untouched = {path: path.read_bytes() for path in package.rglob("*") if path.is_file()}
    path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])
    printed = []
    for step in _steps():
        if step.file is not None:
            (package / step.file).write_text(step.text, encoding="utf-8")
            continue
        done = subprocess.run(
            ["sh", "-e", "-c", step.text],
            cwd=package,
            env={**os.environ, "PATH": path, "CI": ci},
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        assert done.returncode == step.exit_code, f"{step.text}\n{done.stdout}{done.stderr}"
        printed.append(done.stdout)

    first, explained, adopted, passing, mistaken, last = printed
    assert {"FMT-001", "LINT-F401", "TYPE-no-untyped-def"} <= set(re.findall(r"\w+-[\w-]+", first))
    assert "PERF-004" not in first
    assert "LINT-F401" in explained
    assert all(text.rstrip().splitlines()[-1].startswith("pass: 1") for text in (adopted, passing))
    assert re.findall(r"^error (\S+)", mistaken, re.MULTILINE) == ["LINT-F401"]
    assert last.startswith("pass: 1 agent, 8 gates (8 pass)")
    assert {path: path.read_bytes() for path in untouched} == untouched


def test_the_smallest_specification_of_the_page_is_the_one_that_is_tested() -> None:
    """Other tests of foreign packages use it, too."""
    [spec] = [step.text for step in _steps() if step.file == "agent.yaml"]

    assert spec.endswith(FOREIGN_SPEC)
