"""How much of what is planted the security rules find, and how often they are wrong, in figures."""

from __future__ import annotations

import sys
from pathlib import PurePosixPath

import pytest
from unit.vision.flow_cases import CASES
from unit.vision.test_code_corpus import INNOCENT, VIOLATING
from unit.vision.test_secrets_pack import LOOK_ALIKES, SECRETS

from waooaw.vision import judge_code, secrets_in, security_rules

SKILLS = PurePosixPath("src/wow_desk/skills.py")
LOWEST_RECALL, LOWEST_PRECISION = 0.97, 0.98


def rules_of(source: str) -> set[str]:
    return {one.rule for one in judge_code({SKILLS: source}, security_rules())}


def test_the_figures_hold(capsys: pytest.CaptureFixture[str]) -> None:
    """Of at least 60 planted faults 97 % are found; 98 % of what is found is one."""
    own = [(rule, source) for rule, source in VIOLATING if rule.startswith("SEC-")]
    planted = [(case.rule, case.bad) for case in CASES] + own
    twins = [case.good for case in CASES] + INNOCENT

    found = sum(rule in rules_of(source) for rule, source in planted)
    found += sum(bool(secrets_in(text)) for text in SECRETS.values())
    wrong = sum(bool(rules_of(source)) for source in twins)
    wrong += sum(bool(secrets_in(text)) for text in LOOK_ALIKES.values())
    faults, innocents = len(planted) + len(SECRETS), len(twins) + len(LOOK_ALIKES)
    recall, precision = found / faults, found / (found + wrong)
    with capsys.disabled():
        sys.stdout.write(
            f"\nsecurity rules: recall {recall:.3f} of {faults} faults,"
            f" precision {precision:.3f} beside {innocents} innocent ones\n"
        )

    assert min(faults, innocents) >= 60
    assert recall >= LOWEST_RECALL
    assert precision >= LOWEST_PRECISION
