"""The door that letters leave by, and what it answers.

A port never raises for what happens on the way: it says whether the letter is out, is not, or
whether nobody can tell. Only what is surely not out is tried again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeAlias

from waooaw.desk.letters import Letter

__all__ = ["Delivered", "Delivery", "Port", "Refused", "Unclear"]


@dataclass(frozen=True, slots=True)
class Delivered:
    """Say that the letter is out.

    Attributes:
        where: Where it went, without the customer's address.
    """

    where: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Say that the letter is surely not out, and why."""

    why: str


@dataclass(frozen=True, slots=True)
class Unclear:
    """Say that the letter was handed over, and nobody answered that it arrived; and what came."""

    why: str


Delivery: TypeAlias = Delivered | Refused | Unclear


class Port(Protocol):
    """Send one letter."""

    @property
    def name(self) -> str:
        """What people call it."""
        ...

    def send(self, letter: Letter) -> Delivery:
        """Hand the letter over, under its key, and return what became of it."""
        ...
