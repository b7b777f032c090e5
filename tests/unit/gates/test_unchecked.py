from __future__ import annotations

import pytest

from waooaw_cli.gates.unchecked import unchecked

_HIDDEN = "what only runs where TYPE_CHECKING is false"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("@no_type_check\ndef f(): ...\n", [(1, "@no_type_check")]),
        ("@typing.no_type_check\nclass A: ...\n", [(1, "@no_type_check")]),
        (
            "from typing import no_type_check as quick\n\n@quick\nasync def f(): ...\n",
            [(3, "@no_type_check")],
        ),
        ("if not TYPE_CHECKING:\n    x: int = ''\n", [(1, _HIDDEN)]),
        ("if not typing.TYPE_CHECKING:\n    def f(): ...\n", [(1, _HIDDEN)]),
        ("if TYPE_CHECKING:\n    import a\nelse:\n    class A: ...\n", [(1, _HIDDEN)]),
    ],
)
def test_code_that_is_kept_from_the_checker(text: str, found: list[tuple[int, str]]) -> None:
    """A decorator, and code that runs only where nobody checks, are named with their lines."""
    assert list(unchecked(text)) == found


@pytest.mark.parametrize(
    "text",
    [
        "if TYPE_CHECKING:\n    from a import B\nelse:\n    B = object\n",
        "if not TYPE_CHECKING:\n    import b as B\n",
        "if not done:\n    x: int = 1\n",
        "if f():\n    x: int = 1\n",
        "@other\ndef f(): ...\n",
        "@other()\ndef f(): ...\n",
        "def f(:\n",
    ],
)
def test_what_is_usual(text: str) -> None:
    """Imports for types alone, their stand-ins, and what is no Python, are let pass."""
    assert list(unchecked(text)) == []
