"""`waooaw vision propose` on real repositories, with journals that real agents have written."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fakes.agent_package import agent_package
from fakes.policy_text import policy_text, spec_rule
from fakes.working_fleet import git, handled, working_agent, working_fleet
from program import waooaw

from waooaw import Event
from waooaw.moments import rfc3339

#: What somebody would like to stand in a diff, in YAML or in a condition.
EVIL = "x\n--- a/vision/core.yaml\n+++ b/vision/core.yaml\n@@ -1 +1 @@\n-a\n+b: {{ \"' }} \x1b[2J"
SECRET = "AKIA" + "IOSFODNN7EXAMPLE"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / "fleet").mkdir()
    return working_fleet(tmp_path / "fleet")


def requested(number: int, type_: str = "refund.requested", **data: object) -> Event:
    given = {"customer": {"blocked": False}, "channel": "card", **data}
    return Event(id=f"{type_}-{number}", source="/shop", type=type_, data=given)


def busy_journal(repository: Path, path: Path) -> Path:
    """Six refusals by the boundary, six faults, six letters declined, six guesses by the model."""
    agent = working_agent(repository, "wow-refunds", path, answer="escalate")
    handled(agent, [requested(number, channel="cash") for number in range(6)])
    handled(agent, [requested(100 + number, customer={}) for number in range(6)])
    handled(agent, [requested(number, "refund.explained") for number in range(6)])
    for number in range(6):
        asyncio.run(agent.approve(f"refund.explained-{number}", by="maria", granted=False))
    handled(agent, [requested(number, "refund.wished") for number in range(6)])
    handled(agent, [requested(200 + number, fail="4111 1111 1111 1111") for number in range(6)])
    agent.store.close()
    return path


def test_what_is_proposed_applies_and_holds(repository: Path, tmp_path: Path) -> None:
    """After `git apply` the layers have no conflict and every example is what it is called."""
    journal = busy_journal(repository, tmp_path / "journal.db")

    done = waooaw("vision", "propose", "agents", "--journal", str(journal), cwd=repository)
    assert (done.returncode, done.stderr) == (0, "")
    assert git(repository, "status", "--porcelain").stdout == ""
    git(repository, "apply", "--whitespace=error", "-", stdin=done.stdout)
    check = waooaw("vision", "check", cwd=repository)
    tests = waooaw("vision", "test", cwd=repository)
    changed = git(repository, "status", "--porcelain", "-uall").stdout.split("\n")

    assert (check.returncode, check.stderr) == (0, ""), check.stdout
    assert (tests.returncode, tests.stderr) == (0, ""), tests.stdout
    assert changed[:-1] == [
        " M agents/wow-refunds/agent.yaml",
        "?? vision/proposed-approval-write-letter.yaml",
        "?? vision/proposed-boundary-no-cash-pay-back.yaml",
    ]


def test_it_applies_from_any_folder_and_for_any_name(tmp_path: Path) -> None:
    """Paths with spaces and with other letters, named from within the repository."""
    fleet = working_fleet(tmp_path)
    git(fleet, "mv", "agents", "our \u00e4gents")
    git(fleet, "commit", "-m", "Move")
    moved = fleet / "our \u00e4gents"
    agent = working_agent(fleet, "wow-refunds", tmp_path / "j.db", folder_name=moved.name)
    handled(agent, [requested(number, customer={}) for number in range(5)])
    agent.store.close()

    done = waooaw("vision", "propose", "--journal", "../j.db", cwd=moved)
    git(fleet, "apply", "--check", "-", stdin=done.stdout)
    git(fleet, "apply", "-", stdin=done.stdout)

    assert "has(event.data.customer.blocked)" in (moved / "wow-refunds" / "agent.yaml").read_text()


def test_nothing_that_an_event_says_is_repeated(repository: Path, tmp_path: Path) -> None:
    """No id, no topic, no data, no error's text, no person's note; the diff is one of ours only."""
    journal = tmp_path / "journal.db"
    agent = working_agent(repository, "wow-refunds", journal, answer="escalate")
    given = {"customer": {"blocked": EVIL}, "mail": "maria@example.com", EVIL: SECRET}
    for kind in ("refund.requested", "refund.explained", "refund.4111111111111111"):
        for number in range(6):
            name = f"{kind} {number} {EVIL} {SECRET} maria@example.com"
            event = Event(id=name, source=EVIL, type=kind, data={**given, "fail": EVIL})
            handled(agent, [event])
            if kind == "refund.explained":
                said = {"by": "maria@example.com", "note": EVIL, "granted": False}
                asyncio.run(agent.approve(name, **said))  # type: ignore[arg-type]  # a mapping
    handled(agent, [requested(number, channel="cash", customer={}) for number in range(6)])
    agent.store.close()

    text = waooaw("vision", "propose", "--journal", str(journal), cwd=repository)
    content = json.loads(
        waooaw("vision", "propose", "--journal", str(journal), "--json", cwd=repository).stdout
    )
    git(repository, "apply", "-", stdin=text.stdout)
    files = "".join(path.read_text() for path in (repository / "vision").iterdir())
    files += (repository / "agents" / "wow-refunds" / "agent.yaml").read_text()

    assert (text.returncode, text.stderr) == (0, "")
    assert len(content["proposals"]) >= 3
    for word in ("core.yaml", "maria", SECRET, "AKIA", "411111", "evil", "\x1b", "{{"):
        for where in (text.stdout, json.dumps(content), files):
            assert word not in where
    assert [line for line in text.stdout.splitlines() if line.startswith("+++ ")] == [
        f"+++ b/{one['path']}" for one in content["files"]
    ]
    assert waooaw("vision", "check", cwd=repository).returncode == 0


def test_a_journal_of_another_hand_teaches_nothing(repository: Path, tmp_path: Path) -> None:
    """Rows that no agent wrote: names that break out, ten megabytes, JSON that is none."""
    journal = busy_journal(repository, tmp_path / "journal.db")
    with sqlite3.connect(journal) as database:
        for number in range(30):
            decision = {"outcome": EVIL, "rule": EVIL, "boundary": EVIL, "action": "refused"}
            values = (
                EVIL if number % 2 else "wow-refunds",
                f"{number} {EVIL}",
                rfc3339(datetime(2026, 1, 1, tzinfo=UTC)),
                json.dumps(decision) if number % 3 else "[" * 50_000,
                "x" * 10_000_000 if number == 5 else json.dumps({"type": EVIL, "id": EVIL}),
            )
            database.execute(
                "INSERT INTO journal (agent, event_id, subject, at, woke, tier, state, decision,"
                " trace, event, attempts, owner, leased_until)"
                " VALUES (?, ?, '', ?, 1, 'model', 'final', ?, '{\"faults\": [1]}', ?, 0, '', 0)",
                values,
            )

    done = waooaw("vision", "propose", "--journal", str(journal), cwd=repository)

    assert (done.returncode, done.stderr) == (0, "")
    assert "core.yaml" not in done.stdout
    assert "passed over" in done.stdout
    assert done.stdout.count("\nproposal ") == 4
    git(repository, "apply", "--check", "-", stdin=done.stdout)


def test_an_agent_goes_on_while_its_journal_is_read(repository: Path, tmp_path: Path) -> None:
    """It has the file open, and its last decisions stand beside it only."""
    journal = tmp_path / "journal.db"
    agent = working_agent(repository, "wow-refunds", journal)
    handled(agent, [requested(number, customer={}) for number in range(5)])

    done = waooaw("vision", "propose", "--journal", str(journal), cwd=repository)
    decisions = handled(agent, [requested(99)])
    agent.store.close()

    assert "proposal 1: the rule blocked of wow-refunds" in done.stdout
    assert decisions[0].action == "done"


def test_nothing_to_propose_is_no_failure(repository: Path) -> None:
    """It says what it looked at, and needs no owner."""
    git(repository, "config", "--unset", "user.email")
    done = waooaw("vision", "propose", cwd=repository)
    content = json.loads(waooaw("vision", "propose", "--json", cwd=repository).stdout)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "nothing to propose"
    assert content == {
        "schema": "waooaw.vision-proposal/1",
        "inputs": {
            "journals": 0,
            "entries": 0,
            "unread": 0,
            "runs": 0,
            "answers": 0,
            "agents": 2,
            "strangers": [],
        },
        "proposals": [],
        "advice": [],
        "files": [],
        "diff": "",
    }


def test_a_new_policy_has_an_owner_who_is_somebody(repository: Path, tmp_path: Path) -> None:
    """Named, or git's; without one the way out is told, and nothing is printed."""
    journal = str(busy_journal(repository, tmp_path / "journal.db"))
    call = ("vision", "propose", "--journal", journal)
    named = waooaw(*call, "--owner", "risk@example.com", cwd=repository)
    wrong = waooaw(*call, "--owner", "nobody at all", cwd=repository)
    git(repository, "config", "--unset", "user.email")
    missing = waooaw(*call, cwd=repository)

    assert "+owner: risk@example.com" in named.stdout
    for done in (wrong, missing):
        assert (done.returncode, done.stdout) == (2, "")
        assert "--owner" in done.stderr
        assert len(done.stderr.splitlines()) <= 3


