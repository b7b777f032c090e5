"""Gather what is proposed; what turns out to be no diff becomes advice, with the reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from waooaw_cli.factory.proposals import Advice, Evidence, Proposal
from waooaw_cli.factory.proposed_files import Bench, NotProposed

__all__ = ["Attempts"]


@dataclass(slots=True)
class Attempts:
    """Hold the bench, and what was made on it so far.

    Attributes:
        bench: The repository's files, as all proposals so far make them.
        owner: Who answers for new policies; asked only where there is one.
    """

    bench: Bench
    owner: Callable[[], str]
    proposals: list[Proposal] = field(default_factory=list)
    advice: list[Advice] = field(default_factory=list)

    def propose(
        self,
        title: str,
        evidence: Evidence,
        make: Callable[[], PurePosixPath],
        *,
        suggestion: str = "",
    ) -> None:
        """Make a change; where it can't be made, advise it.

        Args:
            title: What it would bring.
            evidence: What it rests on.
            make: Makes it on the bench and returns the file.
            suggestion: What the advice shows instead.
        """
        try:
            path = make()
        except NotProposed as error:
            self.advise(title, error.reason, evidence, suggestion=suggestion)
        else:
            self.proposals.append(Proposal(path, title, evidence))

    def advise(self, title: str, because: str, evidence: Evidence, *, suggestion: str = "") -> None:
        """Say what a person could do, and why no diff does it."""
        self.advice.append(Advice(title, because, evidence, suggestion))
