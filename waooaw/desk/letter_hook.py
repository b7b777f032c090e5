"""The port `webhook`: each letter is posted as JSON to an address that takes it from there."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import ipaddress
import json
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from waooaw.desk.letters import Letter
from waooaw.desk.limits import time_limit
from waooaw.desk.messages import addressed
from waooaw.desk.ports import Delivered, Delivery, Refused, Unclear
from waooaw.errors import InputError, shown
from waooaw.moments import rfc3339
from waooaw.version import __version__

__all__ = ["HookPort", "checked_url", "is_here"]

_LIMIT_S = 30.0
_GOOD, _MOVED, _BAD, _BROKEN = 200, 300, 400, 500
_SCHEMA = "waooaw.letter/1"


def is_here(host: str) -> bool:
    """Say whether that is this machine, where nobody else can listen in."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def checked_url(text: str, place: str) -> str:
    """Return *text* if letters can be posted to it.

    Args:
        text: What should be an address.
        place: Where it stands, for the message.

    Raises:
        InputError: It is no URL, holds a password, or is not `https` and not on this machine.
    """
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise InputError(f"{place} is no URL: {error}", hint="write https://…") from error
    plain = text.isascii() and text.isprintable() and " " not in text
    if not host or not plain or parts.scheme not in {"http", "https"} or parts.fragment:
        raise InputError(f"{place} = {shown(text)} is no URL", hint="write https://…")
    if parts.username is not None or parts.password is not None:
        raise InputError(
            f"{place} holds a user or a password",
            hint="set WAOOAW_WEBHOOK_SECRET instead, which signs what is posted",
        )
    if parts.scheme == "http" and not is_here(host):
        raise InputError(
            f"{place} = {shown(text)} can be read by anybody on the way", hint="write https://…"
        )
    return text


@dataclass(frozen=True, slots=True)
class HookPort:
    """Post letters.

    Attributes:
        url: Checked by `checked_url`.
        secret: Signs what is posted; None: nothing is signed.
        to: The recipient, with the ticket's ``{id}``; None leaves that to the other side.
        limit_seconds: How long one letter may take.
    """

    url: str
    secret: str | None = None
    to: str | None = None
    limit_seconds: float = _LIMIT_S

    @property
    def name(self) -> str:
        """What people call it."""
        return "webhook"

    def send(self, letter: Letter) -> Delivery:
        """Post the letter. Nobody is followed to another place."""
        try:
            body = self._body(letter)
        except InputError as error:
            return Refused(error.message)
        parts = urlsplit(self.url)
        client = self._client(parts)
        try:
            with time_limit(lambda: client.sock, self.limit_seconds):
                return self._posted(client, parts, letter, body)
        finally:
            client.close()

    def _client(self, parts: SplitResult) -> http.client.HTTPConnection:
        kind = (
            http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        )
        return kind(parts.hostname or "", parts.port, timeout=self.limit_seconds)

    def _body(self, letter: Letter) -> bytes:
        content = {
            "schema": _SCHEMA,
            "key": letter.key,
            "id": letter.id,
            "kind": letter.occasion.kind.value,
            "occasion": letter.occasion.name,
            "tone": letter.tone,
            "to": None if self.to is None else addressed(self.to, letter.id),
            "subject": letter.subject,
            "body": letter.body,
            "at": rfc3339(letter.at),
        }
        return json.dumps(content, sort_keys=True).encode()

    def _posted(
        self, client: http.client.HTTPConnection, parts: SplitResult, letter: Letter, body: bytes
    ) -> Delivery:
        try:
            client.connect()
        except (OSError, http.client.HTTPException, ValueError) as error:
            return Refused(f"{type(error).__name__}: {error}")
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": letter.key,
            "User-Agent": f"waooaw/{__version__}",
        }
        if self.secret is not None:
            signature = hmac.new(self.secret.encode(), body, hashlib.sha256).hexdigest()
            headers["X-Waooaw-Signature"] = f"sha256={signature}"
        target = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
        try:
            client.request("POST", target, body, headers)
            status = client.getresponse().status
        except (OSError, http.client.HTTPException, ValueError) as error:
            return Unclear(f"after it was posted: {type(error).__name__}: {error}")
        return _meaning(status, parts.netloc)


def _meaning(status: int, where: str) -> Delivery:
    if _GOOD <= status < _MOVED:
        return Delivered(where)
    if _MOVED <= status < _BAD:
        return Refused(f"it points elsewhere (status {status}), which nobody follows")
    if _BAD <= status < _BROKEN:
        return Refused(f"it was not taken (status {status})")
    # Who breaks down may have sent it on before.
    return Unclear(f"it broke down (status {status})")
