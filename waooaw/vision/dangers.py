"""What a value that came with an event may still do, as a set of bits, and how values combine.

Nothing here knows Python's syntax: a value is followed through a program by putting these together.
"""

from __future__ import annotations

from typing import Final, TypeAlias

__all__ = [
    "BITS",
    "CLEAN",
    "LEXICAL",
    "MIXED",
    "NAME",
    "OBJECT",
    "PART",
    "PATH",
    "PROMPT",
    "RAW",
    "REGEX",
    "SHELL",
    "SQL",
    "SQLISH",
    "TEMPLATE",
    "URL",
    "URLISH",
    "Origin",
    "Value",
    "composed",
    "joined",
    "kept",
    "marked",
]

# What a value can do where it arrives. Cleaning takes bits away.
PATH: Final = 1
#: It chooses the host that is talked to.
URL: Final = 2
#: It chooses some of a URL behind the host.
PART: Final = 4
SQL: Final = 8
SHELL: Final = 16
PROMPT: Final = 32
TEMPLATE: Final = 64
#: It names what is called or imported.
NAME: Final = 128
REGEX: Final = 256
#: As a path it may still hold `..` and links.
LEXICAL: Final = 512
#: What arrives with an event can do all of it.
RAW: Final = 1_023

# What is known of a value besides. Combining adds these bits, and they mean nothing alone.
#: It is a `pathlib` path.
OBJECT: Final = 1_024
#: It stands in one text with instructions to a model.
MIXED: Final = 2_048
#: It stands in one text with words of SQL.
SQLISH: Final = 4_096
#: Its name or its text says that it is a URL.
URLISH: Final = 8_192
_ADDED: Final = OBJECT | MIXED | SQLISH | URLISH

#: As files of rules write them.
BITS: Final = {
    "path": PATH,
    "url": URL,
    "url-part": PART,
    "sql": SQL,
    "shell": SHELL,
    "prompt": PROMPT,
    "template": TEMPLATE,
    "name": NAME,
    "regex": REGEX,
    "object": OBJECT,
    "mixed": MIXED,
    "sqlish": SQLISH,
    "urlish": URLISH,
}

#: What a value came from: the text of an expression that holds a part of an event, or a parameter
#: of a function that is being looked at, by the function's number and the parameter's.
Origin: TypeAlias = str | tuple[int, int]
#: What a value may do, for each of its origins; empty where it came from no event. Never changed.
Value: TypeAlias = dict[Origin, int]

CLEAN: Final[Value] = {}
#: More origins say nothing new in a message, and would make each step slower.
_MOST_ORIGINS: Final = 6


def joined(*values: Value) -> Value:
    """Return what may be any of *values*, or is put together from them."""
    full = [value for value in values if value]
    if not full:
        return CLEAN
    if len(full) == 1:
        return full[0]
    found = dict(full[0])
    for value in full[1:]:
        for origin, bits in value.items():
            if origin in found or len(found) < _MOST_ORIGINS:
                found[origin] = found.get(origin, 0) | bits
            else:
                last = next(iter(found))
                found[last] |= bits
    return found


def kept(value: Value, bits: int) -> Value:
    """Return *value* with no other than *bits*; clean where no danger is left."""
    if not value:
        return CLEAN
    return {origin: had & bits for origin, had in value.items() if had & bits & RAW}


def marked(value: Value, bit: int, *, where: int = RAW) -> Value:
    """Return *value* with *bit* added to each origin that has one of the bits *where*."""
    return {origin: had | bit if had & where else had for origin, had in value.items()}


def composed(value: Value, way: int) -> Value:
    """Return what becomes of *value* on a way that makes *way* of a raw one."""
    return {
        origin: (had & (way | _ADDED)) | (way & _ADDED)
        for origin, had in value.items()
        if had & way & RAW
    }
