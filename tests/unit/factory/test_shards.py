from __future__ import annotations

import itertools
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waooaw.errors import InputError
from waooaw_cli.factory.shards import (
    Shard,
    place_of,
    read_durations,
    read_shard,
    shares,
    source_bytes,
    split,
)
from waooaw_cli.gates.gate import Package

_WEIGHTS = st.dictionaries(st.text(min_size=1, max_size=5), st.integers(0, 10_000), max_size=40)
_COUNTS = st.integers(1, 12)


@given(_WEIGHTS, _COUNTS)
def test_every_package_is_in_exactly_one_shard(weights: Mapping[str, int], count: int) -> None:
    """No agent is left out and none is judged twice, whatever they weigh."""
    dealt = shares(weights, count)

    assert len(dealt) == count
    assert sorted(itertools.chain.from_iterable(dealt)) == sorted(weights)


@given(_WEIGHTS, _COUNTS, st.randoms(use_true_random=False))
def test_the_order_of_naming_does_not_matter(
    weights: Mapping[str, int], count: int, rng: st.DataObject
) -> None:
    """Jobs that name the agents in another order come to the same split."""
    shuffled = list(weights.items())
    rng.shuffle(shuffled)  # type: ignore[attr-defined] # Hypothesis has no type for its randoms

    assert shares(dict(shuffled), count) == shares(weights, count)


@given(_WEIGHTS, _COUNTS)
def test_no_shard_has_much_more_than_another(weights: Mapping[str, int], count: int) -> None:
    """Two loads differ by no more than the heaviest package; a shard is empty only if it must."""
    dealt = shares(weights, count)
    loads = [sum(weights[place] for place in part) for part in dealt]

    assert max(loads) - min(loads) <= max(weights.values(), default=0)
    assert sum(not part for part in dealt) == max(0, count - len(weights))


@given(st.lists(st.integers(0, 50), max_size=7), st.integers(1, 3))
def test_the_longest_shard_is_near_the_best_possible(weights: Sequence[int], count: int) -> None:
    """The most loaded has at most 4/3 - 1/3N of the best split's most loaded (Graham, 1969)."""
    named = {str(number): weight for number, weight in enumerate(weights)}
    best = min(
        max(
            sum(weight for weight, at in zip(weights, ats, strict=True) if at == shard)
            for shard in range(count)
        )
        for ats in itertools.product(range(count), repeat=len(weights))
    )

    longest = max(sum(named[place] for place in part) for part in shares(named, count))

    assert 3 * count * longest <= (4 * count - 1) * best


@pytest.mark.parametrize(("text", "index", "count"), [("1/1", 1, 1), ("3/4", 3, 4)])
def test_a_shard_is_read(text: str, index: int, count: int) -> None:
    """The first of N is 1."""
    assert read_shard(text) == Shard(index, count)
    assert str(read_shard(text)) == text


@pytest.mark.parametrize(
    "text",
    ["0/3", "4/3", "a/b", "", "1", "1/", "/3", "-1/3", "1/3/5", "1 / 3", "1/0", "¹/3", "1/3\n"],
)
def test_what_is_no_shard(text: str) -> None:
    """It is refused: to guess would leave agents without a gate."""
    with pytest.raises(InputError, match="is not I/N"):
        read_shard(text)


def _fleet(folder: Path, sizes: Mapping[str, int]) -> list[Package]:
    for name, size in sizes.items():
        (folder / name / "src").mkdir(parents=True)
        (folder / name / "src" / "a.py").write_text("x" * size)
    return [Package((folder / name).resolve(), name) for name in sizes]


def _names(
    packages: Sequence[Package],
    shard: str,
    folder: Path,
    durations: Mapping[str, int] | None = None,
) -> set[str]:
    part = split(packages, read_shard(shard), folder=folder, durations=durations)
    assert part.of == len(packages)
    return {package.root.name for package in part.packages}


_SIZES = {"wow-a": 10, "wow-b": 90, "wow-c": 40, "wow-d": 45, "wow-e": 3}


def test_by_the_size_of_the_sources(tmp_path: Path) -> None:
    """Without recorded durations, who has more to read gets fewer to read."""
    fleet = _fleet(tmp_path, _SIZES)

    assert _names(fleet, "1/2", tmp_path) == {"wow-b", "wow-e"}
    assert _names(fleet, "2/2", tmp_path) == {"wow-a", "wow-c", "wow-d"}


def test_by_recorded_durations(tmp_path: Path) -> None:
    """What gates took counts more than what sources weigh; a new agent counts as usual."""
    fleet = _fleet(tmp_path, _SIZES)
    durations = {"wow-a": 900, "wow-c": 100, "wow-d": 100, "wow-e": 100, "wow-gone": 5_000}

    assert _names(fleet, "1/2", tmp_path, durations) == {"wow-a"}


