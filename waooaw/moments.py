"""How a point in time is written, everywhere the same."""

from __future__ import annotations

from datetime import UTC, datetime

__all__ = ["rfc3339"]


def rfc3339(moment: datetime) -> str:
    """Return *moment* in UTC as RFC 3339 text with ``Z``."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
