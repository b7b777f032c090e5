"""Patterns of Python code as rules write them down, over names that imports have resolved.

A name is written in full (`subprocess.run`, `builtins.eval`); `requests.*` means the module and all
that lies below it; `httpx.Client().get` is a method of what a call returned.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

from waooaw.errors import InputError

__all__ = ["ArgumentTest", "Ingredients", "Kind", "Pattern", "PatternEntry", "Tag", "prefixes"]


class Ingredients(Protocol):
    """Say what an expression is put together from."""

    @property
    def texts(self) -> Collection[str]:
        """The literal texts."""

    @property
    def read(self) -> Collection[str]:
        """What the values are called, in snake_case."""

    @property
    def calls(self) -> Collection[str]:
        """The full names of what is called."""


class Kind(StrEnum):
    """Name what of the code a pattern looks at.

    `IMPORTS`: a module that is imported; `wow_*` is any of that beginning but the package's own.
    `USES`: any mention of a name; `.name` is that attribute of any object. `CALLS`: a call of it.
    `METHODS`: a call of any object's method of that name, or of any method (`*`). `SUBSCRIPTS`:
    `name[…]`. `ASSIGNS`: a name that is replaced from outside. `SETS`: an attribute that is given a
    value, its argument 0; by its full name, or as `.name` whatever object has it. `VALUES`: what is
    given under that name, its argument 0: a keyword, a key of a dictionary, a variable.
    `DECORATORS`: a function or a class that is decorated so. `CLASSES`: a class below that one.
    `OVERRIDES`: a method that a subclass replaces. `SWALLOWS`: a handler of that exception that
    does nothing, or another way to lose a failure. `UNREADABLE`: what Python could not parse.
    """

    IMPORTS = "imports"
    USES = "uses"
    CALLS = "calls"
    METHODS = "methods"
    SUBSCRIPTS = "subscripts"
    ASSIGNS = "assigns"
    SETS = "sets"
    VALUES = "values"
    DECORATORS = "decorators"
    CLASSES = "classes"
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
        any: Whether any argument is meant, in any place.
        receiver: Whether the method's object is meant.
        only: Tags or resolved names, one of which it must have; empty: any.
        unless: Tags or resolved names that it must not have.
        named: What one of its full names has to look like.
        matches: What a literal text has to contain.
        mentions: What one of the texts has to contain that it is put together from.
        reads: What one of the values that it is put together from has to be called, in snake_case:
            `task.input.email`. What is counted, compared or redacted on the way is none of them.
        made_by: Full names of functions, one of which it has to be made by.
    """

    name: str | None
    at: int | None
    any: bool
    only: frozenset[str]
    unless: frozenset[str]
    matches: re.Pattern[str] | None
    mentions: re.Pattern[str] | None = None
    reads: re.Pattern[str] | None = None
    made_by: frozenset[str] = frozenset()
    receiver: bool = False
    named: re.Pattern[str] | None = None

    def holds(self, tags: frozenset[str], text: str | None) -> bool:
        """Tell whether an argument with these tags, and this text where literal, is meant."""
        if self.only and not self.only & tags:
            return False
        if self.unless & tags:
            return False
        if self.named is not None and not _any(self.named, tags):
            return False
        return self.matches is None or (text is not None and bool(self.matches.search(text)))

    @property
    def looks_inside(self) -> bool:
        """Whether it asks what the argument is put together from."""
        return self.mentions is not None or self.reads is not None or bool(self.made_by)

    def holds_inside(self, ingredients: Ingredients) -> bool:
        """Tell whether an argument that is put together so is meant."""
        if self.mentions is not None and not _any(self.mentions, ingredients.texts):
            return False
        if self.reads is not None and not _any(self.reads, ingredients.read):
            return False
        return not self.made_by or not self.made_by.isdisjoint(ingredients.calls)


