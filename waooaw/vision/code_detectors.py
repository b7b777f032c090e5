"""What a pattern can't say of code: secrets in its text, effects that are not safe to repeat."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from waooaw.spec import AgentSpec, Effect, Skill
from waooaw.vision.ingredients import called_on, snake
from waooaw.vision.reading import Reading
from waooaw.vision.rules import Detection, Rule, Subject
from waooaw.vision.scopes import Scope, bound_once, folded, resolve
from waooaw.vision.secrets import secrets_in
from waooaw.vision.violations import Violation, violation

__all__ = ["detected"]

_CHANGING = frozenset(
    {"post", "put", "patch", "request", "send", "send_message", "publish", "refund", "charge"}
    | {"transfer", "pay", "payout", "capture", "create", "execute", "submit", "order", "issue"}
)


@dataclass(frozen=True, slots=True)
class _Package:
    """Hold what detectors look at; `spec` is None where it can't be read."""

    readings: Mapping[PurePosixPath, Reading]
    texts: Mapping[PurePosixPath, str]
    spec: AgentSpec | None

    @property
    def skills(self) -> tuple[Skill, ...]:
        return self.spec.skills if self.spec is not None else ()


def detected(
    readings: Mapping[PurePosixPath, Reading],
    texts: Mapping[PurePosixPath, str],
    rules: tuple[Rule, ...],
    spec: AgentSpec | None,
) -> Iterator[Violation]:
    """Yield what the detectors that *rules* name find.

    Args:
        readings: The package's files as they were read.
        texts: The same as text.
        rules: The rules; those on other subjects and of other kinds are passed over.
        spec: The package's specification, where it can be read.
    """
    package = _Package(readings, texts, spec)
    for rule in rules:
        if rule.applies_to is Subject.CODE and isinstance(rule.judgement, Detection):
            yield from _DETECTORS[rule.judgement.detector](rule, package)


def _secrets(rule: Rule, package: _Package) -> Iterator[Violation]:
    for path, text in package.texts.items():
        for one in secrets_in(text):
            shown = {"name": f"{one.kind} ({one.hidden})"}
            yield violation(rule, shown, path=path, line=one.line, column=one.column)
    for path, reading in package.readings.items():
        for name, value, scope in reading.named:
            # One that is cut in two is a secret all the same.
            whole = _put_together(value, scope) if isinstance(value, ast.BinOp) else None
            for one in secrets_in(f'{name} = "{whole}"') if whole else ():
                shown = {"name": f"{one.kind} ({one.hidden})"}
                column = reading.column(value)
                yield violation(rule, shown, path=path, line=value.lineno, column=column)


def _put_together(value: ast.expr, scope: Scope, depth: int = 0) -> str | None:
    """Return a text that is added up from texts, constants among them; None for anything else."""
    if depth > _DEEPEST:
        return None
    match value:
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            before = _put_together(left, scope, depth + 1)
            after = _put_together(right, scope, depth + 1)
            return None if before is None or after is None else before + after
        case ast.Name(id=name):
            bound = bound_once(name, scope)
            return None if bound is None else _put_together(bound, scope, depth + 1)
        case _:
            return folded(value)


_DEEPEST = 20


def _keyless(rule: Rule, package: _Package) -> Iterator[Violation]:
    """Yield skills with an external effect that call something and hand no key on."""
    external = {skill.name for skill in package.skills if skill.effect is Effect.EXTERNAL}
    for path, reading in package.readings.items():
        for node, outer, inner in reading.functions:
            if isinstance(node, ast.Lambda) or node.name not in external:
                continue
            if not outer.is_class:
                if "skills" in path.parts[-2:] or path.name == "skills.py":
                    yield from _keyless_function(rule, path, reading, node)
                continue
            parameters = [*node.args.posonlyargs, *node.args.args]
            if (
                len(parameters) == _SELF_AND_TASK
                and _acts(node)
                and not _hands_on(node, parameters[1].arg, inner)
            ):
                column = reading.column(node)
                yield violation(
                    rule, {"name": node.name}, path=path, line=node.lineno, column=column
                )


