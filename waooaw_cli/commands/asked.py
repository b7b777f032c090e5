"""What a user asks of `waooaw gate`, as options say it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from waooaw.errors import InputError, shown

__all__ = ["Asked", "known_format", "wanted_reports"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Hold the options; each means what `waooaw gate --help` says of it."""

    paths: tuple[Path, ...] = ()
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    form: str = "terminal"
    reports: tuple[tuple[str, Path], ...] = ()
    jobs: int = 0
    no_cache: bool = False
    changed_since: str | None = None
    shard: str | None = None
    durations: Path | None = None
    baseline: Path | None = None
    write_baseline: Path | None = None
    fix: bool = False
    diff: bool = False
    thorough: bool = False
    attest: Path | None = None
    key: str | None = None
    fail_fast: bool = False
    quiet: bool = False


def known_format(name: str) -> str:
    """Return *name* if reports have such a format.

    Raises:
        InputError: They have not.
    """
    from waooaw_cli.render.formats import FORMATS

    if name not in FORMATS:
        raise InputError(
            f"there is no report format named {shown(name)}", hint=f"known: {', '.join(FORMATS)}"
        )
    return name


def _wanted_report(text: str) -> tuple[str, Path]:
    """Read ``FORMAT=FILE``, before minutes are spent on a report that nobody can write.

    Raises:
        InputError: It is none, or no file can be written there.
    """
    name, equals, file = text.partition("=")
    if not equals or not file:
        raise InputError(
            f"--report {shown(text)} is not FORMAT=FILE", hint="such as --report sarif=gates.sarif"
        )
    path = Path(file)
    if path.is_dir() or not path.parent.is_dir():
        raise InputError(
            f"--report {shown(text)}: no file can be written there",
            hint="name a file in a folder that exists",
        )
    return known_format(name), path


def wanted_reports(texts: Sequence[str]) -> tuple[tuple[str, Path], ...]:
    """Read every ``FORMAT=FILE``."""
    return tuple(_wanted_report(text) for text in texts)
