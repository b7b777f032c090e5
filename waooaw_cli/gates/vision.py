"""The gate `vision`: specification and code hold to the core and to the repository's policies."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, ClassVar

from waooaw.errors import InputError
from waooaw_cli.gates.contents import Unseen, contents, read_text
from waooaw_cli.gates.gate import Checked, Package
from waooaw_cli.gates.policies import layers_for
from waooaw_cli.gates.report import Finding, GateId, Measure, Severity

if TYPE_CHECKING:
    from waooaw.spec import AgentSpec
    from waooaw.vision import Layers, Violation
    from waooaw_cli.gates.rule import RuleDoc

    RULES: tuple[RuleDoc, ...]

__all__ = ["RULES", "VisionGate"]

_SPECIFICATION = PurePosixPath("agent.yaml")
_SOURCES = PurePosixPath("src")
_COMPILED = (".pyc", ".so", ".pyd")


def __getattr__(name: str) -> object:
    if name == "RULES":  # the rules are read from files, which a cached run does not pay for
        from waooaw.vision import Subject, vision_rules
        from waooaw_cli.gates.change_rules import documented_change
        from waooaw_cli.gates.judged import documented
        from waooaw_cli.gates.policy_rules import POLICY_RULES

        docs = (
            documented_change(rule) if rule.applies_to is Subject.CHANGE else documented(rule)
            for rule in vision_rules()
        )
        return (*docs, *POLICY_RULES)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _utc_today() -> date:
    return datetime.now(UTC).date()


@dataclass(frozen=True, slots=True)
class VisionGate:
    """Judge `agent.yaml` and the Python below `src/` by the core and by policies.

    Attributes:
        folder: The current folder, up to which policies are looked for outside of a repository.
        today: The day on which policies judge.
    """

    folder: Path | None = None
    today: Callable[[], date] = _utc_today

    id: ClassVar[GateId] = GateId.VISION
    # The code is judged even where the specification does not hold.
    needs: ClassVar[frozenset[GateId]] = frozenset()
    alone: ClassVar[bool] = False
    limit: ClassVar[timedelta] = timedelta(seconds=60)

    def check(self, package: Package) -> Checked:
        """Return every violation; what could not be judged is one."""
        from waooaw.vision import core_digest, layers_of, vision_rules

        findings: list[Finding] = []
        try:
            layers = layers_for(package.root, self.folder, self.today())
        except InputError as error:
            findings.append(_unreadable(error))
            layers = layers_of((), self.today())
        findings += _conflicting(layers)
        spec, judged = _of_specification(package, layers)
        findings += judged
        findings += _of_code(package.root, layers, spec)
        added = sum(len(policy.rules) for policy in layers.in_force)
        measures: dict[str, Measure] = {"rules": len(vision_rules()) + added, "core": core_digest()}
        if layers.in_force:
            measures["policies"] = ", ".join(policy.citation for policy in layers.in_force)
        return Checked(tuple(findings), measures)


def _unreadable(error: InputError) -> Finding:
    return Finding("VIS-001", Severity.ERROR, f"a policy can't be read: {error.message}")


def _conflicting(layers: Layers) -> Iterator[Finding]:
    for one in layers.conflicts:
        expired = one.severity.value == Severity.WARNING.value
        yield Finding(
            "VIS-003" if expired else "VIS-002",
            Severity(one.severity.value),
            f"{one.message} ({one.this}; {one.that})",
            fix=one.fix,
        )


def _cited(found: Violation, layers: Layers) -> Violation:
    """Return a violation that names the policy which it is one of, with its version."""
    policy = layers.policy_of(found.rule)
    if policy is None:
        return found
    return replace(found, message=f"{found.message} (policy {policy.citation})")


def _of_specification(package: Package, layers: Layers) -> tuple[AgentSpec | None, list[Finding]]:
    """Return the specification, where it can be read, and what is objected to in it."""
    # pydantic and the engine cost 60 ms, which a run without this gate does not pay.
    from waooaw import documents
    from waooaw.specfile import check_spec
    from waooaw.vision import Subject, judge_spec
    from waooaw_cli.gates.judged import finding, unread

    try:
        document = documents.read(package.specification, source=str(_SPECIFICATION))
        spec = check_spec(document)
        text = package.specification.read_text(encoding="utf-8-sig")
    except InputError as error:
        return None, [unread(error, path=_SPECIFICATION)]
    found = judge_spec(spec, text=text, more=layers.added(Subject.SPEC))
    return spec, [finding(_cited(one, layers), path=_SPECIFICATION) for one in found]


def _of_code(root: Path, layers: Layers, spec: AgentSpec | None) -> Iterator[Finding]:
    from waooaw.vision import Subject, core_rules, judge_code, rules_on, violation
    from waooaw_cli.gates.judged import finding

    found = contents(root)
    blind = next(rule for rule in core_rules() if rule.id == "VIS-C100")
    sources: dict[PurePosixPath, str] = {}
    unseen = [one for one in found.unseen if _is_source(one.path)]
    unseen += [Unseen(path, "it leads out of the package") for path in found.outward]
    for path in found.files:
        if _is_source(path) and path.suffix == ".py":
            text = read_text(root, path)
            if isinstance(text, str):
                sources[path] = text
            elif isinstance(text, Unseen):
                unseen.append(text)
        elif _is_source(path) and path.name.endswith(_COMPILED):
            # Python imports it like any other module, and a stub beside it satisfies mypy.
            unseen.append(Unseen(path, "it is compiled, so nobody can read what it does"))
    for one in unseen:
        if _is_source(one.path):
            yield finding(violation(blind, {"name": one.reason}, path=one.path))
    for each in judge_code(sources, rules_on(Subject.CODE) + layers.added(Subject.CODE), spec):
        yield finding(_cited(each, layers))


def _is_source(path: PurePosixPath) -> bool:
    # The package's own folder stands for all of it, when it holds more than we look at.
    return path.parts[:1] in {(), _SOURCES.parts}
