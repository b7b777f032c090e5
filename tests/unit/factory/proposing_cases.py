"""A repository to propose for, and journals that a real agent has written."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from pathlib import PurePosixPath
from typing import Any

import yaml
from fakes.refund_desk import SPEC, CountingSkills, refund_desk

from waooaw import Agent
from waooaw.documents import parse
from waooaw.spec import AgentSpec
from waooaw.specfile import check_spec
from waooaw.store import Journalled
from waooaw_cli.factory.mining_gates import Said
from waooaw_cli.factory.observations import Observation
from waooaw_cli.factory.proposals import Pattern, Proposals
from waooaw_cli.factory.proposed_files import Ground, Specimen
from waooaw_cli.factory.proposing import proposed

ASKING = {"boundaries": {"approval": ["issue_refund"]}}
BOTH = {"boundaries": SPEC["boundaries"] | ASKING["boundaries"]}
INTERNAL = {
    "skills": [{"name": "issue_refund", "description": "Pay.", "effect": "internal"}],
    "rules": [
        {"id": "small", "when": "event.data.amount <= 500", "then": "issue_refund", "because": "S."}
    ],
}


TODAY = date(2026, 3, 1)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOME = PurePosixPath("vision")
MODEL = {"otherwise": "model"}


def specimen(**changes: Any) -> Specimen:
    spec = refund_desk(**changes)
    content = yaml.safe_dump(spec.plain(), sort_keys=False).encode()
    path = PurePosixPath("agents") / spec.name / "agent.yaml"
    return Specimen(path, content, check_spec(parse(content, source="agent.yaml")))


def ground(
    *agents: Specimen, policies: Mapping[str, bytes] | None = None, today: date = TODAY
) -> Ground:
    files = tuple((HOME / name, content) for name, content in (policies or {}).items())
    taken = frozenset(policies or {})
    return Ground(files, HOME, taken, agents or (specimen(),), today)


def rows_of(
    agent: Agent, events: Iterable[Any], granted: Mapping[str, bool] | None = None
) -> list[Journalled]:
    async def all_of_them() -> list[Journalled]:
        for event in events:
            await agent.handle(event)
        for name, word in (granted or {}).items():
            await agent.approve(name, by="maria@example.com", granted=word, note="no\n--- a/x")
        entries = await agent.journal()
        said = [await agent.store.approval(one.agent, one.event_id) for one in entries]
        return [
            Journalled(one, None if word is None else word.granted)
            for one, word in zip(entries, said, strict=True)
        ]

    return asyncio.run(all_of_them())


def agent(spec: AgentSpec | None = None, **options: Any) -> Agent:
    skills = options.pop("skills", None) or CountingSkills()
    return Agent(spec or specimen().spec, skills=skills, now=lambda: NOON, **options)


def propose(
    on: Ground,
    rows: Iterable[Journalled | None] = (),
    seen: Iterable[Observation] = (),
    said: Iterable[Said] = (),
) -> Proposals:
    return proposed(
        on, rows=rows, observations=seen, said=said, owner=lambda: "platform@example.com"
    )


def patterns(found: Proposals) -> tuple[list[Pattern], list[Pattern]]:
    return (
        [one.evidence.pattern for one in found.proposals],
        [one.evidence.pattern for one in found.advice],
    )


def after(found: Proposals, name: str) -> str:
    (change,) = [one for one in found.changes if one.path.name == name]
    return change.after.decode()
