"""GitHub's interface, when it is slow, endless, elsewhere or talks nonsense."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from fakes.github_server import TOKEN, Fault, GithubServer, github_server

from waooaw.errors import InputError
from waooaw_cli.adapters.github import Github
from waooaw_cli.factory.posting import ForgeFault, ForgeRefused, ForgeUncertain
from waooaw_cli.factory.reviews import Side

USER = {"login": "ada", "type": "User"}


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")


@pytest.fixture
def server() -> Iterator[GithubServer]:
    with github_server() as served:
        yield served


def github(server: GithubServer, waits: list[float] | None = None, limit: float = 30.0) -> Github:
    taken = [] if waits is None else waits
    return Github(server.url, "acme/agents", TOKEN, sleep=taken.append, limit_seconds=limit)


def test_pages_are_followed_to_the_last(server: GithubServer) -> None:
    """The server gives two at a time."""
    server.comments = [
        {"body": str(number), "user": USER, "created_at": "2026-01-01T00:00:00Z"}
        for number in range(5)
    ]

    said = github(server).said(7)

    assert [one.body for one in said] == ["0", "1", "2", "3", "4"]
    assert not any(one.trusted for one in said)


def test_the_lines_of_a_diff_are_those_that_it_shows(server: GithubServer) -> None:
    """Both sides of every hunk; a remark on a missing line end is no line."""
    first = "@@ -1,2 +1,3 @@ def x():\n a\n-b\n+c\n+d\n\\ No newline at end of file"
    patch = f"{first}\n@@ -9 +10 @@\n-x\n+y"
    server.files = [{"filename": "a.py", "patch": patch}]

    lines = github(server).pull(7).lines

    assert lines["a.py", Side.AFTER] == {1, 2, 3, 10}
    assert lines["a.py", Side.BEFORE] == {1, 2, 9}


def test_reading_is_tried_again_with_growing_pauses(server: GithubServer) -> None:
    """Four times in all; what never works is uncertain."""
    waits: list[float] = []
    server.faults = [Fault("GET .*/pulls/7$", 503, times=9)]

    with pytest.raises(ForgeUncertain, match="status 503"):
        github(server, waits).pull(7)

    assert waits == [2.0, 4.0, 8.0]


def test_posting_is_not_tried_again_blindly(server: GithubServer) -> None:
    """Whether it arrived is for the caller to find out."""
    server.faults = [Fault("POST", 500, times=9)]

    with pytest.raises(ForgeUncertain):
        github(server).open("title", "body")

    assert server.calls == ["POST /repos/acme/agents/issues"]


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Retry-After": "7"}, [7.0]),
        ({"X-RateLimit-Remaining": "0"}, [60.0]),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1"}, [1.0]),
    ],
)
def test_a_rate_limit_is_waited_for(
    server: GithubServer, headers: dict[str, str], expected: list[float]
) -> None:
    """As long as the server says; also for what is posted, which it did not take."""
    waits: list[float] = []
    server.faults = [Fault("POST", 403, headers=headers)]

    github(server, waits).open("title", "body")

    assert waits == expected
    assert len(server.issues) == 1


def test_a_limit_that_lasts_is_told(server: GithubServer) -> None:
    """Nobody waits for an hour in a workflow."""
    server.faults = [Fault("POST", 429, headers={"Retry-After": "3600"})]

    with pytest.raises(ForgeFault, match="wait 3600 s"):
        github(server).open("title", "body")


def test_a_slow_answer_is_none(server: GithubServer) -> None:
    """It is given up after its time, and the run goes on."""
    server.faults = [Fault("POST", 200, seconds=1.0)]
    begun = time.monotonic()

    with pytest.raises(ForgeUncertain, match="gave no answer"):
        github(server, limit=0.2).open("title", "body")

    assert time.monotonic() - begun < 1.0


def test_nobody_there_is_told() -> None:
    """A closed port is no answer."""
    forge = Github("http://127.0.0.1:1", "acme/agents", TOKEN, sleep=lambda _: None)

    with pytest.raises(ForgeUncertain, match="gave no answer"):
        forge.pull(7)


def test_an_answer_without_end_is_given_up(
    server: GithubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than the bound is not kept in memory."""
    monkeypatch.setattr("waooaw_cli.adapters.github._MOST_BYTES", 1_000)
    server.faults = [Fault("GET", 200, times=9, body=b" " * 100_000)]

    with pytest.raises(ForgeUncertain, match="gave no answer"):
        github(server).pull(7)


def test_pages_without_end_are_given_up(
    server: GithubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list that never ends is no list."""
    monkeypatch.setattr("waooaw_cli.adapters.github._MOST_PAGES", 2)
    server.comments = [{"body": "x", "created_at": "2026-01-01T00:00:00Z"}] * 9

    with pytest.raises(ForgeFault, match="more than 2 pages"):
        github(server).said(7)


@pytest.mark.parametrize("status", [401, 403, 404, 422])
def test_a_refusal_says_why_and_never_the_token(server: GithubServer, status: int) -> None:
    """Also where the server repeats it."""
    body = json.dumps({"message": f"no\n {TOKEN}"}).encode()
    server.faults = [Fault("POST", status, body=body)]

    with pytest.raises(ForgeRefused) as caught:
        github(server).open("title", "body")

    assert caught.value.message.endswith(f"(status {status}): no ***")
    assert (caught.value.hint is None) == (status == 422)


def test_a_refusal_that_is_no_json_is_one(server: GithubServer) -> None:
    """Its page is not shown."""
    server.faults = [Fault("POST", 400, body=b"<html>")]

    with pytest.raises(ForgeRefused, match=r"\(status 400\)$"):
        github(server).open("title", "body")


@pytest.mark.parametrize(
    "comment",
    [{"user": [], "created_at": "2026-01-01"}, {"created_at": "yesterday"}],
    ids=["user", "time"],
)
def test_what_is_not_as_documented_is_no_answer(
    server: GithubServer, comment: dict[str, object]
) -> None:
    """A wrong type is told and not guessed at."""
    server.faults = [Fault("GET .*/comments", 200, body=json.dumps([{"user": {"x": 1}}]).encode())]
    assert github(server).said(7)[0].by == "somebody"
    server.comments = [comment | ({"user": "ada"} if comment.get("user") == [] else {})]

    with pytest.raises(ForgeFault):
        github(server).said(7)


def test_a_pull_request_is_no_issue_of_ours(server: GithubServer) -> None:
    """GitHub lists both together; a time without zone is UTC."""
    server.issues = [
        {"number": 1, "pull_request": {}},
        {"number": 2, "created_at": "2026-01-01T00:00:00", "closed_at": "2026-01-02T00:00:00Z"},
    ]

    [issue] = github(server).issues()

    assert issue.number == 2
    assert issue.said.at == datetime(2026, 1, 1, tzinfo=UTC)
    assert issue.closed_at == datetime(2026, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("api", "repository", "token"),
    [
        ("ftp://127.0.0.1", "a/b", "x"),
        ("http://github.example", "a/b", "x"),
        ("https://api.github.com", "a", "x"),
        ("https://api.github.com", "a/b?x=1", "x"),
        ("https://api.github.com", "a/b", "x\r\nHost: y"),
    ],
)
def test_what_would_leak_or_lead_astray_is_refused(api: str, repository: str, token: str) -> None:
    """Before anything is sent; the token is not shown."""
    with pytest.raises(InputError) as caught:
        Github(api, repository, token)

    assert "Host: y" not in str(caught.value)
