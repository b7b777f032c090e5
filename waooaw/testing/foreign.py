"""Packages that waooaw did not make and that do not run on its runtime.

Such a package has an `agent.yaml` beside its code, for the gates; what decides in it is its own.
Its specification is measured as the runtime decides it.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from waooaw.agent import Agent
    from waooaw.spec import AgentSpec

__all__ = ["specified_agent"]

_RUNTIME = re.compile(r"waooaw\b(?![-_.]*\w)", re.IGNORECASE)


def specified_agent(root: Path, spec: AgentSpec) -> type[Agent] | None:
    """Return an agent that is its specification and nothing else, for a package without one.

    Its package is imported all the same, so what can't be imported is still found.

    Args:
        root: The package's folder; its `src` is on the import path.
        spec: Its specification.

    Returns:
        None where the package depends on waooaw or has a module `agent`: then that has to hold the
        class.

    Raises:
        ImportError: The package can't be imported.
    """
    if _depends_on_runtime(root):
        return None
    if importlib.util.find_spec(f"{spec.package}.agent") is not None:
        return None
    from waooaw.agent import Agent

    return type(spec.class_name, (Agent,), {"home": root})


def _depends_on_runtime(root: Path) -> bool:
    """Tell whether the package names waooaw among what it needs; what can't be read counts so."""
    try:
        project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        needs = project.get("dependencies", [])
        return any(_RUNTIME.match(need.strip()) for need in needs)
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return True
