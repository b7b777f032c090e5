"""The mark by which what waooaw posted is found again: an HTML comment that nobody sees.

What others wrote is escaped where it is posted, so that no message can hold a mark.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import quote, unquote

__all__ = ["Mark", "marks_in"]

_MARK = re.compile(
    r"<!-- waooaw-vision (?P<kind>[a-z]{1,20}) (?P<fingerprint>[0-9a-f]{32})"
    r" (?P<rule>[A-Z]{2,8}-[A-Z]?[0-9]{3}|-) (?P<root>[A-Za-z0-9%_./~-]{1,4000}) -->"
)


@dataclass(frozen=True, slots=True)
class Mark:
    """Name what a text on GitHub is about.

    Attributes:
        kind: `finding`, `rejection` or `escalation`.
        fingerprint: Of what is objected to.
        rule: The rule's id; `-` where it is about several.
        root: The agent's folder, relative to the repository.
    """

    kind: str
    fingerprint: str
    rule: str
    root: PurePosixPath

    def __str__(self) -> str:
        """Return the mark as it stands in a text."""
        root = quote(self.root.as_posix(), safe="/", errors="surrogatepass")
        return f"<!-- waooaw-vision {self.kind} {self.fingerprint} {self.rule} {root} -->"


def marks_in(text: str) -> Iterator[Mark]:
    """Yield the marks in *text*."""
    for found in _MARK.finditer(text):
        root = PurePosixPath(unquote(found["root"], errors="replace"))
        yield Mark(found["kind"], found["fingerprint"], found["rule"], root)
