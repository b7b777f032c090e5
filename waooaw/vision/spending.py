"""Which rules spend money without a limit: the skill pays, and nothing holds the amount down."""

from __future__ import annotations

import re
from collections.abc import Iterator

from waooaw.expressions import Scope
from waooaw.spec import AgentSpec, Effect, Rule, Skill
from waooaw.vision.cells import Cells, Pair, Value, is_ordered
from waooaw.vision.constancy import cells_of
from waooaw.vision.trees import Call, Name, Node, Select
from waooaw.vision.vagueness import vocabulary, words_of

__all__ = ["spends_without_limit"]

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
#: A field is money where it ends so, and is not `amount_of_readings`.
_MONEY = re.compile(
    r"(?:^|_)(?:amount|sum|total|price|cost|costs|fee|fare|payment|payout|refund|compensation|budget"
    r"|salary|wage|money|cash|principal|premium|donation)$"
    r"|(?:^|_)(?:amount|total|price|cost|value|sum|fee)_(?:in_)?(?:usd|eur|gbp|inr|chf|jpy|cents|euros?|dollars?)$"
    r"|(?:^|_)(?:usd|eur|gbp|inr|chf|jpy|euros|dollars|cents|rupees)$"
    r"|(?:order|claim|invoice|purchase|refund|cart|basket|deal|contract|loan|credit)_(?:value|sum|amount|total)$"
)
_PAYS = vocabulary(
    "pay pays payout payouts payment payments refund refunds reimburse reimburses "
    "reimbursement disburse disburses disbursement remit remits compensate repay prepay "
    "payback"
)
_MOVES = vocabulary(
    "settle settles transfer transfers wire wires credit credits order orders buy buys "
    "purchase purchases charge charges debit debits release releases issue issues donate "
    "invest send grant place lend"
)
_OF_MONEY = vocabulary(
    "pay payment payments money refund fund funds bank invoice supplier price purchase "
    "order euros dollars loan credit account cash sender payout"
)
#: What says by other means that somebody allowed it, or that it is small.
_ALLOWED = re.compile(
    r"approv|authori[sz]|confirm|sign(?:ed|ature)|consent|releas|limit|band|class|tier|bucket|bracket"
    r"|range|within|small|max|cap$|threshold|micro|petty|level|budget|fixed|tariff|standard"
)
_PAID_OUT = re.compile(r"loan|lend|refund|reimburs|expense|payout|disburs|claim|credit|compensat")


def spends_without_limit(spec: AgentSpec, index: int) -> bool:
    """Tell whether rule number *index* spends, and spends any amount however large.

    What decides the large amounts before it (an earlier rule, a boundary, a condition of the wake)
    is a limit, and so is a field that speaks of one.
    """
    rule = spec.rules[index]
    if not _spends(spec, rule):
        return False
    topics = tuple(wake.topic for wake in spec.wake)
    cells = cells_of(rule.when, topics)
    if cells is None or _is_held(cells, rule.when) or not _reaches(cells):
        return False
    earlier = (one for one in spec.rules[:index] if one.then != rule.then)
    taking = [(one.when, Scope.RULE) for one in earlier]
    taking += [(one.when, Scope.BOUNDARY) for one in spec.boundaries.never]
    return not any(_takes_large(source, scope) for source, scope in taking) and not any(
        wake.when is not None and _is_bound(wake.when) for wake in spec.wake
    )


def _spends(spec: AgentSpec, rule: Rule) -> bool:
    skill = spec.skill(rule.then)
    if skill is not None:
        waits = rule.then in spec.boundaries.approval
        return skill.effect is Effect.EXTERNAL and not waits and _is_payment(skill)
    if rule.then != "approve":
        return False
    # To approve spends where it is what the agent decides, and the rule itself speaks of the sum.
    cells = cells_of(rule.when)
    said = " ".join([spec.name, *(wake.topic for wake in spec.wake)])
    sums = [] if cells is None else [*_sums(cells)]
    return bool(sums) and any(_PAID_OUT.search(text) for text in (said, *map(_snake_of, sums)))


def _is_payment(skill: Skill) -> bool:
    fields = [_snake(name) for name in skill.fields("input")]
    if not any(_MONEY.search(name) for name in fields):
        return False
    named = set(words_of(skill.name))
    if named & _PAYS:
        return True
    said = named | set(words_of(skill.description))
    return bool(named & _MOVES) and bool(said & (_OF_MONEY | _PAYS) - named)


def _reaches(cells: Cells) -> bool:
    """Tell whether the condition may hold for the largest sum."""
    return cells.can_hold(_largest(cells)) is True


def _takes_large(source: str, scope: Scope) -> bool:
    """Tell whether a condition asks for a sum and may hold for the largest one."""
    cells = cells_of(source, scope=scope)
    if cells is None:
        return False
    return any(_sums_compared(cells)) and cells.can_hold(_largest(cells)) is not False


def _is_bound(source: str) -> bool:
    cells = cells_of(source, scope=Scope.WAKE)
    if cells is None:
        return False
    return any(_sums_compared(cells)) and cells.can_hold(_largest(cells)) is not True


def _is_held(cells: Cells, source: str) -> bool:
    """Tell whether it reads a field that speaks of a limit, or reckons with a sum."""
    if _ALLOWED.search(_snake(source)):
        return True
    return any(
        isinstance(term, Call) and any(_is_sum(part) for part in _parts(term))
        for term in cells.domains
        if not isinstance(term, Pair) and not is_ordered(term)
    )


def _largest(cells: Cells) -> dict[Node | Pair, Value]:
    """Return the largest value of every sum that the condition compares."""
    pinned: dict[Node | Pair, Value] = {}
    for term, values in cells.domains.items():
        if isinstance(term, Pair):
            if _is_sum(term.first) is not _is_sum(term.second):
                pinned[term] = 1.0 if _is_sum(term.first) else -1.0
        elif _is_sum(term):
            numbers = [value for value in values if type(value) is float]
            # Of one that is compared by `==` only, the largest is any other.
            pinned[term] = max(numbers) if term in cells.ordered else cells.other_of(term)
    return pinned


def _sums(cells: Cells) -> Iterator[Node]:
    for term in cells.domains:
        for part in (term.first, term.second) if isinstance(term, Pair) else (term,):
            if _is_sum(part):
                yield part


def _sums_compared(cells: Cells) -> Iterator[Node]:
    for term in cells.domains:
        parts = (term.first, term.second) if isinstance(term, Pair) else (term,)
        for part in parts:
            if any(_is_sum(one) for one in _parts(part)):
                yield part


def _parts(node: Node) -> Iterator[Node]:
    yield node
    if isinstance(node, Call):
        for one in node.arguments:
            yield from _parts(one)


def _is_sum(node: Node) -> bool:
    return isinstance(node, Select) and bool(_MONEY.search(_snake(node.field))) and _is_data(node)


def _is_data(node: Node) -> bool:
    while isinstance(node, Select):
        node = node.of
    return isinstance(node, Name) and node.name in {"event.data", "context"}


def _snake_of(node: Node) -> str:
    return _snake(node.field) if isinstance(node, Select) else ""


def _snake(name: str) -> str:
    return _HUMP.sub("_", name).replace("-", "_").replace(" ", "_").lower()
