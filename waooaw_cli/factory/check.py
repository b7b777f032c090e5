"""The use case behind `waooaw gate`: packages in, report out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from waooaw import documents
from waooaw.errors import InputError
from waooaw.version import __version__
from waooaw_cli.factory.steady import Steady
from waooaw_cli.gates.cache import AgentName
from waooaw_cli.gates.gate import Gate, Package
from waooaw_cli.gates.ports import Progress
from waooaw_cli.gates.recall import Recall
from waooaw_cli.gates.report import GateId, Report, TargetReport
from waooaw_cli.gates.runner import Runner
from waooaw_cli.gates.settling import Permissions, Settling

__all__ = ["check", "named"]


def check(  # noqa: PLR0913 - one parameter for each thing that a run may differ in
    packages: Sequence[Package],
    gates: Sequence[Gate],
    *,
    chosen: frozenset[GateId],
    jobs: int,
    progress: Progress,
    now: Callable[[], datetime],
    recall: Recall | None = None,
    fail_fast: bool = False,
    first: frozenset[GateId] = frozenset(),
    settling: Settling | None = None,
) -> Report:
    """Run the *chosen* of *gates* over *packages*; the others are in the report as skipped.

    Args:
        packages: At least one; a report of none says nothing and its verdict is error.
        gates: All that there are.
        chosen: See `waooaw_cli.factory.targets.selected`.
        jobs: How many gates run at once.
        progress: Told of each beginning and end.
        now: The time, aware.
        recall: What earlier runs came to; None to use and keep nothing.
        fail_fast: Whether to begin nothing more after the first gate that does not pass.
        first: Gates that are known to take longer than tests this time.
        settling: What is waived; by default what the packages waive themselves.

    Raises:
        InputError: The waivers of a package can't be read.
    """
    began = now()
    if settling is None:
        permissions = Permissions(began.astimezone(UTC).date())
        settling = Settling(permissions, named=lambda package: named(package, recall)[0])
    settling.prepare(packages)
    steady = Steady(packages, recall)
    runner = Runner(
        gates,
        jobs=jobs,
        progress=progress,
        recall=recall,
        fail_fast=fail_fast,
        first=first,
        waived=settling.waived,
    )
    judged = steady.held(runner.run(packages, chosen=chosen))
    results = settling.settled(packages, judged)
    targets = tuple(
        TargetReport(package.shown, *named(package, recall), gates=of_one)
        for package, of_one in zip(packages, results, strict=True)
    )
    return Report(__version__, began, now() - began, targets)


def named(package: Package, recall: Recall | None) -> tuple[str, str]:
    """Return name and version of the agent, as far as its specification can be read."""
    if recall is not None and (known := recall.find_name(package)) is not None:
        return known.name, known.version
    name, version = _read_name(package)
    # Only what the specification says itself: the same file may stand in another folder.
    if recall is not None and version and name is not None:
        recall.keep_name(package, AgentName(name, version))
    return package.root.name if name is None else name, version


def _read_name(package: Package) -> tuple[str | None, str]:
    try:
        data = documents.read(package.specification).data
    except InputError:  # the gate `spec` says what is wrong
        data = None
    fields = data if isinstance(data, dict) else {}
    name, version = fields.get("name"), fields.get("version", "0.1.0" if fields else "")
    return (
        name if isinstance(name, str) else None,
        version if isinstance(version, str) else "",
    )
