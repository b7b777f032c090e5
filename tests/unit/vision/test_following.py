"""What an event brings is followed to where it must not arrive, and no further."""

from __future__ import annotations

from pathlib import PurePosixPath
from textwrap import dedent

import pytest
from unit.vision.flow_cases import CASES, Case

from waooaw.vision import judge_code, security_rules

SKILLS = PurePosixPath("src/wow_desk/skills.py")
STARTED = {"SEC-001", "SEC-002", "SEC-003", "SEC-004"}  # a shell is refused whoever starts it


#: More parts of one thing than are told apart.
MANY_PARTS = "\n".join(["x = {}", *(f"x[{i}] = event[{i}]" for i in range(70)), "open(x[69])"])


def judged(source: str, *more: tuple[str, str]) -> list[tuple[str, str, int | None]]:
    files = {SKILLS: dedent(source)}
    files |= {PurePosixPath(path): dedent(text) for path, text in more}
    found = judge_code(files, security_rules())
    return [(one.rule, str(one.path), one.line) for one in found]


def rules_of(source: str) -> set[str]:
    return {rule for rule, _, _ in judged(source)}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}-{case.name}")
def test_what_is_planted_is_found(case: Case) -> None:
    """Each planted fault is found by its own rule, and by no other flow's."""
    found = rules_of(case.bad)

    assert case.rule in found
    assert found - STARTED == {case.rule}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}-{case.name}")
def test_its_twin_is_left_alone(case: Case) -> None:
    """What does the same without the fault gives nothing at all."""
    assert rules_of(case.good) == set()


@pytest.mark.parametrize(
    "parameters",
    [
        "task",
        "task: Task",
        "task: 'Task'",
        "task: Task[dict]",
        "task: waooaw.Task",
        "event: Event",
        "woken: Event | None",
        "woken: Optional[Event]",
        "event",
        "event: dict",
        "event: Mapping[str, Any]",
        "request",
        "*, task",
    ],
)
def test_an_event_comes_in_by_many_ways(parameters: str) -> None:
    """A skill's parameter is an event's, however it is annotated."""
    name = parameters.lstrip("*, ").split(":", 1)[0]
    source = f"""
        import waooaw
        from typing import Any, Optional
        from collections.abc import Mapping
        from waooaw import Event, Task

        class Skills:
            async def act(self, {parameters}):
                open({name}.input["file"])
    """

    assert rules_of(source) == {"SEC-040"}


@pytest.mark.parametrize(
    "head",
    [
        "def act(event: KeyPress):",
        "def act(task: asyncio.Task):",
        "def act(path):",
        "def act(task: int):",
        "def act(*, name: str):",
        "def act(task: '(('):",
    ],
)
def test_what_is_no_event_is_not_followed(head: str) -> None:
    """Other functions' parameters come from callers, and callers are followed."""
    name = head.split("(", 1)[1].lstrip("*, ").split(":", 1)[0].split(")", 1)[0]

    assert rules_of(f"import asyncio\n\n{head}\n    open({name})\n") == set()


def test_what_is_a_number_harms_nothing() -> None:
    """The runtime hands over only what has its declared type, under any name."""
    source = """
        from typing import TypedDict
        from waooaw import Task

        class Input(TypedDict, total=False):
            number: int
            file: str

        class Skills:
            async def act(self, task: Task[Input]) -> dict:
                data = task.input
                open(f"/data/{task.input['number']}-{data['number']}-{data.get('number')}")
                open(f"/data/{task.decision.outcome}/{task.event.time}")
                open(data["file"])
    """

    assert judged(source) == [("SEC-040", str(SKILLS), 14)]


def test_what_an_agent_remembers_came_with_events() -> None:
    """`self.context` of an agent or a skill is followed like an event, one's own is not."""
    source = """
        import ssl
        from waooaw import Agent

        class Desk(Agent):
            def look_up(self):
                open(self.context["file"])

        class OtherSkills:
            def __init__(self):
                self.memory = {}

            def look_up(self):
                open(self.memory["file"])
    """

    assert judged(source) == [("SEC-040", str(SKILLS), 7)]


