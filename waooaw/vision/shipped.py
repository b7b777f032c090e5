"""The rules that travel with waooaw, and judging by them.

Of the vision's own files the digests are known: where one was edited, nothing is judged by any.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import PurePosixPath

from waooaw.errors import ConditionFault, EnvironmentFault
from waooaw.expressions import Condition, Facts, Scope
from waooaw.spec import AgentSpec
from waooaw.version import __version__
from waooaw.vision.pinned import CORE_DIGEST, STANDARD_DIGEST
from waooaw.vision.rule_files import parse_rules
from waooaw.vision.rules import Rule, Subject
from waooaw.vision.violations import Violation

__all__ = [
    "CORE_FILES",
    "SPEC_FILES",
    "STANDARD_FILES",
    "all_rules",
    "core_digest",
    "core_rules",
    "digest_of",
    "is_of_core",
    "judge_code",
    "judge_spec",
    "rules_on",
    "security_rules",
    "shipped_ids",
    "shipped_rules",
    "vision_rules",
]

#: Every rule on one subject stands in these; a test holds them to that. Who judges a specification
#: before anything is rendered, or starts an agent, need not read the others.
SPEC_FILES = ("core.yaml", "standard.yaml")
CHANGE_FILES = ("change.yaml",)
ACTION_FILES = ("action.yaml",)
CODE_FILES = ("code.yaml", "standard_code.yaml")
#: The immutable core, whose digest is pinned.
CORE_FILES = ("core.yaml", "code.yaml", "change.yaml", "action.yaml")
#: What ships beside the core, and may be waived for a time and a reason.
STANDARD_FILES = ("standard.yaml", "standard_code.yaml")
SECURITY_FILES = ("security.yaml", "flows.yaml", "dockerfile.yaml")
_PINNED = frozenset((*CORE_FILES, *STANDARD_FILES))
_FILES = {
    Subject.SPEC: SPEC_FILES,
    Subject.CODE: CODE_FILES,
    Subject.CHANGE: CHANGE_FILES,
    Subject.ACTION: ACTION_FILES,
    Subject.PACKAGE: CORE_FILES,
}


def core_rules() -> tuple[Rule, ...]:
    """Return the immutable core: rules on specifications, code, changes, then actions."""
    return shipped_rules(*CORE_FILES)


def vision_rules() -> tuple[Rule, ...]:
    """Return the core, and what ships beside it and may be waived."""
    return shipped_rules(*CORE_FILES, *STANDARD_FILES)


def security_rules() -> tuple[Rule, ...]:
    """Return what the security gate judges by."""
    return shipped_rules(*SECURITY_FILES)


def all_rules() -> tuple[Rule, ...]:
    """Return every rule that travels with waooaw."""
    return vision_rules() + security_rules()


def rules_on(subject: Subject) -> tuple[Rule, ...]:
    """Return the vision's rules on one subject, of the core and beside it."""
    return tuple(rule for rule in shipped_rules(*_FILES[subject]) if rule.applies_to is subject)


def judge_spec(
    spec: AgentSpec, *, text: str | None = None, more: tuple[Rule, ...] = ()
) -> tuple[Violation, ...]:
    """Judge a specification by the vision, and by what is added to it.

    Args:
        spec: The specification.
        text: The file that it was read from. With it, violations carry line and column, and what
            stands in comments is looked at too.
        more: The rules of policies.

    Returns:
        The violations; the specification is refused when one of them is an error.
    """
    # Who only runs an agent has no specification to judge; its rules take long to load.
    from waooaw.vision.specs import judge_by

    return judge_by((*rules_on(Subject.SPEC), *more), spec, text=text)


def judge_code(
    files: Mapping[PurePosixPath, str], rules: tuple[Rule, ...], spec: AgentSpec | None = None
) -> tuple[Violation, ...]:
    """Judge Python source by *rules*; see `waooaw.vision.code`.

    Args:
        files: Path relative to the package, and text.
        rules: Those that speak of something else are passed over.
        spec: The package's specification. Rules for some packages only are judged where it fulfils
            what they ask, and where there is none.
    """
    # Who only judges a specification, as new-agent does before it renders, need not wait for it.
    from waooaw.vision import code

    return code.judge_code(files, _for(spec, rules), spec)


def _for(spec: AgentSpec | None, rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """Return the rules on code that judge packages of *spec*."""
    if spec is None or all(rule.given is None for rule in rules):
        return rules
    from waooaw.vision.specs import enriched

    given = Facts(Scope.SPEC, {"spec": enriched(spec), "item": None})

    def is_meant(condition: Condition | None) -> bool:
        try:
            return condition is None or condition.holds(given)
        except ConditionFault:
            return True  # what can't be told apart is judged

    return tuple(rule for rule in rules if is_meant(rule.given))


@cache
def shipped_ids() -> frozenset[str]:
    """Return the ids of the vision's rules, none of which a policy can take."""
    return frozenset(rule.id for rule in vision_rules())


@cache
def is_of_core(rule: str) -> bool:
    """Tell whether a rule stands in the immutable core."""
    return any(rule == one.id for one in core_rules())


@cache
def shipped_rules(*names: str) -> tuple[Rule, ...]:
    """Return the rules of files that travel with waooaw, in the order of the files.

    Raises:
        EnvironmentFault: They are the vision's, and not as they were when waooaw was made.
    """
    if not _PINNED.isdisjoint(names):
        _refuse_another_vision()
    return tuple(rule for name in names for rule in _of_file(name))


@cache
def _of_file(name: str) -> tuple[Rule, ...]:
    return parse_rules(_content(name), source=name)


@cache
def _content(name: str) -> bytes:
    return resources.files("waooaw.vision").joinpath(name).read_bytes()


def _refuse_another_vision() -> None:
    found = {"core": core_digest(), "standard": digest_of(STANDARD_FILES)}
    for part, pinned in (("core", CORE_DIGEST), ("standard", STANDARD_DIGEST)):
        if found[part] != pinned:
            what = "the core of the vision" if part == "core" else "the standard of the vision"
            raise EnvironmentFault(
                f"{what} was changed: it is {found[part][:12]}, and waooaw {__version__} was made"
                f" with {pinned[:12]}",
                hint="install waooaw anew; rules of your own go into vision/*.yaml",
            )


def core_digest() -> str:
    """Return the SHA-256 of the core's rule files, which reports show."""
    return digest_of(CORE_FILES)


@cache
def digest_of(names: tuple[str, ...]) -> str:
    """Return the SHA-256 of some of the rule files.

    Line ends do not count: a checkout on Windows has the same rules.
    """
    digest = hashlib.sha256()
    for name in names:
        digest.update(name.encode() + b"\0" + _content(name).replace(b"\r\n", b"\n") + b"\0")
    return digest.hexdigest()
