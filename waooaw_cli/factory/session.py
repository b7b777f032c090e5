"""One run of the questionnaire with a person: forth, back, lists of entries, review, draft."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import assert_never

from waooaw.documents import Json, field_name
from waooaw.errors import EnvironmentFault, InputError, Problem
from waooaw_cli.factory.asking import (
    Answer,
    Asker,
    Back,
    Choice,
    Finish,
    Jump,
    Prompt,
    Quit,
)
from waooaw_cli.factory.completion import applies, choices_of, default_of, derived, well_shaped
from waooaw_cli.factory.drafts import Broken, Draft
from waooaw_cli.factory.inquiry import Inquiry
from waooaw_cli.factory.overview import summary
from waooaw_cli.factory.paths import ABSENT, drop, put, value_at
from waooaw_cli.factory.questions import FieldType, Question, QuestionField, QuestionSet
from waooaw_cli.factory.replies import read_reply, reply_text
from waooaw_cli.factory.steps import Step, drop_answer, label

__all__ = ["Session"]

_MOST_OFFERED = 10_000
_MENU = re.compile(r"(add|edit|remove|done|a|e|r|d|y|yes|n|no)\s*(\d{1,5})?", re.IGNORECASE)


class Session:
    """Ask a person, from the first question to the review.

    Args:
        inquiry: What is asked.
        given: Answers that are not asked for again, unless the person wants to edit them.
        asker: Who asks.
        draft: Where every answer is saved; None where nothing is.
        defaults: Whether to ask nothing that has a default.
    """

    def __init__(
        self,
        inquiry: Inquiry,
        *,
        given: dict[str, Json],
        asker: Asker,
        draft: Draft | None,
        defaults: bool,
    ) -> None:
        self._inquiry = inquiry
        self._given = given
        self._asker = asker
        self._draft = draft
        self._defaults = defaults
        self._answers: dict[str, Json] = copy.deepcopy(given)
        self._editing: int | None = None
        self._asked_before: frozenset[str] = frozenset()
        self._problem: Problem | None = None
        self._typed: str | None = None

    @property
    def asks_something(self) -> bool:
        """Whether there is anything left to ask."""
        return any(True for _ in self._stops())

    def run(self) -> dict[str, Json]:
        """Ask until the person says that the answers are right, and return them, without defaults.

        Raises:
            KeyboardInterrupt: The person stopped; what was answered is in the draft.
        """
        step = self._resumed()
        try:
            while True:
                if step is not None:
                    step = self._asked(step)
                    self._save(step)
                    continue
                choice = self._reviewed()
                if isinstance(choice, Finish):
                    return self._answers
                step = choice
        except KeyboardInterrupt:
            if self._draft is not None:
                self._asker.tell("Your answers are kept. Run the same command again to go on.")
            raise

    # Where to go -------------------------------------------------------------------------------

    @property
    def _questionnaire(self) -> QuestionSet:
        return self._inquiry.questions(self._answers)

    def _stops(self) -> Iterator[tuple[Question, QuestionField]]:
        """Yield the fields that this person is asked for, as the answers are now."""
        for question, field in self._questionnaire.fields():
            if not applies(field, self._answers, self._answers):
                continue
            if self._editing is not None:
                # What only the edited answer makes a question is asked with it.
                if question.number == self._editing or field.path not in self._asked_before:
                    yield question, field
            elif value_at(self._given, field.place) is ABSENT and (
                field.required or not self._defaults
            ):
                yield question, field

    def _parts(self, owner: QuestionField, index: int) -> Iterator[QuestionField]:
        entry = value_at(self._answers, (*owner.place, index))
        return (part for part in owner.parts if applies(part, self._answers, entry))

    def _entries(self, field: QuestionField) -> list[Json]:
        entries = value_at(self._answers, field.place)
        return entries if isinstance(entries, list) else []

    def _steps(self) -> Iterator[Step]:
        """Yield every step in order: the parts of a list's entries, then its menu."""
        for question, field in self._stops():
            if field.type is FieldType.ENTRIES:
                for index, _ in enumerate(self._entries(field)):
                    for part in self._parts(field, index):
                        path = (*field.place, index, *part.place)
                        yield Step(question, part, path, owner=field)
            yield Step(question, field, field.place)

    def _first(self) -> Step | None:
        return next((self._arrived(*stop) for stop in self._stops()), None)

    def _arrived(self, question: Question, field: QuestionField) -> Step:
        """Return where a person begins with *field*: in a list without entries, with the first."""
        if field.type is FieldType.ENTRIES and field.at_least and not self._entries(field):
            return self._new_entry(question, field)
        return Step(question, field, field.place)

    def _new_entry(self, question: Question, field: QuestionField) -> Step:
        entries = self._entries(field)
        put(self._answers, field.place, [*entries, {}])
        return self._entry(question, field, len(entries))

    def _entry(self, question: Question, field: QuestionField, index: int) -> Step:
        part = next(self._parts(field, index))
        return Step(question, part, (*field.place, index, *part.place), owner=field)

    def _after(self, step: Step) -> Step | None:
        """Return the step that follows *step*; None where the review does."""
        if step.owner is not None:
            index = step.entry[-1]
            parts = list(self._parts(step.owner, int(index)))
            later = parts[[part.path for part in parts].index(step.field.path) + 1 :]
            if later:
                return Step(step.question, later[0], (*step.entry, *later[0].place), step.owner)
            return Step(step.question, step.owner, step.owner.place)
        stops = list(self._stops())
        order = [field.path for _, field in self._questionnaire.fields()]
        here = order.index(step.field.path)
        for question, field in stops:
            if order.index(field.path) > here:
                return self._arrived(question, field)
        return None

    def _before(self, step: Step) -> Step:
        """Return the step before *step*. A new entry without any answer is forgotten."""
        if step.owner is not None and not value_at(self._answers, step.entry):
            entries = self._entries(step.owner)
            del entries[int(step.entry[-1])]
            menu = Step(step.question, step.owner, step.owner.place)
            if entries:
                return menu
            drop(self._answers, step.owner.place)
            step = menu
        steps = list(self._steps())
        here = [one.path for one in steps].index(step.path)
        if here == 0:
            self._asker.tell("This is the first question.")
            return self._arrived(step.question, step.field) if step.owner is None else step
        return steps[here - 1]

    # Asking ------------------------------------------------------------------------------------

    def _asked(self, step: Step) -> Step | None:
        """Ask for one step and return the next one; the same where the answer is no good."""
        prompt = self._prompt(step)
        self._problem, self._typed = None, None
        reply = self._asker.ask(prompt)
        match reply:
            case Back():
                return self._before(step)
            case Quit():
                raise KeyboardInterrupt
            case Answer(text):
                try:
                    if step.field.type is FieldType.ENTRIES:
                        return self._chosen(step, text.strip())
                    accepted = self._take(step, text)
                except InputError as error:
                    self._problem = Problem(error.message, hint=error.hint)
                    self._typed = _offered(text)
                    return step
                return self._after(step) if accepted else step
            case other:
                assert_never(other)

    def _take(self, step: Step, text: str) -> bool:
        """Put the answer in, or note why it is none and return False."""
        if text.strip():
            value = read_reply(step.field, text, choices_of(step.field, self._answers))
        else:
            value = self._stands_for_nothing(step.field)
            if value is ABSENT:
                if step.field.required:
                    raise InputError("an answer is needed here", hint=_for_example(step.field))
                drop_answer(self._answers, step)
                return True
        self._problem = self._inquiry.objection_to(self._answers, step.path, value)
        if self._problem is not None:
            self._typed = _offered(text)
            return False
        put(self._answers, step.path, value)
        return True

    def _stands_for_nothing(self, field: QuestionField) -> Json:
        if field.suggest is not None:
            suggestion = derived(field.suggest, self._answers)
            if suggestion is not ABSENT:
                return suggestion
        return default_of(field, self._answers)

    def _prompt(self, step: Step) -> Prompt:
        field = step.field
        if field.type is FieldType.ENTRIES:
            return self._menu(step)
        choices = choices_of(field, self._answers)
        stand_in = self._stands_for_nothing(field)
        value = value_at(self._answers, step.path)
        typed = "" if value is ABSENT else reply_text(field, value)
        return Prompt(
            number=step.question.number,
            total=len(self._questionnaire.questions),
            title=step.question.title,
            path=field_name(step.path),
            label=label(step),
            type=field.type,
            help=field.help,
            example=field.example,
            choices=choices,
            words=field.words,
            default=None if stand_in is ABSENT else reply_text(field, stand_in),
            typed=typed if self._typed is None else self._typed,
            optional=not field.required,
            problem=self._problem,
        )

    # Lists of entries --------------------------------------------------------------------------

    def _menu(self, step: Step) -> Prompt:
        field = step.field
        entries = self._entries(field)
        problem = self._problem or self._unfinished(step)
        choices = [Choice("add", f"add {'another' if entries else 'a'} {field.noun}")]
        if entries:
            choices += [Choice("edit N", "change one"), Choice("remove N", "take one away")]
        choices.append(Choice("done", "go on"))
        return Prompt(
            number=step.question.number,
            total=len(self._questionnaire.questions),
            title=step.question.title,
            path=field_name(step.path),
            label=field.label,
            type=FieldType.ENTRIES,
            help=field.help,
            choices=tuple(choices),
            default="add" if len(entries) < field.at_least else "done",
            entries=tuple(summary(field, entry) for entry in entries),
            problem=problem,
        )

    def _chosen(self, step: Step, text: str) -> Step | None:
        """Do what was chosen from the menu of a list, and return the next step."""
        field, entries = step.field, self._entries(step.field)
        found = _MENU.fullmatch(text or ("add" if len(entries) < field.at_least else "done"))
        if found is None:
            raise InputError(
                f"{text!r} is not on the menu", hint="type add, edit N, remove N or done"
            )
        match found[1][0].lower():
            case "a" | "y":
                return self._new_entry(step.question, field)
            case "d" | "n":
                if (problem := self._unfinished(step)) is not None:
                    raise InputError(
                        f"{problem.field}: {problem.message}",
                        hint="edit or remove it, or go back to mend what it needs",
                    )
                if len(entries) < field.at_least:
                    raise InputError(f"at least one {field.noun} is needed", hint="type add")
                put(self._answers, field.place, entries)
                return self._after(step)
            case action:
                index = _number(found[2], len(entries), field.noun)
                if action == "e":
                    return self._entry(step.question, field, index)
                del entries[index]
                return step

    def _unfinished(self, step: Step) -> Problem | None:
        """Return what is missing in the entries of a list, or wrong with them."""
        for index, entry in enumerate(self._entries(step.field)):
            for part in self._parts(step.field, index):
                if part.required and value_at(entry, part.place) is ABSENT:
                    return Problem("is missing", field=field_name((*step.path, index, *part.place)))
        return self._inquiry.objection_at(self._answers, step.path)

    # The review and the draft ------------------------------------------------------------------

    def _reviewed(self) -> Step | Finish | None:
        """Show all answers; return what follows, None for the review again."""
        self._editing = None
        page = self._inquiry.page(self._answers)
        if page is None:
            return Finish()
        reply = self._asker.review(page)
        match reply:
            case Finish():
                if page.problems:
                    self._asker.tell("Something has to be mended first; choose its question.")
                    return None
                return reply
            case Jump(number):
                fields = [field for _, field in self._questionnaire.fields()]
                self._asked_before = frozenset(
                    field.path for field in fields if applies(field, self._answers, self._answers)
                )
                self._editing = number
                return self._first()
            case Back():
                return list(self._steps())[-1]
            case Quit():
                raise KeyboardInterrupt
            case other:
                assert_never(other)

    def _resumed(self) -> Step | None:
        """Return where to begin: with the first question, or where a draft stopped."""
        found = self._draft.saved() if self._draft is not None else None
        if isinstance(found, Broken):
            self._asker.tell(f"Beginning afresh: {found.message}.")
        elif found is not None and self._draft is not None:
            whose = found.answers.get("name") or "an agent without a name"
            when = found.saved_at.astimezone().strftime("%Y-%m-%d %H:%M")
            if not self._asker.confirm(
                f"Resume the interrupted questionnaire for {whose} from {when}?"
            ):
                self._asker.tell(f"{self._draft.set_aside('is not used').message}.")
            elif not well_shaped(self._inquiry.questions(found.answers), found.answers):
                broken = self._draft.set_aside("does not fit the questionnaire")
                self._asker.tell(f"Beginning afresh: {broken.message}.")
            else:
                self._answers = {**found.answers, **copy.deepcopy(self._given)}
                if not found.at:
                    return None
                return self._step_at(found.at) or self._unanswered()
        return self._first()

    def _step_at(self, name: str) -> Step | None:
        return next((one for one in self._steps() if field_name(one.path) == name), None)

    def _unanswered(self) -> Step | None:
        for question, field in self._stops():
            if value_at(self._answers, field.place) is ABSENT:
                return self._arrived(question, field)
        return None

    def _save(self, step: Step | None) -> None:
        if self._draft is None:
            return
        try:
            self._draft.save(self._answers, "" if step is None else field_name(step.path))
        except EnvironmentFault as error:
            # Said once; the questions go on without a net.
            self._draft = None
            self._asker.tell(f"{error.message}; {error.hint}.")


def _offered(text: str) -> str:
    """Return *text* for mending. A pasted log is not mended, and a terminal takes long over it."""
    return text if len(text) <= _MOST_OFFERED else ""


def _for_example(field: QuestionField) -> str | None:
    return f"for example: {field.example}" if field.example else None


def _number(text: str | None, count: int, noun: str) -> int:
    if text is None and count == 1:
        return 0
    if text is None or not 1 <= int(text) <= count:
        raise InputError(f"which {noun}?", hint=f"add its number, from 1 to {count}")
    return int(text) - 1
