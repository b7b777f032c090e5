"""The forms in which a report can be had. Each is imported when it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

from waooaw_cli.gates.report import Report
from waooaw_cli.render.surroundings import NOWHERE, Surroundings

__all__ = ["FORMATS", "Rendering"]


class Rendering(Protocol):
    """Turn a report into text that UTF-8 holds and that ends without a line break."""

    def __call__(self, report: Report, around: Surroundings = NOWHERE, /) -> str:
        """Return *report* in this form; *around* is what only some forms can tell."""
        ...


def _terminal(report: Report, around: Surroundings = NOWHERE, /) -> str:
    del around
    from waooaw_cli.render.terminal import terminal_text

    return terminal_text(report)


def _json(report: Report, around: Surroundings = NOWHERE, /) -> str:
    del around
    from waooaw_cli.render.json_report import report_json

    return report_json(report)


def _sarif(report: Report, around: Surroundings = NOWHERE, /) -> str:
    from waooaw_cli.render.sarif import report_sarif

    return report_sarif(report, around)


def _junit(report: Report, around: Surroundings = NOWHERE, /) -> str:
    del around
    from waooaw_cli.render.junit import report_junit

    return report_junit(report)


def _markdown(report: Report, around: Surroundings = NOWHERE, /) -> str:
    del around
    from waooaw_cli.render.markdown import report_markdown

    return report_markdown(report)


def _html(report: Report, around: Surroundings = NOWHERE, /) -> str:
    from waooaw_cli.render.html import report_html

    return report_html(report, around.history)


def _github(report: Report, around: Surroundings = NOWHERE, /) -> str:
    from waooaw_cli.render.github import report_github

    return report_github(report, around)


#: By the name that `--format` and `--report FORMAT=FILE` take. `terminal` is plain here: colour
#: needs a page that a person looks at.
FORMATS: Mapping[str, Rendering] = MappingProxyType(
    {
        "terminal": _terminal,
        "json": _json,
        "sarif": _sarif,
        "junit": _junit,
        "markdown": _markdown,
        "html": _html,
        "github": _github,
    }
)
