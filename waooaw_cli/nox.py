"""Run the gates from a noxfile.

    from waooaw_cli.nox import gate as waooaw_gate

    @nox.session(venv_backend="none")
    def gate(session):
        waooaw_gate(session, "agents/wow-refund-desk")

waooaw has to be installed beside nox: the gates bring their tools and build environments of their
own, so the session needs none.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Protocol

__all__ = ["Session", "gate"]


class Session(Protocol):
    """Say what is used of `nox.Session`."""

    @property
    def posargs(self) -> list[str]:
        """What stands behind ``--`` on the command line of nox."""
        ...

    def run(self, *args: str | os.PathLike[str], external: bool) -> object:
        """Run a program; the session fails when its exit code is not 0."""
        ...


def gate(session: Session, *paths: str, options: Sequence[str] = ()) -> None:
    """Run `waooaw gate` in *session*, which fails when a gate does.

    Args:
        session: The session; what stands behind ``--`` is passed on.
        paths: Agents, folders of agents, or patterns; those that `waooaw gate` looks for by itself
            where none is named.
        options: Options of `waooaw gate`, such as ``("--skip", "performance")``.
    """
    program = (sys.executable, "-m", "waooaw_cli", "gate")
    # `external`: the interpreter that runs nox, not one of the session.
    session.run(*program, *options, *session.posargs, "--", *paths, external=True)
