"""`waooaw desk`, as a person at the desk, a timer and a program call it."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pexpect
import pytest
from program import waooaw

OUTAGE = {"id": "T-1", "title": "All refunds fail since 9:10, every customer is affected"}
SLOW = {"id": "T-2", "title": "Exports are slow for one customer", "facts": {"reach": "one"}}
WISH = {"id": "T-3", "title": "Please add a dark mode", "facts": {"severity": "P3"}}


@pytest.fixture(autouse=True)
def _own_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tickets of one test are none of another's."""
    monkeypatch.setenv("WAOOAW_STATE_DIR", str(tmp_path / "state"))


def arrive(cwd: Path, *requests: dict[str, Any]) -> None:
    (cwd / "requests.jsonl").write_text("".join(json.dumps(one) + "\n" for one in requests))
    assert waooaw("triage", "batch", "requests.jsonl", cwd=cwd).returncode == 0


def desk(cwd: Path, *arguments: str) -> dict[str, Any]:
    done = waooaw("desk", *arguments, "--json", cwd=cwd)
    assert (done.returncode, done.stderr) == (0, "")
    content: dict[str, Any] = json.loads(done.stdout)
    return content


def queued(content: dict[str, Any]) -> dict[str, str]:
    return {one["id"]: name for name, queue in content["queues"].items() for one in queue}


def age(cwd: Path, **ago: float) -> None:
    """Let all tickets have arrived, and been asked, so long ago."""
    at = (datetime.now(UTC) - timedelta(**ago)).strftime("%Y-%m-%dT%H:%M:%SZ")
    desk(cwd)
    with sqlite3.connect(cwd / "state" / "triage" / "tickets.db") as memory:
        memory.execute("UPDATE standings SET arrived = ?, asked = ?, owed_since = ?", (at, at, at))
    memory.close()


def test_what_was_judged_stands_at_its_desk(tmp_path: Path) -> None:
    """Each in the queue that triage named, with its deadline; the measures are beside."""
    arrive(tmp_path, OUTAGE, SLOW, WISH)
    content = desk(tmp_path)

    assert queued(content) == {"T-1": "L3", "T-2": "L1", "T-3": "backlog"}
    (first,) = content["queues"]["L3"]
    assert first["due"] == first["arrived"]
    assert (first["state"], first["title"]) == ("new", OUTAGE["title"])
    assert content["queues"]["backlog"][0]["due"] is None
    assert content["measures"]["share"]["L3"] == {"arrived": 0.333, "open": 1, "settled": 0}
    assert list(desk(tmp_path, "--desk", "l3")["queues"]) == ["L3"]


def test_a_person_reads_queues_and_measures(tmp_path: Path) -> None:
    """The highest desk first; each line names ticket, severity, type, deadline and title."""
    arrive(tmp_path, OUTAGE, SLOW)
    lines = waooaw("desk", cwd=tmp_path).stdout.splitlines()

    assert [one.split()[0] for one in lines if one and not one.startswith((" ", "last"))][:5] == [
        "human",
        "L3",
        "L2",
        "L1",
        "backlog",
    ]
    assert any("T-1" in one and "P0" in one and "late" in one for one in lines)
    assert "last 30 days: 2 arrived (L1 50%, L3 50%)" in lines


def test_a_ticket_from_arrival_to_its_end(tmp_path: Path) -> None:
    """Taken, answered, passed up, solved, closed: all of it stands in its package."""
    arrive(tmp_path, SLOW)
    for arguments in (
        ("take", "T-2", "--by", "agent:wow-simple-fix-desk"),
        ("answer", "T-2", "We look into it.", "--by", "agent:wow-simple-fix-desk"),
        ("note", "T-2", "restarting", "did", "not", "help", "--by", "agent:wow-simple-fix-desk"),
        ("move", "T-2", "L2", "the index is missing", "--by", "agent:wow-simple-fix-desk"),
        ("solve", "T-2", "Made the index.", "--by", "ada"),
        ("close", "T-2", "--by", "ada"),
    ):
        desk(tmp_path, *arguments)
    package = desk(tmp_path, "show", "T-2")

    assert package["schema"] == "waooaw.handover/1"
    steps = [(one["step"], one["actor"]) for one in package["history"]]
    assert steps == [
        ("arrived", "agent:triage"),
        ("taken", "agent:wow-simple-fix-desk"),
        ("answered", "agent:wow-simple-fix-desk"),
        ("noted", "agent:wow-simple-fix-desk"),
        ("moved", "agent:wow-simple-fix-desk"),
        ("solved", "person:ada"),
        ("closed", "person:ada"),
    ]
    assert (package["because"]["from"], package["because"]["to"]) == ("L1", "L2")
    assert package["because"]["says"] == "the index is missing"
    assert [one["says"] for one in package["tried"]] == [
        "restarting did not help",
        "Made the index.",
    ]
    assert package["request"]["stated"] == {"reach": "one"}
    assert package["request"]["title"] == SLOW["title"]
    assert package["triage"]["schema"] == "waooaw.triage/1"
    assert queued(desk(tmp_path)) == {}
    assert queued(desk(tmp_path, "--ended")) == {"T-2": "L2"}


