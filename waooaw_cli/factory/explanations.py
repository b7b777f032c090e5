"""What `waooaw explain` knows: the rules of every gate, by the ids that findings bear."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from waooaw.errors import InputError, shown
from waooaw_cli.gates import rule_docs
from waooaw_cli.gates.owners import is_waivable
from waooaw_cli.gates.rule import RuleDoc

if TYPE_CHECKING:
    from waooaw.vision import Layers

__all__ = ["Explanation", "Waiving", "explanation", "explanations", "of_policy"]

_RUFF_PAGE = "https://docs.astral.sh/ruff/rules/"
_MYPY_PAGE = "https://mypy.readthedocs.io/en/stable/error_code_list.html"
_NEAREST = 3
#: For how long the example of a waiver holds.
_HOLDS = timedelta(days=90)
#: How findings name the rules of ruff and mypy; ruff's own name is enough too.
_TOOLS = {
    "SEC": re.compile(r"SEC-(S[0-9]{3,4})", re.IGNORECASE),
    "LINT": re.compile(r"(?:LINT-)?([A-Z]{1,4}[0-9]{2,4})|LINT-([a-z-]{3,40})", re.IGNORECASE),
    "TYPE": re.compile(r"TYPE-([a-z][a-z-]{1,40})", re.IGNORECASE),
}
#: Where findings of a rule stand, by the beginning of its id; elsewhere in a module. None: nowhere.
_PLACES = {
    "PERF-": "agent.yaml",
    "SEC-03": "pyproject.toml",
    "VIS-S0": "agent.yaml",
    "SEC-05": "Dockerfile",
    "TEST-002": None,
}
#: Those that are about no line.
_LINELESS = ("LINT-902", "PERF-", "SEC-021", "SEC-022", "SEC-023", "TEST-002")
#: What ruff calls a file that is no Python; it has no page for that.
_NO_PYTHON = "invalid-syntax"


@dataclass(frozen=True, slots=True)
class Waiving:
    """Show how a finding is waived.

    Attributes:
        table: The lines for waooaw.toml.
        comment: The comment behind the line, or in the line above; None where findings are about a
            whole file or package.
    """

    table: str
    comment: str | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Explain one rule.

    Attributes:
        id: As the finding names it, so `LINT-F401` where the page is that of `LINT`.
        rule: What waooaw itself has to say.
        more: Where the tool that owns the rule explains it; None for a rule of ours.
        said: What that tool says of it, as Markdown; None where it was not asked.
    """

    id: str
    rule: RuleDoc
    more: str | None = None
    said: str | None = None

    @property
    def waivable(self) -> bool:
        """Whether a finding of this rule may be waived."""
        return self.rule.waivable and (self.id in _TOOLS or is_waivable(self.id))

    @property
    def waiving(self) -> str:
        """How a finding of this rule may be permitted, in one sentence."""
        if self.waivable:
            beside = "" if self.id.startswith(_LINELESS) else " or in a comment beside the line"
            return (
                "For a time, with a reason and an owner, in waooaw.toml (or [tool.waooaw] of"
                f" pyproject.toml){beside}:"
            )
        return "Not at all: it can't be waived, switched off or relaxed."

    def waiver(self, *, today: date) -> Waiving | None:
        """Return a waiver to copy, which ends 90 days after *today*; None where there is none."""
        if not self.waivable:
            return None
        until = today + _HOLDS
        rule = {"LINT": "LINT-F401", "SEC": "SEC-S324", "TYPE": "TYPE-arg-type"}.get(
            self.id, self.id
        )
        found = [place for start, place in _PLACES.items() if rule.startswith(start)]
        place = found[0] if found else "src/wow_desk/bank.py"
        path = f'path = "{place}"    # a glob; leave it out for the whole package'
        lines = [
            "[[waivers]]",
            f'rule = "{rule}"',
            *([path] if place else []),
            'reason = "The bank lists its codes when it is imported."',
            'owner = "payments-team@example.com"',
            f"expires = {until}",
        ]
        comment = f"# waooaw: waive {rule} until {until} by payments-team -- it lists its codes"
        return Waiving("\n".join(lines), None if rule.startswith(_LINELESS) else comment)


