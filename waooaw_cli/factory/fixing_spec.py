"""Write out the fields of `agent.yaml` that hold anyhow; every other byte stays as it is.

Filled in is what can be nothing else: the name of the format, the name and the version that the
package's `pyproject.toml` states, and the line that lets an editor complete the file. What an owner
has to decide is never made up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from waooaw import documents
from waooaw.documents import Document
from waooaw.errors import InputError
from waooaw.names import agent_name_problem, package_name
from waooaw_cli.gates.settings import PackageSettings, package_settings

__all__ = ["completed_spec"]

_EDITORS = "# yaml-language-server: $schema="
_BOM = b"\xef\xbb\xbf"
_VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")
_DEFAULT_VERSION = "0.1.0"


def completed_spec(content: bytes, *, project: Path) -> tuple[bytes, tuple[str, ...]]:
    """Return a specification with what was left to be understood, and the names of those fields.

    Args:
        content: The file. What is no YAML, or written in one line as JSON is, stays as it is.
        project: The package's folder; its `pyproject.toml` and `src` are read.
    """
    try:
        document = documents.parse(content, source="agent.yaml")
    except InputError:  # the gate `spec` says what is wrong
        return content, ()
    if not isinstance(document.data, dict):
        return content, ()
    missing = dict(_missing(document.data, project))
    after = _written(content, document, missing)
    fields = tuple(missing)
    if missing and not _says(after, document.data | missing):
        after, fields = content, ()
    with_line = _with_first_line(after)
    if with_line != after:
        fields = ("$schema", *fields)
    return with_line, fields


def _missing(data: Mapping[str, object], project: Path) -> Iterator[tuple[str, str]]:
    """Yield the fields that are not written, with what they can only be."""
    from waooaw.spec import SCHEMA_NAME

    try:
        settings = package_settings(project)
    except InputError:  # the gate `spec` says what is wrong
        settings = PackageSettings()
    if "schema" not in data:
        yield "schema", SCHEMA_NAME
    if "name" not in data and settings.project and _is_agent(settings.project, project):
        yield "name", settings.project
    if "version" not in data:
        version = settings.version or ""
        yield "version", version if _VERSION.fullmatch(version) else _DEFAULT_VERSION


def _is_agent(name: str, project: Path) -> bool:
    """Say whether the project of that name is the agent itself, and not what is around it."""
    if agent_name_problem(name) is not None:
        return False
    return (project / "src" / package_name(name) / "__init__.py").is_file()


def _written(content: bytes, document: Document, missing: Mapping[str, str]) -> bytes:
    """Return *content* with *missing* before its first field, one in a line."""
    places = [document.positions[(key,)] for key in document.data if (key,) in document.positions]
    if not places or not missing:
        return content
    first, column = min(places)
    lines = content.split(b"\n")
    if column != 1 or lines[first - 1].removeprefix(_BOM).startswith((b"{", b'"', b"?")):
        return content
    end = b"\r" if lines[0].endswith(b"\r") else b""
    more = [f"{name}: {value}".encode() + end for name, value in missing.items()]
    if first == 1 and lines[0].startswith(_BOM):
        more[0], lines[0] = _BOM + more[0], lines[0].removeprefix(_BOM)
    return b"\n".join([*lines[: first - 1], *more, *lines[first - 1 :]])


def _says(content: bytes, data: Mapping[str, object]) -> bool:
    try:
        return bool(documents.parse(content, source="agent.yaml").data == data)
    except InputError:
        return False


def _with_first_line(content: bytes) -> bytes:
    """Return *content* with the line that tells editors its schema, where it has none."""
    from waooaw.spec import SCHEMA_URL

    bare = content.removeprefix(_BOM)
    if bare.lstrip()[:1] in {b"{", b"["} or b"yaml-language-server:" in content:
        return content
    first = bare.split(b"\n", 1)[0]
    end = "\r\n" if first.endswith(b"\r") else "\n"
    mark = _BOM if content.startswith(_BOM) else b""
    return mark + f"{_EDITORS}{SCHEMA_URL}{end}".encode() + bare
