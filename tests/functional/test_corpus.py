"""Planted faults are found, and their clean twins are not: the corpus, as far as it is quick.

The whole of it, with the figures per gate, is `nox -s corpus`.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from corpus.measuring import HIGHEST_FALSE, LOWEST_RECALL, judged, score, table
from corpus.planting import Case, cases

from waooaw_cli.gates import rule_docs
from waooaw_cli.gates.report import GateId

_QUICK = (GateId.SPEC, GateId.VISION, GateId.FORMAT, GateId.LINT, GateId.SECURITY)
#: Of the gates that start an interpreter for each package: some of the cases.
_SAMPLE = {
    GateId.TYPES: ("hidden-by-any", "file-unchecked", "no-type-check"),
    GateId.TESTS: ("broken-conftest", "code-replaced", "too-little", "unknown-setting"),
    GateId.PERFORMANCE: ("busy-decision", "other-class"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where packages are planted; the untouched ones are made once."""
    return tmp_path_factory.mktemp("corpus")


def _all() -> list[Case]:
    return [case for gate in GateId for case in cases(gate)]


@pytest.mark.parametrize("gate", _QUICK)
def test_faults_are_found_and_twins_are_not(folder: Path, gate: GateId) -> None:
    """The rule that is named objects to the fault, nothing to the twin, within the bars."""
    outcomes = judged(cases(gate), folder=folder)

    wrong = [one.line() for one in outcomes if not one.as_it_should]
    assert score(gate, outcomes).holds, wrong


@pytest.mark.parametrize("gate", _SAMPLE)
def test_a_sample_is_found_and_its_twins_are_not(folder: Path, gate: GateId) -> None:
    """The same, without a miss, for some cases of the gates that run the package."""
    wanted = {f"{gate}-{name}" for name in _SAMPLE[gate]}
    chosen = [case for case in cases(gate) if case.id in wanted]

    outcomes = judged(chosen, folder=folder)

    assert len(outcomes) == 2 * len(wanted)
    assert [one.line() for one in outcomes if not one.as_it_should] == []


def test_the_corpus_is_large_enough() -> None:
    """At least 150 faults over all eight gates, each under a name of its own."""
    names = Counter(case.id for case in _all())

    assert names.most_common(1)[0][1] == 1
    assert len(names) >= 150
    assert {case.gate for case in _all()} == set(GateId)


def test_every_rule_is_one_that_can_be_explained() -> None:
    """A case names a rule of its gate; rules of ruff and mypy stand under their gate's page."""
    known = rule_docs()

    strangers = [
        case.id
        for case in _all()
        if case.rule not in known and case.rule.partition("-")[0] not in {"LINT", "TYPE"}
    ]
    assert strangers == []


def test_scores_are_held_to_the_bars(folder: Path) -> None:
    """A miss counts against recall, an alarm against the twins, and both show in the table."""
    [outcome, twin] = judged([cases(GateId.SPEC)[0]], folder=folder / "scores")

    good = score(GateId.SPEC, [outcome, twin])
    bad = score(GateId.SPEC, [twin, outcome][:1])

    assert (good.recall, good.alarms, good.holds) == (1.0, 0, True)
    assert (bad.faults, bad.twins) == (0, 1)
    assert table([good]).splitlines()[-1] == "| all | 1 | 1 | 1.000 | 1 | 0 |"
    assert (LOWEST_RECALL, HIGHEST_FALSE) == (0.95, 0.02)
