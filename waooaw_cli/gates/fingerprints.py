"""Names for findings that stay when their line moves."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from waooaw_cli.gates.report import Finding

__all__ = ["fingerprinted", "fingerprinted_by", "lines_of"]

_LENGTH = 32
_LARGEST_BYTES = 4_000_000
# As Python, ruff, mypy and editors count lines. `splitlines` also breaks at a form feed and more.
_LINE_END = re.compile("\r\n|\r|\n")


def fingerprinted(findings: Iterable[Finding], root: Path) -> tuple[Finding, ...]:
    """Return *findings* with their fingerprints, in the order given.

    A fingerprint is made of the rule, the path, the text of the line without the white space around
    it, and which of the equal ones it is, counted from the top. So it stays when lines are added
    above, and two equal mistakes in one file stay two: when the first of them goes, the second
    takes its fingerprint, so that a baseline of both still covers what is left. The message does
    not count, since it may hold what was measured. A file under another name is another file.

    Args:
        findings: What one gate said of one package. Where a gate wrote something into `fingerprint`
            that sets a finding apart (the name of an advisory), that takes the line's place.
        root: The package's folder; the lines are read from it.
    """
    return fingerprinted_by(findings, lambda path: _lines(root / path))


def fingerprinted_by(
    findings: Iterable[Finding], read: Callable[[PurePosixPath], Sequence[str]]
) -> tuple[Finding, ...]:
    """Return *findings* with their fingerprints, as `fingerprinted` does.

    Args:
        findings: What one gate said of one package.
        read: Returns the lines of a file; none where there is no such file.
    """
    ordered = tuple(findings)
    lines: dict[PurePosixPath, Sequence[str]] = {}
    seen: Counter[tuple[str, str, str]] = Counter()
    names: dict[int, str] = {}
    # Numbered in the order of places, so that a tool's own order does not matter.
    for index in sorted(range(len(ordered)), key=lambda index: _place(ordered[index])):
        finding = ordered[index]
        told_by = finding.fingerprint or _line(finding, read, lines)
        key = (finding.rule, str(finding.path or ""), told_by)
        seen[key] += 1
        text = "\0".join([*key, str(seen[key])])
        names[index] = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:_LENGTH]
    return tuple(
        replace(finding, fingerprint=names[index]) for index, finding in enumerate(ordered)
    )


def _place(finding: Finding) -> tuple[str, int, int, str]:
    return (str(finding.path or ""), finding.line or 0, finding.column or 0, finding.message)


def lines_of(text: str) -> list[str]:
    """Return the lines of *text* as Python, ruff, mypy and editors count them."""
    return _LINE_END.split(text)


def _line(
    finding: Finding,
    read: Callable[[PurePosixPath], Sequence[str]],
    lines: dict[PurePosixPath, Sequence[str]],
) -> str:
    """Return the text that *finding* points at; empty where it points at no line of a file."""
    if finding.path is None or finding.line is None:
        return ""
    if finding.path not in lines:
        lines[finding.path] = read(finding.path)
    text = lines[finding.path]
    return text[finding.line - 1].strip() if 0 < finding.line <= len(text) else ""


def _lines(path: Path) -> list[str]:
    try:
        with path.open("rb") as file:
            return lines_of(file.read(_LARGEST_BYTES).decode("utf-8", "replace"))
    except OSError:
        # The finding may be that the file is missing; its rule and path name it well enough.
        return []
