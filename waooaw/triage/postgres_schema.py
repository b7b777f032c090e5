"""What the index of past requests has in PostgreSQL, and how it gets there.

The migrations are numbered, appended to and never edited. Who comes first makes them, whoever comes
at the same time waits for that, and who comes later only looks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from waooaw.errors import EnvironmentFault, InputError
from waooaw.triage.embedding import DIMENSIONS
from waooaw.triage.postgres import SEARCH_PATH, Postgres

if TYPE_CHECKING:
    import psycopg

__all__ = ["prepare"]

_LOCK = 0x77616F78
# Not by to_regclass, which remembers that there was nothing while another process made it.
_THERE = """SELECT nspname, relname FROM pg_namespace
    LEFT JOIN pg_class ON relnamespace = pg_namespace.oid WHERE nspname = 'waooaw'"""
_WORDS = (
    (
        """CREATE TABLE waooaw.similar_requests (
            number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, key bytea NOT NULL UNIQUE,
            id text NOT NULL, title text NOT NULL, opening text NOT NULL, resolution text NOT NULL,
            created float8, words tsvector NOT NULL
        )""",
        "CREATE INDEX similar_requests_words ON waooaw.similar_requests USING gin (words)",
        """CREATE TABLE waooaw.similar_stems (
            stem text PRIMARY KEY, requests bigint NOT NULL
        )""",
    ),
)
_VECTORS = (
    (
        f"""CREATE TABLE waooaw.similar_vectors (
            number bigint PRIMARY KEY REFERENCES waooaw.similar_requests ON DELETE CASCADE,
            model text NOT NULL, vector vector({DIMENSIONS}) NOT NULL
        )""",
        """CREATE INDEX similar_vectors_near ON waooaw.similar_vectors
            USING hnsw (vector vector_ip_ops)""",
    ),
)
#: The first with `hnsw.iterative_scan`.
_LEAST_PGVECTOR = (0, 8)


def prepare(postgres: Postgres, *, vectors: bool) -> None:
    """Make what is not there yet.

    Raises:
        InputError: A newer waooaw was there.
        EnvironmentFault: It can't be made: no rights, no pgvector.
    """
    parts = {"similar": _WORDS, **({"similar-vectors": _VECTORS} if vectors else {})}

    def looked(connection: psycopg.Connection[Any]) -> bool:
        versions = _versions(connection, postgres.place, parts)
        return all(versions[part] == len(migrations) for part, migrations in parts.items())

    def made(connection: psycopg.Connection[Any]) -> None:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        there = set(connection.execute(_THERE).fetchall())
        # Where the schema is there, nobody needs the right to make one.
        if not there:
            connection.execute("CREATE SCHEMA waooaw")
        if ("waooaw", "versions") not in there:
            connection.execute(
                "CREATE TABLE waooaw.versions (part text PRIMARY KEY, version integer NOT NULL)"
            )
        if vectors:
            _make_extension(connection, postgres.place)
        for part, version in _versions(connection, postgres.place, parts).items():
            _migrate(connection, part, parts[part], version)

    if not postgres.run(looked):
        postgres.run(made, writing=True)


def _versions(
    connection: psycopg.Connection[Any], place: str, parts: Mapping[str, Sequence[Sequence[str]]]
) -> dict[str, int]:
    """Return how many migrations of each part were made."""
    known: dict[str, int] = {}
    if ("waooaw", "versions") in connection.execute(_THERE).fetchall():
        rows = connection.execute("SELECT part, version FROM waooaw.versions")
        known.update(rows.fetchall())
    for part, migrations in parts.items():
        if known.get(part, 0) > len(migrations):
            raise InputError(
                f"{place}: the part {part!r} of version {known[part]}, this waooaw knows "
                f"{len(migrations)}",
                hint="update waooaw",
            )
    return {part: known.get(part, 0) for part in parts}


def _migrate(
    connection: psycopg.Connection[Any], part: str, migrations: Sequence[Sequence[str]], done: int
) -> None:
    for statements in migrations[done:]:
        for statement in statements:
            connection.execute(statement.encode())
    connection.execute(
        """INSERT INTO waooaw.versions (part, version) VALUES (%s, %s)
        ON CONFLICT (part) DO UPDATE SET version = excluded.version""",
        (part, len(migrations)),
    )


def _make_extension(connection: psycopg.Connection[Any], place: str) -> None:
    row = connection.execute(
        """SELECT installed_version, default_version FROM pg_available_extensions
        WHERE name = 'vector'"""
    ).fetchone()
    if row is None:
        raise EnvironmentFault(
            f"{place}: vectors need pgvector, which this server has not",
            hint="install it there (Debian 13: postgresql-17-pgvector), or set vectors = false",
        )
    installed, offered = row
    version = tuple(int(one) for one in (installed or offered).split(".")[:2])
    if version < _LEAST_PGVECTOR:
        raise EnvironmentFault(
            f"{place}: vectors need pgvector 0.8, this is {installed or offered}",
            hint="ALTER EXTENSION vector UPDATE, after a newer one was installed",
        )
    if installed is None:
        connection.execute("CREATE EXTENSION vector SCHEMA public")
    connection.execute(SEARCH_PATH)
