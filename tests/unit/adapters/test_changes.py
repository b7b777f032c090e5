"""What git says has changed, and which agents that concerns: real repositories."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from fakes.agent_package import agent_package

from waooaw.errors import InputError
from waooaw_cli.adapters.changes import Changes
from waooaw_cli.adapters.process import Processes, Ran
from waooaw_cli.factory.affected import Affected, affected
from waooaw_cli.gates.gate import Package
from waooaw_cli.gates.ports import ToolCrashed, ToolMissing

_CODE = "src/wow_heartbeat/agent.py"


def _git(folder: Path, *arguments: str) -> str:
    settings = ("-c", "user.name=t", "-c", "user.email=t@example.com")
    return subprocess.run(
        ["git", *settings, "-c", "protocol.file.allow=always", *arguments],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()


def _committed(folder: Path, message: str = "more") -> None:
    _git(folder, "add", ".")
    _git(folder, "commit", "-q", "-m", message)


def _repository(folder: Path, *agents: str) -> Path:
    for name in agents:
        agent_package(folder / name)
    folder.mkdir(exist_ok=True)
    _git(folder, "init", "-q", "-b", "main")
    _git(folder, "config", "core.autocrlf", "false")
    _committed(folder)
    return folder


def _write(file: Path, text: str = "x = 1\n") -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


@pytest.fixture
def processes() -> Iterator[Processes]:
    with Processes(os.environ) as started:
        yield started


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    """A repository with two agents, committed."""
    return _repository(tmp_path.resolve() / "fleet", "wow-a", "wow-b")


def _affected(
    processes: Processes, folder: Path, reference: str = "main", shared: Sequence[Path] = ()
) -> Affected:
    packages = [
        Package(file.parent.resolve(), file.parent.relative_to(folder).as_posix())
        for file in sorted(folder.rglob("agent.yaml"))
    ]
    differences = Changes(processes, reference).of([package.root for package in packages])
    return affected(packages, differences, folder=folder, shared=shared)


def _reasons(
    processes: Processes, folder: Path, reference: str = "main", shared: Sequence[Path] = ()
) -> list[str]:
    return list(_affected(processes, folder, reference, shared).reasons)


def test_nothing_changed(processes: Processes, fleet: Path) -> None:
    """An agent whose files are those of the commit has not changed."""
    assert _affected(processes, fleet) == Affected((), ())


@pytest.mark.parametrize("step", ["edited", "staged", "committed", "new", "deleted", "mode"])
def test_a_change_is_seen(processes: Processes, fleet: Path, step: str) -> None:
    """An edit counts whether it is staged, committed or neither; so do new and deleted files."""
    file = fleet / "wow-a" / _CODE
    match step:
        case "new":
            _write(file.parent / "more.py")
        case "deleted":
            file.unlink()
        case "mode":
            file.chmod(0o755)
        case _:
            _write(file)
    if step == "staged":
        _git(fleet, "add", ".")
    if step == "committed":
        _git(fleet, "tag", "before")
        _committed(fleet)

    found = _affected(processes, fleet, "before" if step == "committed" else "main")

    assert [package.root.name for package in found.packages] == ["wow-a"]
    assert found.reasons == ("wow-a: 1 file changed",)


def test_what_did_not_change_is_no_change(processes: Processes, fleet: Path) -> None:
    """Neither a new time stamp nor a file that git ignores counts."""
    _write(fleet / ".gitignore", "*.pyc\n")
    _committed(fleet)
    os.utime(fleet / "wow-a" / _CODE, (1, 1))
    _write(fleet / "wow-a" / "a.pyc")

    assert _reasons(processes, fleet) == []


def test_a_move_concerns_both_sides(processes: Processes, fleet: Path) -> None:
    """A file that moved from one agent to another changed both."""
    _git(fleet, "mv", f"wow-a/{_CODE}", "wow-b/moved.py")

    assert _reasons(processes, fleet) == ["wow-a: 1 file changed", "wow-b: 1 file changed"]


def test_names_that_need_care(processes: Processes, tmp_path: Path) -> None:
    """Spaces, quotes, line feeds and letters of any alphabet are parts of names like others."""
    names = ["wow a", 'wow"b', "wow-ü", "wow\nc", "-wow", "wow-[d]"]
    fleet = _repository(tmp_path / "fleet", *names)
    for name in names:
        _write(fleet / name / "ä \t'.py")

    assert len(_affected(processes, fleet).packages) == len(names)
    assert all("1 file changed" in reason for reason in _reasons(processes, fleet))


def test_what_git_does_not_know_has_changed(processes: Processes, fleet: Path) -> None:
    """An agent that git ignores can't be compared, so it is gated."""
    _write(fleet / ".gitignore", "/wow-c/\n")
    _committed(fleet)
    agent_package(fleet / "wow-c")

    assert _reasons(processes, fleet) == ["wow-c: git ignores it"]


