"""Which licence a distribution has, and whether it is allowed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waooaw_cli.gates.dependency_settings import ALLOWED_LICENCES
from waooaw_cli.gates.licences import Licence, is_allowed, licence_of

ALLOWED = frozenset(ALLOWED_LICENCES)
OSI = "License :: OSI Approved :: "


@pytest.mark.parametrize(
    ("expression", "text", "classifiers", "found"),
    [
        ("mit", "", (), Licence("MIT", "mit", exact=True)),
        ("MIT OR apache-2.0", "GPL", (), Licence("MIT OR Apache-2.0", "MIT OR apache-2.0", True)),
        ("no such", "MIT", (), Licence(None, "no such", exact=True)),
        ("", "Apache-2.0", (OSI + "MIT License",), Licence("Apache-2.0", "Apache-2.0", exact=True)),
        ("", "Apache 2.0", (), Licence("Apache-2.0", "Apache 2.0")),
        ("", "The MIT License (MIT)", (), Licence("MIT", "The MIT License (MIT)")),
        ("", "GPL3", (), Licence("GPL-3.0-only", "GPL3")),
        ("", "", (OSI + "MIT License",), Licence("MIT", "MIT License")),
        ("", "whatever", (OSI + "ISC License (ISCL)",), Licence("ISC", "ISC License (ISCL)")),
        (
            "",
            "",
            (OSI + "MIT License", OSI + "Apache Software License", "Topic :: Games"),
            Licence("Apache-2.0 AND MIT", "MIT License; Apache Software License"),
        ),
        ("", "", (OSI + "BSD License",), Licence("BSD-2-Clause AND BSD-3-Clause", "BSD License")),
        ("", "see\nthe file", (), Licence(None, "see the file")),
        (
            "",
            "",
            ("License :: Other/Proprietary License",),
            Licence(None, "Other/Proprietary License"),
        ),
        ("", "", (), Licence(None, "")),
        ("", "x" * 5_000, (), Licence(None, "x" * 99 + "…")),
        ("(" * 30 + "MIT" + ")" * 30, "", (), Licence(None, "(" * 30 + "MIT" + ")" * 30, True)),
    ],
)
def test_a_licence_is_read(
    expression: str, text: str, classifiers: tuple[str, ...], found: Licence
) -> None:
    """The expression first, then the old field, then classifiers; nothing is guessed."""
    assert licence_of(expression, text, classifiers) == found


@pytest.mark.parametrize(
    ("expression", "allowed"),
    [
        ("MIT", True),
        ("GPL-3.0-only", False),
        ("MIT OR GPL-3.0-only", True),
        ("GPL-3.0-only OR MIT", True),
        ("MIT AND GPL-3.0-only", False),
        ("GPL-3.0-only AND MIT", False),
        ("MIT AND (GPL-3.0-only OR ISC)", True),
        ("(MIT AND GPL-3.0-only) OR ISC", True),
        ("GPL-3.0-only OR MIT AND ISC", True),
        ("MIT OR ISC AND GPL-3.0-only", True),
        ("GPL-3.0-only OR MIT AND LGPL-3.0-only", False),
        ("Apache-2.0 WITH LLVM-exception", True),
        ("GPL-2.0-only WITH Classpath-exception-2.0", False),
        ("Apache-2.0+", True),
        ("LicenseRef-House", False),
    ],
)
def test_an_expression_is_evaluated(expression: str, allowed: bool) -> None:
    """OR needs one side, AND both; an exception only adds permissions."""
    assert is_allowed(expression, ALLOWED) is allowed


def test_what_is_allowed_as_it_is() -> None:
    """A licence with its exception, or a whole expression, may be listed."""
    listed = frozenset({"GPL-2.0-only WITH Classpath-exception-2.0", "A AND B"})

    assert is_allowed("GPL-2.0-only WITH classpath-exception-2.0", listed)
    assert is_allowed("MIT OR (GPL-2.0-only WITH Classpath-exception-2.0)", listed)
    assert is_allowed("A AND B", listed)
    assert not is_allowed("GPL-2.0-only", listed)


_TREES = st.recursive(
    st.sampled_from(["MIT", "GPL-3.0-only"]),
    lambda inner: st.tuples(inner, st.sampled_from(["AND", "OR"]), inner),
    max_leaves=8,
)


def _written(tree: Any) -> str:
    return tree if isinstance(tree, str) else f"({' '.join(map(_written, tree))})"


def _true(tree: Any) -> bool:
    if isinstance(tree, str):
        return tree == "MIT"
    left, word, right = tree
    return _true(left) and _true(right) if word == "AND" else _true(left) or _true(right)


@given(_TREES)
def test_evaluation_is_that_of_logic(tree: object) -> None:
    """However deep, an expression is worth what its parts are."""
    assert is_allowed(_written(tree), frozenset({"MIT"})) is _true(tree)
