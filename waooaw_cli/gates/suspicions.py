"""What ruff's rules against holes (S) say of a package, less what rules of our own say better."""

from __future__ import annotations

import ast
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
_HARMLESS = frozenset({"int", "float", "len", "abs", "round", "sum", "min", "max", "bool"})
_DEEPEST = 5


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
    """Tell whether a statement is put together from constants, numbers and placeholders only."""
    if remark.path is None or remark.path not in texts:
        return False
    try:
        tree = ast.parse(texts[remark.path])
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    given: dict[str, list[ast.expr]] = {}
    places: list[ast.expr] = []
    place = (remark.line, remark.column)
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                given.setdefault(name, []).append(value)
            case ast.AugAssign(target=ast.Name(id=name)) | ast.arg(arg=name):
                given.setdefault(name, []).append(ast.Name(name, ast.Load()))
        if isinstance(node, ast.expr) and (node.lineno, node.col_offset + 1) == place:
            places.append(node)
    parts = [part for one in places for part in _parts(one)]
    return bool(parts) and all(_is_harmless(part, given) for part in parts)


def _parts(expression: ast.expr) -> list[ast.expr]:
    """Return what is put into a text."""
    match expression:
        case ast.JoinedStr(values=values):
            return [one.value for one in values if isinstance(one, ast.FormattedValue)]
        case ast.BinOp(op=ast.Mod(), right=ast.Tuple(elts=elements)):
            return list(elements)
        case ast.BinOp(op=ast.Mod(), right=right):
            return [right]
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            return [left, right]
        case ast.Call(func=ast.Attribute(attr="format"), args=arguments, keywords=keywords):
            return [*arguments, *(one.value for one in keywords)]
        case _:
            return []


def _is_harmless(expression: ast.expr, given: Mapping[str, list[ast.expr]], depth: int = 0) -> bool:
    if depth > _DEEPEST:
        return False
    match expression:
        case ast.Constant():
            return True
        case ast.Name(id=name) | ast.Attribute(attr=name) if name.isupper():
            return True
        case ast.Name(id=name):
            values = given.get(name, [])
            return bool(values) and all(_is_harmless(one, given, depth + 1) for one in values)
        case ast.Call(func=ast.Name(id=name)):
            return name in _HARMLESS
        case ast.Call(
            func=ast.Attribute(value=ast.Constant(), attr="join"),
            args=[ast.GeneratorExp(elt=each) | ast.ListComp(elt=each)],
        ):
            return _is_harmless(each, given, depth + 1)
        case ast.Call(
            func=ast.Attribute(value=ast.Constant(), attr="join"),
            args=[ast.BinOp(left=ast.List(elts=[each]), op=ast.Mult())],
        ):
            return _is_harmless(each, given, depth + 1)
        case ast.BinOp() | ast.JoinedStr():
            parts = _parts(expression)
            return bool(parts) and all(_is_harmless(one, given, depth + 1) for one in parts)
        case _:
            return False
