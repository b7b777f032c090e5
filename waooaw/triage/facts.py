"""What is known of a request: the facts that severity and desk are computed from.

`StatedFacts` are what the sender or a form said, any of them left open. `Facts` are complete: what
was stated, and for the rest what was read from the text or is usual.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from waooaw.triage.vocabulary import LocClass, Reach, RequestType, ServiceState, SeverityLevel

__all__ = ["FACT_NAMES", "NOTHING_STATED", "Facts", "StatedFacts"]


@dataclass(frozen=True, slots=True)
class Facts:
    """Hold every fact of one request; the defaults are what is usual.

    Attributes:
        service_state: How the service is doing.
        reach: How many customers feel it.
        workaround: Whether there is another way to get the work done.
        security: Whether it is a security concern.
        data_exposed: Whether somebody saw what is not theirs.
        legal_or_compliance: Whether law, contract or regulation is concerned.
        outside_vision: Whether it asks for what agents must not or were never meant to do.
        breaking_change: Whether others' programs would have to change with it.
        domain_logic: Whether knowledge or rules of the agent's own field would change.
        known_pattern: Whether it is exactly something that was solved before.
        loc_class: How many lines of code will probably change.
    """

    service_state: ServiceState = ServiceState.OK
    reach: Reach = Reach.NONE
    workaround: bool = False
    security: bool = False
    data_exposed: bool = False
    legal_or_compliance: bool = False
    outside_vision: bool = False
    breaking_change: bool = False
    domain_logic: bool = False
    known_pattern: bool = False
    loc_class: LocClass = LocClass.SMALL


#: In the order of the contract.
FACT_NAMES = tuple(field.name for field in fields(Facts))


@dataclass(frozen=True, slots=True)
class StatedFacts:
    """Hold what the sender or a form stated; None where nothing was said."""

    service_state: ServiceState | None = None
    reach: Reach | None = None
    workaround: bool | None = None
    security: bool | None = None
    data_exposed: bool | None = None
    legal_or_compliance: bool | None = None
    outside_vision: bool | None = None
    breaking_change: bool | None = None
    domain_logic: bool | None = None
    known_pattern: bool | None = None
    loc_class: LocClass | None = None
    type: RequestType | None = None
    severity: SeverityLevel | None = None


NOTHING_STATED = StatedFacts()
