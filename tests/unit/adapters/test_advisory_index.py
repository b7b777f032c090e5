"""The index appears whole or not at all, from sources that anybody may have made."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fakes.advisory_records import record, record_folder, record_zip

from waooaw.errors import EnvironmentFault, InputError
from waooaw_cli.adapters import advisories as adapter
from waooaw_cli.adapters.advisories import IndexStore, opened_source
from waooaw_cli.adapters.advisory_index import AdvisoryIndex, file_digest
from waooaw_cli.adapters.locks import taken
from waooaw_cli.factory.advisories import Imported, NotCounted, import_advisories
from waooaw_cli.gates.advisory_database import POINTER

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def imported(source: Path, folder: Path) -> Imported:
    with opened_source(source) as opened:
        return import_advisories(
            opened, IndexStore(folder), now=NOW, progress=lambda _done, _total: None
        )


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {".lock"}


def test_what_was_imported_can_be_asked(tmp_path: Path) -> None:
    """By normalised name; what nobody warns of is not in the answer."""
    records = (record(aliases=["CVE-1"]), record("PYSEC-2", "Other.Name", versions=["1"]))
    done = imported(record_zip(tmp_path / "all.zip", *records), tmp_path / "index")

    known = AdvisoryIndex(tmp_path / "index").about(["wooparse", "other-name", "blameless"])

    assert (done.database.records, done.database.packages) == (2, 2)
    assert done.database.newest == datetime(2026, 11, 1, tzinfo=UTC)
    assert {name: [one.id for one in found] for name, found in known.items()} == {
        "wooparse": ["PYSEC-2026-1"],
        "other-name": ["PYSEC-2"],
    }
    assert known["wooparse"][0].aliases == ("CVE-1",)
    assert AdvisoryIndex(tmp_path / "index").database() == done.database


def test_a_folder_says_the_same_as_a_zip(tmp_path: Path) -> None:
    """The same records give the same index, byte for byte."""
    records = (record(), record("PYSEC-2", "other"))
    one = imported(record_zip(tmp_path / "all.zip", *records), tmp_path / "a")
    other = imported(record_folder(tmp_path / "folder", *records), tmp_path / "b")

    assert one.database.records == other.database.records == 2
    assert {path.name for path in (tmp_path / "a").glob("*.sqlite")} != set()
    assert AdvisoryIndex(tmp_path / "a").about(["other"]) == AdvisoryIndex(tmp_path / "b").about(
        ["other"]
    )


def test_a_newer_import_takes_the_place(tmp_path: Path) -> None:
    """Who just read the old pointer still finds its index; older ones are removed."""
    folder = tmp_path / "index"
    indexes = []
    for number in range(3):
        source = record_zip(tmp_path / f"{number}.zip", record(f"PYSEC-{number}"))
        indexes.append(imported(source, folder).database.index.name)

    assert names(folder) == {POINTER, *indexes[1:]}
    assert [one.id for one in AdvisoryIndex(folder).about(["wooparse"])["wooparse"]] == ["PYSEC-2"]


def test_an_import_that_fails_changes_nothing(tmp_path: Path) -> None:
    """The old index stays in force, and nothing of the new one is left."""
    folder = tmp_path / "index"
    imported(record_zip(tmp_path / "good.zip", record()), folder)
    before = {path: path.read_bytes() for path in folder.iterdir()}

    with pytest.raises(InputError, match="no advisory for PyPI"):
        imported(record_zip(tmp_path / "empty.zip"), folder)
    many = record_zip(tmp_path / "more.zip", *[record(f"P-{number}") for number in range(500)])
    with pytest.raises(KeyboardInterrupt), opened_source(many) as opened:
        import_advisories(opened, IndexStore(folder), now=NOW, progress=_interrupted)

    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def _interrupted(done: int, total: int) -> None:
    raise KeyboardInterrupt


def test_what_a_killed_import_left_is_cleared(tmp_path: Path) -> None:
    """The next import removes it."""
    folder = tmp_path / "index"
    folder.mkdir()
    (folder / ".dead.new").write_text("half")
    (folder / ".dead.new-journal").write_text("half")

    imported(record_zip(tmp_path / "good.zip", record()), folder)

    assert len(names(folder)) == 2


def test_two_imports_at_once(tmp_path: Path) -> None:
    """One waits for the other; what is in force in the end is whole."""
    folder = tmp_path / "index"
    sources = [record_zip(tmp_path / f"{n}.zip", record(f"P-{n}")) for n in range(4)]
    threads = [threading.Thread(target=imported, args=(source, folder)) for source in sources]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(AdvisoryIndex(folder).about(["wooparse"])["wooparse"]) == 1


def test_an_import_does_not_wait_for_ever(tmp_path: Path) -> None:
    """Another one that hangs is said to hang."""
    store = IndexStore(tmp_path, patience=timedelta(0))

    with (
        taken(tmp_path / ".lock") as ours,
        pytest.raises(EnvironmentFault, match="does not end"),
        store.writing(),
    ):
        raise AssertionError("never comes here")
    assert ours


def test_an_index_needs_a_folder(tmp_path: Path) -> None:
    """Where nothing can be kept, the machine has to change."""
    (tmp_path / "file").write_text("")

    with pytest.raises(EnvironmentFault, match="can't be kept"):
        imported(record_zip(tmp_path / "good.zip", record()), tmp_path / "file")


def test_nothing_is_published_that_was_not_written(tmp_path: Path) -> None:
    """A misuse of the store is a defect."""
    with pytest.raises(RuntimeError):
        IndexStore(tmp_path).publish(lambda _path, _size, _digest: pytest.fail("never"))


@pytest.mark.parametrize("damage", ["cut", "other", "gone", "folder"])
def test_a_damaged_index_is_never_an_empty_one(tmp_path: Path, damage: str) -> None:
    """One byte that differs is enough to say so."""
    folder = tmp_path / "index"
    index = imported(record_zip(tmp_path / "good.zip", record()), folder).database.index
    content = index.read_bytes()
    index.unlink()
    if damage == "cut":
        index.write_bytes(content[:-100])
    elif damage == "other":
        index.write_bytes(content.replace(b"1.5", b"0.5"))
    elif damage == "folder":
        index.mkdir()

    with pytest.raises(ValueError, match="index-"):
        AdvisoryIndex(folder).about(["wooparse"])


def test_an_index_that_is_none_says_so(tmp_path: Path) -> None:
    """The right digest of something else is no index either."""
    store = IndexStore(tmp_path)
    with opened_source(record_zip(tmp_path / "good.zip", record())) as opened:
        database = import_advisories(
            opened, store, now=NOW, progress=lambda _done, _total: None
        ).database
    database.index.write_bytes(b"no database at all" * 100)
    digest = file_digest(database.index)
    pointer = tmp_path / POINTER
    pointer.write_text(pointer.read_text().replace(database.digest, digest))

    with pytest.raises(ValueError, match="can't be read"):
        AdvisoryIndex(tmp_path).about(["wooparse"])


def test_nothing_imported_is_not_nothing_known(tmp_path: Path) -> None:
    """Asking without a database is refused."""
    assert AdvisoryIndex(tmp_path).database() is None
    with pytest.raises(ValueError, match="no advisories"):
        AdvisoryIndex(tmp_path).about(["wooparse"])


def test_a_hostile_zip_writes_nothing_and_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Names that lead out, links, a bomb, a zip in the zip, garbage: counted, never followed."""
    monkeypatch.setattr(adapter, "_MOST_RECORD_BYTES", 100_000)
    source = record_zip(tmp_path / "evil.zip", record())
    link = zipfile.ZipInfo("link.json")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(source, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../outside.json", "{")
        archive.writestr("/etc/outside.json", "{")
        archive.writestr("bomb.json", "0" * 10_000_000)
        archive.writestr(link, "/etc/passwd")
        archive.write(record_zip(tmp_path / "inner.zip", record("P-2")), "inner.zip")
        archive.writestr("folder/", "")

    done = imported(source, tmp_path / "index")

    assert done.database.records == 1
    assert done.not_counted == {NotCounted.BROKEN: 4, NotCounted.FOREIGN: 1}
    assert len(done.examples) == 3
    assert {path.name for path in tmp_path.iterdir()} == {"evil.zip", "inner.zip", "index"}


def test_a_broken_member_is_counted(tmp_path: Path) -> None:
    """A wrong checksum or an encrypted member is no record."""
    source = record_zip(tmp_path / "all.zip", record(), record("PYSEC-2"))
    content = source.read_bytes()
    at = content.index(b"trusts")
    source.write_bytes(content[:at] + b"TRUSTS" + content[at + 6 :])

    assert imported(source, tmp_path / "index").not_counted == {NotCounted.BROKEN: 1}


@pytest.mark.parametrize(
    ("limit", "value", "says"),
    [
        ("_MOST_ENTRIES", 1, "more than 1 files"),
        ("_MOST_TOTAL_BYTES", 400, "more than 400 bytes"),
        ("_MOST_SOURCE_BYTES", 100, "larger than 100 bytes"),
    ],
)
def test_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, value: int, says: str
) -> None:
    """Every source is bounded, in files, in bytes and in what it unpacks to."""
    monkeypatch.setattr(adapter, limit, value)

    with pytest.raises(InputError, match=says):
        imported(record_zip(tmp_path / "all.zip", record(), record("P-2")), tmp_path / "index")


@pytest.mark.skipif(sys.platform == "win32", reason="links and pipes are different there")
def test_a_folder_is_read_without_following_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a link nor a pipe is read, nor what is hidden; a large file is counted as broken."""
    monkeypatch.setattr(adapter, "_MOST_RECORD_BYTES", 1_000)
    folder = record_folder(tmp_path / "db", record())
    (folder / "outside.json").symlink_to("/etc/passwd")
    (folder / ".git").mkdir()
    (folder / ".git" / "x.json").write_text("{")
    (folder / "large.json").write_text("0" * 1_001)
    os.mkfifo(folder / "pipe.json")

    done = imported(folder, tmp_path / "index")

    assert done.not_counted == {NotCounted.BROKEN: 1}


def test_a_file_that_goes_away_is_counted(tmp_path: Path) -> None:
    """A folder may change while it is read."""
    assert adapter._file(tmp_path / "gone.json") is None


@pytest.mark.parametrize("kind", ["missing", "text", "device"])
def test_what_is_no_source_is_refused(tmp_path: Path, kind: str) -> None:
    """Exit 2 with a way out, never a traceback."""
    if kind == "text":
        (tmp_path / "source").write_text("no zip")
    source = Path(os.devnull) if kind == "device" else tmp_path / "source"

    with pytest.raises(InputError) as caught, opened_source(source):
        pass
    assert caught.value.hint


def test_a_source_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the user's to change."""

    def refused(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refused)

    with pytest.raises(InputError, match="may not be read"), opened_source(tmp_path / "x.zip"):
        pass


def test_a_record_of_the_future_keeps_nothing_young(tmp_path: Path) -> None:
    """What says that it was changed next year does not count for the age."""
    records = (
        record(),
        record("P-2", modified="2099-01-01T00:00:00Z"),
        record("P-3", modified=None),
    )

    done = imported(record_zip(tmp_path / "all.zip", *records), tmp_path / "index")

    assert done.database.newest == datetime(2026, 11, 1, tzinfo=UTC)


def test_a_pointer_is_read_without_heavy_imports() -> None:
    """A cached verdict asks for the state of the database: neither sqlite3 nor packaging waits."""
    code = (
        "import sys, waooaw_cli.gates.dependency_settings;"
        "print({'sqlite3', 'packaging.version', 'yaml', 'pydantic'} & sys.modules.keys())"
    )
    # Who measures coverage imports sqlite3 for itself.
    env = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env
    )

    assert done.stdout.strip() == "set()"
