"""Mypy: whether a package's types fit together, in its strict mode."""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import timedelta
from pathlib import Path, PurePosixPath
from typing import Any

from waooaw_cli.adapters.locks import taken
from waooaw_cli.adapters.needing import asks_for_more
from waooaw_cli.adapters.process import Processes, Ran, last_words
from waooaw_cli.adapters.typecache import trusted
from waooaw_cli.factory.scratch import scratch
from waooaw_cli.gates.ports import Remark, ToolCrashed, ToolGarbled
from waooaw_cli.gates.report import Severity

__all__ = ["Mypy", "type_rules"]

_SLOTS = 16
_JUDGED = ("src", "tests")
# What an override may say; of other settings each would hide what is wrong with the package.
_IMPORTS: Mapping[str, tuple[str | bool, ...]] = {
    "ignore_missing_imports": (True, False),
    "follow_untyped_imports": (True, False),
    "follow_imports": ("normal", "silent", "skip", "error"),
}
_MODULE = re.compile(r"[A-Za-z_]\w*(\.\w+)*(\.\*)?", re.ASCII)
_NEVER_ELSEWHERE = frozenset({"src", "tests", "waooaw"})
# What pydantic and pytest import for themselves: a fifth of what a cold run reads, and no type of
# it reaches a package that neither mentions nor installs it.
_OF_LIBRARIES = ("argcomplete", "attr", "markdown_it", "mdurl", "pexpect", "pygments", "rich")
_WORDS = re.compile(rb"[A-Za-z_]\w*")
_GAVE_UP = 2
_BROKEN = "INTERNAL ERROR"
_SEVERITIES = {"error": Severity.ERROR, "warning": Severity.WARNING, "note": Severity.NOTE}


class Mypy:
    """Answer the port `TypeChecker`.

    Agents share what mypy knows of the standard library and of waooaw, which is three quarters of
    a cold run, and what is still written as it was seen. Two runs at once never share a folder:
    each takes the first one that is free.

    Args:
        processes: Where it runs.
        cache: The folder of its caches; None to remember nothing.
        command: A program to start in its place, such as one that is known to die.
    """

    def __init__(
        self, processes: Processes, cache: Path | None, command: Sequence[str] = ()
    ) -> None:
        self._processes = processes
        self._cache = cache
        self._command = tuple(command)

    def check(self, root: Path, *, python: Path, limit: timedelta) -> tuple[Remark, ...]:
        """Return what does not fit in the sources and tests below *root*."""
        judged = [folder for folder in _JUDGED if (root / folder).is_dir()]
        arguments = ["--strict", "--output", "json", "--no-error-summary"]
        if python != Path(sys.executable):
            arguments += ["--python-executable", str(python)]
        with self._folder() as folder, scratch("types") as own:
            # Our own: mypy would look for settings in the package and in the folders above.
            rules = own / "mypy.ini"
            rules.write_text(type_rules(root), encoding="utf-8")
            places = ("--config-file", str(rules), "--cache-dir", str(folder))
            with trusted(folder, root, _JUDGED) as gave_up:
                ran = self._run((*arguments, *places, *judged), root, limit)
                remarks = _remarks(ran)
                if ran.code == _GAVE_UP:
                    gave_up()
                return remarks

    def _run(self, arguments: Sequence[str], root: Path, limit: timedelta) -> Ran:
        if self._command:
            return self._processes.run("mypy", (*self._command, *arguments), cwd=root, limit=limit)
        return self._processes.run_module("mypy", "mypy", arguments, cwd=root, limit=limit)

    @contextmanager
    def _folder(self) -> Iterator[Path]:
        if self._cache is None:
            with scratch("mypy") as folder:
                yield folder
            return
        with ExitStack() as stack:
            for slot in range(_SLOTS):
                if stack.enter_context(taken(self._cache / f"{slot}.lock")):
                    yield self._cache / str(slot)
                    return
            # More runs at once than slots: this one remembers nothing.
            yield stack.enter_context(scratch("mypy"))


def type_rules(root: Path) -> str:
    """Return mypy's settings for the package in *root*, as its own file of them.

    Of what the package says only how imports from elsewhere are followed counts.
    """
    # A folder of tests without `__init__.py` is where its modules are imported from.
    tests_are_modules = not (root / "tests" / "__init__.py").exists()
    path = "src, tests" if tests_are_modules else "src"
    lines = ["[mypy]", "strict = True", "explicit_package_bases = True", f"mypy_path = {path}"]
    lines.append("warn_unused_configs = False")
    own = _own_modules(root)
    for module, settings in _overrides(root):
        if module.partition(".")[0] not in own | _NEVER_ELSEWHERE:
            lines += [f"[mypy-{module}]", *(f"{name} = {value}" for name, value in settings)]
    for module in _unneeded(root):
        lines += [f"[mypy-{module}.*]", "follow_imports = skip"]
    return "\n".join([*lines, ""])


def _unneeded(root: Path) -> tuple[str, ...]:
    """Return the libraries of libraries that can make no difference to the package in *root*."""
    if asks_for_more(root):  # one of its own libraries may speak of them
        return ()
    sources = [root / "pyproject.toml"]
    sources += [path for folder in _JUDGED for path in (root / folder).rglob("*.py*")]
    words: set[bytes] = set()
    for path in sources:
        with suppress(OSError):
            words.update(_WORDS.findall(path.read_bytes()))
    return tuple(name for name in _OF_LIBRARIES if name.encode() not in words)


def _own_modules(root: Path) -> frozenset[str]:
    """Return the names under which mypy may know a module of the package in *root*."""
    entries = (entry.stem for folder in _JUDGED for entry in _entries(root / folder))
    return frozenset({*_JUDGED, *entries})


def _entries(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        yield from folder.iterdir()


def _overrides(root: Path) -> Iterator[tuple[str, tuple[tuple[str, str | bool], ...]]]:
    """Yield the modules that the package says something of, and what of it counts."""
    try:
        said: Any = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
        overrides = said["tool"]["mypy"]["overrides"]
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return
    for override in overrides if isinstance(overrides, list) else ():
        if not isinstance(override, dict):
            continue
        settings = tuple(
            (name, override[name])
            for name, values in _IMPORTS.items()
            if override.get(name) in values
        )
        named = override.get("module")
        for module in named if isinstance(named, list) else [named]:
            if settings and isinstance(module, str) and _MODULE.fullmatch(module):
                yield module, settings


def _remarks(ran: Ran) -> tuple[Remark, ...]:
    """Read one JSON document a line.

    0 is clean, 1 is "something found"; 2 is "could not", which mypy also says after a syntax error
    that it did report.
    """
    words = last_words(ran.err, ran.out)
    if _BROKEN in ran.err or _BROKEN in ran.out:
        raise ToolCrashed("mypy", "ended with an internal error", last_words=words)
    if ran.code not in {0, 1, _GAVE_UP} or (ran.code == _GAVE_UP and not ran.out.startswith("{")):
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
