"""Files of rules, patterns and policies of a user: held to their form before they are believed.

Those that travel with waooaw are held to the same form by a test, so that no run pays for it.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from waooaw.documents import Document
from waooaw.triage.vocabulary import Route, SeverityLevel

__all__ = ["check_catalogue", "check_own", "check_rules"]

_Texts = Annotated[tuple[str, ...], Field(strict=False)]
_Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,59}$")]


class _RuleEntry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    id: _Id
    says: Annotated[str, Field(min_length=1, max_length=300)]
    any: Annotated[tuple[str, ...], Field(strict=False, min_length=1)]
    also: _Texts = ()
    unless: _Texts = ()
    sets: dict[str, bool | str] = {}
    floor: Annotated[SeverityLevel | None, Field(strict=False)] = None
    notes: _Texts = ()
    follows: str | None = None
    lowers: bool = False
    across: bool = False
    wide: bool = False


class _RulesEntry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    rules: Annotated[tuple[_RuleEntry, ...], Field(strict=False, min_length=1)]


class _PatternEntry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    id: _Id
    title: Annotated[str, Field(min_length=1, max_length=200)]
    resolution: Annotated[str, Field(min_length=1, max_length=2000)]
    owner: str = ""
    any: _Texts = ()
    also: _Texts = ()
    unless: _Texts = ()
    fingerprints: _Texts = ()
    security: bool = False


class _PolicyEntry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    id: _Id
    says: Annotated[str, Field(min_length=1, max_length=300)]
    at_least: Annotated[Route, Field(strict=False)]
    when: Annotated[dict[str, bool | str | list[bool | str]], Field(min_length=1)]


class _OwnEntry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    rules: Annotated[tuple[_RuleEntry, ...], Field(strict=False)] = ()
    patterns: Annotated[tuple[_PatternEntry, ...], Field(strict=False)] = ()
    policies: Annotated[tuple[_PolicyEntry, ...], Field(strict=False)] = ()


class _CatalogueEntry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    patterns: Annotated[tuple[_PatternEntry, ...], Field(strict=False, min_length=1)]


def check_rules(document: Document) -> None:
    """Hold a file of rules to its form.

    Raises:
        InvalidDocument: It is malformed; every problem is named with its line.
    """
    _check(_RulesEntry, document)


def check_catalogue(document: Document) -> None:
    """Hold a catalogue of known patterns to its form.

    Raises:
        InvalidDocument: It is malformed; every problem is named with its line.
    """
    _check(_CatalogueEntry, document)


def check_own(document: Document) -> None:
    """Hold a user's file, which may have rules, patterns and policies, to its form.

    Raises:
        InvalidDocument: It is malformed; every problem is named with its line.
    """
    _check(_OwnEntry, document)


def _check(kind: type[BaseModel], document: Document) -> None:
    try:
        kind.model_validate(document.data)
    except ValidationError as error:
        raise document.refusal(error) from error
