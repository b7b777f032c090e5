"""`waooaw run`, as users and programs call it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from fakes.policy_text import ACTION_RULE, policy_text
from fakes.refund_desk import SPEC, refund

from waooaw.bus import SqliteBus
from waooaw.testing import ModelServer, Reply

AGENT = '''\
"""The agent."""

import pathlib

import waooaw

from . import skills


class WowRefundDesk(waooaw.Agent):
    """Decide refunds."""

    home = pathlib.Path(__file__).parent
    skillset = skills.Skills
'''

#: Each effect is a line in a file beside the package, with its idempotency key.
SKILLS = '''\
"""The skills."""

import os
import pathlib
import time

import waooaw


class Skills:
    """Pay."""

    async def issue_refund(self, task):
        if task.input.get("order_id") == "broken":
            raise RuntimeError("the bank \\x1b[2J\\ris closed")
        with pathlib.Path(os.environ["PAID"]).open("a") as paid:
            paid.write(task.key + "\\n")
        time.sleep(float(os.environ.get("PAUSE", "0")))
        return {"refund_id": task.key}

    async def ask_for_receipt(self, task):
        raise waooaw.NotWritten("ask_for_receipt")
'''

SHORT = {"type": "refund.requested", "data": {"amount": 5, "channel": "card"}}


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    package = tmp_path / "desk" / "src" / "wow_refund_desk"
    package.mkdir(parents=True)
    (tmp_path / "desk" / "agent.yaml").write_text(json.dumps(SPEC), encoding="utf-8")
    (package / "__init__.py").write_text("", encoding="utf-8")
    (package / "agent.py").write_text(AGENT, encoding="utf-8")
    (package / "skills.py").write_text(SKILLS, encoding="utf-8")
    return tmp_path / "desk"


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "waooaw_cli", "run", *map(str, arguments)]


def environment(desk: Path, env: Mapping[str, str] | None = None) -> dict[str, str]:
    return {**os.environ, "PAID": str(desk.parent / "paid.txt"), **(env or {})}


def run(
    desk: Path, *arguments: str | Path, stdin: str = "", env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(desk, *arguments),
        input=stdin,
        capture_output=True,
        text=True,
        env=environment(desk, env),
        cwd=desk.parent,
        check=False,
    )


def mixed(path: Path, count: int = 1_000) -> Path:
    """Write events that end in every way: paid, stub, escalated, refused, rejected, asleep."""
    kinds: Sequence[dict[str, Any]] = (
        {"amount": 5},
        {"amount": 200_000},
        {"amount": 900},
        {"amount": 5, "channel": "cash"},
        {"amount": 5, "customer": {"blocked": True}},
        {"amount": 0},
    )
    events = [
        json.loads(refund(**{"event_id": f"e-{n}", **kinds[n % len(kinds)]}).to_json())
        for n in range(count)
    ]
    path.write_text("".join(f"{json.dumps(event)}\n" for event in events), encoding="utf-8")
    return path


def paid(desk: Path) -> list[str]:
    file = desk.parent / "paid.txt"
    return file.read_text(encoding="utf-8").split() if file.exists() else []


def listing(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def test_a_policy_of_the_repository_stops_an_action(desk: Path, tmp_path: Path) -> None:
    """The decision escalates and cites the rule; nothing is paid; a broken policy is exit 2."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "vision").mkdir()
    policy = tmp_path / "vision" / "p.yaml"
    policy.write_bytes(policy_text(ACTION_RULE))
    feed = tmp_path / "events.jsonl"
    events = [refund(amount, event_id=f"e-{amount}").to_json() for amount in (20, 120)]
    feed.write_text("\n".join(events), encoding="utf-8")

    done = run(desk, "--events", feed, "--json")
    policy.write_text("rules: [", encoding="utf-8")
    broken = run(desk, "--events", feed, "--json")

    first, second = map(json.loads, done.stdout.splitlines())
    assert (done.returncode, done.stderr) == (0, "")
    assert (first["action"], second["action"]) == ("done", "refused")
    assert (second["outcome"], second["boundary"]) == ("escalate", "PAY-003")
    assert second["cites"] == ["POL-7", "PAY-003 (policy payments 1.2.0)"]
    assert paid(desk) == ["e-20"]
    assert broken.returncode == 2
    assert "vision/p.yaml" in broken.stderr


