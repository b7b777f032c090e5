"""Follow what events bring through the functions of a package, to where it must not arrive.

A skill's task, an event, and what an agent remembers are followed through assignments, texts,
containers and calls of the package's own functions; each function is looked at once with every
parameter marked. What is checked or converted on the way is no longer dangerous.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from waooaw.vision.callees import Callee, File, Sinks, sinks_of
from waooaw.vision.dangers import CLEAN, RAW, Value, composed, joined
from waooaw.vision.flows import Flow
from waooaw.vision.reading import Function, Reading
from waooaw.vision.rules import Followed, Rule
from waooaw.vision.scopes import Names, Scope, resolve
from waooaw.vision.slots import Slot, Slots, named
from waooaw.vision.sources import Declared, Entry, entries
from waooaw.vision.tracing import Trace
from waooaw.vision.violations import Violation, violation

__all__ = ["Package", "followed"]

_DEEPEST_CALLS = 12
_MOST_NESTED = 3
#: How often each call of a package is looked at on average: a program that takes more is made to.
_ROUNDS = 24
_FEWEST_CALLS = 5_000


class _Entangled(Exception):
    """Say that a package takes more time to be followed than its size."""


@dataclass(slots=True)
class _Summary:
    """Hold what a function does with its parameters.

    Attributes:
        returned: What it gives, in the origins of its own parameters.
        cleared: The bits that its parameters no longer have when it comes back.
        done: Whether it was looked at to its end.
    """

    returned: Value = field(default_factory=dict)
    cleared: dict[str, int] = field(default_factory=dict)
    done: bool = False


@dataclass(frozen=True, slots=True)
class _Arrival:
    """Say that what a parameter is given arrives where it must not."""

    rule: Rule
    flow: Flow
    name: str
    file: File
    node: ast.AST
    way: int


def followed(
    readings: Mapping[PurePosixPath, Reading],
    rules: tuple[Rule, ...],
    families: Mapping[str, frozenset[str]],
) -> tuple[tuple[Violation, ...], tuple[PurePosixPath, ...]]:
    """Return where something that an event brings arrives and must not.

    Args:
        readings: The files of one package. Tests are not followed: their events are their own.
        rules: Those that follow nothing are passed over.
        families: Full names of each class's bases.

    Returns:
        The violations, and the files that hold what is nested too deeply to be followed.
    """
    if not any(isinstance(rule.judgement, Followed) for rule in rules):
        return (), ()
    files = [
        File(path, reading, Declared.of(reading))
        for path, reading in readings.items()
        if path.parts[0] != "tests"
    ]
    package = Package(files, sinks_of(rules), families)
    package.follow()
    return tuple(package.found.values()), tuple(sorted(package.lost))


class Package:
    """Follow one package.

    Args:
        files: Its files.
        sinks: Where nothing dangerous must arrive.
        families: Full names of each class's bases.
    """

    def __init__(
        self, files: list[File], sinks: Sinks, families: Mapping[str, frozenset[str]]
    ) -> None:
        self.sinks = sinks
        self.found: dict[tuple[str, PurePosixPath, int, int], Violation] = {}
        self.lost: set[PurePosixPath] = set()
        self._families = families
        self._files = files
        self._by_name: dict[str, Callee] = {}
        self._methods: dict[ast.ClassDef, dict[str, Callee]] = {}
        self._nested: dict[ast.AST, Callee] = {}
        self._scopes: dict[ast.AST, Scope] = {}
        self._entries: dict[int, Entry] = {}
        self._summaries: dict[int, _Summary] = {}
        self._arrivals: dict[tuple[int, int], dict[tuple[object, ...], _Arrival]] = {}
        self._attributes: dict[ast.ClassDef, dict[str, Value]] = {}
        self._changed: set[ast.ClassDef] = set()
        self._left = _FEWEST_CALLS + _ROUNDS * sum(len(file.reading.calls) for file in files)
        self._depth = 0
        self._count = 0

    def follow(self) -> None:
        """Follow every function that something of an event comes into."""
        for file in self._files:
            self._gather(file)
        starts = [callee for callee in self._all() if callee.number in self._entries]
        for callee in starts:
            self._start(callee)
        changed, self._changed = self._changed, set()
        for owner in changed:
            # What one method kept in the object, the others find there.
            for callee in self._methods.get(owner, {}).values():
                self._start(callee)

    def _all(self) -> list[Callee]:
        methods = [one for table in self._methods.values() for one in table.values()]
        return [*self._by_name.values(), *methods]

    def _gather(self, file: File) -> None:
        owners = {inner: node for node, _, inner in file.reading.classes}
        outers = {inner: outer for _, outer, inner in file.reading.classes}
        for node, outer, inner in file.reading.functions:
            self._scopes[node] = inner
            if isinstance(node, ast.Lambda):
                continue
            owner = owners.get(outer)
            if owner is None and outer.parent is not None:
                continue  # a function in a function is met where it is defined
            callee = self._callee(node, inner, file)
            if owner is not None:
                callee.owner = owner
                if not _is_static(node) and callee.parameters:
                    callee.own_name = callee.parameters[0]
                self._methods.setdefault(owner, {})[node.name] = callee
                for name in resolve(ast.Name(owner.name, ast.Load()), outers[outer]):
                    self._by_name[f"{name}.{node.name}"] = callee
            else:
                self._by_name[f"{outer.module}.{node.name}"] = callee
            entry = entries(node, outer, owner, file.declared, self._ancestors(owner, outer))
            if entry:
                self._entries[callee.number] = entry

    def _callee(self, node: Function, inner: Scope, file: File) -> Callee:
        self._count += 1
        return Callee(node, inner, file, self._count)

    def _ancestors(self, owner: ast.ClassDef | None, inner: Scope) -> set[str]:
        if owner is None or inner.parent is None:
            return set()
        pending = list(resolve(ast.Name(owner.name, ast.Load()), inner.parent))
        for base in owner.bases:
            plain = base.value if isinstance(base, ast.Subscript) else base
            pending += resolve(plain, inner.parent)
        seen: set[str] = set()
        while pending:
            name = pending.pop()
            if name not in seen:
                seen.add(name)
                pending.extend(self._families.get(name, ()))
        return seen

    def _start(self, callee: Callee) -> None:
        slots = dict(callee.closure or {})
        slots |= {name: Slot() for name in callee.every_parameter()}
        slots |= self._entries.get(callee.number, {})
        self._run(Trace(self, callee, slots))

    def _run(self, trace: Trace) -> None:
        self._depth += 1
        try:
            trace.run()
        except (RecursionError, _Entangled):
            self.lost.add(trace.callee.file.path)
        finally:
            self._depth -= 1

    # What a function that is followed asks.

    def spend(self) -> None:
        """Take note that a call is looked at.

        Raises:
            _Entangled: That was often enough; the function is not followed to its end.
        """
        self._left -= 1
        if self._left < 0:
            raise _Entangled

    def function(self, names: Names) -> Callee | None:
        """Return the function of the package that is meant."""
        for name in sorted(names):
            callee = self._by_name.get(name) or self._by_name.get(name.replace("()", ""))
            if callee is not None:
                return callee
        return None

    def method(self, owner: ast.ClassDef | None, name: str) -> Callee | None:
        """Return a method of the same class."""
        return None if owner is None else self._methods.get(owner, {}).get(name)

    def nested(self, node: Function, outer: Callee, slots: Slots) -> Callee | None:
        """Return a function that is defined in another one, with what it sees there."""
        if outer.depth >= _MOST_NESTED:
            return None
        if node not in self._nested:
            callee = self._callee(node, self._scopes[node], outer.file)
            callee.owner, callee.depth = outer.owner, outer.depth + 1
            self._nested[node] = callee
            entry = entries(node, outer.inner, None, outer.file.declared, set())
            if entry:
                self._entries[callee.number] = entry
        callee = self._nested[node]
        callee.closure = slots
        return callee

    def follow_nested(self, callee: Callee) -> None:
        """Follow a function where it is defined, for what it sees around it."""
        if self._depth < _DEEPEST_CALLS:
            self._start(callee)

    def attribute(self, owner: ast.ClassDef | None, way: tuple[str, ...]) -> Value:
        """Return what was kept in an attribute of a class's objects."""
        if owner is None:
            return CLEAN
        return self._attributes.get(owner, {}).get(way[0], CLEAN)

    def keep_attribute(
        self, owner: ast.ClassDef | None, way: tuple[str, ...], value: Value
    ) -> None:
        """Take note that something of an event is kept in an attribute."""
        lasting: Value = {origin: bits for origin, bits in value.items() if isinstance(origin, str)}
        if owner is None or not lasting:
            return
        kept_ones = self._attributes.setdefault(owner, {})
        before = kept_ones.get(way[0], CLEAN)
        after = joined(before, lasting)
        if after != before:
            kept_ones[way[0]] = after
            self._changed.add(owner)

    def is_checked_class(self, name: str) -> bool:
        """Tell whether objects of a class hold only what its declaration allows."""
        seen: set[str] = set()
        pending = [name]
        while pending:
            one = pending.pop()
            if one in _CHECKED:
                return True
            if one not in seen:
                seen.add(one)
                pending.extend(self._families.get(one, ()))
        # `Order.model_validate(…)` is a function below such a class.
        above, _, last = name.rpartition(".")
        return last in _MAKERS and self.is_checked_class(above)

    def called(self, callee: Callee, bound: Mapping[str, Value]) -> tuple[Value, dict[str, int]]:
        """Return what a call gives, and the bits that its arguments no longer have."""
        summary = self._summary(callee)
        given = joined(*bound.values())
        if not summary.done:  # it calls itself, or the way there is too long
            return given, {}
        for index, name in enumerate(callee.every_parameter()):
            value = bound.get(name)
            if value:
                for arrival in tuple(self._arrivals.get((callee.number, index), {}).values()):
                    self.arrive(
                        arrival.rule,
                        arrival.flow,
                        arrival.name,
                        arrival.file,
                        arrival.node,
                        composed(value, arrival.way),
                    )
        return self._returned(callee, summary, bound), summary.cleared

    def _returned(self, callee: Callee, summary: _Summary, bound: Mapping[str, Value]) -> Value:
        parts: list[Value] = []
        parameters = callee.every_parameter()
        for origin, bits in summary.returned.items():
            if isinstance(origin, tuple) and origin[0] == callee.number:
                parts.append(composed(bound.get(parameters[origin[1]], CLEAN), bits))
            else:
                parts.append({origin: bits})
        return joined(*parts)

    def _summary(self, callee: Callee) -> _Summary:
        if callee.number in self._summaries:
            return self._summaries[callee.number]
        summary = self._summaries[callee.number] = _Summary()
        if self._depth >= _DEEPEST_CALLS:
            del self._summaries[callee.number]
            return summary
        parameters = callee.every_parameter()
        slots = dict(callee.closure or {})
        for index, name in enumerate(parameters):
            slots[name] = Slot(named(name, {(callee.number, index): RAW}))
        trace = Trace(self, callee, slots)
        self._run(trace)
        summary.returned = trace.returned
        for index, name in enumerate(parameters):
            if name not in trace.rebound and trace.exits:
                left = 0
                for exit_ in trace.exits:
                    left |= exit_[name].at(())[0].get((callee.number, index), 0)
                if RAW & ~left:
                    summary.cleared[name] = RAW & ~left
        summary.done = True
        return summary

    def arrive(
        self, rule: Rule, flow: Flow, name: str, file: File, node: ast.AST, value: Value
    ) -> None:
        """Take note that *value* arrives at *node*."""
        for origin, bits in value.items():
            if isinstance(origin, str):
                if flow.fits(bits):
                    self._tell(rule, name, file, node, origin)
            elif flow.may_fit(bits):
                arrival = _Arrival(rule, flow, name, file, node, bits)
                key = (rule.id, id(node), bits, name)
                self._arrivals.setdefault(origin, {})[key] = arrival

    def _tell(self, rule: Rule, name: str, file: File, node: ast.AST, origin: str) -> None:
        line, column = getattr(node, "lineno", 1), file.reading.column(node) or 1
        key = (rule.id, file.path, line, column)
        if key not in self.found:
            self.found[key] = violation(
                rule,
                {"name": name, "origin": origin},
                path=file.path,
                line=line,
                column=column,
            )


_CHECKED = frozenset(
    {"enum.Enum", "enum.StrEnum", "enum.IntEnum", "enum.Flag", "pydantic.BaseModel"}
)
_MAKERS = frozenset({"model_validate", "model_validate_json", "parse_obj", "parse_raw"})


def _is_static(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(
        isinstance(one, ast.Name) and one.id == "staticmethod" for one in node.decorator_list
    )
