"""What a package's files say that it depends on, with the line that says it."""

from __future__ import annotations

import json
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waooaw_cli.gates.needs import Needs, Scope
from waooaw_cli.gates.requirements import needs_of

_PROJECT = """\
[project]
name = "Wow.Desk"
dependencies = [
  "waooaw>=0.1,<0.2",
  "Woo_Parse[fast]==1.4",
  "wooold; python_version < '3'",
  "wooodd; os_name ~= 'x'",
  "wooelse @ https://x.example/wooelse.whl",
  "woogit>=1,<2",
  "not a requirement",
  7,
]
optional-dependencies = { pay = ["woopay===2"], all = ["wow-desk[pay]"] }

[dependency-groups]
dev = ["woolint>=1,<2", { include-group = "more" }]

[tool.uv.sources]
woogit = { git = "https://x.example/woogit" }
"""


def needs(**files: str) -> Needs:
    """Read files given by name, with `_` for a dot."""
    return needs_of({PurePosixPath(name.replace("_", ".")): text for name, text in files.items()})


def of(name: str, text: str) -> Needs:
    return needs_of({PurePosixPath(name): text})


def short(found: Needs) -> list[tuple[str, str | None, int | None]]:
    return [(one.name, one.version, one.line) for one in found.dependencies]


def test_the_project_file_is_read() -> None:
    """Pins, ranges, extras, markers and who needs it; what has a rule of its own is left to it."""
    found = needs(pyproject_toml=_PROJECT)

    assert found.project == "wow-desk"
    assert found.unjudged == ()
    assert short(found) == [
        ("waooaw", None, 4),
        ("woo-parse", "1.4", 5),
        ("wooold", None, 6),
        ("wooodd", None, 7),
        ("woopay", "2", 13),
        ("woolint", None, 16),
    ]
    parse, old, odd, pay, lint = found.dependencies[1:]
    assert (parse.extras, parse.specifier, parse.scope) == (
        frozenset({"fast"}),
        "==1.4",
        Scope.RUNTIME,
    )
    assert (old.applies, odd.applies) == (False, True)  # in doubt it is looked at
    assert (pay.scope, lint.scope) == (Scope.OPTIONAL, Scope.DEVELOPMENT)


@pytest.mark.parametrize("text", ["", "x = [", "project = 1", "[project]\nname = 7\n"])
def test_a_project_file_that_says_nothing(text: str) -> None:
    """The rules on bounds object to it."""
    assert needs(pyproject_toml=text) == Needs("", (), ())


_LIST = """\
# what the desk needs
-i https://index.example/simple
--extra-index-url=https://more.example
wooparse==1.4 \\
    --hash=sha256:ABCD \\
    --hash=sha256:ef01
woorange>=1,<2  # why
.
-e .
-e ../other
git+https://x.example/woogit
woourl @ https://x.example/woourl.whl
-r more/requirements.txt
-c ../outside.txt
--requirement=requirements.txt
odd requirement
woolast===1.0+house \\"""


def test_a_list_is_read_as_pip_reads_it() -> None:
    """Comments, continuations, hashes, inclusions; what can't be looked up is named."""
    found = needs_of(
        {
            PurePosixPath("requirements.txt"): _LIST,
            PurePosixPath("more/requirements.txt"): "-r ../requirements.txt\nwoomore==3\n",
            PurePosixPath("notes.txt"): "woonote==1\n",
        }
    )

    assert short(found) == [
        ("wooparse", "1.4", 4),
        ("woorange", None, 7),
        ("woolast", "1.0+house", 17),
        ("woomore", "3", 2),
    ]
    digests = [one.digests for one in found.dependencies[0].artifacts]
    assert digests == [(("sha256", "abcd"),), (("sha256", "ef01"),)]
    assert [one.line for one in found.unjudged] == [10, 11, 12, 14, 16]


@pytest.mark.parametrize(
    ("name", "scope"),
    [
        ("requirements.txt", Scope.RUNTIME),
        ("requirements-dev.txt", Scope.DEVELOPMENT),
        ("dev-requirements.txt", Scope.DEVELOPMENT),
        ("requirements/test.txt", Scope.DEVELOPMENT),
        ("docs/requirements.txt", Scope.DEVELOPMENT),
        ("requirements/base.in", Scope.RUNTIME),
        ("constraints.txt", Scope.RUNTIME),
        ("README.txt", None),
        ("docs/index.txt", None),
    ],
)
def test_which_files_are_lists(name: str, scope: Scope | None) -> None:
    """By their name; that of a developer's list tells who needs it."""
    assert [one.scope for one in of(name, "wooparse==1").dependencies] == ([scope] if scope else [])


