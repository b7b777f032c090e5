"""Copier renders, and does nothing else."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from recipes.rendering import spec_of

from waooaw import documents
from waooaw.documents import Document
from waooaw.errors import CouldNotDecide, EnvironmentFault
from waooaw.specfile import check_spec
from waooaw_cli.adapters.copier import CopierRenderer
from waooaw_cli.factory.package_files import render_context
from waooaw_cli.factory.recipes import find_recipe

#: Copier leaves a folder's listing open when a template fails; the interpreter closes it.
fails = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

HOSTILE = "{{ 7919*7919 }} {% set x = 1 %} {# gone #} {{ nowhere }}"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A recipe with one template."""
    tree = tmp_path / "recipe"
    (tree / "template").mkdir(parents=True)
    settings = "_subdirectory: template\n_envops: {undefined: jinja2.StrictUndefined}\n"
    (tree / "copier.yml").write_text(settings, encoding="utf-8")
    (tree / "template" / "file.txt.jinja").write_text("{{ word }}\n", encoding="utf-8")
    return tree


def test_words_are_placed(tree: Path, tmp_path: Path) -> None:
    """The template is filled with the context."""
    CopierRenderer().render(tree, {"word": "hello"}, tmp_path / "out")

    assert (tmp_path / "out" / "file.txt").read_text(encoding="utf-8") == "hello\n"


def test_no_answer_is_a_template(cases: Path, tmp_path: Path) -> None:
    """Template marks in any field of a specification stay as they are."""
    plain = spec_of(cases / "valid" / "wow-refund-desk.yaml").plain()
    for field in ("title", "purpose", "domain", "owner"):
        plain[field] = HOSTILE
    plain["responsibilities"] = [HOSTILE]
    plain["skills"][0]["description"] = HOSTILE
    plain["skills"][0]["input"] = {HOSTILE: "string"}
    plain["rules"][0]["because"] = plain["rules"][0]["cite"] = HOSTILE
    plain["persona"] = {"tagline": HOSTILE}
    plain["examples"][0]["event"]["data"][HOSTILE] = HOSTILE
    spec = check_spec(Document("answers", plain))

    CopierRenderer().render(find_recipe("coe-agent").tree, render_context(spec), tmp_path / "out")

    texts = [
        path.read_text(encoding="utf-8")
        for path in (tmp_path / "out").rglob("*.*")
        if path.is_file()
    ]
    assert not any("62710561" in text for text in texts)
    assert sum("7919*7919" in text or r"7919\*7919" in text for text in texts) >= 5


@fails
def test_missing_word_is_loud(tree: Path, tmp_path: Path) -> None:
    """A template that names what is not there is broken, not filled with nothing."""
    with pytest.raises(CouldNotDecide, match="'word' is undefined"):
        CopierRenderer().render(tree, {}, tmp_path / "out")


def test_settings_of_the_user_do_not_count(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Copier's own settings file changes nothing, so that equal answers give equal bytes."""
    settings = tmp_path / "settings.yml"
    settings.write_text("defaults: {word: theirs}\n", encoding="utf-8")
    monkeypatch.setenv("COPIER_SETTINGS_PATH", str(settings))
    with (tree / "copier.yml").open("a", encoding="utf-8") as file:
        file.write("word: {type: str, default: ours}\n")

    CopierRenderer().render(tree, {}, tmp_path / "out")

    assert (tmp_path / "out" / "file.txt").read_text(encoding="utf-8") == "ours\n"


@pytest.mark.skipif(os.name == "nt", reason="Windows has another word for it")
@fails
def test_what_the_disk_refuses_is_the_machine_s_fault(tree: Path, tmp_path: Path) -> None:
    """A target that can't be made is told as such."""
    (tmp_path / "file").touch()

    with pytest.raises(EnvironmentFault, match="could not be written") as caught:
        CopierRenderer().render(tree, {"word": "x"}, tmp_path / "file" / "out")

    assert isinstance(caught.value.__cause__, OSError)
    assert caught.value.__cause__.errno == errno.ENOTDIR


@pytest.mark.skipif(os.name == "nt", reason="the program is a shell script")
def test_git_is_not_asked(tree: Path, tmp_path: Path) -> None:
    """Rendering starts no program, which Copier would do for every file."""
    programs = tmp_path / "bin"
    programs.mkdir()
    git = programs / "git"
    git.write_text(f"#!/bin/sh\ntouch {tmp_path}/asked\n", encoding="utf-8")
    git.chmod(0o755)
    script = (
        "import sys; from pathlib import Path; "
        "from waooaw_cli.adapters.copier import CopierRenderer; "
        "CopierRenderer().render(Path(sys.argv[1]), {'word': 'x'}, Path(sys.argv[2]))"
    )
    # In a process of its own: plumbum takes a snapshot of PATH when it is imported.
    subprocess.run(
        [sys.executable, "-c", script, str(tree), str(tmp_path / "out")],
        env={**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"},
        check=True,
    )

    assert (tmp_path / "out" / "file.txt").is_file()
    assert not (tmp_path / "asked").exists()


def test_answers_file_holds_the_whole_specification(cases: Path, tmp_path: Path) -> None:
    """Also a string with line breaks that only YAML 1.1 knows comes back as it was."""
    plain = spec_of(cases / "valid" / "wow-heartbeat.yaml").plain()
    plain["examples"][0]["event"]["data"] = {"\x85": "a\u2028b\u2029 \x85", "\ufeff": "no"}
    spec = check_spec(Document("answers", plain))

    CopierRenderer().render(find_recipe("coe-agent").tree, render_context(spec), tmp_path / "out")

    answers = yaml.safe_load((tmp_path / "out" / ".copier-answers.yml").read_bytes())
    lines = "\n".join(answers["text"]["agent_yaml"])
    assert documents.parse(lines.encode(), source="answers").data == spec.plain()
    assert {name: answers[name] for name in render_context(spec)} == render_context(spec)
