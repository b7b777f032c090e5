from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waooaw.testing.percentiles import Figures, bounds, figures, percentile, settled

_TIMES = st.lists(st.floats(min_value=0, max_value=1e6), min_size=1, max_size=700)


@pytest.mark.parametrize(
    ("samples", "expected"),
    [([7.0], 7.0), ([1.0, 2.0], 2.0), ([float(n) for n in range(1, 101)], 95.0)],
)
def test_a_percentile_is_the_nearest_rank(samples: list[float], expected: float) -> None:
    """The 95th percentile is a sample that was seen, never one in between."""
    assert percentile(samples, 0.95) == expected


@given(_TIMES)
def test_figures_are_in_order(samples: list[float]) -> None:
    """The three percentiles are samples, in ascending order, the second between its bounds."""
    seen = figures(samples)

    assert {seen.p50_ms, seen.p95_ms, seen.p99_ms} <= set(samples)
    assert seen.p50_ms <= seen.p95_ms <= seen.p99_ms
    assert seen.low_ms <= seen.p95_ms
    assert seen.high_ms is None or seen.p95_ms <= seen.high_ms
    assert seen.count == len(samples)


def test_nothing_seen_comes_to_nothing() -> None:
    """Where no decision is made there are no figures, and nothing to disagree about."""
    assert figures([]) == Figures()
    assert settled([[], []], 100).holds


@pytest.mark.parametrize(("count", "known"), [(58, False), (59, True)])
def test_few_samples_have_no_upper_bound(count: int, known: bool) -> None:
    """Fewer than 59 samples can't say that the 95th percentile is below the greatest of them."""
    assert (bounds([float(n) for n in range(count)])[1] is not None) is known


@pytest.mark.parametrize("count", [100, 200, 500, 2_000])
def test_the_bounds_hold_the_percentile(count: int) -> None:
    """Either bound is wrong for about one of twenty series, exact and approximated alike."""
    rng = random.Random(7)
    series = [sorted(rng.random() for _ in range(count)) for _ in range(400)]

    found = [bounds(one) for one in series]

    assert sum(low > 0.95 for low, _ in found) <= 34
    assert sum(high is not None and high < 0.95 for _, high in found) <= 34


def _round(ms: float, count: int = 100) -> list[float]:
    return [ms] * count


@pytest.mark.parametrize(
    ("rounds", "holds"),
    [
        ([_round(1), _round(1)], False),
        ([_round(1), _round(1.05), _round(1)], True),
        ([_round(0.1), _round(0.3), _round(0.2)], True),
        ([_round(20), _round(60), _round(20)], False),
        ([_round(60), _round(20), _round(20), _round(20)], True),
        ([_round(150), _round(155), _round(150)], True),
        ([_round(96), _round(99), _round(104)], False),
        ([_round(51, 5), _round(51, 5), _round(51, 5)], False),
        ([_round(50, 5), _round(50, 5), _round(50, 5)], True),
        ([_round(200, 2), _round(200, 2), _round(200, 2)], True),
    ],
    ids=[
        "too-few-rounds",
        "agree",
        "differ-far-below-the-limit",
        "differ",
        "agree-at-last",
        "agree-above",
        "on-both-sides",
        "too-few-samples",
        "few-and-all-far-below",
        "few-and-all-too-slow",
    ],
)
def test_when_rounds_are_settled(rounds: list[list[float]], holds: bool) -> None:
    """Three rounds have to agree, and all that they say has to lie on one side of the limit."""
    assert settled(rounds, 100).holds is holds
