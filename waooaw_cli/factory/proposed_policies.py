"""Write policies that make what one agent had to learn hold for all, and narrow those that err."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath

from waooaw import documents
from waooaw.documents import Json
from waooaw.spec import AgentSpec, Boundary, Skill
from waooaw.vision import Rule, Severity, Subject, parse_policy, rules_on, secrets_in
from waooaw.vision.examples import judged_example
from waooaw.vision.policies import POLICY_SCHEMA_URL
from waooaw.vision.specs import objector
from waooaw_cli.factory.proposals import Evidence, evidence_lines
from waooaw_cli.factory.proposed_files import Bench, Note, NotProposed, with_note
from waooaw_cli.factory.spec_edits import CannotEdit, Edit, edited
from waooaw_cli.factory.yaml_text import yaml_lines

__all__ = [
    "Covered",
    "PolicyDraft",
    "approval_policy",
    "boundary_policy",
    "narrow",
    "objected",
    "write_policy",
]

_AREA = "PRO"
_MOST_NUMBERS = 999
_LONGEST_NAME = 60
_LONGEST_CONDITION = 1_000
_MARK = 8


class Covered(Exception):
    """Say that a rule which is there forbids already what a new one would."""


@dataclass(frozen=True, slots=True)
class PolicyDraft:
    """Hold the one rule of a policy that is proposed.

    Attributes:
        name: The policy's name.
        rule: The rule's fields, its id left out.
        rationale: Why the policy exists.
    """

    name: str
    rule: dict[str, Json]
    rationale: str


def approval_policy(skill: Skill, evidence: Evidence) -> PolicyDraft:
    """Demand that a person is asked before a skill that people keep declining."""
    name = skill.name
    says = f"People declined {name} {evidence.count} times"
    rule: dict[str, Json] = {
        "title": f"A person is asked before {name}",
        "severity": Severity.ERROR.value,
        "applies_to": "spec",
        "when": f"spec.skills.exists(one, one.name == {_cel(name)})",
        "require": f"{_cel(name)} in spec.boundaries.approval",
        "field": "boundaries.approval",
        "message": f"{name} does not wait for a person",
        "why": f"{says}; an agent that asks nobody would have done it each time.",
        "fix": f"add {name} to boundaries.approval",
        "mend": {"add": "boundaries.approval", "to": name},
        "bad": _example({"skills": [_plain(skill)]}),
        "good": _example({"skills": [_plain(skill)], "boundaries": {"approval": [name]}}),
    }
    return PolicyDraft(_policy_name("approval", name), rule, f"{says}, as the journals show.")


def boundary_policy(
    agent: AgentSpec, boundary: Boundary, skill: Skill, evidence: Evidence
) -> PolicyDraft:
    """Demand of every agent with a skill the boundary that keeps refusing it in one of them.

    Raises:
        NotProposed: The boundary can't be repeated.
    """
    if len(boundary.when) > _LONGEST_CONDITION or secrets_in(boundary.when):
        raise NotProposed("its condition can't be repeated in a policy")
    says = f"{agent.name} was refused {skill.name} by {boundary.id} {evidence.count} times"
    entry = {
        "id": boundary.id,
        "when": boundary.when,
        "because": f"It never happens in {agent.name} either.",
    }
    rule: dict[str, Json] = {
        "title": f"Whoever has {skill.name} has the boundary {boundary.id}",
        "severity": Severity.ERROR.value,
        "applies_to": "spec",
        "when": f"spec.skills.exists(one, one.name == {_cel(skill.name)})",
        "require": f"spec.boundaries.never.exists(one, one.when == {_cel(boundary.when)})",
        "field": "boundaries.never",
        "message": f"{skill.name} is not bounded as in {agent.name}",
        "why": f"{says}; without that boundary it would have been done each time.",
        "fix": f"add the boundary {boundary.id} to boundaries.never, as {agent.name} has it",
        "bad": _example({"skills": [_plain(skill)]}),
        "good": _example({"skills": [_plain(skill)], "boundaries": {"never": [entry]}}),
    }
    name = _policy_name("boundary", f"{boundary.id}-{skill.name}")
    return PolicyDraft(name, rule, f"{says}, as its journal shows.")


def write_policy(bench: Bench, draft: PolicyDraft, evidence: Evidence, owner: str) -> PurePosixPath:
    """Put a new policy on the bench, and return its file.

    Raises:
        Covered: A rule that is there forbids the same.
        NotProposed: It does not hold beside what is there.
    """
    ground = bench.ground
    _refuse_covered(bench, draft)
    stem = _free_name(bench, draft.name)
    numbers = {rule.id for policy in bench.layers.policies for rule in policy.rules}
    free = (f"{_AREA}-{number:03}" for number in range(1, _MOST_NUMBERS + 1))
    identifier = next((one for one in free if one not in numbers), None)
    if identifier is None:
        raise NotProposed(f"no number of {_AREA}-… is left")
    policy: dict[str, Json] = {
        "schema": "waooaw.policy/1",
        "name": stem,
        "version": "0.1.0",
        "owner": owner,
        "rationale": draft.rationale,
        "effective": ground.today.isoformat(),
        "expires": _next_year(ground.today).isoformat(),
        "rules": [{"id": identifier, **draft.rule}],
    }
    comments = [
        f"yaml-language-server: $schema={POLICY_SCHEMA_URL}",
        f"Proposed by waooaw vision propose on {ground.today}; no person has decided on it yet.",
        *evidence_lines(evidence),
    ]
    lines = [*(f"# {line}" for line in comments), *yaml_lines(policy)]
    path = ground.home / f"{stem}.yaml"
    bench.put_policy(path, "".join(f"{line}\n" for line in lines).encode())
    return path


def objected(bench: Bench, draft: PolicyDraft) -> Iterator[str]:
    """Yield the agents that a drafted rule would object to, sorted by name."""
    rule = _drafted(draft)
    for name, spec in sorted(bench.specs.items()):
        if objector(spec)(rule):
            yield name


def narrow(bench: Bench, path: PurePosixPath, rule: Rule, evidence: Evidence) -> None:
    """Lower an error to a warning, or take a warning out, in the policy where it stands.

    Raises:
        NotProposed: The file can't be edited, or would be no policy then.
    """
    content = bench.policy(path)
    document = documents.parse(content, source=path.name)
    ids = [one["id"] for one in document.data["rules"]]
    index = ids.index(rule.id)
    version = Edit(("version",), "set", _next_version(document.data["version"]))
    lines = [f"Proposed on {bench.ground.today}:", *evidence_lines(evidence)]
    try:
        if rule.severity is Severity.ERROR:
            change = Edit(("rules", index, "severity"), "set", Severity.WARNING.value)
            note = Note(("rules", index), lines)
            after = with_note(edited(content, [change, version]), note)
        elif len(ids) > 1:
            after = edited(content, [Edit(("rules", index), "remove"), version])
        else:
            raise NotProposed("it is the only rule of its policy: remove the file")
    except CannotEdit as error:
        raise NotProposed(f"the policy can't be edited there: {error}") from error
    bench.put_policy(path, _bare_version(content, after))


def _refuse_covered(bench: Bench, draft: PolicyDraft) -> None:
    """Look for a rule that tells what the draft calls bad from what it calls good.

    Raises:
        Covered: There is one.
    """
    rules = (*rules_on(Subject.SPEC), *bench.layers.added(Subject.SPEC))
    bad, good = (
        {
            one.rule
            for one in judged_example(rules, Subject.SPEC, draft.rule[name], least=True)
            if one.severity is Severity.ERROR
        }
        for name in ("bad", "good")
    )
    for one in sorted(bad - good):
        raise Covered(one)


def _drafted(draft: PolicyDraft) -> Rule:
    """Return the rule that a draft would be."""
    day = "2020-01-01"
    content = {
        "schema": "waooaw.policy/1",
        "name": draft.name,
        "version": "0.1.0",
        "owner": "draft@example.com",
        "rationale": draft.rationale,
        "effective": day,
        "expires": day,
        "rules": [{"id": f"{_AREA}-000", **draft.rule}],
    }
    return parse_policy(json.dumps(content).encode(), source=draft.name).rules[0]


def _free_name(bench: Bench, name: str) -> str:
    names = {policy.name for policy in bench.layers.policies}
    for number in range(1, _MOST_NUMBERS):
        end = "" if number == 1 else f"-{number}"
        stem = f"{name[: _LONGEST_NAME - len(end)].rstrip('-')}{end}"
        if stem not in names and not bench.ground.taken & {f"{stem}.yaml", f"{stem}.yml"}:
            return stem
    raise NotProposed(f"no name {name}-… is left")


def _policy_name(kind: str, about: str) -> str:
    """Return a name in kebab-case; where letters are lost, or too many, a digest tells it apart."""
    slug = re.sub(r"[^a-z0-9]+", "-", about.lower()).strip("-")
    name = f"proposed-{kind}-{slug}"
    if slug != about.lower().replace("_", "-") or len(name) > _LONGEST_NAME:
        mark = hashlib.sha256(about.encode()).hexdigest()[:_MARK]
        name = f"{name[: _LONGEST_NAME - _MARK - 1].rstrip('-')}-{mark}"
    return name


def _next_version(version: str) -> str:
    major, minor, _ = version.split(".")
    return f"{major}.{int(minor) + 1}.0"


def _bare_version(before: bytes, after: bytes) -> bytes:
    """Return *after* with its version out of quotes, where it stood in none."""
    if not re.search(rb"(?m)^version:[ \t]+\d", before):
        return after
    return re.sub(rb'(?m)^(version:[ \t]+)"([0-9.]+)"', rb"\1\2", after)


def _next_year(day: date) -> date:
    try:
        return day.replace(year=day.year + 1)
    except ValueError:  # the 29th of February
        return day.replace(year=day.year + 1, day=28)


def _plain(skill: Skill) -> dict[str, Json]:
    """Return a skill of that name and effect; its own words are nobody else's."""
    return {
        "name": skill.name,
        "description": f"Do what {skill.name} does.",
        "effect": skill.effect.value,
    }


def _cel(text: str) -> str:
    # JSON's escapes are CEL's, but for pairs of surrogates, which are not made here.
    return json.dumps(text, ensure_ascii=False)


def _example(fields: dict[str, Json]) -> str:
    # Without a line end behind it, which keeps it a block that people can read.
    return "\n".join(yaml_lines(fields))
