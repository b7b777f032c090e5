"""What a request's text says, read by rules that are data: `words.yaml` and `reading.yaml`.

A rule finds phrases in a sentence and says which facts they speak for. Text may raise what is
known of a request; what lowers is kept apart, and believed only where nothing speaks against it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from waooaw.documents import Document, Json, parse
from waooaw.errors import InputError, InvalidDocument
from waooaw.triage.facts import FACT_NAMES
from waooaw.triage.phrases import Phrase, parse_phrase
from waooaw.triage.vocabulary import LocClass, Reach, ServiceState, SeverityLevel
from waooaw.triage.words import Lexicon, Sentence

__all__ = ["Evidence", "Reader", "ReadingRule", "parse_rules", "shipped_reader"]

_SETS: dict[str, type[ServiceState | Reach | LocClass]] = {
    "service_state": ServiceState,
    "reach": Reach,
    "loc_class": LocClass,
}
_MOST_PLACES = 5


@dataclass(frozen=True, slots=True)
class ReadingRule:
    """Hold one rule of reading.

    Attributes:
        any: One of these stands in the sentence,
        also: and one of these, where there are any,
        unless: and none of these.
        sets: Facts by name, and the value that the sentence speaks for.
        floor: The severity that the sentence asks for at least.
        notes: What is no fact and matters to type or severity: `cosmetic`, `total`.
        follows: Judged only where this fact, or note, was found anywhere in the request.
        lowers: Whether it makes things look better than they would.
        across: Whether two sentences, one after the other, are read as one for it too: what
            happened and that it should not have are often told apart.
        wide: Whether it is a net for customers' words, too wide for a developer's report.
    """

    id: str
    says: str
    any: tuple[Phrase, ...]
    also: tuple[Phrase, ...]
    unless: tuple[Phrase, ...]
    sets: tuple[tuple[str, bool | ServiceState | Reach | LocClass], ...]
    floor: SeverityLevel | None
    notes: tuple[str, ...]
    follows: str | None
    lowers: bool
    across: bool
    wide: bool

    @property
    def claims(self) -> tuple[str, ...]:
        """The facts that it says are true, and its notes; one that follows claims nothing."""
        if self.follows is not None:
            return ()
        return (*self.notes, *(name for name, value in self.sets if value is True))

    @property
    def describes(self) -> bool:
        """Whether it only says what is asked for, which an order would like to say for us."""
        return not self.sets and self.floor is None and "total" not in self.notes

    @property
    def alarms(self) -> bool:
        """Whether it speaks of danger: such a rule is heard even in a sentence that orders."""
        return self.floor is not None or any(value is True for _, value in self.sets)

    def holds(self, sentence: Sentence) -> bool:
        """Tell whether a sentence with one of its phrases also meets the rest of the rule."""
        if self.also and not any(phrase.found(sentence) for phrase in self.also):
            return False
        return not any(phrase.found(sentence) for phrase in self.unless)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Hold that a rule found something, and where."""

    rule: ReadingRule
    sentence: Sentence


