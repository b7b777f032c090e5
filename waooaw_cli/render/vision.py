"""What `waooaw vision` says of layers and of examples, for people and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from waooaw.vision import Conflict, Layers, Policy, Tried, core_digest, core_rules, vision_rules
from waooaw_cli.render.foreign import intact, visible

__all__ = ["check_json", "check_text", "test_json", "test_text"]

_SHORT = 12


def check_text(layers: Layers) -> str:
    """Return the layers, one a line, and every conflict with its two sides."""
    return "\n".join(visible(line) for line in _check_lines(layers))


def _check_lines(layers: Layers) -> Iterator[str]:
    core = len(core_rules())
    yield f"core: {core} rules, {core_digest()[:_SHORT]}"
    yield f"standard: {len(vision_rules()) - core} rules"
    for policy in layers.policies:
        state = policy.state(layers.today).value
        yield (
            f"policy {policy.citation}: {_counted(len(policy.rules), 'rule')}, {state},"
            f" {policy.effective} to {policy.expires}, {policy.owner} ({policy.source})"
        )
    for one in layers.conflicts:
        yield f"conflict: {one.message}"
        yield f"  {one.this}"
        yield f"  {one.that}"
        yield f"  try: {one.fix}"
    found = len(layers.conflicts)
    yield _counted(found, "conflict") if found else "no conflicts"


def check_json(layers: Layers) -> str:
    """Return the same as `waooaw.vision-check/1`."""
    return _document(
        {
            "schema": "waooaw.vision-check/1",
            "verdict": "fail" if layers.conflicts else "pass",
            "core": {"rules": len(core_rules()), "digest": core_digest()},
            "standard": {"rules": len(vision_rules()) - len(core_rules())},
            "policies": [_policy(one, layers) for one in layers.policies],
            "conflicts": [_conflict(one) for one in layers.conflicts],
        }
    )


def _policy(policy: Policy, layers: Layers) -> dict[str, object]:
    return {
        "name": policy.name,
        "version": policy.version,
        "owner": policy.owner,
        "rationale": policy.rationale,
        "effective": policy.effective.isoformat(),
        "expires": policy.expires.isoformat(),
        "state": policy.state(layers.today).value,
        "file": policy.source,
        "rules": [rule.id for rule in policy.rules],
    }


def _conflict(one: Conflict) -> dict[str, object]:
    return {
        "message": one.message,
        "severity": one.severity.value,
        "sides": [one.this, one.that],
        "fix": one.fix,
    }


def test_text(rules: int, wrong: Sequence[Tried]) -> str:
    """Return each example that is not what it is called, and how many were run."""
    lines = [f"{one.rule.id}: its {one.example} example: {one.message}" for one in wrong]
    told = f"{2 * rules} examples of {_counted(rules, 'rule')}"
    lines.append(f"{told}, {len(wrong)} wrong" if wrong else f"{told}, all as they are called")
    return "\n".join(visible(line) for line in lines)


def test_json(rules: int, wrong: Sequence[Tried]) -> str:
    """Return the same as `waooaw.vision-test/1`."""
    return _document(
        {
            "schema": "waooaw.vision-test/1",
            "verdict": "fail" if wrong else "pass",
            "rules": rules,
            "examples": 2 * rules,
            "wrong": [
                {"rule": one.rule.id, "example": one.example, "message": one.message}
                for one in wrong
            ],
        }
    )


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _document(content: dict[str, object]) -> str:
    return intact(json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False))
