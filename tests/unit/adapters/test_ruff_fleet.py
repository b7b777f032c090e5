"""One call of ruff for many packages says what a call for each says."""

from __future__ import annotations

import os
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from fakes.agent_package import agent_package
from hypothesis import given, settings
from hypothesis import strategies as st

from waooaw_cli.adapters.process import Processes, Ran
from waooaw_cli.adapters.ruff import Ruff
from waooaw_cli.adapters.ruff_fleet import Batch, Share, bare_share_of, share_of
from waooaw_cli.gates.ports import Remark, ToolCrashed, ToolFault, ToolMissing, ToolTimedOut

_LIMIT = timedelta(seconds=60)

_ALIKE = (
    "[tool.ruff]\n",
    "[tool.ruff]\nline-length = 40\n",
    "[tool.ruff]\nindent-width = 2\ntarget-version = 'py39'\n",
    "[tool.ruff.lint]\nselect = ['ALL']\n",
    "[tool.ruff.lint]\nselect = ['ALL']\nexclude = ['src/**', 'tests']\n",
    "[project]\nname = 'x'\nrequires-python = '>=3.8'\n[tool.ruff.lint]\nselect = ['UP', 'FA']\n",
    "[project]\nname = 'x'\nrequires-python = '>=3.13'\n[tool.ruff.lint]\nselect = ['UP', 'F']\n",
    "[tool.ruff]\nsrc = ['src']\n[tool.ruff.lint]\nselect = ['I', 'INP', 'N', 'A']\n",
    "[tool.ruff]\nsrc = ['elsewhere']\n[tool.ruff.lint]\nselect = ['I']\n",
    "[tool.ruff]\nextend-exclude = ['old', '*.pyi']\n[tool.ruff.lint]\nselect = ['F', 'E']\n",
    "[tool.ruff]\nbuiltins = ['bank']\n[tool.ruff.lint]\nselect = ['F', 'E']\n",
    "[tool.ruff]\nnamespace-packages = ['src']\n[tool.ruff.lint]\nselect = ['INP']\n",
    "[tool.ruff.lint.per-file-ignores]\n'src/*' = ['F']\n'**/b.py' = ['ALL']\n",
    "[tool.ruff.per-file-target-version]\n'src/**' = 'py38'\n[tool.ruff.lint]\nselect = ['UP']\n",
    "[tool.ruff.format]\nquote-style = 'single'\nindent-style = 'tab'\nexclude = ['src']\n",
    "[tool.ruff.lint.isort]\nknown-first-party = ['bank']\n[tool.ruff.lint]\nselect = ['I']\n",
)
_APART = (
    "",
    "[project]\nname = 'x'\n",
    "[tool.ruff]\nfix-only = true\n",
    "[tool.ruff]\nunsafe-fixes = true\n",
    "[tool.ruff]\nforce-exclude = true\nexclude = ['src']\n",
    "[tool.ruff]\npreview = true\n[tool.ruff.lint]\nselect = ['ALL']\n",
    "[tool.ruff]\nextend = '../shared.toml'\n",
    "[tool.ruff]\nrequired-version = '<0.1'\n",
    "[tool.ruff]\ninclude = ['*.txt']\n",
)
_BROKEN = (
    "[tool.ruff\n",
    "[tool.ruff]\nline-length = 'wide'\n",
    "[tool.ruff.lint]\nno-such-setting = 1\n",
    "tool = 1\n",
)
_FILES = {
    "src/pack/__init__.py": "",
    "src/pack/a.py": "import os\nimport bank\nimport elsewhere\nimport abc\n\nx = 'one'\n",
    "src/b.py": "from typing import Optional\ny  = [ 1 ]\ndef f(a: Optional[int]): return bank\n",
    "src/build/c.py": "import os\nz  = 1\n",
    "src/long.py": "name = 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'\n",
    "src/stub.pyi": "import os\ndef f(x:int)->int: ...\n",
    "src/new.py": "type X = int\nmatch 1:\n    case _: pass\n",
    "tests/test_a.py": "def test_a():\n    assert 1\n    import sys\n",
    "tests/broken.py": "x = [1,\n",
    "old/d.py": "import os\n",
    "e.py": "import os, sys\n",
    ".venv/lib/f.py": "import os\n",
    "odd name.py": "import  os  # noqa\n",
    "src/noqa.py": "# ruff: noqa: F401\nimport os\n",
    "notes.txt": "import os\n",
    "src/bytes.py": "x = '\xff'\n",
    "src/risky.py": "import pickle  # noqa: S403\npassword = 'hunter2-hunter2'\nexec('x')\n",
}
_NESTED = {
    "src/ruff.toml": "lint.select = ['ALL']\n",
    ".ruff.toml": "line-length = 30\n",
    "tests/pyproject.toml": "[tool.ruff]\nline-length = 20\n",
    "src/pyproject.toml": "[project\n",
}
_PACKAGES = st.lists(
    st.tuples(
        st.one_of(
            st.sampled_from(_ALIKE), st.sampled_from(_ALIKE), st.sampled_from(_APART + _BROKEN)
        ),
        st.sets(st.sampled_from(sorted(_FILES)), max_size=6),
        st.one_of(st.none(), st.none(), st.none(), st.sampled_from(sorted(_NESTED))),
    ),
    min_size=2,
    max_size=6,
)


