"""What rules on specifications may ask beside its fields: facts that CEL can't work out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain
from typing import Any

from waooaw.expressions import Scope
from waooaw.spec import AgentSpec
from waooaw.vision.constancy import any_of, constant, holds_always
from waooaw.vision.deeds import (
    deletes_anything,
    loses_work,
    secret_inputs,
    takes_nothing_along,
    tells_effect,
)
from waooaw.vision.echoes import (
    is_idle_id,
    is_idle_name,
    is_idle_purpose,
    is_idle_skill,
    repeats,
)
from waooaw.vision.spending import spends_without_limit
from waooaw.vision.vagueness import Place, is_placeholder

__all__ = ["add_facts"]

_TEXT = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'")
_SELECTED = re.compile(r"\.\s*([A-Za-z_]\w*)(?!\w|\s*\()")
_INDEXED = re.compile(r"\[\s*[\"']([^\"']{1,60})[\"']\s*\]")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_MAILBOX = re.compile(r"[\w.+-]+@([\w-]+(?:\.[\w-]+)+)")
#: Words for personal data, and what says that it is only spoken of.
_PERSONAL = re.compile(
    r"(?:[a-z0-9_]+_)?(?:e_?mail|e_?mail_address|phone|phone_number|mobile|mobile_number|telephone"
    r"|telephone_number|ssn|social_security_number|date_of_birth|birth_?date|birthday|dob|iban"
    r"|card_number|credit_card|credit_card_number|cvv|cvc|passport_number|passport|national_id"
    r"|tax_id|aadhaar|aadhaar_number|first_name|last_name|full_name|surname|maiden_name|diagnosis"
    r"|medical_record)"
    r"|(?:(?:home|postal|street|billing|shipping|delivery|mailing|customer|residential|ip)_)?address"
)
_SPOKEN_OF = re.compile(r"(?:has|is|no|needs|allow|allows|send|sent|use|verified)_")
#: RFC 2606 keeps these for examples.
_INVENTED = re.compile(
    r"(?:.*\.)?(?:example(?:\.(?:com|org|net|edu))?|test|invalid|localhost)|test\.com"
)


def add_facts(spec: AgentSpec, plain: dict[str, Any]) -> None:
    """Add to the plain form of *spec* what rules may ask beside its fields.

    The whole gets `placeholders`, the texts that stand for something never written, `itself`, the
    names of people that are the agent's own, and `purpose_is_idle`. Every rule gets `effect` (of
    the skill that it calls, `none` for an outcome), `approved` (that skill waits for a person),
    `always` (it matches every event that wakes the agent), `spends` (money, without a limit) and
    `repeats` (its reason only repeats it). A boundary gets `constant`: `true` or `false` where it
    is the same for every decision, else empty; and `repeats`. A skill gets `approved`, `tells` (the
    word by which a name with the effect `none` says that it acts), `loses_work`, `deletes`, `drops`
    (it hands over and takes nothing along) and `secrets` (its inputs that are some). Rules, wakes,
    boundaries, skills and examples get `names`: the data fields that they read, in snake_case, and
    `personal`, those of them that are personal data; an example also `mailboxes` that may be real.
    Names and ids that fit anything are idle.
    """
    plain["placeholders"] = _placeholders(spec)
    plain["name_is_idle"] = is_idle_name(spec.name)
    plain["itself"] = _itself(spec)
    plain["purpose_is_idle"] = is_idle_purpose(spec.purpose, spec.name, spec.title)
    _add_to_rules(spec, plain["rules"])
    for boundary in plain["boundaries"]["never"]:
        answer = constant(boundary["when"], Scope.BOUNDARY)
        boundary["constant"] = "" if answer is None else str(answer).lower()
        boundary["id_is_idle"] = is_idle_id(boundary["id"])
        boundary["repeats"] = repeats(boundary["because"], boundary["id"], "")
        boundary["names"] = _names_read(boundary["when"])
    for wake in plain["wake"]:
        wake["names"] = _names_read(wake.get("when", ""))
    for skill, data in zip(spec.skills, plain["skills"], strict=True):
        data["names"] = sorted({_snake(name) for name in skill.fields("input")})
        data["name_is_idle"] = is_idle_skill(skill.name)
        data["approved"] = skill.name in spec.boundaries.approval
        data["tells"] = tells_effect(skill.name, skill.description)
        data["loses_work"] = loses_work(spec, skill)
        data["deletes"] = deletes_anything(spec, skill)
        data["drops"] = takes_nothing_along(skill)
        data["secrets"] = secret_inputs(data["names"], skill)
    for example in plain["examples"]:
        data = example["event"].get("data")
        example["names"] = sorted({_snake(key) for key in _keys(data)})
        example["mailboxes"] = sorted({box for text in _values(data) for box in _real(text)})
    listed = (plain["wake"], plain["skills"], plain["rules"], plain["examples"])
    for entry in (*chain(*listed), *plain["boundaries"]["never"]):
        entry["personal"] = _personal(entry["names"])


def _add_to_rules(spec: AgentSpec, rules: list[dict[str, Any]]) -> None:
    topics = tuple(wake.topic for wake in spec.wake)
    doing: dict[str, list[str]] = {}
    for index, (rule, data) in enumerate(zip(spec.rules, rules, strict=True)):
        skill = spec.skill(rule.then)
        data["effect"] = "none" if skill is None else skill.effect.value
        data["approved"] = rule.then in spec.boundaries.approval
        data["always"] = holds_always(rule.when, topics)
        data["id_is_idle"] = is_idle_id(rule.id)
        data["repeats"] = repeats(rule.because, rule.id, rule.then)
        data["names"] = _names_read(rule.when)
        # Two halves that call one skill are one condition.
        if data["effect"] == "external":
            same = doing.setdefault(rule.then, [])
            same.append(rule.when)
            if len(same) > 1 and not data["always"]:
                data["always"] = holds_always(any_of(same[-_MOST_HALVES:]), topics)
        # One that always matches is refused as such.
        data["spends"] = not data["always"] and spends_without_limit(spec, index)


_MOST_HALVES = 4


def _placeholders(spec: AgentSpec) -> list[str]:
    """Return the texts of *spec* that stand for something which was never written."""
    return sorted({text for text, place in _said(spec) if is_placeholder(text, place)})


def _itself(spec: AgentSpec) -> list[str]:
    """Return who is named as a person and is the agent itself, however it is written."""
    people = {spec.owner, spec.collaborators.escalates_to}
    own = {spec.name, spec.package}
    return sorted(one for one in people if one.strip(" @#<>").casefold() in own)


def _said(spec: AgentSpec) -> Iterator[tuple[str, Place]]:
    yield spec.purpose, Place.PROSE
    yield spec.domain, Place.NAME
    yield spec.owner, Place.PERSON
    yield spec.collaborators.escalates_to, Place.PERSON
    for name in (*spec.collaborators.consults, *spec.collaborators.hands_off_to):
        yield name, Place.NAME
    for text in spec.responsibilities:
        yield text, Place.PROSE
    for skill in spec.skills:
        yield skill.description, Place.PROSE
    for rule in spec.rules:
        yield rule.because, Place.PROSE
        if rule.cite is not None:
            yield rule.cite, Place.CITE
    for boundary in spec.boundaries.never:
        yield boundary.because, Place.PROSE
    if spec.persona is not None:
        if spec.persona.tagline is not None:
            yield spec.persona.tagline, Place.PROSE
        for specialty in spec.persona.specialties:
            yield specialty, Place.PROSE


def _personal(names: list[str]) -> list[str]:
    """Return which of *names*, in snake_case, are those of personal data."""
    return [name for name in names if _PERSONAL.fullmatch(name) and not _SPOKEN_OF.match(name)]


@lru_cache(maxsize=4_096)
def _names_read(source: str) -> list[str]:
    """Return the names of fields that a condition selects; a text that it compares is none."""
    indexed = _INDEXED.findall(source)
    selected = _SELECTED.findall(_TEXT.sub('""', source))
    return sorted({_snake(name) for name in (*indexed, *selected)})


def _snake(name: str) -> str:
    return _HUMP.sub("_", name).replace("-", "_").replace(" ", "_").lower()


def _real(text: str) -> Iterator[str]:
    if "@" in text:
        for found in _MAILBOX.finditer(text[:_LONGEST_LOOKED_AT]):
            if not _INVENTED.fullmatch(found[1].lower()):
                yield found[0]


_LONGEST_LOOKED_AT = 2_000


def _keys(data: object) -> Iterator[str]:
    for key, _ in _entries(data):
        if key is not None:
            yield key


def _values(data: object) -> Iterator[str]:
    for _, value in _entries(data):
        if isinstance(value, str):
            yield value


def _entries(data: object) -> Iterator[tuple[str | None, object]]:
    """Yield every value below *data*, with its key where it has one."""
    pending = [data]
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            yield from value.items()
            pending.extend(value.values())
        elif isinstance(value, list):
            yield from ((None, one) for one in value)
            pending.extend(value)
