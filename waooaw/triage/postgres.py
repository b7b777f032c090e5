"""One connection to PostgreSQL: never waited for without end, and silent on passwords.

Source: PostgreSQL, "Connection URIs", "Client Connection Defaults"; psycopg 3.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import unquote

from waooaw.errors import EnvironmentFault, InputError, WaooawError

if TYPE_CHECKING:
    import psycopg

__all__ = ["SEARCH_PATH", "Postgres", "place_of"]

_Result = TypeVar("_Result")
# Stricter than libpq, which takes a part of a password with @ or / in it for a host, and says it.
_ADDRESS = re.compile(
    r"postgres(?:ql)?://(?:(?P<user>[^\s:/?#@\[\]]*)(?::(?P<password>[^\s:/?#@\[\]]*))?@)?"
    r"(?P<host>[^\s/?#@]*)(?:/(?P<name>[^\s/?#@]*))?(?:\?(?P<more>[^\s#@]*))?"
)
_HINT = (
    'write "postgresql://user@host:5432/name"; a password stands in WAOOAW_TRIAGE_DATABASE or '
    "~/.pgpass, its special characters as %40"
)
_REACH_S = 5
_READING_MS = 10_000
_WRITING_MS = 600_000
_LOCKS_MS = 60_000
#: Our tables are named with their schema; pgvector may be in any. Nothing else is looked through,
#: so that no table or function of somebody else's is taken for ours.
SEARCH_PATH = """SELECT set_config('search_path', concat_ws(', ', 'pg_catalog', (
        SELECT quote_ident(nspname) FROM pg_catalog.pg_extension
        JOIN pg_catalog.pg_namespace AS place ON place.oid = extnamespace
        WHERE extname = 'vector'
    ), 'pg_temp'), true)"""
# Within each transaction, so that it holds behind a pool of connections too. Compiling a query
# takes longer than ours run.
_GUARDS = """SELECT set_config('statement_timeout', %s, true), set_config('lock_timeout', %s, true),
    set_config('jit', 'off', true)"""
_LONGEST = 160


class Postgres:
    """Hold one connection, and run transactions on it.

    Args:
        address: ``postgresql://…``.

    Raises:
        InputError: It is no address, or psycopg is not installed.
        EnvironmentFault: The server can't be reached within seconds, or lets nobody in.
    """

    def __init__(self, address: str) -> None:
        parts = _parts(address)
        self.place = _place(parts)
        if importlib.util.find_spec("psycopg") is None:
            raise InputError(
                "a triage database needs psycopg", hint="pip install 'waooaw[postgres]'"
            )
        import psycopg

        self._secrets = _secrets(parts)
        try:
            self._connection = psycopg.connect(
                address, autocommit=True, prepare_threshold=None, **_defaults(parts)
            )
        except (psycopg.ProgrammingError, ValueError) as error:
            # Without its cause: that one's text may quote the address.
            raise InputError(
                f"{self.place}: no address of a database: {self._told(error)}", hint=_HINT
            ) from None
        except psycopg.Error as error:
            raise self._translated(error) from None

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()

    def run(
        self, work: Callable[[psycopg.Connection[Any]], _Result], *, writing: bool = False
    ) -> _Result:
        """Run *work* as one transaction, ended by the server if it takes too long.

        Args:
            work: Whatever it raises undoes it.
            writing: Whether it may take minutes.

        Raises:
            EnvironmentFault: The server failed, is gone, or refuses; nothing was written.
        """
        import psycopg

        longest = _WRITING_MS if writing else _READING_MS
        try:
            with self._connection.transaction():
                self._connection.execute(_GUARDS, (str(longest), str(_LOCKS_MS)))
                self._connection.execute(SEARCH_PATH)
                return work(self._connection)
        except psycopg.Error as error:
            raise self._translated(error) from None

    def _translated(self, error: psycopg.Error) -> WaooawError:
        # The first line only: details quote rows.
        return EnvironmentFault(
            f"{self.place}: the triage database can't be used: "
            f"{error.diag.message_primary or self._told(error)}",
            hint="see that it runs, that [triage] database names it, and that the user may write",
        )

    def _told(self, error: Exception) -> str:
        """Return what *error* says in a line, without what must stand in no message."""
        text = (str(error).strip() or repr(error)).splitlines()[0]
        for secret in self._secrets:
            text = text.replace(secret, "…")
        return text[:_LONGEST]


def place_of(address: str) -> str:
    """Return where *address* leads, without any password.

    Raises:
        InputError: It is no address of PostgreSQL; the message does not repeat it.
    """
    return _place(_parts(address))


def _parts(address: str) -> re.Match[str]:
    match = _ADDRESS.fullmatch(address)
    if match is None:
        raise InputError("the triage database is no address of PostgreSQL", hint=_HINT)
    return match


def _place(parts: re.Match[str]) -> str:
    user = f"{parts['user']}@" if parts["user"] else ""
    name = f"/{parts['name']}" if parts["name"] else ""
    return f"postgresql://{user}{parts['host']}{name}"


def _secrets(parts: re.Match[str]) -> tuple[str, ...]:
    """Return what must stand in no message, the longest first."""
    more = parts["more"] or ""
    written = {parts["password"] or "", more, *(one.partition("=")[2] for one in more.split("&"))}
    both = {one for text in written for one in (text, unquote(text)) if one}
    return tuple(sorted(both, key=lambda text: (-len(text), text)))


def _defaults(parts: re.Match[str]) -> dict[str, Any]:  # Any: texts and numbers, as libpq has them
    """Return what holds where the address does not say it."""
    defaults: dict[str, Any] = {
        "connect_timeout": _REACH_S,
        "application_name": "waooaw",
        "client_encoding": "utf8",
        # A server that is gone without a word is noticed, in the middle of an answer too.
        "keepalives_idle": 5,
        "keepalives_interval": 5,
        "keepalives_count": 2,
        "tcp_user_timeout": 15_000,
    }
    said = {one.partition("=")[0] for one in (parts["more"] or "").split("&")}
    return {name: value for name, value in defaults.items() if name not in said}
