"""Waivers beside the line: `# waooaw: waive RULE until DATE by OWNER -- reason`.

A comment behind code speaks for its line; one on a line of its own for the first line below it that
is no comment, so that a long reason may go on in the next comment line.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath

from waooaw_cli.gates.contents import WAIVER_MARK, contents, read_text
from waooaw_cli.gates.waivers import (
    Waiver,
    owner_problem,
    reason_problem,
    rule_problem,
    until_problem,
)

__all__ = ["Malformed", "beside", "marked"]

_LONGEST = 1_000
_PYTHON = frozenset({".py", ".pyi", ".pyw"})
_HASHED = frozenset({".cfg", ".dockerfile", ".ini", ".sh", ".toml", ".yaml", ".yml"})
_ABOUT = re.compile(r"#\s*waooaw:\s*waive\b(?P<said>.*)", re.IGNORECASE)
_HASH = re.compile(r"(?:^|(?<=\s))#.*")
_PARTS = re.compile(
    r"\s+(?P<rules>[^\s,]+(?:\s*,\s*[^\s,]+)*?)"
    r"\s+until\s+(?P<until>\S+)"
    r"\s+by\s+(?P<owner>\S+)"
    r"\s+(?:--|–|—)\s*(?P<reason>.*)",
)


@dataclass(frozen=True, slots=True)
class Malformed:
    """Hold a comment that begins like a waiver and is none.

    Attributes:
        path: Its file, relative to the package.
        line: 1-based.
        problem: What is wrong with it.
    """

    path: PurePosixPath
    line: int
    problem: str


@dataclass(frozen=True, slots=True)
class _Comment:
    line: int
    text: str
    alone: bool


def marked(root: Path) -> tuple[PurePosixPath, ...]:
    """Return the files of a package that may hold waivers, in order; reads all that could."""
    found = []
    for path in contents(root).files:
        if _comments_of(path) is not None:
            try:
                content = (root / path).read_bytes()
            except OSError:  # the gates say what can't be read
                continue
            if WAIVER_MARK in content:
                found.append(path)
    return tuple(found)


def beside(
    root: Path, paths: tuple[PurePosixPath, ...], *, today: date
) -> Iterator[Waiver | Malformed]:
    """Yield the waivers in the comments of files, and the comments that only look like one.

    Args:
        root: The package's folder.
        paths: Files in it, such as `marked` has them.
        today: The day, in UTC.
    """
    for path in paths:
        comments = _comments_of(path)
        text = read_text(root, path) if comments else None
        if comments is None or not isinstance(text, str):
            continue
        found = list(comments(text))
        alone = {one.line: one.text for one in found if one.alone}
        for one in found:
            if about := _ABOUT.match(one.text):
                said = " ".join([about["said"].rstrip(), *_continued(one, alone)])
                yield from _waivers(said, path, one, alone, today)


def _comments_of(path: PurePosixPath) -> Callable[[str], Iterator[_Comment]] | None:
    """Return how comments are found in a file of that name; None where we know of none."""
    if path.suffix in _PYTHON:
        return _in_python
    name = path.name.lower()
    if path.suffix.lower() in _HASHED or name.startswith(("dockerfile", "containerfile")):
        return _behind_a_hash
    return None


def _in_python(text: str) -> Iterator[_Comment]:
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                before = token.line[: token.start[1]]
                yield _Comment(token.start[0], token.string, not before.strip())
    except (tokenize.TokenError, SyntaxError, ValueError):
        return  # it is no Python, which other gates say


def _behind_a_hash(text: str) -> Iterator[_Comment]:
    # A hash inside quotes is taken for a comment too; what it says has to be a waiver all the same.
    for number, line in enumerate(text.split("\n"), 1):
        if found := _HASH.search(line.rstrip("\r")):
            yield _Comment(number, found[0], not line[: found.start()].strip())


def _waivers(
    said: str, path: PurePosixPath, comment: _Comment, alone: Collection[int], today: date
) -> Iterator[Waiver | Malformed]:
    if len(said) > _LONGEST:
        yield Malformed(path, comment.line, f"it is longer than {_LONGEST:,} characters")
        return
    parts = _PARTS.fullmatch(said.rstrip())
    if parts is None:
        yield Malformed(path, comment.line, _missing(said))
        return
    rules = [rule.strip() for rule in parts["rules"].split(",")]
    try:
        expires = date.fromisoformat(parts["until"])
    except ValueError:
        yield Malformed(path, comment.line, f"{parts['until']!r} is no date such as 2027-01-31")
        return
    problems = [
        *(rule_problem(rule) for rule in rules),
        *("a family of rules is waived in waooaw.toml only" for rule in rules if rule[-1:] == "-"),
        until_problem(expires, today),
        owner_problem(parts["owner"]),
        reason_problem(parts["reason"]),
    ]
    for problem in problems:
        if problem:
            yield Malformed(path, comment.line, problem)
            return
    for rule in rules:
        yield Waiver(
            rule,
            parts["reason"].strip(),
            parts["owner"],
            expires,
            source=str(path),
            line=comment.line,
            path=str(path),
            lines=_spoken_for(comment, alone),
        )


def _missing(said: str) -> str:
    for part, word in (
        (r"\s+[^\s,]+", "it names no rule"),
        (r"\suntil\s", "it says no day: until YYYY-MM-DD"),
        (r"\sby\s+\S", "it names no owner: by OWNER"),
        (r"\s(?:--|–|—)\s", "it gives no reason: -- reason"),
    ):
        if not re.search(part, f"{said} "):
            return word
    return "its parts stand in another order"


def _continued(comment: _Comment, alone: Mapping[int, str]) -> Iterator[str]:
    """Yield what the comment lines right below *comment* say, up to code or another waiver."""
    line = comment.line + 1
    while comment.alone and line in alone and not _ABOUT.match(alone[line]):
        yield alone[line].lstrip("#").strip()
        line += 1


def _spoken_for(comment: _Comment, alone: Collection[int]) -> frozenset[int]:
    below = comment.line
    while comment.alone and below in alone:
        below += 1
    return frozenset({comment.line, below})
