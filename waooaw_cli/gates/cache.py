"""The results that earlier runs came to, each under the name of what it is a function of.

One small file a result: two runs at once never wait for each other, and a file that is cut, changed
or in the wrong place is not believed. `error` is never kept: what could not be judged is tried
again.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path, PurePosixPath
from typing import Any

from waooaw_cli.gates.report import Finding, GateId, GateResult, Severity, Verdict

__all__ = ["AgentName", "Results", "Usage"]

_MOST_ENTRIES = 20_000
_MOST_BYTES = 100_000_000
_LARGEST_ENTRY = 4_000_000
_DAY_SECONDS = 86_400
_HOUR_SECONDS = 3_600
_MAC_BYTES = 16
_MARK = "last-looked-through"


@dataclass(frozen=True, slots=True)
class AgentName:
    """Hold what a report says of an agent whose specification need not be read again."""

    name: str
    version: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Say how much is kept."""

    entries: int
    size_bytes: int


class Results:
    """Keep results in a folder, and find them again.

    Nothing here raises: a cache that can't be read is empty, one that can't be written stays as it
    was.

    Args:
        folder: Where they are kept; made when something is.
        secret: What only those know who may add to a cache that machines share. Entries of others
            are not believed.
    """

    def __init__(self, folder: Path, *, secret: str = "") -> None:
        self._folder = str(folder)
        self._secret = hashlib.blake2b(secret.encode("utf-8", "surrogateescape")).digest()

    def find(self, key: str, gate: GateId) -> GateResult | None:
        """Return the result kept under *key*, marked as cached; None where there is none."""
        said = self._read(key)
        try:
            return None if said is None else _result(said, gate)
        except (LookupError, TypeError, ValueError, AttributeError):
            return None

    def keep(self, key: str, result: GateResult) -> None:
        """Keep *result* under *key*, unless nothing was decided."""
        if result.verdict in {Verdict.PASS, Verdict.FAIL}:
            self._write(key, _said(result))

    def find_name(self, key: str) -> AgentName | None:
        """Return what the agent is called whose specification *key* stands for."""
        said = self._read(key)
        try:
            return None if said is None else AgentName(str(said["agent"]), str(said["version"]))
        except (LookupError, TypeError):
            return None

    def keep_name(self, key: str, named: AgentName) -> None:
        """Keep what an agent is called."""
        self._write(key, {"agent": named.name, "version": named.version})

    def usage(self) -> Usage:
        """Return how much is kept."""
        sizes = [size for _, _, size in self._entries()]
        return Usage(len(sizes), sum(sizes))

    def bound(self) -> None:
        """Remove what was not used for longest where too much is kept; looks once an hour."""
        mark = os.path.join(self._folder, _MARK)  # noqa: PTH118 - strings throughout, for speed
        now = time.time()
        with suppress(OSError):
            if now - os.stat(mark).st_mtime < _HOUR_SECONDS:  # noqa: PTH116 - as above
                return
        with suppress(OSError):
            with open(mark, "wb"):  # noqa: PTH123 - as above
                pass
            entries = sorted(self._entries())
            size = sum(size for _, _, size in entries)
            for number, (_, path, its_size) in enumerate(entries):
                if len(entries) - number <= _MOST_ENTRIES and size <= _MOST_BYTES:
                    return
                size -= its_size
                with suppress(OSError):  # another run was quicker
                    os.unlink(path)  # noqa: PTH108 - as above

    def _entries(self) -> Iterator[tuple[float, str, int]]:
        """Yield last use, path and size of each file, those that a killed run left among them."""
        with suppress(OSError), os.scandir(self._folder) as shelves:
            for shelf in shelves:
                if not shelf.is_dir(follow_symlinks=False):  # what a link leads to is not ours
                    continue
                with suppress(OSError), os.scandir(shelf.path) as files:
                    for file in files:
                        status = file.stat(follow_symlinks=False)
                        yield status.st_mtime, file.path, status.st_size

    def _path(self, key: str) -> str:
        return f"{self._folder}/{key[:2]}/{key}"

    def _mac(self, key: str, text: bytes) -> str:
        hashed = hashlib.blake2b(text, key=self._secret, digest_size=_MAC_BYTES)
        hashed.update(key.encode())
        return hashed.hexdigest()

    def _read(self, key: str) -> dict[str, Any] | None:  # `Any`: JSON
        path = self._path(key)
        try:
            with open(path, "rb", 0, opener=_opened) as file:
                status = os.fstat(file.fileno())
                data = file.read(_LARGEST_ENTRY) or b""
        except OSError:
            return None
        if time.time() - status.st_mtime > _DAY_SECONDS:
            with suppress(OSError):  # others keep it, who only let us read
                os.utime(path)
        mac, _, text = data.partition(b"\n")
        if mac.decode("ascii", "replace") != self._mac(key, text):
            return None
        try:
            said = json.loads(text)
        except ValueError:
            return None
        return said if isinstance(said, dict) else None

    def _write(self, key: str, said: dict[str, object]) -> None:
        text = json.dumps(said, separators=(",", ":")).encode()
        if len(text) > _LARGEST_ENTRY // 2:
            return
        path = self._path(key)
        beside = f"{path}.{os.urandom(6).hex()}.new"
        with suppress(OSError):
            os.makedirs(os.path.dirname(path), exist_ok=True)  # noqa: PTH103, PTH120 - as above
            try:
                with open(beside, "wb") as file:  # noqa: PTH123 - as above
                    file.write(self._mac(key, text).encode() + b"\n" + text)
                os.replace(beside, path)  # noqa: PTH105 - as above
            except OSError:
                with suppress(OSError):
                    os.unlink(beside)  # noqa: PTH108 - as above


def _opened(path: str, flags: int) -> int:
    """Open a file without waiting: a pipe that somebody put there has nobody who writes."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _said(result: GateResult) -> dict[str, object]:
    return {
        "gate": result.id.value,
        "verdict": result.verdict.value,
        "duration_us": round(result.duration / timedelta(microseconds=1)),
        "measures": dict(result.measures),
        "findings": [
            [
                finding.rule,
                finding.severity.value,
                finding.message,
                None if finding.path is None else str(finding.path),
                finding.line,
                finding.column,
                finding.fix,
                finding.fingerprint,
            ]
            for finding in result.findings
        ],
    }


def _result(said: dict[str, Any], gate: GateId) -> GateResult | None:  # `Any`: JSON
    if said["gate"] != gate.value:
        return None
    findings = tuple(
        Finding(
            rule,
            Severity(severity),
            message,
            None if path is None else PurePosixPath(path),
            line=line,
            column=column,
            fix=fix,
            fingerprint=fingerprint,
        )
        for rule, severity, message, path, line, column, fix, fingerprint in said["findings"]
    )
    return GateResult(
        gate,
        Verdict(said["verdict"]),
        timedelta(microseconds=said["duration_us"]),
        findings,
        dict(said["measures"]),
        cached=True,
    )