def test_a_new_agent_has_changed(processes: Processes, fleet: Path) -> None:
    """An agent that was never committed is new in all of its files."""
    agent_package(fleet / "wow-c")

    [reason] = _reasons(processes, fleet)

    assert reason.startswith("wow-c: ")


def test_what_others_did_in_the_meantime_is_no_change(processes: Processes, fleet: Path) -> None:
    """As in a pull request, what counts is what happened since the branch was left."""
    _git(fleet, "checkout", "-q", "-b", "mine")
    _write(fleet / "wow-a" / "mine.py")
    _committed(fleet)
    _git(fleet, "checkout", "-q", "main")
    _write(fleet / "wow-b" / "theirs.py")
    _committed(fleet)
    _git(fleet, "checkout", "-q", "mine")

    assert _reasons(processes, fleet) == ["wow-a: 1 file changed"]


def test_histories_with_nothing_in_common(processes: Processes, fleet: Path) -> None:
    """Where there is no common commit, the one that was named is compared with."""
    _git(fleet, "checkout", "-q", "--orphan", "other")
    _write(fleet / "wow-b" / "more.py")
    _committed(fleet)

    assert _reasons(processes, fleet) == ["wow-b: 1 file changed"]


def test_a_shallow_clone_says_what_it_lacks(
    processes: Processes, fleet: Path, tmp_path: Path
) -> None:
    """CI clones one commit; what to write there is said."""
    _git(fleet, "checkout", "-q", "-b", "mine")
    _write(fleet / "wow-a" / "mine.py")
    _committed(fleet)
    clone = tmp_path / "clone"
    _git(
        tmp_path,
        *("clone", "-q", "--depth", "1", "--no-single-branch", fleet.as_uri(), str(clone)),
    )

    with pytest.raises(InputError, match="too shallow") as unknown:
        _reasons(processes, clone, "origin/main")
    _git(clone, "fetch", "-q", "--unshallow")
    reasons = _reasons(processes, clone, "origin/main")

    assert "fetch-depth: 0" in str(unknown.value.hint)
    assert reasons == ["wow-a: 1 file changed"]


@pytest.mark.parametrize(
    "reference",
    ["no-such-branch", "--output=stolen", "-", "", "main\nmain", "main --output=stolen", "HEAD:."],
)
def test_an_unknown_reference_is_refused(processes: Processes, fleet: Path, reference: str) -> None:
    """What names no commit is the user's mistake, and is never read as an option of git."""
    with pytest.raises(InputError, match="there is no such commit") as caught:
        _reasons(processes, fleet, reference)

    assert len(str(caught.value).splitlines()) == 1
    assert not list(fleet.rglob("stolen"))


def test_outside_of_a_repository(processes: Processes, package: Path) -> None:
    """Without a repository there is nothing to compare with."""
    with pytest.raises(InputError, match="not a git repository"):
        Changes(processes, "main").of([package])


def test_a_damaged_repository(processes: Processes, package: Path) -> None:
    """What is no repository although it looks like one is told in git's own words."""
    (package / ".git").write_text("gitdir: /nowhere\n")

    with pytest.raises(InputError, match="not a git repository"):
        Changes(processes, "main").of([package])


def test_a_repository_of_files_elsewhere(processes: Processes, fleet: Path, tmp_path: Path) -> None:
    """What git tells of other files is not taken for what it would say of these."""
    (tmp_path / "elsewhere").mkdir()
    _git(fleet, "config", "core.worktree", str(tmp_path / "elsewhere"))

    with pytest.raises(InputError, match="files are elsewhere"):
        Changes(processes, "main").of([fleet / "wow-a"])


def test_a_folder_that_is_named_like_a_repository(processes: Processes, fleet: Path) -> None:
    """Git itself says where a repository begins."""
    (fleet / "wow-a" / ".git").mkdir()
    _write(fleet / "wow-a" / "more.py")

    assert _reasons(processes, fleet) == ["wow-a: 1 file changed"]


