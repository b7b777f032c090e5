"""Count what agents' journals show again and again, in one pass and in little memory.

A journal is a file that anyone may have written, and its events are what anyone has sent: only
names of a plain form are counted, and no text is kept but a few events for trying conditions.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from waooaw.documents import Json
from waooaw.errors import InputError, shown
from waooaw.events import Event
from waooaw.rulebook import Rulebook
from waooaw.spec import AgentSpec
from waooaw.store import Entry, Journalled
from waooaw_cli.factory.naming_evidence import (
    agent_named,
    event_named,
    identifier,
    outcome_named,
    topic_named,
)
from waooaw_cli.factory.proposals import Tally

__all__ = ["Decided", "Failure", "Faulty", "Mined", "Refusal", "Unanswered", "mined"]

#: Events kept to try a condition with, and how large each may be.
_SAMPLES = 20
_LARGEST_SAMPLE = 64_000
_ERROR = re.compile(r"([A-Za-z_][A-Za-z0-9_.]{0,79})(?=:|\n|$)")
_MISSING = re.compile(r'Key not found in map : "([A-Za-z_][A-Za-z0-9_]{0,59})"')
_BY_MODEL = frozenset({"model", "cache"})
_WITHOUT_RULE = _BY_MODEL | {"otherwise"}


@dataclass(frozen=True, slots=True, order=True)
class Refusal:
    """Name one shape of refusal: this boundary of this agent, this rule, this topic."""

    agent: str
    boundary: str
    rule: str
    topic: str


@dataclass(frozen=True, slots=True, order=True)
class Decided:
    """Name what no rule decided: by a model or by `otherwise`, on one topic."""

    agent: str
    by_model: bool
    topic: str


@dataclass(frozen=True, slots=True, order=True)
class Failure:
    """Name a way in which a skill of an agent failed."""

    agent: str
    skill: str
    error: str


@dataclass(frozen=True, slots=True, order=True)
class Unanswered:
    """Name a condition of an agent: the list that it stands in, and its index there."""

    agent: str
    part: str
    index: int


@dataclass(slots=True)
class Faulty:
    """Gather what a condition had no answer to.

    Attributes:
        keys: The fields that were missing.
        samples: Some of the events, with the decision that was on the table.
    """

    tally: Tally = field(default_factory=Tally)
    keys: set[str] = field(default_factory=set)
    samples: list[tuple[Event, Entry]] = field(default_factory=list)


@dataclass(slots=True)
class Mined:
    """Hold what was counted.

    Attributes:
        entries: Entries read, each event of an agent once.
        unread: Entries of which nothing could be made.
        refusals: By shape.
        decided: By outcome, for each topic that no rule decided; with samples of the events.
        declined: Actions that a person refused, by agent and skill.
        granted: How many a person let run, by agent and skill.
        failures: By agent, skill and kind of error.
        unanswered: Conditions without an answer.
        strangers: Agents of which there is no specification.
    """

    entries: int = 0
    unread: int = 0
    refusals: dict[Refusal, Tally] = field(default_factory=dict)
    decided: dict[Decided, dict[str, Tally]] = field(default_factory=dict)
    declined: dict[tuple[str, str], Tally] = field(default_factory=dict)
    granted: dict[tuple[str, str], int] = field(default_factory=dict)
    failures: dict[Failure, Tally] = field(default_factory=dict)
    unanswered: dict[Unanswered, Faulty] = field(default_factory=dict)
    strangers: set[str] = field(default_factory=set)
    _known: set[bytes] = field(default_factory=set)

    def is_new(self, entry: Entry) -> bool:
        """Say whether this event of this agent was not counted yet; a copy is no second one."""
        key = f"{entry.agent}\0{entry.event_id}".encode("utf-8", "surrogatepass")
        digest = hashlib.blake2b(key, digest_size=12).digest()
        if digest in self._known:
            return False
        self._known.add(digest)
        return True


@dataclass(frozen=True, slots=True)
class _Line:
    """Hold of one entry what may be counted."""

    entry: Entry
    agent: str
    name: str
    topic: str | None
    outcome: str | None
    rule: str | None
    boundary: str | None
    action: str
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Place:
    """Hold how a journal begins what it says of a condition that had no answer."""

    says: str
    when: str
    condition: Unanswered


def mined(rows: Iterable[Journalled | None], specs: Mapping[str, AgentSpec]) -> Mined:
    """Count what *rows* show.

    Args:
        rows: Entries of journals, one journal after the other; None for what is none.
        specs: The specifications as they are now, by the agents' names. What an agent refused, or
            could not answer, by a specification that is gone by now, counts for nothing.
    """
    found = Mined()
    places = {name: tuple(_places(spec)) for name, spec in specs.items()}
    rulebooks = {name: Rulebook(spec) for name, spec in specs.items()}
    for row in rows:
        if row is None:
            found.unread += 1
            continue
        if not found.is_new(row.entry):
            continue
        found.entries += 1
        line = _line(row.entry)
        if line is None:
            found.unread += 1
            continue
        if line.agent not in specs:
            found.strangers.add(line.agent)
        spec, rulebook = specs.get(line.agent), rulebooks.get(line.agent)
        _count(found, line, granted=row.granted, spec=spec, rulebook=rulebook)
        if line.faults:
            _count_faults(found, line, places.get(line.agent, ()))
    return found


def _line(entry: Entry) -> _Line | None:
    agent = agent_named(entry.agent)
    decision, trace = _mapping(entry.decision), _mapping(entry.trace)
    if agent is None or decision is None or trace is None:
        return None
    event = _mapping(entry.event) or {}
    faults = trace.get("faults")
    return _Line(
        entry=entry,
        agent=agent,
        name=event_named(entry.event_id),
        topic=topic_named(event.get("type")),
        outcome=outcome_named(decision.get("outcome")),
        rule=identifier(decision.get("rule")),
        boundary=identifier(decision.get("boundary")),
        action=str(decision.get("action")),
        faults=tuple(one for one in faults if isinstance(one, str))
        if isinstance(faults, list)
        else (),
    )


def _mapping(text: str) -> dict[str, Json] | None:
    try:
        read = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return read if isinstance(read, dict) else None


def _count(
    found: Mined,
    line: _Line,
    *,
    granted: bool | None,
    spec: AgentSpec | None,
    rulebook: Rulebook | None,
) -> None:
    if line.boundary is not None:
        _count_refusal(found, line, spec)
    elif granted is not None:
        _count_word(found, line, spec, granted=granted)
    elif line.entry.tier in _WITHOUT_RULE and line.topic is not None and line.outcome is not None:
        key = Decided(line.agent, line.entry.tier in _BY_MODEL, line.topic)
        if rulebook is not None and not _matches(rulebook, line.entry):
            _add(found.decided.setdefault(key, {}).setdefault(line.outcome, Tally()), line)
    if line.action in {"failed", "not-written"} and line.outcome is not None:
        error = _ERROR.match(line.entry.error or "")
        kind = identifier(error[1]) if error else None
        failure = Failure(line.agent, line.outcome, kind or "an error")
        _add(found.failures.setdefault(failure, Tally()), line)


def _matches(rulebook: Rulebook, entry: Entry) -> bool:
    """Say whether a rule decides such an event by now, or it does not wake the agent."""
    try:
        event = Event.from_json(entry.event)
    except InputError:
        return True
    return rulebook.match(event).rule is not None or not rulebook.wakes(event).awake


def _count_refusal(found: Mined, line: _Line, spec: AgentSpec | None) -> None:
    if spec is None or line.rule is None or line.topic is None or line.boundary is None:
        return
    boundary = next((one for one in spec.boundaries.never if one.id == line.boundary), None)
    if boundary is None or any(one.startswith(_said(boundary.when)) for one in line.faults):
        return  # a condition without an answer refuses too; that is counted elsewhere
    key = Refusal(line.agent, line.boundary, line.rule, line.topic)
    _add(found.refusals.setdefault(key, Tally()), line)


def _count_word(found: Mined, line: _Line, spec: AgentSpec | None, *, granted: bool) -> None:
    """Count what a person said to an action; whose action it was, a refusal says no more."""
    if spec is None:
        return
    rule = next((one for one in spec.rules if one.id == line.rule), None)
    waiting = spec.boundaries.approval
    skill = rule.then if rule is not None else None
    if not granted and skill is None and len(waiting) == 1:
        skill = waiting[0]
    skill = line.outcome if granted else skill
    if skill is None or skill not in waiting or outcome_named(skill) is None:
        return
    key = (line.agent, skill)
    if granted:
        found.granted[key] = found.granted.get(key, 0) + 1
    else:
        _add(found.declined.setdefault(key, Tally()), line)


def _places(spec: AgentSpec) -> Iterator[_Place]:
    """Yield each condition that can be told by how its faults begin."""
    conditions = [
        *((one.when, "wake", index) for index, one in enumerate(spec.wake)),
        *((one.when, "rules", index) for index, one in enumerate(spec.rules)),
        *((one.when, "boundaries.never", index) for index, one in enumerate(spec.boundaries.never)),
    ]
    said: dict[str, list[_Place]] = {}
    for when, part, index in conditions:
        if when is not None:
            place = _Place(_said(when), when, Unanswered(spec.name, part, index))
            said.setdefault(place.says, []).append(place)
    for alike in said.values():
        if len(alike) == 1:
            yield alike[0]


def _said(condition: str) -> str:
    # As `expressions` begins what it says of a condition that had no answer.
    return f"{shown(condition)}: "


def _count_faults(found: Mined, line: _Line, places: Iterable[_Place]) -> None:
    for place in places:
        fault = next((one for one in line.faults if one.startswith(place.says)), None)
        if fault is None:
            continue
        faulty = found.unanswered.setdefault(place.condition, Faulty())
        _add(faulty.tally, line)
        missing = _MISSING.search(fault, len(place.says))
        # A name that the condition has not is somebody else's word.
        if missing is not None and missing[1] in place.when:
            faulty.keys.add(missing[1])
        if len(line.entry.event) <= _LARGEST_SAMPLE and len(faulty.samples) < _SAMPLES:
            try:
                faulty.samples.append((Event.from_json(line.entry.event), line.entry))
            except InputError:
                continue


def _add(tally: Tally, line: _Line) -> None:
    tally.add(line.agent, line.entry.at, line.name)
