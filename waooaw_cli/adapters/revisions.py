"""What git knows of a repository's past, byte for byte, a few calls for any number of agents."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path, PurePosixPath

from waooaw.errors import InputError, shown
from waooaw_cli.adapters.process import last_words, quiet_environment
from waooaw_cli.factory.changed import Blob, Change, Edited
from waooaw_cli.gates.ports import ToolCrashed, ToolMissing, ToolTimedOut

__all__ = ["Revisions"]

_LIMIT = timedelta(seconds=120)
_HUNK = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_LIKELY = ("origin/HEAD", "origin/main", "origin/master", "main", "master")
_DEEP = "in CI, fetch it first (actions/checkout: fetch-depth: 0; GitLab: GIT_DEPTH: 0)"


class Revisions:
    """Answer the port `Objects`, and tell what a change consists of.

    Args:
        environment: The caller's environment; git gets what any tool may see of it.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = quiet_environment(environment) | {
            "LC_ALL": "C",
            "GIT_OPTIONAL_LOCKS": "0",
            "GIT_TERMINAL_PROMPT": "0",
        }

    def top(self, folder: Path) -> Path:
        """Return the folder of the repository that holds *folder*.

        Raises:
            InputError: There is none.
            ToolFault: Git is missing or gave up.
        """
        code, out, err = self._ran(folder, "rev-parse", "--show-toplevel")
        if code != 0:
            raise InputError(
                f"{shown(folder.as_posix())} is in no git repository: {last_words(err)}".strip(),
                hint="a review compares with a commit; waooaw gate judges without git",
            )
        return Path(os.fsdecode(out.removesuffix(b"\n"))).resolve()

    def change(self, top: Path, reference: str | None) -> Change:
        """Return what differs between the work tree and where HEAD left *reference*.

        Args:
            top: The repository's folder.
            reference: A branch, a tag or a commit; None for the branch that most likely is meant:
                where HEAD left the main one, else HEAD itself where something is not committed yet,
                else the commit before it.

        Raises:
            InputError: There is no such commit, or a shallow clone does not reach it.
            ToolFault: Git is missing or gave up.
        """
        head = self._commit(top, "HEAD")
        untracked = self._paths(top, "ls-files", "-z", "--others", "--exclude-standard")
        base, name = self._base(top, reference, head, dirty=bool(untracked))
        tracked = self._paths(top, "ls-files", "-z", "--cached")
        present = frozenset(path for path in tracked | untracked if (top / path).is_file())
        if base is None:
            return Change(top, None, name, head, {}, present, present, {})
        changed, renamed = self._differing(top, base)
        former = self._tree(top, base)
        return Change(top, base, name, head, former, present, changed | untracked, renamed)

    def contents(self, change: Change, names: Sequence[str]) -> Mapping[str, bytes]:
        """Return the content of objects, by their names, from one process."""
        wanted = list(dict.fromkeys(names))
        if not wanted:
            return {}
        asked = "".join(f"{name}\n" for name in wanted).encode()
        out = self._asked(change.top, "cat-file", "--batch", stdin=asked)
        found: dict[str, bytes] = {}
        start = 0
        for name in wanted:
            end = out.index(b"\n", start)
            header = out[start:end].split()
            if len(header) != 3:  # noqa: PLR2004 - name, kind, size; else "missing"
                raise ToolCrashed("git", f"has no object {name} (a partial clone?)")
            size = int(header[2])
            found[name] = out[end + 1 : end + 1 + size]
            start = end + 1 + size + 1
        return found

    def edited(self, change: Change, old: PurePosixPath, new: PurePosixPath) -> Edited:
        """Return which lines of a file differ; of one that is new, all."""
        if change.base is None or old not in change.former:
            return Edited(added=((1, 1 << 40),))
        patch = self._asked(
            change.top,
            *("--literal-pathspecs", "diff", "--unified=0", "--no-color", "--no-ext-diff"),
            *("--no-textconv", "--text", "--find-renames=1%", "--no-relative", change.base, "--"),
            *dict.fromkeys((os.fspath(old), os.fspath(new))),
        )
        hunks = tuple(_hunks(patch))
        removed = tuple((first, count) for first, count, _, _ in hunks if count)
        return Edited(removed, tuple((first, count) for _, _, first, count in hunks if count))

    def _base(
        self, top: Path, reference: str | None, head: str | None, *, dirty: bool
    ) -> tuple[str | None, str]:
        if reference is not None:
            commit = self._commit(top, reference)
            if commit is None:
                raise InputError(
                    f"--base {shown(reference)}: there is no such commit",
                    hint=f"name a branch, a tag or a commit; {_DEEP}",
                )
            return self._left(top, commit, head, reference), reference
        if head is None:
            return None, "nothing: there is no commit yet"
        for likely in _LIKELY:
            commit = self._commit(top, likely)
            if commit is not None and (left := self._left(top, commit, head, likely)) != head:
                return left, likely
        if dirty or self._asked(top, "diff", "--name-only", "-z", "--no-ext-diff", "HEAD", "--"):
            return head, "HEAD"
        before = self._commit(top, "HEAD~1")
        return before, "HEAD~1" if before else "nothing: there is one commit"

    def _left(self, top: Path, commit: str, head: str | None, name: str) -> str:
        """Return where HEAD left *commit*."""
        if head is None:
            return commit
        code, out, _ = self._ran(top, "merge-base", commit, head)
        if code == 0:
            return out.decode().split()[0]
        if self._asked(top, "rev-parse", "--is-shallow-repository").strip() == b"true":
            raise InputError(
                f"--base {shown(name)}: this clone is too shallow to know where HEAD left it",
                hint=f"git fetch --unshallow; {_DEEP}",
            )
        return commit  # histories that have nothing in common

    def _commit(self, top: Path, reference: str) -> str | None:
        # --end-of-options: a reference may begin with a dash and is still no option.
        if "\0" in reference:
            return None
        code, out, _ = self._ran(
            top, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{reference}^{{commit}}"
        )
        return out.decode().strip() if code == 0 else None

    def _differing(
        self, top: Path, base: str
    ) -> tuple[frozenset[PurePosixPath], dict[PurePosixPath, PurePosixPath]]:
        raw = self._asked(
            top,
            *("-c", "diff.autoRefreshIndex=true", "diff", "--raw", "-z", "--find-renames"),
            *("--no-ext-diff", "--no-relative", "--ignore-submodules=dirty", base, "--"),
        )
        fields = iter(raw.split(b"\0"))
        changed: set[PurePosixPath] = set()
        renamed: dict[PurePosixPath, PurePosixPath] = {}
        for state in fields:
            if not state:
                break
            old = _path(next(fields))
            changed.add(old)
            if state.split()[-1][:1] in {b"R", b"C"}:
                new = _path(next(fields))
                changed.add(new)
                renamed[new] = old
        return frozenset(changed), renamed

    def _tree(self, top: Path, base: str) -> dict[PurePosixPath, Blob]:
        tree = self._asked(top, "ls-tree", "-r", "-l", "-z", "--full-tree", base)
        files: dict[PurePosixPath, Blob] = {}
        for line in tree.split(b"\0"):
            about, tab, path = line.partition(b"\t")
            if tab:
                mode, _, name, size = about.decode().split()
                files[_path(path)] = Blob(mode, name, int(size) if size.isdigit() else 0)
        return files

    def _paths(self, top: Path, *arguments: str) -> frozenset[PurePosixPath]:
        return frozenset(_path(name) for name in self._asked(top, *arguments).split(b"\0") if name)

    def _asked(self, top: Path, *arguments: str, stdin: bytes = b"") -> bytes:
        code, out, err = self._ran(top, *arguments, stdin=stdin)
        if code != 0:
            raise ToolCrashed("git", f"gave up (exit {code})", last_words=last_words(err))
        return out

    def _ran(self, top: Path, *arguments: str, stdin: bytes = b"") -> tuple[int, bytes, str]:
        command: list[str | bytes] = ["git", *(os.fsencode(one) for one in arguments)]
        try:
            done = subprocess.run(  # noqa: S603 - a list, no shell
                command,
                cwd=top,
                env=self._environment,
                input=stdin,
                capture_output=True,
                timeout=_LIMIT.total_seconds(),
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise ToolTimedOut("git", f"did not end within {_LIMIT.seconds} s") from error
        except OSError as error:
            raise ToolMissing("git", f"cannot be started: {error.strerror}") from error
        return done.returncode, done.stdout, done.stderr.decode("utf-8", "replace")


def _path(name: bytes) -> PurePosixPath:
    return PurePosixPath(os.fsdecode(name))


def _hunks(patch: bytes) -> Iterator[tuple[int, int, int, int]]:
    """Yield (first, how many) of both sides of every hunk; what stands in one is passed over."""
    lines = iter(patch.split(b"\n"))
    for line in lines:
        if (hunk := _HUNK.match(line)) is None:
            continue
        old, removed, new, added = (1 if one is None else int(one) for one in hunk.groups())
        for _ in range(removed + added):
            # A remark that a file ends without a line end stands between them.
            if next(lines, b"").startswith(b"\\"):
                next(lines, b"")
        yield old, removed, new, added
