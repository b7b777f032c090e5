"""What `waooaw explain` prints."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Sequence
from datetime import date
from typing import Any

from waooaw_cli.factory.explanations import Explanation

__all__ = ["explanation_json", "explanation_text", "list_json", "list_text"]


def explanation_text(one: Explanation, *, width: int, today: date) -> str:
    """Return one rule in full, wrapped to *width* columns; examples keep their lines.

    Args:
        one: The rule.
        width: In columns.
        today: The day from which the example of a waiver counts.
    """
    rule = one.rule
    parts = [_wrapped(f"{one.id}: {rule.title}", width), "", _wrapped(rule.why, width)]
    for title, example in (("Bad", rule.bad), ("Good", rule.good)):
        if example:
            parts += ["", f"{title}:", textwrap.indent(example, "    ")]
    parts += ["", _wrapped(f"Fix: {rule.fix}", width)]
    if rule.source:
        parts += ["", _wrapped(f"Source: {rule.source}", width)]
    if one.said:
        parts += ["", "What ruff says:", "", textwrap.indent(one.said, "    ")]
    if one.more:
        parts += ["", _wrapped(f"More: {one.more}", width)]
    parts += ["", _wrapped(f"Waive: {one.waiving}", width)]
    if waiver := one.waiver(today=today):
        ways = "\n\n".join(way for way in (waiver.table, waiver.comment) if way)
        parts += ["", textwrap.indent(ways, "    ")]
    return "\n".join(parts)


def explanation_json(one: Explanation, *, today: date) -> str:
    """Return one rule as one JSON document."""
    waiver = one.waiver(today=today)
    shown = None if waiver is None else {"table": waiver.table, "comment": waiver.comment}
    more = {"said": one.said, "waiver": shown}
    return _document({"schema": "waooaw.rule/1"} | _plain(one) | more)


def list_text(all_rules: Sequence[Explanation], *, width: int) -> str:
    """Return every rule, one in a line of at most *width* columns."""
    indent = max(len(one.id) for one in all_rules) + 2
    room = max(width - indent, 10)
    return "\n".join(
        f"{one.id:<{indent}}{textwrap.shorten(one.rule.title, room, placeholder='…')}"
        for one in all_rules
    )


def list_json(all_rules: Sequence[Explanation]) -> str:
    """Return every rule as one JSON document."""
    return _document({"schema": "waooaw.rules/1", "rules": [_plain(one) for one in all_rules]})


def _wrapped(text: str, width: int) -> str:
    return textwrap.fill(text, width, break_long_words=False, break_on_hyphens=False)


def _plain(one: Explanation) -> dict[str, Any]:
    rule = one.rule
    return {
        "id": one.id,
        "title": rule.title,
        "why": rule.why,
        "fix": rule.fix,
        "bad": rule.bad,
        "good": rule.good,
        "waivable": one.waivable,
        "waiving": one.waiving,
        "more": one.more,
        "source": rule.source or None,
    }


def _document(content: dict[str, Any]) -> str:
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False)
