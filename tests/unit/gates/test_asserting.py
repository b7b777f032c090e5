from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from waooaw_cli.gates.asserting import asserting_nothing
from waooaw_cli.gates.declared import declared_tests

_FILE = PurePosixPath("tests/test_a.py")


def _empty(text: str, **more: str) -> list[str]:
    sources = {_FILE: text} | {PurePosixPath("tests", f"{k}.py"): v for k, v in more.items()}
    return [one.test for one in asserting_nothing(declared_tests(sources), sources)]


@pytest.mark.parametrize(
    "body",
    [
        "...",
        "pass",
        '"""Refunds are paid."""',
        "pay(1)",
        "assert True",
        "assert 'refunds are paid'",
        "assert 1 == 1",
        "assert x == x",
        "assert (1, 'no')",
        "result = pay(1)",
        "for n in range(3):\n        pay(n)",
    ],
)
def test_a_test_that_asserts_nothing(body: str) -> None:
    """A body that compares nothing is named, however much it calls."""
    assert _empty(f"def test_a():\n    {body}\n") == ["tests/test_a.py::test_a"]


@pytest.mark.parametrize(
    "body",
    [
        "assert pay(1)",
        "assert x != x",
        "assert not done",
        "with pytest.raises(ValueError):\n        pay(-1)",
        "if not pay(1):\n        raise ValueError",
        "bank.assert_called_once()",
        "self.assertEqual(1, pay(1))",
        "check_total(pay(1))",
        "assert_that(1)",
        "helper()",
        "asyncio.run(deep())",
        "with warnings.catch_warnings():\n        pytest.fail('no')",
    ],
)
def test_a_test_that_asserts(body: str) -> None:
    """An assertion counts in every form, also where a helper of the tests makes it."""
    helpers = "def helper():\n    return deep()\n\n\nasync def deep():\n    assert pay(1)\n"

    assert _empty(f"def test_a():\n    {body}\n", helpers=helpers) == []


def test_a_fixture_may_assert() -> None:
    """A test that only asks for a fixture asserts what the fixture asserts."""
    fixture = "@pytest.fixture\ndef no_leak():\n    yield\n    assert not leaks()\n"

    assert _empty("def test_a(no_leak): ...\n", conftest=fixture) == []


def test_what_is_no_test_is_passed_over() -> None:
    """Helpers, files that don't parse and code below src may assert nothing."""
    assert _empty("def pay(): ...\n", broken="def test_a(:", conftest="def test_x(): ...\n") == []
