"""What git says has changed, a few calls for a whole repository."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path, PurePosixPath

from waooaw.errors import InputError, shown
from waooaw_cli.adapters.process import Processes, Ran, last_words
from waooaw_cli.factory.affected import Difference
from waooaw_cli.gates.ports import ToolCrashed, ToolGarbled

__all__ = ["Changes"]

_LIMIT = timedelta(seconds=60)
_SPECIFICATIONS = ":(top,glob)**/agent.yaml"
_SUBMODULE = "commit"
# Of a full disk, which is nobody's mistake; git is asked in its own language.
_UNWRITTEN = "write failure on standard output"
_EVERYTHING = (
    "actions/checkout: fetch-depth: 0; GitLab: GIT_DEPTH: 0; by hand: git fetch --unshallow"
)


class Changes:
    """Ask git what differs from the commit that a branch started from.

    Git is asked for whole repositories, whatever the number of packages in them. Version 2.31 or
    later.

    Args:
        processes: Where it runs.
        reference: A branch, a tag or a commit. What counts is what changed since HEAD left it, as
            in a pull request: what others did on that branch in the meantime does not.
    """

    def __init__(self, processes: Processes, reference: str) -> None:
        self._processes = processes
        self._reference = reference
        self._option = f"--changed-since {shown(reference)}"
        self._likely: dict[Path, Path] = {}
        self._bases: dict[Path, str | None] = {}

    def of(self, roots: Iterable[Path]) -> tuple[Difference, ...]:
        """Return what differs in the repositories that hold *roots*, submodules on their own.

        Raises:
            InputError: One of *roots* is in no repository, there is no such commit, or a shallow
                clone does not reach back to where HEAD left it.
            ToolFault: Git is missing or gave up.
        """
        tops = {self._top(place) for place in dict.fromkeys(map(self._likely_top, roots))}
        return tuple(self._difference(top) for top in sorted(tops))

    def _difference(self, top: Path) -> Difference:
        base = self._base(top)
        known = self._paths(top, "ls-files", "-z", "--", _SPECIFICATIONS)
        new = self._paths(top, "ls-files", "-z", "--others", "--exclude-standard")
        changed = None
        if base is not None:
            edited = self._paths(
                top,
                *("diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", "--no-relative"),
                *("--ignore-submodules=none", base, "--"),
            )
            changed = edited | new
        return Difference(top, changed, known | new, functools.partial(self._before, top, base))

    def _base(self, top: Path) -> str | None:
        if top not in self._bases:
            self._bases[top] = self._found_base(top)
        return self._bases[top]

    def _found_base(self, top: Path) -> str | None:
        """Return the commit to compare with; None where there is none for a submodule."""
        outer = self._git(top, "rev-parse", "--show-superproject-working-tree").out.rstrip("\n")
        if outer:
            return self._base_of_submodule(top, Path(outer).resolve())
        # --end-of-options: a reference may begin with a dash and is still no option.
        found = self._git(
            top,
            *("rev-parse", "--verify", "--quiet", "--end-of-options"),
            f"{self._reference}^{{commit}}",
        )
        if found.code != 0:
            raise self._mistake(last_words(found.err) or "there is no such commit")
        commit = _line(found)
        left = self._git(top, "merge-base", commit, "HEAD")
        if left.code == 0:
            return _line(left)
        if self._git(top, "rev-parse", "--is-shallow-repository").out.strip() == "true":
            raise InputError(
                f"{self._option}: this clone is too shallow to know where HEAD left it",
                hint=f"fetch the whole history ({_EVERYTHING})",
            )
        return commit  # histories that have nothing in common

    def _base_of_submodule(self, top: Path, outer: Path) -> str | None:
        """Return the commit of the submodule that the repository around it had then."""
        base = self._base(outer)
        if base is None:
            return None
        place = top.relative_to(outer).as_posix()
        entry = self._git(outer, "ls-tree", "-z", base, "--", f":(top,literal){place}").out.split()
        if len(entry) < 3 or entry[1] != _SUBMODULE:  # noqa: PLR2004 - mode, kind, name
            return None
        there = self._git(top, "cat-file", "-e", f"{entry[2]}^{{commit}}").code == 0
        return entry[2] if there else None

    def _likely_top(self, root: Path) -> Path:
        """Return the nearest folder with something named `.git`, from which git is asked."""
        passed: list[Path] = []
        for place in (root, *root.parents):
            if (known := self._likely.get(place)) is None and (place / ".git").exists():
                known = place
            if known is not None:
                self._likely.update(dict.fromkeys(passed, known))
                return known
            passed.append(place)
        raise self._mistake(f"{root} is in no repository (not a git repository)")

    def _top(self, place: Path) -> Path:
        asked = self._git(place, "rev-parse", "--show-toplevel")
        if asked.code != 0:
            raise self._mistake(last_words(asked.err))
        top = Path(_line(asked)).resolve()
        if top.samefile(place):
            return place  # the same in other letters, where their case does not count
        if not place.is_relative_to(top):
            raise self._mistake(f"{place} is a repository whose files are elsewhere")
        return top

    def _before(self, top: Path, base: str | None, path: PurePosixPath) -> str | None:
        asked = self._git(top, "cat-file", "blob", f"{base}:{path}")
        return asked.out if asked.code == 0 else None

    def _paths(self, top: Path, *arguments: str) -> frozenset[PurePosixPath]:
        asked = self._git(top, *arguments)
        if asked.code != 0:
            words = last_words(asked.err)
            raise ToolCrashed("git", f"gave up (exit {asked.code})", last_words=words)
        return frozenset(PurePosixPath(name) for name in asked.out.split("\0") if name)

    def _mistake(self, why: str) -> InputError:
        return InputError(
            f"{self._option}: {why.splitlines()[-1] if why else 'git gave up'}",
            hint=f"name a branch, a tag or a commit; in CI, fetch it first ({_EVERYTHING})",
        )

    def _git(self, top: Path, *arguments: str) -> Ran:
        # With the refreshing, a file that was only touched does not count as changed.
        command = ("git", "-c", "diff.autoRefreshIndex=true", *arguments)
        ran = self._processes.run("git", command, cwd=top, limit=_LIMIT, extra={"LC_ALL": "C"})
        if ran.code != 0 and _UNWRITTEN in ran.err:
            words = last_words(ran.err)
            raise ToolCrashed("git", "could not write its answer", last_words=words)
        return ran


def _line(ran: Ran) -> str:
    """Return the first line of an answer that there has to be."""
    if not (lines := ran.out.splitlines()):
        raise ToolGarbled("git", "said nothing", last_words=last_words(ran.err))
    return lines[0]
