"""Plan what `--fix` would change, on a copy; then write it, one whole file after the other.

What is mechanical: what ruff mends without changing what the code does, the layout, and fields of
`agent.yaml` that hold anyhow and are not written out.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path, PurePosixPath
from typing import Protocol

from waooaw.errors import EnvironmentFault
from waooaw_cli.factory.fixing_spec import completed_spec
from waooaw_cli.gates.contents import contents
from waooaw_cli.gates.gate import Package
from waooaw_cli.gates.ports import Remark

__all__ = ["Applied", "Change", "Mender", "PassedBy", "applied", "cleared_leftovers", "planned"]

_LINT = "LINT-"
_LAYOUT = "FMT-001"
_SPECIFICATION = PurePosixPath("agent.yaml")
_LIMIT = timedelta(seconds=60)
#: What ruff reads; the rest of a package is not copied.
_READ = frozenset({".ipynb", ".py", ".pyi", ".pyw"})
_SETTINGS = frozenset({"pyproject.toml", "agent.yaml"})
_BESIDE = re.compile(r"\..+\.\d+\.waooaw-fix")
#: To write one file takes far less.
_OLD_SECONDS = 10


class Mender(Protocol):
    """Know what reads badly in source files, and how some of it is mended."""

    def lint(self, root: Path, *, limit: timedelta) -> tuple[Remark, ...]:
        """Return what is to be said of the files below *root*."""
        ...

    def unformatted(self, root: Path, *, limit: timedelta) -> tuple[Remark, ...]:
        """Return one remark for each file below *root* that is laid out differently."""
        ...

    def mend(self, root: Path, *, settings_of: Path | None = None) -> tuple[Remark, ...]:
        """Mend the files below *root* by the settings of a package; return what is left."""
        ...


@dataclass(frozen=True, slots=True)
class Change:
    """Hold what one file would become.

    Attributes:
        package: The package that it is in.
        path: The file, relative to the package.
        before: Its bytes as they were read.
        after: Its bytes mended.
        what: The rules that it is mended by, and the fields that are written out.
    """

    package: Package
    path: PurePosixPath
    before: bytes
    after: bytes
    what: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PassedBy:
    """Name a change that was not made, and why."""

    change: Change
    reason: str


@dataclass(frozen=True, slots=True)
class Applied:
    """Hold what became of a plan."""

    written: tuple[Change, ...]
    passed_by: tuple[PassedBy, ...]


def planned(package: Package, mender: Mender, *, scratch: Path) -> tuple[Change, ...]:
    """Return what would be mended in *package*, in the order of paths; nothing is written there.

    Args:
        package: The package.
        mender: Mends source files.
        scratch: An empty folder, outside of the package, for a copy.

    Raises:
        ToolFault: The mender gave up.
    """
    before = dict(_copied(package.root, scratch))
    found = mender.lint(package.root, limit=_LIMIT)
    loose = {one.path for one in mender.unformatted(package.root, limit=_LIMIT)}
    left = mender.mend(scratch, settings_of=package.root)
    mended = _counted(found) - _counted(left)
    fields = _completed(scratch, before.get(_SPECIFICATION))
    changes = []
    for path, content in before.items():
        after = (scratch / path).read_bytes()
        if after != content:
            rules = sorted({f"{_LINT}{code}" for where, code in mended if where == path})
            layout = (_LAYOUT,) if path in loose or not (rules or fields) else ()
            what = fields if path == _SPECIFICATION else (*rules, *layout)
            changes.append(Change(package, path, content, after, what))
    return tuple(changes)


def _copied(root: Path, scratch: Path) -> Iterator[tuple[PurePosixPath, bytes]]:
    """Copy what can be mended, and yield its content; links are passed over, their targets not."""
    for path in contents(root).files:
        source = root / path
        if (path.suffix in _READ or str(path) in _SETTINGS) and not source.is_symlink():
            with suppress(OSError):  # the gates say what can't be read
                content = source.read_bytes()
                target = scratch / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
                yield path, content


def _counted(remarks: Iterable[Remark]) -> Counter[tuple[PurePosixPath | None, str]]:
    return Counter((one.path, one.code) for one in remarks)


def _completed(scratch: Path, content: bytes | None) -> tuple[str, ...]:
    """Write out the fields of the specification in *scratch*; return their names."""
    if content is None:
        return ()
    after, fields = completed_spec(content, project=scratch)
    if fields:
        (scratch / _SPECIFICATION).write_bytes(after)
    return fields


def applied(changes: Sequence[Change]) -> Applied:
    """Write *changes*, each file whole or not at all; what is not as it was read is passed by.

    Raises:
        EnvironmentFault: A file can't be written; those before it are.
    """
    written: list[Change] = []
    passed_by: list[PassedBy] = []
    for change in changes:
        target = change.package.root / change.path
        try:
            reason = _hindrance(change, target)
            if reason is None:
                _replace(target, change.after)
        except OSError as error:
            raise EnvironmentFault(
                f"{change.package.shown}/{change.path} can't be written: {error.strerror}",
                hint=f"{len(written)} files were mended before; make room, or mend permissions",
            ) from error
        if reason is None:
            written.append(change)
        else:
            passed_by.append(PassedBy(change, reason))
    return Applied(tuple(written), tuple(passed_by))


def _hindrance(change: Change, target: Path) -> str | None:
    """Return why *target* is not to be written; None where it is what was read."""
    try:
        if not stat.S_ISREG(target.lstat().st_mode):
            return "it is no file any more"
        if not target.resolve().is_relative_to(change.package.root.resolve()):
            return "it leads out of the package"
        content = target.read_bytes()
    except FileNotFoundError:
        return "it is gone"
    return None if content == change.before else "it has changed meanwhile"


def _replace(target: Path, content: bytes) -> None:
    """Write beside and rename, so that whoever is interrupted leaves the one or the other."""
    beside = target.with_name(f".{target.name}.{os.getpid()}.waooaw-fix")
    try:
        beside.write_bytes(content)
        shutil.copymode(target, beside)
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)


def cleared_leftovers(package: Package) -> None:
    """Remove what a run that was killed while it wrote left in *package*."""
    for path in contents(package.root).files:
        if _BESIDE.fullmatch(path.name):
            with suppress(OSError):
                file = package.root / path
                if time.time() - file.lstat().st_mtime > _OLD_SECONDS:
                    file.unlink()
