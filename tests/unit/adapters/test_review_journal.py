"""The journal of reviews, also where somebody has written into it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath

import pytest

from waooaw_cli.adapters import review_journal
from waooaw_cli.adapters.review_journal import ReviewJournal
from waooaw_cli.factory.answering import Answer, Word, approvals
from waooaw_cli.factory.posting import Occurrence

NOW = datetime(2026, 11, 21, tzinfo=UTC)
SEEN = Occurrence(PurePosixPath('a\n"b'), "VIS-C110", "f" * 32, 7, NOW)
ANSWER = Answer(1, "rejection", ("f" * 32,), Word.APPROVE, "ada", NOW)


def test_what_was_seen_is_read_back_for_a_day(tmp_path: Path) -> None:
    """Of this repository, and not what is older."""
    journal = ReviewJournal(tmp_path / "state")
    journal.note("acme/agents", [SEEN])

    assert list(journal.occurrences("acme/agents", NOW - timedelta(days=1))) == [SEEN]
    assert list(journal.occurrences("acme/agents", NOW)) == []
    assert list(journal.occurrences("acme/others", NOW - timedelta(days=1))) == []


def test_an_answer_is_kept_once_and_the_last_counts(tmp_path: Path) -> None:
    """Who changes his mind is another line."""
    journal = ReviewJournal(tmp_path)
    refused = Answer(1, "rejection", ("f" * 32,), Word.REJECT, "ada", NOW + timedelta(hours=1))
    waiting = Answer(2, "rejection", ("e" * 32,), None, "", NOW)
    for answers in ([ANSWER, waiting], [ANSWER], [refused]):
        journal.answered("acme/agents", answers)

    assert len((tmp_path / "vision-reviews.jsonl").read_bytes().splitlines()) == 2
    assert journal.answers("acme/agents") == (refused,)
    assert approvals([ANSWER]) == {"f" * 32: "ada"}
    assert approvals([ANSWER, refused]) == {}


def test_lines_that_cannot_be_read_are_passed_over(tmp_path: Path) -> None:
    """Half a line, another kind, a wrong type: the others still count."""
    journal = ReviewJournal(tmp_path)
    (tmp_path / "vision-reviews.jsonl").write_text(
        '{"kind": "viol\n[]\n'
        '{"kind": "violation", "repository": "a/b", "at": 7}\n'
        '{"kind": "answer", "repository": "a/b", "issue": 1}\n',
        encoding="utf-8",
    )
    journal.note("a/b", [SEEN])

    assert list(journal.occurrences("a/b", NOW - timedelta(days=1))) == [SEEN]
    assert journal.answers("a/b") == ()


def test_of_a_large_journal_the_end_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first line of what is read may be half a one."""
    monkeypatch.setattr(review_journal, "_MOST_BYTES", 400)
    journal = ReviewJournal(tmp_path)
    journal.note("a/b", [SEEN] * 50)

    assert 0 < len(list(journal.occurrences("a/b", NOW - timedelta(days=1)))) < 5
