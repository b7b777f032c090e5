"""`waooaw vision review` in a real repository, posting to a server on this machine."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fakes.github_server import TOKEN, Fault, GithubServer, github_server
from fakes.policy_text import SPEC_RULE, policy_text
from fakes.repository import Repository, repository
from program import waooaw

BAD = "try:\n    A = 1\nexcept Exception:\n    pass\n"
BAD_FILE = "agents/wow-heartbeat/src/wow_heartbeat/bad.py"
SPEC = "agents/wow-heartbeat/agent.yaml"


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return repository(tmp_path / "repo")


@pytest.fixture
def server() -> Iterator[GithubServer]:
    with github_server() as served:
        yield served


def review(
    repo: Repository, *arguments: str, server: GithubServer | None = None, **env: str
) -> subprocess.CompletedProcess[str]:
    here = {"WAOOAW_STATE_DIR": str(repo.top.parent / "state")}
    if server is not None:
        here |= {"GITHUB_TOKEN": TOKEN, "GITHUB_REPOSITORY": "acme/agents"}
        here |= {"GITHUB_API_URL": server.url, "NO_PROXY": "*"}
    done = waooaw("vision", "review", *arguments, cwd=repo.top, env=here | env)
    assert TOKEN not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done


def post(
    repo: Repository, server: GithubServer, *arguments: str
) -> subprocess.CompletedProcess[str]:
    return review(repo, "--base", "HEAD", "--post", "--pull", "7", *arguments, server=server)


def worse(repo: Repository, server: GithubServer) -> None:
    """Raise a limit and swallow an error, in a pull request that shows both."""
    repo.add("agent.yaml", "limits: {monthly_usd: 300}\n")
    repo.add("src/wow_heartbeat/bad.py", BAD)
    server.files = [
        {"filename": SPEC, "patch": "@@ -13,0 +14,1 @@\n+limits: {monthly_usd: 300}"},
        {"filename": BAD_FILE, "patch": "@@ -0,0 +1,4 @@\n" + "+x\n" * 4},
        {"filename": "picture.png"},
    ]


def test_three_commits_one_bad(repo: Repository) -> None:
    """Exit 1, and exactly the bad lines are named; without the bad one exit 0."""
    repo.add("src/wow_heartbeat/good.py", '"""Good."""\n')
    repo.commit("good")
    repo.add("src/wow_heartbeat/bad.py", BAD)
    repo.commit("bad")
    repo.add("src/wow_heartbeat/good.py", "A = 1\n")
    repo.commit("good again")

    done = review(repo, "--base", "HEAD~3", "--json")
    good = review(repo, "--base", "HEAD~1")

    content = json.loads(done.stdout)
    [agent] = content["agents"]
    assert (done.returncode, done.stderr) == (1, "")
    assert content["schema"] == "waooaw.vision-review/1"
    assert [(one["rule"], one["file"], one["line"]) for one in agent["findings"]] == [
        ("VIS-C110", BAD_FILE, 3)
    ]
    assert (good.returncode, good.stdout.splitlines()[-1]) == (0, "pass: 1 agent changed")


def test_a_person_reads_place_rule_and_way_out(repo: Repository) -> None:
    """The terminal shows path:line:column, and what the line has to be."""
    repo.add("agent.yaml", "limits: {monthly_usd: 300}\n")

    done = review(repo)

    assert done.returncode == 1
    assert f"{SPEC}:14:10: error VIS-R001" in done.stdout
    assert "instead: limits: {monthly_usd: 30}" in done.stdout
    assert review(repo, "--quiet").stdout == "fail: 1 agent changed, 1 objection\n"


def test_github_gets_comments_and_suggestions(repo: Repository, server: GithubServer) -> None:
    """`--format github` prints what the reviews call takes; --post posts it, once."""
    worse(repo, server)
    printed = json.loads(review(repo, "--base", "HEAD", "--format", "github").stdout)

    done = post(repo, server)
    again = post(repo, server, "--json")

    assert (done.returncode, again.returncode) == (1, 1)
    [first, second] = server.comments
    assert (first["path"], first["line"], first["side"]) == (SPEC, 14, "RIGHT")
    assert "```suggestion\nlimits: {monthly_usd: 30}\n```" in first["body"]
    assert (second["path"], second["line"]) == (BAD_FILE, 3)
    assert [one["body"] for one in printed["comments"]] == [one["body"] for one in server.comments]
    assert json.loads(again.stdout)["posted"]["known"] == 2
    assert len(server.reviews) == 1
    assert [one["title"] for one in server.issues] == [
        "wow-heartbeat: the specification is rejected (VIS-R001)"
    ]
    assert set(server.tokens) == {f"Bearer {TOKEN}"}


def test_what_the_diff_does_not_show_is_told_above_the_comments(
    repo: Repository, server: GithubServer
) -> None:
    """GitHub takes comments on lines of the diff only; the rest is said in the review's text."""
    worse(repo, server)
    server.files = [server.files[0]]

    post(repo, server)

    assert [one["path"] for one in server.comments] == [SPEC]
    assert "VIS-C110" in server.reviews[0]["body"]
    assert json.loads(post(repo, server, "--json").stdout)["posted"]["known"] == 2


