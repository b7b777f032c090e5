"""What a single field of a specification may hold: text, names, topics, versions, money.

A value that is refused says what would have been right, in the context of its pydantic error.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, TypeVar

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from waooaw.events import topic_problem
from waooaw.names import RESERVED_FILES, agent_name_problem, skill_name_problem

__all__ = [
    "Avatar",
    "Identifier",
    "Line",
    "Many",
    "ModelName",
    "Money",
    "Name",
    "PromptPath",
    "SkillName",
    "Text",
    "Topic",
    "Version",
    "refuse",
]

# Source: semver.org, "Is there a suggested regular expression".
_SEMVER = re.compile(
    r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)"
    r"(-(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(\.(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?"
    r"(\+[0-9a-zA-Z-]+(\.[0-9a-zA-Z-]+)*)?",
    re.ASCII,
)
_RULE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_PROMPT = re.compile(r"(\w[\w.-]*/)*\w[\w.-]*\.(md|txt)", re.ASCII)
_SCHEME = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.-]*):")
_MODEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@/-]*")


def refuse(message: str, expected: str) -> PydanticCustomError:
    """Make a field error that carries what would have been right."""
    # The library formats {…} in the message with its context, hence no literal braces here.
    return PydanticCustomError("refused", "{message}", {"message": message, "expected": expected})


def _readable(text: str) -> str:
    if not text.strip():
        raise refuse("is blank", "some words")
    for character in text:
        # Cc: control characters. Cs: halves of surrogate pairs. Bidirectional overrides make a
        # reviewer read something else than the machine does (CVE-2021-42574).
        category = unicodedata.category(character)
        if (category == "Cc" and character not in "\n\t") or category == "Cs":
            raise refuse(f"holds the control character U+{ord(character):04X}", "plain text")
        if unicodedata.bidirectional(character) in {"LRE", "RLE", "LRO", "RLO", "PDF"} | {
            "LRI",
            "RLI",
            "FSI",
            "PDI",
        }:
            raise refuse(
                f"holds the direction override U+{ord(character):04X}", "text in its own order"
            )
    return text


def _one_line(text: str) -> str:
    # A block scalar (`title: >`) ends with a line break that nobody meant.
    text = text.strip()
    if "\n" in text or "\t" in text:
        raise refuse("spans several lines", "one line")
    return text


def _avatar(text: str) -> str:
    scheme = _SCHEME.match(text)
    if scheme and scheme[1].lower() not in {"http", "https"}:
        raise refuse("is no address that a page may show", "https://…, a path, or a character")
    return text


def _agent_name(name: str) -> str:
    if problem := agent_name_problem(name):
        raise refuse(problem, "lower-case words joined by dashes, such as wow-refund-desk")
    return name


def _skill_name(name: str) -> str:
    if problem := skill_name_problem(name):
        raise refuse(problem, "a Python name of your own, such as issue_refund")
    return name


def _topic(pattern: str) -> str:
    if problem := topic_problem(pattern):
        raise refuse(
            problem, "segments of a-z, 0-9, _ and - joined by dots; * for one, ** for any number"
        )
    return pattern


def _semantic_version(version: str) -> str:
    if not _SEMVER.fullmatch(version):
        raise refuse("is not a semantic version", "MAJOR.MINOR.PATCH, such as 0.1.0")
    return version


def _rule_id(name: str) -> str:
    if not _RULE_ID.fullmatch(name):
        raise refuse(
            "is no id", "letters, digits, dashes, dots and underscores, such as small-refund"
        )
    return name


def _prompt_path(path: str) -> str:
    stems = {part.split(".")[0].lower() for part in path.split("/")}
    if not _PROMPT.fullmatch(path) or stems & RESERVED_FILES or "__pycache__" in stems:
        raise refuse(
            "is no path inside the package", "a .md or .txt file such as prompts/decide.md"
        )
    return path


def _model_name(name: str) -> str:
    if not _MODEL.fullmatch(name):
        raise refuse("is no model's name", "a name such as claude-sonnet-4-5")
    return name


Text = Annotated[str, Field(min_length=1, max_length=4_000), AfterValidator(_readable)]
Line = Annotated[
    str, Field(min_length=1, max_length=400), AfterValidator(_readable), AfterValidator(_one_line)
]
Name = Annotated[str, AfterValidator(_agent_name)]
SkillName = Annotated[str, AfterValidator(_skill_name)]
Topic = Annotated[str, AfterValidator(_topic)]
Version = Annotated[str, Field(max_length=100), AfterValidator(_semantic_version)]
Identifier = Annotated[str, Field(max_length=60), AfterValidator(_rule_id)]
_Item = TypeVar("_Item")
# A file has lists; inside they are tuples, which strict mode would not make of them.
Many = Annotated[tuple[_Item, ...], Field(strict=False)]
Money = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]
PromptPath = Annotated[str, Field(max_length=100), AfterValidator(_prompt_path)]
Avatar = Annotated[Line, AfterValidator(_avatar)]
ModelName = Annotated[str, Field(max_length=100), AfterValidator(_model_name)]
