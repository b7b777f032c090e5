"""Judge Python source by rules: each file is read once, each node is looked up in an index."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import PurePosixPath
from typing import TypeGuard

from waooaw.vision.following import followed
from waooaw.vision.parsing import Unreadable
from waooaw.vision.patterns import ArgumentTest, Kind, Pattern, Tag, prefixes
from waooaw.vision.purposes import purposes_of
from waooaw.vision.reading import Imported, Reading, read_source
from waooaw.vision.rules import Forbidden, Rule
from waooaw.vision.scopes import Scope, bound_once, folded, resolve
from waooaw.vision.violations import Violation, violation

__all__ = ["judge_code"]

_BARE = "bare"


def judge_code(
    files: Mapping[PurePosixPath, str], rules: tuple[Rule, ...]
) -> tuple[Violation, ...]:
    """Judge the Python files of one package together.

    What can't be read as Python is a violation of the rules that look for it, never an error.

    Args:
        files: Path relative to the package, and text.
        rules: The rules; those that do not judge code are passed over.

    Returns:
        The violations, by file and place.
    """
    index = _index(rules)
    findings: list[Violation] = []
    readings: dict[PurePosixPath, Reading] = {}
    for path, text in files.items():
        try:
            readings[path] = read_source(path, text)
        except Unreadable as error:
            findings += index.unreadable(path, error)
    families = _families(readings.values())
    for path, reading in readings.items():
        findings += _File(path, reading, index, families).violations()
    flowing, lost = followed(readings, rules, families)
    findings += flowing
    for path in lost:
        findings += index.unreadable(path, Unreadable("it is nested too deeply to be followed"))
    # Two patterns of a rule may fit one place; the longer name says more.
    places: dict[tuple[object, ...], Violation] = {}
    for one in findings:
        place = (one.rule, one.path, one.line, one.column)
        if place not in places or len(one.message) > len(places[place].message):
            places[place] = one
    return tuple(sorted(places.values(), key=_place))


def _place(one: Violation) -> tuple[str, int, int, str, str]:
    return (str(one.path), one.line or 0, one.column or 0, one.rule, one.message)


@dataclass(slots=True)
class _Index:
    """Find the patterns that a name may belong to, without asking each."""

    exact: dict[tuple[Kind, str], list[tuple[Rule, Pattern]]] = field(default_factory=dict)
    below: dict[tuple[Kind, str], list[tuple[Rule, Pattern]]] = field(default_factory=dict)
    roots: set[tuple[Kind, str]] = field(default_factory=set)
    blind: list[Rule] = field(default_factory=list)

    def add(self, rule: Rule, pattern: Pattern) -> None:
        if pattern.kind is Kind.UNREADABLE:
            self.blind.append(rule)
        for name in pattern.names:
            if name.endswith(".*"):
                key = (pattern.kind, name.removesuffix(".*"))
                self.below.setdefault(key, []).append((rule, pattern))
                self.roots.add((pattern.kind, name.split(".", 1)[0]))
            else:
                self.exact.setdefault((pattern.kind, name), []).append((rule, pattern))

    def of(self, kind: Kind, name: str) -> Iterator[tuple[Rule, Pattern]]:
        """Yield what forbids *name*."""
        yield from self.exact.get((kind, name), ())
        if (kind, name.split(".", 1)[0]) in self.roots:
            for above in prefixes(name):
                yield from self.below.get((kind, above), ())

    def unreadable(self, path: PurePosixPath, error: Unreadable) -> Iterator[Violation]:
        for rule in self.blind:
            yield violation(rule, {"name": error.reason}, path=path, line=error.line)


@lru_cache(maxsize=8)
def _index(rules: tuple[Rule, ...]) -> _Index:
    index = _Index()
    for rule in rules:
        if isinstance(rule.judgement, Forbidden):
            for pattern in rule.judgement.patterns:
                index.add(rule, pattern)
    return index


def _families(readings: Iterable[Reading]) -> dict[str, frozenset[str]]:
    """Return the full names of each class's bases, over all files of the package."""
    bases: dict[str, set[str]] = {}
    for reading in readings:
        for node, outer, _ in reading.classes:
            for name in resolve(ast.Name(node.name, ast.Load()), outer):
                bases.setdefault(name, set()).update(_bases(node, outer))
    return {name: frozenset(found) for name, found in bases.items()}


def _bases(node: ast.ClassDef, outer: Scope) -> set[str]:
    names: set[str] = set()
    for base in node.bases:
        # `class Desk(Agent[Memory])` has Agent as its base.
        plain = base.value if isinstance(base, ast.Subscript) else base
        names |= resolve(plain, outer)
    return names


