"""Change single fields of `agent.yaml` and leave every other byte, comment and order as it is."""

from __future__ import annotations

import copy
import json
from collections.abc import Sequence
from dataclasses import dataclass

import yaml

from waooaw import documents
from waooaw.documents import FieldPath, Json
from waooaw.errors import InputError
from waooaw_cli.factory.yaml_text import yaml_lines

__all__ = ["CannotEdit", "Edit", "edited"]


class CannotEdit(Exception):
    """Say that a change can't be made in a file as it is written."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Say what becomes of one field.

    Attributes:
        path: The field, from the top; a list's entry for `remove`.
        do: `set`, `add` (an entry at the end of the list) or `remove`.
        value: What it is set to, or what is added: a text, a number or a boolean.
    """

    path: FieldPath
    do: str
    value: Json = None


def edited(content: bytes, edits: Sequence[Edit]) -> bytes:
    """Return *content* with *edits*, one after the other.

    Raises:
        CannotEdit: One of them can't be made without touching something else.
    """
    for edit in edits:
        before = documents.parse(content, source="agent.yaml").data
        wanted = _done(copy.deepcopy(before), edit)
        if wanted == before:
            continue
        content = _Text(content).with_edit(edit)
        try:
            after = documents.parse(content, source="agent.yaml").data
        except InputError as error:
            raise CannotEdit(error.message) from error
        if after != wanted:
            raise CannotEdit(f"{documents.field_name(edit.path)} is written in a way of its own")
    return content


def _done(data: Json, edit: Edit) -> Json:
    """Make the change in plain data."""
    *above, last = edit.path
    place = data
    for part in above:
        if isinstance(place, dict) and place.get(part) is None:
            place[part] = {}
        place = place[part]
    match edit.do:
        case "set":
            place[last] = edit.value
        case "add":
            entries = place.get(last) or []
            place[last] = entries if edit.value in entries else [*entries, edit.value]
        case _:
            del place[last]
    return data