def test_a_function_in_another_file_is_followed() -> None:
    """The finding stands where the event arrives, in whatever file that is."""
    source = """
        from wow_desk import files
        from .files import load as read

        class Skills:
            def act(self, task):
                read(name=task.input["a"])
                files.Store("/data").keep(task.input["b"])
    """
    other = """
        def load(name, mode="r"):
            return open(name, mode)

        class Store:
            def __init__(self, folder):
                self.folder = folder

            def keep(self, name):
                with open(f"{self.folder}/{name}", "w"):
                    pass
    """

    found = judged(source, ("src/wow_desk/files.py", other))

    assert found == [
        ("SEC-040", "src/wow_desk/files.py", 3),
        ("SEC-040", "src/wow_desk/files.py", 10),
    ]


def test_what_is_kept_in_an_object_is_found_in_its_other_methods() -> None:
    """An attribute that holds a part of an event is one, wherever it is read."""
    source = """
        class Skills:
            def begin(self, task):
                self.file = task.input["file"]
                self.names = []
                self.names.append(task.input["name"])

            def end(self, task):
                open(self.file)
                for name in self.names:
                    open(name)
                open(self.other)
    """

    assert [line for _, _, line in judged(source)] == [9, 11]


def test_functions_that_call_each_other_come_to_an_end() -> None:
    """A circle of calls is followed once, and what arrives in it is found."""
    source = """
        def one(name, depth):
            return two(name, depth - 1) if depth else open(name)

        def two(name, depth):
            return one(name, depth)

        class Skills:
            def act(self, task):
                return two(task.input["file"], 3)
    """

    assert [line for _, _, line in judged(source)] == [3]


def test_a_long_chain_of_calls_comes_to_an_end() -> None:
    """No chain is followed without end; what it carries is still what the event brought."""
    chain = "\n".join(f"def f{i}(x):\n    return f{i + 1}(x)" for i in range(60))
    source = f"def f60(x):\n    return x\n{chain}\ndef act(event):\n    open(f0(event['a']))\n"

    assert rules_of(source) == {"SEC-040"}


