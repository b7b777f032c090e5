"""Where what an event brings must not arrive, as rules write it down."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from waooaw.errors import InputError
from waooaw.vision.dangers import BITS, RAW

__all__ = ["Flow", "FlowEntry"]


@dataclass(frozen=True, slots=True)
class Flow:
    """Hold one kind of place where a dangerous value must not arrive.

    Attributes:
        needs: The value has all of these bits.
        lacks: It has none of these.
        calls: Functions, by their full names.
        methods: Methods of any object, by their plain names.
        named: What the last name of any called thing looks like.
        on: What the name of a method's object looks like, as `cursor` in `self.cursor.execute`.
        receiver: Whether the method's object is judged, instead of its arguments.
        spread: Whether its arguments are a command line, word by word.
        at: Positions of the arguments that are judged.
        names: Their keywords. Without calls and methods: of a call of anything.
        variables: Names of variables that must not be given such a value.
        subscripts: Full names of what must not be looked into with such a value.
        messages: Whether a message to a model, a dictionary with role and content, is meant.
    """

    needs: int
    lacks: int = 0
    calls: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    named: re.Pattern[str] | None = None
    on: re.Pattern[str] | None = None
    receiver: bool = False
    spread: bool = False
    at: frozenset[int] = frozenset()
    names: frozenset[str] = field(default_factory=frozenset)
    variables: re.Pattern[str] | None = None
    subscripts: tuple[str, ...] = ()
    messages: bool = False

    def fits(self, bits: int) -> bool:
        """Tell whether a value with these bits must not arrive here."""
        return bits & self.needs == self.needs and not bits & self.lacks

    def may_fit(self, bits: int) -> bool:
        """Tell whether one may, where these are the bits of a raw parameter."""
        raw = self.needs & RAW
        return bits & raw == raw


_Names = Annotated[tuple[str, ...], Field(strict=False)]


class FlowEntry(BaseModel):
    """Say how a flow stands in a file of rules."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    danger: _Names
    unless: _Names = ()
    calls: _Names = ()
    methods: _Names = ()
    named: str | None = None
    on: str | None = None
    receiver: bool = False
    spread: bool = False
    at: Annotated[tuple[Annotated[int, Field(ge=0, le=20)], ...], Field(strict=False)] = ()
    names: _Names = ()
    variables: str | None = None
    subscripts: _Names = ()
    messages: bool = False

    def flow(self) -> Flow:
        """Return the flow.

        Raises:
            InputError: It names a danger that there is not, or a regular expression that is none.
        """
        try:
            named, on, variables = (
                None if text is None else re.compile(text)
                for text in (self.named, self.on, self.variables)
            )
        except re.error as error:
            raise InputError(f"that is no regular expression: {error}") from error
        return Flow(
            _bits(self.danger),
            _bits(self.unless),
            self.calls,
            self.methods,
            named,
            on,
            self.receiver,
            self.spread,
            frozenset(self.at),
            frozenset(self.names),
            variables,
            self.subscripts,
            self.messages,
        )


def _bits(names: tuple[str, ...]) -> int:
    found = 0
    for name in names:
        if name not in BITS:
            raise InputError(f"{name!r} is no danger", hint=" | ".join(BITS))
        found |= BITS[name]
    return found
