"""Where what an event brings comes in: by tasks, events, and what is remembered of them."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TypeAlias

from waooaw.vision.dangers import CLEAN, RAW, Value
from waooaw.vision.reading import Function, Reading
from waooaw.vision.scopes import Scope, resolve
from waooaw.vision.slots import Slot

__all__ = ["Declared", "Entry", "entries"]

#: Parameter to what it holds when a function begins.
Entry: TypeAlias = dict[str, Slot]
Parts: TypeAlias = dict[tuple[str, ...], Value]

_TASKS = frozenset({"waooaw.Task", "waooaw.tasks.Task"})
_EVENTS = frozenset({"waooaw.Event", "waooaw.events.Event"})
_AGENTS = frozenset({"waooaw.Agent", "waooaw.agent.Agent"})
_NAMED = frozenset({"task", "event", "evt", "event_data", "cloud_event", "payload"})
#: Annotations that say nothing of where a value comes from.
_ANY = frozenset(
    {
        *("typing.Any", "builtins.object", "builtins.dict", "builtins.str", "typing.Mapping"),
        *("collections.abc.Mapping", "typing.Dict", "collections.abc.MutableMapping"),
        *("builtins.list", "builtins.bytes"),
    }
)
_NUMBERS = frozenset({"int", "float", "bool"})
#: What the runtime itself says of an event.
_OURS: Parts = {
    (".decision",): CLEAN,
    (".event", ".specversion"): CLEAN,
    (".event", ".time"): CLEAN,
    (".specversion",): CLEAN,
    (".time",): CLEAN,
}
_KEPT = ("context", "event", "task", "memory")


@dataclass(frozen=True, slots=True)
class Declared:
    """Hold what a file declares that entries are judged by.

    Attributes:
        classes: Its classes, by name.
        replaced: Names of attributes that it assigns to.
        called: Names of methods that it calls itself.
    """

    classes: dict[str, ast.ClassDef] = field(default_factory=dict)
    replaced: frozenset[str] = frozenset()
    called: frozenset[str] = frozenset()

    @classmethod
    def of(cls, reading: Reading) -> Declared:
        """Gather it."""
        return cls(
            {node.name: node for node, _, _ in reading.classes},
            frozenset(attribute.attr for attribute, _ in reading.replaced),
            frozenset(
                call.func.attr for call, _ in reading.calls if isinstance(call.func, ast.Attribute)
            ),
        )


def entries(
    node: Function,
    outer: Scope,
    owner: ast.ClassDef | None,
    declared: Declared,
    ancestors: set[str],
) -> Entry:
    """Return the parameters of a function that an event comes in by; empty where none does.

    Args:
        node: The function.
        outer: The scope around it.
        owner: The class that it is a method of.
        declared: What its file declares.
        ancestors: Full names of the owner and its bases.
    """
    if isinstance(node, ast.Lambda):
        return {}
    # The runtime calls skills, the package itself does not.
    skill = (
        owner is not None
        and owner.name.endswith("Skills")
        and not node.name.startswith("_")
        and node.name not in declared.called
    )
    arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    found: Entry = {}
    for index, argument in enumerate(arguments):
        if owner is not None and index == 0:
            if skill or ancestors & _AGENTS:
                found |= _own(argument.arg, declared)
            continue
        slot = _slot(argument, outer, declared, skill=skill)
        if slot is not None:
            found[argument.arg] = slot
    return found


def _own(name: str, declared: Declared) -> Entry:
    """Return what a skill's or an agent's object holds of events, where it is not the author's."""
    parts: Parts = {
        (f".{one}",): {f"{name}.{one}": RAW} for one in _KEPT if one not in declared.replaced
    }
    return {name: Slot(CLEAN, parts)}


def _slot(argument: ast.arg, outer: Scope, declared: Declared, *, skill: bool) -> Slot | None:
    label = argument.arg
    parts = dict(_OURS)
    if argument.annotation is None:
        if not (skill or label in _NAMED):
            return None
        return Slot({label: RAW}, parts, label)
    plain, kind = _annotation(argument.annotation)
    names = resolve(plain, outer) if plain is not None else frozenset()
    if names & _TASKS:
        return Slot({label: RAW}, parts | _numbers(kind, declared), label)
    if names & _EVENTS or any(name.endswith("CloudEvent") for name in names):
        return Slot({label: RAW}, parts, label)
    if isinstance(plain, ast.Name) and plain.id in _NUMBERS:
        return None
    if names & _ANY and (skill or label in _NAMED):
        return Slot({label: RAW}, parts, label)
    return None


def _annotation(annotation: ast.expr) -> tuple[ast.expr | None, ast.expr | None]:
    """Return the class that an annotation names, and what stands in its brackets."""
    for _ in range(5):
        match annotation:
            case ast.Constant(value=str(text)):
                try:
                    annotation = ast.parse(text, mode="eval").body
                except (SyntaxError, ValueError, RecursionError, MemoryError):
                    return None, None
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):  # `Event | None`
                annotation = right if isinstance(left, ast.Constant) else left
            case ast.Subscript(value=ast.Name(id="Optional" | "Annotated"), slice=inner):
                annotation = inner.elts[0] if isinstance(inner, ast.Tuple) else inner
            case ast.Subscript(value=value, slice=inner):
                return value, inner
            case _:
                return annotation, None
    return None, None


def _numbers(kind: ast.expr | None, declared: Declared) -> Parts:
    """Return the declared fields of a task's input that are numbers, which harm nothing.

    The runtime hands over only fields of the declared type.
    """
    if not isinstance(kind, ast.Name) or kind.id not in declared.classes:
        return {}
    found: Parts = {}
    for statement in declared.classes[kind.id].body:
        match statement:
            case ast.AnnAssign(target=ast.Name(id=name), annotation=ast.Name(id=annotated)):
                if annotated in _NUMBERS:
                    found[(".input", f"[{name!r}]")] = CLEAN
    return found
