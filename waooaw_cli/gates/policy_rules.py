"""What the gate `vision` says of policies themselves."""

from __future__ import annotations

from waooaw_cli.gates.rule import RuleDoc

__all__ = ["POLICY_RULES"]

POLICY_RULES = (
    RuleDoc(
        id="VIS-001",
        title="Every policy can be read.",
        why=(
            "A policy that nobody can read judges nothing, and looks as if it did. What it would"
            " forbid must not pass meanwhile."
        ),
        fix="Mend what waooaw vision check names.",
        bad="schema: waooaw.policy/1\nrules: [",
        good="schema: waooaw.policy/1\nname: payments\nversion: 1.0.0",
        waivable=False,
    ),
    RuleDoc(
        id="VIS-002",
        title="No policy contradicts another, or relaxes the core.",
        why=(
            "Policies add and tighten. One that replaces a rule of the core, or demands what the"
            " core or another policy forbids, would leave nobody a way to do right."
        ),
        fix="Settle it with the owners of both sides, whom waooaw vision check names.",
        bad="rules:\n  - id: VIS-C002\n    severity: warning",
        good="rules:\n  - id: PAY-002\n    severity: error",
        waivable=False,
    ),
    RuleDoc(
        id="VIS-003",
        title="A policy is renewed before it expires.",
        why="What has expired judges nothing any more, and nobody may have noticed.",
        fix="Ask its owner to renew it, or remove the file.",
        bad="expires: 2020-01-01",
        good="expires: 2030-01-01",
        waivable=False,
    ),
)
