"""What reviews have seen and what people have answered: a line each in a file of the state folder.

Nothing is ever changed in it. A line that can't be read is passed over.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from waooaw.moments import rfc3339
from waooaw_cli.factory.answering import Answer, Word
from waooaw_cli.factory.posting import Occurrence

__all__ = ["ReviewJournal"]

_FILE = "vision-reviews.jsonl"
#: So much is read, from the end: some ten thousand lines.
_MOST_BYTES = 4_000_000


class ReviewJournal:
    """Answer the port `Journal`, and keep answers.

    Args:
        folder: The state folder; made when something is kept.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / _FILE

    def occurrences(self, repository: str, since: datetime) -> Iterable[Occurrence]:
        """Return the violations since then."""
        for one in self._lines("violation", repository):
            try:
                at = datetime.fromisoformat(one["at"])
                if at > since:
                    pull = one["pull"]
                    root = PurePosixPath(one["agent"])
                    yield Occurrence(root, one["rule"], one["fingerprint"], pull, at)
            except (KeyError, TypeError, ValueError):
                continue

    def note(self, repository: str, occurrences: Iterable[Occurrence]) -> None:
        """Keep violations."""
        self._append(
            {
                "kind": "violation",
                "repository": repository,
                "at": rfc3339(one.at),
                "agent": one.root.as_posix(),
                "rule": one.rule,
                "fingerprint": one.fingerprint,
                "pull": one.pull,
            }
            for one in occurrences
        )

    def answered(self, repository: str, answers: Iterable[Answer]) -> None:
        """Keep answers, each once; who answers again, or after the silence, is another line."""
        lines: list[dict[str, object]] = [
            {
                "kind": "answer",
                "repository": repository,
                "issue": one.issue,
                "about": one.kind,
                "fingerprints": list(one.fingerprints),
                "answer": one.word.value,
                "by": one.by,
                "at": rfc3339(one.at),
            }
            for one in answers
            if one.word is not None
        ]
        known = list(self._lines("answer", repository))
        self._append(line for line in lines if line not in known)

    def answers(self, repository: str) -> tuple[Answer, ...]:
        """Return the last answer to each issue."""
        found: dict[object, Answer] = {}
        for one in self._lines("answer", repository):
            try:
                found[one["issue"]] = Answer(
                    int(one["issue"]),
                    str(one["about"]),
                    tuple(map(str, one["fingerprints"])),
                    Word(one["answer"]),
                    str(one["by"]),
                    datetime.fromisoformat(one["at"]),
                )
            except (KeyError, TypeError, ValueError):
                continue
        return tuple(found.values())

    def _lines(self, kind: str, repository: str) -> Iterator[dict[str, Any]]:
        try:
            with self._file.open("rb") as file:
                start = max(0, file.seek(0, os.SEEK_END) - _MOST_BYTES)
                file.seek(start)
                text = file.read(_MOST_BYTES)
        except FileNotFoundError:
            return
        for line in text.splitlines()[1 if start else 0 :]:
            try:
                one = json.loads(line)
            except (ValueError, RecursionError):
                continue
            if isinstance(one, dict) and (one.get("kind"), one.get("repository")) == (
                kind,
                repository,
            ):
                yield one

    def _append(self, lines: Iterable[dict[str, object]]) -> None:
        text = "".join(f"{json.dumps(line, sort_keys=True)}\n" for line in lines)
        if not text:
            return
        self._file.parent.mkdir(parents=True, exist_ok=True)
        # One write at the end: two runs at once leave whole lines.
        number = os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(number, text.encode())
        finally:
            os.close(number)
