from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot
from unit.render.report_samples import quick

from waooaw.errors import EnvironmentFault, InputError, InvalidDocument, Problem, WaooawError
from waooaw_cli.render.errors import error_json, error_lines

anything = st.text(st.characters(), max_size=60)
problems = st.builds(
    Problem,
    message=anything,
    field=anything,
    line=st.none() | st.integers(1, 99),
    column=st.none() | st.integers(1, 99),
    expected=st.none() | anything,
    hint=st.none() | anything,
)


def test_an_error_says_what_is_wrong_and_what_to_do() -> None:
    """What an error knows nothing of has no line."""
    assert error_lines(InputError("x.yaml: no such file", hint="check the path")) == snapshot("""\
error: x.yaml: no such file
  try: check the path\
""")
    assert error_lines(EnvironmentFault("the disk is full")) == snapshot("error: the disk is full")


def test_each_problem_of_a_file_has_its_place_and_its_way_out() -> None:
    """Several problems are told together, each by file, line, column and field."""
    error = InvalidDocument(
        "answers.yaml",
        (
            Problem(
                "'wow desk' is not kebab-case",
                field="name",
                line=2,
                column=7,
                expected="lower-case words joined by -",
                hint="write wow-desk",
            ),
            Problem("is missing", field="owner"),
        ),
    )

    assert error_lines(error) == snapshot("""\
error: answers.yaml:2:7: name: 'wow desk' is not kebab-case
  expected: lower-case words joined by -
  try: write wow-desk
error: answers.yaml: owner: is missing\
""")


def test_twenty_problems_are_told_and_the_rest_counted() -> None:
    """A file that is wrong everywhere does not flood the terminal."""
    error = InvalidDocument("a.yaml", tuple(Problem(f"number {n}") for n in range(23)))

    lines = error_lines(error).splitlines()

    assert len(lines) == 21
    assert lines[-1] == "… and 3 more"


def test_exactly_twenty_problems_leave_nothing_to_count() -> None:
    """The count of the rest stands only where there is a rest."""
    error = InvalidDocument("a.yaml", tuple(Problem(f"number {n}") for n in range(20)))

    assert "more" not in error_lines(error)


def test_foreign_text_cannot_forge_a_line() -> None:
    """A line break in a value is shown as an escape, and so is what moves the cursor."""
    error = InputError("bad value 'a\nerror: forged\x1b[2J\u202e'", hint="b\r\n  try: forged")

    assert error_lines(error) == snapshot("""\
error: bad value 'a\\nerror: forged\\x1b[2J\\u202e'
  try: b\\r\\n  try: forged\
""")


@quick
@given(st.builds(InputError, anything, hint=st.none() | anything))
def test_an_error_never_takes_more_than_three_lines(error: WaooawError) -> None:
    """Whatever an error quotes, it is at most three lines that any terminal can be sent."""
    text = error_lines(error)

    assert 1 <= len(text.splitlines()) <= 3
    assert text.encode().decode() == text
    assert text.replace("\n", "").isprintable() or not any(
        ord(character) < 32 for character in text.replace("\n", "")
    )


@quick
@given(st.lists(problems, min_size=1, max_size=25))
def test_a_problem_never_takes_more_than_three_lines(found: list[Problem]) -> None:
    """Each problem begins a block of its own; no text makes it longer."""
    lines = error_lines(InvalidDocument("a.yaml", tuple(found))).splitlines()

    assert sum(line.startswith("error: a.yaml") for line in lines) == min(20, len(found))
    assert len(lines) <= 3 * min(20, len(found)) + 1


def test_a_very_long_value_is_cut() -> None:
    """A message that quotes a whole file stays a line that can be read."""
    assert len(error_lines(InputError("x" * 5_000))) == 1_000


def test_a_program_gets_the_error_as_one_document() -> None:
    """With --json an error is data: its exit code, and every problem with its place."""
    error = InvalidDocument("a.yaml", (Problem("is missing", field="owner", line=1, column=1),))

    assert error_json(error, exit_code=2) == snapshot("""\
{
  "exit_code": 2,
  "hint": null,
  "message": "a.yaml:1:1: owner: is missing",
  "problems": [
    {
      "column": 1,
      "expected": null,
      "field": "owner",
      "hint": null,
      "line": 1,
      "message": "is missing"
    }
  ],
  "schema": "waooaw.error/1",
  "source": "a.yaml"
}\
""")


@quick
@given(st.builds(InputError, anything, hint=st.none() | anything))
def test_an_error_is_always_a_json_document_in_utf8(error: WaooawError) -> None:
    """Halves of surrogate pairs, which file names may hold, do not break the document."""
    document = json.loads(error_json(error, exit_code=2).encode())

    assert document["schema"] == "waooaw.error/1"
    assert document["problems"] == []


@pytest.mark.parametrize("code", [2, 3, 70])
def test_the_document_holds_the_exit_code(code: int) -> None:
    """A program need not ask the shell."""
    assert json.loads(error_json(InputError("x"), exit_code=code))["exit_code"] == code
