"""The table `attestation` of the settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from waooaw.errors import InputError
from waooaw_cli.factory.trust import Trust, trust
from waooaw_cli.gates.gate import Package
from waooaw_cli.settings import read_settings


def _trust(folder: Path, text: str, *packages: Package) -> Trust:
    (folder / "waooaw.toml").write_text(text)
    return trust(read_settings(folder, {}), packages)


def test_without_the_table_nobody_is_trusted(tmp_path: Path) -> None:
    """Neither without a file."""
    assert trust(read_settings(tmp_path, {})) == Trust()
    assert _trust(tmp_path, "jobs = 1") == Trust()


def test_files_are_found_beside_the_settings(tmp_path: Path) -> None:
    """Whatever the current folder; keys themselves and keyrings stay as they are."""
    (tmp_path / "ci.pub").write_text("x")
    text = '[attestation]\nkey = "keyring:ci"\ntrusted = ["ci.pub", "c29tZSBrZXk="]\n'

    assert _trust(tmp_path, text) == Trust("keyring:ci", (str(tmp_path / "ci.pub"), "c29tZSBrZXk="))


@pytest.mark.parametrize(
    "text",
    [
        "attestation = 1",
        "[attestation]\nkeys = []",
        "[attestation]\nkey = 1",
        '[attestation]\ntrusted = "x"',
        "[attestation]\ntrusted = [1]",
    ],
)
def test_a_table_that_says_something_else(tmp_path: Path, text: str) -> None:
    """File and key are named."""
    with pytest.raises(InputError, match=r"waooaw\.toml: attestation"):
        _trust(tmp_path, text)


def test_a_package_cannot_say_who_vouches_for_it(tmp_path: Path) -> None:
    """Its settings may be as changed as the rest of it."""
    text = '[attestation]\ntrusted = ["x"]'
    below, outside = Package(tmp_path / "wow-x", "wow-x"), Package(tmp_path, ".")

    assert _trust(tmp_path, text, below).trusted == ("x",)
    with pytest.raises(InputError, match="which is to be verified"):
        _trust(tmp_path, text, outside)
