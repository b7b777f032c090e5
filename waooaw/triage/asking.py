"""What is asked back when something was not certain: the one question that would settle it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from waooaw.triage.facts import StatedFacts
from waooaw.triage.vocabulary import RequestType
from waooaw.triage.weighing import Weighed

__all__ = ["FACT_QUESTIONS", "TEXT_QUESTIONS", "questions"]

_WHAT = "What happened, or what would you like? Two sentences are enough."
_TYPE = "Is something broken, is it a wish, or a question?"
_STATE = "Does it work at all, work badly, or not work?"
_REACH = "How many customers are affected?"
_WAY = "Is there another way to get the work done meanwhile?"
_SEEN = "Did anybody see data, or a credential, that is not theirs?"
_HARM = "Is harm being done now: data seen by others, money moved, work lost, a service down?"
_SHORTER = "The text is too long to be read whole: what is the problem, in a few sentences?"

#: Fact → the question that an answer to states it.
FACT_QUESTIONS: Mapping[str, str] = {
    "type": _TYPE,
    "service_state": _STATE,
    "reach": _REACH,
    "workaround": _WAY,
    "data_exposed": _SEEN,
}
#: What only words answer. Questions of neither kind ask which agent is meant.
TEXT_QUESTIONS = frozenset({_WHAT, _HARM, _SHORTER})


def questions(
    abstained: Iterable[str],
    kind: RequestType,
    weighed: Weighed,
    stated: StatedFacts,
    *,
    empty: bool,
    whole: bool,
    unknown_agents: tuple[str, ...],
    danger: bool,
) -> tuple[str, ...]:
    """Return what to ask the sender, the most telling first."""
    fields = frozenset(abstained)
    if empty:
        return (_WHAT,)
    asked = []
    if danger and "severity" in fields:
        asked.append(_HARM)
        fields = fields - {"severity"}
    if "type" in fields:
        asked.append(_TYPE)
    # Of a question only that is asked: if it is none, the next answer asks for the rest.
    if "severity" in fields and not ("type" in fields and kind is RequestType.QUESTION):
        asked += _about_severity(kind, weighed, stated)
    asked += [f"No agent is named {name!r} here: which one is meant?" for name in unknown_agents]
    if not whole:
        asked.append(_SHORTER)
    return tuple(asked)


def _about_severity(kind: RequestType, weighed: Weighed, stated: StatedFacts) -> list[str]:
    if weighed.noted("suspected") and stated.data_exposed is None:
        return [_SEEN]
    if kind in {RequestType.FEATURE, RequestType.LEARNING}:
        return []
    asked = []
    if stated.service_state is None and "service_state" not in weighed.because:
        asked.append(_STATE)
    if stated.reach is None and "reach" not in weighed.because:
        asked.append(_REACH)
    if not asked and stated.workaround is None:
        asked.append(_WAY)
    return asked
