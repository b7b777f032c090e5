"""Which bus a URL means."""

from __future__ import annotations

from pathlib import Path

from waooaw.bus.interface import Bus
from waooaw.bus.sqlite import SqliteBus
from waooaw.errors import InputError

__all__ = ["open_bus"]

_SCHEMES = ("sqlite:///",)


def open_bus(url: str) -> Bus:
    """Open the bus at *url*.

    Raises:
        InputError: No bus has such a URL.
    """
    for scheme in _SCHEMES:
        if url.startswith(scheme) and len(url) > len(scheme):
            return SqliteBus(Path(url.removeprefix(scheme)))
    raise InputError(
        f"no bus has the URL {url!r}", hint=f"known: {', '.join(f'{s}FILE' for s in _SCHEMES)}"
    )
