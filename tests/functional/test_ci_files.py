"""The files that other people's CI runs: held to their schemas, and run as far as a machine can."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml
from fakes.agent_package import agent_package
from places import ROOT
from pre_commit.clientlib import load_config, load_manifest
from program import waooaw

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the scripts are written for bash")

_BAD = {"src/wow_heartbeat/extra.py": "import os\n"}
_SCRIPTS = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])
_DIALECTS = {"action.yml": "github-actions", "docs/ci/github.yml": "github-workflows"}
_DIALECTS |= {"docs/ci/gitlab.yml": "gitlab-ci"}


def _read(name: str) -> dict[Any, Any]:
    return dict(yaml.safe_load((ROOT / name).read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", _DIALECTS)
def test_a_file_is_what_its_service_reads(name: str) -> None:
    """The schemas are those that the services' editors use."""
    vendored = files("check_jsonschema") / "builtin_schemas" / "vendor"
    schema = json.loads((vendored / f"{_DIALECTS[name]}.json").read_text(encoding="utf-8"))
    # YAML 1.1, which PyYAML reads, takes the key `on` for true; GitHub reads 1.2.
    document = {"on" if key is True else key: value for key, value in _read(name).items()}

    jsonschema_rs.validator_for(schema).validate(document)


def test_pre_commit_reads_its_files() -> None:
    """The manifest, and the configuration that the page shows."""
    [hook] = load_manifest(ROOT / ".pre-commit-hooks.yaml")
    config = load_config(ROOT / "docs" / "ci" / "pre-commit.yaml")

    assert hook["id"] == config["repos"][0]["hooks"][0]["id"] == "waooaw-gate"
    assert hook["entry"].startswith("waooaw gate")


def test_no_value_of_a_user_stands_in_a_script() -> None:
    """An expression in a script is text that bash would run (script injection)."""
    for step in _read("action.yml")["runs"]["steps"]:
        assert "${{" not in step.get("run", "")
    for used in re.findall(r"uses: (\S+)", (ROOT / "action.yml").read_text(encoding="utf-8")):
        assert re.fullmatch(r"[\w-]+/[\w/-]+@v\d+", used)


def _substituted(text: str, inputs: Mapping[str, str], temp: Path) -> str:
    """Fill in what GitHub would."""
    text = text.replace("${{ runner.temp }}", str(temp))
    return re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda match: inputs[match[1]], text)


def _step(
    name: str, folder: Path, env: Mapping[str, str] | None = None, /, **given: str
) -> subprocess.CompletedProcess[str]:
    """Run one step of the action as GitHub does; its files are in the folder `runner`."""
    action = _read("action.yml")
    inputs = {key: str(value.get("default", "")) for key, value in action["inputs"].items()}
    inputs |= {key.replace("_", "-"): value for key, value in given.items()}
    [step] = [one for one in action["runs"]["steps"] if one.get("name") == name]
    temp = folder.parent / "runner"
    temp.mkdir(exist_ok=True)
    script = temp / "step.sh"
    script.write_text(step["run"], encoding="utf-8")
    filled = {key: _substituted(value, inputs, temp) for key, value in step["env"].items()}
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)],
        cwd=folder,
        env={
            **os.environ,
            "PATH": _SCRIPTS,
            "RUNNER_TEMP": str(temp),
            "RUNNER_OS": "Linux",
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": "/action path",
            "GITHUB_OUTPUT": str(temp / "output"),
            "GITHUB_PATH": str(temp / "path"),
            "GITHUB_STEP_SUMMARY": str(temp / "summary"),
            **filled,
            **(env or {}),
        },
        capture_output=True,
        text=True,
        check=False,
    )


