"""The rules that travel with waooaw, and judging by them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

from waooaw.spec import AgentSpec
from waooaw.vision.rules import CORE_FILES, SECURITY_FILES, SPEC_FILES, Rule, shipped_rules
from waooaw.vision.specs import judge_by
from waooaw.vision.violations import Violation

__all__ = ["all_rules", "core_rules", "judge_code", "judge_core", "judge_spec", "security_rules"]


def core_rules() -> tuple[Rule, ...]:
    """Return the immutable core: rules on specifications, then rules on code."""
    return shipped_rules(*CORE_FILES)


def security_rules() -> tuple[Rule, ...]:
    """Return what the security gate judges by."""
    return shipped_rules(*SECURITY_FILES)


def all_rules() -> tuple[Rule, ...]:
    """Return every rule that travels with waooaw."""
    return core_rules() + security_rules()


def judge_spec(
    spec: AgentSpec, *, text: str | None = None, more: tuple[Rule, ...] = ()
) -> tuple[Violation, ...]:
    """Judge a specification by the core, and by what is added to it.

    Args:
        spec: The specification.
        text: The file that it was read from. With it, violations carry line and column, and what
            stands in comments is looked at too.
        more: The rules of policies.

    Returns:
        The violations; the specification is refused when one of them is an error.
    """
    return judge_by((*shipped_rules(*SPEC_FILES), *more), spec, text=text)


def judge_code(
    files: Mapping[PurePosixPath, str], rules: tuple[Rule, ...]
) -> tuple[Violation, ...]:
    """Judge Python source by *rules*; see `waooaw.vision.code`.

    Args:
        files: Path relative to the package, and text.
        rules: Those that speak of specifications are passed over.
    """
    # Who only judges a specification, as new-agent does before it renders, need not wait for it.
    from waooaw.vision import code

    return code.judge_code(files, rules)


def judge_core(files: Mapping[PurePosixPath, str]) -> tuple[Violation, ...]:
    """Judge Python source by the core.

    Args:
        files: Path relative to the package, and text.
    """
    return judge_code(files, core_rules())