def explanations() -> tuple[Explanation, ...]:
    """Return the explanation of every rule, in the order of the gates."""
    return tuple(Explanation(doc.id, doc, _page(doc.id)) for doc in rule_docs().values())


def explanation(name: str, *, ruff: Callable[[str], str | None] | None = None) -> Explanation:
    """Return what the rule *name* means; upper and lower case are the same.

    Args:
        name: The rule's id; for one of ruff's, its own name is enough.
        ruff: Says what ruff itself says of its rule, or None where it has none such.

    Raises:
        InputError: No gate has such a rule; the nearest ones are named.
    """
    known = rule_docs()
    by_case = {rule.casefold(): rule for rule in known}
    wanted = name.strip()
    if (own := by_case.get(wanted.casefold())) is not None:
        return Explanation(own, known[own], _page(own))
    for family, codes in _TOOLS.items():
        if code := codes.fullmatch(wanted):
            named = next(part for part in code.groups() if part)
            if family == "TYPE":
                return _of_mypy(named.lower(), known[family])
            named = named.upper() if named[-1].isdigit() else named.lower()
            return _of_ruff(named, known, ruff, family=family)
    raise InputError(f"there is no rule {shown(name)}", hint=_nearest(wanted, known))


def of_policy(name: str, layers: Layers) -> Explanation | None:
    """Return what a policy says of its rule *name*; None where none has it."""
    from waooaw_cli.gates.judged import documented

    for policy in layers.policies:
        for rule in policy.rules:
            if rule.id == name:
                more = f"the policy {policy.citation} of {policy.owner}, {policy.place(name)}"
                return Explanation(name, documented(rule), more)
    return None


def _of_ruff(
    code: str,
    known: Mapping[str, RuleDoc],
    ruff: Callable[[str], str | None] | None,
    *,
    family: str,
) -> Explanation:
    if code == _NO_PYTHON:
        return Explanation(f"LINT-{code}", replace(known["FMT-002"], id=f"LINT-{code}"))
    said = ruff(code) if ruff is not None else None
    if ruff is not None and said is None:
        raise InputError(
            f"there is no rule {family}-{code}: ruff has none of that name",
            hint=_nearest(f"{family}-{code}", known),
        )
    page = _page(family, code)
    # Ruff's own examples stand in what it says; those of the family are about another rule.
    doc = replace(known[family], bad="", good="") if said is not None else known[family]
    return Explanation(f"{family}-{code}", doc, page, said.strip() if said else None)


def _of_mypy(code: str, family: RuleDoc) -> Explanation:
    from waooaw_cli.factory.type_codes import TYPE_CODES

    doc = family
    if (own := TYPE_CODES.get(code)) is not None:
        doc = replace(family, title=own.title, bad=own.bad, good=own.good)
    return Explanation(f"TYPE-{code}", doc, _page("TYPE", code))


def _page(family: str, code: str | None = None) -> str | None:
    match family:
        case "LINT" | "SEC":
            default = {"LINT": "F401", "SEC": "S324"}[family]
            return f"ruff rule {code or default} explains it on this machine, {_RUFF_PAGE} online"
        case "TYPE":
            return _MYPY_PAGE if code is None else f"{_MYPY_PAGE}#code-{code}"
        case _:
            return None


def _nearest(name: str, known: Mapping[str, RuleDoc]) -> str:
    near = difflib.get_close_matches(name.upper(), list(known), n=_NEAREST, cutoff=0.5)
    if near:
        return f"did you mean {' or '.join(near)}? waooaw explain lists them all"
    return "waooaw explain lists them all"
