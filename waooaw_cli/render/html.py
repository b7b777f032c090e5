"""The report as one HTML page that needs nothing else: no font, no picture, no other file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from waooaw.moments import rfc3339
from waooaw_cli.factory.history import PastRun, past_run
from waooaw_cli.gates.report import Finding, GateId, Report, TargetReport, Verdict
from waooaw_cli.render.foreign import readable, visible
from waooaw_cli.render.groups import Group, agents_text, grouped, is_fleet
from waooaw_cli.render.html_assets import SCRIPT, STYLE, digest
from waooaw_cli.render.html_history import history_section
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

__all__ = ["report_html"]

#: So many of one agent are on the page; a browser has to search them at each key.
_MOST_FINDINGS = 500
_GATES = (
    '<thead><tr><th scope="col">gate</th><th scope="col">verdict</th>'
    '<th scope="col" class="time">time</th><th scope="col">measures</th></tr></thead>'
)
_AGENTS = (
    '<thead><tr><th scope="col">verdict</th><th scope="col">agent</th>'
    '<th scope="col" class="time">time</th><th scope="col">gates</th></tr></thead>'
)


def report_html(report: Report, history: Sequence[PastRun] = ()) -> str:
    """Return the page: the verdict, the last runs, then each package, the worst first.

    It can be read without a script; the one in it filters and searches.

    Args:
        report: What to show.
        history: Earlier runs over the same packages, the oldest first.
    """
    title = f"waooaw gates: {report.verdict}"
    # No source but these two: even markup that slipped in could load and run nothing.
    policy = (
        f"default-src 'none'; style-src {digest(STYLE)}; script-src {digest(SCRIPT)};"
        " base-uri 'none'; form-action 'none'"
    )
    return "\n".join(
        [
            "<!DOCTYPE html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="referrer" content="no-referrer">',
            f"<title>{escape(title)}</title>",
            f"<style>{STYLE}</style>",
            "</head>",
            "<body>",
            "<header>",
            f'<h1>waooaw gates: <span class="{report.verdict}">{report.verdict}</span></h1>',
            f"<p>{escape(summary(report))}</p>",
            "</header>",
            "<main>",
            *history_section([*history, past_run(report)] if history else ()),
            *_body(report),
            "</main>",
            f"<footer><p>waooaw {_text(report.version)}, {rfc3339(report.started_at)}</p></footer>",
            f"<script>{SCRIPT}</script>",
            "</body>",
            "</html>",
        ]
    )


def _body(report: Report) -> Iterator[str]:
    targets = worst_targets_first(report)
    yield from _filter(targets)
    if is_fleet(report):
        yield from _fleet(report, targets)
    for number, target in enumerate(targets, start=1):
        yield from _target(number, target, few=not is_fleet(report))


def _filter(targets: Sequence[TargetReport]) -> Iterator[str]:
    verdicts = [verdict for verdict in Verdict if any(one.verdict is verdict for one in targets)]
    yield '<div role="search" aria-label="Filter" id="filter" hidden>'
    yield '<label for="words">Search agents, rules, messages and files</label>'
    yield '<input type="search" id="words" autocomplete="off" spellcheck="false">'
    yield "<fieldset><legend>Show</legend>"
    for verdict in verdicts:
        yield f'<label><input type="checkbox" value="{verdict}" checked> {verdict}</label>'
    yield '</fieldset><p id="shown" role="status"></p></div>'


def _fleet(report: Report, targets: Sequence[TargetReport]) -> Iterator[str]:
    yield '<section aria-labelledby="all"><h2 id="all">All agents</h2><table>'
    yield f"<caption>{counted(len(targets), 'agent')}, the worst first</caption>{_AGENTS}<tbody>"
    for number, target in enumerate(targets, start=1):
        yield (
            f'<tr data-of="agent-{number}"><td class="{target.verdict}">{target.verdict}</td>'
            f'<th scope="row"><a href="#agent-{number}">{_name(target)}</a></th>'
            f'<td class="time">{time_spent(target)}</td><td>{gates_text(target)}</td></tr>'
        )
    yield "</tbody></table></section>"
    if groups := grouped(report):
        yield '<section aria-labelledby="same"><h2 id="same">What agents share</h2>'
        yield '<ol id="shared">'
        yield from map(_group, groups[:_MOST_FINDINGS])
        yield "</ol></section>"


def _group(group: Group) -> str:
    where = f"<p><code>{escape(group.place)}</code></p>" if group.place else ""
    return (
        f"<li><p>{_head(group.gate, group.finding)} {_text(agents_text(group))}</p>"
        f"{where}<p>{escape(group.message)}</p>{_fix(group.finding)}</li>"
    )


def _target(number: int, target: TargetReport, *, few: bool) -> Iterator[str]:
    good = target.verdict in {Verdict.PASS, Verdict.SKIPPED}
    opened = " open" if few or not good else ""
    verdict = f'<span class="{target.verdict}">{target.verdict}</span>'
    yield f'<details id="agent-{number}" data-verdict="{target.verdict}"{opened}>'
    yield f"<summary><h2>{_name(target)}: {verdict}</h2></summary>"
    yield f"<table><caption><code>{escape(visible(target.path))}</code></caption>{_GATES}<tbody>"
    for gate in target.gates:
        yield (
            f'<tr><th scope="row">{gate.id}</th><td class="{gate.verdict}">{gate.verdict}</td>'
            f'<td class="time">{time_text(gate)}</td>'
            f"<td>{_text(measures_text(gate.measures))}</td></tr>"
        )
    yield "</tbody></table>"
    if found := objections(target):
        yield "<h3>Findings</h3><ol>"
        yield from (_finding(*pair) for pair in found[:_MOST_FINDINGS])
        yield "</ol>"
    if len(found) > _MOST_FINDINGS:
        more = counted(len(found) - _MOST_FINDINGS, "finding")
        yield f"<p>and {more} more; --format json has all</p>"
    yield "</details>"


def _finding(gate: GateId, finding: Finding) -> str:
    where = f"<p><code>{escape(place(finding))}</code></p>" if finding.path is not None else ""
    why = f"<p>Waived: {_text(finding.waiver)}</p>" if finding.waiver else ""
    return (
        f"<li><p>{_head(gate, finding)}</p>{where}<p>{_text(finding.message)}</p>"
        f"{why}{_fix(finding)}</li>"
    )


def _head(gate: GateId, finding: Finding) -> str:
    # A finding's error is what makes a gate fail, so it bears the colour of that verdict.
    word = "waived" if finding.waived else finding.severity.value
    style = "fail" if word == "error" else word
    return f'<span class="{style}">{word}</span> <code>{_text(finding.rule)}</code> ({gate})'


def _fix(finding: Finding) -> str:
    return f"<p>Fix: {_text(finding.fix)}</p>" if finding.fix else ""


def _name(target: TargetReport) -> str:
    return escape(target_name(target) or visible(target.path) or "an agent without a name")


def _text(text: str) -> str:
    return escape(readable(text))
