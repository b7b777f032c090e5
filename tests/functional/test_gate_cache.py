"""What `waooaw gate` remembers, from outside: what runs again, and what must not."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from fakes.agent_package import agent_package
from program import waooaw

from waooaw_cli.gates.report import GateId

_AGENT = Path("src/wow_heartbeat/agent.py")
#: What costs more than 20 ms to import, or belongs to a tool.
_HEAVY = {
    *("anthropic", "cel_expr_python", "coverage", "mypy", "pydantic", "pytest", "rich", "sqlite3"),
    *("subprocess", "typer", "yaml"),
}


@pytest.fixture
def package(tmp_path: Path) -> Path:
    return agent_package(tmp_path / "wow-heartbeat")


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """A cache of the test's own, but for what mypy knows of libraries, which takes seconds."""
    folder = tmp_path / "cache"
    folder.mkdir()
    shared = Path(os.environ["WAOOAW_CACHE_DIR"]) / "mypy"
    shared.mkdir(parents=True, exist_ok=True)
    (folder / "mypy").symlink_to(shared)
    return {"WAOOAW_CACHE_DIR": str(folder)}


def _report(package: Path, env: Mapping[str, str], *arguments: str) -> dict[str, Any]:
    done = waooaw("gate", str(package), "--json", *arguments, cwd=package.parent, env=env)
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def _cached(report: dict[str, Any]) -> set[str]:
    [target] = report["targets"]
    return {gate["id"] for gate in target["gates"] if gate["cached"]}


def _without_times(report: dict[str, Any]) -> str:
    """Return the report as text, without its times and without the marks of the cache."""
    text = json.dumps(report, sort_keys=True)
    text = re.sub(r'"(?:duration_ms|started_at)": (?:\d+|"[^"]*")', "", text)
    return re.sub(r'"cached": (?:true|false)', "", text)


def test_a_second_run_comes_from_the_cache_and_says_the_same(
    package: Path, env: dict[str, str]
) -> None:
    """Byte for byte, apart from times and the marks; findings among it."""
    (package / _AGENT).write_text((package / _AGENT).read_text() + "import os\n")

    first, second = _report(package, env), _report(package, env)

    assert first["verdict"] == "fail"
    assert _cached(first) == set()
    assert _cached(second) == set(GateId)
    assert _without_times(first) == _without_times(second)


def test_a_cached_run_imports_nothing_heavy(package: Path, env: dict[str, str]) -> None:
    """It has 60 ms in all, and prints what the command prints."""
    _report(package, env)
    # Who measures coverage imports some of it for itself.
    bare = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}

    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "waooaw_cli", "gate", str(package)],
        cwd=package.parent,
        env={**bare, **env},
        capture_output=True,
        text=True,
        check=True,
    )

    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in _table(done.stderr)}
    assert imported & _HEAVY == set()
    assert "dataclasses" in imported
    assert "pass: 1 agent, 8 gates (8 pass)" in done.stdout


def _table(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("import time:")]


def test_a_change_runs_what_it_concerns(package: Path, env: dict[str, str]) -> None:
    """One byte of a test: layout, lint, types and tests are judged again, others with them."""
    _report(package, env)
    readme = package / "README.md"
    readme.write_text("# Heartbeat\n")

    again = _report(package, env)

    assert _cached(again) == {"format", "lint", "types"}


def test_no_cache_means_none(package: Path, env: dict[str, str]) -> None:
    """Nothing that earlier runs found out is used, and nothing is kept."""
    _report(package, env)

    assert _cached(_report(package, env, "--no-cache")) == set()


def test_an_error_is_tried_again(package: Path, env: dict[str, str], tmp_path: Path) -> None:
    """A tool that died once is asked again, and its word then counts."""
    test = package / "tests" / "test_dies.py"
    test.write_text(
        "import os\nfrom pathlib import Path\n\n\ndef test_it() -> None:\n"
        f"    mended = Path({str(tmp_path / 'mended')!r}).exists()\n"
        "    if not mended:\n        os._exit(0)\n    assert mended\n"
    )

    first = _report(package, env, "--gate", "tests")
    (tmp_path / "mended").touch()
    second = _report(package, env, "--gate", "tests")

    assert (first["verdict"], second["verdict"]) == ("error", "pass")


