"""The port `file`: each letter is a file that any mail program opens."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from waooaw.desk.letters import Letter
from waooaw.desk.messages import addressed, message_bytes
from waooaw.desk.ports import Delivered, Delivery, Refused
from waooaw.errors import InputError

__all__ = ["FilePort"]

_LONGEST_ID = 40


@dataclass(frozen=True, slots=True)
class FilePort:
    """Write letters into a folder, made if it is not there.

    A file is named by the letter's key and appears whole or not at all: what is there already is
    never written again, so that sending twice leaves one.

    Attributes:
        sender: Whom replies go to.
        to: The recipient, with the ticket's ``{id}``; None leaves the line out.
    """

    folder: Path
    sender: str
    to: str | None = None

    @property
    def name(self) -> str:
        """What people call it."""
        return "file"

    def send(self, letter: Letter) -> Delivery:
        """Write the letter's file, unless it is there."""
        ticket = re.sub(r"[^A-Za-z0-9_-]+", "-", letter.id)[:_LONGEST_ID].strip("-")
        file = self.folder / f"{ticket}-{letter.occasion.kind}-{letter.key}.eml"
        # Named by the key as well: what a process that was killed left is written over.
        part = self.folder / f".{letter.key}.part"
        try:
            to = None if self.to is None else addressed(self.to, letter.id)
            # What is written to customers is nobody else's on a shared machine.
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write(part, message_bytes(letter, self.sender, to))
            try:
                with suppress(FileExistsError):
                    # A rename would replace a file of that name; a link never does.
                    os.link(part, file)
            finally:
                part.unlink(missing_ok=True)
        except InputError as error:
            return Refused(error.message)
        except OSError as error:
            return Refused(f"{file.name}: {error.strerror or error}")
        return Delivered(str(file))


def _write(path: Path, content: bytes) -> None:
    path.unlink(missing_ok=True)
    # O_BINARY is Windows's, which would make two line ends of one.
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