def _keyless_function(
    rule: Rule, path: PurePosixPath, reading: Reading, node: ast.FunctionDef | ast.AsyncFunctionDef
) -> Iterator[Violation]:
    """Yield a function that acts and never speaks of a key."""
    spoken = {one.arg or "" for one in ast.walk(node) if isinstance(one, ast.keyword)}
    spoken |= {one.attr for one in ast.walk(node) if isinstance(one, ast.Attribute)}
    spoken |= {
        one.value
        for one in ast.walk(node)
        if isinstance(one, ast.Constant) and isinstance(one.value, str) and one.value in _SPELLED
    }
    if _acts(node) and not any(_KEY.search(snake(name)) for name in spoken):
        column = reading.column(node)
        yield violation(rule, {"name": node.name}, path=path, line=node.lineno, column=column)


_KEY = re.compile(r"(^|_)(idempoten\w*|key|request_id|dedup\w*)$")
_SPELLED = frozenset({"Idempotency-Key", "idempotency_key", "idempotency-key", "X-Idempotency-Key"})
_SELF_AND_TASK = 2


def _acts(node: ast.AST) -> bool:
    """Tell whether something is called that may change the world."""
    return any(
        isinstance(one, ast.Call)
        and isinstance(one.func, ast.Attribute)
        and one.func.attr.lower().lstrip("_").split("_")[0] in _CHANGING
        for one in ast.walk(node)
    )


def _hands_on(node: ast.AST, task: str, scope: Scope) -> bool:
    """Tell whether the task's key is read, or the whole task is handed to somebody who may."""
    del scope
    for one in ast.walk(node):
        match one:
            case ast.Attribute(value=ast.Name(id=name), attr="key") if name == task:
                return True
            case ast.Call(args=args, keywords=keywords):
                named = [keyword.value for keyword in keywords]
                if any(isinstance(value, ast.Name) and value.id == task for value in args + named):
                    return True
                if any(called_on(value) == f"{task}.event.id" for value in named):
                    return True  # the key is the event's id
            case ast.Dict(values=values):
                if any(called_on(value) == f"{task}.event.id" for value in values):
                    return True
            case _:
                continue
    return False


def _through_another(rule: Rule, package: _Package) -> Iterator[Violation]:
    """Yield skills that do what another skill does, which nobody decided and nobody approved."""
    skills = {skill.name for skill in package.skills}
    for path, reading in package.readings.items():
        own = f"{reading.module.partition('.')[0]}.skills."
        for call, scope in reading.calls:
            for name in resolve(call.func, scope):
                # A function of skills.py that is called as if it were a helper.
                if name.startswith(own) and name.removeprefix(own) in skills:
                    place = (call.lineno, reading.column(call))
                    yield violation(rule, {"name": name}, path=path, line=place[0], column=place[1])
            match call.func:
                case ast.Attribute(value=ast.Name(id=base), attr=name) if (
                    base == scope.own_name and name in skills
                ):
                    owner = scope.owner
                    caller = scope.function
                    if owner is not None and _names(owner, caller) & skills - {name}:
                        place = (call.lineno, reading.column(call))
                        yield violation(
                            rule, {"name": name}, path=path, line=place[0], column=place[1]
                        )
                case _:
                    continue


def _names(owner: Scope, function: Scope) -> set[str]:
    return {name for name, scope in owner.functions.items() if scope is function}


def _more_agents(rule: Rule, package: _Package) -> Iterator[Violation]:
    """Yield agents that the specification does not speak of."""
    found: list[tuple[PurePosixPath, ast.ClassDef, int | None]] = []
    for path, reading in package.readings.items():
        for node, outer, _ in reading.classes:
            bases = {name for one in node.bases for name in resolve(_plain(one), outer)}
            if bases & _AGENTS:
                found.append((path, node, reading.column(node)))
    if len(found) < _TWO:
        return  # one that bears another name runs nowhere, and says so
    named = package.spec.class_name if package.spec is not None else ""
    own = next((one for one in found if one[1].name == named), None)
    own = own or next((one for one in found if one[0].name == "agent.py"), found[0])
    for path, node, column in found:
        if node is not own[1]:
            yield violation(rule, {"name": node.name}, path=path, line=node.lineno, column=column)


_TWO = 2
_AGENTS = frozenset({"waooaw.Agent", "waooaw.agent.Agent"})


def _plain(base: ast.expr) -> ast.expr:
    return base.value if isinstance(base, ast.Subscript) else base


