"""The report as one HTML page that needs nothing else: no script, no font, no picture."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from html import escape

from waooaw.moments import rfc3339
from waooaw_cli.factory.history import PastRun
from waooaw_cli.gates.report import Finding, GateId, Report, TargetReport
from waooaw_cli.render.foreign import readable, visible
from waooaw_cli.render.phrases import (
    measures_text,
    objections,
    place,
    summary,
    target_name,
    time_text,
    worst_targets_first,
)

__all__ = ["report_html"]

_STYLE = """\
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #ffffff; --line: #d0d7de;
  --soft: #57606a; --pass: #1a7f37; --fail: #b3261e; --error: #8250df; --warning: #7d4e00; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --paper: #0d1117; --line: #30363d;
  --soft: #9da7b1; --pass: #56d364; --fail: #ff8a80; --error: #d2a8ff; --warning: #e3b341; } }
body { margin: 0 auto; max-width: 64rem; padding: 1rem; color: var(--ink);
  background: var(--paper); font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; color: var(--soft); }
th, td { border-bottom: 1px solid var(--line); padding: .25rem .5rem .25rem 0; text-align: left;
  vertical-align: top; }
td.time { text-align: right; white-space: nowrap; }
ol { padding-left: 1.5rem; }
li { margin: .75rem 0; }
code { font-family: ui-monospace, monospace; }
p { margin: .25rem 0; }
.pass { color: var(--pass); } .fail { color: var(--fail); } .error { color: var(--error); }
.warning { color: var(--warning); } .note, .skipped, .waived, footer { color: var(--soft); }
.pass, .fail, .error, .warning, .waived { font-weight: 600; }
"""


_HEADERS = (
    '<thead><tr><th scope="col">gate</th><th scope="col">verdict</th>'
    '<th scope="col">time</th><th scope="col">measures</th></tr></thead>'
)


def report_html(report: Report, history: Sequence[PastRun] = ()) -> str:
    """Return the page: the verdict, then each package, the worst first."""
    del history
    title = f"waooaw gates: {report.verdict}"
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    # No source but this one style: even markup that slipped in could load and run nothing.
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
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
            f"<style>{_STYLE}</style>",
            "</head>",
            "<body>",
            "<header>",
            f'<h1>waooaw gates: <span class="{report.verdict}">{report.verdict}</span></h1>',
            f"<p>{escape(summary(report))}</p>",
            "</header>",
            "<main>",
            *(_target(target) for target in worst_targets_first(report)),
            "</main>",
            f"<footer><p>waooaw {_text(report.version)}, {rfc3339(report.started_at)}</p></footer>",
            "</body>",
            "</html>",
        ]
    )


def _target(target: TargetReport) -> str:
    rows = [
        f'<tr><th scope="row">{gate.id}</th><td class="{gate.verdict}">{gate.verdict}</td>'
        f'<td class="time">{time_text(gate)}</td>'
        f"<td>{_text(measures_text(gate.measures))}</td></tr>"
        for gate in target.gates
    ]
    found = [_finding(*pair) for pair in objections(target)]
    verdict = f'<span class="{target.verdict}">{target.verdict}</span>'
    return "\n".join(
        [
            "<section>",
            f"<h2>{_text(target_name(target))}: {verdict}</h2>",
            f"<table><caption><code>{escape(visible(target.path))}</code></caption>",
            _HEADERS,
            "<tbody>",
            *rows,
            "</tbody></table>",
            *(["<h3>Findings</h3>", "<ol>", *found, "</ol>"] if found else []),
            "</section>",
        ]
    )


def _finding(gate: GateId, finding: Finding) -> str:
    # A finding's error is what makes a gate fail, so it bears the colour of that verdict.
    word = "waived" if finding.waived else finding.severity.value
    style = "fail" if word == "error" else word
    rule = f"<code>{_text(finding.rule)}</code>"
    where = f"<p><code>{escape(place(finding))}</code></p>" if finding.path is not None else ""
    fix = f"<p>Fix: {_text(finding.fix)}</p>" if finding.fix else ""
    return (
        f'<li><p><span class="{style}">{word}</span> {rule} ({gate})</p>'
        f"{where}<p>{_text(finding.message)}</p>{fix}</li>"
    )


def _text(text: str) -> str:
    return escape(readable(text))
