"""GitHub's REST interface, as far as reviews use it, with the standard library alone.

Source: docs.github.com/rest, version 2022-11-28: pulls, pulls/reviews, pulls/comments, issues,
"Best practices" (rate limits: wait for Retry-After, else for X-RateLimit-Reset).
"""

from __future__ import annotations

import http.client
import json
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from typing import Any, NoReturn

from waooaw.errors import InputError, shown
from waooaw.moments import rfc3339
from waooaw.version import __version__
from waooaw_cli.factory.posting import (
    Comment,
    ForgeFault,
    ForgeRefused,
    ForgeUncertain,
    Issue,
    Pull,
    Said,
)
from waooaw_cli.factory.reviews import Side

__all__ = ["LABEL", "Github"]

LABEL = "waooaw-vision"
_TRUSTED = frozenset({"OWNER", "MEMBER", "COLLABORATOR"})
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100}")
_TOKEN = re.compile(r"[\x21-\x7e]{1,1000}")
_NEXT = re.compile(r"<([^<>]+)>\s*;\s*rel=\"?next\"?")
_HUNK = re.compile(r"@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@")
_HERE = frozenset({"127.0.0.1", "::1", "localhost"})
_SIDES = {Side.AFTER: "RIGHT", Side.BEFORE: "LEFT"}
_MOST_PAGES = 60
_MOST_BYTES = 32_000_000
_MOST_TRIES = 4
_LONGEST_WAIT_SECONDS = 60.0
_CHUNK = 65_536
_LONGEST_MESSAGE = 200
_OK = range(200, 300)
_BROKEN = 500


