"""Answers over HTTP that may not be longer than somebody is ready to hold."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import cast

import httpx2

__all__ = ["bound_to"]


def bound_to(most_bytes: int) -> Callable[[httpx2.Response], Awaitable[None]]:
    """Return a hook for responses: one that is longer, as it is sent, cannot be read.

    A hook and no transport: with a transport of its own a client knows no proxies.
    """

    async def bound(response: httpx2.Response) -> None:
        # The type allows bodies that are read without waiting, which no such client has.
        body = cast("httpx2.AsyncByteStream", response.stream)
        response.stream = _Bounded(body, most_bytes)

    return bound


class _Bounded(httpx2.AsyncByteStream):
    """Pass a body on, as far as its bound."""

    def __init__(self, body: httpx2.AsyncByteStream, most_bytes: int) -> None:
        self._body = body
        self._most_bytes = most_bytes

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for part in self._body:
            size += len(part)
            if size > self._most_bytes:
                raise httpx2.ReadError(f"the answer is longer than {self._most_bytes:,} bytes")
            yield part

    async def aclose(self) -> None:
        await self._body.aclose()
