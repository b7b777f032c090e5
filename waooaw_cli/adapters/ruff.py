"""Ruff: lints and formats, by the package's own settings, and mends what is mechanical."""

from __future__ import annotations

import functools
import json
import os
import sys
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path, PurePosixPath
from typing import Any

from waooaw_cli.adapters.process import Processes, Ran, last_words
from waooaw_cli.adapters.ruff_fleet import MOST_NAMED, Batch, Share, bare_share_of
from waooaw_cli.gates.contents import contents
from waooaw_cli.gates.ports import Remark, ToolCrashed, ToolGarbled
from waooaw_cli.gates.report import Severity

__all__ = ["Ruff", "ruff_command"]

# The cache would be written into the package. A folder that git ignores (`generated/` often is one)
# is judged like any other.
_READ_ONLY = ("--no-cache", "--no-respect-gitignore")
# `fix` and `fix-only` among a package's settings would write into it.
# A file that can't be read is passed over with a warning, unless E902 is among the rules.
_LINT = ("check", "--no-fix", "--no-fix-only", "--extend-select", "E902")
_LAYOUT = ("format", "--check")
# Ruff reports what is newer than its target as a syntax error, and S rules do not depend on it.
_SUSPICIOUS = (
    *("check", "--no-fix", "--select", "S,E902", "--ignore-noqa"),
    *("--target-version", "py313"),
)
_MEND = ("check", "--fix", "--no-fix-only", "--no-unsafe-fixes")
_BARE = ("--isolated",)
_ANSWER = ("--no-force-exclude", "--output-format", "json")
_FIX_LIMIT = timedelta(seconds=60)


@functools.cache
def ruff_command() -> tuple[str, ...]:
    """Return how the ruff of this Python environment is started.

    The program itself where the environment has it: `python -m ruff` takes 20 ms to find it.
    """
    import sysconfig

    program = Path(sysconfig.get_path("scripts"), "ruff.exe" if os.name == "nt" else "ruff")
    if program.is_file() and os.access(program, os.X_OK):
        return (str(program),)
    # -P: the package's folder does not come first, or a `ruff.py` in it would be the linter.
    return (sys.executable, "-P", "-m", "ruff")


class Ruff:
    """Answer the ports `Formatter` and `Linter`.

    Args:
        processes: Where it runs.
        command: How it is started; by default the ruff of this Python environment.
    """

    def __init__(self, processes: Processes, command: Sequence[str] = ()) -> None:
        self._processes = processes
        self._command = tuple(command)
        self._batches: dict[tuple[str, ...], Batch] = {}

    def expect(self, roots: Sequence[Path]) -> None:
        """Take note of the packages that will be asked about, so that one call can judge them all.

        What is said of each is the same with and without. Call it before the first question.

        Args:
            roots: Their folders, absolute and without links, as they will be given to `lint` and
                `unformatted`.
        """
        for arguments in (_LINT, _LAYOUT):
            self._batches[arguments] = Batch(roots, functools.partial(self._together, arguments))
        ask = functools.partial(self._together, (*_SUSPICIOUS, *_BARE))
        self._batches[_SUSPICIOUS] = Batch(roots, ask, share=bare_share_of)

    def lint(self, root: Path, *, limit: timedelta) -> tuple[Remark, ...]:
        """Return what `ruff check` says of the files below *root*."""
        return self._answer(root, _LINT, limit)

    def unformatted(self, root: Path, *, limit: timedelta) -> tuple[Remark, ...]:
        """Return the files below *root* that `ruff format` would change, one remark each."""
        return self._answer(root, _LAYOUT, limit)

    def suspicious(self, root: Path, *, limit: timedelta) -> tuple[Remark, ...]:
        """Return what the rules of flake8-bandit (S) say of the files below *root*.

        Whatever the package's settings and `# noqa` say; to permit something takes a waiver. A file
        that is no Python is remarked on as `invalid-syntax`, one that can't be read as `E902`.
        """
        return self._answer(root, _SUSPICIOUS, limit, _BARE)

    def mend(self, root: Path, *, settings_of: Path | None = None) -> tuple[Remark, ...]:
        """Fix and format the files below *root*, and return what has no safe fix.

        Args:
            root: The folder.
            settings_of: The package whose settings hold, where *root* is a copy of its files:
                they may extend a file that stands beside the package.

        Raises:
            ToolFault: Ruff gave up.
        """
        settings = _settings(settings_of or root)
        left = self._alone(root, _MEND, _FIX_LIMIT, settings)
        for places in _places(root):
            command = ("format", *_READ_ONLY, *settings, "--no-force-exclude", "--quiet", *places)
            ran = self._run(root, command, _FIX_LIMIT)
            # 2 means a file that is no Python; the gate says so in its own words.
            if ran.code not in {0, 2}:
                raise _crashed(ran)
        return left

    def explained(self, code: str) -> str | None:
        """Return what ruff itself says of its rule *code*, as Markdown; None for no rule of it.

        Raises:
            ToolFault: Ruff gave up.
        """
        ran = self._run(Path.cwd(), ("rule", code), _FIX_LIMIT)
        if ran.code == 0 and ran.out.strip():
            return ran.out
        if ran.code == 2:  # noqa: PLR2004 - a wrong argument, to every command of ruff
            return None
        raise _crashed(ran)

    def _answer(
        self,
        root: Path,
        arguments: tuple[str, ...],
        limit: timedelta,
        settings: tuple[str, ...] | None = None,
    ) -> tuple[Remark, ...]:
        began = time.monotonic()
        batch = self._batches.get(arguments)
        if batch is not None and (part := batch.part(root, limit=limit)) is not None:
            return part
        left = limit - timedelta(seconds=time.monotonic() - began)
        return self._alone(root, arguments, left, settings)

    def _alone(
        self,
        root: Path,
        arguments: Sequence[str],
        limit: timedelta,
        settings: tuple[str, ...] | None = None,
    ) -> tuple[Remark, ...]:
        """Ask about everything that the package does not exclude, and about its code in any case.

        A file that is named is judged whatever `exclude` says of it.
        """
        options = (*_READ_ONLY, *(settings or _settings(root)), *_ANSWER)
        remarks: set[Remark] = set()
        for places in _places(root):
            ran = self._run(root, (*arguments, *options, *places), limit)
            remarks.update(_remarks(ran, (root.resolve(),))[root.resolve()])
        return tuple(sorted(remarks, key=_place))

    def _together(
        self, arguments: Sequence[str], shares: Sequence[Share], limit: timedelta
    ) -> Mapping[Path, tuple[Remark, ...]]:
        """Ask about many packages in one call.

        Raises:
            ToolFault: Also where ruff could not look at something. A call for that package alone
                tells whose fault it is.
        """
        paths = [path for share in shares for path in share.paths]
        # Any of the folders will do: none of them has a setting for the run as a whole.
        ran = self._run(shares[0].root, (*arguments, *_READ_ONLY, *_ANSWER, *paths), limit)
        if ran.code not in {0, 1} or any(line.startswith("error") for line in ran.err.splitlines()):
            raise _crashed(ran)
        found = _remarks(ran, [share.root for share in shares])
        return {root: tuple(sorted(remarks, key=_place)) for root, remarks in found.items()}

    def _run(self, root: Path, arguments: Sequence[str], limit: timedelta) -> Ran:
        command = (*(self._command or ruff_command()), *arguments)
        return self._processes.run("ruff", command, cwd=root, limit=limit)


