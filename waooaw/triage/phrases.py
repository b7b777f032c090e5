"""Patterns over words and meanings, such as ``@sent ~10 to ~2 @other @party``.

``@name`` is a meaning of the lexicon, ``~n`` lets up to *n* words stand between, ``...`` any
number; anything else is a word as it is, and ``see*`` every word that begins so. Matching walks
forward only: it cannot take for ever.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from waooaw.errors import InputError, shown
from waooaw.triage.words import Lexicon, Sentence

__all__ = ["Phrase", "parse_phrase"]

_ANY = 1_000
_STEP = re.compile(r"@(?P<name>[a-z_]+)|~(?P<gap>\d{1,2})|(?P<any>\.\.\.)|(?P<word>[\w'?%]+\*?)")


@dataclass(frozen=True, slots=True)
class Phrase:
    """Hold one pattern.

    Attributes:
        source: As it is written.
        steps: How many words may stand before, and the meaning that has to stand there.
        needs: The meanings, together.
        key: The one of them that is probably the rarest: others are looked for where it stands.
    """

    source: str
    steps: tuple[tuple[int, str], ...]
    needs: frozenset[str]
    key: str

    def found(self, sentence: Sentence) -> bool:
        """Tell whether the pattern stands anywhere in *sentence*."""
        spans = sentence.spans
        if not self.needs <= spans.keys():
            return False
        (_, first), *rest = self.steps
        ends = {end for _, end in spans[first]}
        for gap, name in rest:
            ends = {
                after
                for start, after in spans[name]
                if any(end <= start <= end + gap for end in ends)
            }
            if not ends:
                return False
        return True


def parse_phrase(source: str, lexicon: Lexicon) -> Phrase:
    """Read a pattern; its own words become meanings of the lexicon.

    Raises:
        InputError: It is empty, ends in a gap, or names a meaning that the lexicon has not.
    """
    steps: list[tuple[int, str]] = []
    gap = 0
    for part in source.split():
        match = _STEP.fullmatch(part)
        if match is None:
            raise InputError(f"{shown(part)} is no word, meaning or gap", hint="see docs/triage.md")
        if match["gap"] is not None:
            gap = int(match["gap"])
        elif match["any"] is not None:
            gap = _ANY
        else:
            name = match["name"] or lexicon.watched(match["word"].lower())
            if name not in lexicon.names:
                raise InputError(f"no meaning is named {shown(name)}", hint="see `words`")
            steps.append((gap, name))
            gap = 0
    if not steps or gap:
        raise InputError(f"the pattern {shown(source)} is empty or ends in a gap")
    needs = frozenset(name for _, name in steps)
    return Phrase(source, tuple(steps), needs, min(sorted(needs), key=lexicon.breadth))
