"""Whether a version is one of the vulnerable ones, by the rules of the OSV format."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waooaw_cli.gates.advisories import (
    Advisory,
    Bound,
    Event,
    affects,
    vulnerabilities,
    wholly_affected,
)
from waooaw_cli.gates.advisory_database import POINTER, Database, advisories_state, database_at

NOW = datetime(2026, 11, 21, tzinfo=UTC)
FORTNIGHT = timedelta(days=14)


def events(text: str) -> tuple[Event, ...]:
    """Read `+1 -2 <=3 ^4`: introduced, fixed, last affected, limit."""
    kinds = {
        "+": Bound.INTRODUCED,
        "-": Bound.FIXED,
        "=": Bound.LAST_AFFECTED,
        "^": Bound.LIMIT,
    }
    return tuple((kinds[one[0]], one[1:]) for one in text.split())


def advisory(
    ranges: str = "", versions: str = "", id_: str = "PYSEC-1", **more: object
) -> Advisory:
    return Advisory(
        "wooparse",
        id_,
        versions=frozenset(versions.split()),
        ranges=tuple(events(one) for one in ranges.split("|") if one.strip()),
        **more,  # type: ignore[arg-type]  # fields by name
    )


@pytest.mark.parametrize(
    ("ranges", "version", "is_affected"),
    [
        ("+0 -2.10.1", "2.10", True),
        ("+0 -2.10.1", "2.10.1", False),
        ("+0 -2.10.1", "2.9", True),
        ("+0 -2.10.1", "2.10.1rc1", True),
        ("+0", "0.dev1", True),
        ("+1 =2", "2", True),
        ("+1 =2", "2.0.0", True),
        ("+1 =2", "2.0.1", False),
        ("+1 -2 +3 -4", "2.5", False),
        ("+1 -2 +3 -4", "3", True),
        ("-4 +3 -2 +1", "1.9", True),
        ("-4 +3 -2 +1", "4", False),
        ("+1 -2 +2 -3", "2", True),
        ("+1 ^3", "2.9", True),
        ("+1 ^3", "3", False),
        ("+1 -2|+5 -6", "5.5", True),
        ("+1 -2|+5 -6", "3", False),
        ("+1 -2", "1.5+house.1", True),
        ("+0 -1.0-strange", "7", True),
        ("+0 -2", "strange", False),
    ],
)
def test_a_range_is_followed(ranges: str, version: str, is_affected: bool) -> None:
    """Events in any order, several ranges, both kinds of ends; what is in doubt is not safe."""
    assert affects(advisory(ranges), version) is is_affected


@pytest.mark.parametrize(
    ("versions", "version", "is_affected"),
    [
        ("2.10 3", "2.10", True),
        ("2.10 3", "3.0", True),
        ("2.10 3", "3.0+house", True),
        ("2.10 3", "2.11", False),
        ("2004d", "2004d", True),
    ],
)
def test_a_list_of_releases_counts_as_it_is(versions: str, version: str, is_affected: bool) -> None:
    """A listed release is affected; a range with a bound that nobody can order adds nothing."""
    assert affects(advisory("+0 -1.0-strange", versions), version) is is_affected


@given(
    st.lists(st.integers(0, 30), min_size=2, max_size=8, unique=True),
    st.integers(0, 30),
    st.randoms(use_true_random=False),
)
def test_the_order_of_events_never_matters(
    bounds: list[int], version: int, chance: random.Random
) -> None:
    """A shuffled range says the same, and what it says is what the sorted bounds say."""
    ordered = sorted(bounds)
    kinds = [Bound.INTRODUCED, Bound.FIXED]
    known = [(kinds[index % 2], str(bound)) for index, bound in enumerate(ordered)]
    shuffled = list(known)
    chance.shuffle(shuffled)
    passed = sum(bound <= version for bound in ordered)

    assert affects(Advisory("x", "A", ranges=(tuple(shuffled),)), str(version)) is (passed % 2 == 1)


def test_one_vulnerability_is_told_once() -> None:
    """Records that name each other, or the same third one, are one; PyPA's name comes first."""
    known = (
        advisory("+0 -2", id_="GHSA-a", aliases=("CVE-1",), severity="medium", summary="Bad."),
        advisory("+0 -3", id_="PYSEC-7", aliases=("CVE-2",), severity="high"),
        advisory("+0 -2.5", id_="OTHER-1", aliases=("CVE-1", "CVE-2")),
        advisory("+0 -9", id_="GHSA-b"),
        advisory("+5", id_="GHSA-c"),
    )

    first, second = sorted(vulnerabilities(known, "1"), key=lambda one: one.id, reverse=True)

    assert (first.id, first.aliases) == ("PYSEC-7", ("GHSA-a", "CVE-1", "CVE-2", "OTHER-1"))
    assert (first.fixed, first.severity, first.summary) == ("3", "high", "Bad.")
    assert (second.id, second.fixed, second.severity, second.summary) == ("GHSA-b", "9", None, "")


