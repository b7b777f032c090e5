"""`waooaw vision packs` lists compliance packs, `adopt` makes one a policy that judges."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fakes.policy_text import policy_text
from fakes.repository import Repository, repository
from program import waooaw

SPEC = "agents/wow-heartbeat/agent.yaml"
GDPR = ("vision", "adopt", "gdpr", "--owner", "dpo@example.com")
ACT = ("vision", "adopt", "eu-ai-act", "--owner", "dpo@example.com")


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return repository(tmp_path / "repo")


def listed(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*")) if folder.exists() else []


def findings(repo: Repository) -> list[tuple[str, str]]:
    call = ("gate", "agents/wow-heartbeat", "--gate", "vision", "--json")
    content = json.loads(waooaw(*call, cwd=repo.top).stdout)
    [gate] = [one for one in content["targets"][0]["gates"] if one["id"] == "vision"]
    return [(one["rule"], one["message"]) for one in gate["findings"]]


def test_the_packs_are_listed_with_what_they_rest_on(repo: Repository) -> None:
    """Name, version, rules and source of each; nothing is written by looking."""
    done = waooaw("vision", "packs", cwd=repo.top)
    content = json.loads(waooaw("vision", "packs", "--json", cwd=repo.top).stdout)

    assert (done.returncode, done.stderr) == (0, "")
    for name, address in (
        ("eu-ai-act 1.0.0: 22 rules", "https://eur-lex.europa.eu/eli/reg/2024/1689/oj"),
        ("gdpr 1.0.0: 20 rules", "https://eur-lex.europa.eu/eli/reg/2016/679/oj"),
        ("owasp-llm 1.0.0: 22 rules", "https://genai.owasp.org/llmrisk/llm01-prompt-injection/"),
    ):
        assert name in done.stdout
        assert f"  {address}\n" in done.stdout
    assert "no legal advice" in done.stdout
    assert content["schema"] == "waooaw.vision-packs/1"
    assert [one["name"] for one in content["packs"]] == ["eu-ai-act", "gdpr", "owasp-llm"]
    assert len(content["packs"][2]["rests_on"]) == 10
    assert repo.git("status", "--porcelain") == ""


def test_one_pack_is_shown_with_the_article_of_every_rule(repo: Repository) -> None:
    """As text in groups, and as JSON with the same fields for each rule."""
    done = waooaw("vision", "packs", "gdpr", cwd=repo.top)
    content = json.loads(waooaw("vision", "packs", "gdpr", "--json", cwd=repo.top).stdout)

    assert done.returncode == 0
    assert (
        "  GDPR-009 error, action: A model does not say no to a person by itself\n" in done.stdout
    )
    assert "Regulation (EU) 2016/679, Article 22(1) and 22(3): https://eur-lex" in done.stdout
    [pack] = content["packs"]
    assert {frozenset(rule) for rule in pack["rules"]} == {
        frozenset(
            ("id", "title", "group", "source", "severity", "applies_to", "why", "fix"),
        )
    }


def test_an_adopted_pack_judges_and_says_so_at_once(repo: Repository) -> None:
    """Before, the gate knows nothing of it; after, findings cite it with its version."""
    before = findings(repo)

    done = waooaw(*ACT, cwd=repo.top)
    content = json.loads(waooaw(*ACT, "--force", "--json", cwd=repo.top).stdout)

    assert before == []
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    today = datetime.now(UTC).date()
    assert lines[0].startswith(f"adopted eu-ai-act 1.0.0: 22 rules, {today} to {today.year + 1}-")
    assert lines[0].endswith("dpo@example.com (vision/eu-ai-act.yaml)")
    assert lines[1:] == [
        "no conflicts",
        "1 agent: it objects to 0, and advises 1",
        "  agents/wow-heartbeat: warning EUAI-009",
    ]
    [(rule, message)] = findings(repo)
    assert rule == "EUAI-009"
    assert message.endswith("does not say what it answers for (policy eu-ai-act 1.0.0)")
    assert content["schema"] == "waooaw.vision-adopt/1"
    assert (content["verdict"], content["file"]) == ("pass", "vision/eu-ai-act.yaml")
    assert content["objections"] == [
        {"agent": "agents/wow-heartbeat", "error": [], "warning": ["EUAI-009"], "unread": None}
    ]
    assert listed(repo.top / "vision") == ["eu-ai-act.yaml"]


def test_all_three_are_adopted_without_a_conflict(repo: Repository) -> None:
    """Their examples run with those of all layers, and each rule can be explained."""
    for name in ("gdpr", "eu-ai-act", "owasp-llm"):
        done = waooaw("vision", "adopt", name, "--owner", "dpo@example.com", cwd=repo.top)
        assert done.returncode == 0, done.stdout + done.stderr

    checked = waooaw("vision", "check", cwd=repo.top)
    tested = waooaw("vision", "test", cwd=repo.top)
    explained = waooaw("explain", "OWASP-013", cwd=repo.top)

    assert checked.stdout.splitlines()[-1] == "no conflicts"
    assert "all as they are called" in tested.stdout
    assert (checked.returncode, tested.returncode) == (0, 0)
    assert "the policy owasp-llm 1.0.0 of dpo@example.com" in explained.stdout


def test_what_code_does_counts_too(repo: Repository) -> None:
    """Also where the specification has nothing against it."""
    repo.add("src/wow_heartbeat/skills.py", '"""S."""\n\nimport logging\n\nlogging.disable()\n')

    done = waooaw(*ACT, cwd=repo.top)

    assert "1 agent: it objects to 1, and advises 0" in done.stdout
    assert "  agents/wow-heartbeat: error EUAI-007; warning EUAI-009" in done.stdout


def test_an_agent_that_cannot_be_read_is_said(repo: Repository) -> None:
    """It counts, and is neither objected to nor innocent."""
    repo.edit("agent.yaml", "purpose:", "porpoise:")

    done = waooaw(*GDPR, cwd=repo.top)

    assert done.returncode == 0
    assert "1 agent: it objects to 0, and advises 0\n" in done.stdout
    assert "  agents/wow-heartbeat: could not be judged: " in done.stdout


def test_nothing_is_overwritten_without_force(repo: Repository) -> None:
    """What its owner has edited stays, byte by byte."""
    waooaw(*GDPR, cwd=repo.top)
    file = repo.top / "vision" / "gdpr.yaml"
    file.write_text(file.read_text(encoding="utf-8") + "# ours\n", encoding="utf-8")
    edited = file.read_bytes()

    refused = waooaw(*GDPR, cwd=repo.top)
    kept = file.read_bytes()
    replaced = waooaw(*GDPR, "--force", cwd=repo.top)

    assert refused.returncode == 2
    assert "vision/gdpr.yaml exists already" in refused.stderr
    assert "--force" in refused.stderr
    assert kept == edited
    assert replaced.returncode == 0
    assert b"# ours" not in file.read_bytes()


def test_a_conflict_is_named_and_is_exit_1(repo: Repository) -> None:
    """The same pack under another file name is one, with both its sides."""
    waooaw(*GDPR, cwd=repo.top)
    (repo.top / "vision" / "gdpr.yaml").rename(repo.top / "vision" / "privacy.yml")

    done = waooaw(*GDPR, cwd=repo.top)
    content = json.loads(waooaw(*GDPR, "--force", "--json", cwd=repo.top).stdout)

    assert done.returncode == 1
    assert "conflict: two policies are named gdpr\n" in done.stdout
    assert "  vision/privacy.yml\n" in done.stdout
    assert "conflict: two policies have a rule GDPR-001\n" in done.stdout
    assert content["verdict"] == "fail"
    assert len(content["conflicts"][0]["sides"]) == 2


WRONG: dict[str, tuple[tuple[str, ...], str]] = {
    "no pack": (("adopt",), "no pack is named"),
    "another pack": (("adopt", "sox", "--owner", "a@example.com"), "known: eu-ai-act, gdpr"),
    "a pack to look at": (("packs", "sox"), "known: eu-ai-act, gdpr"),
    "nobody": (("adopt", "gdpr"), "nobody is named who answers for gdpr"),
    "no one in person": (("adopt", "gdpr", "--owner", "TBD"), "--owner: 'TBD' is nobody"),
    "two packs": (("adopt", "gdpr", "owasp-llm", "--owner", "a@b.example"), "takes one path"),
    "an option of another": (("check", "--owner", "a@b.example"), "belong to adopt"),
    "a review that is forced": (("review", "--force"), "belong to adopt"),
    "a file": (
        ("adopt", "gdpr", "--owner", "a@b.example", "--output", f"{SPEC}/vision"),
        "is not a folder",
    ),
}


@pytest.mark.parametrize(("call", "says"), WRONG.values(), ids=WRONG.keys())
def test_wrong_input_writes_nothing(repo: Repository, call: tuple[str, ...], says: str) -> None:
    """Exit 2 in three lines at most, and no folder is left behind."""
    done = waooaw("vision", *call, cwd=repo.top)

    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
    assert len(done.stderr.splitlines()) <= 3
    assert repo.git("status", "--porcelain") == ""


def test_beside_a_policy_that_cannot_be_read_nothing_is_written(repo: Repository) -> None:
    """The file and the line of the other one are named; exit 2."""
    (repo.top / "vision").mkdir()
    (repo.top / "vision" / "p.yaml").write_bytes(policy_text().replace(b"owner:", b"waiver:"))

    done = waooaw(*GDPR, cwd=repo.top)

    assert done.returncode == 2
    assert "vision/p.yaml:4:1: waiver: 'waiver' would relax a rule" in done.stderr
    assert listed(repo.top / "vision") == ["p.yaml"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such folder")
def test_a_folder_that_takes_no_file_is_of_the_machine(repo: Repository) -> None:
    """Exit 3, and nothing is left."""
    done = waooaw(*GDPR, "--output", "/proc/vision", cwd=repo.top)

    assert done.returncode == 3
    assert "could not be written" in done.stderr
    assert repo.git("status", "--porcelain") == ""


def test_what_a_killed_run_left_is_cleared(repo: Repository) -> None:
    """It was no policy meanwhile, so nothing was judged by half a file."""
    (repo.top / "vision").mkdir()
    (repo.top / "vision" / ".gdpr.yaml.waooaw-adopt").write_text("schema: waoo", encoding="utf-8")

    before = waooaw("vision", "check", cwd=repo.top)
    waooaw(*GDPR, cwd=repo.top)

    assert before.returncode == 0
    assert listed(repo.top / "vision") == ["gdpr.yaml"]


def test_a_pack_may_judge_a_part_of_the_repository(repo: Repository) -> None:
    """In a vision/ below the root; elsewhere nothing judges by it, which is said."""
    above = waooaw(*ACT, "--output", "others/vision", cwd=repo.top)
    nowhere = waooaw(*ACT, "--output", "shelf", cwd=repo.top)
    found = findings(repo)
    own = waooaw(*ACT, "--output", "agents/wow-heartbeat/vision", cwd=repo.top)

    assert above.stdout.splitlines()[-1] == "0 agents: it objects to 0, and advises 0"
    assert "nothing judges by it there" in nowhere.stdout
    assert (above.returncode, nowhere.returncode, found) == (0, 0, [])
    assert "1 agent: it objects to 0, and advises 1" in own.stdout
    assert [rule for rule, _ in findings(repo)] == ["EUAI-009"]


def test_an_adopted_pack_judges_changes(repo: Repository) -> None:
    """`vision review` cites its rules on what a commit changes."""
    waooaw(*ACT, cwd=repo.top)
    repo.commit("adopt")
    repo.edit("agent.yaml", "is alive.", "is alive, and order spare parts.")
    repo.commit("more")

    done = waooaw("vision", "review", "--base", "HEAD~1", "--json", cwd=repo.top)

    [agent] = json.loads(done.stdout)["agents"]
    assert "EUAI-010" in {one["rule"] for one in agent["findings"]}


def test_an_adopted_pack_judges_decisions(repo: Repository) -> None:
    """`waooaw run` stops what a rule on actions objects to, and cites the policy."""
    repo.edit(
        "agent.yaml",
        "then: approve, because: A tick needs no thought.",
        "then: reject, cite: P-1, because: No.",
    )
    repo.edit("agent.yaml", "outcome: approve", "outcome: reject")
    event = json.dumps({"type": "clock.ticked", "id": "e-1", "data": {}})

    def decision() -> dict[str, Any]:
        call = ("run", "agents/wow-heartbeat", "--event", "-", "--json")
        done = waooaw(*call, cwd=repo.top, stdin=event)
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    before = decision()
    waooaw(*ACT, cwd=repo.top)
    after = decision()

    assert (before["outcome"], before["boundary"]) == ("reject", None)
    assert (after["outcome"], after["boundary"]) == ("escalate", "EUAI-022")
    assert after["cites"] == ["P-1", "EUAI-022 (policy eu-ai-act 1.0.0)"]
