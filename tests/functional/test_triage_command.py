"""`waooaw triage`, as a user and a program call it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from places import ROOT
from program import waooaw

from waooaw.triage.results import triage_schema

CASES = ROOT / "tests" / "cases" / "triage"
OUTAGE = "All refunds fail since 9:10, every customer is affected"


@pytest.fixture(autouse=True)
def _own_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tickets of one test are none of another's."""
    monkeypatch.setenv("WAOOAW_STATE_DIR", str(tmp_path / "state"))


def judged(*arguments: str, cwd: Path, stdin: str = "") -> dict[str, Any]:
    done = waooaw("triage", *arguments, "--json", cwd=cwd, stdin=stdin)
    assert (done.returncode, done.stderr) == (0, "")
    content: dict[str, Any] = json.loads(done.stdout)
    return content


def test_a_sentence_becomes_a_desk_with_reasons(tmp_path: Path) -> None:
    """The result is the contract's document, and its schema is published."""
    content = judged(OUTAGE, cwd=tmp_path)
    schema = waooaw("schema", "triage", cwd=tmp_path)

    jsonschema_rs.validator_for(json.loads(schema.stdout)).validate(content)
    assert (content["severity"], content["route"], content["page_oncall"]) == ("P0", "L3", True)
    assert content["respond_within_minutes"] == 0
    severity = next(one for one in content["reasons"] if one["field"] == "severity")
    assert (severity["rule"], severity["tier"], severity["evidence"]) == ("outage", "rules", OUTAGE)


def test_a_person_reads_the_same(tmp_path: Path) -> None:
    """Type, severity, desk and clock stand in the first two lines."""
    done = waooaw("triage", OUTAGE, cwd=tmp_path)

    first, second, *_ = done.stdout.splitlines()
    assert first.endswith(": bug, P0 → L3, page on-call")
    assert second == "  answer:    at once"


@pytest.mark.parametrize("way", ["words", "text", "json", "mail", "stdin"])
def test_however_it_arrives_the_answer_is_the_same(way: str, tmp_path: Path) -> None:
    """Words, a file of text, JSON, a mail and standard input end at the same desk."""
    mail = f"From: a@example.com\nSubject: {OUTAGE}\n\n"
    files = {
        "text": ("a.txt", OUTAGE),
        "json": ("a.json", json.dumps({"title": OUTAGE})),
        "mail": ("a.eml", mail),
    }
    if way in files:
        name, text = files[way]
        (tmp_path / name).write_text(text, "utf-8")
        content = judged("--file", name, cwd=tmp_path)
    elif way == "stdin":
        content = judged(cwd=tmp_path, stdin=OUTAGE)
    else:
        content = judged(*OUTAGE.split(), cwd=tmp_path)

    assert (content["severity"], content["route"]) == ("P0", "L3")


def test_stated_facts_win(tmp_path: Path) -> None:
    """What a form states is in the result, whatever the text says."""
    (tmp_path / "facts.yaml").write_text("severity: P3\nlegal_or_compliance: true\n")
    content = judged(OUTAGE, "--facts", "facts.yaml", "--agent", "wow-refund-desk", cwd=tmp_path)

    assert (content["severity"], content["route"], content["page_oncall"]) == ("P3", "human", False)
    assert content["agents"] == ["wow-refund-desk"]


def test_facts_alone_are_a_request(tmp_path: Path) -> None:
    """A form without a word of text is judged by its facts."""
    (tmp_path / "facts.json").write_text('{"service_state": "down", "reach": "most"}')

    assert judged("--facts", "facts.json", cwd=tmp_path)["route"] == "L3"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "there is no request"),
        (["x", "--file", "a"], "TEXT and as --file"),
        (["--file", "no-such-file"], "no such file"),
        (["--file", "."], "is a folder"),
        (["x", "--agent", "Not A Name"], "kebab-case"),
        (["x", "--facts", "bad.yaml"], "bad.yaml:2:1: facts.reach"),
        (["batch"], "FILE is missing"),
        (["batch", "bad.jsonl"], "bad.jsonl:2:1: title"),
        (["batch", "a", "b"], "'b' is too much"),
        (["patterns", "--file", "a"], "--file says nothing"),
        (["explain", "T-nope"], "no request 'T-nope'"),
        (["explain", "\udcff"], "no request"),
        (["correct", "T-nope", "type=bug"], "no request 'T-nope'"),
        (["correct", "T-nope", "colour=red"], "no field is named 'colour'"),
        (["correct", "T-nope", "type"], "puts nothing right"),
        (["correct", "T-nope", "type=bug", "type=feature"], "type is put right twice"),
    ],
)
def test_wrong_input_is_told_with_its_place(
    arguments: list[str], told: str, tmp_path: Path
) -> None:
    """Exit 2, what is wrong and where, and nothing on stdout."""
    (tmp_path / "bad.yaml").write_text("type: bug\nreach: everyone\n")
    (tmp_path / "bad.jsonl").write_text('{"title": "x"}\n{"title": 3}\n')
    done = waooaw("triage", *arguments, cwd=tmp_path)

    assert (done.returncode, done.stdout) == (2, "")
    assert told.replace("facts.reach", "") in done.stderr.replace("facts.reach", "")
    assert len(done.stderr.splitlines()) <= 3


