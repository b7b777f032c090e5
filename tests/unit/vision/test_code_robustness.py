"""Source that may come from anyone is judged or refused; it never breaks the judge."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from waooaw.vision import all_rules, judge_code

DESK = PurePosixPath("src/wow_desk/desk.py")

TOKENS = [
    *("eval", "os", "import os", "from os import *", "getattr", "x", "=", ":=", "(", ")", "[", "]"),
    *(
        "lambda x:",
        "def f():",
        "async def g():",
        "class A(x):",
        "\n",
        "\n    ",
        "global x",
        "match x:",
    ),
    *(
        "'a'",
        "f'{x}'",
        "try:",
        "except:",
        "pass",
        ".",
        ",",
        "*",
        "for x in",
        "if",
        "yield",
        "await",
    ),
]


@given(st.text())
@example("\ud800")
@example("\x00")
@example("\ufeffx = 1")
@example("x = " + "9" * 5_000)
def test_any_text_is_judged(text: str) -> None:
    """Whatever the text is, the answer is a list of violations."""
    assert isinstance(judge_code({DESK: text}, all_rules()), tuple)


@settings(max_examples=300)
@given(st.lists(st.sampled_from(TOKENS), max_size=25).map(" ".join))
def test_anything_that_looks_like_python_is_judged(text: str) -> None:
    """Half-written programs are judged too."""
    assert isinstance(judge_code({DESK: text}, all_rules()), tuple)


@pytest.mark.parametrize(
    "source",
    [
        "(" * 10_000 + ")" * 10_000,
        "x = " + "-" * 20_000 + "1",
        "x = " + "[" * 90 + "]" * 90 + "." + ".".join("a" * 9_000),
        "x = " + "+".join(["1"] * 20_000),
        "x" + ".a" * 20_000,
        "x" + "()" * 20_000,
        "\n".join(f"{' ' * i}if x:" for i in range(120)) + "\n" + " " * 121 + "pass",
    ],
    ids=["parentheses", "minus", "attributes", "sum", "chain", "calls", "indents"],
)
def test_deep_nesting_fails_closed(source: str) -> None:
    """What is nested too deeply is refused as such; what can be parsed is judged whole."""
    found = {one.rule for one in judge_code({DESK: source + "\neval('1')"}, all_rules())}

    assert found & {"VIS-C100", "SEC-001"}


def test_a_web_of_aliases_takes_no_longer_than_its_size() -> None:
    """Each name is followed once, however many ways lead to it."""
    lines = ["a0 = eval"]
    lines += [f"a{i} = a{i - 1} or a{i - 1} or a{i - 1}" for i in range(1, 300)]
    lines += ["a5 = a299", "b = b.c or b", "a30('1')"]

    found = judge_code({DESK: "\n".join(lines)}, all_rules())

    assert {1, 303} <= {one.line for one in found}


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("x = 1\ny = 'a\udce9'", 2),
        ("# vim: set fileencoding=latin-1 :\nx = 1", 1),
        ("#!/usr/bin/python\n# coding: rot13\nk = 1", 2),
        ("x = 1\ndef f(:", 2),
    ],
    ids=["bytes", "latin-1", "rot13", "syntax"],
)
def test_what_python_reads_differently_is_refused_at_its_line(source: str, line: int) -> None:
    """A file in another encoding could mean something else than what was judged."""
    found = [one for one in judge_code({DESK: source}, all_rules()) if one.rule == "VIS-C100"]

    assert [one.line for one in found] == [line]


def test_one_unreadable_file_does_not_hide_the_others() -> None:
    """Every other file is judged all the same."""
    files = {DESK: "def f(:", PurePosixPath("src/wow_desk/other.py"): "eval('1')"}

    found = {(str(one.path), one.rule) for one in judge_code(files, all_rules())}

    assert ("src/wow_desk/other.py", "SEC-001") in found
    assert ("src/wow_desk/desk.py", "SEC-010") in found
