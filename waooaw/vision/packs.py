"""Compliance packs: policies that travel with waooaw and judge nothing until somebody adopts one.

Each rule of a pack cites the article, or the number in a standard, that it rests on.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources

from waooaw.errors import InputError, shown
from waooaw.vision.policies import Policy, parse_policy
from waooaw.vision.rules import Rule

__all__ = ["Pack", "pack", "packs"]

_END = ".yaml"


@dataclass(frozen=True, slots=True)
class Pack:
    """Hold one pack.

    Attributes:
        policy: What it would be as a policy; owner and days are those of whoever adopts it.
        content: The file, which the adopted policy is made from.
    """

    policy: Policy
    content: bytes

    @property
    def name(self) -> str:
        """What it is adopted by."""
        return self.policy.name

    @property
    def groups(self) -> dict[str, tuple[Rule, ...]]:
        """The rules by the principle that they carry, both in the order of the file."""
        found: dict[str, tuple[Rule, ...]] = {}
        for rule in self.policy.rules:
            found[rule.group] = (*found.get(rule.group, ()), rule)
        return found

    @property
    def rests_on(self) -> tuple[str, ...]:
        """The addresses of the laws and standards that its rules cite, sorted, each once."""
        return tuple(sorted({rule.source.rpartition(": ")[2] for rule in self.policy.rules}))


@cache
def packs() -> tuple[Pack, ...]:
    """Return the packs that travel with waooaw, by their names."""
    folder = resources.files("waooaw.vision").joinpath("packs")
    files = sorted(file.name for file in folder.iterdir() if file.name.endswith(_END))
    return tuple(_read(name, folder.joinpath(name).read_bytes()) for name in files)


def _read(name: str, content: bytes) -> Pack:
    return Pack(parse_policy(content, source=name), content)


def pack(name: str) -> Pack:
    """Return one pack.

    Raises:
        InputError: There is none of that name.
    """
    known = {one.name: one for one in packs()}
    if name not in known:
        raise InputError(
            f"there is no compliance pack named {shown(name)}", hint=f"known: {', '.join(known)}"
        )
    return known[name]
