"""`waooaw gate --attest`, `waooaw verify` and `waooaw keys` from outside."""

from __future__ import annotations

import base64
import importlib.metadata
import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import pytest
from fakes.agent_package import agent_package, snapshot
from fakes.keyring_in_a_file import FILE_VARIABLE
from places import ROOT
from program import waooaw

from waooaw_cli.factory.machine import State, examine

_SEED = base64.b64encode(bytes(range(32))).decode()
_STATEMENT = "gates.intoto.jsonl"
#: Two gates that start no tool: what is signed does not depend on which ones ran.
_QUICK = ("--gate", "spec", "--gate", "vision", "--quiet")


def _keys(folder: Path) -> dict[str, Any]:
    made = waooaw("keys", "new", "ci.key", "--json", cwd=folder)
    assert made.returncode == 0, made.stderr
    return dict(json.loads(made.stdout))


def _attested(folder: Path, *names: str) -> dict[str, Any]:
    for name in names or ("wow-heartbeat",):
        agent_package(folder / name)
    keys = _keys(folder)
    arguments = (*_QUICK, "--attest", _STATEMENT, "--key", "ci.key")
    done = waooaw("gate", *(names or ("wow-heartbeat",)), *arguments, cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    return keys


def test_from_a_key_to_a_verdict(tmp_path: Path) -> None:
    """Make a key, sign a run of all gates, verify it; then change a byte and hear which."""
    package = agent_package(tmp_path / "generated" / "wow-heartbeat")
    keys = _keys(tmp_path)

    gated = waooaw("gate", "--attest", _STATEMENT, "--key", "ci.key", cwd=tmp_path)
    valid = waooaw("verify", _STATEMENT, "--key", "ci.key.pub", "--require", "all", cwd=tmp_path)
    agent = package / "src/wow_heartbeat/agent.py"
    agent.write_text(agent.read_text() + "\n")
    changed = waooaw("verify", _STATEMENT, "--key", str(keys["public"]), cwd=tmp_path)

    assert gated.returncode == 0, gated.stdout
    assert (valid.returncode, valid.stderr) == (0, "")
    assert valid.stdout.startswith("valid  wow-heartbeat (generated/wow-heartbeat)\n")
    assert "tests, security, performance" in valid.stdout
    assert changed.returncode == 1
    assert "changed  src/wow_heartbeat/agent.py" in changed.stdout
    assert "added" not in changed.stdout


def test_a_statement_stands_where_others_look_for_it(tmp_path: Path) -> None:
    """One DSSE envelope of an in-toto Statement a line, one line for each agent."""
    keys = _attested(tmp_path, "wow-a", "wow-b")
    lines = (tmp_path / _STATEMENT).read_text().splitlines()

    assert len(lines) == 2
    for line in lines:
        envelope = json.loads(line)
        statement = json.loads(base64.b64decode(envelope["payload"]))
        assert envelope["payloadType"] == "application/vnd.in-toto+json"
        assert envelope["signatures"][0]["keyid"] == keys["key_id"]
        assert statement["_type"] == "https://in-toto.io/Statement/v1"
        assert statement["predicate"]["passedTests"] == ["spec", "vision"]
    both = waooaw("verify", _STATEMENT, "wow-a", "wow-b", "--key", "ci.key.pub", cwd=tmp_path)
    assert both.returncode == 0


def test_what_a_program_reads(tmp_path: Path) -> None:
    """One JSON document, valid or not; the paths of changed files are in it."""
    _attested(tmp_path)
    (tmp_path / "wow-heartbeat" / "more.txt").write_text("x")

    done = waooaw(
        "verify", _STATEMENT, "wow-heartbeat", "--key", "ci.key.pub", "--json", cwd=tmp_path
    )

    document = json.loads(done.stdout)
    assert (done.returncode, document["schema"], document["valid"]) == (
        1,
        "waooaw.verification/1",
        False,
    )
    assert document["packages"][0]["added"] == ["more.txt"]


def test_a_package_without_its_specification_is_not_valid(tmp_path: Path) -> None:
    """The file that makes it an agent is the one that is gone."""
    _attested(tmp_path)
    (tmp_path / "wow-heartbeat" / "agent.yaml").unlink()

    done = waooaw("verify", _STATEMENT, "wow-heartbeat", "--key", "ci.key.pub", cwd=tmp_path)

    assert done.returncode == 1
    assert "removed  agent.yaml" in done.stdout


def test_a_run_that_does_not_pass_signs_nothing(tmp_path: Path) -> None:
    """The exit code is the verdict's, and what stood in the file still does."""
    agent_package(tmp_path / "wow-heartbeat", {"src/wow_heartbeat/x.py": "import os\n"})
    _keys(tmp_path)
    (tmp_path / _STATEMENT).write_text("before")

    done = waooaw(
        *("gate", "wow-heartbeat", "--gate", "lint", "--json", "--quiet"),
        *("--attest", _STATEMENT, "--key", "ci.key"),
        cwd=tmp_path,
    )

    assert (done.returncode, json.loads(done.stdout)["verdict"]) == (1, "fail")
    assert "nothing is signed: the verdict is fail" in done.stderr
    assert (tmp_path / _STATEMENT).read_text() == "before"


def test_keys_come_from_the_environment_too(tmp_path: Path) -> None:
    """As CI has them: nothing on the command line, nothing in a file."""
    agent_package(tmp_path / "wow-heartbeat")
    env = {"WAOOAW_SIGNING_KEY": _SEED}
    shown = waooaw("keys", "show", "env:WAOOAW_SIGNING_KEY", "--json", cwd=tmp_path, env=env)
    trusted = {"WAOOAW_VERIFY_KEY": str(json.loads(shown.stdout)["public"])}

    signed = waooaw("gate", "wow-heartbeat", *_QUICK, "--attest", _STATEMENT, cwd=tmp_path, env=env)
    valid = waooaw("verify", _STATEMENT, "wow-heartbeat", cwd=tmp_path, env=trusted)

    assert (signed.returncode, valid.returncode) == (0, 0)
    assert _SEED not in f"{shown.stdout}{signed.stdout}{signed.stderr}{valid.stdout}"


def test_the_key_stays_out_of_the_packages_tests(tmp_path: Path) -> None:
    """No variable of the program that signs reaches the code that it judges."""
    test = (
        "import os\n\n\ndef test_a() -> None:\n"
        "    assert not [name for name in os.environ if 'KEY' in name]\n"
    )
    agent_package(tmp_path / "wow-heartbeat", {"tests/test_env.py": test})
    arguments = ("gate", "wow-heartbeat", "--gate", "tests", "--quiet", "--attest", _STATEMENT)

    done = waooaw(*arguments, cwd=tmp_path, env={"WAOOAW_SIGNING_KEY": _SEED})

    assert done.returncode == 0, done.stdout


def test_keys_come_from_the_settings_too(tmp_path: Path) -> None:
    """The settings beside the packages name both halves."""
    _attested(tmp_path)
    (tmp_path / "waooaw.toml").write_text(
        '[attestation]\nkey = "ci.key"\ntrusted = ["ci.key.pub"]\n'
    )

    signed = waooaw("gate", "wow-heartbeat", *_QUICK, "--attest", "again.jsonl", cwd=tmp_path)
    valid = waooaw("verify", "again.jsonl", "wow-heartbeat", cwd=tmp_path)

    assert (signed.returncode, valid.returncode) == (0, 0), signed.stderr


def test_a_package_that_says_whom_to_trust_is_not_believed(tmp_path: Path) -> None:
    """Its own settings are in what is to be verified."""
    _attested(tmp_path)
    settings = '[attestation]\ntrusted = ["../ci.key.pub"]\n'
    (tmp_path / "wow-heartbeat" / "waooaw.toml").write_text(settings)

    done = waooaw("verify", f"../{_STATEMENT}", cwd=tmp_path / "wow-heartbeat")

    assert done.returncode == 2
    assert "to be verified" in done.stderr


def test_keys_come_from_the_keyring_too(tmp_path: Path) -> None:
    """The operating system's, by the package `keyring`; here on a backend of the test's own."""
    agent_package(tmp_path / "wow-heartbeat")
    env = {
        "PYTHON_KEYRING_BACKEND": "fakes.keyring_in_a_file.FileKeyring",
        "PYTHONPATH": str(Path(__file__).parent.parent),
        FILE_VARIABLE: str(tmp_path / "keyring.json"),
    }
    made = waooaw("keys", "new", "keyring:ci", "--json", cwd=tmp_path, env=env)
    again = waooaw("keys", "new", "keyring:ci", cwd=tmp_path, env=env)

    signed = waooaw(
        *("gate", "wow-heartbeat", *_QUICK, "--attest", _STATEMENT, "--key", "keyring:ci"),
        cwd=tmp_path,
        env=env,
    )
    public = str(json.loads(made.stdout)["public"])
    valid = waooaw("verify", _STATEMENT, "wow-heartbeat", "--key", public, cwd=tmp_path)

    assert (signed.returncode, valid.returncode) == (0, 0), signed.stderr
    assert again.returncode == 2


def test_a_key_is_never_printed_and_never_replaced(tmp_path: Path) -> None:
    """`keys new` shows where it is and its public half; a second time it refuses."""
    made = waooaw("keys", "new", "ci.key", cwd=tmp_path)
    secret = (tmp_path / "ci.key").read_text()
    again = waooaw("keys", "new", "ci.key", cwd=tmp_path)
    forced = waooaw("keys", "new", "ci.key", "--force", cwd=tmp_path)

    assert (made.returncode, again.returncode, forced.returncode) == (0, 2, 0)
    assert (tmp_path / "ci.key").read_text() != secret
    for piece in secret.splitlines()[1:-1]:
        assert piece not in f"{made.stdout}{made.stderr}{again.stderr}"
    assert "public key" in made.stdout


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
def test_a_key_that_others_can_read_is_said(tmp_path: Path) -> None:
    """It still signs: a mounted secret has the mode that it has."""
    agent_package(tmp_path / "wow-heartbeat")
    _keys(tmp_path)
    (tmp_path / "ci.key").chmod(0o644)

    done = waooaw(
        *("gate", "wow-heartbeat", *_QUICK, "--attest", _STATEMENT, "--key", "ci.key"),
        cwd=tmp_path,
    )

    assert done.returncode == 0
    assert "others can read the key ci.key" in done.stderr


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a package, its statement and its keys; nothing changes in it."""
    folder = tmp_path_factory.mktemp("signed")
    _attested(folder, "wow-x")
    (folder / _STATEMENT).rename(folder / "good.jsonl")
    (folder / "large.jsonl").write_bytes(b" " * 10_000_000)
    return folder


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["gate", "wow-x", "--attest", "x.jsonl"], "no key to sign with"),
        (["gate", "wow-x", "--key", "ci.key"], "signs nothing by itself"),
        (["gate", "wow-x", "--attest", "x.jsonl", "--key", "none"], "no such key file"),
        (["gate", "wow-x", "--attest", "x.jsonl", "--key", _SEED], "names the place"),
        (["gate", "wow-x", "--attest", "x.jsonl", "--key", "ci.key.pub"], "no private Ed25519"),
        (["gate", "wow-x", "--attest", "wow-x/x.jsonl", "--key", "ci.key"], "lies in wow-x"),
        (["gate", "wow-x", "--attest", "no/x.jsonl", "--key", "ci.key"], "no file can be written"),
        (["verify", "good.jsonl", "wow-x"], "which key do you trust?"),
        (["verify", "good.jsonl", "wow-x", "--key", "ci.key"], "private key, which only signs"),
        (["verify", "good.jsonl", "wow-x", "--key", "none"], "no such key file"),
        (["verify", "good.jsonl", "none", "--key", "ci.key.pub"], "none"),
        (["verify", "good.jsonl", "wow-x", "--require", "lnt"], "no gate named 'lnt'"),
        (["verify", "wow-x", "wow-x", "--key", "ci.key.pub"], "is a folder"),
        (["verify", "none.jsonl", "wow-x", "--key", "ci.key.pub"], "no such file"),
        (["verify", "ci.key", "wow-x", "--key", "ci.key.pub"], "is not JSON"),
        (["verify", "large.jsonl", "wow-x", "--key", "ci.key.pub"], "larger than"),
        (["keys", "new", "no/ci.key"], "is no folder"),
        (["keys", "make", "x"], "neither new nor show"),
    ],
)
def test_wrong_input(signed: Path, arguments: list[str], words: str) -> None:
    """A mistake of the user's is exit 2, says what is wrong, and shows no secret."""
    before = snapshot(signed)

    done = waooaw(*arguments, cwd=signed)

    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert words in done.stderr
    assert _SEED not in done.stderr
    assert snapshot(signed) == before


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the full disk is a device of Linux")
def test_a_statement_that_cannot_be_written_is_undecided(tmp_path: Path) -> None:
    """With --json the report is still the only document."""
    agent_package(tmp_path / "wow-heartbeat")
    _keys(tmp_path)

    done = waooaw(
        *("gate", "wow-heartbeat", *_QUICK, "--json", "--attest", "/dev/full", "--key", "ci.key"),
        cwd=tmp_path,
    )

    assert (done.returncode, json.loads(done.stdout)["verdict"]) == (3, "pass")
    assert "/dev/full" in done.stderr


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="only Linux has such a file")
def test_a_statement_that_cannot_be_read_is_undecided(signed: Path) -> None:
    """A file that breaks while it is read says nothing, neither for nor against."""
    done = waooaw("verify", "/proc/self/mem", "wow-x", "--key", "ci.key.pub", cwd=signed)

    assert done.returncode == 3
    assert "could not be read" in done.stderr