def test_comments_that_are_refused_are_told_above(repo: Repository, server: GithubServer) -> None:
    """One line that GitHub does not take must not lose the others."""
    worse(repo, server)
    server.refuse_comments = True

    assert post(repo, server).returncode == 1
    assert server.comments == []
    assert "VIS-C110" in server.reviews[0]["body"]
    assert "VIS-R001" in server.reviews[0]["body"]


def test_an_approval_lifts_the_change_and_a_rejection_stands(
    repo: Repository, server: GithubServer
) -> None:
    """A stranger's word does not count; the last word of somebody who may write does."""
    repo.add("agent.yaml", "limits: {monthly_usd: 300}\n")
    post(repo, server)

    server.answer(1, "/waooaw approve", "mallory", "NONE")
    assert post(repo, server).returncode == 1
    server.answer(1, "Fine.\n/waooaw approve", "ada")
    done = post(repo, server, "--json")

    assert done.returncode == 0
    [agent] = json.loads(done.stdout)["agents"]
    assert [one["approved_by"] for one in agent["findings"]] == ["ada"]
    # Journalled: the next review without --post knows it too.
    assert review(repo, "--base", "HEAD", GITHUB_REPOSITORY="acme/agents").returncode == 0
    server.answers[1][-1]["body"] = "/waooaw reject"
    assert post(repo, server).returncode == 1


def test_silence_for_a_day_rejects(repo: Repository, server: GithubServer) -> None:
    """Before that it is waited for; afterwards it is an answer, and is kept."""
    repo.add("agent.yaml", "limits: {monthly_usd: 300}\n")
    post(repo, server)
    env = {"GITHUB_TOKEN": TOKEN, "GITHUB_REPOSITORY": "acme/agents", "GITHUB_API_URL": server.url}
    env |= {"WAOOAW_STATE_DIR": str(repo.top.parent / "state"), "NO_PROXY": "*"}

    waiting = waooaw("vision", "answers", cwd=repo.top, env=env)
    before = datetime.now(UTC) - timedelta(hours=25)
    server.issues[0]["created_at"] = before.strftime("%Y-%m-%dT%H:%M:%SZ")
    silent = json.loads(waooaw("vision", "answers", "--json", cwd=repo.top, env=env).stdout)

    assert waiting.returncode == 0
    assert waiting.stdout.startswith("#1 rejection: waiting until ")
    assert silent["schema"] == "waooaw.vision-answers/1"
    assert [(one["answer"], one["by"]) for one in silent["answers"]] == [("reject", "silence")]
    journal = (repo.top.parent / "state" / "vision-reviews.jsonl").read_text(encoding="utf-8")
    assert [json.loads(line)["by"] for line in journal.splitlines() if "answer" in line] == [
        "silence"
    ]


def test_the_third_violation_within_a_day_is_escalated_once(
    repo: Repository, server: GithubServer
) -> None:
    """Three different ones of one rule by one agent; the fourth opens no second issue."""
    for number in (1, 2):
        repo.add(f"src/wow_heartbeat/bad{number}.py", BAD)
    post(repo, server)
    assert server.issues == []
    for number in (3, 4):
        repo.add(f"src/wow_heartbeat/bad{number}.py", BAD)
        post(repo, server)

    [issue] = server.issues
    assert issue["title"] == "wow-heartbeat: VIS-C110 is violated again and again"
    assert "<!-- waooaw-vision escalation " in issue["body"]


