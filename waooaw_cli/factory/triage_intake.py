"""Where a request comes from: words on the command line, a file, or standard input."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, TextIO

from waooaw.documents import read
from waooaw.errors import EnvironmentFault, InputError, shown
from waooaw.names import agent_name_problem
from waooaw.triage.facts import StatedFacts
from waooaw.triage.intake import MOST_BYTES, read_request, read_requests, text_request
from waooaw.triage.requests import Request

__all__ = ["agent_names", "content_of", "facts_in", "request_from", "requests_from", "with_facts"]

_MOST_BATCH_BYTES = 1_000_000_000


def request_from(
    text: str | None,
    file: Path | None,
    agents: Sequence[str],
    facts: Path | None,
    *,
    stdin: TextIO,
) -> Request:
    """Return the request that a command line means.

    Raises:
        InputError: It is given twice, or not at all; a file, a name or a fact is wrong.
    """
    names = agent_names(agents)
    stated = None if facts is None else facts_in(facts)
    request = _request(text, file, stdin, alone=stated is None)
    if stated is not None:
        request = with_facts(request, stated)
    return replace(request, agents=names) if names else request


def agent_names(agents: Sequence[str]) -> tuple[str, ...]:
    """Return the names that `--agent` gives.

    Raises:
        InputError: One of them can be no agent's.
    """
    for name in agents:
        if (problem := agent_name_problem(name)) is not None:
            raise InputError(
                f"--agent {shown(name)} {problem}", hint="an agent's name, as wow-refund-desk"
            )
    return tuple(agents)


def with_facts(request: Request, stated: StatedFacts) -> Request:
    """Return *request* with what is stated beside it, which wins."""
    given = {
        one.name: value
        for one in fields(StatedFacts)
        if (value := getattr(stated, one.name)) is not None
    }
    values: dict[str, Any] = given  # Any: each field has its own type
    return replace(request, facts=replace(request.facts, **values))


def _request(text: str | None, file: Path | None, stdin: TextIO, *, alone: bool) -> Request:
    if text is not None and file is not None:
        raise InputError("a request as TEXT and as --file", hint="give one of them")
    if text is not None:
        return text_request(text)
    if file is not None and str(file) != "-":
        return read_request(content_of(file, most=MOST_BYTES), source=str(file))
    if file is None and stdin.isatty():
        if not alone:
            return text_request("")
        raise InputError("there is no request", hint='waooaw triage "…", or --file FILE')
    content = stdin.buffer.read(MOST_BYTES + 1)
    if not content and file is None and alone:
        raise InputError("there is no request", hint='waooaw triage "…", or --file FILE')
    return read_request(content, source="-")


def facts_in(path: Path) -> StatedFacts:
    """Return the facts that a file states.

    Raises:
        InputError: There is no such file, or it states what are no facts.
    """
    from waooaw.triage.statements import stated_facts

    document = read(path)
    return stated_facts(document, document.data)


def requests_from(path: Path, *, stdin: TextIO) -> tuple[Request, ...]:
    """Return the requests of a JSONL file, or of standard input for ``-``.

    Raises:
        InputError: There is no such file, or lines of it are no requests.
    """
    if str(path) == "-":
        return read_requests(stdin.buffer.read(), source="-")
    return read_requests(content_of(path, most=_MOST_BATCH_BYTES), source=str(path))


def content_of(path: Path, *, most: int) -> bytes:
    """Return what stands in a file; one byte more than *most* at most.

    Raises:
        InputError: There is no such file, it is a folder or may not be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(most + 1)
    except FileNotFoundError as error:
        hint = "check the path, or use - for stdin"
        raise InputError(f"{path}: no such file", hint=hint) from error
    except IsADirectoryError as error:
        raise InputError(f"{path}: is a folder, not a file", hint="name the file in it") from error
    except PermissionError as error:
        raise InputError(f"{path}: may not be read", hint="check its permissions") from error
    except (OSError, ValueError) as error:
        raise EnvironmentFault(f"{path}: could not be read: {error}") from error
