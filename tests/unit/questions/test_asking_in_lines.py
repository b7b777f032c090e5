"""Questions as they read in lines, at any width, without a terminal to try them on."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping

import pytest

from waooaw.errors import Problem
from waooaw_cli.factory.asking import (
    Answer,
    Back,
    Choice,
    Finish,
    Jump,
    Prompt,
    Quit,
    Review,
    Section,
)
from waooaw_cli.factory.questions import FieldType
from waooaw_cli.prompts.layout import paragraph, prompt_lines, review_lines
from waooaw_cli.prompts.lines import LineScreen, columns
from waooaw_cli.prompts.terminal import TerminalAsker, terminal_asker

KIND = Prompt(
    number=1,
    total=10,
    title="Who is it?",
    path="kind",
    label="Kind",
    type=FieldType.CHOICE,
    help="Its place in the organisation.",
    choices=(Choice("platform", "keeps the platform itself whole"), Choice("support")),
    default="support",
)
NAME = Prompt(
    number=1,
    total=10,
    title="Who is it?",
    path="name",
    label="Name",
    type=FieldType.TEXT,
    help="Lower-case words.",
    example="wow-refund-desk",
    typed="wow-x",
)
STORY = Prompt(
    number=1,
    total=7,
    title="What happened?",
    path="more",
    label="More of it",
    type=FieldType.PASSAGE,
    help="As many lines as you like.",
    optional=True,
)
MENU = Prompt(
    number=5,
    total=10,
    title="What may it decide by itself?",
    path="rules",
    label="Rules",
    type=FieldType.ENTRIES,
    help="The first that matches decides.",
    choices=(Choice("add", "add another rule"), Choice("done", "go on")),
    default="done",
    entries=("small-refund · " + "event.data.amount <= 500 · " * 20,),
    problem=Problem("is missing", field="rules[0].because", expected="some words", hint="say it"),
)
PAGE = Review((Section(1, "Who is it?", (("Name", "wow-x"),)),), ("rules[0].then: unknown",))


def asker(
    typed: str | bytes, env: Mapping[str, str] | None = None
) -> tuple[TerminalAsker, io.StringIO]:
    shown = io.StringIO()
    content = typed.encode() if isinstance(typed, str) else typed
    return TerminalAsker(LineScreen(io.BytesIO(content), shown, env or {"COLUMNS": "60"})), shown


@pytest.mark.parametrize("width", [20, 40, 80, 200])
@pytest.mark.parametrize("prompt", [KIND, NAME, MENU], ids=lambda prompt: prompt.path)
def test_every_line_fits(prompt: Prompt, width: int) -> None:
    """No line is as wide as the terminal, which would break it in two."""
    lines = prompt_lines(prompt, width, head=True, keeps=True)

    assert all(len(line.text) < max(width, 21) for line in lines)


def test_a_question_reads_well_at_forty_columns() -> None:
    """Progress, label, help with an example, choices and the default are there."""
    texts = [line.text for line in prompt_lines(KIND, 40, head=True, keeps=True)]

    assert texts == [
        "",
        "1/10 Who is it?",
        "",
        "Kind",
        "? Its place in the organisation.",
        " 1 platform  keeps the platform itself",
        "             whole",
        " 2 support",
        "Enter takes: support",
    ]


def test_what_is_wrong_stands_last_with_the_way_out() -> None:
    """A problem names its field, what was expected and what to do."""
    texts = [line.text for line in prompt_lines(MENU, 60, head=False, keeps=False)]

    assert texts[-4:-1] == [
        "! rules[0].because: is missing",
        "! Expected: some words",
        "! say it",
    ]
    assert any(text.endswith("…") for text in texts)


def test_the_review_says_how_to_go_on() -> None:
    """Answers by question, then what is wrong, then what may be typed."""
    texts = [line.text for line in review_lines(PAGE, 60)]

    assert "1 Who is it?" in texts
    assert "   Name: wow-x" in texts
    assert "! rules[0].then: unknown" in texts
    assert "Mend what is marked first." in " ".join(texts)


def test_who_keeps_nothing_says_so() -> None:
    """Where nothing can be gone on with on another day, neither help nor review promise it."""
    page = Review(PAGE.sections, finish="judges it")
    texts = " ".join(line.text for line in review_lines(page, 60, resumes=False))
    shown = io.StringIO()
    screen = LineScreen(io.BytesIO(b":help\n\n"), shown, {"COLUMNS": "80"})
    TerminalAsker(screen, resumes=False).ask(KIND)

    assert "Enter judges it." in texts
    assert ":quit stops, and keeps nothing" in texts
    assert "your answers are not kept" in shown.getvalue()


@pytest.mark.parametrize(
    ("typed", "reply"),
    [
        ("one\ntwo\n\nthree\n", Answer("one\ntwo")),
        ("\n", Answer("")),
        (":why it fails\n:error\n\n", Answer(":why it fails\n:error")),
        ("one\n:back\n", Back()),
        ("one\n:quit\n", Quit()),
        ("one\n:clear\n", Answer("")),
    ],
)
def test_a_passage_is_the_lines_up_to_an_empty_one(typed: str, reply: object) -> None:
    """Commands are understood in it, and what only looks like one is a line of it."""
    assert asker(typed)[0].ask(STORY) == reply


def test_a_pasted_passage_keeps_its_empty_lines() -> None:
    """An empty line ends a passage only where nothing stands ready behind it."""
    reader, writer = os.pipe()
    os.write(writer, b"one\n\n\ntwo\n\n")
    shown = io.StringIO()
    with open(reader, "rb", buffering=0) as stdin:  # noqa: PTH123 - it has no path
        reply = TerminalAsker(LineScreen(stdin, shown, {"COLUMNS": "60"})).ask(STORY)
    os.close(writer)

    assert reply == Answer("one\n\n\ntwo")
    assert "An empty line ends it." in shown.getvalue()


def test_nothing_shown_steers_the_terminal() -> None:
    """Escapes in an answer are shown as question marks."""
    assert paragraph("a\x1b[2Jb\u202ec\td", 60)[0].text == "a?[2Jb?c d"


@pytest.mark.parametrize(
    ("typed", "reply"),
    [
        ("support\n", Answer("support")),
        ("support\r\n", Answer("support")),
        ("no line break", Answer("no line break")),
        ("\n", Answer("")),
        (":back\n", Back()),
        (" :BACK \n", Back()),
        (":quit\n", Quit()),
        (":q\n", Quit()),
        (":help\n?\nx\n", Answer("x")),
        (":clear\n", Answer("")),
        (":bakc\nx\n", Answer("x")),
        (":back to the start\n", Answer(":back to the start")),
        (":-)\n", Answer(":-)")),
        (":\n", Answer(":")),
        (b"\xff\n", Answer("\udcff")),
    ],
)
def test_commands_are_understood(typed: str | bytes, reply: object) -> None:
    """A colon and one word is a command, or refused as an unknown one; the rest are answers."""
    assert asker(typed)[0].ask(KIND) == reply


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (":bakc", "! :bakc is no command; did you mean :back?"),
        (":QUTI", "! :quti is no command; did you mean :quit?"),
        (":xyzzy", "! :xyzzy is no command; known: :back, :clear,"),
        (":" + "x" * 9_999, f"! :{'x' * 19}… is no command; known:"),
    ],
)
def test_an_unknown_command_is_no_answer(typed: str, said: str) -> None:
    """The nearest command is named, or all of them, and what was asked is asked again."""
    one, shown = asker(f"{typed}\nsupport\n")

    assert one.ask(KIND) == Answer("support")
    assert said in shown.getvalue()


def test_an_unknown_command_neither_confirms_nor_finishes() -> None:
    """At a confirmation and at the review it is refused, too."""
    one, shown = asker(":bakc\nno\n:bakc\n1\n")

    assert one.confirm("Resume?") is False
    assert one.review(PAGE) == Jump(1)
    assert shown.getvalue().count("did you mean :back?") == 2


def test_an_empty_line_keeps_what_was_answered() -> None:
    """Where nothing can be offered for editing, Enter keeps it and `:clear` takes it away."""
    one, shown = asker("\n:clear\n")

    assert one.ask(NAME) == Answer("wow-x")
    assert one.ask(NAME) == Answer("")
    assert "Enter keeps: wow-x" in shown.getvalue()
    assert shown.getvalue().count("1/10") == 1


def test_the_end_of_input_interrupts() -> None:
    """Ctrl-D on a line of its own ends the questions as Ctrl-C does."""
    with pytest.raises(KeyboardInterrupt):
        asker("")[0].ask(NAME)


@pytest.mark.parametrize(
    ("typed", "reply"),
    [
        ("\n", Finish()),
        ("render\n", Finish()),
        ("1\n", Jump(1)),
        ("7\n\x1b\n1\n", Jump(1)),
        (":back\n", Back()),
        ("quit\n", Quit()),
        (":quit\n", Quit()),
        (":clear\n", Finish()),
    ],
)
def test_the_review_takes_numbers(typed: str, reply: object) -> None:
    """A question's number, Enter, back and quit are all there is; the rest is asked again."""
    assert asker(typed)[0].review(PAGE) == reply


@pytest.mark.parametrize(
    ("typed", "answer"), [("\n", True), ("y\n", True), ("perhaps\n:back\nno\n", False)]
)
def test_yes_is_the_default(typed: str, answer: bool) -> None:
    """A confirmation takes yes and no, and asks again for anything else."""
    assert asker(typed)[0].confirm("Resume?") is answer


def test_a_confirmation_can_be_left() -> None:
    """`:quit` leaves at a confirmation too."""
    with pytest.raises(KeyboardInterrupt):
        asker(":quit\n")[0].confirm("Resume?")


def test_the_width_is_asked_for_or_known() -> None:
    """`COLUMNS` wins; what is no terminal has a width all the same."""
    assert columns(io.StringIO(), {"COLUMNS": "33"}) == 33
    assert columns(io.StringIO(), {"COLUMNS": "0"}) > 0
    assert columns(io.StringIO(), {"COLUMNS": "²"}) > 0


def test_nobody_is_asked_without_a_terminal() -> None:
    """Where stdin is no terminal there is no asker at all."""
    assert terminal_asker(io.StringIO(), io.StringIO(), {"TERM": "xterm"}) is None
