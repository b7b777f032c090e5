"""What every index of past requests does, wherever it lies and whatever it compares."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fakes.embeddings import WordsAsVectors
from installed import skip_without
from postgres import Server

from waooaw.triage.likeness import RequestIndex
from waooaw.triage.requests import Request
from waooaw.triage.similar import SimilarIndex
from waooaw.triage.similar_postgres import PostgresIndex

# In parts, so that nobody takes it for one.
SECRET = "ghp_" + "R7tQ2mZx9LkP4vBn8W" + "cY3sDf6HjK1aGe5uTo"
KINDS = ("file", "file and vectors", "database", "database and vectors")


@pytest.fixture(params=KINDS)
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RequestIndex]:
    embedding = None
    if request.param.endswith("vectors"):
        skip_without("numpy")
        embedding = WordsAsVectors()
    opened: RequestIndex
    if request.param.startswith("file"):
        opened = SimilarIndex(tmp_path / "similar.db", embedding)
    else:
        server: Server = request.getfixturevalue("postgres")
        opened = PostgresIndex(server.emptied(), embedding)
    yield opened
    opened.close()


def request(id_: str, title: str, body: str = "", created: datetime | None = None) -> Request:
    return Request(id_, title, body, created=created, resolution=f"solved {id_}")


def day(number: int) -> datetime:
    return datetime(2026, 6, number, tzinfo=UTC)


def test_the_likest_is_first_with_its_resolution(index: RequestIndex) -> None:
    """A request in other words is found by stems, with how it was settled."""
    index.add(
        [
            request("a", "Refunds fail with a timeout", "The gateway times out."),
            request("b", "Export of invoices is slow"),
        ]
    )

    found = index.similar(request("new", "Refund failing: timeouts at the gateway"))

    assert found[0].id == "a"
    assert (found[0].title, found[0].resolution) == ("Refunds fail with a timeout", "solved a")
    assert 0 < found[0].score <= 1


def test_a_request_is_not_like_itself(index: RequestIndex) -> None:
    """Its own id is never named, however often it was imported; the newest text counts."""
    index.add([request("a", "Refunds fail"), request("b", "Refunds fail")])
    index.add([request("a", "Exports fail"), request("c", "Printers burn")])

    assert index.similar(request("a", "Refunds fail"))[0].id == "b"
    assert "a" not in [one.id for one in index.similar(request("a", "Exports"))]
    assert index.similar(request("new", "Exports fail"))[0].title == "Exports fail"


def test_later_requests_are_not_named(index: RequestIndex) -> None:
    """Who says when it was written hears of earlier ones, and of those without a date."""
    index.add(
        [
            request("later", "Refunds fail", created=day(2)),
            request("earlier", "Refunds fail", created=day(1)),
            request("undated", "Refunds fail"),
        ]
    )

    dated = {one.id for one in index.similar(request("new", "Refunds fail", created=day(1)))}
    undated = {one.id for one in index.similar(request("new", "Refunds fail"))}

    assert dated == {"earlier", "undated"}
    assert undated == {"later", "earlier", "undated"}


def test_ten_are_named_at_most_with_falling_scores_and_always_the_same(
    index: RequestIndex,
) -> None:
    """The list holds the ten best, best first; asked again it is the same list."""
    index.add([request(f"r{number}", "Refunds fail " + "again " * number) for number in range(40)])

    found = index.similar(request("new", "Refunds fail"))
    scores = [one.score for one in found]

    assert len(scores) == 10
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    assert index.similar(request("new", "Refunds fail")) == found


def test_an_empty_index_finds_nothing(index: RequestIndex) -> None:
    """Where nothing was imported there is nothing alike; to import nothing is no error."""
    index.add([])

    assert index.similar(request("new", "Refunds fail")) == ()


def test_names_are_found_by_their_parts(index: RequestIndex) -> None:
    """CamelCase and snake_case are split on both sides."""
    index.add([request("a", "parseHTTPHeader is slow"), request("b", "max_retry_count is ignored")])

    assert index.similar(request("new", "a header, parsed"))[0].id == "a"
    assert index.similar(request("new", "retries"))[0].id == "b"


@pytest.mark.parametrize(
    "text",
    [
        *('" OR NEAR(', "a AND b*", "x²y ª", "title : body", "\x00", "\ud800", "ﬁ", ""),
        *("a & !b | (c <-> d):*", "'; DROP SCHEMA waooaw; --", "%s %(a)s", "\\", "the and of"),
        *("http://x.example/a/b?c=d a@b.example -1e5 1.2.3", "w" * 9_000, "word " * 9_000),
    ],
)
def test_no_text_is_an_order_to_the_search(index: RequestIndex, text: str) -> None:
    """Operators, odd characters, much and nothing at all are searched for as words."""
    index.add([Request(text or "empty", text, text, resolution=text), request("b", "Refunds fail")])

    index.similar(request("new", text, text))

    assert index.similar(request("new", "Refunds fail"))[0].id == "b"
    assert text not in [one.id for one in index.similar(Request(text or "empty", text, text))]


def test_secrets_do_not_come_back(index: RequestIndex) -> None:
    """What is kept was redacted before."""
    asked = Request("a", "Refunds of jane.doe@example.com", f"token: {SECRET}", resolution=SECRET)
    index.add([asked])

    found = index.similar(request("new", "Refunds"))[0]

    assert "jane.doe" not in found.title
    assert SECRET not in found.resolution