def test_what_a_person_solved_is_known_the_next_time(tmp_path: Path) -> None:
    """Its resolution is shown with the next alike; an agent's is not before a person closes it."""
    trace = "Traceback (most recent call last):\n  File \"a.py\", line 3, in f\nKeyError: 'x'"
    arrive(tmp_path, {"id": "T-7", "title": "Import breaks", "body": trace})
    desk(tmp_path, "solve", "T-7", "Name the column x.", "--by", "agent:wow-simple-fix-desk")
    (tmp_path / "again.json").write_text(
        json.dumps({"id": "T-8", "title": "The import breaks", "body": trace})
    )

    def resolutions() -> list[str]:
        done = waooaw("triage", "--file", "again.json", "--json", cwd=tmp_path)
        return [one["resolution"] for one in json.loads(done.stdout)["similar"]]

    assert resolutions() == []
    desk(tmp_path, "close", "T-7", "--by", "ada")
    assert resolutions() == ["Name the column x."]


def test_silence_moves_tickets_up_once_for_each_while(tmp_path: Path) -> None:
    """A timer that calls `escalate` twice moves nothing twice; looking moves nothing."""
    arrive(tmp_path, SLOW)
    age(tmp_path, hours=5)
    assert desk(tmp_path)["queues"]["L1"][0]["overdue"] is True

    assert [one["to"] for one in desk(tmp_path, "escalate")["escalated"]] == ["L2"]
    assert desk(tmp_path, "escalate")["escalated"] == []
    assert queued(desk(tmp_path)) == {"T-2": "L2"}
    assert desk(tmp_path)["measures"]["escalation"]["by_clock"] == 1


def test_how_long_a_desk_may_be_silent_is_a_setting(tmp_path: Path) -> None:
    """Minutes by severity; false for never."""
    settings = tmp_path / "waooaw.toml"
    settings.write_text("[desk.escalate_after]\nP2 = 600\nP0 = false\n")
    arrive(tmp_path, OUTAGE, SLOW)
    age(tmp_path, hours=5)

    assert desk(tmp_path, "escalate")["escalated"] == []
    settings.write_text("[desk.escalate_after]\nP2 = 60\n")
    assert len(desk(tmp_path, "escalate")["escalated"]) == 2


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ("[desk]\ncolour = 1", "desk.colour is no setting"),
        ("[desk.escalate_after]\nP9 = 1", "P9: is no severity"),
        ("[desk.escalate_after]\nP1 = 0", "P1 = 0 is no number of minutes"),
        ("[desk.escalate_after]\nP1 = true", "P1 = True is no number of minutes"),
        ("[desk]\nescalate_after = 5", "escalate_after = 5 is no table"),
        ("desk = 5", "desk = 5 is no table"),
    ],
)
def test_wrong_settings_are_told_with_their_place(settings: str, told: str, tmp_path: Path) -> None:
    """Exit 2, with file, key and value."""
    (tmp_path / "waooaw.toml").write_text(settings)
    done = waooaw("desk", cwd=tmp_path)

    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr
    assert "waooaw.toml" in done.stderr
    if "no table" in told:
        assert f"write [{'desk.escalate_after' if 'after' in told else 'desk'}]\n" in done.stderr


