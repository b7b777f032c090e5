"""Names for findings that stay when their line moves."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path, PurePosixPath

from waooaw_cli.gates.report import Finding

__all__ = ["fingerprinted"]

_LENGTH = 32
_LARGEST_BYTES = 4_000_000


def fingerprinted(findings: Iterable[Finding], root: Path) -> tuple[Finding, ...]:
    """Return *findings* with their fingerprints, in the order given.

    A fingerprint is made of the rule, the path, the text of the line without the white space around
    it, and which of the equal ones it is, counted from the top. So it stays when lines are added
    above, and two equal mistakes in one file stay two.

    Args:
        findings: What one gate said of one package.
        root: The package's folder; the lines are read from it.
    """
    ordered = tuple(findings)
    lines: dict[PurePosixPath, list[str]] = {}
    seen: Counter[tuple[str, str, str]] = Counter()
    names: dict[int, str] = {}
    # Numbered in the order of places, so that a tool's own order does not matter.
    for index in sorted(range(len(ordered)), key=lambda index: _place(ordered[index])):
        finding = ordered[index]
        key = (finding.rule, str(finding.path or ""), _line(finding, root, lines))
        seen[key] += 1
        text = "\0".join([*key, str(seen[key])])
        names[index] = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:_LENGTH]
    return tuple(
        replace(finding, fingerprint=names[index]) for index, finding in enumerate(ordered)
    )


def _place(finding: Finding) -> tuple[str, int, int]:
    return (str(finding.path or ""), finding.line or 0, finding.column or 0)


def _line(finding: Finding, root: Path, lines: dict[PurePosixPath, list[str]]) -> str:
    """Return the text that *finding* points at; empty where it points at no line of a file."""
    if finding.path is None or finding.line is None:
        return ""
    if finding.path not in lines:
        lines[finding.path] = _lines(root / finding.path)
    text = lines[finding.path]
    return text[finding.line - 1].strip() if 0 < finding.line <= len(text) else ""


def _lines(path: Path) -> list[str]:
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST_BYTES).decode("utf-8", "replace").splitlines()
    except OSError:
        # The finding may be that the file is missing; its rule and path name it well enough.
        return []
