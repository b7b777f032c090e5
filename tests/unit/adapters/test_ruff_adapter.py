from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path, PurePosixPath

import pytest
from fakes.agent_package import snapshot

from waooaw_cli.adapters.process import Processes
from waooaw_cli.adapters.ruff import Ruff, ruff_command
from waooaw_cli.gates.ports import ToolCrashed, ToolFault, ToolGarbled, ToolMissing
from waooaw_cli.gates.report import Severity

_LIMIT = timedelta(seconds=60)
_RUFF = (sys.executable, "-P", "-m", "ruff")
_CODE = PurePosixPath("src/wow_heartbeat/extra.py")


def _plant(package: Path, text: str) -> Path:
    (package / _CODE).write_text(text, encoding="utf-8")
    return package


def test_a_clean_package_has_no_remark(processes: Processes, package: Path) -> None:
    """Nothing is said of a clean package, and nothing is written into it."""
    before = snapshot(package)
    ruff = Ruff(processes, _RUFF)

    assert ruff.lint(package, limit=_LIMIT) == ()
    assert ruff.unformatted(package, limit=_LIMIT) == ()
    assert snapshot(package) == before


def test_an_unused_import_is_remarked(processes: Processes, package: Path) -> None:
    """A remark has ruff's own code, the place, and what ruff would do about it."""
    _plant(package, "import os\n")

    [remark] = Ruff(processes, _RUFF).lint(package, limit=_LIMIT)

    assert (remark.code, remark.path, remark.line, remark.column) == ("F401", _CODE, 1, 8)
    assert remark.severity is Severity.ERROR
    assert remark.fix == "Remove unused import: `os`"


def test_another_layout_is_remarked(processes: Processes, package: Path) -> None:
    """One remark for each file, at the first line that would change."""
    _plant(package, '"""Extra."""\n\nx = 1\ny  = 2\nz  = 3\n')

    [remark] = Ruff(processes, _RUFF).unformatted(package, limit=_LIMIT)

    assert (remark.code, remark.path, remark.line) == ("unformatted", _CODE, 4)


def test_a_file_that_does_not_parse_is_remarked(processes: Processes, package: Path) -> None:
    """A syntax error is a remark of both, not a crash."""
    _plant(package, "x = [1,\n")
    ruff = Ruff(processes, _RUFF)

    [layout] = ruff.unformatted(package, limit=_LIMIT)
    [lint] = ruff.lint(package, limit=_LIMIT)

    assert (layout.code, lint.code) == ("invalid-syntax", "invalid-syntax")


def test_a_file_that_cannot_be_read(processes: Processes, package: Path) -> None:
    """What was not looked at is told, whatever rules the package chose, and by all three."""
    (package / "pyproject.toml").write_text("[tool.ruff.lint]\nselect = ['F']\nignore = ['E9']\n")
    (package / _CODE).write_bytes(b"x = '\xff'\n")
    ruff = Ruff(processes)

    said = [ruff.lint(package, limit=_LIMIT), ruff.suspicious(package, limit=_LIMIT)]

    assert [[(one.code, one.path) for one in remarks][:1] for remarks in said] == [
        [("E902", _CODE)],
        [("E902", _CODE)],
    ]
    with pytest.raises(ToolFault):
        ruff.unformatted(package, limit=_LIMIT)


def test_what_is_risky(processes: Processes, package: Path) -> None:
    """Neither settings nor comments keep it from being seen, and new syntax is no mistake."""
    (package / "pyproject.toml").write_text(
        "[tool.ruff]\ntarget-version = 'py37'\nextend-exclude = ['src']\nlint.select = []\n"
    )
    _plant(package, "# ruff: noqa\ntype X = int\nexec('x')  # noqa: S102\nimport os\nx  = 1\n")
    (package / "src" / "broken.py").write_text("x = [1,\n")

    remarks = Ruff(processes).suspicious(package, limit=_LIMIT)

    assert [(str(one.path), one.code, one.line) for one in remarks if "src" in str(one.path)] == [
        ("src/broken.py", "invalid-syntax", 2),
        (str(_CODE), "S102", 3),
    ]


def test_a_folder_that_git_ignores_is_judged(processes: Processes, package: Path) -> None:
    """`generated/` is ignored in many repositories; that must not pass its agents unread."""
    _plant(package, "import os\n")
    (package / ".gitignore").write_text("src/\n")
    (package / ".git").mkdir()

    assert len(Ruff(processes, _RUFF).lint(package, limit=_LIMIT)) == 1


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pyproject.toml", "[tool.ruff]\nexclude = ['src']\nforce-exclude = true\n"),
        ("pyproject.toml", "[tool.ruff]\nextend-exclude = ['*.py']\n"),
        ("pyproject.toml", "[tool.ruff.lint]\nexclude = ['src/**']\n"),
        ("pyproject.toml", "[tool.ruff]\nfix = true\n"),
        ("pyproject.toml", "[tool.ruff]\nfix-only = true\n"),
        ("src/ruff.toml", "lint.select = []\nformat.exclude = ['*']\n"),
        (".ruff.toml", "lint.select = []\nexclude = ['src']\n"),
    ],
    ids=["exclude", "pattern", "lint-exclude", "fix", "fix-only", "nested", "beside"],
)
def test_settings_hide_no_code(processes: Processes, package: Path, name: str, text: str) -> None:
    """What stands in src and tests is judged, and never written to, whatever settings say."""
    _plant(package, "import os\nx  = 1\n")
    (package / name).write_text(text)
    ruff, before = Ruff(processes, _RUFF), snapshot(package)

    lint = {(one.path, one.code) for one in ruff.lint(package, limit=_LIMIT)}
    layout = [one.path for one in ruff.unformatted(package, limit=_LIMIT)]

    assert (_CODE, "F401") in lint
    assert layout == [_CODE]
    assert snapshot(package) == before


