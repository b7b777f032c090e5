"""Make docs/cli.md from `--help`, and the README's picture from a real run.

`python docs/make.py` writes both, `python docs/make.py --check` only says whether cli.md is true.
"""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

from waooaw_cli.app import COMMANDS

DOCS = Path(__file__).parent
WIDTH = 100
#: Rich's own format names fonts on a server; a picture in a README should stand alone.
SVG = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg" \
role="img" aria-label="waooaw new-agent at work">
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, Menlo, Consolas, monospace; \
font-size: {char_height}px; line-height: {line_height}px; }}
.{unique_id}-title {{ font-size: 18px; font-weight: bold; font-family: sans-serif; }}
{styles}
</style>
<defs><clipPath id="{unique_id}-clip-terminal">\
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/></clipPath>{lines}</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">{matrix}</g>
</g>
</svg>
"""


def waooaw(*arguments: str, colour: bool = False) -> str:
    """Run the real program and return what it printed."""
    env = {
        name: value
        for name, value in os.environ.items()
        if name not in {"NO_COLOR", "FORCE_COLOR", "GITHUB_ACTIONS"}
    }
    env |= {"COLUMNS": str(WIDTH if colour else 80), "TERM": "xterm-256color"}
    env |= {"FORCE_COLOR": "1"} if colour else {"NO_COLOR": "1"}
    done = subprocess.run(  # noqa: S603 - our own program with our own arguments
        [sys.executable, "-m", "waooaw_cli", *arguments],
        env=env,
        capture_output=True,
        text=True,
        check=True,
        cwd=DOCS.parent,
    )
    return done.stdout


def command_pages() -> str:
    """Return docs/cli.md."""
    pages = ["# Commands", "", "Made from `--help` by `nox -s docs`.", ""]
    for name in ("", *COMMANDS):
        pages += [f"## waooaw {name}".rstrip(), "", "```text"]
        pages += [waooaw(*([name] if name else []), "--help").rstrip(), "```", ""]
    return "\n".join(pages)


def picture() -> str:
    """Return an SVG of `waooaw new-agent` at work."""
    with tempfile.TemporaryDirectory() as folder:
        printed = waooaw(
            *("new-agent", "--answers", "docs/tour/refund-desk.yaml", "--output", folder),
            colour=True,
        )
        printed = re.sub(rf"{re.escape(folder)}/?", "generated/", printed)
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    console.print(Text("$ waooaw new-agent --answers docs/tour/refund-desk.yaml", style="bold"))
    console.print(Text.from_ansi(printed.rstrip()))
    return console.export_svg(title="waooaw", code_format=SVG, unique_id="waooaw")


def main(arguments: list[str]) -> int:
    """Write or check."""
    page = command_pages()
    target = DOCS / "cli.md"
    if arguments == ["--check"]:
        if target.read_text(encoding="utf-8") == page:
            return 0
        sys.stderr.write("docs/cli.md is not what --help says: run nox -s docs\n")
        return 1
    target.write_text(page, encoding="utf-8")
    (DOCS / "new-agent.svg").write_text(picture(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