def test_agents_of_several_repositories(processes: Processes, tmp_path: Path) -> None:
    """Each repository is compared with its own commit of that name; one may be in another."""
    outer = _repository(tmp_path / "outer", "wow-a", "wow-b")
    _write(outer / ".gitignore", "/inner/\n")
    _committed(outer)
    _repository(outer / "inner", "wow-c", "wow-d")
    _write(outer / "wow-a" / "more.py")
    _write(outer / "inner" / "wow-c" / "more.py")

    assert sorted(_reasons(processes, outer)) == [
        "inner/wow-c: 1 file changed",
        "wow-a: 1 file changed",
    ]


@pytest.fixture
def nested(tmp_path: Path, fleet: Path) -> Path:
    """A repository with an agent of its own and the fleet as a submodule."""
    outer = _repository(tmp_path.resolve() / "outer", "wow-o")
    _git(outer, "submodule", "--quiet", "add", fleet.as_uri(), "agents/fleet")
    _committed(outer)
    return outer


def test_agents_of_a_submodule(processes: Processes, nested: Path) -> None:
    """They are compared with the commit that the repository around them had then."""
    module = nested / "agents" / "fleet"
    _git(nested, "tag", "before")
    unchanged = _reasons(processes, nested, "before")
    _write(module / "wow-b" / "more.py")
    edited = _reasons(processes, nested, "before")
    _committed(module)
    _committed(nested)

    assert unchanged == []
    assert edited == ["agents/fleet/wow-b: 1 file changed"]
    assert _reasons(processes, nested, "before") == edited
    assert _reasons(processes, nested, "HEAD") == []


def test_a_new_submodule(processes: Processes, nested: Path) -> None:
    """What was not there then has changed as a whole, and so has what is in it."""
    deeper = nested / "agents" / "fleet"
    _git(deeper, "submodule", "--quiet", "add", deeper.as_uri(), "inner")
    why = "git has nothing to compare it with"

    assert sorted(_reasons(processes, nested, "HEAD~1")) == [
        f"agents/fleet/inner/wow-a: {why}",
        f"agents/fleet/inner/wow-b: {why}",
        f"agents/fleet/wow-a: {why}",
        f"agents/fleet/wow-b: {why}",
    ]


def test_a_submodule_in_an_agent(processes: Processes, fleet: Path, tmp_path: Path) -> None:
    """It is a part of the agent: to move it changes the agent."""
    library = _repository(tmp_path / "library", "wow-lib")
    _git(fleet, "submodule", "--quiet", "add", library.as_uri(), "wow-a/vendor")
    _committed(fleet)
    _write(fleet / "wow-a" / "vendor" / "more.py")

    assert "wow-a: 1 file changed" in _reasons(processes, fleet)


@pytest.mark.parametrize("name", ["waooaw.toml", "vision/policies.yaml", "vision/pay/eu.yml"])
@pytest.mark.parametrize("step", ["new", "deleted"])
def test_what_all_agents_follow(processes: Processes, fleet: Path, name: str, step: str) -> None:
    """New settings and policies concern every agent, and so does their end."""
    _write(fleet / name, "")
    if step == "deleted":
        _committed(fleet)
        (fleet / name).unlink()

    found = _affected(processes, fleet)

    assert len(found.packages) == 2
    assert found.reasons == (f"all: {name} changed",)


def test_policies_of_one_repository(processes: Processes, tmp_path: Path) -> None:
    """They concern its own agents."""
    folder = tmp_path.resolve()
    one, _ = _repository(folder / "one", "wow-a"), _repository(folder / "two", "wow-b")
    _write(one / "vision" / "policies.yaml")

    found = _affected(processes, folder)

    assert [package.shown for package in found.packages] == ["one/wow-a"]
    assert found.reasons == ("all in one: vision/policies.yaml changed",)


def test_policies_between_an_agent_and_its_repository(processes: Processes, tmp_path: Path) -> None:
    """Those of a folder of agents hold for them too."""
    folder = tmp_path.resolve()
    one = _repository(folder / "one", "teams/pay/wow-a")
    _write(one / "teams" / "vision" / "policies.yaml")

    assert _affected(processes, folder).reasons == ("all: teams/vision/policies.yaml changed",)


