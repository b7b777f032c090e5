"""Read the repository that proposals are made for: its policies, and its agents' specifications."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path, PurePosixPath

from waooaw import documents
from waooaw.errors import InputError, shown
from waooaw.specfile import check_spec
from waooaw.vision.policy_folder import FOLDER, read_policy
from waooaw_cli.factory.proposed_files import Ground, Specimen
from waooaw_cli.factory.targets import packages_at
from waooaw_cli.gates.policies import policy_files, repository_top

__all__ = ["ground_at"]

_SPECIFICATION = "agent.yaml"


def ground_at(path: Path, *, folder: Path, today: date) -> tuple[Path, Ground]:
    """Return the repository around *path*, and what of it proposals are made for.

    A specification that can't be read is passed over: the gates say what is wrong with it.

    Args:
        path: A folder of agents, an agent's folder, or its specification.
        folder: The current folder; absolute.
        today: The day.

    Raises:
        InputError: There is no such path, or a policy can't be read.
        EnvironmentFault: A folder in which agents may stand can't be read.
    """
    place = folder / path
    if place.name == _SPECIFICATION and place.is_file():
        place = place.parent
    if not place.is_dir():
        raise InputError(
            f"{shown(path.as_posix())}: no such folder", hint="name a folder that holds agents"
        )
    place = place.resolve()
    top = repository_top(place, folder)
    # A submodule's files are another repository's, where this diff can't be applied.
    roots = [root for root in _roots(place) if repository_top(root, folder) == top]
    policies: dict[Path, None] = {}
    for root in (place, *roots):
        policies.update(dict.fromkeys(policy_files(root, folder)))
    home = top / FOLDER
    return top, Ground(
        policies=tuple((_inside(top, file), read_policy(file)) for file in policies),
        home=PurePosixPath(FOLDER),
        taken=frozenset(one.name for one in home.iterdir()) if home.is_dir() else frozenset(),
        agents=tuple(_specimens(top, roots)),
        today=today,
    )


def _roots(place: Path) -> Sequence[Path]:
    try:
        return [one.root for one in packages_at([place], folder=place, output=".")]
    except InputError:  # a repository of policies alone may learn from reports
        return ()


def _specimens(top: Path, roots: Sequence[Path]) -> Iterator[Specimen]:
    found = []
    for root in roots:
        file = root / _SPECIFICATION
        try:
            content = documents.content_of(file, source=file.name)
            spec = check_spec(documents.parse(content, source=file.name))
        except InputError:
            continue
        found.append(Specimen(_inside(top, file), content, spec))
    # Of two agents with one name a journal does not tell which it is.
    names = Counter(one.spec.name for one in found)
    yield from (one for one in found if names[one.spec.name] == 1)


def _inside(top: Path, file: Path) -> PurePosixPath:
    return PurePosixPath(file.relative_to(top).as_posix())