def test_a_thousand_events_twice(desk: Path, tmp_path: Path) -> None:
    """A thousand decisions in order, the same bytes from the journal again, each effect once."""
    feed = mixed(tmp_path / "events.jsonl")
    before = listing(desk)

    first = run(desk, "--events", feed, "--journal", tmp_path / "journal.db", "--json")
    again = run(desk, "--events", feed, "--journal", tmp_path / "journal.db", "--json")
    decisions = [json.loads(line) for line in first.stdout.splitlines()]

    assert (first.returncode, first.stderr) == (0, "")
    assert [one["event"] for one in decisions] == [f"e-{n}" for n in range(1_000)]
    assert {one["action"] for one in decisions} == {"done", "not-written", "none", "refused"}
    assert {one["schema"] for one in decisions} == {"waooaw.decision/1"}
    assert again.stdout == first.stdout
    assert paid(desk) == [one["event"] for one in decisions if one["action"] == "done"]
    assert listing(desk) == before


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_after_kill_the_rest_is_done_without_a_repeat(desk: Path, tmp_path: Path) -> None:
    """`kill -9` in the middle: what was told stands, and each effect has happened."""
    feed = mixed(tmp_path / "events.jsonl")
    arguments = command(desk, "--events", feed, "--journal", tmp_path / "journal.db")
    with subprocess.Popen(
        arguments, stdout=subprocess.PIPE, text=True, env=environment(desk), cwd=tmp_path
    ) as running:
        assert running.stdout is not None
        told = [running.stdout.readline() for _ in range(200)]
        running.kill()
        told += running.stdout.readlines()
    rest = run(desk, "--events", feed, "--journal", tmp_path / "journal.db")
    decisions = [json.loads(line) for line in rest.stdout.splitlines()]
    due = [one["event"] for one in decisions if one["action"] == "done"]

    assert rest.returncode == 0
    assert [one["event"] for one in decisions] == [f"e-{n}" for n in range(1_000)]
    assert rest.stdout.startswith("".join(line for line in told if line.endswith("\n")))
    assert sorted(set(paid(desk))) == sorted(due)
    # At most the one effect that was in the middle is asked for again, under its own key.
    assert len(paid(desk)) <= len(due) + 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_killed_in_an_effect_it_runs_again_under_its_key(desk: Path, tmp_path: Path) -> None:
    """Announced, begun, never confirmed: the same key is asked for a second time."""
    (tmp_path / "event.json").write_text(json.dumps(SHORT | {"id": "e-1"}), encoding="utf-8")
    arguments = command(
        desk, "--event", tmp_path / "event.json", "--journal", tmp_path / "journal.db"
    )
    with subprocess.Popen(
        arguments,
        stdout=subprocess.PIPE,
        text=True,
        env=environment(desk, {"PAUSE": "60"}),
        cwd=tmp_path,
    ) as running:
        while not paid(desk):
            assert running.poll() is None
        running.send_signal(signal.SIGKILL)

    again = run(desk, "--event", tmp_path / "event.json", "--journal", tmp_path / "journal.db")

    assert json.loads(again.stdout)["action"] == "done"
    assert paid(desk) == ["e-1", "e-1"]


def test_an_event_from_standard_input(desk: Path) -> None:
    """`--event -` takes the short form; without --journal nothing is kept."""
    before = listing(desk.parent)

    done = run(desk, "--event", "-", "--json", stdin=json.dumps(SHORT))

    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["outcome"] == "issue_refund"
    assert listing(desk.parent) == sorted([*before, "paid.txt"])


def test_a_failed_action_is_exit_code_1(desk: Path) -> None:
    """The decision is printed all the same, and why it failed is one harmless line on stderr."""
    data = {"amount": 5, "channel": "card", "order_id": "broken"}
    event = SHORT | {"id": "e-1", "data": data}

    done = run(desk, "--event", "-", stdin=json.dumps(event))

    assert done.returncode == 1
    assert json.loads(done.stdout)["action"] == "failed"
    assert done.stderr == ("e-1: action failed: RuntimeError: the bank \\x1b[2J\\ris closed\n")


def test_an_event_that_slept_for_want_of_an_answer(desk: Path, tmp_path: Path) -> None:
    """A wake condition without an answer is told on stderr, again from the journal; no other."""
    feed = tmp_path / "events.jsonl"
    events: Sequence[dict[str, Any]] = (
        {"id": "e-1", "type": "refund.requested", "data": {}},
        {"id": "e-2", "type": "refund.requested", "data": {"amount": 0}},
        {"id": "e-3", "type": "order.created", "data": {}},
    )
    feed.write_text("".join(f"{json.dumps(event)}\n" for event in events), encoding="utf-8")

    first = run(desk, "--events", feed, "--journal", tmp_path / "journal.db")
    again = run(desk, "--events", feed, "--journal", tmp_path / "journal.db")
    (said,) = first.stderr.splitlines()

    assert first.returncode == 0
    assert [json.loads(line)["woke"] for line in first.stdout.splitlines()] == [False] * 3
    assert said.startswith("e-1: asleep, a condition had no answer: ")
    assert "amount" in said
    assert (again.stdout, again.stderr) == (first.stdout, first.stderr)


def test_a_folder_with_a_specification_only_runs(desk: Path, tmp_path: Path) -> None:
    """Before any code is there, rules decide, and every skill is not written."""
    bare = tmp_path / "bare"
    bare.mkdir()
    (bare / "agent.yaml").write_text(json.dumps(SPEC), encoding="utf-8")

    done = run(bare, "--event", "-", stdin=json.dumps(SHORT))

    assert (done.returncode, json.loads(done.stdout)["action"]) == (0, "not-written")


