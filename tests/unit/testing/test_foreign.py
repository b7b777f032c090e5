"""Measuring packages that waooaw did not make."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.agent_package import agent_package
from fakes.foreign_package import foreign_package

from waooaw.specfile import read_spec
from waooaw.testing.foreign import specified_agent
from waooaw.testing.measure import main


@pytest.fixture(autouse=True)
def _own_imports(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Forget what a test imported, and where it looked."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        if name.partition(".")[0] in {"invoice_sorter", "wow_heartbeat"}:
            del sys.modules[name]


def _measured(package: Path, folder: Path) -> dict[str, object]:
    main([str(package), str(folder / "result.json")])
    return dict(json.loads((folder / "result.json").read_text()))


def test_a_foreign_package_is_measured_by_its_specification(tmp_path: Path) -> None:
    """It has no class on the runtime; what its agent.yaml decides is what can be timed."""
    package = foreign_package(tmp_path / "invoice-sorter")

    measured = _measured(package, tmp_path)

    assert "not_loaded" not in measured
    assert measured["examples"] == 1
    assert "invoice_sorter" in sys.modules


def test_a_foreign_package_that_cannot_be_imported(tmp_path: Path) -> None:
    """Its own code is to blame, and the line is named."""
    package = foreign_package(
        tmp_path / "invoice-sorter", {"src/invoice_sorter/__init__.py": "import no_such_module\n"}
    )

    measured = _measured(package, tmp_path)

    assert (measured["path"], measured["line"]) == ("src/invoice_sorter/__init__.py", 1)


@pytest.mark.parametrize("text", ["[project\n", "[project]\ndependencies = 1\n", "x = 1\n", None])
def test_a_project_that_nobody_can_read_is_no_excuse(tmp_path: Path, text: str | None) -> None:
    """Where it is not known what the package needs, it has to have its class."""
    package = foreign_package(tmp_path / "invoice-sorter", {"pyproject.toml": text})
    sys.path.insert(0, str(package / "src"))

    assert specified_agent(package, read_spec(package / "agent.yaml")) is None


@pytest.mark.parametrize(
    ("need", "foreign"),
    [
        ("waooaw", False),
        ("waooaw>=0.1,<0.2", False),
        ("Waooaw [attest] >= 0.1", False),
        ("waooaw-extras", True),
        ("waooawful", True),
        ("requests", True),
    ],
)
def test_who_depends_on_the_runtime_is_not_foreign(
    tmp_path: Path, need: str, foreign: bool
) -> None:
    """An agent of waooaw's that lost its module agent is broken, not foreign."""
    package = agent_package(
        tmp_path / "wow-heartbeat",
        {
            "src/wow_heartbeat/agent.py": None,
            "pyproject.toml": f'[project]\nname = "wow-heartbeat"\ndependencies = ["{need}"]\n',
        },
    )
    sys.path.insert(0, str(package / "src"))

    found = specified_agent(package, read_spec(package / "agent.yaml"))

    assert (found is not None) == foreign


def test_a_foreign_package_may_have_its_class(tmp_path: Path) -> None:
    """A module `agent` is taken for one, whatever the package depends on."""
    package = foreign_package(tmp_path / "invoice-sorter", {"src/invoice_sorter/agent.py": ""})
    sys.path.insert(0, str(package / "src"))

    assert specified_agent(package, read_spec(package / "agent.yaml")) is None