def test_the_first_request_of_a_process_knows_the_catalogue(tmp_path: Path) -> None:
    """A known question goes to the first desk, also where nothing was asked before it."""
    content = judged("How do I pause my agent?", cwd=tmp_path)

    assert (content["route"], content["facts"]["known_pattern"]) == ("L1", True)


def test_a_batch_is_one_result_a_line_in_order(tmp_path: Path) -> None:
    """Each with its request's id; the same file gives the same bytes."""
    path = str(CASES / "srq_public.jsonl")
    one, two = (waooaw("triage", "batch", path, cwd=tmp_path) for _ in range(2))

    results = [json.loads(line) for line in one.stdout.splitlines()]
    gold = [json.loads(line) for line in Path(path).read_text("utf-8").splitlines()]
    assert [result["id"] for result in results] == [row["id"] for row in gold]
    assert [result["route"] for result in results] == [row["route"] for row in gold]
    assert one.stdout == two.stdout
    validator = jsonschema_rs.validator_for(triage_schema())
    assert all(validator.is_valid(result) for result in results)


def test_a_batch_with_a_bad_line_prints_nothing(tmp_path: Path) -> None:
    """Every bad line is named, and no half of a result is printed."""
    (tmp_path / "a.jsonl").write_text(
        '{"title": "x"}\nnot json\n{"title": "y", "facts": {"x": 1}}\n'
    )
    done = waooaw("triage", "batch", "a.jsonl", "--json", cwd=tmp_path)

    content = json.loads(done.stdout)
    assert done.returncode == 2
    assert [(one["line"], one["field"]) for one in content["problems"]] == [(2, ""), (3, "facts.x")]


def test_a_result_can_be_explained_and_put_right(tmp_path: Path) -> None:
    """What a person says becomes a stated fact, the request is judged anew, and both are told."""
    id_ = judged("The export is slow", cwd=tmp_path)["id"]
    explained = judged("explain", id_, cwd=tmp_path)
    corrected = judged("correct", id_, "reach=all", "type=bug", cwd=tmp_path)
    routed = judged("correct", id_, "route=L3", "agents=wow-a,wow-b", cwd=tmp_path)
    told = waooaw("triage", "explain", id_, cwd=tmp_path).stdout

    assert explained["severity"] == "P2"
    assert (corrected["severity"], corrected["facts"]["reach"]) == ("P1", "all")
    assert (routed["route"], routed["agents"], routed["severity"]) == (
        "L3",
        ["wow-a", "wow-b"],
        "P1",
    )
    assert "corrected: reach from one to all" in told
    assert "corrected: route from L2 to L3" in told