@pytest.fixture
def processes() -> Iterator[Processes]:
    with Processes(os.environ) as started:
        yield started


def _written(root: Path, project: str, files: Mapping[str, str]) -> Path:
    for name, text in {"pyproject.toml": project, **files}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="latin-1")
    if not project:
        (root / "pyproject.toml").unlink()
    return root


def _said(ruff: Ruff, root: Path) -> list[tuple[Remark, ...] | str]:
    said: list[tuple[Remark, ...] | str] = []
    for ask in (ruff.lint, ruff.unformatted, ruff.suspicious):
        try:
            said.append(ask(root, limit=_LIMIT))
        except ToolFault as fault:
            said.append(f"{fault.rule}: {fault}\n{fault.last_words}")
    return said


@given(described=_PACKAGES)
@settings(max_examples=12)
def test_together_and_alone_say_the_same(
    described: list[tuple[str, set[str], str | None]],
) -> None:
    """Whatever the settings and the files of several packages: every remark, every fault."""
    with tempfile.TemporaryDirectory() as folder, Processes(os.environ) as processes:
        above = Path(folder).resolve()
        (above / "shared.toml").write_text("line-length = 33\n")
        # What stands above the packages counts for none of them.
        (above / "ruff.toml").write_text("lint.select = ['ALL']\nline-length = 25\n")
        roots = [
            _written(
                above / f"wow-{number}",
                project,
                {name: _FILES[name] for name in names}
                | ({nested: _NESTED[nested]} if nested else {}),
            )
            for number, (project, names, nested) in enumerate(described)
        ]
        together = Ruff(processes)
        together.expect(roots)

        assert [_said(together, root) for root in roots] == [
            _said(Ruff(processes), root) for root in roots
        ]


@pytest.mark.parametrize("project", _ALIKE)
def test_settings_that_allow_a_common_call(tmp_path: Path, project: str) -> None:
    """What ruff reads from the nearest file is the package's own word either way."""
    root = _written(tmp_path / "wow-x", project, {"src/a.py": "x = 1\n", "b.py": ""})

    assert share_of(root) == Share(root, (str(root), str(root / "src" / "a.py")))


@pytest.mark.parametrize("project", [*_APART, "tool = 1\n", "[tool.ruff\n"])
def test_settings_that_ask_for_a_call_of_their_own(tmp_path: Path, project: str) -> None:
    """What holds for a whole run, leads elsewhere or can't be read is never put in with others."""
    assert share_of(_written(tmp_path / "wow-x", project, {"src/a.py": ""})) is None


@pytest.mark.parametrize(
    "name", [*_NESTED, "src/.Ruff.toml", ".hypothesis/a", ".venv/../ruff.toml"]
)
def test_settings_within_a_package_ask_for_a_call_of_its_own(tmp_path: Path, name: str) -> None:
    """Ruff would prefer a file of settings deeper in the package, were it not for --config."""
    root = _written(tmp_path / "wow-x", _ALIKE[0], {})
    (root / name).parent.parent.joinpath(".venv").mkdir(parents=True, exist_ok=True)
    _written(root, _ALIKE[0], {name: ""})

    assert share_of(root) is None


