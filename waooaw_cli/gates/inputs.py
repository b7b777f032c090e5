"""What each gate's verdict rests on: the declaration, and the content that it comes to.

A result is kept under a name made of everything that it is a function of. What is missing here
would let an old verdict stand for a new package, so the declarations err on the wide side.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from types import MappingProxyType

from waooaw_cli.gates.contents import WAIVER_MARK, Unseen, contents
from waooaw_cli.gates.report import GateId

__all__ = ["INPUTS", "Ground", "Inputs", "Installed", "Snapshot", "key", "name_key", "snapshot"]

# Changes when what is kept, or how its name is made, changes.
_FORMAT = b"waooaw.result/1"
_DIGEST_BYTES = 20
_AT_ONCE_BYTES = 1 << 20
# TOML may also write a key with escapes.
_EXTENDS = re.compile(rb"extend[\"' \t]*=|\\u00|\\U0000")
_CODE = (".py", ".pyi", ".pyw", ".pyc", ".so", ".pyd", ".ipynb", ".toml")


@dataclass(frozen=True, slots=True)
class Inputs:
    """Declare what one gate's verdict is a function of, beside waooaw's own code and Python.

    Attributes:
        files: Ends of the names of the package's files that count; empty for all of them.
        listing: Whether also the names of the other files count.
        tools: The distributions whose versions count; None for everything that is installed.
        locale: Whether what the user's language and time zone are counts.
        machine: Whether the figures hold for one machine only.
        tables: The tables of waooaw.toml that count.
        extended: Whether ruff's settings count, which may come from files that nobody looks at.
    """

    files: tuple[str, ...] = ()
    listing: bool = False
    tools: tuple[str, ...] | None = ()
    locale: bool = False
    machine: bool = False
    tables: tuple[str, ...] = ()
    extended: bool = False


#: By gate. Tests and the agent's code may read any file of the package and import anything.
INPUTS: Mapping[GateId, Inputs] = MappingProxyType(
    {
        GateId.SPEC: Inputs(files=("agent.yaml", "pyproject.toml"), listing=True),
        GateId.VISION: Inputs(),
        GateId.FORMAT: Inputs(files=_CODE, tools=("ruff",), extended=True),
        GateId.LINT: Inputs(files=_CODE, tools=("ruff",), extended=True),
        GateId.TYPES: Inputs(files=_CODE, tools=None),
        GateId.TESTS: Inputs(tools=None, locale=True),
        GateId.SECURITY: Inputs(tools=None, tables=("dependencies", "secrets")),
        GateId.PERFORMANCE: Inputs(tools=None, locale=True, machine=True),
    }
)


@dataclass(frozen=True, slots=True)
class Installed:
    """Say what a package's interpreter can import.

    Attributes:
        versions: Version by distribution, in lower case.
        digest: Of every one of them, and of what else steers imports.
    """

    versions: Mapping[str, str]
    digest: str


@dataclass(frozen=True, slots=True)
class Ground:
    """Hold what verdicts rest on beside the package itself; read once in a run.

    Attributes:
        program: Digest of waooaw's own code and rules.
        interpreter: Python's implementation and version, and the platform.
        installed: What the interpreter of the package in a folder can import.
        locale: Language and time zone, as tools get them.
        machine: The machine's name and size.
        tables: Digest of each table of the settings that a gate reads, by its name.
        extra: What else one gate rests on, such as the database of advisories.
        around: What stands around the package in a folder and one gate rests on, such as policies.
    """

    program: str
    interpreter: str
    installed: Callable[[Path], Installed]
    locale: str = ""
    machine: str = ""
    tables: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[GateId, str] = field(default_factory=dict)
    around: Mapping[GateId, Callable[[Path], str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Hold the digest of each file of a package, by its path, in the order of paths.

    Attributes:
        files: Digest and executable bit by path.
        others: What is no file of the package: links that lead out or to folders, pipes, what can't
            be read, folders without files.
        whole: Whether all of it was looked at.
        marked: The files that may hold waivers beside their lines.
        extends: Whether ruff's settings may go on in a file elsewhere.
    """

    files: tuple[tuple[str, str], ...]
    others: tuple[str, ...]
    whole: bool
    marked: tuple[str, ...] = ()
    extends: bool = False

    def tells(self, gate: GateId) -> bool:
        """Say whether all that the verdict of *gate* rests on was looked at."""
        return self.whole and not (self.extends and INPUTS[gate].extended)