def _remarks(ran: Ran, roots: Sequence[Path]) -> Mapping[Path, set[Remark]]:
    """Read ruff's JSON, the remarks of each of *roots*.

    0 is clean, 1 is "something found"; 2 is "could not", which `format` also says when a file does
    not parse, with a report all the same.
    """
    if ran.code not in {0, 1, 2} or (ran.code == 2 and not ran.out.strip()):  # noqa: PLR2004 - above
        raise _crashed(ran)
    found: dict[Path, set[Remark]] = {root: set() for root in roots}
    try:
        for one in json.loads(ran.out):
            root = _owner(Path(one["filename"]), found)
            found[root].add(_remark(one, root))
    except (ValueError, TypeError, LookupError) as error:
        words = last_words(ran.out, ran.err)
        raise ToolGarbled("ruff", "printed no report that can be read", last_words=words) from error
    if any(found.values()) != bool(ran.code):
        words = last_words(ran.err, ran.out)
        raise ToolGarbled("ruff", f"left with {ran.code} against its report", last_words=words)
    return found


def _owner(file: Path, roots: Collection[Path]) -> Path:
    """Return the package that *file* is in; for one package alone also what lies outside is its."""
    if len(roots) == 1:
        return next(iter(roots))
    owner = next((folder for folder in file.parents if folder in roots), None)
    if owner is None:
        raise LookupError(file)
    return owner


def _place(one: Remark) -> tuple[str, int, int, str, str]:
    return (str(one.path), one.line or 0, one.column or 0, one.code, one.message)


def _is_code(path: PurePosixPath) -> bool:
    return path.parts[0] in {"src", "tests"} and path.suffix in {".py", ".pyi", ".pyw"}


def _places(root: Path) -> Iterator[Sequence[str]]:
    """Yield what to name to ruff: the folder, and the package's code whatever it excludes."""
    named = [f"./{path}" for path in contents(root).files if _is_code(path)]
    yield [".", *named[:MOST_NAMED]]
    yield from _batched(named[MOST_NAMED:])


def _batched(files: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield *files* in parts that fit into the command line of every system."""
    for start in range(0, len(files), MOST_NAMED):
        yield files[start : start + MOST_NAMED]


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
        # Some messages have a path in them, which ruff shows from where it was started.
        message=str(one["message"]).replace(f"{root}{os.sep}", ""),
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
