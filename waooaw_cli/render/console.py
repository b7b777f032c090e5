"""The two consoles of a command: results go to stdout, everything else to stderr."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, TextIO

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["colour_system", "console_on", "consoles", "fitting"]

_NARROWEST = 20
#: Where a program reads along or nothing is known of the terminal.
_USUAL_WIDTH = 80


def consoles(env: Mapping[str, str]) -> tuple[Console, Console]:
    """Return the consoles on stdout and stderr.

    `NO_COLOR` (any text) wins over `FORCE_COLOR`; `TERM=dumb` means neither colour nor cursor
    control; `COLUMNS` is the width.
    """
    return (console_on(sys.stdout, env), console_on(sys.stderr, env))


def console_on(stream: TextIO, env: Mapping[str, str]) -> Console:
    """Return a console that writes to *stream*. It reads no markup and knows no emoji codes."""
    from rich.console import Console  # 35 ms

    terminal = stream.isatty()
    return Console(
        file=stream,
        # Never "forced": a colour in a pipe is what was asked for, a moving cursor is not.
        force_terminal=terminal,
        color_system=colour_system(env, terminal=terminal),
        no_color=_is_set(env, "NO_COLOR"),
        width=_width(env, terminal=terminal),
        markup=False,
        emoji=False,
        highlight=False,
        # Rich would look at the process's own environment; only these two are left to it.
        _environ={name: env[name] for name in ("TERM", "COLORTERM") if name in env},
    )


def colour_system(env: Mapping[str, str], *, terminal: bool) -> Literal["auto", "standard"] | None:
    """Return what rich may colour with on a *terminal* or elsewhere; None for no escape at all.

    Source: https://no-color.org and https://force-color.org: any value counts, an empty one does
    not. `FORCE_COLOR=0` forces nothing, since that is what who writes it means.
    """
    if _is_set(env, "NO_COLOR") or env.get("TERM", "").lower() in {"dumb", "unknown"}:
        return None
    if terminal:
        return "auto"
    forced = _is_set(env, "FORCE_COLOR") and env["FORCE_COLOR"] != "0"
    return "standard" if forced else None


def fitting(text: str, encoding: str) -> str:
    """Return *text* with an escape for each character that *encoding* does not have."""
    return text.encode(encoding, "backslashreplace").decode(encoding)


def _is_set(env: Mapping[str, str], name: str) -> bool:
    return bool(env.get(name))


def _width(env: Mapping[str, str], *, terminal: bool) -> int | None:
    """Return the width asked for; None lets rich ask the terminal."""
    columns = env.get("COLUMNS", "")
    # Not `isdigit`, which takes ² for a digit. 0 is what some CI systems say when they don't know.
    if columns.isdecimal() and len(columns) < len("10000") and int(columns) > 0:
        return max(_NARROWEST, int(columns))
    return None if terminal else _USUAL_WIDTH
