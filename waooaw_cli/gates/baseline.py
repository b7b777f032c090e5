"""A baseline: the findings that were there when a package was adopted. New ones object.

One entry a line (JSON Lines), sorted, so that two branches which shrink it merge, and a mistake has
a line.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from waooaw.errors import EnvironmentFault, InputError, shown
from waooaw_cli.gates.report import Finding

__all__ = [
    "SCHEMA",
    "WAIVER",
    "Baseline",
    "Entry",
    "baseline_text",
    "entry_of",
    "is_adoptable",
    "read_baseline",
]

SCHEMA = "waooaw.baseline/1"
#: What stands as the reason of a finding that a baseline covers.
WAIVER = "baseline"
#: A secret that is known is known to everybody: it is revoked, or waived by a person with a date.
_SECRETS = frozenset({"SEC-020", "SEC-023"})
_FIELDS = ("agent", "rule", "path", "fingerprint", "message")
_MOST_BYTES = 50_000_000
_MOST_ENTRIES = 200_000
_LONGEST_MESSAGE = 300


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """Name one finding.

    Attributes:
        agent: The agent's name.
        path: The file, relative to the package; empty where no file is to blame.
        rule: The rule's id.
        fingerprint: Which of the findings of that rule in that file.
    """

    agent: str
    path: str
    rule: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Baseline:
    """Hold the entries of one file, each with the message that a person reads there."""

    entries: Mapping[Entry, str]


def entry_of(finding: Finding, agent: str) -> Entry:
    """Return the entry that stands for *finding* of the agent of that name."""
    return Entry(agent, str(finding.path or ""), finding.rule, finding.fingerprint)


def is_adoptable(rule: str) -> bool:
    """Whether a baseline may hold findings of *rule*: what may be waived, but no secrets."""
    from waooaw_cli.gates.owners import is_waivable

    return is_waivable(rule) and rule not in _SECRETS


def read_baseline(path: Path, *, source: str) -> Baseline:
    """Read a baseline.

    Args:
        path: The file.
        source: How messages name it.

    Raises:
        InputError: There is no such file, or what stands in it is no baseline; with the line.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except (FileNotFoundError, IsADirectoryError) as error:
        raise InputError(
            f"{source}: there is no such baseline", hint="make one with --write-baseline"
        ) from error
    except OSError as error:
        raise EnvironmentFault(f"{source}: could not be read: {error.strerror}") from error
    if len(content) > _MOST_BYTES:
        raise InputError(f"{source}: is larger than {_MOST_BYTES:,} bytes")
    lines = content.split(b"\n")
    _held_to_schema(lines[0], source)
    entries: dict[Entry, str] = {}
    for number, line in enumerate(lines[1:], 2):
        if line.strip():
            entry, message = _entry(line, f"{source}:{number}")
            entries[entry] = message
            if len(entries) > _MOST_ENTRIES:
                raise InputError(f"{source}:{number}: more than {_MOST_ENTRIES:,} entries")
    return Baseline(entries)


def _held_to_schema(line: bytes, source: str) -> None:
    head = _json(line, f"{source}:1")
    if head != {"schema": SCHEMA}:
        raise InputError(
            f"{source}:1: {shown(head)} is not the head of a baseline",
            hint=f'the first line is {{"schema": "{SCHEMA}"}}; --write-baseline writes it',
        )


def _entry(line: bytes, place: str) -> tuple[Entry, str]:
    data = _json(line, place)
    if not isinstance(data, dict) or set(data) != set(_FIELDS):
        raise InputError(
            f"{place}: is no entry of a baseline", hint=f"every entry has {', '.join(_FIELDS)}"
        )
    for name in _FIELDS:
        if not isinstance(data[name], str):
            raise InputError(f"{place}: {name} is {shown(data[name])}", hint="write text")
    if not is_adoptable(data["rule"]):
        raise InputError(
            f"{place}: a baseline covers no finding of {shown(data['rule'])}",
            hint="remove the line; waooaw explain RULE says why",
        )
    message = data.pop("message")
    return Entry(**data), message


def _json(line: bytes, place: str) -> object:
    try:
        data: object = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"{place}: is not JSON", hint="every line is one entry; --write-baseline makes the file"
        ) from error
    return data


def baseline_text(entries: Mapping[Entry, str]) -> str:
    """Return a baseline as it is written: the same entries give the same bytes."""
    lines = [json.dumps({"schema": SCHEMA})]
    lines += [_line(entry, entries[entry]) for entry in sorted(entries)]
    return "\n".join(lines) + "\n"


def _line(entry: Entry, message: str) -> str:
    values = (entry.agent, entry.rule, entry.path, entry.fingerprint, _short(message))
    return json.dumps(dict(zip(_FIELDS, values, strict=True)))


def _short(message: str) -> str:
    text = " ".join(message.split())
    return text if len(text) <= _LONGEST_MESSAGE else f"{text[: _LONGEST_MESSAGE - 1]}…"
