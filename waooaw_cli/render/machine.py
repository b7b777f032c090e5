"""What `waooaw doctor` prints."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from waooaw.version import __version__
from waooaw_cli.factory.machine import Check, State

__all__ = ["machine_json", "machine_text"]


def machine_text(
    checks: Sequence[Check], settings: Mapping[str, str | int], origins: Mapping[str, str]
) -> str:
    """Return the checks, then the settings and where each came from, one a line."""
    lines = [f"waooaw {__version__}", ""]
    for check in checks:
        lines.append(f"{check.state.value:<9} {check.name}: {check.found}")
        if check.remedy and check.state is not State.OK:
            lines.append(f"{'':<9} get it: {check.remedy}")
    lines += ["", "settings in force"]
    lines += [f"  {name} = {value}  ({origins[name]})" for name, value in settings.items()]
    return "\n".join(lines)


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
