"""What `waooaw doctor` prints."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping, Sequence

from waooaw.version import __version__
from waooaw_cli.factory.machine import Check, State

__all__ = ["machine_json", "machine_text"]


def machine_text(
    checks: Sequence[Check],
    settings: Mapping[str, str | int],
    origins: Mapping[str, str],
    *,
    width: int | None = None,
) -> str:
    """Return the checks, then the settings and where each came from.

    Args:
        checks: What was looked at.
        settings: Name and value.
        origins: Name and where the value came from.
        width: In columns, for a person; None for one line each, whatever its length.
    """
    lines = [f"waooaw {__version__}", ""]
    for check in checks:
        lines += _wrapped(f"{check.state.value:<9} {check.name}: {check.found}", 12, width)
        if check.remedy and check.state is not State.OK:
            lines += _wrapped(f"{'':<9} get it: {check.remedy}", 12, width)
    lines += ["", "settings in force"]
    for name, value in settings.items():
        lines += _wrapped(f"  {name} = {value}  ({origins[name]})", 6, width)
    return "\n".join(lines)


def _wrapped(line: str, hang: int, width: int | None) -> list[str]:
    if width is None:
        return [line]
    return textwrap.wrap(
        line,
        width,
        subsequent_indent=" " * hang,
        break_long_words=False,
        break_on_hyphens=False,
        drop_whitespace=True,
    )


def machine_json(
    checks: Sequence[Check], settings: Mapping[str, str | int], origins: Mapping[str, str]
) -> str:
    """Return the same as one JSON document."""
    content = {
        "schema": "waooaw.doctor/1",
        "version": __version__,
        "checks": [
            {
                "name": check.name,
                "state": check.state.value,
                "found": check.found,
                "remedy": None if check.state is State.OK else check.remedy,
            }
            for check in checks
        ],
        "settings": {
            name: {"value": value, "origin": origins[name]} for name, value in settings.items()
        },
    }
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False)
