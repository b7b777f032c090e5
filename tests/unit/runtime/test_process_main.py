"""An agent as a process: what it reads, what it prints, how it ends."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from fakes.refund_desk import SPEC, CountingSkills, refund

from waooaw import Agent, InputError
from waooaw.process import Request, main
from waooaw.spec import AgentSpec
from waooaw.specfile import read_spec


@pytest.fixture
def desk(tmp_path: Path) -> type[Agent]:
    (tmp_path / "agent.yaml").write_text(json.dumps(SPEC), encoding="utf-8")

    class Desk(Agent):
        home = tmp_path
        skillset = CountingSkills

    return Desk


def lines(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def feed(path: Path, *events: object) -> str:
    path.write_text("".join(f"{json.dumps(event)}\n" for event in events), encoding="utf-8")
    return str(path)


SHORT = {"type": "refund.requested", "data": {"amount": 5, "channel": "card"}}


def test_one_event_gives_one_line(
    desk: type[Agent], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A CloudEvent in a file, spread over lines, gives its decision and exit code 0."""
    (tmp_path / "event.json").write_text(
        json.dumps(json.loads(refund(120).to_json()), indent=2), encoding="utf-8"
    )

    code = main(desk, ["--event", str(tmp_path / "event.json")])
    (decision,) = lines(capsys.readouterr().out)

    assert code == 0
    assert (decision["event"], decision["action"]) == ("e-1", "done")


