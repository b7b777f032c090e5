from __future__ import annotations

import json
import os
import threading
from datetime import timedelta
from pathlib import Path, PurePosixPath

import pytest

from waooaw_cli.gates import cache as module
from waooaw_cli.gates.cache import AgentName, Results
from waooaw_cli.gates.report import Finding, GateId, GateResult, Severity, Verdict

_KEY = "ab" * 20
_OTHER = "cd" * 20
_FINDING = Finding(
    "LINT-F401",
    Severity.ERROR,
    "`os` is unused \ud800",
    PurePosixPath("src/a.py"),
    line=1,
    column=2,
    fix="Remove it",
    fingerprint="f" * 32,
)
_RESULT = GateResult(
    GateId.LINT,
    Verdict.FAIL,
    timedelta(milliseconds=12),
    (_FINDING,),
    {"files": 3, "coverage": 99.5, "core": "abc", "thorough": False},
)


def _entry(folder: Path) -> Path:
    [path] = [path for path in folder.rglob("*") if path.is_file()]
    return path


def test_a_result_comes_back_as_it_was(tmp_path: Path) -> None:
    """All but the mark that it is cached, surrogates among it."""
    Results(tmp_path).keep(_KEY, _RESULT)

    found = Results(tmp_path).find(_KEY, GateId.LINT)

    assert found is not None
    assert found.cached
    assert (found.verdict, found.duration, found.findings, found.measures) == (
        _RESULT.verdict,
        _RESULT.duration,
        _RESULT.findings,
        _RESULT.measures,
    )


def test_what_was_never_kept_is_a_miss(tmp_path: Path) -> None:
    """Also where the folder does not exist."""
    assert Results(tmp_path / "nowhere").find(_KEY, GateId.LINT) is None
    assert Results(tmp_path / "nowhere").find_name(_KEY) is None


@pytest.mark.parametrize("verdict", [Verdict.ERROR, Verdict.SKIPPED])
def test_what_was_not_decided_is_not_kept(tmp_path: Path, verdict: Verdict) -> None:
    """A tool that crashed is tried again."""
    Results(tmp_path).keep(_KEY, GateResult(GateId.LINT, verdict))

    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("cut", range(0, 200, 7))
def test_a_truncated_entry_is_a_miss_and_heals(tmp_path: Path, cut: int) -> None:
    """Whatever a full disk left of it; the next run writes it anew."""
    results = Results(tmp_path)
    results.keep(_KEY, _RESULT)
    path = _entry(tmp_path)
    path.write_bytes(path.read_bytes()[:cut])

    missed = results.find(_KEY, GateId.LINT)
    results.keep(_KEY, _RESULT)

    assert missed is None
    assert results.find(_KEY, GateId.LINT) is not None


def test_a_changed_byte_is_a_miss(tmp_path: Path) -> None:
    """An entry that says pass where it said fail is not believed."""
    results = Results(tmp_path)
    results.keep(_KEY, _RESULT)
    path = _entry(tmp_path)
    path.write_bytes(path.read_bytes().replace(b'"fail"', b'"pass"'))

    assert results.find(_KEY, GateId.LINT) is None


def test_an_entry_under_another_name_is_a_miss(tmp_path: Path) -> None:
    """A verdict can't be copied from one package to another."""
    results = Results(tmp_path)
    results.keep(_KEY, _RESULT)
    results.keep(_OTHER, _RESULT)
    (tmp_path / "cd" / _OTHER).write_bytes((tmp_path / "ab" / _KEY).read_bytes())

    assert results.find(_OTHER, GateId.LINT) is None


def test_the_result_of_another_gate_is_a_miss(tmp_path: Path) -> None:
    """A name stands for one gate only."""
    results = Results(tmp_path)
    results.keep(_KEY, _RESULT)

    assert results.find(_KEY, GateId.TYPES) is None


def test_entries_of_who_does_not_know_the_secret_are_misses(tmp_path: Path) -> None:
    """In a cache that machines share, only those who know the secret are believed."""
    Results(tmp_path, secret="theirs").keep(_KEY, _RESULT)

    assert Results(tmp_path, secret="ours").find(_KEY, GateId.LINT) is None
    assert Results(tmp_path, secret="theirs").find(_KEY, GateId.LINT) is not None


@pytest.mark.parametrize(
    "said",
    [
        [],
        {},
        {"gate": "lint"},
        {"gate": "lint", "verdict": "fine", "duration_us": 1, "measures": {}, "findings": []},
        {"gate": "lint", "verdict": "pass", "duration_us": "x", "measures": {}, "findings": []},
        {"gate": "lint", "verdict": "pass", "duration_us": 1, "measures": {}, "findings": [[1]]},
        {"gate": "lint", "verdict": "pass", "duration_us": 1, "measures": 7, "findings": []},
    ],
)
def test_an_entry_of_another_form_is_a_miss(tmp_path: Path, said: object) -> None:
    """One that another version wrote, with a good checksum."""
    results = Results(tmp_path)
    text = json.dumps(said).encode()
    (tmp_path / "ab").mkdir()
    (tmp_path / "ab" / _KEY).write_bytes(results._mac(_KEY, text).encode() + b"\n" + text)

    assert results.find(_KEY, GateId.LINT) is None
    assert results.find_name(_KEY) is None


