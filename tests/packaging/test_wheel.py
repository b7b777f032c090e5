"""The wheel holds what the checkout holds, and works where there is no checkout."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from fakes.environments import Environment

pytestmark = pytest.mark.slow

#: Where each folder of the checkout stands in the wheel.
PLACES = {
    "waooaw": "waooaw",
    "waooaw_cli": "waooaw_cli",
    "recipes": "waooaw_cli/_data/recipes",
    "questionnaires": "waooaw_cli/_data/questionnaires",
    "agents": "waooaw_cli/_data/agents",
}


def _in_checkout(root: Path) -> dict[str, bytes]:
    """Return every file that git knows or would add, by its place in the wheel."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", *PLACES],
        cwd=root,
        check=True,
        capture_output=True,
    ).stdout.decode()
    return {
        f"{PLACES[top]}/{rest}": (root / top / rest).read_bytes()
        for top, _, rest in (path.partition("/") for path in listed.split("\0") if path)
        if (root / top / rest).is_file()
    }


@pytest.mark.skipif(shutil.which("git") is None, reason="git knows what belongs to the checkout")
def test_wheel_holds_the_checkout(root: Path, wheel: Path) -> None:
    """No file is lost on the way through sdist and wheel, no dotfile either, and none is added."""
    with zipfile.ZipFile(wheel) as archive:
        packed = {
            name: archive.read(name) for name in archive.namelist() if ".dist-info/" not in name
        }

    expected = _in_checkout(root)
    assert set(packed) == set(expected)
    assert packed == expected
    for name in (".dockerignore", ".gitignore.jinja", ".github/workflows/gate.yml"):
        assert f"waooaw_cli/_data/recipes/coe-agent/template/{name}" in packed


def test_wheel_works_without_the_checkout(wheel: Path, cases: Path, tmp_path: Path) -> None:
    """Installed, `waooaw new-agent` makes a package from the recipe in the wheel."""
    environment = Environment(tmp_path / "venv with a space")
    environment.install("--no-deps", wheel, cwd=tmp_path)
    shutil.copyfile(cases / "valid" / "wow-refund-desk.yaml", tmp_path / "answers.yaml")

    place = environment.run(
        "python", "-c", "import waooaw_cli; print(waooaw_cli.__file__)", cwd=tmp_path
    )
    environment.run("waooaw", "new-agent", "--answers", "answers.yaml", "--no-gate", cwd=tmp_path)

    assert Path(place.strip()).is_relative_to(environment.folder)
    package = tmp_path / "generated" / "wow-refund-desk"
    assert (package / "src" / "wow_refund_desk" / "agent.py").is_file()
    assert (package / ".dockerignore").is_file()
    assert environment.run("waooaw", "recipes", cwd=tmp_path).startswith("coe-agent ")