def _written(folder: Path, name: str) -> str:
    file = folder.parent / "runner" / name
    return file.read_text(encoding="utf-8") if file.exists() else ""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A checkout with a good and a bad agent."""
    folder = tmp_path / "checkout"
    agent_package(folder / "agents" / "wow-good")
    agent_package(folder / "agents" / "wow bad", _BAD)
    return folder


def test_the_action_annotates_and_summarises(repository: Path) -> None:
    """A finding is on its line, the whole report on the run's page, and the job fails."""
    done = _step("Gate", repository, paths="agents/*\n", arguments="--gate\nlint\n")

    assert done.returncode == 1, done.stderr
    assert "::error " in done.stdout
    assert "src/wow_heartbeat/extra.py" in done.stdout
    assert "LINT-F401" in _written(repository, "summary")
    assert _written(repository, "output") == "exit-code=1\n"


def test_the_action_takes_every_input(repository: Path) -> None:
    """A shard, changes since a commit, reports, a signed statement."""
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "x"]):
        who = ["-c", "user.name=t", "-c", "user.email=t@example.com"]
        subprocess.run(["git", *who, *arguments], cwd=repository, check=True)
    (repository / "agents/wow-good/README.md").write_text("changed\n")
    assert waooaw("keys", "new", "../ci.key", cwd=repository).returncode == 0

    done = _step(
        "Gate",
        repository,
        paths="agents/wow-good\nagents/wow bad",
        changed_since="HEAD",
        shard="1/1",
        arguments="--gate=spec",
        reports="sarif=gates.sarif\njson=gates.json",
        attest="gates.intoto.jsonl",
        signing_key=(repository.parent / "ci.key").read_text(),
    )

    assert done.returncode == 0, done.stderr
    report = json.loads((repository / "gates.json").read_text())
    assert [target["path"] for target in report["targets"]] == ["agents/wow-good"]
    assert (repository / "gates.sarif").exists()
    verified = waooaw(
        *("verify", "gates.intoto.jsonl", "agents/wow-good", "--key", "../ci.key.pub"),
        cwd=repository,
    )
    assert verified.returncode == 0
    assert "PRIVATE" not in done.stdout + done.stderr


_HOSTILE = ["$(touch owned)", "`touch owned`", "'; touch owned; '", '"; touch owned; "', "--help"]


@pytest.mark.parametrize("value", _HOSTILE)
@pytest.mark.parametrize("name", ["paths", "changed_since", "shard", "reports", "attest"])
def test_an_input_is_never_run(repository: Path, name: str, value: str) -> None:
    """Whoever opens a pull request may name its branch as they like."""
    done = _step("Gate", repository, arguments="--gate=spec", **{name: value})

    assert done.returncode == 2, done.stdout
    assert not list(repository.parent.rglob("owned"))
    assert _written(repository, "output") == "exit-code=2\n"


def test_the_action_installs_its_own_version(repository: Path, tmp_path: Path) -> None:
    """The checkout of the action is installed, in an environment that no other step sees."""
    shims = tmp_path / "shims"
    shims.mkdir()
    # A python that writes down how it was called, and makes one of its kind where a venv would be.
    (shims / "python").write_text(
        '#!/bin/sh\nprintf "%s|" "$@" >> "$RUNNER_TEMP/called"\n'
        'if [ "$2" = venv ]; then mkdir -p "$3/bin"; cp "$0" "$3/bin/python"; fi\n'
    )
    (shims / "python").chmod(0o755)
    env = {"PATH": f"{shims}{os.pathsep}{os.environ['PATH']}"}

    plain = _step("Install waooaw", repository, env)
    signing = _step("Install waooaw", repository, env, attest="x.jsonl")

    assert (plain.returncode, signing.returncode) == (0, 0), plain.stderr
    called = _written(repository, "called")
    assert called.count("|/action path|") == 1
    assert called.count("|/action path[attest]|") == 1
    assert set(_written(repository, "path").splitlines()) == {str(tmp_path / "runner/waooaw/bin")}


