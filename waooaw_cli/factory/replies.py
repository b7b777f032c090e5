"""What a person types, as a value, and a value as a person would type it."""

from __future__ import annotations

import json
import re
import unicodedata

from waooaw import documents
from waooaw.consistency import nearest
from waooaw.documents import Json
from waooaw.errors import InputError, InvalidDocument, shown
from waooaw_cli.factory.asking import Choice
from waooaw_cli.factory.questions import FieldType, QuestionField

__all__ = ["read_reply", "reply_text"]

_LONGEST = 100_000
_YES = frozenset({"y", "yes", "true"})
_NO = frozenset({"n", "no", "false"})
_BETWEEN_NAMES = re.compile(r"[\s,;]+")
_BETWEEN_LINES = re.compile(r"[;\n]")


def read_reply(field: QuestionField, text: str, choices: tuple[Choice, ...] = ()) -> Json:
    """Return the value that *text* writes; whether the specification takes it is not asked here.

    Args:
        field: What was asked for.
        text: What was typed; not blank.
        choices: The words to choose from; a number, from 1, chooses as well.

    Raises:
        InputError: It is no answer of this kind.
    """
    _refuse_unprintable(text)
    text = text.strip()
    words = tuple(choice.word for choice in choices)
    match field.type:
        case FieldType.TEXT | FieldType.PASSAGE | FieldType.ENTRIES:
            return text
        case FieldType.CHOICE:
            return _chosen(text, words)
        case FieldType.SEVERAL:
            return list(dict.fromkeys(_chosen(part, words) for part in _names(text)))
        case FieldType.YES_NO:
            return _yes_or_no(text)
        case FieldType.NUMBER:
            return _number(text)
        case FieldType.NAMES:
            return _names(text)
        case FieldType.LIST:
            return _lines(text)
        case FieldType.DATA:
            return _data(text)


def reply_text(field: QuestionField, value: Json) -> str:
    """Return what a person would type for *value*: `read_reply` of it gives *value* again."""
    match field.type:
        case FieldType.YES_NO if isinstance(value, bool):
            return "yes" if value else "no"
        case FieldType.NAMES | FieldType.SEVERAL if _plain_items(value, _BETWEEN_NAMES):
            return ", ".join(value)
        case FieldType.LIST if _plain_items(value, _BETWEEN_LINES):
            return "; ".join(value)
    return value if isinstance(value, str) and field.type is not FieldType.DATA else _flow(value)


def _flow(value: Json) -> str:
    # JSON is YAML on one line. What could hide in it is escaped; letters of any script are kept.
    text = json.dumps(value, ensure_ascii=False)
    return text if text.isprintable() else json.dumps(value)


def _plain_items(value: Json, between: re.Pattern[str]) -> bool:
    return isinstance(value, list) and all(
        isinstance(item, str)
        and item == item.strip() != ""
        and not item.startswith("[")
        and not between.search(item)
        for item in value
    )


def _refuse_unprintable(text: str) -> None:
    if len(text) > _LONGEST:
        raise InputError(f"the answer is longer than {_LONGEST:,} characters", hint="shorten it")
    for character in text:
        if unicodedata.category(character) in {"Cc", "Cs"} and character not in "\n\t":
            raise InputError(
                f"the answer holds the control character U+{ord(character):04X}",
                hint="type it again without that character",
            )


def _chosen(text: str, words: tuple[str, ...]) -> str:
    if text in words:
        return text
    if text.isascii() and text.isdigit() and 0 < int(text[:4]) <= len(words):
        return words[int(text[:4]) - 1]
    begun = [word for word in words if word.startswith(text.lower())]
    if len(begun) == 1:
        return begun[0]
    known = " | ".join(words)
    raise InputError(
        f"{shown(text)} is not one of {known}", hint=nearest(text, words) or "type one of them"
    )


def _yes_or_no(text: str) -> bool:
    if text.lower() in _YES:
        return True
    if text.lower() in _NO:
        return False
    raise InputError(f"{shown(text)} is neither yes nor no", hint="type yes or no")


def _number(text: str) -> int | float:
    value = _parsed(text, "a number such as 0.5")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError(f"{shown(text)} is not a number", hint="digits, with a point: 0.5")
    return value


def _names(text: str) -> list[str]:
    if text.startswith("["):
        return _texts(text)
    return [part for part in _BETWEEN_NAMES.split(text) if part]


def _lines(text: str) -> list[str]:
    if text.startswith("["):
        return _texts(text)
    return [part.strip() for part in _BETWEEN_LINES.split(text) if part.strip()]


def _texts(text: str) -> list[str]:
    hint = 'a list such as ["one; with a semicolon", two]'
    value = _parsed(text, hint)
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise InputError(f"{shown(text)} is not a list of texts", hint=hint)
    return value


def _data(text: str) -> Json:
    hint = "as in {order_id: string, amount: number}"
    if text[0] not in "{[" and re.match(r'[\w"-][^{}\[\]\n]*: ', text) and "\n" not in text:
        # The braces are easily forgotten.
        return _parsed(f"{{{text}}}", hint)
    return _parsed(text, hint)


def _parsed(text: str, hint: str) -> Json:
    try:
        return documents.parse(text.encode(), source="the answer").data
    except InvalidDocument as error:
        problem = error.problems[0]
        raise InputError(f"{shown(text)} can't be read: {problem.message}", hint=hint) from error
