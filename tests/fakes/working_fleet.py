"""A repository with two desks that share skills, and journals that the real agents write."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fakes.policy_text import policy_text

from waooaw import Agent, Event, ScriptedModel, Task
from waooaw.decisions import Decision
from waooaw.specfile import read_spec
from waooaw.store import SqliteStore

__all__ = ["NOON", "git", "handled", "working_agent", "working_fleet"]

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)

_REFUNDS = """\
schema: waooaw.agent/1
name: wow-refunds
version: 0.1.0
purpose: Decide refund requests.
domain: payments
owner: payments-team@example.com
wake: [{topic: refund.*}]
skills:
  - {name: pay_back, description: Pay the money back, effect: internal}
  - {name: write_letter, description: Write a letter, effect: internal}
rules:
  # The customers that the risk team has blocked.
  - id: blocked
    when: event.data.customer.blocked == true
    then: reject
    because: Blocked customers are the risk team's.
  - id: paid
    when: event.type == "refund.requested"
    then: pay_back
    because: What was paid twice is paid back.
  - id: letter
    when: event.type == "refund.explained"
    then: write_letter
    because: They want it in writing.
otherwise: model
boundaries:
  never:
    - id: no-cash
      when: has(event.data.channel) && event.data.channel == "cash"
      because: No cash.
  approval: [write_letter]
collaborators: {escalates_to: on-call@example.com}
limits: {monthly_usd: 40}
examples:
  - event: {type: refund.requested, data: {customer: {blocked: false}, channel: card}}
    expect: {outcome: pay_back, rule: paid}
"""

_CREDITS = """\
schema: waooaw.agent/1
name: wow-credits
version: 0.1.0
purpose: Decide about credit notes.
domain: payments
owner: payments-team@example.com
wake: [{topic: credit.requested}]
skills:
  - {name: pay_back, description: Pay the money back, effect: internal}
  - {name: write_letter, description: Write a letter, effect: internal}
rules:
  - {id: paid, when: event.data.amount <= 5, then: pay_back, because: Small.}
  - {id: told, when: event.data.amount > 5, then: write_letter, because: Large.}
collaborators: {escalates_to: on-call@example.com}
examples:
  - event: {type: credit.requested, data: {amount: 3}}
    expect: {outcome: pay_back, rule: paid}
"""


class _Skills:
    """Pay, write, and fail where the event says so."""

    async def pay_back(self, task: Task[object]) -> dict[str, object]:
        if isinstance(task.event.data, dict) and task.event.data.get("fail"):
            raise TimeoutError(f"the bank is silent about {task.event.data['fail']}")
        return {}

    async def write_letter(self, task: Task[object]) -> dict[str, object]:
        return {}


def git(folder: Path, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run git, and fail where it does."""
    return subprocess.run(
        ["git", "-c", "init.defaultBranch=main", "-c", "core.autocrlf=false", *arguments],
        cwd=folder,
        input=stdin,
        env={**os.environ, "GIT_CONFIG_NOSYSTEM": "1"},
        capture_output=True,
        text=True,
        check=True,
    )


def working_fleet(folder: Path) -> Path:
    """Make the repository, everything committed, with an owner for what is proposed."""
    for name, text in (("wow-refunds", _REFUNDS), ("wow-credits", _CREDITS)):
        (folder / "agents" / name).mkdir(parents=True)
        (folder / "agents" / name / "agent.yaml").write_text(text)
    (folder / "vision").mkdir()
    (folder / "vision" / "payments.yaml").write_bytes(policy_text())
    git(folder, "init")
    git(folder, "config", "user.email", "platform@example.com")
    git(folder, "config", "user.name", "Platform")
    git(folder, "add", ".")
    git(folder, "commit", "-m", "The fleet")
    return folder


def working_agent(
    folder: Path,
    name: str,
    journal: Path,
    answer: str | None = None,
    *,
    folder_name: str = "agents",
) -> Agent:
    """Return one of the agents, with its journal.

    Args:
        folder: The repository.
        name: The agent's name.
        journal: The file, made where it is not there.
        answer: What the model says to everything; None where there is no model.
        folder_name: Where in the repository the agents stand.
    """
    clock = iter(NOON + timedelta(minutes=number) for number in range(10_000))
    model = None if answer is None else ScriptedModel(default=answer)
    return Agent(
        read_spec(folder / folder_name / name / "agent.yaml"),
        skills=_Skills(),
        store=SqliteStore(journal),
        model=model,
        now=lambda: next(clock),
    )


def handled(agent: Agent, events: Iterable[Event]) -> list[Decision]:
    """Let an agent handle events, one after the other."""

    async def all_of_them() -> list[Decision]:
        return [await agent.handle(event) for event in events]

    return asyncio.run(all_of_them())
