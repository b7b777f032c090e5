"""How long a desk may stay silent: the table `[desk.escalate_after]` of the settings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from waooaw.desk.clock import DEFAULT_CLOCK, Clock
from waooaw.errors import InputError, shown
from waooaw.triage.vocabulary import SeverityLevel
from waooaw_cli.settings import Settings

__all__ = ["clock_of"]

_KNOWN = ("escalate_after", "letters")
_MOST_MINUTES = 60 * 24 * 365


def clock_of(settings: Settings) -> Clock:
    """Return the clock in force.

    Raises:
        InputError: The table is wrong; the message names file, key and value.
    """
    table = settings.tables.get("desk", {})
    place = settings.place("desk")
    for key in _table(table, place):
        if key not in _KNOWN:
            raise InputError(f"{place}.{key} is no setting", hint=f"known: {', '.join(_KNOWN)}")
    patience = dict(DEFAULT_CLOCK.patience)
    own = _table(_table(table, place).get("escalate_after", {}), f"{place}.escalate_after")
    for name, minutes in own.items():
        where = f"{place}.escalate_after.{name}"
        if name not in set(SeverityLevel):
            raise InputError(
                f"{where}: is no severity", hint=f"known: {', '.join(sorted(SeverityLevel))}"
            )
        if minutes is False:
            patience.pop(SeverityLevel(name), None)
            continue
        if type(minutes) is not int or not 1 <= minutes <= _MOST_MINUTES:
            raise InputError(
                f"{where} = {shown(minutes)} is no number of minutes",
                hint="minutes from 1 on, or false for never",
            )
        patience[SeverityLevel(name)] = timedelta(minutes=minutes)
    return Clock(patience)


def _table(value: object, place: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        # The place begins with the file, which is no part of the table's name.
        name = place.rpartition(": ")[2]
        raise InputError(f"{place} = {shown(value)} is no table", hint=f"write [{name}]")
    return value
