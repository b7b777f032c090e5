"""The report of a run that has nothing to do: earlier ones came to all of it.

Nothing here, and nothing that this imports, is heavy: the whole program has 60 ms.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from waooaw.version import __version__
from waooaw_cli.gates.gate import Package
from waooaw_cli.gates.recall import Recall
from waooaw_cli.gates.report import GateId, Report, TargetReport
from waooaw_cli.gates.settling import Settling

__all__ = ["recalled"]


def recalled(
    packages: Sequence[Package],
    recall: Recall,
    *,
    chosen: frozenset[GateId],
    now: Callable[[], datetime],
    settling: Settling,
) -> Report | None:
    """Return the report where earlier runs came to all of it; None where a gate must run.

    Raises:
        InputError: The waivers of a package can't be read.
    """
    began = now()
    names, found = [], []
    for package in packages:
        named, results = recall.find_name(package), recall.whole(package, chosen)
        if named is None or results is None:
            return None
        names.append(named)
        found.append(tuple(results))
    whole = settling.settled(packages, found)
    targets = tuple(
        TargetReport(package.shown, named.name, named.version, gates=of_one)
        for package, named, of_one in zip(packages, names, whole, strict=True)
    )
    return Report(__version__, began, now() - began, targets)