def test_a_marker_of_a_stranger_hides_nothing(repo: Repository, server: GithubServer) -> None:
    """Who may not write can't make waooaw believe that it has spoken already."""
    worse(repo, server)
    post(repo, server)
    for one in (*server.comments, *server.reviews, *server.issues):
        one["user"] = {"login": "mallory", "type": "User"}

    post(repo, server)

    assert len(server.comments) == 4
    assert len(server.issues) == 2


def test_text_of_others_does_nothing_in_a_comment(repo: Repository, server: GithubServer) -> None:
    """Mentions, fences, marks and line breaks in names are shown as what they are."""
    boundary = (
        "boundaries: {never: [{id: no-cash, when: has(event.data.cash), because: Cash is out.}]}\n"
    )
    repo.add("agent.yaml", boundary)
    name = "a`b\n```suggestion\n@ada <!-- waooaw-vision finding x -->.py"
    repo.commit("boundary")
    repo.edit("agent.yaml", "owner: ops@example.com", 'owner: "none"  # `@ada`')
    folder = repo.agent / "src" / "wow_heartbeat"
    (folder / name.replace("/", "_")).write_text(BAD, encoding="utf-8")

    post(repo, server)

    [text] = [one["body"] for one in server.reviews]
    assert text.count("<!-- waooaw-vision finding ") == 2
    assert "\n```suggestion" not in text
    assert "@ada" not in text


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Fault("GET .*/pulls/7$", 500, times=1), 1),
        (Fault("POST .*/reviews", 502, late=True), 1),
        (Fault("POST .*/issues", 500, late=True), 1),
        (Fault("GET .*/reviews", 403, headers={"Retry-After": "0"}), 1),
        (Fault("POST .*/reviews", 429, headers={"Retry-After": "0"}), 1),
        (Fault("GET .*/pulls/7$", 401, times=9, body=b'{"message": "Bad credentials"}'), 3),
        (Fault("GET .*/pulls/7$", 200, times=9, body=b"<html>"), 3),
        (Fault("GET .*/pulls/7$", 200, times=9, body=b"[]"), 3),
        (Fault("GET .*/issues$", 200, times=9, body=b"{}"), 3),
        (Fault("GET .*/pulls/7$", 302, headers={"Location": "http://127.0.0.1:1/x"}), 3),
        (Fault("GET .*/reviews", 429, times=9, headers={"Retry-After": "9999"}), 3),
        (Fault("GET .*/files", 200, times=9, headers={"Link": '<http://[::1]/>; rel="next"'}), 3),
    ],
    ids=lambda one: f"{one.call} {one.status}" if isinstance(one, Fault) else str(one),
)
def test_what_goes_wrong_is_tried_again_or_told(
    repo: Repository, server: GithubServer, fault: Fault, code: int
) -> None:
    """Nothing is posted twice, nothing fails silently, and the review is printed all the same."""
    worse(repo, server)
    if fault.body == b"{}" and fault.status == 200 and "files" in fault.call:
        fault.body = b"[]"
    server.faults = [fault]

    done = post(repo, server, "--json")

    content: dict[str, Any] = json.loads(done.stdout)
    assert (done.returncode, content["verdict"]) == (code, "fail"), done.stderr
    if code == 1:
        assert (len(server.reviews), len(server.comments), len(server.issues)) == (1, 2, 1)
    else:
        assert "GitHub" in content["posted"]["error"]
        assert len(done.stderr.splitlines()) <= 3


