"""Past requests that read alike."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from duplicates import places
from duplicates import request as request_of

from waooaw.triage.requests import Request
from waooaw.triage.search_terms import search_terms, searchable
from waooaw.triage.similar import SimilarIndex

# In parts, so that nobody takes it for one.
SECRET = "ghp_" + "R7tQ2mZx9LkP4vBn8W" + "cY3sDf6HjK1aGe5uTo"
JUNE = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture
def index() -> Iterator[SimilarIndex]:
    opened = SimilarIndex(":memory:")
    yield opened
    opened.close()


def request(id_: str, title: str, body: str = "", created: datetime | None = None) -> Request:
    return Request(id_, title, body, created=created, resolution=f"solved {id_}")


def test_the_likest_is_first_with_its_resolution(index: SimilarIndex) -> None:
    """A request in other words is found by stems, with how it was settled."""
    index.add(
        [
            request("a", "Refunds fail with a timeout", "The gateway times out."),
            request("b", "Export of invoices is slow"),
        ]
    )

    found = index.similar(request("new", "Refund failing: timeouts at the gateway"))

    assert [one.id for one in found] == ["a"]
    assert (found[0].title, found[0].resolution) == ("Refunds fail with a timeout", "solved a")
    assert 0 < found[0].score <= 1


def test_a_request_is_not_like_itself(index: SimilarIndex) -> None:
    """Its own id is never named, however often it was imported."""
    index.add([request("a", "Refunds fail"), request("b", "Refunds fail")])
    index.add([request("a", "Refunds fail")])

    assert [one.id for one in index.similar(request("a", "Refunds fail"))] == ["b"]


def test_later_requests_are_not_named(index: SimilarIndex) -> None:
    """Who says when it was written hears of earlier ones, and of those without a date."""
    index.add(
        [
            request("later", "Refunds fail", created=datetime(2026, 6, 2, tzinfo=UTC)),
            request("earlier", "Refunds fail", created=datetime(2026, 5, 1, tzinfo=UTC)),
            request("undated", "Refunds fail"),
        ]
    )

    dated = {one.id for one in index.similar(request("new", "Refunds fail", created=JUNE))}
    undated = {one.id for one in index.similar(request("new", "Refunds fail"))}

    assert dated == {"earlier", "undated"}
    assert undated == {"later", "earlier", "undated"}


def test_ten_are_named_at_most(index: SimilarIndex) -> None:
    """The list holds the ten best, best first."""
    index.add([request(f"r{number}", "Refunds fail " + "again " * number) for number in range(20)])

    scores = [one.score for one in index.similar(request("new", "Refunds fail"))]

    assert len(scores) == 10
    assert scores == sorted(scores, reverse=True)


def test_an_empty_index_finds_nothing(index: SimilarIndex) -> None:
    """Where nothing was imported there is nothing alike."""
    assert index.similar(request("new", "Refunds fail")) == ()


@pytest.mark.parametrize(
    "title", ['" OR NEAR(', "a AND b*", "x²y ª", "title : body", "\x00", "\ud800", "ﬁ", ""]
)
def test_no_text_is_an_order_to_the_search(index: SimilarIndex, title: str) -> None:
    """Operators, odd characters and nothing at all are searched for as words."""
    index.add([request("a", title, title), request("b", "Refunds fail")])

    index.similar(request("new", title, title))


def test_names_are_found_by_their_parts() -> None:
    """CamelCase and snake_case are searched for in parts too."""
    assert search_terms("parseHTTPHeader max_retry") == [
        *("parsehttpheader", "parse", "http", "header"),
        *("max", "retry"),
    ]
    assert "Header" in searchable("parseHTTPHeader")


def test_secrets_do_not_reach_the_index(tmp_path: Path) -> None:
    """What is kept was redacted before."""
    index = SimilarIndex(tmp_path / "similar.db")
    index.add([request("a", "mail jane.doe@example.com", f"token: {SECRET}")])
    index.close()

    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"jane.doe" not in kept
    assert SECRET[4:20].lower().encode() not in kept.lower()


def test_known_duplicates_are_found() -> None:
    """On SeaMonkey's tracker the right one is among the ten in 80 of 100 cases, first in 45."""
    folder = Path(__file__).parents[2] / "cases" / "triage"
    rows = [
        json.loads(line) for line in (folder / "seamonkey.jsonl").read_text("utf-8").splitlines()
    ]
    index = SimilarIndex(":memory:")
    index.add(request_of(row) for row in rows)

    found = places(rows, index)

    assert len(found) == 75
    assert sum(0 < at <= 10 for at in found) / 75 >= 0.8
    assert sum(at == 1 for at in found) / 75 >= 0.45
