"""Turn a published database of advisories into one that gates can ask: records in, index out.

The records are in the Open Source Vulnerability format, as JSON or YAML; of them those count that
speak of the ecosystem PyPI. Anybody may have written them: each is held to its form, and what does
not fit is counted, never guessed at.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from waooaw.errors import InputError, shown
from waooaw_cli.factory.cvss import base_score, rating
from waooaw_cli.gates.advisories import Advisory, Bound, Event
from waooaw_cli.gates.advisory_database import Database

__all__ = [
    "Entry",
    "Imported",
    "NotCounted",
    "Opened",
    "Record",
    "Store",
    "import_advisories",
    "record_in",
]

_ECOSYSTEM = "pypi"
_LONGEST_SUMMARY = 160
_LONGEST_TEXT = 200
_MOST_OF_A_KIND = 20_000
#: A record from a clock that runs ahead would keep the database young for ever.
_AHEAD = timedelta(days=1)
_STEP = 500


class NotCounted(StrEnum):
    """Say why an entry of what was imported is not in the index."""

    BROKEN = "broken"
    OTHER = "other ecosystem"
    WITHDRAWN = "withdrawn"
    FOREIGN = "no record"


@dataclass(frozen=True, slots=True)
class Entry:
    """Hold one file of a source.

    Attributes:
        name: Its path in the source.
        content: What stands in it; None where it is too large, a link, encrypted or unreadable.
    """

    name: str
    content: bytes | None


@dataclass(frozen=True, slots=True)
class Opened:
    """Hold a source that can be read once.

    Attributes:
        name: As the user named it.
        digest: SHA-256 over everything in it, in hex.
        total: How many entries it has.
        entries: The entries, in the order of their names.
    """

    name: str
    digest: str
    total: int
    entries: Iterable[Entry]


@dataclass(frozen=True, slots=True)
class Record:
    """Hold one record that counts.

    Attributes:
        advisories: One for each distribution that it speaks of.
        modified: When it was last changed; None where it does not say.
    """

    advisories: tuple[Advisory, ...]
    modified: datetime | None


class Store(Protocol):
    """Keep the index; a new one takes the place of the old one as a whole or not at all."""

    def writing(self) -> AbstractContextManager[Callable[[Advisory], None]]:
        """Yield what adds an advisory to a new index; the old one stays in force meanwhile."""
        ...

    def publish(self, about: Callable[[Path, int, str], Database]) -> Database:
        """Put the new index in force; *about* is given its file, size in bytes and digest."""
        ...


@dataclass(frozen=True, slots=True)
class Imported:
    """Hold what an import did.

    Attributes:
        database: What is in force now.
        not_counted: How many entries are not in the index, by reason.
        examples: The first few broken ones, with what is wrong with each.
    """

    database: Database
    not_counted: Mapping[NotCounted, int]
    examples: tuple[str, ...]


def import_advisories(
    source: Opened, store: Store, *, now: datetime, progress: Callable[[int, int], None]
) -> Imported:
    """Make an index of *source* and put it in force.

    Args:
        source: What is imported.
        store: Where the index is kept.
        now: The day.
        progress: Told how many of how many entries were read, now and then.

    Raises:
        InputError: There is no record for PyPI in it.
    """
    counted: Counter[NotCounted] = Counter()
    examples: list[str] = []
    newest: datetime | None = None
    packages: set[str] = set()
    records = 0
    with store.writing() as add:
        for number, entry in enumerate(source.entries, start=1):
            match record_in(entry):
                case Record(advisories, modified):
                    records += 1
                    for advisory in advisories:
                        packages.add(advisory.name)
                        add(advisory)
                    if modified is not None and modified <= now + _AHEAD:
                        newest = max(newest or modified, modified)
                case (reason, what):
                    counted[reason] += 1
                    if reason is NotCounted.BROKEN and len(examples) < 3:  # noqa: PLR2004 - a few
                        examples.append(f"{entry.name}: {what}")
            if number % _STEP == 0:
                progress(number, source.total)
        if not records:
            raise InputError(
                f"{shown(source.name)} holds no advisory for PyPI ({_reasons(counted)})",
                hint="import OSV records, as pypa/advisory-database or OSV's PyPI/all.zip has them",
            )
        progress(source.total, source.total)
        database = store.publish(
            lambda index, size_bytes, digest: Database(
                index=index,
                size_bytes=size_bytes,
                digest=digest,
                source=source.name,
                source_digest=source.digest,
                imported_at=now,
                newest=newest,
                records=records,
                packages=len(packages),
            )
        )
    return Imported(database, dict(counted), tuple(examples))


def _reasons(counted: Mapping[NotCounted, int]) -> str:
    return ", ".join(f"{count:,} {reason}" for reason, count in sorted(counted.items())) or "empty"


def record_in(entry: Entry) -> Record | tuple[NotCounted, str]:
    """Return the record that stands in *entry*, or why none does and what is wrong with it."""
    kind = entry.name.rpartition(".")[2].lower()
    if kind not in {"json", "yaml", "yml"}:
        return NotCounted.FOREIGN, "neither JSON nor YAML"
    if entry.content is None:
        return NotCounted.BROKEN, "too large or not readable"
    try:
        data = _plain(entry.content, yaml=kind != "json")
        if not isinstance(data, dict) or not {"id", "affected"} & data.keys():
            return NotCounted.FOREIGN, "no advisory"
        return _record(data)
    except (ValueError, RecursionError, InputError) as error:
        return NotCounted.BROKEN, str(error).partition("\n")[0][:_LONGEST_TEXT]


def _plain(content: bytes, *, yaml: bool) -> Any:  # noqa: ANN401 - plain data of anybody's
    if yaml:
        from waooaw.documents import parse

        return parse(content, source="the record").data
    return json.loads(content)


def _record(data: Mapping[str, Any]) -> Record | tuple[NotCounted, str]:  # `Any`: as above
    id_ = _text(data.get("id"), "id")
    if not id_:
        raise ValueError("it has no id")
    aliases = tuple(sorted(set(_texts(data.get("aliases"), "aliases")) - {id_}))
    if data.get("withdrawn"):
        return NotCounted.WITHDRAWN, id_
    summary = _summary(data)
    advisories = tuple(_affected(data, id_, aliases, summary))
    if not advisories:
        return NotCounted.OTHER, id_
    return Record(advisories, _moment(data.get("modified")))


def _affected(
    data: Mapping[str, Any], id_: str, aliases: tuple[str, ...], summary: str
) -> Iterator[Advisory]:
    from packaging.utils import canonicalize_name

    for affected in _items(data.get("affected"), "affected"):
        package = affected.get("package")
        if not isinstance(package, dict):
            raise ValueError("affected.package is no mapping")  # noqa: TRY004 - data, no argument
        # `PyPI:https://…` names an index of somebody's own; its names mean something else.
        if _text(package.get("ecosystem"), "ecosystem").lower() != _ECOSYSTEM:
            continue
        name = canonicalize_name(_text(package.get("name"), "name"))
        if not name:
            raise ValueError("affected.package has no name")
        versions = frozenset(_releases(_texts(affected.get("versions"), "versions")))
        ranges = tuple(_ranges(affected))
        if not versions and not ranges:
            raise ValueError(f"it does not say which versions of {name} are affected")
        yield Advisory(name, id_, aliases, summary, _severity(data, affected), versions, ranges)


def _releases(texts: Iterable[str]) -> Iterator[str]:
    from packaging.utils import canonicalize_version

    for text in texts:
        yield canonicalize_version(text)


def _ranges(affected: Mapping[str, Any]) -> Iterator[tuple[Event, ...]]:
    for one in _items(affected.get("ranges"), "ranges"):
        # A range of commits says nothing of a release that is installed.
        if one.get("type") not in {"ECOSYSTEM", "SEMVER"}:
            continue
        events = tuple(
            (Bound(kind), _text(version, kind))
            for event in _items(one.get("events"), "events")
            for kind, version in event.items()
            if (kind, version) != ("limit", "*")
        )
        if not any(kind is Bound.INTRODUCED for kind, _ in events):
            raise ValueError("a range has no beginning")
        yield events


def _severity(data: Mapping[str, Any], affected: Mapping[str, Any]) -> str | None:
    """Return the rating: the database's own word, or that of a CVSS 3 vector."""
    for place in (data, affected):
        own = place.get("database_specific")
        word = own.get("severity") if isinstance(own, dict) else None
        if isinstance(word, str) and word.lower() in {"critical", "high", "moderate", "low"}:
            return {"moderate": "medium"}.get(word.lower(), word.lower())
    for place in (affected, data):
        for one in _items(place.get("severity"), "severity"):
            score = base_score(str(one.get("score")))
            if score is not None:
                return rating(score)
    return None


def _summary(data: Mapping[str, Any]) -> str:
    """Return the summary, or the beginning of the details, as one bounded line."""
    text = _long(data.get("summary")) or _long(data.get("details"))
    line = " ".join("".join(c if c.isprintable() else " " for c in text[:2_000]).split())
    return line if len(line) <= _LONGEST_SUMMARY else f"{line[: _LONGEST_SUMMARY - 1].rstrip()}…"


def _long(value: object) -> str:
    return value if isinstance(value, str) else ""


def _moment(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _text(value: object, field: str) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST_TEXT or not value.isprintable():
        raise ValueError(f"{field} is no short text: {shown(value)}")
    return value


def _texts(value: object, field: str) -> Iterator[str]:
    for one in _list(value, field):
        yield _text(one, field)


def _items(value: object, field: str) -> Iterator[dict[str, Any]]:
    for one in _list(value, field):
        if not isinstance(one, dict):
            raise ValueError(f"{field} holds something that is no mapping")  # noqa: TRY004 - as above
        yield one


def _list(value: object, field: str) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list) or len(value) > _MOST_OF_A_KIND:
        raise ValueError(f"{field} is no list, or too long a one")
    return value