def test_the_model_of_the_specification_is_asked(tmp_path: Path) -> None:
    """Key and address come from the environment; without a key the decision says so."""
    bare = tmp_path / "bare"
    (bare / "prompts").mkdir(parents=True)
    (bare / "prompts" / "decide.md").write_text("Be kind.", encoding="utf-8")
    spec = SPEC | {"otherwise": "model", "model": {"name": "claude-sonnet-4-5"}}
    (bare / "agent.yaml").write_text(json.dumps(spec), encoding="utf-8")
    event = json.dumps(SHORT | {"data": {"amount": 900}})

    with ModelServer(Reply("approve")) as server:
        asked = run(bare, "--event", "-", stdin=event, env=server.env)
    alone = run(bare, "--event", "-", stdin=event)

    assert json.loads(asked.stdout)["tier"] == "model"
    assert json.loads(alone.stdout)["tier"] == "otherwise"
    assert "ANTHROPIC_API_KEY" in json.loads(alone.stdout)["because"]


def test_a_bus_keeps_its_journal_in_the_state_folder(desk: Path, tmp_path: Path) -> None:
    """Without --journal a bus's decisions are the user's own, outside of the agent's folder."""
    bus = SqliteBus(tmp_path / "bus.db")
    asyncio.run(bus.publish([refund(5, event_id="e-1")]))
    bus.close()
    state = tmp_path / "state"
    before = listing(desk)
    with subprocess.Popen(
        command(desk, "--bus", f"sqlite:///{tmp_path / 'bus.db'}"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(desk, {"WAOOAW_STATE_DIR": str(state)}),
        cwd=tmp_path,
    ) as running:
        assert running.stdout is not None
        line = running.stdout.readline()
        running.send_signal(signal.SIGINT)
        _, said = running.communicate()

    assert json.loads(line)["event"] == "e-1"
    assert (running.returncode, said.strip()) == (130, "interrupted")
    assert [path.name.startswith("wow-refund-desk-") for path in state.rglob("*.db")] == [True]
    assert listing(desk) == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["nowhere", "--event", "-"], "nowhere: no such folder", id="path"),
        pytest.param(["desk/agent.yaml", "--event", "-"], "a file, not a folder", id="file"),
        pytest.param(["empty", "--event", "-"], "agent.yaml: no such file", id="no-spec"),
        pytest.param(["desk"], "no events were given", id="no-events"),
        pytest.param(
            ["desk", "--event", "-", "--bus", "sqlite:///b"], "given in two ways", id="two"
        ),
        pytest.param(["desk", "--bus", "kafka://x"], "no bus has the URL 'kafka://x'", id="bus"),
        pytest.param(["desk", "--events", "bad.jsonl"], "bad.jsonl:2: event attribute", id="line"),
        pytest.param(
            ["desk", "--events", "good.jsonl", "--journal", "bad.jsonl"],
            "bad.jsonl: not a journal of waooaw",
            id="journal",
        ),
    ],
)
def test_wrong_input_is_exit_code_2(
    arguments: list[str], message: str, desk: Path, tmp_path: Path
) -> None:
    """A sentence that names what is wrong, no traceback, nothing printed, nothing written."""
    (tmp_path / "empty").mkdir()
    good = json.dumps(SHORT)
    (tmp_path / "good.jsonl").write_text(good, encoding="utf-8")
    (tmp_path / "bad.jsonl").write_text(f'{good}\n{{"type": 3}}\n', encoding="utf-8")
    before = listing(tmp_path)

    done = subprocess.run(
        command(*arguments),
        input=good,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=environment(desk),
        check=False,
    )

    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert len(done.stderr.splitlines()) <= 3
    assert listing(tmp_path) == before


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        pytest.param("agent.py", "import no_such", "ModuleNotFoundError: No module", id="import"),
        pytest.param("agent.py", "def", "SyntaxError", id="syntax"),
        pytest.param("agent.py", "raise SystemExit(0)", "SystemExit", id="exit"),
        pytest.param("agent.py", "", "holds no agent WowRefundDesk", id="empty"),
        pytest.param("agent.py", "WowRefundDesk = 3", "holds no agent WowRefundDesk", id="other"),
        pytest.param("skills.py", "x = y", "NameError", id="skills"),
    ],
)
def test_a_package_that_cannot_be_imported(file: str, text: str, message: str, desk: Path) -> None:
    """The developer's own mistake is told in a sentence, as theirs."""
    (desk / "src" / "wow_refund_desk" / file).write_text(text, encoding="utf-8")

    done = run(desk, "--event", "-", stdin=json.dumps(SHORT))

    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_locked_journal_is_exit_code_3(desk: Path, tmp_path: Path) -> None:
    """A journal that another process does not let go of is the machine's fault."""
    from waooaw.store import SqliteStore
    from waooaw.testing import JournalLock

    SqliteStore(tmp_path / "journal.db").close()
    lock = JournalLock(tmp_path / "journal.db")
    lock.hold()
    done = run(desk, "--event", "-", "--journal", tmp_path / "journal.db", stdin=json.dumps(SHORT))
    lock.close()

    assert (done.returncode, done.stdout) == (3, "")
    assert "journal.db: the journal stayed locked for 5 s" in done.stderr
    assert paid(desk) == []
