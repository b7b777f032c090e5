"""Mypy: whether a package's types fit together, in its strict mode."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path, PurePosixPath

from waooaw_cli.adapters.locks import taken
from waooaw_cli.adapters.process import Processes, Ran, last_words
from waooaw_cli.gates.ports import Remark, ToolCrashed, ToolGarbled
from waooaw_cli.gates.report import Severity

__all__ = ["Mypy"]

_SLOTS = 16
_JUDGED = ("src", "tests")
_BROKEN = "INTERNAL ERROR"
_SEVERITIES = {"error": Severity.ERROR, "warning": Severity.WARNING, "note": Severity.NOTE}


class Mypy:
    """Answer the port `TypeChecker`.

    Agents share what mypy knows of the standard library and of waooaw, which is three quarters of
    a cold run. Two runs at once never share a folder: each takes the first one that is free.

    Args:
        processes: Where it runs.
        command: How it is started, such as ``(sys.executable, "-P", "-m", "mypy")``.
        cache: The folder of its caches; None to remember nothing.
    """

    def __init__(self, processes: Processes, command: Sequence[str], cache: Path | None) -> None:
        self._processes = processes
        self._command = tuple(command)
        self._cache = cache

    def check(self, root: Path, *, python: Path, limit: timedelta) -> tuple[Remark, ...]:
        """Return what does not fit in the sources and tests below *root*."""
        judged = [folder for folder in _JUDGED if (root / folder).is_dir()]
        # Named in every case: mypy would look for settings in the folders above.
        settings = "pyproject.toml" if (root / "pyproject.toml").is_file() else ""
        arguments = [
            *("--strict", "--output", "json", "--no-error-summary"),
            *("--config-file", settings),
        ]
        if python != Path(sys.executable):
            arguments += ["--python-executable", str(python)]
        with self._folder() as folder:
            ran = self._processes.run(
                "mypy",
                (*self._command, *arguments, "--cache-dir", str(folder), *judged),
                cwd=root,
                limit=limit,
            )
        return _remarks(ran)

    @contextmanager
    def _folder(self) -> Iterator[Path]:
        if self._cache is None:
            folder = Path(tempfile.mkdtemp(prefix="waooaw-mypy-"))
            try:
                yield folder
            finally:
                shutil.rmtree(folder, ignore_errors=True)
            return
        with ExitStack() as stack:
            for slot in range(_SLOTS):
                if stack.enter_context(taken(self._cache / f"{slot}.lock")):
                    yield self._cache / str(slot)
                    return
            # More runs at once than slots: this one remembers nothing.
            yield Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="waooaw-mypy-")))


def _remarks(ran: Ran) -> tuple[Remark, ...]:
    """Read one JSON document a line.

    0 is clean, 1 is "something found"; 2 is "could not", which mypy also says after a syntax error
    that it did report.
    """
    words = last_words(ran.err, ran.out)
    if _BROKEN in ran.err or _BROKEN in ran.out:
        raise ToolCrashed("mypy", "ended with an internal error", last_words=words)
    if ran.code not in {0, 1, 2} or (ran.code == 2 and not ran.out.startswith("{")):  # noqa: PLR2004 - above
        raise ToolCrashed("mypy", f"gave up (exit {ran.code})", last_words=words)
    try:
        remarks = tuple(_remark(line) for line in ran.out.splitlines() if line.strip())
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        raise ToolGarbled("mypy", "printed no report that can be read", last_words=words) from error
    if any(one.severity is Severity.ERROR for one in remarks) != bool(ran.code):
        raise ToolGarbled("mypy", f"left with {ran.code} against its report", last_words=words)
    return remarks


def _remark(line: str) -> Remark:
    one = json.loads(line)
    hint = one.get("hint")
    return Remark(
        code=str(one["code"] or "misc"),
        message=str(one["message"]),
        path=PurePosixPath(str(one["file"]).replace("\\", "/")),
        line=max(1, int(one["line"])),
        column=int(one["column"]) + 1,  # mypy counts columns from 0
        severity=_SEVERITIES[one["severity"]],
        fix=str(hint).splitlines()[0] if hint else None,
    )
