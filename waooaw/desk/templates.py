"""Words to the customer as data: templates by tone, kind of letter and type of request.

A template is text with {placeholders}, and nothing in it is ever evaluated. A user's own file has
the form of `letters.yaml`: it replaces what it names, and may bring tones of its own, such as one
in another language; such a tone has to be complete.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TypeAlias

from waooaw.documents import Document, FieldPath, Json, parse, read
from waooaw.errors import InvalidDocument, Problem, shown
from waooaw.triage.vocabulary import RequestType, Route, SeverityLevel

__all__ = [
    "PLACEHOLDERS",
    "LetterKind",
    "Template",
    "Voice",
    "Voices",
    "placeholders",
    "read_voices",
    "shipped_voices",
]


class LetterKind(StrEnum):
    """Name what a letter is for, in the order of a ticket's life."""

    ACKNOWLEDGEMENT = "acknowledgement"
    CLASSIFICATION = "classification"
    PROGRESS = "progress"
    RESOLUTION = "resolution"
    FOLLOW_UP = "follow-up"


_EVERYWHERE = frozenset({"id", "title", "type"})
#: Kind of letter → what its templates may name.
PLACEHOLDERS: Mapping[LetterKind, frozenset[str]] = {
    LetterKind.ACKNOWLEDGEMENT: _EVERYWHERE | {"answer", "questions"},
    LetterKind.CLASSIFICATION: _EVERYWHERE | {"thanks", "answer", "questions"},
    LetterKind.PROGRESS: _EVERYWHERE | {"same", "news", "reply", "asked", "late"},
    LetterKind.RESOLUTION: _EVERYWHERE | {"solution"},
    LetterKind.FOLLOW_UP: _EVERYWHERE,
}
#: Words that are one text → what they may name.
_WORDS: Mapping[str, frozenset[str]] = {
    "greeting": frozenset(),
    "closing": frozenset({"id"}),
    "thanks": frozenset(),
    "waiting": frozenset(),
    "passed": frozenset({"desk"}),
    "working": frozenset({"desk"}),
    "queued": frozenset({"desk"}),
    "same": frozenset(),
}
_LATE = "late"
#: Words that are a table → its keys.
_TABLES: Mapping[str, tuple[str, ...]] = {
    "answers": (*sorted(SeverityLevel), _LATE),
    "desks": tuple(Route),
    "types": tuple(RequestType),
}
_ANY, _UNTITLED = "any", "untitled"
_TONE = re.compile(r"[a-z][a-z0-9-]{0,29}")
_PLACEHOLDER = re.compile(r"\{([^{}\n]{0,100})\}")
_LONGEST = {"subject": 120, "body": 5_000}
_LONGEST_WORDS = 500
#: Spaces that French and others set before signs.
_SPACES = frozenset("\n\u00a0\u202f")


