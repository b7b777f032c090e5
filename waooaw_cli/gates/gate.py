"""What a gate is: it looks at one package and says what it found and what it measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from waooaw_cli.gates.report import Finding, GateId, Measure

__all__ = ["Checked", "Gate", "Package"]


@dataclass(frozen=True, slots=True)
class Package:
    """Name the package that is judged.

    Attributes:
        root: Its folder, absolute; the one that holds `agent.yaml`.
        shown: The same folder as the user named it, with forward slashes.
    """

    root: Path
    shown: str

    @property
    def specification(self) -> Path:
        """Where the agent's specification stands."""
        return self.root / "agent.yaml"


@dataclass(frozen=True, slots=True)
class Checked:
    """Hold what a gate found and measured.

    A gate passes when none of its findings objects. A gate leaves `Finding.fingerprint` empty, or
    writes into it what tells a finding from others at its line, such as an advisory's name; the
    runner fills it in.
    """

    findings: tuple[Finding, ...] = ()
    measures: Mapping[str, Measure] = field(default_factory=dict)


class Gate(Protocol):
    """Judge one aspect of a package.

    A gate never writes into the package and never prints. What keeps it from a judgement it raises:
    the runner turns that into the verdict `error`, which is never counted as pass.
    """

    @property
    def id(self) -> GateId:
        """How users and reports name it."""
        ...

    @property
    def needs(self) -> frozenset[GateId]:
        """The gates that must pass before this one has anything to judge."""
        ...

    @property
    def alone(self) -> bool:
        """Whether it may only run when no other gate does, which what measures long wants."""
        ...

    @property
    def limit(self) -> timedelta:
        """After which time the runner gives up on it."""
        ...

    def check(self, package: Package) -> Checked:
        """Return what this gate has to say of *package*.

        Raises:
            ToolFault: An outside tool crashed, timed out, is missing or printed garbage.
        """
        ...
