"""How standings and history are written to the tables of the triage memory, and read back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from waooaw.desk.standings import Entry, Standing, State, Step
from waooaw.moments import rfc3339
from waooaw.triage.vocabulary import RequestType, Route, SeverityLevel

__all__ = [
    "entry_from",
    "entry_row",
    "moment",
    "second",
    "standing_from",
    "standing_row",
]


def second(at: datetime) -> datetime:
    """Return *at* in UTC without what is below a second: such texts sort as the moments do."""
    return at.astimezone(UTC).replace(microsecond=0)


def moment(text: str) -> datetime:
    """Return the moment that RFC 3339 text means, in whole seconds."""
    return second(datetime.fromisoformat(text))


def _text(at: datetime | None) -> str | None:
    return None if at is None else rfc3339(second(at))


def _maybe(text: str | None) -> datetime | None:
    return None if text is None else moment(text)


def standing_row(one: Standing) -> tuple[str | None, ...]:
    """Return a row of the table `standings`: the fields of `Standing` in their order."""
    return (
        one.id,
        one.desk.value,
        one.state.value,
        one.type.value,
        one.severity.value,
        one.routed.value,
        one.first_desk.value,
        # As triage wrote it: by that it is known whether the desk has seen it.
        rfc3339(one.judged),
        _text(one.arrived),
        _text(one.asked),
        _text(one.owed_since),
        _text(one.answered),
        one.taken_by,
        _text(one.solved),
        _text(one.closed),
        one.duplicate_of,
    )


def standing_from(row: tuple[Any, ...]) -> Standing:  # Any: SQLite's
    """Return what `standing_row` wrote."""
    return Standing(
        id=row[0],
        desk=Route(row[1]),
        state=State(row[2]),
        type=RequestType(row[3]),
        severity=SeverityLevel(row[4]),
        routed=Route(row[5]),
        first_desk=Route(row[6]),
        judged=datetime.fromisoformat(row[7]),
        arrived=moment(row[8]),
        asked=moment(row[9]),
        owed_since=_maybe(row[10]),
        answered=_maybe(row[11]),
        taken_by=row[12],
        solved=_maybe(row[13]),
        closed=_maybe(row[14]),
        duplicate_of=row[15],
    )


def entry_row(one: Entry) -> tuple[str, ...]:
    """Return a row of the table `history`, without its number."""
    at = rfc3339(second(one.at))
    return (one.id, at, one.actor, one.step.value, one.desk_from.value, one.desk_to.value, one.says)


def entry_from(row: tuple[Any, ...]) -> Entry:  # Any: SQLite's
    """Return what `entry_row` wrote."""
    id_, at, actor, step, desk_from, desk_to, says = row
    return Entry(id_, moment(at), actor, Step(step), Route(desk_from), Route(desk_to), says)
