"""The vision: what every agent has to hold to, as data, judged on specifications and on code.

This is the seam: gates, the factory and the command line use these names only.
"""

from waooaw.vision.conflicts import Conflict
from waooaw.vision.decisions import Citation, Modification, Ruling, citations, modifications
from waooaw.vision.examples import Tried, tried
from waooaw.vision.layers import Layers, layers_of
from waooaw.vision.policies import Policy, State, parse_policy, policy_schema
from waooaw.vision.rules import Layer, Rule, Severity, Subject, core_digest, parse_rules
from waooaw.vision.secrets import Secret, secrets_in
from waooaw.vision.shipped import (
    all_rules,
    core_rules,
    judge_code,
    judge_core,
    judge_spec,
    security_rules,
)
from waooaw.vision.violations import Violation, violation

__all__ = [
    "Citation",
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
    "all_rules",
    "citations",
    "core_digest",
    "core_rules",
    "judge_code",
    "judge_core",
    "judge_spec",
    "layers_of",
    "modifications",
    "parse_policy",
    "parse_rules",
    "policy_schema",
    "secrets_in",
    "security_rules",
    "tried",
    "violation",
]
