from __future__ import annotations

import re
from pathlib import Path
from subprocess import run
from sys import executable

from waooaw_cli.factory.type_codes import TYPE_CODES

_LINE = re.compile(r"(?:.*[/\\])?(bad|good)_(\w+)\.py:\d+: error: .*\[([a-z-]+)\]")


def test_every_example_is_true(tmp_path: Path) -> None:
    """What is shown as bad has that error under --strict; what is shown as good has none."""
    for code, explained in TYPE_CODES.items():
        name = code.replace("-", "_")
        (tmp_path / f"bad_{name}.py").write_text(f"{explained.bad}\n", encoding="utf-8")
        (tmp_path / f"good_{name}.py").write_text(f"{explained.good}\n", encoding="utf-8")
    command = [executable, "-m", "mypy", "--strict", "--config-file=", "--no-error-summary"]

    done = run(
        [*command, "--cache-dir", str(tmp_path / "cache"), "."],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    found = {
        (match[1], match[2].replace("_", "-"), match[3])
        for line in done.stdout.splitlines()
        if (match := _LINE.fullmatch(line))
    }
    assert {one for one in found if one[1] == one[2]} >= {
        ("bad", code, code) for code in TYPE_CODES
    }
    assert [one for one in found if one[0] == "good"] == []


def test_every_code_is_told_in_a_sentence() -> None:
    """The titles are sentences, and the two examples differ."""
    for code, explained in TYPE_CODES.items():
        assert explained.title.endswith("."), code
        assert explained.bad != explained.good
