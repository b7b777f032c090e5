"""The seven agents of the desk, as they travel with waooaw."""

from __future__ import annotations

import ast
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath

import pytest
from fakes.renderers import PlainRenderer
from places import ROOT

from waooaw.errors import EnvironmentFault, InputError
from waooaw.spec import AgentSpec
from waooaw_cli.adapters.locks import taken
from waooaw_cli.factory.create import Check, Created, Rejected
from waooaw_cli.factory.desk_agents import DeskAgent, Kept, desk_agents, make_desk_agents
from waooaw_cli.factory.recipes import Recipe, find_recipe
from waooaw_cli.gates.report import GateId, GateResult, Report, TargetReport, Verdict

NAMES = [
    "wow-architect-desk",
    "wow-communication-desk",
    "wow-engineering-desk",
    "wow-knowledge-desk",
    "wow-security-desk",
    "wow-simple-fix-desk",
    "wow-triage-desk",
]


class _FoldersRenderer(PlainRenderer):
    """Write the folders that the developer's files stand in."""

    def render(self, tree: Path, context: object, target: Path) -> None:
        for agent in ALL:
            (target / "src" / agent.spec.package).mkdir(parents=True)
        (target / "tests").mkdir()


@pytest.fixture
def recipe() -> Recipe:
    return find_recipe("coe-agent")


ALL = desk_agents((), find_recipe("coe-agent"))


def _made(
    agents: tuple[DeskAgent, ...],
    recipe: Recipe,
    output: Path,
    check_for: Callable[[AgentSpec], Check | None] = lambda _: None,
) -> tuple[Created | Rejected | Kept, ...]:
    return make_desk_agents(
        agents,
        recipe,
        output=output,
        renderer=_FoldersRenderer(),
        lock=taken,
        check_for=check_for,
    )


def _saying(verdict: Verdict) -> Check:
    target = TargetReport("x", "wow-x", "1.0.0", (GateResult(GateId.SPEC, verdict),))
    report = Report("0.1.0", datetime(2026, 1, 1, tzinfo=UTC), timedelta(0), (target,))
    return lambda _: report


def test_the_seven_are_there() -> None:
    """Each folder of agents/ is a specification that the vision lets pass, with its skills."""
    assert [agent.spec.name for agent in ALL] == NAMES
    assert all(len(agent.own) == 2 for agent in ALL)


@pytest.mark.parametrize("agent", ALL, ids=lambda agent: agent.spec.name)
def test_every_skill_is_written(agent: DeskAgent) -> None:
    """A skill of the specification has a method, which works under the agent's own name."""
    source = agent.own[PurePosixPath("src", agent.spec.package, "skills.py")].decode()
    methods = {
        node.name for node in ast.walk(ast.parse(source)) if isinstance(node, ast.AsyncFunctionDef)
    }

    assert methods == {skill.name for skill in agent.spec.skills}
    assert f'Worker("{agent.spec.name}", env)' in source


@pytest.mark.parametrize("agent", ALL, ids=lambda agent: agent.spec.name)
def test_no_agent_hands_off_to_one_that_is_not_there(agent: DeskAgent) -> None:
    """Collaborators are the other six."""
    named = {*agent.spec.collaborators.hands_off_to, *agent.spec.collaborators.consults}

    assert named <= set(NAMES) - {agent.spec.name}


def test_some_are_made_by_name(recipe: Recipe, tmp_path: Path) -> None:
    """Who names two gets two, each once."""
    wanted = ("wow-triage-desk", "wow-architect-desk", "wow-triage-desk")

    outcomes = _made(desk_agents(wanted, recipe), recipe, tmp_path)

    assert all(isinstance(one, Created) for one in outcomes)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(set(wanted))


def test_one_that_its_gates_reject_does_not_keep_the_others_back(
    recipe: Recipe, tmp_path: Path
) -> None:
    """Six are in place, and the seventh is told as what it is."""

    def check_for(spec: AgentSpec) -> Check:
        return _saying(Verdict.FAIL if spec.name == NAMES[2] else Verdict.PASS)

    outcomes = _made(ALL, recipe, tmp_path, check_for)

    assert [isinstance(one, Created) for one in outcomes] == [name != NAMES[2] for name in NAMES]
    assert sorted(path.name for path in tmp_path.iterdir()) == NAMES[:2] + NAMES[3:]


def test_none_is_made_where_one_is_there(recipe: Recipe, tmp_path: Path) -> None:
    """What stands at the last one's place, and is no package, is found before the first is made."""
    (tmp_path / NAMES[-1]).mkdir()

    with pytest.raises(InputError, match="wow-triage-desk") as caught:
        _made(ALL, recipe, tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == [NAMES[-1]]
    assert caught.value.hint == "move it away, or choose another --output"


def test_a_package_that_is_there_is_kept_and_the_rest_is_made(
    recipe: Recipe, tmp_path: Path
) -> None:
    """A second run makes what is missing, and neither changes nor judges what is there."""
    theirs = tmp_path / NAMES[3] / "agent.yaml"
    theirs.parent.mkdir()
    theirs.write_text("name: wow-knowledge-desk\n# changed since\n", "utf-8")
    judged: list[str] = []

    def check_for(spec: AgentSpec) -> Check:
        judged.append(spec.name)
        return _saying(Verdict.PASS)

    outcomes = _made(ALL, recipe, tmp_path, check_for)

    assert outcomes[3] == Kept(theirs.parent.resolve())
    assert judged == NAMES[:3] + NAMES[4:]
    assert [one.path.name for one in outcomes if isinstance(one, Created)] == judged
    assert [path.name for path in theirs.parent.iterdir()] == ["agent.yaml"]
    assert theirs.read_text("utf-8").endswith("# changed since\n")


def test_an_unknown_name_is_refused(recipe: Recipe) -> None:
    """A name that is nearly one is suggested."""
    with pytest.raises(InputError, match="wow-triage-dask") as caught:
        desk_agents(["wow-triage-dask"], recipe)

    assert caught.value.hint == "did you mean 'wow-triage-desk'?"


def test_an_installation_without_them_is_at_fault(recipe: Recipe, tmp_path: Path) -> None:
    """Where the folder is lost, the way out is to install again."""
    with pytest.raises(EnvironmentFault, match="holds no agents"):
        desk_agents((), recipe, root=tmp_path)


def test_they_stand_beside_the_recipes() -> None:
    """An editable installation reads them from the checkout."""
    assert sorted(path.name for path in (ROOT / "agents").iterdir()) == NAMES
