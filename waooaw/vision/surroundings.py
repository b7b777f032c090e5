"""What a file of a package is judged with beside its own text."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from waooaw.vision.ingredients import Functions
from waooaw.vision.loops import Callings, callings_of, spread_over_calls
from waooaw.vision.reading import Reading
from waooaw.vision.scopes import Scope, resolve

__all__ = ["Surroundings", "bases_of", "surroundings"]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Hold what a file is judged with beside its own text.

    Attributes:
        families: Full names of each class's bases, over all files of the package.
        methods: What each class of the package defines itself.
        functions: The package's functions.
        callings: Who calls whom.
    """

    families: Mapping[str, frozenset[str]]
    methods: Mapping[str, frozenset[str]]
    functions: Functions
    callings: Callings

    def ancestors(self, bases: set[str]) -> set[str]:
        """Return *bases* and all that stand above them."""
        seen: set[str] = set()
        pending = list(bases)
        while pending:
            name = pending.pop()
            if name not in seen:
                seen.add(name)
                pending.extend(self.families.get(name, ()))
        return seen


def bases_of(node: ast.ClassDef, outer: Scope) -> set[str]:
    """Return the full names of a class's bases."""
    names: set[str] = set()
    for base in node.bases:
        # `class Desk(Agent[Memory])` has Agent as its base.
        plain = base.value if isinstance(base, ast.Subscript) else base
        names |= resolve(plain, outer)
    return names


def surroundings(readings: Sequence[Reading]) -> Surroundings:
    """Return what each file is judged with, and mark what runs on the event loop."""
    callings = callings_of(readings)
    spread_over_calls(readings, callings)
    bases: dict[str, set[str]] = {}
    methods: dict[str, frozenset[str]] = {}
    functions: dict[str, tuple[ast.FunctionDef | ast.AsyncFunctionDef, Scope]] = {}
    for reading in readings:
        for node, outer, inner in reading.classes:
            for name in resolve(ast.Name(node.name, ast.Load()), outer):
                bases.setdefault(name, set()).update(bases_of(node, outer))
                methods[name] = frozenset(inner.origins)
        for function, outer, inner in reading.functions:
            if not isinstance(function, ast.Lambda) and outer.parent is None:
                functions[f"{outer.module}.{function.name}".lstrip(".")] = (function, inner)
    families = {name: frozenset(found) for name, found in bases.items()}
    return Surroundings(families, methods, functions, callings)
