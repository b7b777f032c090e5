"""The report as annotations of a GitHub workflow: lines that its runner shows beside the code.

Source: "Workflow commands for GitHub Actions", and the runner's own ActionCommand.cs for what is
escaped: in a message ``%``, carriage return and line feed, in a property ``:`` and ``,`` as well.
"""

from __future__ import annotations

from waooaw_cli.gates.report import GateResult, Report, Severity, TargetReport, Verdict
from waooaw_cli.render.foreign import intact, readable, visible
from waooaw_cli.render.groups import Group, agents_text, grouped
from waooaw_cli.render.phrases import summary
from waooaw_cli.render.surroundings import NOWHERE, Surroundings

__all__ = ["report_github"]

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}
#: GitHub shows ten of a kind for a step; the others would only fill the log.
_MOST_ANNOTATIONS = 100
_LONGEST_TEXT = 1_000
_SPECIFICATION = "agent.yaml"


def report_github(report: Report, around: Surroundings = NOWHERE) -> str:
    """Return one line for each thing to annotate, the worst first, then the run in one line.

    GitHub shows few annotations, so findings of a fleet that say the same are told once, at the
    first place. Waived findings are left out.
    """
    groups = [group for group in grouped(report) if not group.finding.waived]
    silent = [
        _silent(gate, target, around)
        for target in report.targets
        for gate in target.gates
        if gate.verdict in {Verdict.FAIL, Verdict.ERROR} and not gate.findings
    ]
    lines = [*silent, *(_annotation(group, around) for group in groups)]
    left_out = len(lines) - _MOST_ANNOTATIONS
    more = [f"and {left_out:,} more; --format json has all"] if left_out > 0 else []
    return "\n".join([*lines[:_MOST_ANNOTATIONS], *more, summary(report)])


def _annotation(group: Group, around: Surroundings) -> str:
    finding = group.finding
    properties = {"file": around.in_repository(group.target.path, _SPECIFICATION)}
    if finding.path is not None:
        properties["file"] = around.in_repository(group.target.path, str(finding.path))
        if finding.line is not None:
            properties["line"] = str(finding.line)
            if finding.column is not None:
                properties["col"] = str(finding.column)
    properties["title"] = f"{readable(finding.rule)} ({group.gate}) {agents_text(group)}"
    fix = f"\nFix: {readable(finding.fix)}" if finding.fix else ""
    return _command(_COMMANDS[finding.severity], properties, f"{group.message}{fix}")


def _silent(gate: GateResult, target: TargetReport, around: Surroundings) -> str:
    """Return the annotation of a gate that does not pass and does not say why."""
    said = "fails" if gate.verdict is Verdict.FAIL else "could not decide"
    properties = {
        "file": around.in_repository(target.path, _SPECIFICATION),
        "title": f"{gate.id} ({readable(target.agent)})",
    }
    return _command("error", properties, f"the gate {gate.id} {said}")


def _command(name: str, properties: dict[str, str], message: str) -> str:
    given = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name} {given}::{_data(message)}"


def _data(text: str) -> str:
    text = intact(text if len(text) <= _LONGEST_TEXT else f"{text[: _LONGEST_TEXT - 1]}…")
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    # A file's name may hold whatever breaks a line.
    return _data(visible(text)).replace(":", "%3A").replace(",", "%2C")
