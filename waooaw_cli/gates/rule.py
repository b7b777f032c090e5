"""What `waooaw explain` shows of a rule, whichever gate owns it."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["RuleDoc"]


@dataclass(frozen=True, slots=True)
class RuleDoc:
    """Explain one rule to the person whose package it objects to.

    Attributes:
        id: As findings name it, such as `VIS-C003`.
        title: What the rule demands, in one line.
        why: The reason it exists.
        fix: What to do about a finding.
        bad: An example that the rule objects to; may span lines, empty where none helps.
        good: The same, mended.
        source: Where the demand comes from, such as the article of a law; empty where it is ours.
        waivable: Whether a dated, reasoned permission may cover a finding; never for the core.
    """

    id: str
    title: str
    why: str
    fix: str
    bad: str
    good: str
    waivable: bool
    source: str = ""
