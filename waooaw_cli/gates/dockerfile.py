"""What a Dockerfile says: its instructions and stages, read as Docker reads them.

Source: the Dockerfile reference of Docker, "Format", "Parser directives", "Environment replacement"
and "Here-Documents". Nothing is run and nothing is fetched; the time is linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

__all__ = [
    "Dockerfile",
    "Instruction",
    "Stage",
    "Unparsable",
    "is_dockerfile",
    "parse",
    "replaced",
]

_MOST_INSTRUCTIONS = 2_000
_LONGEST = 100_000
_KNOWN = frozenset(
    {
        *("ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK"),
        *("LABEL", "MAINTAINER", "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME"),
        "WORKDIR",
    }
)
_DIRECTIVE = re.compile(r"#\s{0,20}(\w{1,20})\s{0,20}=\s{0,20}(\S{1,300})\s*")
_HEREDOC = re.compile(r"<<(-?)([\"']?)([A-Za-z_]\w{0,60})\2")
_FLAG = re.compile(r"--([a-z-]{1,40})(?:=(\S*))?\s+")
_VARIABLE = re.compile(r"\\\$|\$(?:\{(\w{1,100})(?:(:?[-+])([^{}]{0,300}))?\}|(\w{1,100}))")
_PAIR = re.compile(
    r"([A-Za-z_][\w.-]{0,200})=((?:\"(?:[^\"\\]|\\.){0,4000}\"|'[^']{0,4000}'|\\.|[^\s\"'\\]){0,4000})"
)
_OTHERWISE = frozenset(
    {".dockerignore", ".j2", ".jinja", ".md", ".py", ".rst", ".template", ".tmpl"}
)


class Unparsable(Exception):
    """Say that a text is no Dockerfile that can be judged.

    Args:
        reason: Why, in a few words.
        line: 1-based.
    """

    def __init__(self, reason: str, line: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


@dataclass(frozen=True, slots=True)
class Instruction:
    """Hold one instruction.

    Attributes:
        name: In capitals.
        flags: Its options, as `--from=build`.
        text: What stands behind them, lines joined, heredocs behind it.
        line: 1-based, where it begins.
    """

    name: str
    flags: Mapping[str, str]
    text: str
    line: int

    @property
    def pairs(self) -> tuple[tuple[str, str | None], ...]:
        """The names and values of `ENV` and `ARG`; None where a name has no value."""
        found = tuple((one[1], _unquoted(one[2])) for one in _PAIR.finditer(self.text))
        if found:
            return found
        name, _, value = self.text.partition(" ")
        return ((name, _unquoted(value.strip()) if value.strip() else None),)


@dataclass(slots=True)
class Stage:
    """Hold one stage.

    Attributes:
        base: The image or stage that it is built on, variables replaced; None where it can't be
            told.
        name: What others call it, in small letters; its number where it has no name.
        line: Where its FROM stands.
        instructions: What follows.
    """

    base: str | None
    name: str
    line: int
    instructions: list[Instruction] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Dockerfile:
    """Hold a whole file; it has one stage at least."""

    stages: tuple[Stage, ...]
    arguments: tuple[Instruction, ...]

    def named(self, name: str, before: int) -> Stage | None:
        """Return the stage that an instruction in stage number *before* means by *name*."""
        for number, stage in enumerate(self.stages[:before]):
            if name.lower() == stage.name or name == str(number):
                return stage
        return None

    def lineage(self) -> list[Stage]:
        """Return the last stage and those that it is built on, the last one first."""
        found = [self.stages[-1]]
        number = len(self.stages) - 1
        while found[-1].base is not None:
            above = self.named(found[-1].base, number)
            if above is None:
                break
            found.append(above)
            number = self.stages.index(above)
        return found


def is_dockerfile(path: PurePosixPath) -> bool:
    """Tell by its name whether a file is one."""
    name = path.name.lower()
    if path.suffix.lower() in _OTHERWISE:
        return False
    return name.split(".", 1)[0] in {"dockerfile", "containerfile"} or name.endswith(
        (".dockerfile", ".containerfile")
    )


def parse(text: str) -> Dockerfile:
    """Read a Dockerfile.

    Raises:
        Unparsable: Docker would refuse it, or it is too long to be judged.
    """
    arguments: list[Instruction] = []
    stages: list[Stage] = []
    defaults: dict[str, str] = {}
    for number, one in enumerate(_instructions(text)):
        if number > _MOST_INSTRUCTIONS:
            raise Unparsable(f"it has more than {_MOST_INSTRUCTIONS:,} instructions", one.line)
        if one.name == "FROM":
            stages.append(_stage(one, defaults, len(stages)))
        elif stages:
            stages[-1].instructions.append(one)
        elif one.name == "ARG":
            arguments.append(one)
            defaults |= {name: value for name, value in one.pairs if value is not None}
        else:
            raise Unparsable(f"{one.name} stands before the first FROM", one.line)
    if not stages:
        raise Unparsable("it has no FROM", 1)
    return Dockerfile(tuple(stages), tuple(arguments))


def _stage(instruction: Instruction, defaults: Mapping[str, str], number: int) -> Stage:
    words = instruction.text.split()
    if not words:
        raise Unparsable("FROM names no image", instruction.line)
    name = words[2].lower() if len(words) > 2 and words[1].lower() == "as" else str(number)  # noqa: PLR2004 - IMAGE AS NAME
    return Stage(replaced(words[0], defaults), name, instruction.line)


def replaced(text: str, values: Mapping[str, str]) -> str | None:
    """Return *text* with its variables replaced; None where one has no value."""
    lost = False

    def value(found: re.Match[str]) -> str:
        nonlocal lost
        name = found[1] or found[4]
        if name is None:
            return found[0]
        known = values.get(name)
        way = found[2] or ""
        if way.endswith("+"):
            return found[3] if known else ""
        if known or (known is not None and way != ":-"):
            return known
        if way:
            return str(found[3])
        lost = True
        return ""

    result = _VARIABLE.sub(value, text)
    return None if lost else result


def _instructions(text: str) -> Iterator[Instruction]:
    lines = text.replace("\r\n", "\n").lstrip("\ufeff").split("\n")
    escape = _escape(lines)
    index = 0
    while index < len(lines):
        start = index
        joined, index = _logical(lines, index, escape)
        if not joined:
            continue
        word, _, rest = joined.partition(" ")
        name = word.upper()
        if name not in _KNOWN:
            raise Unparsable(f"{word[:40]!r} is no instruction", start + 1)
        rest = rest.strip()
        if name == "ONBUILD":
            yield Instruction(name, {}, rest, start + 1)
            continue
        flags, rest = _flags(rest)
        if name in {"RUN", "COPY", "ADD"}:
            bodies, index = _heredocs(rest, lines, index, start)
            rest = "\n".join([rest, *bodies])
        yield Instruction(name, flags, rest, start + 1)


def _escape(lines: list[str]) -> str:
    """Return the character that continues a line; directives stand before everything else."""
    for line in lines:
        directive = _DIRECTIVE.fullmatch(line.strip())
        if directive is None:
            break
        if directive[1].lower() == "escape" and directive[2] in {"\\", "`"}:
            return directive[2]
    return "\\"


def _logical(lines: list[str], index: int, escape: str) -> tuple[str, int]:
    """Return the next line with those that continue it, and where the one behind stands."""
    parts: list[str] = []
    length = 0
    while index < len(lines):
        line = lines[index]
        index += 1
        bare = line.strip()
        if bare.startswith("#") or not bare:
            if parts:  # comments and empty lines between continued lines do not end them
                continue
            return "", index
        length += len(bare)
        if length > _LONGEST:
            raise Unparsable(f"an instruction is longer than {_LONGEST:,} characters", index)
        if not bare.endswith(escape):
            parts.append(bare)
            break
        parts.append(bare[: -len(escape)])
    return " ".join(parts).replace("\t", " "), index


def _flags(text: str) -> tuple[dict[str, str], str]:
    flags: dict[str, str] = {}
    position = 0
    while found := _FLAG.match(text, position):
        flags[found[1]] = " ".join(filter(None, [flags.get(found[1]), found[2] or ""]))
        position = found.end()
    return flags, text[position:]


def _heredocs(text: str, lines: list[str], index: int, start: int) -> tuple[list[str], int]:
    bodies: list[str] = []
    for dash, _, word in _HEREDOC.findall(text):
        while True:
            if index >= len(lines):
                raise Unparsable(f"the text up to {word} has no end", start + 1)
            line = lines[index]
            index += 1
            if (line.lstrip("\t") if dash else line) == word:
                break
            bodies.append(line)
    return bodies, index


def _unquoted(text: str) -> str:
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return text[1:-1]
    return text
