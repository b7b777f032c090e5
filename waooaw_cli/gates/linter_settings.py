"""What a package tells the linter about itself: nothing there may keep it from finding mistakes."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from waooaw_cli.gates.ports import ToolFault

__all__ = ["Hole", "elsewhere", "holes", "refusal"]

_FILE = "pyproject.toml"
# Names that don't exist, definitions that replace others, formats and comparisons that can't be
# meant: what `F` (pyflakes) is there for. Source: ruff's table of rules, 0.17.
_MISTAKES = (
    *("F401", "F402", "F404", "F406", "F407", "F501", "F502", "F503", "F504", "F505", "F506"),
    *("F507", "F508", "F509", "F521", "F522", "F523", "F524", "F525", "F541", "F601", "F602"),
    *("F621", "F622", "F631", "F632", "F633", "F634", "F701", "F702", "F704", "F706", "F707"),
    *("F722", "F811", "F821", "F822", "F823", "F841", "F842", "F901"),
)
_EVERYTHING = "ALL"
_ONE_RULE = re.compile(r"[A-Z]+\d{3,}")
# Where ruff says that it can't start with the settings, in its own words.
_REFUSED = re.compile(r"Failed to load (extended )?configuration|Unknown rule selector|pyproject")
_COUNTED = re.compile(r"at line (\d+)")
_NAMED = re.compile(r"`([^`/\\\n]+)`")


@dataclass(frozen=True, slots=True)
class Hole:
    """Name one setting, and where it stands in `pyproject.toml`.

    Attributes:
        said: The setting with its value, as a person would find it.
        line: 1-based; None where it can't be found.
    """

    said: str
    line: int | None


def holes(root: Path) -> Iterator[Hole]:
    """Yield the settings of the package in *root* that switch off rules which find mistakes.

    One rule by its whole name may be switched off, a family may not.
    """
    text, ruff = _ruff(root)
    lint = _table(ruff, "lint")
    # Older packages have the same settings one level above.
    for table in (ruff, lint):
        chosen = _names(table.get("select"))
        more = (*_names(table.get("extend-select")), *_names(lint.get("extend-select")))
        if isinstance(table.get("select"), list) and (left := _left_out((*chosen, *more))):
            yield Hole(f"select leaves out {left}", _line(text, "select"))
        for name in ("ignore", "extend-ignore"):
            for family in _families(table.get(name)):
                yield Hole(f"{name} = [{family!r}]", _line(text, name))
        for name in ("per-file-ignores", "extend-per-file-ignores"):
            for pattern, rules in _table(table, name).items():
                for family in _families(rules):
                    yield Hole(f"{name} of {pattern!r} = [{family!r}]", _line(text, pattern))


def elsewhere(root: Path) -> Hole | None:
    """Return the setting that takes others from another file, where there is one."""
    text, ruff = _ruff(root)
    return Hole(f"extend = {ruff['extend']!r}", _line(text, "extend")) if "extend" in ruff else None


def refusal(fault: ToolFault, root: Path) -> Hole | None:
    """Return what ruff does not accept of the settings, where that is why it gave up."""
    words = fault.last_words
    if not _REFUSED.search(words) or not (root / _FILE).is_file():
        return None
    text = (root / _FILE).read_text(encoding="utf-8", errors="replace")
    lines = [line.strip().removeprefix("Cause: ") for line in words.splitlines() if line.strip()]
    said = next((line for line in lines if line.startswith("Unknown rule")), lines[-1])
    said = said.partition(" from `")[0]
    counted, named = _COUNTED.search(words), _NAMED.search(said)
    line = _line(text, named[1]) if named else None
    return Hole(said, line or (int(counted[1]) if counted else None))


def _ruff(root: Path) -> tuple[str, Mapping[str, Any]]:
    """Return the text of the package's settings, and what they say to ruff."""
    try:
        text = (root / _FILE).read_text(encoding="utf-8")
        data = tomllib.loads(text)
    except (OSError, ValueError, RecursionError):  # the gate spec says so
        return "", {}
    return text, _table(_table(data, "tool"), "ruff")


def _table(table: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = table.get(name)
    return found if isinstance(found, Mapping) else {}


def _names(value: object) -> tuple[str, ...]:
    return tuple(str(one) for one in value) if isinstance(value, list) else ()


def _left_out(chosen: Sequence[str]) -> str | None:
    """Return the first of the rules that is not chosen, by itself or by its family."""
    begin = tuple(one for one in chosen if one)
    if _EVERYTHING in begin:
        return None
    return next((rule for rule in _MISTAKES if not rule.startswith(begin)), None)


def _families(value: object) -> Iterator[str]:
    """Yield what stands for more than one rule and takes rules that find mistakes with it."""
    for one in _names(value):
        whole = one == _EVERYTHING or any(rule.startswith(one) for rule in _MISTAKES)
        if one and whole and not _ONE_RULE.fullmatch(one):
            yield one


def _line(text: str, part: str) -> int | None:
    """Return the first line that holds *part* where a setting begins; tomllib keeps no places."""
    found = re.search(rf"(?<![\w-]){re.escape(part)}(?![\w-])", text)
    return text.count("\n", 0, found.start()) + 1 if found else None
