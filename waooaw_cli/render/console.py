"""What moves on a terminal is drawn by rich; what is only printed needs no more than a page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TextIO

from waooaw_cli.render.page import USUAL_WIDTH, colour_system, columns

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["console_on"]


def console_on(stream: TextIO, env: Mapping[str, str]) -> Console:
    """Return a console that writes to *stream*. It reads no markup and knows no emoji codes."""
    from rich.console import Console  # 35 ms

    terminal = stream.isatty()
    return Console(
        file=stream,
        # Never "forced": a colour in a pipe is what was asked for, a moving cursor is not.
        force_terminal=terminal,
        color_system=colour_system(env, terminal=terminal),
        no_color=bool(env.get("NO_COLOR")),
        # None lets rich ask the terminal.
        width=columns(env) or (None if terminal else USUAL_WIDTH),
        markup=False,
        emoji=False,
        highlight=False,
        # Rich would look at the process's own environment; only these two are left to it.
        _environ={name: env[name] for name in ("TERM", "COLORTERM") if name in env},
    )
