"""Write an agent package of about a thousand lines: eleven modules, three files of tests.

It passes every gate. What it computes is of no use; what it costs to look at it is: data classes,
enumerations, branches, errors, texts.
"""

from __future__ import annotations

from pathlib import Path

__all__ = ["write_package"]

_NOUNS = ("amount", "period", "order", "route", "ticket", "address", "invoice", "parcel")
_TEST_FILES = {"first": _NOUNS[:3], "second": _NOUNS[3:6], "third": _NOUNS[6:]}

_SPEC = """\
schema: waooaw.agent/1
name: {name}
title: Desk Number {number}
version: 0.1.0
kind: domain
purpose: Decide what happens to requests for refunds, and be measured.
domain: payments
owner: payments-team@example.com
wake: [{{topic: refund.requested}}]
rules:
  - {{id: small, when: event.data.amount <= 500, then: approve, because: Small sums are ours.}}
  - {{id: large, when: event.data.amount > 5000, then: reject, because: Large sums are not.}}
otherwise: escalate
collaborators: {{escalates_to: on-call@example.com}}
limits: {{monthly_usd: 30, decision_usd: 0.01, p95_ms: 100, error_rate: 0.001, memory_mb: 512}}
examples:
  - event: {{type: refund.requested, data: {{amount: 120}}}}
    expect: {{wakes: true, outcome: approve, rule: small}}
  - event: {{type: refund.requested, data: {{amount: 9000}}}}
    expect: {{wakes: true, outcome: reject, rule: large}}
"""

_PROJECT = """\
[build-system]
requires = ["hatchling>=1.27,<2"]
build-backend = "hatchling.build"

[project]
name = "{name}"
version = "0.1.0"
requires-python = ">=3.11"
dependencies = ["waooaw>=0.1,<0.2"]

[tool.ruff]
line-length = 100
target-version = "py311"
src = ["src"]

[tool.ruff.lint]
select = ["ANN", "B", "C4", "D1", "E", "F", "I", "RUF", "S", "SIM", "UP", "W"]

[tool.ruff.lint.per-file-ignores]
"tests/**" = ["S101"]

[tool.mypy]
strict = true
files = ["src", "tests"]
mypy_path = "src"
explicit_package_bases = true

[[tool.mypy.overrides]]
module = ["anthropic.*"]
follow_imports = "skip"

[tool.pytest.ini_options]
testpaths = ["tests"]
pythonpath = ["src"]
filterwarnings = ["error"]

[tool.coverage.run]
branch = true
source = ["src"]
"""

_AGENT = '''\
"""The agent, ready to run: agent.yaml says when it wakes and what it decides."""

import pathlib

import waooaw

from . import skills


class {agent}(waooaw.Agent):
    """Decide refund requests."""

    home = pathlib.Path(__file__).parent
    skillset = skills.Skills
'''

_SKILLS = '''\
"""Its skills: none is needed yet."""


class Skills:
    """Hold one method for each skill; the agent calls the one that its decision names."""
'''

_MODULE = '''\
"""{Noun}s: how they are read, compared, counted and told."""

from __future__ import annotations

import datetime
import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


class {Noun}State(enum.StrEnum):
    """Name where a {noun} stands."""

    OPEN = "open"
    HELD = "held"
    DONE = "done"


class Unreadable{Noun}(ValueError):
    """Say that a {noun} can't be read."""


@dataclass(frozen=True, slots=True)
class {Noun}:
    """Hold one {noun}.

    Attributes:
        key: Unique among all.
        size: In cents, never below nothing.
        state: Where it stands.
        due: Until when it has to be settled.
        notes: What people wrote, by their names.
    """

    key: str
    size: int
    state: {Noun}State = {Noun}State.OPEN
    due: datetime.date | None = None
    notes: Mapping[str, str] = field(default_factory=dict)

    def is_late(self, today: datetime.date) -> bool:
        """Tell whether it should have been settled before *today*."""
        if self.state is {Noun}State.DONE or self.due is None:
            return False
        return self.due < today

    def told(self) -> str:
        """Return one line for a person."""
        until = f", until {{self.due.isoformat()}}" if self.due else ""
        return f"{noun} {{self.key}}: {{self.size / 100:.2f}} ({{self.state}}{{until}})"


def read_{noun}(data: Mapping[str, object]) -> {Noun}:
    """Return the {noun} that *data* describes.

    Raises:
        Unreadable{Noun}: A field is missing or of another type.
    """
    key, size = data.get("key"), data.get("size", 0)
    if not isinstance(key, str) or not key.strip():
        raise Unreadable{Noun}(f"{{key!r}} is no key of a {noun}")
    if isinstance(size, bool) or not isinstance(size, int) or size < 0:
        raise Unreadable{Noun}(f"{{size!r}} is no size of a {noun}")
    try:
        state = {Noun}State(str(data.get("state", {Noun}State.OPEN)))
        due = datetime.date.fromisoformat(str(data["due"])) if "due" in data else None
    except ValueError as error:
        raise Unreadable{Noun}(str(error)) from error
    return {Noun}(key.strip(), size, state, due)


def total_of_{noun}s(found: Iterable[{Noun}], *, state: {Noun}State | None = None) -> int:
    """Return the sum of their sizes, of those in one *state* where that is given."""
    return sum(one.size for one in found if state is None or one.state is state)


def settled_{noun}s(found: Iterable[{Noun}], today: datetime.date) -> dict[str, list[str]]:
    """Return the keys of *found*, sorted, by what has to be done about them."""
    groups: dict[str, list[str]] = {{"late": [], "waiting": [], "done": []}}
    for one in found:
        if one.state is {Noun}State.DONE:
            groups["done"].append(one.key)
        elif one.is_late(today):
            groups["late"].append(one.key)
        else:
            groups["waiting"].append(one.key)
    return {{name: sorted(keys) for name, keys in groups.items() if keys}}
'''

