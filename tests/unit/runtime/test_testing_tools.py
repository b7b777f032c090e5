"""What agents' own tests are made of, tried on a package of a hand."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import urllib.error
import urllib.request
from datetime import timedelta
from pathlib import Path

import pytest
from fakes.refund_desk import SPEC, CountingSkills, refund, refund_desk

from waooaw import Agent, AgentSpec
from waooaw.bus import MemoryBus
from waooaw.testing import (
    Case,
    DroppingBus,
    JournalLock,
    MakeAgent,
    ModelServer,
    Reply,
    burst,
    drained,
    examples,
    handle_all,
    journalled,
    scripted_model,
)


class Desk(Agent):
    """An agent whose specification is not in a file."""

    skillset = CountingSkills

    @classmethod
    def own_spec(cls) -> AgentSpec:
        return refund_desk()


@examples(Desk)
def test_examples_are_cases(case: Case) -> None:
    """Each example is one case, and the agent does what it says."""
    assert case.decided() == case.expected
    assert case.handled().woke == case.wakes() == case.expect.wakes


def test_cases_are_named_and_numbered() -> None:
    """A failing example is found by its number, its topic and what it expects."""
    mark = examples(Desk).mark

    assert mark.args[0] == "case"
    assert mark.kwargs["ids"] == [
        "1-refund.requested-issue_refund-small",
        "2-order.created-asleep",
    ]


def test_a_wrong_example_fails() -> None:
    """A case shows what happened beside what was expected, for what the example names."""
    (case, asleep) = examples(Desk).mark.args[1]
    wrong = Case(
        case.agent_class,
        1,
        refund(9, channel="cash"),
        case.expect.model_copy(update={"rule": None}),
    )

    assert wrong.expected == {"wakes": True, "outcome": "issue_refund"}
    assert wrong.decided() == {"wakes": True, "outcome": "escalate"}
    assert asleep.decided() == {"wakes": False}


def test_what_a_model_decides_is_scripted() -> None:
    """An example that no rule decides gets the outcome that it expects from the stand-in."""
    expect = {"outcome": "defer"}
    event = {"type": "refund.requested", "data": {"amount": 900, "channel": "card"}}

    class Asking(Desk):
        @classmethod
        def own_spec(cls) -> AgentSpec:
            return refund_desk(
                otherwise="model",
                model={"name": "claude-sonnet-4-5"},
                examples=[{"event": event, "expect": expect}],
            )

    (case,) = examples(Asking).mark.args[1]

    assert case.decided() == case.expected
    assert case.handled().tier == "model"
    assert scripted_model(Asking.own_spec()).answers == {"example-1": "defer"}


def test_load_is_handled_at_once(make_agent: MakeAgent) -> None:
    """A hundred events at the same time are a hundred decisions, in the order of the events."""
    agent = make_agent(Desk, skills=CountingSkills(pause_s=0.001))
    events = burst(agent.spec, 100)

    decisions = handle_all(agent, events)

    assert [one.event for one in decisions] == [event.id for event in events]
    assert len(journalled(agent)) == 100


def test_a_dropping_bus_repeats_and_decides_once(
    make_agent: MakeAgent, dropping_bus: DroppingBus
) -> None:
    """Events whose acknowledgement was lost come again, and find their decision."""
    skills = CountingSkills()
    agent = make_agent(Desk, skills=skills)

    decisions = drained(agent, dropping_bus, burst(agent.spec, 11))

    assert dropping_bus.dropped >= 11 // 2
    assert len(decisions) == 11 + dropping_bus.dropped
    assert len(journalled(agent)) == 11
    assert len(skills.keys) == len(set(skills.keys))


def test_two_agents_of_one_maker_share_a_journal(make_agent: MakeAgent, journal_path: Path) -> None:
    """A second agent knows what the first decided, as a second process would."""
    first = asyncio.run(make_agent(Desk).handle(refund(120)))
    again = asyncio.run(make_agent(Desk).handle(refund(120)))

    assert again.to_json() == first.to_json()
    assert journal_path.is_file()


def test_a_locked_journal_delays(make_agent: MakeAgent, journal_lock: JournalLock) -> None:
    """The lock is another connection's, and the decision waits for it."""
    agent = make_agent(Desk)
    journal_lock.hold(timedelta(milliseconds=100))

    assert handle_all(agent, [refund(120)])[0].action == "done"


