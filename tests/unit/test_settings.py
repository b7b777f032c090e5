"""Where settings come from, strongest first."""

from __future__ import annotations

from pathlib import Path

import pytest

from waooaw.errors import InputError
from waooaw_cli.settings import read_settings


def test_defaults_hold_where_nobody_says_anything(tmp_path: Path) -> None:
    """Without files and variables the documented defaults are in force."""
    settings = read_settings(tmp_path, {})

    assert (settings.output, settings.recipe, settings.jobs) == ("generated", "coe-agent", 0)
    assert set(settings.origins.values()) == {"default"}
    assert settings.cache_dir.is_absolute()


def test_the_nearest_file_above_is_read_and_the_environment_wins(tmp_path: Path) -> None:
    """waooaw.toml in a parent folder holds, a variable is stronger, and doctor can say so."""
    (tmp_path / "waooaw.toml").write_text('output = "agents"\njobs = 3\n')
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)

    settings = read_settings(below, {"WAOOAW_OUTPUT": "elsewhere"})

    assert (settings.output, settings.jobs) == ("elsewhere", 3)
    assert settings.origins["output"] == "environment (WAOOAW_OUTPUT)"
    assert settings.origins["jobs"] == str(tmp_path / "waooaw.toml")


def test_pyproject_serves_where_there_is_no_file_of_our_own(tmp_path: Path) -> None:
    """[tool.waooaw] is read; a pyproject without it is passed over."""
    (tmp_path / "pyproject.toml").write_text('[tool.waooaw]\nrecipe = "mine"\ncoverage = 95\n')
    below = tmp_path / "a"
    below.mkdir()
    (below / "pyproject.toml").write_text('[project]\nname = "x"\n')

    assert read_settings(below, {}).recipe == "mine"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('outptu = "x"', "'outptu' is no setting"),
        ("jobs = true", "jobs = True is not a whole number"),
        ('jobs = "3"', "jobs = '3' is not a whole number"),
        ("output = 3", "output = 3 is not text"),
        ("output = ", "is not TOML"),
    ],
)
def test_a_bad_settings_file_is_refused_by_key(tmp_path: Path, text: str, says: str) -> None:
    """The message names file, key and value."""
    (tmp_path / "waooaw.toml").write_text(text)

    with pytest.raises(InputError) as caught:
        read_settings(tmp_path, {})

    assert says in caught.value.message
    assert "waooaw.toml" in caught.value.message


def test_a_bad_variable_is_refused_by_name(tmp_path: Path) -> None:
    """A number is a number in the environment too."""
    with pytest.raises(InputError, match="WAOOAW_JOBS"):
        read_settings(tmp_path, {"WAOOAW_JOBS": "many"})


def test_folders_may_be_moved(tmp_path: Path) -> None:
    """Cache and state go where the user says."""
    settings = read_settings(tmp_path, {"WAOOAW_CACHE_DIR": "~/c", "WAOOAW_STATE_DIR": "/s"})

    assert settings.cache_dir == Path("~/c").expanduser()
    assert settings.origins["state_dir"] == "environment (WAOOAW_STATE_DIR)"


@pytest.mark.parametrize("below", ["", "agents/wow-x"], ids=["at-the-top", "in-a-package"])
def test_a_repository_names_no_cache_of_its_own(tmp_path: Path, below: str) -> None:
    """Verdicts that are checked in with an agent would be believed in place of its gates."""
    folder = tmp_path / "repository" / below
    folder.mkdir(parents=True)
    (tmp_path / "repository" / ".git").mkdir(exist_ok=True)
    elsewhere, here = tmp_path / "cache", tmp_path / "repository" / ".mypy_cache"
    (folder / "waooaw.toml").write_text(f"cache_dir = {str(elsewhere)!r}\n")
    assert read_settings(folder, {}).cache_dir == elsewhere

    (folder / "waooaw.toml").write_text(f"cache_dir = {str(here)!r}\n")

    with pytest.raises(InputError, match="cache_dir"):
        read_settings(folder, {})
    assert read_settings(folder, {"WAOOAW_CACHE_DIR": str(here)}).cache_dir == here


def test_who_has_no_repository_names_no_cache_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was unpacked may hold verdicts too; a home folder holds the user's own."""
    (tmp_path / "waooaw.toml").write_text(f"cache_dir = {str(tmp_path / 'cache')!r}\n")
    with pytest.raises(InputError, match="cache_dir"):
        read_settings(tmp_path, {})

    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))

    assert read_settings(tmp_path, {}).cache_dir == tmp_path / "cache"


def test_a_baseline_is_named_from_where_it_is_said(tmp_path: Path) -> None:
    """Relative to the settings file that names it; in the environment, to the current folder."""
    below = tmp_path / "a"
    below.mkdir()
    (tmp_path / "waooaw.toml").write_text('baseline = "known.jsonl"')

    assert read_settings(below, {}).baseline == tmp_path / "known.jsonl"
    assert read_settings(below, {"WAOOAW_BASELINE": "b"}).baseline == Path("b").absolute()
    (tmp_path / "waooaw.toml").write_text("")
    assert read_settings(below, {}).values()["baseline"] == "none"