def test_an_imported_failure_is_known_from_then_on(tmp_path: Path) -> None:
    """The same error at the same place goes to the first desk, with its resolution."""
    trace = 'Traceback (most recent call last):\n  File "a.py", line 3, in make\nReadTimeout: 30 s'
    rows = [{"id": "T-9", "title": "Thumbs", "body": trace, "resolution": "Restart it"}]
    (tmp_path / "past.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    done = waooaw("triage", "import", "past.jsonl", "--json", cwd=tmp_path)
    content = judged("Thumbnails are gone\n\n" + trace.replace("3,", "4,"), cwd=tmp_path)

    assert json.loads(done.stdout)["settled"] == 1
    assert (content["facts"]["known_pattern"], content["route"]) == (True, "L1")


def test_the_users_catalogue_and_aliases_are_read(tmp_path: Path) -> None:
    """`[triage]` in waooaw.toml, and files beside it; a mistake in them is told."""
    (tmp_path / "triage").mkdir()
    (tmp_path / "triage" / "own.yaml").write_text(
        "patterns:\n  - {id: grey, title: Grey, resolution: Paint it, any: [list is grey]}\n"
    )
    (tmp_path / "waooaw.toml").write_text('[triage.aliases]\nwow-list = ["the list"]\n')
    content = judged("The list is grey", cwd=tmp_path)
    patterns = json.loads(waooaw("triage", "patterns", "--json", cwd=tmp_path).stdout)
    (tmp_path / "waooaw.toml").write_text("[triage]\ncolour = 1\n")
    wrong = waooaw("triage", "x", cwd=tmp_path)

    assert content["agents"] == ["wow-list"]
    assert content["facts"]["known_pattern"]
    assert patterns["patterns"][0]["id"] == "grey"
    assert (wrong.returncode, "triage.colour is no setting" in wrong.stderr) == (2, True)


def test_it_answers_where_nothing_can_be_kept(tmp_path: Path) -> None:
    """A state folder that is a file costs the memory, not the answer."""
    (tmp_path / "state").write_text("")
    done = waooaw("triage", OUTAGE, "--json", cwd=tmp_path)

    assert (done.returncode, json.loads(done.stdout)["route"]) == (0, "L3")
    assert done.stderr.startswith("warning: not remembered: ")


def test_nothing_of_a_secret_reaches_a_file_or_a_stream(tmp_path: Path) -> None:
    """Neither stdout, nor stderr, nor the memory hold what was pasted, with --debug neither."""
    text = "The refund agent fails with AKIAIOSFODNN7EXAMPLE for jo@example.com"
    done = waooaw("triage", text, "--debug", cwd=tmp_path)

    kept = b"".join(path.read_bytes() for path in (tmp_path / "state").rglob("*.db*"))
    for part in ("AKIAIOSF", "jo@example"):
        assert part not in done.stdout + done.stderr
        assert part.encode() not in kept


def test_no_socket_is_opened(tmp_path: Path) -> None:
    """It works where there is no network, because it asks none."""
    script = (
        "import socket, sys\n"
        "def refuse(*a, **k): raise AssertionError('a socket')\n"
        "socket.socket.connect = socket.socket.connect_ex = socket.create_connection = refuse\n"
        "socket.getaddrinfo = refuse\n"
        "from waooaw_cli.app import main\n"
        f"sys.exit(main(['triage', {OUTAGE!r}, '--json']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, json.loads(done.stdout)["route"]) == (0, "L3")


@pytest.mark.parametrize(
    "line",
    [
        '{"title": "x", "created": "KEY for jo@example.com"}',
        '{"title": "x", "facts": {"reach": "KEY"}}',
        '{"title": "x", "facts": {"KEY": true}}',
        '{"title": "x", "agents": ["KEY"]}',
        '{"title": "x", "body": ["KEY"]}',
        '{"title": "x", "KEY": 1, "KEY": 2}',
        '{"title": "x", "severity": "KEY", "label": "KEY"}',
    ],
    ids=["moment", "fact", "name", "agent", "type", "twice", "label"],
)
@pytest.mark.parametrize("action", ["batch", "import", "evaluate", "learn"])
def test_an_error_quotes_no_secret(action: str, line: str, tmp_path: Path) -> None:
    """What a sender wrote in a wrong place is told without its secrets, to a log of all too."""
    key = "AKIA" + "Q7VLM4TZR8BNC1WF"
    (tmp_path / "a.jsonl").write_text(line.replace("KEY", key))
    done = waooaw("triage", action, "a.jsonl", cwd=tmp_path, env={"WAOOAW_DEBUG": "1"})

    assert "AKIA" not in done.stdout + done.stderr
    assert "jo@example" not in done.stdout + done.stderr
    assert done.returncode in {0, 2}


def test_hostile_input_ends_in_an_answer(tmp_path: Path) -> None:
    """20 MB, NUL, mixed encodings, deep JSON, a mail of mails: a desk, or what is wrong."""
    mail = "From: a@example.com\nTo: b@example.com\nSubject: Outage\nMIME-Version: 1.0\n"
    contents: dict[str, bytes] = {
        "long.txt": b"All customers are offline. " * 750_000,
        "nul.txt": b"\0" * 100_000 + b"Outage",
        "mixed.txt": "Ausfall für alle Kunden\n".encode() + "é\n".encode("latin-1") + b"\xff\xfe\0",
        "deep.json": b'{"title": ' + b"[" * 100_000,
        "huge.json": b'{"title": "x", "id": 1e999999, "votes": ' + b"9" * 9_000 + b"}",
        "half.json": b'{"id": "\\ud800", "title": "\\udfff is down"}',
        "mails.eml": f"{mail}Content-Type: message/rfc822\n\n".encode() * 1_000 + b"deep",
        "parts.eml": f"{mail}Content-Type: multipart/mixed; boundary=x\n\n".encode()
        + b"--x\n\nAll refunds fail\n" * 10_000,
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
        done = waooaw("triage", "--file", name, "--json", cwd=tmp_path)

        assert done.returncode == (2 if name in {"deep.json", "huge.json"} else 0), name
        assert len(done.stderr) < 400, name
        json.loads(done.stdout)