REFUSED: Sequence[tuple[list[str], str]] = [
    (["mov", "T-2", "L2"], "did you mean 'move'?"),
    (["move", "T-2"], "ID DESK WHY is missing"),
    (["move", "T-2", "L9", "x"], "'L9' is no desk"),
    (["move", "T-2", "L1", "x"], "is at L1 already"),
    (["move", "T-9", "L2", "x"], "did you mean 'T-2'?"),
    (["take", "\udcff"], "no ticket"),
    (["close", "T-2"], "say why it is closed all the same"),
    (["close", "T-2", "x", "--by", "agent:wow-x"], "only a person may close it"),
    (["link", "T-2", "T-2"], "no duplicate of itself"),
    (["link", "T-2"], "ID ID is missing"),
    (["link", "T-2", "T-2", "T-2"], "is too much"),
    (["escalate", "now"], "'now' is too much"),
    (["show", "T-2", "x"], "'x' is too much"),
    (["note", "T-2", "x" * 20_001], "20,001 characters are too many"),
    (["take", "T-2", "--by", "robot:x"], "is nobody"),
    (["answer", "T-2", " "], "nobody says what the customer was answered"),
    (["wait", "T-2", ""], "nobody says what the customer was asked"),
    (["note", "T-2", ""], "nobody says what was tried"),
    (["take", "T-2", "--live"], "say nothing to the action"),
    (["--by", "ada"], "there is no action"),
    (["--desk", "L9"], "'L9' is no desk"),
]


def test_wrong_input_is_told_with_the_way_out(tmp_path: Path) -> None:
    """Exit 2, and no step in any history."""
    arrive(tmp_path, SLOW)
    for arguments, told in REFUSED:
        done = waooaw("desk", *arguments, cwd=tmp_path)
        assert (done.returncode, done.stdout) == (2, ""), arguments
        assert told in done.stderr

    assert len(desk(tmp_path, "show", "T-2")["history"]) == 1


def test_an_unknown_ticket_among_several_stops_all(tmp_path: Path) -> None:
    """Nothing is half done."""
    arrive(tmp_path, SLOW, WISH)
    done = waooaw("desk", "take", "T-2", "T-9", "T-3", cwd=tmp_path)

    assert done.returncode == 2
    assert {one["step"] for one in desk(tmp_path, "show", "T-2")["history"]} == {"arrived"}


def test_a_person_reads_all_of_a_ticket(tmp_path: Path) -> None:
    """What it says, what triage asks, each step, and each letter in its place among them."""
    body = "It spins for ever.\n\nSince noon.\n" + "\n".join(f"row {n}" for n in range(20))
    arrive(tmp_path, {"id": "T-4", "title": "Exports hang", "body": body})
    age(tmp_path, hours=30)
    desk(tmp_path, "escalate")
    (tmp_path / "waooaw.toml").write_text('[desk.letters]\nport = "file"\nfrom = "a@b.org"\n')
    assert waooaw("desk", "send", cwd=tmp_path).returncode == 0
    desk(tmp_path, "note", "T-4", "restarting did not help")
    shown = waooaw("desk", "show", "T-4", cwd=tmp_path).stdout
    needs = desk(tmp_path, "show", "T-4")["triage"]["needs"]

    assert "  says:\n    It spins for ever.\n\n    Since noon.\n    row 0\n" in shown
    assert "    row 6\n    and 13 lines more\n" in shown
    assert needs
    assert "  questions:\n" + "".join(f"    {one}\n" for one in needs) in shown
    assert "by the clock: nobody at" in shown
    assert "clock:clock" not in shown
    words = [one.split()[1] for one in shown.splitlines() if one.startswith("  20")]
    assert words[0] == "arrived"
    assert words[-1] == "noted"
    assert words.count("letter") == 1
    assert " sent by file: " in shown


def test_a_long_id_widens_no_table(tmp_path: Path) -> None:
    """Piped, too, an id takes 40 cells at most, and what it hides is seen."""
    arrive(tmp_path, {**SLOW, "id": "T-\x1b[2J" + "x" * 190}, {**WISH, "id": "字" * 90})
    lines = waooaw("desk", cwd=tmp_path).stdout.splitlines()

    assert any(one.startswith(r"  T-\x1b[2Jxxx") for one in lines)
    assert max(map(len, lines)) < 140
    assert any(f"  {'字' * 19}…" in one for one in lines)


def test_people_at_the_same_ticket_take_turns(tmp_path: Path) -> None:
    """Ten notes at once are ten notes."""
    arrive(tmp_path, SLOW)
    desk(tmp_path)
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "waooaw_cli", "desk", "note", "T-2", f"note {number}"],
            cwd=tmp_path,
            stdout=subprocess.DEVNULL,
        )
        for number in range(10)
    ]
    assert [one.wait() for one in running] == [0] * 10

    says = [one["says"] for one in desk(tmp_path, "show", "T-2")["tried"]]
    assert sorted(says) == sorted(f"note {number}" for number in range(10))


