"""The index of past requests in PostgreSQL."""

from __future__ import annotations

import json
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from duplicates import places, request
from fakes.embeddings import WordsAsVectors
from installed import skip_without
from places import ROOT
from postgres import PASSWORD, Server

from waooaw.errors import EnvironmentFault, InputError, WaooawError
from waooaw.triage.postgres import place_of
from waooaw.triage.requests import Request
from waooaw.triage.similar_postgres import PostgresIndex

REFUNDS = Request("a", "Refunds fail", "The gateway times out", resolution="Restart it")
PICTURE = Request("b", "picture crashed")
ASKED = Request("new", "image died")


def first(address: str, request: Request = REFUNDS) -> None:
    with closing(PostgresIndex(address)) as index:
        index.add([request])


def refusal(address: str, *, vectors: bool = False) -> WaooawError:
    with pytest.raises(WaooawError) as caught:
        PostgresIndex(address, WordsAsVectors() if vectors else None)
    return caught.value


def test_what_means_the_same_is_found_without_a_word_in_common(postgres: Server) -> None:
    """By pgvector, also among requests that were imported without vectors."""
    address = postgres.database()
    first(address, PICTURE)
    with closing(PostgresIndex(address)) as words:
        words.add([REFUNDS])
        assert words.similar(ASKED) == ()

    with closing(PostgresIndex(address, WordsAsVectors())) as index:
        index.add([])
        assert index.similar(ASKED)[0].id == "b"
        index.add([Request("b", "something else")])
        assert [one.score for one in index.similar(ASKED)] != []
        assert index.similar(Request("new", "else"))[0].id == "b"


def test_machines_share_it(postgres: Server) -> None:
    """What one imports the other finds, and a replaced text is found no more."""
    address = postgres.database()
    with closing(PostgresIndex(address)) as one, closing(PostgresIndex(address)) as other:
        one.add([REFUNDS])
        assert other.similar(Request("new", "refund"))[0].resolution == "Restart it"
        other.add([Request("a", "Printers burn")])
        assert one.similar(Request("new", "refund")) == ()


def test_how_common_a_word_is_follows_what_is_there(postgres: Server) -> None:
    """After replacements the counts are those of the texts that are left."""
    import psycopg

    address = postgres.database()
    with closing(PostgresIndex(address)) as index:
        index.add([REFUNDS, PICTURE, Request("c", "Refunds of refunds")])
        index.add([Request("a", "Printers burn"), Request("c", "Refunds burn")])

    with psycopg.connect(address) as connection:
        wrong = connection.execute(
            """SELECT stem, requests, count(number) FROM waooaw.similar_stems
            LEFT JOIN waooaw.similar_requests ON tsvector_to_array(words) @> ARRAY[stem]
            GROUP BY stem, requests HAVING requests <> count(number)"""
        ).fetchall()
    assert wrong == []


@pytest.mark.parametrize("vectors", [False, True], ids=["words", "vectors"])
def test_who_starts_at_once_does_not_meet(postgres: Server, *, vectors: bool) -> None:
    """Eight that open and fill a new database at the same moment all do."""
    address = postgres.database()
    barrier = threading.Barrier(8)

    def begin(number: int) -> None:
        barrier.wait()
        embedding = WordsAsVectors() if vectors else None
        with closing(PostgresIndex(address, embedding)) as index:
            index.add([REFUNDS, Request(f"r{number}", f"Refunds fail {number}")])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(begin, range(8)))

    with closing(PostgresIndex(address)) as index:
        assert len(index.similar(Request("new", "refunds"))) == 9


def test_an_import_is_all_or_nothing(postgres: Server) -> None:
    """What the database refuses in the middle leaves requests and counts as they were."""
    address = postgres.database()
    first(address)
    name = address.rpartition("/")[2]
    postgres.execute(
        name, "ALTER TABLE waooaw.similar_requests ADD CHECK (title <> 'The one too many')"
    )

    with closing(PostgresIndex(address)) as index:
        with pytest.raises(EnvironmentFault):
            index.add([Request("a", "Printers burn"), Request("c", "The one too many")])
        assert index.similar(Request("new", "refund"))[0].id == "a"
        assert index.similar(Request("new", "printers")) == ()


def test_known_duplicates_are_found(postgres: Server) -> None:
    """On SeaMonkey's tracker as many as in a file: 80 of 100 in the list, 45 at its head."""
    file = ROOT / "tests" / "cases" / "triage" / "seamonkey.jsonl"
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    with closing(PostgresIndex(postgres.database())) as index:
        index.add(request(row) for row in rows)
        found = places(rows, index)

    assert len(found) == 75
    assert sum(0 < at <= 10 for at in found) / 75 >= 0.8
    assert sum(at == 1 for at in found) / 75 >= 0.45


