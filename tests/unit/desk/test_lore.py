"""What the desk's agents know: the same as the command line, also of what was learned here."""

from __future__ import annotations

import asyncio
import json
import os
import stat
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from places import ROOT

from waooaw.desk.lore import opened_lore
from waooaw.desk.work import BUS, MEMORY, Worker
from waooaw.errors import EnvironmentFault, InputError
from waooaw.triage.adaptation import Adaptation
from waooaw.triage.features import Space
from waooaw.triage.installation import Learned
from waooaw.triage.linear import Calibration, WeighedSpace, shipped
from waooaw.triage.requests import Request
from waooaw.triage.results import result_content
from waooaw.triage.screening import Screen
from waooaw.triage.tickets import Tickets
from waooaw_cli.factory.triage_learned import keep_learned, learned_at
from waooaw_cli.factory.triaging import judge, memory_at
from waooaw_cli.settings import Settings, read_settings

NOW = datetime(2026, 1, 1, 9, tzinfo=UTC)
CASES = ROOT / "tests" / "cases" / "triage"
AMBER = Request("A-1", "Amber amber item", "The amber item is amber again.")
SHIPPED = len(shipped("type").labels)
#: To this installation whatever is amber is a feature, and no report is about security.
LEARNED = Learned(
    Adaptation(
        ("bug", "feature"),
        (0.0, 0.0),
        ((0.0,) * SHIPPED, (0.0,) * SHIPPED),
        {Space.TITLE: WeighedSpace(1.0, {"amber": (1.0, -9.0, 9.0)})},
        Calibration(1.0, 0.5),
        40,
        frozenset(),
    ),
    Screen(1.0, 1.0, learned_from=60, concerns=20),
)


def _rows(name: str) -> Iterator[Request]:
    for line in (CASES / name).read_text("utf-8").splitlines():
        row = json.loads(line)
        yield Request(id=row["id"], title=row["title"], body=row["body"])


REQUESTS = [*_rows("srq_public.jsonl"), *list(_rows("indirect.jsonl"))[::17][:40]]


def _settings(folder: Path) -> Settings:
    return read_settings(folder, {"WAOOAW_STATE_DIR": str(folder / "state")})


def _by_command(requests: Sequence[Request], settings: Settings) -> list[Mapping[str, Any]]:
    results = judge(requests, settings, settings.state_dir.parent, NOW).results
    return [json.loads(json.dumps(result_content(one))) for one in results]


def _by_agent(requests: Sequence[Request], memory: Path) -> list[Mapping[str, Any] | None]:
    """Judge as the triage desk does, and read what was kept.

    The events go to a bus elsewhere, so that the memory's folder is the agents' own to make.
    """
    bus = memory.parents[1] / "bus.db"
    worker = Worker("wow-triage-desk", {MEMORY: str(memory), BUS: f"sqlite:///{bus}"})
    for one in requests:
        content = {"id": one.id, "title": one.title, "body": one.body}
        asyncio.run(worker.judge(f"event-{one.id}", content))
    with closing(Tickets(memory)) as tickets:
        kept = [tickets.ticket(one.id) for one in requests]
    return [None if one is None else one.result for one in kept]


def test_agents_and_the_command_line_route_alike(tmp_path: Path) -> None:
    """What one of them finds grave the other does; of 72 requests each is told the same."""
    settings = _settings(tmp_path)

    by_command = _by_command(REQUESTS, settings)
    by_agent = _by_agent(REQUESTS, tmp_path / "agents" / "tickets.db")

    assert len(by_agent) == 72
    assert by_agent == by_command
    rules = {reason["rule"] for one in by_command for reason in one["reasons"]}
    assert "learned-danger" in rules, "the net is asked at all"


def test_agents_use_what_was_learned_here(tmp_path: Path) -> None:
    """What `triage learn` kept beside the memory tells types and concerns, as it does there."""
    settings = _settings(tmp_path)
    before = _by_agent([AMBER], memory_at(settings))
    keep_learned(LEARNED, settings)
    later = replace(AMBER, id="A-2")
    requests = [replace(one, id=f"again-{one.id}") for one in REQUESTS]

    learned = _by_agent([later, *requests], memory_at(settings))

    assert before[0] is not None
    assert learned[0] is not None
    assert before[0]["type"] != "feature"
    assert learned[0]["type"] == "feature"
    assert learned == _by_command([later, *requests], settings)


def test_a_damaged_lesson_stops_the_judging_alone(tmp_path: Path) -> None:
    """The file is named and how to mend it; the other desks go on."""
    settings = _settings(tmp_path)
    _by_agent([AMBER], memory_at(settings))
    learned_at(settings).write_text("{", "utf-8")

    with pytest.raises(InputError, match=r"learned\.json: is not JSON") as caught:
        _by_agent([replace(AMBER, id="A-2")], memory_at(settings))

    assert "waooaw triage learn" in (caught.value.hint or "")
    env = {MEMORY: str(memory_at(settings)), BUS: f"sqlite:///{tmp_path / 'bus.db'}"}
    done = asyncio.run(Worker("wow-communication-desk", env).acknowledge("e-1", AMBER.id))
    assert done["did"] == "told"


def test_the_folder_of_the_memory_is_made_for_its_owner(tmp_path: Path) -> None:
    """On a fresh machine the first request is kept, where nobody else may read it."""
    memory = tmp_path / "state" / "triage" / "tickets.db"

    (kept,) = _by_agent([AMBER], memory)

    assert kept is not None
    if os.name != "nt":
        assert stat.S_IMODE(memory.parent.stat().st_mode) == 0o700


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    """A file stands where the folder would: the machine must change, and nothing is written."""
    (tmp_path / "state").write_text("a file", "utf-8")

    with (
        pytest.raises(EnvironmentFault, match="state") as caught,
        opened_lore(tmp_path / "state" / "triage" / "tickets.db", None),
    ):
        pass

    assert caught.value.hint
    assert [path.name for path in tmp_path.iterdir()] == ["state"]


@pytest.mark.skipif(os.name == "nt", reason="the page shows a POSIX shell")
def test_the_page_starts_agents_on_a_fresh_machine(tmp_path: Path) -> None:
    """What stands before the agents' start, run as it stands, makes a desk that keeps requests."""
    page = (ROOT / "docs" / "desk-agents.md").read_text("utf-8")
    block = next(one for one in page.split("```sh\n")[1:] if MEMORY in one)
    exports = block.partition("for agent in")[0]
    shown = subprocess.run(
        ["sh", "-euc", f"{exports}\nenv"],
        env={"HOME": str(tmp_path), "PATH": os.environ["PATH"]},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    env = dict(line.split("=", 1) for line in shown.splitlines() if "=" in line)

    done = asyncio.run(Worker("wow-triage-desk", env).judge("e-1", {"id": "R-1", "body": "hello"}))

    assert done == {"ticket": "R-1", "did": "judged"}
    settings = read_settings(tmp_path, env)
    assert Path(env[MEMORY]) == memory_at(settings)
    assert memory_at(settings).is_relative_to(tmp_path)
