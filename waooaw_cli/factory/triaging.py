"""Judge service requests: what triage may look at on this machine, and what it remembers there."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from waooaw.errors import InputError, WaooawError, shown
from waooaw.triage.assessment import assess
from waooaw.triage.knowledge import Knowledge
from waooaw.triage.memory import own_folder
from waooaw.triage.modelled import modelled
from waooaw.triage.naming import KnownAgent
from waooaw.triage.reading import shipped_reader
from waooaw.triage.requests import Request
from waooaw.triage.results import TriageResult, result_content
from waooaw.triage.tickets import Tickets
from waooaw_cli.factory.triage_learned import learned_here
from waooaw_cli.factory.triage_model import ChosenModel, with_advice
from waooaw_cli.factory.triage_past import Past, index_of
from waooaw_cli.settings import Settings

if TYPE_CHECKING:
    from waooaw.triage.own import Own

__all__ = ["Judged", "judge", "knowledge_for", "memory_at", "opened", "registry"]

_MOST_AGENTS = 2_000
_FIELD = re.compile(r"^(name|title):[ \t]*(.{1,200}?)[ \t]*$", re.MULTILINE)
_HEAD_BYTES = 4_000
_SETTINGS = ("aliases", "database", "files", "model", "vectors")


@dataclass(frozen=True, slots=True)
class Judged:
    """Hold results in the order of their requests.

    Attributes:
        forgotten: Why they could not be remembered.
        unheard: Why a model that was to be asked gave nothing usable, in one line.
        unsearched: Why nobody could look for similar ones.
    """

    results: tuple[TriageResult, ...]
    forgotten: WaooawError | None = None
    unheard: str | None = None
    unsearched: WaooawError | None = None


def judge(
    requests: Sequence[Request],
    settings: Settings,
    folder: Path,
    now: datetime,
    *,
    model: ChosenModel | None = None,
) -> Judged:
    """Judge requests one after the other, and remember them together.

    Whoever asks gets an answer also where nothing can be remembered, on a full or read-only disk,
    and where nothing similar can be looked for, without the database that it lies in.

    Args:
        requests: As they came.
        settings: Where tickets are kept, and what stands in `[triage]`.
        folder: The current folder.
        now: When this is.
        model: Is asked where triage is not sure; None: nobody is.

    Raises:
        InputError: The settings or a file of patterns are wrong.
    """
    tickets, forgotten = _memory(settings)
    index = None if tickets is None else index_of(settings)
    try:
        knowledge = knowledge_for(
            settings, folder, None if tickets is None else Past(tickets, index)
        )
        results = tuple(assess(request, knowledge) for request in requests)
        results, unheard = with_advice(model, requests, results, knowledge)
        if tickets is not None:
            contents = [result_content(result) for result in results]
            try:
                tickets.remember(zip(requests, contents, strict=True), now)
            except WaooawError as error:
                forgotten = error
    finally:
        for file in (tickets, index):
            if file is not None:
                file.close()
    unsearched = None if index is None else index.fault
    return Judged(results, forgotten, unheard, unsearched)


def _memory(settings: Settings) -> tuple[Tickets | None, WaooawError | None]:
    try:
        return opened(settings), None
    except WaooawError as error:
        return None, error


def memory_at(settings: Settings) -> Path:
    """Return where tickets are kept."""
    return settings.state_dir / "triage" / "tickets.db"


def opened(settings: Settings) -> Tickets:
    """Open the memory, made if it is not there.

    Raises:
        WaooawError: It can't be used here.
    """
    place = memory_at(settings)
    own_folder(place.parent, hint="set WAOOAW_STATE_DIR")
    return Tickets(place)


def knowledge_for(settings: Settings, folder: Path, past: Past | None) -> Knowledge:
    """Return what triage may look at: agents, patterns, past requests.

    Raises:
        InputError: The table `[triage]`, or a file of patterns, is wrong.
    """
    aliases, own = _table(settings)
    rules = [rule for one in own for rule in one.rules]
    known = Knowledge(
        agents=registry(folder / settings.output, aliases),
        patterns=tuple(pattern for one in own for pattern in one.patterns),
        policies=tuple(policy for one in own for policy in one.policies),
        reader=shipped_reader().with_rules(rules) if rules else None,
        past=past,
        doubted=frozenset() if past is None else past.doubted(),
    )
    return modelled(known, learned_here(settings))


def registry(output: Path, aliases: dict[str, tuple[str, ...]]) -> tuple[KnownAgent, ...]:
    """Return the agents under *output*, and those that have aliases, by name.

    Only the heads of specifications are looked at: whether they are right is the gates' business.
    """
    known = {name: set(words) for name, words in aliases.items()}
    for name, title in _agents_in(output):
        known.setdefault(name, set()).update((title,) if title else ())
    return tuple(KnownAgent(name, tuple(sorted(words))) for name, words in sorted(known.items()))


def _agents_in(output: Path) -> Iterator[tuple[str, str]]:
    try:
        entries = sorted(os.scandir(output), key=lambda entry: entry.name)[:_MOST_AGENTS]
    except OSError:  # there is none, or it may not be read: then nobody is known
        return
    for entry in entries:
        try:
            with (Path(entry.path) / "agent.yaml").open("rb") as file:
                head = file.read(_HEAD_BYTES).decode("utf-8", "replace")
        except OSError:
            continue
        fields = {match[1]: match[2].strip("\"'") for match in _FIELD.finditer(head)}
        yield fields.get("name", entry.name), fields.get("title", "")


def _table(settings: Settings) -> tuple[dict[str, tuple[str, ...]], tuple[Own, ...]]:
    """Return the aliases of the table `[triage]`, and what stands in the files that it names."""
    table = settings.tables.get("triage", {})
    file = settings.file
    if file is None:
        return {}, ()
    if not isinstance(table, dict):
        raise InputError(f"{file}: triage = {shown(table)} is no table", hint="write [triage]")
    for key in table:
        if key not in _SETTINGS:
            known = ", ".join(_SETTINGS)
            raise InputError(f"{file}: triage.{key} is no setting", hint=f"known: {known}")
    aliases = {
        name: _texts(words, f"{file}: triage.aliases.{name}")
        for name, words in _mapping(table.get("aliases", {}), f"{file}: triage.aliases").items()
    }
    own: list[Own] = []
    for text in _texts(table.get("files", ["triage/*.yaml"]), f"{file}: triage.files"):
        try:
            found = sorted(file.parent.glob(text))
        except (ValueError, NotImplementedError) as error:
            raise InputError(f"{file}: triage.files: {shown(text)}: {error}") from error
        if not found and "*" not in text:
            raise InputError(f"{file}: triage.files: no such file {shown(text)}")
        if found:
            # Held to their form by pydantic, which costs 40 ms where there are none.
            from waooaw.triage.own import read_own

            own.extend(read_own(path) for path in found)
    return aliases, tuple(own)


def _mapping(value: object, place: str) -> dict[str, object]:
    if not isinstance(value, dict):
        raise InputError(f"{place} = {shown(value)} is no table", hint='name = ["alias", …]')
    return value


def _texts(value: object, place: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise InputError(f"{place} = {shown(value)} is no list of texts", hint='write ["…", "…"]')
    return tuple(value)
