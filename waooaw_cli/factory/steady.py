"""Hold a run to one state of each package: gates that saw two of them passed neither."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from waooaw_cli.gates.fingerprints import fingerprinted
from waooaw_cli.gates.gate import Package
from waooaw_cli.gates.inputs import Snapshot, snapshot
from waooaw_cli.gates.recall import Recall
from waooaw_cli.gates.report import Finding, GateResult, Severity, Verdict

__all__ = ["Steady"]

_DECIDED = frozenset({Verdict.PASS, Verdict.FAIL})


class Steady:
    """Compare packages after a run with what they were before it.

    Files that come while the gates run are let be: tests leave some behind.

    Args:
        packages: Those of the run, looked at now.
        recall: What has looked at them already; None where nothing has.
    """

    def __init__(self, packages: Sequence[Package], recall: Recall | None) -> None:
        look = recall.look if recall is not None else lambda package: snapshot(package.root)
        self._before = tuple((package, look(package)) for package in packages)

    def held(self, results: Sequence[tuple[GateResult, ...]]) -> list[tuple[GateResult, ...]]:
        """Return *results*, none of which is pass where the package changed meanwhile.

        Args:
            results: What the gates said of each package, in the order of packages.
        """
        return [
            self._undecided(package, before, of_one)
            for (package, before), of_one in zip(self._before, results, strict=True)
        ]

    def _undecided(
        self, package: Package, before: Snapshot, results: tuple[GateResult, ...]
    ) -> tuple[GateResult, ...]:
        if not any(one.verdict in _DECIDED and not one.cached for one in results):
            return results
        after = dict(snapshot(package.root).files)
        changed = next((name for name, digest in before.files if after.get(name) != digest), None)
        if changed is None:
            return results
        finding = Finding(
            "GATE-E005",
            Severity.ERROR,
            f"{changed} changed while the package was judged",
            PurePosixPath(changed),
            fix="Run the gates again; if it happens each time, find the test that writes into it.",
        )
        found = fingerprinted([finding], package.root)
        return tuple(
            replace(one, verdict=Verdict.ERROR, findings=(*found, *one.findings), cached=False)
            if one.verdict is Verdict.PASS
            else one
            for one in results
        )
