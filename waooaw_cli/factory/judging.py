"""Whether an answer is good, by the specification's own word."""

from __future__ import annotations

import copy
from typing import Final

from waooaw.documents import FieldPath, Json
from waooaw.errors import Problem
from waooaw.specfile import problems_in
from waooaw_cli.factory.paths import ABSENT, put, value_at, within

__all__ = ["objection_at", "objection_to"]

#: Complete an entry that is still being answered: only whole entries are judged.
_STAND_INS: Final[dict[FieldPath, dict[FieldPath, Json]]] = {
    ("wake",): {("topic",): "**"},
    ("skills",): {("name",): "not_said_yet", ("description",): "Not said yet."},
    ("rules",): {
        ("id",): "not-said-yet",
        ("when",): "event.id == 'not said yet'",
        ("then",): "escalate",
        ("because",): "Not said yet.",
    },
    ("boundaries", "never"): {
        ("id",): "not-said-yet",
        ("when",): "event.id == 'not said yet'",
        ("because",): "Not said yet.",
    },
    ("examples",): {("event", "type"): "not.said.yet", ("expect",): {}},
}


def objection_to(answers: dict[str, Json], path: FieldPath, value: Json) -> Problem | None:
    """Return why *value* can't be the answer at *path*, or None."""
    candidate = copy.deepcopy(answers)
    put(candidate, path, value)
    return objection_at(candidate, path)


def objection_at(answers: dict[str, Json], path: FieldPath) -> Problem | None:
    """Return what is wrong with the answer at *path* or below it, or None.

    What is not answered yet is no objection, and neither is what another field has to mend.
    """
    candidate = copy.deepcopy(answers)
    for entries, stand_ins in _STAND_INS.items():
        items = value_at(candidate, entries)
        for index, item in enumerate(items if isinstance(items, list) else []):
            for part, stand_in in stand_ins.items():
                if isinstance(item, dict) and value_at(item, part) is ABSENT:
                    put(candidate, (*entries, index, *part), copy.deepcopy(stand_in))
    for problem in problems_in(candidate, partial=True):
        if within(path, problem.field):
            return problem
    return None
