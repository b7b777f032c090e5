"""What git's commits have added to a folder, whether it is still there or not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path, PurePosixPath

from waooaw_cli.adapters.process import Processes, Ran, last_words
from waooaw_cli.gates.ports import Added, ToolCrashed

__all__ = ["GitHistory"]

_MOST_COMMITS = 5_000
# A line of a file that looks the same has a sign in front of it.
_COMMIT = re.compile(r"(?:^|\n)\x1ecommit ")
_SHOWN = 10
_HUNK = re.compile(r"(@@@*) .*? \1")
_QUOTED = re.compile(r"\\([0-7]{3}|.)")
_ESCAPES = {"a": 7, "b": 8, "t": 9, "n": 10, "v": 11, "f": 12, "r": 13}
# Whatever the user's and the repository's settings are, the answer has one form.
_LOG = (
    *("-c", "core.quotePath=true", "-c", "log.showSignature=false", "log"),
    *("--no-color", "--no-ext-diff", "--no-textconv", "--no-renames", "--text"),
    *("--src-prefix=a/", "--dst-prefix=b/", "--unified=0", "--diff-merges=dense-combined"),
    *(
        "--patch",
        "--no-relative",
        "--no-notes",
        "--no-decorate",
        f"--max-count={_MOST_COMMITS + 1}",
    ),
    "--format=format:%x1ecommit %H",
)


class GitHistory:
    """Answer the port `History`.

    Args:
        processes: Where git runs.
    """

    def __init__(self, processes: Processes) -> None:
        self._processes = processes

    def added(self, root: Path, base: str, *, limit: timedelta) -> tuple[Added, ...]:
        """Return the lines that commits since *base* have added to files below *root*.

        Raises:
            ToolFault: Git is missing, gave up or took too long, *base* is no commit of the
                repository or has no commit in common with it, or there are too many commits.
        """
        commit = self._asked(
            root, limit, "rev-parse", "--verify", "--end-of-options", f"{base}^{{commit}}"
        )
        # Without a common commit everything would look new, as it does where CI fetched too little.
        self._asked(root, limit, "merge-base", commit.out.strip(), "HEAD")
        # `--relative` would do it, but not for merges.
        above = self._asked(root, limit, "rev-parse", "--show-prefix").out.rstrip("\n")
        log = self._asked(root, limit, *_LOG, f"{commit.out.strip()}..HEAD", "--", ".")
        parts = _COMMIT.split(log.out)[1:]
        if len(parts) > _MOST_COMMITS:
            raise ToolCrashed("git", f"tells of more than {_MOST_COMMITS:,} commits since {base}")
        found = (added for part in parts for added in _of_commit(part))
        return tuple(
            replace(one, path=one.path.relative_to(above))
            for one in found
            if one.path.is_relative_to(above)
        )

    def _asked(self, root: Path, limit: timedelta, *arguments: str) -> Ran:
        ran = self._processes.run(
            "git", ("git", *arguments), cwd=root, limit=limit, extra={"LC_ALL": "C"}
        )
        if ran.code != 0:
            words = last_words(ran.err, ran.out)
            raise ToolCrashed(
                "git", f"can't tell what came since the base (exit {ran.code})", last_words=words
            )
        return ran


def _of_commit(text: str) -> Iterator[Added]:
    """Yield what one commit has added, file by file."""
    name, _, patch = text.partition("\n")
    path: PurePosixPath | None = None
    lines: list[str] = []
    parents = 0
    # A line of a file may hold other characters that end lines, which are a part of it.
    for line in patch.split("\n"):
        if line.startswith("diff --"):
            yield from _whole(name, path, lines)
            path, lines, parents = None, [], 0
        elif not parents and line.startswith("+++ "):
            path = _path(line[4:])
        elif (hunk := _HUNK.match(line)) is not None and path is not None:
            parents = len(hunk[1]) - 1
            lines.append("")  # what stands elsewhere in the file is not its neighbour
        elif parents and "+" in line[:parents] and "-" not in line[:parents]:
            lines.append(line[parents:])
    yield from _whole(name, path, lines)


def _whole(commit: str, path: PurePosixPath | None, lines: list[str]) -> Iterator[Added]:
    text = "\n".join(lines)
    if path is not None and text.strip() and "\0" not in text[:8_192]:
        yield Added(commit[:_SHOWN], path, text)


def _path(text: str) -> PurePosixPath | None:
    """Return the path that a line of git's names; None where the file was removed."""
    text = text.rstrip("\t\r")
    if text == "/dev/null":
        return None
    if text.startswith('"') and text.endswith('"'):
        text = _unquoted(text[1:-1])
    return PurePosixPath(text.removeprefix("b/"))


def _unquoted(text: str) -> str:
    def byte(found: re.Match[str]) -> str:
        escape = found[1]
        if len(escape) > 1:
            return chr(int(escape, 8))
        return chr(_ESCAPES.get(escape, ord(escape)))

    plain = _QUOTED.sub(byte, text)
    return plain.encode("latin-1", "replace").decode("utf-8", "surrogateescape")
