from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waooaw_cli.adapters import typecache
from waooaw_cli.adapters.typecache import trusted

_PLACE = "src/wow_x/a.py"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "package" / "src" / "wow_x").mkdir(parents=True)
    return tmp_path / "package"


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def _write(root: Path, content: str, second: int = 1_000_000) -> None:
    path = root / _PLACE
    path.write_text(content)
    os.utime(path, (second, second))


def _remember(cache: Path, text: str) -> None:
    """Keep what mypy makes of the source, as mypy does."""
    (cache / "3.11").mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(cache / "3.11" / "cache.0.db")) as connection, connection:
        connection.execute("CREATE TABLE IF NOT EXISTS files2 (path TEXT PRIMARY KEY, data TEXT)")
        for path in ("wow_x/a.meta.ff", "builtins.meta.ff"):
            connection.execute("INSERT OR REPLACE INTO files2 VALUES (?, ?)", (path, text))


def _remembered(cache: Path) -> dict[str, str]:
    database = cache / "3.11" / "cache.0.db"
    if not database.exists():
        return {}
    with closing(sqlite3.connect(database)) as connection:
        return dict(connection.execute("SELECT path, data FROM files2"))


def _look(root: Path, cache: Path) -> dict[str, str]:
    """Return what mypy could use, and let it see the source."""
    with trusted(cache, root, ("src", "tests")):
        known = _remembered(cache)
        _remember(cache, (root / _PLACE).read_text())
    return known


def test_what_is_as_it_was_is_used(root: Path, cache: Path) -> None:
    """The same content at the same place: nothing is forgotten."""
    _write(root, "x = 1")
    _look(root, cache)

    assert _look(root, cache) == {"wow_x/a.meta.ff": "x = 1", "builtins.meta.ff": "x = 1"}


def test_what_mypy_would_mistake_is_forgotten_and_the_libraries_are_not(
    root: Path, cache: Path
) -> None:
    """Another content of the same size and second."""
    _write(root, "x = 1")
    _look(root, cache)
    _write(root, "x = 2")

    assert _look(root, cache) == {"builtins.meta.ff": "x = 1"}


def test_what_mypy_sees_by_itself_is_left_to_it(root: Path, cache: Path) -> None:
    """Another size, or another second: mypy then looks at the content."""
    _write(root, "x = 1")
    _look(root, cache)
    _write(root, "x = 1 + 1")

    assert "wow_x/a.meta.ff" in _look(root, cache)


def test_a_run_that_did_not_end_may_have_kept_either(root: Path, cache: Path) -> None:
    """What it may have seen is known; both contents are told from a third."""
    _write(root, "x = 1")
    _look(root, cache)
    _write(root, "y = 22", second=2_000_000)
    with pytest.raises(RuntimeError), trusted(cache, root, ("src",)):
        raise RuntimeError("killed")
    _write(root, "x = 3")

    assert "wow_x/a.meta.ff" not in _look(root, cache)


def test_where_mypy_gave_up_it_may_know_what_it_knew(root: Path, cache: Path) -> None:
    """It had not come to this source: a third content of the same look is told from the first."""
    _write(root, "x = 1")
    _look(root, cache)
    _write(root, "x = 2", 2_000_000)
    with trusted(cache, root, ("src", "tests")) as gave_up:
        gave_up()
    _write(root, "x = 3")

    assert "wow_x/a.meta.ff" not in _look(root, cache)


def test_a_source_that_changed_meanwhile_may_have_been_seen_as_either(
    root: Path, cache: Path
) -> None:
    """Nobody knows which of both mypy read."""
    _write(root, "x = 1")
    with trusted(cache, root, ("src",)):
        _remember(cache, "x = 2")
        _write(root, "y = 22", second=2_000_000)
    _write(root, "x = 2")

    assert "wow_x/a.meta.ff" not in _look(root, cache)


@pytest.mark.parametrize("content", ["", "[]", "{", '{"a": 1}', '{"a": [[1]]}', '{"a": [[1, 2]]}'])
def test_a_cache_of_which_nothing_is_known_is_made_anew(
    root: Path, cache: Path, content: str
) -> None:
    """Such as one of an older waooaw, or whose notes are cut."""
    _write(root, "x = 1")
    _look(root, cache)
    (cache / "seen.json").write_text(content)

    assert _look(root, cache) == {}


def test_where_no_notes_can_be_kept_nothing_is_remembered(root: Path, cache: Path) -> None:
    """A full disk, or a folder in their place: the cache goes, the verdict comes."""
    _write(root, "x = 1")
    _look(root, cache)
    (cache / "seen.json.new").mkdir()

    assert _look(root, cache) == {}


def test_notes_are_bounded(root: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fleet of thousands does not slow each run down for ever."""
    _write(root, "x = 1")
    _look(root, cache)
    monkeypatch.setattr(typecache, "_MOST_SEEN", 0)

    assert _look(root, cache) == {}


@settings(max_examples=60)
@given(
    steps=st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from([1, 2]), st.booleans()), max_size=8
    )
)
def test_mypy_never_takes_one_content_for_another(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int, bool]]
) -> None:
    """Whatever is written when, and whichever runs are killed: all contents have one size."""
    base = tmp_path_factory.mktemp("mypy")
    root, cache = base / "package", base / "cache"
    (root / "src" / "wow_x").mkdir(parents=True)
    seen: tuple[str, int] | None = None
    for content, second, dies in steps:
        _write(root, content, second)
        try:
            with trusted(cache, root, ("src",)):
                kept = "wow_x/a.meta.ff" in _remembered(cache)
                # What mypy does: the same second means the same content.
                if kept and seen is not None and seen[1] == second:
                    assert seen[0] == content
                _remember(cache, content)
                seen = (content, second)
                if dies:
                    _die()
        except KeyboardInterrupt:
            continue


def _die() -> None:
    raise KeyboardInterrupt
