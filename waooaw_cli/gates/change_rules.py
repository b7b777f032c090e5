"""What `waooaw explain` shows of the rules on changes, which a person may approve."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from waooaw_cli.gates.rule import RuleDoc

if TYPE_CHECKING:
    from waooaw.vision import Rule

__all__ = ["documented_change"]

_APPROVED = "or let a person approve the change (docs/vision-review.md)"


def documented_change(rule: Rule) -> RuleDoc:
    """Return what is said of a rule on changes: no file waives it, a person can approve it."""
    from waooaw_cli.gates.judged import documented

    doc = documented(rule)
    return replace(doc, fix=f"{doc.fix.removesuffix('.')}, {_APPROVED}.", waivable=False)
