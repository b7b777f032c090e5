"""What is installed is read from the metadata that installers leave."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from waooaw_cli.adapters.distributions import Installations
from waooaw_cli.adapters.environments import _site_packages, import_folders


@pytest.fixture
def python(tmp_path: Path) -> Path:
    """The interpreter of an environment with a few distributions."""
    site = _site_packages(tmp_path)
    write(
        site,
        "Woo_Parse-1.4",
        "Name: Woo.Parse\nVersion: 1.4\nLicense-Expression: MIT\n"
        "Requires-Dist: woobase>=1\nRequires-Dist: woofast; extra == 'fast'\n"
        "Classifier: Topic :: Games\n",
    )
    write(site, "wooold-1", "Name: wooold\nVersion: 1\nLicense: UNKNOWN\n")
    write(site, "wooother-1", "Name: another\nVersion: 1\n")
    write(site, "woobroken-1", "Name: woobroken\n")
    (tmp_path / "bin").mkdir()
    return tmp_path / "bin" / "python"


def write(site: Path, name: str, metadata: str) -> None:
    folder = site / f"{name}.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text(f"Metadata-Version: 2.4\n{metadata}", encoding="utf-8")


def test_a_distribution_is_found(python: Path) -> None:
    """By its normalised name, with its needs and its licence."""
    found = Installations().find(python, "woo-parse")

    assert found is not None
    assert (found.name, found.version, found.expression) == ("woo-parse", "1.4", "MIT")
    assert found.requires == ("woobase>=1", "woofast; extra == 'fast'")
    assert found.classifiers == ("Topic :: Games",)


def test_what_nobody_said_is_nothing(python: Path) -> None:
    """`UNKNOWN` is what old tools wrote where the author wrote nothing."""
    found = Installations().find(python, "wooold")

    assert found is not None
    assert (found.expression, found.licence) == ("", "")


@pytest.mark.parametrize("name", ["absent", "wooother", "woobroken"])
def test_what_is_none_is_not_found(python: Path, name: str) -> None:
    """Another's folder, or one that a broken installation left."""
    installations = Installations()

    assert installations.find(python, name) is None
    assert installations.find(python, name) is None


def test_an_environment_sees_the_factorys_folders_too(tmp_path: Path, python: Path) -> None:
    """As the interpreter itself does, after its own."""
    site = _site_packages(tmp_path)
    more = tmp_path / "more"
    write(more, "woomore-2", "Name: woomore\nVersion: 2\n")
    write(more, "wooold-7", "Name: wooold\nVersion: 7\n")
    (site / "waooaw-factory.pth").write_text(f"{more}\n", encoding="utf-8")

    installations = Installations()
    old, new = (installations.find(python, name) for name in ("wooold", "woomore"))

    assert import_folders(python) == (str(site), str(more))
    assert old is not None
    assert new is not None
    assert (old.version, new.version) == ("1", "2")


def test_the_running_interpreter() -> None:
    """What runs now is found where it imports from."""
    found = Installations().find(Path(sys.executable), "packaging")

    assert found is not None
    assert found.expression == "Apache-2.0 OR BSD-2-Clause"
