"""The use case behind `waooaw vision propose`: what was seen again and again becomes diffs.

Nothing is written. What is proposed was tried on copies of the files, together, so that what is
applied as a whole holds as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, time

from waooaw.store import Journalled
from waooaw_cli.factory.attempts import Attempts
from waooaw_cli.factory.learning_gates import learn_from_gates, policy_rules
from waooaw_cli.factory.learning_journals import learn_from_journals
from waooaw_cli.factory.mining_gates import Said, recorded
from waooaw_cli.factory.mining_journals import mined
from waooaw_cli.factory.observations import Observation
from waooaw_cli.factory.proposals import Inputs, Proposals
from waooaw_cli.factory.proposed_files import Bench, Ground

__all__ = ["proposed"]


def proposed(
    ground: Ground,
    *,
    rows: Iterable[Journalled | None],
    observations: Iterable[Observation],
    said: Iterable[Said],
    owner: Callable[[], str],
    journals: int = 0,
) -> Proposals:
    """Return what is proposed, and the files as it would make them.

    Args:
        ground: The repository that it is for.
        rows: The entries of all journals; None for what is none.
        observations: What runs of the gates saw.
        said: What people said to findings of reviews.
        owner: Who answers for new policies; asked only where there is one.
        journals: How many journals there are.

    Raises:
        InvalidDocument: A policy can't be read.
        InputError: There is no owner, and a new policy needs one.
    """
    bench = Bench(ground)
    made = Attempts(bench, owner)
    # What a policy's rule said before the policy was in force, it said in other words.
    since = {
        name: datetime.combine(policy.effective, time(), UTC)
        for name, (policy, _) in policy_rules(bench.layers).items()
    }
    seen, words = tuple(observations), tuple(said)
    found = mined(rows, bench.specs)
    learn_from_gates(made, recorded(seen, words, since=since))
    learn_from_journals(made, found)
    inputs = Inputs(
        journals=journals,
        entries=found.entries,
        unread=found.unread,
        runs=len({one.at for one in seen}),
        answers=len(words),
        agents=len(ground.agents),
        strangers=tuple(sorted(found.strangers)),
    )
    return Proposals(inputs, tuple(made.proposals), tuple(made.advice), bench.changes())
