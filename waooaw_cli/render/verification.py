"""What `waooaw verify` prints."""

from __future__ import annotations

import json
from collections.abc import Iterator

from waooaw.moments import rfc3339
from waooaw_cli.factory.attestation import Held, Verification
from waooaw_cli.factory.statements import Statement
from waooaw_cli.render.foreign import intact, visible

__all__ = ["verification_json", "verification_text"]

_MOST_FILES = 20
_SHORT_KEY = 16


def verification_text(verification: Verification) -> str:
    """Return a line for each package, and below it which files are not as signed."""
    return "\n".join(line for held in verification.packages for line in _lines(held))


def _lines(held: Held) -> Iterator[str]:
    name = visible(held.agent)
    verdict = "valid" if held.valid else "NOT VALID"
    why = "" if held.reason is None else f": {visible(held.reason)}"
    yield f"{verdict}  {name} ({visible(held.path)}){why}"
    differs = held.difference
    files = [
        *(("changed", path) for path in differs.changed),
        *(("added", path) for path in differs.added),
        *(("removed", path) for path in differs.removed),
    ]
    for what, path in files[:_MOST_FILES]:
        yield f"  {what:<8} {visible(path)}"
    if len(files) > _MOST_FILES:
        yield f"  … and {len(files) - _MOST_FILES} more"
    if held.statement is not None and held.key is not None:
        yield from _judged(held.statement, held.key)


def _judged(statement: Statement, key: str) -> Iterator[str]:
    passed = [*statement.passed, *statement.warned]
    moment = rfc3339(statement.judged_at)
    yield f"  judged   {moment} by waooaw {statement.tool}, signed by {key[:_SHORT_KEY]}…"
    yield f"  passed   {', '.join(passed)}"
    if statement.warned:
        yield f"  warnings {', '.join(statement.warned)}"
    if statement.skipped:
        yield f"  skipped  {', '.join(statement.skipped)}"


def verification_json(verification: Verification) -> str:
    """Return `waooaw.verification/1`: one JSON document with sorted keys."""
    content = {
        "schema": "waooaw.verification/1",
        "valid": verification.valid,
        "packages": [_package(held) for held in verification.packages],
        "refused": list(verification.refused),
    }
    return intact(json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False))


def _package(held: Held) -> dict[str, object]:
    statement = held.statement
    return {
        "path": held.path,
        "agent": held.agent,
        "valid": held.valid,
        "reason": held.reason,
        "changed": list(held.difference.changed),
        "added": list(held.difference.added),
        "removed": list(held.difference.removed),
        "key_id": held.key,
        "statement": None if statement is None else _statement(statement),
    }


def _statement(statement: Statement) -> dict[str, object]:
    return {
        "agent": statement.agent,
        "version": statement.version,
        "digest": statement.tree.digest,
        "files": len(statement.tree.entries),
        "judged_at": rfc3339(statement.judged_at),
        "tool_version": statement.tool,
        "core_digest": statement.core,
        "passed": [gate.value for gate in statement.passed],
        "warned": [gate.value for gate in statement.warned],
        "skipped": [gate.value for gate in statement.skipped],
    }
