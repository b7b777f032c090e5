"""Which agents a request is about: by the sender's word, by its component, by names in the text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from waooaw.triage.requests import Request

__all__ = ["KnownAgent", "Named", "called", "named_agents"]

_MENTION = re.compile(r"(?<![\w/.@-])wow-[a-z0-9]+(?:-[a-z0-9]+)*(?![\w/@-])", re.IGNORECASE)
_MOST_CHARACTERS = 60_000
_MOST = 20


@dataclass(frozen=True, slots=True)
class KnownAgent:
    """Hold an agent of the registry: its name, and what else people call it."""

    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Named:
    """Hold the agents that are meant, and how each was found.

    Attributes:
        names: In the order in which they are named.
        stated: Whether the sender named them beside the text.
        unknown: Those of them that the registry does not know; none where there is no registry.
    """

    names: tuple[str, ...]
    stated: bool
    unknown: tuple[str, ...]


def named_agents(request: Request, registry: Sequence[KnownAgent]) -> Named:
    """Return the agents that *request* is about."""
    known = called(registry)
    if request.agents:
        names = tuple(dict.fromkeys(known.get(name.lower(), name) for name in request.agents))
        return Named(names, stated=True, unknown=_unknown(names, registry))
    component = known.get(request.component.strip().lower())
    if component is not None:
        return Named((component,), stated=True, unknown=())
    text = f"{request.component}\n{request.title}\n{request.body}"[:_MOST_CHARACTERS].lower()
    places = {match[0]: match.start() for match in reversed(list(_MENTION.finditer(text)))}
    found = {known.get(name, name): place for name, place in places.items()}
    for alias, name in known.items():
        match = re.search(rf"(?<![\w-]){re.escape(alias)}(?![\w-])", text)
        if match is not None:
            found[name] = min(match.start(), found.get(name, match.start()))
    names = tuple(sorted(found, key=lambda name: (found[name], name)))[:_MOST]
    return Named(names, stated=False, unknown=_unknown(names, registry))


def called(registry: Sequence[KnownAgent]) -> dict[str, str]:
    """Return what agents are called, in lower case, and the name that each word stands for."""
    return {name.lower(): agent.name for agent in registry for name in _names(agent)}


def _names(agent: KnownAgent) -> Iterable[str]:
    yield agent.name
    # "wow-refund-desk" is "refund desk" in a sentence; one word alone would be anywhere.
    plain = agent.name.removeprefix("wow-").replace("-", " ")
    if " " in plain:
        yield plain
    yield from (alias for alias in agent.aliases if alias.strip())


def _unknown(names: Iterable[str], registry: Sequence[KnownAgent]) -> tuple[str, ...]:
    if not registry:
        return ()
    known = {agent.name for agent in registry}
    return tuple(name for name in names if name not in known)
