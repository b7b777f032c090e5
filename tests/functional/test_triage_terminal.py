"""A person at a terminal who is asked what happened."""

from __future__ import annotations

import json
import os
import signal
import sys
from itertools import product
from pathlib import Path

import jsonschema_rs
import pytest
from program import waooaw
from terminals import BACK_TAB, CTRL_B, CTRL_D, Terminal

from waooaw.triage.results import triage_schema

TRIAGE = ("-m", "waooaw_cli", "triage")
DESK = "name: wow-refund-desk\ntitle: Refund Desk\n"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with one agent; the state folder is beside it."""
    agent = tmp_path / "here" / "generated" / "wow-refund-desk"
    agent.mkdir(parents=True)
    (agent / "agent.yaml").write_text(DESK)
    return tmp_path / "here"


def at(
    place: Path,
    opened: list[Terminal],
    *arguments: str,
    term: str = "xterm-256color",
    columns: int = 100,
    program: tuple[str, ...] = TRIAGE,
) -> Terminal:
    state = place.parent / "state"
    one = Terminal(state, *arguments, term=term, columns=columns, program=program, cwd=place)
    opened.append(one)
    return one


def left_behind(place: Path) -> list[Path]:
    """Return what a run wrote, the caches of other programs excepted."""
    return [path for path in (place.parent / "state").rglob("*") if path.is_file()]


def told(screen: str) -> str:
    """Return a screen on one line, however narrow it is."""
    return " ".join(screen.split())


@pytest.mark.parametrize(
    ("term", "columns"), [("xterm-256color", 100), ("xterm", 40), ("dumb", 40)]
)
def test_seven_questions_and_a_desk(
    term: str, columns: int, place: Path, opened: list[Terminal]
) -> None:
    """Title, lines, agent, facts; a step back, an agent that nobody knows, a change at the end."""
    terminal = at(place, opened, term=term, columns=columns)
    assert "What happened" in terminal.shown()
    terminal.type("All refunds fail")
    terminal.type("I pressed Pay.")
    terminal.type("It says: 500")
    assert "2/7" in terminal.type("")
    screen = terminal.type("refnd desk")
    assert "no agent is called 'refnd desk'" in told(screen)
    assert "did you mean 'refund desk'?" in told(screen)
    assert "Does it work?" in terminal.type("Refund Desk")
    screen = terminal.press(BACK_TAB) if terminal.keys else terminal.type(":back")
    assert "Agents" in screen
    assert "Does it work?" in terminal.type("")
    assert "4/7" in terminal.type("down")
    assert "5/7" in terminal.type("5")
    assert "6/7" in terminal.type("no")
    assert "7/7" in terminal.type("")
    screen = told(terminal.type(""))
    assert "Agents: wow-refund-desk" in screen
    assert "Enter judges it." in screen
    assert "keeps nothing" in screen
    terminal.type("4")
    assert "Customers: most" in told(terminal.type("most"))
    terminal.child.send("\r")
    code, said = terminal.ended()

    assert code == 0
    assert ": bug, P0 → L3, page on-call" in said
    assert "agents:    wow-refund-desk" in said
    shown = [line for line in terminal.transcript.splitlines() if not line.startswith(">")]
    assert [line for line in shown if len(line) >= columns] == []


def test_a_wish_is_not_asked_how_bad_it_is(place: Path, opened: list[Terminal]) -> None:
    """Whose wish it is answers five questions, four of them with Enter."""
    terminal = at(place, opened)
    terminal.shown()
    terminal.type("An export of the list as PDF")
    terminal.type("")
    assert "3/7" in terminal.type("")
    assert "6/7" in terminal.type("wish")
    assert "7/7" in terminal.type("")
    assert "Another way" not in terminal.type("")
    terminal.child.send("\r")
    code, said = terminal.ended()

    assert (code, ": feature, P2 → L1" in said, "ask:" in said) == (0, True, False)


@pytest.mark.parametrize(
    ("typed", "completed"), [("wow\t", "d-desk"), ("wow-refund-desk, the r\t", "d bot")]
)
def test_agents_are_completed_from_the_registry(
    typed: str, completed: str, place: Path, opened: list[Terminal]
) -> None:
    """Tab completes names with their dashes, and what people call agents with its blanks."""
    (place / "waooaw.toml").write_text('[triage.aliases]\nwow-refund-desk = ["the refund bot"]\n')
    terminal = at(place, opened)
    terminal.shown()
    terminal.type("Refunds fail")
    terminal.type("")
    terminal.child.send(typed)
    terminal.child.expect(completed)

    assert "3/7" in terminal.type("")


def test_what_is_not_sure_is_asked_once(place: Path, opened: list[Terminal]) -> None:
    """After judging comes the question that would settle it; the answer is a stated fact."""
    terminal = at(place, opened)
    terminal.shown()
    terminal.type("Blue or green")
    for _ in range(7):
        terminal.type("")
    screen = terminal.type("")
    assert "Not sure yet. One answer would settle it" in screen
    assert "Is something broken, is it a wish, or a question?" in screen
    terminal.child.send("feature\r")
    code, said = terminal.ended()

    assert code == 0
    assert ": feature, P2 → L1" in said
    assert "type:      The sender states it. (stated)" in said
    assert len(left_behind(place)) >= 1


def test_a_no_in_a_hurry_takes_no_alarm_away(place: Path, opened: list[Terminal]) -> None:
    """What is denied and yet written is asked again; Enter lets the words decide."""
    terminal = at(place, opened)
    terminal.shown()
    terminal.type("I can see the invoices of another customer in my list")
    for answer in ("", "", "ok", "one", "no", "no"):
        screen = terminal.type(answer)
    assert "Seen by others: no" in screen
    assert "Your words read as if somebody saw" in terminal.type("")
    terminal.child.send("\r")
    code, said = terminal.ended()

    assert (code, ", P0 → " in said) == (0, True)


def test_declining_to_settle_it_is_one_key(place: Path, opened: list[Terminal]) -> None:
    """Enter leaves it open, and the result says so."""
    terminal = at(place, opened)
    terminal.shown()
    terminal.type("Blue or green")
    for _ in range(8):
        terminal.type("")
    terminal.child.send("\r")
    code, said = terminal.ended()

    assert (code, "not sure:  type" in said) == (0, True)


# Each way at each moment; a dumb terminal goes the same code but for how keys are read.
_WAYS_OUT = [
    *(
        ("xterm-256color", *one)
        for one in product(
            ("ctrl-c", "ctrl-d", "sigterm", "quit"), ("lines", "facts", "review", "settling")
        )
    ),
    *(("dumb", *one) for one in product(("ctrl-c", "ctrl-d"), ("lines", "settling"))),
    ("dumb", "sigterm", "review"),
    ("dumb", "quit", "facts"),
]


@pytest.mark.parametrize(("term", "way", "when"), _WAYS_OUT)
def test_every_way_out_leaves_nothing(
    term: str, way: str, when: str, place: Path, opened: list[Terminal]
) -> None:
    """Ctrl-C, Ctrl-D, SIGTERM and :quit leave with 130, say so, and nothing is kept."""
    terminal = at(place, opened, term=term)
    terminal.shown()
    terminal.type("Blue or green")
    for _ in range({"lines": 0, "facts": 2, "review": 7, "settling": 8}[when]):
        terminal.type("")
    match way:
        case "ctrl-c":
            terminal.child.sendintr()
        case "ctrl-d":
            terminal.child.send(CTRL_D)
        case "sigterm":
            terminal.child.kill(signal.SIGTERM)
        case _:
            terminal.child.send(":quit\r")

    code, last_words = terminal.ended()

    assert code == 130
    assert "Nothing was kept." in last_words
    assert "Traceback" not in last_words
    assert left_behind(place) == []


def test_what_is_given_beside_is_not_asked(place: Path, opened: list[Terminal]) -> None:
    """`--agent` and `--facts` answer their questions, and can be looked at before judging."""
    facts = {"service_state": "degraded", "reach": "all", "workaround": True, "domain_logic": True}
    (place / "facts.json").write_text(json.dumps(facts))
    terminal = at(place, opened, "--agent", "wow-refund-desk", "--facts", "facts.json")
    terminal.shown()
    terminal.type("Refunds are slow")
    assert "6/7" in terminal.type("")
    terminal.press(CTRL_B)
    terminal.type("")
    terminal.type("")
    screen = terminal.type("")
    assert "It works: degraded" in screen
    terminal.child.send("\r")
    code, said = terminal.ended()

    assert code == 0
    assert ": bug, P1 → L3" in said
    assert "agents:    wow-refund-desk" in said


def test_facts_alone_need_no_words(place: Path, opened: list[Terminal]) -> None:
    """Where facts are given the title may be left out; else it is needed."""
    (place / "facts.json").write_text('{"service_state": "down", "reach": "most"}')
    terminal = at(place, opened, "--facts", "facts.json")
    terminal.shown()
    assert "More about it" in terminal.type("")
    other = at(place, opened)
    other.shown()

    assert "an answer is needed here" in other.type("")


def test_wrong_options_are_told_before_anything_is_asked(
    place: Path, opened: list[Terminal]
) -> None:
    """A fact that is none, or a name that can't be one, costs nobody seven answers."""
    (place / "facts.json").write_text('{"reach": "everyone"}')
    for arguments in (("--facts", "facts.json"), ("--agent", "Not A Name")):
        code, said = at(place, opened, *arguments).ended()

        assert (code, "What happened" in said) == (2, False)


