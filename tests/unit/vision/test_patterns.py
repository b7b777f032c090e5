"""What a rule of one's own can say of code: each kind of pattern, and what narrows it."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from waooaw.vision import Rule, judge_code, parse_rules
from waooaw.vision.examples import plain_desk

RULE = """\
schema: waooaw.rules/1
rules:
  - id: PAY-001
    title: A rule of our own
    layer: policy
    severity: error
    applies_to: code
    WHEN
    forbid: [FORBID]
    message: '{name} is found'
    why: Somebody has decided that it should be so.
    fix: make it so
    bad: x
    good: y
"""
DESK = "src/wow_desk/desk.py"
SKILLS = "src/wow_desk/skills.py"


def rules(forbid: str, when: str = "") -> tuple[Rule, ...]:
    text = RULE.replace("FORBID", forbid).replace("    WHEN\n", f"    {when}\n" if when else "")
    return parse_rules(text.encode(), source="rules.yaml")


def lines(forbid: str, code: str, path: str = DESK, **more: str) -> list[int | None]:
    files = {PurePosixPath(path): code}
    files |= {PurePosixPath(f"src/wow_desk/{name}.py"): text for name, text in more.items()}
    return [one.line for one in judge_code(files, rules(forbid))]


@pytest.mark.parametrize(
    ("forbid", "code", "found"),
    [
        ("{decorators: [functools.cache]}", "import functools as f\n@f.cache\ndef a(): ...", [2]),
        ("{decorators: [a.b]}", "from a import b\n@b('x')\nclass A: ...", [2]),
        ("{decorators: [a.b]}", "from a import b\nb(1)", []),
        ("{classes: [a.Base]}", "from a import Base\nclass A(Base): ...\nclass B(A): ...", [2, 3]),
        ("{classes: [a.Base]}", "class Base: ...\nclass A(Base): ...", []),
        ("{uses: [._secret]}", "def f(x):\n    return x._secret", [2]),
        ("{uses: [._secret]}", "def f(x):\n    return getattr(x, '_secret')", [2]),
        (
            "{uses: [._secret]}",
            "class A:\n    def f(self):\n        self._secret = 1\n        return self._secret",
            [],
        ),
        ("{imports: [wow_*]}", "import wow_bank.skills", [1]),
        ("{imports: [wow_*]}", "from wow_desk.skills import pay\nfrom . import x", []),
        ("{imports: [a.*], but: [a.B]}", "from a import B", []),
        ("{imports: [a.*], but: [a.B]}", "from a import B, C", [1]),
        ("{imports: [a.*], but: [a.B]}", "import a", [1]),
        ("{methods: ['*'], on: '^self\\.bank$'}", "class A:\n  def f(self): self.bank.pay()", [2]),
        ("{methods: ['*'], on: '^self\\.bank$'}", "class A:\n  def f(self): self.shop.pay()", []),
    ],
)
def test_kinds(forbid: str, code: str, found: list[int]) -> None:
    """Names are resolved; what only bears the name is left alone."""
    assert lines(forbid, code) == found


KEY = "{values: [retry_key, Retry-Key], where: [{at: 0, made_by: [uuid.uuid4, time.time]}]}"


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("import uuid\npay(retry_key=uuid.uuid4())", [2]),
        ("import uuid\npay(headers={'Retry-Key': str(uuid.uuid4().hex)})", [2]),
        ("import uuid as u\ndef f():\n  k = f'a-{u.uuid4()}'\n  pay(retry_key=k)", [4]),
        ("from time import time\ndef key(): return str(time())\npay(retry_key=key())", [3]),
        ("import uuid\nretry_key = uuid.uuid4()", [2]),
        (
            """\
