"""Which gate a rule belongs to, what it means, and whether a finding of it may be waived.

Reads the rules of one gate only: all of them together cost 100 ms.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING

from waooaw_cli.gates.report import GateId

if TYPE_CHECKING:
    from waooaw_cli.gates.rule import RuleDoc

__all__ = ["is_family", "is_family_waivable", "is_waivable", "owner", "rule_doc"]

#: By the first part of a rule's id. `GATE-` stands for what any gate may say; `spec`, which every
#: package is held to first, speaks for it.
_OWNERS: Mapping[str, GateId] = MappingProxyType(
    {
        "SPEC": GateId.SPEC,
        "VIS": GateId.VISION,
        "FMT": GateId.FORMAT,
        "LINT": GateId.LINT,
        "TYPE": GateId.TYPES,
        "TEST": GateId.TESTS,
        "SEC": GateId.SECURITY,
        "PERF": GateId.PERFORMANCE,
        "GATE": GateId.SPEC,
    }
)
_SHARED = ("undecided", "waivers")
#: How ruff and mypy name their rules, behind `LINT-`, `SEC-` and `TYPE-`.
_CODES = MappingProxyType(
    {
        "LINT": r"[A-Z]{1,4}[0-9]{2,4}|[a-z][a-z-]{2,40}",
        "SEC": r"S[0-9]{3,4}",
        "TYPE": r"[a-z][a-z0-9-]{1,40}",
    }
)
#: What keeps every other rule from being judged, in the words of ruff and mypy.
_BLIND = frozenset({"LINT-invalid-syntax", "TYPE-syntax"})


def owner(rule: str) -> GateId | None:
    """Return the gate that *rule* belongs to; None where the id is no gate's."""
    area, hyphen, _ = rule.partition("-")
    return _OWNERS.get(area) if hyphen else None


@functools.cache
def rule_doc(rule: str) -> RuleDoc | None:
    """Return what is known of *rule*: `LINT-F401` is under `LINT`; None where there is none."""
    area, _, code = rule.partition("-")
    if area not in _OWNERS:
        return None
    docs = _docs(area)
    if rule in docs:
        return docs[rule]
    return docs.get(area) if area in _CODES and re.fullmatch(_CODES[area], code) else None


def is_waivable(rule: str) -> bool:
    """Whether a waiver or a baseline may cover a finding of *rule*; not where it is unknown."""
    doc = rule_doc(rule)
    return doc is not None and doc.waivable and rule not in _BLIND


def is_family(rule: str) -> bool:
    """Whether *rule* names all rules of a gate, such as `LINT-`."""
    return rule.endswith("-") and rule[:-1] in _OWNERS


def is_family_waivable(family: str) -> bool:
    """Whether any rule of *family* may be waived, so that a waiver of it is not in vain.

    Of the vision each rule is waived by itself: nobody waives the core and what stands beside it in
    one breath.
    """
    return family != "VIS-" and any(doc.waivable for doc in _docs(family[:-1]).values())


@functools.cache
def _docs(area: str) -> dict[str, RuleDoc]:
    modules = _SHARED if area == "GATE" else (_OWNERS[area],)
    return {
        doc.id: doc
        for module in modules
        for doc in import_module(f"waooaw_cli.gates.{module}").RULES
    }