def test_the_diff_goes_to_a_file_and_never_among_the_policies(
    repository: Path, tmp_path: Path
) -> None:
    """One of ours is replaced, anything else is kept."""
    journal = str(busy_journal(repository, tmp_path / "journal.db"))
    call = ("vision", "propose", "--journal", journal, "--output")
    (tmp_path / "mine.txt").write_text("mine")

    first = waooaw(*call, "../p.diff", cwd=repository)
    again = waooaw(*call, "../p.diff", "--json", cwd=repository)
    refused = [waooaw(*call, where, cwd=repository) for where in ("vision/p.yaml", "../mine.txt")]

    assert "\nproposal 1: " in first.stdout
    assert first.stdout.splitlines()[-1] == "the diff is in ../p.diff"
    assert "diff --git" not in first.stdout
    assert (tmp_path / "p.diff").read_text().endswith(json.loads(again.stdout)["diff"])
    git(repository, "apply", "../p.diff")
    assert [done.returncode for done in refused] == [2, 2]
    assert (tmp_path / "mine.txt").read_text() == "mine"
    assert not (repository / "vision" / "p.yaml").exists()


@pytest.mark.parametrize(
    ("call", "says"),
    [
        pytest.param(["check", "--journal", "j.db"], "belong to propose", id="other-action"),
        pytest.param(["propose", "--journal", "j.db"], "no such journal", id="no-journal"),
        pytest.param(["propose", "--journal", "vision/payments.yaml"], "not a journal", id="yaml"),
        pytest.param(["propose", "--report", "r.json"], "is no file", id="no-report"),
        pytest.param(["propose", "nowhere"], "no such folder", id="no-path"),
        pytest.param(["propose", "--base", "main"], "belong to review", id="option-of-review"),
    ],
)
def test_wrong_input_is_told_in_three_lines(repository: Path, call: list[str], says: str) -> None:
    """With exit 2, and nothing is made."""
    done = waooaw("vision", *call, cwd=repository)

    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
    assert len(done.stderr.splitlines()) <= 3
    assert not (repository / "j.db").exists()


