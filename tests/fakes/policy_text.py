"""A policy that can be read, and variations of it."""

from __future__ import annotations

__all__ = ["ACTION_RULE", "CODE_RULE", "SPEC_RULE", "policy_text", "spec_rule"]

SPEC_RULE = """\
  - id: PAY-001
    title: A month costs at most fifty dollars
    layer: policy
    severity: error
    applies_to: spec
    require: spec.limits.monthly_usd <= 50.0
    field: limits.monthly_usd
    message: the month may cost {spec.limits.monthly_usd} USD
    why: Finance has set what the desks may spend in a month.
    fix: lower limits.monthly_usd to 50 or less
    bad: |
      limits: {monthly_usd: 80}
    good: |
      limits: {monthly_usd: 50}
"""
CODE_RULE = """\
  - id: PAY-002
    title: No old protocols
    severity: error
    applies_to: code
    forbid: [{imports: [telnetlib.*]}]
    message: '{name} is imported'
    why: It sends passwords in clear text over the network.
    fix: talk to the service by a skill
    bad: |
      import telnetlib
    good: |
      import json
"""

#: Nothing is paid above a hundred.
ACTION_RULE = """\
  - id: PAY-003
    title: Nothing is paid above a hundred
    severity: error
    applies_to: action
    when: action.effect == "external"
    require: event.data.amount <= 100
    message: '{event.data.amount} is too much for {action.skill}'
    why: Finance has set what the desks may pay without a person.
    fix: let a person pay it
    bad: |
      spec: {skills: [{name: pay, description: Pay it., effect: external}]}
      event: {data: {amount: 2000}}
      decision: {outcome: pay, rule: small}
    good: |
      spec: {skills: [{name: pay, description: Pay it., effect: external}]}
      event: {data: {amount: 20}}
      decision: {outcome: pay, rule: small}
"""


def spec_rule(
    require: str, *, good: str, bad: str, name: str = "PAY-009", field: str = "limits.monthly_usd"
) -> str:
    """Return a rule on specifications."""
    return f"""\
  - id: {name}
    title: Something is demanded
    severity: error
    applies_to: spec
    require: '{require}'
    field: {field}
    message: that is not so
    why: Somebody has decided that it should be so.
    fix: make it so
    bad: |
      {bad}
    good: |
      {good}
"""


def policy_text(
    *rules: str,
    name: str = "payments",
    version: str = "1.2.0",
    effective: str = "2020-01-01",
    expires: str = "2999-12-31",
) -> bytes:
    """Return a policy file with these rules; one of each kind by default."""
    return f"""\
schema: waooaw.policy/1
name: {name}
version: {version}
owner: payments-risk@example.com
rationale: What the auditors asked for.
effective: {effective}
expires: {expires}
rules:
{"".join(rules or (SPEC_RULE, CODE_RULE))}""".encode()
