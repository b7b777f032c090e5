"""The report as GitHub flavoured Markdown, for the summary of a CI run or a comment."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from waooaw_cli.gates.report import Finding, GateId, Report, TargetReport, Verdict
from waooaw_cli.render.groups import Group, agents_text, grouped, is_fleet
from waooaw_cli.render.marking import marked, marked_code
from waooaw_cli.render.phrases import (
    counted,
    gates_text,
    measures_text,
    objections,
    place,
    summary,
    target_name,
    time_spent,
    time_text,
    worst_targets_first,
)

__all__ = ["MAX_CHARACTERS", "report_markdown"]

#: GitHub refuses a comment of more than 65 536 characters.
MAX_CHARACTERS = 65_000
_ROOM_FOR_THE_REST = 400
#: So many agents that pass have a row of their own; more are counted.
_MOST_PASSING = 20


def report_markdown(report: Report) -> str:
    """Return at most 65 000 characters: the verdict, then the packages, the worst first.

    Of a fleet there is one table, and findings that say the same stand there once. What does not
    fit is left out whole, from the end, and counted.
    """
    head = f"## waooaw gates: {report.verdict}\n\n{marked(summary(report))}\n"
    if is_fleet(report):
        return _fleet(head, report)
    return _joined(head, [_target(target) for target in worst_targets_first(report)])


def _joined(head: str, targets: Sequence[tuple[str, list[str]]]) -> str:
    """Return *head* and as much of *targets* (a table, then findings) as has room."""
    room = MAX_CHARACTERS - _ROOM_FOR_THE_REST - len(head)
    # The tables say more for their size than the findings do: 50 agents fit.
    tables = _as_fit([table for table, _ in targets], room)
    room -= sum(map(_cost, tables))
    parts = [head]
    left_out = 0
    for table, (_, findings) in zip(tables, targets, strict=False):
        # After the first that has no room none is shown, so that none better is missing.
        shown = _as_fit(findings, 0 if left_out else room)
        room -= sum(map(_cost, shown))
        left_out += len(findings) - len(shown)
        parts += [table, *shown, *([""] if shown else [])]
    left_out += sum(len(findings) for _, findings in targets[len(tables) :])
    for missing, noun in ((len(targets) - len(tables), "more agent"), (left_out, "more finding")):
        if missing:
            parts.append(f"_{counted(missing, noun)} left out for want of room._\n")
    return "\n".join(parts).rstrip()


def _fleet(head: str, report: Report) -> str:
    targets = worst_targets_first(report)
    good = [one for one in targets if one.verdict in {Verdict.PASS, Verdict.SKIPPED}]
    named = targets if len(good) <= _MOST_PASSING else targets[: len(targets) - len(good)]
    room = MAX_CHARACTERS - _ROOM_FOR_THE_REST - len(head)
    rows = _as_fit([_row(target) for target in named], room // 2)
    room -= sum(map(_cost, rows))
    groups = [_group(group) for group in grouped(report)]
    shown = _as_fit(groups, room)
    parts = [head]
    if rows:
        parts += ["| verdict | agent | time | gates |\n|---|---|--:|---|", *rows, ""]
    if len(named) < len(targets):
        parts.append(f"{counted(len(good), 'agent')} with nothing to object to.\n")
    parts += [*shown, *([""] if shown else [])]
    for missing, noun in (
        (len(named) - len(rows), "more agent"),
        (len(groups) - len(shown), "more kind"),
    ):
        if missing:
            what = " of finding" if noun.endswith("kind") else ""
            parts.append(f"_{counted(missing, noun)}{what} left out for want of room._\n")
    return "\n".join(parts).rstrip()


def _row(target: TargetReport) -> str:
    name = marked(target_name(target)) or marked_code(target.path)
    return f"| {_verdict(target.verdict)} | {name} | {time_spent(target)} | {gates_text(target)} |"


def _group(group: Group) -> str:
    finding = group.finding
    word = "waived" if finding.waived else finding.severity.value
    where = f", first {marked_code(group.place)}" if group.place else ""
    fix = f" _Fix:_ {marked(finding.fix)}" if finding.fix else ""
    return (
        f"- **{word}** {marked_code(finding.rule)} ({group.gate})"
        f" {marked(agents_text(group))}{where}: {marked(group.message)}{fix}"
    )


def _as_fit(texts: Sequence[str], room: int) -> Sequence[str]:
    """Return the first of *texts*, as many as fit into *room* characters."""
    spent = accumulate(map(_cost, texts))
    return texts[: sum(1 for cost in spent if cost <= room)]


def _cost(text: str) -> int:
    return len(text) + len("\n\n")  # the break after it, and one after the last of its kind


def _target(target: TargetReport) -> tuple[str, list[str]]:
    lines = [
        f"### {marked(target_name(target))}: {target.verdict}",
        "",
        *([marked_code(target.path), ""] if target.path else []),
        "| gate | verdict | time | measures |",
        "|---|---|--:|---|",
    ]
    lines += [
        f"| {gate.id} | {_verdict(gate.verdict)} | {time_text(gate)} "
        f"| {marked(measures_text(gate.measures))} |"
        for gate in target.gates
    ]
    return ("\n".join([*lines, ""]), [_finding(*pair) for pair in objections(target)])


def _verdict(verdict: str) -> str:
    return verdict if verdict in {"pass", "skipped"} else f"**{verdict}**"


def _finding(gate: GateId, finding: Finding) -> str:
    word = "waived" if finding.waived else finding.severity.value
    where = f" {marked_code(place(finding))}" if finding.path is not None else ""
    fix = f" _Fix:_ {marked(finding.fix)}" if finding.fix else ""
    why = f" _Waived:_ {marked(finding.waiver)}" if finding.waiver else ""
    rule = f"**{word}** {marked_code(finding.rule)} ({gate})"
    return f"- {rule}{where}: {marked(finding.message)}{why}{fix}"