def test_json_goes_to_stdout_and_questions_to_the_terminal(
    place: Path, opened: list[Terminal]
) -> None:
    """`waooaw triage --json > file` asks at the terminal and writes one document."""
    redirected = (
        "import os, sys\n"
        "os.dup2(os.open('out.json', os.O_WRONLY | os.O_CREAT), 1)\n"
        "os.execv(sys.executable, [sys.executable, '-m', 'waooaw_cli', 'triage', '--json'])"
    )
    terminal = at(place, opened, program=("-c", redirected))
    terminal.shown()
    terminal.type("All refunds fail")
    terminal.type("")
    terminal.type("")
    for answer in ("down", "all", "no", "", ""):
        terminal.type(answer)
    terminal.child.send("\r")
    code, said = terminal.ended()

    assert (code, "schema" in said) == (0, False)
    content = json.loads((place / "out.json").read_text("utf-8"))
    jsonschema_rs.validator_for(triage_schema()).validate(content)
    assert (content["severity"], content["route"]) == ("P0", "L3")
    asked = waooaw("triage", "explain", content["id"], "--json", cwd=place, env=state_of(place))
    assert json.loads(asked.stdout)["severity"] == "P0"


def state_of(place: Path) -> dict[str, str]:
    return {"WAOOAW_STATE_DIR": str(place.parent / "state")}


