"""Where rules contradict each other, found when they are loaded and told with both sides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from waooaw.vision.policies import Policy
from waooaw.vision.rules import Severity

__all__ = ["Conflict", "conflicts"]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Hold one contradiction.

    Attributes:
        message: What contradicts what, in one sentence.
        this: Where the one side stands: a policy's file with its line.
        that: Where the other does.
        fix: What would settle it.
        severity: Whether nothing may pass until it is settled.
    """

    message: str
    this: str
    that: str
    fix: str
    severity: Severity = Severity.ERROR


def conflicts(policies: Sequence[Policy], today: date) -> tuple[Conflict, ...]:
    """Return every contradiction among *policies*, and between them and what ships with waooaw.

    Whether two conditions can hold together is told by the examples: what a policy calls good must
    be good for the core, and two rules on one field must leave some example that is good for both.

    Args:
        policies: In the order of their files.
        today: Expired ones are told, and are not compared.
    """
    # Most repositories have none: to load every rule that ships costs a tenth of `new-agent`.
    if not policies:
        return ()
    from waooaw.vision.contradictions import contradictions

    return tuple(contradictions(policies, today))
