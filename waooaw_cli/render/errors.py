"""What a person, or a program, is told of an error that was raised on purpose."""

from __future__ import annotations

import json

from waooaw.errors import InvalidDocument, Problem, WaooawError
from waooaw_cli.render.foreign import intact, visible

__all__ = ["error_json", "error_lines"]

_MOST_PROBLEMS = 20
_LONGEST_LINE = 1_000


def error_lines(error: WaooawError) -> str:
    """Return at most three lines: what is wrong and where, what was expected, what to do next.

    A file with several problems gets such a block for each of the first twenty. Line breaks and
    control characters of foreign text become visible, so that no text can forge a line.
    """
    if not isinstance(error, InvalidDocument):
        return _block(error.message, expected=None, hint=error.hint)
    blocks = [_problem(problem, error.source) for problem in error.problems[:_MOST_PROBLEMS]]
    more = len(error.problems) - len(blocks)
    if more > 0:
        blocks.append(f"… and {more} more")
    return "\n".join(blocks)


def error_json(error: WaooawError, *, exit_code: int) -> str:
    """Return the same as one JSON document with sorted keys, for a program that reads along."""
    content: dict[str, object] = {
        "schema": "waooaw.error/1",
        "exit_code": int(exit_code),
        "message": error.message,
        "hint": error.hint,
        "source": None,
        "problems": [],
    }
    if isinstance(error, InvalidDocument):
        content["source"] = error.source
        content["problems"] = [
            {
                "message": problem.message,
                "field": problem.field,
                "line": problem.line,
                "column": problem.column,
                "expected": problem.expected,
                "hint": problem.hint,
            }
            for problem in error.problems
        ]
    return intact(json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False))


def _problem(problem: Problem, source: str) -> str:
    message = f"{problem.place(source)}: {problem.message}"
    return _block(message, expected=problem.expected, hint=problem.hint)


def _block(message: str, *, expected: str | None, hint: str | None) -> str:
    lines = [f"error: {message}"]
    if expected:
        lines.append(f"  expected: {expected}")
    if hint:
        lines.append(f"  try: {hint}")
    return "\n".join(_bounded(visible(line)) for line in lines)


def _bounded(line: str) -> str:
    return line if len(line) <= _LONGEST_LINE else f"{line[: _LONGEST_LINE - 1]}…"
