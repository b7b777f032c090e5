"""The report for a person at a terminal, and for the log that a terminal's output ends in."""

from __future__ import annotations

import io

from waooaw_cli.gates.report import Finding, GateId, Report, Severity, TargetReport, Verdict
from waooaw_cli.render.foreign import readable, visible
from waooaw_cli.render.groups import Group, agents_text, grouped, is_fleet
from waooaw_cli.render.page import Page, Span, cells, fitting, table
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

__all__ = ["print_report", "terminal_text"]

_MOST_FINDINGS = 50
#: So many agents that pass are named one by one; more are counted.
_MOST_PASSING = 20
_MOST_AGENTS = 50

_VERDICT_STYLE = {
    Verdict.PASS: "green",
    Verdict.SKIPPED: "dim",
    Verdict.FAIL: "bold red",
    Verdict.ERROR: "bold magenta",
}
_SEVERITY_STYLE = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}
_WHOLE_REPORT = "--format json has all"


def print_report(report: Report, page: Page, *, quiet: bool = False) -> None:
    """Print what was judged and found, then the line with the verdict.

    Each agent has a table of its gates; of a fleet there is one table of agents, and findings that
    say the same stand there once.

    Args:
        report: What to show.
        page: Where to; see `waooaw_cli.render.page`.
        quiet: Print the last line only.
    """
    if not quiet and is_fleet(report):
        _print_fleet(report, page)
    elif not quiet:
        for target in report.targets:
            _print_target(target, page)
    page.whole(summary(report), _VERDICT_STYLE[report.verdict])


def terminal_text(report: Report, *, width: int = 80) -> str:
    """Return the same as plain text, without colour, for a file."""
    stream = io.StringIO()
    print_report(report, Page(stream, width))
    return stream.getvalue().rstrip("\n")


def _print_target(target: TargetReport, page: Page) -> None:
    page.paragraph(target_name(target), "bold")
    if target.path:
        page.paragraph(visible(target.path), "dim")
    page.line()
    _print_table(target, page)
    found = objections(target)
    for gate, finding in found[:_MOST_FINDINGS]:
        page.line()
        _print_finding(gate, finding, page)
    _print_left_out(len(found) - _MOST_FINDINGS, "finding", page)
    page.line()


def _print_table(target: TargetReport, page: Page) -> None:
    header = ["gate", "verdict", "time", *(["measures"] if page.roomy else [])]
    rows: list[list[Span]] = [
        [
            (gate.id, ""),
            (gate.verdict, _VERDICT_STYLE[gate.verdict]),
            (time_text(gate), ""),
            *([(fitting(measures_text(gate.measures), page.encoding), "")] if page.roomy else []),
        ]
        for gate in target.gates
    ]
    for line in table(header, rows, width=page.width, right=2, wraps=page.roomy):
        page.line(*line)
    if not page.roomy:
        for gate in target.gates:
            if gate.measures:
                page.paragraph(f"{gate.id}: {measures_text(gate.measures)}", "dim", hang=2)


def _print_fleet(report: Report, page: Page) -> None:
    targets = worst_targets_first(report)
    bad = [target for target in targets if target.verdict in {Verdict.FAIL, Verdict.ERROR}]
    good = targets[len(bad) :]
    named = bad[:_MOST_AGENTS] + (good if len(good) <= _MOST_PASSING else [])
    if named:
        header = ["verdict", "agent", *(["time"] if page.roomy else []), "gates"]
        rows = [_agent_row(target, page) for target in named]
        for line in table(header, rows, width=page.width, right=2 if page.roomy else None):
            page.line(*line)
    if len(bad) > _MOST_AGENTS:
        page.paragraph(f"and {len(bad) - _MOST_AGENTS:,} more that do not pass; {_WHOLE_REPORT}")
    if len(good) > _MOST_PASSING:
        passing = sum(1 for target in good if target.verdict is Verdict.PASS)
        if passing:
            page.paragraph(f"pass: {counted(passing, 'agent')}", _VERDICT_STYLE[Verdict.PASS])
        if len(good) > passing:
            page.paragraph(f"skipped: {counted(len(good) - passing, 'agent')}", "dim")
    groups = grouped(report)
    for group in groups[:_MOST_FINDINGS]:
        page.line()
        _print_group(group, page)
    _print_left_out(len(groups) - _MOST_FINDINGS, "kind", page)
    page.line()


def _agent_row(target: TargetReport, page: Page) -> list[Span]:
    return [
        (target.verdict, _VERDICT_STYLE[target.verdict]),
        (fitting(target_name(target) or visible(target.path), page.encoding), ""),
        *([(time_spent(target), "")] if page.roomy else []),
        (gates_text(target), ""),
    ]


def _print_group(group: Group, page: Page) -> None:
    if group.place:
        page.whole(group.place)
    _print_head(group.gate, group.finding, page, after=agents_text(group))
    page.paragraph(group.message, hang=2)
    if group.finding.fix:
        page.paragraph(f"fix: {readable(group.finding.fix)}", hang=2)


def _print_finding(gate: GateId, finding: Finding, page: Page) -> None:
    if where := place(finding):
        page.whole(where)
    _print_head(gate, finding, page)
    page.paragraph(readable(finding.message), hang=2)
    if finding.waiver:
        page.paragraph(f"waived: {readable(finding.waiver)}", "dim", hang=2)
    if finding.fix:
        page.paragraph(f"fix: {readable(finding.fix)}", hang=2)


def _print_head(gate: GateId, finding: Finding, page: Page, *, after: str = "") -> None:
    word = "waived" if finding.waived else finding.severity.value
    style = "dim" if finding.waived else _SEVERITY_STYLE[finding.severity]
    rest = f" ({gate}){' ' if after else ''}{after}"
    head = fitting(f"{word} {readable(finding.rule)}{rest}", page.encoding)
    if cells(head) <= page.width:
        page.line((word, style), (" ", ""), (readable(finding.rule), "bold"), (rest, ""))
    else:
        page.paragraph(head)


def _print_left_out(number: int, noun: str, page: Page) -> None:
    if number > 0:
        page.line()
        what = counted(number, noun) + (" of finding" if noun == "kind" else "")
        page.paragraph(f"and {what} more; {_WHOLE_REPORT}", "dim")
