"""Changes to files, as a unified diff."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Sequence

from waooaw_cli.factory.fixing import Change
from waooaw_cli.render.foreign import intact, visible
from waooaw_cli.render.page import Page

__all__ = ["diff_text", "fixes_json", "git_diff", "print_diff", "what_text"]

#: Controls, quotes, backslashes, and what is not ASCII.
_MISREAD = re.compile(rb"[^ !#-\[\]-~]")
_STYLES = {"+": "green", "-": "red", "@": "cyan"}


def diff_text(change: Change) -> str:
    """Return one change as a unified diff that `patch -p1` takes, from the current folder."""
    return "".join(_lines(change))


def git_diff(path: bytes, before: bytes | None, after: bytes) -> str:
    """Return one file's change as `git apply` takes it, from the root of the repository.

    Args:
        path: The file, as the file system has its name.
        before: What stands in it; None where it is new.
        after: What would.
    """
    old, new = _quoted(b"a/" + path), _quoted(b"b/" + path)
    head = [f"diff --git {old} {new}\n"]
    if before is None:
        head.append("new file mode 100644\n")
    # A name with a space ends with a tab, as git itself writes it; else a time would follow.
    tab = "\t" if b" " in path and not old.startswith('"') else ""
    old = "/dev/null" if before is None else f"{old}{tab}"
    return "".join([*head, *_hunks(before or b"", after, old, f"{new}{tab}")])


def _quoted(path: bytes) -> str:
    """Return a path as git writes it: in quotes where a byte of it could be misread."""
    if not _MISREAD.search(path):
        return path.decode("ascii")
    escaped = _MISREAD.sub(lambda found: b"\\%03o" % found[0][0], path)
    return f'"{escaped.decode("ascii")}"'


def print_diff(changes: Sequence[Change], page: Page) -> None:
    """Print *changes* for a person: in colour, and so that no text moves the cursor."""
    for change in changes:
        if not page.terminal:
            page.stream.write(diff_text(change))
            continue
        for number, line in enumerate(_lines(change)):
            style = "bold" if number < len(("---", "+++")) else _STYLES.get(line[0], "")
            page.line((visible(line.rstrip("\r\n").replace("\t", "    ")), style))


def what_text(change: Change) -> str:
    """Return one changed file with what it is mended by: ``src/a.py (LINT-F401, FMT-001)``."""
    return f"{visible(_shown(change))} ({', '.join(change.what)})"


def fixes_json(changes: Sequence[Change]) -> str:
    """Return *changes* as one JSON document, `waooaw.fixes/1`."""
    content = {
        "schema": "waooaw.fixes/1",
        "changes": [
            {
                "target": one.package.shown,
                "path": str(one.path),
                "mends": list(one.what),
                "diff": diff_text(one),
            }
            for one in changes
        ],
    }
    return intact(json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False))


def _shown(change: Change) -> str:
    shown = change.package.shown
    return str(change.path) if shown in {"", "."} else f"{shown}/{change.path}"


def _lines(change: Change) -> Iterator[str]:
    path = visible(_shown(change))
    yield from _hunks(change.before, change.after, f"a/{path}", f"b/{path}")


def _hunks(before: bytes, after: bytes, old: str, new: str) -> Iterator[str]:
    for line in difflib.unified_diff(_split(before), _split(after), old, new):
        if line.endswith("\n"):
            yield line
        else:  # as POSIX diff says it, which patch understands
            yield f"{line}\n\\ No newline at end of file\n"


def _split(content: bytes) -> list[str]:
    # Not `splitlines`, which also breaks at a form feed.
    lines = content.decode("utf-8", "surrogateescape").split("\n")
    whole = [f"{line}\n" for line in lines[:-1]]
    return [*whole, lines[-1]] if lines[-1] else whole