def _gitlab(folder: Path, shell: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the job's script, as the runner does: line after line in one shell that stops early."""
    job = _read("docs/ci/gitlab.yml")["waooaw-gate"]
    builds = folder.parent / "builds"
    (builds / "waooaw").mkdir(parents=True, exist_ok=True)
    env = {
        **os.environ,
        "PATH": _SCRIPTS,
        "CI_PROJECT_DIR": str(folder),
        "CI_BUILDS_DIR": str(builds),
        **{key: str(value) for key, value in job["variables"].items()},
        **variables,
    }
    env["WAOOAW_CACHE_DIR"] = str(builds / "cache")
    script = "\n".join(["set -eu", *job["script"]])
    return subprocess.run(
        [shell, "-c", script], cwd=folder, env=env, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("shell", ["bash", "sh"])
def test_the_gitlab_job_gates_and_reports(repository: Path, shell: str) -> None:
    """Each path is one, whatever is in it; the reports are where GitLab looks for them."""
    done = _gitlab(repository, shell, WAOOAW_PATHS="agents/wow-good\nagents/wow bad\n")

    assert done.returncode == 1, done.stderr
    report = json.loads((repository / "gates.json").read_text())
    assert len(report["targets"]) == 2
    job = _read("docs/ci/gitlab.yml")["waooaw-gate"]
    assert (repository / job["artifacts"]["reports"]["junit"]).exists()


def test_the_gitlab_job_splits_and_signs(repository: Path) -> None:
    """`parallel` gives each job a part, and a key in a variable signs."""
    shutil.rmtree(repository / "agents" / "wow bad")
    assert waooaw("keys", "new", "../ci.key", cwd=repository).returncode == 0

    done = _gitlab(
        repository,
        "sh",
        WAOOAW_PATHS="agents",
        CI_NODE_INDEX="1",
        CI_NODE_TOTAL="1",
        WAOOAW_ATTEST="gates.intoto.jsonl",
        WAOOAW_SIGNING_KEY=(repository.parent / "ci.key").read_text(),
    )

    assert done.returncode == 0, done.stderr
    assert (repository / "gates.intoto.jsonl").exists()


def test_the_gitlab_job_runs_no_variable(repository: Path) -> None:
    """Neither is a path a piece of the script there."""
    done = _gitlab(repository, "sh", WAOOAW_PATHS="$(touch owned); `touch owned`")

    assert done.returncode == 2, done.stdout
    assert not list(repository.parent.rglob("owned"))


def test_pre_commit_runs_the_hook(repository: Path, tmp_path: Path) -> None:
    """The real pre-commit; only the installation, which needs an index, is left out."""
    [hook] = load_manifest(ROOT / ".pre-commit-hooks.yaml")
    local = {key: hook[key] for key in ("id", "name", "entry", "pass_filenames", "require_serial")}
    local |= {"language": "system", "args": ["--gate", "lint", "agents"]}
    config = {"repos": [{"repo": "local", "hooks": [local]}]}
    (repository / ".pre-commit-config.yaml").write_text(json.dumps(config))
    subprocess.run(["git", "init", "-q"], cwd=repository, check=True)
    subprocess.run(["git", "add", "."], cwd=repository, check=True)
    env = {**os.environ, "PATH": _SCRIPTS, "PRE_COMMIT_HOME": str(tmp_path / "store")}

    def run() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "pre_commit", "run", "--all-files", "--color", "never"],
            cwd=repository,
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )

    bad = run()
    (repository / "agents/wow bad/src/wow_heartbeat/extra.py").write_text("")
    good = run()

    assert (bad.returncode, good.returncode) == (1, 0), bad.stdout + good.stdout
    assert "LINT-F401" in bad.stdout
    assert good.stdout.rstrip().endswith("Passed")


def test_nox_runs_the_helper(tmp_path: Path) -> None:
    """The real nox, with the noxfile that the page shows."""
    package = agent_package(tmp_path / "generated" / "wow-heartbeat")
    shutil.copy(ROOT / "docs" / "ci" / "noxfile.py", tmp_path)

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "nox", "-s", "gate", "--", *arguments],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

    good = run("--gate", "lint")
    (package / "src/wow_heartbeat/extra.py").write_text("import os\n")
    bad = run("--gate", "lint")

    assert good.returncode == 0, good.stderr
    assert "pass: 1 agent" in good.stdout
    assert bad.returncode == 1
    assert "LINT-F401" in bad.stdout
