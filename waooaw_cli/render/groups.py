"""Equal findings of many agents, told once."""

from __future__ import annotations

import re
from dataclasses import dataclass

from waooaw_cli.gates.report import Finding, GateId, GateResult, Report, TargetReport, Verdict
from waooaw_cli.render.foreign import readable, visible
from waooaw_cli.render.phrases import counted, place, weight

__all__ = ["FLEET", "Group", "agents_text", "grouped", "is_fleet"]

#: From so many agents on a report is about the fleet: what they share, not each one's table.
FLEET = 4
_MOST_NAMES = 3
# What differs between two findings that say the same: names in quotation marks, and numbers.
_VARYING = re.compile(r"'[^']*'|\"[^\"]*\"|`[^`]*`|\d+")


@dataclass(frozen=True, slots=True)
class Group:
    """Hold the findings of one rule that say the same.

    Attributes:
        gate: Whose they are.
        finding: The first of them.
        target: The package of the first.
        agents: The names of the agents that have one, each once, in the report's order.
        number: How many they are, at least one for each agent.
        alike: Whether all have the same message.
    """

    gate: GateId
    finding: Finding
    target: TargetReport
    agents: tuple[str, ...]
    number: int
    alike: bool

    @property
    def place(self) -> str:
        """Where the first one stands, from the folder that waooaw ran in; empty for nowhere."""
        inside = place(self.finding)
        folder = visible(self.target.path).rstrip("/")
        return f"{folder}/{inside}" if inside and folder not in {"", "."} else inside

    @property
    def message(self) -> str:
        """What is wrong, in words of the first one."""
        return readable(self.finding.message if self.alike else f"such as: {self.finding.message}")


def is_fleet(report: Report) -> bool:
    """Return whether *report* is read for the whole, not agent by agent."""
    return len(report.targets) >= FLEET


def grouped(report: Report) -> list[Group]:
    """Return what was found, the worst first: what is undecided, then what many agents have."""
    members: dict[tuple[str, ...], list[tuple[TargetReport, GateResult, Finding]]] = {}
    for target in report.targets:
        for gate in target.gates:
            for finding in gate.findings:
                key = (
                    gate.id,
                    finding.rule,
                    finding.severity,
                    "waived" if finding.waived else "",
                    gate.verdict if gate.verdict is Verdict.ERROR else "",
                    _shape(finding, target),
                )
                members.setdefault(key, []).append((target, gate, finding))
    return [group for _, group in sorted(map(_group, members.values()), key=lambda pair: pair[0])]


def agents_text(group: Group, *, most: int = _MOST_NAMES) -> str:
    """Return ``in 12 agents: a, b, c and 9 more``, or ``in a`` where it is one."""
    names = ", ".join(readable(name) for name in group.agents[:most])
    more = len(group.agents) - most
    text = names if len(group.agents) == 1 else f"{counted(len(group.agents), 'agent')}: {names}"
    times = f"{counted(group.number, 'finding')} in" if group.number > len(group.agents) else "in"
    return f"{times} {text} and {more:,} more" if more > 0 else f"{times} {text}"


def _group(
    members: list[tuple[TargetReport, GateResult, Finding]],
) -> tuple[tuple[object, ...], Group]:
    target, gate, finding = members[0]
    # By path: two packages may bear one name.
    agents = {one.path: one.agent for one, _, _ in members}
    group = Group(
        gate=gate.id,
        finding=finding,
        target=target,
        agents=tuple(agents.values()),
        number=len(members),
        alike=len({one.message for _, _, one in members}) == 1,
    )
    order = (
        finding.waived,
        weight(finding),
        gate.verdict is not Verdict.ERROR,
        -len(agents),
        finding.rule,
    )
    return order, group


def _shape(finding: Finding, target: TargetReport) -> str:
    """Return *finding*'s message without what is the agent's own."""
    message = finding.message
    if target.agent:
        words = target.agent.split("-")
        names = (target.agent, "_".join(words), "".join(map(str.capitalize, words)))
        own = "|".join(map(re.escape, names))
        message = re.sub(rf"(?<![\w-])(?:{own})(?![\w-])", "…", message)
    return _VARYING.sub("…", message)
