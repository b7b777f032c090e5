"""A person at a real terminal: keys, lines, forty columns, interruptions."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import sys
from pathlib import Path
from typing import Any

import pytest
from fakes.scripted_asker import ScriptedAsker
from places import CASES, ROOT
from program import waooaw
from terminals import BACK_TAB, CTRL_B, CTRL_D, PROGRAM, Terminal

from waooaw_cli.factory.answers import read_answers
from waooaw_cli.factory.asking import Answer, Choice, Prompt
from waooaw_cli.factory.question_files import Library
from waooaw_cli.factory.questionnaire import gather
from waooaw_cli.factory.questions import FieldType

pexpect = pytest.importorskip("pexpect", reason="Windows has no pseudo-terminals")

NEW_AGENT = ("-m", "waooaw_cli", "new-agent")
LIBRARY = Library(ROOT / "questionnaires")
REFUND_DESK = CASES / "valid" / "wow-refund-desk.yaml"
HEARTBEAT = CASES / "valid" / "wow-heartbeat.yaml"
_MENU_LINE = re.compile(r" *(\d+)\. ")


class Person:
    """Know the answers, and which label asks for which."""

    def __init__(self, answers: dict[str, Any]) -> None:
        self._asker = ScriptedAsker(answers, LIBRARY.of(answers["kind"]))
        self._fields: dict[str, tuple[str, FieldType]] = {}
        for _, field in LIBRARY.of(answers["kind"]).fields():
            self._fields[field.label] = (field.path, field.type)
            for number in range(20):
                for part in field.parts:
                    label = f"{field.noun.capitalize()} {number + 1}: {part.label}"
                    self._fields[label] = (f"{field.path}[{number}].{part.path}", part.type)

    def path(self, screen: str) -> str:
        return self._asked(screen)[0]

    def reply(self, screen: str) -> str:
        """Return what to type at *screen*."""
        path, kind = self._asked(screen)
        entries = tuple(line for line in screen.splitlines() if _MENU_LINE.match(line))
        choices = (Choice("done"),) if kind is FieldType.ENTRIES else ()
        prompt = Prompt(1, 10, "", path, "", kind, "", choices=choices, entries=entries)
        meant = self._asker.meant(prompt)
        assert isinstance(meant, Answer)
        return meant.text

    def _asked(self, screen: str) -> tuple[str, FieldType]:
        for line in reversed(screen.splitlines()):
            if line.strip() in self._fields:
                return self._fields[line.strip()]
        raise AssertionError(f"nothing is asked here: {screen!r}")

    def goes_on(self, terminal: Terminal, screen: str, until: str) -> str:
        """Answer until *until* is asked for, or the review shows; return that screen."""
        while "Your answers" not in screen:
            if self.path(screen) == until:
                return screen
            screen = terminal.type(self.reply(screen))
        assert until == "review"
        return screen


def from_file(path: Path) -> dict[str, Any]:
    given = read_answers(str(path), io.BytesIO())
    found: dict[str, Any] = gather(LIBRARY, given=given, asker=None).data
    return found


@pytest.mark.parametrize(
    ("term", "columns"), [("xterm-256color", 100), ("xterm", 40), ("dumb", 40)]
)
def test_ten_questions_back_twice_interrupted_resumed(
    term: str, columns: int, tmp_path: Path, opened: list[Terminal]
) -> None:
    """A session with two steps back and an interruption ends with the answers of the file."""
    expected = from_file(REFUND_DESK)
    person = Person(expected)
    first = Terminal(tmp_path, "--output", "out", term=term, columns=columns)
    opened.append(first)
    screen = person.goes_on(first, first.shown(), "purpose")
    assert person.path(screen) == "purpose"
    screen = first.press(BACK_TAB) if first.keys else first.type(":back")
    assert person.path(screen) == "owner"
    screen = first.press(CTRL_B) if first.keys else first.type(":back")
    assert person.path(screen) == "kind"
    assert "support" in screen
    screen = first.type("support")
    screen = person.goes_on(first, screen, "rules[1].when")
    first.child.sendintr()
    code, last_words = first.ended()
    assert code == 130
    assert "kept" in last_words

    second = Terminal(tmp_path, "--output", "out", term=term, columns=columns)
    opened.append(second)
    assert "Resume the interrupted questionnaire" in " ".join(second.shown().split())
    screen = second.type("")
    assert person.path(screen) == "rules[1].when"
    screen = person.goes_on(second, screen, "review")

    assert "10 Show it" in screen
    assert second.answers("") == expected
    # What is typed may be longer; what is shown never is.
    shown = [line for line in first.transcript.splitlines() if not line.startswith(">")]
    assert [line for line in shown if len(line) >= columns] == []
    assert list((tmp_path / "drafts").glob("*.json")) == []


def test_a_session_at_the_terminal_ends_in_a_passing_package(
    tmp_path: Path, opened: list[Terminal]
) -> None:
    """`waooaw new-agent`: ten questions, two steps back, an interruption, a resume, eight gates.

    The package has the same bytes as the one made from the answers file.
    """
    person = Person(from_file(REFUND_DESK))
    state = tmp_path / "state"
    first = Terminal(state, program=NEW_AGENT, cwd=tmp_path)
    opened.append(first)
    screen = person.goes_on(first, first.shown(), "owner")
    screen = first.press(BACK_TAB)
    screen = first.press(CTRL_B)
    screen = person.goes_on(first, screen, "limits.p95_ms")
    first.child.sendintr()
    assert first.ended()[0] == 130
    assert not (tmp_path / "generated").exists()

    second = Terminal(state, program=NEW_AGENT, cwd=tmp_path)
    opened.append(second)
    assert "Resume the interrupted questionnaire" in second.shown()
    person.goes_on(second, second.type(""), "review")
    second.child.send("\r")
    code, said = second.ended()

    assert code == 0, said
    assert "pass: 1 agent, 8 gates (8 pass), no findings" in said
    assert "is in place. Next:" in said
    assert list((state / "drafts").glob("*.json")) == []
    made = waooaw(
        *("new-agent", "--answers", str(REFUND_DESK), "--no-gate", "--output", "file"), cwd=tmp_path
    )
    assert made.returncode == 0
    assert _content(tmp_path / "generated") == _content(tmp_path / "file")


def _content(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("way", ["ctrl-c", "ctrl-d", "sigterm", "quit"])
@pytest.mark.parametrize("term", ["xterm-256color", "dumb"])
def test_every_way_out_keeps_the_draft(
    way: str, term: str, tmp_path: Path, opened: list[Terminal]
) -> None:
    """Ctrl-C, Ctrl-D, SIGTERM and :quit leave with 130, and the answers are kept."""
    terminal = Terminal(tmp_path, term=term)
    opened.append(terminal)
    terminal.shown()
    terminal.type("wow-x")
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
    assert "kept" in last_words
    assert "Traceback" not in last_words
    (draft,) = (tmp_path / "drafts").glob("wow-x.*.json")
    saved = json.loads(draft.read_bytes())
    assert (saved["answers"], saved["at"]) == ({"name": "wow-x"}, "title")


@pytest.mark.parametrize("term", ["xterm-256color", "dumb"])
def test_hostile_names_are_refused_and_asked_again(
    term: str, tmp_path: Path, opened: list[Terminal]
) -> None:
    """A path, a template and nothing at all are no names; what was typed is shown again."""
    terminal = Terminal(tmp_path, term=term)
    opened.append(terminal)
    terminal.shown()

    for name in ("../x", "{{ 7*7 }}", "class"):
        screen = terminal.type(name)
        assert f"! '{name}'" in screen
    assert "an answer is needed" in terminal.type("\x15")
    assert "Enter takes: Wow Good" in terminal.type("wow-good")


def test_a_paste_of_several_lines_is_one_answer(tmp_path: Path, opened: list[Terminal]) -> None:
    """Lines that are pasted together do not answer the following questions."""
    terminal = Terminal(tmp_path, "--set", "name=wow-x", "--defaults")
    opened.append(terminal)
    terminal.shown()

    screen = terminal.type("\x1b[200~one@example.com\r\ntwo@example.com\x1b[201~")
    assert "spans several lines" in screen
    screen = terminal.type("\x1b[200~one@example.com\x1b[201~")

    assert "Purpose" in screen


def test_what_is_offered_is_replaced_by_typing_and_kept_by_enter(
    tmp_path: Path, opened: list[Terminal]
) -> None:
    """After going back Enter keeps the answer, and typing replaces it."""
    terminal = Terminal(tmp_path)
    opened.append(terminal)
    terminal.shown()
    terminal.type("wow-one")
    assert "wow-one" in terminal.press(BACK_TAB)

    assert "Enter takes: Wow One" in terminal.type("")
    terminal.press(BACK_TAB)

    assert "Enter takes: Wow Two" in terminal.type("wow-two")


@pytest.mark.parametrize("term", ["xterm-256color", "dumb"])
def test_help_and_clear_work_everywhere(term: str, tmp_path: Path, opened: list[Terminal]) -> None:
    """The typed commands are explained and understood on every terminal."""
    terminal = Terminal(tmp_path, "--answers", str(HEARTBEAT), "--set", "title=T", term=term)
    opened.append(terminal)
    terminal.shown()
    screen = terminal.type(":help")
    assert ":back" in screen
    assert ":quit" in screen
    assert "Responsibilities" in terminal.type("")
    terminal.type("Tick; Tock")
    assert "Responsibilities" in terminal.type(":back")
    terminal.type(":clear")

    while "Your answers" not in (screen := terminal.type("")):
        pass
    assert "what about 11?" not in screen
    terminal.child.send("11\r")
    assert "is none of" in terminal.shown()

    answers = terminal.answers("")
    assert answers == from_file(HEARTBEAT) | {"title": "T"}


@pytest.mark.parametrize("term", ["xterm-256color", "dumb"])
def test_no_color_means_no_colour(term: str, tmp_path: Path, opened: list[Terminal]) -> None:
    """With NO_COLOR, and on a dumb terminal, no colour is set."""
    terminal = Terminal(tmp_path, term=term, more={"NO_COLOR": "1"})
    opened.append(terminal)
    terminal.child.expect(r"\n>|>\x08")

    assert re.search(r"\x1b\[[0-9;]*(3[0-7]|9[0-7])[;m]", terminal.child.before) is None
    assert (term == "dumb") == ("\x1b" not in terminal.child.before)


def test_the_review_jumps_to_a_question(tmp_path: Path, opened: list[Terminal]) -> None:
    """A question's number at the review asks that question again, and only that."""
    terminal = Terminal(tmp_path, "--answers", str(HEARTBEAT), "--set", "otherwise=defer")
    opened.append(terminal)
    screen = terminal.shown()
    while "Your answers" not in screen:
        screen = terminal.type("")

    assert "Otherwise" in terminal.type("6")
    assert "Your answers" in terminal.type("escalate")

    assert terminal.answers("")["otherwise"] == "escalate"


def test_without_a_terminal_nothing_prompts(tmp_path: Path) -> None:
    """Without a terminal on stdin all that is missing is listed, exit 2."""
    output, code = pexpect.run(
        f"/bin/sh -c '{sys.executable} {PROGRAM[0]} </dev/null'",
        withexitstatus=True,
        encoding="utf-8",
        env=dict(os.environ, WAOOAW_STATE_DIR=str(tmp_path)),
    )

    assert code == 2
    assert output.count("is missing") == 8
    assert ">" not in output
    assert not (tmp_path / "drafts").exists()
