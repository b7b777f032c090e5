"""Measure the guardian: violating snippets and specifications, and innocent ones that look alike.

`tests/corpus/guardian/*.yaml` holds cases of people who did not know how the rules are made.
Recall is the share of violating cases that some rule of the vision speaks of; precision the share
of violating ones among all cases that a rule speaks of, warnings among them.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal

import yaml
from places import CASES, ROOT
from pydantic import BaseModel, ConfigDict, Field

from waooaw.documents import parse
from waooaw.spec import AgentSpec
from waooaw.specfile import check_spec
from waooaw.vision import Subject, Violation, judge_code, judge_spec, rules_on

__all__ = [
    "LOWEST_PRECISION",
    "LOWEST_RECALL",
    "Case",
    "Measured",
    "cases",
    "judged",
    "main",
    "measured",
]

FOLDER = Path(__file__).parent / "guardian"
DOCUMENT = ROOT / "docs" / "gates-measured.md"
LOWEST_RECALL = 0.97
LOWEST_PRECISION = 0.98
_BEGIN, _END = "<!-- guardian: begin -->\n", "<!-- guardian: end -->\n"
_JOINT = "{+}"

Expected = Literal["violating", "innocent", "beyond"]


class Case(BaseModel):
    """Hold one case.

    Attributes:
        id: Unique in its file.
        principle: Which principle of the vision it is about.
        what: The case in one sentence.
        file: Where the code stands in its package; None for a specification.
        code: Python.
        spec: The whole `agent.yaml`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    id: str
    principle: str
    what: str
    file: str | None = None
    code: str | None = None
    spec: str | None = None


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    violating: Annotated[tuple[Case, ...], Field(strict=False)]
    innocent: Annotated[tuple[Case, ...], Field(strict=False)]
    beyond: Annotated[tuple[Case, ...], Field(strict=False)] = ()


@dataclass(frozen=True, slots=True)
class Measured:
    """Hold what came of all cases of one kind.

    Attributes:
        kind: `code` or `specs`.
        found: Violating cases that a rule speaks of, by principle.
        violating: All violating cases, by principle.
        misses: Violating cases that no rule speaks of.
        alarms: Innocent cases that one speaks of, and what it says.
        innocent: How many innocent cases there are.
        beyond: Cases that a reviewer sees and no rule tells for certain, and how many one tells.
    """

    kind: str
    found: Counter[str]
    violating: Counter[str]
    misses: tuple[Case, ...]
    alarms: tuple[tuple[Case, Violation], ...]
    innocent: int
    beyond: tuple[int, int]

    @property
    def recall(self) -> float:
        """The share of violating cases that are found."""
        return self.found.total() / self.violating.total()

    @property
    def precision(self) -> float:
        """The share of violating ones among all that a rule speaks of."""
        return self.found.total() / (self.found.total() + len(self.alarms))


@cache
def cases(kind: str) -> Mapping[Expected, tuple[Case, ...]]:
    """Return the cases of one kind, by what is expected of them."""
    text = (FOLDER / f"{kind}.yaml").read_text(encoding="utf-8").replace(_JOINT, "")
    file = _File.model_validate(yaml.safe_load(text))
    return {"violating": file.violating, "innocent": file.innocent, "beyond": file.beyond}


def judged(case: Case) -> tuple[Violation, ...]:
    """Return what the vision says of a case."""
    if case.spec is not None:
        spec = check_spec(parse(case.spec.encode(), source="agent.yaml"))
        return judge_spec(spec, text=case.spec)
    assert case.code is not None
    assert case.file is not None
    kind = "customer" if case.principle == "keep-your-work" else "domain"
    files = {PurePosixPath(case.file): case.code}
    return judge_code(files, rules_on(Subject.CODE), _package(kind))


@cache
def _package(kind: str) -> AgentSpec:
    """Return what the code belongs to: a refund desk whose model sees nothing personal."""
    fields = yaml.safe_load((CASES / "valid" / "wow-refund-desk.yaml").read_text(encoding="utf-8"))
    fields |= {"name": "wow-desk", "kind": kind}
    fields["boundaries"] |= {"data": "internal"}
    return AgentSpec.model_validate(fields)


def measured(kind: str) -> Measured:
    """Judge every case of one kind."""
    found: Counter[str] = Counter()
    violating: Counter[str] = Counter()
    misses: list[Case] = []
    by_kind = cases(kind)
    for case in by_kind["violating"]:
        violating[case.principle] += 1
        if judged(case):
            found[case.principle] += 1
        else:
            misses.append(case)
    alarms = [(case, one) for case in by_kind["innocent"] for one in judged(case)[:1]]
    beyond = sum(bool(judged(case)) for case in by_kind["beyond"])
    return Measured(
        kind,
        found,
        violating,
        tuple(misses),
        tuple(alarms),
        len(by_kind["innocent"]),
        (beyond, len(by_kind["beyond"])),
    )


def table(every: Sequence[Measured]) -> str:
    """Return the figures as a table of Markdown."""
    rows: list[tuple[object, ...]] = [
        ("cases", "violating", "found", "recall", "innocent", "alarms", "precision", "beyond"),
        ("---", *("---:",) * 7),
    ]
    rows += [
        (
            one.kind,
            one.violating.total(),
            one.found.total(),
            f"{one.recall:.3f}",
            one.innocent,
            len(one.alarms),
            f"{one.precision:.3f}",
            f"{one.beyond[0]} of {one.beyond[1]}",
        )
        for one in every
    ]
    return "".join(f"| {' | '.join(map(str, row))} |\n" for row in rows)


def _lines(one: Measured) -> Iterator[str]:
    for case in one.misses:
        yield f"MISS {one.kind} {case.id} ({case.principle}): {case.what}"
    for case, said in one.alarms:
        yield f"FALSE {one.kind} {case.id} ({case.principle}): {said.rule} {said.message}"
    for principle, count in sorted(one.violating.items()):
        yield f"  {one.kind} {principle}: {one.found[principle]} of {count}"


def main(arguments: Sequence[str]) -> int:
    """Measure, print, and say by the exit code whether the bars are met."""
    parser = argparse.ArgumentParser(description="Measure what the guardian finds.")
    parser.add_argument("--write", action="store_true", help="keep the table in the docs")
    parser.add_argument("--check", action="store_true", help="fail where the docs say otherwise")
    options = parser.parse_args(arguments)
    every = [measured(kind) for kind in ("code", "specs")]
    for one in every:
        sys.stdout.write("".join(f"{line}\n" for line in _lines(one)))
    text = table(every)
    sys.stdout.write(text)
    before, begin, rest = DOCUMENT.read_text(encoding="utf-8").partition(_BEGIN)
    inside, end, after = rest.partition(_END)
    if options.write:
        DOCUMENT.write_text(before + begin + text + end + after, encoding="utf-8")
    elif options.check and inside != text:
        sys.stdout.write(f"{DOCUMENT.name} says otherwise\n")
        return 1
    holds = all(one.recall >= LOWEST_RECALL and one.precision >= LOWEST_PRECISION for one in every)
    return 0 if holds else 1
