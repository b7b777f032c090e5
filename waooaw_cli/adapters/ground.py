"""What verdicts rest on beside the packages: waooaw itself, Python, what is installed, the machine.

Read by every run before anything else, so it is done with folder listings alone.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from waooaw_cli.gates.contents import NOT_OURS
from waooaw_cli.gates.inputs import Ground, Installed
from waooaw_cli.gates.report import GateId

__all__ = ["ground", "installed", "program_digest"]

_OURS = ("waooaw", "waooaw_cli")
_COUNTED = (".py", ".yaml", ".json", ".txt", ".sql")
_LOCALE = ("LANG", "LC_", "TZ")
_DISTRIBUTION = re.compile(r"(?P<name>[^-]+)-(?P<version>[^-]+)(?:-.*)?\.(?:dist|egg)-info")
_STEERING = (".dist-info", ".egg-info", ".egg-link", ".pth")
_DIGEST_BYTES = 16
# Files of what is installed to be edited in place; to look at more costs too much in each run.
_MOST_EDITED = 20_000


def ground(
    env: Mapping[str, str],
    cache: Path,
    tables: Mapping[str, object],
    *,
    installed_for: Callable[[Path], Installed],
    extra: Mapping[GateId, str] | None = None,
    around: Mapping[GateId, Callable[[Path], str]] | None = None,
) -> Ground:
    """Gather what verdicts rest on.

    Args:
        env: The caller's environment.
        cache: Where waooaw's own digest is remembered.
        tables: The tables of the settings, as TOML has them.
        installed_for: Returns what the interpreter of the package in a folder can import.
        extra: What else one gate rests on.
        around: What it rests on around the package in a folder.
    """
    # Where entries are signed, nothing unsigned has a say in which of them count.
    memo = None if env.get("WAOOAW_CACHE_KEY") else cache / "program.json"
    return Ground(
        program=program_digest(memo),
        interpreter=f"{sys.implementation.name} {sys.version} {sys.platform} {os.name}",
        installed=installed_for,
        locale="\n".join(
            sorted(f"{name}={env[name]}" for name in env if name.upper().startswith(_LOCALE))
        ),
        machine=_machine(),
        tables={name: _table_digest(table) for name, table in tables.items()},
        extra=dict(extra or {}),
        around=dict(around or {}),
    )


def _machine() -> str:
    name = os.uname() if hasattr(os, "uname") else None
    return f"{name.nodename if name else ''} {name.machine if name else ''} {os.cpu_count()}"


def _table_digest(table: object) -> str:
    # TOML knows dates, which JSON does not.
    text = json.dumps(table, sort_keys=True, default=str)
    return hashlib.blake2b(text.encode(), digest_size=_DIGEST_BYTES).hexdigest()


def program_digest(memo: Path | None) -> str:
    """Return the digest of waooaw's own code and rules, by content.

    Args:
        memo: A file that remembers it for as long as no file changes; None to read them all.
    """
    base = Path(__file__).resolve().parents[2]
    files = sorted(file for name in _OURS for file in _files(str(base / name)))
    looks = hashlib.blake2b(digest_size=_DIGEST_BYTES)
    for path, status in files:
        seen = f"{path} {status.st_size} {status.st_mtime_ns} {status.st_ctime_ns}\n"
        looks.update(seen.encode("utf-8", "surrogateescape"))
    look = looks.hexdigest()
    if memo is not None and (known := _remembered(memo, look)):
        return known
    contents = hashlib.blake2b(digest_size=_DIGEST_BYTES)
    for path, _ in files:
        name = os.path.relpath(path, base).replace(os.sep, "/")
        part = hashlib.blake2b(Path(path).read_bytes(), digest_size=_DIGEST_BYTES).hexdigest()
        contents.update(f"{part} {name}\n".encode("utf-8", "surrogateescape"))
    digest = contents.hexdigest()
    if memo is not None:
        _remember(memo, look, digest)
    return digest


def _files(folder: str) -> Iterator[tuple[str, os.stat_result]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in {"__pycache__", "_data"}:
                    yield from _files(entry.path)
            elif entry.name.endswith(_COUNTED):
                yield entry.path, entry.stat()


def _remembered(memo: Path, look: str) -> str | None:
    try:
        said = json.loads(memo.read_bytes())
        return str(said["digest"]) if said["look"] == look else None
    except (OSError, ValueError, LookupError, TypeError):
        return None


def _remember(memo: Path, look: str, digest: str) -> None:
    beside = memo.with_name(f"{memo.name}.{os.urandom(6).hex()}.new")
    with suppress(OSError):
        memo.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(json.dumps({"look": look, "digest": digest}), encoding="utf-8")
        beside.replace(memo)


def installed(folders: Iterable[str]) -> Installed:
    """Return what can be imported from *folders*, such as `sys.path`, by its distributions."""
    return _installed(tuple(folders))


@functools.cache
def _installed(folders: tuple[str, ...]) -> Installed:
    versions: dict[str, str] = {}
    found = []
    for folder in folders:
        with suppress(OSError), os.scandir(folder or ".") as entries:
            names = sorted(entry.name for entry in entries if entry.name.endswith(_STEERING))
            found.append("\n".join(names))
            for name in names:
                if match := _DISTRIBUTION.fullmatch(name):
                    versions.setdefault(match["name"].lower(), match["version"])
                    if match["name"] not in _OURS:
                        found.append(_look_of(f"{folder or '.'}{os.sep}{name}"))
    digest = hashlib.blake2b("\0".join(found).encode(), digest_size=_DIGEST_BYTES)
    return Installed(versions, digest.hexdigest())


def _look_of(metadata: str) -> str:
    """Return what tells a distribution that came from a folder or a repository; empty for others.

    Its version stays what it was while its code changes, above all where it is installed to be
    edited in place.
    """
    try:
        with open(f"{metadata}{os.sep}direct_url.json", "rb") as file:  # noqa: PTH123 - most have none
            text = file.read()
        origin = json.loads(text)
        if not origin.get("dir_info", {}).get("editable"):
            with open(f"{metadata}{os.sep}RECORD", "rb") as file:  # noqa: PTH123 - as above
                return hashlib.blake2b(text + file.read(), digest_size=_DIGEST_BYTES).hexdigest()
        from urllib.parse import urlsplit
        from urllib.request import url2pathname

        return _edited(url2pathname(urlsplit(origin["url"]).path))
    except FileNotFoundError:
        return ""
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return os.urandom(_DIGEST_BYTES).hex()  # nobody can tell: a name that no other run finds


def _edited(folder: str) -> str:
    """Return what tells the Python files below *folder*, for as long as nobody touches one."""
    hashed = hashlib.blake2b(digest_size=_DIGEST_BYTES)
    seen = 0
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(one for one in folders if one not in NOT_OURS and one != "__pycache__")
        for name in sorted(names):
            seen += 1
            if name.endswith(_COUNTED):
                path = os.path.join(place, name)  # noqa: PTH118 - as above
                status = os.stat(path)  # noqa: PTH116 - as above
                line = f"{path} {status.st_size} {status.st_mtime_ns} {status.st_ino}\n"
                hashed.update(line.encode("utf-8", "surrogateescape"))
        if seen > _MOST_EDITED:
            raise ValueError
    return hashed.hexdigest()