def test_without_cryptography_it_is_undecided(tmp_path: Path) -> None:
    """An installation without the extra says what is missing."""
    (tmp_path / "cryptography.py").write_text("raise ImportError\n")
    agent_package(tmp_path / "wow-heartbeat")

    done = waooaw("keys", "new", "ci.key", cwd=tmp_path, env={"PYTHONPATH": str(tmp_path)})

    assert done.returncode == 3
    assert "waooaw[attest]" in done.stderr


def test_doctor_says_what_signing_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an extra it is optional, and the command that brings it stands there."""
    kept = importlib.metadata.version

    def version(name: str) -> str:
        if name == "keyring":
            raise importlib.metadata.PackageNotFoundError(name)
        return kept(name)

    monkeypatch.setattr(importlib.metadata, "version", version)
    checks = {one.name: one for one in examine(tmp_path, tmp_path, {}, git=None)}

    assert checks["cryptography"].state is State.OK
    assert checks["keyring"].state is State.OPTIONAL
    assert checks["keyring"].remedy == "pip install 'waooaw[keyring]'"


def test_gating_without_attest_loads_no_cryptography(tmp_path: Path) -> None:
    """Who signs nothing pays nothing."""
    agent_package(tmp_path / "wow-heartbeat")
    script = (
        "import sys; from waooaw_cli.app import main;"
        "code = main(['gate', 'wow-heartbeat', '--gate', 'spec', '-q', '--no-cache']);"
        "sys.exit(code or int('cryptography' in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=False).returncode == 0


@pytest.mark.skipif(os.name == "nt", reason="the page is written for a POSIX shell")
def test_the_page_works_as_written(tmp_path: Path) -> None:
    """The commands at the top of docs/attest.md end with 0, but for the installation."""
    agent_package(tmp_path / "generated" / "wow-heartbeat")
    page = (ROOT / "docs" / "attest.md").read_text(encoding="utf-8")
    commands = page.split("```sh\n")[1].split("```")[0].splitlines()[1:]
    path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])

    for command in commands:
        done = subprocess.run(
            ["sh", "-c", command],
            cwd=tmp_path,
            env={**os.environ, "PATH": path},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
