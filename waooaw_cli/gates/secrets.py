"""Secrets in a package's files and in its history, and those that the settings permit."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from waooaw.errors import InputError, shown

if TYPE_CHECKING:
    from waooaw.vision import Secret
    from waooaw_cli.gates.ports import History

__all__ = ["Allowed", "Former", "SecretSettings", "Since", "history_base", "secret_settings"]

_SHA256 = re.compile(r"[0-9a-f]{64}")
_LONGEST_PATTERN = 200
_MOST_REPETITIONS = 3
_LONGEST_VALUE = 300
_FEWEST_LETTERS = 3
#: What makes the time of a search grow faster than the text, or looks outside the secret.
_UNSAFE = re.compile(r"\)[*+?{]|\(\?|\\[0-9]")
#: What later versions of Python will read as something else.
_UNCLEAR = re.compile(r"\[\^?\[|--|&&|~~|\|\|")
_REPETITION = re.compile(r"(?<!\\)(?:[*+?]|\{[0-9]*,[0-9]*\})")
_HISTORY = timedelta(seconds=60)
_HINT = 'such as allow = [{ sha256 = "…", reason = "the vendor\'s public test key" }]'


@dataclass(frozen=True, slots=True)
class Allowed:
    """Permit one secret, or those of one form.

    Attributes:
        sha256: Of the secret itself, in small hexadecimal digits; None where a pattern permits.
        pattern: What the whole secret has to look like.
        path: Where it may stand; anywhere where this is None.
        reason: Why it is no secret, for who reads the settings.
    """

    sha256: str | None
    pattern: re.Pattern[str] | None
    path: re.Pattern[str] | None
    reason: str

    def covers(self, value: str, path: PurePosixPath) -> bool:
        """Tell whether the secret *value* may stand in the file at *path*."""
        if self.path is not None and not self.path.fullmatch(str(path)):
            return False
        if self.pattern is not None:
            return bool(self.pattern.fullmatch(value[:_LONGEST_VALUE]))
        return hashlib.sha256(value.encode("utf-8", "surrogateescape")).hexdigest() == self.sha256


@dataclass(frozen=True, slots=True)
class SecretSettings:
    """Hold the table `secrets` of the settings.

    Attributes:
        base: Since which commit the history is looked at; None: it is not.
        allow: What is permitted.
    """

    base: str | None = None
    allow: tuple[Allowed, ...] = ()

    def permits(self, value: str, path: PurePosixPath) -> bool:
        """Tell whether the secret *value* may stand in the file at *path*."""
        return any(one.covers(value, path) for one in self.allow)


def secret_settings(table: object, *, source: str) -> SecretSettings:
    """Return what the table says.

    Args:
        table: The table as TOML has it; None where there is none.
        source: The file that it stands in, for messages.

    Raises:
        InputError: A key is unknown or a value wrong; the message names file, key and value.
    """
    place = f"{source}: secrets"
    table = {} if table is None else table
    if not isinstance(table, Mapping):
        raise InputError(f"{place} is no table", hint=_HINT)
    _only(table, ("allow", "base"), place)
    base = table.get("base")
    if base is not None and not (isinstance(base, str) and base.strip()):
        raise InputError(
            f"{place}.base = {shown(base)} names no commit", hint='base = "origin/main"'
        )
    allow = table.get("allow", [])
    if not isinstance(allow, list):
        raise InputError(f"{place}.allow is no list", hint=_HINT)
    entries = tuple(_allowed(one, f"{place}.allow[{index}]") for index, one in enumerate(allow))
    return SecretSettings(base, entries)


def history_base(asked: str | None, tables: Mapping[str, object], *, source: str) -> str | None:
    """Return since which commit the history is looked at: what the user asks, or the settings.

    Raises:
        InputError: The table is wrong.
    """
    if asked is not None or "secrets" not in tables:
        return asked
    return secret_settings(tables["secrets"], source=source).base


def _only(table: Mapping[str, object], known: tuple[str, ...], place: str) -> None:
    for key in table:
        if key not in known:
            raise InputError(
                f"{place}: there is no key {shown(key)}", hint=f"known: {', '.join(known)}"
            )


def _allowed(entry: object, place: str) -> Allowed:
    if not isinstance(entry, Mapping):
        raise InputError(f"{place} is no table", hint=_HINT)
    _only(entry, ("path", "pattern", "reason", "sha256"), place)
    for key, value in entry.items():
        if not isinstance(value, str):
            raise InputError(f"{place}.{key} = {shown(value)} is no text", hint=_HINT)
    sha256, pattern, path = (entry.get(name) for name in ("sha256", "pattern", "path"))
    reason = entry.get("reason", "").strip()
    if len(reason) < _FEWEST_LETTERS:
        raise InputError(f"{place} has no reason", hint="say why that is no secret")
    if (sha256 is None) == (pattern is None):
        raise InputError(f"{place} has to have sha256 or pattern, not both", hint=_HINT)
    if sha256 is not None and not _SHA256.fullmatch(sha256.lower()):
        raise InputError(
            f"{place}.sha256 = {shown(sha256)} is no SHA-256",
            hint='printf %s "$SECRET" | sha256sum',
        )
    return Allowed(
        None if sha256 is None else sha256.lower(),
        None if pattern is None else _pattern(pattern, place),
        None if path is None else _glob(path),
        reason,
    )


def _pattern(text: str, place: str) -> re.Pattern[str]:
    """Compile a pattern that needs little time whatever it is held against."""
    hint = (
        "no groups that repeat or begin with ?, no back-references, at most"
        f" {_MOST_REPETITIONS} repetitions and {_LONGEST_PATTERN} characters"
    )
    bare = re.sub(r"\[\^?\]?[^\]]*\]", "[]", text)
    if (
        len(text) > _LONGEST_PATTERN
        or _UNSAFE.search(bare)
        or _UNCLEAR.search(text)
        or len(_REPETITION.findall(bare)) > _MOST_REPETITIONS
    ):
        raise InputError(f"{place}.pattern = {shown(text)} is not simple enough", hint=hint)
    try:
        return re.compile(text)
    except re.error as error:
        raise InputError(f"{place}.pattern is no regular expression: {error}", hint=hint) from error


def _glob(text: str) -> re.Pattern[str]:
    """Compile a path pattern: `*` is a part of one name, `**` any number of folders."""
    meaning = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*"}
    parts = re.split(r"(\*\*/|\*\*|\*)", text)
    return re.compile("".join(meaning.get(part, re.escape(part)) for part in parts))


@dataclass(frozen=True, slots=True)
class Former:
    """Hold a secret that stands in the history and no longer in a file.

    Attributes:
        commit: The commit that added it, abbreviated.
    """

    secret: Secret
    path: PurePosixPath
    commit: str


@dataclass(frozen=True, slots=True)
class Since:
    """Look at what commits since a base have added.

    Attributes:
        history: Where commits are kept.
        base: The commit, as a person names it.
    """

    history: History
    base: str

    def secrets(
        self, root: Path, settings: SecretSettings, *, present: frozenset[str]
    ) -> Iterator[Former]:
        """Yield the secrets that were added since then, each once for each file.

        Args:
            root: The package's folder.
            settings: What is permitted.
            present: Secrets that still stand in files, which are findings already.

        Raises:
            ToolFault: Git is missing, gave up, or does not know the base.
        """
        from waooaw.vision import secrets_in

        seen: set[tuple[PurePosixPath, str]] = set()
        for added in self.history.added(root, self.base, limit=_HISTORY):
            for secret in secrets_in(added.text):
                key = (added.path, secret.value)
                if key in seen or secret.value in present:
                    continue
                seen.add(key)
                if not settings.permits(secret.value, added.path):
                    yield Former(secret, added.path, added.commit)
