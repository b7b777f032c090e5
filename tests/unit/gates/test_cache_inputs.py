"""Change any byte that matters and the step runs again; change what does not and it does not."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from fakes.agent_package import agent_package
from hypothesis import given, settings
from hypothesis import strategies as st

from waooaw_cli.adapters import ground
from waooaw_cli.adapters.ground import installed, program_digest
from waooaw_cli.gates.cache import Results
from waooaw_cli.gates.gate import Package
from waooaw_cli.gates.inputs import Ground, Installed
from waooaw_cli.gates.recall import Recall
from waooaw_cli.gates.report import ORDER, GateId, GateResult, Verdict

_G = GateId
#: Written down here once more, and not read from what the cache declares: who reads what.
_READ_ANY_FILE = {_G.VISION, _G.TESTS, _G.SECURITY, _G.PERFORMANCE}
_READERS = {
    ".py": {*_READ_ANY_FILE, _G.FORMAT, _G.LINT, _G.TYPES},
    ".toml": {*_READ_ANY_FILE, _G.SPEC, _G.FORMAT, _G.LINT, _G.TYPES},
    ".yaml": _READ_ANY_FILE,
    ".md": _READ_ANY_FILE,
}
_FILES = (
    *("agent.yaml", "pyproject.toml", "policies/refunds.yaml", "prompts/decide.md"),
    *("src/wow_heartbeat/__init__.py", "src/wow_heartbeat/agent.py"),
    *("tests/test_wow_heartbeat.py", "tests/data/order.yaml"),
)
_GROUND = Ground(
    program="a",
    interpreter="cpython 3.13",
    installed=lambda _: Installed({"ruff": "0.17.5", "mypy": "2.4.1"}, "a"),
    locale="LANG=C",
    machine="m",
    tables={"secrets": "a", "dependencies": "a"},
    extra={_G.SECURITY: "a"},
)
_MORE = {
    "policies/refunds.yaml": "limit: 500\n",
    "prompts/decide.md": "Decide.\n",
    "tests/data/order.yaml": "id: 1\n",
}
_EXAMPLES = settings(max_examples=60, deadline=None)


def _readers(name: str) -> set[GateId]:
    return _READERS[Path(name).suffix] | ({_G.SPEC} if name == "agent.yaml" else set())


@contextmanager
def _judged() -> Iterator[tuple[Package, Path]]:
    """A package whose every gate has passed, and the folder of what is remembered of that."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        package = Package(agent_package(folder / "wow-heartbeat", {**_MORE}), "wow-heartbeat")
        recall = Recall(Results(folder / "results"), _GROUND)
        for gate in ORDER:
            recall.keep(package, GateResult(gate, Verdict.PASS, timedelta(milliseconds=1)))
        yield package, folder / "results"


def _run_again(package: Package, results: Path, ground: Ground = _GROUND) -> set[GateId]:
    recall = Recall(Results(results), ground)
    return {gate for gate in ORDER if recall.find(package, gate) is None}


@_EXAMPLES
@given(st.sampled_from(_FILES), st.data())
def test_any_byte_of_a_file_matters_to_who_reads_it(name: str, data: st.DataObject) -> None:
    """One byte that is changed, put in, taken out or added at the end: its readers look again."""
    with _judged() as (package, results):
        file = package.root / name
        before = file.read_bytes()
        place = data.draw(st.integers(0, len(before)))
        new = data.draw(st.binary(min_size=0, max_size=2))
        after = before[:place] + new + before[place + data.draw(st.integers(0, 1)) :]
        file.write_bytes(after)

        again = _run_again(package, results)

    assert again >= (_readers(name) if after != before else set())
    assert not again or after != before


@_EXAMPLES
@given(st.sampled_from(_FILES), st.sampled_from(("gone", "moved", "doubled", "executable")))
def test_what_is_there_matters(name: str, what: str) -> None:
    """A file that goes, comes, or gets another name or mode is a change of the package."""
    with _judged() as (package, results):
        file = package.root / name
        match what:
            case "gone":
                file.unlink()
            case "moved":
                file.rename(file.with_stem(f"{file.stem}_2"))
            case "doubled":
                file.with_stem(f"{file.stem}_2").write_bytes(file.read_bytes())
            case "executable":
                file.chmod(0o755)

        again = _run_again(package, results)

    assert again >= _readers(name) - ({_G.SPEC} if what in {"doubled", "executable"} else set())