@pytest.mark.parametrize(
    ("before", "after", "reasons"),
    [
        ("[tool.x]\na = 1\n", "[tool.x]\na = 2\n", []),
        ("[tool.waooaw]\njobs = 1\n", "[tool.waooaw]\njobs = 1\n[tool.x]\n", []),
        ("[tool.waooaw]\njobs = 1\n", "[tool.waooaw]\njobs = 2\n", ["all: pyproject.toml changed"]),
        ("[tool.waooaw]\njobs = 1\n", "", ["all: pyproject.toml changed"]),
        ("", "[tool.waooaw]\n", ["all: pyproject.toml changed"]),
        ("", "[tool", ["all: pyproject.toml changed"]),
        ("tool = 1", "", []),
        (None, "[tool.waooaw]\n", ["all: pyproject.toml changed"]),
        (None, "[tool.x]\n", []),
        ("[tool.waooaw]\njobs = 1\n", None, ["all: pyproject.toml changed"]),
    ],
)
def test_settings_among_others(
    processes: Processes, fleet: Path, before: str | None, after: str | None, reasons: list[str]
) -> None:
    """Of pyproject.toml the table of waooaw counts, and nothing else."""
    file = fleet / "pyproject.toml"
    if before is not None:
        _write(file, before)
        _committed(fleet)
    if after is None:
        file.unlink()
    else:
        _write(file, after)

    assert _reasons(processes, fleet) == reasons


def test_settings_of_another_folder(processes: Processes, fleet: Path) -> None:
    """Settings that are not in force here concern nobody."""
    _write(fleet / "elsewhere" / "waooaw.toml")
    _write(fleet / "elsewhere" / "vision" / "policies.yaml")
    _write(fleet / "vision" / "notes.md")

    assert _reasons(processes, fleet) == []


def test_another_file_that_counts_for_all(processes: Processes, fleet: Path) -> None:
    """Such as a baseline."""
    _write(fleet / "old.jsonl")

    assert _reasons(processes, fleet, shared=[fleet / "old.jsonl"]) == ["all: old.jsonl changed"]


@pytest.mark.parametrize(
    ("changed", "answers", "reason"),
    [
        ("recipes/desk/template/a.py", "recipe: desk\n", "its recipe desk changed"),
        ("recipes/desk.bundle", "recipe: 'desk'\n", "its recipe desk changed"),
        ("recipes/desk/copier.yml", "_src_path: ../recipes/desk\n", "its recipe recipes/desk"),
        ("mine/copier.yml", '_src_path: "{fleet}/mine"\n', "its recipe mine changed"),
        ("recipes/other/copier.yml", "recipe: desk\n", None),
        ("recipes/desk-2/copier.yml", "recipe: desk\n_src_path: ../recipes/desk\n", None),
        ("recipes/README.md", "_src_path: https://example.com/recipes/desk\n", None),
        ("recipes/README.md", "_src_path: ..\nname: x\n", None),
        ("recipes/README.md", "_src_path: ../../recipes\n", None),
        ("recipes/desk/copier.yml", None, None),
    ],
)
def test_the_recipe_that_an_agent_follows(
    processes: Processes, fleet: Path, changed: str, answers: str | None, reason: str | None
) -> None:
    """A recipe of the same repository concerns the agents that were made by it, and no others."""
    if answers is not None:
        _write(fleet / "wow-a" / ".copier-answers.yml", answers.replace("{fleet}", str(fleet)))
        _committed(fleet)
    _write(fleet / changed)

    reasons = _reasons(processes, fleet)

    assert [one.partition(": ")[0] for one in reasons] == (["wow-a"] if reason else [])
    assert not reason or reason in reasons[0]


class _Counting(Processes):
    """Real processes, counted; git may fail at one of its subcommands."""

    def __init__(self, broken: Mapping[str, int] | None = None) -> None:
        super().__init__(os.environ)
        self.calls = 0
        self._broken = broken or {}

    def run(self, tool: str, command: Sequence[str], **options: Any) -> Ran:
        self.calls += 1
        for name, code in self._broken.items():
            if name in command:
                return Ran(code, "", f"fatal: {name} is broken")
        return super().run(tool, command, **options)


def test_git_is_asked_for_the_whole_fleet(tmp_path: Path) -> None:
    """The number of agents does not count: eight questions for one repository."""
    fleet = _repository(tmp_path / "fleet", *(f"wow-{number}" for number in range(12)))
    with _Counting() as counting:
        assert _reasons(counting, fleet) == []

    assert counting.calls <= 8


@pytest.mark.parametrize("command", ["diff", "ls-files"])
def test_git_gives_up(fleet: Path, command: str) -> None:
    """Where git can't say what changed, nothing is taken for unchanged."""
    with _Counting({command: 128}) as broken, pytest.raises(ToolCrashed) as caught:
        _reasons(broken, fleet)

    assert caught.value.last_words == f"fatal: {command} is broken"


def test_there_is_no_git(fleet: Path, tmp_path: Path) -> None:
    """Without git on the path, which agents changed can't be told."""
    with Processes({"PATH": str(tmp_path)}) as processes, pytest.raises(ToolMissing):
        _reasons(processes, fleet)
