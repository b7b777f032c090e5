"""The words of triage: every fixed set of values, named once.

The values are the contract's, so that they can be written to JSON as they are. Members stand in
order, the least first, so that "worse" can be computed.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

__all__ = [
    "SETS",
    "LocClass",
    "Reach",
    "RequestType",
    "Route",
    "ServiceState",
    "SeverityLevel",
    "Tier",
    "rank",
]


class RequestType(StrEnum):
    """Name what is asked for. It says nothing of how bad it is."""

    QUESTION = "question"
    FEATURE = "feature"
    LEARNING = "learning"
    BUG = "bug"
    SECURITY = "security"


class SeverityLevel(StrEnum):
    """Name how bad it is, the least first."""

    P3 = "P3"
    P2 = "P2"
    P1 = "P1"
    P0 = "P0"


class Route(StrEnum):
    """Name the desk that takes the request, the lowest first."""

    BACKLOG = "backlog"
    L1 = "L1"
    L2 = "L2"
    L3 = "L3"
    HUMAN = "human"


class ServiceState(StrEnum):
    """Name how the service is doing, the best first."""

    OK = "ok"
    DEGRADED = "degraded"
    DOWN = "down"


class Reach(StrEnum):
    """Name how many customers feel it, the fewest first."""

    NONE = "none"
    ONE = "one"
    SOME = "some"
    MOST = "most"
    ALL = "all"


class LocClass(StrEnum):
    """Name how many lines of code will probably change, the fewest first."""

    SMALL = "<=50"
    MEDIUM = "51-200"
    LARGE = ">200"


class Tier(StrEnum):
    """Name where a field's value came from."""

    FACTS = "facts"
    RULES = "rules"
    LEARNED = "learned"
    MODEL = "model"
    POLICY = "policy"


#: Field → the values that it may have; a fact that is not here is true or false.
SETS: Mapping[str, type[StrEnum]] = {
    "type": RequestType,
    "severity": SeverityLevel,
    "route": Route,
    "service_state": ServiceState,
    "reach": Reach,
    "loc_class": LocClass,
}


def rank(value: StrEnum) -> int:
    """Return where *value* stands among its kind, 0 for the least."""
    return list(type(value)).index(value)
