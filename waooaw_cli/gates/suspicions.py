"""What ruff's rules against holes (S) say of a package, less what rules of our own say better."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath

from waooaw_cli.gates.judged import remarked
from waooaw_cli.gates.ports import Remark
from waooaw_cli.gates.report import Finding, Severity
from waooaw_cli.gates.rule import RuleDoc

__all__ = ["FAMILY", "PREFIX", "suspected"]

#: What stands before ruff's own name of a rule: `SEC-S324`.
PREFIX = "SEC-"

FAMILY = RuleDoc(
    id="SEC",
    title="Ruff's rules against holes (S) have nothing to say. SEC-S324 is ruff's S324, and so on.",
    why=(
        "Weak hashes, files that everybody may write and bindings to every network are written in"
        " good faith; these rules run whatever the package's own linter settings select."
    ),
    fix="Do what `ruff rule S324` says; a comment `# noqa` does not count here, a waiver does.",
    bad="import hashlib\n\nname = hashlib.md5(body).hexdigest()",
    good="import hashlib\n\nname = hashlib.sha256(body).hexdigest()",
    waivable=True,
)

# Left to rules that know where a value comes from, or that object to every use of a module:
# imports (S4), names of variables (S105 to S107: SEC-020), swallowed failures (VIS-C110), time-outs
# (VIS-C111), archives (SEC-011), URLs (SEC-041), random (SEC-013), lists of arguments (SEC-043).
_LEFT_OUT = re.compile(r"S(4\d\d|10[567]|11[023]|202|31[01]|320|60[3467])")
#: A test asserts, listens and writes where it likes.
_OF_TESTS = frozenset({"S101", "S104", "S108"})
_ADVICE = frozenset({"S101"})
_SQL = "S608"
_FIELD = re.compile(r"\{([^{}]{1,200})\}")
_CONSTANT = re.compile(r"[A-Z][A-Z0-9_.]*")
_MARKS = re.compile(
    r"^\s*(\w{1,60})\s*=\s*[\"'][,\s]{1,3}[\"']\.join\(\s*[\[(]?\s*[\"'][?%:$\w]{1,4}[\"']",
    re.MULTILINE,
)
_LONGEST_STATEMENT = 12


def suspected(
    remarks: tuple[Remark, ...],
    texts: Mapping[PurePosixPath, str],
    ours: frozenset[tuple[PurePosixPath | None, int | None]],
) -> Iterator[Finding]:
    """Yield what ruff's remarks add.

    Args:
        remarks: Of its rules S, on one package.
        texts: The package's files.
        ours: Where rules of our own object already.
    """
    for remark in remarks:
        if not re.fullmatch(r"S\d{3,4}", remark.code) or _LEFT_OUT.fullmatch(remark.code):
            continue  # what is no Python, or can't be read, SEC-010 and SEC-022 say
        path = remark.path
        if path is not None and path.parts[:1] == ("tests",) and remark.code in _OF_TESTS:
            continue
        if (path, remark.line) in ours or (remark.code == _SQL and _is_constant(remark, texts)):
            continue
        found = remarked(remark, PREFIX)
        yield replace(found, severity=Severity.WARNING) if remark.code in _ADVICE else found


def _is_constant(remark: Remark, texts: Mapping[PurePosixPath, str]) -> bool:
    """Tell whether a statement is put together from constants and placeholders only."""
    if remark.path is None or remark.line is None:
        return False
    text = texts.get(remark.path, "")
    lines = text.splitlines()[remark.line - 1 : remark.line - 1 + _LONGEST_STATEMENT]
    statement = lines[0] if lines else ""
    if not re.search(r"[\"']\s*\)?[,)]*\s*$", statement):
        statement = "\n".join(lines)
    names = _FIELD.findall(statement)
    marks = {found[1] for found in _MARKS.finditer(text)}
    return bool(names) and all(_CONSTANT.fullmatch(one) or one in marks for one in names)
