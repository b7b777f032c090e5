"""A change in a real repository, and what is said of it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path, PurePosixPath

import pytest
from fakes.agent_package import agent_package
from fakes.repository import Repository, repository

from waooaw.errors import InputError
from waooaw_cli.adapters.revisions import Revisions
from waooaw_cli.factory.review import reviewed
from waooaw_cli.factory.reviews import Review, Side, State, approved
from waooaw_cli.gates.ports import ToolCrashed, ToolMissing
from waooaw_cli.gates.report import Verdict

BOUNDARY = (
    "boundaries: {never: [{id: no-cash, when: has(event.data.cash), because: Cash is out.}]}\n"
)
#: Swallowed, which VIS-C110 objects to.
BAD = "try:\n    A = 1\nexcept Exception:\n    pass\n"
WORSE = BAD.replace("A = 1", "WORSE = 2")


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return repository(tmp_path / "repo", {"agent.yaml": "{old}" + BOUNDARY})


def review(repo: Repository, base: str | None = None, *within: str) -> Review:
    revisions = Revisions(os.environ)
    change = revisions.change(revisions.top(repo.top), base)
    return reviewed(change, revisions, within=[PurePosixPath(one) for one in within])


def places(found: Review) -> list[tuple[str, str, int | None]]:
    return [
        (one.rule, one.file.relative_to("agents/wow-heartbeat").as_posix(), one.line)
        for agent in found.agents
        for one in agent.remarks
    ]


def test_of_three_commits_the_bad_one_is_named_by_its_lines(repo: Repository) -> None:
    """A good one, a bad one, a good one: exactly the bad lines, by rule, file and line."""
    repo.add("src/wow_heartbeat/good.py", '"""Good."""\n')
    repo.commit("good")
    repo.edit("agent.yaml", "owner: ops@example.com", "owner: nobody")
    repo.add("src/wow_heartbeat/bad.py", '"""Bad."""\n\n' + BAD)
    repo.commit("bad")
    repo.add("src/wow_heartbeat/good.py", "\nB = 2\n")
    repo.commit("good again")

    found = review(repo, "HEAD~3")

    assert found.verdict is Verdict.FAIL
    assert places(found) == [
        ("VIS-C001", "agent.yaml", 6),
        ("VIS-C110", "src/wow_heartbeat/bad.py", 5),
    ]
    assert review(repo, "HEAD~1").verdict is Verdict.PASS


def test_what_was_wrong_before_is_not_this_changes(repo: Repository) -> None:
    """Lines above an old objection move it, and do not make it new."""
    repo.add("src/wow_heartbeat/old.py", '"""Old."""\n\n' + BAD)
    repo.commit("old")
    repo.edit("src/wow_heartbeat/old.py", '"""Old."""\n', '"""Old."""\n\nNEW = 1\n')

    assert places(review(repo, "HEAD")) == []


def test_a_field_that_was_wrong_and_is_wrong_in_another_way_is_not_brought(
    repo: Repository,
) -> None:
    """Nobody is, and nothing was, and the line is another: the change did not make it worse."""
    repo.edit("agent.yaml", "owner: ops@example.com", "owner: nobody")
    repo.commit("wrong")
    repo.edit("agent.yaml", "owner: nobody", "owner: none  # yet")

    assert places(review(repo, "HEAD")) == []


def test_of_two_equal_lines_the_one_that_came_is_named(repo: Repository) -> None:
    """The same mistake a second time, above the first: the upper one is the change's."""
    repo.add("src/wow_heartbeat/old.py", '"""Old."""\n\n' + BAD)
    repo.commit("old")
    repo.edit("src/wow_heartbeat/old.py", '"""Old."""\n', '"""Old."""\n\n' + WORSE)

    assert places(review(repo)) == [("VIS-C110", "src/wow_heartbeat/old.py", 5)]


