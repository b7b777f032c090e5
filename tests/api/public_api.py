"""The public API as users type it. The type checker reads this; nothing runs it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TypedDict, assert_type

import waooaw
from waooaw import Agent, AgentSpec, Decision, Event, NotWritten, Task, read_spec
from waooaw.store import SqliteStore


class RefundInput(TypedDict, total=False):
    order_id: str
    amount: float


class RefundOutput(TypedDict):
    refund_id: str


class Skills:
    async def issue_refund(self, task: Task[RefundInput]) -> RefundOutput:
        order = task.input.get("order_id")
        if order is None:
            raise NotWritten("issue_refund")
        task.memory["last"] = order
        return {"refund_id": f"{order}-{task.key}"}


class RefundDesk(Agent):
    home = Path(__file__).parent
    skillset = Skills


async def use(agent: Agent, event: Event) -> Decision:
    assert_type(agent.should_wake(event), bool)
    decision = await agent.make_decision(event)
    assert_type(decision, Decision)
    assert_type(await agent.execute_task(decision, event), Decision)
    assert_type(await agent.approve(event.id, by="maria@example.com"), Decision)
    return await agent.handle(event)


def main(path: Path) -> None:
    spec = read_spec(path)
    assert_type(spec, AgentSpec)
    agent = RefundDesk(spec, skills=Skills(), store=SqliteStore(path.with_suffix(".db")))
    event = Event.from_json('{"type": "refund.requested", "data": {}}', default_id="e-1")
    decision = asyncio.run(use(agent, event))
    assert_type(decision.outcome, str | None)
    assert_type(waooaw.__version__, str)