@pytest.mark.parametrize("lead", ["settings", "outward", "root"])
def test_links_ask_for_a_call_of_their_own(tmp_path: Path, lead: str) -> None:
    """A package behind a link, or with links out of it, is not put in with others."""
    root = _written(tmp_path / "wow-x", _ALIKE[0], {})
    match lead:
        case "settings":
            (root / "pyproject.toml").rename(root / "p.toml")
            (root / "pyproject.toml").symlink_to(root / "p.toml")
        case "outward":
            (root / "a.py").symlink_to(tmp_path / "nowhere")
        case _:
            (tmp_path / "link").symlink_to(root)
            root = tmp_path / "link"

    assert share_of(root) is None


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes in the file system")
def test_a_pipe_is_kept_from_the_others(tmp_path: Path) -> None:
    """Ruff waits for ever for what a pipe has to say, which must not be for fifty agents."""
    root = _written(tmp_path / "wow-x", _ALIKE[0], {})
    os.mkfifo(root / "pipe.py")

    assert share_of(root) is None


@pytest.mark.parametrize("project", [*_APART, *_BROKEN])
def test_what_heeds_no_settings_is_asked_of_all(tmp_path: Path, project: str) -> None:
    """Whatever a package says of itself, the common look for what is risky has room for it."""
    root = _written(tmp_path / "wow-x", project, {"src/ruff.toml": ""})

    assert bare_share_of(root) == Share(root, (str(root),))


def test_more_files_than_a_call_takes(tmp_path: Path) -> None:
    """A very large package has calls of its own, cut to what a command line holds."""
    root = _written(tmp_path / "wow-x", _ALIKE[0], {f"src/a{n}.py": "" for n in range(151)})

    assert share_of(root) is None


class _Counting(Processes):
    """Real processes, counted."""

    def __init__(self) -> None:
        super().__init__(os.environ)
        self.commands: list[Sequence[str]] = []

    def run(self, tool: str, command: Sequence[str], **options: Any) -> Ran:
        self.commands.append(command)
        return super().run(tool, command, **options)


@pytest.fixture
def counting() -> Iterator[_Counting]:
    with _Counting() as processes:
        yield processes


def _fleet(folder: Path, count: int) -> list[Path]:
    return [
        agent_package(
            folder.resolve() / f"wow-{number}",
            {"src/wow_heartbeat/extra.py": "import os\n\nx  = 1\n"},
        )
        for number in range(count)
    ]


def test_one_call_for_all(tmp_path: Path, counting: _Counting) -> None:
    """Two processes for twelve agents that are asked about side by side, twice each."""
    roots = _fleet(tmp_path, 12)
    ruff = Ruff(counting)
    ruff.expect(roots)

    with ThreadPoolExecutor(6) as threads:
        lint = list(threads.map(lambda root: ruff.lint(root, limit=_LIMIT), roots))
        layout = list(threads.map(lambda root: ruff.unformatted(root, limit=_LIMIT), roots))

    assert [[(one.code, one.path) for one in said] for said in (*lint, *layout)] == [
        *([("F401", PurePosixPath("src/wow_heartbeat/extra.py"))] for _ in roots),
        *([("unformatted", PurePosixPath("src/wow_heartbeat/extra.py"))] for _ in roots),
    ]
    assert len(counting.commands) == 2


