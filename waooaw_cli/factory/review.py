"""Review a change: what the vision objects to in it that it did not object to before."""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from waooaw.documents import Document, FieldPath
from waooaw.spec import AgentSpec
from waooaw.vision import Rule, Worsening, judge_change
from waooaw_cli.factory.changed import (
    Change,
    Edited,
    Moved,
    Objects,
    below,
    moves,
    version_after,
    version_before,
)
from waooaw_cli.factory.reviews import AgentReview, Remark, Review, Side, State
from waooaw_cli.factory.suggesting import mended, restored
from waooaw_cli.gates.contents import MAX_FILE_BYTES
from waooaw_cli.gates.fingerprints import fingerprinted_by, lines_of
from waooaw_cli.gates.report import Finding, Severity
from waooaw_cli.gates.versions import SPECIFICATION, Version, judged

__all__ = ["Judge", "reviewed"]

#: Judges one version of an agent; what could not be judged is a finding too.
Judge = Callable[[Version], tuple[Finding, ...]]

#: What says that something could not be judged.
_BLIND = frozenset({"VIS-C000", "VIS-C100"})
#: How findings on a specification begin, where the field is no item of a list.
_FIELD = re.compile(r"[a-z_]+(?:\.[a-z_]+)*: ")
_LENGTH = 32
_LONGEST_NAME = 200


class _Prefetched:
    """Answer the port `Objects` with what one call has brought for all agents."""

    def __init__(self, change: Change, objects: Objects, paths: Iterable[PurePosixPath]) -> None:
        self._objects = objects
        blobs = (change.former[path] for path in paths)
        names = [one.name for one in blobs if one.size <= MAX_FILE_BYTES and not one.is_submodule]
        self._read = dict(objects.contents(change, names))

    def contents(self, change: Change, names: Sequence[str]) -> Mapping[str, bytes]:
        missing = [name for name in names if name not in self._read]
        self._read.update(self._objects.contents(change, missing))
        return self._read

    def edited(self, change: Change, old: PurePosixPath, new: PurePosixPath) -> Edited:
        return self._objects.edited(change, old, new)


def reviewed(
    change: Change,
    objects: Objects,
    *,
    within: Sequence[PurePosixPath] = (),
    judges: Callable[[PurePosixPath], Judge] = lambda _: judged,
    rules: Callable[[PurePosixPath], tuple[Rule, ...]] = lambda _: (),
) -> Review:
    """Judge what a change brought.

    Args:
        change: What differs.
        objects: Where the version before comes from.
        within: Folders or files, relative to the repository; none for all of it.
        judges: Returns what judges both versions of the agent in a folder.
        rules: Returns the rules of policies on changes of that agent.
    """
    agents = []
    every = moves(change, objects)
    former = below(change.former, {one.before for one in every if one.before is not None})
    places = {root for one in every for root in (one.before, one.after) if root is not None}
    changed = below(change.changed, places)
    wanted = (path for root, paths in former.items() if changed[root] for path in paths)
    objects = _Prefetched(change, objects, wanted)
    for moved in every:
        roots = [root for root in (moved.before, moved.after) if root is not None]
        if not within or any(_touches(root, place) for root in roots for place in within):
            if moved.after is None:
                agents.append(AgentReview(roots[0].name, roots[0], State.REMOVED))
            elif any(changed[root] for root in roots):
                earlier = former.get(roots[0], []) if moved.before is not None else []
                judging = (judges(moved.after), rules(moved.after))
                agents.append(_reviewed(change, objects, moved, moved.after, earlier, *judging))
    notes = tuple(
        f"the submodule {path} is another commit now; review it in its own repository"
        for path in change.submodules()
        if not within or any(_touches(path, place) for place in within)
    )
    return Review(change.base, change.base_name, change.head, tuple(agents), notes)


def _touches(root: PurePosixPath, place: PurePosixPath) -> bool:
    return root.is_relative_to(place) or place.is_relative_to(root)


def _reviewed(
    change: Change,
    objects: Objects,
    moved: Moved,
    new: PurePosixPath,
    earlier: Sequence[PurePosixPath],
    judge: Judge,
    rules: tuple[Rule, ...],
) -> AgentReview:
    """Return what is said of an agent of which something changed."""
    old = moved.before
    after = version_after(change, new)
    # Judged as a new agent, all that is wrong with it is this change's.
    before = version_before(change, old, earlier, objects) if old is not None else Version(b"")
    state = State.NEW if old is None else State.CHANGED if old == new else State.MOVED
    names = _names(change, moved, before, after)
    found = tuple(_brought(change, objects, moved, before, after, names, judge))
    read_before = before.read() if old is not None else None
    read_after = after.read()
    notes: tuple[str, ...] = ()
    if old is not None and read_before is None:
        notes = ("its specification could not be read in the base: nothing says what is worse",)
    worse: tuple[Remark, ...] = ()
    if old is not None and read_before is not None and read_after is not None:
        worse = tuple(_worse(moved, after, read_before, read_after, rules))
    agent = read_after[1].name if read_after is not None else new.name
    if read_after is not None:
        found = tuple(_suggesting(one, after, read_after[1]) for one in found)
    remarks = sorted((*found, *worse), key=_place)
    return AgentReview(agent[:_LONGEST_NAME], new, state, tuple(remarks), notes)


def _suggesting(remark: Remark, version: Version, spec: AgentSpec) -> Remark:
    """Return *remark* with the line as it has to be, where the rule's own mend is that line."""
    if remark.file.name != SPECIFICATION.name or not remark.objects:
        return remark
    suggestion = mended(version.specification, spec, remark.line, remark.rule)
    return replace(remark, suggestion=suggestion)


