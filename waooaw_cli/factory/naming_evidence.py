"""Which words of a journal may be repeated in a proposal.

Whoever sends an event chooses its id, its topic and its data. A proposal is read by people and goes
into YAML, into conditions and into git, so of all that only words of a plain form are repeated,
and none that look like a secret or like somebody's data.
"""

from __future__ import annotations

import functools
import hashlib
import re

from waooaw.events import topic_problem
from waooaw.names import OUTCOMES, agent_name_problem, skill_name_problem
from waooaw.privacy import redacted
from waooaw.vision import secrets_in

__all__ = [
    "agent_named",
    "event_named",
    "fingerprint_named",
    "identifier",
    "outcome_named",
    "topic_named",
]

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")
#: Its digits are no telephone number.
_UUID = re.compile(r"(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
#: A ULID has 26 characters; what is longer may be a key of a service that we do not know.
_LONG_WORD = re.compile(r"[A-Za-z0-9]{27}")
_JOINTS = re.compile(r"[._:]")
_FINGERPRINT = re.compile(r"[0-9a-f]{8,64}")
_DIGEST_LENGTH = 12
_LONGEST_TOPIC = 80


def event_named(event_id: str) -> str:
    """Return an event's id where it is plain, else the beginning of its SHA-256."""
    if _UUID.fullmatch(event_id) or (_PLAIN.fullmatch(event_id) and _innocent(event_id)):
        return event_id
    return _digest(event_id)


def fingerprint_named(text: str) -> str:
    """Return a finding's fingerprint, or of what is none the beginning of its SHA-256."""
    return text if _FINGERPRINT.fullmatch(text) else _digest(text)


def topic_named(topic: object) -> str | None:
    """Return a topic that may be repeated, else None."""
    if not isinstance(topic, str) or len(topic) > _LONGEST_TOPIC or "*" in topic:
        return None
    return topic if topic_problem(topic) is None and _innocent(topic) else None


def identifier(text: object) -> str | None:
    """Return the id of a rule or a boundary that may be repeated, else None."""
    if not isinstance(text, str) or not _PLAIN.fullmatch(text):
        return None
    return text if _innocent(text) else None


def agent_named(text: object) -> str | None:
    """Return the name of an agent that may be repeated, else None."""
    if not isinstance(text, str) or agent_name_problem(text) is not None:
        return None
    return text if _innocent(text) else None


def outcome_named(text: object) -> str | None:
    """Return an outcome, or a skill's name in ASCII, else None."""
    if not isinstance(text, str):
        return None
    if text in OUTCOMES:
        return text
    return text if text.isascii() and skill_name_problem(text) is None else None


def _digest(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return f"sha256:{digest[:_DIGEST_LENGTH]}"


# A journal has few names and very many entries.
@functools.lru_cache(maxsize=4_096)
def _innocent(text: str) -> bool:
    # A number behind a dot would pass for a part of a larger one.
    spaced = _JOINTS.sub(" ", text)
    return not (_LONG_WORD.search(text) or redacted(spaced) != spaced or secrets_in(text))