@pytest.mark.parametrize(
    ("ranges", "versions", "version", "fixed"),
    [
        ("+0 -2 +3 -4", "", "1", "2"),
        ("+0 -2 +3 -4", "", "3.5", "4"),
        ("+0 -2|+1 -5", "", "1.5", "5"),
        ("+0", "", "1", None),
        ("+0 =2", "", "1", None),
        ("", "1", "1", None),
        ("+0 -2", "strange", "strange", "2"),
    ],
)
def test_the_way_out_is_named(ranges: str, versions: str, version: str, fixed: str | None) -> None:
    """The first fixed version above that the advisory does not speak of."""
    (found,) = vulnerabilities((advisory(ranges, versions),), version)

    assert found.fixed == fixed


@pytest.mark.parametrize(
    ("ranges", "specifier", "is_wholly"),
    [
        ("+0 -2.11", ">=2.10,<2.11", True),
        ("+0 -2.11", ">2.10,<2.11", True),
        ("+0 -2.10.1", ">=2.10,<2.11", False),
        ("+0 -2.10.1", "~=2.10.0", False),
        ("+0 -2.11", "==2.10.*", True),
        ("+0", "", True),
        ("+0 -3", "", False),
        ("+0 =2", ">=1,<2.5", False),
        ("+0 =2", ">=1,<=2", True),
        ("+0 =2rc1", ">=1,<2.5", False),
        ("+1 -2 +3 -4", ">=1.5,<3.5", False),
        ("+1 -2|+2 -4", ">=1.5,<3.5", True),
        ("+0 -1", ">5,<4", False),
    ],
)
def test_a_range_without_a_safe_version_is_known(
    ranges: str, specifier: str, is_wholly: bool
) -> None:
    """Whichever version is installed, it is vulnerable; one that is not clears the range."""
    parts = ranges.split("|")
    known = tuple(advisory(part, id_=f"PYSEC-{index}") for index, part in enumerate(parts))

    assert wholly_affected(known, specifier) is is_wholly


def test_a_list_of_releases_condemns_no_range() -> None:
    """It says nothing of the releases that came after it was written."""
    assert not wholly_affected((advisory("", "2.10 2.10.1"),), ">=2.10,<2.11")


def pointer(folder: Path, **other: object) -> Database:
    """Write a pointer and an index of four bytes."""
    database = Database(
        folder / "index-1.sqlite", 4, "d1", "all.zip", "s1", NOW, NOW - timedelta(days=3), 7, 5
    )
    folder.mkdir(exist_ok=True)
    (folder / "index-1.sqlite").write_bytes(b"1234")
    (folder / POINTER).write_text(json.dumps(database.content() | other), encoding="utf-8")
    return database


def test_a_pointer_is_read_as_it_was_written(tmp_path: Path) -> None:
    """What is in force is known without opening the index."""
    database = pointer(tmp_path)

    assert database_at(tmp_path) == database
    assert database_at(tmp_path / "nothing") is None


def test_a_pointer_leads_nowhere_else(tmp_path: Path) -> None:
    """The index stands beside the pointer, whatever the pointer says."""
    pointer(tmp_path, index="../../etc/passwd", imported_at="2026-11-21T00:00:00", newest=None)

    database = database_at(tmp_path)

    assert database is not None
    assert database.index == tmp_path / "passwd"
    assert database.age(NOW + timedelta(days=1)) == timedelta(days=1)
    assert database.age(NOW - timedelta(days=1)) == timedelta(0)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", "{", "1", '{"schema": "waooaw.advisories/2"}', "[" * 5_000]
)
def test_a_damaged_pointer_is_no_empty_database(tmp_path: Path, text: str) -> None:
    """Nothing known is not nothing wrong."""
    (tmp_path / POINTER).write_text(text, encoding="utf-8")

    with pytest.raises(ValueError, match=r"damaged|another version"):
        database_at(tmp_path)
    assert advisories_state(tmp_path, now=NOW, max_age=FORTNIGHT) == "damaged"


def test_a_pointer_that_is_a_folder(tmp_path: Path) -> None:
    """What can't be read is damaged, not missing."""
    (tmp_path / POINTER).mkdir()

    with pytest.raises(ValueError, match=r"."):
        database_at(tmp_path)


def test_a_cached_verdict_knows_its_database(tmp_path: Path) -> None:
    """The state changes with the database, with its age, and with the loss of the index."""

    def state(days: int = 0) -> str:
        return advisories_state(tmp_path, now=NOW + timedelta(days=days), max_age=FORTNIGHT)

    nothing = state()
    pointer(tmp_path)
    fresh, old = state(), state(12)
    (tmp_path / "index-1.sqlite").write_bytes(b"12")
    short = state()
    (tmp_path / "index-1.sqlite").unlink()

    assert (nothing, fresh, old, short, state()) == (
        "none",
        "d1:fresh",
        "d1:old",
        "damaged",
        "damaged",
    )
