"""Write plain data as YAML that every reader takes for the same data.

PyYAML reads YAML 1.1, editors and our own reader read 1.2, and the two disagree about `no`, `1e3`,
`0o17`, `12:30` and more. A scalar is therefore left bare only where no reader could take it for
anything but a string; everything else stands in quotes. Sources: YAML 1.1 and YAML 1.2.2.
"""

from __future__ import annotations

import re

from waooaw.documents import Json

__all__ = ["yaml_lines"]

_BARE = re.compile(r"[A-Za-z][A-Za-z0-9_./()'@+<>=-]*(,? [A-Za-z0-9_./()'@+<>=-]+)*,?")
#: What some reader takes for a boolean or for null.
_WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "y", "n", "null"})

#: Control and format characters, private line breaks, byte order marks, halves of surrogate pairs:
#: what a reader refuses, breaks lines at, or a person can't see. A fixed list, since Python's own
#: idea of "printable" changes with its version and the same answers have to give the same bytes.
_ESCAPED = re.compile(
    "[\x00-\x1f\x7f-\xa0\xad\u061c\u180e\u200b-\u200f\u2028-\u202f\u205f-\u206f\ud800-\udfff"
    "\ufeff\ufff0-\ufffb\ufffe\uffff\U000e0000-\U000e0fff]"
)
_SHORT = {"\t": "\\t", "\n": "\\n", "\r": "\\r"}

#: A key longer than this is written in the explicit form: readers stop looking for its colon.
_LONGEST_KEY = 120


def yaml_lines(value: Json) -> list[str]:
    """Return *value* in block style, without line ends.

    Mappings keep their order. `documents.parse` and PyYAML's safe loader both read the same data
    from the lines.
    """
    match value:
        case dict() if value:
            return [line for key, item in value.items() for line in _entry(str(key), item)]
        case list() if value:
            return [line for item in value for line in _nested("- ", yaml_lines(item))]
        case str() if _reads_well_as_block(value):
            return ["|-", *_indented(value.split("\n"))]
        case str():
            return [_string(value)]
        case _:
            return [_scalar(value)]


def _entry(key: str, item: Json) -> list[str]:
    name = _string(key)
    lines = yaml_lines(item)
    if len(name) > _LONGEST_KEY:
        return [f"? {name}", *_nested(": ", lines)]
    if isinstance(item, dict | list) and item:
        return [f"{name}:", *_indented(lines)]
    return [f"{name}: {lines[0]}", *lines[1:]]


def _nested(mark: str, lines: list[str]) -> list[str]:
    return [mark + lines[0], *_indented(lines[1:])]


def _indented(lines: list[str]) -> list[str]:
    return [f"  {line}" if line else "" for line in lines]


def _reads_well_as_block(text: str) -> bool:
    if "\n" not in text or text[0] in " \n" or text[-1] == "\n":
        return False
    lines = text.split("\n")
    return not any(line.endswith(" ") or _ESCAPED.search(line) for line in lines)


def _string(text: str) -> str:
    if _BARE.fullmatch(text) and text.lower() not in _WORDS:
        return text
    if not _ESCAPED.search(text) and ('"' in text or "\\" in text):
        return "'" + text.replace("'", "''") + "'"
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + _ESCAPED.sub(lambda found: _escape(found[0]), escaped) + '"'


def _escape(character: str) -> str:
    number = ord(character)
    if character in _SHORT:
        return _SHORT[character]
    if number <= 0xFF:  # noqa: PLR2004 - the form with two digits ends here
        return f"\\x{number:02X}"
    return f"\\u{number:04X}" if number <= 0xFFFF else f"\\U{number:08X}"  # noqa: PLR2004 - as above


def _scalar(value: Json) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case dict():
            return "{}"
        case list():
            return "[]"
        case float():
            digits = repr(value)
            # YAML 1.1 takes `1e-07` for a string: a number has a point there.
            return digits if "." in digits else digits.replace("e", ".0e")
        case _:
            return str(value)