def test_events_keep_their_order(
    desk: type[Agent], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One decision a line, in the order of the events; blank lines are none."""
    events = [json.loads(refund(n, event_id=f"e-{n}").to_json()) for n in range(20)]
    path = feed(tmp_path / "events.jsonl", *events)
    Path(path).write_text(Path(path).read_text().replace("\n", "\n\n"), encoding="utf-8")

    code = main(desk, ["--events", path])

    assert code == 0
    assert [one["event"] for one in lines(capsys.readouterr().out)] == [f"e-{n}" for n in range(20)]


def test_a_short_event_has_the_same_id_every_time(
    desk: type[Agent], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Fed twice, a file of events without ids gives the recorded decisions, byte for byte."""
    path = feed(tmp_path / "events.jsonl", SHORT, SHORT, {"data": SHORT["data"], **SHORT})
    arguments = ["--events", path, "--journal", str(tmp_path / "journal.db")]
    _ = main(desk, arguments)
    first = capsys.readouterr().out
    _ = main(desk, arguments)

    assert capsys.readouterr().out == first
    assert len({one["event"] for one in lines(first)}) == 3


def test_a_failed_action_is_exit_code_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Everything is decided, and the code says that something went wrong."""
    (tmp_path / "agent.yaml").write_text(json.dumps(SPEC), encoding="utf-8")

    class Broken(Agent):
        home = tmp_path
        skillset = staticmethod(lambda: CountingSkills(lambda task: 1 / (len(task.key) - 3)))

    path = feed(tmp_path / "events.jsonl", SHORT | {"id": "abc"}, SHORT | {"id": "abcd"})

    code = main(Broken, ["--events", path])

    assert code == 1
    assert [one["action"] for one in lines(capsys.readouterr().out)] == ["failed", "failed"]


def test_an_error_that_knows_the_way_out_says_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The line on standard error has the message and the hint, and no class of Python's."""
    (tmp_path / "agent.yaml").write_text(json.dumps(SPEC), encoding="utf-8")

    def fail(task: object) -> object:
        raise InputError("BANK is not set", hint="BANK=URL, as in docs/bank.md")

    class Unset(Agent):
        home = tmp_path
        skillset = staticmethod(lambda: CountingSkills(fail))

    code = main(Unset, ["--event", feed(tmp_path / "event.json", SHORT | {"id": "e-1"})])

    assert code == 1
    assert capsys.readouterr().err == (
        "e-1: action failed: BANK is not set (hint: BANK=URL, as in docs/bank.md)\n"
    )


def test_what_a_skill_prints_goes_to_stderr(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Standard output holds decisions and nothing else."""
    (tmp_path / "agent.yaml").write_text(json.dumps(SPEC), encoding="utf-8")

    def talk(task: object) -> dict[str, str]:
        sys.stdout.write("paying\n")
        return {}

    class Talking(Agent):
        home = tmp_path
        skillset = staticmethod(lambda: CountingSkills(talk))

    _ = main(Talking, ["--event", feed(tmp_path / "event.json", SHORT)])
    captured = capsys.readouterr()

    assert len(lines(captured.out)) == 1
    assert captured.err == "paying\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"{", "events.jsonl:2: the event is not JSON", id="json"),
        pytest.param(b"[]", "events.jsonl:2: an event is a JSON object, not []", id="list"),
        pytest.param(b'{"data": 1}', "events.jsonl:2: event attribute type (missing)", id="type"),
        pytest.param(b"\xff\xff", "events.jsonl:2: the event is not JSON", id="bytes"),
        pytest.param(b'{"type": NaN}', "events.jsonl:2: the event is not JSON", id="nan"),
        pytest.param(b"[" * 100_000, "events.jsonl:2: the event is not JSON", id="deep"),
        pytest.param(
            b'{"type": "a", "data": ' + b"[" * 500 + b"]" * 500 + b"}",
            "nested deeper than 100 levels",
            id="nested",
        ),
        pytest.param(
            b'"' + b"x" * 1_000_001 + b'"', "events.jsonl:2: the event is larger", id="large"
        ),
    ],
)
def test_a_bad_line_is_named_before_anything_is_decided(
    content: bytes,
    message: str,
    desk: type[Agent],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """File, line and reason in one sentence; nothing was decided and no journal made."""
    path = tmp_path / "events.jsonl"
    path.write_bytes(json.dumps(SHORT).encode() + b"\n" + content + b"\n")

    code = main(desk, ["--events", str(path), "--journal", str(tmp_path / "journal.db")])
    captured = capsys.readouterr()

    assert (code, captured.out) == (2, "")
    assert message in captured.err
    assert len(captured.err.splitlines()) <= 3
    assert not (tmp_path / "journal.db").exists()


def test_standard_input_is_decided_as_it_comes(
    desk: type[Agent],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A stream has no second pass: what came before a bad line is decided, then it ends."""
    text = json.dumps(SHORT).encode() + b"\nnonsense\n"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))

    code = main(desk, ["--events", "-"])
    captured = capsys.readouterr()

    assert code == 2
    assert len(lines(captured.out)) == 1
    assert "standard input:2: the event is not JSON" in captured.err


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no named pipes of this kind")
def test_a_named_pipe_is_a_stream(
    desk: type[Agent], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What can be read only once is read only once."""
    os.mkfifo(tmp_path / "pipe")
    text = json.dumps(SHORT)
    writer = threading.Thread(target=(tmp_path / "pipe").write_text, args=(f"{text}\n{text}\n",))
    writer.start()

    code = main(desk, ["--events", str(tmp_path / "pipe")])
    writer.join()

    assert code == 0
    assert len(lines(capsys.readouterr().out)) == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["--event", "missing.json"], "missing.json: no such file", id="missing"),
        pytest.param(["--events", "."], ".: cannot be read", id="folder"),
        pytest.param(["--bus", "redis://x", "--journal", "j"], "no bus has the URL", id="bus"),
        pytest.param(["--bus", "sqlite:///b.db"], "a bus needs a journal", id="no-journal"),
        pytest.param(
            ["--event", "event.json", "--journal", "nowhere/j.db"], "there is no folder", id="place"
        ),
    ],
)
def test_wrong_input_is_exit_code_2(
    arguments: list[str],
    message: str,
    desk: type[Agent],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What the caller can mend is said in a sentence, and leaves nothing behind."""
    monkeypatch.chdir(tmp_path)
    feed(tmp_path / "event.json", SHORT)
    before = sorted(tmp_path.iterdir())

    code = main(desk, arguments)
    captured = capsys.readouterr()

    assert (code, captured.out) == (2, "")
    assert message in captured.err
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize(("fields", "problem"), [({}, "no events"), ({"a": 1}, "two ways")])
def test_a_request_is_one_of_three(fields: dict[str, int], problem: str) -> None:
    """Events come from one place."""
    with pytest.raises(InputError, match=problem):
        _ = Request(event="a", events="b") if fields else Request()


def test_health_tells_by_its_code(
    desk: type[Agent], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Healthy: the specification loads and the journal opens. Else 3, with the reason."""
    journal = str(tmp_path / "journal.db")

    assert main(desk, ["--health", "--journal", journal]) == 0
    (tmp_path / "agent.yaml").write_text("name: 1", encoding="utf-8")
    assert main(desk, ["--health", "--journal", journal]) == 3
    assert "agent.yaml" in capsys.readouterr().err


def test_nobody_reads_any_more(desk: type[Agent], tmp_path: Path) -> None:
    """A pipe that closes early ends the agent without a traceback."""
    feed(tmp_path / "events.jsonl", *[SHORT | {"id": f"e-{n}"} for n in range(5_000)])
    program = (
        "import sys; from pathlib import Path; from waooaw import Agent; "
        "from waooaw.process import main; "
        "Desk = type('Desk', (Agent,), {'home': Path(sys.argv[1])}); "
        "sys.exit(main(Desk, ['--events', sys.argv[1] + '/events.jsonl']))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        assert running.stdout.readline()
        running.stdout.close()
        said = running.stderr.read()

    assert (running.returncode, said) == (3, b"")


BUS = """
import sys
from pathlib import Path
from fakes.refund_desk import CountingSkills
from waooaw import Agent
from waooaw.process import main

class Desk(Agent):
    home = Path(sys.argv[1])
    skillset = CountingSkills

sys.exit(main(Desk, ["--bus", f"sqlite:///{home}/bus.db", "--journal", f"{home}/j.db"]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to catch")
@pytest.mark.parametrize(("word", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_bus_is_read_until_somebody_says_stop(
    word: signal.Signals, code: int, desk: type[Agent], tmp_path: Path
) -> None:
    """SIGTERM ends the service well, Ctrl-C interrupts it; what was decided is in the journal."""
    import asyncio

    from waooaw.bus import SqliteBus

    bus = SqliteBus(tmp_path / "bus.db")
    asyncio.run(bus.publish([refund(1, event_id="e-1")]))
    with subprocess.Popen(
        [sys.executable, "-c", BUS.replace("{home}", str(tmp_path)), str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": "tests"},
    ) as running:
        assert running.stdout is not None
        first = running.stdout.readline()
        asyncio.run(bus.publish([refund(1, event_id="e-2")]))
        second = running.stdout.readline()
        time.sleep(0.05)
        running.send_signal(word)
    bus.close()

    assert [json.loads(one)["event"] for one in (first, second)] == ["e-1", "e-2"]
    assert running.returncode == code


def test_a_terminal_gets_sentences(
    desk: type[Agent],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On a terminal a decision is a line to read, and no event can send the terminal orders."""
    path = feed(
        tmp_path / "events.jsonl",
        SHORT | {"id": "e-\u001b[31m1"},
        {"type": "a.b", "id": "e-2"},
        refund(900, event_id="e-3").model_dump(include={"id", "type", "data"}),
    )
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)

    code = main(desk, ["--events", path])

    assert code == 0
    assert capsys.readouterr().out.splitlines() == [
        "e- [31m1: issue_refund, done (small) Small refunds are paid.",
        "e-2: not woken",
        "e-3: escalate (otherwise) No rule matched: escalate.",
    ]


def test_the_agent_s_own_specification_is_read(desk: type[Agent], tmp_path: Path) -> None:
    """What `main` runs by is the file beside the package."""
    assert desk.own_spec() == read_spec(tmp_path / "agent.yaml")
    assert isinstance(desk.own_spec(), AgentSpec)