def snapshot(root: Path) -> Snapshot:
    """Read every file of the package in *root*. Bytecode and tools' own folders do not count."""
    found = contents(root)
    base = str(root)
    digests = []
    marked = []
    others = [f"{path} -> {_target(root / path)}" for path in found.outward]
    others += [f"{one.path}: {one.reason} {_target(root / one.path)}" for one in found.unseen]
    # Python imports from such a folder, tests write into it, and git keeps none.
    others += [f"{path}/" for path in found.empty]
    for path in found.files:
        name = str(path)
        match _digest(f"{base}/{name}"):
            case (str(digest), bool(is_marked)):
                digests.append((name, digest))
                if is_marked:
                    marked.append(name)
            case OSError(strerror=why):
                others.append(f"{name}: {why}")
    return Snapshot(
        tuple(digests),
        tuple(sorted(others)),
        # What a link leads to beside the package may change, and nobody looks there.
        whole=not _is_cut(found.unseen) and not any(_exists(base, path) for path in found.outward),
        marked=tuple(marked),
        extends=_extends(root),
    )


def _exists(base: str, path: PurePosixPath) -> bool:
    # Unlike `Path.exists` it does not raise where a folder on the way can't be entered.
    return os.path.exists(f"{base}/{path}")  # noqa: PTH110 - above


def _extends(root: Path) -> bool:
    """Say whether the package's pyproject.toml may name another file of settings for ruff."""
    try:
        return _EXTENDS.search((root / "pyproject.toml").read_bytes()) is not None
    except OSError:
        return False


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:  # no link, a junction, or it is gone
        return ""


def _is_cut(unseen: tuple[Unseen, ...]) -> bool:
    return any(one.cut for one in unseen)


def _digest(path: str) -> tuple[str, bool] | OSError:
    """Return the digest of a file, and whether it may hold waivers."""
    hashed = hashlib.blake2b(digest_size=_DIGEST_BYTES)
    try:
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - a third of Path.open's time
            executable = os.fstat(file.fileno()).st_mode & 0o111
            is_marked, end = False, b""
            while part := file.read(_AT_ONCE_BYTES):
                hashed.update(part)
                is_marked = is_marked or WAIVER_MARK in end + part
                end = part[1 - len(WAIVER_MARK) :]  # it may stand across two parts
    except OSError as error:
        return error
    return f"{hashed.hexdigest()}{'x' if executable else ''}", is_marked


def key(gate: GateId, package: Snapshot, root: Path, ground: Ground) -> str:
    """Return the name under which the result of *gate* for a package is kept."""
    inputs = INPUTS[gate]
    hashed = hashlib.blake2b(_FORMAT, digest_size=_DIGEST_BYTES)
    for label, text in (
        ("gate", gate.value),
        *_of_ground(gate, inputs, root, ground),
        *_of_package(inputs, package),
    ):
        # Lengths, so that no two lists of parts come to the same bytes.
        data = text.encode("utf-8", "surrogateescape")
        hashed.update(b"%s %d\n%s\n" % (label.encode(), len(data), data))
    return hashed.hexdigest()


def _of_ground(
    gate: GateId, inputs: Inputs, root: Path, ground: Ground
) -> Iterator[tuple[str, str]]:
    yield "program", ground.program
    yield "interpreter", ground.interpreter
    if inputs.tools is None:
        yield "installed", ground.installed(root).digest
    elif inputs.tools:
        versions = ground.installed(root).versions
        yield from ((tool, versions.get(tool, "missing")) for tool in inputs.tools)
    if inputs.locale:
        yield "locale", ground.locale
    if inputs.machine:
        yield "machine", ground.machine
    yield from ((table, ground.tables.get(table, "")) for table in inputs.tables)
    yield "extra", ground.extra.get(gate, "")
    if (around := ground.around.get(gate)) is not None:
        yield "around", around(root)


def _of_package(inputs: Inputs, package: Snapshot) -> Iterator[tuple[str, str]]:
    for name, digest in package.files:
        if name.endswith(inputs.files or ("",)):
            yield "file", f"{digest} {name}"
        elif inputs.listing:
            yield "name", name
    yield from (("other", other) for other in package.others)


def name_key(package: Snapshot, ground: Ground) -> str | None:
    """Return the name under which an agent's name and version are kept; None without a file."""
    specification = dict(package.files).get("agent.yaml")
    if specification is None:
        return None
    text = f"{ground.program} {specification}".encode()
    return hashlib.blake2b(_FORMAT + text, digest_size=_DIGEST_BYTES).hexdigest()