@dataclass(frozen=True, slots=True)
class _Reply:
    status: int
    headers: Message
    body: bytes


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follow nothing: whoever is redirected to would get the token."""

    def redirect_request(self, *_: object) -> None:
        return None


class Github:
    """Answer the port `Forge`.

    Args:
        api: Where the interface is, `https://api.github.com`.
        repository: `owner/name`.
        token: Stands in no message.
        sleep: Waits so many seconds.
        limit_seconds: How long one answer may take.

    Raises:
        InputError: One of them can't be used.
    """

    def __init__(
        self,
        api: str,
        repository: str,
        token: str,
        *,
        sleep: Callable[[float], None] = time.sleep,
        limit_seconds: float = 30.0,
    ) -> None:
        parts = urllib.parse.urlsplit(api)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _HERE):
            raise InputError(f"GITHUB_API_URL is {shown(api)}", hint="write https://api.github.com")
        if not _NAME.fullmatch(repository):
            raise InputError(f"GITHUB_REPOSITORY is {shown(repository)}", hint="write owner/name")
        if not _TOKEN.fullmatch(token):
            raise InputError(
                "GITHUB_TOKEN is no token: it is empty, or holds white space",
                hint="in a workflow: env: GITHUB_TOKEN: ${{ github.token }}",
            )
        self._origin = (parts.scheme, parts.netloc)
        self._root = f"{api.rstrip('/')}/repos/{repository}"
        self._repository = repository
        self._token = token
        self._sleep = sleep
        self._limit = limit_seconds
        self._opener = urllib.request.build_opener(_Stay)

    @property
    def repository(self) -> str:
        """The repository, `owner/name`."""
        return self._repository

    def pull(self, number: int) -> Pull:
        """Return a pull request and the lines of its diff."""
        lines: dict[tuple[str, Side], frozenset[int]] = {}
        head = _text(_dict(self._get(f"/pulls/{number}")).get("head"), "sha")
        for file in self._all(f"/pulls/{number}/files"):
            left, right = _lines(_text(file, "patch", needed=False))
            lines[_text(file, "filename"), Side.AFTER] = right
            # GitHub names a file by its new name also on the side where it had another.
            lines[_text(file, "filename"), Side.BEFORE] = left
        return Pull(number, head, lines)

    def said(self, number: int) -> Sequence[Said]:
        """Return what the comments and the texts of reviews of a pull request say."""
        comments = [_said(one, number) for one in self._all(f"/pulls/{number}/comments")]
        reviews = [
            _said(one, number, moment="submitted_at")
            for one in self._all(f"/pulls/{number}/reviews")
            if one.get("submitted_at")  # one that is still being written belongs to its author
        ]
        return [*comments, *reviews]

    def said_since(self, since: datetime) -> Sequence[Said]:
        """Return the comments on any pull request since then."""
        query = urllib.parse.urlencode({"since": rfc3339(since)})
        return [_said(one, _pull_of(one)) for one in self._all(f"/pulls/comments?{query}")]

    def issues(self) -> Sequence[Issue]:
        """Return the issues that bear our label, open or closed."""
        return [
            Issue(int(one["number"]), _said(one), _moment(one.get("closed_at")))
            for one in self._all(f"/issues?labels={LABEL}&state=all")
            if "pull_request" not in one and isinstance(one.get("number"), int)
        ]

    def comments(self, issue: int) -> Sequence[Said]:
        """Return the comments on an issue."""
        return [_said(one) for one in self._all(f"/issues/{issue}/comments")]

    def review(self, pull: Pull, body: str, comments: Sequence[Comment]) -> None:
        """Post a review that decides nothing: the check that ran this does."""
        self._post(
            f"/pulls/{pull.number}/reviews",
            {
                "commit_id": pull.head,
                "event": "COMMENT",
                "body": body,
                "comments": [
                    {"path": c.path, "line": c.line, "side": _SIDES[c.side], "body": c.body}
                    for c in comments
                ],
            },
        )

    def open(self, title: str, body: str) -> None:
        """Open an issue with our label."""
        self._post("/issues", {"title": title, "body": body, "labels": [LABEL]})

    def _all(self, path: str) -> Iterator[dict[str, Any]]:
        url: str | None = f"{self._root}{path}{'&' if '?' in path else '?'}per_page=100"
        for _ in range(_MOST_PAGES):
            if url is None:
                return
            reply = self._answered("GET", url)
            page = self._json(reply)
            if not isinstance(page, list):
                raise ForgeFault("GitHub answered with something else than a list")
            yield from (one for one in page if isinstance(one, dict))
            url = self._next(reply)
        if url is not None:
            raise ForgeFault(
                f"GitHub has more than {_MOST_PAGES} pages of {path.partition('?')[0]}"
            )

    def _next(self, reply: _Reply) -> str | None:
        found = _NEXT.search(reply.headers.get("Link", ""))
        if found is None:
            return None
        parts = urllib.parse.urlsplit(found[1])
        if (parts.scheme, parts.netloc) != self._origin:
            raise ForgeFault("GitHub's next page is on another server")
        return found[1]

    def _get(self, path: str) -> object:
        return self._json(self._answered("GET", self._root + path))

    def _post(self, path: str, content: object) -> None:
        self._answered("POST", self._root + path, json.dumps(content).encode())

    def _answered(self, method: str, url: str, body: bytes | None = None) -> _Reply:
        """Return a good answer; what may be asked again is asked again, a few times."""
        for number in range(1, _MOST_TRIES + 1):
            last = number == _MOST_TRIES
            try:
                reply = self._asked(method, url, body)
            except (OSError, http.client.HTTPException, ValueError) as error:
                # Whether what was posted has arrived is for the caller to find out.
                if method == "POST" or last:
                    self._uncertain(f"gave no answer ({type(error).__name__})", error)
                self._sleep(2.0**number)
                continue
            if reply.status in _OK:
                return reply
            if (wait := _wait(reply)) is not None:
                if last or wait > _LONGEST_WAIT_SECONDS:
                    raise ForgeFault(
                        f"GitHub limits how often it is asked; wait {wait:.0f} s",
                        hint="run it again then; what is posted already is not posted twice",
                    )
                self._sleep(wait)
            elif reply.status < _BROKEN:
                self._refused(reply, method, url)
            elif method == "POST" or last:
                self._uncertain(f"broke down (status {reply.status})")
            else:
                self._sleep(2.0**number)
        raise AssertionError("every last try ends above")

    def _asked(self, method: str, url: str, body: bytes | None) -> _Reply:
        request = urllib.request.Request(  # noqa: S310 - the scheme is checked at the door
            url,
            data=body,
            method=method,
            headers={
                "Accept": "application/vnd.github+json",
                "Content-Type": "application/json",
                "User-Agent": f"waooaw/{__version__}",
                "X-GitHub-Api-Version": "2022-11-28",
            },
        )
        request.add_unredirected_header("Authorization", f"Bearer {self._token}")
        deadline = time.monotonic() + self._limit
        try:
            with self._opener.open(request, timeout=self._limit) as reply:
                return _Reply(reply.status, reply.headers, _read(reply, deadline))
        except urllib.error.HTTPError as error:
            with error:
                return _Reply(error.code, error.headers, _read(error, deadline))

    def _json(self, reply: _Reply) -> object:
        try:
            return json.loads(reply.body)
        except (ValueError, RecursionError) as error:
            raise ForgeFault("GitHub answered with something that is no JSON") from error

    def _refused(self, reply: _Reply, method: str, url: str) -> NoReturn:
        path = urllib.parse.urlsplit(url).path
        said = ""
        try:
            content = json.loads(reply.body)
            said = str(content.get("message", "")) if isinstance(content, dict) else ""
        except (ValueError, RecursionError):
            pass
        said = " ".join(said.replace(self._token, "***").split())[:_LONGEST_MESSAGE]
        hint = "GITHUB_TOKEN needs the permissions pull-requests: write and issues: write"
        raise ForgeRefused(
            f"GitHub refuses {method} {path} (status {reply.status}){f': {said}' if said else ''}",
            hint=hint if reply.status in {401, 403, 404} else None,
        )

    def _uncertain(self, why: str, error: Exception | None = None) -> NoReturn:
        raise ForgeUncertain(
            f"GitHub {why}",
            hint="run it again later; what is posted already is not posted twice",
        ) from error


def _read(reply: Any, deadline: float) -> bytes:  # noqa: ANN401 - an answer or an HTTPError
    """Read an answer whole; one that drips or never ends is none."""
    parts: list[bytes] = []
    size = 0
    while chunk := reply.read1(_CHUNK) if hasattr(reply, "read1") else reply.read(_CHUNK):
        parts.append(chunk)
        size += len(chunk)
        if size > _MOST_BYTES or time.monotonic() > deadline:
            raise TimeoutError("the answer does not end")
    return b"".join(parts)


def _wait(reply: _Reply) -> float | None:
    """Return how many seconds to wait where it was asked too often; None where it was not."""
    if reply.status not in {403, 429}:
        return None
    after = reply.headers.get("Retry-After", "")
    if after.isdecimal():
        return float(after[:9])
    if reply.headers.get("X-RateLimit-Remaining") == "0":
        reset = reply.headers.get("X-RateLimit-Reset", "")
        return max(1.0, float(reset[:12]) - time.time()) if reset.isdecimal() else 60.0
    return 60.0 if reply.status == 429 else None  # noqa: PLR2004 - too many requests


def _lines(patch: str) -> tuple[frozenset[int], frozenset[int]]:
    """Return the lines of both sides that a diff shows, which are those that take comments."""
    left: set[int] = set()
    right: set[int] = set()
    old = new = 0
    for line in patch.split("\n"):
        if (hunk := _HUNK.match(line)) is not None:
            old, new = int(hunk[1]), int(hunk[2])
        elif line.startswith("-"):
            left.add(old)
            old += 1
        elif line.startswith("+"):
            right.add(new)
            new += 1
        elif line.startswith(" "):
            left.add(old)
            right.add(new)
            old, new = old + 1, new + 1
    return frozenset(left), frozenset(right)


def _said(one: dict[str, Any], pull: int | None = None, *, moment: str = "created_at") -> Said:
    user = _dict(one.get("user") or {})
    person = user.get("type") == "User"
    return Said(
        body=_text(one, "body", needed=False),
        by=_text(user, "login", needed=False) or "somebody",
        at=_moment(one.get(moment)) or datetime.max.replace(tzinfo=UTC),
        person=person,
        trusted=user.get("type") == "Bot" or one.get("author_association") in _TRUSTED,
        pull=pull,
    )


def _pull_of(one: dict[str, Any]) -> int | None:
    number = _text(one, "pull_request_url", needed=False).rpartition("/")[2]
    return int(number) if number.isdecimal() else None


def _dict(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ForgeFault("GitHub answered with something else than was asked for")
    return value


def _text(value: object, name: str, *, needed: bool = True) -> str:
    found = _dict(value).get(name)
    if isinstance(found, str):
        return found
    if needed:
        raise ForgeFault(f"GitHub answered without {name}")
    return ""


def _moment(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError as error:
        raise ForgeFault("GitHub answered with a time that is none") from error
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
