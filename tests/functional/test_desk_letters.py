"""`waooaw desk letters` and `waooaw desk send`, as a user and a timer call them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from fakes.hook_server import Hook, hook_server
from fakes.mail_server import MailHub, mail_server
from program import waooaw

REQUESTS = (
    {"id": "T-1", "title": "The invoice page is blank", "facts": {"type": "bug", "severity": "P2"}},
    {"id": "T-2", "title": "A dark theme, please", "facts": {"type": "feature", "severity": "P3"}},
)
FILES = 'port = "file"\nfrom = "desk@example.org"\n'


@pytest.fixture(autouse=True)
def _own_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tickets of one test are none of another's."""
    monkeypatch.setenv("WAOOAW_STATE_DIR", str(tmp_path / "state"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with settings in which two requests were judged."""
    lines = "\n".join(json.dumps(one) for one in REQUESTS)
    (tmp_path / "requests.jsonl").write_text(lines, "utf-8")
    settings(tmp_path, FILES)
    assert waooaw("triage", "batch", "requests.jsonl", cwd=tmp_path).returncode == 0
    return tmp_path


def settings(folder: Path, table: str) -> None:
    (folder / "waooaw.toml").write_text(f"[desk.letters]\n{table}", "utf-8")


def desk(
    *arguments: str, cwd: Path, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return waooaw("desk", *arguments, cwd=cwd, env=env)


def sent(*arguments: str, cwd: Path, code: int = 0) -> dict[str, Any]:
    done = desk("send", *arguments, "--json", cwd=cwd)
    assert (done.returncode, done.stderr) == (code, "")
    content: dict[str, Any] = json.loads(done.stdout)
    return content


def test_looking_sends_nothing_and_sending_sends_once(folder: Path) -> None:
    """A preview shows subject and body; each letter is a file; the second run has nothing to do."""
    before = desk("letters", cwd=folder)
    assert (before.returncode, before.stderr) == (0, "")
    assert "Subject: What happens next: The invoice page is blank" in before.stdout
    assert "You will hear from one of us within 4 hours of your message." in before.stdout
    assert not (folder / "letters").exists()

    first, second = desk("send", cwd=folder), desk("send", cwd=folder)
    assert first.stdout == "T-1: classification sent\nT-2: classification sent\n"
    assert second.stdout == "no letter is due\n"
    assert (first.returncode, second.returncode) == (0, 0)
    assert len(list((folder / "letters").iterdir())) == 2
    assert desk("letters", cwd=folder).stdout == "no letter is due\n"


def test_a_program_reads_the_same(folder: Path) -> None:
    """One JSON document each, with the key that the letter goes by."""
    done = desk("letters", "T-1", "--json", cwd=folder)
    content = json.loads(done.stdout)
    assert content["schema"] == "waooaw.letters/1"
    (due,) = content["letters"]
    (out,) = sent("T-1", cwd=folder)["letters"]

    assert (due["id"], due["kind"], due["tone"]) == ("T-1", "classification", "friendly")
    assert (out["state"], out["port"], out["error"]) == ("sent", "file", "")
    assert {name: out[name] for name in due} == due


def test_a_solution_is_told(folder: Path) -> None:
    """Whoever solves it says what helped, and the customer reads it."""
    desk("send", cwd=folder)
    solved = desk("solve", "T-1", "Cleared the cache.", "--by", "ada", cwd=folder)
    assert solved.returncode == 0
    preview = desk("letters", "T-1", cwd=folder)

    assert "Good news: “The invoice page is blank” is solved." in preview.stdout
    assert "Cleared the cache." in preview.stdout
    assert sent(cwd=folder)["letters"][0]["kind"] == "resolution"


def test_what_the_desk_said_goes_out_with_the_next_letter(folder: Path) -> None:
    """An answer and a question send nothing by themselves; the first letter holds both."""
    desk("answer", "T-1", "We look into it.", "--by", "ada", cwd=folder)
    desk("wait", "T-1", "Which browser do you use?", "--by", "ada", cwd=folder)
    desk("wait", "T-2", "For which page?", "--by", "ada", cwd=folder)
    assert not (folder / "letters").exists()
    letters = {one["id"]: one["body"] for one in sent(cwd=folder)["letters"]}

    assert "We look into it." in letters["T-1"]
    assert "Which browser do you use?" in letters["T-1"]
    assert "For which page?" in letters["T-2"]
    assert sent(cwd=folder)["letters"] == []


def test_what_github_calls_an_issue_is_written_to(folder: Path) -> None:
    """Its id can't stand in an address as it is; the run ends well."""
    settings(folder, f'{FILES}to = "ticket+{{id}}@example.org"\n')
    (folder / "more.jsonl").write_text(json.dumps({**REQUESTS[0], "id": "acme/shop#12"}), "utf-8")
    waooaw("triage", "batch", "more.jsonl", cwd=folder)
    done = desk("send", cwd=folder)

    assert done.returncode == 0
    assert "acme/shop#12: classification sent\n" in done.stdout
    (file,) = (folder / "letters").glob("acme-shop-12-*.eml")
    assert "\nTo: ticket+acme-shop-12=ed849dcf@example.org\n" in file.read_text()


def test_the_next_desk_sees_what_was_told(folder: Path) -> None:
    """The package that a desk hands over holds the letters and the answers."""
    desk("send", "T-1", cwd=folder)
    desk("answer", "T-1", "We look into it.", "--by", "ada", cwd=folder)
    told = json.loads(desk("show", "T-1", "--json", cwd=folder).stdout)["told"]

    assert [(one["kind"], one["state"]) for one in told] == [
        ("classification", "sent"),
        ("answered", "told"),
    ]


def test_a_customers_address_is_used_and_not_kept(folder: Path) -> None:
    """`--to` reaches the server, and stands in no file afterwards."""
    with mail_server(MailHub()) as hub:
        settings(
            folder,
            f'port = "smtp"\nfrom = "desk@example.org"\nhost = "127.0.0.1"\n'
            f'port_number = {hub.port}\nprotection = "none"\n',
        )
        done = desk("send", "T-1", "--to", "jo.doe@example.com", cwd=folder)
        missing = desk("send", cwd=folder)
        hub.replies["RCPT"] = b"550 jo.doe@example.com is unknown"
        refused = desk("send", "T-2", "--to", "jo.doe@example.com", cwd=folder)

    assert done.stdout == "T-1: classification sent\n"
    assert "rcpt TO:<jo.doe@example.com>" in hub.commands
    assert len(hub.letters) == 1
    assert missing.returncode == 2
    assert "to is missing" in missing.stderr
    assert (refused.returncode, refused.stdout) == (
        1,
        "T-2: classification failed: the server said 550 [recipient] is unknown\n",
    )
    kept = [one.read_bytes() for one in folder.rglob("*") if one.is_file()]
    assert not any(b"jo.doe" in one for one in kept)


def test_a_webhook_gets_signed_letters(folder: Path) -> None:
    """The secret comes from the environment."""
    with hook_server(Hook()) as hook:
        settings(folder, f'port = "webhook"\nurl = "{hook.url}/letters"\n')
        done = desk("send", cwd=folder, env={"WAOOAW_WEBHOOK_SECRET": "not for everybody"})

    assert done.returncode == 0
    assert len(hook.posted) == 2
    assert all(headers["X-Waooaw-Signature"] for _, headers, _ in hook.posted)


def test_what_failed_is_sent_by_the_next_run(folder: Path) -> None:
    """Exit 1 says that somebody is without a letter; the next run makes up for it."""
    with hook_server(Hook(status=429)) as hook:
        settings(folder, f'port = "webhook"\nurl = "{hook.url}"\n')
        failed = desk("send", cwd=folder)
        hook.status = 204
        done = desk("send", cwd=folder)

    assert failed.returncode == 1
    assert failed.stdout.splitlines()[0] == (
        "T-1: classification failed: it was not taken (status 429)"
    )
    assert (done.returncode, done.stdout.count("sent")) == (0, 2)


def test_about_what_is_uncertain_a_person_decides(folder: Path) -> None:
    """It is told until somebody decides; nobody else sends it again."""
    with hook_server(Hook(status=500)) as hook:
        settings(folder, f'port = "webhook"\nurl = "{hook.url}"\n')
        first = desk("send", "T-1", cwd=folder)
        hook.status = 204
        timer = sent("T-1", cwd=folder, code=1)
        agent = desk("send", "T-1", "classification", "again", "--by", "agent:wow-x", cwd=folder)
        assert len(hook.posted) == 1
        again = desk("send", "T-1", "classification", "again", "--by", "ada", cwd=folder)
        after = desk("send", "T-1", cwd=folder)

    assert first.returncode == 1
    assert "waooaw desk send T-1 classification again, or done if it arrived" in first.stdout
    assert (timer["letters"], timer["uncertain"][0]["state"]) == ([], "uncertain")
    assert agent.returncode == 2
    assert "only a person may decide" in agent.stderr
    assert (again.returncode, again.stdout) == (0, "T-1: classification sent\n")
    assert (after.returncode, after.stdout) == (0, "no letter is due\n")
    keys = [headers["Idempotency-Key"] for _, headers, _ in hook.posted]
    assert len(keys) == 2
    assert len(set(keys)) == 1


def test_a_person_may_say_that_it_arrived(folder: Path) -> None:
    """Then nothing is sent."""
    with hook_server(Hook(status=500)) as hook:
        settings(folder, f'port = "webhook"\nurl = "{hook.url}"\n')
        desk("send", "T-1", cwd=folder)
        done = desk("send", "T-1", "classification", "done", "--by", "ada", cwd=folder)

    assert (done.returncode, done.stdout) == (0, "T-1: classification sent\n")
    assert len(hook.posted) == 1


def test_own_words_and_another_tone_are_used(folder: Path) -> None:
    """Beside the settings, and held to their form."""
    (folder / "desk").mkdir()
    own = folder / "desk" / "letters.yaml"
    own.write_text(
        "tones: {brief: {letters: {classification: {bug: {subject: 'Ahoy {id}', body: '{type}'}}}}}"
    )
    settings(folder, f'{FILES}tone = "brief"\nown = ["desk/letters.yaml"]\n')
    good = desk("letters", "T-1", cwd=folder)
    own.write_text("tones:\n  brief:\n    words:\n      passed: '{desk.__class__}'\n")
    bad = desk("send", cwd=folder)

    assert "Subject: Ahoy T-1" in good.stdout
    assert "something broken" in good.stdout
    assert bad.returncode == 2
    assert "letters.yaml:4:7: tones.brief.words.passed: there is no placeholder" in bad.stderr
    assert not (folder / "letters").exists()


def test_wrong_settings_and_orders_are_named_and_nothing_is_sent(folder: Path) -> None:
    """File, key and value, or what was too much; and the way out."""
    settings(folder, 'port = "pigeon"')
    wrong = desk("send", cwd=folder)
    order = desk("send", "T-1", "resolution", cwd=folder)
    elsewhere = desk("take", "T-1", "--to", "jo@example.com", cwd=folder)

    assert (wrong.returncode, order.returncode, elsewhere.returncode) == (2, 2, 2)
    assert "waooaw.toml: desk.letters.port = 'pigeon'" in wrong.stderr
    assert "try: one of file, smtp, webhook" in wrong.stderr
    assert "2 words are no order" in order.stderr
    assert "--to says nothing to the action 'take'" in elsewhere.stderr
    assert "Traceback" not in wrong.stderr


def test_a_hostile_request_ends_in_harmless_files(folder: Path) -> None:
    """Headers, addresses, terminal sequences and paths of a sender stay text."""
    hostile = {
        "id": "../../x\r\nBcc: evil@example.com",
        "title": "\x1b[2J\u202ex\r\nBcc: evil@example.com {solution} {0.__class__}",
        "facts": {"type": "bug", "severity": "P2"},
    }
    (folder / "hostile.jsonl").write_text(json.dumps(hostile), "utf-8")
    waooaw("triage", "batch", "hostile.jsonl", cwd=folder)
    shown = desk("letters", cwd=folder)
    done = desk("send", cwd=folder)

    assert done.returncode == 0
    assert "\x1b" not in shown.stdout + done.stdout
    assert "\u202e" not in shown.stdout
    files = sorted((folder / "letters").iterdir())
    assert len(files) == 3
    heads = [one.read_text().split("\n\n")[0].lower() for one in files]
    assert not any("\nbcc:" in one for one in heads)
