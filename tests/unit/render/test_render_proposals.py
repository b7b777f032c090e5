"""Proposals are shown on lines of their own, and git takes the diff for any file name."""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

import pytest
from inline_snapshot import snapshot

from waooaw_cli.factory.proposals import Advice, Evidence, Inputs, Pattern, Proposal, Proposals
from waooaw_cli.render.diffs import git_diff
from waooaw_cli.render.proposals import proposals_text

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
EVIDENCE = Evidence(Pattern.FAILED, 6, ("wow-a", "wow-b"), ("e-1", "e-2"), NOON, NOON, ("a note",))


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("plain.yaml", id="plain"),
        pytest.param("a b/c d.yaml", id="spaces"),
        pytest.param("\u00fcber/\u4e2d.yaml", id="letters"),
        pytest.param('q"uote\\.yaml', id="quotes"),
        pytest.param("tab\tand\nline.yaml", id="line"),
        pytest.param(os.fsdecode(b"\xff.yaml"), id="no-utf-8"),
        pytest.param("--- a", id="header"),
    ],
)
@pytest.mark.parametrize("before", [None, b"old\r\nend", b"old\n"])
def test_git_applies_a_change_of_any_file(tmp_path: Path, name: str, before: bytes | None) -> None:
    """New or changed, with or without an end of the last line."""
    after = b"new\r\n+++ b/x\n\x0cend" if before != b"old\n" else b"new\n"
    file = tmp_path / name
    if before is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(before)
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)

    diff = f"a word of ours\n\n{git_diff(os.fsencode(name), before, after)}"
    call = ["git", "-c", "core.autocrlf=false", "apply", "-"]
    subprocess.run(call, cwd=tmp_path, input=diff.encode(), check=True)

    assert file.read_bytes() == after


def test_nothing_in_a_name_begins_a_line() -> None:
    """Whatever a policy's owner or a path is called."""
    evil = "x\n--- a/b\r\x1b[2J\u2028+++ b/c"
    found = Proposals(
        Inputs(unread=2, strangers=tuple(f"wow-{number}" for number in range(12))),
        (Proposal(PurePosixPath(evil), evil, EVIDENCE),),
        (Advice(evil, evil, EVIDENCE, "rules:\n  - id: a"),),
        (),
    )

    assert proposals_text(found) == snapshot("""\
looked at 0 journals with 0 decisions, 0 runs of the gates, 0 answers to reviews, 0 specifications
passed over 2 entries that can't be read
learnt little of wow-0, wow-1, wow-2, wow-3, wow-4 and 7 more: no readable specification here

proposal 1: x\\n--- a/b\\r\\x1b[2J\\u2028+++ b/c
  in x\\n--- a/b\\r\\x1b[2J\\u2028+++ b/c
  action-failed: 6 times by wow-a, wow-b, on 2026-03-01
  such as e-1, e-2
  a note

advice: x\\n--- a/b\\r\\x1b[2J\\u2028+++ b/c
  no diff: x\\n--- a/b\\r\\x1b[2J\\u2028+++ b/c
  action-failed: 6 times by wow-a, wow-b, on 2026-03-01
  such as e-1, e-2
  a note
    rules:
      - id: a
""")