def test_a_name_comes_back(tmp_path: Path) -> None:
    """What an agent is called is kept beside its results."""
    Results(tmp_path).keep_name(_KEY, AgentName("wow-x", "1.2.3"))

    assert Results(tmp_path).find_name(_KEY) == AgentName("wow-x", "1.2.3")


def test_a_folder_that_cannot_be_written_changes_nothing(tmp_path: Path) -> None:
    """A file where the folder belongs: nothing is kept, nothing is raised, nothing is left."""
    place = tmp_path / "results"
    place.write_text("in the way")

    Results(place).keep(_KEY, _RESULT)
    Results(place).bound()

    assert place.read_text() == "in the way"


def test_a_folder_in_the_place_of_an_entry_is_a_miss(tmp_path: Path) -> None:
    """It can't be replaced by a file either; nothing is left beside it."""
    (tmp_path / "ab" / _KEY / "x").mkdir(parents=True)
    results = Results(tmp_path)

    results.keep(_KEY, _RESULT)

    assert results.find(_KEY, GateId.LINT) is None
    assert [path.name for path in (tmp_path / "ab").iterdir()] == [_KEY]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no named pipes")
def test_a_pipe_in_the_place_of_an_entry_is_a_miss(tmp_path: Path) -> None:
    """Nobody waits for who might write into it."""
    path = tmp_path / _KEY[:2] / _KEY
    path.parent.mkdir()
    os.mkfifo(path)

    assert Results(tmp_path).find(_KEY, GateId.LINT) is None


def test_entries_that_others_keep_are_used_for_longer_than_a_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their time of use can't be set where the folder may only be read."""

    def refuse(*_: object) -> None:
        raise PermissionError

    Results(tmp_path).keep(_KEY, _RESULT)
    os.utime(_entry(tmp_path), (1_000_000, 1_000_000))
    monkeypatch.setattr(os, "utime", refuse)

    assert Results(tmp_path).find(_KEY, GateId.LINT) is not None


def test_nothing_beside_the_cache_is_removed_to_bound_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where somebody put a link into it, what that leads to is somebody's."""
    monkeypatch.setattr(module, "_MOST_ENTRIES", 0)
    results = Results(tmp_path / "results")
    results.keep(_KEY, _RESULT)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter").write_text("dear")
    (tmp_path / "results" / "ff").symlink_to("../mine")

    results.bound()

    assert results.usage().entries == 0
    assert (tmp_path / "mine" / "letter").read_text() == "dear"


def test_two_runs_that_bound_the_cache_at_once_both_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the other has removed already is passed over."""
    monkeypatch.setattr(module, "_MOST_ENTRIES", 1)
    results = Results(tmp_path)
    for number in range(6):
        key = f"{number:040x}"
        results.keep(key, _RESULT)
        os.utime(tmp_path / key[:2] / key, (1_000_000 + number, 1_000_000 + number))
    entries = sorted(results._entries())
    monkeypatch.setattr(results, "_entries", lambda: iter(entries))
    Path(entries[0][1]).unlink()

    results.bound()

    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 2  # and the mark


def test_two_runs_at_once_leave_whole_entries(tmp_path: Path) -> None:
    """Readers see a whole entry or none, whoever writes meanwhile."""
    seen = []

    def work() -> None:
        results = Results(tmp_path)
        for _ in range(100):
            results.keep(_KEY, _RESULT)
            seen.append(results.find(_KEY, GateId.LINT))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(seen) == 400
    assert all(one is not None and one.findings == _RESULT.findings for one in seen)
    assert len(list((tmp_path / "ab").iterdir())) == 1


def test_what_was_not_used_for_longest_goes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cache is bounded; what is used stays."""
    monkeypatch.setattr(module, "_MOST_ENTRIES", 3)
    results = Results(tmp_path)
    keys = [f"{number:040x}" for number in range(6)]
    for number, key in enumerate(keys):
        results.keep(key, _RESULT)
        os.utime(tmp_path / key[:2] / key, (1_000_000 + number, 1_000_000 + number))
    results.find(keys[0], GateId.LINT)  # used again today

    results.bound()

    assert [key for key in keys if results.find(key, GateId.LINT)] == [keys[0], keys[4], keys[5]]


def test_the_cache_is_bounded_in_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever its entries weigh, and only once an hour."""
    monkeypatch.setattr(module, "_MOST_BYTES", 700)
    results = Results(tmp_path)
    keys = [f"{number:040x}" for number in range(6)]
    for key in keys:
        results.keep(key, _RESULT)

    results.bound()
    left = results.usage()
    results.keep(_KEY, _RESULT)
    results.bound()

    assert 0 < left.size_bytes <= 700
    assert results.usage().entries == left.entries + 1


def test_an_entry_that_is_too_large_is_not_kept(tmp_path: Path) -> None:
    """A thousand findings of ten kilobytes are found again faster than they are read."""
    long = Finding("X", Severity.ERROR, "x" * 3_000_000)

    Results(tmp_path).keep(_KEY, GateResult(GateId.LINT, Verdict.FAIL, findings=(long,)))

    assert not list(tmp_path.iterdir())
