"""The vision: what every agent has to hold to, as data, judged on specifications and on code.

This is the seam: gates, the factory and the command line use these names only.
"""

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
    "Layer",
    "Rule",
    "Secret",
    "Severity",
    "Subject",
    "Violation",
    "all_rules",
    "core_digest",
    "core_rules",
    "judge_code",
    "judge_core",
    "judge_spec",
    "parse_rules",
    "secrets_in",
    "security_rules",
    "violation",
]
