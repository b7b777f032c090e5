"""A letter as an e-mail: addresses that are one, and headers that nobody else can write."""

from __future__ import annotations

import hashlib
import re
from email.message import EmailMessage
from email.policy import SMTP

from waooaw.desk.letters import Letter
from waooaw.errors import InputError

__all__ = ["addressed", "checked_address", "message_bytes"]

# Source: RFC 5321, section 4.1.2, without quoted names and literals. One address, in ASCII: what
# holds a comma, a space or a line break could be two.
_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}))+"
)
_LONGEST_NAME, _LONGEST_ADDRESS = 64, 254
_ID = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*")
_UNSAFE = re.compile(r"[^A-Za-z0-9_-]")
_LONGEST_ID, _HASH_DIGITS = 48, 8
# No id that stays as it is holds one, so that none can be taken for another's safe form.
_BEFORE_HASH = "="


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

    Args:
        pattern: The address, with ``{id}`` where the ticket's stands.
        id_: Any text; what an address can't hold is replaced, see `_safe`.

    Raises:
        InputError: The rest of the pattern is no address, or leaves no room.
    """
    taken = len(pattern.partition("@")[0].replace("{id}", ""))
    safe = _safe(id_, min(_LONGEST_ID, _LONGEST_NAME - taken))
    return checked_address(pattern.replace("{id}", safe), "what `to` makes of the id")


def _safe(id_: str, most: int) -> str:
    """Return an id as a part of an address: itself, or its readable part and a hash.

    Only the hash tells ``shop#1`` from ``shop/1``: no two ids share an address.
    """
    if _ID.fullmatch(id_) and len(id_) <= most:
        return id_
    digest = hashlib.sha256(id_.encode("utf-8", "surrogatepass")).hexdigest()[:_HASH_DIGITS]
    readable = _UNSAFE.sub("-", id_)[: max(0, most - len(digest) - 1)]
    return f"{readable}{_BEFORE_HASH}{digest}"


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
