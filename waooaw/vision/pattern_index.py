"""Find the patterns that a name may belong to, without asking each of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import PurePosixPath

from waooaw.vision.ingredients import snake
from waooaw.vision.parsing import Unreadable
from waooaw.vision.patterns import Kind, Pattern, prefixes
from waooaw.vision.rules import Forbidden, Rule
from waooaw.vision.violations import Violation, violation

__all__ = ["Index", "index_of"]


@dataclass(slots=True)
class Index:
    """Hold the patterns of many rules, to be looked up by name.

    Attributes:
        exact: By kind and whole name.
        begun: Modules that are meant by the beginning of their names.
        below: By kind and the name that everything below is meant of.
        roots: The first parts of those, so that most names are asked once.
        attributes: The attributes that no object may be asked for.
        has_values: Whether anything is said of values by the name that they are given under.
        blind: The rules that speak of files which can't be read.
    """

    exact: dict[tuple[Kind, str], list[tuple[Rule, Pattern]]] = field(default_factory=dict)
    begun: list[tuple[str, Rule, Pattern]] = field(default_factory=list)
    below: dict[tuple[Kind, str], list[tuple[Rule, Pattern]]] = field(default_factory=dict)
    roots: set[tuple[Kind, str]] = field(default_factory=set)
    attributes: set[str] = field(default_factory=set)
    has_values: bool = False
    blind: list[Rule] = field(default_factory=list)

    def add(self, rule: Rule, pattern: Pattern) -> None:
        """Take a pattern of a rule in."""
        self.has_values = self.has_values or pattern.kind is Kind.VALUES
        if pattern.kind is Kind.USES:
            self.attributes |= {name[1:] for name in pattern.names if name.startswith(".")}
        if pattern.kind is Kind.UNREADABLE:
            self.blind.append(rule)
        for name in pattern.names:
            if pattern.kind is Kind.IMPORTS and name.endswith("_*"):
                self.begun.append((name.removesuffix("*"), rule, pattern))
            elif pattern.kind is Kind.VALUES:
                self.exact.setdefault((pattern.kind, snake(name)), []).append((rule, pattern))
            elif name.endswith(".*") and name != "*.*":
                key = (pattern.kind, name.removesuffix(".*"))
                self.below.setdefault(key, []).append((rule, pattern))
                self.roots.add((pattern.kind, name.split(".", 1)[0]))
            else:
                self.exact.setdefault((pattern.kind, name), []).append((rule, pattern))

    def of(self, kind: Kind, name: str) -> Iterator[tuple[Rule, Pattern]]:
        """Yield what forbids *name*."""
        yield from self.exact.get((kind, name), ())
        if (kind, name.split(".", 1)[0]) in self.roots:
            for above in prefixes(name):
                yield from self.below.get((kind, above), ())

    def unreadable(self, path: PurePosixPath, error: Unreadable) -> Iterator[Violation]:
        """Yield that a file could not be judged."""
        for rule in self.blind:
            yield violation(rule, {"name": error.reason}, path=path, line=error.line)


@lru_cache(maxsize=8)
def index_of(rules: tuple[Rule, ...]) -> Index:
    """Return the index of what *rules* forbid; kept, since the packages of a fleet share it."""
    index = Index()
    for rule in rules:
        if isinstance(rule.judgement, Forbidden):
            for pattern in rule.judgement.patterns:
                index.add(rule, pattern)
    return index
