"""Every error that waooaw raises on purpose.

::

    WaooawError
    ├── InputError            the caller can fix it                        exit 2
    │   ├── DamagedFile       a file of ours is damaged, or another program's
    │   └── InvalidDocument   one or more problems in one file
    ├── EnvironmentFault      the machine must change                      exit 3
    │   └── StoreBusy         the journal stayed locked for too long
    ├── CouldNotDecide        a tool or a service failed, so no verdict    exit 3
    │   ├── ConditionFault    a condition could not be evaluated
    │   └── ModelFault        the model gave no usable answer
    └── NotWritten            a skill is still the stub that the factory made

Anything else that escapes is a defect and is treated as one (exit 70). An error says what is wrong
and where; the way out stands in its hint. Errors never print, log or exit.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

__all__ = [
    "ConditionFault",
    "CouldNotDecide",
    "DamagedFile",
    "EnvironmentFault",
    "InputError",
    "InvalidDocument",
    "ModelFault",
    "NotWritten",
    "Problem",
    "StoreBusy",
    "WaooawError",
    "shown",
]

_LONGEST_VALUE = 60


def shown(value: object) -> str:
    """Return *value* as an error message quotes it: one line, at most 60 characters."""
    text = repr(value)
    return text if len(text) <= _LONGEST_VALUE else f"{text[: _LONGEST_VALUE - 1]}…"


class WaooawError(Exception):
    """Stand above every error that waooaw raises on purpose.

    Args:
        message: What is wrong and where, in one line.
        hint: What to do next, in one line.
    """

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class InputError(WaooawError):
    """Say that the caller gave something that cannot be used, and can mend it."""


class DamagedFile(InputError):
    """Say that a file that we keep is damaged, or is another program's."""


class EnvironmentFault(WaooawError):
    """Say that this machine has to change first: a full disk, a missing program, a lock."""


class CouldNotDecide(WaooawError):
    """Say that a tool or a service failed, so there is no verdict."""


class StoreBusy(EnvironmentFault):
    """Say that the store stayed locked by another process for longer than we wait."""


class ConditionFault(CouldNotDecide):
    """Say that a condition had no answer: a missing field, a wrong type, a budget."""


class ModelFault(CouldNotDecide):
    """Say that the model gave no usable answer: no key, a time-out, nonsense, no budget.

    Args:
        message: What is wrong, in one line.
        hint: What to do next, in one line.
        cost_usd: What asking cost all the same.
    """

    def __init__(
        self, message: str, *, hint: str | None = None, cost_usd: Decimal = Decimal(0)
    ) -> None:
        super().__init__(message, hint=hint)
        self.cost_usd = cost_usd


class NotWritten(WaooawError):
    """Say that a skill is still a stub; the runtime journals that and escalates.

    Args:
        skill: The skill's name.
    """

    def __init__(self, skill: str) -> None:
        super().__init__(f"the skill {skill!r} is not written yet", hint="write it in skills.py")
        self.skill = skill


@dataclass(frozen=True, slots=True)
class Problem:
    """Describe one thing that is wrong in a file.

    Attributes:
        message: What is wrong, naming the field and quoting the value.
        field: Where it stands in the data, as ``rules[0].when``; empty for the file as a whole.
        line: 1-based line, or None where the file has no such place.
        column: 1-based column.
        expected: What would have been right.
        hint: What to do next.
    """

    message: str
    field: str = ""
    line: int | None = None
    column: int | None = None
    expected: str | None = None
    hint: str | None = None

    def place(self, source: str) -> str:
        """Return ``source:line:column: field``, with what is unknown left out."""
        numbers = [str(number) for number in (self.line, self.column) if number is not None]
        place = ":".join([source, *numbers])
        return f"{place}: {self.field}" if self.field else place


class InvalidDocument(InputError):
    """Say everything that is wrong in one file, together.

    Args:
        source: The file as the user named it.
        problems: At least one, in the order of the file.
    """

    def __init__(self, source: str, problems: tuple[Problem, ...]) -> None:
        first = problems[0]
        super().__init__(f"{first.place(source)}: {first.message}", hint=first.hint)
        self.source = source
        self.problems = problems