@pytest.mark.parametrize("told", [True, False], ids=["git mv", "mv"])
def test_a_file_that_moved_is_the_same_file(repo: Repository, *, told: bool) -> None:
    """A rename brings nothing, whether git was told of it or not."""
    repo.add("src/wow_heartbeat/old.py", '"""Old."""\n\n' + BAD)
    repo.commit("old")
    folder = repo.agent / "src" / "wow_heartbeat"
    (folder / "old.py").rename(folder / "new.py")
    if told:
        repo.git("add", "--all")

    assert places(review(repo, "HEAD")) == []


@pytest.mark.parametrize("told", [True, False], ids=["git mv", "mv"])
def test_an_agent_that_moved_is_the_same_agent(repo: Repository, *, told: bool) -> None:
    """Its limits are compared with those that it had elsewhere."""
    repo.agent.rename(repo.top / "moved")
    spec = repo.top / "moved" / "agent.yaml"
    spec.write_text(spec.read_text(encoding="utf-8") + "limits: {monthly_usd: 99}\n", "utf-8")
    if told:
        repo.git("add", "--all")

    [agent] = review(repo, "HEAD").agents

    assert (agent.root, agent.state) == (PurePosixPath("moved"), State.MOVED)
    assert [one.rule for one in agent.remarks] == ["VIS-R001"]


def test_a_boundary_that_is_gone_is_shown_where_it_stood(repo: Repository) -> None:
    """Its line is that of the version before, and there is nothing to suggest."""
    repo.edit("agent.yaml", BOUNDARY, "")

    [remark] = review(repo, "HEAD").agents[0].remarks

    assert (remark.rule, remark.side, remark.line) == ("VIS-R003", Side.BEFORE, 14)
    assert remark.suggestion is None


def test_a_raised_limit_is_put_back_by_a_suggestion(repo: Repository) -> None:
    """The line as it has to be, with what else stands in it."""
    repo.add("agent.yaml", "limits: {monthly_usd: 300, p95_ms: 50}  # dear\n")

    [remark] = review(repo, "HEAD").agents[0].remarks

    assert remark.suggestion == "limits: {monthly_usd: 30, p95_ms: 50}  # dear"


def test_what_a_rule_can_mend_itself_is_suggested(repo: Repository) -> None:
    """The core says what the line has to be where no person has to decide that."""
    repo.edit("agent.yaml", "escalates_to: ops@example.com", "escalates_to: nobody")

    [remark] = review(repo, "HEAD").agents[0].remarks

    assert remark.suggestion == "collaborators: {escalates_to: ops@example.com}"


def test_a_compiled_module_objects_when_it_comes_or_changes(repo: Repository) -> None:
    """Python imports it, and nobody can read what it does."""
    module = repo.agent / "src" / "wow_heartbeat" / "fast.so"
    module.write_bytes(b"\0one")

    assert [rule for rule, _, _ in places(review(repo, "HEAD"))] == ["VIS-C100"]
    repo.commit("compiled")
    repo.add("src/wow_heartbeat/agent.py", "B = 2\n")
    assert places(review(repo, "HEAD")) == []
    module.write_bytes(b"\0two")
    assert [rule for rule, _, _ in places(review(repo, "HEAD"))] == ["VIS-C100"]


def test_a_person_approves_a_change_and_not_the_core(repo: Repository) -> None:
    """What was approved no longer objects; more of it does, and so does what no one may approve."""
    repo.add("agent.yaml", "limits: {monthly_usd: 300}\n")
    repo.edit("agent.yaml", "owner: ops@example.com", "owner: nobody")
    found = review(repo, "HEAD")
    everything = {one.fingerprint: "ada" for one in found.agents[0].remarks}

    settled = approved(found, everything)

    assert [(one.rule, one.approver) for one in settled.agents[0].remarks] == [
        ("VIS-C001", None),
        ("VIS-R001", "ada"),
    ]
    repo.edit("agent.yaml", "monthly_usd: 300", "monthly_usd: 3000")
    more = approved(review(repo, "HEAD"), everything)
    assert [one.approver for one in more.agents[0].remarks] == [None, None]


def test_an_agent_that_is_new_answers_for_all_of_it(repo: Repository) -> None:
    """Nothing of it was there before."""
    agent_package(repo.top / "agents" / "wow-two", {"src/wow_heartbeat/bad.py": BAD})

    [agent] = review(repo, "HEAD").agents

    assert agent.state is State.NEW
    assert [one.rule for one in agent.remarks] == ["VIS-C110"]