@pytest.mark.parametrize(
    "body",
    [
        "def inner():\n    return open(event['a'])\nreturn inner()",
        "def inner(name):\n    return open(name)\nreturn inner(event['a'])",
        "load = lambda name: open(name)\nreturn load(event['a'])",
        "return (lambda: open(event['a']))()",
        "a, b = event['a'], 'x'\nopen(a)",
        "(a, *b) = event['a'].split(',')\nopen(b[0])",
        "names = []\nnames.append(event['a'])\nopen(names[0])",
        "names = {}\nnames['x'] = event['a']\nopen(names['x'])",
        "names = {}\nnames[x] = event['a']\nopen(names['x'])",
        "names = {}\nnames.setdefault('x', event['a'])\nopen(names['x'])",
        "box.name = event['a']\nopen(box.name)",
        "if (name := event['a']):\n    open(name)",
        "try:\n    name = event['a']\nexcept KeyError:\n    name = 'x'\nopen(name)",
        "try:\n    pass\nfinally:\n    open(event['a'])",
        "name = 'x'\nwhile event:\n    open(name)\n    name = event['a']",
        "name = 'x'\nfor one in event:\n    name = one\n    break\nopen(name)",
        "with suppress() as x, closing(event['a']) as name:\n    open(name)",
        "match event['a']:\n    case str(name):\n        open(name)",
        "match event:\n    case {'a': name}:\n        open(name)\n    case _:\n        return None",
        "match event['a']:\n    case 'x':\n        pass\n    case _:\n        open(event['a'])",
        "name = event['a'] if event else 'x'\nopen(name)",
        "name = event.get('a') or 'x'\nopen(name)",
        "name = '%(a)s' % {'a': event['a']}\nopen(name)",
        "name = '{0}/{1}'.format('x', event['a'])\nopen(name)",
        "name = '/'.join(event['parts'])\nopen(name)",
        "name = '/'.join(['x', event['a']])\nopen(name)",
        "name = json.loads(event['a'])['file']\nopen(name)",
        "name = await_(event['a'])\nopen(name)",
        "name: str = event['a'].strip().lower()\nopen(name)",
        "options = {'file': event['a']}\nopen(**options)",
        "arguments = [event['a']]\nopen(*arguments)",
        "yield open(event['a'])",
        "del event['b']\nraise ValueError(open(event['a']))",
        "assert event['b'] in {'x'}\nopen(event['a'])",
        "name = event['a']\nname += '.txt'\nopen(name)",
        "names = [one for one in event['a'] if one]\nopen(names[0])",
        "names = {key: one for key, one in event.items()}\nopen(names['x'])",
        "name = not event['a']\nname = event['a']\nopen(name)",
        "loop.run_in_executor(None, open, event['a'])",
        "partial(open, event['a'])()",
        "Path(event['a']).resolve().open()",
        "Path('x').joinpath(event['a']).read_text()",
        "open(Path(event['a']).with_suffix('.txt'))",
        "open(event['a'], mode='r')",
        "open(file=event['a'])",
        "from io import open as load\nload(event['a'])",
        "Path(event['a']).relative_to('x').open()",
        "def inner(a, b):\n    return open(b)\ninner(*event['a'])",
        "def inner(*rest):\n    return open(rest[0])\ninner('x', event['a'])",
        "def inner(a):\n    return open(a)\ninner(**event['a'])",
        "def inner(**more):\n    return open(more['x'])\ninner(x=event['a'])",
        "def inner():\n    return event['a']\nopen(inner())",
        "names = {}\nnames['x'] = event['a']\nname = names['x']\nopen(name)",
        "name = event['a']\nname *= 2\nopen(name)",
        "class Inner:\n    pass\nopen(event['a'])",
        "open('%s/%s' % ('x', event['a']))",
        "open((await event)['a'])",
        "open(event.a.b.c.d.e.f.g.h)",
        "open(event['a'] / 2)",
        "names = {" + "'x': event['a'], " * 2 + "}\nopen(names['x'])",
        MANY_PARTS,
        "name = '' if event['b'] else (event['a'] if x else event['c'])\nopen(name)",
    ],
)
def test_no_way_through_python_hides_an_event(body: str) -> None:
    """Whatever an event is put into and taken out of, it is still the event's."""
    indented = body.replace("\n", "\n    ")
    head = "import json\nfrom contextlib import closing, suppress\nfrom functools import partial\n"
    head += "from pathlib import Path\ndef await_(x):\n    y = x\n    return y\n"

    assert rules_of(f"{head}\ndef act(event):\n    {indented}\n") == {"SEC-040"}


