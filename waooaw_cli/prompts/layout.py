"""How questions and the review read, in lines that fit the terminal. Prints nothing."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from waooaw_cli.factory.asking import Choice, Prompt, Review
from waooaw_cli.factory.questions import FieldType

__all__ = [
    "COMMANDS",
    "Line",
    "Style",
    "command_lines",
    "paragraph",
    "prompt_lines",
    "review_lines",
]

_NARROWEST = 20
_WIDEST = 100
_MARGIN = 2

#: What may be typed instead of an answer, everywhere; `:quit` says what becomes of the answers.
COMMANDS = {
    ":back": "to the question before (also Shift-Tab or Ctrl-B)",
    ":clear": "answer nothing, also where something was answered",
    ":help": "show this (also ?)",
    ":quit": "stop here; your answers are {kept} (also Ctrl-C)",
}


class Style(StrEnum):
    """Name what a line is, which tells how it looks."""

    HEAD = "head"
    LABEL = "label"
    HELP = "help"
    PROBLEM = "problem"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Line:
    """Hold one line of plain text that fits the terminal, and what it is."""

    text: str
    style: Style = Style.PLAIN


def prompt_lines(prompt: Prompt, width: int, *, head: bool, keeps: bool) -> tuple[Line, ...]:
    """Return what stands above the place where the answer is typed.

    Args:
        prompt: What is asked.
        width: The columns of the terminal.
        head: Whether the question has to be announced, since another one was before it.
        keeps: Whether an empty answer keeps what was answered before.
    """
    return tuple(_prompt_lines(prompt, width, head=head, keeps=keeps))


def _prompt_lines(prompt: Prompt, width: int, *, head: bool, keeps: bool) -> Iterator[Line]:
    if head:
        yield Line("")
        yield from paragraph(f"{prompt.number}/{prompt.total} {prompt.title}", width, Style.HEAD)
    yield Line("")
    yield from paragraph(prompt.label, width, Style.LABEL)
    example = f" For example: {prompt.example}" if prompt.example else ""
    yield from paragraph(f"{prompt.help}{example}", width, Style.HELP, first="? ")
    for number, entry in enumerate(prompt.entries, 1):
        yield from paragraph(entry, width, first=f"{number}. ", most=3)
    yield from _choice_lines(prompt, width)
    if prompt.problem is not None:
        problem = prompt.problem
        place = f"{problem.field}: " if problem.field and problem.field != prompt.path else ""
        parts = [f"{place}{problem.message}"]
        parts += [f"Expected: {problem.expected}"] if problem.expected else []
        parts += [problem.hint] if problem.hint else []
        for part in parts:
            yield from paragraph(part, width, Style.PROBLEM, first="! ")
    if prompt.typed and keeps:
        yield from paragraph(f"Enter keeps: {prompt.typed}", width, Style.HELP, most=3)
    elif prompt.default:
        yield from paragraph(f"Enter takes: {prompt.default}", width, Style.HELP, most=3)
    elif prompt.optional:
        yield from paragraph("Enter leaves it out.", width, Style.HELP)
    if prompt.type is FieldType.PASSAGE:
        yield from paragraph("An empty line ends it.", width, Style.HELP)


def _choice_lines(prompt: Prompt, width: int) -> Iterator[Line]:
    # A menu's words are not numbered: its numbers are those of the entries.
    numbered = prompt.type is not FieldType.ENTRIES
    longest = max((len(choice.word) for choice in prompt.choices), default=0)
    for number, choice in enumerate(prompt.choices, 1):
        lead = f"{number:>2} " if numbered else "   "
        yield from _choice_line(choice, lead, longest, width)


def _choice_line(choice: Choice, lead: str, longest: int, width: int) -> Iterator[Line]:
    if not choice.says or longest > width // 2:
        text = f"{choice.word}: {choice.says}" if choice.says else choice.word
        yield from paragraph(text, width, first=lead, most=3)
        return
    yield from paragraph(choice.says, width, first=f"{lead}{choice.word:<{longest}}  ", most=3)


def review_lines(page: Review, width: int, *, resumes: bool = True) -> tuple[Line, ...]:
    """Return all answers by question, and what is wrong with them.

    Args:
        page: The answers.
        width: The columns of the terminal.
        resumes: Whether whoever stops can go on another day.
    """
    lines = [Line(""), *paragraph("Your answers", width, Style.HEAD)]
    for section in page.sections:
        lines += [Line(""), *paragraph(f"{section.number} {section.title}", width, Style.LABEL)]
        for label, answer in section.lines:
            lines += paragraph(answer, width, first=f"   {label}: ", rest="     ")
    if page.problems:
        lines.append(Line(""))
    for problem in page.problems:
        lines += paragraph(problem, width, Style.PROBLEM, first="! ")
    lines.append(Line(""))
    way_on = "Mend what is marked first." if page.problems else f"Enter {page.finish}."
    quits = "keeps all for later" if resumes else "stops, and keeps nothing"
    lines += paragraph(f"{way_on} A question's number changes it; :quit {quits}.", width)
    return tuple(lines)


def command_lines(width: int, *, resumes: bool = True) -> tuple[Line, ...]:
    """Return what may be typed instead of an answer."""
    lines: list[Line] = []
    for command, says in COMMANDS.items():
        text = says.format(kept="kept" if resumes else "not kept")
        lines += paragraph(text, width, Style.HELP, first=f"{command:<7}")
    return tuple(lines)


def paragraph(
    text: str,
    width: int,
    style: Style = Style.PLAIN,
    *,
    first: str = "",
    rest: str | None = None,
    most: int | None = None,
) -> list[Line]:
    """Return *text* wrapped, nothing in it that could move the cursor.

    Args:
        text: One paragraph; line breaks in it become spaces.
        width: The columns of the terminal.
        style: What the lines are.
        first: What the first line begins with.
        rest: What the others begin with; as wide a gap as *first* by default.
        most: How many lines at most; an ellipsis stands for what is cut.
    """
    columns = max(_NARROWEST, min(width - 1, _WIDEST))
    indent = " " * len(first) if rest is None else rest
    if len(indent) > columns // 2:
        indent = " " * _MARGIN
    lines = textwrap.wrap(
        _safe(text),
        columns,
        initial_indent=_safe(first),
        subsequent_indent=indent,
        max_lines=most,
        placeholder=" …",
        break_on_hyphens=False,
    )
    return [Line(line, style) for line in lines or [_safe(first)]]


def _safe(text: str) -> str:
    """Return *text* without characters that steer a terminal."""
    return "".join(
        character if character.isprintable() else " " if character.isspace() else "?"
        for character in text
    )
