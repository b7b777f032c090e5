"""The rules of the gate `performance`, each with an example that breaks it and one that keeps it.

Where an example is code, it is a whole `agent.py`; where it is YAML, fields of `agent.yaml`.
"""

from __future__ import annotations

from waooaw_cli.gates.rule import RuleDoc

__all__ = ["RULES"]


RULES = (
    RuleDoc(
        id="PERF-001",
        title="95 of 100 decisions, and of whole cycles, take at most limits.p95_ms.",
        why="Whoever sent the event waits; the specification promised how long at most.",
        fix="Make make_decision faster (work belongs into skills), or raise limits.p95_ms.",
        bad="""\
import time
import waooaw

class WowHeartbeat(waooaw.Agent):
    async def make_decision(self, event, context=None):
        time.sleep(0.2)
        return await super().make_decision(event, context)""",
        good="""\
import waooaw

class WowHeartbeat(waooaw.Agent):
    \"\"\"The runtime's own make_decision: rules decide in microseconds.\"\"\"""",
        waivable=True,
    ),
    RuleDoc(
        id="PERF-002",
        title="A process that runs whole cycles holds at most limits.memory_mb.",
        why="The machine that the agent is given is sized by this limit.",
        fix="Load less, later, or ask for more in limits.memory_mb.",
        bad="""\
import waooaw

TABLE = bytearray(600 * 1024**2)  # when the module is imported

class WowHeartbeat(waooaw.Agent):
    \"\"\"Has everything at hand.\"\"\"""",
        good="""\
import waooaw

class WowHeartbeat(waooaw.Agent):
    \"\"\"Reads what one event needs, when it needs it.\"\"\"""",
        waivable=True,
    ),
    RuleDoc(
        id="PERF-003",
        title="The projected cost of a month is at most limits.monthly_usd.",
        why="A model that is asked for every event turns cents into a budget.",
        fix=(
            "Write rules for what is decided often, lower limits.decision_usd, or correct the rate"
            " with [tool.waooaw] events_per_month in pyproject.toml (10 000 by default)."
        ),
        bad="""\
rules:
  - {id: known, when: event.data.known, then: approve, because: It was seen before.}
otherwise: model
model: {name: claude-sonnet-4-5, max_share: 0.5}
limits: {monthly_usd: 10, decision_usd: 0.01}
examples:
  - {event: {type: clock.ticked, data: {known: false}}, expect: {outcome: escalate}}""",
        good="""\
rules:
  - {id: known, when: event.data.known, then: approve, because: It was seen before.}
otherwise: model
model: {name: claude-sonnet-4-5, max_share: 0.05}
limits: {monthly_usd: 10, decision_usd: 0.01}
examples:
  - {event: {type: clock.ticked, data: {known: false}}, expect: {outcome: escalate}}""",
        waivable=True,
    ),
    RuleDoc(
        id="PERF-004",
        title="The agent can be loaded, and decides its examples without an error.",
        why="What can't be imported, or raises, decides nothing, here or where it is deployed.",
        fix="Mend the module, or name what it imports in dependencies in pyproject.toml.",
        bad="""\
import waooaw
import carrier_pigeon  # which pyproject.toml does not name

class WowHeartbeat(waooaw.Agent):
    \"\"\"Sends pigeons.\"\"\"""",
        good="""\
import waooaw

class WowHeartbeat(waooaw.Agent):
    \"\"\"Needs nothing that pyproject.toml does not name.\"\"\"""",
        waivable=False,
    ),
    RuleDoc(
        id="PERF-005",
        title="An agent does not keep something of every event.",
        why="What grows with every event ends in the middle of one, weeks after the release.",
        fix="Keep what has to last in Task.memory, and bound what is kept in the process.",
        bad="""\
import waooaw

class WowHeartbeat(waooaw.Agent):
    seen = []

    async def handle(self, event):
        self.seen.append(event.to_json() * 20)
        return await super().handle(event)""",
        good="""\
import collections
import waooaw

class WowHeartbeat(waooaw.Agent):
    seen = collections.deque(maxlen=100)

    async def handle(self, event):
        self.seen.append(event.to_json() * 20)
        return await super().handle(event)""",
        waivable=True,
    ),
    RuleDoc(
        id="PERF-006",
        title="A hundred events at once are each decided once, and in the order of their bus.",
        why="Events come in crowds; one that is skipped is missed by nobody but its sender.",
        fix="Journal every decision, by `Agent.handle`.",
        bad="""\
import asyncio
import waooaw

class WowHeartbeat(waooaw.Agent):
    busy = False

    async def handle(self, event):
        if self.busy:
            return await self.make_decision(event)  # nobody journals it
        self.busy = True
        await asyncio.sleep(0.001)
        self.busy = False
        return await super().handle(event)""",
        good="""\
import asyncio
import waooaw

class WowHeartbeat(waooaw.Agent):
    async def handle(self, event):
        await asyncio.sleep(0.001)
        return await super().handle(event)""",
        waivable=False,
    ),
    RuleDoc(
        id="PERF-007",
        title="A bus that drops, doubles or reorders events costs no event and doubles no effect.",
        why="Every bus delivers at least once: what an agent does twice, it pays twice.",
        fix="Leave the event's id alone: it is the idempotency key.",
        bad="""\
import uuid
import waooaw

class WowHeartbeat(waooaw.Agent):
    async def handle(self, event):
        fresh = event.model_copy(update={"id": uuid.uuid4().hex})
        return await super().handle(fresh)""",
        good="""\
import waooaw

class WowHeartbeat(waooaw.Agent):
    async def handle(self, event):
        return await super().handle(event)""",
        waivable=False,
    ),
    RuleDoc(
        id="PERF-008",
        title="A journal that locks, fills or is damaged costs no event and doubles no effect.",
        why=(
            "What is decided and not journalled is decided again, or by nobody. An error that is"
            " raised leaves the event on the bus."
        ),
        fix="Let errors of the store rise: the event is delivered again.",
        bad="""\
import waooaw

class WowHeartbeat(waooaw.Agent):
    async def handle(self, event):
        try:
            return await super().handle(event)
        except Exception:
            return await self.make_decision(event, {})  # nobody journals it""",
        good="""\
import waooaw

class WowHeartbeat(waooaw.Agent):
    async def handle(self, event):
        return await super().handle(event)""",
        waivable=False,
    ),
    RuleDoc(
        id="PERF-009",
        title="A model that is late, talks nonsense, refuses or costs too much decides nothing.",
        why="An answer that is none must end at a person, and within the budget.",
        fix="Let `ModelFault` rise from a model: the runtime escalates.",
        bad="""\
import waooaw
from waooaw.models import Answer

class Hopeful:
    name = "hopeful"

    def __init__(self, model):
        self.model = model

    def worst_cost_usd(self, question):
        return self.model.worst_cost_usd(question)

    async def decide(self, question):
        try:
            return await self.model.decide(question)
        except Exception:
            return Answer("approve", 0.5, "It will be fine.")

class WowHeartbeat(waooaw.Agent):
    def __init__(self, spec=None, *, model=None, **more):
        super().__init__(spec, model=Hopeful(model), **more)""",
        good="""\
import waooaw

class WowHeartbeat(waooaw.Agent):
    \"\"\"Asks the model that it is given.\"\"\"""",
        waivable=False,
    ),
    RuleDoc(
        id="PERF-010",
        title="What a decision takes can be told.",
        why=(
            "Rounds that disagree about the limit are no judgement: the machine is busy, or the"
            " agent itself is now quick and now slow. The verdict is error, with the spread."
        ),
        fix="Run `waooaw gate --gate performance --thorough` on a machine with nothing else to do.",
        bad="the 95th percentile was 20.3 to 180.4 ms over 16 rounds, limits.p95_ms allows 100",
        good="the 95th percentile was 20.3 to 20.9 ms over 3 rounds",
        waivable=False,
    ),
)
