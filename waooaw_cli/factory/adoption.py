"""Write a baseline: what objects today is known from then on, and only what is new objects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from pathlib import Path

from waooaw.errors import InputError
from waooaw_cli.gates.baseline import Baseline, Entry, baseline_text, read_baseline
from waooaw_cli.gates.owners import owner
from waooaw_cli.gates.report import GateId

__all__ = ["Adoption"]


class Adoption:
    """Turn what objects in a run into the baseline in a file.

    What the run did not look at (another agent, a gate that was left out) stays as it was.

    Args:
        file: Where the baseline is written; one that is there is read at once.
        write: Writes a text to a file, whole or not at all.
        tell: Takes one line for a person.

    Raises:
        InputError: What stands in the file is no baseline, so it is not overwritten; or no file can
            be written there.
    """

    def __init__(
        self, file: Path, *, write: Callable[[Path, str], None], tell: Callable[[str], None]
    ) -> None:
        if not file.parent.is_dir():
            raise InputError(
                f"--write-baseline {file}: no file can be written there",
                hint="name a file in a folder that exists",
            )
        self._file = file
        self._write = write
        self._tell = tell
        self._before = read_baseline(file, source=str(file)) if file.exists() else Baseline({})

    def __call__(
        self, entries: Mapping[Entry, str], judged: AbstractSet[tuple[str, GateId]]
    ) -> Baseline:
        """Write *entries* and what was not *judged*, and return the baseline that holds now.

        Args:
            entries: What objects and may be waived, with its message.
            judged: The agents' gates that came to a verdict.
        """
        before = self._before.entries
        kept = {
            entry: message
            for entry, message in before.items()
            if (entry.agent, owner(entry.rule)) not in judged
        }
        now = kept | dict(entries)
        self._write(self._file, baseline_text(now))
        new, gone = len(now.keys() - before.keys()), len(before.keys() - now.keys())
        self._tell(
            f"baseline {self._file}: {len(now):,} findings ({new:,} new, {gone:,} gone);"
            " secrets and what can't be waived are not among them"
        )
        return Baseline(now)
