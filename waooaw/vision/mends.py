"""What would mend a violation of a specification, as its rule says where no person decides."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict

from waooaw.documents import FieldPath, Json
from waooaw.errors import InputError
from waooaw.expressions import Condition, Scope, compile_condition

__all__ = ["Mend", "MendEntry", "MendKind"]

_ITEM = "item"


class MendKind(StrEnum):
    """Name what is done to a field: it is set, a list gets one more entry, an entry goes."""

    SET = "set"
    ADD = "add"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Mend:
    """Say what to change.

    Attributes:
        path: The field, below the element that is judged or below the whole.
        of_item: Whether it stands below the element.
        value: What it is set to, or what is added; a text may be one placeholder.
        when: Mended only where this holds.
    """

    kind: MendKind
    path: FieldPath
    of_item: bool = False
    value: str | float | bool | None = None
    when: Condition | None = None

    def values_of(self, facts: Json) -> Json:
        """Return the value, looked up in *facts* where it is a placeholder.

        Raises:
            LookupError: Nothing stands there.
        """
        found: Json = self.value
        if isinstance(found, str) and found.startswith("{") and found.endswith("}"):
            parts = found[1:-1].split(".")
            found = facts
            for part in parts:
                found = found[part]
        # As people write it: 50, not 50.0.
        return int(found) if isinstance(found, float) and found.is_integer() else found


class MendEntry(BaseModel):
    """Say how a mend stands in a file of rules: one of set, add and remove, and to what."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    set: str | None = None
    add: str | None = None
    remove: Literal["item"] | None = None
    to: str | float | bool | None = None
    when: str | None = None

    def mend(self) -> Mend:
        """Return the mend.

        Raises:
            InputError: It does nothing, or several things, or its condition is none.
        """
        given = [kind for kind in MendKind if getattr(self, kind.value)]
        if len(given) != 1:
            found = " and ".join(given) if given else "nothing"
            raise InputError(f"a mend does one thing, this one does {found}", hint="set | add")
        kind = given[0]
        if (kind is MendKind.REMOVE) is (self.to is not None):
            raise InputError(f"{kind} and to do not fit", hint="set: FIELD, to: VALUE")
        when = None if self.when is None else compile_condition(self.when, Scope.SPEC)
        parts = tuple(part for part in str(getattr(self, kind.value)).split(".") if part)
        of_item = parts[0] == _ITEM
        return Mend(kind, parts[1:] if of_item else parts, of_item, self.to, when)
