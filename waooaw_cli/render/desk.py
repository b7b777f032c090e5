"""The queues of the desk, for people and as JSON."""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from waooaw.desk.clock import Clock
from waooaw.desk.handover import Handover, entry_content, handover_content, standing_content
from waooaw.desk.measures import measures_content
from waooaw.desk.standings import ActorKind, Entry, Standing, State
from waooaw.desk.store import Queued
from waooaw.desk.templates import LetterKind
from waooaw.moments import rfc3339
from waooaw_cli.factory.desk import Overview
from waooaw_cli.render.foreign import intact, readable, visible
from waooaw_cli.render.page import Page, Span, cells, table

__all__ = [
    "desk_content",
    "desk_json",
    "escalations_json",
    "escalations_text",
    "handover_json",
    "handover_text",
    "overview_lines",
    "steps_json",
    "steps_text",
    "write_desk",
]

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)
_MOST_ROWS = 50
_LONGEST_ID = 40
_MOST_LINES, _LONGEST_LINE = 10, 200


def desk_content(overview: Overview) -> dict[str, Any]:  # Any: JSON
    """Return the queues and measures as plain JSON (`waooaw.desk/1`)."""
    return {
        "schema": "waooaw.desk/1",
        "at": rfc3339(overview.at),
        "queues": {
            desk.value: [_queued_content(one, overview) for one in queue]
            for desk, queue in overview.queues.items()
        },
        "measures": {"since": rfc3339(overview.since), **measures_content(overview.measures)},
    }


def _queued_content(one: Queued, overview: Overview) -> dict[str, Any]:  # Any: JSON
    return {
        **standing_content(one.standing, overview.clock),
        "title": one.title,
        "overdue": overview.clock.overdue(one.standing, overview.at),
    }


def desk_json(overview: Overview, *, line: bool = False) -> str:
    """Return the queues as one JSON document, or as one *line* of a stream."""
    return _json(desk_content(overview), line=line)


def _json(content: Mapping[str, Any], *, line: bool = False) -> str:  # Any: JSON
    indent = None if line else 2
    return intact(json.dumps(content, indent=indent, sort_keys=True, ensure_ascii=line))


def write_desk(page: Page, overview: Overview) -> None:
    """Print the queues, and below them how the desks did."""
    for line in overview_lines(overview, page.width if page.terminal else None):
        page.line(*line)


def overview_lines(overview: Overview, width: int | None) -> Iterator[list[Span]]:
    """Yield the lines of the queues and measures; cut to *width* where there is one."""
    for desk, queue in overview.queues.items():
        late = sum(overview.clock.overdue(one.standing, overview.at) for one in queue)
        still = sum(one.standing.state.open for one in queue)
        overdue = f", {late} overdue" if late else ""
        yield [(desk.value, "bold"), (f"  {still} open{overdue}", "red" if late else "")]
        rows = [_row(one, overview) for one in queue[:_MOST_ROWS]]
        for line in table((), rows, width=width or 200, wraps=False) if rows else ():
            yield _cut([("  ", ""), *line], width)
        if len(queue) > _MOST_ROWS:
            yield [(f"  and {len(queue) - _MOST_ROWS} more", "dim")]
    yield [("", "")]
    for text in _measures(overview):
        yield _cut([(text, "")], None)


def _row(one: Queued, overview: Overview) -> list[Span]:
    standing = one.standing
    due, style = _due(standing, overview.clock, overview.at)
    state = standing.state.value
    if standing.taken_by is not None and standing.state is State.TAKEN:
        state = standing.taken_by.partition(":")[2]
    title = readable(one.title) or "(no title)"
    if standing.duplicate_of is not None:
        title = f"[= {_short(visible(standing.duplicate_of), _LONGEST_ID)}] {title}"
    return [
        (_short(visible(standing.id), _LONGEST_ID), ""),
        (standing.severity.value, "red" if standing.severity.value == "P0" else ""),
        (standing.type.value, ""),
        (due, style),
        (readable(state), ""),
        (title, ""),
    ]


def _short(text: str, most: int) -> str:
    """Return *text* in *most* cells: one long line makes no others long."""
    return "".join(part for part, _ in _cut([(text, "")], most))


def _due(standing: Standing, clock: Clock, now: datetime) -> tuple[str, str]:
    due = clock.due(standing)
    if not standing.state.open or due is None:
        return f"{_span(now - standing.arrived)} old", "dim"
    if due < now:
        return f"late {_span(now - due)}", "red"
    return f"in {_span(due - now)}", ""


def _span(length: timedelta) -> str:
    """Return a length of time in its largest unit: ``45 s``, ``12 min``, ``3 h``, ``9 d``."""
    for unit, name in ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "min")):
        if length >= unit:
            return f"{length // unit} {name}"
    return f"{max(0, int(length.total_seconds()))} s"


def _cut(spans: list[Span], width: int | None) -> list[Span]:
    """Return a line's parts as far as they fit into *width* cells."""
    if width is None:
        return spans
    fitted: list[Span] = []
    room = width
    for text, style in spans:
        if cells(text) > room:
            kept = ""
            for letter in text:
                if cells(kept + letter) >= room:
                    break
                kept += letter
            return [*fitted, (f"{kept}…" if room else "", style)]
        fitted.append((text, style))
        room -= cells(text)
    return fitted


