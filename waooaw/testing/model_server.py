"""A server on this machine that speaks Anthropic's `/v1/messages`, for the real SDK to talk to."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from waooaw.models import AnthropicModel

__all__ = ["ModelServer", "Reply"]


@dataclass(frozen=True, slots=True)
class Reply:
    """Say how the server answers.

    Attributes:
        outcome: What the model "decides".
        confidence: As the model would say it.
        reason: As the model would say it.
        delay: How long the answer takes.
        status: Another HTTP status than 200 answers with an error.
        refuses: Whether the model says no in words instead of deciding.
        body: Sent as it is, instead of a message.
        input_tokens: What the call is said to have used.
        output_tokens: The same.
        said: What the model says as JSON, instead of a decision.
        drip: How long each byte of the answer takes.
    """

    outcome: str = "escalate"
    confidence: float = 0.9
    reason: str = "The stand-in was told to say so."
    delay: timedelta = timedelta(0)
    status: int = 200
    refuses: bool = False
    body: bytes | None = None
    input_tokens: int = 100
    output_tokens: int = 20
    said: Mapping[str, Any] | None = None  # any JSON
    drip: timedelta = timedelta(0)

    def content(self) -> bytes:
        """Return the body of the answer."""
        if self.body is not None:
            return self.body
        if self.status != 200:  # noqa: PLR2004 - HTTP's own number for "OK"
            return json.dumps(
                {"type": "error", "error": {"type": "api_error", "message": "made to order"}}
            ).encode()
        decided = {"outcome": self.outcome, "confidence": self.confidence, "reason": self.reason}
        said = json.dumps(decided if self.said is None else self.said)
        text = "I would rather not." if self.refuses else said
        return json.dumps(
            {
                "id": "msg_1",
                "type": "message",
                "role": "assistant",
                "model": "stand-in",
                "content": [
                    {"type": "thinking", "thinking": "", "signature": ""},
                    {"type": "text", "text": text},
                ],
                "stop_reason": "refusal" if self.refuses else "end_turn",
                "stop_sequence": None,
                "usage": {
                    "input_tokens": self.input_tokens,
                    "output_tokens": self.output_tokens,
                    "cache_read_input_tokens": None,
                },
            }
        ).encode()


@dataclass
class ModelServer:
    """Serve on a free port of 127.0.0.1 from `with` to its end.

    Attributes:
        reply: How the next requests are answered; may be set at any time.
        requests: The bodies that came, in order.
        answer: Makes a reply for each body, in the thread that answers it; None: `reply` is sent.
    """

    reply: Reply = field(default_factory=Reply)
    requests: list[dict[str, Any]] = field(default_factory=list)  # any JSON: the client's own
    answer: Callable[[dict[str, Any]], Reply] | None = None

    def __post_init__(self) -> None:
        self._closing = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _handler(self, self._closing))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """What `ANTHROPIC_BASE_URL` has to be."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def env(self) -> dict[str, str]:
        """The environment that leads the SDK here."""
        return {"ANTHROPIC_API_KEY": "stand-in", "ANTHROPIC_BASE_URL": self.url}

    def model(
        self,
        name: str = "claude-sonnet-4-5",
        *,
        time_limit: timedelta = timedelta(seconds=10),
        retries: int = 0,
    ) -> AnthropicModel:
        """Return a model that asks this server through the real SDK."""
        return AnthropicModel(name, env=self.env, time_limit=time_limit, retries=retries)


class _Server(ThreadingHTTPServer):
    # Not waited for at the end: a handler may still be asleep in its delay.
    daemon_threads = True
    block_on_close = False


def _handler(server: ModelServer, closing: threading.Event) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Small answers would wait for the client's delayed acknowledgement (Nagle's algorithm).
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            size = int(self.headers.get("Content-Length", "0"))
            body = json.loads(self.rfile.read(size))
            server.requests.append(body)
            reply = server.reply if server.answer is None else server.answer(body)
            closing.wait(reply.delay.total_seconds())
            content = reply.content()
            try:
                self.send_response(reply.status if self.path == "/v1/messages" else 404)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.send_header("Connection", "close")
                self.end_headers()
                self._write(content, reply.drip.total_seconds())
            except OSError:  # the client did not wait
                self.close_connection = True

        def _write(self, content: bytes, drip_s: float) -> None:
            size = 1 if drip_s else max(len(content), 1)
            for begin in range(0, len(content), size):
                self.wfile.write(content[begin : begin + size])
                closing.wait(drip_s)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
            """Say nothing: the client tells what went wrong."""

    return Handler
