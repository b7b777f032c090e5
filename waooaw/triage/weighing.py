"""From what was found in the text to facts: the worse of two wins, and what lowers comes last."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from waooaw.triage.facts import Facts
from waooaw.triage.reading import Evidence
from waooaw.triage.severity import Floor
from waooaw.triage.vocabulary import LocClass, Reach, ServiceState, rank

__all__ = ["Weighed", "usual_reach", "weighed"]

_FLAGS = (
    "security",
    "data_exposed",
    "legal_or_compliance",
    "outside_vision",
    "breaking_change",
    "domain_logic",
)


@dataclass(frozen=True, slots=True)
class Weighed:
    """Hold what the text makes of the facts.

    Attributes:
        facts: Complete; what nobody spoke of is as usual.
        because: Fact name, or note, to what was found for it first.
        floors: Severities that sentences ask for at least.
        cosmetic: Whether it is about looks, and nothing is broken.
        contained: Whether a concern had no consequence.
    """

    facts: Facts
    because: dict[str, Evidence] = field(default_factory=dict)
    floors: tuple[Floor, ...] = ()
    cosmetic: bool = False
    contained: bool = False

    def noted(self, note: str) -> bool:
        """Say whether a rule left *note*."""
        return note in self.because


def weighed(evidence: Iterable[Evidence], *, distrusted: bool = False) -> Weighed:
    """Return the facts that *evidence* speaks for.

    Args:
        evidence: What was found.
        distrusted: Whether the sender tries to tell us how to judge: then nothing that lowers is
            believed, but that it is about looks.
    """
    found = tuple(
        one
        for one in evidence
        if not (distrusted and one.rule.lowers) or "cosmetic" in one.rule.notes
    )
    because: dict[str, Evidence] = {}
    for one in found:
        for note in one.rule.notes:
            because.setdefault(note, one)
    looks = {one.sentence.text for one in found if "cosmetic" in one.rule.notes}
    for name in _FLAGS:
        for one in found:
            if (name, True) in one.rule.sets:
                because.setdefault(name, one)
    floors = tuple(
        Floor(one.rule.floor, one.rule.id, one.rule.says, one.sentence.text)
        for one in found
        if one.rule.floor is not None
    )
    reach = _reach(found, because)
    wide = reach is not None and rank(reach) >= rank(Reach.MOST)
    # What looks wrong is not down, unless many feel it.
    broken = [one for one in found if wide or one.sentence.text not in looks]
    state = _state(broken, reach, because)
    reach = _felt(state, reach, because)
    flags = {name: name in because for name in _FLAGS}
    cosmetic = "cosmetic" in because and not floors and state is ServiceState.OK
    facts = Facts(
        service_state=state,
        # How many see a typo is no matter.
        reach=Reach.NONE if cosmetic else reach,
        workaround=_another_way(found, because),
        loc_class=_size(found, because),
        **flags,
    )
    return Weighed(facts, because, floors, cosmetic, "contained" in because)


def _reach(found: tuple[Evidence, ...], because: dict[str, Evidence]) -> Reach | None:
    """Return the widest reach that a sentence names, or None."""
    spoken = [
        (value, one)
        for one in found
        for name, value in one.rule.sets
        if name == "reach" and isinstance(value, Reach)
    ]
    if "internal" in because:
        inside = because["internal"].sentence.text
        if all(one.sentence.text == inside for _, one in spoken) and "total" not in because:
            because["reach"] = because["internal"]
            return Reach.NONE
    total = because.get("total")
    if total is not None:
        # A service that is out is out for all who use it, unless that sentence says for whom.
        spoken = [pair for pair in spoken if pair[1].sentence is total.sentence]
    if not spoken:
        return None
    value, one = max(spoken, key=lambda pair: rank(pair[0]))
    because["reach"] = one
    return value


def _state(
    broken: list[Evidence], reach: Reach | None, because: dict[str, Evidence]
) -> ServiceState:
    total = next((one for one in broken if "total" in one.rule.notes), None)
    down = next(
        (one for one in broken if ("service_state", ServiceState.DOWN) in one.rule.sets), None
    )
    worse = next(
        (one for one in broken if ("service_state", ServiceState.DEGRADED) in one.rule.sets), None
    )
    if total is not None:
        because["service_state"] = total
        return ServiceState.DOWN
    if down is not None and reach is not None and rank(reach) >= rank(Reach.SOME) and worse is None:
        because["service_state"] = down
        return ServiceState.DOWN
    either = worse or down
    if either is None:
        return ServiceState.OK
    because["service_state"] = either
    return ServiceState.DEGRADED


def usual_reach(state: ServiceState, least: Reach) -> Reach:
    """Return who feels it where nobody says: all of a service that is out, one of one that ails."""
    usual = {
        ServiceState.OK: Reach.NONE,
        ServiceState.DEGRADED: Reach.ONE,
        ServiceState.DOWN: Reach.ALL,
    }
    return max(usual[state], least, key=rank)


def _felt(state: ServiceState, reach: Reach | None, because: dict[str, Evidence]) -> Reach:
    if reach is not None:
        return reach
    return usual_reach(state, Reach.ONE if "fault" in because else Reach.NONE)


def _another_way(found: tuple[Evidence, ...], because: dict[str, Evidence]) -> bool:
    for one in found:
        if ("workaround", True) in one.rule.sets:
            because.setdefault("workaround", one)
    return "workaround" in because


def _size(found: tuple[Evidence, ...], because: dict[str, Evidence]) -> LocClass:
    size = LocClass.SMALL
    for one in found:
        for name, value in one.rule.sets:
            if name == "loc_class" and isinstance(value, LocClass) and rank(value) > rank(size):
                size = value
                because["loc_class"] = one
    return size
