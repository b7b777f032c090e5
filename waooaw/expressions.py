"""Conditions in CEL, the Common Expression Language, as specs, policies and vision rules use them.

A condition is compiled and type-checked once, when its file is read, and evaluated on plain JSON.
Nothing in it can run Python, reach the machine or loop for long: CEL has no side effects, regular
expressions are RE2, and the engine bounds iterations and depth.
Source: the CEL specification, https://github.com/google/cel-spec.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Any

from waooaw.errors import ConditionFault, InputError, shown

if TYPE_CHECKING:
    from cel_expr_python import cel

__all__ = ["Condition", "Facts", "Scope", "compile_condition", "is_met", "joined"]

MAX_CHARACTERS = 4_000
#: What the engine's parser takes at once, well below its own bound.
_MOST_JOINED = 32
_LONGEST_JOINED = 20_000

#: `has()` on a name that is always there compiles in cel-expr-python 0.1.3 to the value itself.
_HAS_ATTRIBUTE = re.compile(r"\bhas\s*\(\s*((?:event|decision)\.\w+|context)\s*\)")
_UNDECLARED = re.compile(r"undeclared reference to '([^']*)'")
_PLACE = re.compile(r"<input>:(\d+):(\d+): (.*)")

_EVENT = ("event.id", "event.type", "event.source", "event.subject", "event.time")


class Scope(Enum):
    """Name the variables that a condition may use.

    `WAKE` and `RULE` see the event and the context; `BOUNDARY` also sees the decision. The others
    are for vision rules: `SPEC` sees a whole specification as `spec`, and `item` where a rule looks
    at each part; `CHANGE` sees the one `before` and the one `after`; `ACTION` sees what a boundary
    sees, the action that would follow, and the specification.
    """

    WAKE = "wake"
    RULE = "rule"
    BOUNDARY = "boundary"
    SPEC = "spec"
    CHANGE = "change"
    ACTION = "action"

    @property
    def names(self) -> tuple[str, ...]:
        """The names that a condition in this scope may use, for messages."""
        match self:
            case Scope.WAKE | Scope.RULE:
                return (*_EVENT, "event.data", "context")
            case Scope.BOUNDARY:
                return (*_EVENT, "event.data", "context", *_DECISION)
            case Scope.SPEC:
                return ("spec", "item")
            case Scope.CHANGE:
                return ("before", "after", "item")
            case Scope.ACTION:
                return (*_EVENT, "event.data", "context", *_DECISION, *_ACTION, "spec")


_DECISION = (
    "decision.outcome",
    "decision.rule",
    "decision.tier",
    "decision.confidence",
    "decision.cost_usd",
)
_ACTION = (
    *("decision.because", "decision.cites", "action.skill", "action.effect", "action.waits"),
    "action.input",
)

#: What the binding raises, depending on where a value or a budget fails.
_ENGINE_ERRORS = (RuntimeError, ValueError, TypeError, ArithmeticError, LookupError)

_environments: dict[Scope, cel.Env] = {}


def _environment(scope: Scope) -> cel.Env:
    """Return the checked environment of *scope*, made once.

    Fields are declared as qualified names (`event.type`), so that the checker refuses a name that
    does not exist; below `event.data` and `context` everything is free.
    """
    if scope in _environments:
        return _environments[scope]
    from cel_expr_python import cel  # 50 MB of engine: loaded when the first condition is.

    kinds = cel.Type
    variables = dict.fromkeys(_EVENT, kinds.STRING)
    variables |= {"event.data": kinds.DYN, "context": kinds.Map(kinds.STRING, kinds.DYN)}
    if scope in {Scope.BOUNDARY, Scope.ACTION}:
        variables |= {
            "decision.outcome": kinds.STRING,
            "decision.rule": kinds.STRING,
            "decision.tier": kinds.STRING,
            "decision.confidence": kinds.DOUBLE,
            "decision.cost_usd": kinds.DOUBLE,
        }
    match scope:
        case Scope.SPEC:
            variables = {"spec": kinds.DYN, "item": kinds.DYN}
        case Scope.CHANGE:
            variables = {"before": kinds.DYN, "after": kinds.DYN, "item": kinds.DYN}
        case Scope.ACTION:
            variables |= dict.fromkeys(
                ("decision.because", "action.skill", "action.effect"), kinds.STRING
            )
            variables |= {
                "decision.cites": kinds.List(kinds.STRING),
                "action.waits": kinds.BOOL,
                "action.input": kinds.Map(kinds.STRING, kinds.DYN),
                "spec": kinds.DYN,
            }
        case _:
            pass
    environment = cel.NewEnv(variables=variables)
    _environments[scope] = environment
    return environment


class Facts:
    """Hold the values that conditions of one scope look at, converted once for many conditions.

    Args:
        scope: Where the conditions stand.
        values: Plain JSON, by the scope's qualified names.
    """

    __slots__ = ("_activation", "_fault", "scope")

    def __init__(self, scope: Scope, values: Mapping[str, Any]) -> None:
        self.scope = scope
        self._fault: str | None = None
        try:
            self._activation = _environment(scope).Activation(values)
        except _ENGINE_ERRORS as error:
            # Every condition on these values then has no answer, which `holds` says.
            self._fault = _first_line(error)


class Condition:
    """Hold one checked condition. Made by `compile_condition`."""

    __slots__ = ("_expression", "scope", "source")

    def __init__(self, source: str, scope: Scope, expression: cel.Expression) -> None:
        self.source = source
        self.scope = scope
        self._expression = expression

    def holds(self, given: Facts) -> bool:
        """Tell whether the condition is true of *given*.

        Raises:
            ConditionFault: It has no answer: a missing field, a wrong type, a division by zero, a
                result that is not a boolean, or a budget that ran out. The caller says what an
                error means in its place; it is never "true".
        """
        if given._fault is not None:  # noqa: SLF001 - one unit with Facts
            raise ConditionFault(f"{shown(self.source)}: {given._fault}")  # noqa: SLF001 - as above
        try:
            value = self._expression.eval(given._activation)  # noqa: SLF001 - as above
            answer = value.value()
        except _ENGINE_ERRORS as error:
            raise ConditionFault(f"{shown(self.source)}: {_first_line(error)}") from error
        if answer is True or answer is False:
            return bool(answer)
        kind = value.type().name()
        if kind == "ERROR":
            raise ConditionFault(f"{shown(self.source)}: {_first_line(answer)}")
        raise ConditionFault(f"{shown(self.source)} gives {kind.lower()}, not true or false")

    def constant(self, known: Mapping[str, Any] | None = None) -> bool | None:
        """Return the answer where it is the same for every event, else None.

        Args:
            known: Variables whose values are the same for all events in question.
        """
        try:
            return self.holds(Facts(self.scope, known or {}))
        except ConditionFault:
            return None

    def mentions(self, name: str) -> bool:
        """Tell whether the checked expression refers to a variable that begins with *name*."""
        return name.encode() in self._expression.serialize()


def compile_condition(source: str, scope: Scope) -> Condition:
    """Parse and type-check one condition.

    Raises:
        InputError: It is no CEL, names something unknown, compares different types, or can't give
            true or false.
    """
    if len(source) > MAX_CHARACTERS:
        raise InputError(f"the condition is longer than {MAX_CHARACTERS:,} characters")
    if not source.strip():
        raise InputError("the condition is empty", hint='write "true" where it always holds')
    if mistaken := _HAS_ATTRIBUTE.search(source):
        name = mistaken[1]
        raise InputError(
            f"has({name}) asks for what is always there",
            hint=f'compare it ({name} != ""), or ask for a field below it (has(event.data.x))',
        )
    try:
        expression = _environment(scope).compile(source)
        kind = expression.return_type().name()
    except _ENGINE_ERRORS as error:
        raise _refusal(source, scope, str(error)) from error
    if kind not in {"BOOL", "DYN"}:
        raise InputError(
            f"the condition {shown(source)} gives {kind.lower()}", hint="compare it with something"
        )
    return Condition(source, scope, expression)


def is_met(when: Condition | None, require: Condition, given: Facts) -> bool:
    """Tell whether something holds wherever it has to, as `!when || require` in CEL does.

    Where nobody can tell whether it has to hold, it is met if it holds all the same.

    Raises:
        ConditionFault: It has no answer.
    """
    try:
        if when is not None and not when.holds(given):
            return True
    except ConditionFault:
        if require.holds(given):
            return True
        raise
    return require.holds(given)


def joined(demands: Sequence[tuple[Condition | None, Condition]]) -> tuple[Condition, ...]:
    """Return conditions that hold together exactly where every demand is met.

    To ask one long condition takes a sixth of the time that many short ones take. Which demand was
    not met, or had no answer, is for the caller to ask one by one.

    Args:
        demands: What has to hold, and where it has to (None: everywhere); all of one scope.
    """
    parts = [
        f"(({require.source}\n))"
        if when is None
        else f"(!({when.source}\n) || ({require.source}\n))"
        for when, require in demands
    ]
    found: list[Condition] = []
    while parts:
        taken = [parts.pop(0)]
        size = len(taken[0])
        while parts and len(taken) < _MOST_JOINED and size + len(parts[0]) < _LONGEST_JOINED:
            size += len(parts[0])
            taken.append(parts.pop(0))
        scope, source = demands[0][1].scope, " && ".join(taken)
        found.append(Condition(source, scope, _environment(scope).compile(source)))
    return tuple(found)


def _refusal(source: str, scope: Scope, text: str) -> InputError:
    place = _PLACE.search(text)
    if unknown := _UNDECLARED.search(text):
        return InputError(
            f"the condition {shown(source)} names {unknown[1]!r}, which does not exist",
            hint=f"known here: {', '.join(scope.names)}",
        )
    reason = place[3] if place else _first_line(text)
    # The grammar's list of every token that could have followed helps nobody.
    reason = reason.split(" expecting {")[0]
    if "event.time" in source and "imestamp" in reason:
        return InputError(
            f"the condition {shown(source)} compares event.time, which is text, with a time",
            hint="write timestamp(event.time)",
        )
    column = f" at character {place[2]}" if place else ""
    return InputError(
        f"the condition {shown(source)} is not valid CEL{column}: {reason}",
        hint="see https://cel.dev for the language",
    )


def _first_line(error: object) -> str:
    return str(error).split("\n", 1)[0].strip()[:200]
