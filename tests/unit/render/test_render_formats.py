from __future__ import annotations

import re

import pytest
from hypothesis import given
from places import ROOT
from unit.render.report_samples import mixed_report, quick, reports

from waooaw_cli.gates.report import Report
from waooaw_cli.render.formats import FORMATS


def test_every_format_of_the_contract_can_be_had() -> None:
    """`--format` and `--report` take these names and no other."""
    assert list(FORMATS) == [
        *("terminal", "json", "sarif", "junit", "markdown", "html", "github"),
    ]


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_is_documented(name: str) -> None:
    """Each has a section of its own in docs/reports.md, and `waooaw gate --help` names it."""
    page = (ROOT / "docs" / "reports.md").read_text(encoding="utf-8")
    options = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")

    assert f"\n## {name}\n" in page
    assert re.search(rf"--format <str>[^-]*\b{name}\b", options)


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_ends_without_a_line_break(name: str) -> None:
    """Whoever writes it adds one, the same for all."""
    text = FORMATS[name](mixed_report())

    assert text
    assert text == text.rstrip()


@pytest.mark.parametrize("name", FORMATS)
@quick
@given(report=reports)
def test_no_text_breaks_a_format(report: Report, name: str) -> None:
    """Every report can be told in every form, and UTF-8 holds it."""
    text = FORMATS[name](report)

    assert str(report.verdict) in text or name in {"sarif", "junit"}
    assert text.encode().decode() == text
