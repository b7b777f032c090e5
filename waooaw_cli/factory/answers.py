"""Answers that are given rather than asked for: a file, and single values on the command line."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from pathlib import Path
from typing import IO

from waooaw import documents
from waooaw.consistency import nearest
from waooaw.documents import MAX_BYTES, Document, FieldPath, Json, field_name
from waooaw.errors import InputError, InvalidDocument, Problem, shown
from waooaw_cli.factory.fields import holds_text, known_fields
from waooaw_cli.factory.paths import parse_path, put

__all__ = ["NOTHING_GIVEN", "apply_sets", "read_answers"]

#: No answers file: everything is asked for, or missing.
NOTHING_GIVEN = Document("answers", {})


def read_answers(source: str, stdin: IO[bytes]) -> Document:
    """Read an answers file: YAML or JSON with the fields of `agent.yaml`.

    Args:
        source: The file's path, or ``-`` for *stdin*.
        stdin: Read only where *source* is ``-``, and then at most 1 MB of it.

    Raises:
        InputError: There is no such file, or it may not be read.
        InvalidDocument: What stands in it is no mapping of fields that can be read safely.
    """
    if source == "-":
        document = documents.parse(stdin.read(MAX_BYTES + 1), source=source)
    else:
        document = documents.read(Path(source), source=source)
    if not isinstance(document.data, dict):
        kind = "a list" if isinstance(document.data, list) else shown(document.data)
        problem = Problem(
            f"{kind} is no set of answers",
            line=1,
            expected="a mapping of fields",
            hint="begin with name: wow-…",
        )
        raise InvalidDocument(source, (problem,))
    return document


def apply_sets(answers: Document, sets: Iterable[str]) -> Document:
    """Return *answers* with each ``path=value`` of *sets* put in, the later over the earlier.

    The value is YAML 1.2 on one line. Where the field holds text, what YAML would take for
    something else (``version=1``, ``purpose=Pay: fast``) is that text.

    Raises:
        InputError: A path is none, names no field or leads nowhere; a value can't be read.
    """
    data = copy.deepcopy(answers.data)
    positions = dict(answers.positions)
    for one in sets:
        name, equals, text = one.partition("=")
        if not equals:
            raise InputError(
                f"--set {shown(one)} has no value", hint="as in --set limits.monthly_usd=5"
            )
        path = _known_path(name.strip())
        put(data, path, _value(field_name(path), path, text))
        # What was set stands nowhere in the file any more.
        positions = {at: spot for at, spot in positions.items() if at[: len(path)] != path}
    return Document(answers.source, data, positions)


def _known_path(name: str) -> FieldPath:
    try:
        path = parse_path(name)
    except InputError as error:
        raise InputError(f"--set: {error.message}", hint=error.hint) from error
    for depth, part in enumerate(path):
        known = known_fields(path[:depth])
        if known is not None and part not in known:
            place = field_name(path[:depth])
            raise InputError(
                f"--set {name}: {part!r} is no field of {place or 'a specification'}",
                hint=nearest(str(part), known) or f"known: {', '.join(known)}",
            )
    return path


def _value(name: str, path: FieldPath, text: str) -> Json:
    if len(text) > MAX_BYTES:
        raise InputError(f"--set {name}: the value is longer than {MAX_BYTES:,} characters")
    if not text.strip():
        return None
    try:
        value = documents.parse(text.encode(errors="surrogatepass"), source="--set").data
    except InvalidDocument as error:
        if holds_text(path):
            return text
        message = error.problems[0].message
        raise InputError(
            f"--set {name}: {shown(text)} can't be read: {message}",
            hint="a YAML value on one line; quote what is special in your shell",
        ) from error
    return text if holds_text(path) and not isinstance(value, str) else value