@_EXAMPLES
@given(st.sampled_from(_FILES), st.data())
def test_what_does_not_matter_runs_nothing_again(name: str, data: st.DataObject) -> None:
    """Bytecode, what tools keep, times, and the same bytes written anew: all is remembered."""
    kept = data.draw(
        st.sampled_from(
            (
                *("src/wow_heartbeat/__pycache__/agent.cpython-313.pyc", ".git/index"),
                *(".mypy_cache/3.13/wow.json", ".ruff_cache/1/x", ".venv/lib/site.py"),
                *("tests/__pycache__/test.cpython-313-pytest-9.2.0.pyc", ".coverage"),
                *(".pytest_cache/v/cache/lastfailed", ".hypothesis/examples/x"),
            )
        )
    )
    content = data.draw(st.binary(max_size=40))
    moment = data.draw(st.integers(0, 2_000_000_000))
    with _judged() as (package, results):
        (package.root / kept).parent.mkdir(parents=True, exist_ok=True)
        (package.root / kept).write_bytes(content)
        file = package.root / name
        beside = file.with_name("beside")
        beside.write_bytes(file.read_bytes())
        beside.replace(file)
        os.utime(file, (moment, moment))

        again = _run_again(package, results)

    assert again == set()


@_EXAMPLES
@given(st.text(min_size=1).filter(lambda text: text != "a"), st.data())
def test_what_stands_around_it_matters(text: str, data: st.DataObject) -> None:
    """Another waooaw, Python, tool, setting or database of advisories: who rests on it looks."""
    tools = {"ruff": text, "mypy": "2.4.1"}
    everything = {_G.TYPES, _G.TESTS, _G.SECURITY, _G.PERFORMANCE}
    ground, readers = data.draw(
        st.sampled_from(
            (
                (replace(_GROUND, program=text), set(GateId)),
                (replace(_GROUND, interpreter=text), set(GateId)),
                (
                    replace(_GROUND, installed=lambda _: Installed(tools, "a")),
                    {_G.FORMAT, _G.LINT},
                ),
                (
                    replace(_GROUND, installed=lambda _: Installed({"ruff": "0.17.5"}, f"a{text}")),
                    everything,
                ),
                (replace(_GROUND, tables={"secrets": text, "dependencies": "a"}), {_G.SECURITY}),
                (replace(_GROUND, tables={"secrets": "a", "dependencies": text}), {_G.SECURITY}),
                (replace(_GROUND, extra={_G.SECURITY: text}), {_G.SECURITY}),
                (replace(_GROUND, locale=text), {_G.TESTS, _G.PERFORMANCE}),
            )
        )
    )
    with _judged() as (package, results):
        again = _run_again(package, results, ground)

    assert again == readers


def test_the_version_of_an_installed_tool_matters(tmp_path: Path) -> None:
    """What is read of an environment changes with the version of anything in it."""
    (tmp_path / "one" / "ruff-0.17.5.dist-info").mkdir(parents=True)
    (tmp_path / "two" / "ruff-0.17.6.dist-info").mkdir(parents=True)

    before, after = installed([str(tmp_path / "one")]), installed([str(tmp_path / "two")])

    assert (before.versions["ruff"], after.versions["ruff"]) == ("0.17.5", "0.17.6")
    assert before.digest != after.digest


def test_what_is_edited_in_place_matters_though_its_version_stays(tmp_path: Path) -> None:
    """A library that agents share is installed once, and changed in its repository."""
    metadata = tmp_path / "site" / "shared-0.1.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "RECORD").write_text("shared/__init__.py,sha256=a,1\n")
    source = tmp_path / "shared" / "src" / "shared.py"
    source.parent.mkdir(parents=True)
    source.write_text("limit = 1\n")
    plain = _digest(tmp_path)

    origin = {"url": (tmp_path / "shared").as_uri(), "dir_info": {"editable": True}}
    (metadata / "direct_url.json").write_text(json.dumps(origin))
    edited = _digest(tmp_path)
    source.write_text("limit = 10\n")
    again = _digest(tmp_path)
    (metadata / "direct_url.json").write_text(json.dumps({**origin, "dir_info": {}}))
    copied = _digest(tmp_path)
    (metadata / "RECORD").write_text("shared/__init__.py,sha256=b,1\n")

    assert len({plain, edited, again, copied, _digest(tmp_path)}) == 5


def test_what_nobody_can_tell_is_never_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Something else than its origin stands there, or it is too much to look through."""
    metadata = tmp_path / "site" / "shared-0.1.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "direct_url.json").write_text("[]")
    assert _digest(tmp_path) != _digest(tmp_path)

    monkeypatch.setattr(ground, "_MOST_EDITED", 0)
    origin = {"url": tmp_path.as_uri(), "dir_info": {"editable": True}}
    (metadata / "direct_url.json").write_text(json.dumps(origin))
    assert _digest(tmp_path) != _digest(tmp_path)


def _digest(tmp_path: Path) -> str:
    ground._installed.cache_clear()
    return installed([str(tmp_path / "site")]).digest


@pytest.mark.parametrize("memory", [False, True], ids=["read", "remembered"])
def test_waooaw_itself_is_told_by_its_content(tmp_path: Path, *, memory: bool) -> None:
    """The digest of its code is the same twice, with and without what is remembered of it."""
    memo = tmp_path / "program.json" if memory else None

    assert program_digest(memo) == program_digest(memo) == program_digest(None)
