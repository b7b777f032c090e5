"""What triage says, for people and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from waooaw.triage.catalogue import KnownPattern
from waooaw.triage.results import TriageResult, result_content
from waooaw.triage.tickets import History, Ticket
from waooaw_cli.render.foreign import intact, readable

__all__ = ["patterns_json", "patterns_text", "result_json", "result_line", "result_text"]

_UNSEEN = History(0, 0)
_CLOCK = {0: "at once", 15: "within 15 minutes", 240: "within 4 hours", None: "no promise"}


def result_json(result: TriageResult) -> str:
    """Return one result as a JSON document."""
    content = result_content(result)
    return intact(json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False))


def result_line(result: TriageResult) -> str:
    """Return one result as one line of JSON."""
    # Some readers take U+2028 for the end of a line, and U+0085 too.
    text = json.dumps(result_content(result), sort_keys=True, ensure_ascii=False)
    for mark in ("\u2028", "\u2029", "\u0085"):
        text = text.replace(mark, f"\\u{ord(mark):04x}")
    return intact(text)


def result_text(content: Mapping[str, Any], ticket: Ticket | None = None) -> str:
    """Return one result for a person.

    Args:
        content: The result as JSON.
        ticket: With it, what a person has put right is told too.
    """
    return "\n".join(readable(line) for line in _lines(content, ticket))


def _lines(content: Mapping[str, Any], ticket: Ticket | None) -> Iterator[str]:
    clock = _CLOCK[content["respond_within_minutes"]]
    page = ", page on-call" if content["page_oncall"] else ""
    yield f"{content['id']}: {content['type']}, {content['severity']} → {content['route']}{page}"
    yield f"  answer:    {clock}"
    if content["agents"]:
        yield f"  agents:    {', '.join(content['agents'])}"
    for reason in content["reasons"]:
        evidence = f" “{reason['evidence']}”" if reason["evidence"] else ""
        yield f"  {reason['field'] + ':':<10} {reason['says']} ({reason['rule']}){evidence}"
    for one in content["similar"][:3]:
        resolution = f": {one['resolution']}" if one["resolution"] else ""
        yield f"  similar:   {one['id']} {one['title']}{resolution}"
    if content["abstained"]:
        yield f"  not sure:  {', '.join(content['abstained'])}"
    for question in content["needs"]:
        yield f"  ask:       {question}"
    for one in ticket.corrections if ticket is not None else ():
        was, value = one.was or "nothing", one.value or "nothing"
        yield f"  corrected: {one.field} from {was} to {value}, {one.at}"


def patterns_json(patterns: Sequence[KnownPattern], histories: Mapping[str, History]) -> str:
    """Return the catalogue as a JSON document, with what became of each entry here."""
    content = {
        "schema": "waooaw.triage-patterns/1",
        "patterns": [
            {
                "id": one.id,
                "title": one.title,
                "owner": one.owner,
                "resolution": one.resolution,
                "security": one.security,
                "match": [phrase.source for phrase in one.any],
                "fingerprints": sorted(one.fingerprints),
                "seen": histories.get(one.id, _UNSEEN).seen,
                "right": histories.get(one.id, _UNSEEN).right,
                "acted_on": not histories.get(one.id, _UNSEEN).doubtful,
            }
            for one in patterns
        ],
    }
    return intact(json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False))


def patterns_text(patterns: Sequence[KnownPattern], histories: Mapping[str, History]) -> str:
    """Return the catalogue for a person."""
    lines = []
    for one in patterns:
        lines += [f"{one.id}: {one.title}", f"  do:    {one.resolution}"]
        if one.owner:
            lines.append(f"  owner: {one.owner}")
        history = histories.get(one.id, _UNSEEN)
        if history.seen:
            doubt = ", too often wrong to be acted on" if history.doubtful else ""
            lines.append(f"  here:  right in {history.right} of {history.seen}{doubt}")
    return "\n".join(readable(line) for line in lines)