def test_what_else_is_excluded(processes: Processes, package: Path) -> None:
    """Outside of the code the package's own word on what to leave out counts."""
    (package / "pyproject.toml").write_text("[tool.ruff]\nextend-exclude = ['old']\n")
    (package / "old").mkdir()
    (package / "old" / "a.py").write_text("import os\n")
    (package / "b.py").write_text("import os\n")

    remarks = Ruff(processes, _RUFF).lint(package, limit=_LIMIT)

    assert {str(one.path) for one in remarks if one.code == "F401"} == {"b.py"}


def test_many_files(processes: Processes, package: Path) -> None:
    """More files than fit into one command line are all judged, each once."""
    for number in range(320):
        (package / "tests" / f"test_{number:03}.py").write_text("import os\n")

    remarks = Ruff(processes, _RUFF).lint(package, limit=_LIMIT)

    assert len([one for one in remarks if one.code == "F401"]) == 320


def test_a_module_named_like_the_tool_is_not_the_tool(processes: Processes, package: Path) -> None:
    """A `ruff.py` in the package does not get to say what ruff says."""
    (package / "ruff.py").write_text('print("[]")\n')
    _plant(package, "import os\n")

    assert len(Ruff(processes, _RUFF).lint(package, limit=_LIMIT)) == 1


def test_mending(processes: Processes, package: Path) -> None:
    """What has a safe fix is mended, what has none stays; a broken file hinders neither."""
    _plant(package, '"""Extra."""\n\nimport os\nx  = [ 1 ]\nprint(y)\n')
    (package / "src" / "broken.py").write_text("x = [1,\n")
    ruff = Ruff(processes, _RUFF)

    ruff.mend(package)

    assert (package / _CODE).read_text() == '"""Extra."""\n\nx = [1]\nprint(y)\n'
    assert [one.code for one in ruff.lint(package, limit=_LIMIT)] == ["invalid-syntax", "F821"]


def test_mending_is_safe(processes: Processes, package: Path) -> None:
    """A fix that may change what the code does is left to a person, whatever the settings say."""
    _plant(package, '"""Extra."""\n\n\ndef f(a: list[int]) -> bool:\n    return a == None\n')
    (package / "pyproject.toml").write_text("[tool.ruff]\nunsafe-fixes = true\n")
    before = snapshot(package)

    Ruff(processes).mend(package)

    assert snapshot(package) == before


def test_the_ruff_of_this_environment(
    processes: Processes, package: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The program itself is started where the environment has it, else Python finds it."""
    _plant(package, "import os\n")
    direct = ruff_command()
    ruff_command.cache_clear()
    with monkeypatch.context() as patch:
        patch.setattr("sysconfig.get_path", lambda _: str(tmp_path))
        found = ruff_command()
    ruff_command.cache_clear()

    assert len(direct) == 1
    assert found == _RUFF
    assert (
        Ruff(processes).lint(package, limit=_LIMIT)
        == Ruff(processes, found).lint(package, limit=_LIMIT)
        != ()
    )


def test_broken_settings_are_a_crash(processes: Processes, package: Path) -> None:
    """A package whose settings ruff can't read is not judged, by any of the three."""
    (package / "pyproject.toml").write_text("[tool.ruff]\nno-such-setting = 1\n")
    ruff = Ruff(processes, _RUFF)

    with pytest.raises(ToolCrashed) as caught:
        ruff.lint(package, limit=_LIMIT)
    with pytest.raises(ToolCrashed):
        ruff.unformatted(package, limit=_LIMIT)
    with pytest.raises(ToolCrashed):
        ruff.mend(package)

    assert "no-such-setting" in caught.value.last_words


@pytest.mark.parametrize(
    ("code", "says", "fault"),
    [
        ("0", "", ToolGarbled),
        ("0", "All checks passed!", ToolGarbled),
        ("0", '{"a": 1}', ToolGarbled),
        ("0", "[1]", ToolGarbled),
        ("0", "null", ToolGarbled),
        ("1", "[]", ToolGarbled),
        ("2", "", ToolCrashed),
        ("3", "[]", ToolCrashed),
        ("101", "", ToolCrashed),
        ("139", "[]", ToolCrashed),
    ],
)
def test_a_tool_that_says_nothing_sensible_never_passes(
    processes: Processes,
    package: Path,
    saying: tuple[str, ...],
    code: str,
    says: str,
    fault: type[ToolFault],
) -> None:
    """Silence, prose, another document and a code against the report are all no verdict."""
    ruff = Ruff(processes, (*saying, code, says))

    with pytest.raises(fault):
        ruff.lint(package, limit=_LIMIT)
    with pytest.raises(fault):
        ruff.unformatted(package, limit=_LIMIT)


def test_a_tool_that_is_not_installed(processes: Processes, package: Path) -> None:
    """An interpreter without ruff is a missing tool."""
    command = (sys.executable, "-P", "-S", "-m", "ruff")

    with pytest.raises(ToolMissing):
        Ruff(processes, command).lint(package, limit=_LIMIT)
