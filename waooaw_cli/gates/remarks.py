"""Comments that silence a tool, each with the codes and the reason that it gives, or does not."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath

from waooaw_cli.gates.contents import contents, read_text

__all__ = ["Silencing", "What", "python_texts", "silencings"]


class What(StrEnum):
    """What a comment silences."""

    COVERAGE = "coverage"
    TYPES = "types"
    TYPES_OF_FILE = "types of a file"
    LINT = "lint"
    LINT_OF_FILE = "lint of a file"
    LAYOUT = "layout"


@dataclass(frozen=True, slots=True)
class Silencing:
    """Hold one such comment.

    Attributes:
        what: What it silences.
        path: Its file, relative to the package.
        line: 1-based.
        directive: What it says to the tool.
        limited: Whether it names codes; True where the tool knows none.
        reasoned: Whether a reason follows.
    """

    what: What
    path: PurePosixPath
    line: int
    directive: str
    limited: bool
    reasoned: bool


_CODES = r"[A-Za-z][A-Za-z0-9-]*\d[A-Za-z0-9]*"
_LIST = rf"(?P<codes>:\s*{_CODES}(?:[,\s]+{_CODES})*)?"
_BRACKETS = r"\s*(?P<codes>\[[^\]]*\w[^\]]*\])?"
# As the tools themselves read them: case and blanks matter to none.
_DIRECTIVES = tuple(
    (what, re.compile(pattern, re.IGNORECASE))
    for what, pattern in (
        (What.COVERAGE, r"pragma[:\s]?\s*no\s*(?:cover|branch)(?P<codes>)"),
        (What.TYPES_OF_FILE, r"#\s*mypy:(?P<codes>).*"),
        (What.TYPES, rf"#\s*type:\s*ignore{_BRACKETS}"),
        (What.LINT_OF_FILE, rf"#\s*(?:ruff|flake8)\s*:\s*noqa{_LIST}"),
        (What.LINT_OF_FILE, rf"#\s*ruff\s*:\s*(?:ignore|disable|file-ignore){_BRACKETS}"),
        (What.LINT_OF_FILE, r"#\s*(?:ruff:\s*)?isort\s*:\s*(?:skip|skip_file|off)\b(?P<codes>)"),
        (What.LINT, rf"#\s*noqa\b{_LIST}"),
        (What.LAYOUT, r"#\s*(?:fmt|yapf)\s*:\s*(?:off|skip|disable)\b(?P<codes>)"),
    )
)
_QUICK = re.compile(r"pragma|mypy:|type:|noqa|ruff|isort|fmt|yapf", re.IGNORECASE)
_REASON = re.compile(r"[^\W\d_]{3,}")
_CODED = frozenset({What.TYPES, What.LINT, What.LINT_OF_FILE})


def python_texts(root: Path) -> dict[PurePosixPath, str]:
    """Return the package's Python files that can be read, by path."""
    texts = {}
    for path in contents(root).files:
        if path.suffix in {".py", ".pyi", ".pyw"}:
            text = read_text(root, path)
            if isinstance(text, str):
                texts[path] = text
    return texts


def silencings(
    sources: Mapping[PurePosixPath, str], wanted: frozenset[What]
) -> Iterator[Silencing]:
    """Yield the comments in *sources* that silence what is *wanted*, in order."""
    for path, text in sources.items():
        if _QUICK.search(text):
            for line, comment, code_before in _comments(text):
                for one in _in_comment(path, line, comment, code_before=code_before):
                    if one.what in wanted:
                        yield one


def _comments(text: str) -> Iterator[tuple[int, str, bool]]:
    """Yield each comment with its line and whether code stands somewhere before it."""
    code = False
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                yield token.start[0], token.string, code
            elif token.type not in {tokenize.NL, tokenize.NEWLINE, tokenize.ENCODING}:
                code = True
    except (tokenize.TokenError, SyntaxError, ValueError):
        return  # it is no Python, which other gates say


def _in_comment(
    path: PurePosixPath, line: int, comment: str, *, code_before: bool
) -> Iterator[Silencing]:
    matches = [(what, match) for what, pattern in _DIRECTIVES if (match := pattern.search(comment))]
    rest = comment
    for _, match in matches:
        rest = rest.replace(match[0], " ")
    before = min((match.start() for _, match in matches), default=0)
    reasoned = bool(_REASON.search(rest, min(before, len(rest))))
    for what, match in matches:
        # At the top of a file mypy takes it for the whole file.
        of_file = what is What.TYPES and not code_before
        yield Silencing(
            What.TYPES_OF_FILE if of_file else what,
            path,
            line,
            match[0].strip(),
            limited=what not in _CODED or bool(match["codes"]),
            reasoned=reasoned,
        )
