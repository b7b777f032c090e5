"""What `waooaw vision propose` says: a summary, and a diff that `git apply` takes.

Git passes over the summary, since none of its lines begins as a diff does.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator

from waooaw.moments import rfc3339
from waooaw_cli.factory.proposals import (
    Advice,
    Evidence,
    FileChange,
    Inputs,
    Proposals,
    evidence_lines,
)
from waooaw_cli.render.diffs import git_diff
from waooaw_cli.render.foreign import intact, visible

__all__ = ["proposals_diff", "proposals_json", "proposals_text"]

_MOST_STRANGERS = 5


def proposals_diff(found: Proposals) -> str:
    """Return all changes as one unified diff, from the root of the repository; empty for none."""
    return "".join(_diff(one) for one in found.changes)


def proposals_text(found: Proposals) -> str:
    """Return what is proposed, why, and what is only advised; without the diff."""
    return "".join(f"{visible(line)}\n" for line in _lines(found))


def _lines(found: Proposals) -> Iterator[str]:
    yield f"looked at {_read(found.inputs)}"
    yield from _unread(found.inputs)
    if not found.proposals and not found.advice:
        yield "nothing to propose"
    for number, proposal in enumerate(found.proposals, 1):
        yield ""
        yield f"proposal {number}: {proposal.title}"
        yield f"  in {proposal.file}"
        for line in evidence_lines(proposal.evidence):
            yield f"  {line}"
    for advice in found.advice:
        yield ""
        yield f"advice: {advice.title}"
        yield f"  no diff: {advice.because}"
        for line in evidence_lines(advice.evidence):
            yield f"  {line}"
        for line in advice.suggestion.splitlines():
            yield f"    {line}"
    if found.changes:
        yield ""
        yield "nothing of this holds before a person commits it: from the root of the repository"
        yield "git apply, then waooaw vision check and waooaw vision test"


def _read(inputs: Inputs) -> str:
    return ", ".join(
        (
            f"{_counted(inputs.journals, 'journal')} with {_counted(inputs.entries, 'decision')}",
            _counted(inputs.runs, "run of the gates", "runs of the gates"),
            _counted(inputs.answers, "answer to reviews", "answers to reviews"),
            _counted(inputs.agents, "specification"),
        )
    )


def _unread(inputs: Inputs) -> Iterator[str]:
    if inputs.unread:
        yield f"passed over {_counted(inputs.unread, 'entry', 'entries')} that can't be read"
    if inputs.strangers:
        names = ", ".join(inputs.strangers[:_MOST_STRANGERS])
        more = len(inputs.strangers) - _MOST_STRANGERS
        names += f" and {more} more" if more > 0 else ""
        yield f"learnt little of {names}: no readable specification here"


def proposals_json(found: Proposals) -> str:
    """Return the same as `waooaw.vision-proposal/1`, the diff included."""
    inputs = found.inputs
    content = {
        "schema": "waooaw.vision-proposal/1",
        "inputs": {
            "journals": inputs.journals,
            "entries": inputs.entries,
            "unread": inputs.unread,
            "runs": inputs.runs,
            "answers": inputs.answers,
            "agents": inputs.agents,
            "strangers": list(inputs.strangers),
        },
        "proposals": [
            {
                "file": one.file.as_posix(),
                "title": one.title,
                "evidence": _evidence(one.evidence),
            }
            for one in found.proposals
        ],
        "advice": [_advice(one) for one in found.advice],
        "files": [
            {"path": one.path.as_posix(), "new": one.before is None} for one in found.changes
        ],
        "diff": proposals_diff(found),
    }
    return intact(json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False))


def _advice(one: Advice) -> dict[str, object]:
    return {
        "title": one.title,
        "because": one.because,
        "evidence": _evidence(one.evidence),
        "suggestion": one.suggestion or None,
    }


def _evidence(one: Evidence) -> dict[str, object]:
    return {
        "pattern": one.pattern.value,
        "count": one.count,
        "agents": list(one.agents),
        "seen": list(one.seen),
        "first": rfc3339(one.first),
        "last": rfc3339(one.last),
        "notes": list(one.notes),
    }


def _diff(one: FileChange) -> str:
    return git_diff(os.fsencode(str(one.path)), one.before, one.after)


def _counted(number: int, noun: str, many: str = "") -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {many or f'{noun}s'}"
