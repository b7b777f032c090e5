"""What Python source holds that rules look at."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TypeAlias

from waooaw.vision.scopes import Scope

__all__ = ["Function", "Imported", "Reading"]

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


@dataclass(frozen=True, slots=True)
class Imported:
    """Hold one import.

    Attributes:
        names: Every module that it may name: `from a import b` is `a` and perhaps `a.b`.
        guard: The test of the `if` around it, which may be `TYPE_CHECKING`.
    """

    node: ast.AST
    names: tuple[str, ...]
    scope: Scope
    guard: ast.expr | None


@dataclass(slots=True)
class Reading:
    """Hold what one file holds; every node comes with the scope that its names are looked up in.

    Attributes:
        module: The module's full name.
        mentions: Names and attributes that are read.
        replaced: Attributes that are assigned to or deleted.
        stored: Elements that are assigned to or deleted: `sys.modules["x"] = …`.
        named: Values that are given under a name: a keyword, a key of a dictionary, a variable.
        finals: What stands in a `finally`.
        tests: What is compared, or decides which way to go.
        comparisons: Where something is held to be equal to something else, or not.
        discarded: Calls whose results nobody looks at.
        given: Attributes that are given a value, and the value.
        classes: Each class with its own scope as well.
        functions: Each function and lambda, the scope around it and its own.
    """

    module: str
    lines: list[str]
    tree: ast.Module
    imports: list[Imported] = field(default_factory=list)
    mentions: list[tuple[ast.Name | ast.Attribute, Scope]] = field(default_factory=list)
    replaced: list[tuple[ast.Attribute, Scope]] = field(default_factory=list)
    stored: list[tuple[ast.Subscript, Scope]] = field(default_factory=list)
    given: list[tuple[ast.Attribute, ast.expr, Scope]] = field(default_factory=list)
    calls: list[tuple[ast.Call, Scope]] = field(default_factory=list)
    named: list[tuple[str, ast.expr, Scope]] = field(default_factory=list)
    finals: list[tuple[ast.stmt, Scope]] = field(default_factory=list)
    discarded: list[tuple[ast.Call, Scope]] = field(default_factory=list)
    tests: list[ast.expr] = field(default_factory=list)
    comparisons: list[ast.Compare] = field(default_factory=list)
    subscripts: list[tuple[ast.Subscript, Scope]] = field(default_factory=list)
    handlers: list[tuple[ast.ExceptHandler, Scope]] = field(default_factory=list)
    classes: list[tuple[ast.ClassDef, Scope, Scope]] = field(default_factory=list)
    functions: list[tuple[Function, Scope, Scope]] = field(default_factory=list)

    def column(self, node: ast.AST) -> int | None:
        """Return the 1-based column of *node* in characters; the parser counts bytes."""
        line, offset = getattr(node, "lineno", 0), getattr(node, "col_offset", None)
        if offset is None or not 0 < line <= len(self.lines):
            return None
        return len(self.lines[line - 1].encode()[:offset].decode(errors="ignore")) + 1