@dataclass(frozen=True, slots=True)
class Pattern:
    """Hold one pattern.

    Attributes:
        names: Resolved names (methods: plain ones), `x.*` for all below.
        of: For `OVERRIDES`: the classes whose methods these are.
        where: What the arguments have to be.
        in_async: Whether only code that runs on the event loop is meant.
        but: What may be imported all the same.
        endless: Whether only calls are meant in a loop that nothing ends but what they give.
        only_in: The only files that are judged; empty: all.
        unless_in: Files that may do it.
        on: What a method's object has to be called, in snake_case: `self.log`.
        within: Full names of what may stand around a call and make it harmless, a `with` or a call.
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
    only_in: tuple[re.Pattern[str], ...] = ()
    on: re.Pattern[str] | None = None
    within: frozenset[str] = frozenset()
    endless: bool = False
    but: frozenset[str] = frozenset()

    def excuses(self, path: str) -> bool:
        """Tell whether the file at *path*, relative to the package, may do it."""
        if self.only_in and not any(glob.fullmatch(path) for glob in self.only_in):
            return True
        return any(glob.fullmatch(path) for glob in self.unless_in)


def _any(pattern: re.Pattern[str], texts: Iterable[str]) -> bool:
    return any(pattern.search(text) for text in texts)


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


_WITH_ARGUMENTS = frozenset({Kind.CALLS, Kind.METHODS, Kind.SUBSCRIPTS, Kind.SETS, Kind.VALUES})
_CALLED = frozenset({Kind.CALLS, Kind.METHODS})
_Names = Annotated[tuple[str, ...], Field(strict=False)]


class ArgumentEntry(BaseModel):
    """Say how a test of an argument stands in a file."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    name: str | None = None
    at: Annotated[int, Field(ge=0, le=20)] | None = None
    any: bool = False
    receiver: bool = False
    named: str | None = None
    only: _Names = ()
    unless: _Names = ()
    matches: str | None = None
    mentions: str | None = None
    reads: str | None = None
    made_by: _Names = ()

    def test(self) -> ArgumentTest:
        """Return the test.

        Raises:
            InputError: The regular expression is none, or no argument is named.
        """
        if self.name is None and self.at is None and not (self.any or self.receiver):
            hint = "name (keyword), at (position), any or receiver"
            raise InputError("no argument is named", hint=hint)
        return ArgumentTest(
            self.name,
            self.at,
            self.any,
            frozenset(self.only),
            frozenset(self.unless),
            _compiled("matches", self.matches),
            _compiled("mentions", self.mentions),
            _compiled("reads", self.reads),
            frozenset(self.made_by),
            self.receiver,
            _compiled("named", self.named),
        )


def _compiled(name: str, text: str | None) -> re.Pattern[str] | None:
    try:
        return None if text is None else re.compile(text)
    except re.error as error:
        raise InputError(f"{name} is no regular expression: {error}") from error


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
    values: _Names = ()
    decorators: _Names = ()
    classes: _Names = ()
    overrides: _Names = ()
    swallows: _Names = ()
    unreadable: bool = False
    of: _Names = ()
    where: Annotated[tuple[ArgumentEntry, ...], Field(strict=False)] = ()
    inside: Literal["async", "endless"] | None = None
    only_in: _Names = ()
    unless_in: _Names = ()
    on: str | None = None
    but: _Names = ()
    within: _Names = ()
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
        if self.on is not None and kind is not Kind.METHODS:
            raise InputError(f"{kind} is on no object", hint="on belongs to methods")
        if self.within and kind not in _CALLED:
            raise InputError(f"{kind} stands within nothing", hint="within belongs to calls")
        if self.but and kind is not Kind.IMPORTS:
            raise InputError(f"{kind} has no exceptions", hint="but belongs to imports")
        names: tuple[str, ...] = () if kind is Kind.UNREADABLE else getattr(self, kind.value)
        return Pattern(
            kind,
            names,
            self.of,
            tuple(entry.test() for entry in self.where),
            self.inside == "async",
            tuple(_glob(text) for text in self.unless_in),
            _compiled("purpose", self.purpose),
            tuple(_glob(text) for text in self.only_in),
            _compiled("on", self.on),
            frozenset(self.within),
            self.inside == "endless",
            frozenset(self.but),
        )


def _glob(text: str) -> re.Pattern[str]:
    """Compile a path pattern: `*` is one segment or a part of it, `**` any number of segments."""
    parts = re.split(r"(\*\*|\*)", text)
    meaning = {"**": ".*", "*": "[^/]*"}
    return re.compile("".join(meaning.get(part, re.escape(part)) for part in parts))
