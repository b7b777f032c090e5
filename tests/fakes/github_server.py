"""A server on this machine that speaks the calls of GitHub's REST interface that reviews use."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

__all__ = ["TOKEN", "Fault", "GithubServer", "github_server"]

#: Not a real one; in pieces, since scanners look at tests too.
TOKEN = "gh" + "s_" + "0123456789" * 3 + "abcdef"
_BOT = {"login": "github-actions[bot]", "type": "Bot"}
_PAGE = 2


@dataclass
class Fault:
    """Let calls that fit fail: `times` of them, after their effect where `late`."""

    call: str
    status: int = 0
    times: int = 1
    late: bool = False
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0


class GithubServer:
    """Hold one repository, `acme/agents`, with pull request 7."""

    def __init__(self) -> None:
        self.url = ""
        self.calls: list[str] = []
        self.tokens: list[str | None] = []
        self.faults: list[Fault] = []
        self.files: list[dict[str, Any]] = []
        self.reviews: list[dict[str, Any]] = []
        self.comments: list[dict[str, Any]] = []
        self.issues: list[dict[str, Any]] = []
        self.answers: dict[int, list[dict[str, Any]]] = {}
        self.refuse_comments = False

    def fault(self, call: str) -> Fault | None:
        for one in self.faults:
            if one.times > 0 and re.search(one.call, call):
                one.times -= 1
                return one
        return None

    def answer(self, issue: int, body: str, by: str, association: str = "MEMBER") -> None:
        """Let somebody comment on an issue."""
        said = {"body": body, "user": {"login": by, "type": "User"}}
        said |= {"author_association": association, "created_at": _now()}
        self.answers.setdefault(issue, []).append(said)

    def get(self, path: str, query: dict[str, list[str]]) -> Any:
        match path.removeprefix("/repos/acme/agents").strip("/").split("/"):
            case ["pulls", "comments"]:
                return [one for one in self.comments if one["created_at"] >= query["since"][0]]
            case ["pulls", "7"]:
                return {"number": 7, "head": {"sha": "c" * 40}}
            case ["pulls", "7", "files"]:
                return self.files
            case ["pulls", "7", "comments"]:
                return self.comments
            case ["pulls", "7", "reviews"]:
                return self.reviews
            case ["issues"]:
                return self.issues
            case ["issues", number, "comments"]:
                return self.answers.get(int(number), [])
        return None

    def post(self, path: str, content: Any) -> tuple[int, Any]:
        said = {"user": _BOT, "author_association": "NONE", "created_at": _now()}
        if path.endswith("/pulls/7/reviews"):
            if self.refuse_comments and content["comments"]:
                return 422, {"message": "Unprocessable Entity"}
            assert content["event"] == "COMMENT"
            assert content["commit_id"] == "c" * 40
            self.reviews.append({**said, "body": content["body"], "submitted_at": _now()})
            url = f"{self.url}/repos/acme/agents/pulls/7"
            self.comments += [
                {**said, **one, "pull_request_url": url} for one in content["comments"]
            ]
            return 200, {}
        number = len(self.issues) + 1
        self.issues.append(
            {**said, **content, "number": number, "state": "open", "closed_at": None}
        )
        return 201, {"number": number}


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class _Handler(BaseHTTPRequestHandler):
    hub: GithubServer

    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        self._serve("GET")

    def do_POST(self) -> None:
        self._serve("POST")

    def _serve(self, method: str) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.hub.calls.append(f"{method} {parts.path}")
        self.hub.tokens.append(self.headers.get("Authorization"))
        fault = self.hub.fault(f"{method} {parts.path}")
        if fault is not None:
            time.sleep(fault.seconds)
            if fault.late:
                self.hub.post(parts.path, json.loads(body))
            self._send(fault.status, fault.body, fault.headers)
            return
        if method == "POST":
            status, answer = self.hub.post(parts.path, json.loads(body))
            self._send(status, json.dumps(answer).encode(), {})
            return
        self._page(parts.path, parse_qs(parts.query))

    def _page(self, path: str, query: dict[str, list[str]]) -> None:
        answer = self.hub.get(path, query)
        headers = {}
        if isinstance(answer, list):
            page = int(query.get("page", ["1"])[0])
            if len(answer) > page * _PAGE:
                keep = "&".join(f"{k}={v[0]}" for k, v in query.items() if k != "page")
                url = f"{self.hub.url}{path}?{keep}&page={page + 1}"
                headers["Link"] = f'<{url}>; rel="next", <{url}>; rel="last"'
            answer = answer[(page - 1) * _PAGE : page * _PAGE]
        self._send(404 if answer is None else 200, json.dumps(answer).encode(), headers)

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        try:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:  # whoever asked has lost patience
            self.close_connection = True


@contextmanager
def github_server() -> Iterator[GithubServer]:
    """Serve until the block ends."""
    server = GithubServer()
    handler = type("Handler", (_Handler,), {"hub": server})
    served = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    served.daemon_threads = True
    server.url = f"http://127.0.0.1:{served.server_address[1]}"
    thread = threading.Thread(target=served.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        served.shutdown()
        served.server_close()
        thread.join()
