"""The guardian finds what violates and leaves alone what only looks like it."""

from __future__ import annotations

import pytest
from corpus.guarding import LOWEST_PRECISION, LOWEST_RECALL, cases, main, measured


@pytest.mark.parametrize("kind", ["code", "specs"])
def test_the_corpus_is_large_and_its_cases_are_told_apart(kind: str) -> None:
    """At least sixty of both kinds each, a hundred and twenty together, under ids of their own."""
    by_kind = cases(kind)
    ids = [case.id for group in by_kind.values() for case in group]

    assert len(ids) == len(set(ids))
    assert len(by_kind["violating"]) >= 60
    assert len(by_kind["innocent"]) >= 60


@pytest.mark.parametrize("kind", ["code", "specs"])
def test_recall_and_precision_hold_their_bars(kind: str) -> None:
    """Nearly all violations are spoken of, and nearly nothing else."""
    found = measured(kind)

    assert found.recall >= LOWEST_RECALL, [case.id for case in found.misses]
    assert found.precision >= LOWEST_PRECISION, [case.id for case, _ in found.alarms]


def test_the_figures_in_the_docs_are_true(capsys: pytest.CaptureFixture[str]) -> None:
    """The command prints what docs/gates-measured.md says."""
    code = main(["--check"])

    assert code == 0, capsys.readouterr().out
