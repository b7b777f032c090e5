"""Judge one file of a package by patterns over names that its imports have resolved."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from waooaw.vision.arguments import Arguments
from waooaw.vision.hiding import (
    BROAD,
    does_nothing,
    exits_quietly,
    is_left_in_finally,
    is_unread_gather,
    loses,
    never_gives_up,
)
from waooaw.vision.ingredients import called_on, snake
from waooaw.vision.pattern_index import Index
from waooaw.vision.patterns import Kind, Pattern
from waooaw.vision.purposes import purposes_of
from waooaw.vision.reading import Imported, Reading
from waooaw.vision.rules import Rule
from waooaw.vision.scopes import Scope, folded, resolve
from waooaw.vision.surroundings import Surroundings, bases_of
from waooaw.vision.violations import Violation, violation

__all__ = ["JudgedFile"]


class JudgedFile:
    """Judge what was read of one file.

    Args:
        path: Where it stands in the package.
        reading: What it holds.
        index: What is forbidden.
        around: What else the package holds.
    """

    def __init__(
        self, path: PurePosixPath, reading: Reading, index: Index, around: Surroundings
    ) -> None:
        self._path = str(path)
        self._file = path
        self._reading = reading
        self._index = index
        self._around = around
        self._arguments = Arguments(around.functions, around.callings, around.ancestors)
        self._purposes: Mapping[ast.AST, tuple[str, ...]] | None = None
        self._parents: dict[ast.AST, ast.AST] | None = None

    def violations(self) -> Iterator[Violation]:
        """Yield what is forbidden here; one place may be named more than once."""
        for imported in self._reading.imports:
            yield from self._imported(imported)
        yield from self._mentioned()
        yield from self._given()
        for subscript, scope in self._reading.subscripts:
            yield from self._subscript(subscript, scope)
        for call, scope in self._reading.calls:
            yield from self._call(call, scope)
        yield from self._swallowed()
        for node, outer, inner in self._reading.classes:
            yield from self._class(node, outer, inner)
        yield from self._decorated()

    def _found(self, rule: Rule, name: str, node: ast.AST) -> Violation:
        return violation(
            rule,
            {"name": name.replace("builtins.", "")},
            path=self._file,
            line=getattr(node, "lineno", None),
            column=self._reading.column(node),
        )

    def _forbidding(self, kind: Kind, name: str, scope: Scope) -> Iterator[tuple[Rule, Pattern]]:
        for rule, pattern in self._index.of(kind, name):
            if pattern.in_async and not scope.function.on_loop:
                continue
            if not pattern.excuses(self._path):
                yield rule, pattern

    def _named(self, kind: Kind, name: str, node: ast.AST, scope: Scope) -> Iterator[Violation]:
        for rule, _ in self._forbidding(kind, name, scope):
            yield self._found(rule, name, node)

    # Names, and what they are given.

    def _mentioned(self) -> Iterator[Violation]:
        for mention, scope in self._reading.mentions:
            for name in resolve(mention, scope):
                yield from self._named(Kind.USES, name, mention, scope)
            if isinstance(mention, ast.Attribute) and mention.attr in self._index.attributes:
                for found in self._named(Kind.USES, f".{mention.attr}", mention, scope):
                    # What a class of the package has under that name is its own.
                    if not self._is_own_private(mention, scope):
                        yield found
        for attribute, scope in self._reading.replaced:
            for name in resolve(attribute, scope):
                yield from self._named(Kind.ASSIGNS, name, attribute, scope)
        for subscript, scope in self._reading.stored:
            for name in resolve(subscript, scope):  # `sys.modules["waooaw.agent"] = fake`
                yield from self._named(Kind.ASSIGNS, name, subscript, scope)

    def _is_own_private(self, mention: ast.Attribute, scope: Scope) -> bool:
        own = isinstance(mention.value, ast.Name) and mention.value.id == scope.own_name
        owner = scope.owner
        if not own or owner is None:
            return False
        known = mention.attr in owner.origins or mention.attr in owner.attributes
        ancestors = self._around.ancestors(self._bases_of_scope(owner))
        return known and not ancestors & _AGENTS

    def _bases_of_scope(self, owner: Scope) -> set[str]:
        for node, outer, inner in self._reading.classes:
            if inner is owner:
                return bases_of(node, outer)
        return set()

    def _given(self) -> Iterator[Violation]:
        for attribute, value, scope in self._reading.given:
            for name in (f".{attribute.attr}", *resolve(attribute, scope)):
                for rule, pattern in self._forbidding(Kind.SETS, name, scope):
                    if all(self._arguments.fits(test, value, scope) for test in pattern.where):
                        yield self._found(rule, name.removeprefix("."), attribute)
        if not self._index.has_values:
            return
        for name, value, scope in self._reading.named:
            for rule, pattern in self._forbidding(Kind.VALUES, snake(name), scope):
                if all(self._arguments.fits(test, value, scope) for test in pattern.where):
                    yield self._found(rule, name, value)

    def _imported(self, imported: Imported) -> Iterator[Violation]:
        if imported.guard is not None and "typing.TYPE_CHECKING" in resolve(
            imported.guard, imported.scope
        ):
            return
        told: set[str] = set()
        own = self._reading.module.partition(".")[0]
        for name in imported.names:
            rules = [
                rule
                for rule, pattern in self._forbidding(Kind.IMPORTS, name, imported.scope)
                # `from waooaw.store import SqliteStore` names the module too.
                if not pattern.but or not set(imported.names[1:] or (name,)) <= pattern.but
            ]
            rules += [
                rule
                for beginning, rule, pattern in self._index.begun
                if name.startswith(beginning)
                and name.partition(".")[0] != own
                and not pattern.excuses(self._path)
            ]
            for rule in rules:
                # `from anthropic import Anthropic` is one import, not two.
                if rule.id not in told:
                    told.add(rule.id)
                    yield self._found(rule, name, imported.node)

    def _subscript(self, node: ast.Subscript, scope: Scope) -> Iterator[Violation]:
        for name in resolve(node, scope):  # `vars(os)["system"]`
            yield from self._named(Kind.USES, name, node, scope)
        for name in resolve(node.value, scope):
            for rule, pattern in self._forbidding(Kind.SUBSCRIPTS, name, scope):
                if all(self._arguments.fits(test, node.slice, scope) for test in pattern.where):
                    yield self._found(rule, name, node)

    # Calls.

    def _call(self, call: ast.Call, scope: Scope) -> Iterator[Violation]:
        for name in resolve(call.func, scope):
            yield from self._called(Kind.CALLS, name, call, scope)
            if call.args:
                yield from self._reached(name, call, scope)
        if isinstance(call.func, ast.Attribute):
            yield from self._called(Kind.METHODS, call.func.attr, call, scope)
            yield from self._called(Kind.METHODS, "*", call, scope, shown=call.func.attr)

    def _reached(self, name: str, call: ast.Call, scope: Scope) -> Iterator[Violation]:
        """Judge what a call of *name* does with something that its arguments name."""
        match name:
            case "importlib.import_module" | "importlib.__import__" | "builtins.__import__":
                module = folded(call.args[0])
                if module is not None:
                    yield from self._named(Kind.IMPORTS, module, call, scope)
            case "builtins.getattr":
                yield from self._fetched(call, scope)
            case "operator.attrgetter()" | "operator.methodcaller()":
                yield from self._picked(call, scope)
            case "builtins.setattr" | "builtins.delattr":
                # `setattr(Agent, "handle", …)` is `Agent.handle = …`.
                attribute = folded(call.args[1]) if len(call.args) > 1 else None
                for base in resolve(call.args[0], scope):
                    changed = f"{base}.{attribute or '*'}"
                    yield from self._named(Kind.ASSIGNS, changed, call, scope)
            case "functools.partial" if not scope.function.on_loop:
                yield from self._later(call, _later(call), scope)
            case "asyncio.to_thread" | "anyio.to_thread.run_sync":
                # It is called with what else stands here, and not on the loop.
                yield from self._later(call, _handed(call, 0), scope)
            case "builtins.type" if len(call.args) > 2:  # noqa: PLR2004 - name, bases, body
                yield from self._made_class(call, scope)

    def _fetched(self, call: ast.Call, scope: Scope) -> Iterator[Violation]:
        """Judge `getattr(os, "system")`, which is `os.system`."""
        for reached in resolve(call, scope):
            yield from self._named(Kind.USES, reached, call, scope)
        attribute = folded(call.args[1]) if len(call.args) > 1 else None
        if attribute in self._index.attributes:
            yield from self._named(Kind.USES, f".{attribute}", call, scope)

    def _later(self, call: ast.Call, later: ast.Call, scope: Scope) -> Iterator[Violation]:
        """Judge a call that somebody else makes, of what *call* is handed."""
        for inner in resolve(call.args[0], scope):
            yield from self._called(Kind.CALLS, inner, later, scope, elsewhere=True)
        if isinstance(later.func, ast.Attribute):
            yield from self._called(Kind.METHODS, later.func.attr, later, scope, elsewhere=True)

    def _picked(self, call: ast.Call, scope: Scope) -> Iterator[Violation]:
        """Judge `methodcaller("system", "ls")(os)`, which is `os.system("ls")`."""
        picker = call.func
        chosen = folded(picker.args[0]) if isinstance(picker, ast.Call) and picker.args else None
        for base in resolve(call.args[0], scope):
            yield from self._named(Kind.USES, f"{base}.{chosen}", call, scope)

    def _called(
        self,
        kind: Kind,
        name: str,
        call: ast.Call,
        scope: Scope,
        *,
        shown: str | None = None,
        elsewhere: bool = False,
    ) -> Iterator[Violation]:
        for rule, pattern in self._forbidding(kind, name, scope):
            if elsewhere and pattern.in_async:
                continue
            if pattern.on is not None and not _is_on(pattern.on, call):
                continue
            if pattern.purpose is not None and not self._is_for(call, pattern.purpose):
                continue
            if pattern.endless and not self._is_endless(call):
                continue
            if pattern.within and self._stands_within(call, pattern.within, scope):
                continue
            if all(self._arguments.holds(test, call, scope) for test in pattern.where):
                yield self._found(rule, shown or name, call)

    def _is_for(self, call: ast.Call, purpose: re.Pattern[str]) -> bool:
        if self._purposes is None:
            self._purposes = purposes_of(self._reading.tree)
        return any(purpose.search(name) for name in self._purposes.get(call, ()))

    def _above(self, call: ast.Call) -> Iterator[ast.AST]:
        """Yield what a call stands in, up to the function around it."""
        if self._parents is None:
            self._parents = {
                inner: node
                for node in ast.walk(self._reading.tree)
                for inner in ast.iter_child_nodes(node)
            }
        node = self._parents.get(call)
        while node is not None and not isinstance(
            node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
        ):
            yield node
            node = self._parents.get(node)

    def _is_endless(self, call: ast.Call) -> bool:
        return any(
            isinstance(node, ast.While) and never_gives_up(node) for node in self._above(call)
        )

    def _stands_within(self, call: ast.Call, names: frozenset[str], scope: Scope) -> bool:
        """Tell whether a call is handed to one of *names*, or stands in a `with` of one."""
        for node in self._above(call):
            around: list[ast.expr] = []
            if isinstance(node, ast.Call):
                around = [node.func]
            elif isinstance(node, ast.With | ast.AsyncWith):
                contexts = (item.context_expr for item in node.items)
                around = [one.func for one in contexts if isinstance(one, ast.Call)]
            if any(resolve(one, scope) & names for one in around):
                return True
        return False

    # Failures.

    def _swallowed(self) -> Iterator[Violation]:
        for handler, scope in self._reading.handlers:
            yield from self._handler(handler, scope)
        for statement, scope in self._reading.finals:
            if is_left_in_finally(statement):
                yield from self._named(Kind.SWALLOWS, "return-in-finally", statement, scope)
        for call, scope in self._reading.discarded:
            if is_unread_gather(call, scope):
                yield from self._named(Kind.SWALLOWS, "unread-exceptions", call, scope)
        for function, scope, _ in self._reading.functions:
            if not isinstance(function, ast.Lambda) and exits_quietly(function):
                yield from self._named(Kind.SWALLOWS, "true-from-exit", function, scope)

    def _handler(self, handler: ast.ExceptHandler, scope: Scope) -> Iterator[Violation]:
        if not loses(handler):
            return
        idle = does_nothing(handler)
        names: set[str] = set()
        if handler.type is None:
            names.add("bare")
        else:
            kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
            for kind in kinds:
                names |= resolve(kind, scope)
        for name in sorted(names):
            # Who catches one exception may know what to answer; who catches all of them does not.
            if idle or name in BROAD:
                yield from self._named(Kind.SWALLOWS, name, handler, scope)

    # Classes and decorators.

    def _class(self, node: ast.ClassDef, outer: Scope, inner: Scope) -> Iterator[Violation]:
        bases = bases_of(node, outer)
        yield from self._below(node, outer, bases, dict.fromkeys(inner.origins, node), node)

    def _made_class(self, call: ast.Call, scope: Scope) -> Iterator[Violation]:
        """Judge `type("Desk", (Agent,), {"handle": quick})`, which is a class too."""
        elements = call.args[1].elts if isinstance(call.args[1], ast.Tuple) else []
        bases = {name for one in elements for name in resolve(one, scope)}
        keys = call.args[2].keys if isinstance(call.args[2], ast.Dict) else []
        body = {name: call for key in keys if (name := folded(key)) is not None}
        yield from self._below(call, scope, bases, body, None)

    def _below(
        self,
        node: ast.AST,
        scope: Scope,
        bases: set[str],
        body: Mapping[str, ast.AST],
        definition: ast.ClassDef | None,
    ) -> Iterator[Violation]:
        ancestors = self._around.ancestors(bases)
        for name in ancestors:
            yield from self._named(Kind.CLASSES, name, node, scope)
        title = definition.name if definition is not None else "type()"
        for method in body:
            for rule, pattern in self._forbidding(Kind.OVERRIDES, method, scope):
                if ancestors.intersection(pattern.of):
                    place = node if definition is None else _definition(definition, method)
                    yield self._found(rule, f"{title}.{method}", place)
        # A class that stands before the runtime's among the bases replaces its steps as well.
        for mixed in ancestors:
            above = self._around.ancestors(set(self._around.families.get(mixed, ())))
            for method in self._around.methods.get(mixed, frozenset()) - body.keys():
                for rule, pattern in self._forbidding(Kind.OVERRIDES, method, scope):
                    if ancestors.intersection(pattern.of) and not above.intersection(pattern.of):
                        yield self._found(rule, f"{title}.{method}", node)

    def _decorated(self) -> Iterator[Violation]:
        nodes: list[tuple[list[ast.expr], Scope]] = [
            (node.decorator_list, outer) for node, outer, _ in self._reading.classes
        ]
        nodes += [
            (node.decorator_list, outer)
            for node, outer, _ in self._reading.functions
            if not isinstance(node, ast.Lambda)
        ]
        for decorators, scope in nodes:
            for one in decorators:
                plain = one.func if isinstance(one, ast.Call) else one
                for name in resolve(plain, scope):
                    yield from self._named(Kind.DECORATORS, name, one, scope)


_AGENTS = frozenset({"waooaw.Agent", "waooaw.agent.Agent"})


def _is_on(on: re.Pattern[str], call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and bool(on.search(called_on(call.func.value)))


def _later(partial: ast.Call) -> ast.Call:
    """Return the call that `functools.partial(…)` prepares; more arguments may come with it."""
    return ast.Call(
        partial.args[0],
        partial.args[1:],
        [*partial.keywords, ast.keyword(None, ast.Constant(None))],
        lineno=partial.lineno,
        col_offset=partial.col_offset,
    )


def _handed(runner: ast.Call, at: int) -> ast.Call:
    """Return the call that `asyncio.to_thread(work, order)` makes."""
    return ast.copy_location(
        ast.Call(runner.args[at], runner.args[at + 1 :], runner.keywords), runner
    )


def _definition(node: ast.ClassDef, method: str) -> ast.AST:
    """Return the statement that defines *method*, or the class where it stands deeper."""
    for statement in node.body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            if statement.name == method:
                return statement
        elif isinstance(statement, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == method for target in statement.targets
        ):
            return statement
    return node
