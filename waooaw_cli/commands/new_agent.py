"""`waooaw new-agent [NAME]`: the ten questions, the specification, the package, the gates."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from waooaw.errors import InputError

if TYPE_CHECKING:
    from waooaw.documents import Document
    from waooaw.spec import AgentSpec
    from waooaw_cli.factory.asking import Asker
    from waooaw_cli.factory.create import Created
    from waooaw_cli.factory.drafts import Draft
    from waooaw_cli.factory.recipes import Recipe
    from waooaw_cli.gates.report import Report
    from waooaw_cli.settings import Settings

__all__ = ["new_agent"]


_Name = Annotated[str | None, typer.Argument(help="The agent's name, kebab-case.")]
_Recipe = Annotated[str | None, typer.Option("--recipe", help="The recipe to follow.")]
_Answers = Annotated[
    str | None,
    typer.Option("--answers", metavar="FILE", help="Answers as YAML or JSON; - for stdin."),
]
_Sets = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="One answer; wins over the file."),
]
_Output = Annotated[
    str | None, typer.Option("--output", metavar="DIR", help="The package becomes DIR/NAME.")
]
_Defaults = Annotated[bool, typer.Option("--defaults", help="Ask nothing that has a default.")]
_KeepFailed = Annotated[
    bool, typer.Option("--keep-failed", help="Keep a package that failed as DIR/NAME.failed.")
]
_DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Show the files and the diff, write nothing.")
]
_NoGate = Annotated[
    bool, typer.Option("--no-gate", help="Put the package in place without the gates.")
]
_Force = Annotated[bool, typer.Option("--force", help="Replace a package that is there already.")]
_Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
_Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print only the result.")]


def new_agent(  # noqa: PLR0913 - the contract's options
    name: _Name = None,
    *,
    recipe: _Recipe = None,
    answers: _Answers = None,
    sets: _Sets = None,
    output: _Output = None,
    defaults: _Defaults = False,
    keep_failed: _KeepFailed = False,
    dry_run: _DryRun = False,
    no_gate: _NoGate = False,
    force: _Force = False,
    json_output: _Json = False,
    quiet: _Quiet = False,
) -> int:
    """Ask ten questions, or read the answers, and make an agent whose gates pass.

    On a terminal every question can be gone back to, and an interrupted questionnaire resumes.

    Example: waooaw new-agent wow-refund-desk

    Example: waooaw new-agent --answers refund-desk.yaml --set limits.monthly_usd=50
    """
    from waooaw_cli.factory.order import accepted
    from waooaw_cli.factory.question_files import Library
    from waooaw_cli.factory.questionnaire import gather
    from waooaw_cli.factory.recipes import data_root, find_recipe
    from waooaw_cli.gates.policies import layers_for
    from waooaw_cli.settings import read_settings

    settings = read_settings(Path.cwd(), os.environ)
    chosen = find_recipe(recipe or settings.recipe)
    if output is not None and not output.strip():
        raise InputError("--output names no folder", hint="name one, or leave the option out")
    folder = Path(output or settings.output)
    given = _given(name, answers, sets or ())
    if not (force or dry_run):
        _refuse_taken(folder, given.data.get("name"))
    draft = _draft(settings, folder, given.data.get("name"))
    filled = gather(
        Library(data_root() / "questionnaires", chosen.defaults),
        given=given,
        asker=_asker(reads_stdin=answers == "-"),
        draft=draft,
        # Who brings a file wants to be asked for what it lacks, not for what has a default.
        defaults=defaults or answers is not None,
    )
    place = (Path.cwd() / folder).resolve()
    spec = accepted(filled, layers_for(place, Path.cwd(), datetime.now(UTC).date()))
    making = _Making(settings, chosen, folder, json_output=json_output, quiet=quiet)
    if dry_run:
        return making.planned(spec)
    code = making.made(spec, gated=not no_gate, force=force, keep_failed=keep_failed)
    if code == 0:
        draft.discard()
    return code


def _given(name: str | None, answers: str | None, sets: list[str] | tuple[str, ...]) -> Document:
    """Return what is answered already: the file, --set over it, the name over all."""
    from waooaw_cli.factory.answers import NOTHING_GIVEN, apply_sets, read_answers

    document = NOTHING_GIVEN if answers is None else read_answers(answers, sys.stdin.buffer)
    document = apply_sets(document, sets)
    return document if name is None else apply_sets(document, [f"name={json.dumps(name)}"])


def _refuse_taken(folder: Path, name: object) -> None:
    """Refuse before ten questions are asked for nothing."""
    from waooaw.names import agent_name_problem
    from waooaw_cli.factory.staging import target_taken

    if isinstance(name, str) and agent_name_problem(name) is None:
        target = folder.resolve() / name
        if os.path.lexists(target):
            raise target_taken(target)


def _draft(settings: Settings, folder: Path, name: object) -> Draft:
    from waooaw_cli.factory.drafts import Draft

    known = name if isinstance(name, str) else None
    return Draft(settings.state_dir / "drafts", output=folder, name=known)


def _asker(*, reads_stdin: bool) -> Asker | None:
    """Return who asks a person; None where nobody can be asked."""
    if reads_stdin or not sys.stdin.isatty():
        return None
    from waooaw_cli.prompts.terminal import terminal_asker

    return terminal_asker(sys.stdin, sys.stderr, os.environ)


@dataclass(frozen=True, slots=True)
class _Making:
    """Hold what planning and making a package share."""

    settings: Settings
    recipe: Recipe
    folder: Path
    json_output: bool
    quiet: bool

    def planned(self, spec: AgentSpec) -> int:
        """Show what would be written."""
        from waooaw_cli.adapters.copier import CopierRenderer
        from waooaw_cli.factory.create import plan
        from waooaw_cli.render.creation import creation_json, plan_text

        planned = plan(spec, self.recipe, output=self.folder, renderer=CopierRenderer())
        if self.json_output:
            files = [(file.path, file.size_bytes) for file in planned.files]
            text = creation_json(spec.name, self._shown(spec), files, written=False)
        else:
            text = plan_text(planned)
        sys.stdout.write(text + "\n")
        return 0

    def made(self, spec: AgentSpec, *, gated: bool, force: bool, keep_failed: bool) -> int:
        """Render, gate, put in place, and print the report."""
        from waooaw_cli.adapters.copier import CopierRenderer
        from waooaw_cli.adapters.locks import taken
        from waooaw_cli.commands.newly_made import all_gates_on
        from waooaw_cli.factory.create import Created, create

        outcome = create(
            spec,
            self.recipe,
            output=self.folder,
            renderer=CopierRenderer(),
            lock=taken,
            check=(
                all_gates_on(self._shown(spec), self.settings, quiet=self.quiet) if gated else None
            ),
            force=force,
            keep_failed=keep_failed,
        )
        if isinstance(outcome, Created):
            return self._told(spec, outcome)
        self._print_report(outcome.report)
        if outcome.kept is not None:
            sys.stderr.write(f"the package that failed is kept for a look: {outcome.kept}\n")
        from waooaw_cli.commands.conclusion import exit_code

        return exit_code(outcome.report.verdict)

    def _told(self, spec: AgentSpec, outcome: Created) -> int:
        from waooaw_cli.render.creation import creation_json, next_steps

        if outcome.report is not None:
            self._print_report(outcome.report)
        elif self.json_output:
            files = [(path, None) for path in outcome.files]
            text = creation_json(spec.name, self._shown(spec), files, written=True)
            sys.stdout.write(text + "\n")
        elif self.quiet:
            sys.stdout.write(f"{self._shown(spec).as_posix()}\n")
        if not self.quiet:
            sys.stderr.write(next_steps(spec, self._shown(spec)) + "\n")
        return 0

    def _print_report(self, report: Report) -> None:
        from waooaw_cli.render.json_report import report_json
        from waooaw_cli.render.page import pages
        from waooaw_cli.render.terminal import print_report

        if self.json_output:
            sys.stdout.write(report_json(report) + "\n")
        else:
            print_report(report, pages(os.environ)[0], quiet=self.quiet)

    def _shown(self, spec: AgentSpec) -> Path:
        return self.folder / spec.name
