"""Read a report of the gates that was saved as JSON.

A report decides whether a change is merged, and it comes from another machine: what can't be one
that waooaw wrote is refused with its field, never read as well as may be.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import NoReturn, TypeVar

from waooaw.errors import EnvironmentFault, InputError, InvalidDocument, Problem, shown
from waooaw_cli.gates.report import (
    Finding,
    GateId,
    GateResult,
    Measure,
    Report,
    Severity,
    TargetReport,
    Verdict,
)

__all__ = ["MAX_REPORT_BYTES", "read_report"]

MAX_REPORT_BYTES = 10_000_000
_SCHEMA = "waooaw.gate-report/1"
#: Three years: no run takes longer, and no arithmetic with it overflows.
_LONGEST_MS = 10**11
_LARGEST_NUMBER = 2**53
_WAY_OUT = "save one with waooaw gate --report json=FILE"

_Name = TypeVar("_Name", bound=StrEnum)


def read_report(path: Path) -> Report:
    """Return the report in the file *path*.

    Raises:
        InputError: There is no such file, or it holds no report; the message names file and field.
        EnvironmentFault: It can't be read.
    """
    source = path.as_posix()
    try:
        with path.open("rb") as file:
            content = file.read(MAX_REPORT_BYTES + 1)
    except FileNotFoundError:
        raise InputError(f"{shown(source)} is no file", hint=_WAY_OUT) from None
    except IsADirectoryError:
        raise InputError(f"{shown(source)} is a folder, no report", hint=_WAY_OUT) from None
    except OSError as error:
        raise EnvironmentFault(f"{source}: could not be read: {error.strerror}") from error
    if len(content) > MAX_REPORT_BYTES:
        _refuse(source, "", f"is larger than {MAX_REPORT_BYTES // 1_000_000} MB")
    try:
        data = json.loads(content, object_pairs_hook=_unique, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        _refuse(source, "", f"is no JSON: {' '.join(str(error).split())}")
    return _report(_Part(data, source))


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise ValueError("a field stands twice in one object")
    return fields


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number of JSON")


def _refuse(source: str, field: str, message: str, expected: str | None = None) -> NoReturn:
    problem = Problem(message, field=field, expected=expected, hint=_WAY_OUT)
    raise InvalidDocument(source, (problem,))


class _Part:
    """Hold one value of the document and where it stands."""

    def __init__(self, value: object, source: str, field: str = "") -> None:
        self.value = value
        self._source = source
        self._field = field

    def refused(self, expected: str) -> NoReturn:
        """Raise that the value is not what it has to be."""
        _refuse(self._source, self._field, f"{shown(self.value)} is not {expected}")

    def fields(self, *names: str, optional: str | None = None) -> Mapping[str, _Part]:
        """Return the fields of an object that has *names* and no other."""
        if not isinstance(self.value, dict):
            self.refused("an object")
        for name in names:
            if name not in self.value:
                _refuse(self._source, self._inner(name), "is missing")
        for name in self.value:
            if name not in names and name != optional:
                known = ", ".join(names)
                _refuse(self._source, self._inner(name), "is no field of a report", known)
        return {
            name: _Part(value, self._source, self._inner(name))
            for name, value in self.value.items()
        }

    def items(self) -> list[_Part]:
        if not isinstance(self.value, list):
            self.refused("a list")
        return [
            _Part(value, self._source, f"{self._field}[{number}]")
            for number, value in enumerate(self.value)
        ]

    def text(self) -> str:
        if not isinstance(self.value, str):
            self.refused("text")
        return self.value

    def text_or_none(self) -> str | None:
        return None if self.value is None else self.text()

    def truth(self) -> bool:
        if not isinstance(self.value, bool):
            self.refused("true or false")
        return self.value

    def whole(self, least: int, most: int) -> int:
        if type(self.value) is not int or not least <= self.value <= most:
            self.refused(f"a whole number from {least} to {most}")
        return self.value

    def place(self) -> int | None:
        """Return a line or a column; None where it is not known."""
        return None if self.value is None else self.whole(1, _LARGEST_NUMBER)

    def duration(self) -> timedelta:
        return timedelta(milliseconds=self.whole(0, _LONGEST_MS))

    def one_of(self, names: type[_Name]) -> _Name:
        if not isinstance(self.value, str) or self.value not in set(names):
            self.refused(f"one of {', '.join(names)}")
        return names(self.value)

    def moment(self) -> datetime:
        try:
            moment = datetime.fromisoformat(self.text())
        except ValueError:
            self.refused("a point in time")
        if not self.text().endswith("Z"):
            self.refused("a point in time in UTC, with Z")
        return moment.astimezone(UTC)

    def measures(self) -> dict[str, Measure]:
        if not isinstance(self.value, dict):
            self.refused("an object")
        measures: dict[str, Measure] = {}
        for name, value in self.value.items():
            if not isinstance(value, str | int | float | bool):
                part = _Part(value, self._source, self._inner(name))
                part.refused("a number, text, true or false")
            measures[name] = value
        return measures

    def _inner(self, name: str) -> str:
        return f"{self._field}.{name}" if self._field else name


def _report(part: _Part) -> Report:
    if not isinstance(part.value, dict) or part.value.get("schema") != _SCHEMA:
        said = part.value.get("schema") if isinstance(part.value, dict) else part.value
        _Part(said, part._source, "schema").refused(repr(_SCHEMA))  # noqa: SLF001 - our own
    fields = part.fields(
        "schema", "tool", "verdict", "started_at", "duration_ms", "targets", optional="kept"
    )
    tool = fields["tool"].fields("name", "version")
    if tool["name"].text() != "waooaw":
        tool["name"].refused("'waooaw'")
    targets = tuple(map(_target, fields["targets"].items()))
    if len({target.path for target in targets}) < len(targets):
        fields["targets"].refused("a list that names each package once, by its path")
    verdict = fields["verdict"].one_of(Verdict)
    report = Report(
        version=tool["version"].text(),
        started_at=fields["started_at"].moment(),
        duration=fields["duration_ms"].duration(),
        targets=targets,
        idle=not targets and verdict is Verdict.SKIPPED,
        kept=tuple(one.text() for one in fields["kept"].items()) if "kept" in fields else (),
    )
    if report.verdict is not verdict:
        fields["verdict"].refused(f"the worst of its packages, {report.verdict}")
    return report


def _target(part: _Part) -> TargetReport:
    fields = part.fields("path", "agent", "version", "verdict", "gates")
    target = TargetReport(
        path=fields["path"].text(),
        agent=fields["agent"].text(),
        version=fields["version"].text(),
        gates=tuple(map(_gate, fields["gates"].items())),
    )
    ids = [gate.id for gate in target.gates]
    if len(set(ids)) < len(ids):
        fields["gates"].refused("a list that names each gate once")
    if target.verdict is not fields["verdict"].one_of(Verdict):
        fields["verdict"].refused(f"the worst of its gates, {target.verdict}")
    return target


def _gate(part: _Part) -> GateResult:
    fields = part.fields("id", "verdict", "cached", "duration_ms", "measures", "findings")
    gate = GateResult(
        id=fields["id"].one_of(GateId),
        verdict=fields["verdict"].one_of(Verdict),
        duration=fields["duration_ms"].duration(),
        findings=tuple(map(_finding, fields["findings"].items())),
        measures=fields["measures"].measures(),
        cached=fields["cached"].truth(),
    )
    if gate.verdict is Verdict.PASS and any(finding.objects for finding in gate.findings):
        fields["verdict"].refused("the verdict of a gate with a finding that fails it")
    return gate


def _finding(part: _Part) -> Finding:
    fields = part.fields(
        *("rule", "severity", "message", "path", "line", "column", "fix", "fingerprint", "waived"),
        optional="waiver",
    )
    path = fields["path"].text_or_none()
    return Finding(
        rule=fields["rule"].text(),
        severity=fields["severity"].one_of(Severity),
        message=fields["message"].text(),
        path=None if path is None else PurePosixPath(path),
        line=fields["line"].place(),
        column=fields["column"].place(),
        fix=fields["fix"].text_or_none(),
        fingerprint=fields["fingerprint"].text(),
        waived=fields["waived"].truth(),
        waiver=fields["waiver"].text() if "waiver" in fields else None,
    )