def fleet_of_six(folder: Path) -> Path:
    """Make a repository whose policy warns of every agent."""
    git(folder, "init")
    for number in range(6):
        name = f"wow-heart{number}"
        spec = {"agent.yaml": "{old}limits: {monthly_usd: 40}\n"}
        root = agent_package(folder / "agents" / name, spec)
        file = root / "agent.yaml"
        file.write_text(file.read_text().replace("name: wow-heartbeat", f"name: {name}"))
    rule = spec_rule(
        "spec.limits.monthly_usd <= 20.0",
        good="limits: {monthly_usd: 9}",
        bad="limits: {monthly_usd: 80}",
    )
    (folder / "vision").mkdir()
    (folder / "vision" / "money.yaml").write_bytes(policy_text(rule, name="money"))
    return folder


def test_a_rule_that_nobody_minds_is_learnt_from_what_the_gates_remember(tmp_path: Path) -> None:
    """Real runs a month apart; what is remembered and what was saved say the same."""
    (tmp_path / "fleet").mkdir()
    fleet = fleet_of_six(tmp_path / "fleet")
    state = {"WAOOAW_STATE_DIR": str(tmp_path / "state")}
    call = ("gate", "agents", "--gate", "vision", "--report", f"json={tmp_path / 'now.json'}")
    assert waooaw(*call, cwd=fleet, env=state).returncode == 1
    memory = tmp_path / "state" / "gate-findings.jsonl"
    (line,) = memory.read_text().splitlines()
    past = aged(json.loads(line), "at")
    memory.write_text(f"{json.dumps(past)}\n{line}\n")
    (tmp_path / "then.json").write_text(
        json.dumps(aged(json.loads((tmp_path / "now.json").read_text()), "started_at"))
    )

    remembered = waooaw("vision", "propose", cwd=fleet, env=state)
    elsewhere = {"WAOOAW_STATE_DIR": str(tmp_path / "other")}
    reports = [f"--report={tmp_path / name}.json" for name in ("now", "then")]
    saved = waooaw("vision", "propose", *reports, cwd=fleet, env=elsewhere)
    git(fleet, "apply", "-", stdin=remembered.stdout)

    assert "proposal 1: PAY-009 of money becomes a warning" in remembered.stdout
    assert "0 waived, 6 left as they are, 0 approved in reviews, 0 mended" in remembered.stdout
    assert saved.stdout == remembered.stdout
    assert "severity: warning" in (fleet / "vision" / "money.yaml").read_text()
    assert waooaw("gate", "agents", "--gate", "vision", cwd=fleet, env=state).returncode == 0
    assert waooaw("vision", "propose", cwd=fleet, env=state).stdout.count("proposal") == 0


