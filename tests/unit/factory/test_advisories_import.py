"""A published database becomes an index; what does not fit is counted, never guessed at."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import pytest
from fakes.advisory_records import record
from hypothesis import given
from hypothesis import strategies as st

from waooaw_cli.factory.advisories import Entry, NotCounted, Record, record_in
from waooaw_cli.factory.cvss import base_score, rating
from waooaw_cli.gates.advisories import Bound


def entry(content: Any, name: str = "x.json") -> Entry:
    return Entry(name, json.dumps(content).encode())


def read(content: Any) -> Record:
    found = record_in(entry(content))
    assert isinstance(found, Record)
    return found


def test_a_record_is_read() -> None:
    """Names and versions are normalised, other ids kept, the time of change known."""
    found = read(
        record(
            name="Woo_Parse.Core",
            versions=["1.0", "1.1.0"],
            aliases=["CVE-2026-1", "PYSEC-2026-1"],
            severity=[{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
        )
    )

    (advisory,) = found.advisories
    assert found.modified == datetime(2026, 11, 1, tzinfo=UTC)
    assert (advisory.name, advisory.aliases) == ("woo-parse-core", ("CVE-2026-1",))
    assert advisory.versions == {"1", "1.1"}
    assert advisory.ranges == (((Bound.INTRODUCED, "0"), (Bound.FIXED, "1.5")),)
    assert advisory.severity == "critical"
    assert advisory.summary == "Woo_Parse.Core trusts what it parses."


def test_yaml_says_the_same() -> None:
    """PyPA's own layout: YAML, one file for each record."""
    text = """\
id: PYSEC-2026-2
details: |
  First line of a long story,
  and the second.
affected:
- package: {name: wooparse, ecosystem: PyPI}
  ranges:
  - type: GIT
    repo: https://x.example/wooparse
    events: [{introduced: abc}]
  - type: ECOSYSTEM
    events: [{introduced: "0", fixed: "1.10"}, {limit: "*"}]
  versions: ["1.0"]
modified: "2026-11-02T10:00:00Z"
database_specific: {severity: MODERATE}
"""
    found = record_in(Entry("vulns/wooparse/PYSEC-2026-2.yaml", text.encode()))

    assert isinstance(found, Record)
    (advisory,) = found.advisories
    assert advisory.summary == "First line of a long story, and the second."
    assert advisory.severity == "medium"
    assert advisory.ranges == (((Bound.INTRODUCED, "0"), (Bound.FIXED, "1.10")),)


def broken(**fields: Any) -> dict[str, Any]:
    return {**record(), **fields}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (broken(withdrawn="2026-01-01T00:00:00Z"), NotCounted.WITHDRAWN),
        (broken(affected=[{"package": {"ecosystem": "npm", "name": "x"}}]), NotCounted.OTHER),
        (broken(affected=[]), NotCounted.OTHER),
        (broken(affected=None), NotCounted.OTHER),
        ({"a": 1}, NotCounted.FOREIGN),
        ([], NotCounted.FOREIGN),
        (broken(id=7), NotCounted.BROKEN),
        (broken(id=""), NotCounted.BROKEN),
        (broken(aliases="CVE-1"), NotCounted.BROKEN),
        (broken(aliases=["x" * 500]), NotCounted.BROKEN),
        (broken(affected=[7]), NotCounted.BROKEN),
        (broken(affected=[{"package": "x"}]), NotCounted.BROKEN),
        (broken(affected=[{"package": {"ecosystem": "PyPI", "name": ""}}]), NotCounted.BROKEN),
        (broken(affected=[{"package": {"ecosystem": "PyPI", "name": "x"}}]), NotCounted.BROKEN),
        (record(events=[{"fixed": "1"}]), NotCounted.BROKEN),
        (record(events=[{"introduced": "1", "mended": "2"}]), NotCounted.BROKEN),
        (record(versions=[1]), NotCounted.BROKEN),  # type: ignore[list-item]  # on purpose
        (record(versions=["1"] * 20_001), NotCounted.BROKEN),
    ],
)
def test_what_does_not_fit_is_counted(content: Any, reason: NotCounted) -> None:
    """Each kind under its own name, with what is wrong."""
    found = record_in(entry(content))

    assert isinstance(found, tuple)
    assert found[0] is reason
    assert found[1]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("x.json", b"{", NotCounted.BROKEN),
        ("x.json", b"[" * 100_000, NotCounted.BROKEN),
        ("x.json", b"\xff", NotCounted.BROKEN),
        ("x.json", None, NotCounted.BROKEN),
        ("x.yaml", b"[" * 100_000, NotCounted.BROKEN),
        ("x.yml", b"&a [*a, *a]", NotCounted.BROKEN),
        ("README.md", b"", NotCounted.FOREIGN),
        ("inner.zip", b"PK", NotCounted.FOREIGN),
    ],
)
def test_hostile_files_are_counted_too(
    name: str, content: bytes | None, reason: NotCounted
) -> None:
    """Neither depth nor garbage ends the import."""
    found = record_in(Entry(name, content))

    assert isinstance(found, tuple)
    assert found[0] is reason


_PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
)


@given(st.dictionaries(st.sampled_from([*record(), "aliases", "severity"]), _PLAIN))
def test_no_record_is_a_defect(fields: dict[str, Any]) -> None:
    """Whatever stands in the fields, the record is read or counted."""
    assert record_in(entry({**record(), **fields})) is not None


@pytest.mark.parametrize(
    ("fields", "severity"),
    [
        ({}, None),
        ({"database_specific": {"severity": "HIGH"}}, "high"),
        ({"database_specific": {"severity": 7}}, None),
        ({"database_specific": 7}, None),
        ({"severity": [{"type": "CVSS_V2", "score": "AV:N/AC:L"}]}, None),
        ({"modified": "yesterday"}, None),
        ({"modified": 7}, None),
        ({"summary": "x" * 500}, None),
    ],
)
def test_ratings_and_oddities(fields: dict[str, Any], severity: str | None) -> None:
    """A rating that nobody gave is none; a long summary is cut, an odd time of change unknown."""
    found = read({**record(), **fields})

    assert found.advisories[0].severity == severity
    assert len(found.advisories[0].summary) <= 160
    assert (found.modified is None) is ("modified" in fields)


def vectors() -> Iterable[tuple[str, float, str]]:
    """Scores that the standard's own examples and published advisories give."""
    return (
        ("CVSS:3.0/AV:N/AC:L/PR:L/UI:N/S:U/C:L/I:L/A:N", 5.4, "medium"),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8, "critical"),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 10.0, "critical"),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1, "medium"),
        ("CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H", 9.9, "critical"),
        ("CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N", 1.6, "low"),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H", 7.5, "high"),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0.0, "low"),
    )


@pytest.mark.parametrize(("vector", "score", "word"), vectors())
def test_a_vector_has_its_score(vector: str, score: float, word: str) -> None:
    """As the calculator of the standard gives it."""
    assert base_score(vector) == score
    assert rating(score) == word


@pytest.mark.parametrize("text", ["", "7.5", "CVSS:4.0/AV:N", "CVSS:3.1/AV:N", "CVSS:3.1/AV"])
def test_what_is_no_vector_has_none(text: str) -> None:
    """Nothing is guessed."""
    assert base_score(text) is None
