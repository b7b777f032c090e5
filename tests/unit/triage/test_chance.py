"""Whether shares differ by more than chance."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waooaw.triage.chance import holm, likelier, unlike


@pytest.mark.parametrize(
    ("counts", "either", "higher"),
    [
        # Fisher's lady tasting tea, and Agresti's tables; values of R's fisher.test.
        pytest.param((3, 4, 1, 4), 0.4857143, 0.2428571, id="tea"),
        pytest.param((10, 10, 0, 10), 1.082509e-05, 5.412544e-06, id="all and none"),
        pytest.param((2, 17, 10, 13), 0.0005367, 0.9999845, id="convictions"),
        pytest.param((0, 5, 0, 9), 1.0, 1.0, id="nothing"),
    ],
)
def test_chances_are_those_of_fisher(
    counts: tuple[int, int, int, int], either: float, higher: float
) -> None:
    """Small tables, as the textbooks have them."""
    assert unlike(*counts) == pytest.approx(either, rel=1e-3)
    assert likelier(*counts) == pytest.approx(higher, rel=1e-3)


@given(st.data())
def test_a_chance_is_one_and_has_no_sides(data: st.DataObject) -> None:
    """It lies between 0 and 1, and does not depend on which side is called the first."""
    of, other_of = (data.draw(st.integers(1, 300)) for _ in range(2))
    hits, other_hits = data.draw(st.integers(0, of)), data.draw(st.integers(0, other_of))
    chance = unlike(hits, of, other_hits, other_of)

    assert 0 < chance <= 1
    assert chance == pytest.approx(unlike(other_hits, other_of, hits, of))
    assert 0 < likelier(hits, of, other_hits, other_of) <= 1


@pytest.mark.parametrize(
    ("chances", "counted"),
    [((0.01, 0.04, 0.03), (0.03, 0.06, 0.06)), ((0.5, 0.9), (1.0, 1.0)), ((), ())],
)
def test_many_looks_count(chances: tuple[float, ...], counted: tuple[float, ...]) -> None:
    """Holm's steps, by hand."""
    assert holm(chances) == pytest.approx(counted)


@given(st.lists(st.floats(0, 1), max_size=30))
def test_what_counts_is_never_less_and_keeps_its_order(chances: list[float]) -> None:
    """Looking at more makes nothing surer, and what was surer stays so."""
    counted = holm(chances)

    pairs = sorted(zip(chances, counted, strict=True))
    assert all(chance <= value <= 1 for chance, value in pairs)
    assert [value for _, value in pairs] == sorted(value for _, value in pairs)