@pytest.mark.parametrize(
    ("arguments", "env", "said"),
    [
        (["--post", "--pull", "7"], {}, "GITHUB_TOKEN is not set"),
        (["--post"], {"GITHUB_TOKEN": "x", "GITHUB_REPOSITORY": "a/b"}, "which pull request?"),
        (["--pull", "7"], {}, "--pull says where to post"),
        (["--base", "-x"], {}, "there is no such commit"),
        (["--base=--upload-pack=x"], {}, "there is no such commit"),
        (["--format", "html"], {}, "there is no format 'html'"),
        (["no-such"], {}, "is and was nothing"),
        (["/"], {}, "is in no git repository"),
        (["agents", "/tmp"], {}, "is outside the repository"),
        (
            ["--post", "--pull", "7"],
            {"GITHUB_TOKEN": "x\ny", "GITHUB_REPOSITORY": "a/b"},
            "GITHUB_TOKEN is no token",
        ),
        (
            ["--post", "--pull", "7"],
            {"GITHUB_TOKEN": "x", "GITHUB_REPOSITORY": "../b/c"},
            "GITHUB_REPOSITORY is",
        ),
        (
            ["--post", "--pull", "7"],
            {
                "GITHUB_TOKEN": "x",
                "GITHUB_REPOSITORY": "a/b",
                "GITHUB_API_URL": "http://example.com",
            },
            "GITHUB_API_URL is",
        ),
    ],
)
def test_wrong_input_is_exit_2(
    repo: Repository, arguments: list[str], env: dict[str, str], said: str
) -> None:
    """Before anything is judged or sent."""
    done = review(repo, *arguments, server=None, **env)

    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert len(done.stderr.splitlines()) <= 3


@pytest.mark.parametrize("policy", ["kept", "removed", "relaxed", "broken before"])
def test_a_policy_judges_the_change_that_takes_it_away(repo: Repository, policy: str) -> None:
    """It is the one that was agreed on; the next change is judged without it."""
    file = repo.top / "vision" / "payments.yaml"
    file.parent.mkdir()
    file.write_bytes(b"rules: [" if policy == "broken before" else policy_text())
    repo.edit("agent.yaml", "collaborators:", "limits: {monthly_usd: 40}\ncollaborators:")
    repo.commit("policy")
    repo.edit("agent.yaml", "monthly_usd: 40", "monthly_usd: 80")
    if policy == "removed":
        file.unlink()
    elif policy == "relaxed":
        file.write_bytes(policy_text(SPEC_RULE.replace("50", "85")))
    elif policy == "broken before":
        file.write_bytes(policy_text())

    done = review(repo, "--base", "HEAD", "--json")

    [agent] = json.loads(done.stdout)["agents"]
    assert [one["rule"] for one in agent["findings"]] == ["PAY-001", "VIS-R001"]
    assert "(policy payments 1.2.0)" in agent["findings"][0]["message"]


CHANGE_RULE = """\
  - id: PAY-004
    title: A budget grows by a fifth at most
    severity: error
    applies_to: change
    require: after.limits.monthly_usd <= before.limits.monthly_usd * 1.2
    field: limits.monthly_usd
    message: the month goes from {before.limits.monthly_usd} to {after.limits.monthly_usd} USD
    why: A larger step is decided by finance, not in a pull request.
    fix: raise it by a fifth at most
    bad: |2
      -limits: {monthly_usd: 30}
      +limits: {monthly_usd: 60}
    good: |2
      -limits: {monthly_usd: 30}
      +limits: {monthly_usd: 33}
"""


def test_a_policy_judges_changes_too(repo: Repository) -> None:
    """Its rule stands beside the core's, at the line that the change brought."""
    (repo.top / "vision").mkdir()
    (repo.top / "vision" / "p.yaml").write_bytes(policy_text(CHANGE_RULE))
    repo.commit("policy")
    repo.add("agent.yaml", "limits: {monthly_usd: 300}\n")

    done = review(repo, "--json")

    [agent] = json.loads(done.stdout)["agents"]
    found = [(one["rule"], one["line"], one["approvable"]) for one in agent["findings"]]
    assert done.returncode == 1
    assert found == [("PAY-004", 14, True), ("VIS-R001", 14, True)]
    assert agent["findings"][0]["message"] == "the month goes from 30.0 to 300.0 USD"


def test_the_workflows_event_names_the_pull_request(
    repo: Repository, server: GithubServer, tmp_path: Path
) -> None:
    """In a workflow nothing has to be said but --post; the base is the pull request's."""
    repo.git("update-ref", "refs/remotes/origin/main", "HEAD")
    worse(repo, server)
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"pull_request": {"number": 7}}), encoding="utf-8")

    done = review(
        repo, "--post", server=server, GITHUB_EVENT_PATH=str(event), GITHUB_BASE_REF="main"
    )

    assert done.returncode == 1, done.stderr
    assert "posted 2 of 2 remarks, 1 issues" in done.stderr
