"""The specification of an agent, `agent.yaml`: its shape, field by field.

What fields mean together (a rule that names a skill, an example that contradicts the rules) is
judged in `waooaw.consistency`; reading a file, with every problem placed, is `waooaw.specfile`.
Source: the contract, "Agents on disk".
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from waooaw.constraints import (
    Avatar,
    Identifier,
    Line,
    Many,
    ModelName,
    Money,
    Name,
    PromptPath,
    SkillName,
    Text,
    Topic,
    Version,
    refuse,
)
from waooaw.names import agent_name_problem, class_name, package_name

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
_FIELD_WIDTH = 60
SCHEMA_URL = "https://waooaw.github.io/schemas/agent-1.json"


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


class _Part(BaseModel):
    # Built as parts of the whole, when the first specification is read.
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)


def _enum(kind: type[StrEnum]) -> Any:  # noqa: ANN401 - as pydantic's own Field is typed
    # In strict mode an enum takes members only; a file has their strings.
    return Field(strict=False, description=" | ".join(kind))


class Wake(_Part):
    """Say what wakes the agent: a topic pattern, and a condition on the event."""

    topic: Topic = Field(description="a topic pattern, such as refund.* or marketing.**")
    when: str | None = Field(default=None, description="a CEL condition; absent: always")


class Skill(_Part):
    """Describe something that the agent can do.

    `input` and `output` map field names to types, or are a JSON Schema object.
    """

    name: SkillName
    description: Text
    effect: Annotated[Effect, _enum(Effect)] = Effect.NONE
    input: dict[str, Any] = Field(default_factory=dict)
    output: dict[str, Any] = Field(default_factory=dict)

    @field_validator("input", "output")
    @classmethod
    def _known_types(cls, fields: dict[str, Any]) -> dict[str, Any]:
        declared: Mapping[str, Any] = fields
        if isinstance(fields.get("properties"), Mapping):
            if fields.get("type") != "object":
                raise refuse("is a JSON Schema of another type", "type: object")
            required = fields.get("required", [])
            if not isinstance(required, list) or not all(isinstance(n, str) for n in required):
                raise refuse("has a required that is no list of names", "required: [name, …]")
            if (reference := _foreign_reference(fields)) is not None:
                raise refuse(f"refers to {reference!r}", "a reference inside itself, as #/$defs/x")
            declared = {name: _stated_type(part) for name, part in fields["properties"].items()}
        for name, kind in declared.items():
            if not name.strip() or not name.isprintable() or len(name) > _FIELD_WIDTH:
                raise refuse(
                    f"has the field name {name!r}", f"up to {_FIELD_WIDTH} printable characters"
                )
            if kind not in tuple(FieldType):
                raise refuse(f"has the type {kind!r} at {name!r}", " | ".join(FieldType))
        return fields

    def fields(self, side: Literal["input", "output"]) -> dict[str, FieldType]:
        """Return field names and types of one side, whichever way they were written."""
        declared = self.input if side == "input" else self.output
        properties = declared.get("properties")
        if isinstance(properties, Mapping):
            declared = {name: _stated_type(part) for name, part in properties.items()}
        return {name: FieldType(kind) for name, kind in declared.items()}


def _foreign_reference(schema: object) -> object:
    """Return a `$ref` that leads out of *schema*, or None: nothing is ever fetched for it."""
    inside = [schema]
    while inside:
        part = inside.pop()
        if isinstance(part, Mapping):
            target = part.get("$ref", "#")
            if not (isinstance(target, str) and target.startswith("#")):
                return target
            inside.extend(part.values())
        elif isinstance(part, list):
            inside.extend(part)
    return None


def _stated_type(part: object) -> object:
    """Return the one type that a JSON Schema states for a field; `object` where it states none.

    ``["string", "null"]`` states a string that may be absent.
    """
    if not isinstance(part, Mapping | bool):
        return part  # no schema at all, which the caller refuses
    kind = part.get("type") if isinstance(part, Mapping) else None
    if isinstance(kind, list):
        stated = [one for one in kind if one != "null"]
        kind = stated[0] if len(stated) == 1 else None
    return FieldType.OBJECT if kind is None or kind == "null" else kind


class Rule(_Part):
    """Decide alone: when the condition holds, then this outcome, for this reason."""

    id: Identifier
    when: str = Field(description="a CEL condition over event and context")
    then: str = Field(description="approve | reject | escalate | defer | a skill's name")
    because: Text = Field(description="the reason that every decision by this rule gives")
    cite: Line | None = Field(default=None, description="the policy that the rule rests on")


class ModelChoice(_Part):
    """Say which model decides where no rule does, with which prompt, and how often at most."""

    name: ModelName = "claude-sonnet-4-5"
    prompt: PromptPath = "prompts/decide.md"
    max_share: float = Field(default=0.05, ge=0, le=1, description="share of decisions, 0 to 1")


class Boundary(_Part):
    """Say what must never happen, whoever decided it."""

    id: Identifier
    when: str = Field(description="a CEL condition over event, context and decision")
    because: Text


class Boundaries(_Part):
    """Gather what the agent must never do, may see, and has to ask for."""

    never: Many[Boundary] = ()
    data: Annotated[DataClass, _enum(DataClass)] = DataClass.NONE
    approval: Many[str] = Field(default=(), description="skills that wait for a person")


class Collaborators(_Part):
    """Name the agents that this one works with, and the person it escalates to."""

    consults: Many[Name] = ()
    hands_off_to: Many[Name] = ()
    escalates_to: Line


class Limits(_Part):
    """Bound what the agent may cost and how slow it may be."""

    monthly_usd: Money = 30.0
    decision_usd: Money = 0.01
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

    @field_validator("data", mode="before")
    @classmethod
    def _no_data_is_empty(cls, data: object) -> object:
        # Conditions see both as empty, and a null would be lost when the file is written again.
        return {} if data is None else data


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

    tagline: Line | None = None
    specialties: Many[Line] = ()
    avatar: Avatar | None = None


class AgentSpec(_Part):
    """Hold a whole specification, every field valid on its own."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, populate_by_name=True, title=SCHEMA_NAME
    )

    schema_: Literal["waooaw.agent/1"] = Field(default=SCHEMA_NAME, alias="schema")
    name: Name
    title: Line = Field(default="", validate_default=False)
    version: Version = "0.1.0"
    kind: Annotated[AgentKind, _enum(AgentKind)] = AgentKind.DOMAIN
    purpose: Text
    domain: Line
    owner: Line = Field(description="who is paged")
    responsibilities: Many[Text] = ()
    wake: Many[Wake] = Field(min_length=1)
    skills: Many[Skill] = ()
    rules: Many[Rule] = Field(min_length=1)
    otherwise: Annotated[Otherwise, _enum(Otherwise)] = Otherwise.ESCALATE
    model: ModelChoice | None = None
    boundaries: Boundaries = Boundaries()
    collaborators: Collaborators
    limits: Limits = Limits()
    examples: Many[Example] = Field(min_length=1)
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
