"""What skills do, by their names and descriptions, where these leave no doubt."""

from __future__ import annotations

import re
from functools import lru_cache

from waooaw.spec import AgentKind, AgentSpec, Effect, Skill
from waooaw.vision.vagueness import vocabulary, words_of

__all__ = ["deletes_anything", "loses_work", "secret_inputs", "takes_nothing_along", "tells_effect"]

#: A name that begins so acts, unless it ends in what is only worked out.
_ACTS = vocabulary(
    "send sends pay pays refund refunds reimburse disburse remit publish publishes unpublish "
    "delete deletes purge erase wipe destroy notify transfer tweet deploy dispatch debit withdraw "
    "unsubscribe buy sell cancel submit upload terminate revoke donate"
)
_FIGURES = vocabulary(
    "check checks estimate estimates score scores summary report preview draft drafts "
    "plan time times date dates count counts probability risk cost costs fee fees history "
    "status lookup validation simulation forecast slip gap guide template templates text "
    "texts rate rates test tests advice suggestion proposal candidates list lists "
    "eligibility total totals stats label labels route routes option options reason "
    "reasons rules policy code codes zone zones learning process processor processing "
    "mortem fix stopwords duplicates whitespace noise background accents punctuation "
    "outliers headers stamps markup html tags blanks spaces room address subject topics "
    "format window windows mode order quote quotes likelihood"
)
_ONLY_SAYS = re.compile(
    r"\b(?:(?:preview|simulat|estimat|calculat|comput|propos|suggest|predict|explain|pars|extract"
    r"|classif|recogni|detect|compar|convert|translat|format|normali|redact|summar|measur)\w*"
    r"|(?:draft|check|tell|say|list|show|count|find|look|read|prepare|rank|sort|filter|match|strip"
    r"|mask|score|judge|guess|decide)s?|whether|would|dry[- ]run|how|from the text|copy of)\b",
    re.IGNORECASE,
)
_CONTENT = (
    r"(?:works?|files?|contents?|documents?|articles?|projects?|data|results?|history|texts?|designs?"
    r"|library|gallery|portfolio|archive|workspace|drafts?|creations?)"
)
#: To remove one thing or another is daily work; to remove all of it is not.
_DELETING = re.compile(
    r"\b(?:delet|purg|eras(?:e|es|ed|ing)\b|wip(?:e|es|ed|ing)\b|destroy|shred|expung|obliterat"
    r"|throw(?:s|n)? away)"
    r"|\b(?:remov|drop|clear|discard|trash)\w* (?:everything|all|any) ",
    re.IGNORECASE,
)
_DELETION_NAMES = vocabulary(
    "delete deletes purge purges erase wipe destroy shred expunge discard trash"
)
#: What a customer would not miss.
_SCRATCH = re.compile(
    r"scratch|temp|tmp|cache|duplicate|spam|token|session|log(?:s|file)?\b|expired|stale|orphan|test"
    r"|preview|thumbnail|own (?:notes|files|copies)|intermediate|stays?\b|is kept|are kept|keeps"
    r"|never|not delete|without deleting|blank|cookie|draft version|old version|watermark|noise"
    r"|background|backup cop",
    re.IGNORECASE,
)
_WISHED = re.compile(
    r"\b(?:ask|asks|asked|request|requests|requested|wish|wishes|want|wants|wanted|demand|consent"
    r"|confirm|confirms|confirmed|instruct|click|chosen|chooses|gdpr|erasure|right to|export"
    r"|exports|exported|approve|approves|approved|handed over|handed out)\b",
    re.IGNORECASE,
)
_HIRE = r"(?:trial|subscription|account|plan|contract|membership|hire|hiring|licen[cs]e|period)"
_OVER = (
    r"(?:end|cancel|expir|laps|over\b|clos|stop|terminat|finish|run out|runs out|not renew|unpaid)"
)
#: Whoever "has cancelled" is a customer; what "was cancelled" may be an order.
_LEAVING = re.compile(
    rf"\b{_HIRE}s?\b.{{0,25}}\b{_OVER}|\b{_OVER}\w*\b.{{0,25}}\b{_HIRE}\b"
    r"|\b(?:during|after|in) (?:the|a|their|its) trial\b|\btrial (?:customer|user)"
    r"|\b(?:who|they|has|have|had) cancel\w*|\bcancels\b|\bchurn|\bdowngrad"
    r"|\b(?:inactive|dormant|former|lost|unpaid) (?:customer|client|user|account|subscriber)"
    r"|\b(?:do not|does not|no longer|never|not|stops?|stopped) (?:buy|pay|renew|hire|subscri)\w*"
    r"|\b(?:who|customers?|clients?|they) (?:leave|leaves|left|quit|quits|unsubscribe)",
    re.IGNORECASE,
)
_WORK = re.compile(
    rf"\beverything\b|\b(?:customer|client|user)(?:'s|s'?)? {_CONTENT}\b"
    rf"|\b(?:all|any|their|its|the|every) (?:\w+ ){{0,2}}{_CONTENT}\b",
    re.IGNORECASE,
)
_HANDS_OVER_NAME = re.compile(
    r"^(?:route_(?:to|request|task|case|ticket)\w*|hand_?(?:over|off|on)\w*|\w+_hand_?(?:over|off)"
    r"|forward_(?:to|request|task|case|ticket)\w*|pass_(?:on|to|over)\w*|delegate\w*|reassign\w*"
    r"|transfer_(?:to|request|task|case|ticket|conversation|call)\w*|escalate_to\w*"
    r"|assign_(?:to|task|request|case|ticket)\w*|send_to_(?:desk|agent|team|human|person)\w*)$"
)
_HANDS_OVER = re.compile(
    r"\b(?:hand|pass|forward|rout|transfer|delegat|assign)\w*\b.{0,25}"
    r"\b(?:requests?|tasks?|cases?|tickets?|work|customers?|conversations?|calls?|enquir(?:y|ies)"
    r"|inquir(?:y|ies)|questions?|claims?|orders?|matters?|everything|it|them|patients?|leads?)\b"
    r".{0,30}\b(?:over|off|on|to)\b"
    r"|\b(?:hand|pass)(?:s|es|ed|ing)? (?:over|off|on) to\b",
    re.IGNORECASE,
)
_SECRET_FIELD = re.compile(
    r"^(?!(?:has|is|needs?|requires?|reset|change|forgot|use|no|allow|allows|min|max|new_?password_p)_)"
    r"(?:\w+_)?(?:password|passwd|passphrase|pass_phrase|api_?key|private_?key|secret_?key|ssh_?key"
    r"|client_?secret|app_?secret|shared_?secret|webhook_?secret|access_?token|auth_?token"
    r"|bearer_?token|refresh_?token|api_?token|secret_?access_?key|signing_?key|encryption_?key"
    r"|master_?key|login_credentials|credentials)$"
    r"|^pwd$|^(?:\w+_)?apikey$"
)