def test_durations_of_others_are_none(tmp_path: Path) -> None:
    """A report that names none of the agents leaves the sizes to split by."""
    fleet = _fleet(tmp_path, _SIZES)

    assert _names(fleet, "1/2", tmp_path, {"elsewhere": 1}) == _names(fleet, "1/2", tmp_path)


def test_the_split_is_the_same_on_another_machine(tmp_path: Path) -> None:
    """Neither where the checkout stands, nor from where or in what order it is named, counts."""
    here = _fleet(tmp_path / "here", _SIZES)
    there = _fleet(tmp_path / "there" / "deeper", dict(reversed(_SIZES.items())))
    for index in (1, 2, 3):
        shard = f"{index}/3"
        assert _names(here, shard, tmp_path / "here") == _names(
            there, shard, tmp_path / "there" / "deeper"
        )

    first, second = (
        split(fleet, Shard(1, 3), folder=folder, durations=None)
        for fleet, folder in ((here, tmp_path / "here"), (there, tmp_path / "there" / "deeper"))
    )
    other = split(here[1:], Shard(1, 3), folder=tmp_path / "here", durations=None)
    assert first.digest == second.digest != other.digest


def test_a_place_on_another_drive(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no way leads from the current folder, the whole path is the name."""

    def relpath(path: Path, start: Path) -> str:
        raise ValueError(path, start)

    monkeypatch.setattr("os.path.relpath", relpath)

    assert place_of(Path("/fleet/wow-a"), Path("/")) == "/fleet/wow-a"


def test_line_ends_of_another_system(tmp_path: Path) -> None:
    """A checkout with CRLF has the size of one with LF; what is no Python has none."""
    (tmp_path / "a.py").write_bytes(b"x = 1\r\ny = 2\r\n")
    (tmp_path / "b.md").write_bytes(b"x" * 100)
    (tmp_path / "gone.py").symlink_to(tmp_path / "nowhere")

    assert source_bytes(tmp_path) == len("x = 1\ny = 2\n")


def test_a_source_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It weighs nothing here; that it can't be read is for the gates to say."""
    (tmp_path / "a.py").write_text("x = 1\n")

    def read(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", read)

    assert source_bytes(tmp_path) == 0


def test_more_shards_than_agents(tmp_path: Path) -> None:
    """The last shards have nothing to do, and a huge number of them costs nothing."""
    fleet = _fleet(tmp_path, {"wow-a": 1, "wow-b": 2})

    assert _names(fleet, "2/3", tmp_path) == {"wow-a"}
    assert _names(fleet, "3/3", tmp_path) == set()
    assert _names(fleet, "999999/999999", tmp_path) == set()
    assert _names([], "1/2", tmp_path) == set()


def _report(*targets: tuple[str, Sequence[object]], schema: str = "waooaw.gate-report/1") -> str:
    return json.dumps(
        {
            "schema": schema,
            "targets": [
                {
                    "path": path,
                    "gates": [
                        {"duration_ms": took, "verdict": "pass" if took else "skipped"}
                        for took in durations
                    ],
                }
                for path, durations in targets
            ],
        }
    )


def test_durations_are_read(tmp_path: Path) -> None:
    """They are summed over the gates that ran, also where a package was named in full."""
    file = tmp_path / "gates.json"
    file.write_text(
        _report(
            ("./fleet/wow-a", [12, 0.5, 0]),
            (f"{tmp_path.resolve()}/fleet/wow-b", [3]),
            ("fleet/wow-a", [1]),
            ("fleet/wow-skipped", [0, 0]),
        )
    )

    durations = read_durations(file, folder=tmp_path)

    assert durations == {"fleet/wow-a": 12_500, "fleet/wow-b": 3_000}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no JSON report"),
        ("[]", "no JSON report"),
        ("{}", "no JSON report"),
        (_report(schema="waooaw.run/1"), "no JSON report"),
        (_report(("a", ["long"])), "no JSON report"),
        (_report(("a", [True])), "no JSON report"),
        (_report(("a", [-1])), "no JSON report"),
        (_report(("a", [float("nan")])), "no JSON report"),
        (_report(("a", [float("inf")])), "no JSON report"),
        ("[" * 100_000, "nested too deeply"),
        ("\xff", "no JSON report"),
    ],
)
def test_what_is_no_report(tmp_path: Path, text: str, reason: str) -> None:
    """It is refused: another job might have read it."""
    file = tmp_path / "gates.json"
    file.write_text(text, encoding="latin-1")

    with pytest.raises(InputError, match=reason):
        read_durations(file, folder=tmp_path)


def test_a_report_that_is_not_there(tmp_path: Path) -> None:
    """A missing file is the user's mistake, and how to make one is said."""
    with pytest.raises(InputError, match=r"--durations .*: No such file") as caught:
        read_durations(tmp_path / "none.json", folder=tmp_path)

    assert "--report json=" in str(caught.value.hint)
