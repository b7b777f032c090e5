"""What triage remembers."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from waooaw.errors import InputError
from waooaw.triage.assessment import assess
from waooaw.triage.facts import StatedFacts
from waooaw.triage.fingerprints import fingerprints
from waooaw.triage.requests import Request
from waooaw.triage.results import result_content
from waooaw.triage.tickets import Tickets
from waooaw.triage.vocabulary import Reach, SeverityLevel

NOW = datetime(2026, 1, 1, tzinfo=UTC)
REQUEST = Request(
    id="T-1",
    title="Refunds fail",
    body="Ask jo@example.com, key AKIAIOSFODNN7EXAMPLE",
    project="desk",
    component="core",
    created=NOW,
    facts=StatedFacts(reach=Reach.ALL, severity=SeverityLevel.P1, security=False),
    agents=("wow-refund-desk",),
    attachments=("a.log",),
)
FAILED = Request(id="T-2", body="ReadTimeout: took 7 s", resolution="Restart it")


def test_a_ticket_comes_back_redacted(tmp_path: Path) -> None:
    """Everything is kept but secrets and personal data, which are never written."""
    file = tmp_path / "tickets.db"
    tickets = Tickets(file)
    tickets.remember([(REQUEST, result_content(assess(REQUEST)))], NOW)
    ticket = tickets.ticket("T-1")
    tickets.close()

    assert ticket is not None
    body = "Ask [redacted], key [redacted]"
    assert ticket.request == replace(REQUEST, body=body)
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"jo@example" not in kept
    assert b"AKIA" not in kept


def test_a_request_that_comes_again_replaces_its_ticket(tmp_path: Path) -> None:
    """One id, one ticket; corrections stay."""
    tickets = Tickets(tmp_path / "tickets.db")
    result = result_content(assess(REQUEST))
    tickets.remember([(REQUEST, result)], NOW)
    tickets.correct("T-1", [("severity", "P1", "P2")], NOW)
    tickets.remember([(REQUEST, {**result, "severity": "P3"})], NOW)
    ticket = tickets.ticket("T-1")
    tickets.close()

    assert ticket is not None
    assert ticket.result is not None
    assert ticket.result["severity"] == "P3"
    assert [(one.field, one.was, one.value) for one in ticket.corrections] == [
        ("severity", "P1", "P2")
    ]


def test_settled_requests_are_known_by_their_fingerprints(tmp_path: Path) -> None:
    """Without a resolution nothing is known."""
    tickets = Tickets(tmp_path / "tickets.db")
    prints = fingerprints(FAILED.body)
    tickets.settle([replace(FAILED, resolution="")], NOW)
    unsettled = tickets.settled(prints)
    tickets.settle([FAILED], NOW)
    settled = tickets.settled(prints)
    tickets.close()

    assert unsettled is None
    assert settled is not None
    assert (settled.id, settled.resolution) == ("T-2", "Restart it")


@pytest.mark.parametrize("text", ["\ud800", "a\0b", "\u202e", "\U0001f600" * 100])
def test_any_text_can_be_kept(text: str, tmp_path: Path) -> None:
    """Halves of surrogate pairs and NULs are no text for SQLite."""
    tickets = Tickets(tmp_path / "tickets.db")
    request = Request(id="T-1", title=text, body=text, resolution=text)
    tickets.remember([(request, {"id": json.dumps(text)})], NOW)
    tickets.settle([request], NOW)

    assert tickets.ids() == ("T-1",)
    tickets.close()


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    """It is refused, not migrated."""
    file = tmp_path / "tickets.db"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE mine (x)")
    connection.close()

    with pytest.raises(InputError, match="another program"):
        Tickets(file)


def test_the_history_of_a_pattern_counts_what_was_put_right(tmp_path: Path) -> None:
    """Five matches of which one was wrong are fewer than nine in ten."""
    tickets = Tickets(tmp_path / "tickets.db")
    known = {"reasons": [{"field": "facts.known_pattern", "rule": "disk-full"}]}
    tickets.remember([(replace(REQUEST, id=f"T-{n}"), known) for n in range(5)], NOW)
    before = tickets.histories()["disk-full"]
    tickets.correct("T-3", [("known_pattern", "true", "false")], NOW)
    tickets.remember([(replace(REQUEST, id="T-3"), {"reasons": []})], NOW)
    after = tickets.histories()["disk-full"]
    tickets.close()

    assert (before.seen, before.right, before.doubtful) == (5, 5, False)
    assert (after.seen, after.right, after.doubtful) == (5, 4, True)


def test_tickets_are_read_in_the_order_in_which_they_came(tmp_path: Path) -> None:
    """More than a page of them, each once, with its corrections and the time it was kept."""
    tickets = Tickets(tmp_path / "tickets.db")
    many = [(replace(REQUEST, id=f"T-{n}", body=""), {"n": n}) for n in range(1100, 0, -1)]
    tickets.remember(many, NOW)
    tickets.correct("T-7", [("type", "bug", "feature")], NOW)
    found = list(tickets.kept())
    tickets.close()

    assert [one.request.id for one in found] == [request.id for request, _ in many]
    assert {one.at for one in found} == {NOW}
    assert [one.request.id for one in found if one.corrections] == ["T-7"]


def test_only_recent_or_corrected_tickets_are_read_where_asked(tmp_path: Path) -> None:
    """What was kept before, or never put right, is left out."""
    tickets = Tickets(tmp_path / "tickets.db")
    later = NOW + timedelta(days=1, microseconds=5)
    tickets.remember([(replace(REQUEST, id="T-1"), {})], NOW)
    tickets.remember([(replace(REQUEST, id="T-2"), {})], later)
    tickets.correct("T-1", [("type", "bug", "feature")], NOW)
    recent = [one.request.id for one in tickets.kept(since=NOW + timedelta(hours=1))]
    corrected = [one.request.id for one in tickets.kept(corrected=True)]
    tickets.close()

    assert (recent, corrected) == (["T-2"], ["T-1"])
