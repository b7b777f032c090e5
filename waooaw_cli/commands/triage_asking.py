"""`waooaw triage` at a terminal, without a request: it is asked for."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from waooaw.triage.facts import NOTHING_STATED
from waooaw.triage.requests import Request
from waooaw_cli.factory.question_files import load_questions
from waooaw_cli.factory.recipes import data_root
from waooaw_cli.factory.triage_inquiry import ask_for_request
from waooaw_cli.factory.triage_intake import agent_names, facts_in
from waooaw_cli.factory.triage_preview import previewed
from waooaw_cli.factory.triage_settling import ask_for_more
from waooaw_cli.factory.triaging import knowledge_for
from waooaw_cli.prompts.terminal import terminal_asker
from waooaw_cli.settings import Settings

__all__ = ["asked_request"]


def asked_request(
    agents: Sequence[str], facts: Path | None, settings: Settings, folder: Path
) -> Request | None:
    """Return the request that a person describes; None where nobody can be asked.

    Raises:
        KeyboardInterrupt: The person stopped; nothing is kept.
        InputError: What is given beside is wrong; told before anything is asked.
    """
    # What is asked is asked on stderr: stdout belongs to the result.
    if not sys.stderr.isatty():
        return None
    asker = terminal_asker(sys.stdin, sys.stderr, os.environ, resumes=False)
    if asker is None:
        return None
    names = agent_names(agents)
    stated = NOTHING_STATED if facts is None else facts_in(facts)
    known = knowledge_for(settings, folder, None).agents
    questions = load_questions(data_root() / "questionnaires" / "request.yaml")
    try:
        request = ask_for_request(asker, questions, known, agents=names, facts=stated)
        return ask_for_more(
            asker, request, lambda one: previewed(one, settings, folder), known, given=stated
        )
    except KeyboardInterrupt:
        asker.tell("Nothing was kept.")
        raise
