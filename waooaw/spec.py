"""The specification of an agent, `agent.yaml`: its shape, field by field.

What fields mean together (a rule that names a skill, an example that contradicts the rules) is
judged in `waooaw.consistency`; reading a file, with every problem placed, is `waooaw.specfile`.
Source: the contract, "Agents on disk".
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from waooaw.events import topic_problem
from waooaw.names import agent_name_problem, class_name, package_name, skill_name_problem

__all__ = [
    "SCHEMA_URL",
    "AgentKind",
    "AgentSpec",
    "Boundaries",
    "Boundary",
    "Collaborators",
    "DataClass",
    "Effect",
    "Example",
    "ExampleEvent",
    "Expectation",
    "FieldType",
    "Limits",
    "ModelChoice",
    "Otherwise",
    "Persona",
    "Rule",
    "Skill",
    "Wake",
    "agent_schema",
]

SCHEMA_NAME: Final = "waooaw.agent/1"
SCHEMA_URL = "https://waooaw.github.io/schemas/agent-1.json"

# Source: semver.org, "Is there a suggested regular expression".
_SEMVER = re.compile(
    r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)"
    r"(-(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(\.(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?"
    r"(\+[0-9a-zA-Z-]+(\.[0-9a-zA-Z-]+)*)?",
    re.ASCII,
)
_RULE_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_PROMPT = re.compile(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*\.(md|txt)")
_MODEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@/-]*")
_FIELD_WIDTH = 60


class AgentKind(StrEnum):
    """Name the place of an agent in the organisation."""

    PLATFORM = "platform"
    COORDINATOR = "coordinator"
    DOMAIN = "domain"
    CUSTOMER = "customer"
    SUPPORT = "support"


class Effect(StrEnum):
    """Name what a skill changes: nothing, something of ours, or something in the world."""

    NONE = "none"
    INTERNAL = "internal"
    EXTERNAL = "external"


class FieldType(StrEnum):
    """Name the type of a skill's field, in JSON Schema's words."""

    STRING = "string"
    NUMBER = "number"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    OBJECT = "object"
    ARRAY = "array"


class Otherwise(StrEnum):
    """Name what happens when no rule matches."""

    MODEL = "model"
    ESCALATE = "escalate"
    DEFER = "defer"


class DataClass(StrEnum):
    """Name the most sensitive data that the agent may see."""

    NONE = "none"
    INTERNAL = "internal"
    PERSONAL = "personal"


def _refuse(message: str, expected: str) -> PydanticCustomError:
    """Make a field error that carries what would have been right."""
    # The library formats {…} in the message with its context, hence no literal braces here.
    return PydanticCustomError("refused", "{message}", {"message": message, "expected": expected})


def _readable(text: str) -> str:
    if not text.strip():
        raise _refuse("is blank", "some words")
    for character in text:
        # Cc: control characters. Cs: halves of surrogate pairs. Bidirectional overrides make a
        # reviewer read something else than the machine does (CVE-2021-42574).
        category = unicodedata.category(character)
        if (category == "Cc" and character not in "\n\t") or category == "Cs":
            raise _refuse(f"holds the control character U+{ord(character):04X}", "plain text")
        if unicodedata.bidirectional(character) in {"LRE", "RLE", "LRO", "RLO", "PDF"} | {
            "LRI",
            "RLI",
            "FSI",
            "PDI",
        }:
            raise _refuse(
                f"holds the direction override U+{ord(character):04X}", "text in its own order"
            )
    return text


def _one_line(text: str) -> str:
    if "\n" in text or "\t" in text:
        raise _refuse("spans several lines", "one line")
    return text


def _agent_name(name: str) -> str:
    if problem := agent_name_problem(name):
        raise _refuse(problem, "lower-case words joined by dashes, such as wow-refund-desk")
    return name


def _skill_name(name: str) -> str:
    if problem := skill_name_problem(name):
        raise _refuse(problem, "a Python name of your own, such as issue_refund")
    return name


def _topic(pattern: str) -> str:
    if problem := topic_problem(pattern):
        raise _refuse(
            problem, "segments of a-z, 0-9, _ and - joined by dots; * for one, ** for any number"
        )
    return pattern


def _semantic_version(version: str) -> str:
    if not _SEMVER.fullmatch(version):
        raise _refuse("is not a semantic version", "MAJOR.MINOR.PATCH, such as 0.1.0")
    return version


def _rule_id(name: str) -> str:
    if not _RULE_ID.fullmatch(name):
        raise _refuse(
            "is not kebab-case", "lower-case words joined by dashes, such as small-refund"
        )
    return name


def _prompt_path(path: str) -> str:
    if not _PROMPT.fullmatch(path):
        raise _refuse(
            "is no path inside the package", "a .md or .txt file such as prompts/decide.md"
        )
    return path


def _model_name(name: str) -> str:
    if not _MODEL.fullmatch(name):
        raise _refuse("is no model's name", "a name such as claude-sonnet-4-5")
    return name


_Text = Annotated[str, Field(min_length=1, max_length=4_000), AfterValidator(_readable)]
_Line = Annotated[
    str, Field(min_length=1, max_length=400), AfterValidator(_readable), AfterValidator(_one_line)
]
_Name = Annotated[str, AfterValidator(_agent_name)]
_SkillName = Annotated[str, AfterValidator(_skill_name)]
_Topic = Annotated[str, AfterValidator(_topic)]
_Version = Annotated[str, Field(max_length=100), AfterValidator(_semantic_version)]
_Id = Annotated[str, Field(max_length=60), AfterValidator(_rule_id)]
_Item = TypeVar("_Item")
# A file has lists; inside they are tuples, which strict mode would not make of them.
_Many = Annotated[tuple[_Item, ...], Field(strict=False)]
_Money = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, use_enum_values=False)


def _enum(kind: type[StrEnum]) -> Any:  # noqa: ANN401 - as pydantic's own Field is typed
    # In strict mode an enum takes members only; a file has their strings.
    return Field(strict=False, description=" | ".join(kind))


class Wake(_Part):
    """Say what wakes the agent: a topic pattern, and a condition on the event."""

    topic: _Topic = Field(description="a topic pattern, such as refund.* or marketing.**")
    when: str | None = Field(default=None, description="a CEL condition; absent: always")


class Skill(_Part):
    """Describe something that the agent can do.

    `input` and `output` map field names to types, or are a JSON Schema object.
    """

    name: _SkillName
    description: _Text
    effect: Annotated[Effect, _enum(Effect)] = Effect.NONE
    input: dict[str, Any] = Field(default_factory=dict)
    output: dict[str, Any] = Field(default_factory=dict)

    @field_validator("input", "output")
    @classmethod
    def _known_types(cls, fields: dict[str, Any]) -> dict[str, Any]:
        declared: Any = fields
        if isinstance(fields.get("properties"), Mapping):
            if fields.get("type") != "object":
                raise _refuse("is a JSON Schema of another type", "type: object")
            declared = {
                name: schema.get("type", "object") if isinstance(schema, Mapping) else schema
                for name, schema in fields["properties"].items()
            }
        for name, kind in declared.items():
            if not name.strip() or not name.isprintable() or len(name) > _FIELD_WIDTH:
                raise _refuse(
                    f"has the field name {name!r}", f"up to {_FIELD_WIDTH} printable characters"
                )
            if kind not in set(FieldType):
                raise _refuse(f"has the type {kind!r} at {name!r}", " | ".join(FieldType))
        return fields

    def fields(self, side: Literal["input", "output"]) -> dict[str, FieldType]:
        """Return field names and types of one side, whichever way they were written."""
        declared = self.input if side == "input" else self.output
        properties = declared.get("properties")
        if isinstance(properties, Mapping):
            return {
                name: FieldType(prop.get("type", "object")) for name, prop in properties.items()
            }
        return {name: FieldType(kind) for name, kind in declared.items()}


class Rule(_Part):
    """Decide alone: when the condition holds, then this outcome, for this reason."""

    id: _Id
    when: str = Field(description="a CEL condition over event and context")
    then: str = Field(description="approve | reject | escalate | defer | a skill's name")
    because: _Text = Field(description="the reason that every decision by this rule gives")
    cite: _Line | None = Field(default=None, description="the policy that the rule rests on")


class ModelChoice(_Part):
    """Say which model decides where no rule does, with which prompt, and how often at most."""

    name: Annotated[str, Field(max_length=100), AfterValidator(_model_name)] = "claude-sonnet-4-5"
    prompt: Annotated[str, Field(max_length=100), AfterValidator(_prompt_path)] = (
        "prompts/decide.md"
    )
    max_share: float = Field(default=0.05, ge=0, le=1, description="share of decisions, 0 to 1")


class Boundary(_Part):
    """Say what must never happen, whoever decided it."""

    id: _Id
    when: str = Field(description="a CEL condition over event, context and decision")
    because: _Text


class Boundaries(_Part):
    """Gather what the agent must never do, may see, and has to ask for."""

    never: _Many[Boundary] = ()
    data: Annotated[DataClass, _enum(DataClass)] = DataClass.NONE
    approval: _Many[str] = Field(default=(), description="skills that wait for a person")


class Collaborators(_Part):
    """Name the agents that this one works with, and the person it escalates to."""

    consults: _Many[_Name] = ()
    hands_off_to: _Many[_Name] = ()
    escalates_to: _Line


class Limits(_Part):
    """Bound what the agent may cost and how slow it may be."""

    monthly_usd: _Money = 30.0
    decision_usd: _Money = 0.01
    p95_ms: float = Field(default=100.0, gt=0, le=3_600_000, allow_inf_nan=False)
    error_rate: float = Field(default=0.001, ge=0, le=1)
    memory_mb: float = Field(default=512.0, gt=0, le=1e6, allow_inf_nan=False)


class ExampleEvent(_Part):
    """Hold the event of an example; what is left out gets a fixed value."""

    type: str = Field(min_length=1, max_length=1_000)
    data: Any = Field(default_factory=dict)
    id: str | None = Field(default=None, min_length=1, max_length=1_000)
    source: str | None = Field(default=None, min_length=1, max_length=1_000)
    subject: str | None = Field(default=None, min_length=1, max_length=1_000)
    time: str | None = Field(default=None, min_length=1, max_length=100)


class Expectation(_Part):
    """Say what the agent must do with an example's event."""

    wakes: bool = True
    outcome: str | None = None
    rule: str | None = None
    boundary: str | None = None


