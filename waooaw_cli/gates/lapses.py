"""What is wrong with a waiver: it expired, permits nothing, may not be given, or can't be read."""

from __future__ import annotations

import os
import re
from collections.abc import Collection
from dataclasses import replace
from datetime import date
from pathlib import Path, PurePosixPath

from waooaw_cli.gates.beside import Malformed
from waooaw_cli.gates.fingerprints import fingerprinted
from waooaw_cli.gates.gate import Package
from waooaw_cli.gates.owners import is_family, is_family_waivable, is_waivable, owner
from waooaw_cli.gates.report import Finding, GateId, Severity
from waooaw_cli.gates.waivers import EXPIRED, MALFORMED, NEVER, UNUSED, Waiver

__all__ = ["lapse", "located", "malformed"]

#: What is measured differs from run to run, so a waiver of it may have nothing to do today.
_MEASURED = "PERF-"
_HEAD = re.compile(r"^\s*\[\[\s*(?:tool\.waooaw\.)?waivers\s*\]\]", re.MULTILINE)


def lapse(
    waiver: Waiver, *, today: date, used: bool, judged: Collection[GateId]
) -> tuple[GateId, Finding] | None:
    """Return what is wrong with *waiver*, without a place, and the gate that says it.

    Args:
        waiver: From settings or from beside a line.
        today: The day, in UTC.
        used: Whether it covers a finding of this run.
        judged: The gates that could have used it and came to a verdict.
    """
    rule = waiver.rule
    gate = owner(rule) or GateId.SPEC
    what = f"the waiver of {rule} by {waiver.owner}"
    if not (is_family_waivable(rule) if is_family(rule) else is_waivable(rule)):
        message = f"{what} waives nothing: {rule} can't be waived"
        fix = "Remove it, and mend what it was written for."
        return gate, Finding(NEVER, Severity.ERROR, message, fix=fix)
    if not waiver.holds(today=today):
        message = f"{what} expired on {waiver.expires}: {waiver.reason}"
        fix = f"Mend what it permitted, or have {waiver.owner} agree to a new date."
        return gate, Finding(EXPIRED, Severity.ERROR, message, fix=fix)
    if not used and gate in judged:
        severity = Severity.WARNING if rule.startswith(_MEASURED) else Severity.ERROR
        message = f"{what} permits nothing that is there"
        return gate, Finding(UNUSED, severity, message, fix="Remove it.")
    return None


def malformed(comment: Malformed) -> Finding:
    """Return what is said of a comment that looks like a waiver and is none."""
    return _named(
        Finding(
            MALFORMED,
            Severity.ERROR,
            f"this waives nothing: {comment.problem}",
            comment.path,
            line=comment.line,
            fix="Write `# waooaw: waive RULE until YYYY-MM-DD by OWNER -- reason`.",
        )
    )


def located(found: Finding, waiver: Waiver, package: Package, file: Path | None) -> Finding:
    """Return a finding on *waiver* with the place of the waiver, as seen from the package.

    Args:
        found: Without a place.
        waiver: The waiver.
        package: The package that it is reported for.
        file: The settings file that it stands in, unless it stands beside a line.
    """
    if waiver.entry is None or file is None:
        path, line = PurePosixPath(waiver.source), waiver.line or None
    else:
        path, line = _seen_from(package.root, file), _line(file, waiver.entry)
    return _named(replace(found, path=path, line=line))


def _named(found: Finding) -> Finding:
    # Told by what it says: the waiver's own line moves, and its file may stand outside.
    [finding] = fingerprinted([replace(found, fingerprint=found.message)], Path())
    return finding


def _seen_from(root: Path, file: Path) -> PurePosixPath:
    try:
        return PurePosixPath(Path(os.path.relpath(file, root)).as_posix())
    except ValueError:  # it stands on another drive
        return PurePosixPath(file.as_posix())


def _line(file: Path, entry: int) -> int | None:
    """Return the line of an entry of `waivers`; TOML's reader keeps no places."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return None
    heads = [match.end() for match in _HEAD.finditer(text)]
    return text.count("\n", 0, heads[entry]) + 1 if entry < len(heads) else None
