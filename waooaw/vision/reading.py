"""What Python source holds that rules look at, gathered in one walk over its syntax tree."""

from __future__ import annotations

import ast
import re
import threading
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from waooaw.vision.patterns import prefixes
from waooaw.vision.scopes import Element, Origin, Returned, Scope

__all__ = ["Imported", "Reading", "Unreadable", "read_source"]

# PEP 263: what stands in one of the first two lines decides how Python itself reads the file.
_COOKIE = re.compile(r"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_UTF8 = frozenset({"utf-8", "utf8", "utf-8-sig", "ascii", "us-ascii"})
_LINE_END = re.compile(r"\r\n|\r|\n")
# How bytes that are no UTF-8 come in: with `surrogateescape`.
_SURROGATE = re.compile("[\ud800-\udfff]")
# `catch_warnings` changes what the whole process does; one reading at a time does so.
_quiet = threading.Lock()


class Unreadable(Exception):
    """Say that a file is no Python that can be judged.

    Args:
        reason: Why, in a few words.
        line: 1-based line, where one is to blame.
    """

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


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
        classes: Each class with its own scope as well.
    """

    module: str
    lines: list[str]
    imports: list[Imported] = field(default_factory=list)
    mentions: list[tuple[ast.Name | ast.Attribute, Scope]] = field(default_factory=list)
    replaced: list[tuple[ast.Attribute, Scope]] = field(default_factory=list)
    calls: list[tuple[ast.Call, Scope]] = field(default_factory=list)
    subscripts: list[tuple[ast.Subscript, Scope]] = field(default_factory=list)
    handlers: list[tuple[ast.ExceptHandler, Scope]] = field(default_factory=list)
    classes: list[tuple[ast.ClassDef, Scope, Scope]] = field(default_factory=list)

    def column(self, node: ast.AST) -> int | None:
        """Return the 1-based column of *node* in characters; the parser counts bytes."""
        line, offset = getattr(node, "lineno", 0), getattr(node, "col_offset", None)
        if offset is None or not 0 < line <= len(self.lines):
            return None
        return len(self.lines[line - 1].encode()[:offset].decode(errors="ignore")) + 1


def read_source(path: PurePosixPath, text: str) -> Reading:
    """Read one file.

    Args:
        path: Where it stands in its package; the module's name follows from it.
        text: Its text.

    Raises:
        Unreadable: Python could not parse it, or would read another text than this one.
    """
    lines = _LINE_END.split(text)
    if stray := _SURROGATE.search(text):
        raise Unreadable("it is not UTF-8", len(_LINE_END.findall(text, 0, stray.start())) + 1)
    for number, line in enumerate(lines[:2], start=1):
        cookie = _COOKIE.match(line)
        if cookie and cookie[1].lower().replace("_", "-") not in _UTF8:
            raise Unreadable(f"it declares the encoding {cookie[1][:40]!r}, not UTF-8", number)
    tree = _parsed(text)
    module, is_package = _module(path)
    reader = _Reader(Reading(module, lines), is_package=is_package)
    reader.walk(tree)
    return reader.reading


def _parsed(text: str) -> ast.Module:
    try:
        with _quiet, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an odd escape is the linter's business
            return ast.parse(text)
    except SyntaxError as error:
        line = error.lineno or None
        raise Unreadable(error.msg or "invalid syntax", line) from error
    except (RecursionError, MemoryError) as error:
        raise Unreadable("it is nested too deeply") from error
    except ValueError as error:  # a null byte, half a surrogate pair, a number of 5 000 digits
        raise Unreadable(str(error).split("\n", 1)[0][:100]) from error


def _module(path: PurePosixPath) -> tuple[str, bool]:
    parts = [*path.parts[:-1], path.stem]
    if parts and parts[0] == "src":
        parts = parts[1:]
    if parts and parts[-1] == "__init__":
        return ".".join(parts[:-1]), True
    return ".".join(parts), False


@dataclass(slots=True)
class _Reader:
    """Walk a tree with a stack of its own: depth is the source's choice, Python's stack is not."""

    reading: Reading
    is_package: bool
    _stack: list[tuple[ast.AST, Scope, bool, ast.expr | None]] = field(default_factory=list)

    def walk(self, tree: ast.Module) -> None:
        top = Scope(self.reading.module)
        self._push(tree.body, top, certain=True)
        # Bindings first, in full: a function may use what is bound below it.
        while self._stack:
            node, scope, certain, guard = self._stack.pop()
            self._visit(node, scope, certain=certain, guard=guard)

    def _push(
        self,
        nodes: list[ast.stmt] | Iterator[ast.AST] | list[ast.expr],
        scope: Scope,
        *,
        certain: bool = False,
        guard: ast.expr | None = None,
    ) -> None:
        self._stack.extend((node, scope, certain, guard) for node in reversed(list(nodes)))

    def _visit(self, node: ast.AST, scope: Scope, *, certain: bool, guard: ast.expr | None) -> None:
        if self._opened(node, scope, certain=certain):
            return
        match node:
            case ast.Import() | ast.ImportFrom():
                self._import(node, scope, certain=certain, guard=guard)
            case ast.If():
                self._push([node.test], scope)
                self._push(node.body, scope, guard=node.test)
                self._push(node.orelse, scope)
            case ast.Global() | ast.Nonlocal():
                self._outer_names(node, scope)
            case _:
                self._record(node, scope)
                self._binding(node, scope, certain=certain)
                self._push(ast.iter_child_nodes(node), scope)

    def _opened(self, node: ast.AST, scope: Scope, *, certain: bool) -> bool:
        """Enter what has a scope of its own; tell whether *node* has."""
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                self._function(node, scope, certain=certain)
            case ast.ClassDef():
                self._class(node, scope, certain=certain)
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                self._comprehension(node, scope)
            case _:
                return False
        return True

    def _record(self, node: ast.AST, scope: Scope) -> None:
        reading = self.reading
        match node:
            case ast.Name(ctx=ast.Load()) | ast.Attribute(ctx=ast.Load()):
                reading.mentions.append((node, scope))
            case ast.Attribute():
                reading.replaced.append((node, scope))
            case ast.Call():
                reading.calls.append((node, scope))
            case ast.Subscript(ctx=ast.Load()):
                reading.subscripts.append((node, scope))
            case ast.ExceptHandler():
                reading.handlers.append((node, scope))

    def _binding(self, node: ast.AST, scope: Scope, *, certain: bool) -> None:
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    self._bind(target, value, scope, certain=certain)
            case ast.AnnAssign(target=target, value=value) if value is not None:
                self._bind(target, value, scope, certain=certain)
            case ast.AugAssign(target=target):
                self._bind(target, None, scope)
            case ast.NamedExpr(target=target, value=value):
                self._bind(target, value, scope.of_walrus)
            case ast.For(target=target, iter=value) | ast.AsyncFor(target=target, iter=value):
                self._bind(target, Element(value), scope)
            case ast.withitem(context_expr=value, optional_vars=target) if target is not None:
                self._bind(target, Returned(value), scope)
            case (
                ast.MatchAs(name=str(name))
                | ast.MatchStar(name=str(name))
                | ast.MatchMapping(rest=str(name))
                | ast.ExceptHandler(name=str(name))
            ):
                scope.bind(name, None)

    def _bind(
        self, target: ast.expr, value: Origin, scope: Scope, *, certain: bool = False
    ) -> None:
        pending: list[tuple[ast.expr, Origin]] = [(target, value)]
        while pending:
            one, origin = pending.pop()
            match one:
                case ast.Name(id=name):
                    scope.bind(name, origin, certain=certain)
                case ast.Starred(value=inner):
                    pending.append((inner, None))
                case ast.Tuple(elts=targets) | ast.List(elts=targets):
                    match origin:
                        case ast.Tuple(elts=values) | ast.List(elts=values) if len(values) == len(
                            targets
                        ):
                            pending.extend(zip(targets, values, strict=True))
                        case _:
                            pending.extend((each, None) for each in targets)

    def _function(
        self,
        node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda,
        scope: Scope,
        *,
        certain: bool,
    ) -> None:
        inner = Scope(
            scope.module,
            scope,
            local=True,
            on_loop=isinstance(node, ast.AsyncFunctionDef),
        )
        arguments = node.args
        positional = [*arguments.posonlyargs, *arguments.args]
        defaults = [None] * (len(positional) - len(arguments.defaults)) + arguments.defaults
        pairs = [*zip(positional, defaults, strict=True)]
        pairs += zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        for argument, default in pairs:
            inner.bind(argument.arg, default, seen_from=scope)
            if argument.annotation is not None:
                inner.bind(argument.arg, Returned(argument.annotation), seen_from=scope)
                self._push([argument.annotation], scope)
            if default is not None:
                self._push([default], scope)
        for rest in (arguments.vararg, arguments.kwarg):
            if rest is not None:
                inner.bind(rest.arg, None)
                if rest.annotation is not None:
                    self._push([rest.annotation], scope)
        if isinstance(node, ast.Lambda):
            self._push([node.body], inner)
            return
        scope.bind(node.name, _defined(node.name, scope), certain=certain)
        self._push(node.decorator_list, scope)
        if node.returns is not None:
            self._push([node.returns], scope)
        self._push(node.body, inner)

    def _class(self, node: ast.ClassDef, scope: Scope, *, certain: bool) -> None:
        inner = Scope(scope.module, scope, is_class=True)
        scope.bind(node.name, _defined(node.name, scope), certain=certain)
        self.reading.classes.append((node, scope, inner))
        self._push(node.decorator_list, scope)
        self._push(node.bases, scope)
        self._push([keyword.value for keyword in node.keywords], scope)
        self._push(node.body, inner, certain=True)

    def _comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp, scope: Scope
    ) -> None:
        inner = Scope(scope.module, scope, is_comprehension=True, local=True, on_loop=scope.on_loop)
        for index, generator in enumerate(node.generators):
            # The first source is evaluated outside, the others see the targets before them.
            source = scope if index == 0 else inner
            self._bind(generator.target, Element(generator.iter), inner)
            self._push([generator.iter], source)
            self._push([generator.target, *generator.ifs], inner)
        if isinstance(node, ast.DictComp):
            self._push([node.key, node.value], inner)
        else:
            self._push([node.elt], inner)

    def _import(
        self,
        node: ast.Import | ast.ImportFrom,
        scope: Scope,
        *,
        certain: bool,
        guard: ast.expr | None,
    ) -> None:
        names: list[str] = []
        if isinstance(node, ast.Import):
            for alias in node.names:
                names.append(alias.name)
                scope.top.modules.update(prefixes(alias.name))
                top = alias.name.split(".")[0]
                bound, origin = (alias.asname, alias.name) if alias.asname else (top, top)
                scope.bind(bound, origin, certain=certain)
        else:
            module = self._absolute(node)
            names.append(module)
            for alias in node.names:
                if alias.name == "*":
                    scope.top.stars.append(module)
                    continue
                full = f"{module}.{alias.name}" if module else alias.name
                names.append(full)
                scope.bind(alias.asname or alias.name, full, certain=certain)
        self.reading.imports.append(Imported(node, tuple(names), scope, guard))

    def _absolute(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        parts = self.reading.module.split(".")
        drop = node.level - 1 if self.is_package else node.level
        above = parts[: len(parts) - drop] if drop <= len(parts) else []
        return ".".join([*above, *([node.module] if node.module else [])])

    def _outer_names(self, node: ast.Global | ast.Nonlocal, scope: Scope) -> None:
        for name in node.names:
            home = scope.top
            if isinstance(node, ast.Nonlocal):
                home = next(
                    (one for one in list(scope.enclosing())[1:] if name in one.origins), scope.top
                )
            if home is scope:
                continue
            # Python refuses the statement below a use of the name, so no origin stands here yet,
            # except in code that does not run anyway; then it counts outside as well.
            home.origins.setdefault(name, []).extend(scope.origins.pop(name, []))
            scope.outside[name] = home


def _defined(name: str, scope: Scope) -> str | None:
    if scope.parent is None:
        return f"{scope.module}.{name}" if scope.module else name
    return None
