"""Judge Python source by rules: each file is read once, each node is looked up in an index."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import PurePosixPath

from waooaw.spec import AgentSpec
from waooaw.vision.code_detectors import detected
from waooaw.vision.following import followed
from waooaw.vision.judged_file import JudgedFile
from waooaw.vision.parsing import Unreadable
from waooaw.vision.pattern_index import index_of
from waooaw.vision.reader import read_source
from waooaw.vision.reading import Reading
from waooaw.vision.rules import Rule
from waooaw.vision.surroundings import surroundings
from waooaw.vision.violations import Violation

__all__ = ["judge_code"]


def judge_code(
    files: Mapping[PurePosixPath, str], rules: tuple[Rule, ...], spec: AgentSpec | None = None
) -> tuple[Violation, ...]:
    """Judge the Python files of one package together.

    What can't be read as Python is a violation of the rules that look for it, never an error.

    Args:
        files: Path relative to the package, and text.
        rules: The rules; those that do not judge code are passed over.
        spec: The package's specification; some rules look at it too.

    Returns:
        The violations, by file and place.
    """
    with _uncollected():
        found = _found(files, rules, spec)
    # Two patterns of a rule may fit one place; the longer name says more.
    places: dict[tuple[object, ...], Violation] = {}
    for one in found:
        place = (one.rule, one.path, one.line, one.column)
        if place not in places or len(one.message) > len(places[place].message):
            places[place] = one
    return tuple(sorted(places.values(), key=_place))


@contextmanager
def _uncollected() -> Iterator[None]:
    """Look for no circles meanwhile.

    Syntax trees are ten objects a line, and all of them live to the end: to look through them again
    and again would make a large package take more time a line than a small one.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _found(
    files: Mapping[PurePosixPath, str], rules: tuple[Rule, ...], spec: AgentSpec | None
) -> list[Violation]:
    index = index_of(rules)
    findings: list[Violation] = []
    readings: dict[PurePosixPath, Reading] = {}
    for path, text in files.items():
        try:
            readings[path] = read_source(path, text)
        except Unreadable as error:
            findings += index.unreadable(path, error)
    around = surroundings(tuple(readings.values()))
    for path, reading in readings.items():
        findings += JudgedFile(path, reading, index, around).violations()
    flowing, lost = followed(readings, rules, around.families)
    findings += flowing
    findings += detected(readings, files, rules, spec)
    for path in lost:
        findings += index.unreadable(path, Unreadable("it is nested too deeply to be followed"))
    return findings


def _place(one: Violation) -> tuple[str, int, int, str, str]:
    return (str(one.path), one.line or 0, one.column or 0, one.rule, one.message)
