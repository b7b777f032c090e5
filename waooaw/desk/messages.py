"""A letter as an e-mail: addresses that are one, and headers that nobody else can write."""

from __future__ import annotations

import re
from email.message import EmailMessage
from email.policy import SMTP

from waooaw.desk.letters import Letter
from waooaw.errors import InputError, shown

__all__ = ["addressed", "checked_address", "message_bytes"]

# Source: RFC 5321, section 4.1.2, without quoted names and literals. One address, in ASCII: what
# holds a comma, a space or a line break could be two.
_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}))+"
)
_LONGEST_NAME, _LONGEST_ADDRESS = 64, 254
_ID = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*")


def checked_address(text: str, place: str) -> str:
    """Return *text* if it is one e-mail address.

    Args:
        text: What should be one.
        place: Where it stands, for the message.

    Raises:
        InputError: It is none; the message does not repeat it, it may be somebody's.
    """
    good = _ADDRESS.fullmatch(text) and len(text) <= _LONGEST_ADDRESS
    if not good or len(text.partition("@")[0]) > _LONGEST_NAME:
        raise InputError(f"{place} is no e-mail address", hint="write one, as name@example.org")
    return text


def addressed(pattern: str, id_: str) -> str:
    """Return the address that a ticket's letters go to.

    Raises:
        InputError: The id can't be a part of an address.
    """
    if "{id}" in pattern and not _ID.fullmatch(id_):
        raise InputError(
            f"the id {shown(id_)} can't stand in an address", hint="send it by itself, with --to"
        )
    return checked_address(pattern.replace("{id}", id_), "what `to` makes of the id")


def message_bytes(letter: Letter, sender: str, to: str | None) -> bytes:
    """Return the whole message with CRLF, in ASCII.

    Args:
        letter: The letter.
        sender: Whom replies go to.
        to: The recipient; None where that is somebody else's business.
    """
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    if to is not None:
        message["To"] = to
    message["Subject"] = letter.subject
    message["Date"] = letter.at
    # The same for the same occasion: who gets it twice all the same can tell.
    message["Message-ID"] = f"<{letter.key}@{sender.partition('@')[2]}>"
    # Source: RFC 3834, section 5: keeps two programs from answering each other for ever.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.body, charset="utf-8", cte="quoted-printable")
    return message.as_bytes()
