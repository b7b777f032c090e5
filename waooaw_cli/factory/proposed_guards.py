"""Guard conditions that keep having no answer, so that a missing field is said and not stumbled on.

A guard changes no decision. A rule or a wake condition without an answer does not match, a boundary
without one refuses; so where the field is missing, the comparison that needs it becomes false in
the first two, `has(…) && …`, and true in the third, `!has(…) || …`. It has to stand at the
comparison: `a || b` may hold by `a` alone, and `a && b` may fail by it. Below `&&` and `||` alone
that gives the same answers as before, and the events that had none show that it gives one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from typing import Any

from waooaw.documents import FieldPath
from waooaw.errors import ConditionFault, InputError
from waooaw.events import Event
from waooaw.expressions import Condition, Facts, Scope, compile_condition
from waooaw.spec import AgentSpec
from waooaw.store import Entry
from waooaw_cli.factory.mining_journals import Faulty, Unanswered
from waooaw_cli.factory.proposed_files import NotProposed

__all__ = ["condition_of", "guarded", "place_of"]

_TEXT = re.compile(
    r"r?\"\"\".*?\"\"\"|r?'''.*?'''|\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'", re.DOTALL
)
_SELECTION = re.compile(r"(?<![\w.])(?:event\.data|context)(?:\.[A-Za-z_]\w*)+(?!\w)(?!\s*\()")
_GUARD = re.compile(r"\bhas\s*\(\s*((?:event\.data|context)(?:\.[A-Za-z_]\w*)+)\s*\)")
#: What has answers of its own where a part has none: a choice, a macro, a comment, a composite.
_INTRICATE = re.compile(r"\?|&&|\|\||//|\.\s*(?:all|exists|exists_one|filter|map)\s*\(")
_ROOTS = ("event.data.", "context.")
_SCOPES = {"wake": Scope.WAKE, "rules": Scope.RULE, "boundaries.never": Scope.BOUNDARY}


def place_of(condition: Unanswered) -> FieldPath:
    """Return the entry of `agent.yaml` that the condition belongs to."""
    return (*condition.part.split("."), condition.index)


def condition_of(spec: AgentSpec, condition: Unanswered) -> tuple[str, str]:
    """Return its text, and how a person calls the entry that it belongs to."""
    match condition.part:
        case "wake":
            wake = spec.wake[condition.index]
            return wake.when or "", f"the wake entry {condition.index + 1}"
        case "rules":
            rule = spec.rules[condition.index]
            return rule.when, f"the rule {rule.id}"
        case _:
            boundary = spec.boundaries.never[condition.index]
            return boundary.when, f"the boundary {boundary.id}"


def guarded(spec: AgentSpec, condition: Unanswered, faulty: Faulty) -> str:
    """Return the condition with a guard for each field that was missing.

    Raises:
        NotProposed: A guard would not help: something else is wrong, or nothing could be tried.
    """
    before, _ = condition_of(spec, condition)
    scope = _SCOPES[condition.part]
    refuses = scope is Scope.BOUNDARY
    after = _rewritten(before, faulty.keys, refuses=refuses)
    if after == before:
        raise NotProposed("no missing field is the reason, so a guard would not help")
    try:
        old, new = compile_condition(before, scope), compile_condition(after, scope)
    except InputError as error:
        raise NotProposed(f"the guard would be no condition: {error.message}") from error
    helped = 0
    for event, entry in faulty.samples:
        given = Facts(scope, _facts(spec, event, entry, scope))
        answer = _answer(old, given)
        helped += answer is None
        if _answer(new, given) is not (refuses if answer is None else answer):
            raise NotProposed("a guard alone gives no answer to some of these events")
    if not helped:
        raise NotProposed("none of these events shows it without what the agent remembered")
    return after


def _rewritten(text: str, keys: Collection[str], *, refuses: bool) -> str:
    """Return *text* with a guard at each comparison that reads a field named in *keys*."""
    bare = _TEXT.sub(lambda found: "_" * len(found[0]), text)
    parts = [*_parts(bare)]
    if len(parts) > 1:
        pieces = []
        at = 0
        for start, end in parts:
            pieces += [text[at:start], _rewritten(text[start:end], keys, refuses=refuses)]
            at = end
        return "".join(pieces)
    start, end = len(bare) - len(bare.lstrip()), len(bare.rstrip())
    inner = bare[start:end]
    if inner.startswith("(") and _closing(inner) == len(inner) - 1:
        within = _rewritten(text[start + 1 : end - 1], keys, refuses=refuses)
        return f"{text[: start + 1]}{within}{text[end - 1 :]}"
    fields = tuple(_missing(inner, keys))
    if not fields:
        return text
    if _INTRICATE.search(inner):
        raise NotProposed("the condition is too intricate to be guarded without a person")
    guards = " && ".join(f"has({one})" for one in fields)
    if refuses:
        guards = f"!({guards})" if len(fields) > 1 else f"!{guards}"
    joint = "||" if refuses else "&&"
    return f"{text[:start]}({guards} {joint} {text[start:end]}){text[end:]}"


def _parts(bare: str) -> Iterator[tuple[int, int]]:
    """Yield where the operands of `&&` and `||` stand that no bracket holds."""
    depth = at = index = 0
    while index < len(bare):
        if bare[index] in "([{":
            depth += 1
        elif bare[index] in ")]}":
            depth -= 1
        elif depth == 0 and bare[index : index + 2] in {"&&", "||"}:
            yield at, index
            index += 1
            at = index + 1
        index += 1
    yield at, len(bare)


def _closing(bare: str) -> int:
    """Return where the bracket closes that *bare* begins with."""
    depth = 0
    for index, character in enumerate(bare):
        depth += (character in "([{") - (character in ")]}")
        if depth == 0:
            return index
    return -1


def _missing(bare: str, keys: Collection[str]) -> Iterator[str]:
    """Yield the selections that may lack one of *keys*, outermost first, each once."""
    known = {found[1] for found in _GUARD.finditer(bare)}
    for found in _SELECTION.finditer(bare):
        root = next(one for one in _ROOTS if found[0].startswith(one))
        parts = found[0].removeprefix(root).split(".")
        for depth in range(1, len(parts) + 1):
            path = root + ".".join(parts[:depth])
            # What stands below a field that may be missing is missing with it.
            if path not in known and any(one in keys for one in parts[:depth]):
                known.add(path)
                yield path


def _facts(spec: AgentSpec, event: Event, entry: Entry, scope: Scope) -> dict[str, Any]:
    # `Any`: what an event carries.
    facts: dict[str, Any] = {**event.variables(), "context": {}}
    if scope is Scope.BOUNDARY:
        decision = json.loads(entry.decision)
        rule = next((one for one in spec.rules if one.id == decision.get("rule")), None)
        facts |= {
            "decision.outcome": "escalate" if rule is None else rule.then,
            "decision.rule": "" if rule is None else rule.id,
            "decision.tier": entry.tier or "",
            "decision.confidence": 1.0,
            "decision.cost_usd": 0.0,
        }
    return facts


def _answer(condition: Condition, given: Facts) -> bool | None:
    try:
        return condition.holds(given)
    except ConditionFault:
        return None