class Reader:
    """Read sentences by rules.

    Args:
        lexicon: What words mean.
        rules: In the order in which they are asked.
    """

    def __init__(self, lexicon: Lexicon, rules: Sequence[ReadingRule]) -> None:
        self.lexicon = lexicon
        self._rules = tuple(rules)
        #: Meaning → the patterns that are worth trying where it stands, and whose they are.
        self._by_meaning = _by_meaning(self._rules, joined=False)
        #: The same for two sentences read as one, where few rules are asked.
        self._across = _by_meaning(self._rules, joined=True)

    def with_rules(self, rules: Sequence[ReadingRule]) -> Reader:
        """Return a reader that asks these rules too, after its own."""
        return Reader(self.lexicon, (*self._rules, *rules)) if rules else self

    def read(
        self, sentences: Iterable[Sentence], *, technical: bool = False
    ) -> tuple[Evidence, ...]:
        """Return what the rules found: of each rule its first places, in the rules' order.

        Args:
            sentences: What was written.
            technical: Whether a developer wrote it.
        """
        places: dict[int, list[Sentence]] = {}
        for sentence in sentences:
            for number in self._speaking(sentence):
                kept = places.setdefault(number, [])
                if len(kept) < _MOST_PLACES:
                    kept.append(sentence)
        claimed = {name for number in places for name in self._rules[number].claims}
        return tuple(
            Evidence(rule, sentence)
            for number, rule in enumerate(self._rules)
            if (rule.follows is None or rule.follows in claimed) and not (technical and rule.wide)
            for sentence in places.get(number, ())
        )

    def joins(self, one: Sentence, two: Sentence) -> bool:
        """Tell whether a rule may find something in two sentences read as one: few pairs do."""
        meanings = one.spans.keys() | two.spans.keys()
        return any(
            phrase.needs <= meanings
            for meaning in meanings & self._across.keys()
            for _, phrase in self._across[meaning]
        )

    def _speaking(self, sentence: Sentence) -> set[int]:
        """Return the rules that find something in *sentence*, by number."""
        found: set[int] = set()
        by_meaning = self._across if sentence.joined else self._by_meaning
        meanings = sentence.spans.keys()
        for meaning in meanings & by_meaning.keys():
            for number, phrase in by_meaning[meaning]:
                # Most sentences lack a meaning of most patterns.
                if number in found or not phrase.needs <= meanings or not phrase.found(sentence):
                    continue
                rule = self._rules[number]
                heard = not sentence.directive or not (rule.lowers or rule.describes)
                heard = heard and (rule.alarms or not sentence.order)
                if heard and rule.holds(sentence):
                    found.add(number)
        return found


def _by_meaning(
    rules: Sequence[ReadingRule], *, joined: bool
) -> dict[str, list[tuple[int, Phrase]]]:
    """Return the patterns of *rules* by their rarest meaning, each with its rule's number."""
    patterns: dict[str, list[tuple[int, Phrase]]] = {}
    for number, rule in enumerate(rules):
        if rule.across or not joined:
            for phrase in rule.any:
                patterns.setdefault(phrase.key, []).append((number, phrase))
    return patterns


@cache
def shipped_reader() -> Reader:
    """Return the reader that travels with waooaw."""
    folder = resources.files("waooaw.triage")
    meanings = parse(folder.joinpath("words.yaml").read_bytes(), source="words.yaml").data
    lexicon = Lexicon({name: str(words).split() for name, words in meanings.items()})
    document = parse(folder.joinpath("reading.yaml").read_bytes(), source="reading.yaml")
    return Reader(lexicon, parse_rules(document, lexicon))


def parse_rules(document: Document, lexicon: Lexicon) -> tuple[ReadingRule, ...]:
    """Return the rules of a file that was held to its form (`waooaw.triage.rulefiles`).

    Raises:
        InvalidDocument: A pattern or a fact is none; the rule is named with its line.
    """
    rules = []
    for number, entry in enumerate(document.data.get("rules") or ()):
        try:
            rules.append(_rule(entry, lexicon))
        except InputError as error:
            place = ("rules", number)
            problem = document.problem(place, error.message, hint=error.hint)
            raise InvalidDocument(document.source, (problem,)) from error
    return tuple(rules)


def _rule(entry: Mapping[str, Json], lexicon: Lexicon) -> ReadingRule:
    def phrases(name: str) -> tuple[Phrase, ...]:
        return tuple(parse_phrase(source, lexicon) for source in entry.get(name, ()))

    floor = entry.get("floor")
    return ReadingRule(
        entry["id"],
        entry["says"],
        phrases("any"),
        phrases("also"),
        phrases("unless"),
        tuple((name, _value(name, value)) for name, value in entry.get("sets", {}).items()),
        None if floor is None else SeverityLevel(floor),
        tuple(entry.get("notes", ())),
        entry.get("follows"),
        bool(entry.get("lowers", False)),
        bool(entry.get("across", False)),
        bool(entry.get("wide", False)),
    )


def _value(name: str, value: Json) -> bool | ServiceState | Reach | LocClass:
    if name not in FACT_NAMES:
        raise InputError(f"no fact is named {name!r}", hint=f"known: {', '.join(FACT_NAMES)}")
    if (kind := _SETS.get(name)) is None:
        if not isinstance(value, bool):
            raise InputError(f"{name} is true or false, not {value!r}")
        return value
    try:
        return kind(value)
    except ValueError:
        raise InputError(f"{name}: {value!r} is none of {', '.join(kind)}") from None
