from __future__ import annotations

from pathlib import Path

import pytest

from waooaw_cli.gates.linter_settings import elsewhere, holes, refusal
from waooaw_cli.gates.ports import ToolCrashed


def _said(tmp_path: Path, settings: str) -> list[tuple[str, int | None]]:
    (tmp_path / "pyproject.toml").write_text(settings)
    return [(hole.said, hole.line) for hole in holes(tmp_path)]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("lint.select = []", "select leaves out F401"),
        ("lint.select = ['E', 'F4', 'F5', 'F6']", "select leaves out F701"),
        ("select = ['YTT']", "select leaves out F401"),
        ("lint.ignore = ['ALL']", "ignore = ['ALL']"),
        ("lint.extend-ignore = ['F8']", "extend-ignore = ['F8']"),
        ("ignore = ['F']", "ignore = ['F']"),
        (
            "lint.per-file-ignores = { 'src/**' = ['ALL'] }",
            "per-file-ignores of 'src/**' = ['ALL']",
        ),
        (
            "lint.extend-per-file-ignores = { 'x.py' = ['F82'] }",
            "extend-per-file-ignores of 'x.py' = ['F82']",
        ),
    ],
)
def test_a_family_of_mistakes_that_is_switched_off(
    tmp_path: Path, settings: str, said: str
) -> None:
    """A family that finds mistakes and is off, everywhere or for some files, is named."""
    assert _said(tmp_path, f"[tool.ruff]\n{settings}\n") == [(said, 2)]


@pytest.mark.parametrize(
    "settings",
    [
        "",
        "line-length = 100",
        "lint.select = ['ALL']\nlint.ignore = ['D', 'E741', 'F401', 'FBT', 'FIX']",
        "lint.select = ['E']\nlint.extend-select = ['F']",
        "lint.per-file-ignores = { 'tests/**' = ['S101', 'F401', 'D'] }",
        "lint.select = 'F'",
        "lint = []",
    ],
)
def test_taste_is_free(tmp_path: Path, settings: str) -> None:
    """Other families, single rules, and what ruff itself will refuse, are let pass here."""
    assert _said(tmp_path, f"[tool.ruff]\n{settings}\n") == []
    assert _said(tmp_path, "[tool\n") == []


def test_settings_from_elsewhere(tmp_path: Path) -> None:
    """Settings that are taken from another file are named with their line."""
    (tmp_path / "pyproject.toml").write_text("[tool.ruff]\nextend = '../ruff.toml'\n")

    found = elsewhere(tmp_path)

    assert found is not None
    assert (found.said, found.line) == ("extend = '../ruff.toml'", 2)


_UNKNOWN_FIELD = """\
ruff failed
  Cause: Failed to load configuration `/x/pyproject.toml`
  Cause: Failed to parse /x/pyproject.toml
  Cause: TOML parse error at line 1, column 1
  |
1 | [tool.ruff]
  | ^^^^^^^^^^^
unknown field `line-lenght`
"""
_UNKNOWN_RULE = """\
ruff failed
  Cause: Unknown rule selector `NOSUCH1` in `select` from `/x/pyproject.toml`
"""


@pytest.mark.parametrize(
    ("words", "said", "line"),
    [
        (_UNKNOWN_FIELD, "unknown field `line-lenght`", 3),
        (_UNKNOWN_RULE, "Unknown rule selector `NOSUCH1` in `select`", 4),
        (_UNKNOWN_FIELD.replace("line-lenght", "gone"), "unknown field `gone`", 1),
    ],
    ids=["field", "rule", "place-of-ruff"],
)
def test_what_ruff_refuses(tmp_path: Path, words: str, said: str, line: int) -> None:
    """A setting that ruff does not accept is the package's fault, at its line."""
    (tmp_path / "pyproject.toml").write_text(
        "[tool.ruff]\n# misspelt\nline-lenght = 1\nlint.select = ['NOSUCH1']\n"
    )

    found = refusal(ToolCrashed("ruff", "gave up (exit 2)", last_words=words), tmp_path)

    assert found is not None
    assert (found.said, found.line) == (said, line)


@pytest.mark.parametrize("words", ["", "thread 'main' panicked", "No space left on device"])
def test_what_is_no_refusal(tmp_path: Path, words: str) -> None:
    """A crash of ruff, or a package without settings, is nobody's setting."""
    assert refusal(ToolCrashed("ruff", "x", last_words=_UNKNOWN_RULE), tmp_path) is None

    (tmp_path / "pyproject.toml").write_text("")

    assert refusal(ToolCrashed("ruff", "gave up", last_words=words), tmp_path) is None
