"""What git says has changed in a folder."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from waooaw.errors import InputError, shown
from waooaw_cli.adapters.process import Processes, Ran, last_words
from waooaw_cli.gates.ports import ToolCrashed

__all__ = ["Changes"]

_LIMIT = timedelta(seconds=30)
_SPECIFICATION = "agent.yaml"


class Changes:
    """Ask git what differs from a commit.

    Args:
        processes: Where it runs.
    """

    def __init__(self, processes: Processes) -> None:
        self._processes = processes

    def since(self, root: Path, reference: str) -> bool:
        """Tell whether anything in *root* differs from *reference*, new files among it.

        Files that git ignores do not count.

        Raises:
            InputError: *root* is in no repository, or there is no such commit.
            ToolFault: Git is missing or gave up.
        """
        place = f"--changed-since {shown(reference)}"
        # --end-of-options: a reference may begin with a dash and is still no option.
        commit = self._git(
            root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{reference}^{{commit}}"
        )
        if commit.code != 0:
            why = last_words(commit.err) or "there is no such commit"
            raise InputError(
                f"{place}: {why.splitlines()[-1]}",
                hint="name a branch, a tag or a commit; in CI, fetch it first",
            )
        if self._git(root, "ls-files", "--error-unmatch", _SPECIFICATION).code != 0:
            return True  # new, or ignored: git has nothing to compare it with
        differs = self._git(root, "diff", "--quiet", commit.out.strip(), "--", ".")
        if differs.code not in {0, 1}:
            words = last_words(differs.err)
            raise ToolCrashed("git", f"gave up (exit {differs.code})", last_words=words)
        new = self._git(root, "ls-files", "--others", "--exclude-standard", "--", ".")
        return differs.code == 1 or new.code != 0 or bool(new.out.strip())

    def _git(self, root: Path, *arguments: str) -> Ran:
        return self._processes.run("git", ("git", *arguments), cwd=root, limit=_LIMIT)
