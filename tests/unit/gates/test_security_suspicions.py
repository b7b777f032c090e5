"""Ruff's S rules count whatever the package selects, and say what no rule of ours says."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from waooaw_cli.adapters.process import Processes
from waooaw_cli.adapters.ruff import Ruff
from waooaw_cli.factory.explanations import explanation
from waooaw_cli.gates.gate import Package
from waooaw_cli.gates.owners import is_waivable
from waooaw_cli.gates.report import Severity
from waooaw_cli.gates.security import SecurityGate


@pytest.fixture
def package(tmp_path: Path) -> Package:
    (tmp_path / "src").mkdir()
    (tmp_path / "tests").mkdir()
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname = "x"\n[tool.ruff.lint]\nselect = []\nignore = ["ALL"]\n'
    )
    return Package(tmp_path, "x")


@pytest.fixture
def gate() -> Iterator[SecurityGate]:
    with Processes(os.environ) as processes:
        yield SecurityGate(suspicion=Ruff(processes))


def found(gate: SecurityGate, package: Package) -> list[tuple[str, str]]:
    return [(one.rule, one.severity.value) for one in gate.check(package).findings]


@pytest.mark.parametrize(
    ("source", "rule"),
    [
        ("import hashlib\nhashlib.md5(b'x').hexdigest()", "SEC-S324"),
        ("from hashlib import new as n\nn('sha1')  # noqa: S324", "SEC-S324"),
        ("import os\nos.chmod('x', 0o777)", "SEC-S103"),
        ("import socket\nsocket.socket().bind(('0.0.0.0', 80))", "SEC-S104"),
        ("open('/tmp/x')", "SEC-S108"),
        ("def f(c, name):\n    c.execute(f\"select * from x where n = '{name}'\")", "SEC-S608"),
        ("def f(c, n):\n    c.execute('select a from b where c = %s' % n)", "SEC-S608"),
        ("def f(c, n):\n    c.execute('delete from b where c = ' + n[0])", "SEC-S608"),
        ("def f(c, n):\n    n += 'x'\n    c.execute('select a from b where c = ' + n)", "SEC-S608"),
        ("import jinja2\njinja2.Environment(autoescape=False)", "SEC-S701"),
    ],
)
def test_what_ruff_suspects_is_found(
    gate: SecurityGate, package: Package, source: str, rule: str
) -> None:
    """Settings that select nothing, and comments, keep nothing from being found."""
    (package.root / "src" / "x.py").write_text(f"{source}\n")

    assert found(gate, package) == [(rule, Severity.ERROR)]


@pytest.mark.parametrize(
    "source",
    [
        "import subprocess\nsubprocess.run(['ls', name], check=True)",
        "import random\nwait = random.uniform(0, 1)",
        "password = 'x'",
        "token_type = 'bearer'",
        "import hashlib\nhashlib.md5(b'x', usedforsecurity=False)",
        "import pickle\npickle.dumps(1)",
        "def f(c):\n    c.execute(f'select * from {TABLE} where n = ?', (1,))",
        "def f(c):\n    m = ','.join('?' for _ in X)\n    c.execute(f'delete from b where {m}')",
        "def f(c, n):\n    n = int(n)\n    c.execute('select a limit %s' % len(n))",
        "def f(c, x):\n    n = int(x)\n    c.execute('select a from b limit {}'.format(n))",
        "def f(c):\n    c.execute('delete from b where c = ' + X + '!')",
        "def f(c):\n    c.execute('delete from b where c = %s and d = %s' % (1, X))",
        "def f(c):\n    m = ','.join(['?'] * 3)\n    c.execute('delete from b where c = ' + m)",
        "import urllib.request\nurllib.request.urlopen(url, timeout=1)",
    ],
)
def test_what_rules_of_our_own_judge_is_left_to_them(
    gate: SecurityGate, package: Package, source: str
) -> None:
    """Where ruff would object to every use, only ours that know more do."""
    (package.root / "src" / "x.py").write_text(f"{source}\n")

    assert found(gate, package) == []


@pytest.mark.parametrize(
    ("source", "rule"),
    [
        ("eval('1')", "SEC-001"),
        ("import pickle\npickle.loads(x)", "SEC-005"),
        ("import subprocess\nsubprocess.run('ls', shell=True)", "SEC-004"),
        ("import yaml\nyaml.load(x)", "SEC-006"),
        ("import requests\nrequests.get('https://x', verify=False, timeout=1)", "SEC-009"),
        ("import xml.etree.ElementTree as E\nE.fromstring(x)", "SEC-012"),
    ],
)
def test_nothing_is_said_twice(
    gate: SecurityGate, package: Package, source: str, rule: str
) -> None:
    """Where a rule of ours objects, ruff's to the same line says nothing new."""
    (package.root / "src" / "x.py").write_text(f"{source}\n")

    assert found(gate, package) == [(rule, Severity.ERROR)]


def test_a_test_may_assert_and_source_is_advised(gate: SecurityGate, package: Package) -> None:
    """Python leaves assertions out when it optimises, which matters in sources only."""
    (package.root / "tests" / "test_x.py").write_text("assert 1\nopen('/tmp/x')\n")
    (package.root / "src" / "x.py").write_text("assert 1\n")

    assert found(gate, package) == [("SEC-S101", Severity.WARNING)]


def test_what_can_t_be_read_is_said_once(gate: SecurityGate, package: Package) -> None:
    """No Python is a finding of ours."""
    (package.root / "src" / "x.py").write_text("def f(:\n")

    assert found(gate, package) == [("SEC-010", Severity.ERROR)]


def test_a_rule_of_ruff_s_is_explained_and_waivable() -> None:
    """`waooaw explain SEC-S324` has ruff's words, and a waiver may name it."""
    one = explanation("sec-s324", ruff=lambda code: f"# {code}")

    assert (one.id, one.said, one.waivable) == ("SEC-S324", "# S324", True)
    assert "ruff rule S324" in str(one.more)
    assert is_waivable("SEC-S324")
    assert explanation("SEC").rule.bad.startswith("import hashlib")
