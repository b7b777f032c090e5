"""The contract's habits, held for every command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from program import waooaw

from waooaw.version import __version__
from waooaw_cli.app import COMMANDS

#: For each command, a call whose input is wrong.
WRONG = {
    "new-agent": ["--answers", "no-such-file.yaml"],
    "gate": ["no-such-folder"],
    "verify": ["no-such-file"],
    "keys": ["show", "no-such-file"],
    "vision": ["check", "no-such-folder"],
    "run": ["no-such-folder", "--event", "-"],
    "triage": ["batch", "no-such-file"],
    "desk": ["show", "T-nope"],
    "report": ["show", "no-such-file"],
    "explain": ["VIS-NOPE"],
    "advisories": ["import", "no-such.zip"],
    "sbom": ["no-such-folder"],
    "cache": ["polish"],
    "recipes": ["show", "no-such-recipe"],
    "schema": ["no-such-schema"],
    "doctor": ["--no-such-option"],
}


def test_the_version_is_one_line(tmp_path: Path) -> None:
    """`waooaw --version` prints name and version, and nothing else."""
    done = waooaw("--version", cwd=tmp_path)

    assert (done.returncode, done.stdout, done.stderr) == (0, f"waooaw {__version__}\n", "")


def test_help_lists_every_command(tmp_path: Path) -> None:
    """The list is printed from a table; a name that is in it can be called."""
    done = waooaw("--help", cwd=tmp_path)

    assert done.returncode == 0
    assert all(f"  {name} " in done.stdout for name in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_shows_a_worked_example(command: str, tmp_path: Path) -> None:
    """`waooaw COMMAND --help` shows how it is called, on stdout, at 40 columns too."""
    done = waooaw(command, "--help", cwd=tmp_path, env={"COLUMNS": "40"})

    assert (done.returncode, done.stderr) == (0, "")
    assert f"waooaw {command}" in " ".join(done.stdout.split("Example")[1].split())


@pytest.mark.parametrize("command", COMMANDS)
def test_wrong_input_is_told_in_three_lines(command: str, tmp_path: Path) -> None:
    """Exit 2, a message of at most three lines on stderr, nothing on stdout, nothing written."""
    done = waooaw(command, *WRONG[command], cwd=tmp_path)

    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert done.stderr.startswith("error: ")
    assert len(done.stderr.splitlines()) <= 3
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", COMMANDS)
def test_unknown_options_are_wrong_input(command: str, tmp_path: Path) -> None:
    """An option that does not exist is exit 2 and names where help stands."""
    done = waooaw(command, "--no-such-option", cwd=tmp_path)

    assert done.returncode == 2
    assert f"waooaw {command} --help" in done.stderr
    assert len(done.stderr.splitlines()) <= 3


@pytest.mark.parametrize("command", COMMANDS)
def test_with_json_stdout_holds_one_document_also_for_errors(command: str, tmp_path: Path) -> None:
    """A program that reads along gets one JSON document, whatever happens."""
    done = waooaw(command, *WRONG[command], "--json", cwd=tmp_path)

    content = json.loads(done.stdout)
    assert done.returncode == 2
    assert content["schema"] == "waooaw.error/1"
    assert content["exit_code"] == 2
    assert content["message"]


@pytest.mark.parametrize("command", COMMANDS)
def test_debug_shows_the_traceback(command: str, tmp_path: Path) -> None:
    """With --debug or WAOOAW_DEBUG=1 the traceback is there, and the exit code the same."""
    by_option = waooaw(command, *WRONG[command], "--debug", cwd=tmp_path)
    by_variable = waooaw(command, *WRONG[command], cwd=tmp_path, env={"WAOOAW_DEBUG": "1"})

    assert by_option.returncode == by_variable.returncode == 2
    assert "Traceback" in by_option.stderr
    assert "Traceback" in by_variable.stderr


def test_a_mistyped_command_is_answered_with_the_nearest(tmp_path: Path) -> None:
    """A typo is wrong input, and the command that was meant is named."""
    done = waooaw("gaet", cwd=tmp_path)

    assert done.returncode == 2
    assert "gate" in done.stderr


def test_a_bad_settings_file_stops_every_command_that_reads_it(tmp_path: Path) -> None:
    """waooaw.toml is input too."""
    (tmp_path / "waooaw.toml").write_text("outptu = 1\n")

    done = waooaw("doctor", cwd=tmp_path)

    assert done.returncode == 2
    assert "'outptu' is no setting" in done.stderr


def test_doctor_says_where_each_setting_came_from(tmp_path: Path) -> None:
    """File, environment and default are told apart, for people and as JSON."""
    (tmp_path / "waooaw.toml").write_text('output = "agents"\n')

    done = waooaw("doctor", "--json", cwd=tmp_path, env={"WAOOAW_JOBS": "3"})

    settings = json.loads(done.stdout)["settings"]
    assert done.returncode == 0
    assert settings["output"] == {"value": "agents", "origin": str(tmp_path / "waooaw.toml")}
    assert settings["jobs"] == {"value": 3, "origin": "environment (WAOOAW_JOBS)"}
    assert settings["recipe"]["origin"] == "default"


def test_doctor_stays_readable_in_forty_columns(tmp_path: Path) -> None:
    """Only what cannot be broken, a path, is longer than the terminal is wide."""
    done = waooaw("doctor", cwd=tmp_path, env={"COLUMNS": "40"})

    long = [line for line in done.stdout.splitlines() if len(line) > 40]
    assert all(max(map(len, line.split())) > 40 - 13 for line in long), long
    assert len(done.stdout.splitlines()) > 20


def test_doctor_says_what_is_missing_and_how_to_get_it(tmp_path: Path) -> None:
    """Without git on the path, doctor names it, and says what it is needed for."""
    done = waooaw("doctor", cwd=tmp_path, env={"PATH": str(tmp_path)})

    assert done.returncode == 0
    assert "optional  git: not found" in done.stdout
    assert "get it: install git" in done.stdout


def test_a_state_folder_that_cannot_be_is_undecided(tmp_path: Path) -> None:
    """What keeps waooaw from working is exit 3."""
    if os.name == "nt" or os.geteuid() == 0:
        # root may write anywhere: a full pseudo file system stands in for a read-only disk.
        state = "/proc/waooaw" if Path("/proc").is_dir() else "/dev/null/waooaw"
    else:
        locked = tmp_path / "locked"
        locked.mkdir(mode=0o500)
        state = str(locked / "waooaw")

    done = waooaw("doctor", cwd=tmp_path, env={"WAOOAW_STATE_DIR": state})

    assert done.returncode == 3, done.stdout
    assert "missing" in done.stdout


def test_a_defect_is_logged_and_never_a_traceback(tmp_path: Path) -> None:
    """What we did not foresee ends in exit 70, and the traceback stands in a file that is named."""
    script = (
        "import sys; from waooaw_cli import app;"
        "app.COMMANDS['doctor'] = app.CommandEntry('no_such_module', 'x', 'y');"
        "sys.exit(app.main(['doctor', '--secret=hunter2']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={**os.environ, "WAOOAW_STATE_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    logs = list((tmp_path / "logs").iterdir())
    assert done.returncode == 70
    assert "Traceback" not in done.stderr
    assert str(logs[0]) in done.stderr
    assert "no_such_module" in logs[0].read_text()
    assert "hunter2" not in logs[0].read_text()


def test_a_closed_pipe_is_no_traceback(tmp_path: Path) -> None:
    """`waooaw schema agent | head -1` ends quietly."""
    with subprocess.Popen(
        [sys.executable, "-m", "waooaw_cli", "schema", "agent"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        said = running.stderr.read()

    assert said == ""


@pytest.mark.skipif(os.name == "nt", reason="the shell is POSIX's")
@pytest.mark.parametrize(
    "call", ["--version", "--help", "doctor", "recipes", "schema agent --json"]
)
@pytest.mark.parametrize("where", [">&-", ">/dev/full", ">&- 2>&-", ">/dev/full 2>/dev/full"])
def test_results_that_cannot_be_printed_are_undecided(
    call: str, where: str, tmp_path: Path
) -> None:
    """A closed or full standard output is exit 3 and one message, never a traceback."""
    done = subprocess.run(
        f"{sys.executable} -m waooaw_cli {call} {where}",
        shell=True,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 3, done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
    assert len(done.stderr.splitlines()) <= 3


@pytest.mark.skipif(os.name == "nt", reason="the shell is POSIX's")
def test_a_closed_standard_input_prompts_nobody(tmp_path: Path) -> None:
    """Without stdin what is missing is listed, as without a terminal."""
    for arguments in ("new-agent", "new-agent --answers -"):
        done = subprocess.run(
            f"{sys.executable} -m waooaw_cli {arguments} <&-",
            shell=True,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 2, done.stderr
        assert "Traceback" not in done.stderr


def test_schemas_are_json_schemas(tmp_path: Path) -> None:
    """Each format that has a schema prints one that names its draft."""
    for name in ("agent", "event", "gate-report", "recipe"):
        done = waooaw("schema", name, cwd=tmp_path)
        assert json.loads(done.stdout)["$schema"].startswith("https://json-schema.org/draft/2020")


def test_completion_knows_the_commands(tmp_path: Path) -> None:
    """A shell that asks for completions of `waooaw g` is told `gate`."""
    done = waooaw(
        cwd=tmp_path,
        env={"_WAOOAW_COMPLETE": "complete_bash", "COMP_WORDS": "waooaw g", "COMP_CWORD": "1"},
    )

    assert done.stdout.split() == ["gate"]
