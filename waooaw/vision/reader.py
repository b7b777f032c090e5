"""Gather what Python source holds that rules look at, in one walk over its syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from waooaw.vision.parsing import module_name, parsed
from waooaw.vision.patterns import prefixes
from waooaw.vision.reading import Function, Imported, Reading
from waooaw.vision.scopes import Element, Origin, Returned, Scope

__all__ = ["read_source"]

#: What a star imports: whatever there is.
_STAR = "*.*"


def read_source(path: PurePosixPath, text: str) -> Reading:
    """Read one file.

    Args:
        path: Where it stands in its package; the module's name follows from it.
        text: Its text.

    Raises:
        Unreadable: Python could not parse it, or would read another text than this one.
    """
    tree, lines = parsed(text)
    module, is_package = module_name(path)
    reader = _Reader(Reading(module, lines, tree), is_package=is_package)
    reader.walk(tree)
    return reader.reading


class _Step(NamedTuple):
    """Say where a node stands: its scope, whether it always runs, and the `if` around it."""

    node: ast.AST
    scope: Scope
    certain: bool
    guard: ast.expr | None


#: What no rule looks at and nothing stands below.
_LEAVES = (ast.Constant, ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop)


class _Reader:
    """Walk a tree with a stack of its own: depth is the source's choice, Python's stack is not."""

    def __init__(self, reading: Reading, *, is_package: bool) -> None:
        self.reading = reading
        self._is_package = is_package
        self._stack: list[_Step] = []
        # Looked up by type: a package has ten nodes a line, and most of them are of no interest.
        self._entered: dict[type[ast.AST], Callable[[Any, _Step], None]] = {
            ast.FunctionDef: self._function,
            ast.AsyncFunctionDef: self._function,
            ast.Lambda: self._function,
            ast.ClassDef: self._class,
            ast.ListComp: self._comprehension,
            ast.SetComp: self._comprehension,
            ast.GeneratorExp: self._comprehension,
            ast.DictComp: self._comprehension,
            ast.Import: self._import,
            ast.ImportFrom: self._import,
            ast.If: self._if,
            ast.Global: self._outer_names,
            ast.Nonlocal: self._outer_names,
            ast.Name: self._name,
        }
        self._noted: dict[type[ast.AST], Callable[[Any, _Step], None]] = {
            ast.Attribute: self._attribute,
            ast.Subscript: self._subscript,
            ast.Call: self._call,
            ast.Compare: self._compare,
            ast.Dict: self._dict,
            ast.Expr: self._expression,
            ast.Try: self._try,
            ast.TryStar: self._try,
            ast.ExceptHandler: self._handler,
            ast.Assign: self._assign,
            ast.AnnAssign: self._annotated,
            ast.AugAssign: self._augmented,
            ast.NamedExpr: self._walrus,
            ast.For: self._loop,
            ast.AsyncFor: self._loop,
            ast.withitem: self._with,
            ast.MatchAs: self._captured,
            ast.MatchStar: self._captured,
            ast.MatchMapping: self._captured,
        }

    def walk(self, tree: ast.Module) -> None:
        """Gather everything; bindings too, since a function may use what is bound below it."""
        self._push(tree.body, Scope(self.reading.module), certain=True)
        stack = self._stack
        while stack:
            step = stack.pop()
            kind = type(step.node)
            if kind in self._entered:
                self._entered[kind](step.node, step)
                continue
            if kind in self._noted:
                self._noted[kind](step.node, step)
            self._push(_children(step.node), step.scope)

    def _push(
        self,
        nodes: Sequence[ast.AST],
        scope: Scope,
        *,
        certain: bool = False,
        guard: ast.expr | None = None,
    ) -> None:
        self._stack += [_Step(node, scope, certain, guard) for node in reversed(nodes)]

    def _name(self, node: ast.Name, step: _Step) -> None:
        if isinstance(node.ctx, ast.Load):
            self.reading.mentions.append((node, step.scope))

    def _if(self, node: ast.If, step: _Step) -> None:
        scope = step.scope
        self._push(node.orelse, scope)
        self._push(node.body, scope, guard=node.test)
        self._push([node.test], scope)

    def _attribute(self, node: ast.Attribute, step: _Step) -> None:
        if isinstance(node.ctx, ast.Load):
            self.reading.mentions.append((node, step.scope))
        else:
            self.reading.replaced.append((node, step.scope))

    def _subscript(self, node: ast.Subscript, step: _Step) -> None:
        listed = self.reading.subscripts if isinstance(node.ctx, ast.Load) else self.reading.stored
        listed.append((node, step.scope))

    def _call(self, node: ast.Call, step: _Step) -> None:
        self.reading.calls.append((node, step.scope))
        self.reading.named += [
            (keyword.arg, keyword.value, step.scope)
            for keyword in node.keywords
            if keyword.arg is not None
        ]

    def _compare(self, node: ast.Compare, step: _Step) -> None:
        del step
        self.reading.tests.append(node)
        if isinstance(node.ops[0], ast.Eq | ast.NotEq):
            self.reading.comparisons.append(node)

    def _dict(self, node: ast.Dict, step: _Step) -> None:
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                self.reading.named.append((key.value, value, step.scope))

    def _try(self, node: ast.Try | ast.TryStar, step: _Step) -> None:
        self.reading.finals += [(one, step.scope) for one in node.finalbody]

    def _expression(self, node: ast.Expr, step: _Step) -> None:
        value = node.value.value if isinstance(node.value, ast.Await) else node.value
        if isinstance(value, ast.Call):
            self.reading.discarded.append((value, step.scope))

    def _handler(self, node: ast.ExceptHandler, step: _Step) -> None:
        scope = step.scope
        self.reading.handlers.append((node, scope))
        if node.name is not None:
            scope.bind(node.name, None)

    def _assign(self, node: ast.Assign, step: _Step) -> None:
        for target in node.targets:
            if isinstance(target, ast.Attribute):
                self._given(target, node.value, step.scope)
            self._bind(target, node.value, step.scope, certain=step.certain)

    def _annotated(self, node: ast.AnnAssign, step: _Step) -> None:
        if node.value is None:
            self._bind(node.target, Returned(node.annotation), step.scope)
            return
        if isinstance(node.target, ast.Attribute):
            self._given(node.target, node.value, step.scope)
        self._bind(node.target, node.value, step.scope, certain=step.certain)

    def _given(self, target: ast.Attribute, value: ast.expr, scope: Scope) -> None:
        self.reading.given.append((target, value, scope))
        owner = scope.owner
        base = target.value
        if owner is not None and isinstance(base, ast.Name) and base.id == scope.own_name:
            owner.attributes.setdefault(target.attr, []).append((value, scope))

    def _augmented(self, node: ast.AugAssign, step: _Step) -> None:
        self._bind(node.target, None, step.scope)

    def _walrus(self, node: ast.NamedExpr, step: _Step) -> None:
        self._bind(node.target, node.value, step.scope.function)

    def _loop(self, node: ast.For | ast.AsyncFor, step: _Step) -> None:
        self._bind(node.target, Element(node.iter), step.scope)

    def _with(self, node: ast.withitem, step: _Step) -> None:
        if node.optional_vars is not None:
            self._bind(node.optional_vars, Returned(node.context_expr), step.scope)

    def _captured(self, node: ast.MatchAs | ast.MatchStar | ast.MatchMapping, step: _Step) -> None:
        name = node.rest if isinstance(node, ast.MatchMapping) else node.name
        if name is not None:
            step.scope.bind(name, None)

    def _bind(
        self, target: ast.expr, value: Origin, scope: Scope, *, certain: bool = False
    ) -> None:
        pending: list[tuple[ast.expr, Origin]] = [(target, value)]
        while pending:
            one, origin = pending.pop()
            match one:
                case ast.Name(id=name):
                    scope.bind(name, origin, certain=certain)
                    if isinstance(origin, ast.expr):
                        self.reading.named.append((name, origin, scope))
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

    def _function(self, node: Function, step: _Step) -> None:
        scope = step.scope
        inner = Scope(
            scope.module,
            scope,
            local=True,
            on_loop=isinstance(node, ast.AsyncFunctionDef),
        )
        self.reading.functions.append((node, scope, inner))
        self._parameters(node, scope, inner)
        if isinstance(node, ast.Lambda):
            self._push([node.body], inner)
            return
        scope.functions[node.name] = inner
        if scope.is_class:
            inner.own = _own_name(node)
        scope.bind(node.name, _defined(node.name, scope), certain=step.certain)
        self._push(node.decorator_list, scope)
        if node.returns is not None:
            self._push([node.returns], scope)
        self._push(node.body, inner)

    def _parameters(self, node: Function, scope: Scope, inner: Scope) -> None:
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

    def _class(self, node: ast.ClassDef, step: _Step) -> None:
        scope = step.scope
        inner = Scope(scope.module, scope, is_class=True)
        scope.bind(node.name, _defined(node.name, scope), certain=step.certain)
        self.reading.classes.append((node, scope, inner))
        self._push(node.decorator_list, scope)
        self._push(node.bases, scope)
        self._push([keyword.value for keyword in node.keywords], scope)
        self._push(node.body, inner, certain=True)

    def _comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp, step: _Step
    ) -> None:
        scope = step.scope
        inner = Scope(scope.module, scope, is_comprehension=True, local=True)
        scope.comprehensions[id(node)] = inner
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

    def _import(self, node: ast.Import | ast.ImportFrom, step: _Step) -> None:
        scope = step.scope
        names: list[str] = []
        if isinstance(node, ast.Import):
            for alias in node.names:
                names.append(alias.name)
                scope.top.modules.update(prefixes(alias.name))
                top = alias.name.split(".")[0]
                bound, origin = (alias.asname, alias.name) if alias.asname else (top, top)
                scope.bind(bound, origin, certain=step.certain)
        else:
            module = self._absolute(node)
            names.append(module)
            for alias in node.names:
                if alias.name == "*":
                    scope.top.stars.append(module)
                    names.append(_STAR)
                    continue
                full = f"{module}.{alias.name}" if module else alias.name
                names.append(full)
                scope.bind(alias.asname or alias.name, full, certain=step.certain)
        self.reading.imports.append(Imported(node, tuple(names), scope, step.guard))

    def _absolute(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        parts = self.reading.module.split(".")
        drop = node.level - 1 if self._is_package else node.level
        above = parts[: len(parts) - drop] if drop <= len(parts) else []
        return ".".join([*above, *([node.module] if node.module else [])])

    def _outer_names(self, node: ast.Global | ast.Nonlocal, step: _Step) -> None:
        scope = step.scope
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


def _own_name(method: ast.FunctionDef | ast.AsyncFunctionDef) -> str | None:
    """Return what a method calls its object; None for a static one."""
    static = (
        isinstance(one, ast.Name) and one.id == "staticmethod" for one in method.decorator_list
    )
    first = [*method.args.posonlyargs, *method.args.args][:1]
    return first[0].arg if first and not any(static) else None


def _children(node: ast.AST) -> list[ast.AST]:
    """Return what stands directly below *node*, in the order of the source, leaves left out."""
    found: list[ast.AST] = []
    for name in node._fields:
        value = getattr(node, name, None)
        if isinstance(value, ast.AST):
            if not isinstance(value, _LEAVES):
                found.append(value)
        elif isinstance(value, list):
            found += [
                one for one in value if isinstance(one, ast.AST) and not isinstance(one, _LEAVES)
            ]
    return found


def _defined(name: str, scope: Scope) -> str | None:
    if scope.parent is None:
        return f"{scope.module}.{name}" if scope.module else name
    return None