@dataclass(slots=True)
class _File:
    """Judge what was read of one file."""

    path: PurePosixPath
    reading: Reading
    index: _Index
    families: Mapping[str, frozenset[str]]
    purposes: Mapping[ast.AST, tuple[str, ...]] | None = None

    def violations(self) -> Iterator[Violation]:
        for imported in self.reading.imports:
            yield from self._imported(imported)
        yield from self._mentioned()
        for subscript, scope in self.reading.subscripts:
            yield from self._subscript(subscript, scope)
        for call, scope in self.reading.calls:
            yield from self._call(call, scope)
        for handler, scope in self.reading.handlers:
            yield from self._handler(handler, scope)
        for node, outer, inner in self.reading.classes:
            yield from self._class(node, outer, inner)

    def _mentioned(self) -> Iterator[Violation]:
        for mention, scope in self.reading.mentions:
            for name in resolve(mention, scope):
                yield from self._named(Kind.USES, name, mention, scope)
        for attribute, scope in self.reading.replaced:
            for name in resolve(attribute, scope):
                yield from self._named(Kind.ASSIGNS, name, attribute, scope)
        for attribute, value, scope in self.reading.given:
            for name in (f".{attribute.attr}", *resolve(attribute, scope)):
                for rule, pattern in self._forbidding(Kind.SETS, name, scope):
                    tags, text = self._judged_value(value, scope)
                    if all(test.holds(tags, text) for test in pattern.where):
                        yield self._found(rule, name.removeprefix("."), attribute)

    def _found(self, rule: Rule, name: str, node: ast.AST) -> Violation:
        return violation(
            rule,
            {"name": name.replace("builtins.", "")},
            path=self.path,
            line=getattr(node, "lineno", None),
            column=self.reading.column(node),
        )

    def _forbidding(self, kind: Kind, name: str, scope: Scope) -> Iterator[tuple[Rule, Pattern]]:
        for rule, pattern in self.index.of(kind, name):
            if pattern.in_async and not scope.on_loop:
                continue
            if not pattern.excuses(str(self.path)):
                yield rule, pattern

    def _named(self, kind: Kind, name: str, node: ast.AST, scope: Scope) -> Iterator[Violation]:
        for rule, _ in self._forbidding(kind, name, scope):
            yield self._found(rule, name, node)

    def _imported(self, imported: Imported) -> Iterator[Violation]:
        if imported.guard is not None and "typing.TYPE_CHECKING" in resolve(
            imported.guard, imported.scope
        ):
            return
        told: set[str] = set()
        for name in imported.names:
            for rule, _ in self._forbidding(Kind.IMPORTS, name, imported.scope):
                # `from anthropic import Anthropic` is one import, not two.
                if rule.id not in told:
                    told.add(rule.id)
                    yield self._found(rule, name, imported.node)

    def _subscript(self, node: ast.Subscript, scope: Scope) -> Iterator[Violation]:
        for name in resolve(node, scope):  # `vars(os)["system"]`
            yield from self._named(Kind.USES, name, node, scope)
        for name in resolve(node.value, scope):
            for rule, pattern in self._forbidding(Kind.SUBSCRIPTS, name, scope):
                tags, text = self._judged_value(node.slice, scope)
                if all(test.holds(tags, text) for test in pattern.where):
                    yield self._found(rule, name, node)

    def _call(self, call: ast.Call, scope: Scope) -> Iterator[Violation]:
        for name in resolve(call.func, scope):
            yield from self._called(Kind.CALLS, name, call, scope)
            if call.args:
                yield from self._reached(name, call, scope)
        if isinstance(call.func, ast.Attribute):
            yield from self._called(Kind.METHODS, call.func.attr, call, scope)

    def _reached(self, name: str, call: ast.Call, scope: Scope) -> Iterator[Violation]:
        """Judge what a call of *name* does with something that its arguments name."""
        match name:
            case "importlib.import_module" | "importlib.__import__" | "builtins.__import__":
                module = folded(call.args[0])
                if module is not None:
                    yield from self._named(Kind.IMPORTS, module, call, scope)
            case "builtins.getattr":
                for reached in resolve(call, scope):
                    yield from self._named(Kind.USES, reached, call, scope)
            case "operator.attrgetter()" | "operator.methodcaller()":
                yield from self._picked(call, scope)
            case "builtins.setattr" | "builtins.delattr":
                # `setattr(Agent, "handle", …)` is `Agent.handle = …`.
                attribute = folded(call.args[1]) if len(call.args) > 1 else None
                for base in resolve(call.args[0], scope):
                    changed = f"{base}.{attribute or '*'}"
                    yield from self._named(Kind.ASSIGNS, changed, call, scope)
            case "functools.partial" if not scope.on_loop:
                for inner in resolve(call.args[0], scope):
                    yield from self._called(Kind.CALLS, inner, _later(call), scope)

    def _picked(self, call: ast.Call, scope: Scope) -> Iterator[Violation]:
        """Judge `methodcaller("system", "ls")(os)`, which is `os.system("ls")`."""
        chosen = folded(call.func.args[0]) if _has_arguments(call.func) else None
        for base in resolve(call.args[0], scope):
            yield from self._named(Kind.USES, f"{base}.{chosen}", call, scope)

    def _called(self, kind: Kind, name: str, call: ast.Call, scope: Scope) -> Iterator[Violation]:
        for rule, pattern in self._forbidding(kind, name, scope):
            if pattern.purpose is not None and not self._is_for(call, pattern.purpose):
                continue
            if all(self._argument_holds(test, call, scope) for test in pattern.where):
                yield self._found(rule, name, call)

    def _is_for(self, call: ast.Call, purpose: re.Pattern[str]) -> bool:
        if self.purposes is None:
            self.purposes = purposes_of(self.reading.tree)
        return any(purpose.search(name) for name in self.purposes.get(call, ()))

    def _handler(self, handler: ast.ExceptHandler, scope: Scope) -> Iterator[Violation]:
        if not all(_does_nothing(statement) for statement in handler.body):
            return
        names: set[str] = set()
        if handler.type is None:
            names.add(_BARE)
        else:
            kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
            for kind in kinds:
                names |= resolve(kind, scope)
        for name in sorted(names):
            yield from self._named(Kind.SWALLOWS, name, handler, scope)

    def _class(self, node: ast.ClassDef, outer: Scope, inner: Scope) -> Iterator[Violation]:
        ancestors = self._ancestors(_bases(node, outer))
        for method in inner.origins:
            for rule, pattern in self._forbidding(Kind.OVERRIDES, method, outer):
                if ancestors.intersection(pattern.of):
                    yield self._found(rule, f"{node.name}.{method}", _definition(node, method))

    def _ancestors(self, bases: set[str]) -> set[str]:
        seen: set[str] = set()
        pending = list(bases)
        while pending:
            name = pending.pop()
            if name not in seen:
                seen.add(name)
                pending.extend(self.families.get(name, ()))
        return seen

    def _argument_holds(self, test: ArgumentTest, call: ast.Call, scope: Scope) -> bool:
        for name, value in _keywords(call, scope):
            if name is not None and name == test.name:
                return test.holds(*self._judged_value(value, scope))
        spread = any(isinstance(argument, ast.Starred) for argument in call.args)
        if test.at is not None and not spread and test.at < len(call.args):
            return test.holds(*self._judged_value(call.args[test.at], scope))
        if spread or any(keyword.arg is None for keyword in call.keywords):
            return test.holds(frozenset({Tag.UNKNOWN}), None)
        return test.holds(frozenset({Tag.ABSENT}), None)

    def _judged_value(self, value: ast.expr, scope: Scope) -> tuple[frozenset[str], str | None]:
        """Return the tags and resolved names of a value, and its text where it is a literal."""
        text = folded(value)
        if text is not None:
            return frozenset({Tag.LITERAL}), text
        match value:
            case ast.Constant(value=None):
                return frozenset({Tag.LITERAL, Tag.NONE, Tag.FALSE}), None
            case ast.Constant(value=constant):
                return frozenset({Tag.LITERAL, Tag.TRUE if constant else Tag.FALSE}), None
            case ast.Dict() | ast.List() | ast.Tuple() | ast.Set():
                return frozenset({Tag.COMPUTED}), _spelled(value)
        names = resolve(value, scope)
        # A loader of one's own is as safe as the one that it extends.
        tags = {Tag.COMPUTED.value, *self._ancestors(set(names))}
        if not names.isdisjoint(scope.top.modules):
            tags.add(Tag.MODULE)
        return frozenset(tags), None


