"""Files of rules, patterns and policies that a user keeps beside `waooaw.toml`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from waooaw.documents import read
from waooaw.triage.catalogue import KnownPattern, parse_patterns
from waooaw.triage.policies import Policy, parse_policies
from waooaw.triage.reading import ReadingRule, parse_rules, shipped_reader
from waooaw.triage.rulefiles import check_own

__all__ = ["Own", "read_own"]


@dataclass(frozen=True, slots=True)
class Own:
    """Hold what one file adds: rules and policies are asked after ours, patterns before."""

    rules: tuple[ReadingRule, ...]
    patterns: tuple[KnownPattern, ...]
    policies: tuple[Policy, ...] = ()


def read_own(path: Path) -> Own:
    """Return what stands in a user's file.

    Raises:
        InputError: There is no such file.
        InvalidDocument: It is malformed; every problem is named with its line.
    """
    document = read(path)
    check_own(document)
    lexicon = shipped_reader().lexicon
    return Own(
        parse_rules(document, lexicon),
        parse_patterns(document, lexicon),
        parse_policies(document),
    )
