"""Requests of a tracker of which it is known which ones are the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from waooaw.triage.likeness import RequestIndex
from waooaw.triage.requests import Request

__all__ = ["groups", "places", "request"]


def request(row: Mapping[str, Any]) -> Request:
    """Return a row of such a file as a request."""
    return Request(str(row["id"]), row["title"], row["body"])


def groups(rows: Sequence[Mapping[str, Any]]) -> dict[str, set[str]]:
    """Return for each request that has a known duplicate all that are the same."""
    there = {row["id"] for row in rows}
    same: dict[str, set[str]] = {}
    for row in rows:
        for other in row["duplicates"]:
            if other in there:
                one = same.get(row["id"], {row["id"]}) | same.get(other, {other})
                same.update(dict.fromkeys(one, one))
    return same


def places(rows: Sequence[Mapping[str, Any]], index: RequestIndex) -> list[int]:
    """Return at which place of the list a known duplicate stands, for each that has one.

    1 is the first; 0: in no place.
    """
    by_id = {row["id"]: row for row in rows}
    found = []
    for id_, same in groups(rows).items():
        ids = [one.id for one in index.similar(request(by_id[id_]))]
        found.append(next((at for at, one in enumerate(ids, 1) if one in same), 0))
    return found