@pytest.mark.parametrize(
    "body",
    [
        "name = event['a']\nname = 'x'\nopen(name)",
        "name = event['a']\nif name in NAMES:\n    open(name)",
        "name = event['a']\nif name not in NAMES:\n    return\nopen(name)",
        "name = event['a']\nif name != 'x':\n    raise ValueError\nopen(name)",
        "for name in event['a']:\n    if name not in NAMES:\n        continue\n    open(name)",
        "name = event['a']\nassert name in {'x', 'y'}\nopen(name)",
        "if event['a'] == 'x':\n    open(event['a'])",
        "if event['a'].isalnum():\n    open(event['a'])",
        "if re.fullmatch('[a-z]+', event['a']) is not None:\n    open(event['a'])",
        "found = NAME.fullmatch(event['a'])\nif not found:\n    return\nopen(event['a'])",
        "if not (NAME.match(event['a'])):\n    raise ValueError\nopen(event['a'])",
        "if isinstance(event['a'], int | float):\n    open(event['a'])",
        "if isinstance(event['a'], (int, bool)):\n    open(event['a'])",
        "if is_allowed(event['a']):\n    open(event['a'])",
        "if not any(event['a'] == one for one in NAMES):\n    return\nopen(event['a'])",
        "if event['b'] and event['a'] in NAMES:\n    open(event['a'])",
        "if event['a'].lower() in NAMES:\n    open(event['a'])",
        "match event['a']:\n    case 'x' | 'y':\n        open(event['a'])",
        "name = event['a'] if event['a'] in NAMES else 'x'\nopen(name)",
        "event['a'] in NAMES and open(event['a'])",
        "uuid.UUID(event['a'])\nopen(event['a'])",
        "open(Color(event['a']))",
        "open(NAMES[event['a']])",
        "open(NAMES.get(event['a'], 'x'))",
        "open(str(uuid.UUID(event['a'])))",
        "open(os.path.basename(event['a']))",
        "open(f'/data/{len(event)}')",
        "if '..' in event['a'] or event['a'].startswith('/'):\n    return\nopen(event['a'])",
        "if os.path.isabs(event['a']) or '..' in event['a']:\n    return\nopen(event['a'])",
        "open(event['a'].replace('/', '_'))",
        "path = (BASE / event['a']).resolve()\nif BASE in path.parents:\n    path.open()",
        "path = (BASE / event['a']).resolve()\nif path.parent != BASE:\n    return\npath.open()",
        "open(event['a'].rsplit('/', 1)[-1])",
        "open(re.sub(r'[^a-z0-9-]+', '', event['a']))",
        "open(re.sub(r'[^\\w-]', '_', event['a']))",
        "open(''.join(one for one in event['a'] if one.isalnum()))",
        "path = (BASE / event['a']).resolve()\nopen(BASE / path.relative_to(BASE))",
        "if os.sep in event['a']:\n    return\nopen(event['a'])",
        "path = (BASE / event['a']).resolve()\nif path.is_relative_to(BASE):\n    path.open()",
        "open(fetch(event['a']).path)",
        "names = {'a': event['a'], 'b': 'x'}\nopen(names['b'])",
        "def inner(name):\n    return name\ninner(event['a'])\nopen('x')",
        "event['a'].read_text()",
        "path = Path(event['a'])\nopen(path.name)",
        "open((BASE / event['a']).resolve().relative_to(BASE))",
        "partial(*event['a'])",
        "asyncio.to_thread(*event['a'])",
        "name = 'x'\nname(event['a'])",
        "made().append(event['a'])",
        "if event['a'] in {'x': 1}:\n    open(event['a'])",
        "if str(event['a']) in NAMES:\n    open(event['a'])",
        "if (name := event['a']) in NAMES:\n    open(name)",
        "if (event['a'], 1) == ('x', 1):\n    open(event['a'])",
        "if re.compile('[a-z]+').fullmatch(event['a']):\n    open(event['a'])",
        "if event['b']:\n    return\nelse:\n    raise ValueError\nopen(event['a'])",
        "match event['a']:\n    case name if name in NAMES:\n        open(name)",
        "def a():\n    def b():\n        def c():\n            def d():\n                pass",
        "event['a'].replace('/', '_')",
        "return {'file': event['a']}",
        "open",
    ],
)
def test_a_check_is_believed(body: str) -> None:
    """What was checked, converted or looked up on the way is left alone."""
    indented = body.replace("\n", "\n    ")
    head = "import enum, os, re, uuid\nfrom shop import BASE, NAMES, fetch, is_allowed\n"
    head += "NAME = re.compile('[a-z]+$')\nclass Color(enum.Enum):\n    RED = 'red'\n"

    assert rules_of(f"{head}\ndef act(event):\n    {indented}\n") == set()


