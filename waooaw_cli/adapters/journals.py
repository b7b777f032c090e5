"""Read agents' journals, one after the other, and what people answered to reviews."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from waooaw.store import Journalled, JournalReader
from waooaw_cli.adapters.review_journal import ReviewJournal
from waooaw_cli.factory.answering import SILENCE, Word
from waooaw_cli.factory.mining_gates import Said

__all__ = ["entries_of", "said_in"]

#: Of each journal the newest: what was long ago says little of the agents of today.
_MOST_ENTRIES = 100_000


def entries_of(files: Sequence[Path]) -> Iterator[Journalled | None]:
    """Yield the entries of journals, None for what is none; agents may be writing to them.

    Raises:
        InputError: One of them is not there, or is no journal.
        EnvironmentFault: It can't be read.
    """
    for file in files:
        with closing(JournalReader(file)) as reader:
            yield from reader.entries(limit=_MOST_ENTRIES)


def said_in(state_dir: Path, repository: str) -> Iterator[Said]:
    """Yield what people answered to findings of reviews; silence is nobody's answer.

    Args:
        state_dir: Where waooaw keeps its state.
        repository: As GitHub calls it, `owner/name`.
    """
    journal = ReviewJournal(state_dir)
    begin = datetime(1970, 1, 1, tzinfo=UTC)
    seen = {one.fingerprint: one for one in journal.occurrences(repository, begin)}
    for answer in journal.answers(repository):
        if answer.by == SILENCE:
            continue
        for fingerprint in answer.fingerprints:
            if (found := seen.get(fingerprint)) is not None:
                yield Said(
                    agent=found.root.name,
                    rule=found.rule,
                    fingerprint=fingerprint,
                    approved=answer.word is Word.APPROVE,
                    at=answer.at.astimezone(UTC),
                )
