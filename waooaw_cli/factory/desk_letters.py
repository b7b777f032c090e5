"""How customers are written to: the table `[desk.letters]` of the settings, and what it opens."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import assert_never

from waooaw.desk.messages import addressed, checked_address
from waooaw.desk.occasions import Rhythm
from waooaw.desk.outbox import Outbox
from waooaw.desk.ports import Port
from waooaw.desk.sending import Correspondence
from waooaw.desk.store import Desk
from waooaw.desk.templates import Voice, read_voices
from waooaw.errors import InputError, shown
from waooaw.triage.vocabulary import SeverityLevel
from waooaw_cli.factory.triaging import memory_at, opened
from waooaw_cli.settings import Settings

__all__ = ["LetterSettings", "correspondence", "letter_settings", "port_of"]

#: Field → what its value has to be.
_FIELDS: Mapping[str, type] = {
    "port": str,
    "folder": str,
    "to": str,
    "from": str,
    "host": str,
    "port_number": int,
    "protection": str,
    "user": str,
    "url": str,
    "tone": str,
    "own": list,
    "follow_up_days": int,
    "quiet": list,
}
_KINDS: Mapping[type, str] = {str: "text", int: "a whole number", list: "a list of texts"}
_TONE = "friendly"
_FOLDER = "letters"
_FOLLOW_UP_DAYS = 3
_DAYS = range(366)
_PORTS = range(1, 65_536)
_TLS_PORT, _SUBMISSION_PORT = 465, 587
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|[0-9A-Fa-f:]{2,39}")


class _PortKind(StrEnum):
    FILE = "file"
    SMTP = "smtp"
    WEBHOOK = "webhook"


@dataclass(frozen=True, slots=True)
class LetterSettings:
    """Hold how customers are written to.

    Attributes:
        place: Where the table stands, for messages.
        table: What stands in it, each value of the type that it has to have.
        base: Relative paths are seen from here.
        tone: The name of *voice*.
        voice: The words.
        rhythm: How often, and how late.
    """

    place: str
    table: Mapping[str, object]
    base: Path
    tone: str
    voice: Voice
    rhythm: Rhythm

    def text(self, name: str) -> str | None:
        """Return a text of the table, or None."""
        value = self.table.get(name)
        return None if value is None else str(value)

    def required(self, name: str, example: str) -> str:
        """Return a text of the table.

        Raises:
            InputError: It is not there.
        """
        value = self.text(name)
        if not value:
            raise InputError(f"{self.place}.{name} is missing", hint=f'{name} = "{example}"')
        return value


def letter_settings(settings: Settings, folder: Path) -> LetterSettings:
    """Return how customers are written to.

    Args:
        settings: The settings in force.
        folder: The current folder.

    Raises:
        InputError: The table, or a file of own words, is wrong; the message names file and field.
    """
    place = settings.place("desk.letters")
    table = _table(settings, place)
    base = folder if settings.file is None else settings.file.parent
    voices = read_voices(*(base / one for one in _texts(table, "own", place)))
    tone = str(table.get("tone", _TONE))
    if tone not in voices:
        raise InputError(
            f"{place}.tone = {shown(tone)}: there is no such tone",
            hint=f"one of {', '.join(sorted(voices))}",
        )
    days = _number(table, "follow_up_days", _FOLLOW_UP_DAYS, _DAYS, place)
    quiet = frozenset(_severity(one, place) for one in _texts(table, "quiet", place))
    rhythm = Rhythm(timedelta(days=days) if days else None, quiet)
    return LetterSettings(place, table, base, tone, voices[tone], rhythm)


@contextmanager
def correspondence(settings: Settings, letters: LetterSettings) -> Iterator[Correspondence]:
    """Open what letters are made of, with what triage judged by now taken up.

    Raises:
        WaooawError: The memory can't be used.
    """
    # First, since it makes the folder, which nobody else may read.
    with closing(opened(settings)) as tickets:
        place = memory_at(settings)
        with closing(Desk(place)) as desk, closing(Outbox(place)) as outbox:
            desk.take_up()
            yield Correspondence(desk, tickets, outbox, letters.tone, letters.voice, letters.rhythm)


def port_of(letters: LetterSettings, env: Mapping[str, str], to: str | None) -> Port:
    """Return where letters leave.

    Args:
        letters: The settings.
        env: The environment, which alone holds passwords.
        to: The recipient of this one letter, who is kept nowhere; None: as the settings say.

    Raises:
        InputError: No port is set, or something that it needs is missing or wrong.
    """
    kind = _port_kind(letters)
    if to is not None:
        checked_address(to, "--to")
        if kind is _PortKind.FILE:
            raise InputError(
                "--to would stand in the file, and the customer's address is kept nowhere",
                hint="leave it out, or send by smtp or webhook",
            )
    recipient = to if to is not None else _recipient(letters)
    # What a port needs is imported where it is used: a mail client costs 50 ms.
    match kind:
        case _PortKind.FILE:
            from waooaw.desk.letter_files import FilePort

            folder = letters.base / Path(letters.text("folder") or _FOLDER).expanduser()
            return FilePort(folder, _sender(letters), recipient)
        case _PortKind.SMTP:
            return _mail(letters, env, recipient)
        case _PortKind.WEBHOOK:
            from waooaw.desk.letter_hook import HookPort, checked_url

            url = letters.required("url", "https://example.org/letters")
            url = checked_url(url, f"{letters.place}.url")
            return HookPort(url, env.get("WAOOAW_WEBHOOK_SECRET") or None, recipient)
        case other:
            assert_never(other)


def _mail(letters: LetterSettings, env: Mapping[str, str], recipient: str | None) -> Port:
    from waooaw.desk.letter_hook import is_here
    from waooaw.desk.letter_mail import MailPort, MailServer, Protection

    host = letters.required("host", "mail.example.org")
    if not _HOST.fullmatch(host):
        raise InputError(f"{letters.place}.host = {shown(host)} is no name of a server")
    text = letters.text("protection") or Protection.STARTTLS.value
    if text not in set(Protection):
        raise InputError(
            f"{letters.place}.protection = {shown(text)}", hint=f"one of {', '.join(Protection)}"
        )
    protection = Protection(text)
    if protection is Protection.NONE and not is_here(host):
        raise InputError(
            f"{letters.place}.protection = 'none': letters could be read on the way to {host}",
            hint="starttls or tls; none is for a server on this machine",
        )
    usual = _TLS_PORT if protection is Protection.TLS else _SUBMISSION_PORT
    number = _number(letters.table, "port_number", usual, _PORTS, letters.place)
    user, password = letters.text("user"), env.get("WAOOAW_SMTP_PASSWORD") or None
    if user is not None and password is None:
        raise InputError(
            f"{letters.place}.user logs in, and nobody says the password",
            hint="set WAOOAW_SMTP_PASSWORD; it is read from nowhere else",
        )
    if recipient is None:
        letters.required("to", "ticket+{id}@example.org")
    server = MailServer(host, number, protection, user, password)
    return MailPort(server, _sender(letters), recipient or "")


def _port_kind(letters: LetterSettings) -> _PortKind:
    known = ", ".join(_PortKind)
    text = letters.required("port", _PortKind.FILE)
    if text not in set(_PortKind):
        raise InputError(f"{letters.place}.port = {shown(text)}", hint=f"one of {known}")
    return _PortKind(text)


def _sender(letters: LetterSettings) -> str:
    sender = letters.required("from", "help-desk@example.org")
    return checked_address(sender, f"{letters.place}.from")


def _recipient(letters: LetterSettings) -> str | None:
    pattern = letters.text("to")
    if pattern is None:
        return None
    # An id that an address can't hold becomes a longer one, which only the name has room for.
    usual = ("T-1", "acme/shop#1") if "{id}" in pattern.partition("@")[0] else ("T-1",)
    try:
        for id_ in usual:
            addressed(pattern, id_)
    except InputError:
        raise InputError(
            f"{letters.place}.to = {shown(pattern)} makes no e-mail address",
            hint='to = "ticket+{id}@example.org"',
        ) from None
    return pattern


def _table(settings: Settings, place: str) -> Mapping[str, object]:
    desk = settings.tables.get("desk", {})
    table = desk.get("letters", {}) if isinstance(desk, dict) else desk
    if not isinstance(table, dict):
        raise InputError(f"{place} = {shown(table)} is no table", hint="write [desk.letters]")
    for key, value in table.items():
        if key not in _FIELDS:
            import difflib

            near = difflib.get_close_matches(key, _FIELDS, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(_FIELDS)}"
            raise InputError(f"{place}.{key} is no setting", hint=hint)
        if type(value) is not _FIELDS[key]:
            raise InputError(f"{place}.{key} = {shown(value)} is not {_KINDS[_FIELDS[key]]}")
    return table


def _texts(table: Mapping[str, object], name: str, place: str) -> tuple[str, ...]:
    value = table.get(name, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise InputError(f"{place}.{name} = {shown(value)} is not {_KINDS[list]}")
    return tuple(value)


def _number(table: Mapping[str, object], name: str, default: int, bounds: range, place: str) -> int:
    value = table.get(name, default)
    if not isinstance(value, int) or value not in bounds:
        raise InputError(
            f"{place}.{name} = {shown(value)}", hint=f"a number from {bounds[0]} to {bounds[-1]}"
        )
    return value


def _severity(text: str, place: str) -> SeverityLevel:
    if text not in set(SeverityLevel):
        known = ", ".join(sorted(SeverityLevel))
        raise InputError(f"{place}.quiet: {shown(text)} is no severity", hint=f"known: {known}")
    return SeverityLevel(text)
