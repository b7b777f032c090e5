"""A keyring that a test can look into: the real package `keyring`, on a backend of our own."""

from __future__ import annotations

import json
import os
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import KeyringError

__all__ = ["FILE_VARIABLE", "FileKeyring"]

#: Names the file; without it the keyring is locked, as one without a desktop is.
FILE_VARIABLE = "KEYRING_FILE_OF_THE_TEST"


class FileKeyring(KeyringBackend):
    """Keep passwords in a JSON file. Named by `PYTHON_KEYRING_BACKEND`."""

    priority = 1

    def get_password(self, service: str, username: str) -> str | None:
        """Return what was kept."""
        kept = self._kept().get(f"{service}/{username}")
        return kept if isinstance(kept, str) else None

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep it."""
        kept = self._kept()
        kept[f"{service}/{username}"] = password
        self._file().write_text(json.dumps(kept), encoding="utf-8")

    def _kept(self) -> dict[str, object]:
        file = self._file()
        return dict(json.loads(file.read_text(encoding="utf-8"))) if file.exists() else {}

    def _file(self) -> Path:
        if FILE_VARIABLE not in os.environ:
            raise KeyringError("the collection is locked")
        return Path(os.environ[FILE_VARIABLE])