def _misnamed(rule: Rule, package: _Package) -> Iterator[Violation]:
    """Yield agents and skills whose names Python would write otherwise."""
    for path, reading in package.readings.items():
        found: list[ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef] = []
        for node, outer, _ in reading.classes:
            bases = {name for one in node.bases for name in resolve(_plain(one), outer)}
            if any(_AGENT.fullmatch(name) for name in bases) and not _CAP_WORDS.match(node.name):
                found.append(node)
        if path.name == "skills.py" or "skills" in path.parts[-2:-1]:
            found += [
                function
                for function, outer, _ in reading.functions
                if not isinstance(function, ast.Lambda)
                and (outer.parent is None or (outer.is_class and not outer.is_comprehension))
                and _CAMEL.search(function.name)
                and not function.name.startswith(("visit_", "do_", "test", "setUp", "tearDown"))
            ]
        for one in found:
            column = reading.column(one)
            yield violation(rule, {"name": one.name}, path=path, line=one.lineno, column=column)


_AGENT = re.compile(r"waooaw(\.\w+)*\.Agent")
_CAP_WORDS = re.compile(r"_?[A-Z][A-Za-z0-9]*$")
_CAMEL = re.compile(r"^[A-Z]|[a-z][A-Z]")


def _by_lot(rule: Rule, package: _Package) -> Iterator[Violation]:
    """Yield where chance decides: what is drawn is compared, branched on, or is an outcome."""
    for path, reading in package.readings.items():
        tests = {id(inner) for test in reading.tests for inner in ast.walk(test)}
        for call, scope in reading.calls:
            drawn = {name for name in resolve(call.func, scope) if _is_chance(name)}
            words = {text for one in call.args for text in _words(one)}
            if drawn and (id(call) in tests or words & _OUTCOMES):
                column = reading.column(call)
                yield violation(
                    rule, {"name": min(drawn)}, path=path, line=call.lineno, column=column
                )


def _is_chance(name: str) -> bool:
    return name.startswith(("random.", "numpy.random.", "secrets.rand", "secrets.choice")) or (
        name in {"uuid.uuid4", "uuid.uuid1"}
    )


def _words(expression: ast.expr) -> Iterator[str]:
    for one in ast.walk(expression):
        if isinstance(one, ast.Constant) and isinstance(one.value, str):
            yield one.value


_OUTCOMES = frozenset({"approve", "reject", "escalate", "defer"})


def _exact_fields(rule: Rule, package: _Package) -> Iterator[Violation]:
    """Yield where an event has to have certain fields and no other."""
    for path, reading in package.readings.items():
        for model in _strict_events(reading):
            column = reading.column(model)
            yield violation(rule, {"name": model.name}, path=path, line=model.lineno, column=column)
        for node in reading.comparisons:
            if any(_is_event_fields(side) for side in (node.left, *node.comparators)):
                column = reading.column(node)
                yield violation(rule, {"name": "=="}, path=path, line=node.lineno, column=column)


def _strict_events(reading: Reading) -> Iterator[ast.ClassDef]:
    """Yield models of events that forbid what they do not know."""
    for node, outer, _ in reading.classes:
        bases = {name for one in node.bases for name in resolve(_plain(one), outer)}
        if "pydantic.BaseModel" not in bases or not _EVENT_NAMES.search(node.name):
            continue
        settings = [one.value for one in node.body if isinstance(one, ast.Assign | ast.AnnAssign)]
        calls = [one.keywords for one in settings if isinstance(one, ast.Call)]
        if any(_forbids(keywords) for keywords in (node.keywords, *calls)):
            yield node


def _forbids(keywords: list[ast.keyword]) -> bool:
    return any(one.arg == "extra" and folded(one.value) == "forbid" for one in keywords)


_EVENT_NAMES = re.compile(
    r"(Event|Requested|Received|Submitted|Created|Changed|Updated|Cancelled|Payload)(V\d+)?$"
)


def _is_event_fields(side: ast.expr) -> bool:
    match side:
        case ast.Call(func=ast.Name(id="set" | "frozenset" | "sorted" | "list"), args=[inner]):
            return _is_event(inner)
        case ast.Call(func=ast.Attribute(value=inner, attr="keys")):
            return _is_event(inner)
        case _:
            return False


def _is_event(value: ast.expr) -> bool:
    match value:
        case ast.Call(func=ast.Attribute(value=inner, attr="keys")):
            return _is_event(inner)
        case _:
            return called_on(value).endswith(("event.data", "task.input"))


_DETECTORS: Mapping[str, Callable[[Rule, _Package], Iterator[Violation]]] = {
    "secrets": _secrets,
    "effects-without-a-key": _keyless,
    "skills-through-another": _through_another,
    "more-agents": _more_agents,
    "exact-event-fields": _exact_fields,
    "names": _misnamed,
    "decided-by-lot": _by_lot,
}
