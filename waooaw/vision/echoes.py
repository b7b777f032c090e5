"""Texts that say nothing of their own: they repeat a rule's id or a name, or fit anything."""

from __future__ import annotations

import re
from functools import lru_cache

from waooaw.vision.vagueness import vocabulary, words_of

__all__ = ["is_idle_id", "is_idle_name", "is_idle_purpose", "is_idle_skill", "repeats"]

_ARTICLES = vocabulary("the a an this that it is was are s rule id named called policy")
_MATCHED = re.compile(
    r"(?:match|appl|fire|trigger|hold|held|met\b|meet|true|satisf|fulfil|evaluat|hit\b|said|say|kick)"
)
_RULED = vocabulary("rule rules condition conditions criterion criteria clause expression cel")
_OF_RULES = _ARTICLES | vocabulary(
    "because as since so then when when by per according to of its and was has been have "
    "had be did does do event events request one our my all these those above here in for "
    "decision outcome agent see just simply according automatically always which were are"
)
_OUTCOMES = {
    "approve": "approve approved approves approval accept accepted ok okay yes allow allowed",
    "reject": "reject rejected rejects rejection refuse refused no deny denied decline declined",
    "escalate": "escalate escalated escalates escalation",
    "defer": "defer deferred defers later wait",
}
_OF_OUTCOMES = _ARTICLES | vocabulary(
    "will be must should gets get to we i request event case automatically always so then "
    "decided decision outcome agent has been can may"
)

#: What an agent is and does, when nothing is said of it.
_VACUOUS = vocabulary(
    "a an the this that it its it's is are be was i we our your my their his her he she "
    "they and or to for of in on with by as at from who which what when if so such very "
    "really just only also some any all every each many more most other etc agent agents "
    "bot bots assistant assistants ai llm robot program software system service tool "
    "helper thing things stuff something anything everything somehow somewhere whatever "
    "do does doing did done make makes making made work works working worked run runs "
    "running job jobs task tasks duty duties function functions perform performs handle "
    "handles handling help helps helping helpful useful good great best better nice smart "
    "intelligent cool awesome new first main general generic basic simple various misc "
    "different purpose purposes goal will can could shall may should must exists exist "
    "being need needs needed necessary required use uses used using user users people "
    "everyone someone company business process processes provide provides support "
    "supports serve serves act acts acting called named name waooaw wow test testing demo "
    "example sample lot lots"
)
#: With one of these something is said, even where it is little.
_MOST_WORDS = 14


@lru_cache(maxsize=8_192)
def repeats(reason: str, name: str, outcome: str) -> bool:
    """Tell whether a reason says only which rule it is, that the rule matched or what it decides.

    Args:
        reason: What is said.
        name: The id of the rule or the boundary.
        outcome: What a rule decides; empty for a boundary.
    """
    words = words_of(reason)
    if not words or not reason.isascii() or len(words) > _MOST_WORDS:
        return False
    own = set(words_of(name))
    rest = [word for word in words if word not in _ARTICLES]
    # "It is due." says of `due` what it is; the bare "Due." does not.
    if rest and set(rest) <= own and _bare(words) == words_of(name):
        return True
    others = [
        word for word in words if word not in _OF_RULES | _RULED | own | set(words_of(outcome))
    ]
    if all(_MATCHED.match(word) for word in others) and (
        (others and _RULED & set(words))
        or (len(others) == 1 and len(words) <= _FEW and not own & set(words))
        or (_RULED & set(words) and set(words) <= _OF_RULES | _RULED)
    ):
        return True
    decided = set(_OUTCOMES.get(outcome, outcome.replace("_", " ")).split())
    rest = [word for word in words if word not in _OF_OUTCOMES]
    return (
        bool(rest)
        and len(words) <= _FEW_MORE
        and set(rest) <= decided
        and len(_OUTCOMES.get(outcome, "")) > 0
        and words != ["no"]
    )


_FEW = 3
_FEW_MORE = 6


def _bare(words: list[str]) -> list[str]:
    """Return *words* without "the rule" and its like."""
    left = [word for word in words if word not in {"the", "rule", "this", "policy", "boundary"}]
    return left or words


@lru_cache(maxsize=8_192)
def is_idle_purpose(purpose: str, name: str, title: str) -> bool:
    """Tell whether a purpose says only that it is an agent, or what the agent is called."""
    words = words_of(purpose)
    if not words or not purpose.isascii() or len(words) > _MOST_WORDS:
        return False
    if set(words) <= _VACUOUS:
        return True
    for called in (words_of(name), words_of(title)):
        own = [word for word in called if word != "wow"]
        said = [word for word in words if word not in _CALLED]
        if said and own and said == [word for word in own if word not in _CALLED]:
            return True
    return False


_CALLED = vocabulary("the a an this is it wow agent bot assistant named called our my to be i am")


_NO_NAME = (
    "my|test|tests|new|first|some|the|a|an|our|demo|sample|example|foo|bar|baz|agent|bot|assistant"
    "|copy|of|world|name|x"
)
_IDLE_NAME = re.compile(
    rf"(?:wow-)?(?:{_NO_NAME}|untitled|unnamed|noname|default|qux|foobar|blah|tmp|temp|dummy|todo|tbd"
    rf"|xxx|asdf|qwerty|hello|changeme|placeholder)(?:-(?:{_NO_NAME}|two|y|[0-9]{{1,2}}))*[0-9]?"
)
_IDLE_SKILL = re.compile(
    r"(?:my_|new_|test_|the_|some_|a_)*(?:skill|action|function|func|method|task|step|tool|do_stuff"
    r"|do_something|do_work|do_things|thing|stuff|foo|bar|baz|test|tmp|temp|todo|untitled"
    r"|asdf)(?:_?[0-9]{1,3}|_[a-z]|_(?:skill|action|task|it|stuff|something|things?))?"
)
_IDLE_ID = re.compile(
    r"(?:(?:my|new|test|the|some)-)*(?:rule|rules|r|boundary|case|cond|condition|test|foo|bar|baz|tmp"
    r"|todo|tbd|untitled|asdf|xxx|default-rule|new-rule)[-_]?(?:[0-9]{1,3}|[a-z])?"
)


def is_idle_name(name: str) -> bool:
    """Tell whether an agent's name fits any agent: `foo`, `my-agent`, `test-agent-2`."""
    return _IDLE_NAME.fullmatch(name) is not None


def is_idle_skill(name: str) -> bool:
    """Tell whether a skill's name fits any skill: `skill_1`, `do_stuff`."""
    return _IDLE_SKILL.fullmatch(name) is not None


def is_idle_id(name: str) -> bool:
    """Tell whether the id of a rule or a boundary fits any: `rule-1`, `test`."""
    return _IDLE_ID.fullmatch(name) is not None