def test_an_agent_that_is_removed_is_told(repo: Repository) -> None:
    """Whoever removes an agent breaks no rule by it."""
    shutil.rmtree(repo.agent)

    found = review(repo, "HEAD")

    assert [(one.state, one.remarks) for one in found.agents] == [(State.REMOVED, ())]
    assert found.verdict is Verdict.PASS


def test_a_base_that_nobody_can_read_excuses_nothing(repo: Repository) -> None:
    """All that is wrong now is this change's, and a note says why nothing is compared."""
    good = (repo.agent / "agent.yaml").read_text(encoding="utf-8")
    (repo.agent / "agent.yaml").write_text("name: [\n", encoding="utf-8")
    repo.commit("broken")
    mended = good.replace("owner: ops@example.com", "owner: nobody")
    (repo.agent / "agent.yaml").write_text(mended, encoding="utf-8")

    [agent] = review(repo, "HEAD").agents

    assert [one.rule for one in agent.remarks] == ["VIS-C001"]
    assert agent.notes


def test_a_specification_that_nobody_can_read_any_more_objects(repo: Repository) -> None:
    """What can't be judged does not pass."""
    (repo.agent / "agent.yaml").write_text("name: [\n", encoding="utf-8")

    found = review(repo, "HEAD")

    assert [one.rule for one in found.agents[0].remarks] == ["VIS-C000"]
    assert found.agents[0].rejected


def test_only_what_is_named_is_reviewed(repo: Repository) -> None:
    """A folder, an agent or a file of it; elsewhere nothing is said."""
    repo.edit("agent.yaml", "owner: ops@example.com", "owner: nobody")

    assert review(repo, "HEAD", "agents").agents
    assert review(repo, "HEAD", "agents/wow-heartbeat/agent.yaml").agents
    assert not review(repo, "HEAD", "elsewhere").agents


def test_without_a_base_the_likely_one_is_taken(repo: Repository) -> None:
    """A branch is compared with main, else what is not committed, else the last commit."""
    first = repo.git("rev-parse", "HEAD")
    assert review(repo).base is None
    repo.commit("second")
    assert review(repo).base == first
    repo.edit("agent.yaml", "owner: ops@example.com", "owner: nobody")
    assert review(repo).base_name == "HEAD"
    repo.git("switch", "--quiet", "--create", "branch")
    repo.commit("third")
    repo.commit("fourth")
    assert review(repo).base_name == "main"


def test_a_repository_without_a_commit_is_all_new(tmp_path: Path) -> None:
    """There is nothing to compare with."""
    repo = Repository(tmp_path)
    agent_package(repo.agent)
    repo.git("init", "--quiet")

    assert [one.state for one in review(repo).agents] == [State.NEW]


@pytest.mark.parametrize("reference", ["-x", "--output=/tmp/x", "nope", "HEAD:agents", "", "a\0b"])
def test_a_base_that_is_no_commit_is_refused(repo: Repository, reference: str) -> None:
    """Also one that looks like an option."""
    with pytest.raises(InputError, match="there is no such commit"):
        review(repo, reference)

    assert not Path("/tmp/x").exists()


def test_names_that_need_care(repo: Repository) -> None:
    """Line breaks, quotes, bytes that are no UTF-8 and pathspec magic are names like others."""
    for name in ('a"b.py', "new\nline.py", ":(glob)*.py", "caf\udce9.py", "-x.py"):
        repo.add(f"src/wow_heartbeat/{name}", '"""Old."""\n\n' + BAD)
    repo.commit("odd")
    for name in ('a"b.py', "new\nline.py", ":(glob)*.py", "caf\udce9.py", "-x.py"):
        repo.edit(f"src/wow_heartbeat/{name}", '"""Old."""\n', '"""Old."""\n\n' + WORSE)

    found = places(review(repo, "HEAD"))

    assert [line for _, _, line in found] == [5] * 5


