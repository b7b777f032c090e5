"""Ruff: lints and formats, by the package's own settings, and mends what is mechanical."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path, PurePosixPath
from typing import Any

from waooaw_cli.adapters.process import Processes, Ran, last_words
from waooaw_cli.gates.contents import contents
from waooaw_cli.gates.ports import Remark, ToolCrashed, ToolGarbled
from waooaw_cli.gates.report import Severity

__all__ = ["Ruff"]

# The cache would be written into the package. A folder that git ignores (`generated/` often is one)
# is judged like any other.
_READ_ONLY = ("--no-cache", "--no-respect-gitignore")
# Windows allows 32,767 characters.
_AT_ONCE = 150
_FIX_LIMIT = timedelta(seconds=60)


class Ruff:
    """Answer the ports `Formatter` and `Linter`.

    Args:
        processes: Where it runs.
        command: How it is started, such as ``(sys.executable, "-P", "-m", "ruff")``.
    """

    def __init__(self, processes: Processes, command: Sequence[str]) -> None:
        self._processes = processes
        self._command = tuple(command)

    def lint(self, root: Path, *, limit: timedelta) -> tuple[Remark, ...]:
        """Return what `ruff check` says of the files below *root*."""
        return self._judged(root, ("check", "--no-fix"), limit)

    def unformatted(self, root: Path, *, limit: timedelta) -> tuple[Remark, ...]:
        """Return the files below *root* that `ruff format` would change, one remark each."""
        return self._judged(root, ("format", "--check"), limit)

    def mend(self, root: Path) -> None:
        """Fix and format the files below *root*; what has no safe fix stays.

        Raises:
            ToolFault: Ruff gave up.
        """
        # 2 from `format` means a file that is no Python; the gate says so in its own words.
        for arguments, good in ((("check", "--fix", "--exit-zero"), {0}), (("format",), {0, 2})):
            command = (*arguments, *_READ_ONLY, *_settings(root), "--quiet", ".")
            ran = self._run(root, command, _FIX_LIMIT)
            if ran.code not in good:
                raise _crashed(ran)

    def _judged(self, root: Path, arguments: Sequence[str], limit: timedelta) -> tuple[Remark, ...]:
        """Ask about everything that the package does not exclude, and about its code in any case.

        A file that is named is judged whatever `exclude` says of it.
        """
        options = (*_READ_ONLY, *_settings(root), "--no-force-exclude", "--output-format", "json")
        named = [f"./{path}" for path in contents(root).files if _is_code(path)]
        remarks: set[Remark] = set()
        for places in ([".", *named[:_AT_ONCE]], *_batched(named[_AT_ONCE:])):
            ran = self._run(root, (*arguments, *options, *places), limit)
            remarks.update(_remarks(ran, root.resolve()))
        return tuple(sorted(remarks, key=_place))

    def _run(self, root: Path, arguments: Sequence[str], limit: timedelta) -> Ran:
        return self._processes.run("ruff", (*self._command, *arguments), cwd=root, limit=limit)


def _remarks(ran: Ran, root: Path) -> tuple[Remark, ...]:
    """Read ruff's JSON.

    0 is clean, 1 is "something found"; 2 is "could not", which `format` also says when a file does
    not parse, with a report all the same.
    """
    if ran.code not in {0, 1, 2} or (ran.code == 2 and not ran.out.strip()):  # noqa: PLR2004 - above
        raise _crashed(ran)
    try:
        remarks = tuple(_remark(one, root) for one in json.loads(ran.out))
    except (ValueError, TypeError, LookupError) as error:
        words = last_words(ran.out, ran.err)
        raise ToolGarbled("ruff", "printed no report that can be read", last_words=words) from error
    if bool(remarks) != bool(ran.code):
        words = last_words(ran.err, ran.out)
        raise ToolGarbled("ruff", f"left with {ran.code} against its report", last_words=words)
    return remarks


def _place(one: Remark) -> tuple[str, int, int, str]:
    return (str(one.path), one.line or 0, one.column or 0, one.code)


def _is_code(path: PurePosixPath) -> bool:
    return path.parts[0] in {"src", "tests"} and path.suffix in {".py", ".pyi", ".pyw"}


def _batched(files: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield *files* in parts that fit into the command line of every system."""
    for start in range(0, len(files), _AT_ONCE):
        yield files[start : start + _AT_ONCE]


def _settings(root: Path) -> tuple[str, ...]:
    """Return the options that make the package's pyproject.toml the only file of settings.

    Ruff would prefer a ruff.toml beside a file, or take what stands in a folder above.
    """
    own = root / "pyproject.toml"
    return ("--config", str(own.resolve())) if own.is_file() else ("--isolated",)


def _remark(one: Any, root: Path) -> Remark:  # noqa: ANN401 - JSON of a tool, read in one place
    file = Path(one["filename"])
    fix = one["fix"]
    return Remark(
        code=str(one["code"] or "invalid-syntax"),
        message=str(one["message"]),
        path=PurePosixPath(
            (file.relative_to(root) if file.is_relative_to(root) else file).as_posix()
        ),
        line=int(one["location"]["row"]),
        column=int(one["location"]["column"]),
        severity=Severity.WARNING if one.get("severity") == "warning" else Severity.ERROR,
        fix=str(fix["message"]) if fix and fix["message"] else None,
    )


def _crashed(ran: Ran) -> ToolCrashed:
    return ToolCrashed(
        "ruff", f"gave up (exit {ran.code})", last_words=last_words(ran.err, ran.out)
    )