def test_more_than_a_command_line_holds(
    tmp_path: Path, counting: _Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fleet that does not fit into one call takes as many as it needs; no package is cut."""
    roots = _fleet(tmp_path, 7)
    share = share_of(roots[0])
    assert share is not None
    monkeypatch.setattr(
        "waooaw_cli.adapters.ruff_fleet._LONGEST_COMMAND", 2 * share.length + share.length // 2
    )
    ruff = Ruff(counting)
    ruff.expect(roots)

    said = [ruff.lint(root, limit=_LIMIT) for root in roots]

    # Two and two and two, and the last one in a call of its own.
    assert [len(remarks) for remarks in said] == [1] * 7
    assert len(counting.commands) == 4


def test_one_package_that_ruff_gives_up_on(tmp_path: Path, counting: _Counting) -> None:
    """Broken settings cost the others a few common calls, not one call for each."""
    roots = _fleet(tmp_path, 32)
    (roots[20] / "pyproject.toml").write_text(_BROKEN[1])
    ruff = Ruff(counting)
    ruff.expect(roots)

    with pytest.raises(ToolCrashed):
        ruff.lint(roots[20], limit=_LIMIT)
    said = [ruff.lint(root, limit=_LIMIT) for root in roots if root != roots[20]]

    assert [len(remarks) for remarks in said] == [1] * 31
    assert len(counting.commands) < 16


def test_what_was_not_expected(tmp_path: Path, counting: _Counting) -> None:
    """Another package, and a second question about one, are a call of their own."""
    first, second, other = _fleet(tmp_path, 3)
    ruff = Ruff(counting)
    ruff.expect([first, second])

    assert len(ruff.lint(other, limit=_LIMIT)) == 1
    assert len(ruff.lint(first, limit=_LIMIT)) == 1
    (first / "src" / "wow_heartbeat" / "extra.py").unlink()
    assert ruff.lint(first, limit=_LIMIT) == ()
    assert len(counting.commands) == 3


def test_a_remark_on_a_file_of_nobody(processes: Processes, tmp_path: Path) -> None:
    """What can't be laid at one package's door makes the common call count for nothing."""
    script = tmp_path / "tool.py"
    script.write_text(
        "import json, sys\n"
        "one = {'filename': '/elsewhere/a.py', 'code': 'F401', 'message': 'm', 'fix': None,\n"
        "       'location': {'row': 1, 'column': 1}}\n"
        "print(json.dumps([one]))\n"
        "sys.exit(1)\n"
    )
    roots = _fleet(tmp_path / "fleet", 2)
    ruff = Ruff(processes, (sys.executable, str(script)))
    ruff.expect(roots)

    [remark] = ruff.lint(roots[0], limit=_LIMIT)

    assert remark.path == PurePosixPath("/elsewhere/a.py")


@pytest.mark.parametrize(
    ("says", "code"), [("error: could not read a.py", 0), ("warning: old setting", 2)]
)
def test_a_common_call_that_left_something_out(
    tmp_path: Path, counting: _Counting, says: str, code: int
) -> None:
    """A file that could not be looked at has each package asked about by itself."""
    script = tmp_path / "tool.py"
    script.write_text(
        f"import sys\nprint('[]')\nprint({says!r}, file=sys.stderr)\nsys.exit({code})"
    )
    roots = _fleet(tmp_path / "fleet", 2)
    ruff = Ruff(counting, (sys.executable, str(script)))
    ruff.expect(roots)

    _said(ruff, roots[0])

    assert len(counting.commands) == 6


@pytest.mark.parametrize("fault", [ToolTimedOut, ToolMissing, ToolCrashed])
def test_a_common_call_that_fails(tmp_path: Path, fault: type[ToolFault]) -> None:
    """A fault of the common call is nobody's verdict; asking again has an end."""
    asked: list[int] = []

    def ask(shares: Sequence[Share], limit: timedelta) -> Mapping[Path, tuple[Remark, ...]]:
        assert timedelta(0) < limit <= _LIMIT / 3
        asked.append(len(shares))
        raise fault("ruff", "gave up")

    roots = _fleet(tmp_path, 4)
    batch = Batch(roots, ask)

    assert [batch.part(root, limit=_LIMIT) for root in roots] == [None] * 4
    assert asked == ([4, 2, 2] if fault is ToolCrashed else [4])


def test_the_time_of_a_common_call_is_bounded(tmp_path: Path) -> None:
    """When a third of the limit is gone, what is left is asked about one by one."""
    now = [0.0]

    def ask(shares: Sequence[Share], limit: timedelta) -> Mapping[Path, tuple[Remark, ...]]:
        now[0] += 21
        raise ToolCrashed("ruff", "gave up")

    batch = Batch(_fleet(tmp_path, 4), ask, clock=lambda: now[0])

    assert batch.part(tmp_path.resolve() / "wow-0", limit=_LIMIT) is None
    assert now == [21.0]


def test_those_who_wait_get_their_part(tmp_path: Path) -> None:
    """A gate that asks while the common call runs waits for it and asks nothing itself."""
    asking, answered = threading.Event(), threading.Event()
    calls: list[int] = []

    def ask(shares: Sequence[Share], limit: timedelta) -> Mapping[Path, tuple[Remark, ...]]:
        calls.append(len(shares))
        asking.set()
        assert answered.wait(limit.total_seconds())
        return {share.root: () for share in shares}

    roots = _fleet(tmp_path, 2)
    batch = Batch(roots, ask)
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(batch.part, roots[0], limit=_LIMIT)
        assert asking.wait(10)
        second = threads.submit(batch.part, roots[1], limit=_LIMIT)
        answered.set()

        assert (first.result(), second.result()) == ((), ())
    assert calls == [2]
