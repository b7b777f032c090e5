"""A wheel made by hand: what an index would hold, for tests that must stay offline."""

from __future__ import annotations

import zipfile
from pathlib import Path

__all__ = ["wheel"]


def wheel(folder: Path, name: str, version: str, source: str, *, needs: str | None = None) -> Path:
    """Write a pure wheel with the one module *name* into *folder*, and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-{version}-py3-none-any.whl"
    info = f"{name}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    files = {
        f"{name}/__init__.py": source,
        f"{name}/py.typed": "",
        f"{info}/METADATA": metadata + (f"Requires-Dist: {needs}\n" if needs else ""),
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{file},,\n" for file in [*files, f"{info}/RECORD"])
    with zipfile.ZipFile(path, "w") as archive:
        for file, text in files.items():
            archive.writestr(file, text)
        archive.writestr(f"{info}/RECORD", record)
    return path