class Example(_Part):
    """Keep a piece of behaviour as a test."""

    event: ExampleEvent
    expect: Expectation


class Persona(_Part):
    """Say how the marketplace shows the agent."""

    tagline: _Line | None = None
    specialties: _Many[_Line] = ()
    avatar: _Line | None = None


class AgentSpec(_Part):
    """Hold a whole specification, every field valid on its own."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, populate_by_name=True, title=SCHEMA_NAME
    )

    schema_: Literal["waooaw.agent/1"] = Field(default=SCHEMA_NAME, alias="schema")
    name: _Name
    title: _Line = Field(default="", validate_default=False)
    version: _Version = "0.1.0"
    kind: Annotated[AgentKind, _enum(AgentKind)] = AgentKind.DOMAIN
    purpose: _Text
    domain: _Line
    owner: _Line = Field(description="who is paged")
    responsibilities: _Many[_Text] = ()
    wake: _Many[Wake] = Field(min_length=1)
    skills: _Many[Skill] = ()
    rules: _Many[Rule] = Field(min_length=1)
    otherwise: Annotated[Otherwise, _enum(Otherwise)] = Otherwise.ESCALATE
    model: ModelChoice | None = None
    boundaries: Boundaries = Boundaries()
    collaborators: Collaborators
    limits: Limits = Limits()
    examples: _Many[Example] = Field(min_length=1)
    persona: Persona | None = None

    @model_validator(mode="before")
    @classmethod
    def _derived(cls, given: object) -> object:
        if not isinstance(given, dict):
            return given
        filled = dict(given)
        name = filled.get("name")
        # Only where the name itself is good: else its own problem is told, once.
        if "title" not in filled and isinstance(name, str) and agent_name_problem(name) is None:
            filled["title"] = name.replace("-", " ").title()
        if "model" not in filled and filled.get("otherwise") == Otherwise.MODEL:
            filled["model"] = {}
        return filled

    @property
    def package(self) -> str:
        """The Python package that holds the agent."""
        return package_name(self.name)

    @property
    def class_name(self) -> str:
        """The class that is the agent."""
        return class_name(self.name)

    def skill(self, name: str) -> Skill | None:
        """Return the skill called *name*, or None where *name* is a plain outcome."""
        return next((skill for skill in self.skills if skill.name == name), None)

    def plain(self) -> dict[str, Any]:
        """Return the whole specification as plain JSON, fields in the order of the contract.

        Optional parts that are absent (`model`, `persona`, a rule's `cite`) are left out.
        """
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON; two files that mean the same have the same digest."""
        text = json.dumps(self.plain(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def agent_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of `agent.yaml`."""
    schema = AgentSpec.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": SCHEMA_URL} | schema
