"""Give triage its learned models: one list of them, for the command line and for agents alike.

Who builds `Knowledge` without it may forget one, and then routes a danger lower than the others do.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from waooaw.triage.danger import danger_in
from waooaw.triage.installation import Learned
from waooaw.triage.knowledge import Knowledge
from waooaw.triage.learned import LearnedTypes, reads_severe, security_concern

__all__ = ["modelled"]


def modelled(knowledge: Knowledge, learned: Learned) -> Knowledge:
    """Return *knowledge* with every model that is shipped, as this installation put them right.

    Args:
        knowledge: What else triage may look at; models that stand in it are replaced.
        learned: What was learned here.
    """
    return replace(
        knowledge,
        types=LearnedTypes(learned.types),
        concerns=partial(security_concern, screen=learned.security),
        dangers=danger_in,
        urgency=reads_severe,
    )
