"""What earlier runs of the gates said: one line for each in a small file of the state folder.

The history is a convenience. Whatever is wrong with its file, no run fails for it: lines that can't
be read are passed over and gone with the next trimming.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from waooaw.moments import rfc3339
from waooaw_cli.gates.report import Report, Severity, Verdict

__all__ = ["PastRun", "past_run", "remember"]

_FILE = "history.jsonl"
#: So much is read, from the end; a larger file is trimmed.
_LARGEST_BYTES = 131_072
_KEPT_LINES = 200
_SHOWN_RUNS = 30
_SCOPE_LENGTH = 16


@dataclass(frozen=True, slots=True)
class PastRun:
    """Sum up one run.

    Attributes:
        at: When it began; aware.
        verdict: The report's.
        duration: From its beginning to its end.
        agents: How many packages it judged.
        errors: Findings that failed a gate.
        warnings: Findings of less weight that nobody waived.
        waived: Findings that a permission covers.
    """

    at: datetime
    verdict: Verdict
    duration: timedelta
    agents: int
    errors: int
    warnings: int
    waived: int


def past_run(report: Report) -> PastRun:
    """Return the summary of *report*."""
    findings = [
        finding for target in report.targets for gate in target.gates for finding in gate.findings
    ]
    waived = sum(finding.waived for finding in findings)
    errors = sum(finding.objects for finding in findings)
    notes = sum(finding.severity is Severity.NOTE and not finding.waived for finding in findings)
    return PastRun(
        at=report.started_at,
        verdict=report.verdict,
        duration=report.duration,
        agents=len(report.targets),
        errors=errors,
        warnings=len(findings) - waived - errors - notes,
        waived=waived,
    )


def remember(report: Report, *, folder: Path, state_dir: Path) -> tuple[PastRun, ...]:
    """Add *report* to the history and return the runs before it over the same packages.

    Never raises: where nothing can be read or kept, there is no history.

    Args:
        report: The run that just ended.
        folder: Where it took place; absolute.
        state_dir: Where waooaw keeps its state.

    Returns:
        At most thirty, the oldest first.
    """
    scope = _scope(report, folder)
    lines: list[bytes] = []
    with contextlib.suppress(OSError, ValueError):
        file = state_dir / _FILE
        text, whole = _end_of(file)
        lines = text.splitlines()
        line = _line(scope, past_run(report))
        state_dir.mkdir(parents=True, exist_ok=True)
        if whole:
            _append(file, line if not text or text.endswith(b"\n") else b"\n" + line)
        else:
            _replace(file, [*lines[-_KEPT_LINES:], line])
    runs = (_read(line) for line in lines if scope.encode() in line)
    return tuple(run for run in runs if run is not None)[-_SHOWN_RUNS:]


def _scope(report: Report, folder: Path) -> str:
    """Return a name for the packages of *report*; runs over others are another history."""
    places = sorted((folder / target.path).as_posix() for target in report.targets)
    text = "\0".join(places).encode("utf-8", "surrogatepass")
    return hashlib.sha256(text).hexdigest()[:_SCOPE_LENGTH]


def _end_of(file: Path) -> tuple[bytes, bool]:
    """Return the last lines of *file*, and whether these are all that there are."""
    try:
        status = file.stat()
    except FileNotFoundError:
        return b"", True
    if not stat.S_ISREG(status.st_mode):
        # A pipe would be waited for; what stands there is not ours.
        raise OSError(f"{file} is no file")
    with file.open("rb") as stream:
        start = max(0, status.st_size - _LARGEST_BYTES)
        stream.seek(start)
        text = stream.read(_LARGEST_BYTES)
    return (text, True) if start == 0 else (text.partition(b"\n")[2], False)


def _line(scope: str, run: PastRun) -> bytes:
    content = {
        "scope": scope,
        "at": rfc3339(run.at),
        "verdict": run.verdict.value,
        "duration_ms": round(run.duration / timedelta(milliseconds=1)),
        "agents": run.agents,
        "errors": run.errors,
        "warnings": run.warnings,
        "waived": run.waived,
    }
    return json.dumps(content).encode() + b"\n"


def _read(line: bytes) -> PastRun | None:
    """Return the run that *line* tells of; None where it is not one of ours."""
    try:
        fields = json.loads(line)
        at = datetime.fromisoformat(fields["at"])
        numbers = {name: fields[name] for name in ("agents", "errors", "warnings", "waived")}
        spent = fields["duration_ms"]
        if at.tzinfo is None or any(type(one) is not int for one in (spent, *numbers.values())):
            return None
        return PastRun(
            at=at,
            verdict=Verdict(fields["verdict"]),
            duration=timedelta(milliseconds=spent),
            **numbers,
        )
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None


def _append(file: Path, line: bytes) -> None:
    # One write at the end: two runs at once leave two whole lines.
    number = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(number, line)
    finally:
        os.close(number)


def _replace(file: Path, lines: list[bytes]) -> None:
    beside = file.with_name(f".{_FILE}.{os.getpid()}.new")
    try:
        beside.write_bytes(b"\n".join(line.rstrip(b"\n") for line in lines) + b"\n")
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)
