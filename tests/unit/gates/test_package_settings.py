from __future__ import annotations

from pathlib import Path

import pytest

from waooaw.errors import InputError
from waooaw_cli.gates.settings import PackageSettings, package_settings


def _settings(folder: Path, text: str) -> PackageSettings:
    (folder / "pyproject.toml").write_text(text, encoding="utf-8")
    return package_settings(folder)


def test_no_file_means_the_defaults(tmp_path: Path) -> None:
    """A package that says nothing is held to 80 % and projected at 10 000 events a month."""
    assert package_settings(tmp_path) == PackageSettings(None, None, 80.0, 10_000)


@pytest.mark.parametrize(
    ("text", "bar"),
    [
        ("", 80.0),
        ("[tool.waooaw]\ncoverage = 90", 90.0),
        ("[tool.coverage.report]\nfail_under = 92.5", 92.5),
        ("[tool.waooaw]\ncoverage = 90\n[tool.coverage.report]\nfail_under = 85", 90.0),
        ("[tool.waooaw]\ncoverage = 10\n[tool.coverage.report]\nfail_under = 0", 80.0),
        ("tool = 1", 80.0),
    ],
    ids=["nothing", "own", "coverage", "highest", "never-lower", "no-table"],
)
def test_the_bar_is_the_highest_that_is_named(tmp_path: Path, text: str, bar: float) -> None:
    """A package may raise its bar, in either place, and never lower it below 80 %."""
    assert _settings(tmp_path, text).coverage == bar


def test_name_version_and_rate(tmp_path: Path) -> None:
    """What the distribution is called, and how many events a month it expects."""
    text = '[project]\nname = "wow-x"\nversion = "1.2.3"\n[tool.waooaw]\nevents_per_month = 5'

    assert _settings(tmp_path, text) == PackageSettings("wow-x", "1.2.3", 80.0, 5)


def test_names_that_are_no_text_are_not_said(tmp_path: Path) -> None:
    """What is no text names nothing; the build says what is wrong with it."""
    assert _settings(tmp_path, "[project]\nname = 1\nversion = [1]").project is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x = ", "can't be read"),
        ("[tool.waooaw]\ncoverage = 'high'", "tool.waooaw.coverage is 'high'"),
        ("[tool.waooaw]\ncoverage = 101", "is 101"),
        ("[tool.waooaw]\ncoverage = true", "is True"),
        ("[tool.waooaw]\ncoverage = nan", "is nan"),
        ("[tool.coverage.report]\nfail_under = -1", "tool.coverage.report.fail_under"),
        ("[tool.waooaw]\nevents_per_month = -1", "events_per_month"),
    ],
)
def test_nonsense_is_refused(tmp_path: Path, text: str, words: str) -> None:
    """A value that can't be used is named with its place, never replaced by a default."""
    with pytest.raises(InputError) as caught:
        _settings(tmp_path, text)

    assert words in caught.value.message


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    """A folder, or bytes that are no text, in place of the file are the user's to mend."""
    (tmp_path / "pyproject.toml").mkdir()
    with pytest.raises(InputError, match="can't be read"):
        package_settings(tmp_path)

    (tmp_path / "pyproject.toml").rmdir()
    (tmp_path / "pyproject.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="can't be read"):
        package_settings(tmp_path)
