"""`waooaw vision` checks and tries the rules; policies judge what `waooaw gate` judges."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fakes.agent_package import agent_package
from fakes.policy_text import SPEC_RULE, policy_text
from places import CASES
from program import waooaw


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "vision").mkdir()
    (tmp_path / "vision" / "payments.yaml").write_bytes(policy_text())
    return tmp_path


def test_layers_without_conflicts_are_told(repository: Path) -> None:
    """The core with its digest, each policy with its owner and days; exit 0."""
    done = waooaw("vision", "check", cwd=repository)
    content = json.loads(waooaw("vision", "check", "--json", cwd=repository).stdout)

    assert (done.returncode, done.stderr) == (0, "")
    assert "policy payments 1.2.0: 2 rules, in force" in done.stdout
    assert done.stdout.splitlines()[-1] == "no conflicts"
    assert content["schema"] == "waooaw.vision-check/1"
    assert content["verdict"] == "pass"
    assert content["policies"][0]["rules"] == ["PAY-001", "PAY-002"]
    assert content["core"]["digest"].startswith(done.stdout.splitlines()[0].split()[-1])


def test_a_conflict_names_both_sides_and_is_exit_1(repository: Path) -> None:
    """One file can be checked by itself too."""
    other = SPEC_RULE.replace("PAY-001", "VIS-C002")
    (repository / "vision" / "other.yaml").write_bytes(policy_text(other, name="other"))

    done = waooaw("vision", "check", cwd=repository)
    alone = waooaw("vision", "check", "vision/payments.yaml", cwd=repository)
    content = json.loads(waooaw("vision", "check", "--json", cwd=repository).stdout)

    assert done.returncode == 1
    assert "  vision/other.yaml:9\n" in done.stdout
    assert "  VIS-C002 in the core of waooaw: An agent has a budget\n" in done.stdout
    assert alone.returncode == 0
    assert content["verdict"] == "fail"
    assert len(content["conflicts"][0]["sides"]) == 2


def test_what_cannot_be_read_is_exit_2_for_every_command(repository: Path) -> None:
    """In three lines, with line and field."""
    agent_package(repository / "wow-heartbeat")
    (repository / "vision" / "p.yaml").write_bytes(policy_text().replace(b"owner:", b"waiver:"))

    for call in (["vision", "check"], ["gate", "wow-heartbeat", "--gate", "vision"]):
        done = waooaw(*call, cwd=repository)
        assert done.returncode == 2, done.stdout
        assert "vision/p.yaml:4:1: waiver: 'waiver' would relax a rule" in done.stderr
        assert len(done.stderr.splitlines()) <= 3


def test_the_examples_of_all_layers_are_run(repository: Path) -> None:
    """A wrong one is exit 1 and named."""
    good = waooaw("vision", "test", cwd=repository)
    path = repository / "vision" / "payments.yaml"
    path.write_bytes(policy_text().replace(b"monthly_usd: 80", b"monthly_usd: 8"))
    bad = waooaw("vision", "test", cwd=repository)
    content = json.loads(waooaw("vision", "test", "--json", cwd=repository).stdout)

    assert (good.returncode, good.stderr) == (0, "")
    assert "all as they are called" in good.stdout
    assert bad.returncode == 1
    assert "PAY-001: its bad example: nothing is wrong with it" in bad.stdout
    assert content["wrong"] == [
        {"example": "bad", "message": "nothing is wrong with it", "rule": "PAY-001"}
    ]


def test_an_unknown_action_names_those_there_are(repository: Path) -> None:
    """Wrong input."""
    done = waooaw("vision", "polish", cwd=repository)

    assert done.returncode == 2
    assert "check, test" in done.stderr


def test_a_policy_makes_the_gate_judge_anew(repository: Path) -> None:
    """What was remembered holds no longer once a policy is there, changes, or goes."""
    agent_package(repository / "wow-heartbeat")
    env = {"WAOOAW_CACHE_DIR": str(repository / "cache")}

    def verdict() -> tuple[str, bool]:
        call = ("gate", "wow-heartbeat", "--gate", "vision", "--json")
        gates = json.loads(waooaw(*call, cwd=repository, env=env).stdout)["targets"][0]["gates"]
        (gate,) = [one for one in gates if one["id"] == "vision"]
        return gate["verdict"], gate["cached"]

    assert [verdict(), verdict()] == [("pass", False), ("pass", True)]
    strict = policy_text(SPEC_RULE.replace("50", "20"), name="strict")
    (repository / "vision" / "strict.yaml").write_bytes(strict)
    assert [verdict(), verdict()] == [("fail", False), ("fail", True)]
    (repository / "vision" / "strict.yaml").unlink()
    assert verdict() == ("pass", True)


def test_editors_get_the_schema(tmp_path: Path) -> None:
    """Of policies, as of every other format."""
    content = json.loads(waooaw("schema", "policy", cwd=tmp_path).stdout)

    assert content["title"] == "waooaw.policy/1"
    assert content["additionalProperties"] is False


def spec_with(folder: Path, old: str = "", new: str = "") -> Path:
    root = agent_package(folder / "wow-heartbeat")
    file = root / "agent.yaml"
    file.write_text(f"# ours\n{file.read_text()}".replace(old, new))
    return file


def test_a_good_specification_is_approved(repository: Path) -> None:
    """Exit 0; there is nothing to apply."""
    file = spec_with(repository)
    before = file.read_bytes()

    done = waooaw("vision", "judge", "wow-heartbeat", cwd=repository)
    applied = waooaw("vision", "apply", "wow-heartbeat/agent.yaml", cwd=repository)

    assert (done.returncode, done.stdout, done.stderr) == (0, "APPROVE wow-heartbeat\n", "")
    assert (applied.returncode, file.read_bytes()) == (0, before)


def test_a_modification_is_a_patch_that_apply_writes(repository: Path) -> None:
    """Judging is exit 1 and writes nothing; what apply leaves behind is approved, comments kept."""
    file = spec_with(repository, "escalates_to: ops@example.com", "escalates_to: nobody")

    judged = waooaw("vision", "judge", "wow-heartbeat", cwd=repository)
    content = json.loads(
        waooaw("vision", "judge", "wow-heartbeat", "--json", cwd=repository).stdout
    )
    before = file.read_text()
    applied = waooaw("vision", "apply", "wow-heartbeat", cwd=repository)
    again = waooaw("vision", "judge", "wow-heartbeat", cwd=repository)

    assert judged.returncode == 1
    assert judged.stdout.startswith("MODIFY wow-heartbeat\n  error VIS-C003, core ")
    assert "+collaborators: {escalates_to: ops@example.com}\n" in judged.stdout
    assert (content["schema"], content["decision"]) == ("waooaw.vision-judgement/1", "MODIFY")
    assert content["patch"] in judged.stdout
    assert content["changes"][0]["field"] == "collaborators.escalates_to"
    assert applied.returncode == 0
    assert applied.stdout.endswith("applied to agent.yaml\n")
    assert file.read_text() == before.replace("nobody", "ops@example.com")
    assert again.stdout == "APPROVE wow-heartbeat\n"


def test_a_rejection_changes_nothing(repository: Path) -> None:
    """A person is asked for, with the rule that says so."""
    file = spec_with(repository, "owner: ops@example.com", "owner: TODO")
    before = file.read_bytes()

    for action in ("judge", "apply"):
        done = waooaw("vision", action, "wow-heartbeat", cwd=repository)
        assert done.returncode == 1
        assert done.stdout.startswith("REJECT wow-heartbeat\n  error VIS-C001, core ")
    assert file.read_bytes() == before


def test_what_is_no_specification_is_wrong_input(repository: Path) -> None:
    """With its line, in three lines."""
    spec_with(repository, "owner: ops@example.com", "owner: [")

    done = waooaw("vision", "judge", "wow-heartbeat", cwd=repository)
    nowhere = waooaw("vision", "judge", ".", cwd=repository)

    assert (done.returncode, nowhere.returncode) == (2, 2)
    assert "agent.yaml:" in done.stderr
    assert len(done.stderr.splitlines()) <= 3
    assert "no specification stands there" in nowhere.stderr


def test_a_rule_of_a_policy_is_explained(repository: Path) -> None:
    """With whose it is, and that it can't be waived."""
    done = waooaw("explain", "pay-001", cwd=repository)
    unknown = waooaw("explain", "PAY-999", cwd=repository)

    assert done.returncode == 0
    assert "A month costs at most fifty dollars." in done.stdout
    assert "the policy payments 1.2.0 of payments-risk@example.com" in " ".join(done.stdout.split())
    assert "it can't be waived" in " ".join(done.stdout.split())
    assert unknown.returncode == 2


def test_an_agent_that_a_policy_rejects_is_not_made(repository: Path) -> None:
    """Told before anything is rendered, as for the core; exit 2."""
    answers = CASES / "valid" / "wow-refund-desk.yaml"
    strict = policy_text(SPEC_RULE.replace("50", "1"), name="strict")
    (repository / "vision" / "payments.yaml").write_bytes(strict)

    done = waooaw("new-agent", "--answers", str(answers), "--no-gate", cwd=repository)

    assert done.returncode == 2
    assert "(PAY-001)" in done.stderr
    assert not (repository / "generated").exists()


@pytest.mark.parametrize("form", ["terminal", "sarif", "junit", "markdown", "html", "github"])
def test_every_report_tells_what_a_policy_found(repository: Path, form: str) -> None:
    """With the policy's name and version."""
    agent_package(repository / "wow-heartbeat")
    strict = policy_text(SPEC_RULE.replace("50", "20"), name="strict")
    (repository / "vision" / "payments.yaml").write_bytes(strict)

    call = ("gate", "wow-heartbeat", "--gate", "vision", "--format", form)
    done = waooaw(*call, cwd=repository)

    assert done.returncode == 1, done.stderr
    assert "(policy strict 1.2.0)" in " ".join(done.stdout.split())
