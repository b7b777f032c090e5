"""The functions of a package, and the places in it where nothing dangerous must arrive."""

from __future__ import annotations

import ast
from collections import defaultdict
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import PurePosixPath

from waooaw.vision.flows import Flow
from waooaw.vision.reading import Function, Reading
from waooaw.vision.rules import Followed, Rule
from waooaw.vision.scopes import Scope
from waooaw.vision.slots import Slots
from waooaw.vision.sources import Declared

__all__ = ["Callee", "File", "Sinks", "sinks_of"]


@dataclass(frozen=True, slots=True, eq=False)
class File:
    """Hold one file that is followed."""

    path: PurePosixPath
    reading: Reading
    declared: Declared


@dataclass(slots=True, eq=False)
class Callee:
    """Hold one function of the package.

    Attributes:
        owner: The class that it is a method of.
        own_name: What a method calls its object.
        closure: What the variables around it hold, for a function in a function.
    """

    node: Function
    inner: Scope
    file: File
    number: int
    owner: ast.ClassDef | None = None
    own_name: str | None = None
    closure: Slots | None = None
    depth: int = 0

    @property
    def parameters(self) -> list[str]:
        """The parameters that a call may fill by position."""
        arguments = self.node.args
        return [one.arg for one in (*arguments.posonlyargs, *arguments.args)]

    @property
    def all_parameters(self) -> list[str]:
        """Those and the ones that only a keyword fills."""
        return self.parameters + [one.arg for one in self.node.args.kwonlyargs]

    @property
    def rest(self) -> str | None:
        """The parameter that takes what is left over, `*args`."""
        return None if self.node.args.vararg is None else self.node.args.vararg.arg

    @property
    def more(self) -> str | None:
        """The parameter that takes other keywords, `**options`."""
        return None if self.node.args.kwarg is None else self.node.args.kwarg.arg

    def every_parameter(self) -> list[str]:
        """Return all of them, in a fixed order."""
        return self.all_parameters + [one for one in (self.rest, self.more) if one is not None]


@dataclass(slots=True)
class Sinks:
    """Find the flows that a name may belong to."""

    calls: dict[str, list[tuple[Rule, Flow]]] = field(default_factory=lambda: defaultdict(list))
    methods: dict[str, list[tuple[Rule, Flow]]] = field(default_factory=lambda: defaultdict(list))
    keywords: dict[str, list[tuple[Rule, Flow]]] = field(default_factory=lambda: defaultdict(list))
    subscripts: dict[str, list[tuple[Rule, Flow]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    named: list[tuple[Rule, Flow]] = field(default_factory=list)
    variables: list[tuple[Rule, Flow]] = field(default_factory=list)
    messages: list[tuple[Rule, Flow]] = field(default_factory=list)

    def add(self, rule: Rule, flow: Flow) -> None:
        """Take note of one kind of place."""
        tables = [
            (self.calls, flow.calls),
            (self.methods, flow.methods),
            (self.subscripts, flow.subscripts),
        ]
        if flow.named is not None:
            self.named.append((rule, flow))
        elif not (flow.calls or flow.methods):
            tables.append((self.keywords, tuple(flow.names)))
        for table, names in tables:
            for name in names:
                table[name].append((rule, flow))
        if flow.variables is not None:
            self.variables.append((rule, flow))
        if flow.messages:
            self.messages.append((rule, flow))


@lru_cache(maxsize=8)
def sinks_of(rules: tuple[Rule, ...]) -> Sinks:
    """Return the places that *rules* speak of."""
    found = Sinks()
    for rule in rules:
        if isinstance(rule.judgement, Followed):
            for flow in rule.judgement.flows:
                found.add(rule, flow)
    return found
