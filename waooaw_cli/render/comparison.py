"""The comparison of two reports, for a person and for a program."""

from __future__ import annotations

import json
from collections.abc import Sequence

from waooaw_cli.factory.comparison import Comparison, Noted, Turn, Worsened
from waooaw_cli.gates.report import Verdict
from waooaw_cli.render.foreign import intact, readable
from waooaw_cli.render.json_report import finding_content
from waooaw_cli.render.page import Page
from waooaw_cli.render.phrases import badness, counted, measures_text, place

__all__ = ["comparison_json", "print_comparison"]

_MOST_FINDINGS = 50


def print_comparison(comparison: Comparison, page: Page, *, quiet: bool = False) -> None:
    """Print what came, went and is worse, then one line with the verdict."""
    if not quiet:
        _print_turns(comparison.turns, page)
        _print_findings("came", comparison.came, page, whole=True)
        _print_findings("went", comparison.went, page)
        _print_findings("not judged again", comparison.unjudged, page)
        _print_worsened(comparison.worsened, page)
    counts = ", ".join(
        f"{len(noted):,} {word}"
        for word, noted in (
            ("came", comparison.came),
            ("went", comparison.went),
            ("stayed", comparison.stayed),
            ("not judged again", comparison.unjudged),
        )
        if noted
    )
    style = "green" if comparison.verdict is Verdict.PASS else "bold red"
    page.whole(f"{comparison.verdict}: {counts or 'no findings in either'}", style)


def comparison_json(comparison: Comparison) -> str:
    """Return one JSON document with sorted keys."""
    content = {
        "schema": "waooaw.gate-comparison/1",
        "verdict": comparison.verdict.value,
        "before": {"verdict": comparison.before.verdict.value},
        "after": {"verdict": comparison.after.verdict.value},
        "came": [_noted(one) for one in comparison.came],
        "went": [_noted(one) for one in comparison.went],
        "stayed": [_noted(one) for one in comparison.stayed],
        "not_judged": [_noted(one) for one in comparison.unjudged],
        "verdicts": [
            {
                "agent": turn.agent,
                "gate": turn.gate and turn.gate.value,
                "before": turn.before and turn.before.value,
                "after": turn.after and turn.after.value,
                "worse": turn.worse,
            }
            for turn in comparison.turns
        ],
        "measures": [
            {
                "agent": one.agent,
                "gate": one.gate.value,
                "name": one.name,
                "before": one.before,
                "after": one.after,
            }
            for one in comparison.worsened
        ],
    }
    return intact(json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False))


def _noted(noted: Noted) -> dict[str, object]:
    return {
        "agent": noted.agent,
        "gate": noted.gate.value,
        "finding": finding_content(noted.finding),
    }


def _print_turns(turns: Sequence[Turn], page: Page) -> None:
    for turn in turns:
        name = readable(turn.agent) + (f", {turn.gate}" if turn.gate else "")
        line = f"{name}: was {turn.before or 'not there'}, is {turn.after or 'not there'}"
        page.paragraph(line, "red" if turn.worse else "")
    if turns:
        page.line()


def _print_findings(title: str, found: Sequence[Noted], page: Page, *, whole: bool = False) -> None:
    if not found:
        return
    page.paragraph(f"{title}: {counted(len(found), 'finding')}", "bold")
    for noted in sorted(found, key=lambda one: badness(one.finding))[:_MOST_FINDINGS]:
        finding = noted.finding
        word = "waived" if finding.waived else finding.severity.value
        where = place(finding)
        head = f"{word} {readable(finding.rule)} ({noted.gate}) in {readable(noted.agent)}"
        page.whole(f"  {head}{' ' if where else ''}{where}")
        if whole:
            page.paragraph(readable(finding.message), hang=4)
    if len(found) > _MOST_FINDINGS:
        page.paragraph(f"and {len(found) - _MOST_FINDINGS:,} more; --json has all", "dim", hang=2)
    page.line()


def _print_worsened(worsened: Sequence[Worsened], page: Page) -> None:
    if not worsened:
        return
    page.paragraph("worse than before", "bold")
    for one in worsened:
        before, after = (measures_text({one.name: value}) for value in (one.before, one.after))
        page.paragraph(f"{readable(one.agent)}, {one.gate}: was {before}, is {after}", hang=2)
    page.line()
