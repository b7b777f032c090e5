"""One call of ruff for many packages, where that says the same as a call for each."""

from __future__ import annotations

import os
import threading
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path, PurePosixPath

from waooaw_cli.gates.contents import Contents, contents
from waooaw_cli.gates.ports import Remark, ToolFault, ToolMissing, ToolTimedOut

__all__ = ["MOST_NAMED", "Batch", "Share", "bare_share_of", "share_of"]

#: So many files are named in one call for one package.
MOST_NAMED = 150
_CODE = frozenset({".py", ".pyi", ".pyw"})
# Windows takes 32,767 characters, Linux 2 MiB and macOS 1 MiB with the environment among them.
_LONGEST_COMMAND = 24_000 if os.name == "nt" else 200_000
# The rest of a gate's time is for the call of its own, should the one for all come to nothing.
_PART_OF_THE_LIMIT = 3
# What ruff reads from the file nearest to what it judges. The other keys hold for a whole run (such
# as `fix`, `unsafe-fixes`, `required-version`), lead elsewhere (`extend`), or let ruff walk into
# folders that were not looked through for settings (`exclude`).
_OF_A_FILE = frozenset(
    {
        *("builtins", "extend-exclude", "format", "indent-width", "line-length", "lint"),
        *("namespace-packages", "per-file-target-version", "src", "target-version"),
    }
)
_PROJECT = "pyproject.toml"
_SETTINGS = frozenset({_PROJECT, "ruff.toml", ".ruff.toml"})
# Never looked into by `contents`, and not left out by ruff either.
_WALKED = ".hypothesis"


@dataclass(frozen=True, slots=True)
class Share:
    """Hold what one package adds to a call for many.

    Attributes:
        root: The package's folder; absolute, without links.
        paths: What ruff is given: the folder, and the code that no setting may leave out.
    """

    root: Path
    paths: tuple[str, ...]

    @property
    def length(self) -> int:
        """How many characters it takes on a command line."""
        return sum(len(path) + 3 for path in self.paths)


def share_of(root: Path) -> Share | None:
    """Return what *root* adds to a call for many; None where only its own call is certain.

    A call for one package names its settings file. A call for many lets ruff find, for each file,
    the nearest one above it. Both come to the same where the package has one such file, which says
    nothing about the run as a whole, and nothing in it that ruff may not be started on.
    """
    if (root / _WALKED).exists() or not _has_plain_settings(root):
        return None
    found = contents(root)
    for path in found.files:
        if path.name.lower() in _SETTINGS and path != PurePosixPath(_PROJECT):
            return None
    return _share(root, found)


def bare_share_of(root: Path) -> Share | None:
    """Return what *root* adds to a call for many that heeds nobody's settings; None as above."""
    return _share(root, contents(root))


def _share(root: Path, found: Contents) -> Share | None:
    if found.unseen or found.outward or root != root.resolve():
        return None
    code = [
        str(root / path)
        for path in found.files
        if path.parts[0] in {"src", "tests"} and path.suffix in _CODE
    ]
    return None if len(code) > MOST_NAMED else Share(root, (str(root), *code))


def _has_plain_settings(root: Path) -> bool:
    file = root / _PROJECT
    try:
        if file.is_symlink():
            return False
        tool = tomllib.loads(file.read_text(encoding="utf-8")).get("tool")
    except (OSError, ValueError, RecursionError):  # ruff says what is wrong, in a call of its own
        return False
    own = tool.get("ruff") if isinstance(tool, dict) else None
    return isinstance(own, dict) and own.keys() <= _OF_A_FILE


class Batch:
    """Ask once for many packages, when the first of them is asked about; hand out the parts.

    Safe to use from several threads: one asks, the others wait for it.

    Args:
        roots: The packages that will be asked about.
        ask: Judges some of them in one call, within a limit; returns the remarks of each.
        share: Returns what one of them adds to such a call, see `share_of`.
        clock: Seconds that only go forward.
    """

    def __init__(
        self,
        roots: Sequence[Path],
        ask: Callable[[Sequence[Share], timedelta], Mapping[Path, tuple[Remark, ...]]],
        *,
        share: Callable[[Path], Share | None] = share_of,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._roots = tuple(dict.fromkeys(roots))
        self._waiting = set(self._roots)
        self._ask = ask
        self._share = share
        self._clock = clock
        self._parts: dict[Path, tuple[Remark, ...]] | None = None
        self._lock = threading.Lock()

    def part(self, root: Path, *, limit: timedelta) -> tuple[Remark, ...] | None:
        """Return what was said of *root*, once; None where it needs a call of its own.

        Waits for at most a third of *limit*.
        """
        if root not in self._waiting:
            return None
        with self._lock:
            if self._parts is None:
                self._parts = self._asked(limit / _PART_OF_THE_LIMIT)
            self._waiting.discard(root)
            return self._parts.pop(root, None)

    def _asked(self, limit: timedelta) -> dict[Path, tuple[Remark, ...]]:
        deadline = self._clock() + limit.total_seconds()
        shares = [share for root in self._roots if (share := self._share(root))]
        parts: dict[Path, tuple[Remark, ...]] = {}
        pending = [*reversed([*_fitting(shares)])]
        while pending:
            together = pending.pop()
            left = timedelta(seconds=deadline - self._clock())
            if len(together) == 1 or left <= timedelta(0):
                continue
            try:
                parts.update(self._ask(together, left))
            except (ToolMissing, ToolTimedOut):  # it would be no better for a part of them
                break
            except ToolFault:
                # One package that ruff gives up on must not cost the others their common call.
                half = len(together) // 2
                pending += [together[half:], together[:half]]
        return parts


def _fitting(shares: Sequence[Share]) -> Iterator[Sequence[Share]]:
    """Yield *shares* in parts that fit into one command line."""
    part: list[Share] = []
    length = 0
    for share in shares:
        if part and length + share.length > _LONGEST_COMMAND:
            yield part
            part, length = [], 0
        part.append(share)
        length += share.length
    if part:
        yield part
