"""The rules of a SARIF log: the gates, then what they found, each explained where we know it."""

from __future__ import annotations

import re
from typing import Any, TypeAlias

from waooaw.errors import InputError
from waooaw_cli.gates.report import Finding, GateId, Severity
from waooaw_cli.render.foreign import intact

__all__ = ["Rules", "unlinked"]

#: `Any`: SARIF's objects nest freely; its own schema checks them in the tests.
_Node: TypeAlias = dict[str, Any]

_DOCS = "https://github.com/waooaw/waooaw/blob/main/docs/gates.md"
_LINK = re.compile(r"\[[^\]]*\]\(")
_BRACKET = re.compile(r"([\\\[\]])")
_ADDRESS = re.compile(r"https://\S+")
#: Where GitHub sorts a security finding: 7.0 to 8.9 is high, 4.0 to 6.9 medium, below that low.
_SECURITY_SEVERITY = {Severity.ERROR: "8.0", Severity.WARNING: "5.0", Severity.NOTE: "2.0"}


class Rules:
    """Hold the rules in the order of their first mention; an index never changes."""

    def __init__(self) -> None:
        self.descriptors: list[_Node] = []
        self._index: dict[str, int] = {}
        for gate in GateId:
            self._add(
                gate.value,
                {
                    "shortDescription": {"text": f"the gate {gate.value}"},
                    "help": {"text": f"waooaw gate --gate {gate.value}"},
                    "helpUri": _DOCS,
                    "properties": {"tags": [gate.value]},
                },
            )

    def index(self, finding: Finding, gate: GateId) -> int:
        """Return the place of *finding*'s rule, which is added when it is new."""
        rule = intact(finding.rule)
        if rule not in self._index:
            self._add(rule, _described(rule, finding, gate))
        return self._index[rule]

    def _add(self, rule: str, fields: _Node) -> None:
        self._index[rule] = len(self.descriptors)
        self.descriptors.append({"id": rule, **fields})


def _described(rule: str, finding: Finding, gate: GateId) -> _Node:
    fields: _Node = {
        "shortDescription": {"text": f"{unlinked(rule)}, a rule of the gate {gate.value}"},
        "help": {"text": unlinked(f"waooaw explain {rule}")},
        "helpUri": _DOCS,
        "defaultConfiguration": {"level": finding.severity.value},
        "properties": {"tags": [gate.value]},
    }
    if gate is GateId.SECURITY:
        # GitHub reads the one only beside the other, which is the gate's name.
        fields["properties"]["security-severity"] = _SECURITY_SEVERITY[finding.severity]
    from waooaw_cli.factory.explanations import explanation

    try:
        known = explanation(rule)
    except InputError:  # a rule of a plug-in, or of another version
        return fields
    examples = (("Bad", known.rule.bad), ("Good", known.rule.good))
    help_text = "\n\n".join(
        [known.rule.fix, *(f"{word}:\n{text}" for word, text in examples if text)]
    )
    fields["shortDescription"] = {"text": unlinked(known.rule.title)}
    fields["fullDescription"] = {"text": unlinked(known.rule.why)}
    fields["help"] = {"text": unlinked(f"{help_text}\n\nwaooaw explain {rule}")}
    if known.more and (address := _ADDRESS.search(known.more)):
        fields["helpUri"] = address[0]
    return fields


def unlinked(text: str) -> str:
    """Return *text* so that UTF-8 holds it and no part of it becomes a link (section 3.11.6).

    Brackets are escaped only where they would make one: viewers show the backslashes.
    """
    text = intact(text)
    return _BRACKET.sub(r"\\\1", text) if _LINK.search(text) else text
