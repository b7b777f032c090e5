"""Whether requests changed, in sentences."""

from __future__ import annotations

from typing import assert_never

from waooaw.triage.drift import BEFORE, NEEDED, Drift, Measure, Shift
from waooaw_cli.render.foreign import readable

__all__ = ["drift_sentences"]


def drift_sentences(found: Drift) -> tuple[str, ...]:
    """Return *found* for a person: one sentence, or one for each share that drifted."""
    recent, before = f"the last {found.days} days", f"the {BEFORE.days} before"
    if not found.enough:
        sides = f"{found.recent} of {NEEDED} in {recent}, {found.before} of {NEEDED} in {before}"
        return (f"too few requests to say ({sides})",)
    if not found.shifts:
        sides = f"{found.recent} requests of {recent}, {found.before} of {before}"
        return (f"nothing drifted ({sides})",)
    return tuple(map(_sentence, found.shifts))


def _sentence(shift: Shift) -> str:
    advice = "learn again" if shift.teaches else "look"
    shares = f"from {shift.before:.0%} to {shift.recent:.0%}"
    return readable(f"the share of {_named(shift)} went {shares}: {advice}")


def _named(shift: Shift) -> str:
    match shift.measure:
        case Measure.TYPE | Measure.ROUTE:
            return f"requests with {shift.measure.value} {shift.value}"
        case Measure.ABSTAINED:
            return f"requests whose {shift.value} was not certain"
        case Measure.CORRECTED:
            return f"requests whose {shift.value} was put right"
        case Measure.KNOWN_WORDS:
            return "words that the model knows"
        case other:
            assert_never(other)
