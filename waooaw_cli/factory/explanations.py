"""What `waooaw explain` knows: the rules of every gate, by the ids that findings bear."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from waooaw.errors import InputError, shown
from waooaw_cli.gates import rule_docs
from waooaw_cli.gates.rule import RuleDoc

__all__ = ["Explanation", "explanation", "explanations"]

_RUFF_PAGE = "https://docs.astral.sh/ruff/rules/"
_MYPY_PAGE = "https://mypy.readthedocs.io/en/stable/error_code_list.html"
_NEAREST = 3
#: How findings name the rules of ruff and mypy; ruff's own name is enough too.
_TOOLS = {
    "LINT": re.compile(r"(?:LINT-)?([A-Z]{1,4}[0-9]{2,4})|LINT-([a-z-]{3,40})", re.IGNORECASE),
    "TYPE": re.compile(r"TYPE-([a-z][a-z-]{1,40})", re.IGNORECASE),
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """Explain one rule.

    Attributes:
        id: As the finding names it, so `LINT-F401` where the page is that of `LINT`.
        rule: What waooaw itself has to say.
        more: Where the tool that owns the rule explains it; None for a rule of ours.
    """

    id: str
    rule: RuleDoc
    more: str | None = None

    @property
    def waiving(self) -> str:
        """How a finding of this rule may be permitted, in one sentence."""
        if self.rule.waivable:
            return (
                "A person may permit one finding, by its fingerprint, with a reason and an end."
                " This version of waooaw reads no such permissions yet: mend it."
            )
        return "Not at all: it can't be waived, switched off or relaxed."


def explanations() -> tuple[Explanation, ...]:
    """Return the explanation of every rule, in the order of the gates."""
    return tuple(Explanation(doc.id, doc, _page(doc.id)) for doc in rule_docs().values())


def explanation(name: str) -> Explanation:
    """Return what the rule *name* means; upper and lower case are the same.

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
            named = named.upper() if family == "LINT" and named[-1].isdigit() else named
            return Explanation(f"{family}-{named}", known[family], _page(family, named))
    raise InputError(f"there is no rule {shown(name)}", hint=_nearest(wanted, known))


def _page(family: str, code: str | None = None) -> str | None:
    match family:
        case "LINT":
            return f"ruff rule {code or 'F401'} explains it on this machine, {_RUFF_PAGE} online"
        case "TYPE":
            return _MYPY_PAGE if code is None else f"{_MYPY_PAGE}#code-{code}"
        case _:
            return None


def _nearest(name: str, known: Mapping[str, RuleDoc]) -> str:
    near = difflib.get_close_matches(name.upper(), list(known), n=_NEAREST, cutoff=0.5)
    if near:
        return f"did you mean {' or '.join(near)}? waooaw explain lists them all"
    return "waooaw explain lists them all"