def _measures(overview: Overview) -> Iterator[str]:
    measures = overview.measures
    days = (overview.at - overview.since) // _DAY
    if not measures.arrived:
        yield f"no request arrived in the last {days} days"
        return
    content = measures_content(measures)
    shares = ", ".join(
        f"{desk} {one['arrived']:.0%}" for desk, one in content["share"].items() if one["arrived"]
    )
    yield f"last {days} days: {measures.arrived} arrived ({shares})"
    moved = measures.escalations
    accuracy = "" if moved.accuracy is None else f", {moved.accuracy:.0%} of those settled kept"
    yield f"passed up: {moved.by_desks} by desks{accuracy}; {moved.by_clock} by the clock"
    answers = [
        f"{severity} {_minutes(one['median_minutes'])} (p90 {_minutes(one['p90_minutes'])}"
        + ("" if one["in_time"] is None else f", {one['in_time']:.0%} in time")
        + ")"
        for severity, one in content["first_response"].items()
        if one["answered"]
    ]
    yield f"first response: {'; '.join(answers) if answers else 'nobody was answered yet'}"
    ages = ", ".join(f"{name} {count}" for name, count in measures.ages.items() if count)
    oldest = "" if measures.oldest is None else f"; oldest {_span(overview.at - measures.oldest)}"
    yield f"open by age: {ages or 'none'}{oldest}"


def _minutes(minutes: float) -> str:
    return _span(timedelta(minutes=minutes))


def handover_json(handover: Handover, clock: Clock) -> str:
    """Return everything that is known of a ticket as one JSON document."""
    return _json(handover_content(handover, clock))


def handover_text(handover: Handover, clock: Clock) -> str:
    """Return where a ticket stands and what happened to it, for a person."""
    standing, request = handover.standing, handover.ticket.request
    lines = [
        f"{standing.id}: {standing.type}, {standing.severity} at {standing.desk}, {standing.state}",
        f"  title:   {request.title or '(none)'}",
        f"  arrived: {rfc3339(standing.arrived)}",
    ]
    if (due := clock.due(standing)) is not None:
        lines.append(f"  due:     {rfc3339(due)}")
    if standing.duplicate_of is not None:
        lines.append(f"  same as: {standing.duplicate_of}")
    if handover.duplicates:
        lines.append(f"  twins:   {', '.join(handover.duplicates)}")
    lines += _block("says", request.body.strip().splitlines())
    lines += _block("questions", (handover.ticket.result or {}).get("needs", ()))
    lines += [f"  {one}" for one in _happened(handover)]
    return "\n".join(readable(line) for line in lines)


def _block(name: str, texts: Sequence[str]) -> Iterator[str]:
    """Yield a name and the first lines of what stands below it; nothing where nothing does."""
    if texts:
        yield f"  {name}:"
    yield from (
        f"    {_short(readable(one), _LONGEST_LINE)}".rstrip() for one in texts[:_MOST_LINES]
    )
    if len(texts) > _MOST_LINES:
        yield f"    and {len(texts) - _MOST_LINES:,} lines more"


def _happened(handover: Handover) -> Iterator[str]:
    """Yield the steps of a ticket, and among them by time the letters that its customer got.

    What a desk answered or asked is told by its step.
    """
    first, *rest = handover.history
    steps = ((rfc3339(one.at), _entry_text(one)) for one in rest)
    letters = (
        (
            one["at"],
            f"{one['at']} letter {one['kind']} {one['state']} by {one['by']}: {one['subject']}",
        )
        for one in handover.told
        if one["kind"] in set(LetterKind)
    )
    yield _entry_text(first)
    # Each in its own order, whatever a clock did; within one second a letter went first.
    yield from (text for _, text in heapq.merge(letters, steps, key=lambda one: one[0]))


def _entry_text(entry: Entry) -> str:
    where = "" if entry.desk_from is entry.desk_to else f" {entry.desk_from} → {entry.desk_to}"
    says = f": {entry.says}" if entry.says else ""
    actor = "the clock" if entry.actor.startswith(f"{ActorKind.CLOCK}:") else entry.actor
    return f"{rfc3339(entry.at)} {entry.step}{where} by {actor}{says}"


def steps_json(standings: Sequence[Standing], clock: Clock) -> str:
    """Return where tickets stand after a step, as one JSON document."""
    tickets = [standing_content(one, clock) for one in standings]
    return _json({"schema": "waooaw.desk-step/1", "tickets": tickets})


def steps_text(standings: Sequence[Standing]) -> str:
    """Return where tickets stand after a step, a line each."""
    return "\n".join(readable(_step_text(one)) for one in standings)


def _step_text(one: Standing) -> str:
    same = "" if one.duplicate_of is None else f", the same as {one.duplicate_of}"
    return f"{one.id}: {one.state} at {one.desk}{same}"


def escalations_json(entries: Sequence[Entry]) -> str:
    """Return what moved on, as one JSON document."""
    moved = [{"id": one.id, **entry_content(one)} for one in entries]
    return _json({"schema": "waooaw.desk-escalations/1", "escalated": moved})


def escalations_text(entries: Sequence[Entry]) -> str:
    """Return what moved on, a line each."""
    if not entries:
        return "nothing is silent for too long"
    return "\n".join(
        readable(f"{one.id}: {one.desk_from} → {one.desk_to}, {one.says}") for one in entries
    )
