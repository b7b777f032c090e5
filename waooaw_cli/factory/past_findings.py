"""What earlier runs of the gates found, rule by rule: a line for each run in a file of the state
folder, from which `waooaw vision propose` learns.

As the history it is a convenience: bounded in size, and no run fails for it. It keeps no message,
no path and no name of a person; the repository is told by a digest of its folder.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import stat
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from waooaw.moments import rfc3339
from waooaw.names import agent_name_problem
from waooaw_cli.factory.observations import Observation, Permit, Sighting, seen_by
from waooaw_cli.gates.policies import repository_top
from waooaw_cli.gates.report import GateId, Report, Severity

__all__ = ["keep_findings", "past_findings"]

_FILE = "gate-findings.jsonl"
#: A file that grew beyond it loses its older half.
_LARGEST_BYTES = 4_000_000
#: Agents that do not fit into the line of one run are left out: they count as not looked at.
_LONGEST_LINE = 500_000
_NAME_LENGTH = 16
_RULE = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,80}")
_FINGERPRINT = re.compile(r"[0-9a-f]{8,64}")


def keep_findings(report: Report, *, folder: Path, state_dir: Path) -> None:
    """Add what *report* found. Never raises: where nothing can be kept, nothing is learnt.

    Args:
        report: The run that just ended.
        folder: Where it took place; absolute.
        state_dir: Where waooaw keeps its state.
    """
    with contextlib.suppress(OSError, ValueError):
        lines = b"".join(_lines(report, folder))
        if lines:
            state_dir.mkdir(parents=True, exist_ok=True)
            _append(state_dir / _FILE, lines)


def past_findings(top: Path, *, state_dir: Path) -> Iterator[Observation]:
    """Yield what earlier runs saw of the agents of one repository, in the order of the file.

    Never raises: a line that can't be read is passed over.

    Args:
        top: The repository's outermost folder, as `repository_top` has it.
        state_dir: Where waooaw keeps its state.
    """
    name = _name(top)
    with contextlib.suppress(OSError):
        for line in _content(state_dir / _FILE).splitlines():
            if name.encode() in line:
                yield from _read(line, name)


def _name(top: Path) -> str:
    text = top.as_posix().encode("utf-8", "surrogatepass")
    return hashlib.sha256(text).hexdigest()[:_NAME_LENGTH]


def _lines(report: Report, folder: Path) -> Iterator[bytes]:
    """Yield one line for each repository whose agents were judged."""
    by_top: dict[Path, list[Observation]] = {}
    for target in report.targets:
        seen = seen_by(target, report.started_at)
        if seen.gates and agent_name_problem(target.agent) is None:
            # Without resolving: a fleet of a thousand agents stands in few folders.
            place = Path(os.path.normpath(folder / target.path)).parent
            by_top.setdefault(repository_top(place, folder), []).append(seen)
    for top, observations in by_top.items():
        yield _line(_name(top), report.started_at, observations)


def _line(name: str, at: datetime, observations: Iterable[Observation]) -> bytes:
    kept = list(observations)
    # What most agents have is said once.
    ((usual, _),) = Counter(one.gates for one in kept).most_common(1)
    agents: list[dict[str, object]] = []
    room = _LONGEST_LINE
    for one in kept:
        told: dict[str, object] = {"agent": one.agent}
        if one.gates != usual:
            told["gates"] = sorted(one.gates)
        if one.sightings:
            told["findings"] = [
                [seen.gate, seen.rule, seen.severity, seen.fingerprint, seen.permit]
                for seen in one.sightings
            ]
        room -= len(json.dumps(told))
        if room < 0:
            break
        agents.append(told)
    content = {"repository": name, "at": rfc3339(at), "gates": sorted(usual), "agents": agents}
    return json.dumps(content, separators=(",", ":")).encode() + b"\n"


def _append(file: Path, lines: bytes) -> None:
    # One write at the end: two runs at once leave whole lines.
    number = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        status = os.fstat(number)
        if not stat.S_ISREG(status.st_mode):
            return
        os.write(number, lines)
    finally:
        os.close(number)
    if status.st_size + len(lines) > _LARGEST_BYTES:
        half = _content(file)[-_LARGEST_BYTES // 2 :].partition(b"\n")[2]
        beside = file.with_name(f".{_FILE}.{os.getpid()}.new")
        try:
            beside.write_bytes(half)
            beside.chmod(0o600)
            beside.replace(file)
        finally:
            beside.unlink(missing_ok=True)


def _content(file: Path) -> bytes:
    """Return the end of *file*; nothing where no file stands there."""
    try:
        status = file.stat()
    except FileNotFoundError:
        return b""
    if not stat.S_ISREG(status.st_mode):
        # A pipe would be waited for; what stands there is not ours.
        return b""
    with file.open("rb") as stream:
        stream.seek(max(0, status.st_size - 2 * _LARGEST_BYTES))
        return stream.read(2 * _LARGEST_BYTES)


def _read(line: bytes, name: str) -> tuple[Observation, ...]:
    try:
        run = json.loads(line)
        if run["repository"] != name:
            return ()
        at = datetime.fromisoformat(run["at"])
        if at.tzinfo is None:
            return ()
        at = at.astimezone(UTC)
        return tuple(_observation(one, at, run["gates"]) for one in run["agents"])
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return ()


def _observation(one: dict[str, Any], at: datetime, usual: list[str]) -> Observation:
    # `Any`: a line of JSON, each field of which is held to its form here.
    agent = one["agent"]
    if agent_name_problem(agent) is not None:
        raise ValueError(agent)
    gates = frozenset(GateId(gate) for gate in one.get("gates", usual))
    sightings = tuple(_sighting(*seen) for seen in one.get("findings", ()))
    return Observation(at, agent, gates, sightings)


def _sighting(gate: str, rule: str, severity: str, fingerprint: str, permit: str) -> Sighting:
    if not _RULE.fullmatch(rule) or not _FINGERPRINT.fullmatch(fingerprint):
        raise ValueError(rule)
    return Sighting(GateId(gate), rule, Severity(severity), fingerprint, Permit(permit))