import uuid
from dataclasses import field
class A:
  retry_key: str = field(default_factory=uuid.uuid4)""",
            [4],
        ),
        ("import uuid\npay(trace=uuid.uuid4(), retry_key=task.key)", []),
        ("import uuid\ntrace = uuid.uuid4()\npay(retry_key=task.key)", []),
    ],
)
def test_what_a_value_is_made_by(code: str, found: list[int]) -> None:
    """Through variables, texts and functions of the package."""
    assert lines(KEY, code) == found


LOG = "{methods: [info], on: 'log$', where: [{any: true, reads: '(^|\\.)email$'}]}"


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("log.info('%s', customer.email)", [1]),
        ("log.info(f'{customer[\"email\"]!r}')", [1]),
        ("log.info('to ' + task.input.get('email'))", [1]),
        ("log.info(', '.join(c['email'] for c in customers))", [1]),
        ("log.info('x', extra={'email': value})", [1]),
        ("def f(c):\n  e = c.email\n  log.info(e)", [3]),
        ("log.info('{email}'.format(**customer))", [1]),
        ("def note(text):\n  log.info(text)\ndef f(c):\n  note(c.email)", [2]),
        (
            """\
import asyncio
def note(t): log.info(t)
async def f(c):
  await asyncio.to_thread(note, c.email)""",
            [2],
        ),
        ("def who(c): return c.email\nlog.info(who(x))", [2]),
        ("log.info('by email')", []),
        ("log.info('%d', len(customer.email))", []),
        ("log.info('%s', mask(customer.email))", []),
        ("log.info('%s', hashlib.sha256(customer.email.encode()).hexdigest())", []),
        ("log.info('%s', customer.email is None)", []),
        ("log.info('%s', customer.email_verified)", []),
        ("shop.info(customer.email)", []),
    ],
)
def test_what_an_argument_reads(code: str, found: list[int]) -> None:
    """What is counted, compared or redacted on the way is no longer read."""
    assert lines(LOG, code) == found


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("import time\nasync def f():\n  time.sleep(1)", [3]),
        ("import time\ndef g(): time.sleep(1)\nasync def f(): g()", [2]),
        ("import time\nasync def f():\n  def g(): time.sleep(1)\n  g()", [3]),
        ("import time\nclass A:\n  def g(self): time.sleep(1)\n  async def f(self): self.g()", [3]),
        ("import time\nclass A:\n  w = time.sleep\n  async def f(self): self.w(1)", [4]),
        (
            "import time, asyncio as a\ndef g(): time.sleep(1)\nasync def f(): a.to_thread(g)",
            [],
        ),
        ("import time, asyncio\nasync def f(): await asyncio.to_thread(time.sleep, 1)", []),
        ("import time\ndef g(): time.sleep(1)\nasync def f(): return g", []),
        ("import time\nasync def f(): return lambda: time.sleep(1)", []),
    ],
)
def test_what_runs_on_the_loop(code: str, found: list[int]) -> None:
    """A coroutine, and each function that one calls without leaving the loop."""
    assert lines("{calls: [time.sleep], inside: async}", code) == found


def test_a_call_in_another_file_runs_on_the_loop_too() -> None:
    """The package is judged as a whole."""
    code = "from .slow import wait\nasync def f(): wait()"

    found = judge_code(
        {
            PurePosixPath(DESK): code,
            PurePosixPath("src/wow_desk/slow.py"): "import time\ndef wait(): time.sleep(1)",
        },
        rules("{calls: [time.sleep], inside: async}"),
    )

    assert [(str(one.path), one.line) for one in found] == [("src/wow_desk/slow.py", 2)]


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("import a\nasync def f(): await a.open()", [2]),
        ("import a, asyncio\nasync def f(): await asyncio.wait_for(a.open(), 5)", []),
        (
            "import a, asyncio\nasync def f():\n async with asyncio.timeout(5):\n  await a.open()",
            [],
        ),
        (
            "import a, asyncio\nasync def f():\n  async with asyncio.Lock():\n    await a.open()",
            [4],
        ),
    ],
)
def test_what_stands_around_a_call(code: str, found: list[int]) -> None:
    """A limit around it makes it harmless."""
    assert lines("{calls: [a.open], within: [asyncio.wait_for, asyncio.timeout]}", code) == found


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("while True:\n  x = llm.ask()\n  if x: break", [2]),
        ("n = 0\nwhile True:\n  n += 1\n  if llm.ask() or n > 3: break", []),
        ("while True:\n  x = llm.ask()\n  if x: return_(x)", [2]),
        ("n = 0\nwhile n < 3:\n  n += 1\n  llm.ask()", []),
        ("while not good(x):\n  x = llm.ask()", [2]),
        ("for _ in range(3): llm.ask()", []),
    ],
)
def test_loops_that_nothing_ends(code: str, found: list[int]) -> None:
    """Only what is asked can end them."""
    assert lines("{methods: [ask], inside: endless}", code) == found


def test_a_partial_brings_its_arguments_along() -> None:
    """Into each call, wherever it is made."""
    forbid = "{calls: [a.get], where: [{name: timeout, only: [absent]}]}"
    head = "import a, asyncio\nfrom functools import partial\n"

    assert lines(forbid, f"{head}get = partial(a.get, timeout=5)\nget(1)") == []
    assert lines(forbid, f"{head}get = partial(a.get, 'x')\nget(1)") == [4]
    assert lines(
        forbid, f"{head}get = partial(a.get, 'x')\nasync def f(): await asyncio.to_thread(get, 1)"
    ) == [4]


def test_only_some_files_are_judged() -> None:
    """`only_in` names them, `unless_in` the others."""
    assert lines("{calls: [builtins.print], only_in: [src/*/desk.py]}", "print(1)") == [1]
    assert lines("{calls: [builtins.print], only_in: [src/*/desk.py]}", "print(1)", SKILLS) == []


def test_a_rule_on_code_for_some_packages_only() -> None:
    """`when` chooses them by their specification; without one the rule judges."""
    only = rules("{calls: [builtins.print]}", "when: spec.kind == 'customer'")
    files = {PurePosixPath(DESK): "print(1)"}

    assert len(judge_code(files, only, plain_desk({"kind": "customer"}))) == 1
    assert judge_code(files, only, plain_desk({"kind": "domain"})) == ()
    assert len(judge_code(files, only)) == 1


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("try:\n  f()\nexcept Exception:\n  return_ = {'ok': True}", [3]),
        ("def g():\n  try:\n    f()\n  except Exception:\n    return None", [4]),
        (
            "def g():\n  try:\n    f()\n  except Exception:\n    log.debug('x')\n    return None",
            [4],
        ),
        (
            "def g():\n  try:\n    f()\n  except Exception:\n    log.warning('x')\n    return None",
            [],
        ),
        ("def g():\n  try:\n    f()\n  except Exception as e:\n    return str(e)", []),
        ("def g():\n  try:\n    f()\n  except Exception:\n    return fallback()", []),
        ("def g():\n  try:\n    f()\n  except Exception:\n    raise", []),
        ("def g():\n  try:\n    return f()\n  finally:\n    return 1", [5]),
        ("def g():\n  try:\n    return f()\n  finally:\n    for x in y:\n      break", []),
        ("class A:\n  def __exit__(self, *a):\n    return True", [2]),
        ("class A:\n  def __exit__(self, kind, *a):\n    return kind is KeyError", []),
        (
            "import asyncio\nasync def f():\n  await asyncio.gather(g(), return_exceptions=True)",
            [3],
        ),
        (
            "import asyncio\nasync def f():\n x = asyncio.gather(g(), return_exceptions=True)",
            [],
        ),
    ],
)
def test_how_a_failure_is_lost(code: str, found: list[int]) -> None:
    """A handler that goes on as if all were well loses it as one that does nothing."""
    names = "bare, builtins.Exception, return-in-finally, true-from-exit, unread-exceptions"

    assert lines(f"{{swallows: [{names}]}}", code) == found
