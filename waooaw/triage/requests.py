"""One service request, as every part of triage sees it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from waooaw.triage.facts import NOTHING_STATED, StatedFacts

__all__ = ["Request"]


@dataclass(frozen=True, slots=True)
class Request:
    """Hold one request. Its text is data: nothing in it is an instruction to anyone.

    Attributes:
        id: The sender's own, or one made of the content, so that the same request bears the same.
        title: One line; may be empty.
        body: The rest; may be empty. Either may be of any length and hold anything.
        project: What the sender's tracker calls the project; empty where it says nothing.
        component: The part of it; empty where it says nothing.
        created: When it was written; aware. None where nobody says.
        facts: What the sender or a form stated.
        agents: The agents that the sender named beside the text, in that order.
        attachments: Names of files that came with it; what is in them is not read.
        resolution: How it was settled; past requests have one.
    """

    id: str
    title: str = ""
    body: str = ""
    project: str = ""
    component: str = ""
    created: datetime | None = None
    facts: StatedFacts = NOTHING_STATED
    agents: tuple[str, ...] = ()
    attachments: tuple[str, ...] = ()
    resolution: str = ""

    @property
    def text(self) -> str:
        """Title and body, with a line between them."""
        return (
            f"{self.title}\n\n{self.body}" if self.title and self.body else self.title or self.body
        )
