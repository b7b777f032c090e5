from __future__ import annotations

from pathlib import Path

from waooaw_cli.adapters.locks import taken
from waooaw_cli.factory.kept import clear


def test_clearing_touches_nothing_else_in_the_folder(tmp_path: Path) -> None:
    """Where somebody named a folder with other things in it, these stay."""
    for name in ("results/ab", "results.0123abcd.old/ab", "letters.old", "results.old", "mine"):
        (tmp_path / name).mkdir(parents=True)

    clear(tmp_path, lock=taken)

    assert sorted(path.name for path in tmp_path.iterdir()) == [
        *("letters.old", "mine", "results.old")
    ]
