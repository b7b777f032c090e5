"""`nox -s gate`, and `nox -s gate -- --gate lint` for a part of it."""

from __future__ import annotations

import nox

from waooaw_cli.nox import gate as waooaw_gate


@nox.session(venv_backend="none")
def gate(session: nox.Session) -> None:
    """Run the gates of waooaw on this agent."""
    waooaw_gate(session)
