"""The agents of the support desk: specifications that travel with waooaw, made into packages.

Each is a folder of `agents/`: `agent.yaml`, and the two files that a recipe leaves to the
developer, written already.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from waooaw import documents
from waooaw.documents import Document
from waooaw.errors import EnvironmentFault, InputError, shown
from waooaw.spec import AgentSpec
from waooaw_cli.factory.create import Check, Created, Rejected, Renderer, create
from waooaw_cli.factory.order import accepted
from waooaw_cli.factory.recipes import Recipe, data_root
from waooaw_cli.factory.staging import Lock

if TYPE_CHECKING:
    from waooaw.vision import Layers

__all__ = ["DeskAgent", "Kept", "desk_agents", "make_desk_agents"]

_FOLDER = "agents"


@dataclass(frozen=True, slots=True)
class DeskAgent:
    """Hold one of the desk's agents.

    Attributes:
        own: Its skills and their tests, by their paths in the package.
    """

    spec: AgentSpec
    own: Mapping[PurePosixPath, bytes]


@dataclass(frozen=True, slots=True)
class Kept:
    """Say that the package was there already, and stays as it is.

    Attributes:
        path: The package's root.
    """

    path: Path


def desk_agents(
    names: Sequence[str], recipe: Recipe, layers: Layers | None = None, root: Path | None = None
) -> tuple[DeskAgent, ...]:
    """Return the desk's agents of these names, each once, or all; by name.

    Args:
        names: Which; none for all.
        recipe: Its defaults stand in for what a specification leaves out.
        layers: The policies that hold where they will stand.
        root: Where `agents` stands; the installation's own by default.

    Raises:
        InputError: There is none of such a name.
        InvalidDocument: A policy of *layers* rejects one.
        EnvironmentFault: The installation has lost them.
    """
    folder = (root or data_root()) / _FOLDER
    known = sorted(path.parent.name for path in folder.glob("*/agent.yaml"))
    if not known:
        raise EnvironmentFault(f"{folder} holds no agents", hint="reinstall waooaw")
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}"
            raise InputError(f"the desk has no agent {shown(name)}", hint=hint)
    wanted = [name for name in known if not names or name in names]
    return tuple(_read(folder / name, recipe, layers) for name in wanted)


def _read(folder: Path, recipe: Recipe, layers: Layers | None) -> DeskAgent:
    document = documents.read(folder / "agent.yaml")
    filled = Document(document.source, recipe.filled(document.data), document.positions)
    spec = accepted(filled, layers)
    return DeskAgent(
        spec,
        {
            PurePosixPath("src", spec.package, "skills.py"): (folder / "skills.py").read_bytes(),
            PurePosixPath("tests/test_skills.py"): (folder / "test_skills.py").read_bytes(),
        },
    )


def make_desk_agents(
    agents: Sequence[DeskAgent],
    recipe: Recipe,
    *,
    output: Path,
    renderer: Renderer,
    lock: Lock,
    check_for: Callable[[AgentSpec], Check | None],
) -> tuple[Created | Rejected | Kept, ...]:
    """Make a package of each that has none, in order.

    One that its gates reject does not keep the others back. What is there already is its owner's
    by now, and neither changed nor judged.

    Args:
        agents: The agents.
        recipe: From which template.
        output: The folder to put the packages in.
        renderer: Fills the template.
        lock: Locks a file between processes.
        check_for: Returns what runs the gates on an agent's package; None to leave them out.

    Raises:
        InputError: What stands in the place of one is no package: then none is made.
        EnvironmentFault, CouldNotDecide: Rendering or a gate failed; those before stay.
    """
    # Before minutes are spent on those that stand before it.
    there = {agent.spec.name: _there(output.resolve() / agent.spec.name) for agent in agents}
    return tuple(
        there[agent.spec.name]
        or create(
            agent.spec,
            recipe,
            output=output,
            renderer=renderer,
            lock=lock,
            check=check_for(agent.spec),
            own=agent.own,
        )
        for agent in agents
    )


def _there(target: Path) -> Kept | None:
    """Return the package that stands at *target*; None where nothing does.

    Raises:
        InputError: Something else does.
    """
    if not os.path.lexists(target):
        return None
    if not os.path.lexists(target / "agent.yaml"):
        raise InputError(
            f"{target} is there already, and is no package of an agent",
            hint="move it away, or choose another --output",
        )
    return Kept(target)