@pytest.mark.parametrize(
    "body",
    [
        "name = event['a']\nseen = set()\nif name in seen:\n    open(name)",
        "path = Path('x', event['a'])\nif BASE in path.parents:\n    path.open()",
        "path = Path(event['a']).resolve()\nif event['b'] in path.parents:\n    path.open()",
        "open(event['a'].replace('..', ''))",
        "open(event['a'].split('/')[0])",
        "open(re.sub('[.]', '', event['a']))",
        "open(re.sub(r'[^/.a-z]', '', event['a']))",
        "open(re.sub('x', event['a'], 'x'))",
        "name = event['a']\nif name in event['b']:\n    open(name)",
        "name = event['a']\nif name in 'abc':\n    open(name)",
        "name = event['a']\nif name not in NAMES:\n    print(name)\nopen(name)",
        "if event['a'] != 'x':\n    open(event['a'])",
        "if event['a'] == event['b']:\n    open(event['a'])",
        "if event['b'] or event['a'] in NAMES:\n    open(event['a'])",
        "if isinstance(event['a'], str):\n    open(event['a'])",
        "if re.match('[a-z]+', event['a']):\n    open(event['a'])",
        "if event['a'].startswith('data/'):\n    open(event['a'])",
        "if event['a'].startswith('/data/'):\n    open(event['a'])",
        "if Path(event['a']).suffix in {'.txt'}:\n    open(event['a'])",
        "if '..' in event['a']:\n    raise ValueError\nopen(event['a'])",
        "if is_present(event['a']):\n    open(event['a'])",
        "if event['b'] in NAMES:\n    open(event['a'])",
        "if not event['a']:\n    return\nopen(event['a'])",
        "if event['a'].startswith(event['b']):\n    open(event['a'])",
        "if isinstance(event['a'], numbers.Number):\n    open(event['a'])",
        "if " + "not " * 30 + "event['a'] in NAMES:\n    open(event['a'])",
        "if event['a']" + ".lower()" * 20 + " in NAMES:\n    open(event['a'])",
    ],
)
def test_what_checks_nothing_is_not_believed(body: str) -> None:
    """A condition that lets anything through makes nothing harmless."""
    indented = body.replace("\n", "\n    ")
    head = "import re\nfrom pathlib import Path\nfrom shop import BASE, NAMES, is_present\n"

    assert rules_of(f"{head}\ndef act(event):\n    {indented}\n") == {"SEC-040"}


def test_functions_in_classes_and_functions() -> None:
    """Static methods have no object; a container that a caller hands over is the author's."""
    source = """
        from waooaw import Agent

        class A(B): ...
        class B(A): ...

        class Skills:
            @staticmethod
            def load(name, among):
                if name in among:
                    open(name)
                A(name)
                return open(name)

            def act(self, task):
                Skills.load(task.input["a"], NAMES)

        def outer():
            def inner(task):
                open(task.input["b"])
            return inner
    """

    assert [line for _, _, line in judged(source)] == [13]
    assert rules_of("def outer(task):\n    def inner(task):\n        open(task.input['b'])") == {
        "SEC-040"
    }


def test_an_annotation_that_is_nested_too_deeply_says_nothing() -> None:
    """Nobody annotates an event by seven options."""
    nested = "Optional[" * 7 + "Event" + "]" * 7

    assert rules_of(f"from waooaw import Event\ndef act(x: {nested}):\n    open(x.data)") == set()


@pytest.mark.parametrize(
    "source",
    [
        "open(" + "''.join(['x', " * 60 + "event['a']" + "])" * 60 + ")",
        "open(" + "(1 if (" * 60 + "event['a']" + ") == x else y)" * 60 + ")",
        "open(event" + ".a()" * 450 + ")",
    ],
    ids=["joined", "conditions", "chain"],
)
def test_what_is_entangled_is_refused(source: str) -> None:
    """No program takes more time to be followed than its size; one that would does not pass."""
    found = rules_of(f"def act(event):\n    {source}\n    open(event['b'])\n")

    assert found & {"SEC-010", "SEC-040"}


def test_the_package_s_own_tests_are_not_followed() -> None:
    """A test makes its own events."""
    source = "def test_it(event):\n    open(event['a'])\n"

    assert judge_code({PurePosixPath("tests/test_x.py"): source}, security_rules()) == ()


@pytest.mark.parametrize(
    "source",
    [
        "def act(event):\n    return event" + ".a" * 5_000,
        "def act(event):\n    return event" + "()" * 5_000,
        "def act(event):\n    return open(event['a']" + " + 'x'" * 5_000 + ")",
        "def act(event):\n    if x:\n        pass\n" + "    elif x:\n        pass\n" * 2_000,
        "def act(event):\n" + "".join(f"    a{i} = event['{i}']\n" for i in range(3_000)),
        "def act(event):\n"
        + "".join(f"{' ' * (i + 1) * 4}for x{i} in event:\n" for i in range(18))
        + " " * 76
        + "open(x0)",
    ],
    ids=["attributes", "calls", "sum", "elif", "names", "loops"],
)
def test_what_is_deep_or_long_is_judged_or_refused(source: str) -> None:
    """Following ends; what is nested too deeply to be followed does not pass."""
    found = rules_of(source + "\n")

    assert found <= {"SEC-010", "SEC-040"}
