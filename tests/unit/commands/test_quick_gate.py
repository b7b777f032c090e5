from __future__ import annotations

from typing import NoReturn

import pytest

from waooaw_cli.app import COMMANDS
from waooaw_cli.commands import judging
from waooaw_cli.commands.asked import Asked
from waooaw_cli.commands.command_line import command_line
from waooaw_cli.commands.quick_gate import _read


class _CaughtError(Exception):
    """Carries what the command was asked for."""


def _by_the_command(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> Asked:
    def catch(asked: Asked, *_: object) -> NoReturn:
        raise _CaughtError(asked)

    monkeypatch.setattr(judging, "judged", catch)
    with pytest.raises(_CaughtError) as caught:
        command_line(COMMANDS, ["gate", *arguments])
    asked: Asked = caught.value.args[0]
    return asked


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["wow-x"],
        ["wow-x", "wow-y", "wow-x"],
        ["wow-x", "--jobs", "3"],
        ["--jobs", "1", "--jobs", "2"],
        ["--jobs", "0", "wow-x"],
        ["--gate", "spec", "wow-x", "--gate", "tests", "--skip", "tests"],
        ["--gate", "-q"],
        ["--json"],
        ["--json", "--format", "sarif", "wow-x"],
        ["--format", "sarif", "--format", "json"],
        ["-q", "wow-x", "--quiet"],
        ["--baseline", "a.jsonl", "--baseline", "b.jsonl"],
        ["--baseline", ""],
        ["--report", "json=a.json", "--report", "sarif=b.sarif", ""],
    ],
    ids=" ".join,
)
def test_plain_options_mean_what_they_mean_to_the_command(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever reads them, the same is asked for."""
    assert _read(arguments) == _by_the_command(arguments, monkeypatch)


@pytest.mark.parametrize(
    "arguments",
    [
        *(["--jobs", "-1"], ["--jobs", ""], ["--jobs", "9" * 5_000], ["--jobs", "٣"]),
        *(["--format=json"], ["--"], ["-"], ["-qq"], ["--js"], ["--help"], ["--no-cache"]),
        *(["--fail-fast"], ["--shard", "1/2"], ["--unheard-of"], ["--jobs"]),
    ],
    ids=lambda arguments: " ".join(arguments)[:20],
)
def test_what_is_not_plain_is_left_to_the_command(arguments: list[str]) -> None:
    """It knows what to say of it."""
    assert _read(["wow-x", *arguments]) is None
