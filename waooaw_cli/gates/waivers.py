"""Waivers: a dated, reasoned permission for a finding, in waooaw.toml or in a comment beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import PurePosixPath

from waooaw.errors import InputError, shown
from waooaw_cli.gates.report import Finding
from waooaw_cli.gates.rule import RuleDoc

__all__ = [
    "EXPIRED",
    "LONGEST",
    "MALFORMED",
    "NEVER",
    "RULES",
    "UNUSED",
    "Waiver",
    "matches",
    "owner_problem",
    "read_waivers",
    "reason_problem",
    "rule_problem",
    "until_problem",
]

#: How far ahead a waiver may end at most: what nobody looks at for a year is forgotten.
LONGEST = timedelta(days=366)
EXPIRED, UNUSED, NEVER, MALFORMED = "GATE-W001", "GATE-W002", "GATE-W003", "GATE-W004"

RULES = (
    RuleDoc(
        id=EXPIRED,
        title="A waiver has not expired.",
        why=(
            "It was given for a time. What it permitted then is a risk today that nobody has"
            " agreed to."
        ),
        fix="Mend the finding that it permitted, or have its owner agree to a new date.",
        bad="import bank  # waooaw: waive LINT-F401 until 2020-01-31 by bank -- it lists codes",
        good="import bank  # waooaw: waive LINT-F401 until 2027-01-31 by bank -- it lists codes",
        waivable=False,
    ),
    RuleDoc(
        id=UNUSED,
        title="A waiver permits something that is there.",
        why=(
            "What it permitted is gone; what it would permit next is something else that nobody"
            " has looked at."
        ),
        fix="Remove it.",
        bad="CODE = 1  # waooaw: waive LINT-F401 until 2027-01-31 by bank -- it lists codes",
        good="import bank  # waooaw: waive LINT-F401 until 2027-01-31 by bank -- it lists codes",
        waivable=False,
    ),
    RuleDoc(
        id=NEVER,
        title="A waiver names a rule that may be waived.",
        why=(
            "The core of the vision, what makes an agent an agent, and a gate that could not judge"
            " are permitted by nobody: such a waiver waives nothing and misleads who reads it."
        ),
        fix="Remove it, and mend the finding.",
        bad="import sqlite3  # waooaw: waive VIS-C102 until 2027-01-31 by bank -- our own journal",
        good="# the runtime keeps the journal",
        waivable=False,
    ),
    RuleDoc(
        id=MALFORMED,
        title="A waiver beside a line says which rule, until when, by whom, and why.",
        why=(
            "Without one of them nobody can tell whom to ask, or whether it still holds; it waives"
            " nothing."
        ),
        fix="Write `# waooaw: waive RULE until YYYY-MM-DD by OWNER -- reason`.",
        bad="import bank  # waooaw: waive LINT-F401",
        good="import bank  # waooaw: waive LINT-F401 until 2027-01-31 by bank -- it lists codes",
        waivable=False,
    ),
)

_FIELDS = ("rule", "agent", "path", "fingerprint", "reason", "owner", "expires")
_REQUIRED = ("rule", "reason", "owner", "expires")
_SHORTEST_REASON = 10
_LONGEST_REASON = 500
_MOST = 5_000
_WILD = re.compile(r"(\*\*/|\*\*|\*|\?)")
_WILDCARDS = frozenset({"**/", "**", "*", "?"})
_LONGEST_NAME = 200
_EMAIL = re.compile(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>.]+")
_HANDLE = re.compile(r"@?[A-Za-z0-9][\w.-]*(?:/[\w.-]+)?")
_FINGERPRINT = re.compile(r"[0-9a-f]{8,64}")
_WORDS = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True, slots=True)
class Waiver:
    """Hold one permission.

    Attributes:
        rule: The id of the rule, or a family such as `LINT-`.
        reason: Why it is given.
        owner: Whom to ask: an e-mail address or a team's handle.
        expires: The last day on which it holds, in UTC.
        source: The file that it stands in, as messages name it.
        line: Its line there, 1-based; 0 where that is not known yet.
        entry: Its number in `waivers`, from 0; None for a comment beside a line.
        agent: The agent, as a glob; None for every one.
        path: The file of the finding, as a glob (of a comment, as it is); None for every one and
            for none.
        fingerprint: The finding's; None for every one.
        lines: The lines that a comment speaks for; None for all.
    """

    rule: str
    reason: str
    owner: str
    expires: date
    source: str
    line: int = 0
    entry: int | None = None
    agent: str | None = None
    path: str | None = None
    fingerprint: str | None = None
    lines: frozenset[int] | None = None

    def holds(self, *, today: date) -> bool:
        """Whether it has not expired."""
        return today <= self.expires

    def is_for(self, agent: str) -> bool:
        """Whether it speaks of the agent of that name."""
        return self.agent is None or matches(self.agent, agent)

    def covers(self, finding: Finding) -> bool:
        """Whether it speaks of *finding*, whatever the day and whether the rule may be waived."""
        family = self.rule.endswith("-")
        if not (finding.rule.startswith(self.rule) if family else finding.rule == self.rule):
            return False
        if self.lines is not None:
            return str(finding.path) == self.path and finding.line in self.lines
        if self.fingerprint is not None and not finding.fingerprint.startswith(self.fingerprint):
            return False
        if self.path is None:
            return True
        return finding.path is not None and matches(self.path, finding.path)


def matches(pattern: str, name: str | PurePosixPath) -> bool:
    """Whether a glob fits: `*` and `?` stay within one folder, `**` crosses them.

    Takes time in proportion to both lengths; a regular expression of many stars would not.
    """
    text = str(name)
    ends = {0}  # what of the text the pattern so far may have taken
    for part in _WILD.split(pattern):
        ends = set(_taken(part, text, ends))
    return len(text) in ends


def _taken(part: str, text: str, ends: set[int]) -> Iterator[int]:
    """Yield where *part* may end, when what stands before it may end at *ends*."""
    if part not in _WILDCARDS:
        yield from (end + len(part) for end in ends if text.startswith(part, end))
        return
    if part == "?":
        yield from (end + 1 for end in ends if text[end : end + 1] not in {"", "/"})
        return
    within = False
    for index in range(len(text) + 1):
        after_slash = index > 0 and text[index - 1] == "/"
        if part == "*" and after_slash:
            within = False
        if index in ends or (within and (part != "**/" or after_slash)):
            yield index
        within = within or index in ends


def read_waivers(table: object, *, source: str, today: date) -> tuple[Waiver, ...]:
    """Read the array `waivers` of a settings file, in its order.

    Args:
        table: What TOML has of it.
        source: How messages name the file.
        today: The day, in UTC; no waiver may end more than `LONGEST` after it.

    Raises:
        InputError: An entry is no waiver; the message names file, entry and field.
    """
    if not isinstance(table, list) or len(table) > _MOST:
        raise InputError(
            f"{source}: waivers is no list of at most {_MOST:,} tables",
            hint="write each as a table [[waivers]]",
        )
    return tuple(_waiver(one, number, source, today) for number, one in enumerate(table))


def _waiver(entry: object, number: int, source: str, today: date) -> Waiver:
    place = f"{source}: waivers[{number}]"
    if not isinstance(entry, Mapping):
        raise InputError(f"{place} is no table", hint="write each as a table [[waivers]]")
    for key in entry:
        if key not in _FIELDS:
            raise InputError(f"{place}.{key} is no field", hint=f"known: {', '.join(_FIELDS)}")
    for key in _REQUIRED:
        if key not in entry:
            raise InputError(
                f"{place}.{key} is missing", hint=f"every waiver has {', '.join(_REQUIRED)}"
            )
    for key, value in entry.items():
        for problem in _problems(str(key), value, entry, today):
            raise InputError(f"{place}.{key}: {problem}", hint=_HINTS[key])
    return Waiver(
        rule=entry["rule"],
        reason=" ".join(entry["reason"].split()),
        owner=entry["owner"],
        expires=_day(entry["expires"]) or today,
        source=source,
        entry=number,
        agent=entry.get("agent"),
        path=_below(entry.get("path")),
        fingerprint=entry.get("fingerprint"),
    )


_HINTS = {
    "rule": "as a finding names it; a family such as LINT- needs a path",
    "agent": "the agent's name, as in agent.yaml; * stands for any part of it",
    "path": "relative to the package, with forward slashes, such as src/wow_desk/*.py",
    "fingerprint": "as waooaw gate --json shows it, at least 8 characters",
    "reason": f"say in a sentence of at least {_SHORTEST_REASON} characters why it is all right",
    "owner": "an e-mail address or a team's handle: whom to ask",
    "expires": f"a date such as 2027-01-31, at most {LONGEST.days} days ahead",
}


def _problems(key: str, value: object, entry: Mapping[str, object], today: date) -> Iterator[str]:
    """Yield what is wrong with one field."""
    if key == "expires":
        day = _day(value)
        problem = f"{shown(str(value))} is no date" if day is None else until_problem(day, today)
        if problem:
            yield problem
        return
    if not isinstance(value, str) or not _is_text(value, lines=key == "reason"):
        yield f"{shown(value)} is no text"
        return
    checks = {"rule": rule_problem, "reason": reason_problem, "owner": owner_problem}
    if key in checks and (problem := checks[key](value)):
        yield problem
    elif key == "rule" and value.endswith("-") and "path" not in entry:
        yield f"{value} waives every rule of a gate, in every file"
    elif key == "fingerprint" and not _FINGERPRINT.fullmatch(value):
        yield f"{shown(value)} is no fingerprint"
    elif key == "path" and (value.startswith(("/", "./")) or "\\" in value or ".." in value):
        yield f"{shown(value)} is no path in a package"


def _below(path: str | None) -> str | None:
    """Return the glob of a path; a folder, with its slash, means everything below it."""
    return f"{path}**" if path is not None and path.endswith("/") else path


def _is_text(value: str, *, lines: bool) -> bool:
    """Whether something can be read in *value*, and nothing else is in it."""
    return bool(value.strip()) and (" ".join(value.split()) if lines else value).isprintable()


def _day(value: object) -> date | None:
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return None
    # A datetime is a date to Python, and has an hour that means nothing here.
    return value if isinstance(value, date) and not isinstance(value, datetime) else None


def rule_problem(rule: str) -> str | None:
    """Return why *rule* is no rule or family; None where it is."""
    from waooaw_cli.gates.owners import is_family, rule_doc

    if is_family(rule) or (rule_doc(rule) is not None and "-" in rule):
        return None
    return f"there is no rule {shown(rule)}"


def reason_problem(reason: str) -> str | None:
    """Return why *reason* says nothing; None where it may."""
    text = reason.strip()
    if len(text) < _SHORTEST_REASON or len(set(_WORDS.findall(text.casefold()))) <= 1:
        return f"{shown(text)} says too little"
    if len(text) > _LONGEST_REASON:
        return f"it has more than {_LONGEST_REASON} characters"
    return None


def owner_problem(owner: str) -> str | None:
    """Return why *owner* is nobody; None where it is somebody."""
    named = len(owner) <= _LONGEST_NAME
    if named and (_EMAIL.fullmatch(owner) or _HANDLE.fullmatch(owner)):
        return None
    return f"{shown(owner)} is no e-mail address and no handle"


def until_problem(expires: date, today: date) -> str | None:
    """Return why a waiver can't end on that day; None where it can. It may have ended."""
    if expires - today > LONGEST:
        return f"{expires} is more than {LONGEST.days} days ahead"
    return None
