"""`waooaw new-agent` as a user runs it: answers in, a gated package or nothing out."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from program import waooaw

CASES = Path(__file__).parent.parent / "cases" / "answers"
VALID = sorted((CASES / "valid").iterdir())
INVALID = sorted((CASES / "invalid").iterdir())
REFUND = CASES / "valid" / "wow-refund-desk.yaml"
GATES = ["spec", "vision", "format", "lint", "types", "tests", "security", "performance"]

#: What an error has to name: the field, or the line where the file cannot be read at all.
NAMES = {
    "budget-negative.yaml": "limits.monthly_usd",
    "condition-python.yaml": "rules[0].when",
    "condition-syntax.yaml": "rules[0].when",
    "condition-unknown-variable.yaml": "rules[0].when",
    "duplicate-rule.yaml": "rules[1].id",
    "empty.yaml": "empty",
    "example-contradicts-rules.yaml": "examples[0].expect.outcome",
    "external-without-approval.yaml": "rules[0]",
    "name-newline.yaml": "name",
    "name-path-traversal.yaml": "name",
    "name-python-keyword.yaml": "name",
    "name-shadows-stdlib.yaml": "name",
    "name-template.yaml": "name",
    "no-escalation.yaml": "collaborators.escalates_to",
    "no-owner.yaml": "owner",
    "no-reason.yaml": "rules[0].because",
    "not-a-mapping.yaml": "not-a-mapping.yaml:1",
    "not-utf8.yaml": "not-utf8.yaml:1",
    "secret-in-spec.yaml": "purpose",
    "topic-malformed.yaml": "wake[0].topic",
    "unknown-field.yaml": "colour",
    "unknown-skill.yaml": "rules[0].then",
    "unreachable-rule.yaml": "rules[1]",
    "version-not-semantic.yaml": "version",
    "yaml-bomb.yaml": "yaml-bomb.yaml:5",
    "yaml-broken.yaml": "yaml-broken.yaml:2",
    "yaml-python-object.yaml": "yaml-python-object.yaml:1",
}


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def digest(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize("answers", VALID, ids=lambda path: path.stem)
def test_valid_answers_give_a_package_that_passes_all_gates(answers: Path, tmp_path: Path) -> None:
    """Eight gates pass without an edit, and the report says so as one JSON document."""
    done = waooaw("new-agent", "--answers", str(answers), "--json", cwd=tmp_path)

    report = json.loads(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
    assert report["schema"] == "waooaw.gate-report/1"
    assert report["verdict"] == "pass"
    target = report["targets"][0]
    assert target["path"] == f"generated/{answers.stem}"
    assert [gate["id"] for gate in target["gates"]] == GATES
    assert {gate["verdict"] for gate in target["gates"]} == {"pass"}
    assert names(tmp_path / "generated") == [answers.stem]


@pytest.mark.parametrize("answers", INVALID, ids=lambda path: path.name)
def test_invalid_answers_exit_2_write_nothing_and_name_the_field(
    answers: Path, tmp_path: Path
) -> None:
    """A file that cannot be an agent is refused before anything is rendered."""
    done = waooaw("new-agent", "--answers", str(answers), cwd=tmp_path)

    assert done.returncode == 2, done.stderr
    assert NAMES[answers.name] in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []


def test_the_same_answers_give_the_same_bytes_however_they_come(tmp_path: Path) -> None:
    """A file, stdin as JSON, and single values end in identical packages."""
    from waooaw import documents

    data = documents.read(REFUND).data
    sets = [f"{name}={json.dumps(value)}" for name, value in data.items()]
    ways = {
        "file": (["--answers", str(REFUND)], ""),
        "again": (["--answers", str(REFUND)], ""),
        "stdin": (["--answers", "-"], json.dumps(data)),
        "sets": ([part for one in sets for part in ("--set", one)], ""),
    }
    digests = {}
    for way, (options, stdin) in ways.items():
        done = waooaw(
            *("new-agent", *options, "--no-gate", "--output", way), cwd=tmp_path, stdin=stdin
        )
        assert done.returncode == 0, done.stderr
        digests[way] = digest(tmp_path / way)

    assert len(digests["file"]) > 15
    assert all(found == digests["file"] for found in digests.values())


def test_a_set_value_wins_over_the_file(tmp_path: Path) -> None:
    """--set changes one answer; the name argument is the name."""
    done = waooaw(
        *("new-agent", "wow-other", "--answers", str(REFUND), "--no-gate"),
        *("--set", "limits.monthly_usd=7", "--set", "rules[1].because=Small sums are paid."),
        cwd=tmp_path,
    )

    text = (tmp_path / "generated" / "wow-other" / "agent.yaml").read_text()
    assert done.returncode == 0, done.stderr
    assert "monthly_usd: 7" in text
    assert "Small sums are paid." in text


def test_without_a_terminal_what_is_missing_is_listed(tmp_path: Path) -> None:
    """Nothing prompts; every field without a default is named, with its question."""
    done = waooaw("new-agent", "wow-x", cwd=tmp_path)

    assert done.returncode == 2
    for field in ("purpose", "domain", "owner", "wake", "rules", "escalates_to", "examples"):
        assert field in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_dry_run_shows_files_and_diff_and_writes_nothing(tmp_path: Path) -> None:
    """The tree has sizes; against a package that is there the diff shows what would change."""
    fresh = waooaw("new-agent", "--answers", str(REFUND), "--dry-run", cwd=tmp_path)
    assert fresh.returncode == 0
    assert "agent.yaml  " in fresh.stdout
    assert "+++ b/pyproject.toml" in fresh.stdout
    assert list(tmp_path.iterdir()) == []
    waooaw("new-agent", "--answers", str(REFUND), "--no-gate", cwd=tmp_path)
    before = digest(tmp_path)

    changed = waooaw(
        *("new-agent", "--answers", str(REFUND), "--dry-run", "--set", "owner=new@example.com"),
        cwd=tmp_path,
    )

    assert "-owner: payments-team@example.com" in changed.stdout
    assert "+owner: new@example.com" in changed.stdout
    assert digest(tmp_path) == before


def test_nothing_of_the_user_s_is_overwritten_without_force(tmp_path: Path) -> None:
    """A package that is there stays, byte for byte; --force replaces it."""
    make = ("new-agent", "--answers", str(REFUND), "--no-gate")
    assert waooaw(*make, cwd=tmp_path).returncode == 0
    mine = tmp_path / "generated" / "wow-refund-desk" / "mine.txt"
    mine.write_text("mine")
    before = digest(tmp_path)

    refused = waooaw(*make, cwd=tmp_path)
    assert refused.returncode == 2
    assert "--force" in refused.stderr
    assert digest(tmp_path) == before

    assert waooaw(*make, "--force", cwd=tmp_path).returncode == 0
    assert not mine.exists()
    assert names(tmp_path / "generated") == ["wow-refund-desk"]


def test_a_package_whose_gates_fail_is_not_put_in_place(tmp_path: Path) -> None:
    """Exit 1 and nothing there; with --keep-failed it is kept beside its place for a look."""
    # No decision is made in a thousandth of a microsecond: the gate `performance` objects.
    fail = ("new-agent", "--answers", str(REFUND), "--set", "limits.p95_ms=0.000001")

    gone = waooaw(*fail, cwd=tmp_path)
    assert gone.returncode == 1, gone.stdout + gone.stderr
    assert "PERF-001" in gone.stdout
    assert not (tmp_path / "generated").exists() or not names(tmp_path / "generated")

    kept = waooaw(*fail, "--keep-failed", cwd=tmp_path)
    assert kept.returncode == 1
    assert names(tmp_path / "generated") == ["wow-refund-desk.failed"]
    assert "wow-refund-desk.failed" in kept.stderr


@pytest.mark.parametrize("moment", [0.2, 0.5, 0.8, 1.2, 2.0])
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX's")
def test_an_interruption_leaves_no_partial_package(
    moment: float, name: str, tmp_path: Path
) -> None:
    """Ctrl-C and SIGTERM at any moment: a whole package or none, and exit 130 or 0."""
    with subprocess.Popen(
        [sys.executable, "-m", "waooaw_cli", "new-agent", "--answers", str(REFUND)],
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        time.sleep(moment)
        running.send_signal(getattr(signal, name))
        assert running.stderr is not None
        said = running.stderr.read()
        code = running.wait()

    left = [path.name for path in (tmp_path / "generated").glob("*")]
    # Before our handlers are in place, and when all is done, Python itself ends.
    assert code in {0, 130, -signal.SIGTERM, -signal.SIGINT, 1}, said
    assert left in (["wow-refund-desk"] if code == 0 else [], ["wow-refund-desk"])
    if left:
        spec = waooaw("gate", "generated/wow-refund-desk", "--gate", "spec", cwd=tmp_path)
        assert spec.returncode == 0, spec.stdout


@pytest.mark.parametrize("moment", [0.4, 0.7, 1.0, 1.6])
@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is POSIX's")
def test_what_a_killed_run_left_is_cleared_by_the_next(moment: float, tmp_path: Path) -> None:
    """Kill -9 at any moment leaves no package that looks whole, and the next run clears up."""
    with subprocess.Popen(
        [sys.executable, "-m", "waooaw_cli", "new-agent", "--answers", str(REFUND)],
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as running:
        time.sleep(moment)
        running.kill()
    whole = tmp_path / "generated" / "wow-refund-desk"
    assert not whole.exists() or (whole / "agent.yaml").is_file()
    shutil.rmtree(whole, ignore_errors=True)

    done = waooaw("new-agent", "--answers", str(REFUND), "--no-gate", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert names(tmp_path / "generated") == ["wow-refund-desk"]


def test_two_runs_at_once_make_one_package(tmp_path: Path) -> None:
    """One wins, the others say that it is taken; nothing is mixed."""
    command = [sys.executable, "-m", "waooaw_cli", "new-agent", "--answers", str(REFUND)]
    running = [
        subprocess.Popen(
            [*command, "--no-gate"],
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(4)
    ]
    codes = sorted(one.wait() for one in running)

    assert codes[0] == 0
    assert set(codes) == {0, 2}
    assert codes.count(0) == 1
    assert names(tmp_path / "generated") == ["wow-refund-desk"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_is_undecided(tmp_path: Path) -> None:
    """When a result cannot be written, exit 3 says that the machine is at fault."""
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "waooaw_cli", "schema", "agent"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            cwd=tmp_path,
        )

    assert done.returncode == 3, done.stderr
    assert done.stderr.startswith("error: ")
    assert len(done.stderr.splitlines()) <= 3


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("name=../x", "name"),
        ("name={{ 7*7 }}", "name"),
        ("colour=blue", "colour"),
        ("no-equals-sign", "no-equals-sign"),
        ("rules[99].when=true", "rules"),
        ("__class__=x", "__class__"),
        ("limits.monthly_usd=[", "limits.monthly_usd"),
    ],
)
def test_hostile_values_are_refused(value: str, says: str, tmp_path: Path) -> None:
    """What is not an answer is told by field, and nothing is written."""
    done = waooaw("new-agent", "--answers", str(REFUND), "--set", value, cwd=tmp_path)

    assert done.returncode == 2, done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_is_taken_is_refused_before_anything_is_asked(tmp_path: Path) -> None:
    """Whoever names an agent that is there learns so at once, not after ten answers."""
    (tmp_path / "generated" / "wow-x").mkdir(parents=True)

    done = waooaw("new-agent", "wow-x", cwd=tmp_path)

    assert done.returncode == 2
    assert "exists already" in done.stderr
    assert "is missing" not in done.stderr


def test_an_output_folder_has_a_name(tmp_path: Path) -> None:
    """An empty --output, as an unset variable gives, is not taken for the default."""
    done = waooaw("new-agent", "--answers", str(REFUND), "--output", "", cwd=tmp_path)

    assert done.returncode == 2
    assert "--output" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_templates_in_answers_stay_text(tmp_path: Path) -> None:
    """What looks like Jinja, a shell variable or HTML comes out as it went in."""
    hostile = "{{ 7*7 }} {% raw %} ${HOME} `id` <script> \"quoted\" 'so' \\ # %s"
    done = waooaw(
        *("new-agent", "--answers", str(REFUND), "--no-gate"),
        *("--set", f"purpose={json.dumps(hostile)}"),
        cwd=tmp_path,
    )
    from waooaw.specfile import read_spec

    package = tmp_path / "generated" / "wow-refund-desk"
    assert done.returncode == 0, done.stderr
    assert read_spec(package / "agent.yaml").purpose == hostile
    assert "{{ 7*7 }}" in (package / "agent.yaml").read_text()