def test_hostile_words_reach_neither_terminal_nor_store(tmp_path: Path) -> None:
    """Sequences of a title do nothing on a terminal, and addresses are kept nowhere."""
    arrive(
        tmp_path, {"id": "T-\u202e5", "title": "\x1b[2J\x1b]0;x\x07 jo@example.com cannot log in"}
    )
    desk(tmp_path, "note", "T-\u202e5", "asked jo@example.com\n\x1b[31m")
    for arguments in ((), ("show", "T-\u202e5")):
        shown = waooaw("desk", *arguments, cwd=tmp_path).stdout
        assert "\x1b" not in shown
        assert "\u202e" not in shown
        assert "jo@example" not in shown
    kept = b"".join(one.read_bytes() for one in (tmp_path / "state").rglob("*") if one.is_file())
    assert b"jo@example" not in kept


@pytest.mark.skipif(sys.platform == "win32", reason="there is no pseudo-terminal")
@pytest.mark.parametrize("term", ["xterm", "dumb"])
def test_live_shows_what_arrives_and_ends_with_ctrl_c(term: str, tmp_path: Path) -> None:
    """A request that is judged meanwhile appears; 40 columns are enough."""
    arrive(tmp_path, SLOW)
    child = pexpect.spawn(
        sys.executable,
        ["-m", "waooaw_cli", "desk", "--live"],
        cwd=str(tmp_path),
        env={**os.environ, "TERM": term, "COLUMNS": "40"},
        dimensions=(24, 40),
        encoding="utf-8",
        timeout=30,
    )
    child.expect("T-2")
    arrive(tmp_path, OUTAGE)
    child.expect("T-1")
    child.sendintr()
    child.expect(pexpect.EOF)
    child.close()

    assert child.exitstatus == 130


def test_live_writes_a_line_of_json_each_time(tmp_path: Path) -> None:
    """A program that follows reads one document a line."""
    arrive(tmp_path, SLOW)
    with subprocess.Popen(
        [sys.executable, "-m", "waooaw_cli", "desk", "--live", "--json"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stdout is not None
        lines = [running.stdout.readline() for _ in range(2)]
        running.terminate()

    assert [queued(json.loads(line)) for line in lines] == [{"T-2": "L1"}] * 2


def test_a_step_of_several_tickets_happens_to_all_or_to_none(tmp_path: Path) -> None:
    """One that can't be taken leaves the others as they were."""
    arrive(tmp_path, SLOW, OUTAGE)
    desk(tmp_path, "solve", "T-1", "Restarted it.", "--by", "ada")
    done = waooaw("desk", "take", "T-2", "T-1", cwd=tmp_path)

    assert done.returncode == 2
    assert len(desk(tmp_path, "show", "T-2")["history"]) == 1


def test_a_damaged_index_costs_neither_the_answer_nor_the_step(tmp_path: Path) -> None:
    """Who asks for a desk gets one, and what happened is told; a warning says what is missing."""
    arrive(tmp_path, SLOW)
    index = tmp_path / "state" / "triage" / "similar.db"
    index.write_bytes(os.urandom(3_000))
    judged = waooaw("triage", OUTAGE["title"], "--json", cwd=tmp_path)
    solved = waooaw("desk", "solve", "T-2", "Made the index.", "--by", "ada", cwd=tmp_path)

    assert (judged.returncode, json.loads(judged.stdout)["route"]) == (0, "L3")
    assert "warning: no similar requests" in judged.stderr
    assert (solved.returncode, solved.stdout) == (0, "T-2: solved at L1\n")
    assert "warning: not shown to the next request alike" in solved.stderr
    index.unlink()
    desk(tmp_path, "close", "T-2", "--by", "ada")
    assert index.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such permissions")
def test_nobody_else_may_read_what_customers_wrote(tmp_path: Path) -> None:
    """The files are private also where the folder is not."""
    (tmp_path / "state" / "triage").mkdir(parents=True)
    arrive(tmp_path, SLOW)

    assert (tmp_path / "state" / "triage" / "tickets.db").stat().st_mode & 0o077 == 0
