"""What `waooaw vision packs` and `adopt` say, for people and as JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence

from waooaw.vision import Rule, Severity, Subject
from waooaw.vision.packs import Pack
from waooaw_cli.factory.packs import Adoption, Objection
from waooaw_cli.render.foreign import intact, visible

__all__ = ["adoption_json", "adoption_text", "pack_text", "packs_json", "packs_text"]

_JUDGED = {
    Subject.SPEC: "specification",
    Subject.CODE: "code",
    Subject.CHANGE: "change",
    Subject.ACTION: "action",
}


def packs_text(packs: Sequence[Pack]) -> str:
    """Return each pack with its version, its rules and what it rests on."""
    lines: list[str] = []
    for pack in packs:
        lines += [f"{pack.policy.citation}: {_counts(pack)}", f"  {_line(pack.policy.rationale)}"]
        lines += [f"  {address}" for address in _shortened(pack)]
    lines.append("none judges until it is adopted: waooaw vision adopt NAME --owner ADDRESS")
    return "\n".join(visible(line) for line in lines)


def _counts(pack: Pack) -> str:
    by_subject = Counter(rule.applies_to for rule in pack.policy.rules)
    parts = ", ".join(
        f"{by_subject[subject]} on {name if subject is Subject.CODE else f'{name}s'}"
        for subject, name in _JUDGED.items()
        if subject in by_subject
    )
    return f"{_counted(len(pack.policy.rules), 'rule')} ({parts})"


def _shortened(pack: Pack) -> tuple[str, ...]:
    """Return what a pack rests on; of many pages of one standard, the first and their number."""
    first, *others = pack.rests_on
    return (first, f"and {_counted(len(others), 'page')} beside it") if others else (first,)


def pack_text(pack: Pack) -> str:
    """Return a pack's rules by their groups, each with its article, its reason and the way out."""
    lines = [f"{pack.policy.citation}: {_counts(pack)}", _line(pack.policy.rationale)]
    for group, rules in pack.groups.items():
        lines += ["", group]
        for rule in rules:
            lines += [
                f"  {rule.id} {rule.severity}, {_JUDGED[rule.applies_to]}: {rule.title}",
                f"    {_line(rule.source)}",
                f"    {_line(rule.why)}",
                f"    try: {_line(rule.fix)}",
            ]
    lines += ["", f"adopt it: waooaw vision adopt {pack.name} --owner ADDRESS"]
    return "\n".join(visible(line) for line in lines)


def packs_json(packs: Sequence[Pack]) -> str:
    """Return the packs as `waooaw.vision-packs/1`."""
    return _document({"schema": "waooaw.vision-packs/1", "packs": [_pack(one) for one in packs]})


def _pack(pack: Pack) -> dict[str, object]:
    return {
        "name": pack.name,
        "version": pack.policy.version,
        "rationale": _line(pack.policy.rationale),
        "rests_on": list(pack.rests_on),
        "rules": [_rule(one) for one in pack.policy.rules],
    }


def _rule(rule: Rule) -> dict[str, object]:
    return {
        "id": rule.id,
        "title": rule.title,
        "group": rule.group,
        "source": _line(rule.source),
        "severity": rule.severity.value,
        "applies_to": rule.applies_to.value,
        "why": _line(rule.why),
        "fix": _line(rule.fix),
    }


def adoption_text(adoption: Adoption) -> str:
    """Return what was written, every conflict with its sides, and which agents are objected to."""
    return "\n".join(visible(line) for line in _adoption_lines(adoption))


def _adoption_lines(adoption: Adoption) -> Iterator[str]:
    policy = adoption.policy
    yield (
        f"adopted {policy.citation}: {_counted(len(policy.rules), 'rule')}, {policy.effective} to"
        f" {policy.expires}, {policy.owner} ({policy.source})"
    )
    for one in adoption.layers.conflicts:
        yield f"conflict: {one.message}"
        yield f"  {one.this}"
        yield f"  {one.that}"
        yield f"  try: {one.fix}"
    found = len(adoption.layers.conflicts)
    yield _counted(found, "conflict") if found else "no conflicts"
    if not adoption.judges:
        yield "nothing judges by it there: policies stand in a folder named vision"
        return
    refused = sum(1 for one in adoption.objections if one.errors)
    advised = sum(1 for one in adoption.objections if one.warnings and not one.errors)
    yield f"{_counted(adoption.agents, 'agent')}: it objects to {refused}, and advises {advised}"
    for objection in adoption.objections:
        yield f"  {objection.agent}: {_says(objection)}"


def _says(objection: Objection) -> str:
    if objection.unread is not None:
        return f"could not be judged: {objection.unread}"
    parts = [
        f"{weight} {', '.join(rules)}"
        for weight, rules in (("error", objection.errors), ("warning", objection.warnings))
        if rules
    ]
    return "; ".join(parts)


def adoption_json(adoption: Adoption) -> str:
    """Return the same as `waooaw.vision-adopt/1`."""
    policy = adoption.policy
    return _document(
        {
            "schema": "waooaw.vision-adopt/1",
            "verdict": "fail" if adoption.layers.conflicts else "pass",
            "pack": policy.name,
            "version": policy.version,
            "owner": policy.owner,
            "effective": policy.effective.isoformat(),
            "expires": policy.expires.isoformat(),
            "file": policy.source,
            "judges": adoption.judges,
            "conflicts": [
                {
                    "message": one.message,
                    "severity": one.severity.value,
                    "sides": [one.this, one.that],
                    "fix": one.fix,
                }
                for one in adoption.layers.conflicts
            ],
            "agents": adoption.agents,
            "objections": [
                {
                    "agent": one.agent,
                    Severity.ERROR.value: list(one.errors),
                    Severity.WARNING.value: list(one.warnings),
                    "unread": one.unread,
                }
                for one in adoption.objections
            ],
        }
    )


def _line(text: str) -> str:
    return " ".join(text.split())


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _document(content: dict[str, object]) -> str:
    return intact(json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False))