@dataclass(frozen=True, slots=True)
class Template:
    """Hold the words of one letter, with {placeholders}."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Voice:
    """Hold the words of one tone.

    Attributes:
        words: What stands around and inside of letters, by name; a table's entries as
            ``answers.P1``.
        letters: The template of each kind and type.
        untitled: The template of a kind for what has no title, whatever its type.
    """

    words: Mapping[str, str]
    letters: Mapping[tuple[LetterKind, RequestType], Template]
    untitled: Mapping[LetterKind, Template] = field(default_factory=dict)

    def template(self, kind: LetterKind, type_: RequestType, *, titled: bool) -> Template:
        """Return the words of a letter. Those of a security concern name no title anyway."""
        usual = self.letters[kind, type_]
        if titled or type_ is RequestType.SECURITY:
            return usual
        return self.untitled.get(kind, usual)

    def answer(self, severity: SeverityLevel) -> str:
        """Return how soon somebody answers."""
        return self.words[f"answers.{severity}"]

    @property
    def late(self) -> str:
        """What is said where an answer is overdue."""
        return self.words[f"answers.{_LATE}"]

    def desk(self, desk: Route) -> str:
        """Return who that is, for somebody who does not know our desks."""
        return self.words[f"desks.{desk}"]

    def type(self, kind: RequestType) -> str:
        """Return what a request of that type is."""
        return self.words[f"types.{kind}"]


#: Tone → its words.
Voices: TypeAlias = Mapping[str, Voice]


@cache
def shipped_voices() -> Voices:
    """Return the tones that travel with waooaw: brief, formal, friendly."""
    content = resources.files("waooaw.desk").joinpath("letters.yaml").read_bytes()
    return _merged({}, parse(content, source="letters.yaml"))


def read_voices(*own: Path) -> Voices:
    """Return the shipped tones with what a user's files put in their place, the last one wins.

    Raises:
        InputError: There is no such file.
        InvalidDocument: It is malformed, names what there is not, or a tone of its own is not
            complete; every problem is named with its line.
    """
    voices = shipped_voices()
    for path in own:
        voices = _merged(voices, read(path, absent="check the path that `own` names"))
    return voices


def placeholders(text: str) -> frozenset[str]:
    """Return the names that stand in braces."""
    return frozenset(_PLACEHOLDER.findall(text))


def _merged(known: Voices, document: Document) -> Voices:
    reader = _Reader(document)
    voices = dict(known)
    for tone, content in reader.table(("tones",), reader.root(), None).items():
        path: FieldPath = ("tones", tone)
        if not _TONE.fullmatch(tone):
            reader.refuse(path, f"{shown(tone)} is no name of a tone", "lower case, digits and -")
            continue
        parts = reader.table(path, content, ("words", "letters"))
        before = known.get(tone, Voice({}, {}))
        voice = Voice(
            {**before.words, **dict(reader.words((*path, "words"), parts.get("words")))},
            {**before.letters, **dict(reader.letters((*path, "letters"), parts.get("letters")))},
            {**before.untitled, **dict(reader.untitled((*path, "letters"), parts.get("letters")))},
        )
        reader.require_whole(path, voice)
        voices[tone] = voice
    if reader.problems:
        raise InvalidDocument(document.source, tuple(reader.problems))
    return voices


class _Reader:
    """Read one file of words and gather everything that is wrong with it."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self.problems: list[Problem] = []

    def refuse(self, path: FieldPath, message: str, expected: str | None = None) -> None:
        self.problems.append(self._document.problem(path, message, expected))

    def root(self) -> Json:
        return self.table((), self._document.data, ("tones",)).get("tones")

    def table(
        self, path: FieldPath, value: Json, known: tuple[str, ...] | None
    ) -> Mapping[str, Json]:
        """Return a table of which each key is known; nothing where the value is none."""
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.refuse(path, f"{shown(value)} is no table")
            return {}
        for key in value:
            if known is not None and key not in known:
                expected = f"one of {', '.join(known)}"
                self.refuse((*path, key), f"there is no {shown(key)} here", expected)
        return {key: item for key, item in value.items() if known is None or key in known}

    def words(self, path: FieldPath, value: Json) -> Iterator[tuple[str, str]]:
        for name, content in self.table(path, value, (*_WORDS, *_TABLES)).items():
            place = (*path, name)
            if name in _WORDS:
                if self._holds(place, content, _LONGEST_WORDS, _WORDS[name]):
                    yield name, content.strip()
                continue
            for key, text in self.table(place, content, _TABLES[name]).items():
                if self._holds((*place, key), text, _LONGEST_WORDS, frozenset()):
                    yield f"{name}.{key}", text.strip()

    def letters(
        self, path: FieldPath, value: Json
    ) -> Iterator[tuple[tuple[LetterKind, RequestType], Template]]:
        for kind, content in self.table(path, value, tuple(LetterKind)).items():
            place = (*path, kind)
            types = self.table(place, content, (_ANY, _UNTITLED, *RequestType))
            names = PLACEHOLDERS[LetterKind(kind)]
            found = {
                name: template
                for name, one in types.items()
                if name != _UNTITLED and (template := self._template((*place, name), one, names))
            }
            for type_ in RequestType:
                if (template := found.get(type_, found.get(_ANY))) is not None:
                    yield (LetterKind(kind), type_), template

    def untitled(self, path: FieldPath, value: Json) -> Iterator[tuple[LetterKind, Template]]:
        """Yield the words for what has no title; `letters` says what is wrong with the tables."""
        tables = value if isinstance(value, dict) else {}
        for kind in LetterKind:
            content = tables.get(kind.value)
            if not isinstance(content, dict) or _UNTITLED not in content:
                continue
            place, names = (*path, kind.value, _UNTITLED), PLACEHOLDERS[kind] - {"title"}
            if (template := self._template(place, content[_UNTITLED], names)) is not None:
                yield kind, template

    def require_whole(self, path: FieldPath, voice: Voice) -> None:
        if self.problems:  # what was refused would be missed as well
            return
        names = [*_WORDS, *(f"{table}.{key}" for table, keys in _TABLES.items() for key in keys)]
        for name in names:
            if name not in voice.words:
                self.refuse((*path, "words", *name.split(".")), "these words are missing")
        for kind in LetterKind:
            missing = [one for one in RequestType if (kind, one) not in voice.letters]
            if missing:
                message = f"the letters for {', '.join(missing)} are missing"
                self.refuse((*path, "letters", kind.value), message, "each type, or `any`")

    def _template(self, path: FieldPath, value: Json, names: frozenset[str]) -> Template | None:
        parts = self.table(path, value, tuple(_LONGEST))
        for name in _LONGEST:
            if name not in parts:
                self.refuse(path, f"it has no {name}")
        good = [
            self._holds((*path, name), text, _LONGEST[name], names) for name, text in parts.items()
        ]
        if len(good) < len(_LONGEST) or not all(good):
            return None
        subject = parts["subject"].strip()
        if "\n" in subject:
            self.refuse((*path, "subject"), "a subject is one line")
            return None
        return Template(subject, parts["body"].strip())

    def _holds(self, path: FieldPath, text: Json, longest: int, known: frozenset[str]) -> bool:
        """Say whether *text* can be used; else what is wrong with it is kept."""
        before = len(self.problems)
        if not isinstance(text, str) or not text.strip():
            self.refuse(path, f"{shown(text)} is no text")
            return False
        if len(text) > longest:
            self.refuse(path, f"{len(text):,} characters", f"{longest:,} at most")
        if not all(one.isprintable() or one in _SPACES for one in text):
            self.refuse(path, "it holds characters that nobody sees")
        allowed = ", ".join(f"{{{name}}}" for name in sorted(known)) or "none"
        for name in sorted(placeholders(text) - known):
            self.refuse(path, f"there is no placeholder {shown(name)} here", allowed)
        if set("{}") & set(_PLACEHOLDER.sub("", text)):
            self.refuse(path, "a brace that belongs to no placeholder", allowed)
        return len(self.problems) == before
