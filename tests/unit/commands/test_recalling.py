from __future__ import annotations

import sys
from pathlib import Path

import pytest

from waooaw_cli.adapters.needing import asks_for_more
from waooaw_cli.commands.recalling import _installed_for


@pytest.mark.parametrize(
    ("pyproject", "more"),
    [
        ("", False),
        ('[project]\ndependencies = ["waooaw>=0.1,<0.2"]\n', False),
        ("[project]\ndependencies = [\n  'waooaw',\n  'pytest>=9',\n]\n", False),
        ("[project]\ndependencies = []\n", False),
        ('[project]\ndependencies = ["waooaw", "requests"]\n', True),
        ('[project]\ndependencies = ["waooaw[redis]"]\n', True),
        ('[project]\n"dependencies" = ["requests"]\n', True),
        ('project = { dependencies = ["requests"] }\n', True),
        ('[project]\ndependencies = ["waooaw"]\n[dependency-groups]\ndev = ["x"]\n', True),
        ('[project]\ndependencies = ["waooaw-malicious"]\n', True),
        ('[project]\ndependencies = [\n  "waooaw", # ours]\n  "requests",\n]\n', True),
    ],
)
def test_what_a_package_needs_is_read_with_care_where_it_may_be_more(
    tmp_path: Path, pyproject: str, more: bool
) -> None:
    """In doubt it is: then the requirements are parsed."""
    (tmp_path / "pyproject.toml").write_text(pyproject)

    assert asks_for_more(tmp_path) is more


def test_a_package_without_settings_needs_nothing_more(tmp_path: Path) -> None:
    """There is no file that could ask."""
    assert not asks_for_more(tmp_path)


def test_what_is_not_built_is_never_found_again(tmp_path: Path) -> None:
    """Nobody knows yet which versions will be installed."""
    (tmp_path / "pyproject.toml").write_text('[project]\ndependencies = ["requests"]\n')
    installed_for = _installed_for(tmp_path / "environments")

    first, second = installed_for(tmp_path), installed_for(tmp_path)

    assert first.digest != second.digest


@pytest.mark.parametrize(
    "pyproject",
    [
        "[project]\ndependencies = [\"pytest; python_version < '3'\"]\n[x]\ndependency = 1\n",
        '[project]\ndependencies = ["not a requirement !"]\n',
    ],
    ids=["nothing-more", "unreadable"],
)
def test_where_nothing_more_is_needed_it_is_this_interpreter(
    tmp_path: Path, pyproject: str
) -> None:
    """As for a package whose list can't be read, which gates say."""
    from waooaw_cli.adapters.ground import installed

    (tmp_path / "pyproject.toml").write_text(pyproject)

    assert _installed_for(tmp_path)(tmp_path) == installed(sys.path)


def test_every_part_of_the_locale_counts(tmp_path: Path) -> None:
    """Whatever of it tools get to see."""
    from waooaw_cli.adapters.ground import ground, installed

    seen = {
        ground(env, tmp_path, {}, installed_for=lambda _: installed(())).locale
        for env in ({}, {"LC_COLLATE": "C"}, {"LC_MONETARY": "C"}, {"TZ": "UTC"}, {"HOME": "/"})
    }

    assert len(seen) == 4