def _place(remark: Remark) -> tuple[str, int, int, str, str]:
    place = (str(remark.file), remark.line or 0, remark.column or 0)
    return (*place, remark.rule, remark.message)


def _names(
    change: Change, moved: Moved, before: Version, after: Version
) -> dict[PurePosixPath, PurePosixPath]:
    """Return what each file of the version before is called now, relative to the agent."""
    old, new = moved.before, moved.after
    if old is None or new is None:
        return {}
    names = {
        earlier.relative_to(old): later.relative_to(new)
        for later, earlier in change.renamed.items()
        if earlier.is_relative_to(old) and later.is_relative_to(new)
    }
    # What git was not told of is the same file where its text is the same.
    taken = set(names.values())
    fresh = {
        text: path
        for path, text in after.sources.items()
        if path not in before.sources and path not in taken
    }
    for path, text in before.sources.items():
        if path not in after.sources and path not in names and text in fresh:
            names[path] = fresh.pop(text)
    return names


def _brought(
    change: Change,
    objects: Objects,
    moved: Moved,
    before: Version,
    after: Version,
    names: dict[PurePosixPath, PurePosixPath],
    judge: Judge,
) -> Iterator[Remark]:
    """Yield the findings that there are more of than before, at the lines that came."""
    root = moved.after or PurePosixPath()
    earlier = {now: path for path, now in names.items()}
    known = _by_key(judge(before) if moved.before is not None else (), before, names)
    for key, group in _by_key(judge(after), after, {}).items():
        path = group[0].path or SPECIFICATION
        more = len(group) - len(known.get(key, ()))
        if group[0].rule in _BLIND and root / path in change.changed:
            more = len(group)  # nobody can tell what the change did to it
        if more <= 0:
            continue
        chosen = group
        if more < len(group):
            old = (moved.before or root) / earlier.get(path, path)
            chosen = _came(group, objects.edited(change, old, root / path))[:more]
        # The numbers of equal ones: those that were there keep the first.
        for place, one in zip(chosen, group[-more:], strict=True):
            told = _hashed(str(root), one.fingerprint)
            yield Remark(
                place.rule,
                place.severity,
                place.message,
                root / path,
                Side.AFTER,
                place.line,
                place.column,
                place.fix,
                told,
            )


def _came(group: Sequence[Finding], edited: Edited) -> list[Finding]:
    """Return equal findings with those first whose line came with the change."""
    return sorted(group, key=lambda one: not edited.adds(one.line))


def _by_key(
    findings: Sequence[Finding], version: Version, names: dict[PurePosixPath, PurePosixPath]
) -> dict[tuple[str, str, str, str], list[Finding]]:
    """Return findings by rule, weight, file and line or field, equal ones in the order of lines."""
    lines: dict[PurePosixPath, list[str]] = {}

    def read(path: PurePosixPath) -> list[str]:
        if path not in lines:
            text = version.text(path).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
            lines[path] = lines_of(text)
        return lines[path]

    found: dict[tuple[str, str, str, str], list[Finding]] = defaultdict(list)
    named = fingerprinted_by(findings, read)
    for one in sorted(named, key=lambda one: (one.line or 0, one.column or 0)):
        path = one.path or SPECIFICATION
        text = read(path) if one.line else []
        line = text[one.line - 1].strip() if one.line and one.line <= len(text) else ""
        # A field that there is once is the same whatever else its line holds, and what it holds.
        if path == SPECIFICATION and (field := _FIELD.match(one.message)) is not None:
            line = field[0]
        found[one.rule, one.severity, str(names.get(path, path)), line].append(one)
    return found


def _worse(
    moved: Moved,
    after: Version,
    read_before: tuple[Document, AgentSpec],
    read_after: tuple[Document, AgentSpec],
    rules: tuple[Rule, ...],
) -> Iterator[Remark]:
    """Yield what the specification has less of than before."""
    was, now = read_before[0], read_after[0]
    plain_before, plain_after = read_before[1].plain(), read_after[1].plain()
    old, new = moved.before or PurePosixPath(), moved.after or PurePosixPath()
    for one in judge_change(read_before[1], read_after[1], more=rules):
        removed = one.after not in now.positions and one.before in was.positions
        removed = removed or len(one.after) < len(one.before)
        side = Side.BEFORE if removed else Side.AFTER
        document, path = (was, one.before) if removed else (now, one.after)
        line, column = document.position(path)
        values = (_value(plain_before, one.before), _value(plain_after, one.after))
        yield Remark(
            one.rule,
            Severity(one.severity.value),
            one.message,
            (old if removed else new) / SPECIFICATION,
            side,
            line,
            column,
            one.fix,
            _fingerprint(new, one, values),
            None if removed else restored(after.specification, line, one.after, values[0]),
            approvable=True,
        )


def _fingerprint(root: PurePosixPath, one: Worsening, values: tuple[Any, Any]) -> str:
    """Return a name that is another as soon as more is taken away than somebody approved."""
    was, now = values
    told = [one.rule, one.subject, was, None if isinstance(now, list) else now]
    return _hashed(str(root), json.dumps(told, sort_keys=True))


def _hashed(*parts: str) -> str:
    text = "\0".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.sha256(text).hexdigest()[:_LENGTH]


def _value(plain: Any, path: FieldPath) -> Any:  # noqa: ANN401 - plain JSON
    for part in path:
        if isinstance(plain, dict) and part not in plain:
            return None  # an optional field that is not there
        plain = plain[part]
    return plain
