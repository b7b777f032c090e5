"""A saved e-mail as a request. Attachments are named, and never opened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import Message
from email.utils import parsedate_to_datetime
from typing import Any

from waooaw.triage.decoding import decoded

__all__ = ["Mail", "parse_mail"]

_MOST_PARTS = 200
_MOST_NAMES = 50
#: RFC 5322 asks for lines below 1,000 characters; some fields have many of them.
_LONGEST_FIELD = 10_000


@dataclass(frozen=True, slots=True)
class Mail:
    """Hold what a mail says.

    Attributes:
        subject: Decoded, on one line.
        body: Its plain text, or its HTML where it has no plain text.
        date: When it was sent, in UTC; None where it does not say.
        attachments: Their file names.
    """

    subject: str
    body: str
    date: datetime | None
    attachments: tuple[str, ...]


class _Message(Message):
    """Read fields up to a length: Python's search for parameters is quadratic in it."""

    def get(self, name: str, failobj: Any = None) -> Any:  # noqa: ANN401 - as in the class above
        value = super().get(name, failobj)
        return value if value is failobj else str(value)[:_LONGEST_FIELD]


def parse_mail(content: bytes) -> Mail | None:
    """Return what a mail says, or None where it cannot be taken apart."""
    try:
        # The oldest policy decodes nothing by itself, so nothing that is malformed raises.
        message = message_from_bytes(content, _Message, policy=policy.compat32)
        return _mail(message)
    except (MessageError, RecursionError, LookupError, ValueError, TypeError, AttributeError):
        return None


def _mail(message: Message) -> Mail:
    plain: list[str] = []
    markup: list[str] = []
    names: list[str] = []
    for number, part in enumerate(message.walk()):
        if number >= _MOST_PARTS:
            break
        if part.is_multipart():
            continue
        kind = part.get_content_type()
        name = _header(part.get_filename() or "")
        if name or part.get_content_disposition() == "attachment" or not kind.startswith("text/"):
            names.append(name or kind)
            continue
        payload = part.get_payload(decode=True)
        text = decoded(payload if isinstance(payload, bytes) else b"", part.get_content_charset())
        (markup if kind == "text/html" else plain).append(text)
    body = "\n".join(text for text in plain if text.strip()) or "\n".join(markup)
    subject = _header(str(message.get("Subject", "")))
    return Mail(subject, body, _date(message), tuple(names[:_MOST_NAMES]))


def _header(text: str) -> str:
    from email.header import decode_header

    try:
        parts = decode_header(text)
    except (MessageError, ValueError, LookupError):
        return " ".join(text.split())
    words = [part if isinstance(part, str) else decoded(part, charset) for part, charset in parts]
    return " ".join("".join(words).split())


def _date(message: Message) -> datetime | None:
    try:
        moment = parsedate_to_datetime(str(message.get("Date", "")))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None
