"""The vision: what every agent has to hold to, as data, judged wherever an agent can go wrong.

Its specification, its code, what changes of it, and what it is about to do. This is the seam:
gates, the factory and the command line use these names only.

Names are loaded when they are first used: who judges an action need not wait for what reads code.
"""

from __future__ import annotations

# As `typing` has it: importing that costs more than importing us.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from waooaw.vision.changes import Worsening, judge_change
    from waooaw.vision.conflicts import Conflict
    from waooaw.vision.decisions import Citation, Modification, Ruling, citations, modifications
    from waooaw.vision.examples import Tried, tried
    from waooaw.vision.layers import Citing, Layers, layers_of
    from waooaw.vision.policies import Policy, State, parse_policy, policy_schema
    from waooaw.vision.rule_files import parse_rules
    from waooaw.vision.rules import Layer, Rule, Severity, Subject
    from waooaw.vision.secrets import Secret, secrets_in
    from waooaw.vision.shipped import (
        all_rules,
        core_digest,
        core_rules,
        judge_code,
        judge_spec,
        rules_on,
        security_rules,
        vision_rules,
    )
    from waooaw.vision.violations import Violation, violation

__all__ = [
    "Citation",
    "Citing",
    "Conflict",
    "Layer",
    "Layers",
    "Modification",
    "Policy",
    "Rule",
    "Ruling",
    "Secret",
    "Severity",
    "State",
    "Subject",
    "Tried",
    "Violation",
    "Worsening",
    "all_rules",
    "citations",
    "core_digest",
    "core_rules",
    "judge_change",
    "judge_code",
    "judge_spec",
    "layers_of",
    "modifications",
    "parse_policy",
    "parse_rules",
    "policy_schema",
    "rules_on",
    "secrets_in",
    "security_rules",
    "tried",
    "violation",
    "vision_rules",
]

_HOMES = {
    "Citation": "decisions",
    "Citing": "layers",
    "Conflict": "conflicts",
    "Layer": "rules",
    "Layers": "layers",
    "Modification": "decisions",
    "Policy": "policies",
    "Rule": "rules",
    "Ruling": "decisions",
    "Secret": "secrets",
    "Severity": "rules",
    "State": "policies",
    "Subject": "rules",
    "Tried": "examples",
    "Violation": "violations",
    "Worsening": "changes",
    "all_rules": "shipped",
    "citations": "decisions",
    "core_digest": "shipped",
    "core_rules": "shipped",
    "judge_change": "changes",
    "judge_code": "shipped",
    "judge_spec": "shipped",
    "layers_of": "layers",
    "modifications": "decisions",
    "parse_policy": "policies",
    "parse_rules": "rule_files",
    "policy_schema": "policies",
    "rules_on": "shipped",
    "secrets_in": "secrets",
    "security_rules": "shipped",
    "tried": "examples",
    "violation": "violations",
    "vision_rules": "shipped",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    value: object = getattr(importlib.import_module(f"waooaw.vision.{_HOMES[name]}"), name)
    globals()[name] = value  # found by the interpreter itself from now on
    return value


def __dir__() -> list[str]:
    return __all__