def test_entries_that_are_cut_heal(package: Path, env: dict[str, str], tmp_path: Path) -> None:
    """A full disk leaves halves; they are misses, and whole again after the next run."""
    _report(package, env)
    for entry in (tmp_path / "cache" / "results").rglob("*"):
        if entry.is_file():
            entry.write_bytes(entry.read_bytes()[: entry.stat().st_size // 2])

    second, third = _report(package, env), _report(package, env)

    assert (second["verdict"], _cached(second)) == ("pass", set())
    assert _cached(third) == set(GateId)


def test_two_runs_at_once_agree(package: Path, env: dict[str, str]) -> None:
    """They share the cache, wait for nobody, and say the same."""
    with ThreadPoolExecutor(2) as pool:
        reports = list(pool.map(lambda _: _report(package, env), range(2)))

    assert [report["verdict"] for report in reports] == ["pass", "pass"]
    assert _cached(_report(package, env)) == set(GateId)


def test_bytecode_never_counts_for_a_verdict(package: Path, env: dict[str, str]) -> None:
    """What stands in `__pycache__` is not what was written: the source is what is run."""
    import py_compile

    source = package / "src" / "wow_heartbeat" / "answer.py"
    source.write_text(
        '"""An answer."""\n\n\ndef answer() -> int:\n    """Give it."""\n    return 41\n'
    )
    stamp = source.stat()
    py_compile.compile(str(source), doraise=True)
    source.write_text(source.read_text().replace("41", "42"))
    os.utime(source, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    (package / "tests" / "test_answer.py").write_text(
        "from wow_heartbeat.answer import answer\n\n\ndef test_answer() -> None:\n"
        "    assert answer() == 42\n"
    )

    assert _report(package, env, "--gate", "tests")["verdict"] == "pass"


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("tests/test_extra.py", "", "def test_it() -> None:\n    assert 1 == 2\n"),
        (str(_AGENT), "home = Path(__file__).parent", 'home: int = "x"'),
        ("agent.yaml", "outcome: approve", "outcome: reject"),
        (str(_AGENT), "import waooaw", "import waooaw, os"),
    ],
    ids=["failing-test", "wrong-type", "wrong-example", "lint"],
)
def test_forked_and_spawned_tools_find_the_same(
    package: Path, env: dict[str, str], file: str, old: str, new: str
) -> None:
    """Whether tools are forked from workers or get interpreters of their own."""
    path = package / file
    text = path.read_text() if path.exists() else ""
    path.write_text(text.replace(old, new, 1) if old else new)

    def findings(isolation: str) -> list[Any]:
        own = {"WAOOAW_CACHE_KEY": isolation, "WAOOAW_ISOLATION": isolation}
        [target] = _report(package, env | own, "--skip", "performance")["targets"]
        return [(gate["id"], gate["verdict"], gate["findings"]) for gate in target["gates"]]

    forked = findings("fork")

    assert any(verdict == "fail" for _, verdict, _ in forked)
    assert findings("spawn") == forked


def test_what_is_kept_can_be_seen_and_cleared(
    package: Path, env: dict[str, str], tmp_path: Path
) -> None:
    """`waooaw cache` counts it; after `clear` nothing of it is left, and nothing else is gone."""
    _report(package, env, "--gate", "lint")
    other = tmp_path / "cache" / "mine.txt"
    other.write_text("not yours")

    shown = json.loads(waooaw("cache", "--json", cwd=tmp_path, env=env).stdout)
    cleared = waooaw("cache", "clear", cwd=tmp_path, env=env)
    after = json.loads(waooaw("cache", "show", "--json", cwd=tmp_path, env=env).stdout)

    assert {kind["name"]: kind["files"] > 0 for kind in shown["kinds"]}["results"]
    assert cleared.returncode == 0
    assert "0.0 MB" in cleared.stdout
    assert [kind["files"] for kind in after["kinds"] if kind["name"] != "mypy"] == [0, 0]
    assert other.read_text() == "not yours"
    assert _cached(_report(package, env, "--gate", "lint")) == set()
