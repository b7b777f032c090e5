"""What a package's folder holds, as digests."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from fakes.agent_package import agent_package
from hypothesis import given
from hypothesis import strategies as st

from waooaw_cli.factory.trees import Difference, Entry, Kind, Tree, difference, read_tree

posix = pytest.mark.skipif(os.name == "nt", reason="Windows has neither modes nor easy links")


def _paths(tree: Tree) -> list[str]:
    return [entry.path for entry in tree.entries]


def test_every_file_is_listed_with_its_digest(tmp_path: Path) -> None:
    """A file's digest is SHA-256 of its bytes, and the order is that of the bytes of its path."""
    for name, text in (("b.txt", "b"), ("a/é.txt", "e"), ("a-b.txt", "ab"), ("Z", "z")):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)

    tree = read_tree(tmp_path)

    assert _paths(tree) == ["Z", "a-b.txt", "a/é.txt", "b.txt"]
    assert tree.entries[0] == Entry("Z", Kind.FILE, hashlib.sha256(b"z").hexdigest())


@posix
def test_the_digest_of_the_whole_can_be_made_with_a_shell(tmp_path: Path) -> None:
    """`sha256sum` over the sorted files, with the kind between, gives the documented digest."""
    package = agent_package(tmp_path / "wow-heartbeat")
    script = (
        "find . -type f | cut -c3- | LC_ALL=C sort"
        " | while read f; do sha256sum $f | sed 's/  /  file  /'; done | sha256sum"
    )

    made = subprocess.run(
        ["sh", "-c", script], cwd=package, capture_output=True, text=True, check=True
    )

    assert made.stdout.split()[0] == read_tree(package).digest


def test_caches_and_bytecode_do_not_count(tmp_path: Path) -> None:
    """What tools and Python keep for themselves changes nothing."""
    package = agent_package(tmp_path / "wow-heartbeat")
    before = read_tree(package)

    bytecode = "src/wow_heartbeat/__pycache__/agent.cpython-313.pyc"
    for name in (".git/HEAD", ".mypy_cache/x.json", bytecode):
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_text("cached")

    assert read_tree(package) == before


def test_bytecode_that_python_would_import_counts(tmp_path: Path) -> None:
    """A module without its source is code, not a cache."""
    package = agent_package(tmp_path / "wow-heartbeat", {"src/wow_heartbeat/more.pyc": "code"})

    assert "src/wow_heartbeat/more.pyc" in _paths(read_tree(package))


@posix
def test_a_link_is_a_link_whatever_it_leads_to(tmp_path: Path) -> None:
    """A file that is replaced by a link to the same bytes is not the same."""
    (tmp_path / "a").write_text("same")
    (tmp_path / "b").write_text("same")
    before = read_tree(tmp_path)

    (tmp_path / "b").unlink()
    (tmp_path / "b").symlink_to("a")
    after = read_tree(tmp_path)

    assert difference(before.entries, after, modes=True) == Difference(changed=("b",))
    assert difference(before.entries, after, modes=False) == Difference(changed=("b",))


@posix
@pytest.mark.parametrize("kind", ["outside", "nowhere", "folder", "pipe", "newline", "no-utf8"])
def test_what_cannot_be_listed_is_named(tmp_path: Path, kind: str) -> None:
    """Pipes, links that lead out, and names that are no text stand in no list of files."""
    root = tmp_path / "package"
    (root / "inside").mkdir(parents=True)
    (tmp_path / "outside").write_text("x")
    match kind:
        case "outside":
            (root / "odd").symlink_to(tmp_path / "outside")
        case "nowhere":
            (root / "odd").symlink_to("not-there")
        case "folder":
            (root / "odd").symlink_to("inside")
        case "pipe":
            os.mkfifo(root / "odd")
        case "newline":
            (root / "odd\nfile").write_text("x")
        case _:
            if sys.platform == "darwin":
                pytest.skip("macOS has no such names")
            Path(os.fsdecode(os.fsencode(root / "odd") + b"\xff")).write_text("x")

    tree = read_tree(root)

    assert tree.entries == ()
    assert len(tree.unlisted) == 1
    assert difference((), tree, modes=True).added == (str(tree.unlisted[0].path),)


@posix
def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    """What can't be read can't be held to anything; root reads everything."""
    (tmp_path / "a").write_text("x")
    (tmp_path / "a").chmod(0)

    tree = read_tree(tmp_path)

    assert (len(tree.entries), len(tree.unlisted)) == ((1, 0) if os.geteuid() == 0 else (0, 1))


@posix
def test_a_program_is_told_from_a_file(tmp_path: Path) -> None:
    """Setting the executable bit changes the tree, where the system has one."""
    (tmp_path / "run.sh").write_text("exit")
    before = read_tree(tmp_path)

    (tmp_path / "run.sh").chmod(0o755)
    after = read_tree(tmp_path)

    assert after.digest != before.digest
    assert difference(before.entries, after, modes=True).changed == ("run.sh",)
    assert not difference(before.entries, after, modes=False)


@posix
def test_a_file_that_became_a_pipe_has_changed(tmp_path: Path) -> None:
    """It is still there, and another."""
    (tmp_path / "a").write_text("x")
    before = read_tree(tmp_path)
    (tmp_path / "a").unlink()
    os.mkfifo(tmp_path / "a")

    differs = difference(before.entries, read_tree(tmp_path), modes=True)

    assert differs == Difference(changed=("a",))


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="only Linux has such a file")
def test_a_file_that_breaks_while_it_is_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its digest would be one of less than the file."""
    (tmp_path / "a").write_text("x")
    (tmp_path / "b").write_text("x")
    kept = os.open

    def opened(path: Path, flags: int) -> int:
        return kept("/proc/self/mem" if path.name == "a" else path, flags)

    monkeypatch.setattr("waooaw_cli.factory.trees.os.open", opened)
    tree = read_tree(tmp_path)

    assert _paths(tree) == ["b"]
    assert [str(one.path) for one in tree.unlisted] == ["a"]


_NAMES = st.lists(
    st.text("abcAB.-é", min_size=1, max_size=6).filter(lambda name: name not in {".", ".."}),
    unique=True,
    max_size=6,
)


@given(stated=_NAMES, there=_NAMES, data=st.data())
def test_a_difference_names_every_path_once(
    stated: list[str], there: list[str], data: st.DataObject
) -> None:
    """Added, removed and changed are what sets say, whatever the names."""
    digests = st.sampled_from(["0" * 64, "1" * 64])
    before = tuple(Entry(name, Kind.FILE, data.draw(digests)) for name in stated)
    after = Tree(tuple(Entry(name, Kind.FILE, data.draw(digests)) for name in there))

    differs = difference(before, after, modes=True)

    assert set(differs.added) == set(there) - set(stated)
    assert set(differs.removed) == set(stated) - set(there)
    assert len(differs) == len({*differs.added, *differs.removed, *differs.changed})
    assert (not differs) == (set(before) == set(after.entries))
