"""Letters to customers, for people and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from waooaw.desk.letters import Letter
from waooaw.desk.outbox import Kept, LetterState
from waooaw.moments import rfc3339
from waooaw_cli.render.foreign import intact, readable

__all__ = ["letters_json", "letters_text", "sent_json", "sent_text"]


def letters_text(letters: Sequence[Letter], uncertain: Sequence[Kept]) -> str:
    """Return letters that are due, for a person: subject and body, nothing was sent."""
    lines = [line for letter in letters for line in _preview(letter)]
    if not letters:
        lines.append("no letter is due")
    return "\n".join(readable(line) for line in [*lines, *_asked(uncertain)])


def _preview(letter: Letter) -> Iterator[str]:
    yield f"{letter.id}: {letter.occasion.kind}, {letter.tone}"
    yield f"  Subject: {letter.subject}"
    yield ""
    yield from (f"  {line}" if line else "" for line in letter.body.rstrip("\n").split("\n"))
    yield ""


def _asked(uncertain: Sequence[Kept]) -> Iterator[str]:
    for one in uncertain:
        kind = one.letter.occasion.kind
        yield f"{one.letter.id}: {kind} is uncertain since {rfc3339(one.letter.at)}: {one.error}"
        yield f"  waooaw desk send {one.letter.id} {kind} again, or done if it arrived"


def letters_json(letters: Sequence[Letter], uncertain: Sequence[Kept]) -> str:
    """Return the same as one JSON document."""
    return _document(
        {
            "schema": "waooaw.letters/1",
            "letters": [_letter(one) for one in letters],
            "uncertain": [_kept(one) for one in uncertain],
        }
    )


def sent_text(sent: Sequence[Kept], uncertain: Sequence[Kept]) -> str:
    """Return what became of letters, for a person, and what a person has to decide."""
    lines = [
        f"{one.letter.id}: {one.letter.occasion.kind} {one.state}"
        + (f": {one.error}" if one.state is LetterState.FAILED else "")
        for one in sent
        if one.state is not LetterState.UNCERTAIN
    ]
    if not sent:
        lines.append("no letter is due")
    return "\n".join(readable(line) for line in [*lines, *_asked(uncertain)])


def sent_json(sent: Sequence[Kept], uncertain: Sequence[Kept]) -> str:
    """Return the same as one JSON document."""
    return _document(
        {
            "schema": "waooaw.letters-sent/1",
            "letters": [_kept(one) for one in sent],
            "uncertain": [_kept(one) for one in uncertain],
        }
    )


def _letter(letter: Letter) -> dict[str, Any]:  # Any: JSON
    return {
        "id": letter.id,
        "kind": letter.occasion.kind.value,
        "occasion": letter.occasion.name,
        "tone": letter.tone,
        "subject": letter.subject,
        "body": letter.body,
        "key": letter.key,
    }


def _kept(kept: Kept) -> dict[str, Any]:  # Any: JSON
    return {
        **_letter(kept.letter),
        "port": kept.port,
        "state": kept.state.value,
        "at": rfc3339(kept.letter.at),
        "sent": None if kept.sent is None else rfc3339(kept.sent),
        "error": kept.error,
        "decided": kept.decided,
    }


def _document(content: dict[str, Any]) -> str:  # Any: JSON
    return intact(json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False))
