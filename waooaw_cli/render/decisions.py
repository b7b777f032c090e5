"""Decisions as lines: one for a person, or one for a program."""

from __future__ import annotations

import json
from collections.abc import Mapping

from waooaw.documents import Json
from waooaw_cli.render.foreign import intact, visible

__all__ = ["decision_json", "decision_line"]


def decision_line(decision: Mapping[str, Json], *, event_type: str | None = None) -> str:
    """Return one line for a person, the same for the same decision: it holds no time and no cost.

    Args:
        decision: The contract's `waooaw.decision/1`.
        event_type: What kind of event it was, where the caller knows.
    """
    event = f"{decision['event']} ({event_type})" if event_type else str(decision["event"])
    if not decision["woke"]:
        return visible(f"{event}: asleep")
    parts = [str(decision["outcome"])]
    if decision["rule"] is not None:
        parts.append(f"by rule {decision['rule']}")
    elif decision["tier"] is not None:
        parts.append(f"by {decision['tier']}")
    if decision["boundary"] is not None:
        parts.append(f"refused by boundary {decision['boundary']}")
    if decision["action"] != "none":
        parts.append(f"action {decision['action']}")
    because = f" - {decision['because']}" if decision["because"] else ""
    return visible(f"{event}: {', '.join(parts)}{because}")


def decision_json(decision: Mapping[str, Json]) -> str:
    """Return one line of JSON with sorted keys, as `waooaw run --json` prints it."""
    return intact(json.dumps(decision, sort_keys=True, ensure_ascii=False))