def _spelled(container: ast.expr) -> str | None:
    """Return how Python writes a container of constants."""
    try:
        return repr(ast.literal_eval(container))
    except (ValueError, TypeError, RecursionError, MemoryError):
        return None


def _keywords(call: ast.Call, scope: Scope) -> Iterator[tuple[str | None, ast.expr]]:
    """Yield the arguments by name; `**{"shell": True}` is `shell=True`."""
    for keyword in call.keywords:
        spread = keyword.value if keyword.arg is None else None
        if isinstance(spread, ast.Name):
            spread = bound_once(spread.id, scope)
        if isinstance(spread, ast.Dict):
            for key, value in zip(spread.keys, spread.values, strict=True):
                yield folded(key), value
        elif isinstance(spread, ast.Call) and not spread.args:
            for one in spread.keywords:  # dict(shell=True)
                yield one.arg, one.value
        else:
            yield keyword.arg, keyword.value


def _has_arguments(expression: ast.expr) -> TypeGuard[ast.Call]:
    return isinstance(expression, ast.Call) and bool(expression.args)


def _later(partial: ast.Call) -> ast.Call:
    """Return the call that `functools.partial(…)` prepares; more arguments may come with it."""
    return ast.Call(
        partial.args[0],
        partial.args[1:],
        [*partial.keywords, ast.keyword(None, ast.Constant(None))],
        lineno=partial.lineno,
        col_offset=partial.col_offset,
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


def _does_nothing(statement: ast.stmt) -> bool:
    match statement:
        case ast.Pass() | ast.Continue() | ast.Expr(value=ast.Constant()):
            return True
        case _:
            return False
