"""What people answered to a review's issues, for a person and for a program."""

from __future__ import annotations

import json
from collections.abc import Sequence

from waooaw.moments import rfc3339
from waooaw_cli.factory.answering import Answer
from waooaw_cli.render.foreign import intact, readable

__all__ = ["answers_json", "answers_text"]


def answers_text(answers: Sequence[Answer]) -> str:
    """Return a line for each issue."""
    lines = []
    for one in answers:
        if one.word is None:
            lines.append(f"#{one.issue} {one.kind}: waiting until {rfc3339(one.at)}")
        else:
            by = readable(one.by)
            lines.append(f"#{one.issue} {one.kind}: {one.word} by {by} at {rfc3339(one.at)}")
    return "\n".join(lines) if lines else "nobody was asked anything"


def answers_json(answers: Sequence[Answer]) -> str:
    """Return one JSON document with sorted keys; `answer` is null while it is waited for."""
    content = {
        "schema": "waooaw.vision-answers/1",
        "answers": [
            {
                "issue": one.issue,
                "about": one.kind,
                "fingerprints": list(one.fingerprints),
                "answer": None if one.word is None else one.word.value,
                "by": one.by or None,
                "at": rfc3339(one.at),
            }
            for one in answers
        ],
    }
    return intact(json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False))
