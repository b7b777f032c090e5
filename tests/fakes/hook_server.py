"""An address on this machine that letters are posted to."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

__all__ = ["Hook", "hook_server"]


@dataclass
class Hook:
    """Hold how it answers and what was posted.

    Attributes:
        status: What it answers; 0 hangs up instead.
        headers: What it adds to its answer.
        seconds: How long it thinks before it answers.
    """

    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0
    url: str = ""
    posted: list[tuple[str, Message, bytes]] = field(default_factory=list)


class _Handler(BaseHTTPRequestHandler):
    hook: Hook

    def log_message(self, *_: object) -> None:
        pass

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.hook.posted.append((self.path, self.headers, body))
        time.sleep(self.hook.seconds)
        if not self.hook.status:
            return
        try:
            self.send_response(self.hook.status)
            for name, value in self.hook.headers.items():
                self.send_header(name, value)
            self.end_headers()
        except OSError:  # whoever posted has lost patience
            self.close_connection = True


@contextmanager
def hook_server(hook: Hook) -> Iterator[Hook]:
    """Serve until the block ends."""
    handler = type("Handler", (_Handler,), {"hook": hook})
    served = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    served.daemon_threads = True
    hook.url = f"http://127.0.0.1:{served.server_address[1]}"
    thread = threading.Thread(target=served.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield hook
    finally:
        served.shutdown()
        served.server_close()
        thread.join()