_TEST_HEAD = '''\
"""What the {which} of its modules do."""

import datetime

import pytest

{imports}

TODAY = datetime.date(2026, 1, 2)
'''

_TESTS = '''

def test_{noun}_is_read() -> None:
    """A {noun} is read with all its fields."""
    one = {noun}.read_{noun}({{"key": " a ", "size": 120, "state": "held", "due": "2026-01-01"}})

    assert one == {noun}.{Noun}("a", 120, {noun}.{Noun}State.HELD, datetime.date(2026, 1, 1))


def test_{noun}_is_told() -> None:
    """A person reads what it is, and until when."""
    due = {noun}.{Noun}("b", 250, due=TODAY)

    assert {noun}.{Noun}("a", 120).told() == "{noun} a: 1.20 (open)"
    assert due.told() == "{noun} b: 2.50 (open, until 2026-01-02)"


def test_{noun}_is_refused() -> None:
    """What is no {noun} is refused, field by field."""
    for data in ({{"key": 1}}, {{"key": "a", "size": -1}}, {{"key": "a", "due": "soon"}}):
        with pytest.raises({noun}.Unreadable{Noun}):
            {noun}.read_{noun}(data)


def test_{noun}s_are_summed() -> None:
    """The sum is of all, or of those in one state."""
    found = [{noun}.{Noun}("a", 1), {noun}.{Noun}("b", 2, {noun}.{Noun}State.DONE)]

    assert {noun}.total_of_{noun}s(found) == 3
    assert {noun}.total_of_{noun}s(found, state={noun}.{Noun}State.DONE) == 2


def test_{noun}s_are_settled() -> None:
    """Each stands under what has to be done about it."""
    found = [
        {noun}.{Noun}("c", 1, due=datetime.date(2025, 1, 1)),
        {noun}.{Noun}("b", 2, {noun}.{Noun}State.DONE, TODAY),
        {noun}.{Noun}("a", 3, due=TODAY),
    ]

    groups = {noun}.settled_{noun}s(found, TODAY)

    assert groups == {{"late": ["c"], "waiting": ["a"], "done": ["b"]}}
'''

_DECISION = '''

def test_decides() -> None:
    """A small sum is approved."""
    event = waooaw.Event(id="1", source="/test", type="refund.requested", data={{"amount": 5}})

    assert asyncio.run({package}.{agent}().handle(event)).outcome == "approve"
'''


def write_package(folder: Path, number: int = 0) -> Path:
    """Write agent number *number* into a folder of its own below *folder*, and return that."""
    name = f"wow-desk-{number}"
    package, agent = name.replace("-", "_"), f"WowDesk{number}"
    texts = {
        "agent.yaml": _SPEC.format(name=name, number=number),
        "pyproject.toml": _PROJECT.format(name=name),
        "README.md": f"# Desk Number {number}\n",
        f"src/{package}/__init__.py": (
            f'"""Desk number {number}."""\n\nfrom .agent import {agent}\n\n__all__ = ["{agent}"]\n'
        ),
        f"src/{package}/agent.py": _AGENT.format(agent=agent),
        f"src/{package}/skills.py": _SKILLS,
        f"src/{package}/py.typed": "",
        **{
            f"src/{package}/{noun}.py": _MODULE.format(noun=noun, Noun=noun.title())
            for noun in _NOUNS
        },
    }
    for which, nouns in _TEST_FILES.items():
        imports = f"from {package} import {', '.join(sorted(nouns))}"
        text = _TEST_HEAD.format(which=which, imports=imports)
        if which == "third":
            text = text.replace("import datetime", "import asyncio\nimport datetime")
            text = text.replace(
                "import pytest\n\n", f"import pytest\nimport waooaw\n\nimport {package}\n"
            )
        text += "".join(_TESTS.format(noun=noun, Noun=noun.title()) for noun in nouns)
        if which == "third":
            text += _DECISION.format(package=package, agent=agent)
        texts[f"tests/test_{which}.py"] = text
    for path, text in texts.items():
        file = folder / name / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder / name