_UV = """\
version = 1

[[package]]
name = "wow-desk"
source = { editable = "." }
dependencies = [{ name = "wooparse" }]

[[package]]
name = "wooparse"
version = "1.4"
source = { registry = "https://index.example/simple" }
dependencies = [{ name = "Woo_Base", marker = "x" }, { name = "woogit" }, { marker = "y" }]
sdist = { url = "https://x.example/wooparse-1.4.tar.gz", hash = "sha256:AA" }
wheels = [
  { url = "https://x.example/wooparse-1.4-py3-none-any.whl", hash = "sha256:bb" },
  { url = "https://x.example/none.whl" },
]

[[package]]
name = "woogit"
version = "0.1"
source = { git = "https://x.example/woogit?rev=1" }

[[package]]
name = "woovirtual"
version = "0.1"
source = { virtual = "packages/woovirtual" }

[[package]]
name = "woodynamic"
source = { url = "https://x.example/x.zip" }
"""


def test_uv_lock() -> None:
    """Versions, needs and files; the package itself and its workspace are left out."""
    found = of("uv.lock", _UV)

    assert short(found) == [("wooparse", "1.4", 9), ("woogit", "0.1", 20)]
    parse = found.dependencies[0]
    assert (parse.locked, parse.needs) == (True, ("woo-base", "woogit"))
    assert [(one.name[-6:], one.digests) for one in parse.artifacts] == [
        ("tar.gz", (("sha256", "aa"),)),
        ("ny.whl", (("sha256", "bb"),)),
    ]
    assert [one.line for one in found.unjudged] == [20, 30]


def test_poetry_lock() -> None:
    """An index of the house is an index; a repository is not."""
    found = of(
        "sub/poetry.lock",
        '[[package]]\nname = "Wooparse"\nversion = "1.4"\n'
        'files = [{file = "wooparse-1.4.tar.gz", hash = "sha256:aa"}]\n'
        '[package.dependencies]\nwoobase = ">=1"\n'
        '[package.source]\ntype = "legacy"\nurl = "https://index.example"\n'
        '[[package]]\nname = "woogit"\nversion = "1"\n[package.source]\ntype = "git"\n',
    )

    assert short(found) == [("wooparse", "1.4", 2), ("woogit", "1", 11)]
    assert found.dependencies[0].needs == ("woobase",)
    assert found.dependencies[0].artifacts[0].name == "wooparse-1.4.tar.gz"
    assert [one.line for one in found.unjudged] == [11]


@pytest.mark.parametrize("name", ["pylock.toml", "pylock.production.toml"])
def test_pylock(name: str) -> None:
    """PEP 751; a folder has no version to look up."""
    found = of(
        name,
        'lock-version = "1.0"\n[[packages]]\nname = "wooparse"\nversion = "1.4"\n'
        'wheels = [{url = "https://x.example/w.whl", hashes = {sha256 = "AA", size = 7}}]\n'
        '[[packages]]\nname = "woodir"\ndirectory = {path = "../x"}\n'
        '[[packages]]\nname = "wooarchive"\nversion = "1"\narchive = {url = "https://x.example/a"}\n',
    )

    assert short(found) == [("wooparse", "1.4", 3), ("wooarchive", "1", 10)]
    assert found.dependencies[0].artifacts[0].digests == (("sha256", "aa"),)
    assert [one.line for one in found.unjudged] == [7, 10]


