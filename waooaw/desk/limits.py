"""End a conversation that takes too long, however slowly the other side drips."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

__all__ = ["time_limit"]


@contextmanager
def time_limit(current: Callable[[], socket.socket | None], seconds: float) -> Iterator[None]:
    """Shut the socket down once *seconds* have passed: who reads from it gets an end.

    Args:
        current: Returns the socket of the conversation; None where there is none yet.
        seconds: From now on.
    """

    def end() -> None:
        open_now = current()
        if open_now is not None:
            with suppress(OSError):
                # The base class's: that of TLS would go on in clear text.
                socket.socket.shutdown(open_now, socket.SHUT_RDWR)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