@lru_cache(maxsize=4_096)
def tells_effect(name: str, description: str) -> str:
    """Return the word by which a skill's name says that it acts on the world, or an empty text."""
    words = words_of(name)
    if not words or words[0] not in _ACTS or words[-1] in _FIGURES:
        return ""
    return "" if _ONLY_SAYS.search(description) else words[0]


def takes_nothing_along(skill: Skill) -> bool:
    """Tell whether a skill hands a request over and has no input that it could hand over."""
    if skill.fields("input"):
        return False
    return bool(_HANDS_OVER_NAME.match(skill.name) or _HANDS_OVER.search(skill.description))


def secret_inputs(names: list[str], skill: Skill) -> list[str]:
    """Return which of the input fields *names* are secrets that a skill would be told."""
    kinds = {str(kind) for kind in skill.fields("input").values()}
    if not kinds & {"string", "object"}:
        return []
    return [name for name in names if _SECRET_FIELD.match(name)]


def deletes_anything(spec: AgentSpec, skill: Skill) -> bool:
    """Tell whether a skill's name says that it deletes, and no person is asked before it does."""
    words = words_of(skill.name)
    return (
        skill.effect is not Effect.NONE
        and skill.name not in spec.boundaries.approval
        and bool(words)
        and words[0] in _DELETION_NAMES
        and not _SCRATCH.search(f"{skill.name.replace('_', ' ')} {skill.description}")
    )


def loses_work(spec: AgentSpec, skill: Skill) -> bool:
    """Tell whether a skill takes a customer's work away because the customer leaves.

    That is so where it deletes what the agent made or everything, no person is asked, it is for
    somebody who cancels or whose trial ends, and nothing says that the customer wants it.
    """
    if spec.kind is not AgentKind.CUSTOMER or skill.effect is Effect.NONE:
        return False
    if skill.name in spec.boundaries.approval:
        return False
    said = f"{skill.name.replace('_', ' ')}. {skill.description}"
    if not _DELETING.search(said) or _SCRATCH.search(said) or _WISHED.search(said):
        return False
    callers = [rule for rule in spec.rules if rule.then == skill.name]
    around = " ".join(
        f"{rule.id.replace('-', ' ')} {rule.when.replace('.', ' ')} {rule.because}"
        for rule in callers
    )
    if _WISHED.search(around) or not _LEAVING.search(f"{said} {around}"):
        return False
    return bool(_WORK.search(said)) or bool(_made(spec, skill) & _stems(said))


def _made(spec: AgentSpec, but: Skill) -> set[str]:
    """Return what the agent's other skills are about, each word by its beginning."""
    others = (skill for skill in spec.skills if skill is not but)
    return {stem for skill in others for stem in _stems(" ".join(skill.name.split("_")[1:]))}


def _stems(text: str) -> set[str]:
    return {word.removesuffix("s") for word in words_of(text) if len(word) > _SHORTEST}


_SHORTEST = 3
