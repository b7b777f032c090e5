"""The forms in which a report can be had."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from waooaw_cli.gates.report import Report
from waooaw_cli.render.html import report_html
from waooaw_cli.render.json_report import report_json
from waooaw_cli.render.junit import report_junit
from waooaw_cli.render.markdown import report_markdown
from waooaw_cli.render.sarif import report_sarif
from waooaw_cli.render.terminal import terminal_text

__all__ = ["FORMATS"]

#: By the name that `--format` and `--report FORMAT=FILE` take. Each returns text that UTF-8 holds
#: and that ends without a line break. `terminal` is plain here: colour needs a console.
FORMATS: Mapping[str, Callable[[Report], str]] = MappingProxyType(
    {
        "terminal": terminal_text,
        "json": report_json,
        "sarif": report_sarif,
        "junit": report_junit,
        "markdown": report_markdown,
        "html": report_html,
    }
)
