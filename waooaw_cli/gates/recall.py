"""What earlier runs came to, for the packages of this one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from waooaw_cli.gates.cache import AgentName, Results
from waooaw_cli.gates.gate import Package
from waooaw_cli.gates.inputs import Ground, Snapshot, key, name_key, snapshot
from waooaw_cli.gates.report import ORDER, GateId, GateResult, Verdict

__all__ = ["Recall"]


class Recall:
    """Find and keep results of packages, each looked at once.

    Args:
        results: Where they are kept.
        ground: What they rest on beside the packages.
        never: Gates whose results are neither found nor kept in this run.
    """

    def __init__(
        self, results: Results, ground: Ground, *, never: frozenset[GateId] = frozenset()
    ) -> None:
        self._results = results
        self._ground = ground
        self._never = never
        self._looks: dict[Path, Snapshot] = {}
        self._found: dict[tuple[Path, GateId], GateResult | None] = {}
        self._kept = False

    def find(self, package: Package, gate: GateId) -> GateResult | None:
        """Return the result of *gate* where it would come out the same again.

        As it was when this was asked first: what tests write into the cache meanwhile, which run
        with its user's rights, is no result of theirs to give.
        """
        look = self.look(package)
        if gate in self._never or not look.tells(gate):
            return None
        asked = (package.root, gate)
        if asked not in self._found:
            name = key(gate, look, package.root, self._ground)
            self._found[asked] = self._results.find(name, gate)
        return self._found[asked]

    def whole(self, package: Package, chosen: frozenset[GateId]) -> Sequence[GateResult] | None:
        """Return every gate's result in the order of reports; None where one must be run."""
        found: list[GateResult] = []
        for gate in ORDER:
            if gate not in chosen:
                found.append(GateResult(gate, Verdict.SKIPPED))
            elif (result := self.find(package, gate)) is None or _hinders(result):
                return None
            else:
                found.append(result)
        return found

    def keep(self, package: Package, result: GateResult) -> None:
        """Keep *result* for the next run, if the package is still what was judged."""
        look = self.look(package)
        if result.id in self._never or not look.tells(result.id):
            return
        if snapshot(package.root) != look:
            return
        self._results.keep(key(result.id, look, package.root, self._ground), result)
        self._kept = True

    def marked(self, package: Package) -> tuple[PurePosixPath, ...]:
        """Return the files of *package* that may hold waivers beside their lines."""
        return tuple(map(PurePosixPath, self.look(package).marked))

    def find_name(self, package: Package) -> AgentName | None:
        """Return what the agent is called; None where its specification is to be read."""
        name = name_key(self.look(package), self._ground)
        return None if name is None else self._results.find_name(name)

    def keep_name(self, package: Package, named: AgentName) -> None:
        """Keep what the agent is called."""
        if (name := name_key(self.look(package), self._ground)) is not None:
            self._results.keep_name(name, named)

    def close(self) -> None:
        """Hold what is kept to its bound, where this run added something."""
        if self._kept:
            self._results.bound()

    def look(self, package: Package) -> Snapshot:
        """Return what *package* was when this run looked at it first."""
        if package.root not in self._looks:
            self._looks[package.root] = snapshot(package.root)
        return self._looks[package.root]


def _hinders(result: GateResult) -> bool:
    """Say whether *result* keeps other gates from judging, which the runner knows to tell."""
    return result.id is GateId.SPEC and result.verdict is not Verdict.PASS