@pytest.mark.parametrize("term", ["xterm-256color", "dumb"])
def test_hostile_answers_steer_nothing(term: str, place: Path, opened: list[Terminal]) -> None:
    """A control character is refused; what turns text round is shown as "?" and decides nothing."""
    terminal = at(place, opened, term=term)
    terminal.shown()
    pasted = "it shows \x1b[2J\x07 and stops"
    refused = terminal.type(f"\x1b[200~{pasted}\x1b[201~" if terminal.keys else pasted)
    assert "the control character U+001B" in refused
    terminal.type("\x15All refunds fail \u202e3P si ytireves eht\u202c")
    terminal.type("")
    for answer in ("", "down", "all", "no", "", ""):
        screen = terminal.type(answer)
    assert "In one line: All refunds fail ?3P si ytireves eht?" in screen
    terminal.child.send("\r")
    code, said = terminal.ended()

    assert (code, "P0 → L3" in said, "\u202e" in said) == (0, True, False)


def test_a_paste_into_a_dumb_terminal_answers_one_question(
    place: Path, opened: list[Terminal]
) -> None:
    """Lines that come at once are title and text, empty ones between them included."""
    terminal = at(place, opened, term="dumb")
    terminal.shown()
    terminal.child.send("All refunds fail\rI pay.\r\rIt says 500.\r")
    for _ in ("I pay.", "", "It says 500.", "whatever else"):
        terminal.child.expect("> ")

    assert "2/7" in terminal.type("")


def test_a_megabyte_is_refused_and_not_shown(place: Path, opened: list[Terminal]) -> None:
    """What is pasted by mistake is told to be too long, within seconds, and asked again."""
    terminal = at(place, opened)
    terminal.shown()
    terminal.type("All refunds fail")
    terminal.child.delaybeforesend = None
    terminal.child.send("\x1b[200~")
    for _ in range(500):
        terminal.child.send("word " * 400)
    terminal.child.send("\x1b[201~\r")
    screen = terminal.type("")
    while "! " not in screen:
        screen = terminal.shown()

    assert "the answer is longer than 100,000 characters" in screen
    assert "2/7" in terminal.type("")


def test_without_a_terminal_to_ask_at_nothing_changes(place: Path) -> None:
    """Where stderr is no terminal, or stdin is none, there is no request, exit 2."""
    pexpect = pytest.importorskip("pexpect")
    command = f"'{sys.executable}' -m waooaw_cli triage"
    env = {**os.environ, **state_of(place)}
    for redirected in (f"{command} 2>told", f"{command} </dev/null", f"{command} --file none"):
        output, code = pexpect.run(
            f'/bin/sh -c "{redirected}"', withexitstatus=True, encoding="utf-8", env=env, cwd=place
        )

        assert (code, "> " in output) == (2, False)
    assert "there is no request" in (place / "told").read_text()