def aged(content: dict[str, Any], name: str) -> dict[str, Any]:
    return content | {name: rfc3339(datetime.fromisoformat(content[name]) - timedelta(days=31))}


def test_what_people_approve_in_reviews_counts(repository: Path, tmp_path: Path) -> None:
    """Of the repository that git's origin names; a rejection speaks for the rule."""
    git(repository, "remote", "add", "origin", "git@github.com:acme/fleet.git")
    state = tmp_path / "state"
    state.mkdir()
    lines: list[dict[str, object]] = []
    for number in range(5):
        name = f"{number:032x}"
        at = rfc3339(datetime(2026, 3, 1 + number, tzinfo=UTC))
        told: dict[str, object] = {"repository": "acme/fleet", "at": at}
        lines.append(
            told
            | {"kind": "violation", "agent": "agents/wow-refunds", "rule": "PAY-001"}
            | {"fingerprint": name, "pull": number}
        )
        lines.append(
            told
            | {"kind": "answer", "issue": number, "about": "rejection", "fingerprints": [name]}
            | {"answer": "approve", "by": "maria"}
        )
    journal = state / "vision-reviews.jsonl"
    journal.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    env = {"WAOOAW_STATE_DIR": str(state)}

    approved = waooaw("vision", "propose", cwd=repository, env=env)
    other = waooaw("vision", "propose", cwd=repository, env=env | {"GITHUB_REPOSITORY": "a/b"})
    journal.write_text(journal.read_text().replace('"approve"', '"reject"', 1))
    rejected = waooaw("vision", "propose", cwd=repository, env=env)

    assert "PAY-001 of payments becomes a warning" in approved.stdout
    assert "maria" not in approved.stdout
    git(repository, "apply", "-", stdin=approved.stdout)
    assert "nothing to propose" in waooaw("vision", "propose", cwd=repository, env=env).stdout
    assert "nothing to propose" in other.stdout
    assert "nothing to propose" in rejected.stdout
