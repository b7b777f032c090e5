"""The use case behind `waooaw gate`: packages in, report out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path

from waooaw import documents
from waooaw.errors import InputError, shown
from waooaw.version import __version__
from waooaw_cli.gates.cache import AgentName
from waooaw_cli.gates.gate import Gate, Package
from waooaw_cli.gates.ports import Progress
from waooaw_cli.gates.recall import Recall
from waooaw_cli.gates.report import GateId, Report, TargetReport
from waooaw_cli.gates.runner import Runner

__all__ = ["check", "packages_at", "selected"]

_SPECIFICATION = "agent.yaml"


def packages_at(paths: Sequence[Path], *, folder: Path, output: str) -> tuple[Package, ...]:
    """Return the packages that a user named, each once.

    Args:
        paths: As the user wrote them, each an agent or a folder of agents; none for every agent in
            the folder *output*, or else the one in the current folder.
        folder: The current folder; absolute.
        output: Where new-agent puts packages, relative to *folder*.

    Raises:
        InputError: One of them is no agent, or there is none.
    """
    named = [agent for path in paths for agent in _agents_of(folder, path) or (path,)] or _unnamed(
        folder, output
    )
    packages: dict[Path, Package] = {}
    for path in named:
        root = (folder / path).resolve()
        if not (root / _SPECIFICATION).is_file():
            what = "is no agent: it has no agent.yaml" if root.is_dir() else "is no folder"
            raise InputError(
                f"{shown(path.as_posix())} {what}",
                hint="name the folder of an agent's package, or one that holds such folders",
            )
        packages.setdefault(root, Package(root, path.as_posix()))
    return tuple(packages.values())


def _agents_of(folder: Path, path: Path) -> tuple[Path, ...]:
    """Return the agents directly in *path*; none where it is an agent itself."""
    if (folder / path / _SPECIFICATION).is_file():
        return ()
    return _agents_in(folder, path)


def _agents_in(folder: Path, path: Path) -> tuple[Path, ...]:
    return tuple(
        sorted(
            path / specification.parent.name
            for specification in (folder / path).glob(f"*/{_SPECIFICATION}")
            # What begins with a dot is being rendered, or was left by a run that was killed.
            if not specification.parent.name.startswith(".")
        )
    )


def _unnamed(folder: Path, output: str) -> tuple[Path, ...]:
    if found := _agents_in(folder, Path(output)):
        return found
    if (folder / _SPECIFICATION).is_file():
        return (Path(),)
    raise InputError(
        f"there is no agent in {shown(output)} and none in the current folder",
        hint="name an agent's folder, or make one with waooaw new-agent",
    )


def selected(only: Iterable[str], skip: Iterable[str]) -> frozenset[GateId]:
    """Return the gates to run.

    Args:
        only: The ids that the user chose; none for all.
        skip: The ids that the user leaves out.

    Raises:
        InputError: There is no gate of such an id, or none is left.
    """
    chosen = frozenset(_gate(name) for name in only) or frozenset(GateId)
    left = chosen - {_gate(name) for name in skip}
    if not left:
        raise InputError(
            "no gate is left to run: --skip names all that --gate chose",
            hint="a report without results proves nothing; leave one of them out",
        )
    return left


def _gate(name: str) -> GateId:
    try:
        return GateId(name)
    except ValueError:
        hint = f"known gates: {', '.join(GateId)}"
        raise InputError(f"there is no gate named {shown(name)}", hint=hint) from None


def check(
    packages: Sequence[Package],
    gates: Sequence[Gate],
    *,
    chosen: frozenset[GateId],
    jobs: int,
    progress: Progress,
    now: Callable[[], datetime],
    recall: Recall | None = None,
    fail_fast: bool = False,
) -> Report:
    """Run the *chosen* of *gates* over *packages*; the others are in the report as skipped.

    Args:
        packages: At least one; a report of none says nothing and its verdict is error.
        gates: All that there are.
        chosen: See `selected`.
        jobs: How many gates run at once.
        progress: Told of each beginning and end.
        now: The time, aware.
        recall: What earlier runs came to; None to use and keep nothing.
        fail_fast: Whether to begin nothing more after the first gate that does not pass.
    """
    began = now()
    runner = Runner(gates, jobs=jobs, progress=progress, recall=recall, fail_fast=fail_fast)
    results = runner.run(packages, chosen=chosen)
    targets = tuple(
        TargetReport(package.shown, *_named(package, recall), gates=of_one)
        for package, of_one in zip(packages, results, strict=True)
    )
    return Report(__version__, began, now() - began, targets)


def _named(package: Package, recall: Recall | None) -> tuple[str, str]:
    """Return name and version of the agent, as far as its specification can be read."""
    if recall is not None and (known := recall.find_name(package)) is not None:
        return known.name, known.version
    name, version = _read_name(package)
    if recall is not None and version:
        recall.keep_name(package, AgentName(name, version))
    return name, version


def _read_name(package: Package) -> tuple[str, str]:
    try:
        data = documents.read(package.specification).data
    except InputError:  # the gate `spec` says what is wrong
        data = None
    fields = data if isinstance(data, dict) else {}
    name, version = fields.get("name"), fields.get("version", "0.1.0" if fields else "")
    return (
        name if isinstance(name, str) else package.root.name,
        version if isinstance(version, str) else "",
    )
