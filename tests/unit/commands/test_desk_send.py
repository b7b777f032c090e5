"""Orders to the desk's writing room that make no sense."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from fakes.letter_office import judge

from waooaw.errors import InputError
from waooaw.triage.requests import Request
from waooaw_cli.commands.desk_letters import run_letters
from waooaw_cli.commands.desk_send import run_send


@pytest.mark.parametrize(
    ("words", "to", "by", "says"),
    [
        (["send", "T-9"], None, None, "no ticket 'T-9' is at a desk"),
        (["letters", "T-9"], None, None, "no ticket 'T-9' is at a desk"),
        (["letters", "T-1", "T-2"], None, None, "'T-2' is too much"),
        (["send", "T-1", "resolution"], None, None, "2 words are no order"),
        (["send", "T-1", "poem", "again"], None, "ada", "no letters of kind 'poem'"),
        (["send", "T-1", "progress", "twice"], None, "ada", "'twice' decides nothing"),
        (["send", "T-1", "progress", "again"], None, "ada", "no progress of it is uncertain"),
        (["send"], "a@b.org", None, "no ticket is named"),
        (["send", "T-1"], "a@b.org", None, "kept nowhere"),
        (["send", "T-1"], "a@b.org, c@d.org", None, "--to is no e-mail address"),
        (["send", "T-1"], None, "ada", "there is nothing to decide"),
        (["letters"], "a@b.org", None, "--to says nothing"),
    ],
)
def test_an_order_that_makes_no_sense_is_refused(
    words: list[str],
    to: str | None,
    by: str | None,
    says: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """With the way out, and nothing sent."""
    (tmp_path / "waooaw.toml").write_text(
        '[desk.letters]\nport = "file"\nfrom = "desk@example.org"\n'
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WAOOAW_STATE_DIR", str(tmp_path / "state"))
    (tmp_path / "state" / "triage").mkdir(parents=True)
    judge(
        tmp_path / "state" / "triage" / "tickets.db",
        [Request(id="T-1", title="The page is blank")],
        datetime.now(UTC),
    )
    action, *arguments = words
    run = run_letters if action == "letters" else run_send

    with pytest.raises(InputError) as refused:
        run(arguments, as_json=False, to=to, by=by)
    assert says in refused.value.message
    assert refused.value.hint
    assert capsys.readouterr().out == ""
    assert not (tmp_path / "letters").exists()