def test_pipfile_lock() -> None:
    """Both sections, each with its line."""
    text = json.dumps(
        {
            "default": {
                "wooparse": {"version": "==1.4", "hashes": ["sha256:AA", "odd"]},
                "woogit": {"git": "https://x.example"},
                "wooodd": 1,
            },
            "develop": {"wooparse": {"version": "===1.5"}},
        },
        indent=1,
    )
    found = of("Pipfile.lock", text)

    assert short(found) == [("wooparse", "1.4", 3), ("wooparse", "1.5", 16)]
    assert [one.scope for one in found.dependencies] == [Scope.RUNTIME, Scope.DEVELOPMENT]
    assert found.dependencies[0].artifacts[0].digests == (("sha256", "aa"),)
    assert [one.line for one in found.unjudged] == [10, 13]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("uv.lock", "x = ["),
        ("uv.lock", "package = 1"),
        ("uv.lock", "package = [1]"),
        ("uv.lock", "[[package]]\nversion = '1'"),
        ("poetry.lock", "x = " + "[" * 5_000),
        ("Pipfile.lock", "{"),
        ("Pipfile.lock", "[]"),
        ("Pipfile.lock", "[" * 100_000),
        ("Pipfile.lock", "1" * 5_000),
    ],
)
def test_a_lock_that_cannot_be_read_is_said_so(name: str, text: str) -> None:
    """What it settles is not known, and may be anything."""
    found = of(name, text)

    assert found.dependencies == ()
    assert [one.broken for one in found.unjudged] == [True]


def test_a_lock_whose_lines_cannot_be_counted() -> None:
    """Inline tables have no line of their own: better none than a wrong one."""
    found = of("uv.lock", 'package = [{name = "wooparse", version = "1.4"}]')

    assert short(found) == [("wooparse", "1.4", None)]


def test_a_name_that_stands_late() -> None:
    """The header is the place where the name is further down."""
    found = of("uv.lock", '[[package]]\nversion = "1"\n' + "\n" * 30 + 'name = "wooparse"\n')

    assert short(found) == [("wooparse", "1", 1)]


def test_no_lock_at_all() -> None:
    """An empty lock file settles nothing."""
    assert of("uv.lock", "version = 1\n") == Needs("", (), ())


_POETRY = """\
[tool.poetry.dependencies]
python = "^3.11"
Woo_Parse = "1.4"
woorange = { version = "^2", extras = ["fast"] }
woogit = { git = "https://x.example/woogit" }

[tool.poetry.group.dev.dependencies]
woolint = "==3"

[tool.poetry.dev-dependencies]
wooold = "*"
"""


def test_poetrys_own_lists_are_read() -> None:
    """A package that PEP 621 knows nothing of is not taken for one that needs nothing."""
    found = needs(pyproject_toml=_POETRY)

    assert short(found) == [
        ("woo-parse", "1.4", 3),
        ("woorange", None, 4),
        ("woolint", "3", 8),
        ("wooold", None, 11),
    ]
    assert [one.scope for one in found.dependencies[1:3]] == [Scope.RUNTIME, Scope.DEVELOPMENT]
    assert [one.line for one in found.unjudged] == [5]


def test_older_lists_are_read() -> None:
    """Pipfile and setup.cfg; what setup.py would say is named, and never run."""
    setup_cfg = (
        "[options]\ninstall_requires =\n  wooparse==1.4  # why\n  wooother>=1\n"
        "[options.extras_require]\npay = woopay; python_version < '4'\n  %(odd)s\n"
    )
    found = needs_of(
        {
            PurePosixPath("Pipfile"): '[packages]\nwoopip = "*"\n[dev-packages]\nwoodev = "==2"\n',
            PurePosixPath("setup.cfg"): setup_cfg,
            PurePosixPath("setup.py"): "from setuptools import setup\nsetup(install_requires=[])\n",
        }
    )

    assert short(found) == [
        ("woopip", None, 2),
        ("woodev", "2", 4),
        ("wooparse", "1.4", 3),
        ("wooother", None, 4),
        ("woopay", None, 6),
    ]
    assert [(str(one.path), one.line) for one in found.unjudged] == [
        ("setup.cfg", 7),
        ("setup.py", 2),
    ]
    assert [one.reason for one in of("setup.cfg", "[[").unjudged] == ["setup.cfg can't be read"]
    assert of("setup.py", "setup()").unjudged == ()


@given(
    st.sampled_from(
        [
            *("uv.lock", "pylock.toml", "Pipfile.lock", "Pipfile"),
            *("requirements.txt", "pyproject.toml", "setup.cfg", "setup.py"),
        ]
    ),
    st.text(max_size=200),
)
def test_no_file_is_a_defect(name: str, text: str) -> None:
    """Whatever stands in it, it is read or named."""
    assert isinstance(of(name, text), Needs)