class _Text:
    """Hold a file's text with where its parts stand."""

    def __init__(self, content: bytes) -> None:
        self._mark = b"\xef\xbb\xbf" if content.startswith(b"\xef\xbb\xbf") else b""
        self._text = content.decode("utf-8-sig")
        self._end = "\r\n" if "\r\n" in self._text else "\n"
        root = yaml.compose(self._text, Loader=yaml.SafeLoader)
        if root is None:
            raise CannotEdit("the file is empty")
        self._root: yaml.Node = root

    def with_edit(self, edit: Edit) -> bytes:
        node, depth = self._root, 0
        for part in edit.path:
            below = _below(node, part)
            if below is None or (_is_null(below) and depth < len(edit.path) - 1):
                break
            node, depth = below, depth + 1
        left = edit.path[depth:]
        if edit.do == "remove":
            text = self._removed(edit.path)
        elif left:
            value = [edit.value] if edit.do == "add" else edit.value
            text = self._with_key(node, left, value)
        elif edit.do == "add":
            text = self._with_entry(node, edit.value)
        else:
            text = self._replaced(node, _flow(edit.value))
        return self._mark + text.encode()

    def _replaced(self, node: yaml.Node, new: str) -> str:
        if not isinstance(node, yaml.ScalarNode) and not _is_null(node):
            raise CannotEdit("a list or a mapping stands there")
        start, end = node.start_mark.index, node.end_mark.index
        if isinstance(node, yaml.ScalarNode) and node.style in {"|", ">"}:
            new += self._end
        elif start == end:
            new = f" {new}"
        return self._text[:start] + new + self._text[end:]

    def _with_key(self, node: yaml.Node, left: FieldPath, value: Json) -> str:
        """Put a field that is not there yet at the end of the mapping *node*."""
        name, *below = left
        for part in reversed(below):
            value = {str(part): value}
        entry = f"{name}: {_flow(value)}"
        pair = _pair(node, str(name))
        if pair is not None:  # it is there and holds nothing
            return self._replaced(pair, _flow(value))
        if not isinstance(node, yaml.MappingNode):
            raise CannotEdit("no mapping stands there")
        if node.flow_style:
            return self._before_close(node, entry)
        return self._line_after(node, f"{' ' * node.start_mark.column}{entry}")

    def _with_entry(self, node: yaml.Node, value: Json) -> str:
        if _is_null(node):
            return self._replaced(node, f"[{_flow(value)}]")
        if not isinstance(node, yaml.SequenceNode):
            raise CannotEdit("no list stands there")
        if node.flow_style:
            return self._before_close(node, _flow(value))
        return self._line_after(node, f"{' ' * node.start_mark.column}- {_flow(value)}")

    def _before_close(self, node: yaml.CollectionNode, entry: str) -> str:
        end = node.end_mark.index - 1
        inside = self._text[:end].rstrip() if node.value else self._text[:end]
        if node.value:
            entry = f" {entry}" if inside.endswith(",") else f", {entry}"
        return inside + entry + self._text[end:]

    def _line_after(self, node: yaml.Node, line: str) -> str:
        """Put a line behind the last one of *node*; comments below it stay below."""
        at = self._text.find("\n", max(_last(node) - 1, 0))
        if at < 0:
            return f"{self._text}{self._end}{line}"
        return f"{self._text[: at + 1]}{line}{self._end}{self._text[at + 1 :]}"

    def _removed(self, path: FieldPath) -> str:
        above = self._root
        for part in path[:-1]:
            found = _below(above, part)
            if found is None:
                raise CannotEdit("nothing stands there")
            above = found
        index = path[-1]
        if not (isinstance(above, yaml.SequenceNode) and isinstance(index, int)):
            raise CannotEdit("no list stands there")
        node = above.value[index]
        if above.flow_style:
            return self._without_flow_entry(above, index)
        start = self._text.rfind("\n", 0, node.start_mark.index) + 1
        stop = self._text.find("\n", max(_last(node) - 1, 0)) + 1 or len(self._text)
        if len(above.value) > 1:
            return self._text[:start] + self._text[stop:]
        colon = self._text.rfind(":", 0, start) + 1
        return self._text[:colon] + " []" + self._text[colon:start] + self._text[stop:]

    def _without_flow_entry(self, above: yaml.SequenceNode, index: int) -> str:
        entries = above.value
        if index + 1 < len(entries):
            start, stop = entries[index].start_mark.index, entries[index + 1].start_mark.index
        elif index:
            start, stop = entries[index - 1].end_mark.index, entries[index].end_mark.index
        else:
            start, stop = above.start_mark.index + 1, above.end_mark.index - 1
        return self._text[:start] + self._text[stop:]


def _below(node: yaml.Node, part: str | int) -> yaml.Node | None:
    if isinstance(part, int):
        entries = node.value if isinstance(node, yaml.SequenceNode) else []
        return entries[part] if part < len(entries) else None
    return _pair(node, part)


def _pair(node: yaml.Node, name: str) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value == name:
                return value  # type: ignore[no-any-return]  # PyYAML's values are any node
    return None


def _is_null(node: yaml.Node) -> bool:
    return (
        isinstance(node, yaml.ScalarNode)
        and node.style is None
        and node.value in {"", "~", "null", "Null", "NULL"}
    )


def _last(node: yaml.Node) -> int:
    """Return where the last thing of *node* ends; a block ends only where the next thing begins."""
    while isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    return int(node.end_mark.index)


def _flow(value: Json) -> str:
    """Return *value* in one line that every reader takes for it."""
    if isinstance(value, list):
        return f"[{', '.join(_flow(one) for one in value)}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, str):
        (line, *more) = yaml_lines(value)
        plain = not more and not set(line) & set(",[]{}")
        return line if plain else json.dumps(value, ensure_ascii=False)
    return yaml_lines(value)[0]
