"""How letters, and what became of them, are shown."""

from __future__ import annotations

import json
from dataclasses import replace

from fakes.letter_cases import NOW, case, letter
from inline_snapshot import snapshot

from waooaw.desk.outbox import Kept, LetterState
from waooaw.desk.templates import LetterKind
from waooaw_cli.render.letters import letters_json, letters_text, sent_json, sent_text

LETTER = letter(case(title="Blank page"), LetterKind.FOLLOW_UP, tone="brief")
UNSURE = Kept(2, LETTER, "smtp", LetterState.UNCERTAIN, error="the line\nwent dead")
SENT = Kept(1, replace(LETTER, id="T-0"), "smtp", LetterState.SENT, NOW)
FAILED = Kept(3, replace(LETTER, id="T-2\x1b[2J"), "smtp", LetterState.FAILED, error="full")


def test_a_letter_is_shown_as_it_would_be_sent() -> None:
    """Subject and body, and after them what a person has to decide."""
    assert letters_text([LETTER], [UNSURE]) == snapshot(
        """\
T-1: follow-up, brief
  Subject: Works now? Blank page

  Hello,

  Does “Blank page” work for you now? If not, reply.

  Your help desk
  (T-1)

T-1: follow-up is uncertain since 2026-01-01T09:00:00Z: the line went dead
  waooaw desk send T-1 follow-up again, or done if it arrived\
"""
    )
    assert letters_text([], []) == "no letter is due"


def test_what_became_of_letters_is_told_in_a_line_each() -> None:
    """With the reason where one is not out; nothing of an id moves the cursor."""
    assert sent_text([SENT, UNSURE, FAILED], [UNSURE]) == snapshot(
        """\
T-0: follow-up sent
T-2: follow-up failed: full
T-1: follow-up is uncertain since 2026-01-01T09:00:00Z: the line went dead
  waooaw desk send T-1 follow-up again, or done if it arrived\
"""
    )
    assert sent_text([], []) == "no letter is due"


def test_a_program_reads_all_of_it() -> None:
    """The same fields for what is due and what was sent, and its state beside them."""
    due = json.loads(letters_json([LETTER], [UNSURE]))
    sent = json.loads(sent_json([SENT], [UNSURE]))

    assert (due["schema"], sent["schema"]) == ("waooaw.letters/1", "waooaw.letters-sent/1")
    assert set(due["letters"][0]) < set(sent["letters"][0])
    assert due["uncertain"] == sent["uncertain"]
    assert (sent["letters"][0]["sent"], sent["uncertain"][0]["sent"]) == (
        "2026-01-01T09:00:00Z",
        None,
    )