def test_links_binaries_and_submodules_are_passed_over(repo: Repository) -> None:
    """None of them is taken for source, and a submodule that moved is named."""
    other = repository(repo.top.parent / "other")
    repo.git(
        "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other.top), "sub"
    )
    (repo.agent / "src" / "wow_heartbeat" / "blob.bin").write_bytes(b"\0\xff" * 1000)
    (repo.agent / "src" / "wow_heartbeat" / "link.py").symlink_to("agent.py")
    (repo.agent / "src" / "wow_heartbeat" / "gone.py").symlink_to("/nowhere.py")
    repo.commit("odd things")
    other.commit("later")
    repo.git("-C", "sub", "pull", "--quiet", "origin", "main")
    repo.add("src/wow_heartbeat/agent.py", "\nA = 1\n")

    found = review(repo, "HEAD")

    assert places(found) == []
    assert found.notes == (
        "the submodule sub is another commit now; review it in its own repository",
    )


def test_a_large_change_is_reviewed_in_seconds(repo: Repository) -> None:
    """Ten megabytes of a diff beside the agent cost nothing that matters."""
    (repo.agent / "data.txt").write_text("a line of data\n" * 700_000, encoding="utf-8")
    repo.add("src/wow_heartbeat/bad.py", BAD)

    assert [rule for rule, _, _ in places(review(repo, "HEAD"))] == ["VIS-C110"]


def test_a_file_that_is_too_large_to_judge_objects(repo: Repository) -> None:
    """What nobody could look at is not innocent, also where that was so before it changed."""
    repo.add("src/wow_heartbeat/large.py", "A = 1  # long\n" * 200_000)

    assert [rule for rule, _, _ in places(review(repo, "HEAD"))] == ["VIS-C100"]
    repo.commit("large")
    repo.add("src/wow_heartbeat/agent.py", "B = 2\n")
    assert places(review(repo, "HEAD")) == []
    repo.add("src/wow_heartbeat/large.py", "B = 2\n")
    assert [rule for rule, _, _ in places(review(repo, "HEAD"))] == ["VIS-C100"]


def test_outside_of_a_repository_there_is_nothing_to_review(tmp_path: Path) -> None:
    """The gate judges without git."""
    with pytest.raises(InputError, match="in no git repository"):
        Revisions(os.environ).top(tmp_path)


def test_a_shallow_clone_says_what_it_lacks(repo: Repository) -> None:
    """Fetching one commit of each branch, as CI does, leaves nothing to compare with."""
    repo.git("switch", "--quiet", "--create", "branch")
    repo.commit("on the branch")
    repo.git("switch", "--quiet", "main")
    repo.commit("on main")
    clone = repo.top.parent / "clone"
    url = repo.top.as_uri()
    repo.git(
        "clone", "--quiet", "--depth=1", "--no-single-branch", "--branch=branch", url, str(clone)
    )

    with pytest.raises(InputError, match="too shallow"):
        review(Repository(clone), "origin/main")


def test_histories_with_nothing_in_common_are_compared_as_they_are(repo: Repository) -> None:
    """There is no place where they parted."""
    repo.git("checkout", "--quiet", "--orphan", "other")
    repo.edit("agent.yaml", "owner: ops@example.com", "owner: nobody")
    repo.commit("other")

    assert places(review(repo, "main")) == [("VIS-C001", "agent.yaml", 6)]


def test_a_git_that_gives_up_is_no_verdict(repo: Repository) -> None:
    """A damaged index is told as that."""
    (repo.top / ".git" / "index").write_bytes(b"nonsense")

    with pytest.raises(ToolCrashed, match="gave up"):
        review(repo, "HEAD")


def test_a_missing_git_is_no_verdict(repo: Repository) -> None:
    """It is undecided, not passed."""
    with pytest.raises(ToolMissing):
        Revisions({"PATH": "/nowhere"}).top(repo.top)


def test_an_object_that_is_not_there_is_no_verdict(repo: Repository) -> None:
    """A partial clone that can't fetch does not pass for an empty file."""
    revisions = Revisions(os.environ)
    change = revisions.change(repo.top, "HEAD")

    with pytest.raises(ToolCrashed, match="has no object"):
        revisions.contents(change, ["0" * 40])
