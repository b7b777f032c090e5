"""Write the Python of `skills.py`: one typed dictionary per side of a skill, one stub per skill.

A skill may bear any Python name, `list` and `Task` too, and a field any name at all. What is
written here is valid, typed and formatted nevertheless: annotations are read in the scope of the
class, so every name that they use is chosen beside the skills' own names.
"""

from __future__ import annotations

import keyword
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from waooaw.spec import AgentSpec, FieldType, Skill
from waooaw_cli.factory.escapes import display_width, docstring_lines, python_string

__all__ = ["SkillStubs", "skill_stubs"]

LINE_WIDTH = 100

_TYPES = {
    FieldType.STRING: "str",
    FieldType.NUMBER: "float",
    FieldType.INTEGER: "int",
    FieldType.BOOLEAN: "bool",
    FieldType.OBJECT: "dict[str, object]",
    FieldType.ARRAY: "list[object]",
}
_MODULE_NAMES = frozenset({"NotWritten", "Skills", "Task", "TypedDict"})


@dataclass(frozen=True, slots=True)
class SkillStubs:
    """Hold the parts of `skills.py` that follow from the specification, as lines.

    Attributes:
        imports: What the rest needs; empty where the agent has no skills.
        types: The typed dictionaries, each after its blank lines.
        names: The skills' names as literals.
        wide: Whether a name alone may take more columns than a line has.
        methods: The stubs, indented, each after a blank line.
    """

    imports: tuple[str, ...]
    types: tuple[str, ...]
    names: tuple[str, ...]
    wide: bool
    methods: tuple[str, ...]


def skill_stubs(spec: AgentSpec) -> SkillStubs:
    """Return the stubs for every skill of *spec*."""
    if not spec.skills:
        return SkillStubs((), (), (), wide=False, methods=())
    names = {skill.name for skill in spec.skills}
    task = _free(("Task", "TaskOf", "SkillTask"), names | _MODULE_NAMES - {"Task"})
    taken = names | _MODULE_NAMES | {task}
    types: list[list[str]] = []
    methods: list[str] = []
    for skill in spec.skills:
        stem = _stem(skill.name, taken)
        taken |= {f"{stem}Input", f"{stem}Output"}
        types.append(_fields(f"{stem}Input", skill.fields("input"), optional=True))
        types.append(_fields(f"{stem}Output", skill.fields("output"), optional=False))
        methods += ["", *_stub(skill, task, stem, waits=skill.name in spec.boundaries.approval)]
    return SkillStubs(
        imports=_imports(types, task),
        types=tuple(_spaced(types)),
        names=tuple(python_string(skill.name) for skill in spec.skills),
        wide=any(display_width(skill.name) > LINE_WIDTH - 30 for skill in spec.skills),
        methods=tuple(methods),
    )


def _spaced(types: list[list[str]]) -> Iterator[str]:
    """Yield the lines of all types, with the blank lines that the linter and the formatter want."""
    for index, lines in enumerate(types):
        # After imports one blank line, but two before a class.
        yield from [""] if index == 0 and not lines[0].startswith("class ") else ["", ""]
        yield from lines


def _imports(types: Iterable[list[str]], task: str) -> tuple[str, ...]:
    typed = any("TypedDict" in line for lines in types for line in lines if line[:1] not in " #")
    runtime = (
        ["from waooaw import NotWritten, Task"]
        if task == "Task"
        else ["from waooaw import NotWritten", f"from waooaw import Task as {task}"]
    )
    return (*(["from typing import TypedDict", ""] if typed else []), *runtime)


def _free(wanted: Iterable[str], taken: Iterable[str]) -> str:
    """Return the first of *wanted* that is not *taken*, or the last one with a number."""
    used = set(taken)
    name = ""
    for name in wanted:
        if name not in used:
            return name
    number = 2
    while f"{name}{number}" in used:
        number += 1
    return f"{name}{number}"


def _stem(skill: str, taken: set[str]) -> str:
    """Return how the names of a skill's two types begin: `IssueRefund` for `issue_refund`."""
    stem = "".join(part[:1].upper() + part[1:] for part in skill.split("_"))
    if not _is_name(stem) or display_width(stem) > LINE_WIDTH - 30:
        stem = "Skill"
    number = 1
    candidate = stem
    while {f"{candidate}Input", f"{candidate}Output"} & taken:
        number += 1
        candidate = f"{stem}{number}"
    return candidate


def _is_name(text: str) -> bool:
    """Tell whether *text* is an identifier that Python neither refuses, mangles nor respells."""
    return (
        text.isidentifier()
        and not keyword.iskeyword(text)
        and not text.startswith("__")
        and unicodedata.normalize("NFKC", text) == text
    )


def _fields(name: str, fields: Mapping[str, FieldType], *, optional: bool) -> list[str]:
    total = ", total=False" if optional else ""
    if all(map(_is_name, fields)):
        lines = [f"    {field}: {_TYPES[kind]}" for field, kind in fields.items()]
        doc = (
            "Hold the declared fields that the event's data has."
            if optional
            else "Hold what the skill returns."
        )
        head = [f"class {name}(TypedDict{total}):", f'    """{doc}"""']
        form = [*head, "", *lines] if lines else head
    else:
        lines = [f"        {python_string(key)}: {_TYPES[kind]}," for key, kind in fields.items()]
        end = ["    total=False,", ")"] if optional else [")"]
        form = [f"{name} = TypedDict(", f'    "{name}",', "    {", *lines, "    },", *end]
    if _can_be_typed(fields) and all(display_width(line) <= LINE_WIDTH for line in form):
        return form
    return [
        "# A field bears a name that a typed dictionary can't hold; agent.yaml names them all.",
        f"{name} = dict[str, object]",
    ]


def _can_be_typed(fields: Mapping[str, FieldType]) -> bool:
    """Tell whether one of the two forms of a typed dictionary keeps every name as it is.

    The class form respells compatibility characters, and where all names are identifiers linters
    refuse the other form.
    """
    names = [name for name in fields if not name.startswith("__")]
    respelled = any(
        name.isidentifier() and unicodedata.normalize("NFKC", name) != name for name in names
    )
    return not respelled


def _stub(skill: Skill, task: str, stem: str, *, waits: bool) -> list[str]:
    given, returned = f"{stem}Input", f"{stem}Output"
    head = f"    async def {skill.name}(self, task: {task}[{given}]) -> {returned}:"
    lines = [head]
    if display_width(head) > LINE_WIDTH:
        # The comma after the last parameter keeps the formatter at one parameter a line.
        lines = [
            f"    async def {skill.name}(",
            "        self,",
            f"        task: {task}[{given}],",
            f"    ) -> {returned}:",
        ]
    first, *more = docstring_lines(skill.description, LINE_WIDTH - 15)
    approval = " A person approves it first." if waits else ""
    return [
        *lines,
        f'        """{first}',
        *(f"        {line}" for line in more),
        "",
        f"        Effect: {skill.effect.value}.{approval}",
        '        """',
        *_raise(python_string(skill.name)),
    ]


def _raise(name: str) -> list[str]:
    line = f"        raise NotWritten({name})"
    if display_width(line) <= LINE_WIDTH:
        return [line]
    return ["        raise NotWritten(", f"            {name},", "        )"]
