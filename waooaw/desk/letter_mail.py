"""The port `smtp`: each letter is a message to a mail server.

Up to the moment at which the server asks for the text, nothing is handed over, and any failure is a
clear one. From then on only the server's own word counts.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

from waooaw.desk.letters import Letter
from waooaw.desk.limits import time_limit
from waooaw.desk.messages import addressed, message_bytes
from waooaw.desk.ports import Delivered, Delivery, Refused, Unclear
from waooaw.errors import InputError

__all__ = ["MailPort", "MailServer", "Protection"]

#: Source: RFC 5321, sections 4.2.3 and 4.5.3.2 (its limits in minutes are for servers).
_NO = range(400, 600)
_READY, _DONE, _FORWARDED, _GO_AHEAD = 220, 250, 251, 354
_LIMIT_S = 60.0
_STEP_S = 20.0


class Protection(StrEnum):
    """Name how what is said to a mail server is kept from others."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class MailServer:
    """Name a mail server, and how to speak to it.

    Attributes:
        user: Who logs in; None: nobody does.
        password: Stands in no message.
    """

    host: str
    port: int
    protection: Protection
    user: str | None = None
    password: str | None = None


@dataclass(frozen=True, slots=True)
class MailPort:
    """Send letters by SMTP, each in a conversation of its own.

    Attributes:
        sender: Whom replies go to.
        to: The recipient, with the ticket's ``{id}``.
        limit_seconds: How long one conversation may take.
    """

    server: MailServer
    sender: str
    to: str
    limit_seconds: float = _LIMIT_S

    @property
    def name(self) -> str:
        """What people call it."""
        return "smtp"

    def send(self, letter: Letter) -> Delivery:
        """Hand the letter to the server."""
        try:
            to = addressed(self.to, letter.id)
        except InputError as error:
            return Refused(error.message)
        content = message_bytes(letter, self.sender, to)
        # Its own name would be looked up, which can take long and tells who we are.
        client = smtplib.SMTP(local_hostname=self.sender.partition("@")[2])
        try:
            with time_limit(lambda: client.sock, self.limit_seconds):
                return self._talked(client, to, content)
        finally:
            with suppress(OSError, smtplib.SMTPException):
                # A courtesy whose answer changes nothing.
                client.putcmd("quit")
            client.close()

    def _talked(self, client: smtplib.SMTP, to: str, content: bytes) -> Delivery:
        try:
            self._begin(client)
            _require(client.mail(self.sender), _DONE)
            _require(client.rcpt(to), _DONE, _FORWARDED)
            _require(client.docmd("DATA"), _GO_AHEAD)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            return Refused(self._told(error, to))
        try:
            # A line that is a dot ends the text; RFC 5321, section 4.5.2.
            client.send(re.sub(rb"(?m)^\.", b"..", content) + b".\r\n")
            code, said = client.getreply()
        except (OSError, smtplib.SMTPException, ValueError) as error:
            return Unclear(f"after the text was handed over: {self._told(error, to)}")
        if code == _DONE:
            return Delivered(f"{self.server.host}:{self.server.port}")
        told = self._told(smtplib.SMTPResponseException(code, said), to)
        return Refused(told) if code in _NO else Unclear(f"after the text was handed over: {told}")

    def _begin(self, client: smtplib.SMTP) -> None:
        """Connect, and log in where that is asked for."""
        limit = min(self.limit_seconds, _STEP_S)
        plain = socket.create_connection((self.server.host, self.server.port), limit)
        client.sock = plain
        if self.server.protection is Protection.TLS:
            client.sock = self._wrapped(plain)
        _require(client.getreply(), _READY)
        client.ehlo_or_helo_if_needed()
        if self.server.protection is Protection.STARTTLS:
            self._protect(client, plain)
        if self.server.user is not None:
            client.login(self.server.user, self.server.password or "")

    def _protect(self, client: smtplib.SMTP, plain: socket.socket) -> None:
        """Go on under TLS; where the server offers none, nothing more is said in the open."""
        if not client.has_extn("starttls"):
            raise smtplib.SMTPNotSupportedError("the server offers no STARTTLS")
        _require(client.docmd("STARTTLS"), _READY)
        client.sock = self._wrapped(plain)
        # What was said in the open counts no more; RFC 3207, section 4.2.
        client.file = None
        client.helo_resp = client.ehlo_resp = None
        client.esmtp_features = {}
        client.does_esmtp = False
        client.ehlo_or_helo_if_needed()

    def _wrapped(self, plain: socket.socket) -> socket.socket:
        context = ssl.create_default_context()
        return context.wrap_socket(plain, server_hostname=self.server.host)

    def _told(self, error: Exception, to: str) -> str:
        """Return what went wrong, without the recipient and the password."""
        if isinstance(error, smtplib.SMTPResponseException):
            said = error.smtp_error
            text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
            text = f"the server said {error.smtp_code} {text}"
        else:
            text = f"{type(error).__name__}: {error}"
        text = text.replace(to, "[recipient]")
        return text.replace(self.server.password, "[password]") if self.server.password else text


def _require(answer: tuple[int, bytes], *good: int) -> None:
    if answer[0] not in good:
        raise smtplib.SMTPResponseException(*answer)
