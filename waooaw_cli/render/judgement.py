"""What the vision decided of a specification, for people and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator

from waooaw.documents import field_name
from waooaw.vision import Citation
from waooaw_cli.factory.ruling import Decided
from waooaw_cli.render.diffs import diff_text
from waooaw_cli.render.foreign import intact, visible

__all__ = ["judgement_json", "judgement_text"]


def judgement_text(decided: Decided) -> str:
    """Return the decision, each citation, and for MODIFY the patch."""
    lines = [visible(line) for line in _lines(decided)]
    if decided.change is not None:
        lines += ["", diff_text(decided.change).rstrip("\n")]
    return "\n".join(lines)


def _lines(decided: Decided) -> Iterator[str]:
    yield f"{decided.ruling} {decided.agent}"
    if decided.conflicts:
        yield f"  {decided.conflicts} of the rules' conflicts have to be settled first"
        yield "  try: waooaw vision check"
    for one in decided.citations:
        found = one.violation
        place = "" if found.line is None else f" (line {found.line})"
        field = f"{found.field}: " if found.field else ""
        yield f"  {found.severity} {found.rule}, {one.layer} {one.version}{place}"
        yield f"    {field}{found.message}"
        yield f"    try: {found.fix}"


def judgement_json(decided: Decided, *, applied: bool = False) -> str:
    """Return the same as `waooaw.vision-judgement/1`."""
    content = {
        "schema": "waooaw.vision-judgement/1",
        "agent": decided.agent,
        "decision": decided.ruling.value,
        "conflicts": decided.conflicts,
        "citations": [_citation(one) for one in decided.citations],
        "changes": [
            {
                "rule": one.rule,
                "field": field_name(one.path),
                "do": one.do,
                "value": one.value,
            }
            for one in decided.modifications
        ],
        "patch": None if decided.change is None else diff_text(decided.change),
        "applied": applied,
    }
    return intact(json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False))


def _citation(one: Citation) -> dict[str, object]:
    found = one.violation
    return {
        "rule": found.rule,
        "title": one.title,
        "layer": one.layer,
        "version": one.version,
        "severity": found.severity.value,
        "message": found.message,
        "field": found.field,
        "line": found.line,
        "column": found.column,
        "fix": found.fix,
    }
