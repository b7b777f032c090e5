"""Patterns of Python code as rules write them down, over names that imports have resolved.

A name is written in full (`subprocess.run`, `builtins.eval`); `requests.*` means the module and all
that lies below it; `httpx.Client().get` is a method of what a call returned.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from waooaw.errors import InputError

__all__ = ["ArgumentTest", "Kind", "Pattern", "PatternEntry", "Tag", "prefixes"]


class Kind(StrEnum):
    """Name what of the code a pattern looks at.

    `IMPORTS`: a module that is imported. `USES`: any mention of a name. `CALLS`: a call of it.
    `METHODS`: a call of any object's method of that name. `SUBSCRIPTS`: `name[…]`. `ASSIGNS`: a
    name that is replaced from outside. `SETS`: an attribute that is given a value, its argument 0;
    by its full name, or as `.name` whatever object has it. `OVERRIDES`: a method that a subclass
    replaces. `SWALLOWS`: a handler of that exception that does nothing. `UNREADABLE`: what Python
    could not parse.
    """

    IMPORTS = "imports"
    USES = "uses"
    CALLS = "calls"
    METHODS = "methods"
    SUBSCRIPTS = "subscripts"
    ASSIGNS = "assigns"
    SETS = "sets"
    OVERRIDES = "overrides"
    SWALLOWS = "swallows"
    UNREADABLE = "unreadable"


class Tag(StrEnum):
    """Say what an argument is, where its value can be told from the code.

    `UNKNOWN` means that `*args` or `**kwargs` may hold it. An argument that names something that
    imports resolve bears that name too.
    """

    ABSENT = "absent"
    UNKNOWN = "unknown"
    LITERAL = "literal"
    COMPUTED = "computed"
    MODULE = "module"
    TRUE = "true"
    FALSE = "false"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class ArgumentTest:
    """Hold a pattern back unless an argument is (or is not) of some kind.

    Attributes:
        name: The keyword; None where it has none.
        at: The position from 0; None where it has none.
        only: Tags or resolved names, one of which it must have; empty: any.
        unless: Tags or resolved names that it must not have.
        matches: What a literal text has to contain.
    """

    name: str | None
    at: int | None
    only: frozenset[str]
    unless: frozenset[str]
    matches: re.Pattern[str] | None

    def holds(self, tags: frozenset[str], text: str | None) -> bool:
        """Tell whether an argument with these tags, and this text where literal, is meant."""
        if self.only and not self.only & tags:
            return False
        if self.unless & tags:
            return False
        return self.matches is None or (text is not None and bool(self.matches.search(text)))


@dataclass(frozen=True, slots=True)
class Pattern:
    """Hold one pattern.

    Attributes:
        names: Resolved names (methods: plain ones), `x.*` for all below.
        of: For `OVERRIDES`: the classes whose methods these are.
        where: What the arguments have to be.
        in_async: Whether only code that runs on the event loop is meant.
        unless_in: Files that may do it.
        purpose: What a call is made for: the variable, argument or function that its result goes
            to has such a name.
    """

    kind: Kind
    names: tuple[str, ...]
    of: tuple[str, ...] = ()
    where: tuple[ArgumentTest, ...] = ()
    in_async: bool = False
    unless_in: tuple[re.Pattern[str], ...] = ()
    purpose: re.Pattern[str] | None = None

    def excuses(self, path: str) -> bool:
        """Tell whether the file at *path*, relative to the package, may do it."""
        return any(glob.fullmatch(path) for glob in self.unless_in)


def prefixes(name: str) -> Iterable[str]:
    """Yield *name* as `x.*` patterns know it: itself and what lies above it.

    What a call returns is no part of the module that the called function stands in:
    `waooaw.Agent().title` is not below `waooaw`.
    """
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        yield ".".join(parts[:end])
        if parts[end - 1].endswith("()"):
            return


_WITH_ARGUMENTS = frozenset({Kind.CALLS, Kind.METHODS, Kind.SUBSCRIPTS, Kind.SETS})
_Names = Annotated[tuple[str, ...], Field(strict=False)]


class ArgumentEntry(BaseModel):
    """Say how a test of an argument stands in a file."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    name: str | None = None
    at: Annotated[int, Field(ge=0, le=20)] | None = None
    only: _Names = ()
    unless: _Names = ()
    matches: str | None = None

    def test(self) -> ArgumentTest:
        """Return the test.

        Raises:
            InputError: The regular expression is none, or no argument is named.
        """
        if self.name is None and self.at is None:
            raise InputError("no argument is named", hint="name (keyword) or at (position)")
        try:
            matches = None if self.matches is None else re.compile(self.matches)
        except re.error as error:
            raise InputError(f"matches is no regular expression: {error}") from error
        only, unless = frozenset(self.only), frozenset(self.unless)
        return ArgumentTest(self.name, self.at, only, unless, matches)


class PatternEntry(BaseModel):
    """Say how a pattern stands in a file: one kind with its names, and what narrows it."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    imports: _Names = ()
    uses: _Names = ()
    calls: _Names = ()
    methods: _Names = ()
    subscripts: _Names = ()
    assigns: _Names = ()
    sets: _Names = ()
    overrides: _Names = ()
    swallows: _Names = ()
    unreadable: bool = False
    of: _Names = ()
    where: Annotated[tuple[ArgumentEntry, ...], Field(strict=False)] = ()
    inside: Literal["async"] | None = None
    unless_in: _Names = ()
    purpose: str | None = None

    def pattern(self) -> Pattern:
        """Return the pattern.

        Raises:
            InputError: It has no kind or several, or a part that does not belong to its kind.
        """
        kinds = [kind for kind in Kind if getattr(self, kind.value)]
        if len(kinds) != 1:
            found = " and ".join(kinds) if kinds else "none"
            raise InputError(f"a pattern has one kind, this one has {found}", hint=" | ".join(Kind))
        kind = kinds[0]
        if (kind is Kind.OVERRIDES) != bool(self.of):
            raise InputError("overrides and of belong together", hint="overrides: […], of: […]")
        if self.where and kind not in _WITH_ARGUMENTS:
            raise InputError(f"{kind} has no arguments", hint="where belongs to calls")
        if self.purpose is not None and kind is not Kind.CALLS:
            raise InputError(f"{kind} has no purpose", hint="purpose belongs to calls")
        names: tuple[str, ...] = () if kind is Kind.UNREADABLE else getattr(self, kind.value)
        return Pattern(
            kind,
            names,
            self.of,
            tuple(entry.test() for entry in self.where),
            self.inside == "async",
            tuple(_glob(text) for text in self.unless_in),
            None if self.purpose is None else re.compile(self.purpose),
        )


def _glob(text: str) -> re.Pattern[str]:
    """Compile a path pattern: `*` is one segment or a part of it, `**` any number of segments."""
    parts = re.split(r"(\*\*|\*)", text)
    meaning = {"**": ".*", "*": "[^/]*"}
    return re.compile("".join(meaning.get(part, re.escape(part)) for part in parts))
