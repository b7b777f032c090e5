"""The report for a person at a terminal, and for the log that a terminal's output ends in."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from waooaw_cli.gates.report import Finding, GateId, Report, Severity, TargetReport, Verdict
from waooaw_cli.render.console import console_on, fitting
from waooaw_cli.render.foreign import readable, visible
from waooaw_cli.render.phrases import (
    counted,
    measures_text,
    objections,
    place,
    summary,
    target_name,
    time_text,
)

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

__all__ = ["print_report", "terminal_text"]

#: Below this, measures stand under the table: three columns and a fourth would be a word wide.
_ROOMY = 60
_MOST_FINDINGS = 50

_VERDICT_STYLE = {
    Verdict.PASS: "green",
    Verdict.SKIPPED: "dim",
    Verdict.FAIL: "bold red",
    Verdict.ERROR: "bold magenta",
}
_SEVERITY_STYLE = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}


def print_report(report: Report, console: Console, *, quiet: bool = False) -> None:
    """Print a table and the findings of each package, then the line with the verdict.

    Args:
        report: What to show.
        console: From `waooaw_cli.render.console`: it reads no markup.
        quiet: Print the last line only.
    """
    if not quiet:
        for target in report.targets:
            _print_target(target, console)
    _print_whole(console, summary(report), _VERDICT_STYLE[report.verdict])


def terminal_text(report: Report, *, width: int = 80) -> str:
    """Return the same as plain text, without colour, for a file."""
    stream = io.StringIO()
    print_report(report, console_on(stream, {"COLUMNS": str(width)}))
    # Rich fills the last column of a table; in a file that would be trailing white space.
    return "\n".join(line.rstrip() for line in stream.getvalue().splitlines())


def _print_target(target: TargetReport, console: Console) -> None:
    _print_line(console, target_name(target), "bold")
    if target.path:
        _print_line(console, visible(target.path), "dim")
    console.print()
    console.print(_table(target, console))
    if console.width < _ROOMY:
        for gate in target.gates:
            if gate.measures:
                _print_line(console, f"{gate.id}: {measures_text(gate.measures)}", "dim", hang=2)
    _print_findings(target, console)
    console.print()


def _table(target: TargetReport, console: Console) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="underline")
    table.add_column("gate", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    table.add_column("time", justify="right", no_wrap=True)
    roomy = console.width >= _ROOMY
    if roomy:
        table.add_column("measures", overflow="fold")
    for gate in target.gates:
        cells = [
            Text(gate.id),
            Text(gate.verdict, style=_VERDICT_STYLE[gate.verdict]),
            Text(time_text(gate)),
        ]
        if roomy:
            cells.append(Text(fitting(measures_text(gate.measures), console.encoding)))
        table.add_row(*cells)
    return table


def _print_findings(target: TargetReport, console: Console) -> None:
    found = objections(target)
    for gate, finding in found[:_MOST_FINDINGS]:
        console.print()
        _print_finding(gate, finding, console)
    more = len(found) - _MOST_FINDINGS
    if more > 0:
        console.print()
        _print_line(console, f"and {counted(more, 'finding')} more; --format json has all", "dim")


def _print_finding(gate: GateId, finding: Finding, console: Console) -> None:
    from rich.text import Text

    if where := place(finding):
        _print_whole(console, where)
    word = "waived" if finding.waived else finding.severity.value
    style = "dim" if finding.waived else _SEVERITY_STYLE[finding.severity]
    rule = fitting(readable(finding.rule), console.encoding)
    head = Text.assemble((word, style), " ", (rule, "bold"), f" ({gate})", overflow="fold")
    console.print(head)
    _print_line(console, readable(finding.message), hang=2)
    if finding.fix:
        _print_line(console, f"fix: {readable(finding.fix)}", hang=2)


def _print_whole(console: Console, text: str, style: str = "") -> None:
    """Print one line that is not broken where a program may read it.

    Editors and grep look for path:line:column. Whoever asks for a narrow page gets it broken.
    """
    from rich.text import Text

    whole = not console.is_terminal and console.width >= _ROOMY
    line = Text(fitting(text, console.encoding), style=style, overflow="fold")
    console.print(line, soft_wrap=whole)


def _print_line(console: Console, text: str, style: str = "", *, hang: int = 0) -> None:
    """Print one paragraph, wrapped to the width and indented by *hang*."""
    from rich.text import Text

    paragraph = Text(fitting(text, console.encoding), style=style, overflow="fold")
    for line in paragraph.wrap(console, console.width - hang):
        line.rstrip()
        console.print(Text(" " * hang) + line, soft_wrap=True)
