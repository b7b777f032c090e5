"""Learn from agents' journals: what people decline, boundaries refuse, and no rule covers.

No diff lets an agent do more than it may today; what would is advice, with YAML to begin with.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import TypeVar

from waooaw.documents import Json
from waooaw.spec import AgentSpec, Effect, Skill
from waooaw_cli.factory.attempts import Attempts
from waooaw_cli.factory.mining_journals import (
    Decided,
    Failure,
    Faulty,
    Mined,
    Refusal,
    Unanswered,
)
from waooaw_cli.factory.proposals import ENOUGH, Evidence, Pattern, Tally, evidence_lines
from waooaw_cli.factory.proposed_files import Note, NotProposed
from waooaw_cli.factory.proposed_guards import condition_of, guarded, place_of
from waooaw_cli.factory.proposed_policies import (
    Covered,
    PolicyDraft,
    approval_policy,
    boundary_policy,
    objected,
    write_policy,
)
from waooaw_cli.factory.spec_edits import Edit
from waooaw_cli.factory.yaml_text import yaml_lines

__all__ = ["learn_from_journals"]

#: Decides nothing that an agent could not do today without a model.
_CAREFUL = frozenset({"escalate", "defer", "reject"})
_LONGEST_ID = 60
#: Who gets more proposals reads none.
_MOST = 30
_NAMED = 5
_Key = TypeVar("_Key", Refusal, Decided, Failure)


def learn_from_journals(made: Attempts, mined: Mined) -> None:
    """Propose what the journals call for, pattern by pattern, each in a fixed order."""
    # Conditions first: what policies repeat of them is repeated as it will be.
    for place, faulty in sorted(mined.unanswered.items(), key=lambda one: one[0]):
        if faulty.tally.count >= ENOUGH:
            _guard(made, place, faulty)
    # What was decided now so, now otherwise, is what a model is for.
    alike = {
        key: next(iter(by_outcome.values()))
        for key, by_outcome in mined.decided.items()
        if len(by_outcome) == 1
    }
    for decided, tally in _often(alike):
        (outcome,) = mined.decided[decided]
        _write_rule(made, decided, outcome, tally)
    _ask_people(made, mined)
    _spread_boundaries(made, mined)
    for failure, tally in _often(mined.failures):
        made.advise(
            f"mend the skill {failure.skill} of {failure.agent}: {failure.error}",
            "its code has to change, not a rule",
            tally.evidence(Pattern.FAILED),
        )


def _often(tallies: Mapping[_Key, Tally]) -> list[tuple[_Key, Tally]]:
    """Return what was seen often enough, in the order of its keys; of very much the most."""
    found = [(key, tally) for key, tally in tallies.items() if tally.count >= ENOUGH]
    found = sorted(found, key=lambda one: (-one[1].count, one[0]))[:_MOST]
    return sorted(found, key=lambda one: one[0])


def _ask_people(made: Attempts, mined: Mined) -> None:
    """Demand of all agents that a person is asked before a skill that people keep declining."""
    by_skill: dict[str, list[tuple[str, Tally]]] = {}
    for (agent, name), tally in sorted(mined.declined.items()):
        by_skill.setdefault(name, []).append((agent, tally))
    for name, told in sorted(by_skill.items()):
        joined = Tally.joined(tally for _, tally in told)
        if joined.count < ENOUGH:
            continue
        agents = [agent for agent, _ in told]
        granted = sum(mined.granted.get((agent, name), 0) for agent in agents)
        skill = next(_skills(made, name, agents), None)
        if skill is None:
            continue
        draft = approval_policy(skill, joined.evidence(Pattern.DECLINED))
        note = f"declined {joined.count} times, granted {granted} times"
        _policy(made, draft, joined.evidence(Pattern.DECLINED, note, _objecting(made, draft)))
        if not granted:
            whose = ", ".join(agents[:_NAMED])
            made.advise(
                f"take {name} out of the rules of {whose}, or let them escalate",
                "nobody ever let it run; what should happen instead, a person has to say",
                joined.evidence(Pattern.DECLINED, note),
            )


def _spread_boundaries(made: Attempts, mined: Mined) -> None:
    """Demand of all agents with a skill the boundary that keeps refusing it in one of them."""
    merged: dict[tuple[str, str, str], list[tuple[Refusal, Tally]]] = {}
    for refusal, tally in _often(mined.refusals):
        skill = _refused_skill(made.bench.specs[refusal.agent], refusal)
        key = (refusal.agent, refusal.boundary, "" if skill is None else skill.name)
        merged.setdefault(key, []).append((refusal, tally))
    for (agent, name, _), told in sorted(merged.items()):
        spec = made.bench.specs[agent]
        boundary = next(one for one in spec.boundaries.never if one.id == name)
        joined = Tally.joined(tally for _, tally in told)
        shapes = "; ".join(f"rule {one.rule} on {one.topic}" for one, _ in told[:_NAMED])
        evidence = joined.evidence(Pattern.REFUSED, shapes)
        made.advise(
            f"let the rules of {agent} say themselves what its boundary {name} refuses",
            "what should happen instead, a person has to say",
            evidence,
        )
        skill = _refused_skill(spec, told[0][0])
        if skill is None:
            continue
        try:
            draft = boundary_policy(spec, boundary, skill, evidence)
        except NotProposed:
            continue
        if any(objected(made.bench, draft)):
            objecting = _objecting(made, draft)
            _policy(made, draft, joined.evidence(Pattern.REFUSED, shapes, objecting))


def _refused_skill(spec: AgentSpec, refusal: Refusal) -> Skill | None:
    rule = next((one for one in spec.rules if one.id == refusal.rule), None)
    return None if rule is None else spec.skill(rule.then)


def _skills(made: Attempts, name: str, agents: Iterable[str]) -> Iterator[Skill]:
    for agent in agents:
        skill = made.bench.specs[agent].skill(name)
        if skill is not None:
            yield skill


def _objecting(made: Attempts, draft: PolicyDraft) -> str:
    """Say whom a new rule would object to on its first day."""
    found = list(objected(made.bench, draft))
    many = len(made.bench.specs)
    return f"would object to {', '.join(found[:_NAMED]) or 'none'} ({len(found)} of {many} agents)"


def _policy(made: Attempts, draft: PolicyDraft, evidence: Evidence) -> None:
    title = str(draft.rule["title"])
    try:
        made.propose(
            title, evidence, lambda: write_policy(made.bench, draft, evidence, made.owner())
        )
    except Covered:
        return  # a rule that is there forbids it: there is nothing to learn


def _guard(made: Attempts, place: Unanswered, faulty: Faulty) -> None:
    spec = made.bench.specs[place.agent]
    _, called = condition_of(spec, place)
    missing = ", ".join(sorted(faulty.keys)) or "none that is known"
    evidence = faulty.tally.evidence(Pattern.NO_ANSWER, f"missing fields: {missing}")

    def make() -> PurePosixPath:
        path = place_of(place)
        edit = Edit((*path, "when"), "set", guarded(spec, place, faulty))
        made.bench.put_spec(place.agent, [edit], Note(path, _noted(made, evidence)))
        return made.bench.specimen(place.agent).path

    made.propose(f"{called} of {place.agent} says what a missing field means", evidence, make)


def _write_rule(made: Attempts, decided: Decided, outcome: str, tally: Tally) -> None:
    spec = made.bench.specs[decided.agent]
    who = "the model" if decided.by_model else "otherwise"
    pattern = Pattern.DECIDED_ALIKE if decided.by_model else Pattern.UNDECIDED
    evidence = tally.evidence(pattern, f"{who} said {outcome} on {decided.topic} each time")
    entry = _entry(spec, decided, outcome)
    suggestion = "\n".join(yaml_lines({"rules": [entry]}))
    title = f"a rule of {decided.agent} decides {decided.topic}: {outcome}"
    skill = spec.skill(outcome)
    careful = outcome in _CAREFUL or (skill is not None and skill.effect is Effect.NONE)
    if not decided.by_model:
        because = "it would change nothing by itself: a person has to say what decides it"
        made.advise(title, because, evidence, suggestion=suggestion)
        return
    if not careful:
        because = "it would let every such event pass unseen: say first in `when` which ones may"
        made.advise(title, because, evidence, suggestion=suggestion)
        return

    def make() -> PurePosixPath:
        edit = Edit(("rules",), "add", entry)
        note = Note(("rules", len(spec.rules)), _noted(made, evidence))
        made.bench.put_spec(decided.agent, [edit], note)
        return made.bench.specimen(decided.agent).path

    made.propose(title, evidence, make, suggestion=suggestion)


def _entry(spec: AgentSpec, decided: Decided, outcome: str) -> dict[str, Json]:
    """Return a rule that decides a topic as it was decided each time."""
    taken = {rule.id for rule in spec.rules}
    stem = f"decided-{decided.topic.replace('.', '-')}"[:_LONGEST_ID]
    names = (stem, *(f"{stem}-{number}" for number in range(2, len(taken) + 3)))
    name = next(one for one in names if one not in taken)
    return {
        "id": name,
        "when": f'event.type == "{decided.topic}"',
        "then": outcome,
        "because": f"It was decided so each time that no rule matched {decided.topic}.",
    }


def _noted(made: Attempts, evidence: Evidence) -> tuple[str, ...]:
    return (f"Proposed on {made.bench.ground.today}:", *evidence_lines(evidence))
