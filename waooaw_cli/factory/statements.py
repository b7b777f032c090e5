"""What a signed statement says: these bytes were judged, by this waooaw, and passed.

An in-toto Statement v1 (in-toto/attestation, spec/v1/statement.md) with the predicate
test-result/v0.1 (spec/predicates/test-result.md). Its one subject is the package: the digest is
that of `trees.Tree`, and its annotations list every file, so that who verifies it can say which one
changed. Each resource descriptor stands as its specification has it, without fields of our own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

from waooaw.errors import InputError, shown
from waooaw.moments import rfc3339
from waooaw_cli.factory.envelopes import strict
from waooaw_cli.factory.trees import Entry, Kind, Tree
from waooaw_cli.gates.report import GateId, Severity, TargetReport, Verdict

__all__ = ["PAYLOAD_TYPE", "Statement", "Unfit", "read_statement", "stated"]

PAYLOAD_TYPE = "application/vnd.in-toto+json"
_STATEMENT = "https://in-toto.io/Statement/v1"
_PREDICATE = "https://in-toto.io/attestation/test-result/v0.1"
_FILES = "waooaw_files"
_JUDGED = "waooaw_judged_at"
_SKIPPED = "waooaw_skipped"
_TOOL = re.compile(r"pkg:pypi/waooaw@([0-9A-Za-z.+!-]{1,100})")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"([^@]{1,200})@([^@]{0,100})")
_READABLE = "letters, digits and dashes, as waooaw schema agent says"


@dataclass(frozen=True, slots=True)
class Statement:
    """Hold what is stated of one package.

    Attributes:
        judged_at: Aware.
        tool: The version of waooaw that judged.
        core: SHA-256 in hex of the core rules that it judged by.
        passed: The gates that found nothing to say.
        warned: The gates that passed with a warning, or with a finding that was waived.
        skipped: The gates that were left out by the user's word.
    """

    agent: str
    version: str
    tree: Tree
    judged_at: datetime
    tool: str
    core: str
    passed: tuple[GateId, ...]
    warned: tuple[GateId, ...]
    skipped: tuple[GateId, ...]

    def payload(self) -> bytes:
        """Return the statement as JSON, which is what is signed: sorted, without spaces."""
        files = [[one.path, one.kind.value, one.digest] for one in self.tree.entries]
        content = {
            "_type": _STATEMENT,
            "subject": [
                {
                    "name": f"{self.agent}@{self.version}",
                    "digest": {"sha256": self.tree.digest},
                    "annotations": {_FILES: files},
                }
            ],
            "predicateType": _PREDICATE,
            "predicate": {
                "result": "WARNED" if self.warned else "PASSED",
                "configuration": [
                    {
                        "name": "waooaw",
                        "uri": f"pkg:pypi/waooaw@{self.tool}",
                        "annotations": {
                            _JUDGED: rfc3339(self.judged_at),
                            _SKIPPED: [gate.value for gate in self.skipped],
                        },
                    },
                    {"name": "core-rules", "digest": {"sha256": self.core}},
                ],
                "passedTests": [gate.value for gate in self.passed],
                "warnedTests": [gate.value for gate in self.warned],
                "failedTests": [],
            },
        }
        return json.dumps(
            content, ensure_ascii=False, separators=(",", ":"), sort_keys=True
        ).encode()


@dataclass(frozen=True, slots=True)
class Unfit:
    """Say why a payload, whoever signed it, does not say that a package passed its gates."""

    reason: str


def stated(
    target: TargetReport, tree: Tree, *, judged_at: datetime, tool: str, core: str
) -> Statement:
    """Return what can be stated of a package whose verdict is pass.

    Raises:
        InputError: Its name, which nobody judged where the gate `spec` was skipped, is none.
    """
    name = f"{target.agent}@{target.version}"
    if not name.isprintable() or not _NAME.fullmatch(name):
        raise InputError(f"{target.path}: the name {shown(name)} can't be stated", hint=_READABLE)
    warned = frozenset(
        gate.id
        for gate in target.gates
        if any(one.waived or one.severity is Severity.WARNING for one in gate.findings)
    )
    passed = [gate.id for gate in target.gates if gate.verdict is Verdict.PASS]
    return Statement(
        agent=target.agent,
        version=target.version,
        tree=tree,
        judged_at=judged_at.astimezone(UTC),
        tool=tool,
        core=core,
        passed=tuple(gate for gate in passed if gate not in warned),
        warned=tuple(gate for gate in passed if gate in warned),
        skipped=tuple(gate.id for gate in target.gates if gate.verdict is Verdict.SKIPPED),
    )


def read_statement(kind: str, payload: bytes) -> Statement | Unfit:
    """Read a payload whose signature was verified before.

    Fields that neither in-toto nor waooaw knows are passed over, as in-toto has it. What is read is
    held to its form all the same: a key signs what its owner is made to sign.
    """
    if kind != PAYLOAD_TYPE:
        return Unfit(f"it is signed as {kind}, not as {PAYLOAD_TYPE}")
    try:
        data = strict(payload.decode("utf-8"))
        return _statement(data)
    except _Odd as odd:
        return Unfit(f"its {odd} is not as waooaw writes it")
    except ValueError as error:
        return Unfit(f"its payload {error}")


class _Odd(Exception):
    """Name the field that is not as it should be."""


def _statement(data: object) -> Statement | Unfit:
    content = _mapping(data, "payload")
    if content.get("_type") != _STATEMENT:
        return Unfit(f"it is no {_STATEMENT}")
    if content.get("predicateType") != _PREDICATE:
        return Unfit("it says nothing about gates: its predicate is another")
    predicate = _mapping(content.get("predicate"), "predicate")
    if predicate.get("result") not in ("PASSED", "WARNED") or predicate.get("failedTests"):
        return Unfit("the verdict that it states is not pass")
    [subject] = _list(content.get("subject"), "subject", exactly=1)
    subject = _mapping(subject, "subject")
    name = _matched(_NAME, subject.get("name"), "subject.name")
    if not name[0].isprintable():
        raise _Odd("subject.name")
    tree = _tree(subject)
    tool, core = _list(predicate.get("configuration"), "configuration", exactly=2)
    tool, core = _mapping(tool, "configuration"), _mapping(core, "configuration")
    notes = _mapping(tool.get("annotations"), "configuration")
    passed, warned = _gates(predicate, "passedTests"), _gates(predicate, "warnedTests")
    if not passed + warned:
        return Unfit("no gate passed in it")
    return Statement(
        agent=name[1],
        version=name[2],
        tree=tree,
        judged_at=_moment(notes.get(_JUDGED)),
        tool=_matched(_TOOL, tool.get("uri"), "configuration")[1],
        core=_digest(core, "configuration"),
        passed=passed,
        warned=warned,
        skipped=_gates(notes, _SKIPPED),
    )


def _tree(subject: Mapping[str, Any]) -> Tree:
    """Return what the subject lists, which has to be what its digest is of."""
    annotations = _mapping(subject.get("annotations"), "subject")
    tree = Tree(tuple(map(_entry, _list(annotations.get(_FILES), "list of files"))))
    paths = [one.path.encode() for one in tree.entries]
    if paths != sorted(set(paths)):
        raise _Odd("list of files")
    if tree.digest != _digest(subject, "subject"):
        raise _Odd("digest")
    return tree


def _entry(row: object) -> Entry:
    fields = _list(row, "list of files", exactly=3)
    path, kind, digest = fields
    if not isinstance(path, str) or not path.isprintable() or kind not in list(Kind):
        raise _Odd("list of files")
    parts = PurePosixPath(path).parts
    # No such path is ever opened; one that leads elsewhere would only mislead who reads it.
    if str(PurePosixPath(path)) != path or not parts or {"..", "/", "."} & set(parts):
        raise _Odd("list of files")
    return Entry(path, Kind(kind), _matched(_DIGEST, digest, "list of files")[0])


def _mapping(value: object, field: str) -> dict[str, Any]:  # `Any`: each field is looked at
    if not isinstance(value, dict):
        raise _Odd(field)
    return value


def _list(value: object, field: str, *, exactly: int | None = None) -> list[Any]:  # as above
    if not isinstance(value, list) or (exactly is not None and len(value) != exactly):
        raise _Odd(field)
    return value


def _matched(pattern: re.Pattern[str], value: object, field: str) -> re.Match[str]:
    match = pattern.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise _Odd(field)
    return match


def _digest(descriptor: Mapping[str, Any], field: str) -> str:
    digests = _mapping(descriptor.get("digest"), field)
    return _matched(_DIGEST, digests.get("sha256"), field)[0]


def _gates(holder: Mapping[str, Any], field: str) -> tuple[GateId, ...]:
    names = _list(holder.get(field), field)
    if not all(isinstance(name, str) for name in names) or len(set(names)) != len(names):
        raise _Odd(field)
    known = set(GateId)
    # A later waooaw may have more gates; those that are not known here can't be relied on.
    return tuple(GateId(name) for name in names if name in known)


def _moment(value: object) -> datetime:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        if moment is not None and moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):  # the first day of the year 1 begins earlier in the east
        pass
    raise _Odd("time")