def test_the_model_server_can_be_slow(make_agent: MakeAgent, model_server: ModelServer) -> None:
    """A model that takes too long is left alone, and the server ends at once all the same."""
    model_server.reply = Reply(delay=timedelta(seconds=30))

    class Asking(Desk):
        @classmethod
        def own_spec(cls) -> AgentSpec:
            return refund_desk(otherwise="model", model={"name": "claude-sonnet-4-5"})

    agent = make_agent(Asking, model=model_server.model(time_limit=timedelta(seconds=1)))

    decision = asyncio.run(agent.handle(refund(900)))

    assert decision.tier == "otherwise"
    assert len(model_server.requests) == 1


def test_the_model_server_answers_its_own_path_only(model_server: ModelServer) -> None:
    """Anything but /v1/messages is not found."""
    request = urllib.request.Request(f"{model_server.url}/v2/x", data=b"{}")

    with pytest.raises(urllib.error.HTTPError, match="404") as caught:
        urllib.request.urlopen(request)
    caught.value.close()


def test_a_bus_behind_the_dropping_one_is_closed() -> None:
    """Closing passes through."""
    inner = MemoryBus()
    asyncio.run(inner.publish([refund(1)]))

    DroppingBus(inner).close()

    assert asyncio.run(inner.receive("g", most=1, hold=timedelta(0))) == ()


PACKAGE = {
    "src/wow_refund_desk/__init__.py": "",
    "src/wow_refund_desk/agent.py": (
        "import pathlib\n\nimport waooaw\n\n\n"
        "class WowRefundDesk(waooaw.Agent):\n    home = pathlib.Path(__file__).parent\n"
    ),
    "tests/test_it.py": (
        "import waooaw.testing\nfrom wow_refund_desk.agent import WowRefundDesk\n\n\n"
        "@waooaw.testing.examples(WowRefundDesk)\n"
        "def test_examples(case: waooaw.testing.Case) -> None:\n"
        "    assert case.decided() == case.expected\n\n\n"
        "def test_load(make_agent: waooaw.testing.MakeAgent) -> None:\n"
        "    agent = make_agent(WowRefundDesk)\n"
        "    assert agent.spec.name == 'wow-refund-desk'\n"
        "    events = waooaw.testing.burst(agent.spec)\n"
        "    assert len(waooaw.testing.handle_all(agent, events)) == 100\n"
    ),
    "pyproject.toml": (
        '[tool.pytest.ini_options]\npythonpath = ["src"]\nfilterwarnings = ["error"]\n'
    ),
}


def package(folder: Path) -> Path:
    for name, text in PACKAGE.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "agent.yaml").write_text(json.dumps(SPEC), encoding="utf-8")
    return folder


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *arguments], cwd=cwd, capture_output=True, text=True, check=False
    )


def test_pytest_finds_the_plugin_by_itself(tmp_path: Path) -> None:
    """A package's thin tests run without a conftest, warnings being errors."""
    done = run("pytest", "-q", "-p", "no:cacheprovider", cwd=package(tmp_path))

    assert done.returncode == 0, done.stdout
    assert "3 passed" in done.stdout


def test_thin_tests_pass_the_type_checker(tmp_path: Path) -> None:
    """What a generated test writes down is typed all the way."""
    root = package(tmp_path)
    settings = root / "mypy.ini"
    settings.write_text(
        "[mypy]\nstrict = true\nmypy_path = src\nexplicit_package_bases = true\n"
        "[mypy-anthropic.*,httpx2.*]\nfollow_imports = skip\n",
        encoding="utf-8",
    )

    done = run("mypy", "--cache-dir", str(tmp_path / "cache"), "src", "tests", cwd=root)

    assert done.returncode == 0, done.stdout


def test_the_plugin_costs_other_projects_nothing() -> None:
    """Pytest loads the plugin everywhere; it must not pull the runtime in."""
    seen = "import sys, waooaw.testing.plugin; print(*sorted(sys.modules))"

    done = run_code(seen)

    heavy = {"pydantic", "yaml", "anthropic", "waooaw.agent", "waooaw.store", "cel_expr_python"}
    assert heavy.isdisjoint(done.split())


def run_code(code: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout


def test_what_the_tools_offer_is_listed() -> None:
    """Every name of the list can be had, and any other is an AttributeError."""
    import waooaw.testing as tools

    assert dir(tools) == sorted(tools.__all__)
    assert all(getattr(tools, name) is not None for name in tools.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nope'"):
        _ = tools.nope
