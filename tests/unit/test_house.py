"""What holds for every module of the house."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from places import ROOT

MODULES = sorted([*(ROOT / "waooaw").rglob("*.py"), *(ROOT / "waooaw_cli").rglob("*.py")])
ONE_SYSTEM = {
    *("fcntl", "grp", "nis", "ossaudiodev", "posix", "pty", "pwd", "readline", "resource"),
    *("spwd", "syslog", "termios", "tty"),
    *("msvcrt", "winreg", "winsound", "_winapi", "nt"),
}


def imported(body: list[ast.stmt]) -> Iterator[str]:
    """Yield what is imported when a module is: functions wait, branches on the system do not."""
    for node in body:
        match node:
            case ast.Import(names):
                yield from (alias.name.partition(".")[0] for alias in names)
            case ast.ImportFrom(module=str(module)):
                yield module.partition(".")[0]
            case ast.Try():
                yield from imported([*node.body, *node.orelse, *node.finalbody])
            case ast.If() | ast.With():
                yield from imported([*node.body, *getattr(node, "orelse", [])])
            case ast.ClassDef():
                yield from imported(node.body)
            case _:
                continue


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_module_needs_one_operating_system(path: Path) -> None:
    """What only Linux, macOS or Windows has is imported where it is used."""
    tree = ast.parse(path.read_text(encoding="utf-8"))

    assert not set(imported(tree.body)) & ONE_SYSTEM


def test_importing_the_runtime_loads_nothing_heavy() -> None:
    """`import waooaw` costs next to nothing; a name is loaded when it is used."""
    script = (
        "import sys, waooaw;"
        "heavy = {'pydantic', 'yaml', 'cel_expr_python', 'anthropic', 'sqlite3', 'asyncio'};"
        "print(sorted(heavy & set(sys.modules)));"
        "waooaw.Event; print('pydantic' in sys.modules, 'anthropic' in sys.modules)"
    )
    # Measuring coverage would load SQLite into every program that is started.
    env = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    done = subprocess.run(
        [sys.executable, "-c", script], env=env, capture_output=True, text=True, check=True
    )

    assert done.stdout.splitlines() == ["[]", "True False"]


def test_every_public_name_can_be_loaded() -> None:
    """What `waooaw` promises is there, and what it does not promise is an AttributeError."""
    import waooaw

    for name in waooaw.__all__:
        assert getattr(waooaw, name) is not None
    assert set(dir(waooaw)) == set(waooaw.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = waooaw.nothing