def test_who_may_only_read_can_ask(postgres: Server) -> None:
    """A desk's user without the right to write looks things up; to import is refused."""
    address = postgres.database()
    first(address)
    name = address.rpartition("/")[2]
    user = f"reader_{name}"
    postgres.execute(
        name,
        f"CREATE USER {user} PASSWORD 'p@ss-of-the-tests'",
        f"GRANT USAGE ON SCHEMA waooaw TO {user}",
        f"GRANT SELECT ON ALL TABLES IN SCHEMA waooaw TO {user}",
    )

    with closing(PostgresIndex(postgres.address(name, user))) as index:
        assert index.similar(Request("new", "refund"))[0].id == "a"
        with pytest.raises(EnvironmentFault, match="permission denied"):
            index.add([PICTURE])
    told = refusal(postgres.address(name, user), vectors=True)
    assert "permission denied" in told.message
    assert isinstance(told, EnvironmentFault)


def test_a_newer_waooaws_database_is_left_alone(postgres: Server) -> None:
    """Nothing is written to what we do not know."""
    address = postgres.database()
    first(address)
    postgres.execute(address.rpartition("/")[2], "UPDATE waooaw.versions SET version = 99")

    told = refusal(address)

    assert isinstance(told, InputError)
    assert "version 99" in told.message


def test_an_older_pgvector_is_told(postgres: Server) -> None:
    """It finds too few where requests have dates, so it is not used."""
    address = postgres.database()
    name = address.rpartition("/")[2]
    postgres.execute(
        name, "CREATE EXTENSION vector", "UPDATE pg_extension SET extversion = '0.7.4'"
    )

    told = refusal(address, vectors=True)

    assert isinstance(told, EnvironmentFault)
    assert "this is 0.7.4" in told.message


def test_somebody_elses_names_are_not_taken_for_ours(postgres: Server) -> None:
    """Tables and functions of the same names in `public` change nothing."""
    address = postgres.database()
    postgres.execute(
        address.rpartition("/")[2],
        "CREATE TABLE public.similar_requests (x int)",
        "CREATE TABLE public.versions (part text, version int)",
        "CREATE FUNCTION public.ts_rank(text, tsvector, tsquery, int) RETURNS real"
        " LANGUAGE sql AS 'SELECT 1/0.0'",
    )
    first(address)

    with closing(PostgresIndex(address)) as index:
        assert index.similar(Request("new", "refund"))[0].id == "a"


def test_a_server_that_says_nothing_is_given_up(tmp_path: Path) -> None:
    """Who accepts a connection and is silent is waited for a few seconds, not for ever."""
    skip_without("psycopg")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        begun = time.monotonic()
        told = refusal(f"postgresql://desk@127.0.0.1:{silent.getsockname()[1]}/x?connect_timeout=2")

    assert isinstance(told, EnvironmentFault)
    assert time.monotonic() - begun < 10


def test_a_connection_that_breaks_is_told(postgres: Server) -> None:
    """In the middle of the work the server goes: an error, no traceback."""
    address = postgres.database()
    first(address)
    with closing(PostgresIndex(address)) as index:
        postgres.execute(
            "postgres",
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            f" WHERE datname = '{address.rpartition('/')[2]}'",
        )
        with pytest.raises(EnvironmentFault, match="can't be used"):
            index.similar(Request("new", "refund"))


@pytest.mark.parametrize(
    "address",
    [
        *("", "desk", "mysql://desk@host/x", "postgresql:///x y", "postgresql://u:hush@me@host/x"),
        *("postgresql://u:hush/me@host/x", "postgresql://u:hush#me@host/x", "hush"),
        *("postgresql://u:hush?me@host/x", "host=h password=hush", "postgresql://u:hush:me@h/x"),
    ],
)
def test_what_is_no_address_is_refused_and_not_repeated(address: str) -> None:
    """Half a password is a password."""
    with pytest.raises(InputError) as caught:
        place_of(address)

    assert "hush" not in f"{caught.value.message}{caught.value.hint}"


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://desk:hush-hush@127.0.0.1:1/x",
        "postgresql://desk:hush-hush@127.0.0.1:port/x",
        "postgresql://127.0.0.1:1/x?user=desk&password=hush-hush",
        "postgresql://127.0.0.1:1/x?pass=hush-hush",
        "postgresql://desk:hush%2Dhush@127.0.0.1:1/x?hush-hush",
        "postgresql://desk:%00hush-hush@127.0.0.1:1/x",
        "postgresql://desk:hush-hush%zz@127.0.0.1:1/x",
        "postgresql://desk:hush-hush@127.0.0.1:1/x?connect_timeout=hush-hush",
        "postgresql://desk:hush-hush@\x00/x",
        "postgresql://desk:hush-hush@[::1/x",
    ],
)
def test_no_message_has_a_password(address: str) -> None:
    """Whatever is wrong with an address: it is told, the password is not."""
    skip_without("psycopg")
    told = refusal(address)

    assert isinstance(told, InputError | EnvironmentFault)
    assert "hush" not in f"{told.message}{told.hint}{told.__cause__}"


def test_a_wrong_password_is_told_without_it(postgres: Server) -> None:
    """The server's own words, the user and the place; not what was tried."""
    address = postgres.database()
    told = refusal(address.replace(PASSWORD, "wrong%2Done"))

    assert "password authentication failed" in told.message
    assert "postgresql://waooaw@127.0.0.1" in told.message
    assert "wrong" not in told.message
