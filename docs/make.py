"""Make docs/cli.md from `--help`, docs/vision-rules.md from the rules, and the README's picture.

`python docs/make.py` writes them, with `--check` it only says whether the two pages are true.
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

from waooaw.vision import Rule, Subject, core_rules, vision_rules
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


SUBJECTS = {
    Subject.SPEC: "a specification",
    Subject.CODE: "code",
    Subject.CHANGE: "a change",
    Subject.ACTION: "an action",
    Subject.PACKAGE: "a specification that can't be read",
}


def rule_pages() -> str:
    """Return docs/vision-rules.md: every rule of the vision, by the principle that it carries."""
    rules = vision_rules()
    groups = sorted({rule.group for rule in rules})
    page = [
        "# The rules of the vision",
        "",
        "Made from the rules by `nox -s docs`. Nothing waives the core (VIS-C, VIS-A, VIS-R);",
        "a dated, reasoned waiver may cover a finding of a standard rule (`VIS-S`).",
        "[vision.md](vision.md) says how policies add to both.",
        "",
        f"{len(core_rules())} rules of the core, {len(rules) - len(core_rules())} standard ones:",
        "",
    ]
    for group in groups:
        page += [f"## {group}", ""]
        page += [
            f"- [{rule.id}](#{rule.id.lower()}) {rule.title} ({SUBJECTS[rule.applies_to]})"
            for rule in rules
            if rule.group == group
        ]
        page += [""]
    for rule in rules:
        page += [f"## {rule.id}", "", *_explained(rule), ""]
    return "\n".join(page)


def _explained(rule: Rule) -> list[str]:
    language = "python" if rule.applies_to is Subject.CODE else "yaml"
    if rule.applies_to is Subject.CHANGE:
        language = "diff"
    kind = SUBJECTS[rule.applies_to]
    lines = [f"**{rule.title}.** {rule.layer.value.title()}, {rule.severity.value}, judges {kind}."]
    lines += ["", " ".join(rule.why.split()), "", f"What to do: {rule.fix}.", ""]
    if rule.mend is not None:
        lines += ["`waooaw vision apply` can do that.", ""]
    for name, example in (("Bad", rule.bad), ("Good", rule.good)):
        lines += [f"{name}:", "", f"```{language}", example.rstrip(), "```", ""]
    return lines[:-1]


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
    pages = {"cli.md": command_pages(), "vision-rules.md": rule_pages()}
    if arguments == ["--check"]:
        code = 0
        for name, page in pages.items():
            target = DOCS / name
            if not target.is_file() or target.read_text(encoding="utf-8") != page:
                sys.stderr.write(f"docs/{name} is not what it is made from: run nox -s docs\n")
                code = 1
        return code
    for name, page in pages.items():
        (DOCS / name).write_text(page, encoding="utf-8")
    (DOCS / "new-agent.svg").write_text(picture(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
