"""Advisories made up for tests, as a published database has them."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

__all__ = ["record", "record_folder", "record_zip"]


def record(
    id_: str = "PYSEC-2026-1",
    name: str = "wooparse",
    *,
    events: Sequence[Mapping[str, str]] = ({"introduced": "0"}, {"fixed": "1.5"}),
    versions: Sequence[str] = (),
    **more: Any,
) -> dict[str, Any]:
    """Return one record on one distribution; *more* are further fields of the record."""
    affected: dict[str, Any] = {"package": {"ecosystem": "PyPI", "name": name}}
    if events:
        affected["ranges"] = [{"type": "ECOSYSTEM", "events": list(events)}]
    if versions:
        affected["versions"] = list(versions)
    return {
        "id": id_,
        "modified": "2026-11-01T00:00:00Z",
        "summary": f"{name} trusts what it parses.",
        "affected": [affected],
        **more,
    }


def record_zip(path: Path, *records: Mapping[str, Any]) -> Path:
    """Write *records* into a zip file at *path*, and return it."""
    with zipfile.ZipFile(path, "w") as archive:
        for one in records:
            archive.writestr(f"{one['id']}.json", json.dumps(one))
    return path


def record_folder(path: Path, *records: Mapping[str, Any]) -> Path:
    """Write *records* into a folder at *path*, one for each distribution, and return it."""
    for one in records:
        folder = path / "vulns" / str(one["affected"][0]["package"]["name"])
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{one['id']}.json").write_text(json.dumps(one), encoding="utf-8")
    return path
